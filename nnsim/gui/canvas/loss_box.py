"""The loss on the canvas: a box behind the outputs, each with its target, and a line from it into the box."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnsim.core.formulas.numbers import MINUS
from nnsim.gui.canvas.edges import curve
from nnsim.gui.canvas.labels import CORNER
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.look.theme import font, line_width, mix, theme

BEHIND, BEND = 10.0, 60.0
"""From all that belongs to neurons to the targets; from the targets to the box, where the lines bend."""
WIDEST = f"{MINUS}0.88888"
"""The box is at least as wide as this number, so that it rests while the loss changes."""
WIDEST_TARGET = 144.0
"""Of an output with a long name the middle of its target is left out."""
SIDE, ABOVE = 14.0, 8.0
"""Between the box's frame and its texts."""
SPARE = 5.0
"""Between a target and the line below it."""
HALO = 7.0
"""How much wider than its line the light along it is."""
MIDDLE = 0.5
"""Where on the bent part of its line a path's number stands."""


@dataclass(frozen=True)
class LossFace:
    """What is written: the loss by name and value, and each output's target, by the output's id."""

    name: str
    value: str
    targets: Mapping[str, str]


class LossBox(QGraphicsItem):
    """Draws a LossFace, lights the lines of some outputs, and puts the numbers of paths on lines."""

    def __init__(self) -> None:
        super().__init__()
        self.face = LossFace("", "", {})
        self.box = QRectF()
        self.target_rects: dict[str, QRectF] = {}
        self.lines: dict[str, QPainterPath] = {}
        self.numbers: tuple[tuple[QRectF, str], ...] = ()
        """Where the numbers of paths stand."""
        self.lit: frozenset[str] | None = None
        """The outputs whose lines are lit, while others fade; None while nothing is lit."""
        self._bends: dict[str, QPainterPath] = {}
        self._larger = 1.0
        self._bounds = QRectF()
        self.setZValue(1)
        self.hide()

    def lay_out(self, face: LossFace, outputs: Sequence[tuple[str, QPointF]], right: float, larger: float) -> None:
        """Stand to the right of ``right``, where nothing of a neuron is. ``outputs`` are their middles."""
        self._larger = larger
        metrics, heading = QFontMetricsF(self._font("small")), QFontMetricsF(self._font("title", bold=True))
        self.face = face = replace(face, targets={
            id: metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, WIDEST_TARGET * larger)
            for id, text in face.targets.items()})
        wide = max((metrics.horizontalAdvance(text) for text in face.targets.values()), default=0.0) + 6
        high = metrics.height() + SPARE
        left, bend_from = right + BEHIND, right + BEHIND + wide
        # Each level with its output, unless its target would stand on another's.
        levels: dict[str, float] = {}
        lowest = float("-inf")
        for id, middle in sorted(outputs, key=lambda output: output[1].y()):
            lowest = levels[id] = max(middle.y(), lowest + high + SPARE)
        width = max(heading.horizontalAdvance(face.value), heading.horizontalAdvance(WIDEST),
                    metrics.horizontalAdvance(face.name)) + 2 * SIDE
        height = metrics.height() + heading.height() + 2 * ABOVE
        center = (min(levels.values()) + max(levels.values())) / 2
        self.box = QRectF(bend_from + BEND * max(1.0, larger * 0.8), center - height / 2, width, height)
        self.target_rects, self.lines, self._bends = {}, {}, {}
        places = dict(outputs)
        for row, (id, level) in enumerate(levels.items(), 1):
            self.target_rects[id] = QRectF(left, level - high, wide, metrics.height())
            start, knee = places[id] + QPointF(RADIUS, 0), QPointF(bend_from, level)
            entry = QPointF(self.box.left(), self.box.top() + height * row / (len(levels) + 1))
            line = QPainterPath(start)
            if level != start.y():
                line.connectPath(curve(start, QPointF(left, level)))
            line.lineTo(knee)
            bend = curve(knee, entry)
            line.connectPath(bend)
            self.lines[id], self._bends[id] = line, bend
        self._reach()

    def number_at(self, output: str) -> QPointF:
        """Where the number of a path through an output stands."""
        return self._bends[output].pointAtPercent(MIDDLE)

    def badge(self, text: str, at: QPointF) -> QRectF:
        """The rectangle of a number around a point."""
        metrics = QFontMetricsF(self._font("small", bold=True))
        height = metrics.height() + 3
        width = max(height, metrics.horizontalAdvance(text) + 10)
        return QRectF(at.x() - width / 2, at.y() - height / 2, width, height)

    def light(self, outputs: frozenset[str] | None, numbers: tuple[tuple[QRectF, str], ...]) -> None:
        """Light the lines of these outputs, and show the numbers of paths."""
        self.lit, self.numbers = outputs, numbers
        self._reach()

    def content_rect(self) -> QRectF:
        """The rectangle around box and targets, which stays while paths are lit and not."""
        if not self.isVisible():
            return QRectF()
        around = QRectF(self.box)
        for rect in self.target_rects.values():
            around = around.united(rect)
        return around.adjusted(0, -SPARE, SPARE, SPARE)

    def _reach(self) -> None:
        bounds = QRectF(self.box)
        for line in self.lines.values():
            bounds = bounds.united(line.boundingRect())
        for rect in (*self.target_rects.values(), *(rect for rect, _ in self.numbers)):
            bounds = bounds.united(rect)
        bounds.adjust(-HALO, -HALO, HALO, HALO)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()

    def _font(self, size: str, *, bold: bool = False) -> QFont:
        return font(size, bold=bold, larger=self._larger)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        t = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.lit
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for id in sorted(self.lines, key=lambda id: lit is not None and id in lit):
            on = lit is not None and id in lit
            if on:
                painter.strokePath(self.lines[id], QPen(mix(t.accent, t.card, 0.55), line_width(1.2) + HALO))
            ink = t.color("ink") if on else mix(t.muted, t.card, 0.3 if lit is None else 0.65)
            painter.strokePath(self.lines[id], QPen(ink, line_width(1.2)))
        painter.setFont(self._font("small"))
        for id, rect in self.target_rects.items():
            painter.setPen(t.color("ink") if lit is None or id in lit else t.color("muted"))
            painter.drawText(rect, _LEFT, self.face.targets[id])
        painter.setPen(QPen(mix(t.ink, t.card, 0.2), line_width(1.5)))
        painter.setBrush(t.color("card"))
        painter.drawRoundedRect(self.box, CORNER, CORNER)
        inner = self.box.adjusted(0, ABOVE, 0, -ABOVE)
        painter.setPen(t.color("muted"))
        painter.drawText(inner, _TOP, self.face.name)
        painter.setFont(self._font("title", bold=True))
        painter.setPen(t.color("ink"))
        painter.drawText(inner, _BOTTOM, self.face.value)
        painter.setFont(self._font("small", bold=True))
        for rect, text in self.numbers:
            painter.setPen(QPen(t.color("card"), 1.5))
            painter.setBrush(QColor(t.accent))
            painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
            painter.setPen(t.color("on_accent"))
            painter.drawText(rect, _CENTRED, text)


_PLAIN = Qt.TextFlag.TextDontClip | Qt.TextFlag.TextForceLeftToRight
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | _PLAIN
_CENTRED = Qt.AlignmentFlag.AlignCenter | _PLAIN
_TOP = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | _PLAIN
_BOTTOM = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | _PLAIN
