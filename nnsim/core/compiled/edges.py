"""Forward and backward passes of any graph, compiled: edge by edge, the samples side by side in tiles.

The same arithmetic as Program, in the same order: z = combine(weightᵢ·activationᵢ, in file order) + bias, a = f(z).
Samples lie next to each other, (neurons, samples), so that each line handles a tile of them.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from nnsim.core.arrays import Array, Integers
from nnsim.core.compiled.switches import COMBINE_NUMBER, LANES, Block, Chunk, activate, cost, inlined, through
from nnsim.core.compiled.tiles import at, fill, first_lanes, fma, lane_sum, load, put, spread, store, views

TWO = 2 * LANES
CHUNK = 64
"""Samples that are worked on together: their numbers stay in the processor's first cache."""
SUM, PRODUCT, MAX = (COMBINE_NUMBER[name] for name in ("sum", "product", "max"))


class Graph(NamedTuple):
    """A structure as arrays. Neuron k of the evaluation order has the connections first[k] … first[k+1]−1.

    A place is where a parameter stands in the vectors: connection e reads its weight at place e, neuron k its bias at
    place bias + k. A shared parameter has several places: group g those in shared[shared_first[g] …]. A row is where
    a neuron stands in z, a and delta (neurons, CHUNK and room for a tile).

    Shapes, with n neurons besides the inputs: rows, activation and combine (n,), first (n + 1,), source (connections,),
    inputs (inputs,), outputs (outputs,), is_input (neurons,), shared_first (groups + 1,), shared (places of groups,),
    terms (most connections into a neuron + 1, LANES).
    """

    rows: Integers
    first: Integers
    source: Integers
    """The row that each connection comes from."""
    activation: Integers
    combine: Integers
    """Numbers of the registries' entries."""
    bias: int
    inputs: Integers
    outputs: Integers
    """Their rows."""
    is_input: Integers
    """1 in the rows of inputs, else 0."""
    shared_first: Integers
    shared: Integers
    z: Array
    a: Array
    delta: Array
    terms: Array
    """What ``send_back_gated`` works with."""


class Data(NamedTuple):
    """Samples as they came, X (samples, inputs) and T (samples, outputs), and side by side, with room for a tile.

    inputs (inputs, samples and room) and targets (outputs, samples and room) are in the order of the epoch; so shaped,
    but as they came, test_inputs and test_targets. ``tests`` is the number of test samples.
    """

    X: Array
    T: Array
    inputs: Array
    targets: Array
    test_inputs: Array
    test_targets: Array
    tests: int


class Unit(NamedTuple):
    """One neuron of a Graph: its row, its connections first … end−1, and the place of its bias."""

    row: int
    first: int
    end: int
    bias: int
    combine: int
    activation: int


@inlined
def prepare(graph, data, order):
    """Lay the samples side by side in a new order."""
    for i in range(len(order)):
        for j in range(len(data.inputs)):
            put(data.inputs, (j, i), at(data.X, (at(order, i), j)))
        for j in range(len(data.targets)):
            put(data.targets, (j, i), at(data.T, (at(order, i), j)))


@inlined
def feed(graph, inputs, chunk):
    """The inputs' activations. Lanes without a sample repeat the first, so that they stay harmless."""
    for j in range(len(graph.inputs)):
        row = at(graph.inputs, j)
        for i in range(0, chunk.size, LANES):
            x = load(LANES, inputs, (j, chunk.start + i))
            x = np.where(first_lanes(LANES, chunk.size - i), x, spread(LANES, inputs, (j, chunk.start)))
            store(graph.a, (row, i), x)


@inlined
def unit_of(graph, k):
    """Neuron k of the evaluation order."""
    return Unit(
        at(graph.rows, k), at(graph.first, k), at(graph.first, k + 1), graph.bias + k, at(graph.combine, k),
        at(graph.activation, k),
    )


@inlined
def combined(like, w, a, source, unit, i):
    """What comes into a neuron over its connections, one term after the other, for a tile of samples from i."""
    total = fill(like, 0.0)
    if unit.combine == SUM:
        for e in range(unit.first, unit.end):
            total += spread(like, w, e) * load(like, a, (at(source, e), i))
    elif unit.first < unit.end:
        total = spread(like, w, unit.first) * load(like, a, (at(source, unit.first), i))
        for e in range(unit.first + 1, unit.end):
            term = spread(like, w, e) * load(like, a, (at(source, e), i))
            total = total * term if unit.combine == PRODUCT else np.maximum(total, term)
    return total


@inlined
def combine(w, z, a, source, unit, start, stop):
    """z = combine(weightᵢ·activationᵢ, in file order) + bias of one neuron for the samples start … stop−1."""
    two, one = fill(TWO, 0.0), fill(LANES, 0.0)
    i = start
    while i + LANES < stop:
        # Two tiles at a time share the weights.
        store(z, (unit.row, i), combined(two, w, a, source, unit, i) + spread(two, w, unit.bias))
        i += TWO
    if i < stop:
        store(z, (unit.row, i), combined(one, w, a, source, unit, i) + spread(one, w, unit.bias))


@inlined
def forward(graph, w, z, a, start, stop):
    """All neurons for the samples start … stop−1."""
    for k in range(len(graph.rows)):
        unit = unit_of(graph, k)
        combine(w, z, a, graph.source, unit, start, stop)
        activate(unit.activation, z, a, Block(unit.row, unit.row + 1, start, stop))


