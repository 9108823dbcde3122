"""Biases that several neurons share, drawn as one neuron that is 1: its lines to all of them but the first."""

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnsim.core.network import Neuron, Structure
from nnsim.gui.canvas.neuron_item import RADIUS, bias_pen
from nnsim.gui.canvas.neuron_items import NeuronItems
from nnsim.gui.look.theme import theme

BELOW_LABELS = -1
"""Weights stand above these lines, as above those of connections."""


class SharedBiases(QGraphicsItem):
    """The first of the neurons that share a bias draws it; here are the lines from there to the others."""

    def __init__(self, neurons: NeuronItems) -> None:
        super().__init__()
        self._neurons = neurons
        self._sharing: dict[str, list[str]] = {}
        self._lines: list[tuple[QPainterPath, bool]] = []
        self._bounds = QRectF()
        self.setZValue(BELOW_LABELS)

    def follow(self, structure: Structure) -> None:
        """Whose biases there are."""
        self._sharing = {}
        for neuron in structure.neurons:
            if neuron.bias is not None:
                self._sharing.setdefault(neuron.bias, []).append(neuron.id)

    def drawn_by(self, neuron: Neuron) -> str:
        """The neuron beside which the bias of a neuron is drawn."""
        return neuron.id if neuron.bias is None else self._sharing[neuron.bias][0]

    def lay_out(self) -> None:
        """Draw the lines anew, between where the neurons are."""
        lines = []
        for ids in self._sharing.values() if not self._neurons.crowded else ():
            first = self._neurons.made[ids[0]]
            if first.face.bias and len(ids) > 1:
                ends = [self._neurons.at(id) for id in ids]
                lines.append((_lines(first.one_rect.center(), ends), first.bias_is_negative))
        bounds = QRectF()
        for path, _ in lines:
            bounds = bounds.united(path.boundingRect().adjusted(-2, -2, 2, 2))
        if bounds != self._bounds:
            self.prepareGeometryChange()
        self._lines, self._bounds = lines, bounds
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for path, negative in self._lines:
            painter.strokePath(path, bias_pen(theme(), negative))


def _lines(one: QPointF, ends: list[QPointF]) -> QPainterPath:
    """From the neuron that is 1, beside the first, to each of the others, which it meets as it does the first."""
    path = QPainterPath()
    tip = one * (RADIUS + 1.5) / math.hypot(one.x(), one.y())
    for end in ends[1:]:
        path.moveTo(ends[0] + one)
        path.lineTo(end + one)
        path.lineTo(end + tip)
    return path
