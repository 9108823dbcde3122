"""Where neurons lie on the canvas when nobody has placed them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nnsim.core.network import Structure
from nnsim.documents.document import Layout

STEP_X = 220.0
STEP_Y = 120.0
TALLEST = 16
"""Neurons that stand above each other at most."""
FOLD_X = 110.0
CLEARANCE = 90.0
"""Nearer than this, in x and in y, two neurons are in each other's way."""
MAX_POSITION = 1e9
"""Farther out, in x or in y, a canvas cannot be drawn any more."""

Position = tuple[float, float]


def arrange(structure: Structure) -> Layout:
    """A place for every neuron: columns by depth from left to right, each centred on y = 0.

    Inputs stand in the first column, outputs that feed nothing in the last; in a column neurons stand
    from top to bottom as in the file. A column of more than ``TALLEST`` neurons is folded into several
    side by side, so that a wide layer can be seen at once.
    """
    column = _columns(structure)
    members: dict[int, list[str]] = {}
    for neuron in structure.neurons:
        members.setdefault(column[neuron.id], []).append(neuron.id)
    place: dict[str, Position] = {}
    left = 0.0
    # Columns nothing is in take no room.
    for key in sorted(members):
        layer = members[key]
        folds = -(-len(layer) // TALLEST)
        rows = -(-len(layer) // folds)
        for i, id in enumerate(layer):
            fold, row = divmod(i, rows)
            height = min(rows, len(layer) - fold * rows)
            place[id] = (left + fold * FOLD_X, (row - (height - 1) / 2) * STEP_Y)
        left += (folds - 1) * FOLD_X + STEP_X
    return MappingProxyType({neuron.id: place[neuron.id] for neuron in structure.neurons})


def filled(structure: Structure, layout: Layout) -> Layout:
    """``layout`` with a place for every neuron of the structure, in its order, and for nothing else.

    Neurons without a place go where ``arrange`` would put them beside the others; where somebody
    stands already, below.
    """
    missing = [neuron.id for neuron in structure.neurons if neuron.id not in layout]
    if not missing:
        return MappingProxyType({neuron.id: layout[neuron.id] for neuron in structure.neurons})
    arranged = arrange(structure)
    placed = {neuron.id: layout[neuron.id] for neuron in structure.neurons if neuron.id in layout}
    shift = _shift(placed, arranged)
    taken = _Taken(placed)
    for id in missing:
        placed[id] = taken.free(arranged[id][0] + shift[0], arranged[id][1] + shift[1])
    return MappingProxyType({neuron.id: placed[neuron.id] for neuron in structure.neurons})


def _columns(structure: Structure) -> dict[str, int]:
    column: dict[str, int] = {}
    for id in sorted(structure.by_id, key=lambda id: structure.depth[id]):
        if structure.by_id[id].role == "input":
            column[id] = 0
        else:
            # Also a neuron nothing leads to yet stands right of the inputs.
            column[id] = 1 + max((column[c.source] for c in structure.incoming[id]), default=0)
    last = max(column.values(), default=0)
    for id in structure.outputs:
        if not structure.outgoing[id]:
            column[id] = last
    return column


def _shift(placed: Mapping[str, Position], arranged: Layout) -> Position:
    """How far, on average, the placed neurons lie from where ``arrange`` has them, in whole units."""
    if not placed:
        return 0.0, 0.0
    x, y = (sum(placed[id][axis] - arranged[id][axis] for id in placed) / len(placed) for axis in (0, 1))
    # Far from the edge, so that whoever is placed there, or below, is within bounds.
    far = MAX_POSITION / 2
    return float(round(min(far, max(-far, x)))), float(round(min(far, max(-far, y))))


class _Taken:
    """Which places are taken. A grid of squares as wide as the clearance makes looking quick."""

    def __init__(self, placed: Mapping[str, Position]) -> None:
        self._squares: dict[tuple[int, int], list[Position]] = {}
        self._next: dict[int, float] = {}
        """Where to look next in a column of squares: above, all that was asked for is taken."""
        for position in placed.values():
            self._add(position)

    def free(self, x: float, y: float) -> Position:
        """(x, y) if nobody stands near, else the first free place below. Taken from now on."""
        column = round(x // CLEARANCE)
        if self._near(x, y):
            y = max(y, self._next.get(column, y))
            while self._near(x, y):
                y += STEP_Y
            self._next[column] = y + STEP_Y
        self._add((x, y))
        return x, y

    def _near(self, x: float, y: float) -> bool:
        i, j = round(x // CLEARANCE), round(y // CLEARANCE)
        around = [(i + di, j + dj) for di in (-1, 0, 1) for dj in (-1, 0, 1)]
        others = (other for square in around for other in self._squares.get(square, ()))
        return any(abs(x - other[0]) < CLEARANCE and abs(y - other[1]) < CLEARANCE for other in others)

    def _add(self, position: Position) -> None:
        square = round(position[0] // CLEARANCE), round(position[1] // CLEARANCE)
        self._squares.setdefault(square, []).append(position)