@inlined
def send_back(graph, w, gradient, unit, count):
    """The connections into a sum: ∂L/∂w = Σ δ·a over the samples, and w·δ to where a came from."""
    a, delta, row = graph.a, graph.delta, unit.row
    slope = fill(LANES, 0.0)
    for i in range(0, count, LANES):
        slope += load(LANES, delta, (row, i))
    put(gradient, unit.bias, at(gradient, unit.bias) + lane_sum(slope))
    for e in range(unit.first, unit.end):
        s, weight = at(graph.source, e), spread(LANES, w, e)
        slope = fill(LANES, 0.0)
        if at(graph.is_input, s) > 0:
            for i in range(0, count, LANES):
                slope = fma(load(LANES, delta, (row, i)), load(LANES, a, (s, i)), slope)
        else:
            for i in range(0, count, LANES):
                d = load(LANES, delta, (row, i))
                slope = fma(d, load(LANES, a, (s, i)), slope)
                store(delta, (s, i), fma(weight, d, load(LANES, delta, (s, i))))
        put(gradient, e, at(gradient, e) + lane_sum(slope))


@inlined
def send_back_gated(graph, w, gradient, unit, count):
    """The connections into a product or a maximum. Each term's share: the product of all others; 1 for the winner."""
    a, delta, source, terms, first = graph.a, graph.delta, graph.source, graph.terms, unit.first
    for i in range(0, count, LANES):
        d = load(LANES, delta, (unit.row, i))
        put(gradient, unit.bias, at(gradient, unit.bias) + lane_sum(d))
        before, free = fill(LANES, 1.0), fill(LANES, 1.0)
        best = combined(fill(LANES, 0.0), w, a, source, unit, i)
        for e in range(first, unit.end):
            term = spread(LANES, w, e) * load(LANES, a, (at(source, e), i))
            if unit.combine == PRODUCT:
                # The product of all terms before; the others come from the other side, below.
                store(terms, (e - first, 0), before)
                before = before * term
            else:
                wins = np.where(term == best, free, 0.0)
                free = free - wins
                store(terms, (e - first, 0), wins)
        after = fill(LANES, 1.0)
        for e in range(unit.end - 1, first - 1, -1):
            s = at(source, e)
            weight, x = spread(LANES, w, e), load(LANES, a, (s, i))
            share = load(LANES, terms, (e - first, 0))
            if unit.combine == PRODUCT:
                share = share * after
                after = after * (weight * x)
            share = share * d
            put(gradient, e, at(gradient, e) + lane_sum(share * x))
            store(delta, (s, i), fma(weight, share, load(LANES, delta, (s, i))))


@inlined
def backward(graph, w, straight, gradient, count):
    """δ of every neuron and ∂L/∂p, from ∂L/∂a of the outputs. Rumelhart, Hinton, Williams 1986."""
    for k in range(len(graph.rows) - 1, -1, -1):
        unit = unit_of(graph, k)
        if not straight:
            through(unit.activation, graph.z, graph.a, graph.delta, Block(unit.row, unit.row + 1, 0, count))
        if unit.combine == SUM:
            send_back(graph, w, gradient, unit, count)
        else:
            send_back_gated(graph, w, gradient, unit, count)


@inlined
def tie(graph, gradient):
    """Each place of a shared parameter gets the sum over all its places."""
    for g in range(len(graph.shared_first) - 1):
        first, end = at(graph.shared_first, g), at(graph.shared_first, g + 1)
        total = 0.0
        for i in range(first, end):
            total += at(gradient, at(graph.shared, i))
        for i in range(first, end):
            put(gradient, at(graph.shared, i), total)


@inlined
def gradient_of_batch(graph, data, order, start, count, rule, v):
    """The mean loss of a batch and, in ``v.gradient``, its derivative at every place."""
    for i in range(0, len(v.gradient), LANES):
        store(v.gradient, i, fill(LANES, 0.0))
    total = 0.0
    for first in range(start, start + count, CHUNK):
        chunk = Chunk(first, min(CHUNK, start + count - first), count)
        feed(graph, data.inputs, chunk)
        forward(graph, v.w, graph.z, graph.a, 0, chunk.size)
        for k in range(len(graph.rows)):
            for i in range(0, chunk.size, LANES):
                store(graph.delta, (at(graph.rows, k), i), fill(LANES, 0.0))
        total += cost(rule, graph.a, graph.delta, graph.outputs, data.targets, chunk)
        backward(graph, v.w, rule.straight, v.gradient, chunk.size)
    tie(graph, v.gradient)
    return total / count


@inlined
def test_loss(graph, data, rule, v):
    """The mean loss of the test samples; NaN if there are none."""
    total, n = 0.0, data.tests
    for first in range(0, n, CHUNK):
        chunk = Chunk(first, min(CHUNK, n - first), n)
        feed(graph, data.test_inputs, chunk)
        forward(graph, v.w, graph.z, graph.a, 0, chunk.size)
        total += cost(rule, graph.a, graph.delta, graph.outputs, data.test_targets, chunk)
    return total / n if n else np.nan


@njit(nogil=True, cache=True, error_model="numpy", _nrt=False)
def evaluate(graph, X, n, w, z, a):
    """z and a (neurons, samples) of every neuron for n samples X (inputs, samples), chunk by chunk."""
    seen, inputs, parameters, sums, activations = views(graph), views(X), views(w), views(z), views(a)
    for first in range(0, n, CHUNK):
        last = min(n, first + CHUNK)
        for j in range(len(seen.inputs)):
            for i in range(first, last, LANES):
                x = load(LANES, inputs, (j, i))
                store(sums, (at(seen.inputs, j), i), x)
                store(activations, (at(seen.inputs, j), i), x)
        forward(seen, parameters, sums, activations, first, last)
