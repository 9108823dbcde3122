"""Answers as typed: rounded and cut off are right with three digits that count, or all that there are."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

import pytest

from nnsim.core.formulas.numbers import Writing, format_number
from nnsim.lessons.digits import readings
from nnsim.lessons.questions import Mistake, Number, Question, Verdict, number

NEARLY = "Nearly: give at least three significant digits"


def said(verdict: Verdict) -> str:
    """One word for a verdict, whose parts agree with each other."""
    assert verdict.right == (not verdict.hint) and not (verdict.right and verdict.nearly)
    return "right" if verdict.right else "nearly" if verdict.nearly else "wrong"


@pytest.mark.parametrize(
    ("given", "answer", "judged"),
    [
        ("0.5932", 0.593269992, "right"), ("0.5933", 0.593269992, "right"), ("0.593", 0.593269992, "right"),
        ("0.59", 0.593269992, "nearly"), ("0.60", 0.593269992, "wrong"), ("0.5931", 0.593269992, "wrong"),
        ("0.6", 0.593269992, "nearly"), ("0.5", 0.593269992, "nearly"), ("0,0821", 0.082167041, "right"),
        ("8.2e−2", 0.082167041, "nearly"), ("8.21E-2", 0.082167041, "right"), ("0.0822", 0.082167041, "right"),
        ("0.082", 0.082167041, "nearly"), ("0.0819", 0.082167041, "wrong"), ("−0.0226", -0.02260254, "right"),
        ("-0.0227", -0.02260254, "wrong"), ("0.0226", -0.02260254, "wrong"), ("1.2", 1.2, "right"),
        ("1,2", 1.2, "right"), ("1.20", 1.2, "right"), ("1.1", 1.2, "wrong"), ("1", 1.2, "nearly"),
        ("2", 2.0, "right"), ("1", 2.0, "wrong"), ("2.0", 2.0, "right"), ("0", 0.0, "right"), ("0.0", 0.0, "right"),
        ("-0", 0.0, "right"), ("0.1", 0.0, "wrong"), ("0", 0.3, "wrong"), ("1/3", 1 / 3, "right"),
        ("1/4", 1 / 3, "wrong"), ("3/8", 0.3775, "wrong"), ("", 1.0, "wrong"), ("one", 1.0, "wrong"),
        ("0.00", 0.004, "nearly"), ("0", 0.004, "wrong"), ("4.39e-4", 0.000438568, "right"),
        ("0.000438", 0.000438568, "right"), ("0.00043", 0.000438568, "nearly"), ("1e-5", 1e-5, "right"),
        ("0.00001", 1e-5, "right"), ("1.2e-5", 1.234e-5, "nearly"), ("1.23e-5", 1.234e-5, "right"),
        ("1000", 1000.0, "right"), ("1e3", 1000.0, "right"), ("1e3", 1234.0, "nearly"), ("1230", 1234.0, "right"),
        ("12300", 12345.0, "right"), ("12000", 12345.0, "nearly"), ("12350", 12345.0, "right"),
        ("12400", 12345.0, "wrong"), ("12300.0", 12345.0, "wrong"), ("12345.0", 12345.0, "right"),
        ("0.3775", 0.3775, "right"), ("0.377", 0.3775, "right"), ("0.378", 0.3775, "right"),
        ("0.38", 0.3775, "nearly"), ("0.4", 0.3775, "nearly"), ("0.379", 0.3775, "wrong"), ("0.4", 0.4, "right"),
        ("0.40", 0.4, "right"), ("0.400", 0.1 + 0.3, "right"), ("0.4", 0.4003, "nearly"), ("0.400", 0.4003, "right"),
        ("1.00", 0.998, "nearly"), ("1", 0.998, "nearly"), ("0.998", 0.998, "right"), ("1.00", 0.9996, "right"),
        ("1", 0.593, "wrong"), ("0.0500", 0.05, "right"), ("0.05", 0.05, "right"), ("0.0500", 0.05003, "right"),
        ("0.05", 0.05003, "nearly"), ("-0.35", -0.35, "right"), ("+0.35", 0.35, "right"), (".35", 0.35, "right"),
        ("0.1", 0.30000000000000004 - 0.2, "right"), ("5.9326999199999999999", 5.93269992, "right"),
        ("1e-99999999999999999999", 0.5, "wrong"), ("1e-" + "9" * 5000, 0.5, "wrong"), ("9" * 5000, 0.5, "wrong"),
        ("0." + "0" * 5000 + "1", 0.5, "wrong"), ("0e" + "9" * 400, 0.0, "right"),
        ("0.5" + "0" * 3000, 0.5, "right"), ("1e300", 1e300, "right"),
        ("123e298", 1.23456e300, "right"),
    ],
)
def test_rounded_and_cut_off_with_three_digits(given: str, answer: float, judged: str) -> None:
    """Both as the lecture does; what has too few digits is neither right nor wrong."""
    assert said(number(answer, "step").check(given)) == judged


@pytest.mark.parametrize("answer", ["0.4", "1.2", "1.25", "12.5", "0.0625", "1.2345", "0.593269", "123", "70", "-0.35",
                                    "0.99951", "0.0999", "-9.9996", "0.10004"])
def test_one_unit_of_any_last_digit(answer: str) -> None:
    """Every number with one to six digits within three units of the answer, against decimal numbers.

    One text may be read twice: 10 as 12.5 cut off to one digit, or as two digits that are wrong; the better counts.
    """
    exact = Decimal(answer)
    rank, best = ("wrong", "nearly", "right"), dict[str, int]()
    for digits in range(1, 7):
        unit = Decimal(10) ** (exact.adjusted() - digits + 1)
        short = {(exact / unit).to_integral_value(way) * unit for way in (ROUND_DOWN, ROUND_HALF_UP)}
        for steps in range(-3, 4):
            given = (exact / unit).to_integral_value(ROUND_DOWN) * unit + steps * unit
            text = format(given.quantize(unit) if unit < 1 else given.quantize(Decimal(1)), "f")
            judged = 2 if given == exact or (given in short and digits >= 3) else 1 if given in short else 0
            if given:
                best[text] = max(best.get(text, 0), judged)
        rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(exact)
        if rounded.as_tuple().exponent <= 0:  # 9.9996 in three digits is 10.0
            best[str(rounded)] = max(best.get(str(rounded), 0), 2 if digits >= 3 or rounded == exact else 1)
    blank = number(float(exact), "step")
    assert {text: said(blank.check(text)) for text in best} == {text: rank[judged] for text, judged in best.items()}


def test_too_few_digits_are_asked_for_without_giving_the_answer_away() -> None:
    """How many it takes, that noughts in front are none, and nothing else."""
    assert number(0.593269992, "step").check("0.59").hint == f"{NEARLY}; zeros in front do not count."
    assert number(1.105905967, "step").check("1.1").hint == f"{NEARLY}."
    assert number(0.998, "step").check("1.00").hint == "Nearly: give one digit more."
    close = number(0.1497807, "step", [Mistake(0.15, "The weight is unchanged.")])
    assert close.check("0.15").hint == close.check("0.150").hint == NEARLY.replace("three", "four") + (
        " significant digits; zeros in front do not count.").removeprefix(" significant digits")
    assert [said(close.check(given)) for given in ("0.149", "0.1498", "0.1497")] == ["right"] * 3
    assert close.check("0.1500").hint == "The weight is unchanged."


def test_a_blank_that_is_wrong_goes_before_one_that_is_nearly_right() -> None:
    """The hint is of the first that is wrong; only if none is, of the first with too few digits."""
    asked = Question("q", ("q",), (number(0.12345, "one", label="a"), number(0.6789, "two", label="b")))
    assert asked.check("0.12", "0.9") == Verdict(False, "b: two")
    assert said(asked.check("0.12", "0.68")) == "nearly" and asked.hint("0.12", "0.68").startswith("a: Nearly")
    assert asked.hint("0.123", "0.68").startswith("b: Nearly")
    assert asked.check("0.123", "0.679").right


@pytest.mark.parametrize("answer", [0.4, 0.40000003, 1.00003, 0.6400000103, 0.99996, 1e-5 / 3, -12345.678, 1e7 / 3, 0.0,
                                    1e-13, 5e-324, 1e300 / 3, 123.0, 1.7976931348623157e308])
def test_a_key_is_right(answer: float) -> None:
    """Also where noughts count, and where a mistake is near; and it gets shown no longer than needed."""
    for step in (0.0, 1e-4, 3e-4, -1e-3, 1e-2):
        blank = number(answer, "step", [Mistake(answer * (1 + step), "near")])
        assert isinstance(blank, Number) and blank.check(blank.key).right, (blank, blank.key)
        assert len(blank.key) <= 12 or answer > 1e308
        assert blank.long is (answer not in (0.4, 0.0, 1e-13, 5e-324, 123.0))


@pytest.mark.parametrize("answer", [0.593269992107187, 0.29, 0.7 + 0.1, 1 - 0.9, 2 / 3, -1e-5 / 3, 1005.98,
                                    0.99999999999996, 1234567.89])
@pytest.mark.parametrize("cut", [False, True])
def test_what_the_window_writes_is_taken(answer: float, cut: bool) -> None:
    """Rounded or cut off, in any number of digits or decimals: right, or nearly where it has fewer than three."""
    blank = number(answer, "step")
    for count in range(1, 13):
        for decimals in (False, True):
            text = format_number(answer, Writing(count, decimals, cut))
            enough = any(reading.digits >= 3 for reading in readings(text)) or float(text.replace("−", "-")) == answer
            assert said(blank.check(text)) in ("right", "right" if enough and "." in text else "nearly"), text
