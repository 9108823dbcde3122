"""Numbers as a learner reads and writes them."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnsim.core.formulas.numbers import (
    MINUS,
    Writing,
    as_sum,
    comparison,
    exact_text,
    factor,
    format_number,
    inward_text,
    parse_number,
    telling_digits,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (0.6, "0.6"), (-2.0, "−2"), (0.593269992, "0.5933"),
        (100.0, "100"), (0.99996, "1"), (-0.99996, "−1"), (0.0001, "0.0001"), (0.00009999999, "0.0001"),
        (1.2e-5, "1.2e−5"), (-1.23456e-5, "−1.235e−5"), (1234.5678, "1235"), (123456.7, "123457"),
        (999999.6, "1e6"), (1234567.0, "1.235e6"), (5e-324, "4.941e−324"), (1e300, "1e300"),
        (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "undefined"),
    ],
)
def test_a_number_is_written_for_a_learner(value: float, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(math.pi, 1, "3"), (math.pi, 2, "3.1"), (math.pi, 9, "3.14159265"), (0.751365070, 9, "0.75136507"),
     # One unit below a power of ten: its logarithm rounds up, its digits must not.
     (999.9999999999999, 16, "999.9999999999999"),
     # A float needs no more than its shortest digits: further ones nobody wrote.
     (1 / 3, 17, "0.3333333333333333"), (0.15, 17, "0.15"), (0.1 + 0.2, 17, "0.30000000000000004")],
)
def test_as_many_digits_as_asked_for(value: float, digits: int, text: str) -> None:
    assert format_number(value, digits) == text


def test_numpy_scalars_are_written_as_numbers() -> None:
    assert format_number(np.float64(-0.5)) == "−0.5"


@given(finite)
@example(2.0**-24)
def test_seventeen_digits_say_the_number_exactly(value: float) -> None:
    assert parse_number(format_number(value, 17)) == value


@given(st.floats(-1e9, 1e9), st.integers(1, 12))
def test_what_is_written_is_the_number_rounded(value: float, digits: int) -> None:
    written = parse_number(format_number(value, digits))
    assert written is not None
    assert abs(written - value) <= 0.5000001 * 10.0 ** (1 - digits) * abs(value)
    assert "-" not in format_number(value, digits)


def test_a_negative_factor_stands_in_brackets() -> None:
    assert factor(-2.0) == "(−2)"
    assert factor(2.0) == "2"
    assert factor(-0.0) == "0"


@pytest.mark.parametrize(
    ("value", "threshold", "text"),
    [
        (1.0, 1.2, "1 < 1.2"), (2.0, 1.2, "2 ≥ 1.2"), (0.6, 0.6, "0.6 ≥ 0.6"), (-1.0, 0.0, "−1 < 0"),
        (0.7 + 0.1, 0.8, "0.7999999999999999 < 0.8"), (0.1 + 0.2, 0.3, "0.3 ≥ 0.3"),
        (0.59999, 0.6, "0.59999 < 0.6"), (math.inf, 0.6, "∞ ≥ 0.6"), (-math.inf, 0.6, "−∞ < 0.6"),
        (math.nan, 0.6, "undefined ≱ 0.6"),
    ],
)
def test_a_comparison_reads_true(value: float, threshold: float, text: str) -> None:
    assert comparison(value, threshold) == text


def holds(text: str) -> bool:
    """Whether a printed comparison is true, read by Python's own float()."""
    left, relation, right = text.replace("−", "-").split(" ")
    return (float(left) >= float(right)) == (relation == "≥")


@given(finite, finite, st.integers(1, 17))
def test_any_comparison_reads_true(value: float, threshold: float, digits: int) -> None:
    assert holds(comparison(value, threshold, digits))


