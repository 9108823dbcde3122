"""The plot of loss by epoch. Imports pyqtgraph: the panel imports this module late."""

import math
import sys

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QWidget

from nnsim.core.analysis.drawable import Range
from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import font, mix, theme
from nnsim.gui.panels.loss.line import LossLine
from nnsim.gui.plots.plot import Plot, Ticks, pen
from nnsim.gui.plots.ticks import nice_ticks
from nnsim.training.history import Points

MARGIN = 0.05
_MOST_POWER = math.nextafter(math.log10(sys.float_info.max), 0.0)
"""The logarithm of the largest number, less what would round it up."""
TEST_DASHES = (4.0, 3.0)
RUNNING = 0.6
"""How much of the colour of muted text the running mean has."""


class LossPlot(Plot):
    """Train loss solid, test loss dashed, over epochs, the running mean behind them; on a logarithmic axis, or not."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        self._log = False
        self.train = pg.PlotDataItem(antialias=True)
        self.test = pg.PlotDataItem(antialias=True)
        self.running = pg.PlotDataItem(antialias=True)
        self.running_line = LossLine("loss_running")
        self.running_line.align = Qt.AlignmentFlag.AlignRight
        super().__init__(name, parent)
        self.running_line.setParent(self)
        for curve in (self.running, self.test, self.train):
            # Thousands of epochs on a few hundred pixels: only the peaks are drawn.
            curve.setDownsampling(auto=True, method="peak")
            curve.setClipToView(True)
            self.add(curve)

    def restyle(self) -> None:
        super().restyle()
        ink = theme().color("ink")
        self.train.setPen(pen(ink))
        self.test.setPen(pen(ink, dashes=TEST_DASHES))
        self.running.setPen(pen(mix(theme().muted, theme().card, RUNNING)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self._place_line()

    def _place_line(self) -> None:
        """At the lower right, beside the title of the epochs."""
        hint = self.running_line.sizeHint()
        title = QFontMetrics(font("small")).horizontalAdvance(f"  {self._titles[0]}  ")
        width = min(hint.width(), (self.width() - title) // 2)
        self.running_line.setGeometry(self.width() - width, self.height() - hint.height(), width, hint.height())

    def show_points(self, train: tuple[Array, Array], test: Points, running: Points, log: bool) -> None:
        """Show these curves, all of them: the train loss as epochs and losses."""
        self._log = log
        self._place_line()
        shown: list[tuple[Array, Array]] = []
        for part, curve, epochs, losses in (
            ("train", self.train, *train), ("test", self.test, test.epoch, test.mean),
            ("running", self.running, running.epoch, running.mean),
        ):
            there = losses > 0 if log else ~np.isnan(losses)
            y = self.drawn(part, np.log10(losses[there]) if log else losses[there])
            x, y = epochs[there][~np.isnan(y)], y[~np.isnan(y)]
            curve.setData(x, y)
            shown.append((x, y))
        x = np.concatenate([x for x, _ in shown])
        y = np.concatenate([y for _, y in shown])
        last = float(x.max()) if len(x) else 1.0
        self.set_ranges((0.0, max(last, 1.0)), _spread(y, log))

    def _ticks(self, size: QSize) -> tuple[Ticks, Ticks]:
        x, y = super()._ticks(size)
        # Epochs are whole.
        x = [(value, text) for value, text in x if value.is_integer()]
        room = max(size.height() - 40, 1) / (1.8 * QFontMetrics(font("small")).height())
        if self._log:
            y = [(math.log10(value), format_number(value)) for value in log_ticks(*self.ranges[1], room)]
        elif len(y) < 2:
            # A single number gives no scale, however low the plot is.
            y = [(value, format_number(value)) for value in at_least_two(*self.ranges[1])]
        return x, y


def log_ticks(low: float, high: float, count: float) -> list[float]:
    """Round values from 10^``low`` to 10^``high`` for a logarithmic axis, at most about ``count``, two or more."""
    powers = range(max(math.floor(low), sys.float_info.min_10_exp), min(math.ceil(high), sys.float_info.max_10_exp) + 1)

    def steps(*digits: int) -> list[float]:
        values = [digit * 10.0**power for power in powers for digit in digits]
        return [value for value in values if low - 1e-9 <= math.log10(value) <= min(high, _MOST_POWER) + 1e-9]

    for ticks in (steps(1, 2, 5), steps(1, 3), steps(1)):
        if 2 <= len(ticks) <= max(count, 2.0):
            return ticks
    ticks = steps(1) if len(steps(1)) > 2 else steps(1, 2, 5)
    if len(ticks) < 2:
        return at_least_two(max(10.0**low, math.ulp(0.0)), 10.0 ** min(high, _MOST_POWER))
    return ticks[:: math.ceil(len(ticks) / max(count, 2.0))]


def at_least_two(low: float, high: float) -> list[float]:
    """The fewest round values from ``low`` to ``high`` that give a scale."""
    tries = (nice_ticks(low, high, count) for count in range(2, 12))
    return next((ticks for ticks in tries if len(ticks) >= 2), [low, high])


def _spread(y: Array, log: bool) -> Range:
    """The range of losses shown: from 0, or on a logarithmic axis around what there is."""
    if not len(y):
        return (-1.0, 0.0) if log else (0.0, 1.0)
    low, high = float(y.min()), float(y.max())
    if not log:
        return 0.0, high * (1 + MARGIN) or 1.0
    margin = max((high - low) * MARGIN, 0.02)
    return low - margin, high + margin
