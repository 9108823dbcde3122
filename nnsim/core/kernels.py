"""Forward and backward passes of any graph, compiled: edge by edge, the samples side by side in tiles.

The same arithmetic as Program, in the same order: z = combine(weightᵢ·activationᵢ, in file order) + bias, a = f(z).
Samples lie next to each other, (neurons, samples), so that each line handles a tile of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nnsim.core.descent import descend
from nnsim.core.switches import COMBINE_NUMBER, LANES, activate, cost, inlined, rate_at, settle, through, update_vectors
from nnsim.core.tiles import at, compiled, fill, first_lanes, fma, lane_sum, load, spread, store

Array = NDArray[np.float64]
Index = NDArray[np.int64]

CHUNK = 64
"""Samples that are worked on together: their numbers stay in the processor's first cache."""
SUM, PRODUCT, MAX = (COMBINE_NUMBER[name] for name in ("sum", "product", "max"))


class Graph(NamedTuple):
    """A structure as arrays. Neuron k of the evaluation order has the connections first[k] … first[k+1]−1.

    A place is where a parameter stands in the vectors: connection e reads its weight at place e, neuron k its bias at
    place bias + k. A shared parameter has several places: group g those in shared[shared_first[g] …].
    """

    rows: Index
    first: Index
    source: Index
    activation: Index
    combine: Index
    bias: int
    inputs: Index
    outputs: Index
    is_input: Index
    shared_first: Index
    shared: Index
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
        for j in range(data.X.shape[1]):
            data.inputs[j, i] = data.X[order[i], j]
        for j in range(data.T.shape[1]):
            data.targets[j, i] = data.T[order[i], j]


@inlined
def feed(graph, a, inputs, start, count):
    """The inputs' activations. Lanes without a sample repeat the first, so that they stay harmless."""
    for j in range(len(graph.inputs)):
        row = graph.inputs[j]
        for i in range(0, count, LANES):
            x = load(LANES, inputs, (j, start + i))
            x = np.where(first_lanes(LANES, count - i), x, spread(LANES, inputs, (j, start)))
            store(a, (row, i), x)


@inlined
def combined(graph, w, a, k, i):
    """What comes in to neuron k, one term after the other in file order, for the samples from i."""
    first, last = at(graph.first, k), at(graph.first, k + 1)
    kind = at(graph.combine, k)
    total = fill(LANES, 0.0)
    if kind == SUM:
        for e in range(first, last):
            total += spread(LANES, w, e) * load(LANES, a, (at(graph.source, e), i))
    elif first < last:
        total = spread(LANES, w, first) * load(LANES, a, (at(graph.source, first), i))
        for e in range(first + 1, last):
            term = spread(LANES, w, e) * load(LANES, a, (at(graph.source, e), i))
            total = total * term if kind == PRODUCT else np.maximum(total, term)
    return total


@inlined
def forward(graph, w, z, a, first, last):
    """All neurons for the samples first … last−1."""
    for k in range(len(graph.rows)):
        row = at(graph.rows, k)
        for i in range(first, last, LANES):
            store(z, (row, i), combined(graph, w, a, k, i) + spread(LANES, w, graph.bias + k))
        activate(at(graph.activation, k), (z, a, row, row + 1, first, last))


@inlined
def send_back(graph, w, gradient, e, row, count):
    """One connection into a sum: ∂L/∂w = Σ δ·a over the samples, and w·δ to where a came from."""
    source, weight = at(graph.source, e), spread(LANES, w, e)
    slope = fill(LANES, 0.0)
    if at(graph.is_input, source) > 0:
        for i in range(0, count, LANES):
            slope = fma(load(LANES, graph.delta, (row, i)), load(LANES, graph.a, (source, i)), slope)
    else:
        for i in range(0, count, LANES):
            d = load(LANES, graph.delta, (row, i))
            slope = fma(d, load(LANES, graph.a, (source, i)), slope)
            store(graph.delta, (source, i), fma(weight, d, load(LANES, graph.delta, (source, i))))
    gradient[e] += lane_sum(slope)


