"""The order in which an epoch takes its samples: a pure function of mode, seed and epoch."""

import numpy as np

from nnsim.core.arrays import Integers

SEQUENTIAL, SHUFFLE_ONCE, SHUFFLE_EACH_EPOCH = range(3)
ORDERS = {"sequential": SEQUENTIAL, "shuffle_once": SHUFFLE_ONCE, "shuffle_each_epoch": SHUFFLE_EACH_EPOCH}
"""The number of each mode, for compiled code."""

_LOW_32 = 0xFFFFFFFF


def mixed(x: int) -> int:
    """A number of 32 bits for another, as if drawn at random. C. Wellons, lowbias32 (2018, public domain)."""
    x = x & _LOW_32
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & _LOW_32
    x = ((x ^ (x >> 15)) * 0x846CA68B) & _LOW_32
    return x ^ (x >> 16)


def shuffle(order: Integers, mode: int, seed: int, epoch: int) -> None:
    """Fill ``order`` (n,) with 0 … n−1 as the epoch takes them.

    Fisher and Yates' shuffle (Knuth, volume 2, algorithm P), its draws a hash of seed, epoch and place: nothing is
    carried from one epoch to the next, so a run may go on anywhere. The same text is run by Python and compiled.
    """
    for i in range(len(order)):
        order[i] = i
    if mode == SEQUENTIAL:
        return
    key = mixed(seed) ^ mixed((seed >> 32) + 0x9E3779B9)
    key = mixed(key + mixed(epoch + 1)) if mode == SHUFFLE_EACH_EPOCH else mixed(key)
    state = key
    for i in range(len(order) - 1, 0, -1):
        state = (state + 0x9E3779B9) & _LOW_32
        j = (mixed(state ^ key) * (i + 1)) >> 32
        order[i], order[j] = order[j], order[i]


def epoch_order(order: str, n: int, seed: int, epoch: int) -> Integers:
    """The order in which epoch ``epoch`` takes n samples, (n,)."""
    found = np.empty(n, dtype=np.int64)
    shuffle(found, ORDERS[order], seed, epoch)
    return found
