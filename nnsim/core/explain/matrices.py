"""The layers of a network as matrices: h = g(W x + b), one row of W per neuron."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from nnsim.core.arrays import Array, Indices
from nnsim.core.network import Connection, Neuron, Structure

MOST_CELLS = 10_000_000
"""A matrix of more cells than this is not made: it would not fit into the memory of a small machine."""


@dataclass(frozen=True, eq=False)
class Layer:
    """All neurons of one depth that are not inputs, and the earlier neurons they take anything from.

    ``rows`` are its neurons in file order. ``columns`` are their sources by depth, inputs first, each depth in file
    order: what x is made of. A skip connection adds a column of an earlier layer. A depth of 0 means neurons that
    nothing enters: they have no columns, and give f(b).
    """

    structure: Structure
    depth: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each of its neurons."""
        return {id: row for row, id in enumerate(self.rows)}

    @cached_property
    def column_of(self) -> dict[str, int]:
        """The column of each source."""
        return {id: column for column, id in enumerate(self.columns)}

    @cached_property
    def neurons(self) -> tuple[Neuron, ...]:
        """Its neurons, by row."""
        return tuple(self.structure.by_id[id] for id in self.rows)

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """All that enter it, by row and in file order: its cells that are not empty."""
        return tuple(c for id in self.rows for c in self.structure.incoming[id])

    @cached_property
    def weights(self) -> Indices:
        """(connections,): where their weights stand in the vector of parameters."""
        index = self.structure.parameter_index
        return np.array([index[c.weight] for c in self.connections], dtype=np.intp)

    @cached_property
    def has_bias(self) -> bool:
        """Whether any of its neurons has one."""
        return any(neuron.bias is not None for neuron in self.neurons)

    @cached_property
    def row_places(self) -> Indices:
        """(rows,): where its neurons stand in the structure, and so in a Trace."""
        return np.array([self.structure.position[id] for id in self.rows], dtype=np.intp)

    @cached_property
    def column_places(self) -> Indices:
        """(columns,): where its sources stand in the structure."""
        return np.array([self.structure.position[id] for id in self.columns], dtype=np.intp)

    @property
    def sums(self) -> tuple[bool, ...]:
        """(rows,): whether a row belongs to a matrix product; not where the neuron multiplies or takes the largest.

        Where nothing comes in, every combination is 0, as an empty sum is.
        """
        return tuple(neuron.combine == "sum" or not self.structure.incoming[neuron.id] for neuron in self.neurons)

    def connection(self, row: int, column: int) -> Connection | None:
        """The connection of a cell; None where there is none."""
        return self.structure.by_ends.get((self.columns[column], self.rows[row]))

    def matrix(self, parameters: Array) -> Array:
        """W, (rows, columns), 0 where there is no connection. Raises ValueError above ``MOST_CELLS``."""
        if len(self.rows) * len(self.columns) > MOST_CELLS:
            raise ValueError(f"The matrix of layer {self.depth} would have {len(self.rows):,} × {len(self.columns):,} "
                             "numbers: that is too large to write out.")
        W = np.zeros((len(self.rows), len(self.columns)))
        rows = [self.row_of[c.target] for c in self.connections]
        columns = [self.column_of[c.source] for c in self.connections]
        W[rows, columns] = parameters[self.weights]
        return W

    def biases(self, parameters: Array) -> Array:
        """b, (rows,), 0 where a neuron has none."""
        index = self.structure.parameter_index
        return np.array([0.0 if n.bias is None else float(parameters[index[n.bias]]) for n in self.neurons])


def layers_of(structure: Structure) -> tuple[Layer, ...]:
    """The layers from the first to the last. Any sound structure has them, also a half-built one."""
    by_depth = groupby(structure.order, key=structure.depth.__getitem__)
    return tuple(_layer(structure, depth, tuple(rows)) for depth, rows in by_depth)


def _layer(structure: Structure, depth: int, rows: tuple[str, ...]) -> Layer:
    sources = {connection.source for id in rows for connection in structure.incoming[id]}

    def place(id: str) -> tuple[int, bool, int]:
        return structure.depth[id], structure.by_id[id].role != "input", structure.position[id]

    return Layer(structure, depth, rows, tuple(sorted(sources, key=place)))
