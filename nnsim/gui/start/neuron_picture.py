"""What a neuron is, drawn: the biological one at the left, its model at the right, with the same parts named."""

from functools import cache
from string import Template

from PySide6.QtCore import QByteArray, QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnsim.gui.look.theme import GRID, Theme, font, mix, pixels, text_scale, theme
from nnsim.gui.widgets.controls import name_widget
from nnsim.resources import resource

SHEET = QRectF(0, 0, 320, 150)
"""One of the two drawings in resources/pictures, in its own units, as are the places below.

It is scaled to the room there is, its words are not.
"""
SOMA = QPointF(132, 75)
SOMA_RADIUS = 27.0
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
        name_widget(self, "neuron_picture", self.tr("A biological neuron beside its model"))
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
        sides = (
            (0.0, self.tr("A nerve cell"), "nerve-cell", self._cell_words()),
            (half + gap, self.tr("Its model"), "neuron-model", self._model_words()),
        )
        for left, title, drawing, names in sides:
            origin = QPointF(left + (room.width() - SHEET.width() * scale) / 2,
                             room.top() + (room.height() - SHEET.height() * scale) / 2)
            _drawing(drawing, theme()).render(painter, QRectF(origin, SHEET.size() * scale))
            painter.setPen(theme().color("ink"))
            painter.setFont(title_font)
            painter.drawText(QRectF(left, origin.y() - head - line - 8, room.width(), head),
                             Qt.AlignmentFlag.AlignCenter, title)
            ends = {True: left, False: left}
            for text, point, above in names:
                ends[above] = _word(painter, text, origin + point * scale, above, ends[above], origin, scale) + GRID
        # The model is the last.
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


@cache
def _drawing(name: str, t: Theme) -> QSvgRenderer:
    """A drawing in the colours of a theme."""
    colors = {"edge": mix(t.ink, t.card, 0.3).name(), "body": mix(t.positive_soft, t.card, 0.15).name(),
              "card": t.card, "positive": t.positive, "input_fill": t.input_fill}
    svg = resource(f"pictures/{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(Template(svg).substitute(colors).encode()))


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
