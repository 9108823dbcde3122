"""Where the cells of a row of equations stand, and how they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from nnsim.gui.look.theme import GRID, font, pixels, theme
from nnsim.gui.panels.explain.rows import Cell, Kind, Row
from nnsim.gui.widgets.formulas import TYPESET_SIZE, Typesetter, formula_image

PAD = 3.0
"""At both sides of what is typeset, or lit."""
_GAP = 4.0
_FORMULA = 0.86
"""The size of a formula beneath a derivative, of the derivative's."""
_FORMULA_LINE = 1.3
"""The height of its line, of a line of text's."""
_LARGER = 1.3
"""So much larger is what all paths come to, and what the update does."""
WIDEST_CHAIN = 46
"""What a path comes to stands at the right end of its row, but no farther away than so many lines of text are high."""
ENDING: tuple[Kind, ...] = ("chain", "sum", "aligned", "answer")
"""Kinds of rows whose results stand one below the other, at the right."""
MOST_LAYOUTS = 512
_FRACTION, _COMES_TO = r"\frac", "= "


_Measured = tuple[Cell, float, float, float, float]
"""A cell, where it begins, its width, and its height above and below the baseline."""


@dataclass(frozen=True)
class Placed:
    """A cell of a row in its place, in pixels from the row's corner."""

    cell: Cell
    rect: QRectF
    baseline: float


