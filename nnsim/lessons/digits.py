"""Numbers as typed: how many of their digits count, and which values they stand for, rounded or cut off."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext

from nnsim.core.formulas.numbers import decimal_of, parse_number

FEWEST_DIGITS = 3
"""An answer needs so many significant digits, unless it has fewer."""
MOST_DIGITS = 4
"""The lecture calculates with so many: what only later digits tell apart is the same."""
NOUGHT = 1e-12
"""What is smaller counts as 0."""
_SAME = 1e-9
_MOST_EXPONENT, _MOST_STEPS = 400, 20
_DIGITS = re.compile(r"^([+-]?)(\d*)([.,]?)(\d*)(?:e([+-]?\d+))?$")


@dataclass(frozen=True)
class Reading:
    """A number as typed: ``value``, the ``unit`` of its last digit, and how many digits count.

    ``unit`` is None for what stands for itself alone: a fraction, and a bare 0.
    """

    value: Decimal
    unit: Decimal | None
    digits: int

    def equals(self, value: float) -> bool:
        """Whether it is this very value."""
        own = float(self.value)
        return abs(own) < NOUGHT if abs(value) < NOUGHT else math.isclose(own, value, rel_tol=_SAME)

    def fits(self, value: float) -> bool:
        """Whether it is ``value`` as far as it goes, rounded or cut off, with at least one digit that counts."""
        if self.equals(value):
            return True
        if self.unit is None or not math.isfinite(value) or abs(value) < NOUGHT:
            return False
        if abs(float(self.value) - value) > float(self.unit) + abs(value) * _SAME:
            return False  # as nearly always, and found out fast
        exact = decimal_of(value)
        if self.value and self.unit > _unit(exact, 1):
            return self._rounds_up_to(exact)
        return self.value in _both(exact, self.unit)

    def tells(self, value: float) -> bool:
        """Whether it is ``value`` in three significant digits at least: 1.00 tells 0.9996, but not 0.998."""
        if self.unit is None or self.digits < FEWEST_DIGITS or not self.fits(value):
            return False
        exact = decimal_of(value)
        return self.unit <= _unit(exact, FEWEST_DIGITS) or self._rounds_up_to(exact)

    def _rounds_up_to(self, exact: Decimal) -> bool:
        """Whether in as many digits as this has ``exact`` becomes longer by one, and then is this."""
        return bool(self.digits) and self.value in _both(exact, _unit(exact, self.digits))


def readings(text: str) -> tuple[Reading, ...]:
    """What a number as typed may mean, the finest first: noughts at the end of 12300 may count or not.

    Empty if it is no number.
    """
    number = parse_number(text)
    if number is None:
        return ()
    match = _DIGITS.match("".join(text.split()).replace("−", "-").replace("–", "-").lower())
    if match is None:
        return (Reading(Decimal(number), None, 0),)
    sign, whole, point, decimals, power = match.groups()
    exponent = int(min(max(float(power or 0), -_MOST_EXPONENT), _MOST_EXPONENT)) - len(decimals)
    digits = (whole + decimals).lstrip("0")
    value = Decimal((int(sign == "-"), tuple(map(int, digits)) or (0,), exponent))
    if not digits and not decimals:
        return (Reading(value, None, 0),)
    idle = 0 if point or not digits else len(digits) - len(digits.rstrip("0"))
    return tuple(Reading(value, Decimal(1).scaleb(exponent + k), len(digits) - k) for k in range(idle + 1))


def turned(text: str) -> str:
    """A number as typed, with the other sign."""
    bare = text.strip().replace("−", "-").replace("–", "-")
    return bare[1:] if bare.startswith("-") else f"-{bare.removeprefix('+')}"


def alike(value: float, other: float) -> bool:
    """Whether two numbers read the same to someone who calculates by hand, to four digits."""
    if abs(value) < NOUGHT or abs(other) < NOUGHT:
        return abs(value - other) < NOUGHT
    return _share(value, other, MOST_DIGITS)


def digits_to_tell(value: float, others: Iterable[float]) -> int:
    """From how many significant digits on ``value``, rounded or cut off, can be none of the ``others``."""
    if abs(value) < NOUGHT:
        return FEWEST_DIGITS
    others = tuple(others)
    return next((digits for digits in range(FEWEST_DIGITS, MOST_DIGITS)
                 if not any(_share(value, other, digits) for other in others)), MOST_DIGITS)


def _share(value: float, other: float, digits: int) -> bool:
    """Whether ``value``, rounded or cut off to so many digits, may stand for the other as well."""
    exact = decimal_of(value)
    unit = _unit(exact, digits)
    return any(Reading(short, unit, digits).fits(other) for short in _both(exact, unit))


def _unit(value: Decimal, digits: int) -> Decimal:
    """The unit of the last of so many significant digits."""
    return Decimal(1).scaleb(value.adjusted() - digits + 1)


def _both(value: Decimal, unit: Decimal) -> tuple[Decimal, ...]:
    """``value`` rounded to this unit, and cut off there."""
    if value.adjusted() - unit.adjusted() > _MOST_STEPS:
        return (value,)
    with localcontext(prec=2 * _MOST_STEPS):
        steps = value / unit
        return tuple(steps.to_integral_value(way) * unit for way in (ROUND_HALF_UP, ROUND_DOWN))
