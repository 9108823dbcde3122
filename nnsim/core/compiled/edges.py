"""Forward and backward passes of any graph, compiled: edge by edge, the samples side by side in tiles.

The same arithmetic as Program, in the same order: z = combine(weightᵢ·activationᵢ, in file order) + bias, a = f(z).
Samples lie next to each other, (neurons, samples), so that each line handles a tile of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from nnsim.core.arrays import Array, Integers
from nnsim.core.compiled.switches import (
    COMBINE_NUMBER,
    LANES,
    activate,
    cost,
    inlined,
    rate_at,
    settle,
    through,
    update_vectors,
)
from nnsim.core.compiled.tile_functions import compiled
from nnsim.core.compiled.tiles import at, fill, first_lanes, fma, lane_sum, load, put, spread, store, views
from nnsim.core.descent import descend

TWO = 2 * LANES
CHUNK = 64
"""Samples that are worked on together: their numbers stay in the processor's first cache."""
SUM, PRODUCT, MAX = (COMBINE_NUMBER[name] for name in ("sum", "product", "max"))


class Graph(NamedTuple):
    """A structure as arrays. Neuron k of the evaluation order has the connections first[k] … first[k+1]−1.

    A place is where a parameter stands in the vectors: connection e reads its weight at place e, neuron k its bias at
    place bias + k. A shared parameter has several places: group g those in shared[shared_first[g] …].
    """

    rows: Integers
    first: Integers
    source: Integers
    activation: Integers
    combine: Integers
    bias: int
    inputs: Integers
    outputs: Integers
    is_input: Integers
    shared_first: Integers
    shared: Integers
    z: Array
    a: Array
    delta: Array
    terms: Array


class Data(NamedTuple):
    """Samples side by side, (inputs, samples) and (outputs, samples), in the order of the epoch; X, T as they came."""

    X: Array
    T: Array
    inputs: Array
    targets: Array
    test_inputs: Array
    test_targets: Array
    tests: int


@inlined
def prepare(graph, data, order):
    """Lay the samples side by side in a new order."""
    for i in range(len(order)):
        for j in range(len(data.inputs)):
            put(data.inputs, (j, i), at(data.X, (at(order, i), j)))
        for j in range(len(data.targets)):
            put(data.targets, (j, i), at(data.T, (at(order, i), j)))


@inlined
def feed(graph, inputs, start, count):
    """The inputs' activations. Lanes without a sample repeat the first, so that they stay harmless."""
    for j in range(len(graph.inputs)):
        row = at(graph.inputs, j)
        for i in range(0, count, LANES):
            x = load(LANES, inputs, (j, start + i))
            x = np.where(first_lanes(LANES, count - i), x, spread(LANES, inputs, (j, start)))
            store(graph.a, (row, i), x)


@inlined
def combined(like, w, a, source, kind, first, end, i):
    """What comes in over the connections first … end−1, one term after the other, for a tile of samples from i."""
    total = fill(like, 0.0)
    if kind == SUM:
        for e in range(first, end):
            total += spread(like, w, e) * load(like, a, (at(source, e), i))
    elif first < end:
        total = spread(like, w, first) * load(like, a, (at(source, first), i))
        for e in range(first + 1, end):
            term = spread(like, w, e) * load(like, a, (at(source, e), i))
            total = total * term if kind == PRODUCT else np.maximum(total, term)
    return total


@inlined
def combine(w, z, a, source, kind, first, end, bias, row, start, stop):
    """z = combine(weightᵢ·activationᵢ, in file order) + bias of one neuron for the samples start … stop−1."""
    two, one = fill(TWO, 0.0), fill(LANES, 0.0)
    i = start
    while i + LANES < stop:
        # Two tiles at a time share the weights.
        store(z, (row, i), combined(two, w, a, source, kind, first, end, i) + spread(two, w, bias))
        i += TWO
    if i < stop:
        store(z, (row, i), combined(one, w, a, source, kind, first, end, i) + spread(one, w, bias))


@inlined
def forward(graph, w, z, a, start, stop):
    """All neurons for the samples start … stop−1."""
    for k in range(len(graph.rows)):
        row, first, end = at(graph.rows, k), at(graph.first, k), at(graph.first, k + 1)
        combine(w, z, a, graph.source, at(graph.combine, k), first, end, graph.bias + k, row, start, stop)
        activate(at(graph.activation, k), z, a, row, row + 1, start, stop)


