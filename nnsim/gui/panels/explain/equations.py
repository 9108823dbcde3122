"""The list of equations: terms light their place on the canvas, typeset factors have numbers beneath."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnsim.core.formulas.numbers import numbered
from nnsim.core.formulas.terms import Place
from nnsim.core.formulas.writing import Piece, rich
from nnsim.gui.look.theme import GRID, theme
from nnsim.gui.panels.explain.row_layout import PAD, Placed, RowLayouts, row_end, row_font
from nnsim.gui.panels.explain.rows import Kind, Row
from nnsim.gui.session.study import Study
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.formulas import Typesetter
from nnsim.gui.widgets.table import Index

_ROOT = QModelIndex()
BATCH = 200
"""So many rows are laid out before the window does something else."""


class EquationModel(QAbstractListModel):
    """The rows; the display text of each is what a screen reader says."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; where only numbers differ, what is selected and scrolled to stays."""
        new = tuple(rows)
        if new == self.rows:
            return
        if len(new) == len(self.rows) and all(a.kind == b.kind for a, b in zip(new, self.rows, strict=True)):
            changed = [i for i, (a, b) in enumerate(zip(new, self.rows, strict=True)) if a != b]
            self.rows = new
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
        else:
            self.beginResetModel()
            self.rows = new
            self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) and index.isValid():
            return self.rows[index.row()].text
        return None


