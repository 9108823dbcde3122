"""The plot of “Could one neuron do it?”: samples, the line between them or where their means meet. Imported late."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize

from nnsim.core.arrays import Array, Flags
from nnsim.gui.look.theme import theme
from nnsim.gui.plots.plot import Marker, pen
from nnsim.gui.plots.samples import SamplePlot

LABEL_ABOVE, LABEL_BELOW = 1.4, -0.4
NOWHERE = np.zeros((0, 2))


class SeparabilityPlot(SamplePlot):
    """Samples over two inputs; a line, or dashed what spans the points of a proof, and the point where both meet."""

    def __init__(self) -> None:
        self.line = pg.PlotCurveItem(antialias=True)
        self.spans = {high: pg.PlotCurveItem(antialias=True) for high in (False, True)}
        self.marker = Marker(ring=True)
        super().__init__("separability_plot")
        self.stack(self.line, *self.spans.values(), depth=8)
        self.marker.stand_in(self)

    def sizeHint(self) -> QSize:
        # What it needs at least: a layout that scrolls asks for no more than that.
        return self.minimumSize()

    def restyle(self) -> None:
        super().restyle()
        t = theme()
        self.line.setPen(pen(t.ink, 2))
        # Where one lies on the other both are seen: their gaps differ.
        self.spans[True].setPen(pen(t.positive, 2, (4, 3)))
        self.spans[False].setPen(pen(t.negative, 2, (2, 2)))

    def show_line(self, weights: Array, threshold: float) -> None:
        """The line weights·x = threshold, across all that is shown; none where both weights are 0."""
        self._show(line_across(weights, threshold, *self.ranges))
        if weights[1]:
            self._put_labels(self.points.high == (weights[1] > 0))

    def show_meeting(self, zeros: Array, ones: Array, point: Array) -> None:
        """The points (n, 2) of each class in a proof, joined, and the point that is a mean of both."""
        self._show(NOWHERE, zeros, ones, point)

    def _show(self, line: Array, zeros: Array = NOWHERE, ones: Array = NOWHERE, point: Array = NOWHERE) -> None:
        self.line.setData(line[:, 0], line[:, 1])
        for high, points in ((False, zeros), (True, ones)):
            # Three points are a triangle: it is closed.
            ends = np.vstack([points, points[:1]]) if len(points) > 2 else points
            self.spans[high].setData(ends[:, 0], ends[:, 1])
        self._put_labels(self.points.y > sum(self.ranges[1]) / 2)
        self.marker.move(*(point if len(point) else (np.nan, np.nan)))

    def _put_labels(self, above: Flags) -> None:
        """Write the labels above or below their points, so that no line crosses them."""
        for label, up in zip(self._labels, above, strict=False):
            label.setAnchor((0.5, LABEL_ABOVE if up else LABEL_BELOW))


def line_across(weights: Array, threshold: float, x: tuple[float, float], y: tuple[float, float]) -> Array:
    """(2, 2): the ends of the line weights·p = threshold where it leaves a rectangle; (0, 2) if it misses it."""
    a, b = (float(w) for w in weights)
    # In shares of the rectangle, so that scales far apart do no harm.
    across, up = a * (x[1] - x[0]), b * (y[1] - y[0])
    rest = threshold - a * x[0] - b * y[0]
    ends = []
    if up:
        ends += [(share, (rest - across * share) / up) for share in (0.0, 1.0)]
    if across:
        ends += [((rest - up * share) / across, share) for share in (0.0, 1.0)]
    inside = sorted({end for end in ends if -1e-9 <= end[0] <= 1 + 1e-9 and -1e-9 <= end[1] <= 1 + 1e-9})
    if len(inside) < 2:
        return NOWHERE
    return np.array([inside[0], inside[-1]]) * [x[1] - x[0], y[1] - y[0]] + [x[0], y[0]]
