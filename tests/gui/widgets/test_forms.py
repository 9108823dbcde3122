"""The controls of forms, driven with real keys, wheel and mouse."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QHBoxLayout, QWidget
from shiboken6 import isValid

from nnsim.core.fields import field
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.controls import Segments
from nnsim.gui.widgets.forms import Disclosure, FieldsForm
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.widgets.text_field import TextField

Show = Callable[..., "Window"]
KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


class Window(QWidget):
    """A window with some widgets; the first has the focus. Keep it as long as they are needed."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        for widget in widgets:
            row.addWidget(widget)
        self.show()
        self.activateWindow()
        widgets[0].setFocus()
        QTest.qWaitForWindowActive(self)


@pytest.fixture
def shown(desk: Desk) -> Iterator[Callable[..., Window]]:
    """Shows widgets in a window of the program's look, and closes it in the end."""
    windows: list[Window] = []

    def show(*widgets: QWidget) -> Window:
        windows.append(Window(*widgets))
        return windows[-1]

    yield show
    for window in windows:
        window.close()
        window.deleteLater()


def edits_of(number: NumberField) -> list[tuple[float | None, object]]:
    """All that the field says from now on."""
    said: list[tuple[float | None, object]] = []
    number.edited.connect(lambda value, token: said.append((value, token)))
    return said


def retype(widget: QWidget, text: str, key: Qt.Key | None = KEY.Key_Return) -> None:
    """Replace the text, and press a key."""
    QTest.keyClick(widget, KEY.Key_A, CTRL)
    for letter in text:
        # QTest knows only the keys of ASCII, and ends the process on “−”.
        press = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(widget, press)
    if key is not None:
        QTest.keyClick(widget, key)


