"""Plots of a function with its tangent and a step down its slope. Imported late, as ``plots`` is."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from nnsim.core.analysis.drawable import Range, can_be_drawn, is_drawable
from nnsim.core.arrays import Array
from nnsim.gui.look.theme import mix, theme
from nnsim.gui.plots.plot import Marker, Plot, pen, scaled
from nnsim.gui.plots.samples import Picture, contour_of
from nnsim.gui.plots.ticks import nice_step

CONTOURS = 10
REACH = 0.3
"""A tangent goes on for this share of the width to both sides, but not out of the picture."""
INSIDE = 0.01
"""The share of the picture that a tangent leaves free at its edges, as wide as it is."""
ARROW_STRIP = 0.16
"""The share of the height under the curve in which the arrow of a step lies."""
ABOVE = 0.06
"""The share that is left free over it."""
HEAD = 9
"""Half the width of an arrow's head, in pixels at 100 %."""


class TangentPlot(Plot):
    """A curve, a point on it, and the tangent there."""

    def __init__(self, name: str, *, interactive: bool = False) -> None:
        self.zero = [pg.InfiniteLine(0, angle=angle) for angle in (0, 90)]
        self.curve = pg.PlotCurveItem(antialias=True, connect="finite")
        self.tangent = pg.PlotCurveItem(antialias=True)
        self.marker = Marker(ring=False)
        self._at: tuple[float, float, float] | None = None
        super().__init__(name, interactive=interactive)
        self.stack(*self.zero, self.curve, self.tangent)
        self.marker.stand_in(self)

    def restyle(self) -> None:
        super().restyle()
        t = theme()
        for line in self.zero:
            line.setPen(pen(t.grid))
        self.curve.setPen(pen(t.accent, 2))
        self.tangent.setPen(pen(t.ink, 1.5, (5, 3)))

    def show_curve(self, x: Array, y: Array) -> None:
        """Show the function sampled at rising x."""
        self.curve.setData(x, self.drawn("curve", y))

    def show_point(self, x: float, y: float, slope: float) -> None:
        """Stand at (x, y) with this slope; a slope that is no number has no tangent."""
        self.marker.move(x, y)
        self._at = (x, y, slope) if can_be_drawn(x, y) and math.isfinite(slope) else None
        self._draw_tangent()

    def set_ranges(self, x: Range, y: Range) -> None:
        super().set_ranges(x, y)
        self._draw_tangent()

    def _draw_tangent(self) -> None:
        ends = []
        if self._at is not None:
            x, y, slope = self._at
            ends = [(x + way, y + slope * way) for way in _ways_inside(x, y, slope, self.ranges)]
        self.tangent.setData([a for a, _ in ends], [b for _, b in ends])


def _ways_inside(x: float, y: float, slope: float, ranges: tuple[Range, Range]) -> tuple[float, ...]:
    """How far a tangent at (x, y) goes to the left and to the right; () if no part of it lies in the picture."""
    first, last = -math.inf, math.inf
    for place, rate, (low, high) in ((x, 1.0, ranges[0]), (y, slope, ranges[1])):
        free = INSIDE * (high - low)
        ends = sorted(((end - place) / rate for end in (low + free, high - free)) if rate else
                      (math.copysign(math.inf, end - place) for end in (low, high)))
        first, last = max(first, ends[0]), min(last, ends[1])
    reach = REACH * (ranges[0][1] - ranges[0][0])
    first, last = max(first, -reach), min(last, reach)
    return (first, last) if first < last else ()


