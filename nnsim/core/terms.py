"""Terms: small trees of arithmetic that carry symbols and numbers, read from text and written in several ways."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.notation import Symbol
from nnsim.core.numbers import DIGITS, MINUS, format_number, telling_digits

Array = NDArray[np.float64]
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
    parts: tuple[Term, ...] = ()
    place: Place = ()
    decimals: int = 0
    literal: bool = False
    """Whether it is a number of a formula, such as the ½ and the 2 of ½(t − o)²."""

    def named(self, symbol: Symbol, place: Place = ()) -> Term:
        """The same with a name, and where it belongs."""
        return replace(self, symbol=symbol, place=place)


@dataclass(frozen=True)
class Operation:
    """How parts become one number and how that is written. A looser operation inside a tighter one gets brackets."""

    compute: Callable[..., Any]
    tightness: int


@dataclass(frozen=True)
class Function:
    """A function of one number, its derivative, and its name in text and LaTeX; no name writes its argument alone."""

    f: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    name: Symbol | None


def _added(*values: Any) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _multiplied(*values: Any) -> Any:
    product = values[0]
    for value in values[1:]:
        product = product * value
    return product


def _largest(*values: Any) -> Any:
    largest = values[0]
    for value in values[1:]:
        largest = np.maximum(largest, value)
    return largest


_SUM, _NEGATIVE, _PRODUCT, _POWER, _ATOM = range(5)
OPERATIONS: Mapping[str, Operation] = MappingProxyType({
    "add": Operation(_added, _SUM),
    "negate": Operation(lambda x: -x, _NEGATIVE),
    "multiply": Operation(_multiplied, _PRODUCT),
    "divide": Operation(lambda a, b: a / b, _PRODUCT),
    "power": Operation(lambda a, b: a**b, _POWER),
    "max": Operation(_largest, _ATOM),
})


def _function(text: str, latex: str, f: Callable[[Any], Any], derivative: Callable[[Any], Any]) -> Function:
    return Function(f, derivative, Symbol(text, latex))


_ACTIVATION_NAMES = {"sigmoid": Symbol("σ", r"\sigma"), "tanh": Symbol("tanh", r"\tanh"),
                     "sine": Symbol("sin", r"\sin"),
                     "relu": Symbol("ReLU", r"\mathrm{ReLU}"), "heaviside": Symbol("step", r"\mathrm{step}"),
                     "elu": Symbol("ELU", r"\mathrm{ELU}")}


def _of_activation(name: str) -> Function:
    entry = ACTIVATIONS[name]
    written = Symbol(name.replace("_", " "), rf"\mathrm{{{entry.name.replace('_', ' ')}}}")
    return Function(entry.f, lambda z: entry.derivative(z, entry.f(z)), _ACTIVATION_NAMES.get(name, written))


_LOG_CLAMP, _DENOMINATOR_CLAMP = -100.0, 1e-12
FUNCTIONS: Mapping[str, Function] = MappingProxyType({
    **{name: _of_activation(name) for name in ACTIVATIONS},
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
    "clamped_ln": _function("ln", r"\ln", lambda x: np.maximum(np.log(x), _LOG_CLAMP), lambda x: 1.0 / x),
    "above_zero": Function(lambda x: np.maximum(x, _DENOMINATOR_CLAMP), lambda x: 1.0 + 0.0 * x, None),
})
CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": float(np.pi), "e": float(np.e)})


# Computing


@np.errstate(all="ignore")
def evaluate(term: Term, **values: Any) -> Any:
    """What a term comes to, from its leaves up. A leaf whose name is among ``values`` takes that, also an array."""
    if not term.operation:
        return np.float64(term.value) if term.symbol is None else values.get(term.symbol.text, np.float64(term.value))
    parts = [evaluate(part, **values) for part in term.parts]
    if term.operation in OPERATIONS:
        return OPERATIONS[term.operation].compute(*parts)
    return FUNCTIONS[term.operation].f(np.asarray(parts[0], dtype=np.float64))


@np.errstate(all="ignore")
def slope(term: Term, name: str, at: float) -> float:
    """The derivative by the leaf ``name`` where that is ``at``, exact by the rules of differentiation."""
    return float(_dual(term, name, at)[1])


def _dual(term: Term, name: str, at: float) -> tuple[float, float]:
    """(value, derivative): forward-mode differentiation. Wengert 1964."""
    if not term.operation:
        return (at, 1.0) if term.symbol and term.symbol.text == name else (term.value, 0.0)
    duals = [_dual(part, name, at) for part in term.parts]
    values = [np.float64(value) for value, _ in duals]
    slopes = [derivative for _, derivative in duals]
    match term.operation:
        case "add":
            return float(sum(values)), float(sum(slopes))
        case "negate":
            return -values[0], -slopes[0]
        case "multiply":
            others = [_multiplied(1.0, *values[:i], *values[i + 1 :]) for i in range(len(values))]
            return float(_multiplied(*values)), float(sum(d * o for d, o in zip(slopes, others, strict=True)))
        case "divide":
            a, b = values
            return float(a / b), float((slopes[0] * b - a * slopes[1]) / (b * b))
        case "power":
            a, b = values
            by_base = b * a ** (b - 1) * slopes[0] if slopes[0] else 0.0
            by_exponent = a**b * np.log(a) * slopes[1] if slopes[1] else 0.0
            return float(a**b), float(by_base + by_exponent)
        case "max":
            best = int(np.argmax(values))
            return float(values[best]), float(slopes[best])
    function, x = FUNCTIONS[term.operation], np.asarray(values[0])
    return float(function.f(x)), float(function.derivative(x) * slopes[0])


def operate(operation: str, *parts: Term, value: float | None = None) -> Term:
    """A term of an operation or function; ``value`` where it is known better, such as from the engine."""
    term = Term(0.0, None, operation, parts)
    return replace(term, value=float(evaluate(_leaves(term))) if value is None else float(value))


def _leaves(term: Term) -> Term:
    """The parts by their numbers, so that computing one operation does not go down the whole tree."""
    return replace(term, parts=tuple(Term(part.value) for part in term.parts))


def number(value: float, decimals: int = 0) -> Term:
    """A leaf without a name."""
    return Term(float(value), decimals=decimals)


# Reading

_TOKEN = re.compile(r"\s*(?:((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|([^\W\d]\w*)|(\*\*|[-+*/^(),])|(.))")
_SPELLINGS = {MINUS: "-", "–": "-", "·": "*", "×": "*", "÷": "/", ":": "/", "²": "^2", "³": "^3", "⁴": "^4", "½": "0.5",
              "π": " pi ", "√": " sqrt "}
_LONGEST = 400
_CALLED = {*FUNCTIONS, "max"}
_OPERATORS = {ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b, ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b, ast.Eq: lambda a, b: a == b,
}


def parse(text: str, **leaves: Term) -> Term:
    """The term that ``text`` says, its names taken from ``leaves``: “0.5*(t-o)**2”, “1 if z > 0 else 0”.

    Nothing is run: the text is only read. A condition chooses by the numbers of now. Raises ValueError in the
    learner's words.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"A formula has at most {_LONGEST} characters.")
    return _read(text, text, leaves)


