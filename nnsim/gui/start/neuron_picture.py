"""What a neuron is, drawn: the biological one at the left, its model at the right, with the same parts named."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnsim.gui.look.theme import GRID, Theme, font, mix, pixels, text_scale, theme

SHEET = QRectF(0, 0, 320, 150)
"""One of the two drawings, in its own units; it is scaled to the room there is, its words are not."""
SOMA = QPointF(132, 75)
SOMA_RADIUS = 27.0
DENDRITES = (
    ((26, 22), (70, 30), (112, 58)),
    ((20, 75), (60, 66), (106, 74)),
    ((26, 128), (70, 122), (112, 92)),
)
"""Each from its tip by its bend to the cell body, in the order of the inputs."""
TWIGS = ((0.3, -1.0), (0.5, 1.0))
"""Where along a dendrite a twig leaves it, and to which side."""
TWIG = 17.0
STRENGTHS = (2.0, 4.2, 3.0)
"""How thick the line of each weight is: weights differ."""
AXON_END = 264.0
MYELIN = ((168, 186), (192, 210), (216, 234), (240, 258))
TERMINALS = ((290, 44), (302, 62), (302, 88), (290, 106))
INPUTS = (QPointF(40, 24), QPointF(40, 75), QPointF(40, 126))
CENTER = QPointF(176, 75)
CENTER_RADIUS = 33.0
INPUT_RADIUS = 14.0

Words = tuple[tuple[str, QPointF, bool], ...]
"""Words, what each names, and whether it stands above the drawing."""


class NeuronPicture(QWidget):
    """The two drawings side by side, as large as there is room, in the colours of the theme."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("neuron_picture")
        self.setAccessibleName(self.tr("A biological neuron beside its model"))
        self.setAccessibleDescription(
            self.tr("Dendrites are the inputs, synapses the weights, the cell body the sum, the axon the output.")
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(660, 210) * text_scale()

    def minimumSizeHint(self) -> QSize:
        """Smaller, words would stand in each other's way."""
        return QSize(round(340 * text_scale()), round(120 * text_scale()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words, title_font = font("small"), font("body", bold=True)
        line, head = QFontMetricsF(words).height(), QFontMetricsF(title_font).height()
        half, gap = self.width() / 2, 8.0
        # Above the drawings a line for the titles and one for words, below one for words.
        room = QRectF(0, head + line + 8, half - gap, self.height() - head - 2 * line - 12)
        scale = min(room.width() / SHEET.width(), room.height() / SHEET.height(), 1.6)
        sides: tuple[tuple[float, str, Callable[[QPainter, Theme], None], Words], ...] = (
            (0.0, self.tr("A nerve cell"), _draw_cell, self._cell_words()),
            (half + gap, self.tr("Its model"), _draw_model, self._model_words()),
        )
        for left, title, draw, names in sides:
            origin = QPointF(left + (room.width() - SHEET.width() * scale) / 2,
                             room.top() + (room.height() - SHEET.height() * scale) / 2)
            painter.save()
            painter.translate(origin)
            painter.scale(scale, scale)
            draw(painter, theme())
            painter.restore()
            painter.setPen(theme().color("ink"))
            painter.setFont(title_font)
            painter.drawText(QRectF(left, origin.y() - head - line - 8, room.width(), head),
                             Qt.AlignmentFlag.AlignCenter, title)
            ends = {True: left, False: left}
            for text, point, above in names:
                ends[above] = _word(painter, text, origin + point * scale, above, ends[above], origin, scale) + GRID
            if draw is _draw_model:
                _symbols(painter, origin, scale)

    def _cell_words(self) -> Words:
        return (
            (self.tr("dendrites"), QPointF(30, 128), False),
            (self.tr("synapses"), QPointF(18, 16), True),
            (self.tr("cell body"), QPointF(SOMA.x(), SOMA.y() - SOMA_RADIUS), True),
            (self.tr("axon"), QPointF(225, 83), False),
        )

    def _model_words(self) -> Words:
        return (
            (self.tr("inputs"), INPUTS[2] + QPointF(0, INPUT_RADIUS), False),
            (self.tr("weights"), QPointF(92, 41), True),
            (self.tr("sum"), QPointF(CENTER.x(), CENTER.y() - CENTER_RADIUS), True),
            (self.tr("output"), QPointF(262, 78), False),
        )


def _outline(t: Theme) -> QColor:
    return mix(t.ink, t.card, 0.3)


def _draw_cell(painter: QPainter, t: Theme) -> None:
    body, edge = mix(t.positive_soft, t.card, 0.15), _outline(t)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    branches = []
    for (x0, y0), (x1, y1), (x2, y2) in DENDRITES:
        branch = QPainterPath(QPointF(x0, y0))
        branch.quadTo(QPointF(x1, y1), QPointF(x2, y2))
        branches.append((branch, 7.0))
        for along, side in TWIGS:
            start = branch.pointAtPercent(along)
            # Backwards and to one side, as twigs grow.
            angle = math.radians(branch.angleAtPercent(along) + 180.0 + side * 50.0)
            twig = QPainterPath(start)
            twig.lineTo(start + QPointF(math.cos(angle), -math.sin(angle)) * TWIG)
            branches.append((twig, 4.6))
    for inset, color in ((0.0, edge), (2.6, body)):
        for branch, width in branches:
            painter.setPen(_round(color, width - inset))
            painter.drawPath(branch)
    axon = QPainterPath(SOMA)
    axon.lineTo(AXON_END, 75)
    painter.setPen(_round(edge, 4.5))
    painter.drawPath(axon)
    for x, y in TERMINALS:
        path = QPainterPath(QPointF(AXON_END, 75))
        path.quadTo(QPointF(AXON_END + 14, (y + 75) / 2), QPointF(x, y))
        painter.setPen(_round(edge, 2.6))
        painter.drawPath(path)
        painter.setBrush(edge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(x, y), 3.6, 3.6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(edge, 1.4))
    painter.setBrush(t.color("card"))
    for left, right in MYELIN:
        painter.drawRoundedRect(QRectF(left, 75 - 7, right - left, 14), 6, 6)
    # The body over what leads to it, bulging towards the dendrites and the axon.
    blob = QPainterPath(QPointF(104, 52))
    blob.cubicTo(QPointF(120, 40), QPointF(150, 44), QPointF(158, 66))
    blob.cubicTo(QPointF(162, 72), QPointF(162, 78), QPointF(158, 84))
    blob.cubicTo(QPointF(150, 106), QPointF(120, 110), QPointF(104, 98))
    blob.cubicTo(QPointF(112, 84), QPointF(112, 66), QPointF(104, 52))
    painter.setPen(QPen(edge, 1.6))
    painter.setBrush(body)
    painter.drawPath(blob)
    painter.setBrush(edge)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(134, 75), 9.5, 9.5)
    # The terminals of other cells, where they touch the dendrites.
    painter.setBrush(t.color("positive"))
    for (x, y), *_ in DENDRITES:
        painter.setPen(_round(t.color("positive"), 2.4))
        painter.drawLine(QPointF(x - 24, y), QPointF(x - 9, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(x - 8, y), 5.4, 5.4)


def _draw_model(painter: QPainter, t: Theme) -> None:
    edge = _outline(t)
    for source, strength in zip(INPUTS, STRENGTHS, strict=True):
        start = source + QPointF(INPUT_RADIUS, 0)
        end = CENTER + QPointF(-CENTER_RADIUS, (source.y() - 75) * 0.22)
        path = QPainterPath(start)
        path.cubicTo(start + QPointF(36, 0), end - QPointF(36, 0), end)
        painter.setPen(_round(t.color("positive"), strength))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.setPen(QPen(edge, 1.5))
        painter.setBrush(t.color("input_fill"))
        painter.drawEllipse(source, INPUT_RADIUS, INPUT_RADIUS)
    start, end = CENTER + QPointF(CENTER_RADIUS, 0), QPointF(292, 75)
    painter.setPen(_round(edge, 3.0))
    painter.drawLine(start, end)
    painter.setBrush(edge)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon([end + QPointF(6, 0), end + QPointF(-6, -5.5), end + QPointF(-6, 5.5)])
    painter.setPen(QPen(edge, 1.8))
    painter.setBrush(mix(t.positive_soft, t.card, 0.15))
    painter.drawEllipse(CENTER, CENTER_RADIUS, CENTER_RADIUS)


def _symbols(painter: QPainter, origin: QPointF, scale: float) -> None:
    """The signs in the model, in the size of the program's text, or smaller where a circle is small."""
    t = theme()
    for number, source in enumerate(INPUTS):
        _fitted(painter, f"x{chr(0x2080 + number)}", origin + source * scale, INPUT_RADIUS * scale, t.color("ink"))
    _fitted(painter, "Σ ≥ θ", origin + CENTER * scale, CENTER_RADIUS * scale, t.color("ink"))


def _fitted(painter: QPainter, text: str, at: QPointF, radius: float, color: QColor) -> None:
    used = QFont(font("title", bold=True))
    wide = QFontMetricsF(used).horizontalAdvance(text)
    if wide > 1.5 * radius:
        used.setPixelSize(max(8, int(pixels("title") * 1.5 * radius / wide)))
    painter.setFont(used)
    painter.setPen(color)
    painter.drawText(QRectF(at.x() - 80, at.y() - 40, 160, 80),
                     Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextForceLeftToRight, text)


def _word(painter: QPainter, text: str, at: QPointF, above: bool, free: float, origin: QPointF, scale: float) -> float:
    """A word above or below the drawing, from ``free`` on, with a line to what it names. Gives its right end."""
    t, metrics = theme(), QFontMetricsF(font("small"))
    edge = origin.y() - 2 if above else origin.y() + SHEET.height() * scale + 2
    width, height = metrics.horizontalAdvance(text), metrics.height()
    box = QRectF(max(free, at.x() - width / 2), edge - height if above else edge, width, height)
    painter.setPen(QPen(t.color("muted"), 1))
    foot = min(max(at.x(), box.left() + 4), box.right() - 4)
    painter.drawLine(QPointF(foot, edge), at + QPointF(0, -2 if above else 2))
    painter.setFont(font("small"))
    painter.setPen(t.color("ink"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, text)
    return box.right()


def _round(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
