"""The plot of the Activation panel: functions and their derivatives over the sum. Imported late, as ``plots`` is."""

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFontMetrics, QPen, QResizeEvent

from nnsim.core.activations import Activation
from nnsim.core.analysis.drawable import LARGEST, can_be_drawn, drawable, is_drawable
from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import DIGITS, format_number
from nnsim.gui.look.class_looks import TIE, class_look
from nnsim.gui.look.theme import GRID, font, theme
from nnsim.gui.plots.plot import Marker, Plot, pen, scaled

SAMPLES = 241
NOTHING: Array = np.zeros(0)
HALVES = (3.0, 6.0)
"""How far the axis reaches from 0: a step needs less room than a curve. Twice that, and again, for a far sum."""


@dataclass(frozen=True)
class Curve:
    """One function in the plot, and the pens of f and f′."""

    activation: Activation
    f_pen: QPen
    derivative_pen: QPen


def samples(activation: Activation, low: float, high: float, shift: float) -> tuple[Array, Array, Array]:
    """x, f(x − shift) and f′(x − shift) from ``low`` to ``high``.

    At a kink there is a sample on either side of it, so that a jump of f is drawn straight up. f′ does not exist
    there and is NaN.
    """
    # Of x, not of z: beside a very large shift all z are the same number.
    x = np.linspace(low, high, SAMPLES)
    z = x - shift
    kinks = np.array([k for k in activation.kinks if z[0] < k < z[-1]])
    if len(kinks):
        beside = np.concatenate([np.nextafter(kinks, -np.inf), kinks, np.nextafter(kinks, np.inf)])
        others = ~np.isin(z, kinks)
        x, z = np.concatenate([x[others], beside + shift]), np.concatenate([z[others], beside])
        order = np.argsort(z, kind="stable")
        x, z = x[order], z[order]
    with np.errstate(all="ignore"):
        a = activation.f(z)
        slope = np.array(activation.derivative(z, a))
    slope[np.isin(z, kinks)] = np.nan
    return x, a, slope


