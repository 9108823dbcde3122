"""The Activation panel shows the function of a neuron, its slope, and where the neuron stands on it."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.sources import InlineData
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.panels.activation.panel import ActivationPanel, formulas_of, look
from nnsim.gui.panels.activation.plot import ActivationPlot, samples
from nnsim.gui.session.desk import Desk
from tests.gui.panels.conftest import ShowCard

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., ActivationPanel]


@pytest.fixture
def show(desk: Desk, show_card: ShowCard) -> Show:
    """Opens a document, selects neurons, and shows the panel as the window does."""

    def shown(document: Document, *selected: str, width: int = 300, height: int = 400) -> ActivationPanel:
        desk.session.open_document(document)
        desk.looking.select(selected)
        return show_card(ActivationPanel(desk), width, height)

    return shown


def gate(theta: float = 1.2, activation: str = "heaviside", notation: str = "threshold") -> Document:
    """AND of the lecture: x0 and x1 with weight 1 into n."""
    return Document(network=Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"),
         Neuron("n", "output", activation, bias="b_n", notation=notation)],
        [Connection("x0", "n", "w1"), Connection("x1", "n", "w2")], {"w1": 1, "w2": 1, "b_n": -theta}))


def the_plot(panel: ActivationPanel) -> ActivationPlot:
    """The panel's plot, which is there once it was painted."""
    return panel.plot


