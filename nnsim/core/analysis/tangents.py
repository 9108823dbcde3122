"""Functions of one number that a learner chooses or types, with their slopes, and steps down them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.reading import parse_typed
from nnsim.core.formulas.terms import Term, derivative_of, evaluate
from nnsim.core.formulas.writing import latex

Place = Literal["smooth", "corner", "jump", "nowhere"]
_NEAR, _NOTHING = 1e-5, 1e-4


@dataclass(frozen=True)
class Curve:
    """f(x) as it was typed. Raises ValueError, in the learner's words, for what is no formula of x."""

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "_term", parse_typed(self.text, x=Term(1.0, name("x"))))

    @property
    def latex(self) -> str:
        """What f(x) is, in LaTeX."""
        return latex(self._parsed)

    @cached_property
    def _parsed(self) -> Term:
        term: Term = vars(self)["_term"]
        return term

    @np.errstate(all="ignore")
    def values(self, x: Array) -> Array:
        """f at each x, the same shape; NaN or inf where it has no value."""
        return np.array(np.broadcast_to(evaluate(self._parsed, x=x), x.shape), dtype=np.float64)

    def value(self, x: float) -> float:
        """f(x)."""
        return float(self.values(np.array([x]))[0])

    def slope(self, x: float) -> float:
        """f′(x), exact; NaN where there is none, see ``place``."""
        return derivative_of(self._parsed, "x", x) if self.place(x) == "smooth" else float("nan")

    @np.errstate(all="ignore")
    def place(self, x: float) -> Place:
        """Whether f is smooth at x, has a corner or a jump there, or no value at all."""
        here = self.value(x)
        if not np.isfinite(here) or not np.isfinite(derivative_of(self._parsed, "x", x)):
            return "nowhere"
        h = _NEAR * max(1.0, abs(x) / 1e3)
        rises, bends = [], []
        for reach in (h, h / 8):
            before, after = self.values(np.array([x - reach, x + reach]))
            left, right = (here - before) / reach, (after - here) / reach
            rises.append(max(abs(before - here), abs(after - here)))
            bends.append(abs(left - right) / (1.0 + abs(left) + abs(right)))
        # Nearer by, a smooth function rises and bends less; one with a corner bends as much; one that jumps rises so.
        if rises[1] > max(0.5 * rises[0], _NOTHING):
            return "jump"
        return "corner" if bends[1] > max(0.5 * bends[0], _NOTHING) else "smooth"

    def step(self, x: float, rate: float) -> float:
        """x′ = x − rate·f′(x); NaN where there is no slope."""
        return x - rate * self.slope(x)


@dataclass(frozen=True)
class Offer:
    """A function to begin with: what is typed for it, how it is called, where one starts and how far one sees."""

    text: str
    label: str
    start: float
    half: float


OFFERS = (
    Offer("x^2", "x²", 2.0, 3.0),
    Offer("x^3 - 3x", "x³ − 3x", -0.5, 2.5),
    Offer("x^4 - 3x^2 + x", "x⁴ − 3x² + x", 0.3, 2.0),
    Offer("sin(x)", "sin x", 0.5, 6.0),
    Offer("e^x", "eˣ", 1.0, 3.0),
    Offer("|x|", "|x|", 2.0, 3.0),
    Offer("sqrt(1 + x^2)", "√(1 + x²)", 2.0, 4.0),
)
"""What the list offers, in its order."""
