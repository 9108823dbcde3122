"""Small pictures of documents: the network, or the data with the net's map, in the colours of the theme."""

import numpy as np
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPixmap, QPolygonF, QTransform

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.drawable import is_drawable
from nnsim.core.analysis.maps import Plane, decision_threshold, plane_samples, value_range
from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.core.network import Network
from nnsim.core.program import compile
from nnsim.data.dataset import Dataset
from nnsim.data.sources import dataset_of
from nnsim.documents.document import Document
from nnsim.documents.examples import Example
from nnsim.documents.files import load
from nnsim.documents.layout import filled
from nnsim.gui.canvas.edges import curve
from nnsim.gui.canvas.role_marks import inner_radius, paint_arrow, paint_port, rim_color
from nnsim.gui.look.class_looks import class_look
from nnsim.gui.look.theme import font, map_colors, text_scale, theme

LARGEST, SMALLEST = 17.0, 3.0
"""The radius of a neuron in a picture, in pixels at 100 %."""
MARGIN = 10.0
MOST_POINTS = 150
FEW = 16


class Thumbnails:
    """Pictures of examples, drawn once for each look: theme, size and text scale."""

    def __init__(self) -> None:
        self._look: object = None
        self._pictures: dict[str, QPixmap] = {}

    def ready(self, example: Example, size: QSize, ratio: float) -> QPixmap | None:
        """The picture, if it was drawn already in the current look."""
        look = (theme(), text_scale(), size.width(), size.height(), ratio)
        if look != self._look:
            self._look = look
            self._pictures.clear()
        return self._pictures.get(example.id)

    def draw(self, example: Example, size: QSize, ratio: float) -> QPixmap:
        """The picture, drawn now unless it was already. ``size`` in pixels of the window, ``ratio`` of the screen."""
        picture = self.ready(example, size, ratio)
        if picture is None:
            picture = self._pictures[example.id] = thumbnail(load(example.path), size, ratio)
        return picture


def thumbnail(document: Document, size: QSize, ratio: float = 1.0) -> QPixmap:
    """A document as a picture: what can learn over one or two inputs as map and samples, the rest as its network."""
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(theme().color("card"))
    painter = QPainter(picture)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(0, 0, size.width(), size.height())
        dataset = dataset_of(document.data) if document.data is not None else None
        inputs = len(document.network.structure.inputs)
        if dataset is not None and inputs <= 2 and len(dataset.X) > 1 and _learns(document):
            plane = Plane.over(document.network.structure.inputs, None, dataset)
            assert plane is not None
            paint = _paint_curve if plane.y is None else _paint_map
            paint(painter, room, document.network, dataset, plane)
        elif document.network.structure.neurons:
            _paint_network(painter, room, document)
    finally:
        painter.end()
    return picture


def _learns(document: Document) -> bool:
    """Whether it is there to be trained: its neurons have slopes, or its rule needs none."""
    neurons = document.network.structure.neurons
    return document.training.optimizer_name == "perceptron" or all(
        n.role == "input" or ACTIVATIONS[n.activation].has_slope for n in neurons)


# The network


