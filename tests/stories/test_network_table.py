"""The All numbers panel: neurons and connections as rows, worked on with mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.layout import arrange
from nnsim.gui.panels.network_table.panel import NetworkTablePanel
from nnsim.gui.panels.network_table.rows import NetworkRows
from nnsim.gui.panels.network_table.view import NetworkTableView
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.number_field import NumberField

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Table:
    """A hand on the All numbers panel."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.desk = hand, hand.desk
        hand.menu("explain_network_table")
        self.said: list[str] = []
        hand.session.message.connect(lambda text, kind: self.said.append(text) if kind == "refused" else None)

    @property
    def panel(self) -> NetworkTablePanel:
        return self.hand.find("network_table", NetworkTablePanel)

    @property
    def view(self) -> NetworkTableView:
        return self.panel.view

    def column(self, id: str) -> int:
        return [column.id for column in self.view.rows.what.columns].index(id)

    def texts(self, id: str) -> list[str]:
        model, column = self.view.model(), self.column(id)
        return [str(model.index(row, column).data()) for row in range(model.rowCount())]

    def point(self, place: str, id: str) -> QPoint:
        """The middle of the cell of a neuron, or of a connection such as "x0 h1"."""
        index = self.view.rows.index(self.view.rows.row_at(tuple(place.split())), self.column(id))
        assert index.isValid()
        self.view.scrollTo(index)
        return self.view.visualRect(index).center()

    def click(self, place: str, id: str, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.hand.gestures += 1
        QTest.mouseClick(self.view.viewport(), LEFT, keys, self.point(place, id))
        self.hand.settle()

    def type(self, text: str) -> None:
        """Type into the cell that has the keyboard, and press Enter."""
        QTest.keyClicks(self.view, text[0])
        editor = QApplication.focusWidget()
        QTest.keyClicks(editor, text[1:])
        self.hand.key(Qt.Key.Key_Return)

    def paste(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        self.hand.key(Qt.Key.Key_V, CTRL)

    def undo(self) -> None:
        self.hand.key(Qt.Key.Key_Z, CTRL, self.hand.window)

    def values(self) -> dict[str, float]:
        network = self.desk.session.network
        return {name: network.value(name) for name in network.parameter_names}


@pytest.fixture
def table(hand: Hand) -> Table:
    """The panel in front, with the lecture's XOR: θ of h is 1.2, of the output 0.6, and a skip connection."""
    hand.example("xor")
    return Table(hand)


def test_the_rows_say_what_the_canvas_shows(table: Table) -> None:
    """Thresholds as θ, inputs without what they have not, sums and outputs of the inputs that are fed."""
    assert table.texts("name") == ["x0", "x1", "h", "output"]
    assert table.texts("bias") == ["", "", "θ 1.2", "θ 0.6"]
    assert table.texts("activation") == ["", "", "Heaviside step", "Heaviside step"]
    table.hand.flip("x0")
    table.hand.flip("x1")
    assert table.texts("output") == ["1", "1", "1", "0"]
    assert table.texts("z")[2] == "0.8"
    table.hand.click("network_table_kind_connections")
    assert table.texts("value") == ["1", "1", "1", "1", "−2"]
    assert table.texts("source")[-1] == "h"


def test_selection_goes_both_ways_and_rows_light_the_canvas(table: Table) -> None:
    """A click on a row selects on the canvas, a click on the canvas selects the row; pointing lights."""
    table.click("h", "role")
    assert table.desk.looking.selected_neurons == {"h"}
    table.click("output", "role", CTRL)
    assert table.desk.looking.selected_neurons == {"h", "output"}
    table.hand.click_at(table.hand.at("x1"))
    assert table.view.chosen == {1}
    QTest.mouseMove(table.view.viewport(), table.point("h", "name"))
    table.hand.settle()
    assert table.desk.study.lit_neurons == {"h"}
    table.hand.click("network_table_kind_connections")
    table.click("h output", "value")
    assert table.desk.looking.selected_connections == {("h", "output")}
    assert not table.desk.session.dirty
    table.hand.key(Qt.Key.Key_Up)
    assert table.desk.looking.selected_connections == {("x1", "output")}
    assert table.desk.study.lit_connections == {("x1", "output")}


def test_numbers_are_typed_where_they_stand(table: Table) -> None:
    """“1,5” is 1.5 and a threshold stays one; a wrong text says why and changes nothing; arrows step; undo."""
    before = table.desk.session.document
    table.click("h", "bias")
    table.type("1,5")
    assert table.texts("bias")[2] == "θ 1.5"
    assert table.desk.session.network.value("b_h") == -1.5
    table.type("abc")
    assert any("Type a number" in text for text in table.said)
    editor = table.hand.find("network_table_edit", NumberField)
    assert editor.wrong
    table.hand.key(Qt.Key.Key_Escape)
    assert table.texts("bias")[2] == "θ 1.5"
    table.hand.key(Qt.Key.Key_Return)
    table.hand.key(Qt.Key.Key_Up)
    table.hand.key(Qt.Key.Key_Up)
    assert table.texts("bias")[2] == "θ 1.7"
    table.hand.key(Qt.Key.Key_Escape)
    assert table.texts("bias")[2] == "θ 1.5"
    table.undo()
    assert table.desk.session.document == before


def test_a_wrong_text_that_is_left_with_a_click_changes_nothing(table: Table) -> None:
    """The click goes where it went; the reason is said."""
    table.click("h", "bias")
    QTest.keyClicks(table.view, "-")
    table.click("output", "name")
    assert table.texts("bias")[2] == "θ 1.2"
    assert any("Type a number" in text for text in table.said)


def test_what_cannot_be_edited_says_why(table: Table) -> None:
    """An input has no activation, and an output follows from the rest."""
    QTest.mouseDClick(table.view.viewport(), LEFT, NO_KEYS, table.point("x0", "activation"))
    assert table.said[-1] == "x0 is an input: it computes nothing."
    table.click("output", "output")
    table.hand.key(Qt.Key.Key_Return)
    assert "follows from" in table.said[-1]


def test_names_functions_and_roles_are_chosen_in_place(table: Table) -> None:
    """A name with Enter, the activation and the role from their lists; the rows stay where they are."""
    table.click("h", "name")
    table.hand.key(Qt.Key.Key_F2)
    table.hand.write("AND")
    assert table.texts("name") == ["x0", "x1", "AND", "output"]
    assert table.desk.looking.selected_neurons == {"AND"}
    table.hand.key(Qt.Key.Key_F2)
    table.hand.write("output")
    assert "called output already" in table.said[-1]
    table.hand.key(Qt.Key.Key_Escape)
    table.click("AND", "activation")
    table.hand.key(Qt.Key.Key_Return)
    choice = table.hand.find("network_table_edit", ChoiceField)
    list_of_choices = choice.view()
    list_of_choices.setCurrentIndex(choice.model().index(choice.findText("Tanh"), 0))
    QTest.keyClick(list_of_choices, Qt.Key.Key_Return)
    table.hand.settle()
    assert table.desk.session.structure.by_id["AND"].activation == "tanh"
    assert table.texts("bias")[2] == "b −1.2"
    table.click("output", "role")
    table.hand.key(Qt.Key.Key_Return)
    choice = table.hand.find("network_table_edit", ChoiceField)
    choice.view().setCurrentIndex(choice.model().index(choice.findText("Input"), 0))
    QTest.keyClick(choice.view(), Qt.Key.Key_Return)
    table.hand.settle()
    assert "cannot be an input" in table.said[-1]
    assert table.desk.session.structure.by_id["output"].role == "output"


def test_switches_turn_over_with_a_click_and_with_space(table: Table) -> None:
    """Trainable: the box is clicked; Space does the same; an input has no box and says so."""
    index = table.view.rows.index(table.view.rows.row_at(("h",)), table.column("trainable"))
    QTest.mouseClick(table.view.viewport(), LEFT, NO_KEYS, table.view.visualRect(index).topLeft() + QPoint(14, 12))
    assert "b_h" in table.desk.session.structure.frozen
    table.hand.key(Qt.Key.Key_Space)
    assert "b_h" not in table.desk.session.structure.frozen
    table.click("x0", "trainable")
    table.hand.key(Qt.Key.Key_Space)
    assert "computes nothing" in table.said[-1]


def test_a_column_of_numbers_is_pasted_as_one_step(table: Table) -> None:
    """From the row that is chosen on; wrong text and too many numbers are refused, named, and change nothing."""
    before = table.desk.session.document
    table.hand.click("network_table_kind_connections")
    table.click("x0 h", "value")
    table.paste("0,5\n-1\n2\n\n1e-3\n")
    names = [c.weight for c in table.desk.session.structure.connections]
    assert [table.values()[name] for name in names] == [0.5, -1, 2, 1, 1e-3]
    table.undo()
    assert table.desk.session.document == before
    table.paste("0,5\nfoo\n2")
    assert table.said[-1] == "Row 2: “foo” is not a number. Nothing was changed."
    table.paste("1\n2\n3\n4\n5\n6")
    assert "6 numbers, but only 5 rows" in table.said[-1]
    assert table.desk.session.document == before
    table.click("x1 output", "source", SHIFT)
    table.paste("−7")
    assert [table.values()[name] for name in names] == [-7, -7, -7, -7, -2]
    table.undo()
    table.click("x0 h", "value")
    table.paste("1\t2\n3\t4")
    assert [table.values()[name] for name in names] == [1, 2, 3, 4, -2]


def test_thresholds_are_pasted_as_they_are_written(table: Table) -> None:
    """θ where θ stands; a row without a bias is refused by name."""
    table.click("h", "bias")
    table.paste("0.7\n0.9")
    assert table.texts("bias")[2:] == ["θ 0.7", "θ 0.9"]
    table.click("x1", "bias")
    table.paste("1\n2")
    assert table.said[-1] == "Row 1: x1 has no bias to take 1. Nothing was changed."


def test_cells_are_copied_for_a_spreadsheet(table: Table) -> None:
    """A block between tabs, every digit, an ASCII minus; from the menu with titles."""
    table.hand.click("network_table_kind_connections")
    table.click("x1 output", "source")
    table.click("h output", "value", SHIFT)
    table.hand.key(Qt.Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == "x1\toutput\tw4\t1.0\nh\toutput\tw5\t-2.0"
    table.hand.key(Qt.Key.Key_A, CTRL)
    assert len(table.desk.looking.selected_connections) == 5
    assert not table.desk.looking.selected_neurons
    table.click("h output", "value")
    QTest.mouseClick(table.view.viewport(), Qt.MouseButton.RightButton, NO_KEYS, table.point("h output", "value"))
    menu = table.view._menu(table.view.currentIndex())
    copy = next(a for a in menu.actions() if a.objectName() == "network_table_copy_titled")
    menu.popup(table.view.mapToGlobal(QPoint(10, 10)))
    QTest.mouseClick(menu, LEFT, NO_KEYS, menu.actionGeometry(copy).center())
    assert QApplication.clipboard().text() == "Value\n-2.0"


def test_rows_are_sorted_and_found(table: Table) -> None:
    """A click on a title sorts, a second one the other way round, a third gives the network's order back."""
    table.hand.click("network_table_kind_connections")
    header = table.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(table.column("value")) + 20, header.height() // 2)
    network_order = table.texts("weight")
    QTest.mouseClick(header.viewport(), LEFT, NO_KEYS, place)
    assert table.texts("value") == ["−2", "1", "1", "1", "1"]
    QTest.mouseClick(header.viewport(), LEFT, NO_KEYS, place)
    assert table.texts("value") == ["1", "1", "1", "1", "−2"]
    QTest.mouseClick(header.viewport(), LEFT, NO_KEYS, place)
    assert table.texts("weight") == network_order
    table.hand.click("network_table_find")
    QTest.keyClicks(QApplication.focusWidget(), "x0 output")
    table.hand.settle()
    assert table.texts("weight") == ["w3"]
    assert table.panel.status.text() == "1 of 5"
    table.hand.write("nowhere", enter=False)
    assert "No row has “nowhere”" in table.panel.empty.text()
    table.hand.key(Qt.Key.Key_Escape)
    assert table.texts("weight") == network_order
    table.hand.key(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is table.view


def test_sorting_with_the_keys(table: Table) -> None:
    """The menu key opens what the titles do with the mouse."""
    table.click("h", "bias")
    table.view.sortByColumn(table.column("bias"), Qt.SortOrder.AscendingOrder)
    assert table.view.currentIndex().data() == "θ 1.2"
    assert table.texts("name") == ["output", "h", "x0", "x1"]
    menu = table.view._menu(table.view.currentIndex())
    assert isinstance(menu, QMenu)
    menu.popup(table.view.mapToGlobal(QPoint(10, 10)))
    for _ in range(20):
        if menu.activeAction() is not None and menu.activeAction().objectName() == "network_table_descending":
            break
        QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    table.hand.settle()
    assert table.texts("name") == ["h", "output", "x0", "x1"]


def test_training_moves_the_numbers_in_sight(hand: Hand) -> None:
    """Values, sums and gradients follow the run; what is typed goes to the run, which goes on."""
    hand.example("circle")
    table = Table(hand)
    hand.click("network_table_kind_connections")
    before = table.texts("value"), table.texts("gradient")
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch > 2, "two epochs are done")
    table.view.show_values()
    assert table.texts("value") != before[0]
    assert table.texts("gradient") != before[1]
    table.click("h1 y", "value")
    table.type("3")
    assert hand.session.training
    hand.click("tool_train")
    assert not hand.session.training


def test_ten_thousand_rows(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 neurons, 10 000 connections: values that change are written for the rows in sight only."""
    network = Network.layered([20, 20, 460, 1], hidden="tanh", output="tanh", seed=0)
    hand.session.open_document(Document(network, layout=arrange(network.structure)))
    table = Table(hand)
    hand.click("network_table_kind_connections")
    assert table.view.rows.rowCount() == 20 * 20 + 20 * 460 + 460
    asked: set[int] = set()
    real = NetworkRows.text

    def counted(model: NetworkRows, row: int, column: int) -> str:
        asked.add(row)
        return real(model, row, column)

    monkeypatch.setattr(NetworkRows, "text", counted)
    hand.session.set_values({"w1": 5.0}, "Set w1")
    hand.settle()
    assert asked
    assert len(asked) < 20
    table.view.sortByColumn(table.column("value"), Qt.SortOrder.DescendingOrder)
    assert table.view.rows.place_at(0) == ("x0", "h1_1")
    hand.click("network_table_find")
    QTest.keyClicks(QApplication.focusWidget(), "h2_460 y")
    hand.settle()
    assert table.view.rows.rowCount() == 1


def test_hidden_it_does_no_work(table: Table) -> None:
    """Behind another tab nothing is read; in front again, everything is there."""
    source = table.view.rows
    table.hand.window.docks["table"].raise_()
    table.hand.settle()
    now = source.now
    table.desk.session.set_values({"b_h": -0.4}, "Set θ of h")
    table.hand.settle()
    assert source.now is now
    table.hand.menu("explain_network_table")
    assert table.texts("bias")[2] == "θ 0.4"


def test_a_screen_reader_reads_rows_and_titles(table: Table) -> None:
    """Each cell with its row and title, each title with what it means."""
    index = table.view.rows.index(2, table.column("bias"))
    role = Qt.ItemDataRole.AccessibleTextRole
    assert index.data(role) == "h, b or θ: θ 1.2"
    assert table.view.rows.index(0, table.column("activation")).data(role) == "x0, Activation: none"
    title = table.view.rows.headerData(table.column("delta"), Qt.Orientation.Horizontal, role)
    assert title.startswith("δ: How the loss changes")
    read = QAccessible.queryAccessibleInterface(table.view)
    cells = [read.child(i).text(QAccessible.Text.Name) for i in range(read.childCount())]
    assert "h, b or θ: θ 1.2" in cells
    assert title in cells


def test_empty_it_says_what_to_do(hand: Hand) -> None:
    """Without neurons, and without connections."""
    table = Table(hand)
    assert "Add neurons" in table.panel.empty.text()
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_I, widget=hand.canvas)
    assert table.texts("name") == ["x0"]
    hand.click("network_table_kind_connections")
    assert "Connect two neurons" in table.panel.empty.text()
