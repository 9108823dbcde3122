"""Reading terms: a formula of the registries or of a learner becomes a tree of arithmetic. Nothing is run."""

import ast
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from nnsim.core.formulas.numbers import MINUS
from nnsim.core.formulas.terms import CONSTANTS, FUNCTIONS, Term, operate
from nnsim.core.symbols import Symbol

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

    Nothing is run: the text is only read. A condition chooses by the current numbers. Raises ValueError in the
    learner's words.
    """
    return _read(text, text, leaves)


def _read(code: str, shown: str, leaves: Mapping[str, Term]) -> Term:
    """The term that ``code`` says; ``shown`` is what the learner wrote for it."""
    if len(shown) > _LONGEST:
        raise ValueError(f"A formula has at most {_LONGEST} characters.")
    try:
        tree = _tree(code.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(f"“{shown.strip()}” is not a formula: look for a missing bracket or sign.") from None
    return _term(tree.body, leaves)


@lru_cache(maxsize=256)
def _tree(code: str) -> ast.Expression:
    """The registries' few formulas are read for every neuron, again and again; nobody changes a tree."""
    return ast.parse(code, mode="eval")


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
