"""The table panel, driven with real mouse and keys."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from nnsim.core.explain.sums import sum_of
from nnsim.core.network import Network
from nnsim.core.program import Program, compile
from nnsim.data.generators import GENERATORS, GateFields, SampleFields
from nnsim.data.sources import DataSource, GeneratedData, InlineData, dataset_of
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.panels.data.model import FORMS, Form
from nnsim.gui.panels.data.panel import TablePanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.session import Session
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.training.config import TrainingConfig
from tests.gui.panels.in_window import InWindow

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
XOR = GeneratedData("xor_gate")
BITS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


def xor(data: DataSource | None = XOR) -> Document:
    """XOR by hand, as in the lecture."""
    document = Document()
    for id, role in (("x0", "input"), ("x1", "input"), ("h", "hidden"), ("output", "output")):
        document = edits.add_neuron(document, role, (0, 0), id)  # type: ignore[arg-type]
    for ends in (("x0", "h"), ("x1", "h"), ("x0", "output"), ("x1", "output"), ("h", "output")):
        document = edits.connect(document, *ends)
    return replace(edits.set_values(document, {"w5": -2, "b_h": -1.2, "b_output": -0.6}), data=data)


def half_adder() -> Document:
    """XOR by hand with a second output that says AND."""
    document = edits.add_neuron(xor(None), "output", (0, 0), "carry")
    document = edits.connect(edits.connect(document, "x0", "carry"), "x1", "carry")
    return edits.set_values(document, {"b_carry": -1.5})


def layered(sizes: list[int], data: DataSource | None, hidden: str = "tanh", output: str = "tanh") -> Document:
    return Document(Network.layered(sizes, hidden, output, seed=1), data=data)


class Table(InWindow[TablePanel]):
    """The panel in a window as wide as below the canvas, and what one sees and does there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(TablePanel(desk), 700, 220)
        self.model, self.view = self.panel.model, self.panel.view

    @property
    def titles(self) -> list[str]:
        model = self.model
        return [model.headerData(c, Qt.Orientation.Horizontal) for c in range(model.columnCount())]

    def row(self, row: int) -> list[str]:
        """What a row says in full."""
        return [self.model.index(row, c).data() for c in range(self.model.columnCount())]

    @property
    def status(self) -> str:
        return self.panel.status.text()

    def choice(self, name: str = "target_choice") -> ChoiceField:
        """The choice in the header of a target column."""
        found = self.window.findChild(ChoiceField, name)
        assert found is not None and found.isVisible()
        return found

    def choose(self, choice: str | None, name: str = "target_choice") -> None:
        """Choose a target from its list with the keys."""
        field = self.choice(name)
        field.setFocus()
        QTest.keyClick(field, KEY.Key_F4)
        values = [field.itemData(i) for i in range(field.count())]
        for _ in range(field.count()):
            QTest.keyClick(field.view(), KEY.Key_Up)
        for _ in range(values.index(choice)):
            QTest.keyClick(field.view(), KEY.Key_Down)
        QTest.keyClick(field.view(), KEY.Key_Return)

    def index(self, row: int, title: str) -> QModelIndex:
        return self.model.index(row, self.titles.index(title))

    def click(self, row: int, title: str) -> None:
        """Click what is written in a cell."""
        self.view.scrollTo(self.index(row, title))
        QTest.mouseClick(self.view.viewport(), LEFT, pos=self.view.number_place(self.index(row, title)).center())

    @property
    def inputs(self) -> list[float]:
        return self.desk.looking.input_row[0].tolist()


@pytest.fixture
def table(desk: Desk) -> Iterator[Table]:
    table = Table(desk)
    yield table
    table.close()


# The truth table


