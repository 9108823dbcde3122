"""Forward and backward passes of fully connected layers, compiled: matrix products, the neurons side by side in tiles.

The same arithmetic as Program for a network that is layer after layer: h = g(W x + b), δ = Wᵀδ · g′, ∂L/∂W = δ xᵀ.
A sample is a row, and each line handles a tile of its neurons: the better direction for single samples and for wide
layers. A layer's parameters stand as one matrix, a row for each source and a last one for the biases, (sources + 1,
targets), its rows filled up to whole tiles.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from nnsim.core.arrays import Array, Integers
from nnsim.core.compiled.squares import repeat, row_sums, rows_at
from nnsim.core.compiled.switches import LANES, Block, Chunk, activate, cost, inlined, through
from nnsim.core.compiled.tile_functions import INNER
from nnsim.core.compiled.tiles import at, by_itself, fill, first_lanes, fma, load, put, spread, store

apart = njit(error_model="numpy", forceinline=False, **INNER)
"""For the loops over a layer: functions that say ``by_itself``."""

CHUNK = 64
"""Samples that are worked on together."""
WIDE, SQUARE = 4 * LANES, LANES * LANES


class Layers(NamedTuple):
    """Layers as arrays: layer k turns the columns source[k] … into the columns target[k] … of each sample's row.

    Its matrix begins at place[k] and has n_in[k] + 1 rows of width[k] numbers, whole tiles.

    Shapes: n_in, width, source, target, place and activation (layers,), lanes (outputs,); a sample's row in z, a and
    delta (CHUNK, widths of all levels and room for a tile); the outputs, ∂L/∂o and targets of a chunk in o, slopes and
    t (outputs, CHUNK and room for a tile).
    """

    n_in: Integers
    width: Integers
    source: Integers
    target: Integers
    place: Integers
    activation: Integers
    """Numbers of the registry's entries."""
    lanes: Integers
    """0, 1, 2 …"""
    exact: bool
    """Products are rounded before they are added, as numpy does: where a function jumps or bends, it matters."""
    z: Array
    a: Array
    delta: Array
    o: Array
    slopes: Array
    t: Array


class Rows(NamedTuple):
    """Samples one below the other, as they came: X (samples, inputs), T (samples, outputs), so the test samples."""

    X: Array
    T: Array
    test_X: Array
    test_T: Array
    columns: int
    """How many X has."""
    in_order: Integers
    """0, 1, 2 …, (test samples,)."""


class Span(NamedTuple):
    """Neurons side by side and what comes into them: a layer, or a tile of it.

    ``n`` columns from ``source`` on lead to those from ``target`` on; the matrix begins at ``place``, each of its rows
    is ``width`` numbers after the one before.
    """

    n: int
    width: int
    source: int
    target: int
    place: int


@inlined
def prepare(layers, data, order):
    """Rows are taken where they stand, so a new order changes nothing."""


@inlined
def feed(a, X, columns, order, chunk):
    """The samples of a chunk become the first columns of its rows."""
    whole = columns - columns % LANES
    for i in range(chunk.size):
        row = at(order, chunk.start + i)
        for j in range(0, whole, LANES):
            store(a, (i, j), load(LANES, X, (row, j)))
        for j in range(whole, columns):
            put(a, (i, j), at(X, (row, j)))


@inlined
def span_of(layers, k):
    """Layer k."""
    return Span(
        at(layers.n_in, k), at(layers.width, k), at(layers.source, k), at(layers.target, k), at(layers.place, k)
    )


@inlined
def tile_by_tile(work, arrays, layer, count, flag):
    """``work(like, arrays, tile, count, flag)`` for all tiles of a layer's neurons, wide ones first."""
    n, width, source, target, place = layer
    wide = width - width % WIDE
    for t in range(0, wide, WIDE):
        work(fill(WIDE, 0.0), arrays, Span(n, width, source, target + t, place + t), count, flag)
    for t in range(wide, width, LANES):
        work(fill(LANES, 0.0), arrays, Span(n, width, source, target + t, place + t), count, flag)


@inlined
def four_sums(like, arrays, tile, i, exact):
    """z of a tile of neurons for the samples i … i+3, one term after the other, then the bias."""
    w, a, z = arrays
    n, width, source, target, place = tile
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
def one_sum(like, arrays, tile, i, exact):
    """``four_sums`` for sample i alone."""
    w, a, z = arrays
    n, width, source, target, place = tile
    total = fill(like, 0.0)
    for s in range(n):
        weights, x = load(like, w, place + s * width), spread(like, a, (i, source + s))
        total = total + weights * x if exact else fma(weights, x, total)
    store(z, (i, target), total + load(like, w, place + n * width))


@inlined
def sums(like, arrays, tile, count, exact):
    """``four_sums`` for all samples."""
    fours = count - count % 4
    for i in range(0, fours, 4):
        four_sums(like, arrays, tile, i, exact)
    for i in range(fours, count):
        one_sum(like, arrays, tile, i, exact)


@apart
def product(w, a, z, layer, count, exact):
    """z = W x + b of a layer, for the first ``count`` rows."""
    by_itself()
    tile_by_tile(sums, (w, a, z), layer, count, exact)


