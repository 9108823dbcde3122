"""Why a comparison that only rounding decides comes out as it does: 0.7 + 0.1 < 0.8, in the numbers of a machine."""

import math
from collections.abc import Iterator
from fractions import Fraction

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.sums import Product, Sum, in_order
from nnsim.core.formulas.numbers import exact_text, factor

_ULP = 2.0**-52
_MOST_NAMED = 3
_WRITTEN_DIGITS = 12
"""A number of more digits was calculated, and nobody wrote it."""


def why_rounding_decides(total: Sum) -> str:
    """In one line why a step, or a bend, is on this side, if its sum misses the other by rounding alone; else nothing.

    The sum is calculated once more in fractions, with every number as it is written: 0.7·1 + 0.1·1 is 0.8 there. Of
    numbers that hold as written, 0.5 or 3, and of sums that are farther from the threshold than n·2⁻⁵²·Σ|term|,
    nothing needs to be said.
    """
    if not ACTIVATIONS[total.activation].kinks or not total.terms or not _is_near(total):
        return ""
    at = Fraction(repr(total.threshold)) if total.in_threshold_notation else Fraction(0)
    true = _exact(total) + (0 if total.in_threshold_notation else Fraction(repr(total.bias or 0.0)))
    found, bound = total.compared
    if (true > at) - (true < at) == (found > bound) - (found < bound):
        return ""
    named = list(dict.fromkeys(_inexact(total)))
    if named:
        cause = f"{_listed(named)} no exact binary form"
    elif any(_is_rounded(value) for term in total.terms for value in (term.weight, term.activation)):
        cause = "The numbers that come in are rounded themselves"
    else:
        cause = "The sum has more digits than a number can hold"
    sum = "the sum" if total.combine == "sum" and (len(total.terms) > 1 or total.bias) else "the result"
    side = "just below" if found < bound else "just above" if found > bound else "exactly"
    then = f"rounded, {sum} is {side} {exact_text(bound)}"
    if true == at:
        return f"{cause}: {then}."
    return f"{cause}: {then}, which it would not be without rounding."


def _is_near(total: Sum) -> bool:
    """Whether rounding can have taken the sum across what it is compared with."""
    found, bound = total.compared
    parts = [term.value for term in total.terms] if total.combine == "sum" else [total.combined]
    size = sum(map(abs, parts)) + abs(total.bias or 0.0)
    return abs(found - bound) <= (len(total.terms) + 1) * _ULP * size < math.inf


def _exact(total: Sum) -> Fraction:
    """What is compared, without the bias, of the numbers as they are written."""
    terms = [Fraction(repr(term.weight)) * Fraction(repr(term.activation)) for term in total.terms]
    if total.combine == "sum":
        return sum(terms, Fraction(0))
    return max(terms) if total.combine == "max" else Fraction(math.prod(terms))


def _inexact(total: Sum) -> Iterator[str]:
    """The numbers of the sum, as they are written, that are rounded before or as they are multiplied."""
    for term in total.terms:
        yield from _inexact_factors(total, term)
    if not total.in_threshold_notation and total.bias is not None and _is_rounded(total.bias):
        yield exact_text(abs(total.bias))


def _inexact_factors(total: Sum, term: Product) -> Iterator[str]:
    if term.value == 0:
        return
    factors = [value for value in (term.weight, term.activation) if _is_rounded(value)]
    yield from (exact_text(abs(value)) for value in factors if _is_written(value))
    if not factors and Fraction(term.weight) * Fraction(term.activation) != Fraction(term.value):
        yield "·".join(map(factor, in_order(total.activation, term.weight, term.activation)))


def _is_rounded(value: float) -> bool:
    return Fraction(repr(value)) != Fraction(value)


def _is_written(value: float) -> bool:
    return len(exact_text(value).partition("e")[0].replace(".", "").lstrip("−0")) <= _WRITTEN_DIGITS


def _listed(names: list[str]) -> str:
    """“0.7 and 0.1 have”, “0.1 has”; of many the first."""
    if len(names) == 1:
        return f"{names[0]} has"
    if len(names) > _MOST_NAMED:
        return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED:,} more numbers have"
    return f"{', '.join(names[:-1])} and {names[-1]} have"
