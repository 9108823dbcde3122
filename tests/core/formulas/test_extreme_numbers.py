"""Numbers at the ends of what a float holds, infinite and undefined ones: written truly, against Decimal."""

import math
import struct
from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np
import pytest

from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import (
    MINUS,
    UNDEFINED,
    as_sum,
    common_decimals,
    comparison,
    exact_text,
    factor,
    format_number,
    inward_text,
    parse_number,
    telling_digits,
)
from nnsim.core.formulas.terms import OPERATIONS, Term, derivative_of, number, operate
from nnsim.core.formulas.writing import latex, latex_number, text
from tests.documents.extreme_documents import VALUES

NOT_FINITE = (math.inf, -math.inf, math.nan)


def any_floats(count: int) -> list[float]:
    """Numbers of all sizes there are: each pattern of bits is as likely as another. The finite ones."""
    random = np.random.default_rng(12)
    drawn = (struct.unpack("<d", random.bytes(8))[0] for _ in range(count))
    return [*VALUES, *(value for value in drawn if math.isfinite(value))]


FINITE = any_floats(400)


def said(written: str) -> Decimal:
    """What a text says, read by Decimal."""
    return Decimal(written.replace(MINUS, "-").replace("∞", "Infinity"))


@pytest.mark.parametrize(("value", "plain", "as_latex"), [
    (math.inf, "∞", r"\infty"), (-math.inf, "−∞", r"-\infty"), (math.nan, "undefined", r"\text{undefined}"),
])
def test_what_is_no_finite_number_is_written_everywhere(value: float, plain: str, as_latex: str) -> None:
    """By every function that writes a number, at any number of digits."""
    for digits in range(1, 18):
        assert format_number(value, digits) == format_number(value, digits, 2) == plain
        assert telling_digits(value, digits) == digits
        assert latex_number(value, digits) == as_latex
        for up in (True, False):
            written, read = inward_text(value, up, digits)
            assert written == plain and (read == value or read != read)
    assert exact_text(value) == plain
    assert parse_number(plain) is None
    assert text(number(value), numbers=True) == plain and latex(number(value), numbers=True) == as_latex
    assert factor(value) == (f"({plain})" if plain.startswith(MINUS) else plain)


def test_infinite_terms_of_a_sum() -> None:
    """A negative one is taken away."""
    assert as_sum(map(format_number, (1.0, -math.inf, math.nan, math.inf))) == "1 − ∞ + undefined + ∞"
    whole = operate("add", *map(number, (1.0, -math.inf, math.inf)))
    assert Equation(name("z"), whole).text() == "z = 1 − ∞ + ∞ = undefined"
    assert Equation(name("z"), whole).latex() == r"z = 1 - \infty + \infty = \text{undefined}"


def test_infinite_numbers_ask_for_no_decimals() -> None:
    """0.40 and 0.45 line up beside them."""
    assert common_decimals([0.4, 0.45, *NOT_FINITE]) == 2
    assert common_decimals(NOT_FINITE) == 0


@pytest.mark.parametrize("digits", [1, 3, 4, 12, 15])
def test_extreme_numbers_are_written_rounded(digits: int) -> None:
    """As Decimal rounds them; of numbers that are not much longer than that all whole digits stand."""
    rounding = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    for value in FINITE:
        if abs(value) >= 10.0 ** max(digits + 2, 6) or abs(value) < 1e-5:
            assert said(format_number(value, digits)) == rounding.create_decimal(Decimal(value)) + 0


def test_as_many_digits_as_a_number_needs_and_no_more() -> None:
    """The text reads as the very number; one digit less does not."""
    for value in FINITE:
        written = exact_text(value)
        assert float(said(written)) == value
        count = len(written.lstrip(MINUS).split("e")[0].replace(".", "").strip("0"))
        assert count < 2 or float(said(format_number(value, count - 1))) != value or 1e-5 < abs(value) < 1e20


@pytest.mark.parametrize("up", [True, False])
def test_rounded_inward_never_outward(up: bool) -> None:
    """Up is never less, down never more, and what is said to be read is what the text reads as."""
    for value in FINITE:
        for digits in (1, 4, 16):
            written, read = inward_text(value, up, digits)
            assert float(said(written)) == read
            assert math.isfinite(read)
            assert read >= value if up else read <= value


def test_printed_comparisons_are_true() -> None:
    """Between all pairs of extreme, infinite and undefined numbers."""
    ends = [*VALUES, *NOT_FINITE, 0.8, *(math.nextafter(v, 0.0) for v in VALUES)]
    for value in ends:
        for threshold in ends:
            left, relation, right = comparison(value, threshold).split(" ")
            if UNDEFINED in (left, right):
                assert relation == "≱" and math.isnan(value + threshold) and not value >= threshold
            else:
                assert (said(left) >= said(right)) == (relation == "≥") == (value >= threshold)
    assert comparison(math.inf, 0.8) == "∞ ≥ 0.8"
    assert comparison(math.nan, 0.8) == "undefined ≱ 0.8"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_operation_of_extreme_numbers_can_be_computed_and_written(operation: str) -> None:
    """Without a warning and without an error; the derivative too."""
    count = 1 if operation == "negate" else 2
    random = np.random.default_rng(5)
    for _ in range(200):
        values = random.choice([*VALUES, *NOT_FINITE, 2.0], count).tolist()
        term = operate(operation, *(Term(value, name(f"x{i}")) for i, value in enumerate(values)))
        assert Equation(name("y"), term).text() and Equation(name("y"), term).latex(aligned=True)
        assert isinstance(derivative_of(term, "x0", values[0]), float)
