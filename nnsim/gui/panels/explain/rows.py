"""Rows of a calculation: equations, chains, headings and notes, in cells that know their place on the canvas."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.numbers import DIGITS, factor, format_number
from nnsim.core.formulas.terms import Place
from nnsim.core.formulas.writing import Piece, Style, latex, pieces

LONG = 12
"""So many factors at each end of a very long path are written."""
MOST_IN_COLUMNS = 12
Kind = Literal["heading", "line", "chain", "path", "sum", "aligned", "answer", "note", "action"]


@dataclass(frozen=True)
class Cell:
    """One stretch of a row: text, or a typeset formula that ``text`` stands for, with a number beneath."""

    text: str
    place: Place = ()
    latex: str = ""
    below: str = ""
    formula: str = ""
    """Typeset small between the two: what the derivative comes to in symbols."""
    badge: int = 0
    """The number of a path, in a disc; 0 for none."""
    space: bool = False
    """Whether a space follows, where the line may break."""
    strong: bool = False
    """Whether it is what the row comes to."""


@dataclass(frozen=True)
class Row:
    """A row of the list."""

    cells: tuple[Cell, ...]
    kind: Kind = "line"
    indent: int = 0
    group: tuple[tuple[Cell, ...], ...] = ()
    """The cells of the rows that stand in columns with its own, these among them."""
    latex: Callable[[], str] | None = field(default=None, compare=False)
    """Makes the same for a document, if it has a form there: only when it is asked for, because it takes time."""

    @property
    def text(self) -> str:
        """All of it as one line, for those who hear it, or copy it."""
        gap = self.kind == "chain"
        said = "".join(cell.text + (" " if cell.space or gap else "") for cell in self.cells).strip()
        below = " ".join(cell.below for cell in self.cells if cell.below).lstrip("=+ ")
        return f"{said} = {below}" if below else said


def line(written: Iterable[Piece], indent: int = 0, kind: Kind = "line") -> Row:
    """A row of pieces, broken into words where the line may break."""
    cells: list[Cell] = []
    for piece in written:
        # A name is not broken: of a name written from right to left the words would change places.
        words = [piece.text] if piece.place else piece.text.split(" ")
        for index, word in enumerate(words):
            last = index == len(words) - 1
            if word:
                cells.append(Cell(word, piece.place, space=not last))
            elif cells and not cells[-1].space:
                cells[-1] = Cell(cells[-1].text, cells[-1].place, space=True)
    return Row(tuple(cells), kind, indent)


def equation(what: Equation, digits: int = DIGITS, symbols: bool = True, indent: int = 0) -> Row:
    """A row for an equation, which can be copied as LaTeX."""
    return replace(line(what.line(digits, symbols), indent), latex=lambda: what.latex(digits))


def explained(what: Equation, digits: int = DIGITS, symbols: bool = True, indent: int = 0) -> list[Row]:
    """A row for an equation, and one for what has to be said about it, if anything."""
    row = equation(what, digits, symbols, indent)
    return [row, replace(note(what.note), indent=indent)] if what.note else [row]


def heading(text: str) -> Row:
    """A row that names those below it."""
    return Row((Cell(text),), "heading")


def note(text: str) -> Row:
    """A row of plain words."""
    return line([Piece(text)], kind="note")


def sum_row(name: Cell, parts: Sequence[str], more: bool, total: str) -> Row:
    """What the paths come to together: ``∂Loss/∂w1 = ① 0.0006684 + ② (−0.0002298) = 0.0004386``.

    ``parts`` are the first of them, ``more`` whether there are others. Of a single path the total says it all.
    """
    cells = [replace(name, space=True)]
    if len(parts) + more > 1:
        for index, part in enumerate(parts):
            cells += [Cell("+" if index else "=", space=True),
                      Cell(path_number(index), badge=index + 1, space=True), Cell(part, space=True)]
        cells += [Cell("+", space=True), Cell("…", space=True)] if more else []
    return Row((*cells, Cell(f"= {total}", strong=True)), "sum")


def answer(what: Equation, digits: int = DIGITS, typeset: bool = True) -> Row:
    """An equation as what all those above it lead to; in plain letters, if it is not ``typeset``."""
    row = equation(what, digits)
    *first, equals, result = row.cells
    result = replace(result, text=f"{equals.text} {result.text}", strong=True)
    cells = (*first, result)
    symbols = "".join(piece.text for piece in pieces(what.term, Style()))
    if typeset and row.text.startswith(f"{what.name.text} = {symbols} = "):
        numbers = line(pieces(what.term, Style(numbers=True, digits=digits))).cells
        cells = (Cell(what.name.text, what.place, what.name.latex, space=True), Cell("=", space=True),
                 Cell(symbols, latex=latex(what.term), space=True), Cell("=", space=True),
                 *numbers[:-1], replace(numbers[-1], space=True), result)
    return replace(row, kind="answer", cells=cells)


def in_columns(rows: Sequence[Row]) -> list[Row]:
    """Rows of the same form, the cells of each below those of the one before; of many each by itself."""
    group = tuple(row.cells for row in rows)
    alike = 1 < len(rows) <= MOST_IN_COLUMNS and len({len(cells) for cells in group}) == 1
    return [replace(row, group=group) for row in rows] if alike else [*rows]


def action(text: str) -> Row:
    """A row that does something when it is clicked, or chosen by Enter."""
    return Row((Cell(text),), "action")


BADGES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
"""The numbers of paths, where they are written or said."""


def path_number(index: int) -> str:
    """The number of a path: ① of the first, with index 0."""
    return BADGES[index] if index < len(BADGES) else f"({index + 1})"


def path_row(index: int, stations: Sequence[str]) -> Row:
    """``① w1 → h1 → o1 → Loss``: the way of a path, by its number."""
    return Row((Cell(path_number(index), badge=index + 1, space=True), Cell(" → ".join(stations))), "path")


def chain_row(factors: Sequence[Equation], value: float, start: str = "", digits: int = DIGITS) -> Row:
    """The factors of a path beside each other, each with its formula and its number beneath, and their product.

    Of a very long path the first and the last factors, and between them the product of the others. ``start`` stands
    before the product in LaTeX.
    """
    parts = [Cell(each.name.text, each.place, each.name.latex, factor(each.shown_value, digits), _formula(each),
                  space=True)
             for each in (*factors[:LONG], *factors[LONG:][-LONG:])]
    others = factors[LONG:-LONG]
    if others:
        with np.errstate(all="ignore"):
            together = float(np.prod([each.value for each in others]))
        parts.insert(LONG, Cell("…", below=factor(together, digits), space=True))
    cells: list[Cell] = []
    for index, part in enumerate(parts):
        cells += [Cell("·", below="·"), part] if index else [part]
    cells.append(Cell("", below=f"= {format_number(value, digits)}", strong=True))
    product = r" \cdot ".join(each.name.latex for each in factors)
    return Row(tuple(cells), "chain", latex=lambda: f"{start} {product}".strip())


def brief(path: Row, chain: Row, formulas: bool) -> Row:
    """The number of a path and its factors in one row, where the room is wide and low; ``formulas`` beneath them."""
    factors = chain.cells if formulas else (replace(cell, formula="") for cell in chain.cells)
    return replace(chain, cells=(*path.cells[:1], *factors))


def _formula(what: Equation) -> str:
    """What a derivative comes to in symbols, in LaTeX; nothing where that is a number."""
    return latex(what.term) if what.term.operation or what.term.symbol is not None else ""