@inlined
def send_back_gated(graph, w, gradient, k, row, count):
    """The connections into a product or a maximum. Each term's share: the product of all others; 1 for the winner."""
    first, last, kind = at(graph.first, k), at(graph.first, k + 1), at(graph.combine, k)
    for i in range(0, count, LANES):
        d = load(LANES, graph.delta, (row, i))
        before = fill(LANES, 1.0)
        for e in range(first, last):
            # The product of all terms before; the others come from the other side, below.
            store(graph.terms, (e - first, 0), before)
            before = before * (spread(LANES, w, e) * load(LANES, graph.a, (at(graph.source, e), i)))
        after, free, best = fill(LANES, 1.0), fill(LANES, 1.0), combined(graph, w, graph.a, k, i)
        if kind == MAX:
            for e in range(first, last):
                term = spread(LANES, w, e) * load(LANES, graph.a, (at(graph.source, e), i))
                wins = np.where(term == best, free, 0.0)
                free = free - wins
                store(graph.terms, (e - first, 0), wins)
        for e in range(last - 1, first - 1, -1):
            source = at(graph.source, e)
            weight, x = spread(LANES, w, e), load(LANES, graph.a, (source, i))
            share = load(LANES, graph.terms, (e - first, 0))
            if kind == PRODUCT:
                share = share * after
                after = after * (weight * x)
            share = share * d
            gradient[e] += lane_sum(share * x)
            store(graph.delta, (source, i), fma(weight, share, load(LANES, graph.delta, (source, i))))


@inlined
def backward(graph, w, straight, gradient, count):
    """δ of every neuron and ∂L/∂p, from ∂L/∂a of the outputs. Rumelhart, Hinton, Williams 1986."""
    for k in range(len(graph.rows) - 1, -1, -1):
        row = at(graph.rows, k)
        if not straight:
            through(at(graph.activation, k), (graph.z, graph.a, graph.delta, row, row + 1, 0, count))
        slope = fill(LANES, 0.0)
        for i in range(0, count, LANES):
            slope += load(LANES, graph.delta, (row, i))
        gradient[graph.bias + k] += lane_sum(slope)
        if at(graph.combine, k) == SUM:
            for e in range(at(graph.first, k), at(graph.first, k + 1)):
                send_back(graph, w, gradient, e, row, count)
        else:
            send_back_gated(graph, w, gradient, k, row, count)


@inlined
def tie(graph, gradient):
    """Each place of a shared parameter gets the sum over all its places."""
    for g in range(len(graph.shared_first) - 1):
        total = 0.0
        for i in range(graph.shared_first[g], graph.shared_first[g + 1]):
            total += gradient[graph.shared[i]]
        for i in range(graph.shared_first[g], graph.shared_first[g + 1]):
            gradient[graph.shared[i]] = total


@inlined
def gradient_of_batch(graph, data, order, start, count, rule, v):
    """The mean loss of a batch and, in ``v.gradient``, its derivative at every place."""
    w, gradient = v.w, v.gradient
    for i in range(0, len(gradient), LANES):
        store(gradient, i, fill(LANES, 0.0))
    total = 0.0
    for first in range(start, start + count, CHUNK):
        some = min(CHUNK, start + count - first)
        feed(graph, graph.a, data.inputs, first, some)
        forward(graph, w, graph.z, graph.a, 0, some)
        for k in range(len(graph.rows)):
            for i in range(0, some, LANES):
                store(graph.delta, (at(graph.rows, k), i), fill(LANES, 0.0))
        total += cost(rule.loss, (graph.a, graph.delta, graph.outputs, data.targets, first, some, count, rule.straight))
        backward(graph, w, rule.straight, gradient, some)
    tie(graph, gradient)
    return total / count


@inlined
def mean_loss(graph, inputs, targets, n, w, rule):
    """The mean loss of n samples; NaN if there are none."""
    total = 0.0
    for first in range(0, n, CHUNK):
        some = min(CHUNK, n - first)
        feed(graph, graph.a, inputs, first, some)
        forward(graph, w, graph.z, graph.a, 0, some)
        total += cost(rule.loss, (graph.a, graph.delta, graph.outputs, targets, first, some, n, rule.straight))
    return total / n if n else np.nan


@inlined
def test_loss(graph, data, rule, v):
    return mean_loss(graph, data.test_inputs, data.test_targets, data.tests, v.w, rule)


_descend = compiled(descend, forceinline=True)


@njit(nogil=True, cache=True, error_model="numpy", _nrt=False)
def train(graph, data, order, v, rule, start, last_update, last_epoch, train_curve, test_curve):
    """``descend`` with these kernels."""
    return _descend(
        prepare, gradient_of_batch, test_loss, rate_at, update_vectors, settle, graph, data, order, v, rule, start,
        last_update, last_epoch, train_curve, test_curve,
    )


@njit(nogil=True, cache=True, error_model="numpy", _nrt=False)
def evaluate(graph, X, w, z, a):
    """z and a (neurons, samples) of every neuron for X (inputs, samples), chunk by chunk."""
    for first in range(0, X.shape[1], 4 * CHUNK):
        last = min(X.shape[1], first + 4 * CHUNK)
        for j in range(len(graph.inputs)):
            for i in range(first, last):
                z[graph.inputs[j], i] = a[graph.inputs[j], i] = X[j, i]
        forward(graph, w, z, a, first, last)
