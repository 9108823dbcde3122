"""Terms: small trees of arithmetic that carry symbols and numbers. ``reading`` makes them, ``writing`` shows them."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import reduce
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.losses import DENOMINATOR_CLAMP, LOG_CLAMP
from nnsim.core.symbols import Symbol

Place = tuple[str, ...]
"""What on the canvas a term is of: (neuron,) or the (source, target) of a connection; () for neither."""


@dataclass(frozen=True)
class Term:
    """A number, its name if it has one, and how it comes about: ``operation`` of ``parts``.

    ``operation`` is a key of OPERATIONS or FUNCTIONS, empty for a leaf. A term with a ``symbol`` is written by it
    wherever it is part of another; ``decimals`` are those its number keeps.
    """

    value: float
    symbol: Symbol | None = None
    operation: str = ""
    parts: "tuple[Term, ...]" = ()
    place: Place = ()
    decimals: int = 0
    literal: bool = False
    """Whether it is a number of a formula, such as the ½ and the 2 of ½(t − o)²."""

    def named(self, symbol: Symbol, place: Place = ()) -> "Term":
        """The same with a name, and where it belongs."""
        return replace(self, symbol=symbol, place=place)


class Tightness(IntEnum):
    """How tightly what is written holds together. A looser operation inside a tighter one gets brackets."""

    SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(5)


@dataclass(frozen=True)
class Operation:
    """How parts become one number, and how tightly that holds together when it is written."""

    compute: Callable[..., Any]
    tightness: Tightness


@dataclass(frozen=True)
class Function:
    """A function of one number, its derivative, and its name in text and LaTeX; no name writes its argument alone."""

    f: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    name: Symbol | None


def _joined(by: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """An operation of two as one of any number, from the left."""
    return lambda *values: reduce(by, values)


OPERATIONS: Mapping[str, Operation] = MappingProxyType({
    "add": Operation(_joined(operator.add), Tightness.SUM),
    "negate": Operation(operator.neg, Tightness.NEGATIVE),
    "multiply": Operation(_joined(operator.mul), Tightness.PRODUCT),
    "divide": Operation(operator.truediv, Tightness.PRODUCT),
    "power": Operation(operator.pow, Tightness.POWER),
    "max": Operation(_joined(np.maximum), Tightness.ATOM),
})


def _function(text: str, latex: str, f: Callable[[Any], Any], derivative: Callable[[Any], Any]) -> Function:
    return Function(f, derivative, Symbol(text, latex))


def _of_activation(entry: Activation) -> Function:
    return Function(entry.f, lambda z: entry.derivative(z, entry.f(z)), entry.symbol)


FUNCTIONS: Mapping[str, Function] = MappingProxyType({
    **{name: _of_activation(entry) for name, entry in ACTIVATIONS.items()},
    "sin": _function("sin", r"\sin", np.sin, np.cos),
    "cos": _function("cos", r"\cos", np.cos, lambda x: -np.sin(x)),
    "tan": _function("tan", r"\tan", np.tan, lambda x: 1.0 / np.cos(x) ** 2),
    "exp": _function("exp", r"\exp", np.exp, np.exp),
    "ln": _function("ln", r"\ln", np.log, lambda x: 1.0 / x),
    "log": _function("ln", r"\ln", np.log, lambda x: 1.0 / x),
    "sqrt": _function("√", r"\sqrt", np.sqrt, lambda x: 0.5 / np.sqrt(x)),
    "abs": _function("abs", "", np.abs, np.sign),
    "sign": _function("sign", r"\mathrm{sign}", np.sign, lambda x: 0.0 * x),
    # As the losses compute them, see there: bounded where a sure miss would cost infinitely much.
    "clamped_ln": _function("ln", r"\ln", lambda x: np.maximum(np.log(x), LOG_CLAMP), lambda x: 1.0 / x),
    "above_zero": Function(lambda x: np.maximum(x, DENOMINATOR_CLAMP), lambda x: 1.0 + 0.0 * x, None),
})
CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": float(np.pi), "e": float(np.e)})


@np.errstate(all="ignore")
def evaluate(term: Term, **values: Any) -> Any:
    """What a term comes to, from its leaves up. A leaf whose name is among ``values`` takes that, also an array."""
    return _value(term, values)


def _value(term: Term, values: Mapping[str, Any]) -> Any:
    if not term.operation:
        return np.float64(term.value) if term.symbol is None else values.get(term.symbol.text, np.float64(term.value))
    return _computed(term.operation, [_value(part, values) for part in term.parts])


def _computed(operation: str, parts: Sequence[Any]) -> Any:
    """What one operation or function makes of the values of its parts."""
    if operation in OPERATIONS:
        return OPERATIONS[operation].compute(*parts)
    return FUNCTIONS[operation].f(np.asarray(parts[0], dtype=np.float64))


@np.errstate(all="ignore")
def derivative_of(term: Term, name: str, at: float) -> float:
    """The derivative by the leaf ``name`` where that is ``at``, exact by the rules of differentiation."""
    return float(_dual(term, name, at)[1])


def _dual(term: Term, name: str, at: float) -> tuple[float, float]:
    """(value, derivative): forward-mode differentiation. Wengert 1964."""
    if not term.operation:
        return (at, 1.0) if term.symbol and term.symbol.text == name else (term.value, 0.0)
    duals = [_dual(part, name, at) for part in term.parts]
    values = [np.float64(value) for value, _ in duals]
    by_name = [derivative for _, derivative in duals]
    match term.operation:
        case "add":
            return float(sum(values)), float(sum(by_name))
        case "negate":
            return -values[0], -by_name[0]
        case "multiply":
            others = [prod(values[:i] + values[i + 1 :]) for i in range(len(values))]
            return float(prod(values)), float(sum(d * o for d, o in zip(by_name, others, strict=True)))
        case "divide":
            a, b = values
            return float(a / b), float((by_name[0] * b - a * by_name[1]) / (b * b))
        case "power":
            a, b = values
            by_base = b * a ** (b - 1) * by_name[0] if by_name[0] else 0.0
            by_exponent = a**b * np.log(a) * by_name[1] if by_name[1] else 0.0
            return float(a**b), float(by_base + by_exponent)
        case "max":
            best = int(np.argmax(values))
            return float(values[best]), float(by_name[best])
    function, x = FUNCTIONS[term.operation], np.asarray(values[0])
    return float(function.f(x)), float(function.derivative(x) * by_name[0])


def operate(operation: str, *parts: Term, value: float | None = None) -> Term:
    """A term of an operation or function; ``value`` where it is known better, such as from the engine."""
    if value is None:
        # From the numbers that the parts have: nothing goes down the whole tree again.
        with np.errstate(all="ignore"):
            value = _computed(operation, [np.float64(part.value) for part in parts])
    return Term(float(value), None, operation, parts)


def number(value: float, decimals: int = 0) -> Term:
    """A leaf without a name."""
    return Term(float(value), decimals=decimals)
