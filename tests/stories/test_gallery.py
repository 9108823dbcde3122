"""The gallery: found, walked, searched, and an example opened from it, with the mouse and with keys alone."""

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea

from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.start.gallery import ExampleCard, Gallery
from nnsim.gui.start.thumbnails import Thumbnails, thumbnail
from nnsim.gui.tour.hand import Hand


def opened(hand: Hand) -> Gallery:
    """The gallery, opened by its keys."""
    hand.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier, hand.window)
    return hand.find("gallery_search", QLineEdit).window()  # type: ignore[return-value]


def shown(gallery: Gallery) -> list[str]:
    """The ids of the cards that are there."""
    return [card.example.id for card in gallery.cards.shown]


def test_it_shows_every_example_by_section_and_opens_one(hand: Hand) -> None:
    """From the Examples menu; the picture that is clicked is the document that opens, and the gallery goes."""
    hand.menu("action_gallery")
    gallery = hand.find("gallery_search", QLineEdit).window()
    assert isinstance(gallery, Gallery) and not gallery.isModal()
    assert shown(gallery) == list(EXAMPLES)
    hand.click("card_half_adder")
    hand.wait(lambda: hand.session.title == "Half adder", "the example is open")
    assert hand.session.document == load(EXAMPLES["half_adder"].path)
    assert not gallery.isVisible()


def test_keys_alone(hand: Hand) -> None:
    """Ctrl+G, words, Down and Enter; Esc first ends the search, then closes."""
    gallery = opened(hand)
    for letter in "circle":
        hand.key(getattr(Qt.Key, f"Key_{letter.upper()}"))
    assert shown(gallery) == ["circle"]
    hand.key(Qt.Key.Key_Escape)
    assert gallery.isVisible() and shown(gallery) == list(EXAMPLES)
    hand.key(Qt.Key.Key_Escape)
    assert not gallery.isVisible()
    hand.window.activateWindow()
    hand.settle()
    opened(hand)
    hand.key(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is gallery.cards.shown[0]
    hand.key(Qt.Key.Key_Right)
    assert QApplication.focusWidget() is gallery.cards.shown[1]
    hand.key(Qt.Key.Key_Down)
    below = QApplication.focusWidget()
    assert isinstance(below, ExampleCard)
    assert below.y() > gallery.cards.shown[1].y() and below.x() == gallery.cards.shown[1].x()
    hand.key(Qt.Key.Key_Up)
    hand.key(Qt.Key.Key_Left)
    assert QApplication.focusWidget() is gallery.cards.shown[0]
    hand.key(Qt.Key.Key_Up)
    assert QApplication.focusWidget() is gallery.search
    hand.key(Qt.Key.Key_Down)
    hand.key(Qt.Key.Key_Return)
    hand.wait(lambda: hand.session.title == "AND", "the first example is open")
    hand.wait(lambda: QApplication.focusWidget() is hand.canvas, "the canvas has the keys")


def test_typing_on_a_card_searches(hand: Hand) -> None:
    """Letters go to the search wherever the focus is; Enter there opens the first that was found."""
    gallery = opened(hand)
    hand.key(Qt.Key.Key_Down)
    for letter in "rings":
        hand.key(getattr(Qt.Key, f"Key_{letter.upper()}"))
    assert shown(gallery) == ["rings"]
    hand.key(Qt.Key.Key_Return)
    hand.wait(lambda: hand.session.title == "Rings", "it is open")


def test_a_search_that_finds_nothing_says_so(hand: Hand) -> None:
    """And shows all again when it is emptied."""
    gallery = opened(hand)
    hand.write("no such <b>thing</b>", enter=False)
    assert shown(gallery) == []
    assert "no such <b>thing</b>" in hand.find("gallery_nothing", QLabel).text()
    hand.key(Qt.Key.Key_Return)
    assert gallery.isVisible() and not hand.session.structure.neurons
    hand.key(Qt.Key.Key_Escape)
    assert shown(gallery) == list(EXAMPLES) and hand.find("gallery_area", QScrollArea).isVisible()


def test_unsaved_work_is_asked_about(hand: Hand) -> None:
    """Cancel keeps the work and the gallery; Discard opens the example."""
    hand.example("and")
    hand.session.set_values({"w1": 5.0}, "Set w1")
    gallery = opened(hand)
    hand.answering("Cancel", lambda: (hand.click("card_or"), hand.rest(0.2)))
    assert hand.session.title == "AND" and hand.session.network.value("w1") == 5.0 and gallery.isVisible()
    hand.answering("Discard", lambda: (hand.click("card_or"), hand.rest(0.2)))
    assert hand.session.title == "OR" and not gallery.isVisible()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_picture_shows_something_in_the_theme_s_colours(hand: Hand, mode: str) -> None:
    """Drawn from the documents, none like another, none empty; once drawn it is kept until the theme differs."""
    apply_theme(QApplication.instance(), mode)  # type: ignore[arg-type]
    size, pictures = QSize(200, 110), set()
    for example in EXAMPLES.values():
        picture = thumbnail(load(example.path), size)
        image = picture.toImage()
        assert image.size() == size
        colours = {image.pixel(x, y) for x in range(0, 200, 3) for y in range(0, 110, 3)}
        assert len(colours) > 5
        pictures.add(bytes(image.constBits()))
    # XOR and the half adder are wired and drawn alike, as are OR and others but for a number.
    assert len(pictures) >= len(EXAMPLES) - 1
    empty = thumbnail(Document(), size).toImage()
    assert {empty.pixelColor(x, 50).name() for x in range(200)} == {theme().card}
    apply_theme(QApplication.instance(), "light")  # type: ignore[arg-type]


def test_pictures_are_drawn_when_they_are_seen_and_kept(hand: Hand) -> None:
    """What is scrolled out of sight costs nothing; another theme draws anew."""
    gallery = opened(hand)
    hand.wait(lambda: gallery.cards.shown[0].drawn, "the first picture is drawn")
    last = gallery.cards.shown[-1]
    assert not last.drawn
    hand.find("gallery_area", QScrollArea).ensureWidgetVisible(last)
    hand.wait(lambda: last.drawn, "the last one is, once it is seen")
    thumbnails, example = Thumbnails(), EXAMPLES["and"]
    first = thumbnails.draw(example, QSize(100, 50), 1.0)
    assert thumbnails.draw(example, QSize(100, 50), 1.0) is first
    assert thumbnails.ready(example, QSize(120, 60), 1.0) is None


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_text_is_cut_and_no_card_covers_another(hand: Hand, scale: float) -> None:
    """Cards are as high as their text needs, within the window, also with larger text at 1280×720."""
    hand.window.resize(1280, 720)
    apply_theme(QApplication.instance(), "light", scale)  # type: ignore[arg-type]
    gallery = opened(hand)
    hand.settle()
    assert gallery.width() <= 1280 and gallery.height() <= 720
    cards = gallery.cards.shown
    for card in cards:
        assert card.height() >= card.heightForWidth(card.width())
        assert card.geometry().right() <= gallery.cards.width()
    boxes = [card.geometry() for card in cards]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert np.all([card.toolTip() and card.accessibleName() and card.accessibleDescription() for card in cards])
    apply_theme(QApplication.instance(), "light")  # type: ignore[arg-type]