def test_xor_stands_there_as_in_the_lecture(table: Table) -> None:
    table.open(xor())
    assert table.titles == ["x0", "x1", "h", "output", "target"]
    assert [table.row(row) for row in range(4)] == [
        ["0", "0", "1·0 + 1·0 = 0 < 1.2 → 0", "1·0 + 1·0 + (−2)·0 = 0 < 0.6 → 0", "0 ✓"],
        ["0", "1", "1·0 + 1·1 = 1 < 1.2 → 0", "1·0 + 1·1 + (−2)·0 = 1 ≥ 0.6 → 1", "1 ✓"],
        ["1", "0", "1·1 + 1·0 = 1 < 1.2 → 0", "1·1 + 1·0 + (−2)·0 = 1 ≥ 0.6 → 1", "1 ✓"],
        ["1", "1", "1·1 + 1·1 = 2 ≥ 1.2 → 1", "1·1 + 1·1 + (−2)·1 = 0 < 0.6 → 0", "0 ✓"],
    ]
    assert table.status == "all 4 rows match XOR ✓"
    assert table.panel.status.property("tone") == "good"


@pytest.mark.parametrize("width", [600, 700, 1000])
def test_its_sums_are_never_cut(table: Table, width: int) -> None:
    """At 600 pixels, a window of 1280×720, in the small size."""
    table.window.resize(width, 220)
    table.open(xor())
    view = table.view
    assert view.forms == ["long"] * 5
    for column in (2, 3):
        widest = max(view.metrics.horizontalAdvance(table.row(row)[column]) for row in range(4))
        assert view.columnWidth(column) >= widest
    assert view.horizontalScrollBar().maximum() == 0


def test_four_rows_and_the_header_are_seen_in_the_smallest_window(table: Table) -> None:
    table.panel.setFixedHeight(140)
    table.window.resize(600, 180)
    table.open(xor())
    assert table.view.verticalScrollBar().maximum() == 0
    assert table.view.viewport().rect().contains(table.view.visualRect(table.index(3, "target")).center())


def test_a_wrong_row_is_marked(table: Table) -> None:
    table.open(edits.set_values(xor(), {"w5": 0.0}))
    assert [table.row(row)[-1] for row in range(4)] == ["0 ✓", "1 ✓", "1 ✓", "0 ✗"]
    assert table.status == "3 of 4 rows match XOR"
    assert table.panel.status.property("tone") == "muted"


def test_an_output_that_is_not_a_step_is_right_on_its_side_of_the_threshold(table: Table) -> None:
    """tanh: 0 parts the classes; sigmoid: one half."""
    for output, bias, said in (("tanh", 0.01, 1), ("tanh", -0.01, 0), ("sigmoid", 0.01, 1), ("sigmoid", -0.01, 0)):
        net = Network.layered([1, 1], output=output).with_values({"w1": 0.0, "b_y": bias})
        table.open(Document(net, data=InlineData(((0,), (1,)), ((0,), (1,)))))
        assert [table.row(row)[-1] for row in range(2)] == (["0 ✗", "1 ✓"] if said else ["0 ✓", "1 ✗"])


def test_a_comparison_that_rounding_would_falsify_says_why_it_is_exact(table: Table) -> None:
    document = edits.set_values(xor(), {"w1": 0.7, "w2": 0.1, "b_h": -0.8})
    table.open(document)
    cell = table.index(3, "h")
    assert cell.data() == "0.7·1 + 0.1·1 = 0.7999999999999999 < 0.8 → 0"
    assert "More digits" in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert "0.7 and 0.1 have no exact binary form" in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert "More digits" not in table.index(0, "h").data(Qt.ItemDataRole.ToolTipRole)


def test_neurons_stand_in_the_order_of_their_depth(table: Table) -> None:
    document = edits.add_neuron(xor(), "hidden", (0, 0), "late")
    document = edits.connect(document, "output", "late")
    document = edits.connect(edits.add_neuron(document, "hidden", (0, 0), "early"), "x0", "early")
    assert table.open(document).titles == ["x0", "x1", "h", "early", "output", "target", "late"]


def test_half_built_nets_show_what_there_is(table: Table) -> None:
    table.open(edits.remove(xor(), ["h"], [("x0", "output"), ("x1", "output")]))
    assert table.row(3) == ["1", "1", "0 < 0.6 → 0", "0"]
    assert table.status == ""
    table.open(edits.remove(xor(), ["h", "output"]))
    assert table.titles == ["x0", "x1", "target"]
    table.open(edits.add_neuron(Document(), "input", (0, 0)))
    assert [table.row(row) for row in range(2)] == [["0", "–"], ["1", "–"]]