@inlined
def send_back(w, a, delta, source, is_input, gradient, first, end, bias, row, count):
    """The connections into a sum: ∂L/∂w = Σ δ·a over the samples, and w·δ to where a came from."""
    slope = fill(LANES, 0.0)
    for i in range(0, count, LANES):
        slope += load(LANES, delta, (row, i))
    put(gradient, bias, at(gradient, bias) + lane_sum(slope))
    for e in range(first, end):
        s, weight = at(source, e), spread(LANES, w, e)
        slope = fill(LANES, 0.0)
        if at(is_input, s) > 0:
            for i in range(0, count, LANES):
                slope = fma(load(LANES, delta, (row, i)), load(LANES, a, (s, i)), slope)
        else:
            for i in range(0, count, LANES):
                d = load(LANES, delta, (row, i))
                slope = fma(d, load(LANES, a, (s, i)), slope)
                store(delta, (s, i), fma(weight, d, load(LANES, delta, (s, i))))
        put(gradient, e, at(gradient, e) + lane_sum(slope))


@inlined
def send_back_gated(w, a, delta, source, terms, gradient, kind, first, end, bias, row, count):
    """The connections into a product or a maximum. Each term's share: the product of all others; 1 for the winner."""
    for i in range(0, count, LANES):
        d = load(LANES, delta, (row, i))
        put(gradient, bias, at(gradient, bias) + lane_sum(d))
        before, free = fill(LANES, 1.0), fill(LANES, 1.0)
        best = combined(fill(LANES, 0.0), w, a, source, kind, first, end, i)
        for e in range(first, end):
            term = spread(LANES, w, e) * load(LANES, a, (at(source, e), i))
            if kind == PRODUCT:
                # The product of all terms before; the others come from the other side, below.
                store(terms, (e - first, 0), before)
                before = before * term
            else:
                wins = np.where(term == best, free, 0.0)
                free = free - wins
                store(terms, (e - first, 0), wins)
        after = fill(LANES, 1.0)
        for e in range(end - 1, first - 1, -1):
            s = at(source, e)
            weight, x = spread(LANES, w, e), load(LANES, a, (s, i))
            share = load(LANES, terms, (e - first, 0))
            if kind == PRODUCT:
                share = share * after
                after = after * (weight * x)
            share = share * d
            put(gradient, e, at(gradient, e) + lane_sum(share * x))
            store(delta, (s, i), fma(weight, share, load(LANES, delta, (s, i))))


@inlined
def backward(graph, w, straight, gradient, count):
    """δ of every neuron and ∂L/∂p, from ∂L/∂a of the outputs. Rumelhart, Hinton, Williams 1986."""
    a, delta, source = graph.a, graph.delta, graph.source
    for k in range(len(graph.rows) - 1, -1, -1):
        row, kind = at(graph.rows, k), at(graph.combine, k)
        first, end, bias = at(graph.first, k), at(graph.first, k + 1), graph.bias + k
        if not straight:
            through(at(graph.activation, k), graph.z, a, delta, row, row + 1, 0, count)
        if kind == SUM:
            send_back(w, a, delta, source, graph.is_input, gradient, first, end, bias, row, count)
        else:
            send_back_gated(w, a, delta, source, graph.terms, gradient, kind, first, end, bias, row, count)


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
        some = min(CHUNK, start + count - first)
        feed(graph, data.inputs, first, some)
        forward(graph, v.w, graph.z, graph.a, 0, some)
        for k in range(len(graph.rows)):
            for i in range(0, some, LANES):
                store(graph.delta, (at(graph.rows, k), i), fill(LANES, 0.0))
        total += cost(
            rule.loss, graph.a, graph.delta, graph.outputs, data.targets, first, some, count, rule.straight
        )
        backward(graph, v.w, rule.straight, v.gradient, some)
    tie(graph, v.gradient)
    return total / count


@inlined
def test_loss(graph, data, rule, v):
    """The mean loss of the test samples; NaN if there are none."""
    total, n = 0.0, data.tests
    for first in range(0, n, CHUNK):
        some = min(CHUNK, n - first)
        feed(graph, data.test_inputs, first, some)
        forward(graph, v.w, graph.z, graph.a, 0, some)
        total += cost(
            rule.loss, graph.a, graph.delta, graph.outputs, data.test_targets, first, some, n, rule.straight
        )
    return total / n if n else np.nan


_descend = compiled(descend, forceinline=True)


@njit(nogil=True, cache=True, error_model="numpy", _nrt=False)
def train(graph, data, order, v, rule, start, last_update, last_epoch, train_curve, test_curve):
    """``descend`` with these kernels."""
    return _descend(
        prepare, gradient_of_batch, test_loss, rate_at, update_vectors, settle, views(graph), views(data),
        views(order), views(v), views(rule), start, last_update, last_epoch, views(train_curve), views(test_curve),
    )


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