class EquationList(QListView):
    """Rows of equations. Arrow keys walk rows and terms, Enter or a click selects what a term is of.

    ``chosen(place, more)`` when a term is clicked, ``more`` with Shift; ``acted(row)`` when an action is;
    ``copied(text)`` says what was.
    """

    chosen = Signal(object, bool)
    acted = Signal(int)
    copied = Signal(str)

    def __init__(self, study: Study, name: str, label: str) -> None:
        super().__init__()
        name_widget(self, name, label)
        self._study = study
        self._rows = EquationModel(self)
        self.typesetter = Typesetter()
        self.typesetter.setParent(self)
        self.typesetter.ready.connect(self._typeset)
        self.layouts = RowLayouts(self.typesetter)
        self.setModel(self._rows)
        self.setItemDelegate(_Delegate(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(False)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(BATCH)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self._cell = -1
        """Which term of the current row the keys are at; −1 for none."""
        study.lit_changed.connect(self.viewport().update)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows.rows

    @property
    def text(self) -> str:
        """All that is shown, a line each."""
        return "\n".join(row.text for row in self.rows)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self.layouts.trim()
        # So many are laid out anew in any case: to measure them takes as long.
        few = max(len(rows), len(self.rows)) <= BATCH
        before = [self._height(row) for row in self.rows] if few else None
        self._rows.show(rows)
        if before is None or before != [self._height(row) for row in self.rows]:
            self.scheduleDelayedItemsLayout()

    # Layout

    def _width(self) -> int:
        return max(self.viewport().width(), 80)

    def placed(self, row: Row) -> tuple[tuple[Placed, ...], float]:
        """Every cell of a row in its place, and the row's height."""
        return self.layouts.placed(row, self._width())

    def has_room_for(self, rows: Sequence[Row]) -> bool:
        """Whether these rows stand in sight without scrolling."""
        return sum(round(self._height(row) + 0.5) for row in rows) <= self.viewport().height()

    def _height(self, row: Row) -> float:
        return self.placed(row)[1]

    def _typeset(self) -> None:
        self.layouts.forget()
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.layouts.forget()
            self.scheduleDelayedItemsLayout()

    # Copying

    def copy(self, latex: bool = False, whole: bool = False) -> None:
        """Put the current row on the clipboard, or all rows: as plain and rich text, or as LaTeX.

        With no current row, as after Ctrl+A, it is all of them.
        """
        index = self.currentIndex().row()
        rows = [self.rows[index]] if 0 <= index < len(self.rows) and not whole else list(self.rows)
        data = QMimeData()
        if latex:
            formulas = [row.latex() for row in rows if row.latex is not None]
            if not formulas:
                self.copied.emit(self.tr("Nothing was copied: there is no formula in what is chosen."))
                return
            data.setText("\n".join(formulas))
            said = numbered(len(formulas), self.tr("1 formula copied as LaTeX"),
                            self.tr("{n} formulas copied as LaTeX"))
        else:
            data.setText("\n".join(row.text for row in rows))
            data.setHtml("<br>".join(rich([Piece(row.text)]) for row in rows))
            said = numbered(len(rows), self.tr("1 line copied"), self.tr("{n} lines copied"))
        QApplication.clipboard().setMimeData(data)
        self.copied.emit(said)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text, as_latex, whole in (
            ("copy", self.tr("Copy"), False, False), ("latex", self.tr("Copy as LaTeX"), True, False),
            ("copy_all", self.tr("Copy all lines"), False, True),
            ("latex_all", self.tr("Copy all as LaTeX"), True, True),
        ):
            entry = menu.addAction(text)
            entry.setObjectName(f"{self.objectName()}_{name}")
            entry.triggered.connect(partial(self.copy, as_latex, whole))
        menu.popup(event.globalPos())

    # Pointing

    def cell_at(self, point: QPoint) -> tuple[int, int]:
        """(row, cell) at a point of the viewport; −1 for neither."""
        index = self.indexAt(point)
        if not index.isValid():
            return -1, -1
        inside = QPointF(point - self.visualRect(index).topLeft())
        cells, _ = self.placed(self.rows[index.row()])
        for number, placed in enumerate(cells):
            if placed.rect.adjusted(-PAD, 0, PAD, 0).contains(inside):
                return index.row(), number
        return index.row(), -1

    def rect_of(self, row: int, cell: int) -> QRectF:
        """Where a cell is, in the viewport."""
        index = self._rows.index(row)
        return self.placed(self.rows[row])[0][cell].rect.translated(QPointF(self.visualRect(index).topLeft()))

    def current(self) -> tuple[int, int]:
        """(row, cell) that the keys are at."""
        return (self.currentIndex().row(), self._cell) if self.hasFocus() else (-1, -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row, cell = self.cell_at(event.position().toPoint())
        self._study.light_place(self.rows[row].cells[cell].place if cell >= 0 else ())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor
                                  if (cell >= 0 and self.rows[row].cells[cell].place)
                                  or (row >= 0 and self.rows[row].kind == "action") else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._study.light_place(())
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._study.light_place(())
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        row, cell = self.cell_at(event.position().toPoint())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._cell = cell
            self._choose(row, cell, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        keys = Qt.Key
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.setCurrentIndex(QModelIndex())
            self.viewport().update()
        elif row >= 0 and event.key() in (keys.Key_Left, keys.Key_Right):
            places = [i for i, cell in enumerate(self.rows[row].cells) if cell.place]
            after = [i for i in places if i > self._cell]
            before = [i for i in places if i < self._cell]
            if event.key() == keys.Key_Right:
                self._cell = after[0] if after else self._cell
            else:
                self._cell = before[-1] if before else -1
            self._study.light_place(self.rows[row].cells[self._cell].place if self._cell >= 0 else ())
            self.viewport().update()
        elif row >= 0 and event.key() in (keys.Key_Return, keys.Key_Enter, keys.Key_Space):
            self._choose(row, self._cell, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)
            if self.currentIndex().row() != row:
                self._cell = -1
                self._study.light_place(self._first_place(self.currentIndex().row()))

    def _first_place(self, row: int) -> Place:
        cells = self.rows[row].cells if 0 <= row < len(self.rows) else ()
        return next((cell.place for cell in cells if cell.place), ())

    def _choose(self, row: int, cell: int, more: bool) -> None:
        if self.rows[row].kind == "action":
            self.acted.emit(row)
            return
        place = self.rows[row].cells[cell].place if cell >= 0 else ()
        if place:
            self.chosen.emit(place, more)


class _Delegate(QStyledItemDelegate):
    """Draws the rows of an EquationList."""

    def __init__(self, view: EquationList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = self._view.placed(self._view.rows[index.row()])[1]
        return QSize(self._view._width(), round(height + 0.5))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self._view
        row = view.rows[index.row()]
        t, study = theme(), view._study
        origin = QPointF(option.rect.topLeft())
        current_row, current_cell = view.current()
        painter.save()
        painter.setFont(row_font(row.kind))
        # A painter has the direction of the program; mathematics runs from left to right.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        if current_row == index.row() and current_cell < 0:
            painter.fillRect(option.rect, t.color("raised"))
            painter.fillRect(QRectF(origin.x(), origin.y(), 2, option.rect.height()), t.color("accent"))
        self._paint_ground(painter, row.kind, QRectF(option.rect))
        cells = view.placed(row)[0]
        # Grounds first: one is a little wider than its cell, and must not cover the sign beside it.
        for number, placed in enumerate(cells):
            rect = placed.rect.translated(origin)
            place = placed.cell.place
            lit = (len(place) == 1 and place[0] in study.lit_neurons) or (
                len(place) == 2 and place in study.lit_connections)
            if lit or (current_row, current_cell) == (index.row(), number):
                painter.setPen(t.color("accent") if (current_row, current_cell) == (index.row(), number)
                               else Qt.PenStyle.NoPen)
                painter.setBrush(t.color("card" if row.kind == "answer" else "accent_soft"))
                painter.drawRoundedRect(rect.adjusted(-PAD / 2, 0, PAD / 2, 0), 3, 3)
        for placed in cells:
            view.layouts.paint_cell(painter, placed, origin, row.kind)
        painter.restore()

    def _paint_ground(self, painter: QPainter, kind: Kind, rect: QRectF) -> None:
        """A line above a sum, and a band behind the answer."""
        end = rect.left() + row_end(kind, self._view._width())
        if kind == "sum":
            painter.setPen(theme().color("line"))
            painter.drawLine(QPointF(rect.left() + GRID, rect.top() + 1), QPointF(end - GRID, rect.top() + 1))
        elif kind == "answer":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent_soft"))
            band = QRectF(QPointF(rect.left() + 2, rect.top() + 1), QPointF(end - 2, rect.bottom() - 1))
            painter.drawRoundedRect(band, 4, 4)
