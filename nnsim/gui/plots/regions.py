"""Grids of classes: who wins where, the line between, and where in a region there is room for a word."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from nnsim.core.arrays import Array, Flags, Indices
from nnsim.gui.look.class_looks import TIE

FINER = 3
"""So many times as many cells in each direction make the border of a smooth map a line and no stairs."""
MOST_WORDS = 24
"""Of a map with more regions, only so many are named."""


def winners(outputs: Array) -> Indices:
    """(outputs, …) -> (…): which output is the largest; TIE where not exactly one is."""
    best = np.full(outputs.shape[1:], -np.inf)
    result = np.full(outputs.shape[1:], TIE, dtype=np.intp)
    # One after the other: argmax over the first axis, and who equals it, take four times as long.
    for place, values in enumerate(outputs):
        result[values == best] = TIE
        result[values > best] = place
        np.fmax(best, values, out=best)
    return result


def finer(values: Array) -> Array:
    """(k, n, n) -> (k, m, m): the same surface with values between, for so smooth a function as n cells show."""
    return _finer_rows(_finer_rows(values).swapaxes(1, 2)).swapaxes(1, 2)


def _finer_rows(values: Array) -> Array:
    k, rows, columns = values.shape
    result = np.empty((k, (rows - 1) * FINER + 1, columns))
    result[:, ::FINER] = values
    rise = (values[:, 1:] - values[:, :-1]) / FINER
    for step in range(1, FINER):
        result[:, step::FINER] = values[:, :-1] + step * rise
    return result


def borders(classes: Indices) -> Flags:
    """(n, n): the cells whose neighbour at the right or above is of another class."""
    result = np.zeros(classes.shape, dtype=np.bool_)
    result[:, :-1] |= classes[:, 1:] != classes[:, :-1]
    result[:-1] |= classes[1:] != classes[:-1]
    return result


def fits(free: Flags, wide: int, high: int) -> Flags:
    """(n, n): where a box of so many cells, an odd number each, lies wholly on free cells around its middle."""
    total = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=np.intp)
    total[1:, 1:] = np.cumsum(np.cumsum(free, axis=0), axis=1)
    result = np.zeros(free.shape, dtype=np.bool_)
    if high <= free.shape[0] and wide <= free.shape[1]:
        inside = total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
        top, left = high // 2, wide // 2
        result[top:top + inside.shape[0], left:left + inside.shape[1]] = inside == wide * high
    return result


def depth(free: Flags) -> Indices:
    """(n, n): how many cells each is away from what is not free, about; the frame is not free either."""
    result = np.zeros(free.shape, dtype=np.intp)
    left, cross = free, True
    while left.any():
        result += left
        around = np.pad(left, 1)
        # Crosses and squares in turn make an octagon, which is nearly round.
        left = left & around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
        if not cross:
            left = left & around[:-2, :-2] & around[:-2, 2:] & around[2:, :-2] & around[2:, 2:]
        cross = not cross
    return result


def filled(free: Flags, row: int, column: int) -> Flags:
    """(n, n): the free cells that hang together with this one."""
    reached = np.zeros(free.shape, dtype=np.bool_)
    reached[row, column] = True
    # By whole runs of free cells, in rows and in columns in turn: a region takes a few rounds, not one for each cell.
    lines = _runs(free), _runs(free.T).T
    while True:
        before = reached
        for runs in lines:
            hit = np.zeros(runs.max() + 1, dtype=np.bool_)
            hit[runs[reached]] = True
            reached = hit[runs] & free
        if np.array_equal(reached, before):
            return reached


def _runs(free: Flags) -> Indices:
    """(rows, columns): the number of the run of free cells each free cell belongs to; runs end with their row."""
    ends = ~free
    ends[:, 0] = True
    return np.cumsum(ends, dtype=np.intp).reshape(free.shape)


class WordPlace(NamedTuple):
    """Where in a grid a word of a class has room; ``clear`` says whether on nothing that is taken."""

    kind: int
    row: int
    column: int
    clear: bool


def word_places(classes: Indices, taken: Flags, boxes: Mapping[int, tuple[int, int]]) -> list[WordPlace]:
    """A place for a word in each region, as far from its border and from what is ``taken`` as can be.

    ``boxes`` says how many cells wide and high the word of a class is. A region without room for it has none; where
    there is room only on taken cells, it stands on them.
    """
    places: list[WordPlace] = []
    for kind, (wide, high) in boxes.items():
        own = classes == kind
        if not own.any():
            continue
        room = fits(own, wide, high)
        clear = fits(own & ~taken, wide, high)
        far_from_all = depth(own & ~taken)
        while room.any() and len(places) < MOST_WORDS:
            region = filled(own, *divmod(int(room.argmax()), room.shape[1]))
            is_clear = bool((clear & region).any())
            here, far = (clear & region, far_from_all) if is_clear else (room & region, depth(region))
            rows, columns = np.nonzero(here & (far == far[here].max()))
            # Of a whole ridge that is equally far, the middle.
            middle = np.hypot(rows - rows.mean(), columns - columns.mean()).argmin()
            places.append(WordPlace(kind, int(rows[middle]), int(columns[middle]), is_clear))
            room &= ~region
    return places
