"""The Output panel shows what the network says over its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.generators import GateFields, SampleFields
from nnsim.data.sources import GeneratedData, InlineData
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.gui.output_plots import CurvePlot, MapPlot, contour_of
from nnsim.gui.panel import body_frame, header_frame
from nnsim.gui.panels.output import OutputPanel
from nnsim.gui.session import Session
from nnsim.gui.theme import apply_theme, theme
from nnsim.training.config import TrainingConfig

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., OutputPanel]


@pytest.fixture
def show(qtbot: QtBot, session: Session) -> Iterator[Show]:
    """Opens a document and shows the panel as the window does: a card of 300×330."""
    kept: list[QWidget] = []  # qtbot holds widgets weakly

    def shown(document: Document, width: int = 300, height: int = 330) -> OutputPanel:
        session.open_document(document)
        panel = OutputPanel(session)
        card = QWidget()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header_frame(panel.title, panel.header)[0])
        column.addWidget(body_frame(panel), 1)
        card.resize(width, height)
        qtbot.addWidget(card)
        kept.append(card)
        card.show()
        qtbot.waitUntil(lambda: panel.built)
        QApplication.processEvents()
        return panel

    yield shown


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


def test_the_shown_values_are_the_networks(show: Show, session: Session) -> None:
    panel = show(circle())
    values = the_map(panel).values
    plane = session.plane
    assert plane is not None and plane.y is not None
    row, column = 50, 7
    x, y = plane.values("x")[column], plane.values("y")[row]
    expected = session.program.forward(session.network.parameters, [[x, y]])[0, 0]
    assert values[row, column] == pytest.approx(expected, abs=1e-12)


def test_training_and_test_samples_are_both_there(show: Show) -> None:
    points = the_map(show(circle(60))).points
    assert (np.count_nonzero(~points.test), np.count_nonzero(points.test)) == (30, 30)
    radius = np.hypot(points.x, points.y)
    assert (points.high == (radius < 3)).all()


def test_the_contour_runs_where_the_output_is_at_the_threshold(show: Show, session: Session) -> None:
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
    assert len(contour_of(noise, 0.0)[0]) == 0, "too jagged to read, and slow"
    ramp[4, 4] = np.nan
    assert np.isfinite(contour_of(ramp, 3.25)[0]).all()


def test_the_map_follows_a_weight_being_edited(show: Show, session: Session) -> None:
    panel = show(xor())
    plot = the_map(panel)
    assert color_at(plot, 0.6, 0.9) == theme().color("map_low")
    session.set_values({"w5": 0.0}, "Weight")
    assert color_at(plot, 0.6, 0.9) == theme().color("map_high")
    session.undo()
    assert color_at(plot, 0.6, 0.9) == theme().color("map_low")


def test_the_map_moves_while_it_trains(show: Show, session: Session, qtbot: QtBot) -> None:
    panel = show(circle())
    plot = the_map(panel)
    before = plot.values.copy()
    session.set_speed(None)
    assert session.train()
    qtbot.waitUntil(lambda: not np.array_equal(before, plot.values))
    points = plot.points
    session.pause()
    assert plot.points is points, "samples are drawn once"


def test_a_click_sets_both_inputs_and_moves_the_marker(show: Show, session: Session, qtbot: QtBot) -> None:
    panel = show(corners())
    plot = the_map(panel)
    qtbot.mouseClick(plot.viewport(), LEFT, pos=point(plot, 0.4, -0.8))
    assert session.inputs == pytest.approx({"x0": 0.4, "x1": -0.8}, abs=0.06)
    assert plot.marker.place == (session.inputs["x0"], session.inputs["x1"])
    assert not session.dirty
    value = session.output_of("y")
    assert panel.readout.text().endswith(f"→ {value:.3g}".replace("-", "−"))


def test_a_click_near_a_sample_means_the_sample(show: Show, session: Session, qtbot: QtBot) -> None:
    plot = the_map(show(xor()))
    qtbot.mouseClick(plot.viewport(), LEFT, pos=point(plot, 1, 0) + QPoint(4, 3))
    assert session.inputs == {"x0": 1.0, "x1": 0.0}


def test_dragging_moves_the_inputs_along(show: Show, session: Session, qtbot: QtBot) -> None:
    plot = the_map(show(corners()))
    QTest.mousePress(plot.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, point(plot, 0, 0))
    QTest.mouseMove(plot.viewport(), point(plot, 2, 2))
    assert session.inputs["x0"] == pytest.approx(2, abs=0.06)
    QTest.mouseRelease(plot.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, point(plot, 2, 2))


def test_the_arrow_keys_move_the_inputs(show: Show, session: Session, qtbot: QtBot) -> None:
    plot = the_map(show(xor()))
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(plot, key)
    assert session.inputs == pytest.approx({"x0": 0.2, "x1": 0.1})
    qtbot.keyClick(plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert session.inputs["x1"] == pytest.approx(0.09)


def test_hovering_reads_the_value_there_and_leaves_the_inputs(show: Show, session: Session, qtbot: QtBot) -> None:
    panel = show(xor())
    plot = the_map(panel)
    assert panel.readout.text() == "(0, 0) → 0"
    QTest.mouseMove(plot.viewport(), point(plot, 0.5, 0.5))
    assert panel.readout.text().startswith("(0.5")
    assert panel.readout.text().endswith("→ 1")
    assert session.inputs == {"x0": 0.0, "x1": 0.0}
    QTest.mouseMove(plot.viewport(), QPoint(1, 1))
    assert panel.readout.text() == "(0, 0) → 0"


def test_the_wheel_and_the_right_button_change_nothing(show: Show, session: Session, qtbot: QtBot) -> None:
    plot = the_map(show(xor()))
    ranges = plot.view.viewRange()
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, pos=point(plot, 0.3, 0.3))
    assert session.inputs == {"x0": 0.0, "x1": 0.0}
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


def test_a_hidden_panel_does_no_work(show: Show, session: Session) -> None:
    panel = show(xor())
    plot = the_map(panel)
    panel.hide()
    shown = plot.values
    session.set_values({"w5": 0.0}, "Weight")
    assert plot.values is shown
    panel.show()
    assert plot.values is not shown


# One input


def test_one_input_is_a_curve_with_the_data_and_the_current_point(show: Show, session: Session, qtbot: QtBot) -> None:
    network = Network.layered([1, 4, 1], output="linear", seed=2)
    plot = the_curve(show(Document(network=network, data=GeneratedData("sine", SampleFields(samples=40)))))
    assert (np.count_nonzero(~plot.points.test), np.count_nonzero(plot.points.test)) == (20, 20)
    assert plot.axes["bottom"].label.toPlainText().strip() == "x0"
    assert plot.axes["left"].label.toPlainText().strip() == "y"
    x, y = plot.curve.getData()
    assert y == pytest.approx(session.program.forward(session.network.parameters, x[:, None])[:, 0])
    session.set_inputs({"x0": 1.5})
    assert plot.marker.place == pytest.approx((1.5, session.output_of("y")))
    qtbot.mouseClick(plot.viewport(), LEFT, pos=point(plot, -1.0, 0.5))
    assert session.inputs["x0"] == pytest.approx(-1.0, abs=0.2)


def test_a_step_over_one_input_goes_straight_up(show: Show) -> None:
    network = Network.layered([1, 1], output="heaviside").with_values({"w1": -1.0, "b_y": 0.5})
    x, y = the_curve(show(Document(network=network, data=GeneratedData("not_gate")))).curve.getData()
    jumps = np.flatnonzero(np.diff(y))
    assert len(jumps) == 1
    assert x[jumps[0]] == x[jumps[0] + 1] == pytest.approx(0.5, abs=0.01)


# More inputs, more outputs


def test_with_three_inputs_two_are_picked_and_the_rest_stays_as_fed(show: Show, session: Session, qtbot: QtBot) -> None:
    network = Network.layered([3, 2, 1], output="sigmoid", seed=4)
    panel = show(Document(network=network, data=GeneratedData("majority_gate", GateFields(3))))
    plot = the_map(panel)
    assert "x2 = 0" in panel.note.text()
    choose(qtbot, panel.choices.y_axis, "x2")
    assert session.plane is not None
    assert (session.plane.x, session.plane.y) == ("x0", "x2")
    assert "x1 = 0" in panel.note.text()
    assert plot.points.labels and set(plot.points.labels) == {"(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"}
    assert not plot.points.high[:3].any()
    session.set_inputs({"x1": 1.0})
    assert "x1 = 1" in panel.note.text()
    assert dict(zip(plot.points.labels, plot.points.high.tolist(), strict=True))["(0, 1)"]
    corner = [session.plane.x_range[0], 1.0, session.plane.y_range[0]]
    expected = session.program.forward(session.network.parameters, [corner])
    assert plot.values[0, 0] == pytest.approx(expected[0, 0])


def test_choosing_the_other_axis_swaps_them(show: Show, session: Session, qtbot: QtBot) -> None:
    panel = show(Document(network=Network.layered([3, 1], seed=4)))
    choose(qtbot, panel.choices.x_axis, "x1")
    assert session.plane is not None
    assert (session.plane.x, session.plane.y) == ("x1", "x0")
    assert (panel.choices.x_axis.currentText(), panel.choices.y_axis.currentText()) == ("x1", "x0")


def test_several_outputs_are_picked_in_the_header(show: Show, session: Session, qtbot: QtBot) -> None:
    panel = show(Document(network=Network.layered([2, 3, 2], seed=4)))
    plot = the_map(panel)
    assert panel.choices.neuron.isVisible() and not panel.choices.x_axis.isVisible()
    first = plot.values.copy()
    choose(qtbot, panel.choices.neuron, "o2")
    assert panel.output == "o2"
    assert not np.allclose(first, plot.values)
    session.apply("Remove", lambda d: edits.remove(d, ["o2"]))
    assert panel.output == "o1"
    assert not panel.choices.neuron.isVisible()
    assert np.allclose(first, plot.values)


def test_softmax_is_shown_as_probabilities(show: Show, session: Session) -> None:
    network = Network.layered([2, 3], output="linear", seed=4)
    panel = show(Document(network=network, training=TrainingConfig(loss="softmax_cross_entropy")))
    o = session.program.forward(session.network.parameters, [[-0.35, -0.35]])[0]
    assert the_map(panel).values[0, 0] == pytest.approx(np.exp(o[0]) / np.exp(o).sum())
    assert "Softmax" in panel.note.text()
    assert panel.readout.text() == "(0, 0) → 0.333"


def test_data_that_does_not_fit_is_said_and_not_drawn(show: Show) -> None:
    panel = show(Document(network=Network.layered([2, 1]), data=InlineData(((1.0,),), ((1.0,),))))
    assert len(the_map(panel).points.x) == 0
    assert "1 input" in panel.note.text()


# Half-built


def test_an_empty_panel_teaches_and_names_the_problems(show: Show, session: Session) -> None:
    panel = show(Document())
    assert panel.plot is None
    assert panel.empty.isVisible()
    assert "Connect a neuron to an output" in panel.empty.text()
    for problem in session.problems:
        assert problem.message in panel.empty.text()


def test_connecting_the_output_shows_its_map(show: Show, session: Session) -> None:
    panel = show(Document())
    for role in ("input", "input", "output"):
        session.apply("Add", lambda d, role=role: edits.add_neuron(d, role, (0, 0)))
    assert panel.empty.isVisible()
    assert "Nothing leads to output y" in panel.empty.text()
    session.apply("Connect", lambda d: edits.connect(d, "x0", "y"))
    assert not panel.empty.isVisible()
    assert the_map(panel).isVisible()
    session.undo()
    assert panel.empty.isVisible() and panel.plot is None


def test_values_that_overflow_are_shown_calmly(show: Show, session: Session) -> None:
    network = Network.layered([2, 2, 1], hidden="linear", output="linear")
    panel = show(Document(network=network.with_parameters(np.full(len(network.parameters), 1e200))))
    session.set_inputs({"x0": 1.0, "x1": -1.0})
    panel.grab()
    curve = Network.layered([1, 2, 1], hidden="linear", output="linear")
    session.open_document(Document(network=curve.with_parameters(np.full(len(curve.parameters), 1e200))))
    panel.grab()
    assert isinstance(panel.plot, CurvePlot)
