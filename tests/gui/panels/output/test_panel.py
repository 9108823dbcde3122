"""The Output panel shows what the network says over its inputs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.generators import GateFields, SampleFields
from nnsim.data.sources import GeneratedData, InlineData
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.gui.look.class_looks import LOOKS, TIE, class_look
from nnsim.gui.look.theme import DARK, LIGHT, Theme, apply_theme, theme
from nnsim.gui.panels.output.panel import OutputPanel
from nnsim.gui.panels.output.plots import CurvePlot, MapPlot
from nnsim.gui.plots.regions import depth, filled, finer, fits, winners, word_places
from nnsim.gui.plots.samples import contour_of
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.number_field import NumberField
from nnsim.training.config import TrainingConfig
from tests.gui.look.test_contrast import contrast
from tests.gui.panels.conftest import ShowCard

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., OutputPanel]


@pytest.fixture
def show(desk: Desk, show_card: ShowCard) -> Show:
    """Opens a document and shows the panel as the window does: a card of 300×330."""

    def shown(document: Document, width: int = 300, height: int = 330) -> OutputPanel:
        desk.session.open_document(document)
        return show_card(OutputPanel(desk), width, height)

    return shown


def xor() -> Document:
    """The lecture's XOR: a hidden AND and a skip connection."""
    network = Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"),
         Neuron("h", "hidden", "heaviside", bias="b_h", notation="threshold"),
         Neuron("y", "output", "heaviside", bias="b_y", notation="threshold")],
        [Connection("x0", "h", "w1"), Connection("x1", "h", "w2"), Connection("x0", "y", "w3"),
         Connection("x1", "y", "w4"), Connection("h", "y", "w5")],
        {"w1": 1, "w2": 1, "w3": 1, "w4": 1, "w5": -2, "b_h": -1.2, "b_y": -0.6})
    return Document(network=network, data=GeneratedData("xor_gate", GateFields(2)))


def circle(samples: int = 60) -> Document:
    """A net for the circle, with as many samples."""
    data = GeneratedData("circle", SampleFields(samples=samples))
    return Document(network=Network.layered([2, 4, 1], seed=1), data=data)


def corners() -> Document:
    """Two samples far from everything, so that no click means one of them."""
    return Document(network=Network.layered([2, 4, 1], seed=1), data=InlineData(((-5, -5), (5, 5)), ((-1,), (1,))))


def the_map(panel: OutputPanel) -> MapPlot:
    """The map that is shown."""
    assert isinstance(panel.plot, MapPlot)
    return panel.plot


def the_curve(panel: OutputPanel) -> CurvePlot:
    """The curve that is shown."""
    assert isinstance(panel.plot, CurvePlot)
    return panel.plot


def point(plot: MapPlot | CurvePlot, x: float, y: float) -> QPoint:
    """Where in the viewport (x, y) is."""
    return plot.place_of(x, y).toPoint()


def color_at(plot: MapPlot | CurvePlot, x: float, y: float) -> QColor:
    """What is painted at (x, y)."""
    image = plot.grab().toImage()
    place = plot.place_of(x, y) * plot.devicePixelRatioF()
    return image.pixelColor(place.toPoint())


def choose(qtbot: QtBot, box: QComboBox, text: str) -> None:
    """Choose with the keys."""
    box.setFocus()
    key = Qt.Key.Key_Down if box.findText(text) > box.currentIndex() else Qt.Key.Key_Up
    while box.currentText() != text:
        before = box.currentIndex()
        qtbot.keyClick(box, key)
        assert box.currentIndex() != before


# Two inputs


def test_xor_is_crisp_blue_and_orange_the_right_way_up(show: Show) -> None:
    """(1, 0) and (0, 1) lie in blue, the others in orange; x1 grows upwards."""
    document = xor()
    network = document.network.with_values({"w4": 3.0, "w5": 0.0, "w3": 0.0})  # now y = x1 ≥ 0.2
    panel = show(replace(document, network=network))
    plot = the_map(panel)
    for x in (-0.2, 0.5, 1.2):
        assert color_at(plot, x, 0.7) == theme().color("map_high")
        assert color_at(plot, x, -0.2) == theme().color("map_low")
    assert plot.place_of(0, 1).y() < plot.place_of(0, 0).y()


def test_the_samples_of_a_gate_are_labelled_and_classed(show: Show) -> None:
    points = the_map(show(xor())).points
    assert dict(zip(points.labels, points.high.tolist(), strict=True)) == {
        "(0, 0)": False, "(0, 1)": True, "(1, 0)": True, "(1, 1)": False}
    assert not points.test.any()


