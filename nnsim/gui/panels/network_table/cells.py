"""The cells and titles of the grid of neurons or connections: how they are drawn, and the editors that open in them."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemDelegate, QStyle, QStyleOptionViewItem, QWidget

from nnsim.gui.look.theme import GRID, font, mix, text_scale, theme
from nnsim.gui.panels.network_table.rows import NetworkRows
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.widgets.table import Cells, Index, Table, Titles
from nnsim.gui.widgets.text_field import TextField

CHECK = 16
EDITOR_ROOM = 96
"""An editor is at least this wide, also in a narrower column."""
Editor = NumberField | TextField | ChoiceField


class NetworkCells(Cells):
    """Draws the cells of ``rows`` and opens the editors of all forms in them.

    ``refused(why)`` says why something was not done.
    """

    refused = Signal(str)

    def __init__(self, view: Table, rows: NetworkRows) -> None:
        super().__init__(view)
        self._rows = rows
        self._stepped: tuple[Index, float | None, object] | None = None
        """Cell, value before and token of the arrow steps of the editor that is open."""

    def ground(self, index: Index) -> QColor:
        colors, chosen = theme(), self.view.selectionModel()
        if chosen.rowIntersectsSelection(index.row()):
            spans = chosen.selection()
            one = spans.size() == 1 and spans.first().width() == spans.first().height() == 1
            several = chosen.isSelected(index) and not one
            return mix(colors.accent_soft, colors.accent, 0.15) if several else colors.color("accent_soft")
        if self._rows.place_at(index.row()) in self._rows.lit:
            return mix(colors.card, colors.ink, 0.05)
        return colors.color("card")

    def paint_content(self, painter: QPainter, room: QRect, index: Index) -> None:
        here = self._rows.what.columns[index.column()]
        if here.kind == "yes":
            self._paint_check(painter, room, index)
            return
        painter.setFont(font("body"))
        painter.setPen(theme().color("ink" if here.write is not None or here.live else "muted"))
        text = self._rows.text(index.row(), index.column())
        text = self.view.metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        side = Qt.AlignmentFlag.AlignRight if here.kind == "number" else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_check(self, painter: QPainter, room: QRect, index: Index) -> None:
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            return
        box = QStyleOptionViewItem()
        box.rect = QRect(room.left(), room.center().y() - CHECK // 2 + 1, CHECK, CHECK)
        on = Qt.CheckState(state) == Qt.CheckState.Checked
        flag = QStyle.StateFlag
        box.state = flag.State_Enabled | (flag.State_On if on else flag.State_Off)
        self.view.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, box, painter, self.view)

    # Editing

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """The view knows which clicks and keys turn a switch over."""
        return False

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        rows, row, column = self._rows, index.row(), index.column()
        here, item = rows.what.columns[column], rows.item(row)
        editor: Editor
        if here.kind == "number":
            editor = NumberField()
            editor.set_number(rows.value(row, column))  # type: ignore[arg-type]
            before, cell = editor.number, self._rows.index(index.row(), column)
            self._stepped = None
            editor.edited.connect(lambda value, token: self._step(cell, before, value, token))
        elif here.kind == "choice":
            editor = ChoiceField()
            editor.set_choices([(value, label) for value, label in (here.choices or {}).items()])
            editor.set_value(rows.value(row, column))
            editor.chosen.connect(lambda value: self._choose(editor))
        else:
            editor = TextField(lambda text: here.check(rows.desk, item, text))
            editor.set_text(str(rows.value(row, column)))
        editor.setParent(parent)
        name_widget(editor, "network_table_edit", str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        editor.setStyleSheet("padding-top: 0; padding-bottom: 0; min-height: 0; border-radius: 3px;")
        editor.setAutoFillBackground(True)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """It shows its cell from the start; what is typed is not to be overwritten by training."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        box, room = QRect(option.rect), self.view.viewport().rect()
        box.setWidth(min(max(box.width(), round(EDITOR_ROOM * text_scale())), room.width()))
        if isinstance(editor, NumberField):
            box.moveRight(option.rect.right())
        box.moveLeft(max(0, min(box.left(), room.right() + 1 - box.width())))
        editor.setGeometry(box)
        if isinstance(editor, ChoiceField):
            editor.showPopup()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, NumberField | TextField) and editor.wrong:
            self.refused.emit(editor.wrong)
        elif isinstance(editor, NumberField):
            editor.commit()
        elif isinstance(editor, TextField):
            text = editor.text().strip()
            if text != str(index.data(Qt.ItemDataRole.EditRole)):
                model.setData(index, text)
        elif isinstance(editor, ChoiceField) and editor.value != index.data(Qt.ItemDataRole.EditRole):
            model.setData(index, editor.value)

    def _step(self, cell: Index, before: float | None, value: float, token: object) -> None:
        if token is not None:
            self._stepped = cell, before, token
        self._rows.write(cell.row(), cell.column(), value, token)

    def _choose(self, editor: ChoiceField) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enters and isinstance(editor, NumberField | TextField) and editor.wrong:
                # It stays open for correction.
                self.refused.emit(editor.wrong)
                return True
            if isinstance(editor, NumberField) and (enters or event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)):
                # Before Qt has the spin box that it is read its text, and write the old number over it.
                editor.commit()
            if event.key() == Qt.Key.Key_Escape and self._stepped is not None:
                (cell, before, token), self._stepped = self._stepped, None
                if before is not None:
                    self._step(cell, before, before, token)
                self._stepped = None
        return bool(super().eventFilter(editor, event))


class NetworkTitles(Titles):
    """The titles of ``rows``. An arrow says which one sorts."""

    def __init__(self, view: Table, rows: NetworkRows) -> None:
        super().__init__(view)
        self._rows = rows
        self.setMinimumSectionSize(4 * GRID)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def is_right(self, column: int) -> bool:
        return self._rows.what.columns[column].kind == "number"

    def title(self, column: int) -> tuple[str, bool]:
        text, _ = super().title(column)
        if self.sortIndicatorSection() != column:
            return text, False
        arrow = "▴" if self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder else "▾"
        return (f"{arrow} {text}" if self.is_right(column) else f"{text} {arrow}"), True
