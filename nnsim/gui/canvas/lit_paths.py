"""The paths of what is selected to the loss, as the canvas lights them."""

from collections import Counter
from dataclasses import dataclass

from nnsim.core.explain.chain import Path, numbered_paths
from nnsim.core.network import Ends, Structure
from nnsim.gui.session.desk import Desk

MOST_NUMBERED = 9
"""Of more paths none has a number: they are lit all at once."""
MOST_LIT = 300
"""In a network of more connections no path is lit: of so many nothing stands out."""


@dataclass(frozen=True)
class LitPaths:
    """What lies on the paths, and the paths themselves in the order of their numbers, if those are few."""

    neurons: frozenset[str]
    connections: frozenset[Ends]
    outputs: frozenset[str]
    """Those through which a path leaves for the loss."""
    numbered: tuple[Path, ...]


def lit_paths(desk: Desk) -> LitPaths | None:
    """The paths of the one thing that is selected; None where none is to be lit."""
    looking, structure, explanation = desk.looking, desk.session.structure, desk.study.explanation
    if len(looking.selected_neurons) + len(looking.selected_connections) != 1 or explanation is None:
        return None
    place: tuple[str, ...] = next(iter(looking.selected_connections), tuple(looking.selected_neurons))
    if len(structure.connections) > MOST_LIT:
        return None
    chain = numbered_paths(explanation, place, MOST_NUMBERED)
    if chain is None or not chain.count:
        return None
    if chain.hidden:
        return _all_behind(structure, place)
    connections = frozenset(ends for path in chain.paths for ends in path.connections)
    outputs = frozenset(path.output for path in chain.paths)
    return LitPaths(frozenset(id for ends in connections for id in ends) | outputs, connections, outputs, chain.paths)


def _all_behind(structure: Structure, place: tuple[str, ...]) -> LitPaths:
    """All that leads from a place to an output."""
    ends = {id for id in structure.downstream([place[-1]]) if structure.downstream([id]) & set(structure.outputs)}
    connections = {c.ends for id in ends for c in structure.outgoing[id] if c.target in ends}
    if len(place) == 2:
        connections.add((place[0], place[1]))
    return LitPaths(frozenset(ends | set(place)), frozenset(connections), frozenset(ends & set(structure.outputs)), ())


def own_places(paths: tuple[Path, ...]) -> tuple[tuple[Ends | str, tuple[int, ...]], ...]:
    """Where the numbers of paths stand: each on the line that it shares with the fewest others, nearest to the loss.

    A line is a connection, or an output's to the loss, by its name.
    """
    lines: list[tuple[Ends | str, ...]] = [(path.output, *reversed(path.connections)) for path in paths]
    shared = Counter(line for of_path in lines for line in of_path)
    found: dict[Ends | str, tuple[int, ...]] = {}
    for number, of_path in enumerate(lines, 1):
        line = min(of_path, key=shared.__getitem__)
        found[line] = (*found.get(line, ()), number)
    return tuple(found.items())


def written(numbers: tuple[int, ...]) -> str:
    """``1``, ``1 2``, ``1–4``: the numbers of the paths along one line."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}–{numbers[-1]}"
    return " ".join(map(str, numbers))
