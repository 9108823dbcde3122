"""First-time hints: one at a time, gone once done, and remembered."""

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from nnsim.gui.look.settings import HINTS_DONE
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.window import MainWindow


def said(hand: Hand) -> str:
    """The hint that is shown, or nothing."""
    hand.settle()
    return hand.window.hints.text


def test_hints_lead_from_the_first_neuron_to_a_right_table(hand: Hand) -> None:
    """Each appears when it helps and vanishes when it was done; none is modal, and they can be counted on one hand."""
    assert said(hand) == ""
    hand.canvas.setFocus()
    for key in (Qt.Key.Key_I, Qt.Key.Key_I, Qt.Key.Key_O):
        hand.key(key, widget=hand.canvas)
    assert "rim" in said(hand)
    assert hand.find("first_hint_text", QLabel).text() == said(hand)
    hand.connect("x0", "y")
    assert "weight" in said(hand)
    hand.connect("x1", "y")
    hand.double_click_at(hand.label_of("x0", "y"))
    hand.write("2")
    assert "switch" in said(hand)
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    hand.flip("x0")
    assert said(hand) == ""
    hand.double_click_at(hand.at("y"))
    hand.write("1.2")
    hand.choose("target_choice", "AND")
    assert "Every row" in said(hand)
    hand.click("first_hint_close")
    assert said(hand) == ""
    assert set(HINTS_DONE.value()) == {"connect", "weight", "flip", "match"}


def test_escape_sends_one_away_and_the_next_window_remembers(hand: Hand, tmp_path: Path) -> None:
    """Esc first ends what was begun; only then the hint goes, for good."""
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_I, widget=hand.canvas)
    assert "rim" in said(hand)
    hand.key(Qt.Key.Key_C, widget=hand.canvas)
    # The canvas's own line takes its place meanwhile: there is never more than one.
    assert hand.find("canvas_hint", QLabel).isVisible() and said(hand) == ""
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    assert "rim" in said(hand)
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    assert said(hand) == ""
    other = MainWindow()
    other.show()
    other.canvas.commands.add_neuron("input")
    QApplication.processEvents()
    assert other.hints.text == ""
    other.desk.session.mark_saved(tmp_path / "nowhere.nnsim", other.desk.session.live_document)
    assert other.close()
    other.deleteLater()


def test_they_can_be_shown_again(hand: Hand) -> None:
    """From the Help menu."""
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_I, widget=hand.canvas)
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    assert said(hand) == ""
    hand.menu("action_hints_again")
    assert "rim" in said(hand)


def test_training_is_hinted_at_where_it_is_possible(hand: Hand) -> None:
    """On an example that can learn; done by training. Gates that were opened as they are get no praise."""
    hand.example("xor")
    assert "switch" in said(hand)
    hand.flip("x0")
    assert said(hand) == ""
    hand.example("circle")
    assert "Train" in said(hand)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.latest is not None, "it trains")
    hand.click("tool_train")
    assert said(hand) == "" and set(HINTS_DONE.value()) == {"flip", "train"}


def test_opening_is_not_doing(hand: Hand) -> None:
    """An example with one connection more than the one before was not connected by hand."""
    hand.example("half_adder")
    hand.example("blobs")
    assert len(hand.session.structure.connections) == 6
    assert "Train" in said(hand) and not HINTS_DONE.value()


def test_what_is_fitted_keeps_clear_of_it(hand: Hand) -> None:
    """An example opened with a hint stands above it, whole, and does not jump when the hint goes."""
    hand.example("parity")
    assert said(hand)
    hint, canvas = hand.window.hints, hand.canvas
    content = canvas.mapFromScene(canvas.network_scene.content_rect()).boundingRect()
    assert canvas.viewport().rect().contains(content) and content.bottom() < hint.y()
    place = canvas.mapFromScene(hand.at("odd"))
    hand.click("first_hint_close")
    assert canvas.mapFromScene(hand.at("odd")) == place


def test_it_stays_at_the_lower_edge_in_the_middle(hand: Hand) -> None:
    """However the canvas is scrolled, zoomed or resized; and takes no click meant for the canvas beside its cross."""
    hand.add("input", QPointF(0, 0))
    hint, viewport = hand.window.hints, hand.canvas.viewport()

    def placed() -> bool:
        hand.settle()
        middle = hint.geometry().center() - viewport.rect().center()
        return abs(middle.x()) <= 1 and 0 < viewport.height() - hint.geometry().bottom() < 16

    assert said(hand) and placed()
    hand.canvas.scroll_by(60, 40)
    assert placed()
    hand.canvas.zoom_by(1.5)
    hand.window.resize(1280, 720)
    assert placed()
    assert hand.find("first_hint_close", QToolButton).toolTip()
    assert hint.childAt(QPoint(20, hint.height() // 2)) is not None
