"""Numbers are whole where they are edited: sign, first digit and all others, in Selected and on the canvas."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.inline_edit import NumberEdit
from nnsim.gui.widgets.number_field import NumberField
from tests.stories.test_sizes import enlarge

SCALES = [1.0, 1.5, 2.0]
SIZES = (0.0, 0.1234, 1 / 3, 1234.5, 0.001234567, 1e-7, 1.23456789e-7, 9.87654321e20)
NUMBERS = [sign * size for size in SIZES for sign in (1.0, -1.0)]


def begins_in_sight(edit: QLineEdit) -> bool:
    """Whether a line shows its text from its first letter on."""
    return edit.cursorPositionAt(QPoint(0, edit.height() // 2)) == 0


def is_whole(edit: QLineEdit) -> bool:
    """Whether it does so although its cursor, which is always in sight, stands behind the last."""
    assert edit.cursorPosition() == len(edit.text())
    return begins_in_sight(edit)


@pytest.fixture
def small(hand: Hand) -> Hand:
    """At 1280×720, with a network that learns XOR."""
    hand.window.resize(1280, 720)
    hand.example("xor_to_learn")
    return hand


@pytest.mark.parametrize("scale", SCALES)
def test_a_number_in_selected_is_whole(small: Hand, scale: float) -> None:
    """While nothing is typed and while it has the keys, from the panel's first width on; of a weight and of a bias."""
    enlarge(small, scale)
    connection, bias = small.session.structure.connections[0], small.session.structure.by_id["y"].bias
    assert bias is not None
    for workspace in ("build", "explain"):
        small.click(f"workspace_{workspace}")
        small.window.show_panel("selected")
        small.desk.looking.select((), [(connection.source, connection.target)])
        look_at_numbers(small, "connection_weight", connection.weight)
        small.desk.looking.select(["y"])
        look_at_numbers(small, "neuron_bias", bias)


def look_at_numbers(hand: Hand, field: str, parameter: str) -> None:
    hand.settle()
    hand.rest(0.05)
    editor = hand.find(field, NumberField)
    edit = editor.lineEdit()
    for number in NUMBERS:
        hand.canvas.setFocus()
        hand.session.set_values({parameter: number}, "Set it")
        hand.settle()
        assert edit.text() == format_number(number)
        assert begins_in_sight(edit), edit.text()
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        hand.key(Qt.Key.Key_End, widget=edit)
        assert is_whole(edit), edit.text()


@pytest.mark.parametrize("scale", SCALES)
def test_a_number_on_the_canvas_is_whole_where_it_is_edited(small: Hand, scale: float) -> None:
    """Of a weight and of a bias, with all digits that are shown there, within the canvas; so is what is typed."""
    enlarge(small, scale)
    connection = small.session.structure.connections[0]
    bias = small.session.structure.by_id["y"].bias
    assert bias is not None
    small.canvas.setFocus()
    for number in NUMBERS:
        for name, selected in ((connection.weight, ((), [(connection.source, connection.target)])), (bias, (["y"],))):
            small.session.set_values({name: number}, "Set it")
            small.desk.looking.select(*selected)
            small.settle()
            small.key(Qt.Key.Key_Return, widget=small.canvas)
            editor = small.find("edit_weight" if name == connection.weight else "edit_bias", NumberEdit)
            assert editor.text() == format_number(number, 12)
            assert is_whole(editor), editor.text()
            assert editor.height() >= editor.fontMetrics().height() + 4
            assert small.canvas.viewport().rect().contains(editor.geometry())
            QTest.keyClicks(editor, "-1234567.8901234")
            small.settle()
            assert is_whole(editor), editor.text()
            small.key(Qt.Key.Key_Escape, widget=editor)
            assert small.session.network.value(name) == number
