"""The plot of activation functions. Imports pyqtgraph: its panel imports this module late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg

from nnsim.core.activations import Activation
from nnsim.gui.plots import Marker, Plot, nice_step, pen
from nnsim.gui.theme import theme

POINTS = 481
COLORS = ("accent", "negative", "good", "bad", "muted", "ink")
DASHES = (None, (6.0, 3.0), (2.0, 2.0), (8.0, 3.0, 2.0, 3.0))
SLOPE_DASHES = (4.0, 3.0)


@dataclass(frozen=True)
class Curve:
    """One function as it is drawn: ``shift`` moves it to the right, by θ where the axis is Σ."""

    entry: Activation
    slope: bool = False
    shift: float = 0.0


def style(index: int, slope: bool = False):  # type: ignore[no-untyped-def]
    """The pen of the ``index``-th function: colour and dashes both tell it apart; a slope is thin and grey."""
    if slope:
        return pen(theme().muted, 1.2, SLOPE_DASHES)
    return pen(theme().color(COLORS[index % len(COLORS)]), 2.0, DASHES[(index // len(COLORS) + index) % len(DASHES)])


class ActivationPlot(Plot):
    """Functions over z or Σ, with the place of a neuron on its own."""

    def __init__(self) -> None:
        super().__init__("activation_plot")
        self._lines: list[pg.PlotCurveItem] = []
        self._curves: tuple[Curve, ...] = ()
        self._zero = pg.InfiniteLine(pos=0.0, angle=90)
        self._zero.setZValue(1)
        self.addItem(self._zero)
        self.marker = Marker(self, ring=False)
        self._restyle_lines()

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "marker"):
            self._restyle_lines()
            self.marker.restyle()
            curves, self._curves = self._curves, ()
            self.show_curves(curves)

    def _restyle_lines(self) -> None:
        self._zero.setPen(pen(theme().line))

    def show_curves(self, curves: tuple[Curve, ...], reach: tuple[float, float] | None = None) -> None:
        """Draw these functions from ``reach[0]`` to ``reach[1]``."""
        if reach is None:
            reach = self.ranges[0]
        if curves == self._curves and reach == self.ranges[0]:
            return
        self._curves = curves
        for line in self._lines:
            self.removeItem(line)
        self._lines = []
        low, high = 0.0, 1.0
        functions = 0
        for curve in curves:
            x, y = _sampled(curve, reach)
            line = pg.PlotCurveItem(x, y, antialias=True, connect="all")
            line.setPen(style(functions - 1 if curve.slope else functions, curve.slope))
            line.setZValue(5 if curve.slope else 10)
            functions += not curve.slope
            self.addItem(line)
            self._lines.append(line)
            low, high = min(low, float(y.min())), max(high, float(y.max()))
        # Steep functions are cut, so that those between −1 and 1 can still be read.
        low, high = max(low, -6.0), min(high, 6.0)
        margin = nice_step(high - low, 8) * 0.35
        self.set_ranges(reach, (low - margin, high + margin))


def _sampled(curve: Curve, reach: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The function at enough points; a step rises straight up."""
    x = np.linspace(*reach, POINTS)
    for kink in curve.entry.kinks:
        at = kink + curve.shift
        if reach[0] < at < reach[1]:
            x = np.sort(np.concatenate([x, [np.nextafter(at, -np.inf), at]]))
    z = x - curve.shift
    for kink in curve.entry.kinks:
        # z of the two points beside a kink, exactly: x − θ may round onto the wrong side.
        at = kink + curve.shift
        z[x == at], z[x == np.nextafter(at, -np.inf)] = kink, kink - 1e-300
    a = curve.entry.f(z)
    return x, curve.entry.derivative(z, a) if curve.slope else a
