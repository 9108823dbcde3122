"""An equation: symbols, numbers beneath them, and what comes out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnsim.core.formulas.numbers import DIGITS, MINUS, comparison, format_number, telling_digits, without_dust
from nnsim.core.formulas.terms import Place, Term
from nnsim.core.formulas.writing import Piece, Style, latex, latex_number, pieces, rich
from nnsim.core.symbols import Symbol


@dataclass(frozen=True)
class Equation:
    """``name`` = the term in symbols = in numbers = its value.

    ``compared`` is what a step neuron goes by: what comes in, and its threshold.
    """

    name: Symbol
    term: Term
    place: Place = ()
    compared: tuple[float, float] | None = None
    note: str = ""
    """Why it comes out as it does, in words, where the numbers alone would puzzle."""
    exact: bool = False
    """Whether its last bit decides, so that no rounding is left out of what is written."""

    @property
    def value(self) -> float:
        """The engine's number."""
        return self.term.value

    @property
    def shown_value(self) -> float:
        """The number that is written: 0 where a sum is nothing but the rounding of its own terms, or a factor is."""
        return 0.0 if not self.exact and _is_dust(self.term) else self.value

    def because(self, digits: int = DIGITS) -> str:
        """What a step neuron goes by, “1 ≥ 0.6”; empty of others."""
        return "" if self.compared is None else comparison(*self.compared, digits)

    def as_factor(self) -> Term:
        """The quantity by its name, as a part of another term."""
        return replace(self.term, value=self.shown_value).named(self.name)

    def line(self, digits: int = DIGITS, symbols: bool = False) -> list[Piece]:
        """``net h1 = 0.05·0.15 + 0.10·0.20 + 0.35 = 0.3775``, in pieces that know their place on the canvas.

        With ``symbols`` they stand between: ``net h1 = i1·w1 + i2·w2 + b1 = 0.05·0.15 + …``.
        """
        value = self.shown_value
        result = Piece(format_number(value, telling_digits(value, digits)), self.place)
        found = [Piece(self.name.text, self.place), Piece(" = ")]
        in_numbers = pieces(self.term, Style(numbers=True, digits=digits))
        in_symbols = pieces(self.term, Style(digits=digits))
        said = "".join(piece.text for piece in in_numbers)
        if symbols and self._says_more(in_symbols, in_numbers):
            found += [*in_symbols, Piece(" = ")]
        if said != result.text:
            found += [*in_numbers, Piece(" = ")]
        found.append(result)
        if because := self.because(digits):
            found.append(Piece(f"  ({because})"))
        return found

    def text(self, digits: int = DIGITS, symbols: bool = True) -> str:
        """``line`` as one string."""
        return "".join(piece.text for piece in self.line(digits, symbols))

    def rich(self, digits: int = DIGITS, symbols: bool = True) -> str:
        """``line`` as HTML, with lowered indices."""
        return rich(self.line(digits, symbols))

    def latex(self, digits: int = DIGITS, aligned: bool = False) -> str:
        """``line`` in LaTeX. ``aligned`` puts & before each equals sign, and breaks the line before the numbers."""
        equals = " &= " if aligned else " = "
        again = r" \\ &= " if aligned else " = "
        result = latex_number(self.shown_value, telling_digits(self.shown_value, digits))
        in_numbers = latex(self.term, True, digits)
        parts = [self.name.latex, equals]
        style = Style(digits=digits)
        if self._says_more(pieces(self.term, style), pieces(self.term, Style(numbers=True, digits=digits))):
            parts += [latex(self.term), again]
        if in_numbers != result:
            parts += [in_numbers, " = "]
        parts.append(result)
        if because := self.because(digits):
            words = because.replace("≥", r"\geq").replace("<", " < ").replace(MINUS, "-").replace("≱", r"\ngeq")
            parts.append(rf"\quad ({words})")
        return "".join(parts)

    def _says_more(self, in_symbols: Sequence[Piece], in_numbers: Sequence[Piece]) -> bool:
        said = "".join(piece.text for piece in in_symbols)
        return said not in ("".join(piece.text for piece in in_numbers), self.name.text)


def _is_dust(term: Term) -> bool:
    """Whether a term is 0 but for the rounding of what it is made of; ∞ times 0 is not."""
    if not math.isfinite(term.value):
        return False
    match term.operation:
        case "add":
            return all(map(_is_dust, term.parts)) or without_dust(term.value, [part.value for part in term.parts]) == 0
        case "multiply":
            return any(map(_is_dust, term.parts))
        case "negate" | "divide":
            return _is_dust(term.parts[0])
        case "power":
            return term.parts[1].value > 0 and _is_dust(term.parts[0])
    return term.value == 0
