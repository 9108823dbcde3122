"""The layers as W, x, b, z and a: a grid of cells, tinted by value, that can be walked and edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontDatabase,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygon,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget
from shiboken6 import isValid

from nnsim.core.matrices import Layer, layers_of
from nnsim.core.network import Connection, Neuron, Structure
from nnsim.core.notation import name
from nnsim.core.numbers import DIGITS, MINUS, format_number
from nnsim.core.sums import sum_of
from nnsim.exchange.numpy_code import LayerCode, Line, layer_codes
from nnsim.gui.canvas.editors import NumberEdit
from nnsim.gui.controls import plain_tip
from nnsim.gui.formulas import FormulaLabel
from nnsim.gui.neuron_form import other_uses
from nnsim.gui.session import Session
from nnsim.gui.theme import GRID, font, mix, pixels, text_scale, theme

Array = NDArray[np.float64]
PARTS = ("W", "x", "b", "z", "a")
MARGIN = 12
PAD = 4
MOST_LABEL, MOST_SOURCE = 96, 72
NARROWEST = 44
"""A cell with a number is at least this wide, at 100 % text."""
NARROW = 12
"""A cell of a matrix too wide for numbers: its tint alone, and a dash where it is negative."""
MOST_NUMBERED = 24
"""Up to this many columns have room for numbers."""
STRONGEST = 0.45
"""How much of the sign's colour the largest value has in it: text on it keeps its contrast."""
STEPS = 24
MOST_WORDS, MOST_CODE = 6, 6


class Cell(NamedTuple):
    """A cell: of which layer, of which of PARTS, and where. Of a column vector ``column`` is 0."""

    layer: int
    part: str
    row: int
    column: int = 0


@dataclass
class Block:
    """A layer in its place. Lengths are pixels of the content, before scrolling."""

    layer: Layer
    code: LayerCode
    words: tuple[Neuron, ...]
    """Neurons that do not sum, whose rows are written out as terms."""
    functions: str
    """Which neuron has which function, where they differ."""
    labels: tuple[str, ...]
    """What stands before each row."""
    top: int = 0
    header: int = 0
    cells: int = 0
    below: int = 0
    bottom: int = 0
    right: int = 0
    cell_width: int = 0
    left: dict[str, int] = field(default_factory=dict)
    """Where each part that the layer has begins."""
    label_width: int = 0
    source_width: int = 0

    def rows(self, part: str) -> int:
        """How many rows a part has."""
        return len(self.layer.columns) if part == "x" else len(self.layer.rows)


