"""How the canvas writes what belongs to a neuron or a connection in numbers."""

from nnsim.core.explain.sums import in_order
from nnsim.core.formulas.numbers import factor, format_number
from nnsim.core.network import Neuron


def bias_text(neuron: Neuron, bias: float, digits: int, name: str = "b") -> str:
    """θ or b of a neuron, as it is written: ``b = 0.35``."""
    turned = neuron.notation == "threshold"
    return f"{'θ' if turned else name} = {format_number((-bias if turned else bias) + 0.0, digits)}"


def product_text(into: Neuron, weight: float, entering: float, digits: int) -> str:
    """What a connection into a neuron brings: ``−2 · 1`` into a step, ``0.5933 · 0.4`` into another."""
    first, second = in_order(into.activation, weight, entering)
    return f"{format_number(first, digits)} · {factor(second, digits)}"
