"""The way by δ: formulas typeset, and their numbers and what these come to in columns of their own."""

from collections.abc import Sequence
from dataclasses import replace

from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import factor, format_number, telling_digits
from nnsim.core.formulas.terms import Term
from nnsim.core.formulas.writing import Style, as_factor, latex, text
from nnsim.core.symbols import Symbol
from nnsim.gui.panels.explain.rows import Cell, Row, equation

MOST_TERMS = 6
"""A sum of more terms is a line of plain text: to typeset them would take long, and be no easier to read."""


def delta_row(e: Explanation, id: str, digits: int) -> Row:
    """``δ(o1) = −(T1 − O1)·O1·(1 − O1) = 0.7414·0.1868 = 0.1385``: what comes back to a neuron, times its slope."""
    what, parts, slope = e.delta_equation(id), e.sent_back(id), e.slope(id)
    if len(parts) > MOST_TERMS:
        return equation(what, digits)
    numbers = "·".join(factor(each.shown_value, digits) for each in (e.by_activation(id), slope))
    if len(parts) < 2:
        return _aligned(what, what.name, [_typeset(what.term)], numbers, digits)
    local = Cell(as_factor(slope.term, Style()), slope.place, as_factor(slope.term, Style(latex=True)))
    return _aligned(what, what.name, [*_summed(parts, brackets=True), Cell("·"), local], numbers, digits)


def gradient_row(e: Explanation, parameter: str, digits: int) -> Row:
    """``∂Loss/∂w1 = δ(h1)·i1 = 0.008771·0.05 = 0.0004386``; a shared parameter has a term for each use."""
    what = e.gradient_equation(parameter)
    uses = len(e.structure.uses[parameter])
    if uses > MOST_TERMS:
        return equation(what, digits)
    formula = _summed(what.term.parts) if uses > 1 else [_typeset(what.term)]
    return _aligned(what, e.notation.loss.by_in_line(name(parameter)), formula, text(what.term, True, digits), digits)


def deltas_row(e: Explanation, ids: Sequence[str], digits: int) -> Row:
    """``δ(o1) = 0.1385  ·  δ(o2) = −0.0381``: what each comes to, in one line."""
    cells: list[Cell] = []
    for id in ids:
        symbol = e.notation.delta(id)
        value = format_number(e.shown_delta(id), digits)
        cells += [Cell(symbol.text, (id,), symbol.latex, space=True), Cell(f"= {value};", (id,), space=True)]
    return Row((*cells[:-1], replace(cells[-1], text=cells[-1].text.rstrip(";"), space=False)))


def in_step(rows: Sequence[Row]) -> list[Row]:
    """Rows whose names, numbers and results stand in columns, whatever stands between."""
    group = tuple(row.cells for row in rows if row.kind == "aligned")
    return [replace(row, group=group) if row.kind == "aligned" else row for row in rows]


def _aligned(what: Equation, symbol: Symbol, formula: Sequence[Cell], numbers: str, digits: int) -> Row:
    value = what.shown_value
    result = format_number(value, telling_digits(value, digits))
    *first, last = formula
    cells = (Cell(symbol.text, what.place, symbol.latex, space=True), Cell("=", space=True),
             *first, replace(last, space=True),
             Cell(f"= {numbers}", what.place, space=True) if numbers != result else Cell(""),
             Cell(f"= {result}", what.place))
    return Row(cells, "aligned", latex=lambda: what.latex(digits))


def _typeset(term: Term) -> Cell:
    return Cell(text(term), term.place, latex(term))


def _summed(parts: Sequence[Term], brackets: bool = False) -> list[Cell]:
    """The terms of a sum, between which the line may break; each lights what it is of."""
    cells = []
    for index, part in enumerate(parts):
        before = "(" if brackets and not index else ""
        after = (")" if brackets else "") if index == len(parts) - 1 else " + "
        place = next((each.place for each in reversed(part.parts) if each.place), part.place)
        cells.append(Cell(before + text(part) + after, place, before + latex(part) + after.rstrip()))
    return cells
