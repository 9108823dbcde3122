"""Could one neuron do it? A learner asks, takes the answer, and meets XOR."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from nnsim.gui.panels.separability.panel import SeparabilityPanel
from nnsim.gui.tour.hand import Hand, HandError

MOST_TABS = 200


def said(hand: Hand) -> str:
    """Verdict and proof of the panel, in one text."""
    panel = hand.find("separability", SeparabilityPanel)
    return f"{panel.verdict.text()}. {panel.proof.text()}".replace("\N{NO-BREAK SPACE}", " ")


def build_a_neuron(hand: Hand) -> None:
    """Two inputs and an output that both feed, with the keys and the mouse; the panel brought to the front."""
    hand.menu("explain_separability")
    hand.canvas.setFocus()
    for key in (Qt.Key.Key_I, Qt.Key.Key_I, Qt.Key.Key_O):
        hand.key(key, widget=hand.canvas)
    hand.connect("x0", "y")
    hand.connect("x1", "y")


def ask(hand: Hand, gate: str, answer: str) -> None:
    """Choose a truth table and wait for the answer."""
    hand.choose("target_choice", gate)
    hand.wait(lambda: said(hand).startswith(answer), f"the panel says {answer} to {gate}")


def tab_to(hand: Hand, name: str) -> QWidget:
    """Press Tab until something has the focus."""
    for _ in range(MOST_TABS):
        hand.key(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        if focused is not None and focused.objectName() == name:
            return focused
    raise HandError(f"Tab does not lead to {name}.")


def test_the_answer_is_yes_and_the_weights_are_taken_with_the_mouse(hand: Hand) -> None:
    """NOR: the panel draws the line; a click gives the neuron its weights, the table agrees, Ctrl+Z takes it back."""
    build_a_neuron(hand)
    ask(hand, "NOR", "Yes")
    assert "1 where −x0 − x1 ≥ −0.5" in said(hand)
    before = hand.session.document
    button = hand.find("separability_take", QPushButton)
    assert button.visibleRegion().contains(button.rect().center())
    hand.click("separability_take")
    network = hand.session.network
    assert [network.value(name) for name in ("w1", "w2", "b_y")] == [-1, -1, 0.5]
    assert "all 4 rows match NOR" in hand.find("table_status", QLabel).text()
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert hand.session.document == before


def test_the_answer_is_no_for_xor(hand: Hand) -> None:
    """From AND to XOR in the truth table: the line gives way to the proof, and there is nothing to take."""
    build_a_neuron(hand)
    ask(hand, "AND", "Yes: 1 where x0 + x1 ≥ 1.5")
    ask(hand, "XOR", "No: no line parts 0 from 1")
    assert "Both pairs have the same middle (0.5, 0.5)" in said(hand)
    panel = hand.find("separability", SeparabilityPanel)
    assert panel.plot.isVisible()
    assert panel.plot.marker.place == (0.5, 0.5)
    assert not panel.take.isVisible()


def test_all_of_it_with_the_keys(hand: Hand) -> None:
    """Tab leads to the button, the area scrolls it into view, and the space bar presses it."""
    build_a_neuron(hand)
    ask(hand, "NAND", "Yes: 1 where −x0 − x1 ≥ −1.5")
    button = tab_to(hand, "separability_take")
    assert button.visibleRegion().contains(button.rect().center())
    hand.key(Qt.Key.Key_Space)
    assert "all 4 rows match NAND" in hand.find("table_status", QLabel).text()


def test_a_third_input_is_told_in_words(hand: Hand) -> None:
    """A third input makes the table longer; until it is connected the button says what is missing."""
    build_a_neuron(hand)
    ask(hand, "AND", "Yes")
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_I, widget=hand.canvas)
    hand.wait(lambda: "x0 + x1 + x2 ≥ 2.5" in said(hand), "the panel tells the plane of three inputs")
    button = hand.find("separability_take", QPushButton)
    assert not button.isEnabled()
    assert "connected from every input" in button.toolTip()
    hand.rest(0.1)  # the table has become higher
    hand.canvas.fit()
    hand.connect("x2", "y")
    hand.click("separability_take")
    assert "all 8 rows match AND" in hand.find("table_status", QLabel).text()
