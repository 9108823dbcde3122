"""Neurons or connections as the rows of a model, and the order in which they stand."""

import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from nnsim.core.formulas.numbers import format_number
from nnsim.core.formulas.terms import Place
from nnsim.gui.panels.network_table.columns import Column, Item, Now, Rows
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.controls import plain_tip
from nnsim.gui.widgets.table import Index

AT_ONCE = 10_000
"""More rows are searched, and put in order, beside the window."""
MOST_READ = 2_000
"""Of so many rows the texts tell how wide a column is."""
_DIGITS = re.compile(r"(\d+)")


class NetworkRows(QAbstractTableModel):
    """The neurons, or the connections, that match the search, in the order of a column.

    Ten thousand rows are put in order at once, which QSortFilterProxyModel would do by asking for two cells at each
    of a hundred thousand comparisons. The order is that of the moment it was asked for: rows do not wander while
    training changes their numbers. An item's ``number`` is its place in the network's order.
    """

    def __init__(self, desk: Desk, rows: Rows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk, self.what = desk, rows
        self.items: Sequence[Item] = ()
        """All of them, in the network's order."""
        self.search = ""
        """Only rows in which every word of it occurs are shown."""
        self.lit: Collection[Place] = ()
        """What is lit in the window."""
        self.now = Now(desk)
        self._words: list[str] | None = None
        """What each item is found by; None until something is looked for."""
        self._by: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
        self._order: list[int] = []
        self._row_of: dict[int, int] = {}

    def arrange(self, rows: Rows | None = None) -> bool:
        """Show the session's structure and values, and put the rows in order. Whether other rows stand there now.

        ``rows`` as before, but for the titles.
        """
        before = self.items, self.what
        self._take(rows or self.what)
        order = self._ordered() if len(self.items) <= AT_ONCE else self._ordered_beside(self.items is before[0])
        if self.what is not before[1]:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)
        if order != self._order:
            self.beginResetModel()
            self._order, self._row_of = order, {number: row for row, number in enumerate(order)}
            self.endResetModel()
            return True
        if self.items is not before[0] and order:
            self.dataChanged.emit(self.index(0, 0), self.index(len(order) - 1, self.columnCount() - 1))
        return False

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; −1 is the network's order."""
        self._by = column, order
        self.arrange()

    def _take(self, rows: Rows) -> None:
        items = rows.items(self.desk.session.structure)
        self.now = Now(self.desk)
        if items is not self.items or rows is not self.what:
            self.what, self.items = rows, items
            self._words = None

    def _ordered_beside(self, same: bool) -> list[int]:
        """The order of very many rows. They are drawn meanwhile, unless they are other ones than those that stand
        there."""
        if not (self.search.strip() or self._by[0] >= 0):
            return self._matching()
        if not same:
            self.beginResetModel()
            self._order, self._row_of = [], {}
            self.endResetModel()
        if self._by[0] >= 0:
            # What a whole column is read from is computed here.
            self.what.columns[self._by[0]].read(self.now, self.items[0])
        return self.desk.session.beside.run(self._ordered, self.tr("Putting {n} rows in order …").format(
            n=f"{len(self.items):,}"))

    def _ordered(self) -> list[int]:
        numbers, (column, order) = self._matching(), self._by
        if column < 0:
            return numbers
        keys = {number: self._sort_key(column, self.items[number]) for number in numbers}
        given = [number for number in numbers if keys[number] is not None]
        given.sort(key=keys.__getitem__, reverse=order == Qt.SortOrder.DescendingOrder)
        # Cells without a value come last, whichever way the others go.
        return given + [number for number in numbers if keys[number] is None]

    def _matching(self) -> list[int]:
        """The items in which every word of the search occurs."""
        words = [word for word in self.search.casefold().split() if word != "→"]
        if not words:
            return [*range(len(self.items))]
        if self._words is None:
            self._words = [self._words_of(item) for item in self.items]
        return [number for number, said in enumerate(self._words) if all(word in said for word in words)]

    def show_values(self) -> None:
        """Take the current values; the cells say them when they are asked."""
        self.now = Now(self.desk)

    def _words_of(self, item: Item) -> str:
        texts = (self._text(column, item, column.read(self.now, item)) for column in self.what.columns
                 if column.kind in ("text", "choice"))
        return "\n".join(texts).casefold()

    def _sort_key(self, column: int, item: Item) -> Any:
        """What an item is sorted by; None for a cell without a value."""
        here = self.what.columns[column]
        value = here.read(self.now, item)
        if value is None or (isinstance(value, float) and np.isnan(value)):
            return None
        if here.kind in ("text", "choice"):
            # h2 comes before h10: digits sort as numbers.
            parts = _DIGITS.split(self._text(here, item, value).casefold())
            return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts if part]
        return value

    # Rows

    def number_of(self, place: Place) -> int:
        """The number of a neuron or connection; −1 if there is none."""
        return self.what.number(self.now.structure, place)

    def row_of(self, number: int) -> int:
        """Where the item of this number stands; −1 if it is not shown."""
        return self._row_of.get(number, -1)

    def row_at(self, place: Place) -> int:
        """Where a neuron or connection stands; −1 if it is not shown."""
        return self.row_of(self.number_of(place))

    def item(self, row: int) -> Item:
        """What stands in a row."""
        return self.items[self._order[row]]

    def place_at(self, row: int) -> Place:
        """Its place in the network."""
        return self.what.place(self.item(row))

    def name_of(self, row: int) -> str:
        """A row in words: h1, or x0 → h1."""
        return " → ".join(self.place_at(row))

    # Cells

    def value(self, row: int, column: int) -> str | float | bool | None:
        """What stands in a cell: a text, a number, yes or no, or None."""
        return self.what.columns[column].read(self.now, self.item(row))

    def text(self, row: int, column: int) -> str:
        """How it is written."""
        return self._text(self.what.columns[column], self.item(row), self.value(row, column))

    def _text(self, column: Column, item: Item, value: str | float | bool | None) -> str:
        if value is None:
            return ""
        if column.kind == "yes":
            return self.tr("yes") if value else self.tr("no")
        if column.kind == "number":
            return f"{column.prefix(item)} {format_number(float(value), self.desk.study.digits)}".lstrip()
        return (column.choices or {}).get(str(value), str(value))

    def some_texts(self, column: int) -> set[str]:
        """What stands in a column, also in rows that are not shown; of very many rows, in some from all over."""
        here, step = self.what.columns[column], 1 + len(self.items) // MOST_READ
        return {self._text(here, item, here.read(self.now, item)) for item in self.items[::step]}

    def plain(self, row: int, column: int) -> str:
        """A cell for a spreadsheet: numbers with all their digits and an ASCII minus."""
        value = self.value(row, column)
        return repr(value) if isinstance(value, float) else self.text(row, column)

    def why_not_edit(self, row: int, column: int) -> str:
        """Why a cell cannot be edited; empty if it can."""
        here = self.what.columns[column]
        if here.write is None:
            return self.tr("{column} follows from the rest of the network.").format(column=here.title)
        return here.closed(self.item(row))

    def write(self, row: int, column: int, value: Any, token: object = None) -> bool:
        """Edit a cell; False if the edit was refused, and then nothing has changed."""
        here = self.what.columns[column]
        return here.write is not None and here.write(self.desk, self.item(row), value, token)

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (as Qt declares it)
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.what.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid() or self.why_not_edit(index.row(), index.column()):
            return flags
        if self.what.columns[index.column()].kind == "yes":
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        here = self.what.columns[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.EditRole:
            return self.value(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = self.text(row, column) or self.tr("none")
            return f"{self.name_of(row)}, {here.title}: {said}" if column else said
        if role == Qt.ItemDataRole.CheckStateRole and here.kind == "yes":
            value = self.value(row, column)
            return None if value is None else Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(row, column))
        return None

    def _tip(self, row: int, column: int) -> str:
        value = self.value(row, column)
        whole = repr(value) if isinstance(value, float) else str(value) if isinstance(value, str) else ""
        if self.what.columns[column].kind == "choice":
            whole = self.text(row, column)
        return whole or self.why_not_edit(row, column)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or self.why_not_edit(index.row(), index.column()):
            return False
        if role == Qt.ItemDataRole.CheckStateRole:
            value = Qt.CheckState(value) == Qt.CheckState.Checked
        return self.write(index.row(), index.column(), value)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= section < (self.columnCount() if orientation == Qt.Orientation.Horizontal else self.rowCount()):
            return None
        if orientation == Qt.Orientation.Vertical:
            return self.name_of(section) if role == Qt.ItemDataRole.AccessibleTextRole else None
        here = self.what.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return here.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(here.about)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{here.title}: {here.about}"
        return None
