"""A neuron on the canvas: its circle, what it computes, and why."""

import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnsim.core.formulas.numbers import MINUS
from nnsim.gui.canvas.labels import paint_ghost, paint_text
from nnsim.gui.canvas.role_marks import inner_radius, mark_room, paint_arrow, paint_port, rim_color
from nnsim.gui.look.theme import Theme, font, line_width, mix, text_scale, theme

RADIUS = 32.0
CIRCLE = QRectF(-RADIUS, -RADIUS, 2 * RADIUS, 2 * RADIUS)
AROUND = 12.0
"""How far the mark of a chosen neuron, and the plus at its rim, reach beyond the circle."""
CLOSE = 3.0
"""So far beside the circle, or the switch, the mouse still points at it."""
ROOM, INNER_ROOM = 12.0, 8.0
"""Between a text in the circle and the rim, and the inner rim of an output; both sides together."""
RIM = 10.0
"""The outer ring of a neuron, in scene units: a drag from it connects, from inside it moves."""
NAME_WIDTH = 128.0
GATE_WIDTH = 176.0
NAMES_FROM, NUMBERS_FROM = 0.5, 0.66
"""Pixels per unit of the scene from which on names and small numbers can be read; fewer where all text is larger."""
ONE_RADIUS = 12.0
ONE = QPointF(-62, -46)
"""Where the neuron stands that a bias is drawn as; left of a long name it stands farther out."""
WIDEST_BADGE = f"{MINUS}0.888"
GAP = 3.0
"""Between what belongs to a neuron and a label beside it."""
SWITCH = QRectF(-20, RADIUS + 9, 40, 20)

Part = Literal["switch", "rim", "body", "name", "below", "badge", "bias", "label", "edge", ""]
"""What of a neuron, or of a connection, can be pointed at."""


@dataclass(frozen=True)
class Face:
    """What a neuron shows. Texts are ready to draw; an empty one is left out."""

    name: str
    center: str = ""
    below: str = ""
    badge: str = ""
    fires: bool | None = None
    """True fills the circle, False leaves it hollow; None for a neuron without a threshold."""
    is_input: bool = False
    is_output: bool = False
    arrow: bool = False
    """Whether an arrow leads out of it, because nothing else does."""
    switch: bool | None = None
    """The position of an input's 0/1 switch, or None where it has none."""
    problem: str = ""
    ghost: str = ""
    """What stood below it when the run began, while that is compared."""
    gate: str = ""
    """What it computes of the network's inputs, if that has a name."""
    note: str = ""
    """Why rounding decides what it says, with all digits, for whoever points at it."""
    bias: str = ""
    """The weight of a neuron that is always 1, where biases are drawn as such; empty elsewhere."""


@dataclass(frozen=True)
class Place:
    """Where a sum stands: so much of its width to the right, above the name or below the circle, in one line or two."""

    shift: float = 0.0
    above: bool = False
    folded: bool = False


