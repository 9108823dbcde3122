"""Bands: for which values of one weight or threshold every row of a truth table stays right."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.analysis.maps import decision_threshold
from nnsim.core.arrays import Array, Flags, Indices
from nnsim.core.formulas.numbers import DIGITS, exact_text, format_number, inward_text, with_count
from nnsim.core.network import Network, Neuron
from nnsim.core.program import Trace, program_of

MOST_ROWS = 256
MOST_WORK = 20_000
"""Rows times connections beyond which no band is looked for: it is asked for while a slider is dragged."""
MOST_PIECES = 200
"""So many places where a sum meets a threshold are passed in each direction at most."""
BESIDE = 1e-12
"""Just beyond such a place, as a part of the numbers there: farther than rounding, nearer than anything a learner sets.
"""
MOST_SIZE = 1e9
"""Beside larger numbers BESIDE is no longer near: a band would leave out, or take in, what a learner sets."""
_TARGETS = np.array([0.0, 1.0])
_MOST_DIGITS = 17


@dataclass(frozen=True)
class Band:
    """Values from ``low`` to ``high`` (−∞, ∞ where there is no end); the flags say whether the ends themselves belong.

    ``rows`` says which rows are right on all of it.
    """

    low: float
    high: float
    has_low: bool
    has_high: bool
    rows: Flags = field(compare=False, default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def __contains__(self, value: float) -> bool:
        above = value > self.low or (self.has_low and value == self.low)
        return above and (value < self.high or (self.has_high and value == self.high))

    def negated(self) -> "Band":
        """The band of −value: of the threshold θ, where this one is of the bias b = −θ."""
        # + 0.0 makes a 0 of −0.
        return Band(-self.high + 0.0, -self.low + 0.0, self.has_high, self.has_low, self.rows)

    def written(self, symbol: str, digits: int = DIGITS) -> str:
        """``1 < θ ≤ 2``, ``θ > 1``, ``θ = 1``; empty if every value is in the band.

        Never false as printed: an end that needs more digits is rounded into the band, and belongs to it then.
        """
        if self.low == self.high:
            return f"{symbol} = {exact_text(self.low)}"
        (low, has_low), (high, has_high) = self.ends(digits)
        if math.isinf(self.low) and math.isinf(self.high):
            return ""
        if math.isinf(self.high):
            return f"{symbol} {'≥' if has_low else '>'} {low}"
        if math.isinf(self.low):
            return f"{symbol} {'≤' if has_high else '<'} {high}"
        return f"{low} {'≤' if has_low else '<'} {symbol} {'≤' if has_high else '<'} {high}"

    def ends(self, digits: int = DIGITS) -> tuple[tuple[str, bool], tuple[str, bool]]:
        """Both ends as they are printed, and whether what is printed belongs to the band."""
        for count in range(digits, _MOST_DIGITS + 1):
            found, more = [], with_count(digits, count)
            for end, belongs, up in ((self.low, self.has_low, True), (self.high, self.has_high, False)):
                text = format_number(end, more)
                whole = exact_text(end)
                # What is as short as it would be rounded is printed as it is.
                if math.isinf(end) or len(whole) <= len(text) + 2:
                    found.append((whole, belongs, end))
                else:
                    text, value = inward_text(end, up, more)
                    found.append((text, True, value))
            (low, has_low, a), (high, has_high, b) = found
            if a < b:
                break
        return (low, has_low), (high, has_high)


def right_rows(network: Network, X: Array, T: Array) -> Flags:
    """(rows,): where every output is on the side of its threshold that its target of 0 or 1, in T, asks for."""
    structure = network.structure
    program = program_of(structure)
    return _right(program.run(network.parameters, X), program.outputs, _thresholds(network), T)


def _right(trace: Trace, outputs: Indices, thresholds: Array, T: Array) -> Flags:
    said = trace.a_rows[outputs].T
    right: Flags = (((said >= thresholds) == (T == 1.0)) & np.isfinite(said)).all(axis=1)
    return right


def _thresholds(network: Network) -> Array:
    by_id = network.structure.by_id
    return np.array([decision_threshold(by_id[id].activation, _TARGETS) for id in network.structure.outputs])


def can_have_band(network: Network, X: Array, T: Array) -> bool:
    """Whether a band can be asked for: a network that runs, few rows, targets of 0 and 1."""
    structure = network.structure
    return (
        (X.shape[1], T.shape[1]) == (len(structure.inputs), len(structure.outputs))
        and 0 < len(X) <= MOST_ROWS
        and len(X) * len(structure.connections) <= MOST_WORK
        and bool(np.isin(T, _TARGETS).all())
        and not program_of(structure).problems
    )


@np.errstate(all="ignore")
def band_of(network: Network, parameter: str, X: Array, T: Array, rows: Flags | None = None) -> Band | None:
    """The values of one parameter, all others as they are, for which rows stay right.

    X (rows, inputs), T (rows, outputs) of 0 and 1. Sought is the stretch of values for which every row is right, the
    nearest to the current value; where there is none, the stretch around it on which the rows that are right now (or
    ``rows``, if given) stay so. None if no row is right, or if a sum that decides is no straight function of the value:
    through a sigmoid, say, or a product; and beside sums above MOST_SIZE.

    The sums are straight lines between the places where one of them meets a threshold. From the current value on these
    places are passed one by one; at each and just beside it the engine says which rows are right. Places nearer to each
    other than BESIDE count as one.
    """
    if parameter not in network.structure.parameter_index or not can_have_band(network, X, T):
        return None
    search = _Search(network, parameter, X, T)
    if not search.size <= MOST_SIZE:
        return None
    try:
        points = search.points()
    except _Bent:
        return None
    here = next(i for i, (value, _) in enumerate(points) if value == search.start)
    all_right = np.ones(len(X), dtype=np.bool_)
    for wanted in (all_right, points[here][1] if rows is None else rows):
        good = [bool(right[wanted].all()) for _, right in points]
        if not wanted.any() or not any(good):
            continue
        nearest = min((i for i, ok in enumerate(good) if ok), key=lambda i: abs(points[i][0] - search.start))
        if wanted is not all_right and nearest != here:
            return None
        return search.around(points, good, nearest, wanted)
    return None


def _levels(neuron: Neuron) -> set[float]:
    """The values of z at which what a neuron says, or says about the class, changes its course."""
    entry = ACTIVATIONS[neuron.activation]
    if neuron.role != "output":
        return {*entry.kinks}
    threshold = decision_threshold(neuron.activation, _TARGETS)
    return {*entry.kinks, *([0.0] if _turns_at_0(entry, threshold) else _crossings(entry, threshold))}


def _turns_at_0(entry: Activation, threshold: float) -> bool:
    """Whether an output is on the right side of its threshold exactly where z is on that of 0."""
    return not entry.pieces and entry.increasing and float(entry.f(np.zeros(1))[0]) == threshold


def _crossings(entry: Activation, level: float) -> Iterator[float]:
    """Where a function of straight pieces has the value ``level``, between its kinks."""
    ends = (-math.inf, *entry.kinks, math.inf)
    for low, high, slope in zip(ends, ends[1:], entry.pieces, strict=False):
        inside = (low + high) / 2 if math.isfinite(high - low) else max(low + 1.0, min(high - 1.0, 0.0))
        if slope:
            place = inside + (level - float(entry.f(np.array([inside]))[0])) / slope
            if low < place < high:
                yield place


class _Bent(Exception):
    """A sum that decides is no straight function of the value."""


class _Search:
    def __init__(self, network: Network, parameter: str, X: Array, T: Array) -> None:
        self.structure = network.structure
        self.program = program_of(network.structure)
        self.parameters = network.parameters.copy()
        self.index = network.structure.parameter_index[parameter]
        self.parameter = parameter
        self.start = float(network.parameters[self.index])
        self.X, self.T = X, T
        self.thresholds = _thresholds(network)
        self._traces: dict[float, Trace] = {}
        self.order = [self.structure.by_id[id] for id in self.structure.order]
        self.levels = {neuron.id: _levels(neuron) for neuron in self.order}

    def run(self, value: float) -> Trace:
        if value not in self._traces:
            self.parameters[self.index] = value
            self._traces[value] = self.program.run(self.parameters, self.X)
        return self._traces[value]

    @property
    def size(self) -> float:
        """The largest number at the start: the value itself, and what any neuron sums up. NaN if one is."""
        return float(np.abs([self.start, *self.run(self.start).z_rows.ravel()]).max())

    def right(self, value: float) -> Flags:
        return _right(self.run(value), self.program.outputs, self.thresholds, self.T)

    def points(self) -> list[tuple[float, Flags]]:
        """Values in rising order, and which rows are right there: beside a place, on it, beside it, on the next …"""
        below, above = self._walk(-1.0), self._walk(1.0)
        values = [*reversed(below), self.start, *above]
        return [(value, self.right(value)) for value in values]

    def _walk(self, direction: float) -> list[float]:
        here = self._beside(self.start, direction)
        found = [here]
        for _ in range(MOST_PIECES):
            place = self._next(here, direction)
            if place is None:
                break
            here = self._beside(place, direction)
            found += [place, here]
        return found

    def _beside(self, place: float, direction: float) -> float:
        return place + direction * BESIDE * max(1.0, abs(place), float(np.abs(self.run(place).z_rows).max(initial=0.0)))

    def _next(self, here: float, direction: float) -> float | None:
        """The next value in a direction for which some sum meets a threshold; None if none ever does."""
        trace = self.run(here)
        slopes = self._slopes(trace)
        best = math.inf
        for neuron in self.order:
            slope = slopes[neuron.id]
            if slope is None:
                continue
            z = trace.z_rows[self.structure.position[neuron.id]]
            for level in self.levels[neuron.id]:
                moving = slope != 0
                away = direction * (level - z[moving]) / slope[moving]
                away = away[(away > 0) & np.isfinite(away)]
                best = min(best, float(away.min(initial=math.inf)))
        place = here + direction * best
        return place if math.isfinite(place) and place != here else None

    def _slopes(self, trace: Trace) -> dict[str, Array | None]:
        """∂z/∂value of each neuron for each row, (rows,); None where it does not depend on the value at all."""
        structure = self.structure
        out: dict[str, Array | None] = {id: None for id in structure.inputs}
        slopes: dict[str, Array | None] = {}
        for neuron in self.order:
            total: Array | None = None
            for c in structure.incoming[neuron.id]:
                through, own = out[c.source], c.weight == self.parameter
                if through is None and not own:
                    continue
                if neuron.combine != "sum" or (through is not None and own and through.any()):
                    raise _Bent
                total = np.zeros(len(self.X)) if total is None else total
                if own:
                    total = total + trace.a_rows[structure.position[c.source]]
                elif through is not None:
                    total = total + self.parameters[structure.parameter_index[c.weight]] * through
            if neuron.bias == self.parameter:
                total = (np.zeros(len(self.X)) if total is None else total) + 1.0
            slopes[neuron.id] = total
            out[neuron.id] = None if total is None else self._passed(neuron, total, trace)
        return slopes

    def _passed(self, neuron: Neuron, slope: Array, trace: Trace) -> Array:
        """∂a/∂value, from ∂z/∂value."""
        entry = ACTIVATIONS[neuron.activation]
        if entry.pieces:
            z = trace.z_rows[self.structure.position[neuron.id]]
            passed: Array = slope * np.array(entry.pieces)[np.searchsorted(entry.kinks, z)]
            return passed
        if not slope.any():
            return slope
        decides = neuron.role == "output" and not self.structure.outgoing[neuron.id]
        if decides and _turns_at_0(entry, decision_threshold(neuron.activation, _TARGETS)):
            return slope
        raise _Bent

    def around(self, points: list[tuple[float, Flags]], good: list[bool], i: int, wanted: Flags) -> Band:
        """The stretch of good points around the i-th, with its ends."""
        first = last = i
        while first > 0 and good[first - 1]:
            first -= 1
        while last < len(good) - 1 and good[last + 1]:
            last += 1
        low, high = (-math.inf, False), (math.inf, False)
        # Of the last point in the stretch and the first beyond one is a place, the other beside it.
        if first > 0:
            low = self._end(points[first if first % 2 else first - 1][0], wanted)
        if last < len(good) - 1:
            high = self._end(points[last if last % 2 else last + 1][0], wanted)
        return Band(low[0], high[0], low[1], high[1], wanted)

    def _end(self, place: float, wanted: Flags) -> tuple[float, bool]:
        """The shortest number at a place where a stretch ends, and whether the engine says that it belongs to it."""
        near = BESIDE * max(1.0, abs(place))
        # Near 0 the shortest number is 0, not what rounding left over: 1e−16.
        shortest = (0.0, *(float(f"{place:.{digits}g}") for digits in range(1, 17)))
        end = next((end for end in shortest if abs(end - place) <= near), shortest[-1])
        return end + 0.0, bool(self.right(end)[wanted].all())