def test_an_empty_canvas_says_what_to_do(table: Table) -> None:
    table.open(Document())
    assert "Add inputs to see every case" in table.panel.empty.text()
    assert table.panel.empty.isVisible() and not table.view.isVisible()
    assert not table.panel.fix.isVisible()


def test_six_inputs_have_sixty_four_rows(table: Table) -> None:
    table.open(layered([6, 1], GeneratedData("majority_gate", GateFields(inputs=6))))
    assert table.model.rowCount() == 64
    table.click(63, "x0")
    assert table.inputs == [1] * 6


# The row of the inputs


def test_clicking_a_row_feeds_it(table: Table) -> None:
    table.open(xor())
    table.click(2, "h")
    assert table.inputs == [1, 0]
    assert table.model.lit == 2
    table.click(1, "x0")
    assert table.inputs == [0, 1]
    assert table.desk.session.document.data == XOR
    assert not table.desk.session.dirty


def test_clicking_the_row_again_feeds_it_after_the_inputs_were_changed(table: Table) -> None:
    table.open(xor())
    table.click(3, "h")
    table.desk.looking.set_inputs({"x0": 0.5})
    assert table.model.lit == -1
    table.click(3, "h")
    assert table.inputs == [1, 1]


def test_the_arrow_keys_go_through_the_rows(table: Table) -> None:
    table.open(xor())
    table.view.setFocus()
    for inputs in ([0, 1], [1, 0], [1, 1]):
        QTest.keyClick(table.view, KEY.Key_Down)
        assert table.inputs == inputs
    QTest.keyClick(table.view, KEY.Key_Up)
    assert table.inputs == [1, 0]


def test_the_keys_go_on_from_the_row_of_the_inputs(table: Table) -> None:
    table.open(xor())
    table.desk.looking.set_inputs({"x0": 1, "x1": 0})
    assert table.model.lit == 2
    table.view.setFocus()
    QTest.keyClick(table.view, KEY.Key_Down)
    assert table.inputs == [1, 1]


def test_taking_the_focus_feeds_nothing(table: Table) -> None:
    table.open(xor())
    table.desk.looking.set_inputs({"x0": 0.25})
    table.view.setFocus()
    assert table.inputs == [0.25, 0]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_row_of_the_inputs_is_lit(table: Table, qapp: QApplication, mode: str) -> None:
    apply_theme(qapp, mode)  # type: ignore[arg-type]
    table.open(xor())
    table.desk.looking.set_inputs({"x0": 1})
    QApplication.processEvents()
    image = table.view.viewport().grab().toImage()

    def background(row: int) -> str:
        rect = table.view.visualRect(table.index(row, "x0"))
        return image.pixelColor(rect.topLeft() + QPoint(2, 4)).name()

    assert [background(row) for row in range(4)] == [
        theme().accent_soft if row == 2 else theme().card for row in range(4)]


# The target column is the data


@pytest.mark.parametrize("name", [n for n, g in GENERATORS.items() if g.is_gate and n != "not_gate"])
def test_choosing_a_gate_makes_it_the_data(table: Table, name: str) -> None:
    table.open(xor(None))
    assert table.status == "choose a target to check the rows"
    assert [table.row(row)[-1] for row in range(4)] == ["–"] * 4
    table.choose(name)
    desk = table.desk
    assert desk.session.document.data == GeneratedData(name, GateFields(inputs=2))
    assert desk.session.dataset is not None and desk.session.dataset.X_test is None
    assert table.choice().value == name
    expected = GENERATORS[name].make(GateFields(inputs=2))[1][:, 0]
    assert [table.row(row)[-1][0] for row in range(4)] == [f"{t:g}" for t in expected]
    assert GENERATORS[name].label in table.status


def test_not_is_for_one_input(table: Table) -> None:
    table.open(layered([1, 1], None))
    table.choose("not_gate")
    assert table.desk.session.document.data == GeneratedData("not_gate")
    table.open(xor())
    assert "NOT" not in [table.choice().itemText(i) for i in range(table.choice().count())]