def test_the_shown_values_are_the_networks(show: Show, desk: Desk) -> None:
    panel = show(circle())
    values = the_map(panel).values
    plane = desk.looking.plane
    assert plane is not None and plane.y is not None
    row, column = 50, 7
    x, y = plane.values("x")[column], plane.values("y")[row]
    expected = desk.session.program.forward(desk.session.network.parameters, [[x, y]])[0, 0]
    assert values[row, column] == pytest.approx(expected, abs=1e-12)


def test_training_and_test_samples_are_both_there(show: Show) -> None:
    points = the_map(show(circle(60))).points
    assert (np.count_nonzero(~points.test), np.count_nonzero(points.test)) == (30, 30)
    radius = np.hypot(points.x, points.y)
    assert (points.high == (radius < 3)).all()


def test_the_contour_runs_where_the_output_is_at_the_threshold(show: Show, desk: Desk) -> None:
    """y = tanh(x0 + 2·x1) is 0 on a line through the origin."""
    network = Network.layered([2, 1], output="tanh").with_values({"w1": 1.0, "w2": 2.0})
    plot = the_map(show(Document(network=network)))
    x, y = plot.contour.getData()
    assert len(x) > 20
    assert np.abs(x + 2 * y).max() < 1e-2
    assert (y.min(), y.max()) == pytest.approx((-0.35, 0.35), abs=0.4)


def test_contour_of_a_slope_and_of_nothing() -> None:
    ramp = np.tile(np.arange(10.0), (10, 1))
    columns, rows = contour_of(ramp, 3.25)
    assert np.allclose(columns, 3.25)
    assert (rows.min(), rows.max()) == (0, 9)
    assert len(contour_of(ramp, 99.0)[0]) == 0
    noise = np.random.default_rng(0).normal(size=(64, 64))
    assert len(contour_of(noise, 0.0)[0]) == 0, "too jagged to read"
    ramp[4, 4] = np.nan
    assert np.isfinite(contour_of(ramp, 3.25)[0]).all()


def test_the_map_follows_a_weight_being_edited(show: Show, desk: Desk) -> None:
    panel = show(xor())
    plot = the_map(panel)
    assert color_at(plot, 0.6, 0.9) == theme().color("map_low")
    desk.session.set_values({"w5": 0.0}, "Weight")
    assert color_at(plot, 0.6, 0.9) == theme().color("map_high")
    desk.session.undo()
    assert color_at(plot, 0.6, 0.9) == theme().color("map_low")


