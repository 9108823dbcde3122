"""The first page: what a neuron is, and where to begin, as long as the canvas is empty."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.settings import settings
from nnsim.gui.look.theme import apply_theme
from nnsim.gui.start.neuron_picture import NeuronPicture
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand


def test_start_with_and(hand: Hand) -> None:
    """One click opens AND; the page goes, the canvas has the keys, and an empty network brings it back."""
    page = hand.window.first_page
    assert page.isVisible() and hand.find("neuron_picture", NeuronPicture)
    hand.click("first_and")
    hand.wait(lambda: hand.session.title == "AND", "AND is open")
    assert not page.isVisible()
    assert hand.session.document == nnsim.load(EXAMPLES["and"].path)
    hand.window.files.new()
    hand.settle()
    assert page.isVisible()


def test_the_page_goes_with_the_first_neuron_and_comes_back_without(hand: Hand) -> None:
    """By a key, by undo, and by removing all."""
    page = hand.window.first_page
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_I, widget=hand.canvas)
    assert not page.isVisible()
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert page.isVisible()
    hand.key(Qt.Key.Key_I, widget=hand.canvas)
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    assert page.isVisible()


def test_the_canvas_is_there_beneath_it(hand: Hand) -> None:
    """A double-click on the page's picture reaches the canvas: it asks which neuron to add, just there."""
    picture = hand.find("neuron_picture", NeuronPicture)
    middle = picture.mapTo(hand.window, picture.rect().center())
    window = hand.window.windowHandle()
    QTest.mouseDClick(window, LEFT, NO_KEYS, middle)
    hand.settle()
    hand.click("choose_input")
    assert len(hand.session.structure.neurons) == 1
    assert not hand.window.first_page.isVisible()


def test_keys_reach_its_buttons(hand: Hand) -> None:
    """Tab goes from one to the next; Space on the second opens the gallery."""
    first = hand.find("first_and", QPushButton)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    hand.key(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is hand.find("first_gallery", QPushButton)
    hand.key(Qt.Key.Key_Space)
    assert hand.find("gallery_cards", QWidget).isVisible()


def test_recent_files_open_from_it(hand: Hand, tmp_path: Path) -> None:
    """The three newest, under their names, also long ones and such with an ampersand; the newest first."""
    names = ["old.nnsim", "Übung 1 & 2.nnsim", "b.nnsim", f"{'long' * 40}.nnsim"]
    for name in names:
        nnsim.save(nnsim.load(EXAMPLES["or"].path), tmp_path / name)
        assert hand.window.files.open(tmp_path / name)
    hand.window.files.new()
    hand.settle()
    buttons = [hand.find(f"first_recent_{i}", QPushButton) for i in range(3)]
    assert [Path(names[-1 - i]).stem[:3] in b.text() or "&&" in b.text() for i, b in enumerate(buttons)] == [True] * 3
    assert buttons[0].width() < 300 and "…" in buttons[0].text()
    assert buttons[2].accessibleName() == "Open Übung 1 & 2.nnsim" and "Übung 1 &amp; 2" in buttons[2].toolTip()
    with pytest.raises(AssertionError):
        hand.find("first_recent_3", QPushButton)
    hand.click("first_recent_2")
    hand.wait(lambda: hand.session.path == tmp_path / names[1], "it is open")
    hand.window.files.new()
    hand.window.files.clear_recent()
    hand.settle()
    with pytest.raises(AssertionError):
        hand.find("first_recent_0", QPushButton)
    assert settings().value("recent") in ([], None, "")


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_the_canvas_of_a_small_window(hand: Hand, tmp_path: Path, scale: float) -> None:
    """At 1280×720, with recent files: all that is shown lies within the canvas, nothing is cut; normal text leaves room
    for the picture too, and the buttons are always there."""
    nnsim.save(nnsim.load(EXAMPLES["or"].path), tmp_path / "mine.nnsim")
    hand.window.files.open(tmp_path / "mine.nnsim")
    hand.window.files.new()
    apply_theme(QApplication.instance(), "light", scale)  # type: ignore[arg-type]
    hand.window.resize(1280, 720)
    hand.window.workspaces.reset()
    hand.settle()
    hand.settle()
    page, viewport = hand.window.first_page, hand.canvas.viewport()
    assert page.size() == viewport.size() and page.pos() == QPoint(0, 0)
    assert scale > 1 or hand.find("neuron_picture", NeuronPicture)
    assert any(button.isVisible() for button in page.findChildren(QPushButton))
    for child in page.findChildren(QWidget):
        if child.isVisible():
            place = child.mapTo(page, QPoint(0, 0))
            assert page.rect().contains(place) and page.rect().contains(place + child.rect().bottomRight())
            if isinstance(child, QPushButton):
                assert child.width() >= child.sizeHint().width()
    # However the canvas scrolls beneath it.
    hand.canvas.scroll_by(50, 80)
    assert page.pos() == QPoint(0, 0)
    apply_theme(QApplication.instance(), "light")  # type: ignore[arg-type]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_what_is_a_neuron_is_in_the_help_too(hand: Hand, scale: float) -> None:
    """The same picture, and what corresponds to what, beside the work; no text of it is cut at 1280×720."""
    hand.window.resize(1280, 720)
    apply_theme(QApplication.instance(), "light", scale)  # type: ignore[arg-type]
    hand.add("input", QPointF(0, 0))
    hand.menu("action_what_is_a_neuron")
    picture = hand.find("neuron_picture", NeuronPicture)
    dialog = picture.window()
    assert isinstance(dialog, QDialog) and not dialog.isModal() and dialog.objectName() == "neuron_window"
    assert "synapses the weights" in picture.accessibleDescription()
    labels = dialog.findChildren(QLabel)
    assert len(labels) == 13
    for label in labels:
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed
    dialog.close()
    apply_theme(QApplication.instance(), "light")  # type: ignore[arg-type]