def _read(code: str, shown: str, leaves: Mapping[str, Term]) -> Term:
    """The term that ``code`` says; ``shown`` is what the learner wrote for it."""
    try:
        tree = ast.parse(code.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(f"“{shown.strip()}” is not a formula: look for a missing bracket or sign.") from None
    return _term(tree.body, leaves)


def parse_typed(text: str, **leaves: Term) -> Term:
    """``parse`` for what a learner types: x^2, 2x, 3(x+1), 1,5x, sin x and x² are understood. Raises ValueError."""
    plain = re.sub(r"(?<=\d),(?=\d)", ".", text)
    plain = re.sub(r"\|([^|]+)\|", r"abs(\1)", plain)
    for spelling, meaning in _SPELLINGS.items():
        plain = plain.replace(spelling, meaning)
    if not plain.strip():
        raise ValueError("Type a formula of x, such as x^2 − 2x.")
    words: list[str] = []
    before = ""
    for numeral, name, sign, stranger in _TOKEN.findall(plain):
        if stranger:
            raise ValueError(f"“{stranger}” cannot stand in a formula.")
        token = numeral or name or sign
        kind = "value" if numeral or (name and name not in _CALLED) else "function" if name else sign
        if before in ("value", ")") and (kind in ("value", "function") or token == "("):
            words.append("*")
        if before == "function" and token != "(":
            # sin x: the function takes what follows, up to the next sign.
            words.append(f"({token})")
            before = ")"
            continue
        words.append("**" if token == "^" else token)
        before = kind
    if before == "function":
        raise ValueError("A function needs something to take, such as sin(x).")
    if len(text) > _LONGEST:
        raise ValueError(f"A formula has at most {_LONGEST} characters.")
    return _read("".join(words), text, leaves)


def _term(node: ast.AST, leaves: Mapping[str, Term], depth: int = 0) -> Term:
    if depth > 60:
        raise ValueError("This formula is nested too deeply.")

    def inner(part: ast.AST) -> Term:
        return _term(part, leaves, depth + 1)

    match node:
        case ast.Constant(value=bool() | complex()):
            pass
        case ast.Constant(value=int() | float() as value):
            if abs(value) > 1e300:
                raise ValueError("A number in this formula is too large.")
            return Term(float(value), literal=True)
        case ast.Name(id=name) if name in leaves:
            return leaves[name]
        case ast.Name(id=name) if name in CONSTANTS:
            return Term(CONSTANTS[name], Symbol("π" if name == "pi" else name, r"\pi" if name == "pi" else name))
        case ast.Name(id=name):
            raise ValueError(f"“{name}” is not known here; use {', '.join(leaves)}, or a function such as sin.")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return operate("negate", inner(operand))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return inner(operand)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            a, b = inner(left), inner(right)
            b = operate("negate", b) if isinstance(op, ast.Sub) else b
            return operate("add", *_flat("add", a), b)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            kind, a, b = _OPERATORS[type(op)], inner(left), inner(right)
            return operate(kind, *(_flat(kind, a) if kind == "multiply" else [a]), b)
        case ast.Call(func=ast.Name(id="max"), args=args, keywords=[]) if args:
            return operate("max", *(inner(part) for part in args))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return operate(name, inner(argument))
        case ast.Call(func=ast.Name(id=name)):
            raise ValueError(f"There is no function “{name}” of one number; sin, cos, exp, ln, sqrt, abs, tanh … are.")
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=other):
            holds = _COMPARISONS[type(op)](inner(left).value, inner(right).value)
            return inner(body if holds else other)
    raise ValueError("Only numbers, +, −, ·, /, powers and functions can stand in a formula.")


