"""The order of the samples: every order as likely as any other, and the same for ever."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from nnsim.core import order
from nnsim.core.order import ORDERS, epoch_order, mixed, shuffle, shuffled


def lowbias32(x: int) -> int:
    """The hash as its author prints it, with a mask after each line."""
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        x ^= x >> shift
        x = x * factor % 2**32
    return x


def knuth(n: int, mode: str, seed: int, epoch: int) -> list[int]:
    """Algorithm P with those numbers, in whole numbers as long as they like."""
    key = lowbias32(seed % 2**32) ^ lowbias32((seed // 2**32 + 0x9E3779B9) % 2**32)
    key = lowbias32((key + lowbias32(epoch + 1)) % 2**32) if mode == "shuffle_each_epoch" else lowbias32(key)
    order = list(range(n))
    for step, last in enumerate(range(n - 1, 0, -1), 1):
        drawn = lowbias32(((key + step * 0x9E3779B9) % 2**32) ^ key)
        other = drawn * (last + 1) // 2**32
        order[last], order[other] = order[other], order[last]
    return order


@pytest.mark.parametrize("mode", [mode for mode in ORDERS if mode != "sequential"])
@pytest.mark.parametrize("seed", [0, 1, 7, 2**32 - 1, 2**32, 2**53])
def test_the_shuffle_is_the_one_that_is_described(mode: str, seed: int) -> None:
    """A document's run stays the same run in every later version."""
    for n in (0, 1, 2, 5, 40):
        for epoch in (0, 1, 1000):
            assert epoch_order(mode, n, seed, epoch).tolist() == knuth(n, mode, seed, epoch)


@pytest.mark.parametrize("mode", ORDERS)
@pytest.mark.parametrize("at_once", [1, 7, 65_536])
def test_drawn_together_the_order_is_that_of_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, mode: str, at_once: int
) -> None:
    """However many places are drawn at once: the compiled loop draws each by itself."""
    monkeypatch.setattr(order, "AT_ONCE", at_once)
    for n in (0, 1, 2, 7, 8, 9, 14, 15, 16, 100):
        for seed, epoch in ((0, 0), (7, 3), (2**53, 2**40)):
            one_by_one = np.full(n, -1, dtype=np.int64)
            shuffle(one_by_one, ORDERS[mode], seed, epoch)
            assert shuffled(n, ORDERS[mode], seed, epoch).tolist() == one_by_one.tolist()


def test_the_hash_has_its_published_form() -> None:
    """Also for numbers of more than 32 bits, of which it takes the last."""
    for x in (0, 1, 2, 0xFFFFFFFF, 0x80000000, 12345678):
        assert mixed(x) == mixed(x + 2**32) == lowbias32(x)


@pytest.mark.parametrize("vary", ["seed", "epoch"])
def test_all_orders_are_about_as_likely(vary: str) -> None:
    """Of 2 400 shuffles of four samples each of the 24 orders comes 100 times, give or take five deviations."""
    found = Counter(tuple(epoch_order("shuffle_each_epoch", 4, **{"seed": 3, "epoch": 5, vary: i}).tolist())
                    for i in range(2400))
    assert set(found) == set(permutations(range(4)))
    assert all(abs(count - 100) < 50 for count in found.values())
