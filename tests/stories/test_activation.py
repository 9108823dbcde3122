"""The activation plotter: values are read on the curve, and all samples stand on the axis by class."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nnsim.gui.panels.activation.panel import ActivationPanel
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand
from nnsim.gui.widgets.labels import TextLine
from tests.stories.conftest import SIZE


def panel_of(hand: Hand) -> ActivationPanel:
    """The panel, with its plot."""
    hand.window.show_panel("activation")
    panel = hand.find("activation", ActivationPanel)
    hand.wait(lambda: panel.built, "the plot is there")
    return panel


def test_the_point_is_dragged_to_read_values(hand: Hand) -> None:
    """Mouse and arrows read f and f′; Esc goes back to the neuron's own sum; the document stays as it is."""
    hand.example("circle")
    hand.desk.looking.select(["h1"])
    panel = panel_of(hand)
    plot = panel.plot
    own = hand.find("activation_readout", TextLine).text()
    viewport = plot.viewport()
    QTest.mousePress(viewport, LEFT, NO_KEYS, plot.place_of(0.0, 0.0).toPoint())
    QTest.mouseMove(viewport, plot.place_of(1.0, 0.0).toPoint())
    at = plot.place_of(2.0, 0.0).toPoint()
    QTest.mouseMove(viewport, at)
    QTest.mouseRelease(viewport, LEFT, NO_KEYS, at)
    hand.settle()
    place = plot.reading.place
    assert place is not None
    assert abs(place[0] - 2.0) < 0.1
    assert place[1] == np.tanh(place[0])
    said = hand.find("activation_readout", TextLine).text()
    assert said.startswith("z = ")
    assert "f′ = 0.0" in said
    before = place[0]
    hand.key(Qt.Key.Key_Right, widget=plot)
    assert plot.reading.place is not None
    assert plot.reading.place[0] > before
    hand.key(Qt.Key.Key_Escape, widget=plot)
    assert plot.reading.place is None
    assert hand.find("activation_readout", TextLine).text() == own
    assert not hand.session.dirty


def test_any_function_is_read_without_a_neuron(hand: Hand) -> None:
    """Nothing selected: x and f(x) of the function that is chosen."""
    panel = panel_of(hand)
    plot = panel.plot
    plot.setFocus()
    hand.key(Qt.Key.Key_Right, widget=plot)
    assert hand.find("activation_readout", TextLine).text().startswith("x = ")
    hand.window.canvas.setFocus()
    hand.settle()
    assert plot.reading.place is None


def test_all_samples_stand_on_the_axis(hand: Hand) -> None:
    """XOR: the sums 0, 1 and 2 of h by class, ● above ◇; none for an input; they follow the weights."""
    hand.example("xor")
    hand.desk.looking.select(["h"])
    panel = panel_of(hand)
    plot = panel.plot
    high, low = (plot.rug[kind].getData() for kind in (1, 0))
    assert sorted(high[0].tolist()) == [1, 1]
    assert sorted(low[0].tolist()) == [0, 2]
    assert high[1].min() > low[1].max()
    assert plot.rug[1].opts["symbol"] != plot.rug[0].opts["symbol"]
    hand.session.set_values({"w1": 3.0}, "Set w1")
    assert sorted(plot.rug[0].getData()[0].tolist()) == [0, 4]
    hand.desk.looking.select(["x0"])
    assert not len(plot.rug[1].getData()[0])


def test_a_curve_to_fit_has_no_classes(hand: Hand) -> None:
    """Sine: the samples stand there in one row."""
    hand.example("sine")
    hand.desk.looking.select([hand.session.structure.neurons[1].id])
    plot = panel_of(hand).plot
    assert len(plot.rug[None].getData()[0])
    assert [kind for kind, row in plot.rug.items() if len(row.getData()[0])] == [None]


