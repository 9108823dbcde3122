"""Forward and backward passes of narrow layers, compiled: sample by sample, each layer one tile.

The same arithmetic as Program for a network that is layer after layer, none wider than a tile: h = g(W x + b),
δ = Wᵀδ · g′, ∂L/∂W = δ xᵀ. What goes from layer to layer stays in a register, and a matrix is one tile of LANES²
numbers: the fastest way as long as few samples share an update.

A matrix has a row for each source and a column for each target, both filled up to LANES with zeros; the biases follow
as one more row. In a and δ, too, the lanes without a neuron hold 0, so that those zeros never move.
"""

from typing import NamedTuple

import numpy as np

from nnsim.core.arrays import Array, Integers
from nnsim.core.compiled.squares import column_sums, each, repeat, row_sums
from nnsim.core.compiled.switches import LANES, activation, derivative, inlined, sample_cost
from nnsim.core.compiled.tiles import at, first_lanes, load, store

SQUARE = LANES * LANES
MATRIX = SQUARE + LANES
"""Places of a layer's weights, and with its biases."""


class Narrow(NamedTuple):
    """Layers as arrays: layer k has n_out[k] neurons, its matrix begins at place k · MATRIX.

    Of the sample at hand, row k holds z of layer k and a of the layer before it, the inputs being the first.
    Shapes: n_out and activation (layers,), by its number; z and a (layers + 1, LANES).
    """

    n_out: Integers
    activation: Integers
    z: Array
    a: Array


class Tiles(NamedTuple):
    """Samples one below the other, as they came, each filled up to a tile with zeros: (samples, LANES)."""

    X: Array
    T: Array
    test_X: Array
    test_T: Array


@inlined
def prepare(narrow, data, order):
    """Samples are taken where they stand, so a new order changes nothing."""


@inlined
def forward(narrow, w, x):
    """z = W x + b and a = f(z), layer by layer. The outputs of a sample."""
    a = x
    for k in range(len(narrow.n_out)):
        store(narrow.a, (k, 0), a)
        weights, biases = load(SQUARE, w, k * MATRIX), load(LANES, w, k * MATRIX + SQUARE)
        z = column_sums(LANES, weights * each(LANES, a)) + biases
        a = np.where(first_lanes(LANES, at(narrow.n_out, k)), activation(at(narrow.activation, k), z), 0.0)
        store(narrow.z, (k, 0), z)
    store(narrow.a, (len(narrow.n_out), 0), a)
    return a


@inlined
def backward(narrow, w, straight, gradient, slope, begun):
    """δ of every neuron and ∂L/∂p, from ∂L/∂o, added once a batch has begun. Rumelhart, Hinton, Williams 1986."""
    for k in range(len(narrow.n_out) - 1, -1, -1):
        place, delta = k * MATRIX, slope
        if not straight:
            z, a = load(LANES, narrow.z, (k, 0)), load(LANES, narrow.a, (k + 1, 0))
            delta = slope * derivative(at(narrow.activation, k), z, a)
        weights, biases = each(LANES, load(LANES, narrow.a, (k, 0))) * repeat(LANES, delta), delta
        if begun:
            weights, biases = load(SQUARE, gradient, place) + weights, load(LANES, gradient, place + SQUARE) + biases
        store(gradient, place, weights)
        store(gradient, place + SQUARE, biases)
        if k > 0:
            slope = row_sums(LANES, load(SQUARE, w, place) * repeat(LANES, delta))


@inlined
def loss_of(narrow, w, X, T, sample, batch, rule):
    """The loss of a sample and ∂L/∂o for the mean of ``batch``."""
    o, t = forward(narrow, w, load(LANES, X, (sample, 0))), load(LANES, T, (sample, 0))
    return sample_cost(rule, o, t, at(narrow.n_out, len(narrow.n_out) - 1), batch)


@inlined
def gradient_of_batch(narrow, data, order, start, count, rule, v):
    """The mean loss of a batch and, in ``v.gradient``, its derivative at every place."""
    total = 0.0
    for i in range(start, start + count):
        loss, slope = loss_of(narrow, v.w, data.X, data.T, at(order, i), count, rule)
        total += loss
        backward(narrow, v.w, rule.straight, v.gradient, slope, i > start)
    return total / count


@inlined
def test_loss(narrow, data, rule, v):
    """The mean loss of the test samples; NaN if there are none."""
    n, total = len(data.test_X), 0.0
    for i in range(n):
        total += loss_of(narrow, v.w, data.test_X, data.test_T, i, n, rule)[0]
    return total / n if n else np.nan