class NeuronItem(QGraphicsItem):
    """Draws a Face, with a map of the input plane or a curve inside where there is one."""

    def __init__(self, id: str) -> None:
        super().__init__()
        self.id = id
        self.face = Face(id)
        self.inside: QImage | QPolygonF | None = None
        """The map, or the curve, in the circle of a neuron that has a slope."""
        self.chosen = False
        self.hover = ""
        self._bounds = QRectF()
        self.lit = False
        """Whether a connection that is being drawn would end here."""
        self.aside = False
        """Whether a bias stands at the lower right, because the next neuron's name is under the circle."""
        self._place = Place()
        self.larger = 1.0
        """So many times as large as elsewhere its texts are, so that they can be read from afar."""
        self.setZValue(2)
        self.measure()

    def show_face(self, face: Face, inside: QImage | QPolygonF | None) -> None:
        """Draw this face from now on; nothing happens if nothing differs."""
        if face == self.face and inside is self.inside:
            return
        remeasure = face != self.face
        self.face, self.inside = face, inside
        if remeasure:
            self.measure()
        self.update()

    def mark(self, *, chosen: bool | None = None, hover: str | None = None, lit: bool | None = None) -> None:
        """Show selection, the part under the mouse ("rim", "body" or nothing), and a coming connection."""
        new = (
            self.chosen if chosen is None else chosen,
            self.hover if hover is None else hover,
            self.lit if lit is None else lit,
        )
        if new != (self.chosen, self.hover, self.lit):
            self.chosen, self.hover, self.lit = new
            self.update()

    @property
    def is_plain(self) -> bool:
        """Whether it is neither selected nor pointed at."""
        return not (self.chosen or self.hover or self.lit)

    # Geometry, in the item's own coordinates

    def magnify(self, larger: float) -> None:
        """Have texts so many times as large as elsewhere."""
        if larger != self.larger:
            self.larger = larger
            self.measure()
            self.update()

    def _font(self, size: str, *, bold: bool = False) -> QFont:
        return font(size, bold=bold, larger=self.larger)

    def measure(self) -> None:
        """Find out where the texts stand; to be called when the face or the text size differs."""
        face = self.face
        metrics = QFontMetricsF(self._font("body"))
        self.name_text = metrics.elidedText(face.name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        width = metrics.horizontalAdvance(self.name_text) + 8
        gate = f"= {face.gate}" if face.gate else ""
        self.gate_text = metrics.elidedText(gate, Qt.TextElideMode.ElideRight, GATE_WIDTH)
        gate_width = metrics.horizontalAdvance(self.gate_text) + 4 if gate else 0
        top, height = -RADIUS - metrics.height() - 7, metrics.height() + 2
        self.name_rect = QRectF(-(width + gate_width) / 2, top, width, height)
        self.gate_rect = QRectF(self.name_rect.right(), top, gate_width, height) if gate else QRectF()
        self.mark_rect = mark_room(QPointF(), RADIUS, face.is_input) if face.is_input or face.arrow else QRectF()
        small = QFontMetricsF(self._font("small"))
        self.below_rect = self.below_room = self.badge_rect = self.badge_room = QRectF()
        self.one_rect = self.bias_rect = QRectF()
        if face.bias:
            one = QPointF(min(ONE.x(), self.name_rect.left() - ONE_RADIUS - 4), ONE.y())
            self.one_rect = QRectF(0, 0, 2 * ONE_RADIUS, 2 * ONE_RADIUS)
            self.one_rect.moveCenter(one)
            width = small.horizontalAdvance(face.bias) + 10
            self.bias_rect = QRectF(0, 0, width, small.height() + 3)
            self.bias_rect.moveCenter(one - QPointF(0, ONE_RADIUS + 2 + self.bias_rect.height() / 2))
        if face.below:
            self.below_rect = self.below_at(self._place if self.has_sum else Place())
            if self.aside and face.fires is None:
                self.below_rect.moveTopLeft(QPointF(RADIUS * 0.74, RADIUS * 0.7))
            self.below_room = QRectF(self.below_rect)
            if face.fires is None:
                # As a value's: a bias changes while labels stay where they are.
                widest = f"{face.below.rpartition(' ')[0]} {WIDEST_BADGE}"
                more = max(0.0, small.horizontalAdvance(widest) + 12 - self.below_rect.width())
                self.below_room.adjust(0 if self.aside else -more / 2, 0, more if self.aside else more / 2, 0)
        self.ghost_rect = QRectF()
        if face.ghost:
            width = small.horizontalAdvance(face.ghost) + 12
            place = QRectF(-width / 2, RADIUS + 8, width, small.height() + 4)
            if face.below and face.fires is None:
                # Beside a bias, because the next neuron's name may stand under it.
                place.moveLeft(self.below_rect.right())
            elif face.below:
                place.moveTop(self.below_rect.bottom() + 2)
            self.ghost_rect = place
        if face.badge:
            bold = QFontMetricsF(self._font("small", bold=True))
            height = max(19.0, bold.height() + 3)
            width = max(height + 1, bold.horizontalAdvance(face.badge) + 11)
            self.badge_rect = QRectF(RADIUS * 0.62, 17 - RADIUS - height, width, height)
            self.badge_room = QRectF(self.badge_rect)
            if face.fires is None:
                # It changes while labels stay where they are.
                self.badge_room.setWidth(max(width, bold.horizontalAdvance(WIDEST_BADGE) + 11))
            self._leave_room(self.badge_rect)
        bounds = CIRCLE.adjusted(-AROUND, -AROUND, AROUND, AROUND).united(SWITCH)
        for rect in (self.name_rect, self.gate_rect, self.below_rect, self.ghost_rect, self.badge_rect, self.one_rect,
                     self.bias_rect, self.mark_rect):
            bounds = bounds.united(rect)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    def _leave_room(self, badge: QRectF) -> None:
        """Move what is written above the circle out of the badge's way; a large badge reaches up to it."""
        over = max(self.name_rect.right(), self.gate_rect.right()) + GAP - badge.left()
        if over > 0 and badge.top() < self.name_rect.bottom():
            self.name_rect.translate(-over, 0)
            self.gate_rect.translate(-over, 0)

    def below_at(self, place: Place) -> QRectF:
        """The rectangle of what stands below it, or above, if it stands there."""
        small, text = QFontMetricsF(self._font("small")), self.face.below
        lines = _folded(text) if place.folded else [text]
        width = max(small.horizontalAdvance(line) for line in lines) + 12
        height = small.height() * len(lines) + 2
        top = SWITCH.bottom() + 4 if self.face.switch is not None else RADIUS + 8
        top = self.name_rect.top() - height if place.above else top
        return QRectF(-width / 2 + place.shift * width, top, width, height)

    @property
    def has_sum(self) -> bool:
        """Whether what stands below it is the sum of a neuron with a threshold."""
        return bool(self.face.below) and self.face.fires is not None

    def put_sum(self, place: Place) -> None:
        """Have the sum there."""
        if place != self._place:
            self._place = place
            self.measure()
            self.update()

    @property
    def has_bias_below(self) -> bool:
        """Whether what stands below it is a bias, and not the sum of a neuron with a threshold."""
        return bool(self.face.below) and self.face.fires is None

    @property
    def bias_is_negative(self) -> bool:
        """Whether the bias that is drawn is a negative number, with a name before it or none."""
        return self.face.bias.rpartition(" ")[2].startswith(MINUS)

    def set_aside(self, aside: bool) -> None:
        """Have a bias at the lower right, or under the circle."""
        if self.aside != aside:
            self.aside = aside
            self.measure()

    def taken(self) -> list[QRectF]:
        """The rectangles, in the scene, that labels of connections keep clear of."""
        rects = [CIRCLE, self.name_rect, self.gate_rect, self.below_room, self.ghost_rect, self.badge_room,
                 self.one_rect, self.bias_rect, self.mark_rect]
        if self.face.switch is not None:
            rects.append(SWITCH)
        return [r.translated(self.pos()).adjusted(-GAP, 0, GAP, 0) for r in rects if not r.isNull()]

    def part_at(self, point: QPointF) -> Part:
        """What of the neuron is at a point, in the item's own coordinates; nothing if it is beside it."""
        distance = math.hypot(point.x(), point.y())
        if distance <= RADIUS + CLOSE:
            return "rim" if distance > RADIUS - RIM else "body"
        if self.face.switch is not None and SWITCH.adjusted(-CLOSE, -CLOSE, CLOSE, CLOSE).contains(point):
            return "switch"
        parts: tuple[tuple[Part, QRectF], ...] = (
            ("badge", self.badge_rect), ("bias", self.one_rect), ("bias", self.bias_rect), ("name", self.name_rect),
            ("name", self.gate_rect), ("below", self.below_rect),
        )
        return next((part for part, rect in parts if rect.contains(point)), "")

    def boundingRect(self) -> QRectF:
        return self._bounds

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addEllipse(CIRCLE)
        return path

    # Drawing

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        t = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = self.face
        if face.bias:
            self._paint_bias(painter, t)
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        self._paint_circle(painter, t, 1 / detail)
        if face.center:
            filled = face.is_input and face.fires
            ink = t.on_accent if filled else t.ink
            paint_text(painter, CIRCLE, face.center, _fitting(face, self.larger), ink)
        detail *= text_scale() * self.larger
        if detail < NAMES_FROM:
            return
        paint_text(painter, self.name_rect, self.name_text, self._font("body"), t.muted, t.card)
        if self.gate_text:
            paint_text(painter, self.gate_rect, self.gate_text, self._font("body"), t.ink, t.card)
        if detail < NUMBERS_FROM and not self.chosen and not self.hover:
            return
        if face.below:
            below = "\n".join(_folded(face.below)) if self.has_sum and self._place.folded else face.below
            paint_text(painter, self.below_rect, below, self._font("small"), t.ink, t.card)
        if face.ghost:
            paint_ghost(painter, self.ghost_rect, face.ghost, self._font("small"))
        if face.badge:
            self._paint_badge(painter, t)
        if face.switch is not None:
            self._paint_switch(painter, t, face.switch)

    def _paint_circle(self, painter: QPainter, t: Theme, pixel: float) -> None:
        face, center = self.face, QPointF(0, 0)
        thin = max(line_width(1.5), pixel)
        inner = inner_radius(RADIUS, max(pixel, thin / 1.5)) if face.is_output else RADIUS
        if self.chosen or self.lit:
            painter.setPen(QPen(t.color("accent") if self.lit else mix(t.accent, t.card, 0.45), 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(center, RADIUS + 4.5, RADIUS + 4.5)
        fill = t.color("card")
        if face.is_input:
            fill = t.color("positive") if face.fires else t.color("input_fill")
        elif face.fires:
            fill = t.color("positive_soft")
        painter.setBrush(fill)
        if self.inside is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(center, RADIUS, RADIUS)
            painter.save()
            clip = QPainterPath()
            clip.addEllipse(center, inner, inner)
            painter.setClipPath(clip)
            if isinstance(self.inside, QImage):
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(CIRCLE, self.inside)
            else:
                painter.setPen(QPen(t.color("positive"), 2.0))
                painter.drawPolyline(self.inside)
            painter.restore()
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if face.problem:
            painter.setPen(QPen(t.color("bad"), 2.0, Qt.PenStyle.DashLine))
        elif self.chosen:
            painter.setPen(QPen(t.color("accent"), 2.5))
        else:
            fires = face.fires and not face.is_input
            rim = t.color("positive") if fires else rim_color(t, face.is_input)
            painter.setPen(QPen(rim, thin))
        painter.drawEllipse(center, RADIUS, RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(mix(t.ink, t.card, 0.2), thin))
        if face.is_output:
            _paint_inner_rim(painter, inner, face, self.larger)
        if face.is_input:
            paint_port(painter, center, RADIUS, pixel)
        elif face.arrow:
            paint_arrow(painter, center, RADIUS, pixel)
        if self.hover == "rim":
            painter.setPen(QPen(t.color("accent"), 4.0))
            painter.drawEllipse(center, RADIUS - 1, RADIUS - 1)
            plus = QPointF(RADIUS + 2, 0)
            painter.setPen(QPen(t.color("card"), 1.5))
            painter.setBrush(t.color("accent"))
            painter.drawEllipse(plus, 8, 8)
            painter.setPen(QPen(t.color("on_accent"), 1.6))
            for arm in (QPointF(4, 0), QPointF(0, 4)):
                painter.drawLine(plus - arm, plus + arm)

    def _paint_bias(self, painter: QPainter, t: Theme) -> None:
        """A neuron that is always 1, its connection, and the bias as its weight."""
        negative = self.bias_is_negative
        one = self.one_rect.center()
        tip = one * (RADIUS + 1.5) / math.hypot(one.x(), one.y())
        painter.setPen(bias_pen(t, negative))
        painter.drawLine(one, tip)
        painter.setBrush(t.color("input_fill"))
        painter.setPen(QPen(mix(t.ink, t.card, 0.2), 1.2))
        painter.drawEllipse(one, ONE_RADIUS, ONE_RADIUS)
        paint_text(painter, self.one_rect, "1", self._font("small", bold=True), t.ink)
        color = t.negative_text if negative else t.positive_text
        paint_text(painter, self.bias_rect, self.face.bias, self._font("small"), color, t.card)

    def _paint_badge(self, painter: QPainter, t: Theme) -> None:
        rect = self.badge_rect
        strong = self.face.fires
        painter.setPen(QPen(t.color("card"), 1.5))
        painter.setBrush(t.color("positive") if strong else t.color("muted"))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        paint_text(painter, rect, self.face.badge, self._font("small", bold=True), t.on_accent if strong else t.card)

    def _paint_switch(self, painter: QPainter, t: Theme, on: bool) -> None:
        painter.setPen(QPen(t.color("positive") if on else t.color("muted"), 1.2))
        painter.setBrush(t.color("positive") if on else t.color("card"))
        painter.drawRoundedRect(SWITCH, SWITCH.height() / 2, SWITCH.height() / 2)
        knob = QPointF(SWITCH.right() - 10 if on else SWITCH.left() + 10, SWITCH.center().y())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("card") if on else t.color("muted"))
        painter.drawEllipse(knob, 6.5, 6.5)
        side = (
            QRectF(SWITCH.left() + 4, SWITCH.top(), 16, 20) if on else QRectF(SWITCH.right() - 20, SWITCH.top(), 16, 20)
        )
        paint_text(painter, side, "1" if on else "0", font("small", bold=True), t.on_accent if on else t.muted)


def _folded(text: str) -> list[str]:
    """A sum in two lines, the comparison in the second: ``1 + 0 = 1``, ``< 1.2 → 0``."""
    for sign in (" < ", " ≥ "):
        total, found, rest = text.rpartition(sign)
        if found:
            return [total, f"{sign.strip()} {rest}"]
    return [text]


def bias_pen(t: Theme, negative: bool) -> QPen:
    """What the connection of a neuron that is always 1 is drawn with."""
    pen = QPen(t.color("negative" if negative else "positive"), 1.6)
    if negative:
        pen.setDashPattern([5.0, 3.0])
    return pen


def _fitting(face: Face, larger: float) -> QFont:
    """The largest font in which the text has room in the circle; a long text has the smallest even so."""
    room = 2 * inner_radius(RADIUS) - INNER_ROOM if face.is_output else 2 * RADIUS - ROOM
    for used in (font(size, bold=True, larger=larger) for size in ("title", "body", "small")):
        if QFontMetricsF(used).horizontalAdvance(face.center) <= room:
            return used
    share = room / max(room, QFontMetricsF(font("small", larger=larger)).horizontalAdvance(face.center))
    return font("small", larger=max(1.0, round(larger * share - 0.05, 1)))


def _paint_inner_rim(painter: QPainter, inner: float, face: Face, larger: float) -> None:
    """The inner rim of an output, open at both sides where a long text needs its room."""
    text = QFontMetricsF(_fitting(face, larger))
    reach, half = text.horizontalAdvance(face.center) / 2 + 1, text.capHeight() / 2 + CLOSE
    start = math.degrees(math.asin(min(1.0, half / inner))) if math.hypot(reach, half - CLOSE) > inner else 0.0
    rect, span = QRectF(-inner, -inner, 2 * inner, 2 * inner), round((180 - 2 * start) * 16)
    for side in (0, 180):
        painter.drawArc(rect, round((side + start) * 16), span)
