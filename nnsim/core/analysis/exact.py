"""Two classes of points as whole numbers, and whether a line parts them, decided without any rounding."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from nnsim.core.arrays import Array, Flags

Wholes = NDArray[np.object_]
"""Whole numbers of Python, of any length: what is computed with them is exact."""
Fractions = tuple[Fraction, ...]

MOST_WORK = 1_500_000
"""So many numbers, long ones counted more, are changed at most while equations are solved exactly: about 2 s."""
LONG = 400
"""So many bits of a number count as one number more."""


class Exact:
    """Points of two classes as floats and as whole numbers: X[:, j] = N[:, j]·2^exponents[j]."""

    def __init__(self, X: Array, high: Flags) -> None:
        self.X, self.high = X, high
        mantissas, exponents = np.frexp(X)
        wholes = (mantissas * 2.0**53).astype(np.int64)
        # The lowest bit that is set: without the zeros behind it the numbers are as short as they can be.
        lowest = np.where(wholes == 0, 1, wholes & -wholes)
        shift = np.round(np.log2(lowest.astype(np.float64))).astype(np.int64)
        wholes, powers = wholes >> shift, exponents.astype(np.int64) - 53 + shift
        powers = np.where(wholes == 0, powers.max() if powers.size else 0, powers)
        base = np.where(wholes == 0, np.iinfo(np.int64).max, powers).min(axis=0)
        base = np.where((wholes == 0).all(axis=0), 0, base)
        up = np.where(wholes == 0, 0, powers - base)
        self.N: Wholes = wholes.astype(object) << up.astype(object)
        self.exponents: list[int] = base.tolist()

    def gap(self, weights: Sequence[Fraction]) -> tuple[Fraction | None, Fraction | None]:
        """(the lowest sum of class 1, the highest of class 0): the weights part them if the first is the greater.

        None stands for a class without a point.
        """
        scaled = [w * Fraction(2) ** e for w, e in zip(weights, self.exponents, strict=True)]
        divisor = math.lcm(*(w.denominator for w in scaled))
        sums = self.N.dot(np.array([int(w * divisor) for w in scaled], dtype=object))
        ones, zeros = sums[self.high], sums[~self.high]
        return (Fraction(min(ones), divisor) if len(ones) else None,
                Fraction(max(zeros), divisor) if len(zeros) else None)

    def parted_by(self, weights: Fractions) -> bool:
        """Whether the sums of class 1 are all above those of class 0. Both must have points."""
        lowest, highest = self.gap(weights)
        return lowest is not None and highest is not None and highest < lowest


@dataclass(frozen=True)
class Shares:
    """Points and the shares they have in the mean of their class; the means are the same."""

    zeros: tuple[int, ...]
    zero_shares: Fractions
    ones: tuple[int, ...]
    one_shares: Fractions


def decide(exact: Exact, support: list[int]) -> Shares | Fractions | None:
    """Shares of means that meet, or weights that part all points; None if it takes too long.

    Begins with the points that decide as far as floats can tell, and takes in those that a line got wrong.
    """
    high = exact.high
    shares = _means(exact.N, [i for i in support if not high[i]], [i for i in support if high[i]])
    if shares is not None:
        return shares
    rows = list(dict.fromkeys([*support, int(np.flatnonzero(high)[0]), int(np.flatnonzero(~high)[0])]))
    work = MOST_WORK
    while True:
        zeros, ones = [i for i in rows if not high[i]], [i for i in rows if high[i]]
        found, work = _means_or_line(exact.N, zeros, ones, work)
        if found is None or isinstance(found, Shares):
            return found
        sums: Wholes = exact.N.dot(found)
        ends = np.flatnonzero(high)[np.argmin(sums[high])], np.flatnonzero(~high)[np.argmax(sums[~high])]
        if sums[ends[1]] < sums[ends[0]]:
            return _plain(exact, found)
        rows += [int(i) for i in ends if int(i) not in rows]


def _plain(exact: Exact, u: Wholes) -> Fractions:
    """The weights that ``u`` are to the whole numbers; as floats, where floats are good enough."""
    weights = [Fraction(int(v)) / Fraction(2) ** e for v, e in zip(u, exact.exponents, strict=True)]
    largest = max(abs(w) for w in weights)
    whole = tuple(w / largest for w in weights)
    floats = tuple(Fraction(float(w)) for w in whole)
    return floats if exact.parted_by(floats) else whole


def _equations(N: Wholes, zeros: list[int], ones: list[int]) -> Wholes:
    """(inputs + 2, shares + 1): equal means, and shares of 1 together in each class; the last column is the total."""
    n, k = N.shape[1], len(zeros) + len(ones)
    # Seen from one of the points the numbers are shorter.
    columns = N[[*zeros, *ones]] - N[zeros[0]]
    columns[len(zeros):] *= -1
    table = np.zeros((n + 2, k + 1), dtype=object)
    table[:n, :k] = columns.T
    table[n, :len(zeros)] = table[n + 1, len(zeros):k] = table[n:, k] = 1
    return table


def _pivoted(table: Wholes, row: int, column: int, divisor: int) -> Wholes:
    """The table with ``column`` solved for in ``row``: whole numbers over a common divisor, exact (Edmonds 1967)."""
    line = table[row].copy()
    result: Wholes = (table * line[column] - np.outer(table[:, column], line)) // divisor
    result[row] = line
    return result


def _means(N: Wholes, zeros: list[int], ones: list[int]) -> Shares | None:
    """The shares with which the means of just these points are equal, if they are determined and none is negative."""
    if not zeros or not ones or len(zeros) + len(ones) > N.shape[1] + 2:
        return None
    table, divisor = _equations(N, zeros, ones), 1
    k = len(zeros) + len(ones)
    for column in range(k):
        rows = column + np.flatnonzero(table[column:, column])
        if not len(rows):
            return None
        table[[column, rows[0]]] = table[[rows[0], column]]
        # Only what stands below and to the right is still needed.
        table[column:, column:] = _pivoted(table[column:, column:], 0, 0, divisor)
        divisor = table[column, column]
    if table[k:, k].any():
        return None
    shares = np.zeros(k, dtype=object)  # as whole numbers over the divisor (Cramer)
    for i in reversed(range(k)):
        shares[i] = (divisor * table[i, k] - table[i, i + 1:k].dot(shares[i + 1:])) // table[i, i]
    exact = {i: Fraction(share, divisor) for i, share in enumerate(shares)}
    return _shares_of(exact, zeros, ones) if min(exact.values()) >= 0 else None


def _shares_of(shares: dict[int, Fraction], zeros: list[int], ones: list[int]) -> Shares:
    """Shares by place in zeros + ones, as shares by point; those of 0 are left out."""
    used = {place: share for place, share in sorted(shares.items()) if share}
    of_zeros = {zeros[i]: share for i, share in used.items() if i < len(zeros)}
    of_ones = {ones[i - len(zeros)]: share for i, share in used.items() if i >= len(zeros)}
    return Shares(tuple(of_zeros), tuple(of_zeros.values()), tuple(of_ones), tuple(of_ones.values()))


def _means_or_line(N: Wholes, zeros: list[int], ones: list[int], work: int) -> tuple[Shares | Wholes | None, int]:
    """Equal means of some points of each class, or u with Σ u·N lower for all of the one than for all of the other.

    The first phase of the simplex method for: shares ≥ 0, 1 together in each class, equal means. Farkas: where no
    shares exist, the prices of the equations are a line. None when ``work`` is used up; returns what is left of it.
    """
    n, k, m = N.shape[1], len(zeros) + len(ones), N.shape[1] + 2
    equations = _equations(N, zeros, ones)
    # Columns: shares, what is missing in each equation, the total. The last line is the sum of all that is missing.
    table = np.zeros((m + 1, k + m + 1), dtype=object)
    table[:m, :k], table[:m, -1] = equations[:, :k], equations[:, k]
    table[:m, k:k + m] = np.eye(m, dtype=np.int64).astype(object)
    table[m, :k], table[m, -1] = -equations[:, :k].sum(axis=0), -2
    basis = list(range(k, k + m))
    divisor, gained = 1, True
    while table[m, -1] != 0:
        entering = np.flatnonzero(table[m, :k] < 0)
        if not len(entering):
            break
        work -= table.size * (1 + divisor.bit_length() // LONG)
        if work < 0:
            return None, 0
        # The steepest column is fast; the first one (Bland's rule) cannot go round in circles where nothing is gained.
        column = int(np.argmin(table[m, :k])) if gained else int(entering[0])
        rows = np.flatnonzero(table[:m, column] > 0)
        leaving = int(min(rows, key=lambda i: (Fraction(table[i, -1], table[i, column]), basis[i])))
        gained = table[leaving, -1] != 0
        pivot = table[leaving, column]
        table = _pivoted(table, leaving, column, divisor)
        basis[leaving], divisor = column, pivot
    if table[m, -1] != 0:
        return divisor - table[m, k:k + n], work
    return _shares_of({basis[i]: Fraction(table[i, -1], divisor) for i in range(m) if basis[i] < k}, zeros, ones), work
