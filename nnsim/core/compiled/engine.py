"""The compiled engine: structures and samples as the arrays that the kernels take."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array, Indices, Integers
from nnsim.core.compiled import edges, layers, narrow
from nnsim.core.compiled.driver import train
from nnsim.core.compiled.switches import ACTIVATION_NUMBER, COMBINE_NUMBER, LANES
from nnsim.core.descent import Descent, Progress, Rule, Samples, aligned
from nnsim.core.network import Network, Neuron, Structure
from nnsim.core.program import Program, Trace

PAD = LANES
"""Tiles may reach this far past the last sample, and rows that are no power of 2 long share the cache better."""

# What a tile, a call for a layer, and a sample in a narrow layer cost in units of one multiplication and addition;
# measured on nets from 2-2-1 to 784-256-128-10.
ACTIVATION_COST, EDGE_COST, SUM_COST, LAYER_COST, NARROW_COST = 30, 3, 8, 170, 70


class CompiledProgram(Program):
    """A program whose forward pass runs in the kernels; for maps and whatever else has many samples."""

    engine = "numba"

    def __init__(self, structure: Structure) -> None:
        super().__init__(structure)
        self._graph, self._places = _graph(structure, 0)

    def run(self, parameters: Array, X: Array) -> Trace:
        n = len(X)
        columns = _padded(X)
        z, a = (aligned(len(self.structure.neurons), columns.shape[1]) for _ in range(2))
        w = np.append(parameters, 0.0)[self._places]
        edges.evaluate(self._graph, columns, n, w, z, a)
        return Trace(z[:, :n], a[:, :n])

    def activations(self, parameters: Array, X: Array) -> Array:
        columns = _padded(X)
        a = aligned(len(self.structure.neurons), columns.shape[1])
        # z is not asked for, so each sum may stand where its activation will.
        edges.evaluate(self._graph, columns, len(X), np.append(parameters, 0.0)[self._places], a, a)
        return a[:, : len(X)]


class CompiledDescent(Descent):
    """A run whose loop is compiled, with model and data as the kernels of its kind take them."""

    engine = "numba"

    def __init__(self, structure: Structure, samples: Samples, model: Any, places: Indices, data: Any) -> None:
        super().__init__(structure, samples, places)
        self._model, self._data = model, data

    def advance(
        self, rule: Rule, start: Progress, last_update: int, last_epoch: int, curves: tuple[Array, Array]
    ) -> Progress:
        return Progress(*train(
            self._model, self._data, self.order, self.v, rule, start, last_update, last_epoch, *curves
        ))


class GraphDescent(CompiledDescent):
    """A run of any graph, edge by edge."""

    kind = "edges"

    def __init__(self, structure: Structure, samples: Samples) -> None:
        X, T, test_X, test_T = map(_as_read, samples)
        data = edges.Data(X, T, _padded(X), _padded(T), _padded(test_X), _padded(test_T), len(test_X))
        super().__init__(structure, samples, *_graph(structure, edges.CHUNK + PAD), data)

    def resume(self, progress: Progress) -> None:
        super().resume(progress)
        self._data.inputs[:, : len(self.order)] = self.samples.X[self.order].T
        self._data.targets[:, : len(self.order)] = self.samples.T[self.order].T


class LayerDescent(CompiledDescent):
    """A run of a network that is fully connected layer by layer, as matrix products."""

    kind = "layers"

    def __init__(self, structure: Structure, samples: Samples) -> None:
        levels = layered_levels(structure)
        assert levels is not None
        X, T, test_X, test_T = map(_as_read, samples)
        data = layers.Rows(X, T, test_X, test_T, X.shape[1], _integers(range(len(test_X))))
        super().__init__(structure, samples, *_layers(structure, levels), data)


class NarrowDescent(CompiledDescent):
    """A run of a network that is fully connected layer by layer, none wider than a tile."""

    kind = "narrow"

    def __init__(self, structure: Structure, samples: Samples) -> None:
        levels = layered_levels(structure)
        assert levels is not None and is_narrow(levels)
        super().__init__(structure, samples, *_narrow(structure, levels), narrow.Tiles(*map(_tile_each, samples)))


KINDS: dict[str, Callable[[Structure, Samples], Descent]] = {
    descent.kind: descent for descent in (GraphDescent, LayerDescent, NarrowDescent)
}

MAPS = "maps"
"""The name, beside the kinds, of the kernels that CompiledProgram runs."""


def descent_of(structure: Structure, samples: Samples, batch: int, kind: str = "") -> Descent:
    """The fastest kind of run for batches of this size, or the ``kind`` that is named."""
    return KINDS[kind if kind in KINDS else _cheapest(structure, batch)](structure, samples)


def _cheapest(structure: Structure, batch: int) -> str:
    levels = layered_levels(structure)
    costs = {GraphDescent.kind: _cost_by_edges(structure, batch)}
    if levels is not None:
        costs[LayerDescent.kind] = _cost_by_layers(levels, batch)
        if is_narrow(levels):
            costs[NarrowDescent.kind] = (len(levels) - 1) * batch * NARROW_COST
    return min(costs, key=lambda kind: costs[kind])


def _tiles(n: int) -> int:
    return -(-n // LANES)


def _cost_by_edges(structure: Structure, batch: int) -> int:
    neurons, connections = len(structure.neurons) - len(structure.inputs), len(structure.connections)
    return neurons * _tiles(batch) * ACTIVATION_COST + connections * (_tiles(batch) * EDGE_COST + SUM_COST)


def _cost_by_layers(levels: Sequence[Sequence[Neuron]], batch: int) -> int:
    widths = [len(level) for level in levels]
    activations = sum(map(_tiles, widths[1:])) * ACTIVATION_COST
    products = sum(n * _tiles(width) for n, width in pairwise(widths)) * EDGE_COST
    return batch * (activations + products) + (len(levels) - 1) * LAYER_COST


def layered_levels(structure: Structure) -> tuple[tuple[Neuron, ...], ...] | None:
    """The levels of a network in which each neuron sums up the whole level before, in its order; else None.

    The first level are the inputs, the last the outputs. Each has one activation, and no parameter is shared.
    """
    by_depth = sorted(structure.neurons, key=lambda neuron: structure.depth[neuron.id])
    levels = tuple(tuple(level) for _, level in groupby(by_depth, key=lambda neuron: structure.depth[neuron.id]))
    if not levels or tuple(n.id for n in levels[0]) != structure.inputs:
        return None
    if len(levels) < 2 or tuple(n.id for n in levels[-1]) != structure.outputs:
        return None
    for before, level in pairwise(levels):
        sources = [neuron.id for neuron in before]
        for neuron in level:
            if neuron.combine != "sum" or neuron.activation != level[0].activation:
                return None
            if [c.source for c in structure.incoming[neuron.id]] != sources:
                return None
    shares = any(len(places) > 1 for places in structure.uses.values())
    return None if shares else levels


def is_narrow(levels: Sequence[Sequence[Neuron]]) -> bool:
    """Whether each level fits into a tile."""
    return all(len(level) <= LANES for level in levels)


def _graph(structure: Structure, columns: int) -> tuple[edges.Graph, Indices]:
    """The structure as the kernels want it, with room for ``columns`` samples, and the parameter of each place."""
    order = sorted(
        (neuron for neuron in structure.neurons if neuron.role != "input"),
        key=lambda neuron: structure.depth[neuron.id],
    )
    position, index = structure.position, structure.parameter_index
    incoming = [edge for neuron in order for edge in structure.incoming[neuron.id]]
    fan_in = [len(structure.incoming[neuron.id]) for neuron in order]
    weights = [index[edge.weight] for edge in incoming]
    biases = [-1 if neuron.bias is None else index[neuron.bias] for neuron in order]
    places = _whole_tiles([*weights, *biases])
    shared = _shared(places, len(structure.parameter_names))
    n = len(structure.neurons)
    z, a, delta = (aligned(n, columns) for _ in range(3))
    return edges.Graph(
        rows=_integers(position[neuron.id] for neuron in order),
        first=_integers([0, *np.cumsum(fan_in, dtype=np.int64).tolist()]),
        source=_integers(position[edge.source] for edge in incoming),
        activation=_integers(ACTIVATION_NUMBER[neuron.activation] for neuron in order),
        combine=_integers(COMBINE_NUMBER[neuron.combine] for neuron in order),
        bias=len(incoming),
        inputs=_integers(position[id] for id in structure.inputs),
        outputs=_integers(position[id] for id in structure.outputs),
        is_input=_integers(neuron.role == "input" for neuron in structure.neurons),
        shared_first=_integers([0, *np.cumsum([len(group) for group in shared], dtype=np.int64).tolist()]),
        shared=_integers(place for group in shared for place in group),
        z=z,
        a=a,
        delta=delta,
        terms=aligned(max(fan_in, default=0) + 1, LANES),
    ), places


def _shared(places: Indices, n_parameters: int) -> list[Indices]:
    """The places of each parameter that has more than one."""
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(n_parameters + 1))
    return [order[a:b] for a, b in pairwise(starts) if b - a > 1]


def _layers(structure: Structure, levels: Sequence[Sequence[Neuron]]) -> tuple[layers.Layers, Indices]:
    """Levels as the kernels want them, and the parameter of each place: one matrix a layer."""
    n_in, n_out = [len(level) for level in levels[:-1]], len(levels[-1])
    start = np.cumsum([0, *(_tiles(len(level)) * LANES for level in levels)], dtype=np.int64)
    width = np.diff(start)[1:]
    matrices = [_matrix(structure, *sizes) for sizes in zip(levels[1:], n_in, width, strict=True)]
    z, a, delta = (aligned(layers.CHUNK, int(start[-1]) + PAD) for _ in range(3))
    o, slopes, t = (aligned(n_out, layers.CHUNK + PAD) for _ in range(3))
    return layers.Layers(
        n_in=_integers(n_in),
        width=_integers(width),
        source=_integers(start[:-2]),
        target=_integers(start[1:-1]),
        place=_integers(np.cumsum([0, *(len(matrix) for matrix in matrices[:-1])])),
        activation=_integers(ACTIVATION_NUMBER[level[0].activation] for level in levels[1:]),
        lanes=_integers(range(n_out)),
        exact=any(ACTIVATIONS[level[0].activation].kinks for level in levels[1:]),
        z=z,
        a=a,
        delta=delta,
        o=o,
        slopes=slopes,
        t=t,
    ), np.concatenate(matrices)


def _narrow(structure: Structure, levels: Sequence[Sequence[Neuron]]) -> tuple[narrow.Narrow, Indices]:
    """Levels as the kernels want them, and the parameter of each place: one matrix a layer."""
    return narrow.Narrow(
        n_out=_integers(len(level) for level in levels[1:]),
        activation=_integers(ACTIVATION_NUMBER[level[0].activation] for level in levels[1:]),
        z=aligned(len(levels), LANES),
        a=aligned(len(levels), LANES),
    ), np.concatenate([_matrix(structure, level, LANES, LANES) for level in levels[1:]])


def _matrix(structure: Structure, level: Sequence[Neuron], rows: int, columns: int) -> Indices:
    """The parameter of each place of a level's matrix, row by row: a neuron is a column, the last row its bias."""
    index = structure.parameter_index
    matrix = np.full((rows + 1, columns), -1, dtype=np.intp)
    for column, neuron in enumerate(level):
        incoming = structure.incoming[neuron.id]
        matrix[: len(incoming), column] = [index[edge.weight] for edge in incoming]
        matrix[-1, column] = -1 if neuron.bias is None else index[neuron.bias]
    return matrix.ravel()


