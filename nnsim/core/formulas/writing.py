"""Writing terms: as text, HTML or LaTeX, by names or by numbers, with brackets only where they are needed."""

import html
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nnsim.core.formulas.notation import LETTERS
from nnsim.core.formulas.numbers import DIGITS, MINUS, UNDEFINED, format_number, telling_digits
from nnsim.core.formulas.terms import FUNCTIONS, OPERATIONS, Function, Place, Term, Tightness


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


def as_factor(term: Term, style: Style) -> str:
    """The term as it is written within a product, behind the first factor: in brackets, if it is a sum."""
    return "".join(piece.text for piece in _bracketed(term, style, Tightness.PRODUCT))


def latex_number(value: float, digits: int = DIGITS, decimals: int = 0) -> str:
    """A number in LaTeX: -0.0226, 1.2\\cdot 10^{-5}, -\\infty, \\text{undefined}."""
    if math.isnan(value):
        return rf"\text{{{UNDEFINED}}}"
    plain = format_number(value, digits, decimals).replace(MINUS, "-").replace("∞", r"\infty")
    mantissa, e, exponent = plain.partition("e")
    return rf"{mantissa}\cdot 10^{{{exponent}}}" if e else plain


_INDEX = re.compile(rf"(?<![\w.])(?:([{''.join(sorted(LETTERS))}])\(([^()]+)\)"
                    r"|([^\W\d_]+)_(\w+)|([^\W\d_])(\d+)(?!\w))")


def rich(written: Iterable[Piece]) -> str:
    """Pieces as HTML, indices lowered: w<sub>5</sub>, δ<sub>h1</sub>."""
    plain = html.escape("".join(piece.text for piece in written))
    return _INDEX.sub(lambda found: "{}<sub>{}</sub>".format(*filter(None, found.groups())), plain)


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
            return Tightness.ATOM if inner.name is not None else _tightness(term.parts[0], style)
        if term.operation == "multiply" and term.parts[0].operation == "negate" and term.parts[0].symbol is None:
            return Tightness.NEGATIVE
        return OPERATIONS[term.operation].tightness
    if (style.numbers or term.symbol is None) and format_number(term.value, style.digits).startswith(MINUS):
        return Tightness.NEGATIVE
    if not style.numbers and term.symbol is not None and term.symbol.text.startswith("∂") and not style.latex:
        return Tightness.PRODUCT
    return Tightness.ATOM


def _written(term: Term, style: Style, expand: bool = False) -> Iterator[Piece]:
    if not term.operation or (term.symbol is not None and not expand):
        yield Piece(_leaf(term, style), term.place)
    elif term.operation == "add":
        yield from _sum(term.parts, style)
    elif term.operation == "negate":
        yield Piece("-" if style.latex else MINUS, term.place)
        yield from _bracketed(term.parts[0], style, Tightness.PRODUCT)
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
            yield from _bracketed(part, style, Tightness.SUM)
        elif part.operation == "negate" and part.symbol is None:
            yield Piece(f" {minus} ", part.place)
            yield from _bracketed(part.parts[0], style, Tightness.PRODUCT)
        elif part.operation == "multiply" and part.symbol is None and part.parts[0].operation == "negate":
            yield Piece(f" {minus} ")
            yield from _product((part.parts[0].parts[0], *part.parts[1:]), style)
        elif _tightness(part, style) == Tightness.NEGATIVE and not (part.operation and part.symbol is None):
            yield Piece(f" {minus} {_leaf(part, style).lstrip('-' + MINUS)}", part.place)
        else:
            yield Piece(" + ")
            yield from _bracketed(part, style, Tightness.PRODUCT)


def _product(parts: Sequence[Term], style: Style) -> Iterator[Piece]:
    dot = r" \cdot " if style.latex else "·"
    for index, part in enumerate(parts):
        leads = index == 0 and part.operation == "negate" and part.symbol is None
        opens = (_tightness(part, style) < Tightness.PRODUCT and not leads) or (
            index > 0 and part.operation == "divide" and part.symbol is None and not style.latex)
        constant = index > 0 and parts[index - 1].literal
        # 2x and 3(x + 1), but 2·0.5.
        joined = part.operation in ("power", "add") if part.symbol is None else not style.numbers and not part.operation
        if index and not (constant and joined):
            yield Piece(dot)
        yield from _bracketed(part, style, Tightness.ATOM if opens else Tightness.SUM)


def _quotient(parts: Sequence[Term], style: Style) -> Iterator[Piece]:
    above, below = parts
    if style.latex:
        yield Piece(r"\frac{")
        yield from _written(above, style)
        yield Piece("}{")
        yield from _written(below, style)
        yield Piece("}")
    else:
        yield from _bracketed(above, style, Tightness.PRODUCT)
        yield Piece("/")
        yield from _bracketed(below, style, Tightness.POWER)


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _power(parts: Sequence[Term], style: Style) -> Iterator[Piece]:
    base, exponent = parts
    yield from _bracketed(base, style, Tightness.ATOM)
    whole = not exponent.operation and exponent.symbol is None and float(exponent.value).is_integer()
    if style.latex:
        yield Piece("^{")
        yield from _written(exponent, style)
        yield Piece("}")
    elif whole and abs(exponent.value) < 1000:
        yield Piece(f"{int(exponent.value)}".translate(_RAISED))
    else:
        yield Piece("^")
        yield from _bracketed(exponent, style, Tightness.ATOM)


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
