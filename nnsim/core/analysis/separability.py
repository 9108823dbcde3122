"""Could one neuron do it? Whether a straight line, or plane, parts two classes: decided exactly, with its proof."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.analysis.exact import Exact, Fractions, Shares, decide
from nnsim.core.arrays import Array, Flags, Indices

Verdict = Literal["yes", "no", "unknown"]

MOST_NUMBERS = 2_000_000
"""Data with more numbers than this are not examined: it would take too long."""
FEW = 64
"""So few points are all put into the first linear program."""
MOST_ADDED = 8
"""So many points of each class are added to it at a time."""
MOST_ROUNDS, ROUNDING_ROUNDS = 200, 30
TOLERANCE, SMALLEST_DUAL = 1e-9, 1e-13
ALIKE = 4
"""Columns are as wide as the widest if they are at least 2^−4 of it."""
LOSS = 0.02
"""Which share of the gap between the classes short numbers may cost."""


@dataclass(frozen=True)
class Meeting:
    """Proof that nothing straight parts two classes: a point that is a mean of points of the one and of the other.

    ``zeros`` and ``ones`` are rows of X, ``zero_shares`` and ``one_shares`` the shares they have in the mean, above
    0 and 1 together. ``point`` is both means. All numbers are exact.
    """

    zeros: tuple[int, ...]
    zero_shares: Fractions
    ones: tuple[int, ...]
    one_shares: Fractions
    point: Fractions

    @property
    def is_contradiction(self) -> bool:
        """Whether one point itself is in both classes."""
        return len(self.zeros) == len(self.ones) == 1


@dataclass(frozen=True)
class Separation:
    """Whether one neuron can tell two classes apart, and the proof.

    ``verdict`` "yes": class 1 is exactly where Σ weights·x ≥ ``threshold``; the line lies in the middle of the widest
    gap, up to short numbers. "no": ``meeting`` proves it. "unknown": ``reason`` says, in the learner's words, why it
    could not be decided. ``weights`` are exact, and nearly always floats.
    """

    verdict: Verdict
    weights: Fractions = ()
    threshold: Fraction = Fraction(0)
    meeting: Meeting | None = None
    reason: str = ""


def classes_of(t: ArrayLike) -> Flags | None:
    """(samples,): which targets are class 1, the higher of two values; None if there are more than two values.

    A single value is class 1 if it is above 0.
    """
    targets = np.asarray(t)
    if targets.dtype == np.bool_:
        return targets
    values = np.unique(targets)
    if len(values) > 2:
        return None
    return np.asarray(targets > (values[0] if len(values) == 2 else 0), dtype=np.bool_)


def separate(X: ArrayLike, t: ArrayLike) -> Separation:
    """Whether Σ weights·x ≥ θ can hold for class 1 of ``t`` alone.

    X is (samples, inputs), t (samples,) with two values, of which the higher is class 1, or bools. Raises ValueError
    for other shapes, more than two values, no sample, no input, and numbers that are not finite.
    """
    points, high = _checked(X, t)
    if points.size > MOST_NUMBERS:
        text = f"{len(points):,} samples of {points.shape[1]:,} inputs are too many to examine."
        return Separation("unknown", reason=text)
    n_inputs = points.shape[1]
    if high.all() or not high.any():
        return Separation("yes", (Fraction(0),) * n_inputs, Fraction(0 if high.all() else 1))
    _, first, group = np.unique(points, axis=0, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    contradiction = _contradiction(points, high, group)
    if contradiction is not None:
        return Separation("no", meeting=contradiction)
    rows = np.sort(first)
    exact = Exact(points[rows], high[rows])
    weights, support = _widest(exact)
    if weights is not None:
        return _answer(exact, weights)
    found = decide(exact, support)
    if isinstance(found, Shares):
        meeting = _meeting(exact.X, found, rows)
        if meeting is not None:
            return Separation("no", meeting=meeting)
    elif found is not None:
        return _answer(exact, found)
    return Separation("unknown", reason="The classes nearly touch: it would take too long to decide it exactly.")


def parts(X: ArrayLike, t: ArrayLike, weights: Sequence[float | Fraction], threshold: float | Fraction) -> bool:
    """Whether Σ weights·x ≥ threshold holds for class 1 of ``t`` alone; exactly, for the floats as they are."""
    points, high = _checked(X, t)
    lowest, highest = Exact(points, high).gap([Fraction(w) for w in weights])
    theta = Fraction(threshold)
    return (highest is None or highest < theta) and (lowest is None or theta <= lowest)


def _checked(X: ArrayLike, t: ArrayLike) -> tuple[Array, Flags]:
    points = np.asarray(X, dtype=np.float64)
    targets = np.asarray(t)
    if points.ndim != 2 or 0 in points.shape or targets.shape != points.shape[:1]:
        raise ValueError(f"X must be (samples, inputs) and t (samples,); their shapes are {points.shape} "
                         f"and {targets.shape}.")
    if not (np.isfinite(points).all() and np.isfinite(targets).all()):
        raise ValueError("Only finite numbers can be examined.")
    high = classes_of(targets)
    if high is None:
        raise ValueError("The targets have more than two values: they are not two classes.")
    return points, high


def _contradiction(points: Array, high: Flags, group: Indices) -> Meeting | None:
    """The first point that is in both classes; ``group`` numbers equal points alike."""
    count = int(group.max()) + 1
    both = (np.bincount(group[high], minlength=count) > 0) & (np.bincount(group[~high], minlength=count) > 0)
    torn = np.flatnonzero(both[group])
    if not len(torn):
        return None
    same = group == group[torn[0]]
    whole = (Fraction(1),)
    zero, one = int(np.flatnonzero(same & ~high)[0]), int(np.flatnonzero(same & high)[0])
    return Meeting((zero,), whole, (one,), whole, tuple(Fraction(v) for v in points[zero].tolist()))


def _answer(exact: Exact, weights: Fractions) -> Separation:
    """Yes, with these weights, that part the classes, and the shortest threshold near the middle of the gap."""
    lowest, highest = exact.gap(weights)
    assert lowest is not None and highest is not None and highest < lowest
    middle = (lowest + highest) / 2
    for digits in range(1, 18):
        try:
            theta = Fraction(float(f"{float(middle):.{digits}g}"))
        except OverflowError:
            break
        if abs(theta - middle) <= (lowest - highest) * Fraction(LOSS):
            return Separation("yes", weights, theta)
    return Separation("yes", weights, middle)


def _meeting(X: Array, shares: Shares, rows: Indices) -> Meeting | None:
    """The proof in ``rows`` of the data, if it holds for the floats as they are: both means are worked out anew."""
    def mean(chosen: tuple[int, ...], weights: Fractions) -> Fractions:
        points = [[Fraction(v) for v in X[i].tolist()] for i in chosen]
        return tuple(sum((w * p[j] for w, p in zip(weights, points, strict=True)), Fraction(0))
                     for j in range(X.shape[1]))

    point = mean(shares.zeros, shares.zero_shares)
    weights = shares.zero_shares + shares.one_shares
    if point != mean(shares.ones, shares.one_shares) or min(weights) <= 0 or sum(shares.zero_shares) != 1 or sum(
            shares.one_shares) != 1:
        return None
    return Meeting(tuple(int(rows[i]) for i in shares.zeros), shares.zero_shares,
                   tuple(int(rows[i]) for i in shares.ones), shares.one_shares, point)


# With floats: the widest gap, by a linear program that grows


def _widest(exact: Exact) -> tuple[Fractions | None, list[int]]:
    """Weights that part the classes, proved and short, or None; and the points that decide.

    The program maximises the distance δ of all points from the line for weights of length 1. It begins with few
    points and takes in those it got wrong; a length above 1 is cut off where it is found.
    """
    X, high = exact.X, exact.high
    half = X.max(axis=0) / 2 - X.min(axis=0) / 2
    # Powers of two scale exactly. Columns of about the same width keep their proportions: what is square to the line
    # stays so. A column that does not vary cannot help; its weight stays 0.
    powers = np.minimum(np.frexp(half)[1], 1023)
    widest = np.where(half > 0, powers, -2000).max()
    powers = np.where(powers >= widest - ALIKE, widest, powers)
    scale = np.exp2(np.where(half > 0, powers, 0).astype(np.float64))
    Z = np.where(half > 0, (X - (X.max(axis=0) / 2 + X.min(axis=0) / 2)) / scale, 0.0)
    side = np.where(high, 1.0, -1.0)
    program = _Program(half > 0)
    chosen = np.zeros(len(Z), dtype=np.bool_)
    w, theta, delta = Z[high].mean(axis=0) - Z[~high].mean(axis=0), 0.0, np.inf
    for step in range(MOST_ROUNDS):
        distance = side * (Z @ w - theta)
        added = _nearest(distance, high, chosen, delta - TOLERANCE) if len(Z) > FEW or step else np.arange(len(Z))
        chosen[added] = True
        for i in added:
            program.add_point(int(i), Z[i], side[i])
        length = float(np.linalg.norm(w))
        cut = step > 0 and step <= ROUNDING_ROUNDS and length > 1 + 1e-6
        if cut:
            program.add_cut(w / length)
        if step and not len(added) and not cut:
            break
        solved = program.solve()
        if solved is None:
            return None, np.flatnonzero(chosen).tolist()
        w, theta, delta = solved
        if delta <= TOLERANCE:
            break
    if w.any():
        with np.errstate(all="ignore"):
            for weights in _short(X, high, w * (scale.min() / scale), scale):
                if exact.parted_by(weights):
                    return weights, program.support()
    return None, program.support()


def _nearest(distance: Array, high: Flags, chosen: Flags, below: float) -> Indices:
    """The points not yet chosen whose distance is below a bound: of each class the worst."""
    found = []
    for same in (high, ~high):
        rows = np.flatnonzero(same & ~chosen & (distance < below))
        found.append(rows[np.argsort(distance[rows], kind="stable")[:MOST_ADDED]])
    return np.concatenate(found)


def _short(X: Array, high: Flags, w: Array, scale: Array) -> Iterator[Fractions]:
    """The weights with few digits, as far as the gap stays as wide, and last as they are."""
    def width(weights: Array) -> float:
        sums = X @ weights
        lengths = np.abs(weights * scale)
        longest = lengths.max()
        return float((sums[high].min() - sums[~high].max()) / longest / np.linalg.norm(lengths / longest))

    w = w / np.abs(w).max()
    if not np.isfinite(w).all():
        return
    enough = width(w) * (1 - LOSS)
    candidates = [np.round(w * k) for k in range(1, 10)]
    candidates += [np.array([float(f"{v:.{digits}g}") for v in w]) for digits in (2, 3, 4, 6)]
    for candidate in candidates:
        if candidate.any() and width(candidate) >= enough:
            yield tuple(Fraction(v) for v in (candidate + 0.0).tolist())
    yield tuple(Fraction(v) for v in w.tolist())


class _Program:
    """Maximise δ with side·(w·z − θ) ≥ δ for the points that were added; |w| ≤ 1, δ ≥ 0."""

    def __init__(self, varies: Flags) -> None:
        import highspy

        class Quiet(highspy.Highs):
            """Says nothing on the standard output, not even its version while it is made."""

            def enableCallbacks(self) -> Any:
                self.silent()
                return super().enableCallbacks()  # type: ignore[no-untyped-call]

        self.infinity = highspy.kHighsInf
        self.optimal = highspy.HighsModelStatus.kOptimal
        self.n = len(varies)
        self.rows: list[int] = []
        """The point that each row of the program stands for, −1 for a cut."""
        self.highs = highs = Quiet()  # type: ignore[no-untyped-call]
        for option, value in (("threads", 1), ("parallel", "off"), ("random_seed", 0),
                              ("primal_feasibility_tolerance", 1e-10), ("dual_feasibility_tolerance", 1e-10)):
            highs.setOptionValue(option, value)
        for used in varies:
            highs.addVar(-float(used), float(used))
        highs.addVar(-self.infinity, self.infinity)
        highs.addVar(0.0, self.infinity)
        highs.changeColCost(self.n + 1, 1.0)
        highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.columns = np.arange(self.n + 2, dtype=np.int32)

    def add_point(self, row: int, z: Array, side: float) -> None:
        """A point that must be at least δ from the line, on its side."""
        self.rows.append(row)
        self.highs.addRow(0.0, self.infinity, self.n + 2, self.columns, np.concatenate([side * z, [-side, -1.0]]))

    def add_cut(self, direction: Array) -> None:
        """The weights may reach no farther than 1 in a direction."""
        self.rows.append(-1)
        self.highs.addRow(-self.infinity, 1.0, self.n, self.columns[:self.n], direction)

    def solve(self) -> tuple[Array, float, float] | None:
        """(w, θ, δ), or None if the solver failed."""
        self.highs.run()
        if self.highs.getModelStatus() != self.optimal:
            return None
        values = np.array(self.highs.getSolution().col_value)
        return values[:self.n], float(values[self.n]), float(values[self.n + 1])

    def support(self) -> list[int]:
        """The points that hold the line, or the proof that there is none."""
        duals = self.highs.getSolution().row_dual
        return [row for row, dual in zip(self.rows, duals, strict=False) if row >= 0 and abs(dual) > SMALLEST_DUAL]
