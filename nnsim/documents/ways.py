"""The connections of a structure as arrays: what draws hundreds of thousands of them asks for these."""

from dataclasses import dataclass

import numpy as np

from nnsim.core.arrays import Indices
from nnsim.core.network import Ends, Structure
from nnsim.core.program import kept_in


@dataclass(frozen=True)
class Group:
    """All connections from the neurons of one depth to those of another."""

    rows: Indices
    """Where they stand among the connections."""
    sources: Indices
    """The neurons that they come from, by their place in the structure, without repeats."""
    targets: Indices


@dataclass(frozen=True)
class Ways:
    """Where the connections of a structure lead, as arrays."""

    ends: Indices
    """(connections, 2): source and target of each, by their places in the structure."""
    by_target: Indices
    """The rows of the connections, target by target, and of each in the order of the file."""
    first: Indices
    """Where in ``by_target`` those of each neuron begin, and where the last end."""
    groups: tuple[Group, ...]
    """The connections by the depths of their ends, from the inputs on."""
    weights: Indices
    """Where the weight of each stands in the vector of values."""

    def entering(self, target: int) -> Indices:
        """The rows of the connections that enter a neuron, in the order of the file."""
        return self.by_target[self.first[target] : self.first[target + 1]]

    def row(self, source: int, target: int) -> int:
        """Where the connection of two neurons stands; -1 if there is none."""
        rows = self.entering(target)
        found = rows[self.ends[rows, 0] == source]
        return int(found[0]) if len(found) else -1


def ways_of(structure: Structure) -> Ways:
    """The ways of a structure, found once for each; any thread may ask."""
    return kept_in(structure, "_ways", _ways)


def row_of(structure: Structure, ends: Ends) -> int:
    """Where the connection of these ends stands among those of a structure; −1 if there is none."""
    if ends not in structure.by_ends:
        return -1
    source, target = ends
    return ways_of(structure).row(structure.position[source], structure.position[target])


def _ways(structure: Structure) -> Ways:
    position = structure.position
    flat = [position[id] for c in structure.connections for id in (c.source, c.target)]
    ends = np.array(flat, dtype=np.intp).reshape(-1, 2)
    by_target = np.argsort(ends[:, 1], kind="stable")
    count = len(structure.neurons)
    first = np.searchsorted(ends[by_target, 1], np.arange(count + 1))
    depth = np.array([structure.depth[neuron.id] for neuron in structure.neurons], dtype=np.intp)
    pair = depth[ends[:, 0]] * (count + 1) + depth[ends[:, 1]]
    order = np.argsort(pair, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(pair[order])) + 1) if len(order) else []
    groups = (Group(rows, np.unique(ends[rows, 0]), np.unique(ends[rows, 1])) for rows in parts)
    index = structure.parameter_index
    weights = np.array([index[c.weight] for c in structure.connections], dtype=np.intp)
    return Ways(ends, by_target, first, tuple(groups), weights)
