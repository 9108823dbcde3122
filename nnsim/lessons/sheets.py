"""What one kind of worksheet makes, and how its numbers and formulas are written."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import Writing, format_number, with_count
from nnsim.core.formulas.terms import Term
from nnsim.core.formulas.writing import latex, latex_number, text
from nnsim.core.network import Structure
from nnsim.core.symbols import Symbol
from nnsim.exchange.pages import Inline, Math, Parts
from nnsim.exchange.worked_solution import symbol_math, where_used
from nnsim.lessons.material import Material
from nnsim.lessons.questions import Question

GIVEN_DIGITS = 6
"""Numbers to calculate with keep two digits more at least than answers need."""
MOST_WEIGHTS = 200
"""Nobody looks for the weight in a list that is longer."""


@dataclass(frozen=True)
class Sheet:
    """Introduction, given numbers under their headings, and questions; its ``title`` where the kind's does not fit."""

    introduction: str
    given: tuple[tuple[str, Parts], ...]
    questions: tuple[Question, ...]
    title: str = ""


def equals(symbol: Symbol, value: float, digits: int) -> Math:
    """A name and its number, to calculate with: w1 = 0.15."""
    needed = GIVEN_DIGITS
    if isinstance(digits, Writing) and digits.decimals and 0 < abs(value) < 1:
        # Noughts behind the point are decimals, too, but nothing to calculate with.
        needed -= math.floor(math.log10(abs(value))) + 1
    enough = with_count(digits, max(digits, needed))
    return Math(f"{symbol.latex} = {latex_number(value, enough)}", f"{symbol.text} = {format_number(value, enough)}")


def listed(found: Iterable[Inline | Parts]) -> Parts:
    """Entries of a list with commas between."""
    parts: list[Inline] = []
    for entry in found:
        parts += [", "] if parts else []
        parts += entry if isinstance(entry, tuple) else [entry]
    return tuple(parts)


def asked(symbol: Symbol, term: Term | None = None, numbers: bool = False) -> Parts:
    """What a blank is for: “net h1 = i1·w1 + i2·w2 + b1 =”."""
    equal = Math(" = ", " = ")
    if term is None or text(term, numbers) == symbol.text:
        return symbol_math(symbol), equal
    return symbol_math(symbol), equal, Math(latex(term, numbers), text(term, numbers)), equal


def given_weights(material: Material, places: bool = True, needed: Collection[str] = ()) -> tuple[str, Parts]:
    """The weights, and with ``places`` where they are; of very many only those that the questions ``needed``."""
    structure, network, digits = material.structure, material.network, material.digits
    names = [p for p in structure.parameter_names if p in structure.weight_names]
    if len(names) > MOST_WEIGHTS:
        names = [p for p in names if p in needed]
    return "Weights", listed((equals(name(p), network.value(p), digits),
                              f" ({where_used(structure, p)})" if places else "") for p in names)


def given_biases(material: Material) -> tuple[str, Parts]:
    """The biases that are not written as thresholds."""
    structure, network, digits = material.structure, material.network, material.digits
    steps = {n.bias for n in structure.neurons if n.notation == "threshold" and n.activation == "heaviside"}
    names = [p for p in structure.parameter_names if p not in structure.weight_names and p not in steps]
    return "Biases", listed((equals(name(p), network.value(p), digits), f" ({bias_of(structure, p)})") for p in names)


def given_thresholds(material: Material) -> tuple[str, Parts]:
    """θ of each step neuron in that notation."""
    found = []
    for id in material.inner:
        neuron = material.structure.by_id[id]
        if neuron.activation == "heaviside" and neuron.notation == "threshold":
            theta = 0.0 if neuron.bias is None else -material.network.value(neuron.bias) + 0.0
            found.append(equals(theta_of(id), theta, material.digits))
    return "Thresholds", listed(found)


def theta_of(id: str) -> Symbol:
    """The threshold of a neuron."""
    return Symbol(f"θ {id}", rf"\theta_{{{name(id).latex}}}")


def bias_of(structure: Structure, parameter: str) -> str:
    """Whose bias a parameter is, without the word."""
    return where_used(structure, parameter).removeprefix("bias of ")


def given_sample(material: Material) -> tuple[tuple[str, Parts], ...]:
    """Inputs, and targets if there are any."""
    digits = material.digits
    inputs = listed(equals(name(id), value, digits)
                    for id, value in zip(material.structure.inputs, material.x, strict=True))
    if material.t is None:
        return (("Inputs", inputs),)
    targets = listed(equals(material.notation.target_of(id), value, digits)
                     for id, value in zip(material.structure.outputs, material.t, strict=True))
    return ("Inputs", inputs), ("Targets", targets)


def only_some(given: Iterable[tuple[str, Parts]]) -> tuple[tuple[str, Parts], ...]:
    """Without headings that nothing stands under."""
    return tuple(entry for entry in given if entry[1])
