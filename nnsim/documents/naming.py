"""Names for neurons and parameters: free ones for what is new, and other ones for a whole network."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from nnsim.core.network import MAX_NAME_LENGTH, Connection, Network, Role, Structure

_LONGEST = 60
"""Names with a number to come behind them are cut to that."""
_MOST_DIGITS = 6
"""A longer number at the end of a name is not counted on."""


def free_neuron_name(structure: Structure, role: Role) -> str:
    """The next free name: x0, x1 … for inputs, h1 … for hidden neurons, y, y2 … for outputs."""
    if role == "output" and "y" not in structure.by_id:
        return "y"
    stem, start = {"input": ("x", 0), "hidden": ("h", 1), "output": ("y", 2)}[role]
    return next(free_numbers(stem, structure.by_id, start))


def free_numbers(stem: str, taken: Collection[str], start: int = 1) -> Iterator[str]:
    """Names that are free: w1, w4, w5 …"""
    return (name for number in count(start) if (name := f"{stem}{number}") not in taken)


def free_name(name: str, taken: Collection[str]) -> str:
    """``name``, with a number behind it if it is taken, and cut if it is too long."""
    name = name[:_LONGEST]
    return name if name not in taken else next(free_numbers(f"{name}_", taken, 2))


def free_names(wishes: Iterable[str], taken: Iterable[str]) -> Iterator[str]:
    """A name for each wish, no two the same: the wish if it is free, else with the next free number: h1 → h2."""
    taken = set(taken)
    runs: dict[str, tuple[int, int]] = {}
    for wish in wishes:
        name = wish if wish not in taken else _counted_on(wish, taken, runs)
        taken.add(name)
        yield name


def _counted_on(name: str, taken: Collection[str], runs: dict[str, tuple[int, int]]) -> str:
    """The next free number behind a name: h1 → h2, left → left2.

    ``runs`` remembers from which number to which all of a stem are taken, so that n names do not take n² looks.
    """
    stem = name.rstrip("0123456789")
    digits = name[len(stem):]
    if len(digits) > _MOST_DIGITS:
        stem, digits = name, ""
    stem, start = stem[: MAX_NAME_LENGTH - _MOST_DIGITS - 1], int(digits or 1) + 1
    first, last = runs.get(stem, (start, start - 1))
    if not first <= start <= last + 1:
        first, last = start, start - 1
    found = next(free_numbers(stem, taken, last + 1))
    runs[stem] = first, int(found[len(stem):])
    return found


def renamed(network: Network, ids: Mapping[str, str], names: Mapping[str, str]) -> Network:
    """The same network with other ``ids`` for its neurons and other ``names`` for its parameters, by the old ones."""
    structure = network.structure
    neurons = [replace(n, id=ids.get(n.id, n.id), bias=n.bias and names.get(n.bias, n.bias)) for n in structure.neurons]
    connections = [
        Connection(ids.get(c.source, c.source), ids.get(c.target, c.target), names.get(c.weight, c.weight))
        for c in structure.connections
    ]
    values = {names.get(name, name): network.value(name) for name in structure.parameter_names}
    return Network.build(neurons, connections, values, {names.get(name, name) for name in structure.frozen})
