"""Where neurons lie on the canvas when nobody has placed them."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from nnsim.core.arrays import Array, Flags, Indices
from nnsim.core.network import Structure
from nnsim.core.program import kept_in
from nnsim.documents.document import Layout, Position
from nnsim.documents.ordering import Columns, columns_of, lines, sort_columns

STEP_X = 220.0
STEP_Y = 120.0
TALLEST = 16
"""Neurons that stand above each other at most."""
FOLD_X = 110.0
CLEARANCE = 90.0
"""Nearer than this, in x and in y, two neurons are in each other's way."""
MAX_POSITION = 1e9
"""Farther out, in x or in y, a canvas cannot be drawn any more."""

PASSING, BETWEEN_PASSING = 96.0, 48.0
"""How far a passing connection stays from a neuron above or below it, and from another one."""
STRAIGHT = 4.0
"""A passing connection pulls so many times as strongly as one between neighbours, to run straight."""
ROUNDS = 10
NEURON_RADIUS = 32.0
RIM_GAP, MARK_REACH, PORT_HALF, ARROW_HEAD = 0.125, 0.35, 0.19, 0.15
"""As shares of a neuron's radius: between the two rims of an output; how far the port of an input, and the arrow of an
output, lead; half the height of both."""
CLEAR = NEURON_RADIUS + 32.0
"""No connection comes nearer to the middle of a neuron it does not belong to."""
CLEARING_ROUNDS = 200
MOST_LINES = 6_000
"""Of more lines between neighbouring columns none is looked at: the order of the file is kept."""
MOST_PASSING = 1_000
"""If connections pass more neurons than that, they pass as they come."""


def arrange(structure: Structure) -> Layout:
    """A place for every neuron: columns by depth from left to right, with few connections that cross.

    Inputs stand in the first column, outputs that feed nothing in the last. In a column neurons stand from top to
    bottom as in the file, unless another order has fewer crossings, as near to those they are connected with as there
    is room; connections that pass a column pass beside its neurons. A column of more than ``TALLEST`` neurons is
    folded into several side by side, so that a wide layer can be seen at once; then all columns are centred on y = 0.
    Found once for each structure.
    """
    return kept_in(structure, "_arranged", _arranged)


def _arranged(structure: Structure) -> Layout:
    depth = _columns(structure)
    # Columns nothing is in take no room.
    number = {key: i for i, key in enumerate(sorted(set(depth.values())))}
    column = {id: number[key] for id, key in depth.items()}
    ids, count = list(structure.by_id), len(structure.neurons)
    if lines(structure, column) > MOST_LINES:
        layers: list[list[int]] = [[] for _ in number]
        for i, id in enumerate(ids):
            layers[column[id]].append(i)
        place = _folded(layers)
    else:
        columns = columns_of(structure, column)
        sort_columns(columns, count)
        layers = [[node for node in row if node < count] for row in columns.rows]
        if any(len(layer) > TALLEST for layer in layers):
            place = _folded(layers)
        else:
            place = _beside_neighbours(structure, columns)
    return MappingProxyType({id: place[i] for i, id in enumerate(ids)})


