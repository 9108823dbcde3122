"""Numbers in decimals or significant digits, rounded or cut off: every way of writing against decimal arithmetic."""

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnsim.core.formulas.numbers import MINUS, Writing, comparison, format_number, telling_digits, with_count

COUNTS = (1, 2, 3, 4, 5, 6, 9, 12)
WRITINGS = [Writing(count, decimals, truncated)
            for count in COUNTS for decimals in (False, True) for truncated in (False, True)]
numbers = st.one_of(
    st.floats(-1e7, 1e7), st.floats(-1.5, 1.5), st.floats(-1e-3, 1e-3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-100, 100, allow_nan=False, places=4).map(float))


def shortened(value: float, unit: Decimal, truncated: bool) -> Decimal:
    """``value`` to a multiple of ``unit``."""
    exact, shortest = Decimal(value), Decimal(repr(value))
    with localcontext(prec=800, Emin=-2000, Emax=2000):
        if truncated:
            return without_rounding_errors(shortest, unit).quantize(unit, ROUND_DOWN)
        if exact.adjusted() - unit.adjusted() >= 15 and shortest == shortest.quantize(unit):
            return shortest
        return exact.quantize(unit, ROUND_HALF_EVEN)


def without_rounding_errors(shortest: Decimal, unit: Decimal) -> Decimal:
    """A number that has more than 15 digits was calculated: known in 12 digits, or in three behind the unit."""
    size = shortest.adjusted()
    if shortest == shortest.quantize(Decimal(1).scaleb(size - 14)):
        return shortest
    known = max(12, size - unit.adjusted() + 1 + 3)
    return shortest.quantize(Decimal(1).scaleb(size - known + 1), ROUND_HALF_EVEN)


def expected(value: float, way: Writing) -> tuple[Decimal, bool]:
    """The number that is to be read, and whether it is written as 1.2e−5."""
    figures = way + way.decimals
    size = Decimal(value).adjusted()
    # What is rounded up to a power of ten has a digit more before the point.
    for _ in range(2):
        short = shortened(value, Decimal(1).scaleb(size - figures + 1), way.truncated)
        size = max(size, short.adjusted())
    if -4 <= size < max(way + 2, 6):
        unit = Decimal(1).scaleb(-way if way.decimals else min(0, size - way + 1))
        plain = shortened(value, unit, way.truncated)
        if plain:
            return plain, False
    return short, True


@pytest.mark.parametrize("way", WRITINGS, ids=repr)
@given(value=numbers)
@example(value=0.593269992)
@example(value=0.99996)
@example(value=-0.00004)
@example(value=0.15)
@example(value=0.35 + 0.0275)
@example(value=999999.96)
@example(value=123456.789)
@example(value=5e-324)
def test_every_way_of_writing_is_what_decimal_arithmetic_says(value: float, way: Writing) -> None:
    text = format_number(value, way)
    if value == 0:
        assert text == "0"
        return
    number, scientific = expected(value, way)
    assert Decimal(text.replace(MINUS, "-")) == number, text
    assert ("e" in text) == scientific, text
    mantissa = text.partition("e")[0]
    assert "." not in mantissa or mantissa[-1] not in "0.", "no noughts at the end"


@pytest.mark.parametrize("way", WRITINGS, ids=repr)
@given(value=numbers)
def test_what_is_cut_off_is_never_larger_than_the_number_and_what_is_not_0_never_reads_as_0(
    value: float, way: Writing
) -> None:
    read = Decimal(format_number(value, way).replace(MINUS, "-"))
    assert (read == 0) == (value == 0)
    if way.truncated:
        written = Decimal(repr(value)).normalize()
        calculated = len(written.as_tuple().digits) > 15
        assert abs(read) <= abs(written) * (1 + calculated * Decimal("1e-11"))


