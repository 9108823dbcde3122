"""Plots over which samples lie: a picture of the inputs, its boundary and its points."""

from typing import cast

import numpy as np
import pyqtgraph as pg
from contourpy import contour_generator
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics, QPainter

from nnsim.core.analysis.drawable import LARGEST, Range
from nnsim.core.arrays import Array
from nnsim.gui.look.class_looks import DIFFERENT, TIE, class_look
from nnsim.gui.look.theme import GRID, font, theme
from nnsim.gui.plots.plot import Plot, pen, scaled
from nnsim.gui.plots.points import Points

LABEL_ABOVE, LABEL_MARGIN = 1.4, 4
"""How many of its heights a sample's label reaches above it, and what it has around its text, in pixels."""
MOST_CROSSINGS = 1200
"""A map that crosses its threshold in more cells than this has no legible contour."""


class Picture(pg.ImageItem):
    """An image that is smooth where the function is, and not where it jumps."""

    crisp = False

    def paint(self, painter: QPainter, *args: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self.crisp)
        super().paint(painter, *args)

    def lay(self, pixels: NDArray[np.uint8], x: Range, y: Range, cells: int) -> None:
        """Show ``pixels``, row by row from the lowest y, over ranges that so many cells run across.

        A cell's middle, not its corner, is where its value holds: the cells at the edge lie half outside.
        """
        self.setImage(pixels, autoLevels=False)
        step_x, step_y = ((high - low) / (cells - 1) for low, high in (x, y))
        self.setRect(QRectF(x[0] - step_x / 2, y[0] - step_y / 2, cells * step_x, cells * step_y))


class SamplePlot(Plot):
    """Samples over two inputs, each class with a shape and a colour."""

    def __init__(self, name: str, *, interactive: bool = False) -> None:
        self.points = Points()
        self.groups: dict[tuple[int, bool], pg.ScatterPlotItem] = {}
        """One item for each look: (the first class that has it, whether for testing)."""
        self._labels: list[pg.TextItem] = []
        super().__init__(name, interactive=interactive)
        for kind in (0, 1):
            self._make_groups(kind)

    def _make_groups(self, kind: int) -> None:
        for test in (True, False):
            item = pg.ScatterPlotItem(pxMode=True)
            # Test below training, so that what is learned from is never hidden.
            item.setZValue((2 if test else 3) + kind / 1000)
            self.groups[kind, test] = item
            self.add(item)

    def show_points(self, points: Points) -> None:
        """Of two classes ● is the high one, ◇ the low one; test samples are hollow."""
        t = theme()
        points = self.points = self.drawn_points(points)
        looks = np.where(points.classes == TIE, TIE, points.classes % DIFFERENT)
        for kind in np.unique(looks).tolist():
            if (kind, True) not in self.groups:
                self._make_groups(kind)
        for (kind, test), item in self.groups.items():
            chosen = (looks == kind) & (points.test == test)
            look = class_look(kind)
            color = look.color(t)
            size = points.size(test)
            if size < 6:
                edge, fill = None, color
            elif test:
                edge, fill = pen(color, 1.4), t.card
            else:
                edge, fill = pen(t.card, 2 if size > 10 else 1), color
            # A diamond looks smaller than a disk of its width.
            item.setData(points.x[chosen], points.y[chosen], symbol=look.symbol,
                         size=scaled(size + (0 if look.symbol == "o" else 2)), pen=edge, brush=pg.mkBrush(fill))
        for label in self._labels:
            self.remove(label)
        self._labels = [self._label(*entry) for entry in zip(points.x, points.y, points.labels, strict=False)]
        self._show_labels()

    def _arrange(self) -> None:
        super()._arrange()
        self._show_labels()

    def _show_labels(self) -> None:
        """In a small plot the axes say it: labels stand there only if none is cut, and none stands on another."""
        if not self._labels:
            return
        insets, metrics, shown = self.insets(self.size()), QFontMetrics(font("small")), len(self._labels)
        across, up = self.width() - insets.left() - insets.right(), self.height() - insets.top() - insets.bottom()
        (left, right), (low, high) = self.ranges
        x = (self.points.x[:shown] - left) / (right - left) * across
        y = (high - self.points.y[:shown]) / (high - low) * up
        wide = max(metrics.horizontalAdvance(text) for text in self.points.labels)
        tall = LABEL_ABOVE * (metrics.height() + 2 * LABEL_MARGIN) - LABEL_MARGIN
        inside = (x >= 0) & (x <= across) & (y >= 0) & (y <= up)
        cut = inside & ((y < tall) | (x < wide / 2) | (x > across - wide / 2))
        near = (abs(x[:, None] - x) < wide + GRID) & (abs(y[:, None] - y) < tall + scaled(self.points.size(False)) / 2)
        fits = not cut.any() and int(np.count_nonzero(near)) == shown
        for label in self._labels:
            label.setVisible(fits)

    def _label(self, x: float, y: float, text: str) -> pg.TextItem:
        item = pg.TextItem(text, color=theme().ink, anchor=(0.5, LABEL_ABOVE))
        item.setFont(font("small"))
        item.setPos(x, y)
        item.setZValue(16)
        self.add(item)
        return item


def contour_of(values: Array, level: float) -> tuple[Array, Array]:
    """Ends of the line pieces, in pairs, where ``values`` (n, n) cross ``level``: (columns, rows) from 0."""
    # As far as pieces of a line between them can be reckoned.
    finite = np.clip(np.nan_to_num(values, nan=level), -LARGEST, LARGEST)
    above = finite >= level
    crossings = np.count_nonzero(above[1:] != above[:-1]) + np.count_nonzero(above[:, 1:] != above[:, :-1])
    if not 0 < crossings <= MOST_CROSSINGS:
        return np.zeros(0), np.zeros(0)
    lines = cast("list[Array]", contour_generator(z=finite).lines(level))
    pieces = np.concatenate([np.repeat(line, 2, axis=0)[1:-1] for line in lines]) if lines else np.zeros((0, 2))
    return pieces[:, 0], pieces[:, 1]
