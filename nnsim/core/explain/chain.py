"""The chain rule: the paths from a parameter or an activation to the loss, with their factors."""

import heapq
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import without_dust
from nnsim.core.formulas.terms import Place
from nnsim.core.network import Connection, Ends, Structure
from nnsim.core.symbols import Symbol

MOST_PATHS = 10_000
"""All paths are listed only up to this many."""


@dataclass(frozen=True)
class Path:
    """One way from the loss back to what it is derived by: ∂Loss/∂O1 · ∂O1/∂net1 · ∂net1/∂w5."""

    factors: tuple[Equation, ...]
    value: float
    neurons: tuple[str, ...] = ()
    """The neurons it passes, from the start to the output."""

    @property
    def output(self) -> str:
        """Through which output it leaves the network for the loss."""
        return self.factors[0].place[0]

    @property
    def connections(self) -> tuple[Ends, ...]:
        """Those it runs along, from where it begins to its output; a weight's own connection is the first."""
        return tuple((source, target) for source, target in
                     (factor.place for factor in reversed(self.factors) if len(factor.place) == 2))

    @property
    def shown_value(self) -> float:
        """The product as it is written: 0 where a factor is, but for rounding."""
        vanishes = math.isfinite(self.value) and any(factor.shown_value == 0 for factor in self.factors)
        return 0.0 if vanishes else self.value


@dataclass(frozen=True)
class Chain:
    """∂L/∂p as a sum over paths: the largest of them, how many there are, and their total, which is the engine's."""

    name: Symbol
    paths: tuple[Path, ...]
    count: int
    total: float

    @property
    def factors(self) -> tuple[Equation, ...]:
        """The different factors of the paths that are shown, in their order."""
        found: dict[str, Equation] = {}
        for path in self.paths:
            for factor in path.factors:
                found.setdefault(factor.name.text, factor)
        return tuple(found.values())

    @property
    def rest(self) -> float:
        """What the paths that are not shown add up to: the total less those shown; 0 if that is rounding alone."""
        terms = [self.total, *(-path.value for path in self.paths)]
        return without_dust(sum(terms), terms)

    @property
    def shown_total(self) -> float:
        """The total as it is written: 0 where the paths cancel but for rounding."""
        if self.hidden:
            return self.total
        paths = [path.shown_value for path in self.paths]
        return without_dust(self.total, paths) if any(paths) else 0.0

    @property
    def hidden(self) -> int:
        """How many paths are not shown."""
        return self.count - len(self.paths)


Starts = Sequence[tuple[str, float, tuple["Equation | str", ...]]]
"""Where paths begin: the neuron, the factor before it, and that as an Equation, if any, and the neuron."""


class _State(NamedTuple):
    """A path under way, from its start to a neuron; the largest possible end comes first, then the longer path."""

    order: tuple[float, int, int]
    neuron: str
    at_output: bool
    """The path has ended: it left this neuron for the loss."""
    value: float
    taken: tuple[Equation | Connection | str, ...]


def chain_of(explanation: Explanation, parameter: str, most: int = 4) -> Chain:
    """The ``most`` largest paths from a parameter to the loss; with ``most`` of MOST_PATHS, all if they are no more.

    A shared parameter's paths begin at each of its uses.
    """
    structure = explanation.structure
    starts = []
    for use in structure.uses[parameter]:
        target = use.target if isinstance(use, Connection) else use.id
        first = explanation.use_slope(use)
        starts.append((target, first.value, (first, target)))
    return _chain(explanation, explanation.notation.loss.by(name(parameter)), starts,
                  explanation.gradient(parameter), most)


def chain_of_activation(explanation: Explanation, neuron: str, most: int = 4) -> Chain:
    """The same from a neuron's pre-activation: the paths whose sum is its δ = ∂L/∂z."""
    symbol = explanation.notation.loss.by(explanation.notation.pre_activation(neuron))
    return _chain(explanation, symbol, [(neuron, 1.0, (neuron,))], explanation.delta(neuron), most)


def numbered_paths(explanation: Explanation, place: Place, most: int) -> Chain | None:
    """The chain of what stands at a place: a connection's weight, a neuron's bias, or its δ if it has no bias.

    Wherever its paths have numbers, the first of ``Chain.paths`` is 1. None for an input, and without a loss.
    """
    structure = explanation.structure
    if explanation.backward is None:
        return None
    match place:
        case (source, target):
            return chain_of(explanation, structure.by_ends[source, target].weight, most)
        case (id,) if structure.by_id[id].role != "input":
            bias = structure.by_id[id].bias
            return chain_of_activation(explanation, id, most) if bias is None else chain_of(explanation, bias, most)
        case _:
            return None


