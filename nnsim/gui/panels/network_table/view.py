"""The grid of neurons or connections: how it is shown, walked through, copied and pasted."""

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu

from nnsim.core.formulas.numbers import numbered, parse_number
from nnsim.core.formulas.terms import Place
from nnsim.gui.look.theme import GRID, font, text_scale
from nnsim.gui.panels.network_table.cells import CHECK, NetworkCells, NetworkTitles
from nnsim.gui.panels.network_table.rows import NetworkRows
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.table import PAD, Index, Table

MOST_TEXT = 120
"""How wide a text may make its column, in pixels; longer ones are cut."""
USUAL_NUMBER = "−0.1234"
"""A column of numbers is as wide as this, or as what is in sight of it."""
ARROW = 12
"""What the arrow of a sorted column takes."""


class NetworkTableView(Table):
    """Rows of neurons or connections. What is selected in it is what the session has selected.

    ``chose(places)`` says which rows the learner selected, ``pointed(place)`` which one the mouse or the keyboard is
    at, or None; ``sorted()`` that rows stand in another order, and none is selected; ``copied(text)`` what was
    copied. Its ``cells`` say what is refused.
    """

    chose = Signal(object)
    sorted = Signal()
    copied = Signal(str)
    pointed = Signal(object)

    def __init__(self, rows: NetworkRows, name: str, title: str) -> None:
        super().__init__()
        self.rows = rows
        name_widget(self, name, title)
        self.chosen: frozenset[int] = frozenset()
        """The rows in which a cell is selected."""
        self._at: tuple[Place, int, int] | None = None
        """Where the keyboard is: the place and the number of its row, and the column."""
        self._hovered = -1
        self._own_widths = False
        header = NetworkTitles(self, rows)
        name_widget(header, f"{name}_titles", title)
        self.setHorizontalHeader(header)
        self.setModel(rows)
        rows.modelReset.connect(self._on_reset)
        self.cells = NetworkCells(self, rows)
        self.setItemDelegate(self.cells)
        self.setSortingEnabled(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        header.sectionResized.connect(self._on_resized)
        header.sortIndicatorChanged.connect(self.sorted)
        self.refont()

    # Showing

    def refont(self) -> None:
        """Take over the text sizes of the theme."""
        self.metrics = QFontMetrics(font("body"))
        self.size_rows()
        self._own_widths = False
        self.fit()

    def fit(self) -> None:
        """Columns as wide as their texts, and what is left divided among them; widths the learner made stay."""
        if self._own_widths:
            return
        header = self.horizontalHeader()
        widths = []
        for index, column in enumerate(self.rows.what.columns):
            wanted = QFontMetrics(font("body", bold=True)).horizontalAdvance(column.title) + ARROW
            if column.kind == "number":
                wanted = max(wanted, self.metrics.horizontalAdvance(USUAL_NUMBER), self._in_sight(index))
            elif column.kind != "yes":
                # The longest of thousands of texts by its letters is nearly the widest, and found at once.
                texts = sorted(self.rows.some_texts(index), key=len)[-12:]
                widest = max([self._in_sight(index), *map(self.metrics.horizontalAdvance, texts)])
                wanted = max(wanted, min(widest, round(MOST_TEXT * text_scale())))
            widths.append(wanted + 2 * PAD + 2)
        left = self.viewport().width() - sum(widths)
        each = max(0, left) // max(1, len(widths))
        with self.following():
            for index, width in enumerate(widths):
                header.resizeSection(index, width + each)

    def show_values(self) -> None:
        """Draw the cells in sight that change with the values anew."""
        self.rows.show_values()
        rows = self.rows_in_sight()
        if not rows:
            return
        live = [i for i, column in enumerate(self.rows.what.columns) if column.live]
        if any(self._in_sight(i) + 2 * PAD + 2 > self.columnWidth(i) for i in live):
            self.fit()
        self.rows.dataChanged.emit(self.rows.index(rows[0], live[0]), self.rows.index(rows[-1], live[-1]))

    def _in_sight(self, column: int) -> int:
        """How wide the widest text in sight of a column is."""
        texts = (self.rows.text(row, column) for row in self.rows_in_sight())
        return max((self.metrics.horizontalAdvance(text) for text in texts), default=0)

    def show_selected(self, places: Collection[Place]) -> None:
        """Select these rows, unless they are selected already."""
        if self.is_following:
            return  # it was chosen here
        rows = sorted(row for row in map(self.rows.row_at, places) if row >= 0)
        if frozenset(rows) == self.chosen:
            return
        selection, last = QItemSelection(), self.rows.columnCount() - 1
        for first, final in _runs(rows):
            selection.select(self.rows.index(first, 0), self.rows.index(final, last))
        with self.following():
            flag = QItemSelectionModel.SelectionFlag
            if rows and self.currentIndex().row() not in rows:
                column = max(0, self.currentIndex().column())
                self.selectionModel().setCurrentIndex(self.rows.index(rows[0], column), flag.NoUpdate)
                self.scrollTo(self.rows.index(rows[0], column))
            self.selectionModel().select(selection, flag.ClearAndSelect)
        self.viewport().update()

    def _on_resized(self) -> None:
        if not self.is_following:
            self._own_widths = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    # Selecting and pointing

    def _on_reset(self) -> None:
        # After view and selection model have forgotten everything.
        self.chosen = frozenset()
        if self._at is not None:
            # The keyboard stays with its row, also with one that has another name now.
            place, number, column = self._at
            found = self.rows.number_of(place)
            row = self.rows.row_of(found if found >= 0 else number)
            if row >= 0:
                with self.following():
                    self.selectionModel().setCurrentIndex(
                        self.rows.index(row, column), QItemSelectionModel.SelectionFlag.NoUpdate)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.chosen = frozenset(
            row for span in self.selectionModel().selection().toList() for row in range(span.top(), span.bottom() + 1))
        if not self.is_following:
            with self.following():
                self.chose.emit([self.rows.place_at(row) for row in sorted(self.chosen)])
        self.viewport().update()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            place = self.rows.place_at(current.row())
            self._at = place, self.rows.number_of(place), current.column()
            if not self.is_following:
                self._point(current.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if row != self._hovered:
            self._hovered = row
            self._point(row)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hovered = -1
            self._point(self.currentIndex().row() if self.hasFocus() else -1)
        return super().viewportEvent(event)

    def _point(self, row: int) -> None:
        self.pointed.emit(self.rows.place_at(row) if 0 <= row < self.rows.rowCount() else None)

    # Keys

    def event(self, event: QEvent) -> bool:
        # Here these keys mean cells, whatever they mean in the rest of the window.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if any(event.matches(key) for key in (keys.Copy, keys.Paste, keys.SelectAll)):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            # Enter that an editor has taken over goes on to its parents.
            return
        here, keys = self.currentIndex(), QKeySequence.StandardKey
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.matches(keys.Copy):
            self.copy()
        elif event.matches(keys.Paste):
            self.paste()
        elif here.isValid() and plain and event.key() == Qt.Key.Key_Space:
            self._press(here)
        elif here.isValid() and plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(here)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        here = self.indexAt(event.position().toPoint())
        if here.isValid() and self.rows.what.columns[here.column()].kind != "yes":
            self._edit_or_say(here)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place, here = event.position().toPoint(), self.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() == Qt.MouseButton.LeftButton and plain and here.isValid() and here == self.currentIndex():
            box = self.visualRect(here)
            if place.x() <= box.left() + PAD + CHECK + GRID:
                self._press(here)

    def _press(self, index: Index) -> bool:
        """Turn a switch over. False if the cell is none."""
        if self.rows.what.columns[index.column()].kind != "yes":
            return False
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            self.cells.refused.emit(self._why_not(index))
        else:
            on = Qt.CheckState(state) == Qt.CheckState.Checked
            self.model().setData(index, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked,
                                 Qt.ItemDataRole.CheckStateRole)
        return True

    def _enter(self, index: Index) -> None:
        """Edit a cell, or turn its switch over."""
        if not self._press(index):
            self._edit_or_say(index)

    def _why_not(self, index: Index) -> str:
        return self.rows.why_not_edit(index.row(), index.column())

    def _edit_or_say(self, index: Index) -> None:
        why = self._why_not(index)
        if why:
            self.cells.refused.emit(why)
        else:
            self.edit(self.rows.index(index.row(), index.column()))

    # The clipboard

    def copy(self, titles: bool = False) -> None:
        """The selected cells as lines of cells between tabs, for a spreadsheet; without any the current cell."""
        cells = {(i.row(), i.column()) for i in self.selectedIndexes() or [self.currentIndex()] if i.isValid()}
        if not cells:
            return
        columns = sorted({column for _, column in cells})
        lines = [[self.rows.plain(row, column) if (row, column) in cells else ""
                  for column in columns] for row in sorted({row for row, _ in cells})]
        if titles:
            lines.insert(0, [self.rows.what.columns[column].title for column in columns])
        QApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))
        self.copied.emit(numbered(len(cells), self.tr("1 cell copied"), self.tr("{n} cells copied")))

    def paste(self) -> bool:
        """Numbers of the clipboard into the column of values, from the first selected row on, as one undo step.

        A block of several columns is read line by line; an empty cell leaves its row as it is; one number fills all
        selected rows. Anything wrong is refused, named, and changes nothing.
        """
        why = self._paste(QApplication.clipboard().text())
        if why:
            self.cells.refused.emit(why)
        return not why

    def _paste(self, text: str) -> str:
        """Why nothing was pasted; empty if it was."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
        cells = [(number, cell.strip()) for number, line in enumerate(lines, 1) for cell in line.split("\t")]
        rows = sorted(self.chosen) or [self.currentIndex().row()]
        if not any(cell for _, cell in cells):
            return self.tr("There is nothing to paste: copy a column of numbers first.")
        if rows[0] < 0:
            return self.tr("Choose the row that the first number belongs to.")
        if len(cells) == 1:
            cells = cells * len(rows)
        else:
            rows = list(range(rows[0], rows[0] + len(cells)))
        if rows[-1] >= self.rows.rowCount():
            room = self.rows.rowCount() - rows[0]
            said = self.tr("There are {n} numbers, but only {room} from here on. Nothing was changed.")
            return said.format(n=f"{len(cells):,}", room=numbered(room, self.tr("1 row"), self.tr("{n} rows")))
        values: dict[str, float] = {}
        for (line, cell), row in zip(cells, rows, strict=True):
            why = self._take(values, line, cell, row) if cell else ""
            if why:
                return f"{why} {self.tr('Nothing was changed.')}"
        if not values:
            return ""
        text = numbered(len(values), self.tr("Paste 1 number"), self.tr("Paste {n} numbers"))
        self.rows.desk.session.set_values(values, text)
        return ""

    def _take(self, values: dict[str, float], line: int, cell: str, row: int) -> str:
        """Put the number of a cell among the ``values`` of parameters; why not, if it cannot be."""
        number, item, name = parse_number(cell), self.rows.item(row), self.rows.name_of(row)
        if number is None:
            return self.tr("Row {line}: “{text}” is not a number.").format(line=line, text=cell[:40])
        parameter = self.rows.what.parameter(item)
        if parameter is None:
            return self.tr("Row {line}: {name} has no bias to take {text}.").format(line=line, name=name, text=cell)
        value = self.rows.what.sign(item) * number + 0.0
        if values.setdefault(parameter, value) != value:
            return self.tr("Row {line}: {name} shares {parameter} with a row that gets another number.").format(
                line=line, name=name, parameter=parameter)
        return ""

    # The context menu, where the keyboard finds what the mouse does with the titles

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        here = self.currentIndex() if keyboard else self.indexAt(event.pos())
        menu = self._menu(here)
        below = self.visualRect(here).bottomLeft() if keyboard else event.pos() + QPoint(1, 1)
        menu.popup(self.viewport().mapToGlobal(below))

    def _menu(self, here: Index) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("network_table_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(name: str, text: str, do: Any, on: bool = True) -> QAction:
            action = menu.addAction(text)
            action.setObjectName(f"network_table_{name}")
            action.setEnabled(on)
            action.triggered.connect(lambda checked=False: do())
            return action

        if here.isValid():
            add("edit", self.tr("Edit"), lambda: self._enter(here), not self._why_not(here))
        add("copy", self.tr("Copy"), self.copy, here.isValid())
        add("copy_titled", self.tr("Copy with titles"), lambda: self.copy(titles=True), here.isValid())
        add("paste", self.tr("Paste numbers"), self.paste, here.isValid())
        menu.addSeparator()
        if here.isValid():
            title, column = self.rows.what.columns[here.column()].title, here.column()
            order = Qt.SortOrder
            for name, text, way in (("ascending", self.tr("Sort by {column}, smallest first"), order.AscendingOrder),
                                    ("descending", self.tr("Sort by {column}, largest first"), order.DescendingOrder)):
                add(name, text.format(column=title), lambda way=way: self.sortByColumn(column, way))
        add("unsorted", self.tr("The network's order"), lambda: self.sortByColumn(-1, Qt.SortOrder.AscendingOrder))
        return menu


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of those that follow one another."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], row
        else:
            runs.append((row, row))
    return runs