def turn(widget: QWidget, notches: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
    """Turn the wheel over a widget. Whether it took it."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches),
                        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


class TestNumberField:
    @pytest.mark.parametrize(("text", "value", "reads"), [
        ("1,2", 1.2, "1.2"), ("−2", -2.0, "−2"), ("-2", -2.0, "−2"), ("1e-5", 1e-5, "1e−5"), ("1/3", 1 / 3, "0.3333"),
    ])
    def test_reads_what_a_learner_writes(self, shown: Show, text: str, value: float, reads: str) -> None:
        number = NumberField()
        shown(number)
        said = edits_of(number)
        number.setFocus()
        retype(number, text)
        assert said == [(value, None)]
        assert number.number == value
        assert number.text() == reads

    def test_typing_counts_on_enter_or_when_the_focus_leaves(self, shown: Show) -> None:
        number, other = NumberField(), NumberField()
        shown(number, other)
        said = edits_of(number)
        retype(number, "3", key=None)
        assert said == []
        other.setFocus()
        assert said == [(3.0, None)]
        number.setFocus()
        other.setFocus()
        assert len(said) == 1

    def test_a_shown_number_is_kept_whole(self, shown: Show) -> None:
        number = NumberField()
        shown(number)
        said = edits_of(number)
        number.set_number(0.593269992107)
        assert number.text() == "0.5933"
        retype(number, "0.5933")
        assert number.number == 0.593269992107
        assert said == []

    @given(st.floats(allow_nan=False, allow_infinity=False, width=64))
    @settings(max_examples=60, deadline=None)
    def test_every_number_survives(self, qapp: QApplication, value: float) -> None:
        number = NumberField()
        number.set_number(value)
        assert number.number == value

    def test_arrows_step_by_a_tenth_and_with_ctrl_by_a_hundredth(self, shown: Show) -> None:
        number = NumberField()
        shown(number)
        said = edits_of(number)
        for _ in range(3):
            QTest.keyClick(number, KEY.Key_Up)
        assert [value for value, _ in said] == [0.1, 0.2, 0.3]
        QTest.keyClick(number, KEY.Key_Down, CTRL)
        assert number.number == 0.29
        QTest.keyClick(number, KEY.Key_PageDown)
        assert number.number == -0.71

    def test_buttons_step(self, shown: Show) -> None:
        number = NumberField()
        shown(number)
        QTest.mouseClick(number, Qt.MouseButton.LeftButton, pos=QPoint(number.width() - 8, 5))
        assert number.number == 0.1
        QTest.mouseClick(number, Qt.MouseButton.LeftButton, pos=QPoint(number.width() - 8, number.height() - 5))
        assert number.number == 0

    def test_steps_of_one_gesture_share_a_token_and_typing_has_none(self, shown: Show) -> None:
        number, other = NumberField(), NumberField()
        shown(number, other)
        said = edits_of(number)
        QTest.keyClick(number, KEY.Key_Up)
        QTest.keyClick(number, KEY.Key_Up)
        retype(number, "5")
        QTest.keyClick(number, KEY.Key_Up)
        other.setFocus()
        number.setFocus()
        QTest.keyClick(number, KEY.Key_Up)
        tokens = [token for _, token in said]
        assert tokens[0] is tokens[1] is not None
        assert tokens[2] is None
        assert len({id(token) for token in tokens[3:]} | {id(tokens[0])}) == 3

    def test_a_number_set_from_outside_ends_the_gesture_and_says_nothing(self, shown: Show) -> None:
        number = NumberField()
        shown(number)
        said = edits_of(number)
        QTest.keyClick(number, KEY.Key_Up)
        number.set_number(7)
        assert len(said) == 1
        QTest.keyClick(number, KEY.Key_Up)
        assert said[0][1] is not said[1][1]

    def test_the_wheel_needs_the_focus(self, shown: Show) -> None:
        number, other = NumberField(), NumberField()
        shown(other, number)
        said = edits_of(number)
        assert not turn(number, 1)
        assert said == []
        number.setFocus()
        assert turn(number, 2)
        assert number.number == 0.2
        turn(number, -1, CTRL)
        assert number.number == 0.19

    @pytest.mark.parametrize(("text", "reason"), [("abc", "Type a number"), ("", "Type a number"), ("11", "At most 10"),
                                                  ("−1", "At least 0"), ("1/0", "Type a number")])
    def test_a_wrong_text_is_marked_and_reverts(self, shown: Show, text: str, reason: str) -> None:
        number, other = NumberField(0, 10), NumberField()
        shown(number, other)
        number.set_number(4)
        number.set_tip("How many")
        said = edits_of(number)
        retype(number, text, key=None if text else KEY.Key_Delete)
        assert number.property("state") == "wrong"
        assert reason in number.toolTip()
        other.setFocus()
        assert number.property("state") == ""
        assert "How many" in number.toolTip()
        assert (number.text(), said) == ("4", [])

    def test_escape_takes_back_what_is_being_typed(self, shown: Show) -> None:
        number = NumberField()
        shown(number)
        said = edits_of(number)
        retype(number, "9", KEY.Key_Escape)
        assert (number.text(), said) == ("0", [])

    def test_values_that_stream_in_do_not_disturb_typing(self, shown: Show) -> None:
        number = NumberField()
        shown(number)
        retype(number, "4", key=None)
        number.set_number(0.7)
        assert number.text() == "4"
        QTest.keyClick(number, KEY.Key_Return)
        assert number.number == 4

    def test_off_is_a_state_of_its_own(self, shown: Show) -> None:
        number = NumberField(1, 100, whole=True, off="never", start=10)
        shown(number)
        said = edits_of(number)
        assert (number.number, number.lineEdit().placeholderText()) == (None, "never")
        QTest.keyClick(number, KEY.Key_Up)
        assert number.number == 10
        retype(number, "never")
        assert number.number is None
        retype(number, "3")
        QTest.keyClick(number, KEY.Key_A, CTRL)
        QTest.keyClick(number, KEY.Key_Delete)
        QTest.keyClick(number, KEY.Key_Return)
        assert [value for value, _ in said] == [10, None, 3, None]

    def test_whole_numbers(self, shown: Show) -> None:
        number = NumberField(0, 100, whole=True)
        shown(number)
        retype(number, "2.5", key=None)
        assert "whole" in number.toolTip()
        retype(number, "12")
        assert number.number == 12
        assert isinstance(number.number, int)
        QTest.keyClick(number, KEY.Key_Up)
        assert number.number == 13

    def test_whole_numbers_stay_whole_when_stepped(self, shown: Show) -> None:
        """Arrows and typing both give an int: nothing can be counted, shuffled or sliced with 1.0."""
        number = NumberField(0, 2.0**53, whole=True)
        _window, edits = shown(number), edits_of(number)
        for key in (KEY.Key_Up, KEY.Key_PageUp, KEY.Key_PageDown):
            QTest.keyClick(number, key)
        retype(number, "7")
        assert [value for value, token in edits] == [1, 11, 1, 7]
        assert all(type(value) is int for value, token in edits)

    def test_a_large_seed_is_shown_whole(self, shown: Show) -> None:
        number = NumberField(0, 2.0**53, whole=True)
        number.set_number(123456789012)
        assert number.text() == "123456789012"

    def test_the_ladder_climbs_by_ratio(self, shown: Show) -> None:
        number = NumberField(0, 1e6, ladder=True)
        shown(number)
        number.set_number(0.03)
        seen = []
        for key in (KEY.Key_Up, KEY.Key_Up, KEY.Key_Up, KEY.Key_Down, KEY.Key_Down):
            QTest.keyClick(number, key)
            seen.append(number.number)
        assert seen == [0.05, 0.1, 0.2, 0.1, 0.05]
        QTest.keyClick(number, KEY.Key_Up, CTRL)
        assert number.number == 0.051
        number.set_number(0)
        QTest.keyClick(number, KEY.Key_Up)
        assert number.number == 1e-6
        QTest.keyClick(number, KEY.Key_Down)
        assert number.number == 0

    def test_bounds_end_the_steps(self, shown: Show) -> None:
        number = NumberField(0, 0.15)
        shown(number)
        said = edits_of(number)
        for _ in range(3):
            QTest.keyClick(number, KEY.Key_Up)
        assert number.number == 0.15
        assert len(said) == 2


def test_editors_go_down_with_their_window_without_a_crash(desk: Desk) -> None:
    number, text = NumberField(), TextField()
    said: list[float | None] = []
    number.edited.connect(lambda value, token: said.append(value))
    for editor in (number, text):
        window = Window(editor)
        QTest.keyClicks(editor, "12")
        del window
        assert not isValid(editor)
    assert not said


class TestTextField:
    def test_says_what_was_typed_once(self, shown: Show) -> None:
        text, other = TextField(), TextField()
        shown(text, other)
        said: list[str] = []
        text.edited.connect(said.append)
        text.set_text("h")
        retype(text, "  k ")
        other.setFocus()
        assert said == ["k"]

    def test_a_wrong_text_is_marked_and_reverts(self, shown: Show) -> None:
        text, other = TextField(lambda text: "There is a neuron <b> already." if text == "b" else ""), TextField()
        shown(text, other)
        text.set_text("h")
        retype(text, "b", key=None)
        assert text.property("state") == "wrong"
        assert "&lt;b&gt;" in text.toolTip()
        other.setFocus()
        assert text.text() == "h"
        text.setFocus()
        retype(text, "x", KEY.Key_Escape)
        assert text.text() == "h"


class TestChoiceField:
    def test_only_the_learner_is_heard(self, shown: Show) -> None:
        choice, other = ChoiceField(), NumberField()
        choice.set_choices([("a", "Alpha"), (None, "Nothing"), ("c", "A very long label that does not fit")])
        shown(other, choice)
        said: list[object] = []
        choice.chosen.connect(said.append)
        choice.set_value(None)
        assert choice.currentText() == "Nothing"
        choice.set_value("not there")
        assert choice.currentIndex() == -1
        choice.set_value("a")
        assert said == []
        assert not turn(choice, -1)
        choice.setFocus()
        QTest.keyClick(choice, KEY.Key_Down)
        turn(choice, -1)
        assert said == [None, "c"]
        choice.grab()

    def test_a_forbidden_choice_says_why(self, shown: Show) -> None:
        choice = ChoiceField()
        choice.set_choices([(1, "one"), (2, "two")])
        shown(choice)
        choice.forbid(2, "not now")
        QTest.keyClick(choice, KEY.Key_Down)
        assert choice.value == 1
        assert choice.itemData(1, Qt.ItemDataRole.ToolTipRole) == "not now"
        choice.forbid(2, "")
        QTest.keyClick(choice, KEY.Key_Down)
        assert choice.value == 2


def test_segments_are_clicked_and_moved_by_keys(shown: Show) -> None:
    segments = Segments("switch", [(0.0, "0", "Feed 0"), (1.0, "1", "Feed 1")])
    shown(segments)
    said: list[float] = []
    segments.chosen.connect(said.append)
    one = segments.findChild(QWidget, "switch_1.0")
    assert one is not None
    segments.set_value(0.5)
    QTest.mouseClick(one, Qt.MouseButton.LeftButton)
    assert said == [1.0]
    QTest.keyClick(one, KEY.Key_Left)
    assert said[-1:] == [0.0]


def test_a_long_name_neither_pushes_nor_is_read_as_html(desk: Desk) -> None:
    label = ElidedLabel("<b>" + "long " * 50, most=120)
    assert label.sizeHint().width() == 120
    assert label.minimumSizeHint().width() <= 24
    label.resize(60, 20)
    label.grab()


def test_a_label_asks_for_room_for_its_margins_too(desk: Desk) -> None:
    """At the size it asks for nothing is cut, whatever its margins are."""
    label = ElidedLabel("not saved yet")
    label.setContentsMargins(4, 0, 7, 0)
    label.resize(label.sizeHint())
    assert label.contentsRect().width() >= label.fontMetrics().horizontalAdvance(label.text())


def test_disclosure_opens_by_key(shown: Show) -> None:
    disclosure = Disclosure("Advanced", "advanced")
    inside = NumberField()
    disclosure.body.addWidget(inside)
    shown(disclosure)
    assert not inside.isVisible()
    disclosure.button.setFocus()
    QTest.keyClick(disclosure.button, KEY.Key_Space)
    assert inside.isVisible()
    assert disclosure.button.text() == "Advanced ▾"


@dataclass(frozen=True)
class Sample:
    """One field of each kind."""

    rate: float = field(0.03, "Rate", "How far.", minimum=0.0, maximum=1e6)
    count: int = field(10, "Count", "How many.", unit="pieces", minimum=1, maximum=99)
    order: str = field("up", "Order", "Which way.", choices=[("up", "upwards"), ("down", "downwards")])
    name: str = field("a", "Name", "What it is called.")
    exact: bool = field(True, "Exact", "Whether.")
    limit: float | None = field(None, "Limit", "Where it ends.", kind=float, minimum=0.0, off="off")


class TestFieldsForm:
    def form(self, shown: Show) -> tuple[FieldsForm, list[tuple[str, object]]]:
        form = FieldsForm(Sample, "sample", starts={"limit": 5})
        said: list[tuple[str, object]] = []
        form.edited.connect(lambda name, value, token: said.append((name, value)))
        shown(form)
        form.show_values(Sample())
        return form, said

    def test_each_kind_has_its_editor(self, shown: Show) -> None:
        form, said = self.form(shown)
        kinds = {name: type(editor) for name, editor in form.editors.items()}
        assert kinds == {"rate": NumberField, "count": NumberField, "order": ChoiceField, "name": TextField,
                         "exact": QCheckBox, "limit": NumberField}
        for name, editor in form.editors.items():
            assert editor.objectName() == f"sample_{name}"
            assert editor.accessibleName()
            assert editor.toolTip()
        assert said == []

    def test_each_editor_says_its_field(self, shown: Show) -> None:
        form, said = self.form(shown)
        editors = form.editors
        retype(editors["rate"], "0,5")
        QTest.keyClick(editors["count"], KEY.Key_Up)
        QTest.keyClick(editors["order"], KEY.Key_Down)
        retype(editors["name"], "b")
        QTest.keyClick(editors["exact"], KEY.Key_Space)
        assert said == [("rate", 0.5), ("count", 11), ("order", "down"), ("name", "b"), ("exact", False)]

    def test_a_field_that_can_be_off_has_a_switch(self, shown: Show) -> None:
        form, said = self.form(shown)
        switch = form.findChild(QCheckBox, "sample_limit_on")
        assert isinstance(switch, QCheckBox)
        QTest.keyClick(switch, KEY.Key_Space)
        form.show_values(Sample(limit=7.0))
        QTest.keyClick(switch, KEY.Key_Space)
        form.show_values(Sample())
        QTest.keyClick(switch, KEY.Key_Space)
        assert said == [("limit", 5), ("limit", None), ("limit", 7.0)]


def test_ctrl_z_is_the_programs_undo_unless_something_is_half_typed(shown: Show) -> None:
    number = NumberField()
    window = shown(number)
    undone: list[bool] = []
    QShortcut(QKeySequence.StandardKey.Undo, window, lambda: undone.append(True))
    QTest.keyClick(number, KEY.Key_Up)
    QTest.keyClick(number, KEY.Key_Z, CTRL)
    assert undone == [True]
    QTest.keyClicks(number, "5")
    QTest.keyClick(number, KEY.Key_Z, CTRL)
    assert undone == [True]