def test_functions_join_the_comparison_by_a_click(hand: Hand) -> None:
    """Names come with one click, each function with one more; keys walk from name to name; nothing is an edit."""
    hand.example("circle")
    hand.desk.looking.select(["h1"])
    panel = panel_of(hand)
    plot = panel.plot
    hand.click("activation_compare")
    hand.click("compare_sigmoid")
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Space)
    assert [curve.activation.name for curve in plot.curves] == ["tanh", "sigmoid", "softplus"]
    at = plot.place_of(-2.0, 0.9 * -1).toPoint()
    QTest.mouseClick(plot.viewport(), LEFT, NO_KEYS, at)
    hand.settle()
    assert plot.reading.place is not None
    assert plot.reading.place[1] == np.tanh(plot.reading.place[0])
    assert panel.names.names["softplus"].value.startswith("0.1")
    hand.click("compare_sigmoid")
    assert [curve.activation.name for curve in plot.curves] == ["tanh", "softplus"]
    hand.click("compare_none")
    assert [curve.activation.name for curve in plot.curves] == ["tanh"]
    assert not hand.session.dirty


@pytest.mark.parametrize("workspace", ["build", "explain"])
def test_the_threshold_is_written_clear_of_the_samples(hand: Hand, workspace: str) -> None:
    """Whatever θ is, its label lies on no sample's mark."""
    hand.example("xor")
    hand.click(f"workspace_{workspace}")
    hand.desk.looking.select(["h"])
    panel = panel_of(hand)
    plot = panel.plot
    bias = hand.session.structure.by_id["h"].bias
    assert bias is not None
    for tenths in range(-20, 31, 5):
        hand.session.set_values({bias: -tenths / 10}, "Set θ")
        hand.settle()
        label = plot.step_label.sceneBoundingRect()
        reach = max(item.opts["size"] for item in plot.rug.values()) / 2
        marks = [plot.place_of(x, y) for item in plot.rug.values() for x, y in zip(*item.getData(), strict=True)]
        assert marks
        assert not any(label.adjusted(-reach, -reach, reach, reach).contains(mark) for mark in marks), tenths


@pytest.mark.parametrize("size", [(1280, 720), SIZE])
def test_functions_alone_are_large_with_all_their_formulas(hand: Hand, size: tuple[int, int]) -> None:
    """Presented by 8: four functions, chosen by a click each, share a large plot; beside it stand f and f′ of each."""
    hand.example("circle")
    hand.desk.looking.select(["h1"])
    hand.key(Qt.Key.Key_F11)
    hand.key(Qt.Key.Key_8)
    hand.window.resize(*size)
    panel = panel_of(hand)
    formulas = panel.every_formula
    assert not formulas.isVisible() and panel.formula.isVisible()
    hand.click("activation_compare")
    for name in ("sigmoid", "relu", "softplus"):
        hand.click(f"compare_{name}")
    hand.settle()
    names = [name.text() for name, _ in formulas.shown if name.isVisible()]
    assert names == ["Tanh", "ReLU", "Sigmoid", "Softplus"]
    assert formulas.isVisible() and not panel.formula.isVisible()
    assert all(len(label.formulas) == 2 for _, label in formulas.shown)
    assert formulas.verticalScrollBar().maximum() == 0
    assert panel.plot.height() > size[1] / 2 and panel.plot.width() > size[0] * 0.45
    assert panel.plot.geometry().right() < formulas.geometry().left()
    hand.click("activation_derivative")
    assert all(len(label.formulas) == 1 for _, label in formulas.shown)
    hand.click("compare_none")
    assert not formulas.isVisible() and panel.formula.isVisible()


def test_compared_functions_have_half_of_a_small_panel(hand: Hand) -> None:
    """In Build the names of all functions and two curves leave the plot at least four tenths of the panel."""
    hand.example("circle")
    hand.desk.looking.select(["h1"])
    panel = panel_of(hand)
    hand.click("activation_compare")
    hand.click("compare_sigmoid")
    hand.settle()
    assert panel.plot.height() >= 0.4 * panel.height()