def _paint_network(painter: QPainter, room: QRectF, document: Document) -> None:
    t, network = theme(), document.network
    structure = network.structure
    layout = filled(structure, document.layout)
    xs, ys = [x for x, _ in layout.values()], [y for _, y in layout.values()]
    inner = room.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    points = np.array(list(layout.values()))
    apart = np.hypot(*(points[:, None] - points[None]).T) + np.eye(len(points)) * 1e9
    radius, scale = LARGEST * text_scale(), 1.0
    while True:
        # Smaller neurons leave more room between them, until they keep clear of each other.
        scale = min((inner.width() - 2 * radius) / max(wide, 1.0), (inner.height() - 2 * radius) / max(high, 1.0),
                    0.6 * text_scale())
        if radius <= SMALLEST or 2.5 * radius <= apart.min() * scale:
            break
        radius -= 0.5
    middle = QPointF((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)
    places = {id: room.center() + (QPointF(*xy) - middle) * scale for id, xy in layout.items()}
    largest = max((abs(network.value(c.weight)) for c in structure.connections), default=1.0) or 1.0
    for connection in structure.connections:
        value = network.value(connection.weight)
        pen = QPen(t.color("positive" if value >= 0 else "negative"), 1.0 + 1.4 * abs(value) / largest)
        if value < 0:
            pen.setDashPattern([3.0, 2.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        reach = QPointF(radius, 0)
        painter.drawPath(curve(places[connection.source] + reach, places[connection.target] - reach))
    painter.setFont(font("small"))
    for neuron in structure.neurons:
        place = places[neuron.id]
        is_input = neuron.role == "input"
        painter.setPen(QPen(rim_color(t, False), 1.4))
        if is_input:
            paint_port(painter, place, radius)
        elif neuron.role == "output" and not structure.outgoing[neuron.id]:
            paint_arrow(painter, place, radius)
        painter.setPen(QPen(rim_color(t, is_input), 1.4))
        painter.setBrush(t.color("input_fill" if is_input else "card"))
        painter.drawEllipse(place, radius, radius)
        if neuron.role == "output":
            painter.setPen(QPen(rim_color(t, False), 1.0))
            painter.drawEllipse(place, inner_radius(radius), inner_radius(radius))
        if neuron.bias is None or neuron.notation != "threshold":
            continue
        threshold = format_number(-network.value(neuron.bias), 2)
        if QFontMetricsF(font("small")).horizontalAdvance(threshold) < 2 * radius - 4:
            painter.setPen(t.color("ink"))
            box = QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, threshold)


# What is to be learned


def _paint_map(painter: QPainter, room: QRectF, network: Network, dataset: Dataset, plane: Plane) -> None:
    t, structure = theme(), network.structure
    samples = plane_samples(plane, structure.inputs, np.zeros(len(structure.inputs)))
    outputs = compile(network).forward(network.parameters, samples)
    grid = plane.resolution
    if dataset.T.shape[1] > 1:
        looks = [class_look(place) for place in range(dataset.T.shape[1])]
        tints = np.array([look.region(t).getRgb() for look in looks], dtype=np.uint8)
        pixels = tints[outputs.argmax(axis=1)].reshape(grid, grid, 4)
        owner = dataset.T.argmax(axis=1)
    else:
        activation = structure.by_id[structure.outputs[0]].activation
        low, high = value_range(activation, dataset.T)
        pixels = map_colors(outputs[:, 0].reshape(grid, grid), low, high)
        owner = (dataset.T[:, 0] >= decision_threshold(activation, dataset.T)).astype(int)
    pixels = np.ascontiguousarray(pixels[::-1])
    image = QImage(pixels.data, grid, grid, 4 * grid, QImage.Format.Format_RGBA8888)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(room, image)
    shown = np.flatnonzero(is_drawable(dataset.X).all(axis=1))[:MOST_POINTS]
    size = 5.0 if len(dataset.X) <= FEW else 2.6
    painter.setPen(QPen(t.color("card"), 0.8))
    for (x, y), k in zip(_places(dataset.X[shown], room, plane), owner[shown], strict=True):
        look = class_look(int(k))
        shape = QTransform.fromTranslate(x, y).scale(2 * size, 2 * size).map(Symbols[look.symbol])
        painter.setBrush(QColor(look.color(t)))
        painter.drawPath(shape)


def _paint_curve(painter: QPainter, room: QRectF, network: Network, dataset: Dataset, plane: Plane) -> None:
    t, inner = theme(), room.adjusted(0, MARGIN, 0, -MARGIN)
    xs = plane.values("x")
    ys = compile(network).forward(network.parameters, xs[:, None])[:, 0]
    line, samples = np.column_stack([xs, ys]), np.column_stack([dataset.X[:, 0], dataset.T[:, 0]])
    line, samples = (points[is_drawable(points).all(axis=1)] for points in (line, samples))
    heights = [*line[:, 1].tolist(), *samples[:, 1].tolist()]
    low, high = min(heights, default=0.0), max(heights, default=1.0)
    span = Plane(plane.x, plane.x, plane.x_range, (low, high or 1.0))
    painter.setPen(QPen(t.color("card"), 0.8))
    painter.setBrush(t.color("muted"))
    for x, y in _places(samples[:MOST_POINTS], inner, span):
        painter.drawEllipse(QPointF(x, y), 2.6, 2.6)
    painter.setPen(QPen(t.color("positive"), 2.0))
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in _places(line, inner, span)]))


def _places(points: Array, room: QRectF, plane: Plane) -> list[tuple[float, float]]:
    """Where points of the plane lie in ``room``, y upwards."""
    (left, right), (low, high) = plane.x_range, plane.y_range
    x = room.left() + (points[:, 0] - left) / (right - left) * room.width()
    y = room.bottom() - (points[:, 1] - low) / ((high - low) or 1.0) * room.height()
    return list(zip(x.tolist(), y.tolist(), strict=True))
