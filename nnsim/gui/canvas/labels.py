"""Texts on the canvas: centred in their place, framed or on a ground of their own."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from nnsim.gui.look.theme import theme

CORNER = 4.0
"""How round the corners of a label's frame are."""


def paint_ghost(painter: QPainter, rect: QRectF, text: str, used: QFont) -> None:
    """What was at the start: muted, in a dotted frame."""
    t = theme()
    paint_label(painter, rect, text, used, QPen(t.color("muted"), 1.0, Qt.PenStyle.DotLine), t.muted, t.card)


def paint_label(
    painter: QPainter, rect: QRectF, text: str, used: QFont, frame: QPen, ink: str, ground: str
) -> None:
    """A number in a frame."""
    painter.setPen(frame)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(rect, CORNER, CORNER)
    paint_text(painter, rect, text, used, ink)


_CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip | Qt.TextFlag.TextForceLeftToRight


def paint_text(painter: QPainter, rect: QRectF, text: str, used: QFont, color: str, ground: str = "") -> None:
    """Centred text, on a ground of its own where an edge may pass behind it."""
    if ground:
        painter.fillRect(rect, QColor(ground))
    painter.setFont(used)
    painter.setPen(color)
    painter.drawText(rect, _CENTRED, text)