def why_no_gradient(e: Explanation, parameter: str) -> tuple[str, ...]:
    """Why ∂L/∂p is 0, where each way to the loss meets a neuron whose slope is 0: what is said of the first ones."""
    structure, found = e.structure, dict[str, None]()
    ways = [use.target if isinstance(use, Connection) else use.id for use in structure.uses[parameter]]
    seen = set(ways)
    while ways:
        id = ways.pop(0)
        note = e.slope(id).note
        if note:
            found[note] = None
        elif e.slope(id).value == 0 or structure.by_id[id].role == "output":
            return ()
        else:
            ahead = [c.target for c in structure.outgoing[id] if c.target not in seen]
            seen |= set(ahead)
            ways += ahead
    return tuple(found)


def count_paths(explanation: Explanation, neurons: list[str]) -> int:
    """How many paths lead from these neurons to the loss, by dynamic programming; each output ends one."""
    structure = explanation.structure
    counts: dict[str, int] = {}
    for id in _farthest_first(structure, neurons):
        ends = 1 if structure.by_id[id].role == "output" else 0
        counts[id] = ends + sum(counts[c.target] for c in structure.outgoing[id])
    return sum(counts[id] for id in neurons)


def _farthest_first(structure: Structure, neurons: Collection[str]) -> list[str]:
    """All neurons that these lead to, and they themselves, each before those it takes from."""
    return sorted(structure.downstream(neurons), key=lambda id: -structure.depth[id])


def _chain(e: Explanation, symbol: Symbol, starts: Starts, total: float, most: int) -> Chain:
    neurons = [neuron for neuron, _, _ in starts]
    number = count_paths(e, neurons)
    most = min(most, MOST_PATHS)
    paths = tuple(_path(e, state) for state, _ in zip(_best_first(e, starts), range(most), strict=False))
    return Chain(symbol, paths, number, total)


def _best_first(e: Explanation, starts: Starts) -> Iterator[_State]:
    """Whole paths, the largest product first.

    A* with the exact bound: the largest product that any way from a neuron to the loss has, by dynamic programming.
    So every step taken belongs to a path that comes next. Hart, Nilsson & Raphael 1968.
    """
    structure = e.structure
    slope: dict[str, float] = {}
    ends: dict[str, float] = {}
    best: dict[str, float] = {}
    through: dict[tuple[str, str], float] = {}
    for id in _farthest_first(structure, [neuron for neuron, _, _ in starts]):
        slope[id] = e.slope(id).value
        ends[id] = e.loss_slope(id).value if structure.by_id[id].role == "output" else 0.0
        ways = [abs(ends[id])]
        for c in structure.outgoing[id]:
            through[c.ends] = e.source_slope(c)
            ways.append(_size(through[c.ends] * best[c.target]))
        best[id] = _size(slope[id] * max(ways))
    tie = count()

    def state(id: str, value: float, bound: float, taken: tuple[Equation | Connection | str, ...],
              done: bool = False) -> _State:
        return _State((-_size(value * bound), -len(taken), next(tie)), id, done, value, taken)

    heap = [state(id, value, best[id], taken) for id, value, taken in starts]
    heapq.heapify(heap)
    while heap:
        here = heapq.heappop(heap)
        if here.at_output:
            yield here
            continue
        value, id = here.value * slope[here.neuron], here.neuron
        if structure.by_id[id].role == "output":
            heapq.heappush(heap, state(id, value * ends[id], 1.0, (*here.taken, ""), done=True))
        for c in structure.outgoing[id]:
            heapq.heappush(heap, state(c.target, value * through[c.ends], best[c.target], (*here.taken, c, c.target)))


def _size(value: float) -> float:
    """How large, for ordering; what is not a number comes last."""
    return abs(value) if value == value else 0.0


def _path(e: Explanation, state: _State) -> Path:
    """The factors from the loss back to the start, as the lecture writes them."""
    factors: list[Equation] = []
    neurons = tuple(taken for taken in state.taken if isinstance(taken, str) and taken)
    for taken in state.taken:
        if isinstance(taken, Equation):
            factors.append(taken)
        elif isinstance(taken, Connection):
            factors.append(e.by_source(taken))
        elif taken:
            factors.append(e.slope(taken))
        else:
            factors.append(e.loss_slope(state.neuron))
    return Path(tuple(reversed(factors)), state.value, neurons)
