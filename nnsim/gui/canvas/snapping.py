"""Snapping: what is dragged lines up with other neurons, else with the grid; guides show with which."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

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
        self._still = [place for id, place in scene.positions().items() if id not in set(moved)]
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
        dx = self._nearest([p.x() for p in candidates], [p.x() for p in self._still], reach)
        dy = self._nearest([p.y() for p in candidates], [p.y() for p in self._still], reach)
        at = places[grabbed]
        shift = QPointF(_to_grid(at.x()) if dx is None else dx, _to_grid(at.y()) if dy is None else dy)
        self._show([p + shift for p in candidates], dx is not None, dy is not None)
        return shift

    def end(self) -> None:
        """Take the guides away."""
        self._scene.removeItem(self._guides)

    @staticmethod
    def _nearest(moved: list[float], still: list[float], reach: float) -> float | None:
        gaps = (there - here for here in moved for there in still)
        best = min(gaps, key=abs, default=None)
        return best if best is not None and abs(best) <= reach else None

    def _show(self, places: list[QPointF], columns: bool, rows: bool) -> None:
        """Lines through what stands in one column, or in one row, with what is dragged."""
        path, beyond = QPainterPath(), RADIUS + BEYOND
        for place in places:
            x, y = place.toTuple()
            ys = [p.y() for p in self._still if columns and abs(p.x() - x) < IN_LINE]
            xs = [p.x() for p in self._still if rows and abs(p.y() - y) < IN_LINE]
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


def _to_grid(value: float) -> float:
    return round(value / GRID_STEP) * GRID_STEP - value
