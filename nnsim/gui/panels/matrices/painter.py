"""Paints the layers as matrices: cells tinted by value, names, brackets, and the code below."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygon

from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import DIGITS, MINUS, format_number
from nnsim.exchange.numpy_code import Line
from nnsim.gui.look.theme import GRID, font, mix, text_scale, theme
from nnsim.gui.panels.matrices.blocks import (
    MARGIN,
    MOST_CODE,
    NARROW,
    Cell,
    code_font,
    code_height,
    number_width,
    row_height,
    small_height,
)
from nnsim.gui.panels.matrices.grid import Grid

STRONGEST = 0.45
"""How much of the sign's colour the largest value has in it: text on it keeps its contrast."""
STEPS = 24


class BlockPainter:
    """Paints one layer, as far as it is in sight."""

    def __init__(self, painter: QPainter, grid: Grid, index: int, at: Cell | None, words: list[str],
                 lit_parts: frozenset[str]) -> None:
        """``at`` is the cell that is pointed at, ``lit_parts`` are those of the code; ``words`` stand above it."""
        self.painter, self.grid, self.index, self.block = painter, grid, index, grid.blocks[index]
        self.at, self.words, self.lit_parts = at, words, lit_parts
        self.parameters, self.z, self.a = grid.values
        self.x0, self.y0 = grid.x, grid.y
        self.line, self.number = row_height(), grid.number_width
        study, layer = grid.desk.study, self.block.layer
        self.lit_neurons, self.lit_connections = study.lit_neurons, study.lit_connections
        self.lit_rows = {layer.row_of[target] for _, target in self.lit_connections if target in layer.row_of}
        self.lit_rows |= {layer.row_of[id] for id in self.lit_neurons if id in layer.row_of}
        self.lit_columns = {layer.column_of[s] for s, target in self.lit_connections if target in layer.row_of}
        self.lit_columns |= {layer.column_of[id] for id in self.lit_neurons if id in layer.column_of}

    def paint(self) -> None:
        """Cells, brackets and signs, names, and the lines below."""
        height = self.grid.size.height()
        first = max(0, (self.y0 - self.block.cells) // self.line)
        last = (self.y0 + height - self.block.cells) // self.line + 1
        scales = self._scales()
        for part in self.block.left:
            rows = range(first, min(last, self.block.rows(part)))
            for cell in self._cells(part, rows):
                self._paint_cell(cell, scales[part])
            self._paint_bracket(part)
        self._paint_signs()
        self._paint_lit(range(first, last))
        self._paint_names(first, last)
        self._paint_header()
        self._paint_below()

    def _cells(self, part: str, rows: range) -> Iterator[Cell]:
        if part != "W":
            yield from (Cell(self.index, part, row) for row in rows)
            return
        width, left = self.block.cell_width, self.block.left["W"]
        first = max(0, (self.x0 - left) // width)
        last = min(len(self.block.layer.columns), (self.x0 + self.grid.size.width() - left) // width + 1)
        yield from (Cell(self.index, "W", row, column) for row in rows for column in range(first, last))

    def _scales(self) -> dict[str, float]:
        """The largest size of each part: what is tinted most. W and b have one."""
        layer = self.block.layer

        def largest(values: Array) -> float:
            finite = np.abs(values[np.isfinite(values)])
            return float(finite.max()) if len(finite) else 0.0

        weights = max(largest(self.parameters[layer.weights]), largest(layer.biases(self.parameters)))
        return {"W": weights, "b": weights, "x": largest(self.a[layer.column_places]),
                "z": largest(self.z[layer.row_places]), "a": largest(self.a[layer.row_places])}

    def _paint_cell(self, cell: Cell, scale: float) -> None:
        rect, painter = self.grid.rect_of(cell), self.painter
        value = self.grid.value(cell)
        inner = rect.adjusted(0, 0, -1, -1)
        if value is None:
            painter.fillRect(QRect(rect.center() - QPoint(1, 1), rect.center()), theme().color("muted"))
            return
        painter.fillRect(inner, tint(value, scale))
        painter.setPen(theme().color("ink"))
        if rect.width() <= NARROW:
            if value < 0:
                painter.drawLine(rect.center() - QPoint(3, 0), rect.center() + QPoint(2, 0))
        else:
            self._paint_number(inner, value)
        parameter = self.grid.parameter(cell)
        if parameter is not None and parameter in self.block.layer.structure.frozen:
            corner, size = inner.topRight() + QPoint(1, 0), 3 if rect.width() <= NARROW else 6
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("muted"))
            painter.drawPolygon(QPolygon([corner, corner - QPoint(size, 0), corner + QPoint(0, size)]))

    def _paint_number(self, rect: QRect, value: float) -> None:
        size = "body" if rect.width() >= number_width(DIGITS) - 8 else "small"
        for text in (*(format_number(value, digits) for digits in range(self.grid.digits, 0, -1)), power_of_ten(value)):
            if _metrics(size, text_scale()).horizontalAdvance(text) <= rect.width() - 4:
                break
        else:
            text = _metrics(size, text_scale()).elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 4)
        self.painter.setFont(font(size))
        self.painter.drawText(rect.adjusted(2, 0, -2, 0), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_bracket(self, part: str) -> None:
        block = self.block
        width = len(block.layer.columns) * block.cell_width if part == "W" else self.number
        left = block.left[part] - self.x0 - 3
        right = left + width + 4
        top, bottom = block.cells - self.y0 - 1, block.cells + block.rows(part) * self.line - self.y0
        self.painter.setPen(theme().color("muted"))
        for x, tick in ((left, 3), (right, -3)):
            self.painter.drawLine(x, top, x, bottom)
            self.painter.drawLine(x, top, x + tick, top)
            self.painter.drawLine(x, bottom, x + tick, bottom)

    def _paint_signs(self) -> None:
        """+ before b, = before z, the arrow of the function before a; in the middle of the rows in sight."""
        block = self.block
        top = max(block.cells - self.y0, 0)
        bottom = min(block.cells + len(block.layer.rows) * self.line - self.y0, self.grid.size.height())
        self.painter.setFont(font("body"))
        self.painter.setPen(theme().color("muted"))
        joins = "x" in block.left
        for part, sign in (("b", "+" if joins else ""), ("z", "="), ("a", "→")):
            if part in block.left and (part != "z" or joins or "b" in block.left):
                room = QRect(block.left[part] - self.x0 - 3 * GRID, top, 3 * GRID - 2, max(bottom - top, self.line))
                self.painter.drawText(room, Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_lit(self, rows: range) -> None:
        grid, block, painter = self.grid, self.block, self.painter
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if "W" in block.left:
            painter.setPen(theme().color("accent"))
            for row in self.lit_rows & set(rows):
                start, end = (grid.rect_of(Cell(self.index, "W", row, c)) for c in (0, len(block.layer.columns) - 1))
                painter.drawRect(start.united(end).adjusted(-1, -1, 0, 0))
        lit = [Cell(self.index, "W", block.layer.row_of[target], block.layer.column_of[source])
               for source, target in self.lit_connections if target in block.layer.row_of]
        lit += [Cell(self.index, "x", block.layer.column_of[id])
                for id in self.lit_neurons if id in block.layer.column_of]
        lit += [Cell(self.index, part, block.layer.row_of[id])
                for id in self.lit_neurons if id in block.layer.row_of for part in "bza" if part in block.left]
        if self.at is not None and self.at.layer == self.index and self.at not in lit:
            lit.append(self.at)
        painter.setPen(QPen(theme().color("accent"), 2))
        for cell in lit:
            if cell.row in rows:
                painter.drawRect(grid.rect_of(cell).adjusted(0, 0, -1, -1))

    def _paint_names(self, first: int, last: int) -> None:
        """The names of the rows stay in sight at the left; those of x stand beside it."""
        block, painter = self.block, self.painter
        for part, ids, lit, left, width in (
            ("x", block.layer.columns, self.lit_columns, block.left.get("x", 0) - self.x0 - GRID - block.source_width,
             block.source_width),
            ("W", block.labels, self.lit_rows, MARGIN, block.label_width),
        ):
            if part == "W" and self.x0:
                painter.fillRect(QRect(0, max(0, block.cells - self.y0), MARGIN + width + GRID // 2,
                                       len(ids) * self.line), theme().color("card"))
            for row in range(first, min(last, len(ids))):
                rect = QRect(left, block.cells + row * self.line - self.y0, width, self.line)
                self._paint_name(rect, ids[row], row in lit, Qt.AlignmentFlag.AlignRight)

    def _paint_name(self, rect: QRect, text: str, lit: bool, align: Qt.AlignmentFlag, size: str = "body") -> None:
        face = font(size, bold=lit)
        self.painter.setFont(face)
        self.painter.setPen(theme().color("accent" if lit else "muted"))
        text = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        self.painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_header(self) -> None:
        """What stands in each column; it stays in sight while rows of the layer do."""
        block = self.block
        height = block.cells - block.header
        end = block.cells + max(len(block.layer.rows), len(block.layer.columns)) * self.line
        y = min(max(block.header - self.y0, 0), end - self.y0 - height)
        if block.header < self.y0:
            self.painter.fillRect(QRect(0, y, self.grid.size.width(), height), theme().color("card"))
        for part, left in block.left.items():
            if part == "W":
                width = block.cell_width
                if width > NARROW:
                    for cell in self._cells("W", range(1)):
                        rect = QRect(left + cell.column * width - self.x0 + 1, y, width - 3, height)
                        self._paint_name(rect, block.layer.columns[cell.column], cell.column in self.lit_columns,
                                         Qt.AlignmentFlag.AlignHCenter, "small")
            else:
                rect = QRect(left - self.x0, y, self.number, height)
                self._paint_name(rect, self.title(part), False, Qt.AlignmentFlag.AlignHCenter, "small")
        corner = QRect(0, y, MARGIN + block.label_width + GRID // 2, height)
        if self.x0:
            self.painter.fillRect(corner, theme().color("card"))
        if "W" in block.left:
            self._paint_name(corner.adjusted(MARGIN, 0, -GRID // 2, 0), block.code.W, False,
                             Qt.AlignmentFlag.AlignRight, "small")

    def title(self, part: str) -> str:
        """What the column of a part is called: as in the code, z and a as the notation has them."""
        code, notation = self.block.code, self.grid.desk.study.notation
        words = {"z": notation.z, "a": notation.a}
        return words.get(part, "") or {"x": code.x, "b": code.b}[part]

    def _paint_below(self) -> None:
        block, painter = self.block, self.painter
        small = QFontMetrics(font("small"))
        y, width = block.below - self.y0, self.grid.size.width() - 2 * MARGIN
        painter.setFont(font("small"))
        painter.setPen(theme().color("muted"))
        for text in self.words:
            text = small.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(MARGIN, y, width, small_height()), Qt.AlignmentFlag.AlignVCenter, text)
            y += small_height()
        y = block.code_at.y() - self.y0
        lines = list(block.code.lines[:MOST_CODE])
        for number, line in enumerate(lines):
            more = number == MOST_CODE - 1 and len(block.code.lines) > MOST_CODE
            self._paint_code(line, y, " …" if more else "")
            y += code_height()

    def _paint_code(self, line: Line, y: int, end: str) -> None:
        metrics, x = QFontMetrics(code_font()), self.block.code_at.x() - self.x0
        parts = {piece.part for piece in line}
        inside = "z" in self.lit_parts and "z" not in parts
        for position, piece in enumerate(line):
            # z is what stands in the brackets of the function.
            on = piece.part in self.lit_parts or (
                inside and position > 1 and piece.text != ")" and not piece.text.endswith("("))
            self.painter.setFont(code_font(bold=on))
            self.painter.setPen(theme().color("accent" if on else "ink"))
            self.painter.drawText(QPoint(x, y + 2 + metrics.ascent()), piece.text[:400])
            x += metrics.horizontalAdvance(piece.text[:400])
        if end:
            self.painter.drawText(QPoint(x, y + 2 + metrics.ascent()), end)


def power_of_ten(value: float) -> str:
    """The shortest way to write a small number: −4e−4."""
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS) if exponent else format_number(value)


def tint(value: float, scale: float) -> QColor:
    """The background of a number: blue positive, orange negative, stronger the nearer it comes to ``scale``."""
    if not np.isfinite(value) or scale == 0:
        return theme().color("card")
    return _tint(theme().name, value > 0, round(min(1.0, abs(value) / scale) * STEPS))


@lru_cache(maxsize=256)
def _tint(theme_name: str, positive: bool, step: int) -> QColor:
    colors = theme()
    return mix(colors.card, colors.positive if positive else colors.negative, STRONGEST * step / STEPS)


@lru_cache(maxsize=16)
def _metrics(size: str, scale: float) -> QFontMetrics:
    return QFontMetrics(font(size))