def test_the_map_moves_while_it_trains(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(circle())
    plot = the_map(panel)
    before = plot.values.copy()
    desk.session.set_speed(None)
    assert desk.session.train()
    qtbot.waitUntil(lambda: not np.array_equal(before, plot.values))
    points = plot.points
    desk.session.pause()
    assert plot.points is points, "samples are drawn once"


def test_a_click_sets_both_inputs_and_moves_the_marker(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(corners())
    plot = the_map(panel)
    qtbot.mouseClick(plot.viewport(), LEFT, pos=point(plot, 0.4, -0.8))
    assert desk.looking.inputs == pytest.approx({"x0": 0.4, "x1": -0.8}, abs=0.06)
    assert plot.marker.place == (desk.looking.inputs["x0"], desk.looking.inputs["x1"])
    assert not desk.session.dirty
    value = desk.looking.output_of("y")
    assert panel.readout.text().endswith(f"→ {value:.3g}".replace("-", "−"))


def test_a_click_near_a_sample_means_the_sample(show: Show, desk: Desk, qtbot: QtBot) -> None:
    plot = the_map(show(xor()))
    qtbot.mouseClick(plot.viewport(), LEFT, pos=point(plot, 1, 0) + QPoint(4, 3))
    assert desk.looking.inputs == {"x0": 1.0, "x1": 0.0}


def test_dragging_moves_the_inputs_along(show: Show, desk: Desk, qtbot: QtBot) -> None:
    plot = the_map(show(corners()))
    QTest.mousePress(plot.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, point(plot, 0, 0))
    QTest.mouseMove(plot.viewport(), point(plot, 2, 2))
    assert desk.looking.inputs["x0"] == pytest.approx(2, abs=0.06)
    QTest.mouseRelease(plot.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, point(plot, 2, 2))


def test_the_arrow_keys_move_the_inputs(show: Show, desk: Desk, qtbot: QtBot) -> None:
    plot = the_map(show(xor()))
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(plot, key)
    assert desk.looking.inputs == pytest.approx({"x0": 0.2, "x1": 0.1})
    qtbot.keyClick(plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert desk.looking.inputs["x1"] == pytest.approx(0.09)


def test_hovering_reads_the_value_there_and_leaves_the_inputs(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(xor())
    plot = the_map(panel)
    assert panel.readout.text() == "(0, 0) → 0"
    QTest.mouseMove(plot.viewport(), point(plot, 0.5, 0.5))
    assert panel.readout.text().startswith("(0.5")
    assert panel.readout.text().endswith("→ 1")
    assert desk.looking.inputs == {"x0": 0.0, "x1": 0.0}
    QTest.mouseMove(plot.viewport(), QPoint(1, 1))
    assert panel.readout.text() == "(0, 0) → 0"


def test_the_wheel_and_the_right_button_change_nothing(show: Show, desk: Desk, qtbot: QtBot) -> None:
    plot = the_map(show(xor()))
    ranges = plot.view.viewRange()
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, pos=point(plot, 0.3, 0.3))
    assert desk.looking.inputs == {"x0": 0.0, "x1": 0.0}
    assert plot.view.viewRange() == ranges
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize(("width", "height"), [(280, 300), (300, 330), (340, 500), (300, 230)])
def test_the_view_is_a_square_and_nothing_is_cut(show: Show, width: int, height: int) -> None:
    panel = show(xor(), width, height)
    plot = the_map(panel)
    view = plot.view.sceneBoundingRect()
    assert view.width() == pytest.approx(view.height(), abs=2)
    assert view.width() > 0.5 * min(width, height)
    assert plot.view.viewRange() == [pytest.approx([-0.35, 1.35]), pytest.approx([-0.35, 1.35])]
    assert panel.bar is not None
    for widget in (plot, panel.bar, panel.readout):
        assert panel.rect().contains(widget.geometry())
    assert not panel.readout.geometry().intersects(panel.bar.geometry())
    assert panel.bar.text().startswith("Orange is 0, blue is 1")


def test_a_name_with_markup_is_shown_as_it_is(show: Show) -> None:
    document = edits.rename_neuron(xor(), "x0", "<b>rain & snow</b>")
    plot = the_map(show(document, 600, 600))
    assert plot.axes["bottom"].label.toPlainText().strip() == "<b>rain & snow</b>"


def test_a_theme_change_recolours_the_map(show: Show, qapp: QApplication) -> None:
    plot = the_map(show(xor()))
    apply_theme(qapp, "dark")
    QApplication.processEvents()
    assert color_at(plot, 0.5, 0.2) == theme().color("map_high")
    apply_theme(qapp, "light")
    QApplication.processEvents()
    assert color_at(plot, 0.5, 0.2) == theme().color("map_high")


def test_a_hidden_panel_does_no_work(show: Show, desk: Desk) -> None:
    panel = show(xor())
    plot = the_map(panel)
    panel.hide()
    shown = plot.values
    desk.session.set_values({"w5": 0.0}, "Weight")
    assert plot.values is shown
    panel.show()
    assert plot.values is not shown


# One input


def test_one_input_is_a_curve_with_the_data_and_the_current_point(show: Show, desk: Desk, qtbot: QtBot) -> None:
    network = Network.layered([1, 4, 1], output="linear", seed=2)
    plot = the_curve(show(Document(network=network, data=GeneratedData("sine", SampleFields(samples=40)))))
    assert (np.count_nonzero(~plot.points.test), np.count_nonzero(plot.points.test)) == (20, 20)
    assert plot.axes["bottom"].label.toPlainText().strip() == "x0"
    assert plot.axes["left"].label.toPlainText().strip() == "y"
    x, y = plot.curve.getData()
    assert y == pytest.approx(desk.session.program.forward(desk.session.network.parameters, x[:, None])[:, 0])
    desk.looking.set_inputs({"x0": 1.5})
    assert plot.marker.place == pytest.approx((1.5, desk.looking.output_of("y")))
    qtbot.mouseClick(plot.viewport(), LEFT, pos=point(plot, -1.0, 0.5))
    assert desk.looking.inputs["x0"] == pytest.approx(-1.0, abs=0.2)


def test_a_step_over_one_input_goes_straight_up(show: Show) -> None:
    network = Network.layered([1, 1], output="heaviside").with_values({"w1": -1.0, "b_y": 0.5})
    x, y = the_curve(show(Document(network=network, data=GeneratedData("not_gate")))).curve.getData()
    jumps = np.flatnonzero(np.diff(y))
    assert len(jumps) == 1
    assert x[jumps[0]] == x[jumps[0] + 1] == pytest.approx(0.5, abs=0.01)


# More inputs, more outputs


def test_with_three_inputs_two_are_picked_and_the_rest_stays_as_fed(show: Show, desk: Desk, qtbot: QtBot) -> None:
    network = Network.layered([3, 2, 1], output="sigmoid", seed=4)
    panel = show(Document(network=network, data=GeneratedData("majority_gate", GateFields(3))))
    plot = the_map(panel)
    assert list(panel.sliders.rows) == ["x2"]
    choose(qtbot, panel.choices.y_axis, "x2")
    assert desk.looking.plane is not None
    assert (desk.looking.plane.x, desk.looking.plane.y) == ("x0", "x2")
    assert list(panel.sliders.rows) == ["x1"]
    assert plot.points.labels and set(plot.points.labels) == {"(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"}
    assert not plot.points.high[:3].any()
    desk.looking.set_inputs({"x1": 1.0})
    assert panel.sliders.rows["x1"].field.number == 1
    assert dict(zip(plot.points.labels, plot.points.high.tolist(), strict=True))["(0, 1)"]
    corner = [desk.looking.plane.x_range[0], 1.0, desk.looking.plane.y_range[0]]
    expected = desk.session.program.forward(desk.session.network.parameters, [corner])
    assert plot.values[0, 0] == pytest.approx(expected[0, 0])


def test_choosing_the_other_axis_swaps_them(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(Document(network=Network.layered([3, 1], seed=4)))
    choose(qtbot, panel.choices.x_axis, "x1")
    assert desk.looking.plane is not None
    assert (desk.looking.plane.x, desk.looking.plane.y) == ("x1", "x0")
    assert (panel.choices.x_axis.currentText(), panel.choices.y_axis.currentText()) == ("x1", "x0")


def test_several_outputs_are_picked_in_the_header(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(Document(network=Network.layered([2, 3, 2], seed=4)))
    plot = the_map(panel)
    assert panel.choices.neuron.isVisible() and not panel.choices.x_axis.isVisible()
    first = plot.values.copy()
    choose(qtbot, panel.choices.neuron, "o2")
    assert panel.output == "o2"
    assert not np.allclose(first, plot.values)
    desk.session.apply("Remove", lambda d: edits.remove(d, ["o2"]))
    assert panel.output == "o1"
    assert not panel.choices.neuron.isVisible()
    assert np.allclose(first, plot.values)


def test_softmax_is_shown_as_probabilities(show: Show, desk: Desk) -> None:
    network = Network.layered([2, 3], output="linear", seed=4)
    panel = show(Document(network=network, training=TrainingConfig(loss="softmax_cross_entropy")))
    assert panel.winner, "one class of several is learned"
    panel.choices.neuron_chosen.emit("o1")
    o = desk.session.program.forward(desk.session.network.parameters, [[-0.35, -0.35]])[0]
    assert the_map(panel).values[0, 0] == pytest.approx(np.exp(o[0]) / np.exp(o).sum())
    assert "Softmax" in panel.note.text()
    assert panel.readout.text() == "(0, 0) → 0.333"


def test_of_a_single_output_no_softmax_is_shown(show: Show, desk: Desk) -> None:
    """It is always 1: what the neuron says is shown, and nothing is called softmax."""
    network = Network.layered([2, 1], output="linear", seed=4)
    panel = show(Document(network=network, training=TrainingConfig(loss="softmax_cross_entropy")))
    o = desk.session.program.forward(desk.session.network.parameters, [[-0.35, -0.35]])[0]
    assert the_map(panel).values[0, 0] == pytest.approx(o[0])
    assert "oftmax" not in panel.note.text() + the_map(panel).accessibleDescription()


def test_data_that_does_not_fit_is_said_and_not_drawn(show: Show) -> None:
    panel = show(Document(network=Network.layered([2, 1]), data=InlineData(((1.0,),), ((1.0,),))))
    assert len(the_map(panel).points.x) == 0
    assert "1 input" in panel.note.text()


# The winner


def three_ways() -> Document:
    """Softmax over three outputs x0, x1 and 0: the largest of them wins."""
    network = Network.layered([2, 3], output="linear").with_values(
        {"w1": 1, "w2": 0, "w3": 0, "w4": 1, "w5": 0, "w6": 0, "b_o1": 0, "b_o2": 0, "b_o3": 0})
    X = ((2.0, 0.0), (0.0, 2.0), (-2.0, -2.0), (2.0, 1.0))
    T = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    return Document(network=network, data=InlineData(X, T), training=TrainingConfig(loss="softmax_cross_entropy"))


def half_adder() -> Document:
    """carry = AND, sum = XOR, both steps."""
    network = Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"),
         Neuron("carry", "output", "heaviside", bias="b_c", notation="threshold"),
         Neuron("sum", "output", "heaviside", bias="b_s", notation="threshold")],
        [Connection("x0", "carry", "w1"), Connection("x1", "carry", "w2"), Connection("x0", "sum", "w3"),
         Connection("x1", "sum", "w4"), Connection("carry", "sum", "w5")],
        {"w1": 1, "w2": 1, "w3": 1, "w4": 1, "w5": -2, "b_c": -1.2, "b_s": -0.6})
    return Document(network=network, data=InlineData(
        ((0, 0), (0, 1), (1, 0), (1, 1)), ((0, 0), (0, 1), (0, 1), (1, 0))))


def quiet(place: int) -> QColor:
    """The colour of the region of an output."""
    return class_look(place).region(theme())


def near(one: QColor, other: QColor) -> bool:
    """Whether two colours are the same but for the painting between pixels."""
    return max(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True)) <= 3


def test_the_winner_has_a_region_of_its_own_colour_and_name(show: Show) -> None:
    panel = show(three_ways())
    plot = the_map(panel)
    assert panel.choices.neuron.currentText() == "Winner"
    for at, place in (((2.0, -1.0), 0), ((-1.0, 1.8), 1), ((-1.2, -1.2), 2)):
        assert near(color_at(plot, *at), quiet(place)), at
    assert len({quiet(place).name() for place in range(3)}) == 3
    assert sorted(plot.written) == ["o1", "o2", "o3"]
    for word in (item for item in plot.words if item.isVisible()):
        x, y = word.pos().x(), word.pos().y()
        assert word.toPlainText() == f"o{int(np.argmax([x, y, 0])) + 1}", "each in its own region"


def test_a_word_lies_on_no_sample(show: Show) -> None:
    plot = the_map(show(three_ways()))
    for word in (item for item in plot.words if item.isVisible()):
        box = word.mapRectToScene(word.boundingRect())
        for x, y in zip(plot.points.x, plot.points.y, strict=True):
            assert not box.contains(plot.mapToScene(plot.place_of(x, y).toPoint()))


def test_each_class_has_a_shape_of_its_own(show: Show) -> None:
    plot = the_map(show(three_ways()))
    assert plot.points.classes.tolist() == [0, 1, 2, 0]
    symbols = [plot.groups[place, False].opts["symbol"] for place in range(3)]
    assert len(set(symbols)) == 3
    assert [len(plot.groups[place, False].getData()[0]) for place in range(3)] == [2, 1, 1]
    assert len({(look.symbol, look.light) for look in map(class_look, range(60))}) == 60
    assert len({look.symbol for look in LOOKS} | {class_look(TIE).symbol}) == len(LOOKS) + 1


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=lambda colors: colors.name)
@pytest.mark.parametrize("place", range(len(LOOKS)))
def test_classes_are_seen_and_their_names_readable(colors: Theme, place: int) -> None:
    assert contrast(class_look(place).color(colors), colors.card) >= 3
    assert contrast(colors.ink, class_look(place).region(colors).name()) >= 4.5


def test_pointing_reads_the_winner_and_all_values(show: Show, desk: Desk) -> None:
    panel = show(three_ways())
    plot, legend = the_map(panel), panel.legend
    assert legend is not None and legend.isVisible()
    QTest.mouseMove(plot.viewport(), point(plot, -1.5, 1.0))
    x, y = (float(v) for v in panel.readout.text().split(")")[0].strip("(").replace("−", "-").split(", "))
    p = np.exp([x, y, 0]) / np.exp([x, y, 0]).sum()
    assert panel.readout.text().split(" → ")[1].startswith("o2, 0.")
    assert legend.values == pytest.approx(p, abs=0.03)
    assert legend.winner == 1
    assert legend.text().startswith("o1 0.")
    assert desk.looking.inputs == {"x0": 2.0, "x1": 0.0}


def test_steps_that_say_the_same_are_a_tie(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(half_adder())
    plot = the_map(panel)
    assert not panel.winner, "steps are looked at one by one"
    choose(qtbot, panel.choices.neuron, "Winner")
    assert panel.readout.text() == "(0, 0) → tie"
    assert sorted(plot.written) == ["carry", "sum", "tie"]
    assert plot.points.classes.tolist() == [TIE, 1, 1, 0]
    desk.looking.set_inputs({"x0": 1.0, "x1": 1.0})
    assert panel.readout.text() == "(1, 1) → carry, 1"
    assert not panel.levels.isVisible()
    assert not desk.session.dirty


def test_the_choice_of_the_winner_is_kept(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(three_ways())
    choose(qtbot, panel.choices.neuron, "o2")
    desk.session.open_document(three_ways())
    assert not panel.winner and panel.output == "o2"
    choose(qtbot, panel.choices.neuron, "Winner")
    assert not desk.session.dirty and not desk.session.undo_stack.canUndo()
    desk.session.apply("Remove", lambda d: edits.remove(d, ["o3"]))
    assert panel.winner
    desk.session.apply("Remove", lambda d: edits.remove(d, ["o2"]))
    assert not panel.winner and not panel.choices.neuron.isVisible(), "one output has no rival"
    desk.session.undo()
    assert panel.winner


def test_one_input_offers_no_winner(show: Show) -> None:
    panel = show(Document(network=Network.layered([1, 3, 2], output="linear", seed=2),
                          training=TrainingConfig(loss="softmax_cross_entropy")))
    assert isinstance(panel.plot, CurvePlot) and not panel.winner
    assert panel.choices.neuron.findText("Winner") < 0
    assert panel.choices.neuron.currentText() == "o1"


def test_contours_of_the_winner_are_of_its_probability(show: Show, qtbot: QtBot) -> None:
    panel = show(three_ways(), 460, 520)
    plot = the_map(panel)
    qtbot.mouseClick(panel.levels, LEFT)
    x, y = plot.levels.getData()
    o = np.stack([x, y, np.zeros(len(x))])
    p = (np.exp(o) / np.exp(o).sum(axis=0)).max(axis=0)
    assert np.abs(p * 10 - np.round(p * 10)).max() < 0.2
    assert {"0.5", "0.6", "0.7"} & set(plot.written)


def test_values_that_are_no_numbers_have_no_winner(show: Show, desk: Desk) -> None:
    panel = show(three_ways())
    desk.session.set_values({"w1": 1e308, "w2": 1e308, "w3": 1e308, "w4": 1e308}, "Huge")
    desk.looking.set_inputs({"x0": 10.0, "x1": 10.0})
    panel.grab()
    assert panel.readout.text().endswith("→ tie")


# What is written into a map


def test_zero_and_one_are_written_into_the_regions_of_a_step(show: Show, desk: Desk) -> None:
    panel = show(xor(), 460, 520)
    plot = the_map(panel)
    assert set(plot.written) == {"0", "1"}
    for word in (item for item in plot.words if item.isVisible()):
        row = [[word.pos().x(), word.pos().y()]]
        assert word.toPlainText() == f"{desk.session.program.forward(desk.session.network.parameters, row)[0, 0]:.0f}"
        box = word.mapRectToScene(word.boundingRect())
        for x, y in zip(plot.points.x, plot.points.y, strict=True):
            assert not box.contains(plot.mapToScene(plot.place_of(x, y).toPoint()))
    desk.session.set_values({"b_y": -9.0}, "θ")
    assert set(plot.written) == {"0"}


def test_contours_say_their_values(show: Show, desk: Desk, qtbot: QtBot) -> None:
    network = Network.layered([2, 1], output="sigmoid").with_values({"w1": 3.0, "w2": 0.0})
    panel = show(Document(network=network), 460, 520)
    plot = the_map(panel)
    assert plot.written == []
    qtbot.mouseClick(panel.levels, LEFT)
    assert len(plot.written) >= 5 and "0.5" in plot.written
    for word in (item for item in plot.words if item.isVisible()):
        row = [[word.pos().x(), word.pos().y()]]
        value = desk.session.program.forward(desk.session.network.parameters, row)[0, 0]
        assert value == pytest.approx(float(word.toPlainText()), abs=0.02)
    boxes = [item.mapRectToScene(item.boundingRect()) for item in plot.words if item.isVisible()]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    qtbot.mouseClick(panel.levels, LEFT)
    assert plot.written == []


def test_the_largest_of_several() -> None:
    outputs = np.array([[1.0, 5.0, 2.0, np.nan], [2.0, 4.0, 2.0, np.nan], [0.0, 3.0, 1.0, np.nan]])
    assert winners(outputs).tolist() == [1, 0, TIE, TIE]


def test_a_finer_surface_goes_through_the_same_values() -> None:
    values = np.random.default_rng(0).normal(size=(2, 5, 5))
    fine = finer(values)
    assert fine.shape == (2, 13, 13)
    assert fine[:, ::3, ::3] == pytest.approx(values)
    assert fine[0, 0, 1] == pytest.approx((2 * values[0, 0, 0] + values[0, 0, 1]) / 3)


def test_where_a_box_fits_and_how_deep_a_region_is() -> None:
    free = np.zeros((9, 9), dtype=np.bool_)
    free[1:8, 2:7] = True
    assert np.argwhere(fits(free, 5, 7)).tolist() == [[4, 4]]
    assert not fits(free, 7, 1).any()
    assert not fits(free, 11, 11).any()
    assert depth(free)[4].tolist() == [0, 0, 1, 2, 3, 2, 1, 0, 0]
    free[4, 2:7] = False
    assert filled(free, 1, 2).sum() == 15


def test_a_word_stands_in_each_region_off_what_is_taken() -> None:
    classes = np.zeros((21, 21), dtype=np.intp)
    classes[:, 10:] = 1
    classes[:, 20:] = 0
    taken = np.zeros((21, 21), dtype=np.bool_)
    taken[:12] = True
    places = word_places(classes, taken, {0: (3, 3), 1: (3, 3)})
    assert [place.kind for place in places] == [0, 1], "the last column has no room"
    assert all(place.clear and place.row >= 13 for place in places)
    assert 3 <= places[0].column <= 6 and 13 <= places[1].column <= 16
    crowded = word_places(classes, np.ones((21, 21), dtype=np.bool_), {0: (3, 3)})
    assert [place.clear for place in crowded] == [False]


# Other inputs


def many_inputs(count: int, binary: bool = False) -> Document:
    """A net with so many inputs and a few samples from −3 to 3, or of 0 and 1."""
    random = np.random.default_rng(0)
    X = random.integers(0, 2, (12, count)) if binary else random.uniform(-3, 3, (12, count)).round(1)
    X[:2, 2] = (0, 1) if binary else (-3, 3)
    rows = tuple(tuple(float(v) for v in row) for row in X)
    return Document(network=Network.layered([count, 3, 1], output="sigmoid", seed=4),
                    data=InlineData(rows, tuple((float(i % 2),) for i in range(12))))


def test_a_slider_sets_its_input_and_follows_it(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(many_inputs(3))
    row = panel.sliders.rows["x2"]
    before = the_map(panel).values.copy()
    row.slider.setFocus()
    qtbot.keyClick(row.slider, Qt.Key.Key_End)
    assert desk.looking.inputs["x2"] == 3.0
    assert row.field.number == 3.0
    assert not np.allclose(before, the_map(panel).values)
    qtbot.keyClick(row.slider, Qt.Key.Key_Left)
    assert desk.looking.inputs["x2"] == 2.7
    desk.looking.set_inputs({"x2": 0.0})
    assert row.slider.value() == 50 and row.field.number == 0.0
    desk.looking.set_inputs({"x2": 99.0})
    assert row.slider.value() == 100 and row.field.number == 99.0
    assert not desk.session.dirty and not desk.session.undo_stack.canUndo()


def test_the_number_beside_a_slider_takes_any(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(many_inputs(3))
    field = panel.sliders.rows["x2"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "7,25")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.looking.inputs["x2"] == 7.25
    assert not desk.session.dirty


def test_an_input_of_zero_and_one_flips_by_a_click_beside_the_handle(
        show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(many_inputs(3, binary=True))
    desk.looking.set_inputs({"x2": 0.0})
    slider = panel.sliders.rows["x2"].slider
    qtbot.mouseClick(slider, LEFT, pos=QPoint(slider.width() - 3, slider.height() // 2))
    assert desk.looking.inputs["x2"] == 1.0
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert desk.looking.inputs["x2"] == 0.9


@pytest.mark.parametrize("count", [3, 4, 5, 8, 14, 64])
@pytest.mark.parametrize(("width", "height"), [(344, 237), (360, 290), (360, 500)])
def test_any_number_of_inputs_finds_its_place(show: Show, count: int, width: int, height: int) -> None:
    """Nothing covers anything, nothing is cut; what is too much scrolls, or is chosen by name."""
    panel = show(many_inputs(count), width, height)
    sliders, inside = panel.sliders, panel.rect()
    assert len(sliders.rows) == (1 if count > 14 else count - 2)
    parts = [the_map(panel), panel.choices.axes, sliders, panel.readout]
    for part in parts:
        assert inside.contains(part.geometry()), part.objectName()
    assert not any(a.geometry().intersects(b.geometry()) for i, a in enumerate(parts) for b in parts[:i])
    content = sliders.area.widget()
    assert content.minimumSizeHint().width() <= sliders.area.viewport().width()
    assert sliders.height() >= sliders.row_height - 4
    assert all(row.field.height() >= row.field.sizeHint().height() for row in sliders.rows.values())
    assert the_map(panel).view.sceneBoundingRect().width() > 80


def test_of_many_inputs_the_one_to_slide_is_chosen(show: Show, desk: Desk, qtbot: QtBot) -> None:
    panel = show(many_inputs(64), 360, 500)
    assert "62 more inputs" in panel.note.text()
    choose(qtbot, panel.sliders.choice, "x5")
    assert list(panel.sliders.rows) == ["x5"]
    row = panel.sliders.rows["x5"]
    assert row.field.number == desk.looking.inputs["x5"]
    qtbot.keyClick(row.slider, Qt.Key.Key_End)
    assert desk.looking.inputs["x5"] == row.reach[1]
    assert isinstance(panel.findChild(NumberField, "output_field_x5"), NumberField)


@pytest.mark.parametrize(("size", "columns", "least"),
                         [((344, 380), 2, 160), ((344, 260), 1, 120), ((300, 600), 1, 230)])
def test_sliders_leave_the_map_its_room(show: Show, size: tuple[int, int], columns: int, least: int) -> None:
    """Seven inputs: two sliders to a row where it is wide enough; all can be reached, and the map is not small."""
    panel = show(Document(network=Network.layered([7, 4, 1], seed=1)), *size)
    view = the_map(panel).view.sceneBoundingRect()
    assert view.width() >= least and abs(view.width() - view.height()) < 2
    rows = list(panel.sliders.rows.values())
    assert len(rows) == 5
    assert sum(row.slider.y() == rows[0].slider.y() for row in rows) == columns
    for row in rows:
        panel.sliders.area.verticalScrollBar().setValue(row.field.y())
        shown = QRect(row.field.mapTo(panel, QPoint()), row.field.size())
        assert panel.sliders.geometry().contains(shown)
        assert row.slider.width() >= 32


@pytest.mark.parametrize("outputs", [1, 2, 3, 10])
def test_the_title_bar_is_whole(show: Show, outputs: int) -> None:
    """At the least width that the window gives it, also zoomed."""
    panel = show(Document(network=Network.layered([2, 4, outputs], seed=1)), 344, 290)
    panel.desk.looking.zoom_plane(2.0)
    QApplication.processEvents()
    bar = panel.header.parentWidget()
    title = bar.findChild(QLabel, "card_title")
    assert title.width() >= title.sizeHint().width()
    shown = [w for w in (panel.choices.over, panel.choices.neuron, panel.levels, *panel.zoom_buttons) if w.isVisible()]
    assert len(shown) == 5
    for widget in shown:
        assert widget.width() >= widget.sizeHint().width(), widget.objectName()
        assert bar.rect().contains(QRect(widget.mapTo(bar, QPoint()), widget.size()))


# Half-built


def test_an_empty_panel_teaches_and_names_the_problems(show: Show, desk: Desk) -> None:
    panel = show(Document())
    assert panel.plot is None
    assert panel.empty.isVisible()
    assert "Connect a neuron to an output" in panel.empty.text()
    for problem in desk.session.problems:
        assert problem.message in panel.empty.text()


def test_connecting_the_output_shows_its_map(show: Show, desk: Desk) -> None:
    panel = show(Document())
    for role in ("input", "input", "output"):
        desk.session.apply("Add", lambda d, role=role: edits.add_neuron(d, role, (0, 0)))
    assert panel.empty.isVisible()
    assert "Nothing leads to output y" in panel.empty.text()
    desk.session.apply("Connect", lambda d: edits.connect(d, "x0", "y"))
    assert not panel.empty.isVisible()
    assert the_map(panel).isVisible()
    desk.session.undo()
    assert panel.empty.isVisible() and panel.plot is None


def test_values_that_overflow_are_shown_calmly(show: Show, desk: Desk) -> None:
    network = Network.layered([2, 2, 1], hidden="linear", output="linear")
    panel = show(Document(network=network.with_parameters(np.full(len(network.parameters), 1e200))))
    desk.looking.set_inputs({"x0": 1.0, "x1": -1.0})
    panel.grab()
    curve = Network.layered([1, 2, 1], hidden="linear", output="linear")
    desk.session.open_document(Document(network=curve.with_parameters(np.full(len(curve.parameters), 1e200))))
    panel.grab()
    assert isinstance(panel.plot, CurvePlot)