@apart
def activate_layer(number, z, a, layer, count):
    """a = f(z) of a layer."""
    by_itself()
    activate(number, z, a, Block(0, count, layer.target, layer.target + layer.width))


@apart
def through_layer(number, z, a, delta, layer, count):
    """δ = ∂L/∂a · f′(z) of a layer."""
    by_itself()
    through(number, z, a, delta, Block(0, count, layer.target, layer.target + layer.width))


@inlined
def forward(layers, w, count):
    """z = W x + b and a = f(z), layer by layer, for the first ``count`` rows."""
    for k in range(len(layers.place)):
        layer = span_of(layers, k)
        product(w, layers.a, layers.z, layer, count, layers.exact)
        activate_layer(at(layers.activation, k), layers.z, layers.a, layer, count)


@inlined
def four_slopes(like, arrays, tile, count, begun):
    """∂L/∂W of a tile's first four sources: the sum of a·δ over the samples, added once one has begun."""
    gradient, a, delta = arrays
    _, width, source, target, place = tile
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
def slopes(like, arrays, tile, count, begun):
    """∂L/∂W and ∂L/∂b of a tile of neurons."""
    gradient, a, delta = arrays
    n, width, source, target, place = tile
    fours = n - n % 4
    for s in range(0, fours, 4):
        four_slopes(like, arrays, Span(n, width, source + s, target, place + s * width), count, begun)
    for s in range(fours, n + 1):
        g = load(like, gradient, place + s * width) if begun else fill(like, 0.0)
        for i in range(count):
            x = spread(like, a, (i, source + s)) if s < n else fill(like, 1.0)
            g = fma(x, load(like, delta, (i, target)), g)
        store(gradient, place + s * width, g)


@apart
def outer(gradient, a, delta, layer, count, begun):
    """∂L/∂W and ∂L/∂b of a layer."""
    by_itself()
    tile_by_tile(slopes, (gradient, a, delta), layer, count, begun)


@apart
def send_back(w, delta, layer, count):
    """∂L/∂a of the sources, Wᵀδ: a tile of sources at a time, each the sum over its row of the matrix."""
    by_itself()
    n, width, source, target, place = layer
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
        layer = span_of(layers, k)
        if not straight:
            through_layer(at(layers.activation, k), layers.z, a, delta, layer, count)
        if k > 0:
            send_back(w, delta, layer, count)
        outer(gradient, a, delta, layer, count, begun)


@apart
def side_by_side(a, o, t, T, order, chunk, target):
    """The outputs and targets of a chunk, (outputs, samples), as ``cost`` wants them.

    Tiles are filled from the last lane to the first and written whole: a processor is slow to read at once what was
    written in pieces.
    """
    by_itself()
    for first in range(0, chunk.size, LANES):
        for j in range(len(o)):
            outputs, targets = fill(LANES, 0.0), fill(LANES, 0.0)
            for i in range(min(LANES, chunk.size - first) - 1, -1, -1):
                inside = first_lanes(LANES, i + 1)
                outputs = np.where(inside, spread(LANES, a, (first + i, target + j)), outputs)
                targets = np.where(inside, spread(LANES, T, (at(order, chunk.start + first + i), j)), targets)
            store(o, (j, first), outputs)
            store(t, (j, first), targets)


@apart
def one_below_the_other(delta, slopes, count, target):
    """∂L/∂o of a chunk into the rows of δ."""
    by_itself()
    n = len(slopes)
    for i in range(count):
        for first in range(0, n, LANES):
            d = fill(LANES, 0.0)
            for j in range(min(LANES, n - first) - 1, -1, -1):
                d = np.where(first_lanes(LANES, j + 1), spread(LANES, slopes, (first + j, i)), d)
            store(delta, (i, target + first), d)


@inlined
def losses(layers, T, order, chunk, rule):
    """The sum of the losses of a chunk; ∂L/∂o goes to the δ of its outputs."""
    target = at(layers.target, len(layers.target) - 1)
    side_by_side(layers.a, layers.o, layers.t, T, order, chunk, target)
    total = cost(rule, layers.o, layers.slopes, layers.lanes, layers.t, Chunk(0, chunk.size, chunk.batch))
    one_below_the_other(layers.delta, layers.slopes, chunk.size, target)
    return total


@inlined
def gradient_of_batch(layers, data, order, start, count, rule, v):
    """The mean loss of a batch and, in ``v.gradient``, its derivative at every place."""
    total = 0.0
    for first in range(start, start + count, CHUNK):
        chunk = Chunk(first, min(CHUNK, start + count - first), count)
        feed(layers.a, data.X, data.columns, order, chunk)
        forward(layers, v.w, chunk.size)
        total += losses(layers, data.T, order, chunk, rule)
        backward(layers, v.w, rule.straight, v.gradient, chunk.size, first > start)
    return total / count


@inlined
def test_loss(layers, data, rule, v):
    """The mean loss of the test samples; NaN if there are none."""
    n, total = len(data.test_X), 0.0
    for first in range(0, n, CHUNK):
        chunk = Chunk(first, min(CHUNK, n - first), n)
        feed(layers.a, data.test_X, data.columns, data.in_order, chunk)
        forward(layers, v.w, chunk.size)
        total += losses(layers, data.test_T, data.in_order, chunk, rule)
    return total / n if n else np.nan
