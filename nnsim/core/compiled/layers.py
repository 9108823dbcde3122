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

from nnsim.core.arrays import Array, Integers
from nnsim.core.compiled.switches import LANES, activate, cost, inlined, rate_at, settle, through, update_vectors
from nnsim.core.compiled.tile_functions import compiled
from nnsim.core.compiled.tiles import (
    at,
    by_itself,
    fill,
    first_lanes,
    fma,
    load,
    put,
    repeat,
    row_sums,
    rows_at,
    spread,
    store,
    views,
)
from nnsim.core.descent import descend

apart = njit(error_model="numpy", forceinline=False, _nrt=False)
"""For the loops over a layer: functions that say ``by_itself``."""

CHUNK = 64
"""Samples that are worked on together."""
WIDE, SQUARE = 4 * LANES, LANES * LANES


class Layers(NamedTuple):
    """Layers as arrays: layer k turns the columns source[k] … into the columns target[k] … of each sample's row.

    Its matrix begins at place[k] and has n_in[k] + 1 rows of width[k] numbers, of which the first n_out[k] are used.
    """

    n_in: Integers
    n_out: Integers
    width: Integers
    source: Integers
    target: Integers
    place: Integers
    activation: Integers
    lanes: Integers
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
    columns: int
    """How many X has."""
    in_order: Integers
    """0, 1, 2 … for the test samples."""


@inlined
def prepare(layers, data, order):
    """Rows are taken where they stand, so a new order changes nothing."""


@inlined
def feed(a, X, columns, order, start, count):
    """The samples of a batch become the first columns of its rows."""
    whole = columns - columns % LANES
    for i in range(count):
        row = at(order, start + i)
        for j in range(0, whole, LANES):
            store(a, (i, j), load(LANES, X, (row, j)))
        for j in range(whole, columns):
            put(a, (i, j), at(X, (row, j)))


@inlined
def four_sums(like, w, a, z, i, place, n, width, source, target, exact):
    """z of a tile of neurons for the samples i … i+3, one term after the other, then the bias."""
    z0, z1, z2, z3 = fill(like, 0.0), fill(like, 0.0), fill(like, 0.0), fill(like, 0.0)
    for s in range(n):
        weights = load(like, w, place + s * width)
        a0, a1 = spread(like, a, (i, source + s)), spread(like, a, (i + 1, source + s))
        a2, a3 = spread(like, a, (i + 2, source + s)), spread(like, a, (i + 3, source + s))
        if exact:
            z0, z1, z2, z3 = z0 + weights * a0, z1 + weights * a1, z2 + weights * a2, z3 + weights * a3
        else:
            z0, z1 = fma(weights, a0, z0), fma(weights, a1, z1)
            z2, z3 = fma(weights, a2, z2), fma(weights, a3, z3)
    bias = load(like, w, place + n * width)
    store(z, (i, target), z0 + bias)
    store(z, (i + 1, target), z1 + bias)
    store(z, (i + 2, target), z2 + bias)
    store(z, (i + 3, target), z3 + bias)


@inlined
def one_sum(like, w, a, z, i, place, n, width, source, target, exact):
    """``four_sums`` for sample i alone."""
    total = fill(like, 0.0)
    for s in range(n):
        weights, x = load(like, w, place + s * width), spread(like, a, (i, source + s))
        total = total + weights * x if exact else fma(weights, x, total)
    store(z, (i, target), total + load(like, w, place + n * width))


@inlined
def sums(like, w, a, z, place, n, width, source, target, count, exact):
    """``four_sums`` for all samples."""
    fours = count - count % 4
    for i in range(0, fours, 4):
        four_sums(like, w, a, z, i, place, n, width, source, target, exact)
    for i in range(fours, count):
        one_sum(like, w, a, z, i, place, n, width, source, target, exact)


