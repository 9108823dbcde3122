"""The plots of the Output panel: a map over two inputs, a curve over one. Imported late, as ``plots`` is."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnsim.core.maps import Plane
from nnsim.core.numbers import format_number
from nnsim.gui.output_points import FEW, MANY, Points, Scale
from nnsim.gui.plots import Marker, Plot, pen, scaled
from nnsim.gui.theme import GRID, font, map_colors, theme
from nnsim.gui.ticks import nice_step

Array = NDArray[np.float64]

NOTHING: Array = np.zeros(0)
MOST_CROSSINGS = 1200
"""A map that crosses its threshold in more cells than this has no legible contour; it would take 10 ms."""


class Picture(pg.ImageItem):
    """An image that is smooth where the function is, and not where it jumps."""

    crisp = False

    def paint(self, painter: QPainter, *args: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self.crisp)
        super().paint(painter, *args)


class SamplePlot(Plot):
    """Samples of two classes over two inputs."""

    def __init__(self, name: str, *, interactive: bool = False) -> None:
        self.points = Points()
        # One item for each look: test below training, so that what is learned from is never hidden.
        self.groups = {(high, test): pg.ScatterPlotItem(pxMode=True)
                       for test in (True, False) for high in (False, True)}
        self._labels: list[pg.TextItem] = []
        super().__init__(name, interactive=interactive)
        for depth, item in enumerate(self.groups.values(), 2):
            item.setZValue(depth)
            self.addItem(item)

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
            # A diamond looks smaller than a disk of its width.
            item.setData(points.x[chosen], points.y[chosen], symbol="o" if high else "d",
                         size=scaled(size + (0 if high else 2)), pen=edge, brush=pg.mkBrush(fill))
        for label in self._labels:
            self.removeItem(label)
        self._labels = [self._label(*entry) for entry in zip(points.x, points.y, points.labels, strict=False)]

    def _label(self, x: float, y: float, text: str) -> pg.TextItem:
        item = pg.TextItem(text, color=theme().ink, anchor=(0.5, 1.4))
        item.setFont(font("small"))
        item.setPos(x, y)
        item.setZValue(16)
        self.addItem(item)
        return item


class MapPlot(SamplePlot):
    """Values over two inputs as colours, the contour at the threshold, the samples and what is fed now."""

    def __init__(self) -> None:
        self.values: Array = np.zeros((0, 0))
        self.picture = Picture(axisOrder="row-major")
        self.contour = pg.PlotCurveItem(connect="pairs", antialias=True)
        self.ghost = pg.ScatterPlotItem(pxMode=True)
        self.levels = pg.PlotCurveItem(connect="pairs", antialias=True)
        """Lines of equal output, at tenths of the scale."""
        self.marker = Marker(ring=True)
        super().__init__("output_map", interactive=True)
        self.zooms = True
        for depth, item in enumerate((self.picture, self.levels, self.contour)):
            item.setZValue(depth / 2)
            self.addItem(item)
        self.ghost.setZValue(15)
        self.addItem(self.ghost)
        self.marker.stand_in(self)

    def restyle(self) -> None:
        super().restyle()
        self.contour.setPen(pen(theme().ink))
        self.ghost.setSize(scaled(5))
        self.ghost.setPen(pen(theme().card))
        self.ghost.setBrush(pg.mkBrush(theme().ink))
        self.levels.setPen(pen(theme().ink, 1, (1, 3)))
        self.marker.restyle()

    def show_map(self, values: Array, plane: Plane, scale: Scale) -> None:
        """``values`` (n, n), row by row from the lowest second input, over the plane."""
        self.values = values
        n = len(values)
        step_x, step_y = ((high - low) / (n - 1) for low, high in (plane.x_range, plane.y_range))
        self.picture.crisp = scale.crisp
        self.picture.setImage(map_colors(values, scale.low, scale.high), autoLevels=False)
        # A pixel's middle, not its corner, is where its value holds.
        left, low = plane.x_range[0] - step_x / 2, plane.y_range[0] - step_y / 2
        self.picture.setRect(QRectF(left, low, n * step_x, n * step_y))
        self.contour.setVisible(not scale.crisp)
        if not scale.crisp:
            x, y = contour_of(values, scale.threshold)
            self.contour.setData(plane.x_range[0] + x * step_x, plane.y_range[0] + y * step_y)

    def show_ghost(self, values: Array | None, plane: Plane, threshold: float) -> None:
        """Dots where other ``values`` (n, n), those of the start, cross the threshold; None hides them."""
        if values is None:
            self.ghost.setData([], [])
            return
        # Every second value: a dot in each cell of so coarse a grid is a dotted line.
        x, y = (pieces.reshape(-1, 2).mean(axis=1) for pieces in contour_of(values[::2, ::2], threshold))
        cells = (len(values) - 1) / 2
        (left, right), (low, high) = plane.x_range, plane.y_range
        self.ghost.setData(left + x * (right - left) / cells, low + y * (high - low) / cells)


    def show_levels(self, plane: Plane, scale: Scale | None) -> None:
        """Dotted lines at tenths of the scale, but for the boundary, which stands already; None for no lines."""
        ends: list[tuple[Array, Array]] = []
        if scale is not None:
            # Every other cell is enough for a line, and four times as fast.
            values = self.values[::2, ::2]
            wide, high = (2 * (b - a) / (len(self.values) - 1) for a, b in (plane.x_range, plane.y_range))
            for tenth in range(1, 10):
                level = scale.low + (scale.high - scale.low) * tenth / 10
                if level == scale.threshold:
                    continue
                columns, rows = contour_of(values, level)
                ends.append((plane.x_range[0] + columns * wide, plane.y_range[0] + rows * high))
        x, y = (np.concatenate([NOTHING, *(pair[axis] for pair in ends)]) for axis in (0, 1))
        self.levels.setData(x, y)

    def square(self, room: QSize) -> QSize:
        """The largest size within ``room`` at which the view is a square."""
        insets = self.insets(room)
        around = QSize(insets.left() + insets.right(), insets.top() + insets.bottom())
        side = max(1, min(room.width() - around.width(), room.height() - around.height()))
        insets = self.insets(QSize(side, side) + around)
        return QSize(side + insets.left() + insets.right(), side + insets.top() + insets.bottom())


def contour_of(values: Array, level: float) -> tuple[Array, Array]:
    """Ends of the line pieces, in pairs, where ``values`` (n, n) cross ``level``: (columns, rows) from 0."""
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
        self.points = Points()
        self.groups = {test: pg.ScatterPlotItem(pxMode=True) for test in (True, False)}
        self.curve = pg.PlotCurveItem(antialias=True)
        self.ghost = pg.PlotCurveItem(antialias=True)
        self.marker = Marker(ring=False)
        super().__init__("output_curve", interactive=True)
        self.zooms = True
        for depth, item in enumerate((*self.groups.values(), self.ghost, self.curve)):
            item.setZValue(depth)
            self.addItem(item)
        self.marker.stand_in(self)

    def restyle(self) -> None:
        super().restyle()
        self.curve.setPen(pen(theme().accent, 2))
        self.ghost.setPen(pen(theme().ink, 2, (1.0, 2.0)))
        self.marker.restyle()

    def show_points(self, points: Points) -> None:
        """● trains, ○ tests, both in ink."""
        t = theme()
        self.points = points
        for test, item in self.groups.items():
            chosen = points.test == test
            size = 9 if len(points.x) <= FEW else 4 if len(points.x) > MANY else 5
            item.setData(points.x[chosen], points.y[chosen], symbol="o", size=scaled(size),
                         pen=pen(t.muted), brush=pg.mkBrush(t.card if test else t.muted))

    def show_curve(self, x: Array, y: Array, crisp: bool) -> None:
        """``y`` over ``x``; where a ``crisp`` function jumps, straight up."""
        if crisp:
            middle = (x[1:] + x[:-1]) / 2
            x, y = np.concatenate([x[:1], np.repeat(middle, 2), x[-1:]]), np.repeat(y, 2)
        self.curve.setData(x, np.nan_to_num(y, nan=0.0, posinf=1e300, neginf=-1e300), connect="all")

    def show_ghost(self, x: Array, y: Array | None) -> None:
        """A dotted curve of the start; None hides it."""
        if y is None:
            self.ghost.setData([], [])
        else:
            self.ghost.setData(x, np.nan_to_num(y, nan=0.0, posinf=1e300, neginf=-1e300))

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

    def _ends(self) -> tuple[str, str]:
        low, high = format_number(self.scale.low), format_number(self.scale.high)
        return (f"◆ {low}", f"{high} ●") if self._signs else (low, high)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font("small"))
        return QSize(sum(metrics.horizontalAdvance(text) for text in self._ends()) + 8 * GRID, metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, s = theme(), self.scale
        used = font("small")
        metrics = QFontMetrics(used)
        low, high = self._ends()
        left = metrics.horizontalAdvance(low) + GRID // 2
        right = self.width() - metrics.horizontalAdvance(high) - GRID // 2
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
            x = round(bar.left() + share * bar.width())
            painter.fillRect(QRectF(x, bar.top() - 2, 1, bar.height() + 4), t.color("ink"))
        painter.end()
