"""The palette: a strip of neurons at the edge of the canvas, to drag from."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QIcon, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.network import Role
from nnsim.gui.canvas.interaction import Canvas
from nnsim.gui.canvas.role_marks import inner_radius, paint_arrow, paint_port, rim_color
from nnsim.gui.look.icons import picture, screen_scales
from nnsim.gui.look.theme import GRID, TEXT_SIZES, font, mix, set_role, text_scale, theme
from nnsim.gui.widgets.controls import name_widget

ICON = 26
"""The side of an icon in pixels, at 100 % of the text's size."""
LEAST_ICON = 14
MARGIN = 18
"""At both sides of an icon together."""
GAP = 4
"""Between two kinds, in pixels."""
HALF_RANGE = 3.0
"""Icons show f(x) from −3 to 3."""
LONG = 0.55
"""How far port and arrow reach, as a share of the radius; a little farther than on the canvas, for it is small."""


@dataclass(frozen=True)
class Kind:
    """A neuron that the palette offers. ``activation`` is empty for an input, and where it depends on the network."""

    id: str
    label: str
    role: Role
    activation: str
    tip: str


KINDS = (
    Kind("input", "Input", "input", "", "An input: a value from outside"),
    Kind("step", "Step", "hidden", "heaviside", "A step neuron: 1 from its threshold on, else 0"),
    Kind("sigmoid", "Sigmoid", "hidden", "sigmoid", "A sigmoid neuron: between 0 and 1"),
    Kind("tanh", "Tanh", "hidden", "tanh", "A tanh neuron: between −1 and 1"),
    Kind("relu", "ReLU", "hidden", "relu", "A ReLU neuron: 0 below 0, else the sum itself"),
    Kind("output", "Output", "output", "", "An output: 0 or 1 beside steps, any number beside other neurons"),
)
"""One entry here is all it takes to offer another kind."""


class Palette(QWidget):
    """Each button is dragged onto the canvas; a click or a key adds its neuron at the next free place."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        name_widget(self, "palette", self.tr("Neurons to drag onto the canvas"))
        self._buttons = [_KindButton(kind, canvas, self) for kind in KINDS]
        self._restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_buttons"):
            self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("card"))
        painter.setPen(QPen(theme().color("line"), 1))
        edge = self.width() - 1 if self.layoutDirection() == Qt.LayoutDirection.LeftToRight else 0
        painter.drawLine(edge, 0, edge, self.height())

    def _restyle(self) -> None:
        for button in self._buttons:
            button.setFont(font("small"))
            button.setIconSize(QSize())  # so that it is drawn anew
        widest = max(button.fontMetrics().horizontalAdvance(button.text()) for button in self._buttons)
        # As wide without the labels: else the canvas would jump sideways when it is made lower.
        self.setFixedWidth(max(_side() + MARGIN, widest + 12) + GRID)
        self._arrange()

    def _arrange(self) -> None:
        """The buttons one under the other. The strip never makes the window higher: where there is no room for the
        labels it shows the icons alone, and smaller ones where there is none for those.
        """
        labelled = _side() + self._buttons[0].fontMetrics().height() + 10
        room = (self.height() - 2 * GRID - GAP * (len(self._buttons) - 1)) / len(self._buttons)
        text = room >= labelled
        style = Qt.ToolButtonStyle
        height = labelled if text else max(LEAST_ICON + 2, min(_side() + 8, int(room)))
        side = max(LEAST_ICON, min(_side(), height - 2))
        for place, button in enumerate(self._buttons):
            if button.iconSize() != QSize(side, side):
                button.setIconSize(QSize(side, side))
                button.setIcon(kind_icon(button.kind, side))
            button.setToolButtonStyle(style.ToolButtonTextUnderIcon if text else style.ToolButtonIconOnly)
            button.setGeometry(GRID // 2, GRID + place * (height + GAP), self.width() - GRID, height)


class _KindButton(QToolButton):
    """One kind of neuron. A press that moves carries it; one that does not adds it."""

    def __init__(self, kind: Kind, canvas: Canvas, palette: Palette) -> None:
        super().__init__(palette)
        self.kind, self._canvas = kind, canvas
        self._start: QPoint | None = None
        self._carrying = False
        self.setObjectName(f"palette_{kind.id}")
        self.setText(self.tr(kind.label))
        self.setAccessibleName(self.tr("Add: {kind}").format(kind=self.tr(kind.label)))
        self.setToolTip(self.tr("{about}. Drag it onto the canvas, or click.").format(about=self.tr(kind.tip)))
        self.setStyleSheet("QToolButton { padding: 2px 0; min-height: 0; }")
        set_role(self, kind="quiet")
        self.clicked.connect(lambda: canvas.commands.add_neuron(kind.role, activation=kind.activation))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._start = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is not None and not self._carrying:
            moved = event.position().toPoint() - self._start
            if moved.manhattanLength() >= QApplication.startDragDistance():
                self._carrying = True
                self.setDown(False)
                self._canvas.carry(self.kind.role, self.kind.activation)
        if self._carrying:
            self._canvas.carry_to(event)
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._start = None
        if self._carrying:
            self._carrying = False
            self._canvas.drop(event)
        else:
            super().mouseReleaseEvent(event)


def _side() -> int:
    return round(ICON * text_scale())


def kind_icon(kind: Kind, side: int) -> QIcon:
    """The neuron, ``side`` pixels high, with its function inside. Ask again when the theme changes."""
    result = QIcon()
    for scale in screen_scales():
        result.addPixmap(picture(side, scale, partial(_draw, kind)))
    return result


def _draw(kind: Kind, painter: QPainter, side: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / ICON, side / ICON)
    t = theme()
    middle, radius = QPointF(ICON / 2, ICON / 2), ICON / 2 - 3.5
    if kind.role != "hidden":
        # The port that a value comes in by, or the arrow that it leaves by, has half of its room at each side.
        middle += QPointF((1 if kind.role == "input" else -1) * LONG * radius / 2, 0)
        radius -= 0.5
        painter.setPen(QPen(mix(t.ink, t.card, 0.2), 1.3))
        (paint_port if kind.role == "input" else paint_arrow)(painter, middle, radius, reach=LONG)
    painter.setPen(QPen(rim_color(t, kind.role == "input"), 1.3))
    painter.setBrush(t.color("input_fill") if kind.role == "input" else t.color("card"))
    painter.drawEllipse(middle, radius, radius)
    if kind.role == "output":
        painter.setPen(QPen(rim_color(t, False), 1.0))
        painter.drawEllipse(middle, inner_radius(radius), inner_radius(radius))
    if not kind.activation:
        painter.setPen(t.color("ink"))
        letter = QFont(font("small"))
        letter.setPixelSize(TEXT_SIZES["small"])  # the painter makes it larger
        painter.setFont(letter)
        name = "x" if kind.role == "input" else "y"
        painter.drawText(QRectF(middle.x() - 8, middle.y() - 9, 16, 16), Qt.AlignmentFlag.AlignCenter, name)
        return
    xs = np.linspace(-HALF_RANGE, HALF_RANGE, 61)
    ys = ACTIVATIONS[kind.activation].f(xs)
    low, high = float(ys.min()), float(ys.max())
    inner = radius * 0.55
    points = [
        QPointF(middle.x() + x / HALF_RANGE * radius * 0.72, middle.y() + inner - 2 * inner * (y - low) / (high - low))
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True)
    ]
    painter.setPen(QPen(t.color("positive"), 1.6))
    painter.drawPolyline(QPolygonF(points))
