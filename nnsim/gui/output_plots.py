"""The plots of the Output panel: a map over two inputs, a curve over one. Imported late, as ``plots`` is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnsim.core.maps import Plane
from nnsim.core.numbers import format_number
from nnsim.gui.plots import Marker, Plot, nice_step, pen
from nnsim.gui.theme import GRID, font, map_colors, theme

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_CROSSINGS = 1200
"""A map that crosses its threshold in more cells than this has no legible contour, and it would take 10 ms."""
FEW, MANY = 16, 1000


@dataclass(frozen=True, eq=False)
class Points:
    """Samples in a plot: where, which are of the high class, which are for testing, and what is written beside each."""

    x: Array = field(default_factory=lambda: np.zeros(0))
    y: Array = field(default_factory=lambda: np.zeros(0))
    high: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    test: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    labels: tuple[str, ...] = ()

    def size(self, test: bool) -> int:
        """How large they are drawn, in pixels: the more, the smaller."""
        if len(self.x) > MANY:
            return 4
        return 13 if len(self.x) <= FEW else 7 if test else 8


@dataclass(frozen=True)
class Scale:
    """What the colours of a map mean: its ends, the value between the classes, and whether it jumps."""

    low: float = 0.0
    high: float = 1.0
    threshold: float = 0.5
    crisp: bool = False


class _Picture(pg.ImageItem):
    """An image that is smooth where the function is, and not where it jumps."""

    crisp = False

    def paint(self, painter: QPainter, *args: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self.crisp)
        super().paint(painter, *args)


class MapPlot(Plot):
    """Values over two inputs as colours, the contour at the threshold, the samples and what is fed now."""

    def __init__(self) -> None:
        super().__init__("output_map", interactive=True)
        self.points = Points()
        self.values: Array = np.zeros((0, 0))
        self.picture = _Picture(axisOrder="row-major")
        self.contour = pg.PlotCurveItem(connect="pairs", antialias=True)
        self.contour.setZValue(5)
        self.addItem(self.picture)
        self.addItem(self.contour)
        # One item for each look: test below training, so that what is learned from is never hidden.
        self.groups = {(high, test): pg.ScatterPlotItem(pxMode=True) for test in (True, False) for high in (False, True)}
        for depth, item in enumerate(self.groups.values()):
            item.setZValue(10 + depth)
            self.addItem(item)
        self._labels: list[pg.TextItem] = []
        self.marker = Marker(self, ring=True)

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "marker"):
            self.contour.setPen(pen(theme().ink))
            self.marker.restyle()
            self.show_points(self.points)

    def show_points(self, points: Points) -> None:
        """● is the high class, ◇ the low one; test samples are hollow."""
        t = theme()
        self.points = points
        for (high, test), item in self.groups.items():
            chosen = (points.high == high) & (points.test == test)
            color = t.positive if high else t.negative
            size = points.size(test)
            if size < 6:
                edge, fill = None, color
            elif test:
                edge, fill = pen(color, 1.4), t.card
            else:
                edge, fill = pen(t.card, 2 if size > 10 else 1), color
            item.setData(points.x[chosen], points.y[chosen], symbol="o" if high else "d", size=size + (0 if high else 2),
                         pen=edge, brush=pg.mkBrush(fill))
        for label in self._labels:
            self.removeItem(label)
        self._labels = [self._label(*entry) for entry in zip(points.x, points.y, points.labels, strict=False)]

    def _label(self, x: float, y: float, text: str) -> pg.TextItem:
        item = pg.TextItem(text, color=theme().ink, anchor=(0.5, 1.3))
        item.setFont(font("small"))
        item.setPos(x, y)
        item.setZValue(16)
        self.addItem(item)
        return item

    def show_map(self, values: Array, plane: Plane, scale: Scale) -> None:
        """``values`` (n, n), row by row from the lowest second input, over the plane."""
        self.values = values
        n = len(values)
        step_x, step_y = ((high - low) / (n - 1) for low, high in (plane.x_range, plane.y_range))
        self.picture.crisp = scale.crisp
        self.picture.setImage(map_colors(values, scale.low, scale.high), autoLevels=False)
        # A pixel's middle, not its corner, is where its value holds.
        self.picture.setRect(QRectF(plane.x_range[0] - step_x / 2, plane.y_range[0] - step_y / 2, n * step_x, n * step_y))
        self.contour.setVisible(not scale.crisp)
        if not scale.crisp:
            x, y = contour_of(values, scale.threshold)
            self.contour.setData(plane.x_range[0] + x * step_x, plane.y_range[0] + y * step_y)

    def square(self, room: QSize) -> QSize:
        """The largest size within ``room`` at which the view is a square."""
        insets = self.insets(room)
        around = QSize(insets.left() + insets.right(), insets.top() + insets.bottom())
        side = max(1, min(room.width() - around.width(), room.height() - around.height()))
        insets = self.insets(QSize(side, side) + around)
        return QSize(side + insets.left() + insets.right(), side + insets.top() + insets.bottom())


def contour_of(values: Array, level: float) -> tuple[Array, Array]:
    """Ends of the line pieces, in pairs, where ``values`` (n, n) cross ``level``: columns x and rows y, counted from 0."""
    finite = np.nan_to_num(values, nan=level, posinf=1e300, neginf=-1e300)
    above = finite >= level
    crossings = np.count_nonzero(above[1:] != above[:-1]) + np.count_nonzero(above[:, 1:] != above[:, :-1])
    if not 0 < crossings <= MOST_CROSSINGS:
        return np.zeros(0), np.zeros(0)
    pieces = np.array(pg.functions.isocurve(finite, level), dtype=np.float64).reshape(-1, 2)
    return pieces[:, 1] - 0.5, pieces[:, 0] - 0.5


class CurvePlot(Plot):
    """The output over one input, the samples, and what is fed now."""

    def __init__(self) -> None:
        super().__init__("output_curve", interactive=True)
        self.points = Points()
        self.curve = pg.PlotCurveItem(antialias=True)
        self.curve.setZValue(10)
        self.groups = {test: pg.ScatterPlotItem(pxMode=True) for test in (True, False)}
        for depth, item in enumerate(self.groups.values()):
            item.setZValue(3 + depth)
            self.addItem(item)
        self.addItem(self.curve)
        self.marker = Marker(self, ring=False)

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "marker"):
            self.curve.setPen(pen(theme().accent, 2))
            self.marker.restyle()
            self.show_points(self.points)

    def show_points(self, points: Points) -> None:
        """● trains, ○ tests, both in ink."""
        t = theme()
        self.points = points
        for test, item in self.groups.items():
            chosen = points.test == test
            size = 9 if len(points.x) <= FEW else 4 if len(points.x) > MANY else 5
            item.setData(points.x[chosen], points.y[chosen], symbol="o", size=size,
                         pen=pen(t.muted), brush=pg.mkBrush(t.card if test else t.muted))

    def show_curve(self, x: Array, y: Array, crisp: bool) -> None:
        """``y`` over ``x``; where a ``crisp`` function jumps, straight up."""
        if crisp:
            middle = (x[1:] + x[:-1]) / 2
            x, y = np.concatenate([x[:1], np.repeat(middle, 2), x[-1:]]), np.repeat(y, 2)
        self.curve.setData(x, np.nan_to_num(y, nan=0.0, posinf=1e300, neginf=-1e300), connect="all")

    def fit(self, plane: Plane, low: float, high: float) -> None:
        """Show at least ``low`` to ``high``, in steps, so that the axis rests while the curve moves."""
        low, high = (float(np.clip(v, -1e12, 1e12)) for v in (low, high))
        step = nice_step(max(high - low, 1e-9), 8)
        margin = step * 0.25
        low, high = step * np.floor(low / step + 1e-9), step * np.ceil(high / step - 1e-9)
        self.set_ranges(plane.x_range, (float(low - margin), float(high + margin)))


class ColorBar(QWidget):
    """What colours and signs of a map mean: ◇ the low end, ● the high end, and a tick where the contour is."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("output_colors")
        self.scale = Scale()
        self._signs = False

    def show_scale(self, scale: Scale, signs: bool) -> None:
        """The scale of the map; ``signs`` if there are samples."""
        self.scale, self._signs = scale, signs
        self.setAccessibleName(self.text())
        self.setToolTip(self.text())
        self.update()

    def text(self) -> str:
        """The same in words."""
        s = self.scale
        text = self.tr("Orange is {low}, blue is {high}").format(low=format_number(s.low), high=format_number(s.high))
        if not s.crisp:
            text += self.tr("; the line is at {middle}").format(middle=format_number(s.threshold))
        if self._signs:
            text += self.tr(". Samples: ◆ low, ● high; hollow ones are only tested on")
        return f"{text}."

    def sizeHint(self) -> QSize:
        return QSize(11 * GRID, QFontMetrics(font("small")).height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, s = theme(), self.scale
        used = font("small")
        metrics = QFontMetrics(used)
        low = ("◆ " if self._signs else "") + format_number(s.low)
        high = format_number(s.high) + (" ●" if self._signs else "")
        left = metrics.horizontalAdvance(low) + GRID
        right = self.width() - metrics.horizontalAdvance(high) - GRID
        bar = QRectF(left, (self.height() - GRID) // 2, max(right - left, 1), GRID)
        colors = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, name in ((0.0, "map_low"), (0.5, "map_middle"), (1.0, "map_high")):
            colors.setColorAt(place, t.color(name))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(used)
        painter.setPen(t.color("negative_text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.setPen(t.color("positive_text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors)
        painter.drawRoundedRect(bar, GRID / 2, GRID / 2)
        if not s.crisp and s.high > s.low:
            share = min(max((s.threshold - s.low) / (s.high - s.low), 0.0), 1.0)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.fillRect(QRectF(round(bar.left() + share * bar.width()), bar.top() - 2, 1, bar.height() + 4), t.color("ink"))
        painter.end()