def folded(count: int) -> list[Position]:
    """Where the neurons of a column stand, from its left edge and its middle: side by side in as many folds as it
    needs.
    """
    folds = -(-count // TALLEST)
    rows = -(-count // folds)
    places = []
    for i in range(count):
        fold, row = divmod(i, rows)
        height = min(rows, count - fold * rows)
        places.append((fold * FOLD_X, (row - (height - 1) / 2) * STEP_Y))
    return places


def _folded(layers: list[list[int]]) -> dict[int, Position]:
    """Each column centred on y = 0, in as many folds as it needs."""
    place: dict[int, Position] = {}
    left = 0.0
    for layer in layers:
        column = folded(len(layer))
        place |= {node: (left + x, y) for node, (x, y) in zip(layer, column, strict=True)}
        left += column[-1][0] + STEP_X
    return place


def _beside_neighbours(structure: Structure, columns: Columns) -> dict[int, Position]:
    """Each node at the mean height of its neighbours, as near as the others in its column allow."""
    count = len(structure.neurons)
    offsets = []
    y = np.zeros(len(columns.before))
    for row in columns.rows:
        gaps = [_gap(upper < count, lower < count) for upper, lower in pairwise(row)]
        offset = np.concatenate([[0.0], np.cumsum(gaps)])
        offsets.append(offset)
        y[row] = offset - offset[-1] / 2
    for turn in range(ROUNDS):
        order = list(zip(columns.rows, offsets, strict=True))
        for row, offset in order if turn % 2 else order[::-1]:
            wished = np.array([_wish(columns, node, y, count) for node in row])
            pull = np.array([1.0 if node < count else STRAIGHT for node in row])
            y[row] = _in_order(wished - offset, pull) + offset
    place = {node: (i * STEP_X, float(y[node])) for i, row in enumerate(columns.rows) for node in row if node < count}
    place = _clear_of_passing(structure, columns, place)
    ys = [at[1] for at in place.values()]
    middle = (min(ys) + max(ys)) / 2 if ys else 0.0
    return {node: (x, float(round(at - middle))) for node, (x, at) in place.items()}


def _gap(upper_is_neuron: bool, lower_is_neuron: bool) -> float:
    if upper_is_neuron and lower_is_neuron:
        return STEP_Y
    return PASSING if upper_is_neuron or lower_is_neuron else BETWEEN_PASSING


def _wish(columns: Columns, node: int, y: Array, count: int) -> float:
    """The mean height of a node's neighbours; those that keep a passing connection straight count more."""
    near = columns.before[node] + columns.after[node]
    weights = [STRAIGHT if other >= count or node >= count else 1.0 for other in near]
    return float(np.average(y[near], weights=weights)) if near else float(y[node])


def _in_order(wished: Array, pull: Array) -> Array:
    """The numbers nearest to the wished ones, by least squares, that do not fall (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(wished.tolist(), pull.tolist(), strict=True):
        size = 1
        while blocks and blocks[-1][0] >= value:
            upper, above, length = blocks.pop()
            value, weight, size = (upper * above + value * weight) / (above + weight), above + weight, size + length
        blocks.append((value, weight, size))
    return np.concatenate([np.full(size, value) for value, _, size in blocks])


def _clear_of_passing(structure: Structure, columns: Columns, place: dict[int, Position]) -> dict[int, Position]:
    """Neurons moved up or down until no connection runs through one it does not belong to, as far as that is possible.

    The neuron gives way to one side, both ends of the connection to the other; the order in each column stays.
    """
    count = len(structure.neurons)
    rows = [[node for node in row if node < count] for row in columns.rows]
    column = {node: i for i, row in enumerate(rows) for node in row}
    number = structure.position
    passing = [
        (number[c.source], number[c.target], node)
        for c in structure.connections
        for between in range(column[number[c.source]] + 1, column[number[c.target]])
        for node in rows[between]
    ]
    if not passing or len(passing) > MOST_PASSING:
        return place
    sources, targets, nodes = np.array(passing).T
    x = np.array([place[i][0] for i in range(count)])
    y = np.array([place[i][1] for i in range(count)])
    best, fewest = y.copy(), np.inf
    for _ in range(CLEARING_ROUNDS):
        above, lack = _passes(x, y, sources, targets, nodes)
        lack = np.maximum(lack, 0.0)
        if lack.sum() < fewest - 0.5:
            best, fewest = y.copy(), float(lack.sum())
        if fewest < 0.5:
            break
        push = np.where(above, lack, -lack) / 2
        for ends, share in ((nodes, 1.0), (sources, -0.5), (targets, -0.5)):
            np.add.at(y, ends, share * push)
        for row in rows:
            offset = np.arange(len(row)) * STEP_Y
            y[row] = _in_order(y[row] - offset, np.ones(len(row))) + offset
    return {i: (float(x[i]), float(best[i])) for i in range(count)}


def _passes(
    x: Array, y: Array, sources: Indices, targets: Indices, nodes: Indices
) -> tuple[Flags, Array]:
    """For each line from a source to a target, as it is drawn, and a node: is it above, and how much it is too near."""
    t = np.linspace(0.0, 1.0, 49)[:, None]
    across, down = bend(t)
    left, right = x[sources] + NEURON_RADIUS, x[targets] - NEURON_RADIUS
    along = left + (right - left) * across
    high = y[sources] + (y[targets] - y[sources]) * down
    distance = np.hypot(along - x[nodes], high - y[nodes])
    nearest = distance.argmin(axis=0)
    return high[nearest, np.arange(len(nodes))] <= y[nodes], CLEAR - distance.min(axis=0)


_Share = TypeVar("_Share", float, Array)


def bend(t: _Share) -> tuple[_Share, _Share]:
    """The line of a connection, which leaves and arrives level: how much of the way across, and down, it is at t.

    t runs from 0 at the source to 1 at the target; it is the parameter of a Bézier curve whose inner points stand
    half-way across.
    """
    return 1.5 * t * (1 - t) + t**3, 3 * t**2 - 2 * t**3


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