@apart
def product(w, a, z, place, n, width, source, target, count, exact):
    """z = W x + b of a layer, for the first ``count`` rows."""
    by_itself()
    wide = width - width % WIDE
    for t in range(0, wide, WIDE):
        sums(fill(WIDE, 0.0), w, a, z, place + t, n, width, source, target + t, count, exact)
    for t in range(wide, width, LANES):
        sums(fill(LANES, 0.0), w, a, z, place + t, n, width, source, target + t, count, exact)


@apart
def activate_layer(number, z, a, count, target, width):
    """a = f(z) of a layer."""
    by_itself()
    activate(number, z, a, 0, count, target, target + width)


@apart
def through_layer(number, z, a, delta, count, target, width):
    """δ = ∂L/∂a · f′(z) of a layer."""
    by_itself()
    through(number, z, a, delta, 0, count, target, target + width)


@inlined
def forward(layers, w, count):
    """z = W x + b and a = f(z), layer by layer, for the first ``count`` rows."""
    for k in range(len(layers.place)):
        width, target = at(layers.width, k), at(layers.target, k)
        product(
            w, layers.a, layers.z, at(layers.place, k), at(layers.n_in, k), width, at(layers.source, k), target, count,
            layers.exact,
        )
        activate_layer(at(layers.activation, k), layers.z, layers.a, count, target, width)


@inlined
def four_slopes(like, gradient, a, delta, place, width, source, target, count, begun):
    """∂L/∂W of four sources to a tile of neurons: the sum of a·δ over the samples, added once one has begun."""
    g0, g1, g2, g3 = fill(like, 0.0), fill(like, 0.0), fill(like, 0.0), fill(like, 0.0)
    if begun:
        g0, g1 = load(like, gradient, place), load(like, gradient, place + width)
        g2, g3 = load(like, gradient, place + 2 * width), load(like, gradient, place + 3 * width)
    for i in range(count):
        d = load(like, delta, (i, target))
        g0 = fma(spread(like, a, (i, source)), d, g0)
        g1 = fma(spread(like, a, (i, source + 1)), d, g1)
        g2 = fma(spread(like, a, (i, source + 2)), d, g2)
        g3 = fma(spread(like, a, (i, source + 3)), d, g3)
    store(gradient, place, g0)
    store(gradient, place + width, g1)
    store(gradient, place + 2 * width, g2)
    store(gradient, place + 3 * width, g3)


@inlined
def slopes(like, gradient, a, delta, place, n, width, source, target, count, begun):
    """∂L/∂W and ∂L/∂b of a tile of neurons."""
    fours = n - n % 4
    for s in range(0, fours, 4):
        four_slopes(like, gradient, a, delta, place + s * width, width, source + s, target, count, begun)
    for s in range(fours, n + 1):
        g = load(like, gradient, place + s * width) if begun else fill(like, 0.0)
        for i in range(count):
            x = spread(like, a, (i, source + s)) if s < n else fill(like, 1.0)
            g = fma(x, load(like, delta, (i, target)), g)
        store(gradient, place + s * width, g)


@apart
def outer(gradient, a, delta, place, n, width, source, target, count, begun):
    """∂L/∂W and ∂L/∂b of a layer."""
    by_itself()
    wide = width - width % WIDE
    for t in range(0, wide, WIDE):
        slopes(fill(WIDE, 0.0), gradient, a, delta, place + t, n, width, source, target + t, count, begun)
    for t in range(wide, width, LANES):
        slopes(fill(LANES, 0.0), gradient, a, delta, place + t, n, width, source, target + t, count, begun)


@apart
def send_back(w, delta, place, n, width, source, target, count):
    """∂L/∂a of the sources, Wᵀδ: a tile of sources at a time, each the sum over its row of the matrix."""
    by_itself()
    for s in range(0, n, LANES):
        inside = first_lanes(LANES, n - s)
        for i in range(count):
            total = fill(SQUARE, 0.0)
            for t in range(0, width, LANES):
                d = repeat(LANES, load(LANES, delta, (i, target + t)))
                total = fma(rows_at(LANES, w, place + s * width + t, width), d, total)
            store(delta, (i, source + s), np.where(inside, row_sums(LANES, total), 0.0))