def _flat(operation: str, term: Term) -> tuple[Term, ...]:
    """The parts of a + b, so that (a + b) + c is one sum of three."""
    return term.parts if term.operation == operation and term.symbol is None else (term,)


# Writing


class Piece(NamedTuple):
    """A stretch of text, and what on the canvas it is of."""

    text: str
    place: Place = ()


@dataclass(frozen=True)
class Style:
    """Text or LaTeX, by names or by numbers."""

    latex: bool = False
    numbers: bool = False
    digits: int = DIGITS


def pieces(term: Term, style: Style) -> list[Piece]:
    """The term written out one level: its parts by their names, or by their numbers."""
    return _joined(list(_written(term, style, expand=True)))


def text(term: Term, numbers: bool = False, digits: int = DIGITS) -> str:
    """The term in one line of plain text."""
    return "".join(piece.text for piece in pieces(term, Style(False, numbers, digits)))


def latex(term: Term, numbers: bool = False, digits: int = DIGITS) -> str:
    """The term in LaTeX."""
    return "".join(piece.text for piece in pieces(term, Style(True, numbers, digits)))


def latex_number(value: float, digits: int = DIGITS, decimals: int = 0) -> str:
    """A number in LaTeX: -0.0226, 1.2\\cdot 10^{-5}."""
    plain = format_number(value, digits, decimals).replace(MINUS, "-").replace("∞", r"\infty")
    plain = plain.replace("NaN", r"\mathrm{NaN}")
    mantissa, e, exponent = plain.partition("e")
    return rf"{mantissa}\cdot 10^{{{exponent}}}" if e else plain


_INDEX = re.compile(r"(?<![\w.])([^\W\d_]+)_(\w+)|(?<![\w.])([^\W\d_])(\d+)(?!\w)")


def rich(written: Iterable[Piece]) -> str:
    """Pieces as HTML, indices lowered: w<sub>5</sub>, δ<sub>h1</sub>."""
    plain = html.escape("".join(piece.text for piece in written))
    return _INDEX.sub(lambda found: f"{found[1] or found[3]}<sub>{found[2] or found[4]}</sub>", plain)


def _joined(found: list[Piece]) -> list[Piece]:
    """Neighbours of the same place in one piece."""
    result: list[Piece] = []
    for piece in found:
        if result and result[-1].place == piece.place:
            result[-1] = Piece(result[-1].text + piece.text, piece.place)
        elif piece.text:
            result.append(piece)
    return result


def _tightness(term: Term, style: Style) -> int:
    """How tightly what is written for a part holds together."""
    if term.operation and term.symbol is None:
        if term.operation not in OPERATIONS:
            inner = FUNCTIONS[term.operation]
            return _ATOM if inner.name is not None else _tightness(term.parts[0], style)
        if term.operation == "multiply" and term.parts[0].operation == "negate" and term.parts[0].symbol is None:
            return _NEGATIVE
        return OPERATIONS[term.operation].tightness
    if (style.numbers or term.symbol is None) and format_number(term.value, style.digits).startswith(MINUS):
        return _NEGATIVE
    if not style.numbers and term.symbol is not None and term.symbol.text.startswith("∂") and not style.latex:
        return _PRODUCT
    return _ATOM