def test_a_choice_can_be_undone(table: Table) -> None:
    table.open(xor())
    table.choose("xnor_gate")
    assert table.choice().value == "xnor_gate"
    table.desk.session.undo()
    assert table.desk.session.document.data == XOR
    assert table.choice().value == "xor_gate"
    assert table.status == "all 4 rows match XOR ✓"


def test_no_target_takes_the_data_away(table: Table) -> None:
    table.open(xor())
    table.choose(None)
    assert table.desk.session.document.data is None
    assert table.choice().currentText() == "none"


def test_clicking_a_target_changes_it_and_again_brings_the_gate_back(table: Table) -> None:
    table.open(xor())
    table.click(1, "target")
    assert table.desk.session.document.data == InlineData(BITS, ((0,), (0,), (1,), (0,)))
    assert table.choice().value == "own"
    assert table.row(1)[-1] == "0 ✗"
    assert table.status == "3 of 4 rows match the target"
    table.click(1, "target")
    assert table.desk.session.document.data == XOR
    assert not table.desk.session.dirty


def test_space_changes_a_target_and_nothing_else(table: Table) -> None:
    table.open(xor())
    table.click(2, "output")
    QTest.keyClick(table.view, KEY.Key_Space)
    assert table.desk.session.document.data == XOR
    QTest.keyClick(table.view, KEY.Key_Right)
    QTest.keyClick(table.view, KEY.Key_Space)
    assert table.desk.session.document.data == InlineData(BITS, ((0,), (1,), (0,), (0,)))
    assert table.view.currentIndex() == table.index(2, "target")
    QTest.keyClick(table.view, KEY.Key_Down)
    QTest.keyClick(table.view, KEY.Key_Space)
    assert table.desk.session.document.data == InlineData(BITS, ((0,), (1,), (0,), (1,)))


def test_clicking_where_nothing_is_set_begins_an_own_table(table: Table) -> None:
    table.open(xor(None))
    table.click(2, "target")
    assert table.desk.session.document.data == InlineData(BITS, ((0,), (0,), (1,), (0,)))


def test_own_keeps_the_targets_and_leads_to_them(table: Table, qtbot: QtBot) -> None:
    table.open(xor())
    with qtbot.waitSignal(table.desk.session.message, check_params_cb=lambda text, kind: "Space" in text):
        table.choose("own")
    assert table.desk.session.document.data == XOR
    assert table.choice().value == "xor_gate"
    assert table.view.hasFocus()
    QTest.keyClick(table.view, KEY.Key_Space)
    assert table.row(0)[-1] == "1 ✗"
    table.open(xor(None)).choose("own")
    assert [table.row(row)[-1] for row in range(4)] == ["0 ✓", "0 ✗", "0 ✗", "0 ✓"]


def test_own_targets_that_are_a_gate_are_called_so(table: Table) -> None:
    table.open(xor(InlineData(BITS, ((0,), (0,), (0,), (1,)))))
    assert table.choice().currentText() == "AND"


@pytest.mark.parametrize("document", [xor(None), half_adder()])
def test_the_arrow_keys_reach_every_choice(table: Table, document: Document) -> None:
    """Also majority, which for two inputs is the same as AND."""
    table.open(document)
    field = table.choice()
    field.setFocus()
    labels = [field.itemText(i) for i in range(field.count())]
    reached = []
    for _ in range(field.count() - 1):
        QTest.keyClick(field, KEY.Key_Down)
        reached.append(field.currentText())
    assert labels[0] == "none" and reached[:-1] == labels[1:-1]
    assert table.view.hasFocus()


def test_every_output_has_a_target(table: Table) -> None:
    table.open(half_adder())
    assert table.titles[2:] == ["h", "carry", "target carry", "output", "target output"]
    table.choose("xor_gate")
    assert table.desk.session.document.data == InlineData(BITS, ((0, 0), (1, 0), (1, 0), (0, 0)))
    table.choose("and_gate", "target_choice_carry")
    assert table.desk.session.document.data == InlineData(BITS, ((0, 0), (1, 0), (1, 0), (0, 1)))
    assert table.status == "all 4 rows match the target ✓"
    table.click(3, "target carry")
    assert [table.row(3)[4], table.row(3)[-1]] == ["0 ✗", "0 ✓"]
    assert table.choice("target_choice_carry").value == "own"
    assert table.status == "3 of 4 rows match the target"


