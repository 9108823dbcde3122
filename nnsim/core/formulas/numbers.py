"""Numbers as a learner reads and writes them."""

import math
import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, Context, Decimal
from typing import Self

MINUS = "−"
UNDEFINED = "undefined"
"""What stands for NaN: the result of ∞ − ∞ and of 0·∞."""
DIGITS = 4
_MOST_DIGITS = 17
_MOST_NOUGHTS = 4
"""So many decimals may be noughts before a number is written as 1.2e−5."""
_ULP = 2.0**-52
_SURE_DIGITS = 15
"""A float keeps so many digits of whatever is written: one that is told by no more is the number someone means."""
_TRUE_DIGITS = 12
"""So many digits of a calculated number are free of rounding errors: 0.7 + 0.1 is 0.8, not 0.7999…."""
_NINES = 3
"""Fewer nines than these behind the digits that are shown are no rounding error: they are cut off."""
_CUTTING = Context(prec=700, rounding=ROUND_DOWN)
_MOST_COMMON = 2
_MOST_MORE, _LARGE = 5, 100.0
OTHER_SIGN = {".": ",", ",": "."}
"""Of the two signs the one is the decimal sign, and the other may part thousands."""
_APOSTROPHES = str.maketrans("", "", "'’")
_LOOSE_SPACE = re.compile(r"(?<=[-+/e])\s+|(?<!\s)\s++(?=[/e])")
"""Space after a sign and around “/” and “e” means nothing; between digits it parts thousands."""


def _written(decimal: str, thousands: str) -> re.Pattern[str]:
    """What a number looks like with this decimal sign; groups of three are parted by spaces, ’ or ``thousands``."""
    parted = "".join(rf"[1-9]\d{{0,2}}(?:{sign}\d{{3}})+|" for sign in ("'", "’", re.escape(thousands)) if sign)
    whole = rf"\d{{1,3}}(?:[^\S\r\n\t]\d{{3}})+|{parted}\d+"
    fraction = rf"[{decimal}](?:\d{{3}}[^\S\r\n\t](?=\d))*\d*"
    return re.compile(rf"[+-]?(?:(?:{whole})(?:{fraction})?|(?=[{decimal}]\d){fraction})(?:e[+-]?\d+)?")


_WRITTEN = {(decimal, thousands): _written(decimal, thousands)
            for decimal, other in OTHER_SIGN.items() for thousands in ("", other)}