def _written(term: Term, style: Style, expand: bool = False) -> Iterator[Piece]:
    if not term.operation or (term.symbol is not None and not expand):
        yield Piece(_leaf(term, style), term.place)
    elif term.operation == "add":
        yield from _sum(term.parts, style)
    elif term.operation == "negate":
        yield Piece("-" if style.latex else MINUS, term.place)
        yield from _bracketed(term.parts[0], style, _PRODUCT)
    elif term.operation == "multiply":
        yield from _product(term.parts, style)
    elif term.operation == "divide":
        yield from _quotient(term.parts, style)
    elif term.operation == "power":
        yield from _power(term.parts, style)
    elif term.operation == "max":
        yield Piece(r"\max(" if style.latex else "max(")
        for index, part in enumerate(term.parts):
            yield Piece(", " if index else "")
            yield from _written(part, style)
        yield Piece(")")
    else:
        yield from _call(FUNCTIONS[term.operation], term, style)


def _leaf(term: Term, style: Style) -> str:
    if term.symbol is not None and not style.numbers:
        return term.symbol.latex if style.latex else term.symbol.text
    if term.literal and term.value == 0.5:
        return r"\frac{1}{2}" if style.latex else "½"
    digits = style.digits if term.literal else telling_digits(term.value, style.digits)
    write = latex_number if style.latex else format_number
    return write(term.value, digits, term.decimals)


def _bracketed(term: Term, style: Style, needed: int) -> Iterator[Piece]:
    if _tightness(term, style) >= needed:
        yield from _written(term, style)
    else:
        yield Piece(r"\left(" if style.latex else "(")
        yield from _written(term, style)
        yield Piece(r"\right)" if style.latex else ")")


def _sum(parts: Sequence[Term], style: Style) -> Iterator[Piece]:
    minus = "-" if style.latex else MINUS
    for index, part in enumerate(parts):
        if not index:
            yield from _bracketed(part, style, _SUM)
        elif part.operation == "negate" and part.symbol is None:
            yield Piece(f" {minus} ", part.place)
            yield from _bracketed(part.parts[0], style, _PRODUCT)
        elif part.operation == "multiply" and part.symbol is None and part.parts[0].operation == "negate":
            yield Piece(f" {minus} ")
            yield from _product((part.parts[0].parts[0], *part.parts[1:]), style)
        elif _tightness(part, style) == _NEGATIVE and not (part.operation and part.symbol is None):
            yield Piece(f" {minus} {_leaf(part, style).lstrip('-' + MINUS)}", part.place)
        else:
            yield Piece(" + ")
            yield from _bracketed(part, style, _PRODUCT)


def _product(parts: Sequence[Term], style: Style) -> Iterator[Piece]:
    dot = r" \cdot " if style.latex else "·"
    for index, part in enumerate(parts):
        leads = index == 0 and part.operation == "negate" and part.symbol is None
        opens = (_tightness(part, style) < _PRODUCT and not leads) or (
            index > 0 and part.operation == "divide" and part.symbol is None and not style.latex)
        constant = index > 0 and parts[index - 1].literal
        # 2x and 3(x + 1), but 2·0.5.
        joined = part.operation in ("power", "add") if part.symbol is None else not style.numbers and not part.operation
        if index and not (constant and joined):
            yield Piece(dot)
        yield from _bracketed(part, style, _ATOM if opens else _SUM)


def _quotient(parts: Sequence[Term], style: Style) -> Iterator[Piece]:
    above, below = parts
    if style.latex:
        yield Piece(r"\frac{")
        yield from _written(above, style)
        yield Piece("}{")
        yield from _written(below, style)
        yield Piece("}")
    else:
        yield from _bracketed(above, style, _PRODUCT)
        yield Piece("/")
        yield from _bracketed(below, style, _POWER)


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _power(parts: Sequence[Term], style: Style) -> Iterator[Piece]:
    base, exponent = parts
    yield from _bracketed(base, style, _ATOM)
    whole = not exponent.operation and exponent.symbol is None and float(exponent.value).is_integer()
    if style.latex:
        yield Piece("^{")
        yield from _written(exponent, style)
        yield Piece("}")
    elif whole and abs(exponent.value) < 1000:
        yield Piece(f"{int(exponent.value)}".translate(_RAISED))
    else:
        yield Piece("^")
        yield from _bracketed(exponent, style, _ATOM)


def _call(function: Function, term: Term, style: Style) -> Iterator[Piece]:
    argument = term.parts[0]
    if function.name is None:
        yield from _written(argument, style)
        return
    if term.operation == "abs":
        opening, closing = (r"\left|", r"\right|") if style.latex else ("|", "|")
    elif term.operation == "sqrt":
        opening, closing = (r"\sqrt{", "}") if style.latex else ("√(", ")")
    elif style.latex:
        opening, closing = rf"{function.name.latex}\left(", r"\right)"
    else:
        opening, closing = f"{function.name.text}(", ")"
    yield Piece(opening)
    yield from _written(argument, style)
    yield Piece(closing)
