"""The grid of the table: how its cells are drawn, and how its columns divide the width."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from nnsim.gui.look.theme import GRID, font, mix, text_scale, theme
from nnsim.gui.panels.data.model import FORMS, RIGHT, WRONG, Form, TableModel
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.table import PAD, Cells, Index, Table, Titles

ARROW = "→ "
SLACK = 2 * GRID
"""Room that a column gets beyond its text while training, where numbers change their length all the time."""
MOST_HEADER = {"input": 96}
"""How wide the name of a column may make it, by its kind; names beyond are cut."""
MOST_OTHER_HEADER = 160
SHORT_NAME, CUT_NAME = 88, 56
"""So much of a name, a dozen letters, is left where sums need the room; and so much where there would be none else."""
SPREAD = 3 * GRID
CHANGING = ("sum", "output", "loss", "target", "right")


class TableCells(Cells):
    """Draws a cell: its text, an output or a sign in bold."""

    view: "TableView"

    def ground(self, index: Index) -> QColor:
        return theme().color("accent_soft" if index.row() == self.view.table.lit else "card")

    def takes_keys(self, index: Index) -> bool:
        return self.view.table.columns[index.column()].kind == "target"

    def paint_content(self, painter: QPainter, room: QRect, index: Index) -> None:
        view, column = self.view, index.column()
        kind = view.table.columns[column].kind
        painter.setPen(theme().color("muted" if kind == "set" else "ink"))
        text = view.table.written(index.row(), column, view.forms[column])
        if kind == "sum":
            self._paint_sum(painter, room, text)
        elif kind == "right" or (kind == "target" and not view.numbers_right(column)):
            self._paint_signed(painter, room, text)
        else:
            text = view.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            left = room.width() - view.metrics.horizontalAdvance(text) if view.numbers_right(column) else 0
            self._write(painter, room, left, text, view.cell_font)

    def _paint_sum(self, painter: QPainter, room: QRect, text: str) -> None:
        """The sum, cut where there is no room, and always its result."""
        view = self.view
        terms, arrow, result = text.rpartition(ARROW)
        end = view.bold_metrics.horizontalAdvance(result)
        terms = view.metrics.elidedText(terms + arrow, Qt.TextElideMode.ElideMiddle, max(0, room.width() - end))
        self._write(painter, room, 0, terms, view.cell_font)
        self._write(painter, room, view.metrics.horizontalAdvance(terms), result, view.bold_font)

    def _paint_signed(self, painter: QPainter, room: QRect, text: str) -> None:
        """A target with ✓ or ✗ behind it; or the sign alone."""
        view = self.view
        sign = text[-1:] if text[-1:] in (RIGHT, WRONG) else ""
        value = text.removesuffix(sign).rstrip()
        self._write(painter, room, 0, value, view.cell_font)
        painter.setPen(theme().color("good" if sign == RIGHT else "bad"))
        left = view.metrics.horizontalAdvance(value) + PAD if value else 0
        self._write(painter, room, left, sign, view.bold_font)

    def _write(self, painter: QPainter, room: QRect, left: int, text: str, face: QFont) -> None:
        """Text on the base line of all cells."""
        metrics = self.view.metrics
        base = room.top() + (room.height() + metrics.ascent() - metrics.descent()) // 2
        painter.setFont(face)
        painter.drawText(QPoint(room.left() + left, base), text)


class TargetChoice(NamedTuple):
    """What the header of a target column offers. ``name`` is the objectName, ``label`` the accessible name."""

    name: str
    label: str
    options: Sequence[tuple[str | None, str]]
    value: str | None


class TableTitles(Titles):
    """The names of the columns; target columns also hold the choice of what the target is."""

    target_chosen = Signal(int, object)

    def __init__(self, view: "TableView") -> None:
        super().__init__(view)
        self._view = view
        self.selected: Collection[str] = ()
        self._choices: dict[int, ChoiceField] = {}
        self.setStretchLastSection(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(2 * GRID)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.sectionResized.connect(self.place)

    def show_targets(self, choices: Mapping[int, TargetChoice]) -> None:
        """The choice in each of these columns; none in others."""
        for column in [c for c in self._choices if c not in choices]:
            gone = self._choices.pop(column)
            gone.hide()
            gone.setObjectName("")
            gone.deleteLater()
        before: QWidget = self._view
        for column, shown in choices.items():
            if column not in self._choices:
                self._choices[column] = self._new_choice(column)
            choice = self._choices[column]
            QWidget.setTabOrder(before, choice)
            before = choice
            name_widget(choice, shown.name, shown.label)
            choice.set_choices(shown.options)
            choice.set_value(shown.value)
        self.restyle()

    def restyle(self) -> None:
        """Take over colours and sizes of the theme."""
        colors = theme()
        sheet = (f"QComboBox {{ border: 1px solid transparent; background: transparent; color: {colors.ink};"
                 f" padding: 0 0 0 4px; min-height: 0; font-weight: 600; }}"
                 f"QComboBox:hover {{ background: {mix(colors.card, colors.ink, 0.06).name()}; }}"
                 f"QComboBox:focus {{ border-color: {colors.accent}; }}"
                 f"QComboBox QAbstractItemView {{ font-weight: 400; }}")
        for choice in self._choices.values():
            if choice.styleSheet() != sheet:
                choice.setStyleSheet(sheet)
        self._view.size_rows()
        self.place()

    def wanted_width(self, column: int, name: int = MOST_OTHER_HEADER) -> int:
        """How wide a column must be for its header with at most so much of its name."""
        return min(self._label_width(column), round(text_scale() * name)) + 2 * PAD + self._choice_width(column)

    def place(self) -> None:
        """Put the choices where their columns are."""
        for column, choice in self._choices.items():
            if column < self.count():
                left = self.sectionViewportPosition(column) + PAD + self._label_shown(column) + 2
                right = self.sectionViewportPosition(column) + self.sectionSize(column)
                width = min(self._choice_width(column), right - left)
                choice.setGeometry(left, 2, max(0, width), self.height() - 5)
                choice.show()

    def title(self, column: int) -> tuple[str, bool]:
        if column >= len(self._view.table.columns):
            return "", False
        here = self._view.table.columns[column]
        return here.title, here.neuron != "" and here.neuron in self.selected

    def is_right(self, column: int) -> bool:
        return column < len(self._view.table.columns) and self._view.numbers_right(column)

    def room(self, rect: QRect, column: int) -> QRect:
        room = super().room(rect, column)
        if column in self._choices:
            room.setWidth(self._label_shown(column))
        return room

    def mousePressEvent(self, event: QMouseEvent) -> None:
        choice = self._choice_of_label(event.position().toPoint())
        if choice is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        choice.setFocus(Qt.FocusReason.MouseFocusReason)
        choice.showPopup()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        hand = self._choice_of_label(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def _choice_of_label(self, point: QPoint) -> ChoiceField | None:
        """The choice whose name, such as *target*, stands at a point: a click there opens it too."""
        column = self.logicalIndexAt(point)
        choice = self._choices.get(column)
        return choice if choice is not None and point.x() < choice.geometry().left() else None

    def _label_width(self, column: int) -> int:
        here = self._view.table.columns[column]
        # Selected neurons stand in bold: the column must not change its width with the selection.
        width = QFontMetrics(font("body", bold=here.neuron != "")).horizontalAdvance(here.title) + 1
        return min(width, round(text_scale() * MOST_HEADER.get(here.kind, MOST_OTHER_HEADER)))

    def _label_shown(self, column: int) -> int:
        """How much of its label there is room for beside its choice."""
        return max(0, min(self._label_width(column), self.sectionSize(column) - 2 * PAD - self._choice_width(column)))

    def _choice_width(self, column: int) -> int:
        choice = self._choices.get(column)
        return 0 if choice is None else (
            choice.fontMetrics().horizontalAdvance(choice.currentText()) + round((3 * GRID + 4) * text_scale()))

    def _new_choice(self, column: int) -> ChoiceField:
        choice = ChoiceField()
        choice.setParent(self.viewport())
        choice.setToolTip(self.tr("What the network shall compute: the data it learns from"))
        choice.chosen.connect(lambda value, column=column: self.target_chosen.emit(column, value))
        return choice


class TableView(Table):
    """The rows. ``row_chosen(row)`` and ``flipped(row, column)`` say what the learner did."""

    row_chosen = Signal(int)
    flipped = Signal(int, int)

    def __init__(self, model: TableModel) -> None:
        super().__init__()
        self.table = model
        self.forms: list[Form] = []
        self._small = False
        self._first: Collection[str] = ()
        self._unfitted = False
        self._released = QPoint()
        self.refont()
        self.titles = TableTitles(self)
        self.setHorizontalHeader(self.titles)
        self.setModel(model)
        self.setItemDelegate(TableCells(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._on_click)
        self.horizontalScrollBar().valueChanged.connect(self.titles.place)
        self.verticalScrollBar().valueChanged.connect(self.grow)

    # Fonts and sizes

    def refont(self) -> None:
        """Take over the text sizes of the theme."""
        size = "small" if self._small else "body"
        self.cell_font: QFont = font(size)
        self.bold_font: QFont = font(size, bold=True)
        self.metrics = QFontMetrics(self.cell_font)
        self.bold_metrics = QFontMetrics(self.bold_font)

    def numbers_right(self, column: int) -> bool:
        """Whether the text of a column stands at its right: the numbers of data, so that they can be compared."""
        rows, kind = self.table.rows, self.table.columns[column].kind
        return rows is not None and not rows.is_truth_table and kind in ("input", "target", "output", "loss")

    # Dividing the width

    def fit(self, first: Collection[str], slack: int = 0) -> None:
        """Give every column the width of its text, and sums the longest form with room for all, see ``_ways``."""
        self._first, self._unfitted = first, False
        model, room = self.table, self.viewport().width()
        widths: list[int] = []
        for small, forms, name in self._ways(first):
            self._small, self.forms = small, forms
            self.refont()
            widths = [self._wanted(c, self.forms[c], name) + slack * (column.kind in CHANGING)
                      for c, column in enumerate(model.columns)]
            if sum(widths) <= room:
                break
        self._complete_names(widths, room)
        self._spread(widths, room)
        self.size_rows()
        for column, width in enumerate(widths):
            self.titles.resizeSection(column, width)
        self.titles.place()
        self.viewport().update()

    def grow(self) -> None:
        """Fit again if a text in sight has become wider than its column, or the columns are others."""
        if len(self.forms) != len(self.table.columns):
            self.fit(self._first, SLACK)
            return
        for column, here in enumerate(self.table.columns):
            width = self.titles.sectionSize(column)
            if here.kind in CHANGING and self._text_width(column, self.forms[column]) > width:
                self.fit(self._first, SLACK)
                return

    def _ways(self, first: Collection[str]) -> Iterator[tuple[bool, list[Form], int]]:
        """Whether the text is small, the form of each column, and how much its name can ask for: the first that fits.

        From what says most on. Sums stand in one form in all columns, so that they can be compared; names are cut
        before sums are. Where none has room in all, only those of the neurons in ``first`` are written out, and of the
        others what they give out. Where not even these have room, the table is scrolled.
        """
        columns, output = self.table.columns, FORMS[-1]
        others = [column.kind == "sum" and column.neuron not in first for column in columns]
        some_are_asked = any(column.kind == "sum" and column.neuron in first for column in columns)
        ways = [([form] * len(columns), SHORT_NAME) for form in FORMS[:-1]]
        ways.append(([FORMS[-2]] * len(columns), CUT_NAME))
        if some_are_asked:
            ways += [([output if other else form for other in others], CUT_NAME) for form in FORMS[:-1]]
        ways += [([output] * len(columns), name) for name in (CUT_NAME, SHORT_NAME)]
        for forms, name in ways:
            for small in (False, True):
                yield small, forms, name

    def _complete_names(self, widths: list[int], room: int) -> None:
        """Give names that were cut what is left, each the same part of what it lacks."""
        lacking = [max(0, self.titles.wanted_width(column) - width) for column, width in enumerate(widths)]
        part = max(0.0, min(1.0, (room - sum(widths)) / max(1, sum(lacking))))
        for column, lacks in enumerate(lacking):
            widths[column] += int(part * lacks)

    def _spread(self, widths: list[int], room: int) -> None:
        """Divide what is left: data over their whole width, a truth table with the rest behind its last column."""
        rows, left = self.table.rows, room - sum(widths)
        if widths and left > 0 and rows is not None:
            each = left // len(widths)
            for column in range(len(widths)):
                widths[column] += min(each, SPREAD) if rows.is_truth_table else each

    def _wanted(self, column: int, form: Form, name: int) -> int:
        wanted = max(self.titles.wanted_width(column, name), self._text_width(column, form))
        # Whole steps, so that a column does not move with every digit; not where every pixel counts.
        return wanted if form == "output" else -(-wanted // GRID) * GRID

    def _text_width(self, column: int, form: Form) -> int:
        """The widest text of the column in the rows in sight."""
        return max((self._cell_width(row, column, form) for row in self.rows_in_sight()), default=0) + 2 * PAD + 1

    def _cell_width(self, row: int, column: int, form: Form) -> int:
        """Of the text in one cell; what stands behind the last arrow is bold."""
        terms, arrow, result = self.table.written(row, column, form).rpartition(ARROW)
        return self.metrics.horizontalAdvance(terms + arrow) + self.bold_metrics.horizontalAdvance(result)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size() != event.oldSize() and self.table.rows is not None:
            # Once for all steps in which panels come to their places: before it is drawn, or asked what stands where.
            self._unfitted = True
            self.scheduleDelayedItemsLayout()

    def doItemsLayout(self) -> None:
        super().doItemsLayout()
        if self._unfitted and self.updatesEnabled():
            self.fit(self._first)
        elif self._unfitted:
            self.scheduleDelayedItemsLayout()

    # What the learner does

    def follow(self, row: int) -> None:
        """Light a row, and let the arrow keys go on from it; −1 lights none."""
        self.table.lit = row
        if row >= 0 and row != self.currentIndex().row():
            with self.following():
                self.setCurrentIndex(self.table.index(row, max(0, self.currentIndex().column())))
        self.viewport().update()

    def go_to(self, row: int, column: int) -> None:
        """Put the keyboard on a cell, without feeding its row to the inputs."""
        with self.following():
            self.setCurrentIndex(self.table.index(row, column))
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self.is_following and current.row() != previous.row():
            self.row_chosen.emit(current.row())
        self.viewport().update()

    def number_place(self, index: Index) -> QRect:
        """Where the text of a target stands, with a margin that a finger needs; the row beyond it is only a row."""
        place = self.visualRect(index)
        place.setWidth(min(place.width(), self._cell_width(index.row(), index.column(), "long") + 2 * PAD))
        return place

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        hand = self._is_number(event.position().toPoint())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._released = event.position().toPoint()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and self._can_flip(here):
            self.flipped.emit(here.row(), here.column())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt makes the first cell the current one; that alone must not feed its row to the inputs.
        with self.following():
            super().focusInEvent(event)

    def _on_click(self, index: QModelIndex) -> None:
        self.row_chosen.emit(index.row())
        if self._is_number(self._released):
            self.flipped.emit(index.row(), index.column())

    def _is_number(self, point: QPoint) -> bool:
        """Whether the number of a target that can be changed stands at a point."""
        index = self.indexAt(point)
        return self._can_flip(index) and self.number_place(index).contains(point)

    def _can_flip(self, index: QModelIndex) -> bool:
        rows = self.table.rows
        return index.isValid() and rows is not None and rows.is_truth_table and (
            self.table.columns[index.column()].kind == "target")