class Writing(int):
    """How numbers are written: in so many digits, or ``decimals``, rounded, or ``truncated`` toward zero.

    It is its count, so that a plain number of digits is the usual way: significant digits, rounded.
    """

    decimals: bool
    truncated: bool

    def __new__(cls, count: int = DIGITS, decimals: bool = False, truncated: bool = False) -> Self:
        made = super().__new__(cls, count)
        made.__dict__.update(decimals=decimals, truncated=truncated)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A writing does not change; make another one with its own {name}.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and _way(self) == _way(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()

    def __repr__(self) -> str:
        return f"Writing({int(self)}, decimals={self.decimals}, truncated={self.truncated})"


def _way(digits: int) -> tuple[int, bool, bool]:
    """The count, and whether of decimals, and truncated."""
    return (int(digits), digits.decimals, digits.truncated) if isinstance(digits, Writing) else (digits, False, False)


def with_count(digits: int, count: int) -> int:
    """The same way of writing with another count of digits."""
    return Writing(count, digits.decimals, digits.truncated) if isinstance(digits, Writing) else count


def is_cut(digits: int) -> bool:
    """Whether what is not written is cut off, and not rounded."""
    return _way(digits)[2]


def format_number(value: float, digits: int = DIGITS, decimals: int = 0) -> str:
    """``value`` with ``digits`` significant digits, a real minus sign, and 1.2e−5 when small or large.

    Trailing zeros are dropped: 1, 0.6, −2, 0.5933, 1.2e−5, but for the ``decimals`` that a number with a fraction
    keeps: 0.40 with two. Whole digits are not rounded away below 10⁶. Numbers that grew out of all bounds are ∞ and −∞,
    and what has no value, NaN, is “undefined”. A ``Writing`` counts decimals instead, or cuts off: 0.5932. What would
    read as 0 that way and is not is 3.51e−5. What is cut is the number that is meant: 0.29 is 0.29, not 0.28999….
    """
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:
        return "0"
    count, fixed, cut = _way(digits)
    figures = _nobody_wrote_more(value, count + fixed)
    mantissa, e = _scientific(value, figures, cut).split("e")
    exponent = int(e)
    text = f"{_trimmed(mantissa)}e{exponent}"
    if -4 <= exponent < max(count + 2, 6):
        # No more decimals than a float is told by: further ones nobody wrote.
        places = min(count, len(repr(float(value)).partition(".")[2])) if fixed else max(0, figures - 1 - exponent)
        plain = _trimmed(_plain(value, places, exponent, cut))
        if plain.strip("-0."):
            text = plain
            if "." in text:
                text += "0" * (decimals - len(text.partition(".")[2]))
    return text.replace("-", MINUS)


def _nobody_wrote_more(value: float, figures: int) -> int:
    """So many significant digits, but for those that a float has and nobody wrote: 0.15 is 0.14999999999999999."""
    if figures > _SURE_DIGITS:
        shortest = len(repr(abs(float(value))).partition("e")[0].replace(".", "").lstrip("0"))
        # In the middle between two of so many digits, rounding may take the other one: 2⁻²⁴.
        if float(f"{value:.{shortest - 1}e}") == value:
            return min(figures, shortest)
    return figures


def _scientific(value: float, figures: int, cut: bool) -> str:
    if not cut:
        return f"{value:.{figures - 1}e}"
    known = decimal_of(value, figures)
    return f"{known.quantize(Decimal(1).scaleb(known.adjusted() - figures + 1), context=_CUTTING):.{figures - 1}e}"


def _plain(value: float, places: int, exponent: int, cut: bool) -> str:
    if not cut:
        return f"{value:.{places}f}"
    return f"{decimal_of(value, places + exponent + 1).quantize(Decimal(1).scaleb(-places), context=_CUTTING):f}"


def decimal_of(value: float, figures: int = DIGITS) -> Decimal:
    """The number that is meant, to be cut off to so many digits: the shortest decimal that reads back as ``value``.

    Where that has more digits than anyone writes it was calculated, and ends in rounding errors: they go first, so that
    0.7 + 0.1, which is 0.7999999999999999, is not cut to 0.7999.
    """
    shortest = Decimal(repr(float(value))).normalize()
    if len(shortest.as_tuple().digits) <= _SURE_DIGITS:
        return shortest
    return Context(prec=max(_TRUE_DIGITS, figures + _NINES)).plus(shortest)


def without_dust(value: float, terms: Sequence[float]) -> float:
    """A sum of these terms, or 0 if that is all it is but for rounding: 1·0.5 + 2·(−0.3) + 0.1 is 0, not 2.776e−17.

    n terms may miss their true sum by n·2⁻⁵²·Σ|term|. Higham 2002, section 4.2.
    """
    size = sum(map(abs, terms))
    return 0.0 if len(terms) > 1 and abs(value) <= len(terms) * _ULP * size < math.inf else value


def numbered(count: int, one: str, many: str) -> str:
    """``one`` of a count of 1, else ``many`` with the count as its {n}: “1 sample”, “0 samples”, “1,000 samples”."""
    return one if count == 1 else many.format(n=f"{count:,}")


def telling_digits(value: float, digits: int = DIGITS) -> int:
    """As many digits as it takes for a number near a whole one not to read as that: tanh(4.67) is 0.9998, not 1.

    A few more at most: what differs by rounding alone may read as whole.
    """
    if not math.isfinite(value):
        return digits
    for count in range(digits, digits + _MOST_MORE + 1):
        more = with_count(digits, count)
        text = format_number(value, more)
        if "." in text or "e" in text or value == round(value) or abs(value) >= _LARGE:
            return more
    return digits


def common_decimals(values: Iterable[float], digits: int = DIGITS) -> int:
    """The decimals with which numbers that stand together line up: 2 for 0.05 and 0.2, 0 if one needs more than 2.

    ∞ and what is undefined have none, and ask for none.
    """
    texts = [format_number(value, digits) for value in values if math.isfinite(value)]
    needed = max((len(text.partition(".")[2]) for text in texts), default=0)
    return needed if needed <= _MOST_COMMON and not any("e" in text for text in texts) else 0


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def factor(value: float, digits: int = DIGITS, decimals: int = 0) -> str:
    """``value`` as a factor of a product: a negative one stands in brackets, (−2)."""
    text = format_number(value, digits, decimals)
    return f"({text})" if text.startswith(MINUS) else text


def as_sum(terms: Iterable[str]) -> str:
    """Written terms as a sum, a negative one taken away: 1 + 1 − 2. Empty without any."""
    first, *others = [*terms] or [""]
    return first + "".join(f" {MINUS} {term[1:]}" if term.startswith(MINUS) else f" + {term}" for term in others)


def comparison(value: float, threshold: float, digits: int = DIGITS) -> str:
    """``value`` against ``threshold``, such as “1 < 1.2”, never false as printed.

    Where the rounded numbers would contradict the relation, digits are added until they do not:
    0.7 + 0.1 against 0.8 reads 0.7999999999999999 < 0.8. With NaN neither holds: undefined ≱ 0.8.
    """
    relation = "≥" if value >= threshold else "<" if value < threshold else "≱"
    for count in range(min(digits, _MOST_DIGITS), _MOST_DIGITS + 1 + _MOST_NOUGHTS):
        more = with_count(digits, count)
        left, right = format_number(value, more), format_number(threshold, more)
        if (_read(left) >= _read(right)) == (value >= threshold):
            break
    return f"{left} {relation} {right}"


def exact_text(value: float) -> str:
    """``value`` with as many digits as it takes to read the very same number again, and no more; ∞, “undefined”."""
    if not math.isfinite(value):
        return format_number(value)
    texts = (format_number(value, digits) for digits in range(1, _MOST_DIGITS + 1))
    return next((text for text in texts if _read(text) == value), format_number(value, _MOST_DIGITS))


def inward_text(value: float, up: bool, digits: int = DIGITS) -> tuple[str, float]:
    """``value`` in about ``digits`` digits, rounded up or down but never past it the other way; and what that reads as.

    A band from 1/3 on is written as one from 0.3334 on: less than the truth, but true. So it is where numbers are cut.
    """
    text = format_number(value, digits)
    if not math.isfinite(value):
        return text, value
    if math.isinf(_read(text)):
        return exact_text(value), value
    if (_read(text) >= value) if up else (_read(text) <= value):
        return text, _read(text)
    # One unit of the last digit that is kept.
    count, fixed, _ = _way(digits)
    last = math.floor(math.log10(abs(value))) - count + 1 - fixed
    if "e" not in text:
        last = -count if fixed else min(last, 0)
    text = format_number(_read(text) + (10.0**last if up else -(10.0**last)), digits)
    if (_read(text) < value) if up else (_read(text) > value):
        text = exact_text(value)
    return text, _read(text)


def _read(text: str) -> float:
    """What ``format_number`` wrote; unlike ``parse_number`` also ∞, “undefined” and what rounding made too large."""
    return float(text.replace(MINUS, "-").replace("∞", "inf").replace(UNDEFINED, "nan"))


def parse_number(text: str, decimal: str = "") -> float | None:
    """The finite number that is written, or None: a field's text, or a cell of a table.

    “1,2” is 1.2, “−2” is −2, “1.2e−5” and “1/3” are read, and so are “1 234,5” and “1’234.5”: a space, narrow or not,
    and an apostrophe part thousands. With ``decimal``, "." or ",", that is the decimal sign, and the other one may part
    thousands as well: “1.000” is 1000 where the comma is the decimal sign.
    """
    plain = _LOOSE_SPACE.sub("", text.strip().replace(MINUS, "-").replace("–", "-").lower())
    thousands = OTHER_SIGN.get(decimal, "")
    decimal = decimal or ("," if plain.count(",") == 1 and "." not in plain else ".")
    parts = plain.split("/")
    if len(parts) > 2 or not all(_WRITTEN[decimal, thousands].fullmatch(part) for part in parts):
        return None
    bare = ("".join(part.translate(_APOSTROPHES).replace(thousands, "").split()) for part in parts)
    value, *divisor = (float(part.replace(",", ".")) for part in bare)
    if divisor:
        if divisor[0] == 0:
            return None
        value /= divisor[0]
    return value if math.isfinite(value) else None
