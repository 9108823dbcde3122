"""Plots of values of every size: what can be drawn is drawn, and the rest is told."""

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.bands import Band
from nnsim.core.analysis.drawable import LARGEST
from nnsim.core.analysis.maps import Plane
from nnsim.core.arrays import Array
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.panels.activation.plot import ActivationPlot, Curve, samples
from nnsim.gui.panels.gradient.plots import ContourPlot, StepPlot
from nnsim.gui.panels.loss.plot import LossPlot, log_ticks
from nnsim.gui.panels.output.plots import CurvePlot, MapPlot
from nnsim.gui.panels.selected.band_field import BandSlider
from nnsim.gui.plots.plot import Plot, pen
from nnsim.gui.plots.points import Points, Scale
from nnsim.gui.plots.ticks import nearby, nice_step, nice_ticks, rounded, stepped
from nnsim.gui.start.thumbnails import thumbnail
from nnsim.training.history import NO_POINTS
from nnsim.training.history import Points as Losses
from tests.documents.extreme_documents import VALUES, bases, with_datum, with_parameters

SOME = (1e308, -sys.float_info.max, 1e155, -1e-310, 5e-324, -0.0)
ANY = (*SOME, math.inf, -math.inf, math.nan, 1.0)
TOO_LARGE, UNDEFINED = "Some values are too large to draw.", "Some values are undefined."


@pytest.fixture
def card(qapp: QApplication) -> Iterator[QWidget]:
    """What plots stand in, in the light theme; gone with them before the next test begins."""
    apply_theme(qapp, "light")
    card = QWidget()
    card.resize(280, 220)
    card.show()
    yield card
    card.close()
    card.deleteLater()
    QApplication.sendPostedEvents(card, QEvent.Type.DeferredDelete)


def shown(card: QWidget, plot: Plot) -> str:
    """Draw it, and give what it says of what is missing."""
    if plot.parentWidget() is not card:
        plot.setParent(card)
    plot.resize(260, 200)
    plot.show()
    QApplication.processEvents()
    assert all(math.isfinite(end) for ends in plot.ranges for end in ends)
    label = plot.findChild(QLabel, f"{plot.objectName()}_gap")
    assert label is not None and label.accessibleName() == label.text()
    return label.text() if label.isVisible() else ""


def test_any_ranges_can_be_shown(card: QWidget) -> None:
    """Infinite, inverted, empty: the axes have ends, and numbers that rise."""
    plot = Plot("any")
    for low, high in product(ANY, repeat=2):
        plot.set_ranges((low, high), (high, low))
        said = shown(card, plot)
        can = all(math.isfinite(end) and abs(end) <= LARGEST for end in (low, high))
        assert said == ("" if can else TOO_LARGE)
    plot.set_ranges((0.0, 1.0), (0.0, 1.0))
    assert shown(card, plot) == ""


def test_ticks_and_round_numbers_of_any_size() -> None:
    """Never an error, never more than asked for, all on the axis."""
    for low, high in product((*VALUES, *ANY), repeat=2):
        ticks = nice_ticks(low, high, 6)
        assert len(ticks) <= 30
        if ticks and low < high and abs(high - low) > 1e-290:
            room = 1e-6 * (high - low)
            assert all(low - room <= tick <= high + room for tick in ticks)
        step = nice_step(high - low, 6)
        assert step > 0 and math.isfinite(step)
        assert rounded(low, 1e-3) == low or math.isfinite(rounded(low, 1e-3)) or math.isnan(low)
    for value in VALUES:
        assert math.isfinite(nearby(value, (0.0, 1.0)))
        assert math.isfinite(stepped(value, (-1.0, 1.0), 1, fine=True))


def test_logarithmic_ticks_up_to_the_largest_loss() -> None:
    """From the least to the largest number there is: powers of ten, as few as there is room for."""
    for low, high in ((-323.4, 308.3), (300.0, 308.26), (308.2, 308.3), (-323.4, -323.3), (-0.1, 400.0)):
        ticks = log_ticks(low, high, 5)
        assert 1 <= len(ticks) <= 12
        assert all(0 < tick <= sys.float_info.max for tick in ticks)


def losses(values: list[float]) -> Losses:
    """A curve of losses by epoch."""
    y = np.array(values)
    return Losses(np.arange(len(y), dtype=np.float64), y, y, y)


@pytest.mark.parametrize("log", [False, True])
def test_a_loss_that_explodes_is_drawn_as_far_as_it_goes(card: QWidget, log: bool) -> None:
    """On a logarithmic axis all finite losses; the rest is told."""
    plot = LossPlot("loss_plot")
    exploding = losses([0.5, 1e3, 1e150, 1e308, math.inf, math.nan])
    plot.show_points((exploding.epoch, exploding.mean), NO_POINTS, exploding, log)
    assert shown(card, plot) == TOO_LARGE
    for curve in (plot.train, plot.running):
        x, _ = curve.getOriginalDataset()
        assert len(x) == (4 if log else 2)
    plot.show_points((np.arange(2.0), np.array([0.5, 0.4])), NO_POINTS, NO_POINTS, log)
    assert shown(card, plot) == ""


