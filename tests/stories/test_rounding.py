"""A gate whose sum misses its threshold by rounding alone: every view says why, and covers nothing by long numbers."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QTableView, QToolTip

from nnsim.gui.canvas.neuron_item import CIRCLE
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine

WHY = "0.7 and 0.1 have no exact binary form: rounded, the sum is just below 0.8."


@pytest.fixture
def gate(hand: Hand) -> Hand:
    """0.7·1 + 0.1·1, which is to reach 0.8."""
    hand.example("and")
    structure = hand.session.structure
    (output,) = structure.outputs
    weights = [c.weight for c in structure.connections]
    bias = structure.by_id[output].bias
    assert bias is not None
    hand.session.set_values({weights[0]: 0.7, weights[1]: 0.1, bias: -0.8}, "Rounding")
    for id in structure.inputs:
        hand.flip(id)
    assert hand.answers(output) == [0, 0, 0, 0]
    return hand


def tip_at(hand: Hand, point: QPointF) -> str:
    """What the canvas says where the mouse rests."""
    hand.point_at(point)
    viewport, at = hand.canvas.viewport(), hand.canvas.mapFromScene(point)
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at, viewport.mapToGlobal(at)))
    said = QToolTip.text()
    QToolTip.hideText()
    return said


def test_every_view_says_why_a_comparison_comes_out_as_it_does(gate: Hand) -> None:
    """The canvas, the table, Selected, Activation and Forward; and none of them once the sum is clear."""
    (output,) = gate.session.structure.outputs
    item = gate.canvas.network_scene.neurons[output]
    gate.click_at(gate.at(output))
    gate.menu("explain_forward")

    def said() -> list[str]:
        gate.window.show_panel("table")
        gate.settle()
        table = gate.find("table_rows", QTableView).model()
        row = next(r for r in range(4) if table.rows.X[r].sum() == 2)
        column = next(i for i, c in enumerate(table.columns) if c.kind == "sum")
        in_table = table.data(table.index(row, column), Qt.ItemDataRole.ToolTipRole)
        in_panels = []
        for name, said_by in (("selected", lambda: gate.find("neuron_sum", TextLine).toolTip()),
                              ("activation", lambda: gate.find("activation_readout", TextLine).toolTip()),
                              ("forward", lambda: gate.find("forward_lines", EquationList).text)):
            gate.window.show_panel(name)
            gate.settle()
            in_panels.append(said_by())
        return [in_table, tip_at(gate, gate.at(output) + item.below_rect.center()), tip_at(gate, gate.at(output)),
                *in_panels]

    assert all(WHY in text for text in said()), said()
    gate.window.show_panel("selected")
    gate.settle()
    assert gate.find("neuron_sum", TextLine).text() == "0.7999999999999999", "which does not look like θ"
    bias = gate.session.structure.by_id[output].bias
    gate.session.set_values({bias or "": -0.75}, "Clear")
    gate.settle()
    assert not any("binary" in text for text in said()), said()


def test_a_long_number_covers_no_label(gate: Hand) -> None:
    """What stands under the neuron is short, and keeps clear of the labels of all connections and of other neurons."""
    scene = gate.canvas.network_scene
    (output,) = gate.session.structure.outputs
    item = scene.neurons[output]
    assert item.face.below == "0.7 + 0.1 = 0.7999… < 0.8 → 0"
    below = item.below_rect.translated(item.pos())
    assert all(edge.label.isNull() or not edge.label.intersects(below) for edge in scene.edges.edges.values())
    for id in gate.session.structure.inputs:
        assert not CIRCLE.translated(scene.neurons[id].pos()).intersects(below)
