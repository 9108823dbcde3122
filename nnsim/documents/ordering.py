"""In which order neurons stand in their columns, so that few connections cross.

The method of Sugiyama, Tagawa and Toda (1981): a connection that passes columns holds a place in each of them, and
columns are sorted again and again by the middle of their neighbours.
"""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nnsim.core.network import Structure

SWEEPS = 12
PATIENCE = 3
"""So many sweeps without fewer crossings are the last."""


@dataclass
class Columns:
    """Nodes in columns from left to right, each from top to bottom. Nodes are numbers: neurons, in the order of
    the file, then the places that passing connections hold.
    """

    rows: list[list[int]]
    before: list[list[int]] = field(default_factory=list)
    """The neighbours of each node in the column before, and ``after`` in the column after."""
    after: list[list[int]] = field(default_factory=list)

    def link(self, left: int, right: int) -> None:
        """A line between nodes of neighbouring columns."""
        self.after[left].append(right)
        self.before[right].append(left)

    def add(self, column: int) -> int:
        """A new node at the lower end of a column."""
        self.before.append([])
        self.after.append([])
        self.rows[column].append(len(self.before) - 1)
        return len(self.before) - 1


def lines(structure: Structure, column: Mapping[str, int]) -> int:
    """How many lines between neighbouring columns ``columns_of`` would make, or a few more."""
    farthest = ((column[id], max((column[c.target] for c in structure.outgoing[id]), default=0)) for id in column)
    return len(structure.connections) + sum(max(0, last - first - 1) for first, last in farthest)


def columns_of(structure: Structure, column: Mapping[str, int]) -> Columns:
    """The nodes of a network whose neurons stand in these columns; columns are counted from 0 without gaps.

    Connections of one source that pass the same column hold one place there together.
    """
    columns = Columns([[] for _ in range(max(column.values(), default=-1) + 1)])
    for neuron in structure.neurons:
        columns.add(column[neuron.id])
    number = structure.position
    for id in structure.by_id:
        chain = {column[id]: number[id]}
        for connection in sorted(structure.outgoing[id], key=lambda c: column[c.target]):
            goal = column[connection.target]
            for passed in range(column[id] + 1, goal):
                if passed not in chain:
                    chain[passed] = columns.add(passed)
                    columns.link(chain[passed - 1], chain[passed])
            columns.link(chain[goal - 1], number[connection.target])
    return columns


def sort_columns(columns: Columns, neurons: int) -> None:
    """Sort each column so that few lines cross; always the same for the same columns.

    The order of the file stays where another has no fewer crossings. Nodes below ``neurons`` are neurons.
    """
    _first_order(columns, neurons)
    best, fewest, waited = [list(row) for row in columns.rows], count_crossings(columns), 0
    for sweep in range(SWEEPS):
        if fewest == 0 or waited >= PATIENCE:
            break
        _sweep(columns, forward=sweep % 2 == 0)
        _swap_neighbours(columns)
        count = count_crossings(columns)
        waited += 1
        if count < fewest:
            best, fewest, waited = [list(row) for row in columns.rows], count, 0
    columns.rows = best


def _first_order(columns: Columns, neurons: int) -> None:
    """Neurons as in the file; a passing connection at the height of what it comes from."""
    height: dict[int, float] = {}
    for row in columns.rows:
        own = [node for node in row if node < neurons]
        height |= {node: (i + 0.5) / len(own) for i, node in enumerate(own)}
        height |= {node: height[columns.before[node][0]] for node in row if node >= neurons}
        row.sort(key=height.__getitem__)


def _sweep(columns: Columns, forward: bool) -> None:
    """Sort each column by the mean place of its neighbours in the one before it, or after it."""
    rows = columns.rows if forward else columns.rows[::-1]
    neighbours = columns.before if forward else columns.after
    for fixed, row in pairwise(rows):
        place = {node: i for i, node in enumerate(fixed)}
        middle = {}
        for i, node in enumerate(row):
            near = neighbours[node]
            # Whoever has no neighbours there stays about where it is.
            middle[node] = sum(place[other] for other in near) / len(near) if near else i * len(fixed) / len(row)
        row.sort(key=middle.__getitem__)


def _swap_neighbours(columns: Columns) -> None:
    """Swap two nodes above each other wherever that leaves fewer crossings."""
    for index, row in enumerate(columns.rows):
        sides = []
        for other, neighbours in ((index - 1, columns.before), (index + 1, columns.after)):
            if 0 <= other < len(columns.rows):
                place = {node: i for i, node in enumerate(columns.rows[other])}
                sides.append({node: sorted(place[near] for near in neighbours[node]) for node in row})
        for i in range(len(row) - 1):
            upper, lower = row[i], row[i + 1]
            now = sum(_inverted(side[upper], side[lower]) for side in sides)
            then = sum(_inverted(side[lower], side[upper]) for side in sides)
            if then < now:
                row[i], row[i + 1] = lower, upper


def _inverted(upper: Sequence[int], lower: Sequence[int]) -> int:
    """How many lines to ``upper`` cross lines to ``lower``; both sorted."""
    return sum(len(upper) - bisect_right(upper, place) for place in lower)


def count_crossings(columns: Columns) -> int:
    """How many pairs of lines between neighbouring columns cross."""
    count = 0
    for left, right in pairwise(columns.rows):
        place = {node: i for i, node in enumerate(right)}
        seen: list[int] = []
        for node in left:
            ends = sorted(place[other] for other in columns.after[node])
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count