def curve(panel: ActivationPanel, index: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The drawn f of one of the functions."""
    x, y = the_plot(panel).f_items[index].getData()
    return x, y


def compare(panel: ActivationPanel, qtbot: QtBot, *names: str, by_key: bool = False) -> None:
    """Click the names of functions, or press the space bar on them."""
    if not panel.compare.isChecked():
        qtbot.mouseClick(panel.compare, LEFT)
    for name in names:
        button = panel.names.names[name]
        assert button.isVisible()
        if by_key:
            button.setFocus()
            qtbot.keyClick(button, Qt.Key.Key_Space)
        else:
            qtbot.mouseClick(button, LEFT)


# A neuron in θ notation


def test_a_threshold_neuron_steps_at_its_threshold(show: Show, desk: Desk) -> None:
    """The axis is the weighted sum Σ; the step is drawn straight up at θ and labelled."""
    panel = show(gate(), "n")
    x, y = curve(panel)
    jumps = np.flatnonzero(np.diff(y))
    assert len(jumps) == 1
    assert x[jumps[0]] == pytest.approx(1.2) and x[jumps[0] + 1] == pytest.approx(1.2)
    plot = the_plot(panel)
    assert plot.step.isVisible() and plot.step.value() == pytest.approx(1.2)
    assert plot.step_label.toPlainText() == "θ = 1.2"
    assert plot.axes["bottom"].label.toPlainText().strip() == "weighted sum Σ"
    assert plot.axes["left"].label.toPlainText().strip() == "f(Σ)"


def test_the_point_moves_with_the_inputs(show: Show, desk: Desk) -> None:
    panel = show(gate(), "n")
    assert panel.readout.text() == "Σ = 0 → 0"
    desk.looking.set_inputs({"x0": 1, "x1": 1})
    assert panel.readout.text() == "Σ = 2 → 1"
    assert the_plot(panel).marker.place == pytest.approx((2, 1))


def test_the_step_moves_with_its_threshold(show: Show, desk: Desk) -> None:
    panel = show(gate(), "n")
    desk.session.set_values({"b_n": -0.5}, "θ")
    x, y = curve(panel)
    assert x[np.flatnonzero(np.diff(y))[0]] == pytest.approx(0.5)
    assert the_plot(panel).step_label.toPlainText() == "θ = 0.5"


def test_a_sum_just_below_the_threshold_never_reads_as_equal(show: Show, desk: Desk) -> None:
    """0.7 + 0.1 < 0.8 in binary: “Σ = 0.8 → 0” at θ = 0.8 would look wrong."""
    panel = show(gate(0.8), "n")
    desk.looking.set_inputs({"x0": 0.7, "x1": 0.1})
    assert desk.looking.output_of("n") == 0
    assert panel.readout.text() == "Σ = 0.7999999999999999 → 0"


def test_its_formula_is_in_the_terms_of_the_lecture(show: Show) -> None:
    panel = show(gate(), "n")
    assert panel.formula.accessibleDescription() == "f(Σ) = 1 if Σ ≥ θ; 0 if Σ < θ; f′(Σ) = 0"


def test_a_sigmoid_with_a_threshold_is_shifted_to_it(show: Show, desk: Desk) -> None:
    panel = show(gate(2.0, "sigmoid"), "n")
    x, y = curve(panel)
    assert y == pytest.approx(1 / (1 + np.exp(-(x - 2))))
    assert "z = Σ − θ" in panel.formula.accessibleDescription()


# A neuron with a bias


def test_a_neuron_with_a_bias_stands_at_z(show: Show, desk: Desk) -> None:
    panel = show(gate(-0.5, "sigmoid", "bias"), "n")
    plot = the_plot(panel)
    x, y = curve(panel)
    assert (x.min(), x.max()) == (-6, 6)
    assert y == pytest.approx(1 / (1 + np.exp(-x)))
    assert panel.readout.text() == "z = 0.5 → 0.6225"
    assert plot.marker.place == pytest.approx((0.5, 0.6225), abs=1e-4)
    assert not plot.step.isVisible()
    assert plot.axes["bottom"].label.toPlainText().strip() == "pre-activation z"
    desk.session.set_values({"b_n": -1.0}, "Bias")
    assert panel.readout.text() == "z = −1 → 0.2689"


def test_the_axis_widens_for_a_far_value_and_returns_with_the_next_selection(show: Show, desk: Desk) -> None:
    panel = show(gate(0.0, "relu", "bias"), "n")
    desk.looking.set_inputs({"x0": 20.0})
    x, _ = curve(panel)
    assert x.max() >= 20
    desk.looking.set_inputs({"x0": 1.0})
    assert curve(panel)[0].max() == x.max(), "it rests while the value moves"
    desk.looking.select([])
    assert curve(panel)[0].max() == 6


def test_a_value_that_is_no_number_has_no_point(show: Show, desk: Desk) -> None:
    panel = show(gate(0.0, "linear", "bias"), "n")
    desk.session.set_values({"w1": 1e300}, "Weight")
    desk.looking.set_inputs({"x0": 1e300})
    panel.grab()
    assert the_plot(panel).marker.place is None


# What is drawn


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_function_is_drawn_as_it_is(name: str) -> None:
    """Values at the samples are the function's own, the slope is the difference quotient away from kinks."""
    entry = ACTIVATIONS[name]
    x, a, slope = samples(entry, -6, 6, 1.5)
    inner = np.array([all(abs(v - 1.5 - k) > 0.1 for k in entry.kinks) for v in x])
    assert a[inner] == pytest.approx(entry.f(x - 1.5)[inner])
    h = 1e-6
    numeric = (entry.f(x - 1.5 + h) - entry.f(x - 1.5 - h)) / (2 * h)
    assert slope[inner] == pytest.approx(numeric[inner], abs=1e-6)
    assert np.isnan(slope).sum() == len(entry.kinks)


def test_the_switch_hides_the_slope_and_its_formula(show: Show, qtbot: QtBot) -> None:
    panel = show(gate(0.0, "tanh", "bias"), "n")
    plot = the_plot(panel)
    assert len(plot.derivative_items) == 1
    assert plot.derivative_items[0].opts["pen"].dashPattern()
    assert len(panel.formula.formulas) == 2
    qtbot.mouseClick(panel.derivative, LEFT)
    assert plot.derivative_items == []
    assert len(panel.formula.formulas) == 1


def test_functions_are_compared_by_a_click_on_their_names(show: Show, qtbot: QtBot) -> None:
    panel = show(gate(0.0, "tanh", "bias"), "n")
    assert not panel.names.isVisible()
    compare(panel, qtbot, "sigmoid", "relu")
    plot = the_plot(panel)
    assert [c.activation.name for c in plot.curves] == ["tanh", "relu", "sigmoid"]
    assert panel.names.lines == ["ReLU", "Sigmoid", "Tanh"]
    lines = [panel.names.names[name].line for name in ("tanh", "relu", "sigmoid")]
    assert [line.color().name() for line in lines if line] == [c.f_pen.color().name() for c in plot.curves]
    assert len({tuple(line.dashPattern()) for line in lines if line}) == 3
    assert not panel.names.names["tanh"].isEnabled() and "shown" in panel.names.names["tanh"].toolTip()
    compare(panel, qtbot, "relu", by_key=True)
    assert [c.activation.name for c in plot.curves] == ["tanh", "sigmoid"]
    qtbot.mouseClick(panel.compare, LEFT)
    seen = [name for name, button in panel.names.names.items() if button.isVisible()]
    assert seen == ["sigmoid", "tanh"], "without the other names those with a line are the legend"
    qtbot.mouseClick(panel.compare, LEFT)
    qtbot.mouseClick(panel.names.clear, LEFT)
    assert [c.activation.name for c in plot.curves] == ["tanh"]
    assert not panel.names.clear.isEnabled() and panel.names.clear.toolTip()
    qtbot.mouseClick(panel.compare, LEFT)
    assert not panel.names.isVisible()


def test_no_name_moves_when_one_is_clicked(show: Show, qtbot: QtBot) -> None:
    panel = show(gate(0.0, "tanh", "bias"), "n", width=280)
    compare(panel, qtbot)
    before = {name: button.geometry() for name, button in panel.names.names.items()}
    compare(panel, qtbot, "sigmoid", "relu", "gaussian")
    assert {name: button.geometry() for name, button in panel.names.names.items()} == before
    boxes = list(before.values())
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    for box in boxes:
        assert panel.names.rect().contains(box)


def test_all_compared_functions_are_read(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """At the neuron's own sum, and where the learner points: the nearest curve has the ring."""
    panel = show(gate(-0.5, "tanh", "bias"), "n", height=520)
    compare(panel, qtbot, "sigmoid", "relu")
    names, plot = panel.names.names, the_plot(panel)
    assert {name: names[name].value for name in ("tanh", "sigmoid", "relu")} == {
        "tanh": "0.462", "sigmoid": "0.622", "relu": "0.5"}
    assert not names["sine"].value
    place = plot.place_of(2.0, 1.9).toPoint()
    qtbot.mouseClick(plot.viewport(), LEFT, pos=place)
    at = plot.reading.place
    assert at is not None and at[1] == pytest.approx(at[0]), "ReLU is nearest"
    assert names["relu"].stressed and not names["tanh"].stressed
    assert names["sigmoid"].value == f"{1 / (1 + np.exp(-at[0])):.3g}"
    assert panel.readout.text().endswith("f′ = 1")
    _, y = plot.readings.getData()
    assert sorted(y) == pytest.approx(sorted([np.tanh(at[0]), 1 / (1 + np.exp(-at[0]))]))
    assert plot.read_line.isVisible()
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.reading.place is None and not plot.read_line.isVisible()
    assert names["tanh"].stressed


def test_samples_of_three_classes_stand_on_three_heights(show: Show, desk: Desk) -> None:
    T = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, 1.0))
    X = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    panel = show(Document(network=Network.layered([2, 3], output="linear", seed=1), data=InlineData(X, T)), "o1")
    rug = the_plot(panel).rug
    assert [len(rug[kind].getData()[0]) for kind in range(3)] == [1, 1, 2]
    assert len({float(rug[kind].getData()[1][0]) for kind in range(3)}) == 3
    assert len({rug[kind].opts["symbol"] for kind in range(3)}) == 3