class RowLayouts:
    """Every cell of a row in its place, broken into lines where the list ends, laid out once."""

    def __init__(self, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._done: dict[tuple[Row, int], tuple[tuple[Placed, ...], float]] = {}

    def forget(self) -> None:
        """Lay all out anew: letters or formulas have another size."""
        self._done.clear()

    def trim(self) -> None:
        """Forget them if there are many: most are of rows that stood there once."""
        if len(self._done) > MOST_LAYOUTS:
            self.forget()

    def placed(self, row: Row, width: int) -> tuple[tuple[Placed, ...], float]:
        """Every cell of a row in its place, and the row's height."""
        key = (row, width)
        if key not in self._done:
            self._done[key] = self._lay_out(row, width)
        return self._done[key]

    def _lay_out(self, row: Row, width: int) -> tuple[tuple[Placed, ...], float]:
        left, end = GRID + row.indent * 2 * GRID, row_end(row.kind, width) - GRID
        if row.kind == "aligned":
            return self._set(row.kind, self._aligned(row, left, end))
        space = _space(row.kind)
        x = float(left)
        lines: list[list[_Measured]] = [[]]
        for index, cell in enumerate(row.cells):
            cell_width, above, below = self._measure(cell, row.kind)
            if index < len(row.cells) - 1:
                cell_width = max((self._measure(other[index], row.kind)[0] for other in row.group), default=cell_width)
            if lines[-1] and x + cell_width > width - GRID:
                lines.append([])
                x = float(left) + 2 * GRID
            lines[-1].append((cell, x, cell_width, above, below))
            x += cell_width + (space if cell.space else 0.0) + (_GAP if row.kind == "chain" else 0.0)
        if row.kind in ENDING:
            _align_result(lines[-1], end)
        return self._set(row.kind, lines)

    def _aligned(self, row: Row, left: float, end: float) -> list[list[_Measured]]:
        """Names end where the widest of the group does, numbers begin in one column, and results end in one.

        The formula between has the room that they leave, and goes on in a next line.
        """
        space = _space(row.kind)
        widths = [[self._measure(cells[at], row.kind)[0] for cells in row.group or (row.cells,)] for at in (0, -2, -1)]
        names, numbers, results = map(max, widths)
        column = max(left + 2 * GRID, end - results - space - numbers)
        name, *formula, calculation, result = row.cells
        measured = self._measure(name, row.kind)
        lines: list[list[_Measured]] = [[(name, left + names - measured[0], *measured)]]
        x = hanging = left + names + space

        def put(cell: Cell, at: float, room: float) -> float:
            """Put a cell there, or into a next line if the room is too small; where it ends."""
            measured = self._measure(cell, row.kind)
            if at + measured[0] > room and at > hanging:
                lines.append([])
                at = hanging
            lines[-1].append((cell, at, *measured))
            return at + measured[0]

        for cell in formula:
            x = put(cell, x, end) + (space if cell.space else 0.0)
        if calculation.text:
            if x > column:
                lines.append([])
            x = put(calculation, column, end + column) + space
        else:
            lines[-1].append((calculation, x, *self._measure(calculation, row.kind)))
        wide = self._measure(result, row.kind)[0]
        if x + wide > end:
            lines.append([])
        put(result, end - wide, end)
        return lines

    def _set(self, kind: Kind, lines: Sequence[Sequence[_Measured]]) -> tuple[tuple[Placed, ...], float]:
        """The cells of lines in their places, one line below the other, and the height of them all."""
        metrics, top = QFontMetricsF(row_font(kind)), _top(kind)
        found: list[Placed] = []
        for cells in lines:
            above = max((c[3] for c in cells), default=metrics.ascent())
            below = max((c[4] for c in cells), default=metrics.descent())
            for cell, at, cell_width, _, _ in cells:
                found.append(Placed(cell, QRectF(at, top, cell_width, above + below), top + above))
            top += above + below + 1.0
        return tuple(found), top + _bottom(kind)

    def _measure(self, cell: Cell, kind: Kind) -> tuple[float, float, float]:
        """(width, above the baseline, below it)."""
        metrics = QFontMetricsF(strong_font(kind) if cell.strong else row_font(kind))
        number = metrics.horizontalAdvance(cell.below) if cell.below else 0.0
        line_height = metrics.height()
        if cell.badge:
            return line_height + 2.0, metrics.ascent() + 1.0, metrics.descent() + 1.0
        formula = self._typesetter.get(cell.latex, theme().ink) if cell.latex else None
        if formula is None and cell.latex.startswith(_FRACTION):
            upper, lower = _fraction(cell.text)
            width = max(metrics.horizontalAdvance(upper), metrics.horizontalAdvance(lower), number) + 2 * PAD
            return width, 1.4 * metrics.ascent(), line_height + (line_height if cell.below else 0.0)
        if formula is None:
            width = max(metrics.horizontalAdvance(cell.text), number)
            return width, metrics.ascent(), metrics.descent() + (line_height if cell.below else 0.0)
        scale = formula_scale()
        width = max(formula.width * scale, number)
        below = max((formula.height - formula.ascent) * scale, metrics.descent())
        if cell.formula:
            beneath = self._typesetter.get(cell.formula, theme().muted)
            width = max(width, beneath.width * scale * _FORMULA if beneath is not None else 0.0)
            below += line_height * _FORMULA_LINE
        return width + 2 * PAD, formula.ascent * scale, below + (line_height if cell.below else 0.0)

    def paint_cell(self, painter: QPainter, placed: Placed, origin: QPointF, kind: Kind) -> None:
        """Draw a cell of a row whose corner is at ``origin``."""
        t, cell = theme(), placed.cell
        painter.setFont(strong_font(kind) if cell.strong else row_font(kind))
        metrics = QFontMetricsF(painter.font())
        rect, baseline = placed.rect.translated(origin), placed.baseline + origin.y()
        if cell.badge:
            _paint_badge(painter, rect, cell.badge)
            return
        ink = {"heading": t.muted, "note": t.muted, "path": t.muted, "action": t.accent}.get(kind, t.ink)
        painter.setPen(t.color("ink") if ink == t.ink else ink)
        middle = rect.center().x()
        formula = self._typesetter.get(cell.latex, t.ink) if cell.latex else None
        if formula is not None:
            scale = formula_scale()
            image = formula_image(cell.latex, scale * TYPESET_SIZE, t.ink, painter.device().devicePixelRatioF())
            painter.drawImage(QPointF(middle - formula.width * scale / 2, baseline - formula.ascent * scale), image)
            self._paint_formula(painter, cell, rect)
        elif cell.latex.startswith(_FRACTION):
            _paint_fraction(painter, cell.text, rect, baseline)
        elif cell.strong and cell.text.startswith(_COMES_TO):
            _paint_result(painter, cell.text.removeprefix(_COMES_TO), rect.right(), baseline, row_font(kind))
        else:
            left = middle - metrics.horizontalAdvance(cell.text) / 2 if cell.below else rect.left()
            painter.drawText(QPointF(left, baseline), cell.text)
        if cell.below:
            painter.setPen(t.color("muted" if cell.below == cell.text else "positive_text" if cell.text else "ink"))
            width = metrics.horizontalAdvance(cell.below)
            painter.drawText(QPointF(middle - width / 2, rect.bottom() - metrics.descent()), cell.below)

    def _paint_formula(self, painter: QPainter, cell: Cell, rect: QRectF) -> None:
        """Small, between the derivative and its number."""
        beneath = self._typesetter.get(cell.formula, theme().muted) if cell.formula else None
        if beneath is None:
            return
        scale, line = formula_scale() * _FORMULA, QFontMetricsF(painter.font()).height()
        image = formula_image(cell.formula, scale * TYPESET_SIZE, theme().muted, painter.device().devicePixelRatioF())
        baseline = rect.bottom() - line * (1.0 + _FORMULA_LINE - 0.9)
        painter.drawImage(QPointF(rect.center().x() - beneath.width * scale / 2, baseline - beneath.ascent * scale),
                          image)


def _align_result(cells: list[_Measured], right: float) -> None:
    """What a path comes to, at the right end, so that such numbers stand one below the other."""
    if cells:
        cell, x, width, *heights = cells[-1]
        cells[-1] = (cell, max(x, right - width), width, heights[0], heights[1])


def _paint_fraction(painter: QPainter, text: str, rect: QRectF, baseline: float) -> None:
    """A derivative in plain letters, one above the other."""
    metrics = QFontMetricsF(painter.font())
    upper, lower = _fraction(text)
    axis, middle = baseline - 0.3 * metrics.ascent(), rect.center().x()
    for part, y in ((upper, axis - 3 - metrics.descent()), (lower, axis + 2 + metrics.ascent())):
        painter.drawText(QPointF(middle - metrics.horizontalAdvance(part) / 2, y), part)
    if lower:
        painter.drawLine(QPointF(rect.left() + PAD, axis), QPointF(rect.right() - PAD, axis))


def _paint_result(painter: QPainter, number: str, right: float, baseline: float, plain: QFont) -> None:
    """What a row comes to: only the number is strong, and it ends at the right."""
    left = right - QFontMetricsF(painter.font()).horizontalAdvance(number)
    painter.drawText(QPointF(left, baseline), number)
    painter.setFont(plain)
    painter.drawText(QPointF(left - QFontMetricsF(plain).horizontalAdvance(_COMES_TO), baseline), _COMES_TO)


def _paint_badge(painter: QPainter, rect: QRectF, number: int) -> None:
    """The number of a path, as on the canvas."""
    t, side = theme(), min(rect.width(), rect.height())
    disc = QRectF(0, 0, side, side)
    disc.moveCenter(rect.center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(t.color("accent"))
    painter.drawEllipse(disc)
    painter.setFont(font("small", bold=True))
    painter.setPen(t.color("card"))
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(number))
    painter.restore()


def formula_scale() -> float:
    """Letters of the typesetting font look smaller than the system's of the same size."""
    return pixels("body") * 1.1 / TYPESET_SIZE


def row_end(kind: Kind, width: int) -> float:
    """Where a row ends at the right, of a list of this width."""
    return min(width, WIDEST_CHAIN * QFontMetricsF(row_font(kind)).height())


def strong_font(kind: Kind) -> QFont:
    """The font of what a row comes to; larger, where that is what all rows above it come to."""
    return font("body", bold=True, larger=_LARGER if kind in ("sum", "answer") else 1.0)


def row_font(kind: Kind) -> QFont:
    """The font of a kind of row."""
    return font("small", bold=True) if kind == "heading" else font("body")


def _space(kind: Kind) -> float:
    return QFontMetricsF(row_font(kind)).horizontalAdvance(" ")


def _top(kind: Kind) -> float:
    return {"heading": float(GRID), "path": GRID / 2, "sum": GRID / 2, "answer": 6.0}.get(kind, 2.0)


def _bottom(kind: Kind) -> float:
    return {"chain": GRID / 2, "answer": 6.0}.get(kind, 1.0)


@lru_cache(maxsize=1024)
def _fraction(text: str) -> tuple[str, str]:
    """Numerator and denominator of a derivative's name, until it is typeset."""
    upper, slash, lower = text.partition("/∂")
    return (upper, f"∂{lower}") if slash else (text, "")