@pytest.mark.parametrize("value", ANY)
def test_slices_with_extreme_losses(card: QWidget, value: float) -> None:
    """A curve, its point, tangent and step: the finite part stands, a slope of 1e155 is a line within the picture."""
    plot = StepPlot("step")
    x = np.linspace(-1.0, 1.0, 41)
    y = np.where(x > 0.5, value, x * x)
    plot.fit((-1.0, 1.0), y, (0.0, value), whole=False)
    plot.show_curve(x, y)
    plot.show_point(0.0, 0.0, value)
    plot.show_step(0.0, 0.0, value, value, theme().ink)
    assert shown(card, plot) == (TOO_LARGE if abs(value) > LARGEST else "")
    ends = np.abs(plot.tangent.getData()[1]) if plot.tangent.getData()[1] is not None else np.zeros(0)
    height = plot.ranges[1][1] - plot.ranges[1][0]
    assert (ends <= 11 * height).all()


@pytest.mark.parametrize("value", ANY)
def test_maps_of_extreme_losses_and_outputs(card: QWidget, value: float) -> None:
    """Contours, colours, samples and words find their places, or are left out."""
    values = np.add.outer(np.linspace(0, 1, 16), np.linspace(0, 1, 16))
    values[4:9, 4:9] = value
    contours = ContourPlot()
    contours.show_losses(values, (0.0, 1.0), (-1e50, 1e50), crisp=False)
    contours.show_path(np.array([[0.0, value], [0.5, 0.5]]))
    contours.show_step((0.5, value), (value, 0.5), theme().ink)
    assert shown(card, contours) == (TOO_LARGE if abs(value) > LARGEST else UNDEFINED if math.isnan(value) else "")
    plot = MapPlot()
    plane = Plane("x", "y", (0.0, 1.0), (0.0, 1.0), 16)
    plot.set_ranges(plane.x_range, plane.y_range)
    three = Points(np.array([0.0, value, 1.0]), np.array([1.0, 1.0, value]), np.array([0, 1, 1]),
                   np.zeros(3, dtype=np.bool_), ("a", "b", "c"))
    plot.show_points(three)
    plot.show_map(values, plane, Scale())
    plot.write(plot.show_levels(plane, Scale()))
    plot.show_ghost(values, plane, 0.5)
    said = shown(card, plot)
    can = math.isfinite(value) and abs(value) <= LARGEST
    assert len(plot.points.x) == len(plot.points.labels) == (3 if can else 1)
    assert said == ("" if can else UNDEFINED if math.isnan(value) else TOO_LARGE)


@pytest.mark.parametrize("value", ANY)
def test_curves_of_extreme_outputs(card: QWidget, value: float) -> None:
    """The finite part of the curve is drawn; what is undefined is a gap."""
    plot, x = CurvePlot(), np.linspace(-1.0, 1.0, 33)
    y: Array = np.where(x > 0, value, x)
    plot.show_points(Points(np.array([0.0]), np.array([value]), np.array([1]), np.zeros(1, dtype=np.bool_)))
    plot.show_curve(x, y, crisp=False)
    plot.show_ghost(x, y)
    plot.fit(Plane("x", None, (-1.0, 1.0), (0.0, 1.0)), -1.0, value)
    assert shown(card, plot) == (TOO_LARGE if abs(value) > LARGEST else UNDEFINED if math.isnan(value) else "")
    assert np.isfinite(plot.curve.getData()[1]).sum() >= 16


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_at_extreme_sums_and_thresholds(card: QWidget, name: str) -> None:
    """The axis reaches to the sum, if that can be drawn; thresholds of any size stand or are told."""
    for shift in SOME:
        x, a, slope = samples(ACTIVATIONS[name], -6.0, 6.0, shift)
        assert len(x) == len(a) == len(slope) and (np.diff(x) >= 0).all()
        assert x[0] >= -6.0 - 1e-9 and x[-1] <= 6.0 + 1e-9
    plot = ActivationPlot()
    plot.show_curves((Curve(ACTIVATIONS[name], pen("black"), pen("gray")),), derivatives=True)
    for value in (*ANY, 1e60):
        plot.show_threshold(None if math.isnan(value) else value)
        plot.show_rug({0: np.array([value, 0.5]), None: np.array([-value])})
        plot.reach(6.0, value, shrink=True)
        plot.marker.move(value, value)
        plot.show_reading(0.0)
        said = shown(card, plot)
        assert said == (TOO_LARGE if abs(value) > LARGEST else "")
        if value == 1e60:
            assert plot.ranges[0][0] < value < plot.ranges[0][1]


def test_a_slider_over_numbers_of_any_size(card: QWidget) -> None:
    """It stands at its end beside what is beyond it, and a band of any ends is painted."""
    slider = BandSlider()
    slider.setParent(card)
    slider.resize(QSize(180, 60))
    slider.show()
    for value, end in product(VALUES, (*SOME, math.inf)):
        slider.show_number(value, Band(-math.inf, end, False, True) if end == end else None)
        QApplication.processEvents()
        low, high = slider.reach
        assert math.isfinite(low) and math.isfinite(high) and low < high
        assert 0 <= slider.value() <= slider.maximum()


@pytest.mark.parametrize("value", SOME)
def test_thumbnails_of_extreme_documents(card: QWidget, value: float) -> None:
    """A map, a curve and a network of such numbers have a picture."""
    some = bases()
    for name in ("parabola", "linear", "and"):
        document = with_parameters(some[name], {some[name].network.parameter_names[0]: value})
        for made in (document, with_datum(replace(document), "inputs", 0, 0, value),
                     with_datum(document, "targets", 1, 0, value)):
            assert not thumbnail(made, QSize(96, 72)).isNull()
