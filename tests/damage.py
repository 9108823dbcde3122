"""Damage: what may become of a file's bytes, and of the values in it, by accident or on purpose."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

EXTREMES: tuple[Any, ...] = (
    0, 1, -1, -(10**6), 2**31, 2**53, 2**53 + 1, 2**62, 2**63, -(2**63), 10**30, 0.5, -0.0, 5e-324, 1e308, -1e308,
    float("inf"), float("-inf"), float("nan"), None, True, "", "x", "a" * 300, "\ud800", [],
    {}, [[]], [1, 2, 3], {"a": 1},
)


def damaged(raw: bytes, rng: np.random.Generator, pieces: tuple[bytes, ...] = ()) -> bytes:
    """Bytes changed, removed, cut off, doubled or put in, some of them ``pieces`` that mean something to a reader."""
    changed = bytearray(raw)
    for _ in range(rng.integers(1, 4)):
        start = int(rng.integers(0, len(changed) + 1))
        length = int(rng.integers(20))
        piece = pieces[rng.integers(len(pieces))] if pieces else bytes(length)
        match rng.integers(7):
            case 0:
                del changed[start : start + length]
            case 1:
                changed[start:start] = piece
            case 2:
                changed[start : start + length] = piece
            case 3:
                other = int(rng.integers(0, len(changed) + 1))
                changed[start:start] = changed[other : other + length]
            case 4 if start < len(changed):
                changed[start] ^= 1 << int(rng.integers(8))
            case 5 if rng.random() < 0.2:
                del changed[start:]
            case _:
                changed[start : start + 1] = bytes([rng.integers(256)])
    return bytes(changed)


def with_damage(value: Any, rng: np.random.Generator) -> Any:
    """A tree of lists and objects with one value, somewhere in it, replaced, removed, doubled or renamed."""
    if not isinstance(value, dict | list) or not value or rng.random() < 0.1:
        return EXTREMES[rng.integers(len(EXTREMES))]
    changed: Any = value.copy()
    keys = list(changed) if isinstance(changed, dict) else list(range(len(changed)))
    key = keys[rng.integers(len(keys))]
    kind = rng.random()
    if kind < 0.1:
        del changed[key]
    elif kind < 0.2 and isinstance(changed, dict):
        changed[f"{key}x"] = changed.pop(key)
    elif kind < 0.2:
        changed.append(changed[key])
    elif kind < 0.25:
        for _ in range(60):
            changed[key] = [changed[key]]
    else:
        changed[key] = with_damage(changed[key], rng)
    return changed


@contextmanager
def at_most(megabytes: float) -> Iterator[None]:
    """What is done inside never holds more memory than that."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= megabytes * 2**20, f"{peak / 2**20:.0f} MB"
