"""Gates by hand: from the empty canvas to a right truth table."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from nnsim.gui.panels.data.panel import TablePanel
from nnsim.gui.tour.hand import Hand
from tests.stories.test_user_tasks import ALT, KEY, SHIFT, press

GESTURES_FOR_AND = 9


def outputs(hand: Hand, output: str = "y") -> list[int]:
    """What the output says for 00, 01, 10, 11, with the inputs' switches flipped by the mouse."""
    answers = []
    for x0, x1 in ((0, 0), (0, 1), (1, 0), (1, 1)):
        for id, value in (("x0", x0), ("x1", x1)):
            if hand.desk.looking.inputs[id] != value:
                hand.flip(id)
        answers.append(int(hand.desk.looking.output_of(output)))
    return answers


def build_and(hand: Hand) -> None:
    """AND with keys and mouse: I, I, O, two drags, and its threshold."""
    hand.canvas.setFocus()
    for key in (Qt.Key.Key_I, Qt.Key.Key_I, Qt.Key.Key_O):
        hand.key(key, widget=hand.canvas)
    hand.connect("x0", "y")
    hand.connect("x1", "y")
    hand.double_click_at(hand.at("y"))
    hand.write("1,2")


def build_xor(hand: Hand, order: Sequence[str] = ("x0", "x1", "h1")) -> None:
    """XOR as in the lecture, with the mouse alone but for the numbers; the output's connections in this ``order``."""
    hand.canvas.fit()
    hand.add("input", QPointF(-180, -120))
    hand.add("input", QPointF(-180, 100))
    hand.add("hidden", QPointF(0, -10))
    hand.add("output", QPointF(180, -10))
    for source, target in (("x0", "h1"), ("x1", "h1"), *((source, "y") for source in order)):
        hand.connect(source, target)
    hand.double_click_at(hand.label_of("h1", "y"))
    hand.write("-2")
    hand.double_click_at(hand.at("h1"))
    hand.write("1.2")
    hand.double_click_at(hand.at("y"))
    hand.write("0.6")


def test_and_by_hand_in_nine_gestures(hand: Hand) -> None:
    """AND from the empty canvas takes at most nine gestures, and its table is right."""
    build_and(hand)
    assert hand.gestures <= GESTURES_FOR_AND
    assert hand.session.network.value("b_y") == -1.2
    assert outputs(hand) == [0, 0, 0, 1]
    hand.choose("target_choice", "AND")
    assert "AND" in hand.find("table_status", QLabel).text()
    assert "4" in hand.find("table_status", QLabel).text()


def test_xor_by_hand(hand: Hand) -> None:
    """XOR of the lecture, drawn with the mouse: every row is right, and each reason is written as in the lecture."""
    build_xor(hand)
    assert outputs(hand) == [0, 1, 1, 0]
    face = hand.canvas.network_scene.neurons["y"].face
    assert face.below == "1 + 1 − 2 = 0 < 0.6 → 0"
    assert face.center == "≥ 0.6"
    hand.choose("target_choice", "XOR")
    assert "✓" in hand.find("table_status", QLabel).text()


LECTURE = (
    "1·0 + 1·0 + (−2)·0 = 0 < 0.6 → 0", "1·0 + 1·1 + (−2)·0 = 1 ≥ 0.6 → 1",
    "1·1 + 1·0 + (−2)·0 = 1 ≥ 0.6 → 1", "1·1 + 1·1 + (−2)·1 = 0 < 0.6 → 0")
ON_CANVAS = ("0 + 0 + 0 = 0 < 0.6 → 0", "0 + 1 + 0 = 1 ≥ 0.6 → 1", "1 + 0 + 0 = 1 ≥ 0.6 → 1", "1 + 1 − 2 = 0 < 0.6 → 0")


