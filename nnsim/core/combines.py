"""Ways in which a neuron combines what comes in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from nnsim.core.arrays import Array


@dataclass(frozen=True)
class Combine:
    """How the terms weightᵢ·activationᵢ become one number.

    ``join`` brings two terms together. ``derivative(terms)`` is that of the combination by each
    term, (terms, neurons, samples) -> the same shape. ``kinked`` says that it jumps: which of two nearly
    equal terms is the maximum. ``separator`` stands between the terms where they are written, ``operation`` is how
    core/formulas/terms.py calls it, and ``code`` the function of NumPy that takes them all at once.
    """

    name: str
    label: str
    symbol: str
    about: str
    separator: str
    operation: str
    code: str
    join: np.ufunc
    derivative: Callable[[Array], Array]
    kinked: bool = False

    def forward(self, terms: Iterable[Array]) -> Array:
        """All terms, (neurons, samples) each and at least one, joined one after the other in their order.

        numpy's own sum pairs terms up, and then 0.1 + 0.2 + … may miss a threshold.
        """
        one_by_one = iter(terms)
        total = next(one_by_one).copy()
        for term in one_by_one:
            self.join(total, term, out=total)
        return total


def _product_derivative(terms: Array) -> Array:
    # The product of all others from both sides: dividing by the term would fail at 0.
    before = np.ones_like(terms)
    after = np.ones_like(terms)
    before[1:] = np.cumprod(terms[:-1], axis=0)
    after[:-1] = np.cumprod(terms[:0:-1], axis=0)[::-1]
    others: Array = before * after
    return others


def _max_derivative(terms: Array) -> Array:
    # argmax gives the first of equals: a tie goes to the first.
    winner = np.argmax(terms, axis=0)
    wins: Array = (np.arange(len(terms))[:, None, None] == winner).astype(np.float64)
    return wins


_ENTRIES = (
    Combine("sum", "Sum", "Σ", "Adds what comes in: the weighted sum.", " + ", "add", "np.sum", np.add, np.ones_like),
    Combine("product", "Product", "Π", "Multiplies what comes in: a gate, as in an LSTM.",
            " · ", "multiply", "np.prod", np.multiply, _product_derivative),
    Combine("max", "Maximum", "max", "Takes the largest of what comes in: max pooling.",
            ", ", "max", "np.max", np.maximum, _max_derivative, kinked=True),
)

COMBINES: dict[str, Combine] = {entry.name: entry for entry in _ENTRIES}
"""Every way to combine, by name."""
