"""Names for new neurons and parameters that no other has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count

from nnsim.core.network import (
    MAX_NAME_LENGTH,
    Role,
    Structure,
)

_MOST_DIGITS = 6
"""A longer number at the end of a name is not counted on."""


def free_neuron_name(structure: Structure, role: Role) -> str:
    """The next free name: x0, x1 … for inputs, h1 … for hidden neurons, y, y2 … for outputs."""
    if role == "input":
        return _numbered("x", structure.by_id, 0)
    if role == "output":
        return "y" if "y" not in structure.by_id else _numbered("y", structure.by_id, 2)
    return _numbered("h", structure.by_id, 1)


def free_name(name: str, taken: Collection[str]) -> str:
    """``name``, with a number behind it if it is taken, and cut if it is too long."""
    return _free(name, taken)


def _numbered(stem: str, taken: Collection[str], start: int) -> str:
    return next(_free_numbers(stem, taken, start))


def _free_numbers(stem: str, taken: Collection[str], start: int = 1) -> Iterator[str]:
    """Names that are free: w1, w4, w5 …"""
    return (name for number in count(start) if (name := f"{stem}{number}") not in taken)


def _free(name: str, taken: Collection[str]) -> str:
    name = name[:60]
    return name if name not in taken else _numbered(f"{name}_", taken, 2)


def _next_free(name: str, taken: Collection[str], runs: dict[str, tuple[int, int]]) -> str:
    """``name`` if it is free, else with the next free number: h1 → h2, left → left2.

    ``runs`` remembers from which number to which all of a stem are taken, so that n names do not take n² looks.
    """
    if name not in taken:
        return name
    stem = name.rstrip("0123456789")
    digits = name[len(stem):]
    if len(digits) > _MOST_DIGITS:
        stem, digits = name, ""
    stem, start = stem[: MAX_NAME_LENGTH - _MOST_DIGITS - 1], int(digits or 1) + 1
    first, last = runs.get(stem, (start, start - 1))
    if not first <= start <= last + 1:
        first, last = start, start - 1
    found = _numbered(stem, taken, last + 1)
    runs[stem] = first, int(found[len(stem):])
    return found
