"""The Loss slice panel draws the loss over the selected parameters, says where a step leads, and takes it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.data.sources import GeneratedData, InlineData
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.panels.gradient.loss_slice import LossSlicePanel
from nnsim.gui.panels.gradient.plots import ContourPlot, StepPlot
from nnsim.gui.panels.gradient.training_path import MOST_POINTS, TrainingPath
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.session import Session
from tests.gui.panels.conftest import ShowCard

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., LossSlicePanel]


@pytest.fixture
def show(desk: Desk, show_card: ShowCard) -> Show:
    """Opens a document, selects neurons and connections, and shows the panel as the window does."""

    def shown(document: Document, neurons: tuple[str, ...] = (), connections: tuple[tuple[str, str], ...] = (),
              width: int = 302, height: int = 400) -> LossSlicePanel:
        desk.session.open_document(document)
        desk.looking.select(neurons, connections)
        return show_card(LossSlicePanel(desk), width, height)

    return shown


def example(id: str) -> Document:
    """An example of the program."""
    return nnsim.load(EXAMPLES[id].path)


def line(w1: float = 1.0, w2: float = 0.0, frozen: tuple[str, ...] = (), rate: float = 0.5) -> Document:
    """o = w1·x0 + w2·x1 with x = (1, 2) and target 0: the loss is ½(w1 + 2·w2)²."""
    network = Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", bias="b")],
        [Connection("x0", "y", "w1"), Connection("x1", "y", "w2")], {"w1": w1, "w2": w2, "b": 0.0}, frozen)
    document = Document(network=network, data=InlineData(((1.0, 2.0),), ((0.0,),)))
    return replace(document, training=replace(document.training, learning_rate=rate, batch_size=0))


def the_plot(panel: LossSlicePanel) -> StepPlot:
    """The panel's plot of one parameter, which is there once it was painted."""
    return panel.plot


def the_map(panel: LossSlicePanel) -> ContourPlot:
    """The panel's map of two."""
    assert panel.map is not None
    return panel.map


def try_rate(panel: LossSlicePanel, qtbot: QtBot, text: str) -> None:
    """Type a rate to try."""
    panel.rate_field.setFocus()
    panel.rate_field.selectAll()
    qtbot.keyClicks(panel.rate_field.lineEdit(), text)
    qtbot.keyClick(panel.rate_field, Qt.Key.Key_Return)


# One parameter


def test_the_lectures_weight(show: Show) -> None:
    """w5 of the hands-on example: slope 0.08217, new value 0.3589, in the lecture's letters; the loss is 0.2984."""
    panel = show(example("hands_on"), (), (("h1", "o1"),))
    assert panel.says.text() == "The slope is 0.08217: the loss rises with w5, so w5 falls: 0.4 → 0.3589."
    assert panel.readout.text() == "∂Loss/∂w5 = 0.08217"
    assert panel.rate_label.text() == "l to try"
    assert panel.formula.accessibleDescription() == "w5′ = w5 − l· (∂ Loss)/(∂ w5)"
    plot = the_plot(panel)
    assert plot.marker.place == pytest.approx((0.4, 0.298371109), abs=1e-8)
    assert plot.arrow.start[0] == pytest.approx(0.4) and plot.arrow.end[0] == pytest.approx(0.358916480, abs=1e-9)
    x, y = plot.tangent.getData()
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(0.082167041, abs=1e-8)
    assert plot.axes["bottom"].label.toPlainText().strip() == "w5 · h1 → o1"
    assert plot.axes["left"].label.toPlainText().strip() == "loss"


def test_a_weight_that_has_to_rise(show: Show) -> None:
    """w7 of the same example has the slope −0.0226 and becomes 0.5113: the loss falls as it rises."""
    panel = show(example("hands_on"), (), (("h1", "o2"),))
    assert panel.says.text() == "The slope is −0.0226: the loss falls as w7 rises, so w7 rises: 0.5 → 0.5113."