@pytest.mark.parametrize("count", [1, 4, 9, 12, 16])
@pytest.mark.parametrize("decimals", [False, True])
@given(whole=st.integers(1, 10**15 - 1), places=st.integers(1, 15))
@example(whole=999_999_999_999_999, places=15)
@example(whole=123_456_789_996, places=12)
def test_a_number_that_someone_writes_is_cut_where_it_stands(
    count: int, decimals: bool, whole: int, places: int
) -> None:
    """No digit before the cut is another one than in what was written, however many nines come behind it."""
    written = f"{Decimal(whole).scaleb(-places):f}"
    text = format_number(float(written), Writing(count, decimals, True))
    assert "e" in text or written.startswith(text), text


@pytest.mark.parametrize("way", WRITINGS, ids=repr)
@given(value=st.one_of(numbers, st.just(0.7 + 0.1)), other=st.one_of(numbers, st.just(0.8)))
@example(value=0.7 + 0.1, other=0.8)
@example(value=0.79999, other=0.8)
@example(value=0.80004, other=0.80005)
@example(value=-0.00004, other=0.0)
@example(value=0.00012345678901234567, other=0.0001234567890123457)
def test_a_comparison_is_true_as_printed_in_every_way_of_writing(value: float, other: float, way: Writing) -> None:
    left, relation, right = comparison(value, other, way).replace(MINUS, "-").split(" ")
    assert (float(left) >= float(right)) == (value >= other) == (relation == "≥")


@pytest.mark.parametrize(("value", "way", "text"), [
    # As the lecture calculates: with four decimals, the rest cut off.
    (0.593269992, Writing(4, True, True), "0.5932"), (0.596884378, Writing(4, True, True), "0.5968"),
    (1.105905967, Writing(4, True, True), "1.1059"), (0.082167041, Writing(4, True, True), "0.0821"),
    (0.358916480, Writing(4, True, True), "0.3589"), (0.3775, Writing(4, True, True), "0.3775"),
    (0.082167041, Writing(4, True), "0.0822"), (0.082167041, Writing(4, False, True), "0.08216"),
    (0.0000351019, Writing(4, True, True), "3.5101e−5"), (0.00004, Writing(4, True), "4e−5"),
    (-0.00449, Writing(2, True), "−4.49e−3"), (0.593269992107187, Writing(12, True, True), "0.593269992107"),
    # The number that is meant is cut, not the binary one, and without its rounding errors.
    (0.3, Writing(3, True, True), "0.3"), (0.1 + 0.2, Writing(3, True, True), "0.3"),
    (0.29, Writing(2, True, True), "0.29"), (0.99999999999996, Writing(4, True, True), "0.9999"),
    (0.7 + 0.1, Writing(4, True, True), "0.8"), (2 / 3, Writing(12, False, True), "0.666666666666"),
    (2 / 3, Writing(12), "0.666666666667"), (0.7 + 0.1, Writing(12, True, True), "0.8"),
    (0.1 + 0.2, Writing(17, False, True), "0.30000000000000004"),
    (math.inf, Writing(4, True, True), "∞"), (math.nan, Writing(4, True), "undefined"),
])
def test_a_number_as_it_is_asked_for(value: float, way: Writing, text: str) -> None:
    assert format_number(value, way) == text


def test_the_usual_way_is_that_of_a_plain_count() -> None:
    assert Writing() == 4 and hash(Writing()) == hash(4)
    assert Writing(4, True) != 4 and Writing(4, False, True) != Writing(4) and Writing(6, True) == Writing(6, True)
    assert len({Writing(4, a, b) for a in (False, True) for b in (False, True)} | {4}) == 4
    with pytest.raises(AttributeError):
        Writing().decimals = True


@pytest.mark.parametrize("way", WRITINGS, ids=repr)
def test_more_digits_are_written_in_the_same_way(way: Writing) -> None:
    assert with_count(way, 7) == Writing(7, way.decimals, way.truncated)
    assert with_count(5, 7) == 7
    more = telling_digits(0.9999966, way)
    assert (more.decimals, more.truncated) == (way.decimals, way.truncated)  # type: ignore[attr-defined]
    assert format_number(0.9999966, more) != "1"