class ActivationPlot(Plot):
    """Curves of f and f′, a mark at the threshold, and the neuron's own point."""

    def __init__(self) -> None:
        self.curves: tuple[Curve, ...] = ()
        self.half = 0.0
        self.shift = 0.0
        self.f_items: list[pg.PlotCurveItem] = []
        self.derivative_items: list[pg.PlotCurveItem] = []
        self._zero = [pg.InfiniteLine(0, angle=angle) for angle in (0, 90)]
        self.step = pg.InfiniteLine(0, angle=90)
        self.step_label = pg.TextItem("")
        self.marker = Marker(ring=False)
        self.reading = Marker(ring=True)
        """The point that the learner reads values at."""
        self.readings = pg.ScatterPlotItem(pxMode=True)
        """The same place on the other curves."""
        self.read_line = pg.InfiniteLine(0, angle=90)
        self.rug: dict[int | None, pg.ScatterPlotItem] = {}
        """Where the samples' sums are, on the axis, by class; None for samples that have none."""
        self._sums: dict[int | None, Array] = {}
        super().__init__("activation_plot", interactive=True)
        for item in (*self._zero, self.step, self.step_label, self.read_line, self.readings):
            self.add(item)
        self.step_label.setZValue(15)
        self.readings.setZValue(19)
        self.read_line.hide()
        self.marker.stand_in(self)
        self.reading.stand_in(self)

    def restyle(self) -> None:
        super().restyle()
        t = theme()
        for line in self._zero:
            line.setPen(pen(t.line))
        self.step.setPen(pen(t.muted, 1, (2, 3)))
        self.step_label.setColor(t.color("ink"))
        self.step_label.setFont(font("small"))
        self.step_label.fill = pg.mkBrush(t.card)
        self.read_line.setPen(pen(t.muted, 1, (1, 3)))
        self.readings.setSize(scaled(8))
        self.readings.setBrush(pg.mkBrush(t.card))
        for kind, item in self.rug.items():
            self._style_rug(kind, item)

    def _style_rug(self, kind: int | None, item: pg.ScatterPlotItem) -> None:
        t = theme()
        look = class_look(TIE if kind is None else kind)
        item.setSymbol("o" if kind is None else look.symbol)
        item.setSize(scaled(6 if kind is None else 7 if look.symbol == "o" else 9))
        item.setPen(pen(t.card, 1))
        item.setBrush(pg.mkBrush(look.color(t)))

    def values_at(self, x: float) -> list[tuple[float, float]]:
        """f and f′ of each curve where the axis says ``x``; f′ is NaN at a kink."""
        z, found = np.array([x - self.shift]), []
        for curve in self.curves:
            f = curve.activation
            with np.errstate(all="ignore"):
                a = f.f(z)
                slope = math.nan if z[0] in f.kinks else float(f.derivative(z, a)[0])
            found.append((float(a[0]), slope))
        return found

    def show_reading(self, x: float | None, read: int = 0) -> None:
        """A ring on the curve number ``read`` at ``x``, and points on the others; None for nothing."""
        values = [] if x is None else [value for value, _ in self.values_at(x)]
        self.reading.move(math.nan if x is None else x, values[read] if values else math.nan)
        others = [place for place in range(len(values)) if place != read]
        others = [place for place in others if x is not None and can_be_drawn(x, values[place])]
        self.readings.setData([x] * len(others), [values[place] for place in others])
        self.readings.setPen([pen(self.curves[place].f_pen.color(), 1.6) for place in others])
        self.read_line.setVisible(bool(others))
        if x is not None:
            self.read_line.setValue(x)

    def show_rug(self, sums: dict[int | None, Array]) -> None:
        """Show where samples stand on the axis, each class with its shape and on a height of its own."""
        appeared = bool(self._sums) != bool(sums)
        self._sums = sums
        for kind in sums:
            if kind not in self.rug:
                item = self.rug[kind] = pg.ScatterPlotItem(pxMode=True)
                item.setZValue(1)
                self._style_rug(kind, item)
                self.add(item)
        if appeared:
            self._draw()
        else:
            self._place_rug()
            self._place_label()

    @property
    def rug_ends(self) -> tuple[float, ...]:
        """The least and the greatest of the samples' sums; nothing without samples."""
        sums = np.concatenate([NOTHING, *self._sums.values()])
        return (float(sums.min()), float(sums.max())) if len(sums) else ()

    @property
    def _rug_heights(self) -> dict[int | None, float]:
        """On which part of the plot's height each class stands, from the bottom."""
        between = min(0.07, 0.13 / max(len(self._sums) - 1, 1))
        return {kind: 0.04 + between * place for place, kind in enumerate(self._sums)}

    @property
    def _rug_share(self) -> float:
        """The part of the plot's height, from the bottom, that the samples take up."""
        return max(self._rug_heights.values()) + (scaled(9) / 2 + 2) / self._inside if self._sums else 0.0

    @property
    def _inside(self) -> float:
        """The height between the axes, in pixels."""
        insets = self.insets(self.size())
        return max(self.height() - insets.top() - insets.bottom(), 1)

    def _place_rug(self) -> None:
        _, (bottom, top) = self.ranges
        heights = self._rug_heights
        for kind, item in self.rug.items():
            sums = self._sums.get(kind, NOTHING)
            sums = sums[is_drawable(sums)]
            item.setData(sums, np.full(len(sums), bottom + heights.get(kind, 0.0) * (top - bottom)))

    def show_curves(self, curves: tuple[Curve, ...], derivatives: bool) -> None:
        """Show these functions, the first on top, with their derivatives or without."""
        self.curves = curves
        for item in (*self.f_items, *self.derivative_items):
            self.remove(item)
        self.f_items = [pg.PlotCurveItem(pen=c.f_pen, antialias=True, connect="finite") for c in curves]
        self.derivative_items = [pg.PlotCurveItem(pen=c.derivative_pen, antialias=True, connect="finite")
                            for c in curves if derivatives]
        for depth, item in enumerate((*reversed(self.derivative_items), *reversed(self.f_items))):
            item.setZValue(2 + depth / 100)
            self.add(item)
        self._draw()

    def show_threshold(self, threshold: float | None, digits: int = DIGITS) -> None:
        """Shift the curves to the threshold and mark it; None is no threshold."""
        shift = threshold or 0.0
        appeared = self.step.isVisible() != (threshold is not None)
        self.step.setVisible(threshold is not None)
        self.step_label.setVisible(threshold is not None)
        if threshold is not None:
            self.step.setValue(min(max(threshold, -LARGEST), LARGEST))
            self.step_label.setText(f"θ = {format_number(threshold, digits)}")
        if shift != self.shift or appeared:
            self.shift = shift
            self._draw()
        self._place_label()

    def reach(self, half: float, *places: float, shrink: bool) -> None:
        """Show ``half`` to each side of 0, or as often twice that as these places need.

        Without ``shrink`` the axis only grows, so that it rests while a value moves to and fro.
        """
        seen = self.drawn("places", np.array(places))
        far = max((abs(place) for place in seen.tolist() if place == place), default=0.0)
        while half < far * 1.1 and half < LARGEST:
            half *= 2
        if half != self.half and (shrink or half > self.half):
            self.half = half
            self._draw()

    def _draw(self) -> None:
        if not self.half:
            return
        low, high = -self.half, self.half
        seen = [np.array([0.0])]
        for index, curve in enumerate(self.curves):
            x, a, slope = samples(curve.activation, low, high, self.shift)
            self.f_items[index].setData(x, drawable(a))
            seen.append(a)
            if self.derivative_items:
                self.derivative_items[index].setData(x, drawable(slope))
                seen.append(slope)
        everything = self.drawn("curves", np.concatenate(seen))
        everything = everything[~np.isnan(everything)]
        least, most = float(everything.min()), float(everything.max())
        margin = 0.08 * (most - least or 1.0)
        below = 0.25 * (most - least or 1.0) if self._sums else margin
        if self.step.isVisible():
            # Room under the lowest curve, where the threshold is written, above the samples.
            label = (QFontMetrics(font("small")).height() + 1.5 * GRID) / self._inside
            share = min(0.5, label + self._rug_share)
            below = max(below, (most + margin - least) * share / (1 - share))
        self.set_ranges((low, high), (least - below, most + margin))
        self._place_label()
        self._place_rug()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def _place_label(self) -> None:
        """The threshold's label near the foot of its line, above the samples, on the side where there is room."""
        (low, high), (bottom, top) = self.ranges
        left = self.shift > (low + high) / 2 + (high - low) / 4
        self.step_label.setAnchor((1, 1) if left else (0, 1))
        self.step_label.setPos(min(max(self.shift, low), high), bottom + self._rug_share * (top - bottom))


def resting_half(curves: tuple[Curve, ...]) -> float:
    """How far the axis reaches if no value asks for more."""
    return HALVES[0] if all(not c.activation.has_slope for c in curves) else HALVES[1]
