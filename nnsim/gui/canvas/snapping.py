"""Snapping: what is dragged lines up with other neurons, else with the grid; guides show with which."""

from collections.abc import Collection, Mapping

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from nnsim.core.arrays import Array
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.canvas.scene import NetworkScene
from nnsim.gui.look.theme import theme

GRID_STEP = 24
REACH = 7.0
"""So many pixels from another neuron's height or column, what is dragged jumps there."""
MOST_MOVED = 24
"""Of a larger group only the neuron that was grabbed lines up."""
IN_LINE = 0.5
"""Nearer than this two neurons stand in one column, or in one row."""
BEYOND = 16.0
"""How far a guide reaches beyond the circles it joins."""


class Snapping:
    """The guides of one drag. ``still`` are the neurons that do not move."""

    def __init__(self, scene: NetworkScene, moved: Collection[str] = ()) -> None:
        self._scene = scene
        still = np.ones(len(scene.neurons), dtype=bool)
        still[scene.neurons.rows(moved)] = False
        self._still = scene.neurons.places[still]
        self._guides = QGraphicsPathItem()
        self._guides.setZValue(1)
        scene.addItem(self._guides)

    def snapped(self, places: Mapping[str, QPointF], grabbed: str, zoom: float, free: bool) -> QPointF:
        """How much farther to move what stands at ``places``, so that it lines up; nothing if it is ``free``."""
        if free:
            self._guides.setPath(QPainterPath())
            return QPointF()
        candidates = list(places.values()) if len(places) <= MOST_MOVED else [places[grabbed]]
        reach = REACH / zoom
        dx = self._nearest([p.x() for p in candidates], self._still[:, 0], reach)
        dy = self._nearest([p.y() for p in candidates], self._still[:, 1], reach)
        at = places[grabbed]
        shift = QPointF(_to_grid(at.x(), GRID_STEP * self._scene.stretch) if dx is None else dx,
                        _to_grid(at.y(), GRID_STEP) if dy is None else dy)
        self._show([p + shift for p in candidates], dx is not None, dy is not None)
        return shift

    def end(self) -> None:
        """Take the guides away."""
        self._scene.removeItem(self._guides)

    @staticmethod
    def _nearest(moved: list[float], still: Array, reach: float) -> float | None:
        gaps = (still - np.array(moved)[:, None]).ravel()
        best = float(gaps[np.abs(gaps).argmin()]) if gaps.size else reach + 1
        return best if abs(best) <= reach else None

    def _show(self, places: list[QPointF], columns: bool, rows: bool) -> None:
        """Lines through what stands in one column, or in one row, with what is dragged."""
        path, beyond = QPainterPath(), RADIUS + BEYOND
        for place in places:
            x, y = place.toTuple()
            ys = self._still[columns & (np.abs(self._still[:, 0] - x) < IN_LINE), 1].tolist()
            xs = self._still[rows & (np.abs(self._still[:, 1] - y) < IN_LINE), 0].tolist()
            if ys:
                path.moveTo(x, min(*ys, y) - beyond)
                path.lineTo(x, max(*ys, y) + beyond)
            if xs:
                path.moveTo(min(*xs, x) - beyond, y)
                path.lineTo(max(*xs, x) + beyond, y)
        pen = QPen(theme().color("accent"), 0)
        pen.setDashPattern([4.0, 4.0])
        self._guides.setPen(pen)
        self._guides.setPath(path)


def _to_grid(value: float, step: float) -> float:
    return round(value / step) * step - value
