"""How a neuron comes to its output, written as the lecture writes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.formulas.numbers import DIGITS, as_sum, comparison, factor, format_number, without_dust
from nnsim.core.network import Network
from nnsim.core.program import Trace

MOST_SHORT = 6
"""From more terms than this the short form shows only the first."""
MOST_LONG = 64
_SHOWN_OF_MANY = 2
_Factor = TypeVar("_Factor")
_SAME_SIDES = re.compile(r"(?:^|[ (])(\S+) [≥<] \1(?: |$)")


def in_order(activation: str, weight: _Factor, entering: _Factor) -> tuple[_Factor, _Factor]:
    """Both factors of a product as the lecture writes them: weight · input where a step sums up, 1·0 + (−2)·1, and
    input · weight in front of any other function, 0.05·0.15."""
    return (weight, entering) if activation == "heaviside" else (entering, weight)


@dataclass(frozen=True)
class Product:
    """What one connection brings in: weight · activation of its source."""

    weight: float
    activation: float
    source: str

    @property
    def value(self) -> float:
        """The product."""
        return self.weight * self.activation


@dataclass(frozen=True)
class Sum:
    """The numbers between what enters a neuron and its output a.

    ``combined`` is the combination of the terms, z is ``combined`` + bias, a = f(z); all three are
    the engine's. ``bias`` is None where the neuron has none.
    """

    neuron: str
    terms: tuple[Product, ...]
    combine: str
    combined: float
    bias: float | None
    activation: str
    notation: str
    z: float
    a: float

    @property
    def is_step(self) -> bool:
        """Whether the neuron compares instead of passing a value on."""
        return self.activation == "heaviside"

    @property
    def threshold(self) -> float:
        """θ = −b: the combination from which on a step neuron fires."""
        return 0.0 if not self.bias else -self.bias

    @property
    def shown_z(self) -> float:
        """z, but 0 where it is nothing but rounding; not at a kink or jump, where the last bit decides."""
        if self.combine != "sum" or ACTIVATIONS[self.activation].kinks:
            return self.z
        return without_dust(self.z, [*(term.value for term in self.terms), self.bias or 0.0])

    @property
    def shown_a(self) -> float:
        """a, but f(0) where z is nothing but rounding."""
        if self.shown_z == self.z or np.isnan(self.z):
            return self.a
        return float(ACTIVATIONS[self.activation].f(np.zeros(1))[0])

    @property
    def in_threshold_notation(self) -> bool:
        """Whether the combination is compared with θ, instead of z with 0.

        That is how step neurons in θ notation are written. Where rounding would make Σ against θ say
        something else than z against 0, z, by which the engine goes, is written.
        """
        agrees = (self.combined >= self.threshold) == (self.z >= 0)
        return self.is_step and agrees and (self.notation == "threshold" or self.bias is None)

    def long(self, digits: int = DIGITS) -> str:
        """Every product: ``1·0 + 1·1 + (−2)·0 = 1 ≥ 0.6 → 1``, ``0.5·1 + 0.35 = 0.85 → 0.7006``.

        Of very many terms only the first.
        """
        return self._written(self.terms_text(digits), digits)

    def terms_text(self, digits: int = DIGITS) -> str:
        """What is combined: ``1·0 + 1·1 + (−2)·0``, ``0.5·1 + 0.35``; of very many terms only the first."""
        parts = [self._product(term, digits) for term in self._first(MOST_LONG)]
        return self._with_bias(COMBINES[self.combine].separator.join(self._folded(parts)), digits)

    def short(self, digits: int = DIGITS, cut: bool = False) -> str:
        """The products only: ``1 + 1 − 2 = 0 < 0.6 → 0``; of many the first: ``1 + 1 + … = 7 ≥ 3 → 1``.

        With ``cut``, for where there is little room, a number of very many digits is 0.7999….
        """
        written = self._short(digits)
        short = re.sub(rf"(\.\d{{{int(digits)}}})\d{{5,}}", r"\1…", written)
        return short if cut and not _SAME_SIDES.search(short) else written

    def _short(self, digits: int) -> str:
        values = [term.value for term in self._first(MOST_SHORT)]
        if self.combine == "sum":
            terms = as_sum(self._folded([format_number(value, digits) for value in values]))
        else:
            write = factor if self.combine == "product" else format_number
            terms = COMBINES[self.combine].separator.join(self._folded([write(value, digits) for value in values]))
        return self._written(self._with_bias(terms, digits), digits)

    def result(self, digits: int = DIGITS) -> str:
        """What follows the terms: ``1 ≥ 0.6 → 1`` or ``0.25 → 0.5622``."""
        value = self._value(digits)
        return value if self.activation == "linear" else f"{value} → {format_number(self.shown_a, digits)}"

    def digits_added(self, digits: int = DIGITS) -> bool:
        """Whether the comparison shows more digits than asked for, because it would read false without."""
        if not self.is_step:
            return False
        value, bound = self.compared
        sides = self._value(digits).split(" ")
        return sides[0] != format_number(value, digits) or sides[-1] != format_number(bound, digits)

    @property
    def compared(self) -> tuple[float, float]:
        """What a step neuron compares with what: the combination with θ, or z with 0."""
        return (self.combined, self.threshold) if self.in_threshold_notation else (self.z, 0.0)

    def _value(self, digits: int) -> str:
        return comparison(*self.compared, digits) if self.is_step else format_number(self.shown_z, digits)

    def _first(self, most: int) -> tuple[Product, ...]:
        return self.terms if len(self.terms) <= most else self.terms[:_SHOWN_OF_MANY]

    def _folded(self, parts: Sequence[str]) -> list[str]:
        return [*parts, "…"] if len(parts) < len(self.terms) else list(parts)

    def _product(self, term: Product, digits: int) -> str:
        if self.combine != "sum" and term.weight == 1:
            write = factor if self.combine == "product" else format_number
            return write(term.activation, digits)
        text = "·".join(factor(value, digits) for value in in_order(self.activation, term.weight, term.activation))
        return f"({text})" if self.combine == "product" and len(self.terms) > 1 else text

    def _with_bias(self, terms: str, digits: int) -> str:
        """The terms, and the bias unless it is written as θ."""
        if self.combine == "max" and len(self.terms) > 1:
            terms = f"max({terms})"
        left = terms or "0"
        if self.bias is not None and not self.in_threshold_notation:
            left = as_sum((left, format_number(self.bias, digits)))
        return left

    def _written(self, left: str, digits: int) -> str:
        result = self.result(digits)
        # "1 = 1 ≥ 0.6" would say the same twice.
        return result if left == result.split(" ")[0] else f"{left} = {result}"


def sum_of(network: Network, id: str, trace: Trace, sample: int = 0) -> Sum:
    """How neuron ``id`` comes to its output for one sample of a trace of ``network``. Not for inputs."""
    structure = network.structure
    neuron, row = structure.by_id[id], structure.position[id]
    terms = tuple(
        Product(network.value(c.weight), float(trace.a_rows[structure.position[c.source], sample]), c.source)
        for c in structure.incoming[id]
    )
    combined = 0.0
    if terms:
        # Joined by the engine's own operation and order: on a threshold the last bit decides.
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            values = np.array([term.value for term in terms])
            combined = float(COMBINES[neuron.combine].forward(values[:, None])[0])
    bias = None if neuron.bias is None else network.value(neuron.bias)
    z, a = float(trace.z_rows[row, sample]), float(trace.a_rows[row, sample])
    return Sum(id, terms, neuron.combine, combined, bias, neuron.activation, neuron.notation, z, a)
