"""The layers as W, x, b, z and a: a grid of cells that can be walked and edited."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget
from shiboken6 import isValid

from nnsim.core.explain.sums import sum_of
from nnsim.core.formulas.numbers import format_number
from nnsim.core.network import Connection, Neuron
from nnsim.gui.look.theme import GRID, theme
from nnsim.gui.panels.matrices.blocks import MARGIN, MOST_WORDS, Block, Cell, formulas, row_height
from nnsim.gui.panels.matrices.grid import Grid
from nnsim.gui.panels.matrices.painter import BlockPainter
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.parameters import other_uses
from nnsim.gui.widgets.controls import plain_tip
from nnsim.gui.widgets.formulas import FormulaLabel
from nnsim.gui.widgets.inline_edit import NumberEdit


class MatrixView(QAbstractScrollArea):
    """All layers, one under the other. ``pointed(cell or None)`` says which cell the mouse or the keys are on."""

    pointed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.grid = Grid(desk)
        self.current: Cell | None = None
        """The cell that the keys are on."""
        self.hovered: Cell | None = None
        self._labels: dict[int, FormulaLabel] = {}
        self._editor: NumberEdit | None = None
        self._pressed: Cell | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerWidget(QWidget())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        desk.study.lit_changed.connect(self.viewport().update)

    # What is shown

    def show_layers(self) -> None:
        """Show the layers of the session's network; the cursor stays where it is, if it can."""
        if self.grid.is_behind:
            self.close_editor(take=False)
            self.grid.follow()
            for label in self._labels.values():
                label.hide()
                label.deleteLater()
            self._labels = {}
            self.hovered = None
            if self.current is not None and not self.grid.has(self.current):
                self.current = None
            if self.current is None and self.hasFocus():
                self.current = self.grid.first_cell()
        self.arrange()

    def show_values(self) -> None:
        """Show the current values: nothing moves."""
        self.grid.forget_values()
        self.viewport().update()

    def arrange(self) -> None:
        """Give every layer its place."""
        self.grid.forget_values()
        self.grid.size = self.viewport().size()
        self.grid.arrange()
        self._set_ranges()
        self._place_labels()
        self.viewport().update()

    def _set_ranges(self) -> None:
        needed, view = self.grid.needed, self.grid.size
        for bar, length, room in ((self.verticalScrollBar(), needed.height() - GRID, view.height()),
                                  (self.horizontalScrollBar(), needed.width() + MARGIN, view.width())):
            bar.setRange(0, max(0, length - room))
            bar.setPageStep(room)
            bar.setSingleStep(row_height())

    def _place_labels(self) -> None:
        """The formulas of the layers in sight, typeset when they first come into sight."""
        y, height = self.grid.y, self.viewport().height()
        for index, block in enumerate(self.grid.blocks):
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

    def about(self, cell: Cell) -> str:
        """A cell in words."""
        value, structure = self.grid.value(cell), self.grid.blocks[cell.layer].layer.structure
        number = "" if value is None else format_number(value, self.grid.digits)
        parameter = self.grid.parameter(cell)
        if cell.part == "W":
            layer = self.grid.blocks[cell.layer].layer
            ends = f"{layer.columns[cell.column]} → {layer.rows[cell.row]}"
            connection = self.grid.connection(cell)
            if parameter is None or connection is None:
                return self.tr("{ends}: no connection, 0 in the matrix").format(ends=ends)
            text = f"{parameter}: {ends} = {number}"
            use: Connection | Neuron = connection
        elif cell.part == "b":
            id = self.grid.neuron(cell)
            if parameter is None:
                return self.tr("{neuron} has no bias").format(neuron=id)
            text = self.tr("{parameter}: bias of {neuron} = {number}").format(
                parameter=parameter, neuron=id, number=number)
            use = structure.by_id[id]
        else:
            notation, id = self.desk.study.notation, self.grid.neuron(cell)
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
            connection = self.grid.connection(cell)
            return frozenset(), frozenset([connection.ends] if connection is not None else ())
        return frozenset([self.grid.neuron(cell)]), frozenset()

    def _point(self, cell: Cell | None) -> None:
        self.desk.study.light(*self._light_of(cell))
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
        rect, view = self.grid.rect_of(cell), self.viewport().rect()
        self._set_ranges()
        block = self.grid.blocks[cell.layer]
        # With the first row the formula, with the last the code; else the header, which lies over the rows.
        above = block.cells - (block.top if cell.row == 0 else block.header) + 2
        last = cell.row == block.rows(cell.part) - 1
        below = block.bottom - block.cells - block.rows(cell.part) * row_height() + GRID if last else 2
        for bar, low, high, size in (
            (self.verticalScrollBar(), rect.top() - above, rect.bottom() + below, view.height()),
            (self.horizontalScrollBar(), rect.left() - MARGIN - block.label_width, rect.right() + GRID, view.width()),
        ):
            if high >= size:
                bar.setValue(bar.value() + min(high - size + 1, low))
            if low < 0:
                bar.setValue(bar.value() + low)

    # Editing

    def edit(self, cell: Cell) -> bool:
        """Open the editor of a cell of W or b. False if there is nothing to edit."""
        parameter, value = self.grid.parameter(cell), self.grid.value(cell)
        if parameter is None or value is None:
            return False
        self.close_editor()
        desk = self.desk
        self._editor = NumberEdit(
            self.viewport(), self.grid.rect_of(cell), value, "matrix_edit", self.about(cell),
            lambda number, token: desk.session.set_values(
                {parameter: number}, self.tr("Set {name}").format(name=parameter), token),
            desk.session.refuse)
        return True

    def close_editor(self, take: bool = True) -> None:
        """Close the editor; ``take`` what was typed, if it is a number."""
        editor, self._editor = self._editor, None
        if editor is not None and isValid(editor):
            editor.finish(take)
            if isValid(editor) and editor.isVisible():
                editor.finish(False)

    def _choose(self, cell: Cell) -> None:
        connection = self.grid.connection(cell)
        if connection is not None:
            self.desk.looking.select((), [connection.ends])
        elif cell.part != "W":
            self.desk.looking.select([self.grid.neuron(cell)])

    def _chosen_cell(self) -> Cell | None:
        """The cell of what is selected, if that is one weight or one neuron."""
        looking = self.desk.looking
        if len(looking.selected_connections) + len(looking.selected_neurons) != 1:
            return None
        for ends in looking.selected_connections:
            return self.grid.cell_of(*ends)
        return self.grid.cell_of("", *looking.selected_neurons)

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.grid.cell_at(event.position().toPoint())
        if cell != self.hovered:
            self.hovered = cell
            edits = cell is not None and self.grid.parameter(cell) is not None
            self.viewport().setCursor(Qt.CursorShape.IBeamCursor if edits else Qt.CursorShape.ArrowCursor)
            self._point(cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.grid.cell_at(event.position().toPoint()) if left else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell, self._pressed = self._pressed, None
        if cell is not None and cell == self.grid.cell_at(event.position().toPoint()):
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
            cell = self.grid.cell_at(event.pos())
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
            self.go_to(self.grid.next_cell(cell, *keys[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            if not self.edit(cell):
                self._choose(cell)
        elif key == Qt.Key.Key_Space:
            self._choose(cell)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.current = self._chosen_cell() or self.current or self.grid.first_cell()
        if self.current is not None and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.go_to(self.current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point(self.hovered)
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.grid.x, self.grid.y = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self.close_editor()
        self.grid.in_sight()
        self._set_ranges()
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
        seen = [(index, self._words(self.grid.blocks[index]), self.lit_parts(index)) for index in self.grid.in_sight()]
        painter = QPainter(self.viewport())
        # A painter has the direction of the program; mathematics runs from left to right.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        try:
            painter.fillRect(self.viewport().rect(), theme().color("card"))
            for index, words, lit_parts in seen:
                BlockPainter(painter, self.grid, index, self.at, words, lit_parts).paint()
        finally:
            painter.end()

    def _words(self, block: Block) -> list[str]:
        """What a layer says besides its matrix: who does not sum and what it makes of its terms, and the functions."""
        lines = []
        network, trace = self.desk.session.network, self.desk.looking.trace
        for neuron in block.words[:MOST_WORDS]:
            does = (self.tr("{name} multiplies its terms: no row of a matrix product") if neuron.combine == "product"
                    else self.tr("{name} takes its largest term: no row of a matrix product"))
            lines.append(f"{does.format(name=neuron.id)} · {sum_of(network, neuron.id, trace).long(self.grid.digits)}")
        if len(block.words) > MOST_WORDS:
            lines.append(self.tr("… and {n} more that do not sum").format(n=len(block.words) - MOST_WORDS))
        if block.functions:
            lines.append(f"g: {block.functions}")
        return lines

    def lit_parts(self, index: int) -> frozenset[str]:
        """Which parts of a layer's code are lit."""
        at, study, layer = self.at, self.desk.study, self.grid.blocks[index].layer
        # Where the light comes from this cell, its own part is meant: z, not all that belongs to the neuron.
        if at is not None and at.layer == index and (
                (study.lit_neurons, study.lit_connections) == self._light_of(at) != self._light_of(None)):
            return frozenset([at.part])
        lit = {"W" for _, target in study.lit_connections if target in layer.row_of}
        lit |= {"a" for id in study.lit_neurons if id in layer.row_of}
        return frozenset(lit | {"x" for id in study.lit_neurons if id in layer.column_of})