def test_compared_curves_differ_in_more_than_colour() -> None:
    looks = [look(i) for i in range(len(ACTIVATIONS))]
    assert len(set(looks)) == len(looks)
    assert len({dashes for _, dashes in looks[:5]}) == 5


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_only_functions_without_slope_say_so(show: Show, name: str) -> None:
    panel = show(gate(0.0, name, "bias"), "n", height=500)
    assert panel.no_slope.isVisible() is (not ACTIVATIONS[name].has_slope)
    assert panel.about.text() == ACTIVATIONS[name].about


# No neuron, or one without a function


def test_without_a_neuron_any_function_can_be_plotted(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(Document())
    assert panel.choice.isVisible() and not panel.readout.isVisible()
    panel.choice.setFocus()
    while panel.choice.currentText() != "Gaussian":
        qtbot.keyClick(panel.choice, Qt.Key.Key_Down)
    x, y = curve(panel)
    assert y == pytest.approx(np.exp(-(x**2)))
    assert the_plot(panel).marker.place is None
    assert the_plot(panel).axes["bottom"].label.toPlainText().strip() == "x"
    assert panel.formula.formulas[0].startswith("f(x)")


def test_an_input_says_calmly_that_it_has_none(show: Show, desk: Desk) -> None:
    panel = show(gate(0.0, "tanh", "bias"), "n")
    assert not panel.input_says.isVisible()
    desk.looking.select(["x0"])
    assert panel.input_says.isVisible()
    assert panel.input_says.text() == "An input has no activation function."
    assert panel.function == "tanh"
    assert panel.choice.isVisible()
    desk.looking.select(["n"])
    assert not panel.input_says.isVisible() and not panel.choice.isVisible()


def test_another_function_of_the_neuron_is_shown_at_once(show: Show, desk: Desk) -> None:
    panel = show(gate(0.0, "tanh", "bias"), "n")
    desk.session.apply("Activation", lambda d: edits.set_neurons(d, ["n"], activation="sine"))
    x, y = curve(panel)
    assert y == pytest.approx(np.sin(x))
    assert "Sine" in panel.who.text()
    desk.session.undo()
    assert "Tanh" in panel.who.text()


# Formulas


def test_formulas_take_the_letter_of_the_axis() -> None:
    entry = ACTIVATIONS["gaussian"]
    assert formulas_of(entry, None) == (r"f(x) = e^{-x^{2}}", r"f'(x) = -2x\,e^{-x^{2}}")
    neuron = Neuron("n", activation="gaussian")
    assert formulas_of(entry, neuron) == (r"f(z) = e^{-z^{2}}", r"f'(z) = -2z\,e^{-z^{2}}")
    theta = Neuron("n", activation="sigmoid", notation="threshold")
    assert formulas_of(ACTIVATIONS["sigmoid"], theta)[1] == r"f'(\Sigma) = f(\Sigma)\,(1-f(\Sigma))"


# Place and look


@pytest.mark.parametrize(("width", "height"), [(280, 300), (280, 340), (300, 400), (340, 700)])
@pytest.mark.parametrize("name", ["heaviside", "leaky_relu", "swish"])
@pytest.mark.parametrize("comparing", [False, True], ids=["alone", "comparing"])
def test_nothing_is_cut_or_covered(show: Show, width: int, height: int, name: str, comparing: bool) -> None:
    panel = show(gate(0.7, name, "bias"), "n", width=width, height=height)
    panel.compare.setChecked(comparing)
    QApplication.processEvents()
    bottoms = 0
    for widget in (panel.who, panel.names, the_plot(panel), panel.formula, panel.about, panel.no_slope):
        if not widget.isVisible():
            continue
        assert widget.geometry().top() >= bottoms - 1
        bottoms = widget.geometry().bottom()
        assert widget.height() >= widget.heightForWidth(widget.width())
    assert bottoms <= panel.height()
    assert the_plot(panel).height() >= 96
    assert panel.about.isVisible() or height == 300 or comparing
    assert panel.formula.isVisible() or comparing


def test_a_hidden_panel_does_no_work(show: Show, desk: Desk) -> None:
    panel = show(gate(), "n")
    panel.hide()
    desk.looking.set_inputs({"x0": 1, "x1": 1})
    assert panel.readout.text() == "Σ = 0 → 0"
    panel.show()
    assert panel.readout.text() == "Σ = 2 → 1"


def test_a_theme_change_recolours_the_curves(show: Show, qapp: QApplication) -> None:
    panel = show(gate(0.0, "tanh", "bias"), "n")
    apply_theme(qapp, "dark")
    QApplication.processEvents()
    assert the_plot(panel).f_items[0].opts["pen"].color() == theme().color("positive")
    apply_theme(qapp, "light")
    QApplication.processEvents()
    assert the_plot(panel).f_items[0].opts["pen"].color() == theme().color("positive")


def test_an_opened_network_begins_with_its_own_function(desk: Desk, qtbot: QtBot) -> None:
    """After a gate of steps, the circle's tanh is shown before anything is selected."""
    panel = ActivationPanel(desk)
    qtbot.addWidget(panel)
    for example, function in (("xor", "heaviside"), ("circle", "tanh")):
        desk.session.open_document(load(EXAMPLES[example].path))
        assert panel.function == function
