"""What is told lies over the canvas and moves nothing; what was refused leaves by itself, what failed stays."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from nnsim.gui.look.settings import TEXT_SCALE
from nnsim.gui.look.theme import text_scale
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window import message_bar


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads them here."""
    monkeypatch.setattr(message_bar, "LEAVE_MS", 400)
    monkeypatch.setattr(message_bar, "LETTER_MS", 0)


def refuse(hand: Hand) -> QLabel:
    """Give a neuron a name that is taken, and leave the editor."""
    hand.double_click_at(hand.name_of("x0"))
    hand.write("x1")
    hand.key(Qt.Key.Key_Escape)
    return hand.find("message_text", QLabel)


def standing(hand: Hand) -> dict[str, QRect]:
    """Where everything with a name stands, but for the bar itself."""
    bar = hand.window.messages
    return {widget.objectName(): QRect(widget.mapTo(hand.window, QPoint()), widget.size())
            for widget in hand.window.findChildren(QWidget)
            if widget.objectName() and widget.isVisible() and widget is not bar and not bar.isAncestorOf(widget)}


def test_what_was_refused_leaves_by_itself(hand: Hand) -> None:
    """Told over the canvas, where nothing moves for it, and gone after a while."""
    hand.example("xor")
    refuse(hand)
    hand.wait(lambda: not hand.window.messages.isVisible(), "the message has left")
    before = standing(hand)
    text = refuse(hand)
    assert text.isVisible() and "x1" in text.text()
    assert standing(hand) == before
    hand.wait(lambda: not hand.window.messages.isVisible(), "the message has left")
    assert standing(hand) == before


def test_it_does_not_leave_from_under_the_mouse(hand: Hand) -> None:
    """Whoever points at it reads it."""
    hand.example("xor")
    text = refuse(hand)
    inside = QPointF(12, 6)
    QApplication.sendEvent(hand.window.messages, QEnterEvent(inside, inside, inside))
    hand.rest(1.0)
    assert text.isVisible()
    QApplication.sendEvent(hand.window.messages, QEvent(QEvent.Type.Leave))
    hand.wait(lambda: not text.isVisible(), "the message has left")


def test_what_failed_stays_until_it_is_closed(hand: Hand) -> None:
    """Also behind what is told meanwhile and leaves."""
    hand.example("xor")
    hand.session.refuse("Nothing was written.", "failed")
    text = refuse(hand)
    assert "x1" in text.text()
    hand.wait(lambda: text.text() == "Nothing was written.", "the refusal has left")
    hand.rest(1.0)
    assert text.isVisible()
    hand.click("message_close")
    assert not hand.window.messages.isVisible()


def test_while_presenting_it_is_said_over_the_canvas(hand: Hand) -> None:
    """There is no status bar then; the message leaves by itself, and outside it is said in the status bar again."""
    hand.example("xor")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    assert not hand.window.statusBar().isVisible()
    hand.session.say("Copied.")
    text = hand.find("message_text", QLabel)
    assert text.isVisible() and text.text() == "Copied."
    hand.wait(lambda: not text.isVisible(), "the message has left")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.session.say("Copied.")
    assert hand.window.statusBar().currentMessage() == "Copied." and not text.isVisible()


def test_the_size_of_text_for_the_hall_is_a_choice_of_its_own(hand: Hand) -> None:
    """Ctrl and + while presenting holds there, and the next time; the desk has its own size back."""
    hand.example("xor")
    control = Qt.KeyboardModifier.ControlModifier
    desk = text_scale()
    for _ in range(2):
        hand.key(Qt.Key.Key_F11, widget=hand.window)
        if text_scale() < 2.0:
            hand.key(Qt.Key.Key_Plus, control, hand.window)
        assert text_scale() == 2.0
        hand.key(Qt.Key.Key_F11, widget=hand.window)
        assert text_scale() == TEXT_SCALE.value() == desk
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    assert text_scale() == 2.0
    hand.key(Qt.Key.Key_0, control, hand.window)
    assert 1.5 < text_scale() < 2.0


@pytest.mark.parametrize("example", ["xor", "hands_on", "circle"])
@pytest.mark.parametrize("hero", [1, 4, 5, 7])
def test_while_presenting_a_word_lies_where_it_covers_least(
    hand: Hand, hero: int, example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 1280×720 no neuron, number or loss is behind a short word, nor at its place once it is followed by another."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(1280, 720)
    hand.example(example)
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.settle()
    hand.key(Qt.Key(Qt.Key.Key_0 + hero), widget=hand.canvas)
    hand.settle()
    hand.session.say("Copied.")
    hand.settle()
    bar, room = hand.window.messages, hand.canvas.viewport()
    lies = QRect(bar.mapTo(hand.window, QPoint()), bar.size())
    assert hand.canvas.covered_by(QRect(room.mapFrom(hand.window, lies.topLeft()), lies.size())) == 0.0
    over = QRect(hand.window.centralWidget().mapTo(hand.window, QPoint()), hand.window.centralWidget().size())
    assert over.contains(lies)
    hand.session.say("Copied once more.")
    hand.settle()
    assert bar.y() + bar.parentWidget().y() + over.y() == lies.y()