class MatrixView(QAbstractScrollArea):
    """All layers, one under the other. ``pointed(cell or None)`` says which cell the mouse or the keys are on."""

    pointed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.blocks: list[Block] = []
        self.current: Cell | None = None
        """The cell that the keys are on."""
        self.hovered: Cell | None = None
        self._structure: Structure | None = None
        self._labels: dict[int, FormulaLabel] = {}
        self._editor: NumberEdit | None = None
        self._pressed: Cell | None = None
        self._painted: tuple[Array, Array, Array] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerWidget(QWidget())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        session.study.lit_changed.connect(self.viewport().update)

    # What is shown

    def show_layers(self) -> None:
        """Show the layers of the session's network; the cursor stays where it is, if it can."""
        structure = self._session.structure
        if structure is not self._structure:
            self._structure = structure
            self.close_editor(take=False)
            layers = layers_of(structure)
            codes = layer_codes(structure, layers)
            self.blocks = [_block(layer, code) for layer, code in zip(layers, codes, strict=True)]
            for label in self._labels.values():
                label.hide()
                label.deleteLater()
            self._labels = {}
            self.hovered = None
            if self.current is not None and not self._exists(self.current):
                self.current = None
            if self.current is None and self.hasFocus():
                self.current = self._first_cell()
        self.arrange()

    def show_values(self) -> None:
        """Show the values of now: nothing moves."""
        self._painted = None
        self.viewport().update()

    def arrange(self) -> None:
        """Give every layer its place."""
        self._painted = None
        line, small = self.row_height, QFontMetrics(font("small")).height() + 2
        top, right = GRID, 0
        for block in self.blocks:
            self._arrange_columns(block)
            block.top = top
            block.header = top + round(28 * text_scale())
            block.cells = block.header + small
            block.below = block.cells + line * max(len(block.layer.rows), len(block.layer.columns)) + GRID // 2
            words = min(len(block.words), MOST_WORDS) + bool(block.functions) + (len(block.words) > MOST_WORDS)
            code = min(len(block.code.lines), MOST_CODE)
            block.bottom = block.below + words * small + code * self._code_height()
            top = block.bottom + 2 * GRID
            right = max(right, block.right, self._code_width(block))
        view = self.viewport().size()
        self.verticalScrollBar().setRange(0, max(0, top - GRID - view.height()))
        self.verticalScrollBar().setPageStep(view.height())
        self.verticalScrollBar().setSingleStep(line)
        self.horizontalScrollBar().setRange(0, max(0, right + MARGIN - view.width()))
        self.horizontalScrollBar().setPageStep(view.width())
        self.horizontalScrollBar().setSingleStep(line)
        self._place_labels()
        self.viewport().update()

    @property
    def row_height(self) -> int:
        """The height of a cell."""
        return QFontMetrics(font("body")).height() + 6

    def _arrange_columns(self, block: Block) -> None:
        layer, metrics = block.layer, QFontMetrics(font("body", bold=True))
        scale = text_scale()

        def widest(ids: tuple[str, ...], most: int) -> int:
            return max((min(metrics.horizontalAdvance(id), round(most * scale)) for id in ids), default=0) + 1

        block.label_width = widest(block.labels, MOST_LABEL)
        block.source_width = widest(layer.columns, MOST_SOURCE) if layer.columns else 0
        number = self.number_width
        # Around each part a bracket, before it the sign that joins it with the part before.
        gap = 3 * GRID
        others = MARGIN + block.label_width + GRID + block.source_width + 4 * number + 4 * gap + 2 * GRID
        n = len(layer.columns)
        if n > MOST_NUMBERED:
            block.cell_width = NARROW
        else:
            share = (self.viewport().width() - others - MARGIN) // max(n, 1)
            block.cell_width = max(round(NARROWEST * scale), min(number, share))
        x = MARGIN + block.label_width + GRID
        block.left = {}
        if n:
            block.left["W"] = x
            x += n * block.cell_width + GRID + block.source_width + GRID
            block.left["x"] = x
            x += number + gap
        if layer.has_bias:
            block.left["b"] = x
            x += number + gap
        block.left["z"] = x
        x += number + gap
        block.left["a"] = x
        block.right = x + number + GRID

    @property
    def number_width(self) -> int:
        """Room for four digits, a point and a sign."""
        return QFontMetrics(font("body")).horizontalAdvance("−0.0000") + 2 * PAD

    def _code_width(self, block: Block) -> int:
        metrics = QFontMetrics(code_font())
        lines = block.code.lines[:MOST_CODE]
        return MARGIN + max(metrics.horizontalAdvance("".join(piece.text for piece in line)[:400]) for line in lines)

    @staticmethod
    def _code_height() -> int:
        return QFontMetrics(code_font()).height() + 4

    def _place_labels(self) -> None:
        """The formulas of the layers in sight, typeset when they first come into sight."""
        y, height = self.verticalScrollBar().value(), self.viewport().height()
        for index, block in enumerate(self.blocks):
            inside = block.top < y + height and block.header > y
            label = self._labels.get(index)
            if inside and label is None:
                label = self._labels[index] = FormulaLabel(self.viewport())
                label.setObjectName(f"matrix_formula_{block.layer.depth}")
                label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                label.setAccessibleName(self.tr("Layer {n}").format(n=block.layer.depth))
                label.set_formulas([(latex, None) for latex in formulas(block)])
            if label is not None:
                label.setVisible(inside)
                if inside:
                    width = max(1, self.viewport().width() - 2 * MARGIN)
                    tall = label.heightForWidth(width)
                    room = block.header - block.top
                    label.setGeometry(MARGIN, block.top - y + max(0, (room - tall) // 2), width, tall)

    # Cells

    def _exists(self, cell: Cell) -> bool:
        if cell.layer >= len(self.blocks):
            return False
        block = self.blocks[cell.layer]
        return (cell.part in block.left and cell.row < block.rows(cell.part)
                and (cell.part != "W" or cell.column < len(block.layer.columns)))

    def _first_cell(self) -> Cell | None:
        return Cell(0, "W" if self.blocks[0].layer.columns else "z", 0) if self.blocks else None

    def rect_of(self, cell: Cell) -> QRect:
        """Where a cell is on the viewport."""
        block, height = self.blocks[cell.layer], self.row_height
        width = block.cell_width if cell.part == "W" else self.number_width
        x = block.left[cell.part] + cell.column * width - self.horizontalScrollBar().value()
        return QRect(x, block.cells + cell.row * height - self.verticalScrollBar().value(), width, height)

    def cell_at(self, point: QPoint) -> Cell | None:
        """The cell at a point of the viewport."""
        x, y = point.x() + self.horizontalScrollBar().value(), point.y() + self.verticalScrollBar().value()
        for index, block in enumerate(self.blocks):
            if not block.cells <= y < block.below:
                continue
            if block.header - self.verticalScrollBar().value() < 0 and point.y() < block.cells - block.header:
                return None  # the header, which stays in sight
            row = (y - block.cells) // self.row_height
            for part, left in block.left.items():
                width = block.cell_width if part == "W" else self.number_width
                column = (x - left) // width
                count = len(block.layer.columns) if part == "W" else 1
                if 0 <= column < count and row < block.rows(part):
                    return Cell(index, part, row, column)
        return None

    def connection(self, cell: Cell) -> Connection | None:
        """The connection of a cell of W."""
        return self.blocks[cell.layer].layer.connection(cell.row, cell.column) if cell.part == "W" else None

    def neuron(self, cell: Cell) -> str:
        """The neuron of a cell of x, b, z or a: whose value stands there."""
        layer = self.blocks[cell.layer].layer
        return layer.columns[cell.row] if cell.part == "x" else layer.rows[cell.row]

    def parameter(self, cell: Cell) -> str | None:
        """The parameter of a cell of W or b; None where there is none."""
        if cell.part == "W":
            connection = self.connection(cell)
            return None if connection is None else connection.weight
        return self.blocks[cell.layer].layer.neurons[cell.row].bias if cell.part == "b" else None

    def value(self, cell: Cell) -> float | None:
        """The number in a cell; None in an empty one."""
        parameters, z, a = self._values()
        if cell.part in "Wb":
            parameter = self.parameter(cell)
            structure = self.blocks[cell.layer].layer.structure
            return None if parameter is None else float(parameters[structure.parameter_index[parameter]])
        place = self.blocks[cell.layer].layer.structure.position[self.neuron(cell)]
        return float(z[place] if cell.part == "z" else a[place])

    def _values(self) -> tuple[Array, Array, Array]:
        if self._painted is None:
            trace = self._session.trace
            self._painted = self._session.network.parameters, trace.z_rows[:, 0], trace.a_rows[:, 0]
        return self._painted

    def about(self, cell: Cell) -> str:
        """A cell in words."""
        value, structure = self.value(cell), self.blocks[cell.layer].layer.structure
        number = "" if value is None else format_number(value)
        parameter = self.parameter(cell)
        if cell.part == "W":
            layer = self.blocks[cell.layer].layer
            ends = f"{layer.columns[cell.column]} → {layer.rows[cell.row]}"
            connection = self.connection(cell)
            if parameter is None or connection is None:
                return self.tr("{ends}: no connection, 0 in the matrix").format(ends=ends)
            text = f"{parameter}: {ends} = {number}"
            use: Connection | Neuron = connection
        elif cell.part == "b":
            id = self.neuron(cell)
            if parameter is None:
                return self.tr("{neuron} has no bias").format(neuron=id)
            text = self.tr("{parameter}: bias of {neuron} = {number}").format(
                parameter=parameter, neuron=id, number=number)
            use = structure.by_id[id]
        else:
            notation, id = self._session.study.notation, self.neuron(cell)
            symbol = notation.pre_activation(id) if cell.part == "z" else notation.activation(structure, id)
            return f"{symbol.text} = {number}"
        if parameter in structure.frozen:
            text += " · " + self.tr("frozen")
        shared = other_uses(structure, parameter, use)
        return text + (" · " + self.tr("shared with {others}").format(others=shared) if shared else "")

    # Pointing

    def _light_of(self, cell: Cell | None) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """The neurons and connections that a cell belongs to."""
        if cell is None:
            return frozenset(), frozenset()
        if cell.part == "W":
            connection = self.connection(cell)
            return frozenset(), frozenset([connection.ends] if connection is not None else ())
        return frozenset([self.neuron(cell)]), frozenset()

    def _point(self, cell: Cell | None) -> None:
        self._session.study.light(*self._light_of(cell))
        self.setAccessibleDescription("" if cell is None else self.about(cell))
        self.pointed.emit(cell)
        self.viewport().update()

    @property
    def at(self) -> Cell | None:
        """The cell under the mouse, else the one the keys are on."""
        return self.hovered or (self.current if self.hasFocus() else None)

    def go_to(self, cell: Cell) -> None:
        """Walk to a cell: it comes into sight and is lit."""
        self.current, self.hovered = cell, None
        self._reveal(cell)
        self._point(cell)

    def _reveal(self, cell: Cell) -> None:
        rect, view = self.rect_of(cell), self.viewport().rect()
        block = self.blocks[cell.layer]
        # With the first row the formula, with the last the code; else the header, which lies over the rows.
        above = block.cells - (block.top if cell.row == 0 else block.header) + 2
        last = cell.row == block.rows(cell.part) - 1
        below = block.bottom - block.cells - block.rows(cell.part) * self.row_height + GRID if last else 2
        for bar, low, high, size in (
            (self.verticalScrollBar(), rect.top() - above, rect.bottom() + below, view.height()),
            (self.horizontalScrollBar(), rect.left() - MARGIN - block.label_width, rect.right() + GRID, view.width()),
        ):
            if high >= size:
                bar.setValue(bar.value() + min(high - size + 1, low))
            if low < 0:
                bar.setValue(bar.value() + low)

    def step(self, cell: Cell, right: int, down: int) -> Cell:
        """The next cell in a direction; the same at the edge. Beyond the last row comes the next layer."""
        block = self.blocks[cell.layer]
        if right:
            places = [("W", column) for column in range(len(block.layer.columns))]
            places += [(part, 0) for part in PARTS[1:] if part in block.left]
            here = places.index((cell.part, cell.column))
            part, column = places[min(max(here + right, 0), len(places) - 1)]
            return Cell(cell.layer, part, min(cell.row, block.rows(part) - 1), column)
        row = cell.row + down
        if 0 <= row < block.rows(cell.part):
            return cell._replace(row=row)
        layer = cell.layer + (1 if row > 0 else -1)
        if not 0 <= layer < len(self.blocks):
            return cell
        other = self.blocks[layer]
        part = cell.part if cell.part in other.left else "z"
        column = min(cell.column, len(other.layer.columns) - 1) if part == "W" else 0
        return Cell(layer, part, 0 if row > 0 else other.rows(part) - 1, column)

    # Editing

    def edit(self, cell: Cell) -> bool:
        """Open the editor of a cell of W or b. False if there is nothing to edit."""
        parameter, value = self.parameter(cell), self.value(cell)
        if parameter is None or value is None:
            return False
        self.close_editor()
        session = self._session
        self._editor = NumberEdit(
            self.viewport(), self.rect_of(cell), value, "matrix_edit", self.about(cell),
            lambda number, token: session.set_values(
                {parameter: number}, self.tr("Set {name}").format(name=parameter), token),
            lambda text: session.said.emit(text, "refused"))
        return True

    def close_editor(self, take: bool = True) -> None:
        """Close the editor; ``take`` what was typed, if it is a number."""
        editor, self._editor = self._editor, None
        if editor is not None and isValid(editor):
            editor.finish(take)
            if isValid(editor) and editor.isVisible():
                editor.finish(False)

    def _choose(self, cell: Cell) -> None:
        connection = self.connection(cell)
        if connection is not None:
            self._session.select((), [connection.ends])
        elif cell.part != "W":
            self._session.select([self.neuron(cell)])

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell != self.hovered:
            self.hovered = cell
            edits = cell is not None and self.parameter(cell) is not None
            self.viewport().setCursor(Qt.CursorShape.IBeamCursor if edits else Qt.CursorShape.ArrowCursor)
            self._point(cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.cell_at(event.position().toPoint()) if left else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell, self._pressed = self._pressed, None
        if cell is not None and cell == self.cell_at(event.position().toPoint()):
            self.current = cell
            self._choose(cell)
            self._reveal(cell)
            self._point(cell)
            self.edit(cell)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave and self.hovered is not None:
            self.hovered = None
            self._point(self.current if self.hasFocus() else None)
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(event.pos())
            QToolTip.showText(event.globalPos(), plain_tip("" if cell is None else self.about(cell)), self.viewport())
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
                Qt.Key.Key_Home: (-10**6, 0), Qt.Key.Key_End: (10**6, 0)}
        cell, key = self.current, event.key()
        if cell is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in keys:
            self.go_to(self.step(cell, *keys[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            if not self.edit(cell):
                self._choose(cell)
        elif key == Qt.Key.Key_Space:
            self._choose(cell)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current is None:
            self.current = self._first_cell()
        if self.current is not None and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.go_to(self.current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.close_editor()
        self._place_labels()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.close_editor()
        self.arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.arrange()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        # Whatever may raise is computed by those who paint a block before they hold a painter of their own.
        values = self._values()
        y, height = self.verticalScrollBar().value(), self.viewport().height()
        seen = [(i, block) for i, block in enumerate(self.blocks) if block.top < y + height and block.bottom > y]
        words = {i: self._words(block) for i, block in seen if block.below - y < height}
        painter = QPainter(self.viewport())
        try:
            painter.fillRect(self.viewport().rect(), theme().color("card"))
            for index, block in seen:
                _BlockPainter(self, painter, index, block, values).paint(words.get(index, []))
        finally:
            painter.end()

    def _words(self, block: Block) -> list[str]:
        """What a layer says besides its matrix: who does not sum and what it makes of its terms, and the functions."""
        lines = []
        network, trace = self._session.network, self._session.trace
        for neuron in block.words[:MOST_WORDS]:
            does = (self.tr("{name} multiplies its terms: no row of a matrix product") if neuron.combine == "product"
                    else self.tr("{name} takes its largest term: no row of a matrix product"))
            lines.append(f"{does.format(name=neuron.id)} · {sum_of(network, neuron.id, trace).long()}")
        if len(block.words) > MOST_WORDS:
            lines.append(self.tr("… and {n} more that do not sum").format(n=len(block.words) - MOST_WORDS))
        if block.functions:
            lines.append(f"g: {block.functions}")
        return lines

    def lit_parts(self, index: int) -> frozenset[str]:
        """Which parts of a layer's code are lit."""
        at, study, layer = self.at, self._session.study, self.blocks[index].layer
        # Where the light comes from this cell, its own part is meant: z, not all that belongs to the neuron.
        if at is not None and at.layer == index and (
                (study.lit_neurons, study.lit_connections) == self._light_of(at) != self._light_of(None)):
            return frozenset([at.part])
        lit = {"W" for _, target in study.lit_connections if target in layer.row_of}
        lit |= {"a" for id in study.lit_neurons if id in layer.row_of}
        return frozenset(lit | {"x" for id in study.lit_neurons if id in layer.column_of})


class _BlockPainter:
    """Paints one layer, as far as it is in sight."""

    def __init__(self, view: MatrixView, painter: QPainter, index: int, block: Block,
                 values: tuple[Array, Array, Array]) -> None:
        self.view, self.painter, self.index, self.block = view, painter, index, block
        self.parameters, self.z, self.a = values
        self.x0, self.y0 = view.horizontalScrollBar().value(), view.verticalScrollBar().value()
        self.line, self.number = view.row_height, view.number_width
        study = view._session.study
        layer = block.layer
        self.lit_neurons, self.lit_connections = study.lit_neurons, study.lit_connections
        self.lit_rows = {layer.row_of[target] for _, target in self.lit_connections if target in layer.row_of}
        self.lit_rows |= {layer.row_of[id] for id in self.lit_neurons if id in layer.row_of}
        self.lit_columns = {layer.column_of[s] for s, target in self.lit_connections if target in layer.row_of}
        self.lit_columns |= {layer.column_of[id] for id in self.lit_neurons if id in layer.column_of}

    def paint(self, words: list[str]) -> None:
        """Cells, brackets and signs, names, and the lines below."""
        height = self.view.viewport().height()
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
        self._paint_below(words)

    def _cells(self, part: str, rows: range) -> Iterator[Cell]:
        if part != "W":
            yield from (Cell(self.index, part, row) for row in rows)
            return
        width, left = self.block.cell_width, self.block.left["W"]
        first = max(0, (self.x0 - left) // width)
        last = min(len(self.block.layer.columns), (self.x0 + self.view.viewport().width() - left) // width + 1)
        yield from (Cell(self.index, "W", row, column) for row in rows for column in range(first, last))

    def _scales(self) -> dict[str, float]:
        """The largest size of each part: what is tinted most. W and b share one."""
        layer = self.block.layer

        def largest(values: Array) -> float:
            finite = np.abs(values[np.isfinite(values)])
            return float(finite.max()) if len(finite) else 0.0

        weights = max(largest(self.parameters[layer.weights]), largest(layer.biases(self.parameters)))
        return {"W": weights, "b": weights, "x": largest(self.a[layer.column_places]),
                "z": largest(self.z[layer.row_places]), "a": largest(self.a[layer.row_places])}

    def _paint_cell(self, cell: Cell, scale: float) -> None:
        rect, painter = self.view.rect_of(cell), self.painter
        value = self.view.value(cell)
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
        parameter = self.view.parameter(cell)
        if parameter is not None and parameter in self.block.layer.structure.frozen:
            corner, size = inner.topRight() + QPoint(1, 0), 3 if rect.width() <= NARROW else 6
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("muted"))
            painter.drawPolygon(QPolygon([corner, corner - QPoint(size, 0), corner + QPoint(0, size)]))

    def _paint_number(self, rect: QRect, value: float) -> None:
        size = "body" if rect.width() >= self.number - 8 else "small"
        for text in (*(format_number(value, digits) for digits in range(DIGITS, 0, -1)), power_of_ten(value)):
            if _metrics(size, text_scale()).horizontalAdvance(text) <= rect.width() - 4:
                self.painter.setFont(font(size))
                self.painter.drawText(rect.adjusted(2, 0, -2, 0), Qt.AlignmentFlag.AlignCenter, text)
                return

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
        block, view = self.block, self.view
        top = max(block.cells - self.y0, 0)
        bottom = min(block.cells + len(block.layer.rows) * self.line - self.y0, view.viewport().height())
        self.painter.setFont(font("body"))
        self.painter.setPen(theme().color("muted"))
        joins = "x" in block.left
        for part, sign in (("b", "+" if joins else ""), ("z", "="), ("a", "→")):
            if part in block.left and (part != "z" or joins or "b" in block.left):
                room = QRect(block.left[part] - self.x0 - 3 * GRID, top, 3 * GRID - 2, max(bottom - top, self.line))
                self.painter.drawText(room, Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_lit(self, rows: range) -> None:
        view, block, painter = self.view, self.block, self.painter
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if "W" in block.left:
            painter.setPen(theme().color("accent"))
            for row in self.lit_rows & set(rows):
                start, end = (view.rect_of(Cell(self.index, "W", row, c)) for c in (0, len(block.layer.columns) - 1))
                painter.drawRect(start.united(end).adjusted(-1, -1, 0, 0))
        lit = [Cell(self.index, "W", block.layer.row_of[target], block.layer.column_of[source])
               for source, target in self.lit_connections if target in block.layer.row_of]
        lit += [Cell(self.index, "x", block.layer.column_of[id])
                for id in self.lit_neurons if id in block.layer.column_of]
        lit += [Cell(self.index, part, block.layer.row_of[id])
                for id in self.lit_neurons if id in block.layer.row_of for part in "bza" if part in block.left]
        at = view.at
        if at is not None and at.layer == self.index and at not in lit:
            lit.append(at)
        painter.setPen(QPen(theme().color("accent"), 2))
        for cell in lit:
            if cell.row in rows:
                painter.drawRect(view.rect_of(cell).adjusted(0, 0, -1, -1))

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
        block, view = self.block, self.view
        height = block.cells - block.header
        end = block.cells + max(len(block.layer.rows), len(block.layer.columns)) * self.line
        y = min(max(block.header - self.y0, 0), end - self.y0 - height)
        if block.header < self.y0:
            self.painter.fillRect(QRect(0, y, view.viewport().width(), height), theme().color("card"))
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
        code, notation = self.block.code, self.view._session.study.notation
        words = {"z": notation.z, "a": notation.a}
        return words.get(part, "") or {"x": code.x, "b": code.b}[part]

    def _paint_below(self, words: list[str]) -> None:
        block, painter = self.block, self.painter
        small = QFontMetrics(font("small"))
        y, width = block.below - self.y0, self.view.viewport().width() - 2 * MARGIN
        painter.setFont(font("small"))
        painter.setPen(theme().color("muted"))
        for text in words:
            text = small.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(MARGIN, y, width, small.height() + 2), Qt.AlignmentFlag.AlignVCenter, text)
            y += small.height() + 2
        y = block.bottom - min(len(block.code.lines), MOST_CODE) * self.view._code_height() - self.y0
        lit = self.view.lit_parts(self.index)
        lines = list(block.code.lines[:MOST_CODE])
        for number, line in enumerate(lines):
            more = number == MOST_CODE - 1 and len(block.code.lines) > MOST_CODE
            self._paint_code(line, lit, y, " …" if more else "")
            y += self.view._code_height()

    def _paint_code(self, line: Line, lit: frozenset[str], y: int, end: str) -> None:
        metrics, x = QFontMetrics(code_font()), MARGIN - self.x0
        parts = {piece.part for piece in line}
        inside = "z" in lit and "z" not in parts
        for position, piece in enumerate(line):
            # z is what stands in the brackets of the function.
            on = piece.part in lit or (inside and position > 1 and piece.text != ")" and not piece.text.endswith("("))
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


def row_label(neuron: Neuron) -> str:
    """A neuron's name before its row; with a sign where it does not sum."""
    signs = {"product": "Π ", "max": "max "}
    return signs.get(neuron.combine, "") + neuron.id


def formulas(block: Block) -> list[str]:
    """LaTeX of a layer: h₁ = sigmoid(W₁ x + b₁), and what x is joined from, if it is."""
    code, layer = block.code, block.layer
    functions = {neuron.activation for neuron in layer.neurons}
    product = f"{name(code.W).latex}\\,{name(code.x).latex}" if code.x else ""
    bias = name(code.b).latex if code.b else ""
    inside = " + ".join(part for part in (product, bias) if part) or "0"
    if not any(layer.sums):
        inside = name(code.z).latex
    function = "g" if len(functions) > 1 else name(next(iter(functions))).latex
    if functions == {"linear"}:
        found = [f"{name(code.a).latex} = {inside}"]
    else:
        found = [f"{name(code.a).latex} = {function}({inside})"]
    if len(code.parts) > 1 and all(part.isalnum() for part in code.parts):
        found.append(f"{name(code.x).latex} = ({', '.join(name(part).latex for part in code.parts)})")
    return found


def _block(layer: Layer, code: LayerCode) -> Block:
    functions: dict[str, list[str]] = {}
    for neuron in layer.neurons:
        functions.setdefault(neuron.activation, []).append(neuron.id)
    several = "; ".join(f"{function}: {', '.join(ids)}" for function, ids in functions.items())
    words = tuple(n for n, is_sum in zip(layer.neurons, layer.sums, strict=True) if not is_sum)
    return Block(layer, code, words, several if len(functions) > 1 else "",
                 tuple(row_label(neuron) for neuron in layer.neurons))


def tint(value: float, scale: float) -> QColor:
    """The background of a number: blue positive, orange negative, stronger the nearer it comes to ``scale``."""
    if not np.isfinite(value) or scale == 0:
        return theme().color("card")
    return _tint(theme().name, value > 0, round(min(1.0, abs(value) / scale) * STEPS))


@lru_cache(maxsize=256)
def _tint(theme_name: str, positive: bool, step: int) -> QColor:
    colors = theme()
    return mix(colors.card, colors.positive if positive else colors.negative, STRONGEST * step / STEPS)


def code_font(bold: bool = False) -> QFont:
    """The system's typeface for code, as large as other text."""
    return _code_font(pixels("body") - 1, bold)


@lru_cache(maxsize=16)
def _code_font(size: int, bold: bool) -> QFont:
    face = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    face.setPixelSize(size)
    face.setBold(bold)
    return face


@lru_cache(maxsize=16)
def _metrics(size: str, scale: float) -> QFontMetrics:
    return QFontMetrics(font(size))
