"""Forward and backward passes of fully connected layers, compiled: matrix products, the neurons side by side in tiles.

The same arithmetic as Program for a network that is layer after layer: h = g(W x + b), δ = Wᵀδ · g′, ∂L/∂W = δ xᵀ.
A sample is a row, and each line handles a tile of its neurons: the better direction for single samples and for wide
layers. A layer's parameters stand as one matrix, a row for each source and a last one for the biases, (sources + 1,
targets), its rows filled up to whole tiles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nnsim.core.descent import descend
from nnsim.core.switches import LANES, activate, cost, inlined, rate_at, settle, through, update_vectors
from nnsim.core.tiles import (
    at,
    compiled,
    fill,
    first_lanes,
    fma,
    load,
    repeat,
    row_sums,
    rows_at,
    spread,
    store,
)

Array = NDArray[np.float64]
Index = NDArray[np.int64]

CHUNK = 64
"""Samples that are worked on together."""
WIDE, SQUARE = 4 * LANES, LANES * LANES


class Layers(NamedTuple):
    """Layers as arrays: layer k turns the columns source[k] … into the columns target[k] … of each sample's row.

    Its matrix begins at place[k] and has n_in[k] + 1 rows of width[k] numbers, of which the first n_out[k] are used.
    """

    n_in: Index
    n_out: Index
    width: Index
    source: Index
    target: Index
    place: Index
    activation: Index
    lanes: Index
    exact: bool
    """Products are rounded before they are added, as numpy does: where a function jumps or bends, it matters."""
    z: Array
    a: Array
    delta: Array
    o: Array
    slopes: Array
    t: Array


class Rows(NamedTuple):
    """Samples one below the other, as they came."""

    X: Array
    T: Array
    test_X: Array
    test_T: Array
    in_order: Index
    """0, 1, 2 … for the test samples."""


@inlined
def prepare(layers, data, order):
    """Rows are taken where they stand, so a new order changes nothing."""


@inlined
def feed(layers, X, order, start, count):
    """The samples of a batch become the first columns of its rows."""
    width = X.shape[1]
    for i in range(count):
        row = at(order, start + i)
        whole = width - width % LANES
        for j in range(0, whole, LANES):
            store(layers.a, (i, j), load(LANES, X, (row, j)))
        for j in range(whole, width):
            layers.a[i, j] = at(X, (row, j))


@inlined
def product(like, layers, w, k, i, t):
    """z of a tile of neurons from t for the samples i … i+3, one term after the other, then the bias."""
    width, source = at(layers.width, k), at(layers.source, k)
    place, n = at(layers.place, k) + t, at(layers.n_in, k)
    z0, z1, z2, z3 = fill(like, 0.0), fill(like, 0.0), fill(like, 0.0), fill(like, 0.0)
    for s in range(n):
        weights = load(like, w, place + s * width)
        a0, a1 = spread(like, layers.a, (i, source + s)), spread(like, layers.a, (i + 1, source + s))
        a2, a3 = spread(like, layers.a, (i + 2, source + s)), spread(like, layers.a, (i + 3, source + s))
        if layers.exact:
            z0, z1, z2, z3 = z0 + weights * a0, z1 + weights * a1, z2 + weights * a2, z3 + weights * a3
        else:
            z0, z1 = fma(weights, a0, z0), fma(weights, a1, z1)
            z2, z3 = fma(weights, a2, z2), fma(weights, a3, z3)
    bias, target = load(like, w, place + n * width), at(layers.target, k) + t
    store(layers.z, (i, target), z0 + bias)
    store(layers.z, (i + 1, target), z1 + bias)
    store(layers.z, (i + 2, target), z2 + bias)
    store(layers.z, (i + 3, target), z3 + bias)


@inlined
def product_of_one(like, layers, w, k, i, t):
    """``product`` for sample i alone."""
    width, source = at(layers.width, k), at(layers.source, k)
    place, n = at(layers.place, k) + t, at(layers.n_in, k)
    z = fill(like, 0.0)
    for s in range(n):
        weights, a = load(like, w, place + s * width), spread(like, layers.a, (i, source + s))
        z = z + weights * a if layers.exact else fma(weights, a, z)
    store(layers.z, (i, at(layers.target, k) + t), z + load(like, w, place + n * width))


@inlined
def forward(layers, w, count):
    """z = W x + b and a = f(z), layer by layer, for the first ``count`` rows."""
    for k in range(len(layers.place)):
        width = at(layers.width, k)
        fours, wide = count - count % 4, width - width % WIDE
        for t in range(0, wide, WIDE):
            for i in range(0, fours, 4):
                product(fill(WIDE, 0.0), layers, w, k, i, t)
            for i in range(fours, count):
                product_of_one(fill(WIDE, 0.0), layers, w, k, i, t)
        for t in range(wide, width, LANES):
            for i in range(0, fours, 4):
                product(fill(LANES, 0.0), layers, w, k, i, t)
            for i in range(fours, count):
                product_of_one(fill(LANES, 0.0), layers, w, k, i, t)
        target = at(layers.target, k)
        activate(at(layers.activation, k), (layers.z, layers.a, 0, count, target, target + width))


@inlined
def outer(like, layers, gradient, k, s, t, count, begun):
    """∂L/∂W of the sources s … s+3 to a tile of neurons from t: the sum of a·δ over the samples, added."""
    width, source, target = at(layers.width, k), at(layers.source, k) + s, at(layers.target, k) + t
    place = at(layers.place, k) + s * width + t
    g0, g1, g2, g3 = fill(like, 0.0), fill(like, 0.0), fill(like, 0.0), fill(like, 0.0)
    if begun:
        g0, g1 = load(like, gradient, place), load(like, gradient, place + width)
        g2, g3 = load(like, gradient, place + 2 * width), load(like, gradient, place + 3 * width)
    for i in range(count):
        d = load(like, layers.delta, (i, target))
        g0 = fma(spread(like, layers.a, (i, source)), d, g0)
        g1 = fma(spread(like, layers.a, (i, source + 1)), d, g1)
        g2 = fma(spread(like, layers.a, (i, source + 2)), d, g2)
        g3 = fma(spread(like, layers.a, (i, source + 3)), d, g3)
    store(gradient, place, g0)
    store(gradient, place + width, g1)
    store(gradient, place + 2 * width, g2)
    store(gradient, place + 3 * width, g3)


@inlined
def outer_of_one(like, layers, gradient, k, s, t, count, begun):
    """``outer`` for source s alone."""
    width, source, target = at(layers.width, k), at(layers.source, k) + s, at(layers.target, k) + t
    place = at(layers.place, k) + s * width + t
    g = load(like, gradient, place) if begun else fill(like, 0.0)
    for i in range(count):
        g = fma(spread(like, layers.a, (i, source)), load(like, layers.delta, (i, target)), g)
    store(gradient, place, g)


@inlined
def slopes_of(like, layers, gradient, k, t, count, begun):
    """∂L/∂W and ∂L/∂b of a tile of neurons from t."""
    n = at(layers.n_in, k)
    fours = n - n % 4
    for s in range(0, fours, 4):
        outer(like, layers, gradient, k, s, t, count, begun)
    for s in range(fours, n):
        outer_of_one(like, layers, gradient, k, s, t, count, begun)
    place = at(layers.place, k) + n * at(layers.width, k) + t
    g = load(like, gradient, place) if begun else fill(like, 0.0)
    for i in range(count):
        g += load(like, layers.delta, (i, at(layers.target, k) + t))
    store(gradient, place, g)


@inlined
def send_back(layers, w, k, count):
    """∂L/∂a of the sources, Wᵀδ: a tile of sources at a time, each the sum over its row of the matrix."""
    n, width = at(layers.n_in, k), at(layers.width, k)
    source, target, place = at(layers.source, k), at(layers.target, k), at(layers.place, k)
    for s in range(0, n, LANES):
        inside = first_lanes(LANES, n - s)
        for i in range(count):
            sums = fill(SQUARE, 0.0)
            for t in range(0, width, LANES):
                d = repeat(LANES, load(LANES, layers.delta, (i, target + t)))
                sums = fma(rows_at(LANES, w, place + s * width + t, width), d, sums)
            store(layers.delta, (i, source + s), np.where(inside, row_sums(LANES, sums), 0.0))


@inlined
def backward(layers, w, straight, gradient, count, begun):
    """δ of every neuron and ∂L/∂p, from ∂L/∂a of the outputs. Rumelhart, Hinton, Williams 1986."""
    for k in range(len(layers.place) - 1, -1, -1):
        width, target = at(layers.width, k), at(layers.target, k)
        if not straight:
            block = (layers.z, layers.a, layers.delta, 0, count, target, target + width)
            through(at(layers.activation, k), block)
        wide = width - width % WIDE
        for t in range(0, wide, WIDE):
            slopes_of(fill(WIDE, 0.0), layers, gradient, k, t, count, begun)
        for t in range(wide, width, LANES):
            slopes_of(fill(LANES, 0.0), layers, gradient, k, t, count, begun)
        if k > 0:
            send_back(layers, w, k, count)


@inlined
def losses(layers, T, order, start, count, batch, rule):
    """The sum of the losses of a chunk; ∂L/∂o goes to the δ of its outputs.

    ``cost`` wants the samples side by side. Tiles are filled from the last lane to the first and written whole:
    a processor is slow to read at once what was written in pieces.
    """
    last = len(layers.place) - 1
    target, n, width = at(layers.target, last), at(layers.n_out, last), at(layers.width, last)
    for first in range(0, count, LANES):
        for j in range(n):
            o, t = fill(LANES, 0.0), fill(LANES, 0.0)
            for i in range(min(LANES, count - first) - 1, -1, -1):
                inside = first_lanes(LANES, i + 1)
                o = np.where(inside, spread(LANES, layers.a, (first + i, target + j)), o)
                t = np.where(inside, spread(LANES, T, (at(order, start + first + i), j)), t)
            store(layers.o, (j, first), o)
            store(layers.t, (j, first), t)
    total = cost(rule.loss, (layers.o, layers.slopes, layers.lanes, layers.t, 0, count, batch, rule.straight))
    for i in range(count):
        for first in range(0, width, LANES):
            d = fill(LANES, 0.0)
            for j in range(min(LANES, n - first) - 1, -1, -1):
                d = np.where(first_lanes(LANES, j + 1), spread(LANES, layers.slopes, (first + j, i)), d)
            store(layers.delta, (i, target + first), d)
    return total


@inlined
def gradient_of_batch(layers, data, order, start, count, rule, v):
    """The mean loss of a batch and, in ``v.gradient``, its derivative at every place."""
    total = 0.0
    for first in range(start, start + count, CHUNK):
        some = min(CHUNK, start + count - first)
        feed(layers, data.X, order, first, some)
        forward(layers, v.w, some)
        total += losses(layers, data.T, order, first, some, count, rule)
        backward(layers, v.w, rule.straight, v.gradient, some, first > start)
    return total / count


@inlined
def mean_loss(layers, X, T, order, w, rule):
    """The mean loss of samples; NaN if there are none."""
    n, total = len(X), 0.0
    for first in range(0, n, CHUNK):
        some = min(CHUNK, n - first)
        feed(layers, X, order, first, some)
        forward(layers, w, some)
        total += losses(layers, T, order, first, some, n, rule)
    return total / n if n else np.nan


@inlined
def test_loss(layers, data, rule, v):
    """``mean_loss`` of the test samples."""
    return mean_loss(layers, data.test_X, data.test_T, data.in_order, v.w, rule)


_descend = compiled(descend, forceinline=True)


@njit(nogil=True, cache=True, error_model="numpy", _nrt=False)
def train(layers, data, order, v, rule, start, last_update, last_epoch, train_curve, test_curve):
    """``descend`` with these kernels."""
    return _descend(
        prepare, gradient_of_batch, test_loss, rate_at, update_vectors, settle, layers, data, order, v, rule, start,
        last_update, last_epoch, train_curve, test_curve,
    )