def test_the_curve_is_the_loss(show: Show, desk: Desk) -> None:
    """½w² over w1, with the point, the step and the valley at 0 inside the axis."""
    panel = show(line(3.0), (), (("x0", "y"),))
    x, y = the_plot(panel).curve.getData()
    assert y == pytest.approx(0.5 * x**2)
    (low, high), (bottom, top) = the_plot(panel).ranges
    assert low < 0 and high > 3 and low < 1.5 < high
    assert bottom < 0 and top > 4.5
    assert the_plot(panel).after.getData()[0] == pytest.approx([1.5])
    assert the_plot(panel).after.getData()[1] == pytest.approx([1.125])


def test_a_too_large_rate_turns_red_and_says_so(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """At η = 3 the step from 1 leads to −2: the loss of ½w² rises from 0.5 to 2. The document keeps its own rate."""
    panel = show(line(1.0), (), (("x0", "y"),))
    assert the_plot(panel).arrow.color == QColor(theme().ink)
    before = desk.session.document
    try_rate(panel, qtbot, "3")
    assert panel.says.text() == (
        "η = 3 is too large: the step jumps over the valley, the loss rises from 0.5 to 2.")
    assert the_plot(panel).arrow.color == QColor(theme().bad) and panel.says.color == "bad"
    assert the_plot(panel).arrow.end[0] == pytest.approx(-2.0)
    assert desk.session.document is before and not desk.session.undo_stack.canUndo()
    try_rate(panel, qtbot, "1,9")
    assert "too large" not in panel.says.text() and panel.says.color == "ink"
    qtbot.mouseClick(panel.usual, LEFT)
    assert panel.rate == 0.5 and not panel.usual.isEnabled()


def test_the_slider_tries_rates_by_size(show: Show, qtbot: QtBot) -> None:
    """A page of the slider is a factor of ten; slider and number show the same rate."""
    panel = show(line(1.0, rate=0.1), (), (("x0", "y"),))
    panel.slider.setFocus()
    qtbot.keyClick(panel.slider, Qt.Key.Key_PageUp)
    assert panel.rate == pytest.approx(1.0) and panel.rate_field.number == pytest.approx(1.0)
    qtbot.keyClick(panel.slider, Qt.Key.Key_PageDown)
    qtbot.keyClick(panel.slider, Qt.Key.Key_PageDown)
    assert panel.rate == pytest.approx(0.01)
    try_rate(panel, qtbot, "100")
    assert panel.slider.value() == 120


def test_the_rate_follows_training_until_another_is_tried(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """Training's rate is the one shown; one tried here stays, until another network is opened."""
    panel = show(line(1.0), (), (("x0", "y"),))
    desk.session.configure(replace(desk.session.document.training, learning_rate=0.25), "Rate")
    assert panel.rate_field.number == 0.25
    try_rate(panel, qtbot, "7")
    desk.session.configure(replace(desk.session.document.training, learning_rate=0.2), "Rate")
    assert panel.rate == 7
    desk.session.open_document(line(rate=0.4))
    assert panel.rate == 0.4


def test_taking_the_step_is_one_undo_step_of_that_parameter_alone(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """From 1 to 0.5, and w2 and the bias, which have slopes as well, stay; undo takes it back."""
    panel = show(line(1.0), (), (("x0", "y"),))
    qtbot.mouseClick(panel.take, LEFT)
    assert desk.session.network.parameters.tolist() == [0.5, 0.0, 0.0]
    assert desk.session.undo_stack.count() == 1 and desk.session.undo_stack.undoText() == "Step of w1"
    assert panel.says.text().endswith("0.5 → 0.25.")
    desk.session.undo()
    assert desk.session.network.parameters.tolist() == [1.0, 0.0, 0.0]


def test_a_threshold_is_drawn_with_its_own_sign(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """z = 1 − θ for a linear neuron: ½(1 − θ)² falls up to θ = 1, so θ rises, from 0.2 by ½·0.8 to 0.6."""
    document = edits.set_neurons(line(1.0), ["y"], notation="threshold")
    panel = show(edits.set_values(document, {"b": -0.2}), ("y",))
    x, y = the_plot(panel).curve.getData()
    assert y == pytest.approx(0.5 * (1 - x) ** 2)
    assert the_plot(panel).marker.place == pytest.approx((0.2, 0.32))
    assert panel.says.text() == "The slope is −0.8: the loss falls as θ y rises, so θ y rises: 0.2 → 0.6."
    qtbot.mouseClick(panel.take, LEFT)
    assert desk.session.network.value("b") == pytest.approx(-0.6)


def test_steps_say_that_the_gradient_sees_nothing(show: Show, desk: Desk) -> None:
    """XOR over θ of h: two rows wrong up to θ = 1 (¼), none up to 2, one wrong above it (⅛); straight jumps."""
    panel = show(example("xor"), ("h",))
    desk.study.set_scope("all")
    assert panel.says.text() == "The slope is 0 here, yet the loss jumps: gradient descent sees nothing."
    x, y = the_plot(panel).curve.getData()
    up = np.flatnonzero(np.diff(y))
    assert x[up] == pytest.approx([1.0, 2.0], abs=1e-4) and (x[up] == x[up + 1]).all()
    assert sorted(set(y.tolist())) == [0.0, 0.125, 0.25]
    assert not panel.take.isEnabled() and "slope is 0" in panel.take.toolTip()


def test_a_frozen_parameter_is_drawn_and_said_to_be(show: Show) -> None:
    """The slice of a frozen weight is as any other's, and the sentence adds that training leaves it alone."""
    panel = show(line(1.0, frozen=("w1",)), (), (("x0", "y"),))
    assert panel.says.text().startswith("The slope is 1:")
    assert panel.note.isVisible() and panel.note.text() == "Frozen: training leaves w1 alone."


def test_a_rate_that_the_schedule_has_changed_is_said_to_be_another(show: Show, qtbot: QtBot) -> None:
    document = line(1.0, 0.5, rate=0.01)
    document = replace(document, training=replace(document.training, schedule="exponential"))
    panel = show(document, connections=(("x0", "y"),))
    the_plot(panel)
    assert panel.note.text() == ""
    panel.desk.session.train(epochs=3)
    qtbot.waitUntil(lambda: not panel.desk.session.training)
    assert panel.note.text() == "Train's own step is another: learning rate schedule."


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("more", [{}, {"l1": 0.1, "l2": 0.2}, {"clip": 1.0}], ids=["", "penalties", "clip"])
def test_a_step_that_train_would_not_take_is_said_to_be_another(
    show: Show, optimizer: str, more: dict[str, float]
) -> None:
    """Against the trainer's own update: where nothing is said it is the step that is drawn."""
    document = example("perceptron_and") if OPTIMIZERS[optimizer].straight else line(1.0, 0.5)
    config = replace(document.training, optimizer=optimizer, batch_size=0, **more)
    document = replace(document, training=config)
    connection = document.network.structure.connections[0]
    panel = show(document, connections=((connection.source, connection.target),))
    the_plot(panel)
    assert panel.step is not None
    trainer = nnsim.Trainer(document.network, panel.desk.session.dataset, config)
    trainer.advance(updates=1)
    panel.desk.study.set_scope("all")
    QApplication.processEvents()
    same = trainer.network.value(connection.weight) == pytest.approx(panel.step.after[0])
    assert same or (panel.note.isVisible() and panel.note.text())
    assert (len(panel.formula.formulas) == 0) == OPTIMIZERS[optimizer].straight
    assert (panel.note.text() == "") == (optimizer == "sgd" and not more)



def test_a_parameter_without_effect_says_so(show: Show, desk: Desk) -> None:
    """A weight from an input that is 0 has no effect on this sample; one at the bottom of its valley stays."""
    document = replace(line(0.0, 0.0), data=InlineData(((1.0, 0.0),), ((0.0,),)))
    panel = show(document, (), (("x1", "y"),))
    assert panel.says.text() == "The slope is 0: the loss does not depend on w2 here."
    desk.looking.select((), [("x0", "y")])
    assert panel.says.text() == "The slope is 0: w1 stays where it is."


def test_one_shared_parameter_is_one_axis(show: Show, desk: Desk) -> None:
    """Both outputs of the hands-on example have the bias b2: selected together they are one slice, of slope 0.1004."""
    panel = show(example("hands_on"), ("o1", "o2"))
    assert [axis.parameter for axis in panel.axes] == ["b2"]
    assert panel.readout.text() == "∂Loss/∂b2 = 0.1004"
    assert the_plot(panel).isVisible() and not the_map(panel).isVisible()
    assert "(shared)" in the_plot(panel).axes["bottom"].label.toPlainText()


def test_the_scope_is_the_windows(show: Show, desk: Desk) -> None:
    """The mean over all samples instead of the first: the curve goes through the point of the study's own loss."""
    panel = show(example("circle"), (), (("h1", "y"),))
    one = panel.step
    desk.study.set_scope("all")
    assert panel.step != one and desk.study.backward is not None
    assert the_plot(panel).marker.place == pytest.approx((panel.step.at[0], desk.study.backward.loss))


def test_many_samples_are_thinned_out_and_said_to_be(show: Show, desk: Desk) -> None:
    """Of 3 000 samples the curve takes 2 000, and the panel says so; the slope is that of all of them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 2))
    data = InlineData(tuple(map(tuple, X.tolist())), tuple((float(x),) for x in rng.normal(size=3_000)))
    panel = show(replace(line(1.0), data=data), (), (("x0", "y"),))
    assert panel.note.isHidden()
    desk.study.set_scope("all")
    assert panel.note.text() == "Drawn with 2,000 of 3,000 samples." and panel.note.isVisible()
    T = np.array(data.targets)
    assert panel.step is not None
    assert panel.step.slopes[0] == pytest.approx(((X[:, :1] - T) * X[:, :1]).mean())


# The axis


def test_the_axis_rests_while_the_value_moves_a_little(show: Show, desk: Desk) -> None:
    """A small change keeps the axis; a value that leaves it takes it along."""
    panel = show(line(3.0), (), (("x0", "y"),))
    before = the_plot(panel).ranges[0]
    desk.session.set_values({"w1": 3.2}, "w1")
    assert the_plot(panel).ranges[0] == before
    desk.session.set_values({"w1": 40.0}, "w1")
    low, high = the_plot(panel).ranges[0]
    assert low < 0 and high > 40


@pytest.mark.parametrize("id", ["hands_on", "circle", "xor_to_learn", "sine", "rings"])
def test_the_tangent_touches_the_point_and_ends_inside_the_plot(show: Show, desk: Desk, id: str) -> None:
    """Of weights large and small, of either sign, in a flat panel and a high one: it leaves the plot at no edge."""
    panel = show(example(id))
    if id != "hands_on":
        desk.study.set_scope("all")
    structure, before = desk.session.structure, desk.session.network
    ends = [c.ends for c in structure.connections]
    drawn = 0
    for factor in (1.0, 20.0, -6.0):
        desk.session.set_values({p: factor * before.value(p) for p in structure.weight_names}, "Other weights")
        for edge in ends[:: max(1, len(ends) // 4)]:
            desk.looking.select((), (edge,))
            for height in (200, 420):
                panel.resize(302, height)
                QApplication.processEvents()
                plot = the_plot(panel)
                assert plot.marker.place is not None
                (at, loss), x, y = plot.marker.place, *plot.tangent.getData()
                drawn += len(x)
                for values, point, (low, high) in ((x, at, plot.ranges[0]), (y, loss, plot.ranges[1])):
                    assert all(low < value < high for value in values) and min(values) <= point <= max(values)
                assert (y[1] - y[0]) == pytest.approx(panel.step.slopes[0] * (x[1] - x[0]), rel=1e-6, abs=1e-12)
    assert drawn >= 2 * 3 * 4 * 2


def test_zoom_shows_the_point_closer_and_farther(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """+ halves the axis around the point, − doubles it, and the next selection begins anew."""
    panel = show(line(3.0), (), (("x0", "y"),))
    low, high = the_plot(panel).ranges[0]
    qtbot.mouseClick(panel.nearer, LEFT)
    near = the_plot(panel).ranges[0]
    assert near[1] - near[0] == pytest.approx((high - low) / 2) and near[0] < 3 < near[1]
    panel.farther.setFocus()
    for _ in range(2):
        qtbot.keyClick(panel.farther, Qt.Key.Key_Space)
    far = the_plot(panel).ranges[0]
    assert far[1] - far[0] == pytest.approx((high - low) * 2)
    desk.looking.select((), [("x1", "y")])
    desk.looking.select((), [("x0", "y")])
    assert the_plot(panel).ranges[0] == (low, high)


# Two parameters


def test_two_parameters_are_a_map(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """½(w1 + 2·w2)² at (1, 0.5): the gradient is (2, 4), the step at η = 0.1 leads to (0.8, 0.1)."""
    panel = show(line(1.0, 0.5, rate=0.1), (), (("x0", "y"), ("x1", "y")))
    plot = the_map(panel)
    assert plot.isVisible() and not the_plot(panel).isVisible()
    (x0, x1), (y0, y1) = plot.ranges
    n = len(plot.values)
    w1, w2 = np.meshgrid(np.linspace(x0, x1, n), np.linspace(y0, y1, n))
    assert plot.values == pytest.approx(0.5 * (w1 + 2 * w2) ** 2)
    assert plot.marker.place == pytest.approx((1.0, 0.5))
    assert plot.arrow.end == pytest.approx((0.8, 0.1))
    assert plot.arrow.head.pos().toTuple() == pytest.approx((0.8, 0.1))
    assert panel.says.text() == "Straight downhill: w1 1 → 0.8, w2 0.5 → 0.1. The loss falls from 2 to 0.5."
    assert [plot.axes[side].label.toPlainText().strip() for side in ("bottom", "left")] == ["w1", "w2"]
    qtbot.mouseClick(panel.take, LEFT)
    assert desk.session.network.parameters == pytest.approx([0.8, 0.1, 0.0]) and desk.session.undo_stack.count() == 1


def test_a_step_too_short_to_be_seen_shows_its_direction(show: Show) -> None:
    """At η = 1e−6 the arrow is as long as the eye needs, in the direction of (−2, −4), and dashed."""
    plot = the_map(show(line(1.0, 0.5, rate=1e-6), (), (("x0", "y"), ("x1", "y"))))
    assert plot.arrow.end == pytest.approx((1.0, 0.5), abs=1e-5)
    x, y = plot.arrow.head.pos().toTuple()
    assert (y - 0.5) / (x - 1.0) == pytest.approx(2.0) and x < 0.99
    assert plot.arrow.line.opts["pen"].dashPattern()


def test_a_weight_and_a_bias_are_a_map_too(show: Show, desk: Desk) -> None:
    """A connection and a neuron: at η = 3 the step overshoots, in red."""
    panel = show(line(1.0, rate=3.0), ("y",), (("x0", "y"),))
    assert [axis.parameter for axis in panel.axes] == ["w1", "b"]
    assert the_map(panel).arrow.end == pytest.approx((-2.0, -3.0))
    assert "too large" in panel.says.text() and the_map(panel).arrow.color == QColor(theme().bad)


def test_the_way_of_training_is_kept_for_any_two(show: Show, desk: Desk, qtbot: QtBot) -> None:
    """Steps of training are drawn from the start on, also those that were taken while nobody looked."""
    panel = show(line(1.0, 0.5, rate=0.1))
    for _ in range(3):
        assert desk.session.train(updates=1)
        qtbot.waitUntil(lambda: not desk.session.training)
    desk.looking.select((), [("x0", "y"), ("x1", "y")])
    x, y = the_map(panel).path.getData()
    # With the bias trained too the error shrinks by 1 − 0.1·6 in every step.
    errors = 2.0 * 0.4 ** np.arange(3)
    assert x == pytest.approx([1.0, *(1.0 - 0.1 * np.cumsum(errors))])
    assert y == pytest.approx([0.5, *(0.5 - 0.2 * np.cumsum(errors))])
    assert "the way of training" in panel.note.text()
    desk.session.back_to_start()
    assert len(the_map(panel).path.getData()[0] if the_map(panel).path.getData()[0] is not None else ()) == 0


def test_a_long_way_is_thinned_out(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of frames are kept as at most 2 000 points, in their order, with the first and the last."""
    desk.session.open_document(line(1.0, rate=1e-3))
    path = TrainingPath(desk)
    assert desk.session.train(updates=1)
    qtbot.waitUntil(lambda: not desk.session.training)
    assert desk.session.latest is not None
    for frame in range(5_000):
        parameters = np.array([2.0 + frame, 0.0, 0.0])
        monkeypatch.setattr(Session, "latest", replace(desk.session.latest, parameters=parameters))
        desk.values_changed.emit()
    points = path.of("w1")[:, 0]
    assert 500 <= len(points) <= MOST_POINTS
    assert points[0] == 1.0 and points[-1] == 5_001.0 and (np.diff(points) > 0).all()


# Nothing to draw


@pytest.mark.parametrize(("neurons", "connections", "text"), [
    ((), (), "Select a connection, or a neuron with a bias"),
    (("x0",), (), "An input has no parameter of its own."),
    (("y",), (("x0", "y"), ("x1", "y")), "More than two cannot be drawn."),
])
def test_what_to_select_is_said(show: Show, neurons: tuple[str, ...], connections: tuple[tuple[str, str], ...],
                                text: str) -> None:
    """Nothing, an input, and three parameters: the panel says what it needs instead of a plot."""
    panel = show(line(), neurons, connections)
    assert panel.empty.isVisible() and text in panel.empty.text()
    assert not the_plot(panel).isVisible()


def test_without_targets_the_reason_is_said(show: Show, desk: Desk) -> None:
    """A network without data has no loss; the words are the study's own."""
    panel = show(replace(line(), data=None), (), (("x0", "y"),))
    assert panel.empty.isVisible() and desk.study.why_not in panel.empty.text() and desk.study.why_not


def test_a_loss_that_is_no_number_says_so(show: Show, desk: Desk) -> None:
    """A weight whose squared error overflows: no crash, no sentence about a slope."""
    panel = show(line(1e300), (), (("x0", "y"),))
    assert panel.empty.isVisible() and "The loss or its slope is no number here" in panel.empty.text()
    desk.session.set_values({"w1": 1e100}, "w1")
    assert panel.says.text().startswith("The slope is 1e100:")
    panel.grab()


# Place and pace


def test_a_hidden_panel_does_no_work(show: Show, desk: Desk) -> None:
    """While hidden it keeps its old words, and shown again it catches up."""
    panel = show(line(1.0), (), (("x0", "y"),))
    before = panel.says.text()
    panel.hide()
    desk.session.set_values({"w1": 2.0}, "w1")
    assert panel.says.text() == before
    panel.show()
    assert panel.says.text() == "The slope is 2: the loss rises with w1, so w1 falls: 2 → 1."


def test_while_training_it_draws_at_a_calm_pace(show: Show, desk: Desk, monkeypatch: pytest.MonkeyPatch,
                                                qtbot: QtBot) -> None:
    """Of a burst of frames at most the first is drawn at once, and the last one later; the run's end in any case."""
    panel = show(example("circle"), (), (("h1", "y"),))
    desk.session.set_speed(5.0)
    assert desk.session.train()
    drawn: list[float] = []
    monkeypatch.setattr(panel, "_draw", lambda: drawn.append(desk.session.network.value("w9")))
    for _ in range(20):
        desk.values_changed.emit()
    assert len(drawn) <= 1
    qtbot.waitUntil(lambda: len(drawn) >= 2)
    desk.session.pause()
    assert drawn[-1] == desk.session.network.value("w9")


@pytest.mark.parametrize(("width", "height"), [(289, 290), (302, 330), (302, 400), (340, 700)])
@pytest.mark.parametrize("selected", [(("h1", "y"),), (("h1", "y"), ("x0", "h1"))])
def test_nothing_is_cut_or_covered(show: Show, width: int, height: int, selected: tuple[tuple[str, str], ...]) -> None:
    """From a low window to a high one: one under the other, inside the panel, the plot never lower than 96."""
    panel = show(example("circle"), (), selected, width, height)
    plot = the_plot(panel) if len(selected) == 1 else the_map(panel)
    assert plot.height() >= 96
    bottom = 0
    for widget in (plot, panel.numbers, panel.says, panel.note, panel.rate_field, panel.sliding):
        if widget.isVisible():
            place = widget.mapTo(panel, widget.rect().topLeft())
            assert place.y() >= bottom
            bottom = place.y() + widget.height()
    assert bottom <= panel.height()
    assert panel.take.width() >= panel.take.sizeHint().width()
    assert panel.numbers.isVisible() or height < 400 or len(selected) == 2


def test_large_text_fits_too(show: Show, qapp: QApplication) -> None:
    """At 150 % the button has a row of its own, as wide as its words, and beside the field again at 100 %."""
    panel = show(example("hands_on"), (), (("h1", "o1"),), 302, 400)
    try:
        apply_theme(qapp, "light", 1.5)
        QApplication.processEvents()
        assert panel.take.width() >= panel.take.sizeHint().width()
        assert panel.take.mapTo(panel, panel.take.rect().bottomLeft()).y() <= panel.height()
        assert panel.rate_field.width() >= 90 and the_plot(panel).height() >= 96
    finally:
        apply_theme(qapp, "light")
    QApplication.processEvents()
    assert panel.take.geometry().center().y() == panel.rate_field.geometry().center().y()


def test_long_names_do_not_widen_the_panel(show: Show) -> None:
    """64 letters without a space: shortened in the sentence, the formula in w, the width stays."""
    document = edits.share(line(1.0), "w1", "w" * 64)
    panel = show(document, (), (("x0", "y"),))
    assert panel.width() <= 302 and "www…wwww" in panel.says.text()
    assert panel.formula.formulas[0].startswith("w' = w -")


def test_every_control_has_a_name(show: Show) -> None:
    """Each is reached by Tab, has an objectName for stories, and an accessible name for screen readers."""
    panel = show(line(1.0), (), (("x0", "y"),))
    for control in (panel.scope, panel.farther, panel.nearer, panel.rate_field, panel.slider, panel.usual, panel.take):
        assert control.objectName().startswith("loss_slice_") and control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert the_plot(panel).accessibleName() and panel.says.accessibleName() == panel.says.text()


def test_a_theme_change_recolours_it(show: Show, qapp: QApplication) -> None:
    """Curve and arrow take the dark theme's colours at once."""
    panel = show(line(1.0), (), (("x0", "y"),))
    try:
        apply_theme(qapp, "dark")
        QApplication.processEvents()
        assert the_plot(panel).curve.opts["pen"].color() == theme().color("accent")
        assert the_plot(panel).arrow.color == QColor(theme().ink)
    finally:
        apply_theme(qapp, "light")


def test_as_many_digits_as_the_learner_asks_for(show: Show, desk: Desk) -> None:
    panel = show(example("hands_on"), (), (("h1", "o1"),))
    desk.study.set_digits(6)
    assert panel.readout.text() == "∂Loss/∂w5 = 0.082167"
    assert panel.says.text() == "The slope is 0.082167: the loss rises with w5, so w5 falls: 0.4 → 0.358916."
    desk.study.set_digits(3)
    assert panel.readout.text() == "∂Loss/∂w5 = 0.0822"
    desk.looking.select((), [("h1", "o1"), ("h2", "o1")])
    desk.study.set_digits(9)
    assert "w5 0.4 → 0.35891648" in panel.says.text()


def test_another_notation_is_taken_over(show: Show, desk: Desk) -> None:
    """In the field's notation the hands-on example speaks of L and η."""
    panel = show(example("hands_on"), (), (("h1", "o1"),))
    desk.study.set_notation("field")
    assert panel.readout.text() == "∂L/∂w5 = 0.08217" and panel.rate_label.text() == "η to try"
    assert the_plot(panel).axes["left"].label.toPlainText().strip() == "loss L"


def test_an_edit_of_the_structure_is_followed(show: Show, desk: Desk) -> None:
    """A removed connection leaves nothing selected; other data move the point."""
    panel = show(line(1.0), (), (("x0", "y"),))
    desk.study.set_scope("all")
    desk.session.apply("Data", lambda d: edits.set_data(d, GeneratedData("xor_gate")))
    # w1 = 1, w2 = 0 is wrong by 1 for 01 and for 11: ½ each, the mean of four.
    assert panel.step is not None and panel.step.loss == 0.25
    desk.session.apply("Remove", lambda d: edits.remove(d, connections=[("x0", "y")]))
    assert panel.empty.isVisible() and panel.step is None
