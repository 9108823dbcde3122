"""The cells and titles of the grid of neurons or connections: how they are drawn, and the editors that open in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnsim.gui.look.theme import GRID, font, mix, text_scale, theme
from nnsim.gui.panels.network_table.rows import Index
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from nnsim.gui.panels.network_table.view import NetworkTableView

PAD = GRID
CHECK = 16
EDITOR_ROOM = 96
"""An editor is at least this wide, also in a narrower column."""
Editor = NumberField | TextField | ChoiceField


class CellDelegate(QStyledItemDelegate):
    """Draws cells with a thin line below, and opens the editors of all forms in them."""

    def __init__(self, view: NetworkTableView) -> None:
        super().__init__(view)
        self._view = view
        self._stepped: tuple[Index, float | None, object] | None = None
        """Cell, value before and token of the arrow steps of the editor that is open."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, colors, rect = self._view, theme(), option.rect
        model = view.rows
        row, column = model.source_row(index.row()), index.column()
        here = model.source.rows.columns[column]
        text, selected = model.source.text(row, column), index.row() in view.chosen
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        ground = colors.color("card")
        if selected:
            several = option.state & QStyle.StateFlag.State_Selected and len(view.selectedIndexes()) > 1
            ground = mix(colors.accent_soft, colors.accent, 0.15) if several else colors.color("accent_soft")
        elif model.source.rows.place(model.source.items[row]) in view.lit:
            ground = mix(colors.card, colors.ink, 0.05)
        painter.fillRect(rect, ground)
        painter.setPen(colors.color("grid"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        room = rect.adjusted(PAD, 0, -PAD, -1)
        if here.kind == "yes":
            self._paint_check(painter, room, index)
        else:
            painter.setFont(font("body"))
            painter.setPen(colors.color("ink" if here.write is not None or here.live else "muted"))
            cut = view.metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
            side = Qt.AlignmentFlag.AlignRight if here.kind == "number" else Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), cut)
        if index == view.currentIndex() and view.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(colors.color("accent"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -3), 3, 3)
        painter.restore()

    def _paint_check(self, painter: QPainter, room: QRect, index: Index) -> None:
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            return
        box = QStyleOptionViewItem()
        box.rect = QRect(room.left(), room.center().y() - CHECK // 2 + 1, CHECK, CHECK)
        on = Qt.CheckState(state) == Qt.CheckState.Checked
        flag = QStyle.StateFlag
        box.state = flag.State_Enabled | (flag.State_On if on else flag.State_Off)
        self._view.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, box, painter,
                                         self._view)

    # Editing

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """The view knows which clicks and keys turn a switch over."""
        return False

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        source, row, column = self._view.rows.source, self._view.rows.source_row(index.row()), index.column()
        here, item = source.rows.columns[column], source.items[row]
        editor: Editor
        if here.kind == "number":
            editor = NumberField()
            editor.set_number(source.value(row, column))  # type: ignore[arg-type]
            before, cell = editor.number, self._view.model().index(index.row(), column)
            self._stepped = None
            editor.edited.connect(lambda value, token: self._step(cell, before, value, token))
        elif here.kind == "choice":
            editor = ChoiceField()
            editor.set_choices([(value, label) for value, label in (here.choices or {}).items()])
            editor.set_value(source.value(row, column))
            editor.chosen.connect(lambda value: self._choose(editor))
        else:
            editor = TextField(lambda text: here.check(source.desk, item, text))
            editor.set_text(str(source.value(row, column)))
        editor.setParent(parent)
        editor.setObjectName("network_table_edit")
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        editor.setStyleSheet("padding-top: 0; padding-bottom: 0; min-height: 0; border-radius: 3px;")
        editor.setAutoFillBackground(True)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """It shows its cell from the start; what is typed is not to be overwritten by training."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        box, room = QRect(option.rect), self._view.viewport().rect()
        box.setWidth(min(max(box.width(), round(EDITOR_ROOM * text_scale())), room.width()))
        if isinstance(editor, NumberField):
            box.moveRight(option.rect.right())
        box.moveLeft(max(0, min(box.left(), room.right() + 1 - box.width())))
        editor.setGeometry(box)
        if isinstance(editor, ChoiceField):
            editor.showPopup()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, NumberField | TextField) and editor.wrong:
            self._view.refuse(editor.wrong)
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
        rows = self._view.rows
        rows.source.write(rows.source_row(cell.row()), cell.column(), value, token)

    def _choose(self, editor: ChoiceField) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enters and isinstance(editor, NumberField | TextField) and editor.wrong:
                # It stays open for correction.
                self._view.refuse(editor.wrong)
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


class Titles(QHeaderView):
    """The names of the columns, as their cells stand: numbers at the right. An arrow says which one sorts."""

    def __init__(self, view: NetworkTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(4 * GRID)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        colors, column = theme(), self._view.rows.source.rows.columns[logicalIndex]
        sorts = self.sortIndicatorSection() == logicalIndex
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(rect, colors.color("card"))
        painter.setPen(colors.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(font("body", bold=sorts))
        painter.setPen(colors.color("ink" if sorts else "muted"))
        text, right = column.title, column.kind == "number"
        if sorts:
            arrow = "▴" if self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder else "▾"
            text = f"{arrow} {text}" if right else f"{text} {arrow}"
        room = rect.adjusted(PAD, 0, -PAD, -1)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)
        painter.restore()