def test_the_wheel_over_a_choice_changes_nothing(table: Table) -> None:
    table.open(xor())
    table.view.setFocus()
    middle = QPointF(table.choice().rect().center())
    wheel = QWheelEvent(middle, middle, QPoint(), QPoint(0, -120), LEFT & ~LEFT, Qt.KeyboardModifier.NoModifier,
                        Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(table.choice(), wheel)
    assert table.desk.session.document.data == XOR


def test_the_target_is_what_training_learns(table: Table, qtbot: QtBot) -> None:
    """The numbers in the table after training are those of the trained network."""
    table.open(replace(layered([2, 2, 1], None, "sigmoid", "sigmoid"), training=TrainingConfig(learning_rate=0.5)))
    table.choose("or_gate")
    desk = table.desk
    assert desk.session.train(epochs=200)
    qtbot.waitUntil(lambda: not desk.session.training, timeout=10_000)
    network = desk.session.document.network
    trace = compile(network).trace(network.parameters, BITS)
    assert table.row(2)[2:5] == [sum_of(network, id, trace, 2).long() for id in ("h1", "h2", "y")]


# Room


def test_long_names_leave_room_for_the_target(table: Table) -> None:
    document = edits.rename_neuron(xor(), "h", "a neuron with <b>a very</b> long name that does not end soon")
    table.open(edits.rename_neuron(document, "x0", "an input with quite a long name as well"))
    assert table.view.horizontalScrollBar().maximum() == 0
    assert table.choice().width() > 40
    tip = table.model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;a very&lt;/b&gt;" in tip


LONG_NAME = "A neuron whose name is as long as a sentence may be"


@pytest.mark.parametrize("width", [575, 600, 1000])
def test_a_long_name_is_cut_before_a_sum_is(table: Table, width: int) -> None:
    """Each sum of XOR is written as it was; the name is as long as its column, and stands whole in the tooltip."""
    table.window.resize(width, 220)
    table.open(edits.rename_neuron(xor(), "h", LONG_NAME))
    assert table.view.forms == ["long"] * 5 and table.view.horizontalScrollBar().maximum() == 0
    tip = table.model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert LONG_NAME in tip


def test_where_all_names_are_long_there_are_sums_and_a_wider_table_never_says_less(table: Table) -> None:
    document = xor()
    for number, id in enumerate(xor().network.structure.by_id):
        document = edits.rename_neuron(document, id, f"{number} {LONG_NAME}")
    table.open(document)
    before = FORMS.index("result")
    for width in range(600, 1500, 25):
        table.window.resize(width, 220)
        QApplication.processEvents()
        (form,) = set(sums(table).values())
        assert FORMS.index(form) <= before
        before = FORMS.index(form)
        assert table.view.horizontalScrollBar().maximum() == 0
        assert table.choice().geometry().right() <= table.view.viewport().width()
    assert before == 0


def test_sums_without_room_are_shortened_and_stand_in_the_tooltip(table: Table) -> None:
    table.open(layered([2, 4, 1], XOR))
    assert set(table.view.forms[2:7]) <= {"short", "result", "output"}
    assert table.view.horizontalScrollBar().maximum() == 0
    assert "·" in table.index(1, "h1").data(Qt.ItemDataRole.ToolTipRole)


def sums(table: Table) -> dict[str, Form]:
    """In which form the sums of each neuron are written."""
    return {column.neuron: form for column, form in zip(table.model.columns, table.view.forms, strict=True)
            if column.kind == "sum"}


@pytest.mark.parametrize("neurons", [1, 2, 3, 4])
@pytest.mark.parametrize("selected", [(), ("h1",), ("y",)])
def test_sums_side_by_side_have_one_form(table: Table, neurons: int, selected: tuple[str, ...]) -> None:
    """At every width: the longest that fits, in all columns; a wider table never says less."""
    table.open(layered([2, neurons, 1], XOR))
    table.desk.looking.select(selected)
    before = len(FORMS)
    for width in range(400, 1500, 100):
        table.window.resize(width, 220)
        QApplication.processEvents()
        forms = sums(table)
        written = {form for form in forms.values() if form != "output"}
        assert len(written) <= 1
        if len(set(forms.values())) > 1:
            assert {id for id, form in forms.items() if form != "output"} == set(selected)
        else:
            now = FORMS.index(forms["y"])
            assert now <= before
            before = now
    assert before == 0 or neurons > 2


def test_where_no_sum_has_room_in_all_columns_that_of_the_selected_neuron_is_written(table: Table) -> None:
    table.window.resize(760, 220)
    table.open(layered([2, 6, 1], XOR))
    assert set(sums(table).values()) == {"output"}
    for id in ("h1", "h3", "h2"):
        table.desk.looking.select([id])
        forms = sums(table)
        assert {other for other, form in forms.items() if form != "output"} == {id}
        assert table.view.horizontalScrollBar().maximum() == 0


def test_clicking_a_name_selects_its_neuron(table: Table) -> None:
    table.open(xor())
    left = table.view.titles.sectionViewportPosition(2)
    QTest.mouseClick(table.view.titles.viewport(), LEFT, pos=QPoint(left + 12, 12))
    assert table.desk.looking.selected_neurons == {"h"}


def test_of_many_neurons_outputs_and_selected_ones_are_shown(table: Table) -> None:
    table.open(layered([2, 14, 1], XOR))
    assert table.titles == ["x0", "x1", "y", "target"]
    assert table.panel.note.isVisible() and "15" in table.panel.note.text()
    table.desk.looking.select(["h7"])
    assert table.titles == ["x0", "x1", "h7", "y", "target"]
    table.open(xor())
    assert not table.panel.note.isVisible()


def test_a_number_that_grows_in_training_is_not_cut(table: Table) -> None:
    table.open(xor())
    before = table.view.columnWidth(3)
    table.desk.session.set_values({"w3": 1.234, "w4": -5.678, "w5": -9.012}, "test")
    for column in range(5):
        form = table.view.forms[column]
        text = table.model.written(3, column, form)
        assert table.view.columnWidth(column) >= table.view.metrics.horizontalAdvance(text)
    assert table.view.columnWidth(3) != before or table.view.forms[3] != "long"


# Samples of other data


def test_samples_stand_there_train_then_test(table: Table) -> None:
    source = GeneratedData("circle", SampleFields(samples=20, seed=3))
    table.open(layered([2, 4, 1], source))
    data = dataset_of(source)
    assert table.titles == ["set", "x0", "x1", "target", "y", "right"]
    assert table.model.rowCount() == 20
    assert [table.row(row)[0] for row in (0, 9, 10, 19)] == ["train", "train", "test", "test"]
    network = table.desk.session.network
    out = compile(network).forward(network.parameters, data.X_test)[:, 0]
    assert [table.row(10 + i)[-1] for i in range(10)] == [
        "✓" if (o >= 0) == (t == 1) else "✗" for o, t in zip(out, data.T_test[:, 0], strict=True)]
    right = sum((compile(network).forward(network.parameters, data.X) >= 0) == (data.T == 1))[0]
    assert table.status.startswith(f"{right} of 10 right · test")


def test_clicking_a_sample_feeds_it(table: Table) -> None:
    source = GeneratedData("circle", SampleFields(samples=20))
    table.open(layered([2, 4, 1], source))
    table.click(4, "y")
    assert table.inputs == dataset_of(source).X[4].tolist()
    assert table.model.lit == 4


def test_a_target_of_samples_is_not_changed_by_a_click(table: Table) -> None:
    source = GeneratedData("circle", SampleFields(samples=20))
    table.open(layered([2, 4, 1], source))
    table.click(2, "target")
    assert table.desk.session.document.data == source


def test_other_targets_show_the_loss_of_each_sample(table: Table) -> None:
    table.open(Document(
        Network.layered([2, 2, 2], "sigmoid", "sigmoid"), data=InlineData(((0.05, 0.1),), ((0.01, 0.99),))))
    network = table.desk.session.network
    o = compile(network).forward(network.parameters, [[0.05, 0.1]])[0]
    loss = 0.5 * ((o[0] - 0.01) ** 2 + (o[1] - 0.99) ** 2)
    assert table.titles[-1] == "loss"
    assert float(table.row(0)[-1]) == pytest.approx(loss, rel=1e-3)
    assert table.row(0)[:5] == ["train", "0.05", "0.1", "0.01", "0.99"]


def test_one_class_of_several_is_the_largest_output(table: Table) -> None:
    """Shown as softmax, which adds up to 1."""
    X = ((0.1, 0.2), (0.9, 0.4), (0.3, 0.8))
    document = layered([2, 3], InlineData(X, tuple(map(tuple, np.eye(3)))), output="linear")
    table.open(replace(document, training=TrainingConfig(loss="softmax_cross_entropy")))
    out = compile(document.network).forward(document.network.parameters, X)
    assert [table.row(row)[-1] == "✓" for row in range(3)] == [out[row].argmax() == row for row in range(3)]
    assert sum(float(table.row(1)[c]) for c in range(6, 9)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("sizes", "data", "words"),
    [
        ([3, 1], GeneratedData("circle"), "2 columns for inputs, the network has 3"),
        ([2, 2], GeneratedData("circle"), "1 column for outputs, the network has 2"),
        ([3, 1], InlineData(BITS, ((0,), (1,), (1,), (1,))), "2 columns for inputs, the network has 3"),
    ],
)
def test_data_that_do_not_fit_say_so_with_a_way_out(
    table: Table, sizes: list[int], data: DataSource, words: str,
) -> None:
    table.open(layered(sizes, data))
    assert words in table.panel.empty.text()
    fix = table.window.findChild(QPushButton, "table_fix")
    assert fix is not None and fix.isVisible()
    QTest.mouseClick(fix, LEFT)
    assert table.desk.session.document.data is None
    assert table.model.rowCount() == 2 ** sizes[0]
    table.desk.session.undo()
    assert table.desk.session.document.data == data


def test_without_data_many_inputs_ask_for_some(table: Table) -> None:
    table.open(layered([7, 1], None))
    assert "Choose data" in table.panel.empty.text()
    assert not table.panel.fix.isVisible()


# Cost


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of rows of every forward pass from now on."""
    runs: list[int] = []
    run: Callable[..., object] = Program.run
    monkeypatch.setattr(Program, "run", lambda self, w, X: runs.append(len(X)) or run(self, w, X))
    return runs


def test_new_values_take_one_pass_over_all_rows(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.open(xor())
    runs = counted(monkeypatch)
    table.desk.session.set_values({"w1": 2.0}, "test")
    table.view.viewport().grab()
    assert runs == [4]


def test_of_many_samples_only_those_in_sight_are_computed(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for counting the right ones, which happens seldom while training."""
    table.open(layered([2, 4, 1], GeneratedData("circle", SampleFields(samples=10_000))))
    table.click(9_000, "y")
    monkeypatch.setattr(type(table.model), "counter", lambda self, most: None)
    runs = counted(monkeypatch)
    table.desk.session.set_values({"w1": 2.0}, "test")
    table.view.viewport().grab()
    assert sum(runs) <= 3 * 64


def test_while_training_samples_are_counted_seldom(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.open(layered([2, 4, 1], GeneratedData("circle")))
    counts: list[int] = []
    monkeypatch.setattr(type(table.model), "count_right", lambda self: counts.append(1))
    monkeypatch.setattr(Session, "moving", property(lambda self: True))
    network = table.desk.session.network
    for i in range(10):
        table.desk.session._set_parameters(network.with_parameters(network.parameters * (1 + i / 10)).parameters)
    assert len(counts) <= 1


def test_hidden_it_does_nothing_and_catches_up_when_shown(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.open(xor())
    table.panel.hide()
    runs = counted(monkeypatch)
    table.desk.session.set_values({"w5": 0.0}, "test")
    assert runs == []
    table.panel.show()
    assert table.row(3)[-1] == "0 ✗"


def test_larger_text_makes_higher_rows(table: Table, qapp: QApplication) -> None:
    table.open(xor())
    before = table.view.rowHeight(0)
    assert 25 <= before <= 26
    apply_theme(qapp, "light", 1.5)
    QApplication.processEvents()
    assert table.view.rowHeight(0) > before
    apply_theme(qapp, "light")
