"""The plots of the Output panel: a map over two inputs, a curve over one. Imported late, as ``plots`` is."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontMetrics

from nnsim.core.analysis.drawable import drawable, drawable_range
from nnsim.core.analysis.maps import Plane
from nnsim.core.arrays import Array, Flags, Indices
from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.class_looks import TIE, class_look
from nnsim.gui.look.theme import GRID, font, map_colors, mix, theme
from nnsim.gui.plots.plot import Marker, Plot, pen, scaled
from nnsim.gui.plots.points import FEW, MANY, Points, Scale
from nnsim.gui.plots.regions import FINER, borders, finer, fits, winners, word_places
from nnsim.gui.plots.samples import Picture, SamplePlot, contour_of
from nnsim.gui.plots.ticks import nice_step

NOTHING: Array = np.zeros(0)
WRITTEN_UNDER, WRITTEN_ON = 1.5, 14.0
"""How deep words lie: below the samples, or on them with a ground of their own."""
COARSE = 64
"""Cells across, of which places for words are sought; a map may have more."""
MOST_SMOOTH = 100
"""Of more outputs the border between their regions has steps: values between the cells would take long."""
MOST_TRIED = 80
"""As many places on a contour are tried for its value."""


class Word(NamedTuple):
    """A text in a map: where its middle is, its typeface, and the colour it stands on, if not on the map itself."""

    text: str
    place: tuple[float, float]
    font: QFont
    ground: QColor | None


class MapPlot(SamplePlot):
    """Values over two inputs as colours, the contour at the threshold, the samples and what is currently fed.

    Or the regions in which one of several outputs is the largest.
    """

    def __init__(self) -> None:
        self.values: Array = np.zeros((0, 0))
        self.classes: Indices = np.zeros((0, 0), dtype=np.intp)
        """Where each output wins, while that is shown; else where a crisp map is high."""
        self.words: list[pg.TextItem] = []
        """What is written into regions and on contours."""
        self.picture = Picture(axisOrder="row-major")
        self.contour = pg.PlotCurveItem(connect="pairs", antialias=True)
        self.ghost = pg.ScatterPlotItem(pxMode=True)
        self.levels = pg.PlotCurveItem(connect="pairs", antialias=True)
        """Lines of equal output, at tenths of the scale."""
        self.marker = Marker(ring=True)
        super().__init__("output_map", interactive=True)
        self.zooms = True
        self.stack(self.picture, self.levels, self.contour, depth=-1)
        self.stack(self.ghost, depth=15)
        self.marker.stand_in(self)

    def restyle(self) -> None:
        super().restyle()
        self.contour.setPen(pen(theme().ink))
        self.ghost.setSize(scaled(5))
        self.ghost.setPen(pen(theme().card))
        self.ghost.setBrush(pg.mkBrush(theme().ink))
        self.levels.setPen(pen(theme().ink, 1, (1, 3)))

    def show_map(self, values: Array, plane: Plane, scale: Scale) -> None:
        """``values`` (n, n), row by row from the lowest second input, over the plane."""
        # A value of any size has a colour; what is undefined has none.
        self.drawn("values", np.sign(values), gaps=False)
        self.values = values
        self.classes = (values >= scale.threshold).astype(np.intp)
        self.picture.crisp = scale.crisp
        self.picture.lay(map_colors(values, scale.low, scale.high), plane.x_range, plane.y_range, len(values))
        self.contour.setVisible(not scale.crisp)
        if not scale.crisp:
            self.contour.setData(*_places(plane, len(values), *contour_of(values, scale.threshold)))

    def show_winners(self, outputs: Array, plane: Plane, crisp: bool) -> None:
        """Regions of the largest of the ``outputs`` (k, n, n), each in the quiet colour of its class."""
        t = theme()
        self.drawn("values", np.sign(outputs), gaps=False)
        self.values = outputs.max(axis=0)
        self.classes = winners(outputs)
        fine, cells = self.classes, len(self.classes)
        if not crisp and len(outputs) <= MOST_SMOOTH and np.isfinite(outputs).all():
            fine = winners(finer(outputs))
            cells = len(fine)
        elif cells <= COARSE:
            # As large as before; only the line between is thinner.
            fine = fine.repeat(FINER, axis=0).repeat(FINER, axis=1)
        colors = [class_look(place).region(t) for place in (*range(len(outputs)), TIE)]
        colors[TIE] = mix(t.card, t.muted, 0.12)
        pixels = np.array([c.getRgb() for c in colors], dtype=np.uint8)[fine]
        pixels[borders(fine)] = np.array(mix(t.ink, t.card, 0.3).getRgb(), dtype=np.uint8)
        # So thin a line would be lost here and there where the picture is made smaller, were it not made smoothly.
        self.picture.crisp = False
        self.picture.lay(pixels, plane.x_range, plane.y_range, cells)
        self.contour.setVisible(False)

    def show_ghost(self, values: Array | None, plane: Plane, threshold: float) -> None:
        """Dots where other ``values`` (n, n), those of the start, cross the threshold; None hides them."""
        if values is None:
            self.ghost.setData([], [])
            return
        # Every second value: a dot in each cell of so coarse a grid is a dotted line.
        # The middle of a piece is half the sum of its ends, and a cell here is two.
        x, y = contour_of(values[::2, ::2], threshold)
        self.ghost.setData(*_places(plane, len(values), x[::2] + x[1::2], y[::2] + y[1::2]))

    def show_ghost_of_winners(self, outputs: Array, plane: Plane) -> None:
        """Dots where the regions of other ``outputs`` (k, n, n), those of the start, meet."""
        places = np.argwhere(borders(winners(outputs[:, ::2, ::2]))).astype(np.float64)
        self.ghost.setData(*_places(plane, outputs.shape[-1], 2 * places[:, 1] + 1, 2 * places[:, 0] + 1))

    # What is written into it

    def write(self, words: list[Word]) -> None:
        """Show these words in place of those from before."""
        while len(self.words) < len(words):
            item = pg.TextItem("", anchor=(0.5, 0.5))
            item.textItem.document().setDocumentMargin(1)
            self.words.append(item)
            self.add(item)
        for item, word in zip_longest(self.words, words):
            item.setVisible(word is not None)
            if word is not None:
                item.setText(word.text, theme().ink)
                item.setFont(word.font)
                item.fill = pg.mkBrush(word.ground)
                item.setZValue(WRITTEN_ON if word.ground is not None else WRITTEN_UNDER)
                item.setPos(*word.place)

    @property
    def written(self) -> list[str]:
        """What is currently written into it."""
        return [item.toPlainText() for item in self.words if item.isVisible()]

    def words_in_regions(self, texts: Mapping[int, tuple[str, QColor]], plane: Plane, used: QFont) -> list[Word]:
        """A text for each class, once in every region that has room for it.

        It keeps off the samples; only where there are too many for that does it stand on them, on the colour that
        comes with the text. In a truth table a region without room beside its samples needs no word: they say it.
        """
        every = max(1, len(self.classes) // COARSE)
        classes = self.classes[::every, ::every]
        cell = self._cell(len(classes))
        metrics = QFontMetrics(used)
        boxes = {kind: (_odd((metrics.horizontalAdvance(text) + GRID // 2) / cell[0]),
                        _odd((metrics.capHeight() + GRID) / cell[1])) for kind, (text, _) in texts.items()}
        words = []
        for place in word_places(classes, self._taken(len(classes), cell), boxes):
            if place.clear or not self.points.labels:
                x, y = _places(plane, len(self.classes), every * np.array(place.column), every * np.array(place.row))
                text, ground = texts[place.kind]
                words.append(Word(text, (float(x), float(y)), used, None if place.clear else ground))
        return words

    def _cell(self, n: int) -> tuple[float, float]:
        """How many pixels wide and high a cell of an n × n grid is."""
        size = self.view.sceneBoundingRect().size()
        return max(size.width() / n, 0.1), max(size.height() / n, 0.1)

    def _taken(self, n: int, cell: tuple[float, float]) -> Flags:
        """(n, n): the cells under samples and what is written beside them."""
        free = np.ones((n, n), dtype=np.bool_)
        (left, right), (low, high) = self.ranges
        # What lies outside is outside, however far.
        columns = np.rint(np.clip((self.points.x - left) / (right - left) * (n - 1), -1, n)).astype(np.intp)
        rows = np.rint(np.clip((self.points.y - low) / (high - low) * (n - 1), -1, n)).astype(np.intp)
        seen = (columns >= 0) & (columns < n) & (rows >= 0) & (rows < n)
        free[rows[seen], columns[seen]] = False
        size = scaled(self.points.size(False) + 2)
        around = fits(np.pad(free, n, constant_values=True), *(_odd(size / pixels) for pixels in cell))[n:-n, n:-n]
        for label in filter(pg.TextItem.isVisible, self._labels):
            # Its box is in pixels around its place. Not mapRectToView: before it is first drawn it knows no view.
            box, place = label.boundingRect(), label.pos()
            x, y = (place.x() - left) / (right - left) * (n - 1), (place.y() - low) / (high - low) * (n - 1)
            x0, x1 = x + box.left() / cell[0], x + box.right() / cell[0]
            y0, y1 = y - box.bottom() / cell[1], y - box.top() / cell[1]
            around[max(0, int(y0)):max(0, int(y1) + 2), max(0, int(x0)):max(0, int(x1) + 2)] = False
        return ~around

    def show_levels(self, plane: Plane, scale: Scale | None, other: Array | None = None,
                    written: Sequence[Word] = ()) -> list[Word]:
        """Dotted lines at tenths of the scale, but for the boundary, which stands already; None for no lines.

        They are those of ``other`` values (n, n), or of the map's own. What is to be written on each of them, and on
        the boundary, where there is room beside samples and what is ``written`` already: its value.
        """
        ends: list[tuple[Array, Array]] = []
        words: list[Word] = []
        if scale is not None:
            every = self.values if other is None else other
            # Every other cell is enough for a line, and four times as fast.
            values = every[::2, ::2]
            samples = self._pixels(self.points.x, self.points.y)
            metrics = QFontMetrics(font("small"))
            room = np.array([metrics.horizontalAdvance("−0.0") + 4, metrics.height()])
            for tenth in range(1, 10):
                level = scale.low + (scale.high - scale.low) * tenth / 10
                x, y = _places(plane, len(every), *(2 * axis for axis in contour_of(values, level)))
                if level != scale.threshold or not self.contour.isVisible():
                    ends.append((x, y))
                places = np.array([word.place for word in (*written, *words)]).reshape(-1, 2)
                place = self._place_on(x, y, samples, self._pixels(places[:, 0], places[:, 1]), room)
                if place is not None:
                    ground = self._ground_at(plane, place, level, scale, winner=other is not None)
                    words.append(Word(format_number(level, 3), place, font("small"), ground))
        x, y = (np.concatenate([NOTHING, *(pair[axis] for pair in ends)]) for axis in (0, 1))
        self.levels.setData(x, y)
        return words

    def _ground_at(self, plane: Plane, place: tuple[float, float], level: float, scale: Scale, winner: bool) -> QColor:
        """The colour that the map has there, so that a value stands in a gap of its line."""
        if not winner:
            return QColor(*map_colors(np.array([level]), scale.low, scale.high)[0].tolist())
        last = len(self.classes) - 1
        column, row = (min(max(round((at - low) / (high - low) * last), 0), last)
                       for at, (low, high) in zip(place, (plane.x_range, plane.y_range), strict=True))
        return class_look(int(self.classes[row, column])).region(theme())

    def _pixels(self, x: Array, y: Array) -> Array:
        """(n, 2): where points are in the view, in pixels from its lower left corner."""
        (left, right), (low, high) = self.ranges
        size = self.view.sceneBoundingRect().size()
        return np.stack([(x - left) / (right - left) * size.width(), (y - low) / (high - low) * size.height()], axis=1)

    def _place_on(self, x: Array, y: Array, samples: Array, words: Array, room: Array) -> tuple[float, float] | None:
        """The place on a line, given by the ends of its pieces, that is furthest from samples and other words.

        ``samples`` and ``words`` are in pixels, as is the ``room`` (2,) that it takes. None where it would stand on one
        of them or leave the view.
        """
        points = np.stack([x, y], axis=1).reshape(-1, 2, 2).mean(axis=1)
        points = points[::max(1, len(points) // MOST_TRIED)]
        pixels = self._pixels(points[:, 0], points[:, 1])
        size = self.view.sceneBoundingRect().size()
        inside = ((pixels > room / 2 + 2) & (pixels < [size.width(), size.height()] - room / 2 - 2)).all(axis=1)
        points, pixels = points[inside], pixels[inside]
        if not len(points):
            return None

        def away(others: Array, apart: Array) -> Array:
            """How far each is from the nearest of the others; at 1 they are just ``apart``."""
            between = np.abs(pixels[:, None] - others[None]) / apart
            return np.asarray(between.max(axis=2).min(axis=1, initial=np.inf))

        far = np.minimum(away(samples, room / 2 + scaled(self.points.size(False)) / 2), away(words, 1.5 * room))
        best = int(far.argmax())
        return (float(points[best, 0]), float(points[best, 1])) if far[best] >= 1 else None

    def square(self, room: QSize) -> QSize:
        """The largest size within ``room`` at which the view is a square."""
        insets = self.insets(room)
        around = QSize(insets.left() + insets.right(), insets.top() + insets.bottom())
        side = max(1, min(room.width() - around.width(), room.height() - around.height()))
        insets = self.insets(QSize(side, side) + around)
        return QSize(side + insets.left() + insets.right(), side + insets.top() + insets.bottom())


def _places(plane: Plane, n: int, columns: Array, rows: Array) -> tuple[Array, Array]:
    """(x, y) on the plane of places on an n × n grid over it."""
    (left, right), (low, high) = plane.x_range, plane.y_range
    return left + columns * (right - left) / (n - 1), low + rows * (high - low) / (n - 1)


def _odd(size: float) -> int:
    """The least odd number of cells that is not less."""
    return int(np.ceil(size)) // 2 * 2 + 1


class CurvePlot(Plot):
    """The output over one input, the samples, and what is currently fed."""

    def __init__(self) -> None:
        self.points = Points()
        self.groups = {test: pg.ScatterPlotItem(pxMode=True) for test in (True, False)}
        self.curve = pg.PlotCurveItem(antialias=True, connect="finite")
        self.ghost = pg.PlotCurveItem(antialias=True, connect="finite")
        self.marker = Marker(ring=False)
        super().__init__("output_curve", interactive=True)
        self.zooms = True
        self.stack(*self.groups.values(), self.ghost, self.curve)
        self.marker.stand_in(self)

    def restyle(self) -> None:
        super().restyle()
        self.curve.setPen(pen(theme().accent, 2))
        self.ghost.setPen(pen(theme().ink, 2, (1.0, 2.0)))

    def show_points(self, points: Points) -> None:
        """● trains, ○ tests, both in ink."""
        t = theme()
        points = self.points = self.drawn_points(points)
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
        self.curve.setData(x, self.drawn("curve", y, gaps=False))

    def show_ghost(self, x: Array, y: Array | None) -> None:
        """A dotted curve of the start; None hides it."""
        if y is None:
            self.ghost.setData([], [])
        else:
            self.ghost.setData(x, drawable(y))

    def fit(self, plane: Plane, low: float, high: float) -> None:
        """Show at least ``low`` to ``high``, in steps, so that the axis rests while the curve moves."""
        low, high = drawable_range(low, high)
        step = nice_step(max(high - low, 1e-9), 8)
        margin = step * 0.25
        low, high = step * np.floor(low / step + 1e-9), step * np.ceil(high / step - 1e-9)
        self.set_ranges(plane.x_range, (float(low - margin), float(high + margin)))
