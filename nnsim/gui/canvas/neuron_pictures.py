"""What a neuron does with the inputs, as the picture in its circle."""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPolygonF

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.maps import value_range
from nnsim.core.arrays import Array
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.look.theme import map_colors
from nnsim.gui.session.desk import Desk


def neuron_pictures(desk: Desk) -> dict[str, QImage | QPolygonF]:
    """The map (two inputs or more) or curve (one input) of every neuron with a slope, by its id."""
    shown = [n for n in desk.session.structure.neurons if n.role != "input" and ACTIVATIONS[n.activation].has_slope]
    plane, trace, data = desk.looking.plane, desk.looking.map_trace, desk.session.dataset
    if not shown or plane is None or trace is None:
        return {}
    targets = data.T if data is not None else None
    result: dict[str, QImage | QPolygonF] = {}
    for neuron in shown:
        row = trace.a_rows[desk.session.structure.position[neuron.id]]
        low, high = value_range(neuron.activation, targets if neuron.role == "output" else None)
        if plane.y is None:
            result[neuron.id] = _curve(row, low, high)
        else:
            # Every second point is enough for a circle of 64 pixels; the lowest y comes last in an image.
            grid = row.reshape(plane.resolution, plane.resolution)[::-2, ::2]
            result[neuron.id] = _image(map_colors(grid, low, high))
    return result


def _image(colors: np.ndarray) -> QImage:
    height, width = colors.shape[:2]
    data = np.ascontiguousarray(colors)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def _curve(row: Array, low: float, high: float) -> QPolygonF:
    inner = RADIUS * 0.72
    xs = np.linspace(-RADIUS, RADIUS, len(row))
    with np.errstate(over="ignore", invalid="ignore"):
        share = np.nan_to_num(np.clip((row - low) / ((high - low) or 1.0), -0.2, 1.2), nan=0.5)
    ys = inner - 2 * inner * share
    return QPolygonF([QPointF(float(x), float(y)) for x, y in zip(xs[::4], ys[::4], strict=True)])
