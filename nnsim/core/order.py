"""The order in which an epoch takes its samples: a pure function of mode, seed and epoch."""

from typing import TypeVar

import numpy as np

from nnsim.core.arrays import Integers

SEQUENTIAL, SHUFFLE_ONCE, SHUFFLE_EACH_EPOCH = range(3)
ORDERS = {"sequential": SEQUENTIAL, "shuffle_once": SHUFFLE_ONCE, "shuffle_each_epoch": SHUFFLE_EACH_EPOCH}
"""The number of each mode, for compiled code."""

AT_ONCE = 65_536
"""So many places are drawn together."""
_LOW_32 = 0xFFFFFFFF
Whole = TypeVar("Whole", int, Integers)


def mixed(x: Whole) -> Whole:
    """A number of 32 bits for another, or each of an array, as if drawn at random.

    C. Wellons, lowbias32 (2018, public domain).
    """
    x = x & _LOW_32
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & _LOW_32
    x = ((x ^ (x >> 15)) * 0x846CA68B) & _LOW_32
    return x ^ (x >> 16)


def place_drawn(key: int, n: int, i: Whole) -> Whole:
    """With which of the places 0 … i the place i of n is exchanged: a hash of key and place."""
    state = (key + (n - i) * 0x9E3779B9) & _LOW_32
    return (mixed(state ^ key) * (i + 1)) >> 32


def key_of(mode: int, seed: int, epoch: int) -> int:
    """What all draws of an epoch have in common."""
    key = mixed(seed) ^ mixed((seed >> 32) + 0x9E3779B9)
    return mixed(key + mixed(epoch + 1)) if mode == SHUFFLE_EACH_EPOCH else mixed(key)


def shuffle(order: Integers, mode: int, seed: int, epoch: int) -> None:
    """Fill ``order`` (n,) with 0 … n−1 as the epoch takes them.

    Fisher and Yates' shuffle (Knuth, volume 2, algorithm P), its draws a hash of seed, epoch and place: nothing is
    carried from one epoch to the next, so a run may go on anywhere. The same text is run by Python and compiled.
    """
    n = len(order)
    for i in range(n):
        order[i] = i
    if mode == SEQUENTIAL:
        return
    key = key_of(mode, seed, epoch)
    for i in range(n - 1, 0, -1):
        j = place_drawn(key, n, i)
        order[i], order[j] = order[j], order[i]


def shuffled(n: int, mode: int, seed: int, epoch: int) -> Integers:
    """What ``shuffle`` fills an order of n with, (n,); by Python five times as fast."""
    order = np.arange(n, dtype=np.int64)
    if mode != SEQUENTIAL:
        key, places = key_of(mode, seed, epoch), order.data
        for last in range(n - 1, 0, -AT_ONCE):
            at = np.arange(last, max(last - AT_ONCE, 0), -1, dtype=np.int64)
            for i, j in zip(at.tolist(), place_drawn(key, n, at).tolist(), strict=True):
                places[i], places[j] = places[j], places[i]
    return order


def epoch_order(order: str, n: int, seed: int, epoch: int) -> Integers:
    """The order in which epoch ``epoch`` takes n samples, (n,)."""
    return shuffled(n, ORDERS[order], seed, epoch)