class Arrow:
    """A line with a head at its end."""

    def __init__(self, plot: Plot, least: float = 0.0) -> None:
        """In a plot; shorter than ``least`` pixels it is drawn as long as that, and dashed: it says the direction only.
        """
        self._plot, self._least = plot, least
        self.line = pg.PlotCurveItem(antialias=True)
        self.head = pg.ArrowItem(pxMode=True)
        self.start, self.end = (math.nan, math.nan), (math.nan, math.nan)
        self.color = QColor()
        """The colour it was last shown in."""
        for item in (self.line, self.head):
            item.setZValue(18)
            plot.add(item)
        plot.view.sigResized.connect(self._draw)

    def show(self, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
        """Point from ``start`` to ``end``; hidden where these are no places, or the same."""
        self.start, self.end, self.color = start, end, QColor(color)
        self._draw()

    def _draw(self) -> None:
        plot, start, end, least = self._plot, self.start, self.end, scaled(self._least)
        there = can_be_drawn(*start, *end) and start != end
        self.line.setVisible(there)
        self.head.setVisible(there)
        if not there:
            return
        # As it is seen, with y downwards; a head at 0 degrees points to the left.
        (x0, x1), (y0, y1) = plot.ranges
        right = (end[0] - start[0]) / (x1 - x0) * plot.view.width()
        down = (start[1] - end[1]) / (y1 - y0) * plot.view.height()
        length = math.hypot(right, down)
        short = length < least
        if short:
            grow = least / max(length, 1e-9)
            end = (start[0] + (end[0] - start[0]) * grow, start[1] + (end[1] - start[1]) * grow)
        self.line.setData([start[0], end[0]], [start[1], end[1]])
        self.line.setPen(pen(self.color, 2, (1.5, 1.5) if short else None))
        angle = math.degrees(math.atan2(down, right)) - 180
        self.head.setStyle(angle=angle, headLen=scaled(10), headWidth=scaled(HEAD), tailLen=None,
                           pen=pen(self.color), brush=pg.mkBrush(self.color))
        self.head.setPos(*end)


class StepPlot(TangentPlot):
    """A function of one number, with the next step: an arrow along the axis and a second point on the curve."""

    def __init__(self, name: str, *, interactive: bool = False) -> None:
        self.drops = pg.PlotCurveItem(connect="pairs")
        self.after = pg.ScatterPlotItem(pxMode=True)
        super().__init__(name, interactive=interactive)
        self.stack(self.drops, depth=2)
        self.stack(self.after, depth=19)
        self.arrow = Arrow(self)
        self._shown: tuple[Range, float, float] | None = None
        self._step: tuple[float, float, float, float, str] | None = None
        self.view.sigResized.connect(self._refit)

    def restyle(self) -> None:
        super().restyle()
        self.drops.setPen(pen(theme().muted, 1, (2, 3)))

    def fit(self, x: Range, losses: Array, shown: tuple[float, ...], whole: bool) -> None:
        """Show the curve over ``x``: the ``whole`` of it, or steep walls only as far as the values ``shown`` need."""
        finite = losses[is_drawable(losses)]
        lowest, highest = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        known = [loss for loss in shown if can_be_drawn(loss)]
        rise = max([loss - lowest for loss in known], default=0.0)
        top = highest if whole else min(highest, lowest + max(3.0 * rise, 0.4 * (highest - lowest)))
        top, low = max(top, *known, lowest), min(lowest, *known, top)
        step = nice_step(max(top - low, 1e-9 * max(abs(top), 1e-9), 1e-300), 6)
        low, top = step * math.floor(low / step + 1e-9), step * math.ceil(top / step - 1e-9)
        self._shown = x, low, max(top - low, step)
        self._set_heights()

    @property
    def _strip(self) -> float:
        """The share of the curve's height that lies under it: in a low plot more, that no arrow's head is cut."""
        head = min(2 * scaled(HEAD + 1) / max(self.view.height(), 1.0), 0.5)
        return max(ARROW_STRIP, head / (1 - head) * (1 + ABOVE))

    def _set_heights(self) -> None:
        if self._shown is not None:
            x, low, height = self._shown
            self.set_ranges(x, (low - self._strip * height, low + (1 + ABOVE) * height))

    def _refit(self) -> None:
        self._set_heights()
        if self._step is not None:
            self.show_step(*self._step)

    def show_step(self, x: float, y: float, x_after: float, y_after: float, color: str) -> None:
        """The step from x to ``x_after``, where the function is ``y_after``."""
        self._step = x, y, x_after, y_after, color
        bottom, top = self.ranges[1]
        level = bottom + (top - bottom) * self._strip / (1 + ABOVE + self._strip) / 2
        self.arrow.show((x, level), (x_after, level), color)
        moves = x != x_after and can_be_drawn(x, x_after)
        ends = [(x, y), (x_after, y_after)] if moves and can_be_drawn(y, y_after) else []
        self.drops.setData([a for a, _ in ends for _ in range(2)], [v for _, b in ends for v in (b, level)])
        self.after.setData([a for a, _ in ends[1:]], [b for _, b in ends[1:]], size=scaled(9), symbol="o",
                           pen=pen(color, 2), brush=pg.mkBrush(theme().card))


class TrailPlot(StepPlot):
    """A step plot that also shows the points one came by, joined in their order."""

    def __init__(self, name: str) -> None:
        self.trail = pg.PlotCurveItem(antialias=True)
        self.points = pg.ScatterPlotItem(pxMode=True)
        super().__init__(name, interactive=True)
        self.stack(self.trail, self.points, depth=16)

    def show_trail(self, x: Array, y: Array) -> None:
        """The points so far, the first one first."""
        there = is_drawable(x) & is_drawable(y)
        x, y = x[there], y[there]
        color = theme().negative_text
        self.trail.setData(x, y, pen=pen(color))
        self.points.setData(x, y, size=scaled(6), symbol="o", pen=None, brush=pg.mkBrush(color))


class ContourPlot(Plot):
    """The loss over two parameters: deeper is darker, lines of equal loss, the way of training and the next step."""

    def __init__(self) -> None:
        self.picture = Picture(axisOrder="row-major")
        self.lines = pg.PlotCurveItem(connect="pairs", antialias=True)
        self.path = pg.PlotCurveItem(antialias=True)
        self.start = pg.ScatterPlotItem(pxMode=True)
        self.marker = Marker(ring=False)
        self.values: Array = np.zeros((0, 0))
        super().__init__("loss_slice_map")
        self.stack(self.picture, self.lines, self.path, self.start)
        self.arrow = Arrow(self, least=16)
        self.marker.stand_in(self)

    def restyle(self) -> None:
        super().restyle()
        t = theme()
        self.lines.setPen(pen(mix(t.muted, t.card, 0.4)))
        self.path.setPen(pen(t.negative_text, 1.5))
        if self.values.size:
            self._paint()

    def show_losses(self, values: Array, x: Range, y: Range, crisp: bool) -> None:
        """``values`` (n, n), row by row from the lowest y; ``crisp`` if they are steps."""
        self.values = values
        self.set_ranges(x, y)
        self.picture.crisp = crisp
        self._paint()

    def _paint(self) -> None:
        t, values = theme(), self.drawn("values", self.values, gaps=False)
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        # The root of the height: a bowl's rings then lie at equal distances.
        share = np.sqrt(np.clip((np.nan_to_num(values, nan=high) - low) / ((high - low) or 1.0), 0, 1))
        table = np.array([mix(t.positive_soft, t.card, k / 255).getRgb() for k in range(256)], dtype=np.uint8)
        self.picture.lay(table[(share * 255).astype(np.intp)], *self.ranges, len(values))
        levels = (np.arange(CONTOURS) + 0.5) / CONTOURS
        if self.picture.crisp:
            # Between the heights that there are, so that an edge is one line.
            heights = np.unique(share)[: 2 * CONTOURS]
            levels = (heights[1:] + heights[:-1]) / 2
        found = [contour_of(share, float(level)) for level in levels] or [(np.zeros(0), np.zeros(0))]
        columns, rows = (np.concatenate([ends[axis] for ends in found]) for axis in (0, 1))
        (x0, x1), (y0, y1) = self.ranges
        n = len(values) - 1
        self.lines.setData(x0 + columns * (x1 - x0) / n, y0 + rows * (y1 - y0) / n)

    def show_path(self, path: Array) -> None:
        """(moments, 2): the way training took, from its start."""
        path = path[is_drawable(path).all(axis=1)]
        self.path.setData(path[:, 0], path[:, 1])
        self.start.setData(path[:1, 0], path[:1, 1], size=scaled(8), symbol="s", brush=pg.mkBrush(theme().card),
                           pen=pen(theme().negative_text, 1.5))

    def show_step(self, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
        """The current point and the step against the gradient."""
        self.marker.move(*start)
        self.arrow.show(start, end, color)
