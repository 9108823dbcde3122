"""How an input and an output are told from a hidden neuron wherever neurons are drawn: by form, not by colour alone.

An input has a flat port at its left and a soft rim; an output a double rim, and an arrow at its right.
"""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPolygonF

from nnsim.gui.look.theme import Theme, mix

REACH = 0.35
"""How far port and arrow reach beyond the circle, as a share of its radius."""
_GAP, _LEAST_GAP, _WIDEST_GAP = 0.125, 2.4, 0.45
"""Between the two rims of an output, as a share of its radius; at least so many pixels, at most such a share."""
_PLATE, _HEAD, _LEAST = 0.19, 0.15, 2.0
"""Half the height of a port, and of an arrow, as shares of the radius; at least so many pixels."""


def rim_color(t: Theme, is_input: bool) -> QColor:
    """The colour of a neuron's rim that neither fires nor is chosen."""
    return mix(t.muted, t.input_fill, 0.62) if is_input else mix(t.ink, t.card, 0.2)


def inner_radius(radius: float, pixel: float = 1.0) -> float:
    """The radius of the inner rim of an output, where a pixel of the screen is ``pixel`` long."""
    return radius - min(max(_GAP * radius, _LEAST_GAP * pixel), _WIDEST_GAP * radius)


def mark_room(middle: QPointF, radius: float, is_input: bool) -> QRectF:
    """What the port of an input, or the arrow of an output, takes up beside its circle."""
    reach, high = REACH * radius, _PLATE * radius
    left = middle.x() - radius - reach if is_input else middle.x() + radius
    return QRectF(left, middle.y() - high, reach, 2 * high)


def paint_port(
    painter: QPainter, middle: QPointF, radius: float, pixel: float = 1.0, reach: float = REACH
) -> None:
    """The port that a value comes in by, with the painter's pen."""
    rim, half = middle - QPointF(radius, 0), QPointF(0, max(_PLATE * radius, _LEAST * pixel))
    plate = rim - QPointF(reach * radius, 0)
    painter.drawLine(rim, plate)
    painter.drawLine(plate - half, plate + half)


def paint_arrow(
    painter: QPainter, middle: QPointF, radius: float, pixel: float = 1.0, reach: float = REACH
) -> None:
    """The arrow that a value leaves by, with the painter's pen."""
    rim, head = middle + QPointF(radius, 0), max(_HEAD * radius, _LEAST * pixel)
    tip = rim + QPointF(reach * radius, 0)
    painter.drawLine(rim, tip)
    painter.drawPolyline(QPolygonF([tip + QPointF(-head, -head), tip, tip + QPointF(-head, head)]))
