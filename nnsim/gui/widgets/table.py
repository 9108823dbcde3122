"""The look of all tables: thin lines below the rows, titles that stand as their cells do, a frame for the keys."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from nnsim.gui.look.theme import GRID, font, theme

Index = QModelIndex | QPersistentModelIndex
PAD = GRID
"""Between the edge of a cell and its text."""


class Table(QTableView):
    """Rows without a grid, as high as their text. A subclass says what they are, and gives cells and titles."""

    def __init__(self) -> None:
        super().__init__()
        self.is_following = False
        """Whether what changes in it is the program's doing, not the learner's."""
        self.metrics = QFontMetrics(font("body"))
        """Of the text in its cells."""
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)

    @contextmanager
    def following(self) -> Iterator[None]:
        """Within, what changes in the table is the program's doing."""
        before, self.is_following = self.is_following, True
        try:
            yield
        finally:
            self.is_following = before

    def whole_height(self) -> int:
        """Of the titles and all rows, in pixels."""
        model = self.model()
        return self.horizontalHeader().height() + self.row_height() * (model.rowCount() if model is not None else 0)

    def row_height(self) -> int:
        """25 pixels, or more where the text is larger."""
        return QFontMetrics(font("body")).height() + 10

    def size_rows(self) -> None:
        """Take over the size of the program's text."""
        self.verticalHeader().setDefaultSectionSize(self.row_height())
        self.horizontalHeader().setFixedHeight(self.row_height() + 3)

    def rows_in_sight(self) -> range:
        """The rows that can be seen, and the one after."""
        first = max(0, self.rowAt(0))
        count = self.viewport().height() // self.row_height() + 2
        return range(first, min(first + count, self.model().rowCount()))

    def keyboardSearch(self, search: str) -> None:
        """Letters type into a cell, or are shortcuts of the program; they do not search."""


class Cells(QStyledItemDelegate):
    """Draws a cell: its ground, a thin line below, what stands in it, and a frame where the keys are."""

    def __init__(self, view: Table) -> None:
        super().__init__(view)
        self.view = view

    def ground(self, index: Index) -> QColor:
        """The colour behind a cell."""
        return theme().color("card")

    def paint_content(self, painter: QPainter, room: QRect, index: Index) -> None:
        """What stands in a cell."""
        painter.setFont(font("body"))
        painter.setPen(theme().color("ink"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, str(index.data()))

    def takes_keys(self, index: Index) -> bool:
        """Whether a key does something with the current cell."""
        return True

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = option.rect
        painter.save()
        # A painter has the direction of the program, not of the table.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(rect, self.ground(index))
        painter.setPen(theme().color("grid"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        self.paint_content(painter, rect.adjusted(PAD, 0, -PAD, -1), index)
        if index == self.view.currentIndex() and self.view.hasFocus() and self.takes_keys(index):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme().color("accent"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -3), 3, 3)
        painter.restore()


class Titles(QHeaderView):
    """The titles of the columns, as their cells stand."""

    def __init__(self, view: Table) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)

    def title(self, column: int) -> tuple[str, bool]:
        """The title of a column, and whether it stands out."""
        return str(self.model().headerData(column, self.orientation())), False

    def is_right(self, column: int) -> bool:
        """Whether a column stands at its right, as numbers do."""
        return False

    def room(self, rect: QRect, column: int) -> QRect:
        """What a title has of its section."""
        return rect.adjusted(PAD, 0, -PAD, -1)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        colors = theme()
        title, stands_out = self.title(logicalIndex)
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(rect, colors.color("card"))
        painter.setPen(colors.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(font("body", bold=stands_out))
        painter.setPen(colors.color("ink" if stands_out else "muted"))
        room = self.room(rect, logicalIndex)
        title = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room.width())
        side = Qt.AlignmentFlag.AlignRight if self.is_right(logicalIndex) else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), title)
        painter.restore()
