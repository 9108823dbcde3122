"""The Selected panel, driven with real mouse and keys."""

from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextOption
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.network import Network
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.gui.panels.selected.panel import SelectedPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.widgets.text_field import TextField
from nnsim.resources import resource
from tests.gui.panels.in_window import show_active

KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
W = TypeVar("W", bound=QWidget)


@pytest.fixture
def panel(desk: Desk, qtbot: QtBot) -> SelectedPanel:
    """The panel, shown, with XOR built by hand."""
    desk.session.open_document(nnsim.load(resource("examples/xor.nnsim")))
    panel = SelectedPanel(desk)
    qtbot.addWidget(panel)
    show_active(panel, 288, 480)
    return panel


def find(panel: SelectedPanel, name: str, kind: type[W]) -> W:
    """The widget of this name, which the learner sees."""
    found = panel.findChild(kind, name)
    assert isinstance(found, kind)
    assert found.isVisible(), f"{name} is hidden"
    return found


def hidden(panel: SelectedPanel, name: str) -> bool:
    widget = panel.findChild(QWidget, name)
    assert widget is not None
    return not widget.isVisible()


def retype(widget: QWidget, text: str, enter: bool = True) -> None:
    widget.setFocus()
    QTest.keyClick(widget, KEY.Key_A, CTRL)
    QTest.keyClicks(widget, text)
    if enter:
        QTest.keyClick(widget, KEY.Key_Return)


def choose(box: QComboBox, label: str) -> None:
    box.setFocus()
    while box.currentText() != label:
        before = box.currentIndex()
        QTest.keyClick(box, KEY.Key_Down if before < box.findText(label) else KEY.Key_Up)
        assert box.currentIndex() != before, f"{box.objectName()} does not reach {label}"


def open_advanced(panel: SelectedPanel) -> None:
    button = find(panel, "neuron_advanced", QWidget)
    button.setFocus()
    QTest.keyClick(button, KEY.Key_Space)


def subject(panel: SelectedPanel) -> str:
    label = panel.header.findChild(QLabel, "selected_subject")
    assert label is not None
    return label.text()