def _integers(values: Iterable[int]) -> Integers:
    return np.array([int(value) for value in values], dtype=np.int64)


def _whole_tiles(places: list[int]) -> Indices:
    return np.array([*places, *[-1] * (-len(places) % LANES)], dtype=np.intp)


def _padded(rows: Array) -> Array:
    """(samples, columns) as (columns, samples), with room for a tile that begins at the last sample."""
    columns = aligned(rows.shape[1], (_tiles(len(rows)) + 1) * LANES)
    columns[:, : len(rows)] = rows.T
    return columns


def _tile_each(rows: Array) -> Array:
    """(samples, columns) with a whole tile for each sample."""
    tiles = aligned(len(rows), LANES)
    tiles[:, : rows.shape[1]] = rows
    return tiles


def _as_read(rows: Array) -> Array:
    """A read-only view: compiled code is made for one kind of array, and a writable one would be another kind."""
    view = np.ascontiguousarray(rows).view()
    view.setflags(write=False)
    return view


def warm_up(kernels: str = "") -> None:
    """Compile the kernels of that name, a kind of run or ``MAPS``, or all; or load them from the cache.

    Raises ValueError if there are none of that name.
    """
    if kernels not in ("", MAPS, *KINDS):
        raise ValueError(f"There are no kernels “{kernels}”; there are {', '.join((*KINDS, MAPS))}.")
    structure = Network.layered([2, 2, 1]).structure
    samples = Samples(np.zeros((1, 2)), np.zeros((1, 1)), np.zeros((0, 2)), np.zeros((0, 1)))
    for kind in KINDS:
        if kernels in ("", kind):
            KINDS[kind](structure, samples).advance(Rule(), Progress(), 1, 1, (np.zeros(1), np.zeros(1)))
    if kernels in ("", MAPS):
        CompiledProgram(structure).run(np.zeros(len(structure.parameter_names)), np.zeros((1, 2)))