@inlined
def backward(layers, w, straight, gradient, count, begun):
    """δ of every neuron and ∂L/∂p, from ∂L/∂a of the outputs. Rumelhart, Hinton, Williams 1986."""
    a, delta = layers.a, layers.delta
    for k in range(len(layers.place) - 1, -1, -1):
        place, n, width = at(layers.place, k), at(layers.n_in, k), at(layers.width, k)
        source, target = at(layers.source, k), at(layers.target, k)
        if not straight:
            through_layer(at(layers.activation, k), layers.z, a, delta, count, target, width)
        if k > 0:
            send_back(w, delta, place, n, width, source, target, count)
        outer(gradient, a, delta, place, n, width, source, target, count, begun)


@apart
def side_by_side(a, o, t, T, order, start, count, target, n):
    """The outputs and targets of a chunk, (outputs, samples), as ``cost`` wants them.

    Tiles are filled from the last lane to the first and written whole: a processor is slow to read at once what was
    written in pieces.
    """
    by_itself()
    for first in range(0, count, LANES):
        for j in range(n):
            outputs, targets = fill(LANES, 0.0), fill(LANES, 0.0)
            for i in range(min(LANES, count - first) - 1, -1, -1):
                inside = first_lanes(LANES, i + 1)
                outputs = np.where(inside, spread(LANES, a, (first + i, target + j)), outputs)
                targets = np.where(inside, spread(LANES, T, (at(order, start + first + i), j)), targets)
            store(o, (j, first), outputs)
            store(t, (j, first), targets)


@apart
def one_below_the_other(delta, slopes, count, target, n, width):
    """∂L/∂o of a chunk into the rows of δ."""
    by_itself()
    for i in range(count):
        for first in range(0, width, LANES):
            d = fill(LANES, 0.0)
            for j in range(min(LANES, n - first) - 1, -1, -1):
                d = np.where(first_lanes(LANES, j + 1), spread(LANES, slopes, (first + j, i)), d)
            store(delta, (i, target + first), d)


@inlined
def losses(layers, T, order, start, count, batch, rule):
    """The sum of the losses of a chunk; ∂L/∂o goes to the δ of its outputs."""
    last = len(layers.place) - 1
    target, n, width = at(layers.target, last), at(layers.n_out, last), at(layers.width, last)
    side_by_side(layers.a, layers.o, layers.t, T, order, start, count, target, n)
    total = cost(rule.loss, layers.o, layers.slopes, layers.lanes, layers.t, 0, count, batch, rule.straight)
    one_below_the_other(layers.delta, layers.slopes, count, target, n, width)
    return total


@inlined
def gradient_of_batch(layers, data, order, start, count, rule, v):
    """The mean loss of a batch and, in ``v.gradient``, its derivative at every place."""
    total = 0.0
    for first in range(start, start + count, CHUNK):
        some = min(CHUNK, start + count - first)
        feed(layers.a, data.X, data.columns, order, first, some)
        forward(layers, v.w, some)
        total += losses(layers, data.T, order, first, some, count, rule)
        backward(layers, v.w, rule.straight, v.gradient, some, first > start)
    return total / count


@inlined
def test_loss(layers, data, rule, v):
    """The mean loss of the test samples; NaN if there are none."""
    n, total = len(data.test_X), 0.0
    for first in range(0, n, CHUNK):
        some = min(CHUNK, n - first)
        feed(layers.a, data.test_X, data.columns, data.in_order, first, some)
        forward(layers, v.w, some)
        total += losses(layers, data.test_T, data.in_order, first, some, n, rule)
    return total / n if n else np.nan


_descend = compiled(descend, forceinline=True)


@njit(nogil=True, cache=True, error_model="numpy", _nrt=False)
def train(layers, data, order, v, rule, start, last_update, last_epoch, train_curve, test_curve):
    """``descend`` with these kernels."""
    return _descend(
        prepare, gradient_of_batch, test_loss, rate_at, update_vectors, settle, views(layers), views(data),
        views(order), views(v), views(rule), start, last_update, last_epoch, views(train_curve), views(test_curve),
    )