def sums(hand: Hand) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How those of the output are written: in the table, and on the canvas as each row is fed by the switches."""
    table = hand.find("table", TablePanel).view.table
    column = next(i for i, here in enumerate(table.columns) if here.neuron == "y" and here.kind == "sum")
    read = []
    for row in ((0, 0), (0, 1), (1, 0), (1, 1)):
        for id, value in zip(("x0", "x1"), row, strict=True):
            if hand.desk.looking.inputs[id] != value:
                hand.flip(id)
        hand.click_at(hand.at("y"))
        read.append(hand.canvas.network_scene.neurons["y"].face.below)
    return tuple(table.written(row, column) for row in range(4)), tuple(read)


@pytest.mark.parametrize(("order", "again"), [
    (("h1", "x1", "x0"), "x0"), (("x1", "h1", "x0"), "h1"),
    *(pytest.param(order, again, marks=pytest.mark.soak) for order in permutations(("x0", "x1", "h1"))
      for again in order)])
def test_sums_are_written_as_in_the_lecture_however_they_are_drawn(hand: Hand, order: Sequence[str],
                                                                   again: str) -> None:
    """Inputs first, in their order, then the hidden neuron; also when a connection is drawn anew."""
    build_xor(hand, order)
    assert sums(hand) == (LECTURE, ON_CANVAS)
    hand.click_at(hand.label_of(again, "y"))
    hand.key(Qt.Key.Key_Delete)
    assert (again, "y") not in hand.session.structure.by_ends
    hand.connect(again, "y")
    if again == "h1":
        hand.double_click_at(hand.label_of(again, "y"))
        hand.write("-2")
    assert sums(hand) == (LECTURE, ON_CANVAS)


def test_sums_are_written_as_in_the_lecture_with_keys(hand: Hand) -> None:
    """The output's hidden neuron is connected before both inputs are."""
    hand.canvas.setFocus()
    press(hand, KEY.Key_I, KEY.Key_I, KEY.Key_N, KEY.Key_O)
    press(hand, (ALT, KEY.Key_Left), KEY.Key_C, (ALT, KEY.Key_Right), KEY.Key_Return, KEY.Key_Return)
    hand.write("-2")
    press(hand, (ALT, KEY.Key_Left), KEY.Key_Return)
    hand.write("1.2")
    press(hand, (ALT, KEY.Key_Right), KEY.Key_Return)
    hand.write("0.6")
    press(hand, (ALT, KEY.Key_Left), (ALT, KEY.Key_Left), (ALT | SHIFT, KEY.Key_Down), KEY.Key_C)
    press(hand, (ALT, KEY.Key_Right), (ALT | SHIFT, KEY.Key_Right), KEY.Key_Return)
    assert sums(hand) == (LECTURE, ON_CANVAS)


def test_break_it_and_undo(hand: Hand) -> None:
    """A deleted neuron, a wrong weight and a move are all taken back, down to the empty document."""
    build_xor(hand)
    whole = hand.session.document
    hand.double_click_at(hand.label_of("h1", "y"))
    hand.write("2")
    assert outputs(hand) == [0, 1, 1, 1]
    hand.drag(hand.at("h1"), hand.at("h1") + QPointF(0, 40))
    hand.click_at(hand.at("h1"))
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    assert set(hand.session.structure.by_id) == {"x0", "x1", "y"}
    for _ in range(3):
        hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert hand.session.document == whole
    assert outputs(hand) == [0, 1, 1, 0]
    while hand.session.undo_stack.canUndo():
        hand.click("tool_undo")
    assert not hand.session.structure.neurons
    assert not hand.session.dirty
    while hand.session.document != whole:
        hand.click("tool_redo")
    assert outputs(hand) == [0, 1, 1, 0]


def test_refused_connections_say_why(hand: Hand) -> None:
    """A cycle, a second edge and an edge into an input are refused while hovering, saying why."""
    build_xor(hand)
    before = hand.session.document
    for source, target, why in (("y", "h1", "cycle"), ("x0", "y", "connected already"), ("h1", "x0", "input")):
        hand.drag(hand.rim(source), hand.at(target), release=False)
        hint = hand.find("canvas_hint", QLabel)
        assert why in hint.text()
        hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
        assert not hint.isVisible()
    assert hand.session.document == before


def test_a_connection_dropped_on_empty_canvas_makes_a_neuron(hand: Hand) -> None:
    """Dropping a connection on empty canvas adds a connected step neuron there, in one undo step."""
    hand.add("input", QPointF(-100, 0))
    hand.drag(hand.rim("x0"), QPointF(80, 30))
    structure = hand.session.structure
    assert [c.ends for c in structure.connections] == [("x0", "h1")]
    assert hand.session.network.value("w1") == 1.0
    assert structure.by_id["h1"].activation == "heaviside"
    assert hand.session.network.value("b_h1") == -1.0
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert set(hand.session.structure.by_id) == {"x0"}


def test_keys_alone_connect_edit_and_flip(hand: Hand) -> None:
    """I, O, C, Alt+arrows, Enter and Space build and try a neuron without the mouse."""
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_I, widget=hand.canvas)
    hand.key(Qt.Key.Key_O, widget=hand.canvas)
    hand.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, hand.canvas)
    assert hand.desk.looking.selected_neurons == {"x0"}
    hand.key(Qt.Key.Key_C, widget=hand.canvas)
    hand.key(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier, hand.canvas)
    hand.key(Qt.Key.Key_Return, widget=hand.canvas)
    assert [c.ends for c in hand.session.structure.connections] == [("x0", "y")]
    hand.key(Qt.Key.Key_Return, widget=hand.canvas)
    hand.write("2.5")
    assert hand.session.network.value("w1") == 2.5
    hand.desk.looking.select(["x0"])
    hand.key(Qt.Key.Key_Space, widget=hand.canvas)
    assert hand.desk.looking.inputs["x0"] == 1.0
    assert hand.desk.looking.output_of("y") == 1.0