@given(finite, st.integers(0, 3), st.booleans(), st.integers(1, 17))
def test_a_comparison_of_neighbours_reads_true(value: float, steps: int, up: bool, digits: int) -> None:
    other = value
    for _ in range(steps):
        other = math.nextafter(other, math.inf if up else -math.inf)
    if math.isfinite(other):
        text = comparison(value, other, digits)
        assert holds(text)
        assert ("≥" in text) == (value >= other)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0), ("1.2", 1.2), ("1,2", 1.2), (" 1.2 ", 1.2), ("−2", -2.0), ("-2", -2.0), ("– 2", -2.0),
        ("+3", 3.0), (".5", 0.5), (",5", 0.5), ("1.", 1.0), ("1e-5", 1e-5), ("1.2e−5", 1.2e-5),
        ("1E3", 1000.0), ("1/3", 1 / 3), ("1,5/2", 0.75), ("-1/-4", 0.25), ("1 000", 1000.0), ("1\u202f000", 1000.0),
        ("1\u00a0000", 1000.0),
    ],
)
def test_what_a_learner_types_is_read(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", ".", ",", "e5", "1e", "1e5.5", "1.2.3", "1,2,3", "1.000,5", "1/0", "1/2/3", "/2", "inf",
     "nan", "∞", "1e999", "1e300/1e-300", "--1", "0x10", "1_000", "²", "one", "__import__('os')"],
)
def test_what_is_no_finite_number_is_not_read(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(("text", "field", "point", "comma"), [
    ("1'234.5", 1234.5, 1234.5, None), ("−1’234’567,5", -1234567.5, None, -1234567.5), ("12’34", None, None, None),
    ("1’234 567", None, None, None), ("'5'", None, None, None),
    ("1 234,5", 1234.5, None, 1234.5), ("1\u202f234\u00a0567.5", 1234567.5, 1234567.5, None), ("1 2", None, None, None),
    ("12 345 67", None, None, None), ("1234 567", None, None, None), ("0.123 456", 0.123456, 0.123456, None),
    ("1.000", 1.0, 1.0, 1000.0), ("1,000", 1.0, 1000.0, 1.0), ("1.000,5", None, None, 1000.5),
    ("1,234,567.5", None, 1234567.5, None), ("0.125", 0.125, 0.125, None), ("1.0000", 1.0, 1.0, None),
    ("-1,5", -1.5, None, -1.5), ("−12", -12.0, -12.0, -12.0), ("1 / 4", 0.25, 0.25, 0.25),
    ("1,5 e −3", 0.0015, None, 0.0015),
])
def test_a_number_is_read_by_its_decimal_sign(
    text: str, field: float | None, point: float | None, comma: float | None
) -> None:
    """A field knows of none; where one is known the other sign parts thousands, in groups of three, as spaces do."""
    assert (parse_number(text), parse_number(text, "."), parse_number(text, ",")) == (field, point, comma)


@pytest.mark.parametrize(("value", "digits", "shown"), [
    (math.tanh(4.67), 3, "0.9998"), (1.0, 3, "1"), (2.00000000001, 4, "2"), (0.99996, 4, "0.99996"), (123.4, 3, "123"),
    (-0.9996, 3, "−0.9996"), (0.5, 3, "0.5"),
])
def test_what_is_nearly_whole_tells_so(value: float, digits: int, shown: str) -> None:
    """1 − tanh(4.67)² is not 0, so the tanh must not read as 1; what is whole, or large, keeps its digits."""
    assert format_number(value, telling_digits(value, digits)) == shown


@given(finite)
def test_exact_text_reads_as_the_same_number(value: float) -> None:
    assert float(exact_text(value).replace(MINUS, "-")) == value


@pytest.mark.parametrize(("value", "text"), [(1.2, "1.2"), (0.1 + 0.2, "0.30000000000000004"), (-2, "−2"), (0, "0")])
def test_exact_text_is_no_longer_than_it_has_to_be(value: float, text: str) -> None:
    assert exact_text(value) == text


@given(st.floats(-1e9, 1e9), st.booleans(), st.integers(2, 8), st.booleans(), st.booleans())
@example(1 / 3, True, 4, False, True)
@example(-2 / 3, False, 4, True, True)
@example(123456.7, True, 4, False, True)
def test_inward_text_never_goes_past(value: float, up: bool, count: int, decimals: bool, cut: bool) -> None:
    """And not farther than a unit of the last digit, of which there are as many as asked for."""
    text, read = inward_text(value, up, Writing(count, decimals, cut))
    assert float(text.replace(MINUS, "-")) == read
    assert read >= value if up else read <= value
    short = max(abs(value) * 10.0 ** (2 - count), 5e-324)
    assert abs(read - value) <= (max(short, 10.0 ** (1 - count)) if decimals and "e" not in text else short)


@pytest.mark.parametrize(
    ("terms", "said"),
    [((), ""), (("−1",), "−1"), (("1", "−2", "0.5"), "1 − 2 + 0.5"), (("−1", "−∞", "…"), "−1 − ∞ + …")])
def test_a_negative_term_of_a_sum_is_taken_away(terms: tuple[str, ...], said: str) -> None:
    assert as_sum(terms) == said