class TestNeuron:
    def test_shows_the_neuron(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.set_inputs({"x0": 1, "x1": 1})
        desk.looking.select(["h"])
        assert subject(panel) == "Neuron h"
        assert find(panel, "neuron_name", TextField).text() == "h"
        assert find(panel, "neuron_role", QComboBox).currentText() == "Hidden"
        assert find(panel, "neuron_activation", QComboBox).currentText() == "Heaviside step"
        assert find(panel, "neuron_bias", NumberField).text() == "1.2"
        assert find(panel, "neuron_bias", NumberField).accessibleName() == "Threshold θ"
        assert find(panel, "neuron_sum", TextLine).text() == "2"
        assert find(panel, "neuron_output", TextLine).text() == "1"
        assert find(panel, "neuron_trainable", QCheckBox).isChecked()
        assert hidden(panel, "input_value")
        assert hidden(panel, "neuron_shared")

    def test_theta_is_minus_the_bias(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        retype(find(panel, "neuron_bias", NumberField), "0,7")
        assert desk.session.network.value("b_h") == -0.7
        retype(find(panel, "neuron_bias", NumberField), "0")
        assert str(desk.session.network.value("b_h")) == "0.0"
        desk.session.undo()
        desk.session.undo()
        assert find(panel, "neuron_bias", NumberField).number == 1.2

    def test_notation_switches_the_label_and_the_sign(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        QTest.mouseClick(find(panel, "neuron_notation_bias", QWidget), Qt.MouseButton.LeftButton)
        assert desk.session.structure.by_id["h"].notation == "bias"
        bias = find(panel, "neuron_bias", NumberField)
        assert (bias.text(), bias.accessibleName()) == ("−1.2", "Bias b")
        assert find(panel, "neuron_sum", TextLine).text() == "−1.2"

    def test_arrows_are_one_undo_step_for_each_neuron(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        bias = find(panel, "neuron_bias", NumberField)
        bias.setFocus()
        for _ in range(3):
            QTest.keyClick(bias, KEY.Key_Up)
        assert desk.session.network.value("b_h") == -1.5
        assert desk.session.undo_stack.count() == 1
        desk.looking.select(["output"])
        QTest.keyClick(bias, KEY.Key_Up)
        assert desk.session.network.value("b_output") == -0.7
        assert desk.session.undo_stack.count() == 2
        desk.session.undo()
        desk.session.undo()
        assert desk.session.network.value("b_h") == -1.2

    def test_rename_keeps_selection_focus_and_input(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.set_inputs({"x0": 0.25})
        desk.looking.select(["x0"])
        name = find(panel, "neuron_name", TextField)
        retype(name, "left")
        assert desk.looking.selected_neurons == {"left"}
        assert desk.looking.inputs["left"] == 0.25
        assert subject(panel) == "Input left"
        assert QApplication.focusWidget() is name

    def test_a_name_that_exists_is_marked_and_not_taken(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        name = find(panel, "neuron_name", TextField)
        retype(name, "x0")
        assert name.property("state") == "wrong"
        assert "already" in name.toolTip()
        find(panel, "neuron_role", QComboBox).setFocus()
        assert name.text() == "h"
        assert "h" in desk.session.structure.by_id
        assert desk.session.undo_stack.count() == 0

    def test_role_and_activation(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        choose(find(panel, "neuron_role", QComboBox), "Output")
        assert desk.session.structure.outputs == ("output", "h")
        choose(find(panel, "neuron_activation", QComboBox), "Sigmoid")
        assert desk.session.structure.by_id["h"].activation == "sigmoid"

    def test_a_neuron_that_is_fed_cannot_become_an_input(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        role = find(panel, "neuron_role", QComboBox)
        role.setFocus()
        QTest.keyClick(role, KEY.Key_Home)
        assert desk.session.structure.by_id["h"].role == "hidden"
        assert "x0" in role.itemData(0, Qt.ItemDataRole.ToolTipRole)

    def test_an_input_is_fed_by_number_and_switch(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["x1"])
        assert hidden(panel, "neuron_bias")
        assert hidden(panel, "neuron_activation")
        QTest.mouseClick(find(panel, "input_switch_1.0", QWidget), Qt.MouseButton.LeftButton)
        assert desk.looking.inputs["x1"] == 1
        value = find(panel, "input_value", NumberField)
        assert value.text() == "1"
        retype(value, "0.3")
        assert desk.looking.inputs["x1"] == 0.3
        assert desk.session.undo_stack.count() == 0

    def test_freezing(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        box = find(panel, "neuron_trainable", QCheckBox)
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
        assert desk.session.structure.frozen == {"b_h"}
        assert "frozen" in box.text()
        desk.session.undo()
        assert box.isChecked()

    def test_advanced_combine_bias_and_counts(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select(["h"])
        assert hidden(panel, "neuron_combine")
        open_advanced(panel)
        assert find(panel, "neuron_connections", QLabel).text() == "2 in, 1 out"
        choose(find(panel, "neuron_combine", QComboBox), "Product")
        assert desk.session.structure.by_id["h"].combine == "product"
        box = find(panel, "neuron_has_bias", QCheckBox)
        box.setFocus()
        QTest.keyClick(box, KEY.Key_Space)
        assert desk.session.structure.by_id["h"].bias is None
        assert hidden(panel, "neuron_bias")
        assert hidden(panel, "neuron_bias_name")
        QTest.keyClick(box, KEY.Key_Space)
        assert desk.session.structure.by_id["h"].bias == "b_h"
        assert find(panel, "neuron_bias", NumberField).number == 0

    def test_an_existing_name_shares_the_bias(self, panel: SelectedPanel, desk: Desk, qtbot: QtBot) -> None:
        desk.looking.select(["h"])
        open_advanced(panel)
        with qtbot.waitSignal(desk.session.message) as said:
            retype(find(panel, "neuron_bias_name", TextField), "b_output")
        assert "shared" in said.args[0]
        assert desk.session.structure.by_id["h"].bias == "b_output"
        assert find(panel, "neuron_shared", QLabel).text() == "output"
        assert find(panel, "neuron_bias", NumberField).text() == "0.6"

    def test_user_text_stays_plain(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.session.apply("x", lambda d: edits.rename_neuron(d, "x0", "<b>bold & long</b>" + "n" * 30))
        desk.looking.select([desk.session.structure.inputs[0]])
        for label in panel.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        desk.looking.select(["h"])
        tip = find(panel, "neuron_role", QComboBox).itemData(0, Qt.ItemDataRole.ToolTipRole)
        assert "&lt;b&gt;" in tip
        assert panel.minimumSizeHint().width() <= 280


class TestConnection:
    def test_weight_and_undo(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select([], [("h", "output")])
        weight = find(panel, "connection_weight", NumberField)
        assert (weight.text(), weight.accessibleName()) == ("−2", "Weight w5")
        assert subject(panel) == "h → output"
        QTest.keyClick(weight, KEY.Key_Up, CTRL)
        assert desk.session.network.value("w5") == -1.99
        assert "w5" in desk.session.undo_stack.undoText()
        desk.session.undo()
        assert weight.number == -2

    def test_rename_share_and_freeze(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select([], [("h", "output")])
        name = find(panel, "connection_name", TextField)
        retype(name, "v")
        assert desk.session.structure.by_ends["h", "output"].weight == "v"
        retype(name, "w1")
        assert desk.session.structure.by_ends["h", "output"].weight == "w1"
        assert find(panel, "connection_shared", QLabel).text() == "x0 → h"
        assert find(panel, "connection_weight", NumberField).text() == "1"
        box = find(panel, "connection_trainable", QCheckBox)
        box.setFocus()
        QTest.keyClick(box, KEY.Key_Space)
        assert "w1" in desk.session.structure.frozen

    def test_a_name_in_progress_is_dropped_with_its_connection(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select([], [("h", "output")])
        retype(find(panel, "connection_weight", NumberField), "77", enter=False)
        desk.session.apply("cut", lambda d: edits.remove(d, (), [("h", "output")]))
        assert subject(panel) == "Network"
        assert QApplication.focusWidget() is panel
        find(panel, "network_notes", QPlainTextEdit).setFocus()
        assert desk.session.undo_stack.count() == 1


class TestSeveral:
    def test_common_fields(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.session.apply("x", lambda d: edits.set_neurons(d, ["h"], activation="tanh"))
        desk.looking.select(["h", "output", "x0"], [("h", "output")])
        assert find(panel, "several_count", QLabel).text() == "3 neurons, 1 connection"
        activation = find(panel, "several_activation", QComboBox)
        assert activation.currentIndex() == -1
        choose(activation, "Sigmoid")
        assert {desk.session.structure.by_id[id].activation for id in ("h", "output")} == {"sigmoid"}
        box = find(panel, "several_trainable", QCheckBox)
        box.setFocus()
        QTest.keyClick(box, KEY.Key_Space)
        assert desk.session.structure.frozen == {"b_h", "b_output", "w5"}
        desk.session.apply("x", lambda d: edits.set_trainable(d, ["w5"], True))
        assert box.checkState() == Qt.CheckState.PartiallyChecked
        QTest.keyClick(box, KEY.Key_Space)
        assert desk.session.structure.frozen == frozenset()

    def test_connections_only_have_no_activation(self, panel: SelectedPanel, desk: Desk) -> None:
        desk.looking.select([], [("h", "output"), ("x0", "h")])
        assert hidden(panel, "several_activation")


class TestNetwork:
    def test_counts_in_the_lectures_terms(self, panel: SelectedPanel, desk: Desk) -> None:
        assert subject(panel) == "Network"
        assert find(panel, "network_kind", QLabel).text() == "A network with connections that skip layers"
        counts = {name: find(panel, f"network_{name}", QLabel).text()
                  for name in ("inputs", "neurons", "connections", "parameters")}
        assert counts == {"inputs": "2", "neurons": "2", "connections": "5", "parameters": "7"}
        assert hidden(panel, "network_problems")
        desk.session.apply("x", lambda d: edits.set_trainable(d, ["w1"], False))
        assert find(panel, "network_parameters", QLabel).text() == "7, 1 of them frozen"
        desk.session.open_document(Document(network=Network.layered([3, 4, 4, 1])))
        assert find(panel, "network_kind", QLabel).text() == "3-layer network, not counting the inputs"
        desk.session.apply("x", lambda d: edits.set_role(d, ["h1_1"], "output"))
        assert find(panel, "network_kind", QLabel).text() == "A network that is not in layers"

    def test_an_empty_canvas_teaches_and_a_half_built_one_says_what_is_missing(
        self, panel: SelectedPanel, desk: Desk
    ) -> None:
        desk.session.open_document(Document())
        assert "Double-click" in find(panel, "network_kind", QLabel).text()
        assert hidden(panel, "network_problems")
        desk.session.apply("x", lambda d: edits.add_neuron(d, "output", (0, 0)))
        assert "Nothing leads to output y" in find(panel, "network_problems", QLabel).text()

    @pytest.mark.parametrize("notes, all_of_it", [
        ("x" * 300_000, False), ("word " * 60_000, False), ("a line\n" * 3_000, True), ("x" * 19_000, True),
    ], ids=["a word", "a paragraph", "lines", "a shorter word"])
    def test_no_paragraph_is_laid_out_that_would_take_long(
        self, panel: SelectedPanel, desk: Desk, notes: str, all_of_it: bool
    ) -> None:
        """Its beginning is shown, the document keeps all of it, and lines may break within a very long word."""
        desk.session.open_document(Document(notes=notes))
        shown = find(panel, "network_notes", QPlainTextEdit)
        assert (shown.toPlainText() == notes) == all_of_it and shown.isReadOnly() != all_of_it
        assert max(map(len, shown.toPlainText().split("\n"))) < 20_100
        anywhere = shown.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere
        assert anywhere == ("x" * 500 in notes)
        assert desk.session.document.notes == notes

    def test_what_is_pasted_into_the_notes_is_as_bounded(self, panel: SelectedPanel, desk: Desk) -> None:
        """It is refused as a whole, in words."""
        told: list[str] = []
        desk.session.message.connect(lambda text, kind: told.append(text))
        shown = find(panel, "network_notes", QPlainTextEdit)
        QApplication.clipboard().setText("x" * 300_000)
        shown.paste()
        assert shown.toPlainText() == "" and "at most 20000 signs" in told[0]
        QApplication.clipboard().setText("x" * 900)
        shown.paste()
        assert desk.session.document.notes == "x" * 900
        assert shown.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere

    def test_notes_are_saved_as_they_are_typed(self, panel: SelectedPanel, desk: Desk) -> None:
        notes = find(panel, "network_notes", QPlainTextEdit)
        notes.setFocus()
        QTest.keyClicks(notes, "hello <b>")
        assert desk.session.document.notes == "hello <b>"
        assert desk.session.undo_stack.count() == 1
        desk.session.undo()
        assert notes.toPlainText() == ""
        desk.session.redo()
        assert notes.toPlainText() == "hello <b>"


class TestTraining:
    def test_values_are_live_and_a_weight_is_edited_without_stopping(self, desk: Desk, qtbot: QtBot) -> None:
        desk.session.open_document(nnsim.load(resource("examples/circle.nnsim")))
        panel = SelectedPanel(desk)
        qtbot.addWidget(panel)
        panel.show()
        QTest.qWaitForWindowActive(panel)
        ends = desk.session.structure.connections[0].ends
        desk.looking.select([], [ends])
        weight = find(panel, "connection_weight", NumberField)
        name = desk.session.structure.by_ends[ends].weight
        desk.session.set_speed(500)
        desk.session.train()
        qtbot.waitUntil(lambda: desk.session.epoch >= 2)
        assert weight.number == desk.session.network.value(name)
        retype(weight, "9")
        assert desk.session.training
        qtbot.waitUntil(lambda: desk.session.network.value(name) != 9)
        assert desk.session.training
        assert abs(desk.session.network.value(name) - 9) < 2
        desk.session.pause()
        assert desk.session.undo_stack.count() == 1

    def test_hidden_it_does_nothing_and_catches_up(self, panel: SelectedPanel, desk: Desk) -> None:
        panel.hide()
        desk.looking.select(["h"])
        assert subject(panel) == "Network"
        panel.show()
        assert subject(panel) == "Neuron h"
