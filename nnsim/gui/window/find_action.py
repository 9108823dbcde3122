"""Find an action: every entry of the menus by a word that is typed, with its key."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QMainWindow,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from nnsim.gui.look.settings import FOUND_ACTIONS
from nnsim.gui.look.theme import GRID, font, text_scale, theme
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.labels import toned
from nnsim.gui.window.menu_actions import menu_actions, plain, tip

Index = QModelIndex | QPersistentModelIndex
WIDTH, MOST_ROWS = 620, 12
"""In pixels at 100 % of the text's size, where the window is wide enough; and how many are seen at once."""
MOST_KEPT = 8
"""How many of those that were chosen come first the next time."""
PASSED_ON = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
"""Keys that go through the list while the text has the focus."""


@dataclass(frozen=True)
class Offer:
    """An entry of a menu."""

    action: QAction
    name: str
    path: str
    key: str

    @property
    def id(self) -> str:
        """What it is remembered by: its text may differ each time."""
        return self.action.objectName() or f"{self.path} {self.name}"

    @property
    def why_not(self) -> str:
        """Why it cannot be done now; empty if it can."""
        return "" if self.action.isEnabled() else tip(self.action)

    @property
    def words(self) -> str:
        """All that it is found by."""
        return f"{self.name} {self.path} {tip(self.action)} {self.key}".casefold()


def offers(window: QMainWindow) -> list[Offer]:
    """What the menus of a window offer now; what stands in two of them once, where it stands first."""
    found: dict[QAction, Offer] = {}
    for path, action in menu_actions(window.menuBar()):
        found.setdefault(action, Offer(action, plain(action.text(), dots=True), " ▸ ".join(path), _key(action)))
    return list(found.values())


def _key(action: QAction) -> str:
    listened_for = action.text().partition("\t")[2]
    return listened_for or action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


class Matches(QSortFilterProxyModel):
    """The offers that have all the words, in any order; what is called so comes before what only tells of it."""

    def __init__(self, found: list[Offer], latest: list[str]) -> None:
        super().__init__()
        self._found, self._words = found, list[str]()
        places = {id: place for place, id in enumerate(latest)}
        self._lateness = [places.get(offer.id, len(latest)) for offer in found]
        model = QStandardItemModel(self)
        for offer in found:
            item = QStandardItem(offer.name)
            item.setEditable(False)
            item.setAccessibleText(", ".join(filter(None, (offer.name, offer.key, offer.path, offer.why_not))))
            item.setToolTip(offer.action.toolTip())
            model.appendRow(item)
        self.setSourceModel(model)
        self.look_for("")

    def look_for(self, text: str) -> None:
        """Show what has the words of this text."""
        self._words = text.casefold().split()
        self.invalidate()
        self.sort(0)

    def offer(self, index: Index) -> Offer:
        """The one in a row."""
        return self._found[self.mapToSource(index).row()]

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        return all(word in self._found[row].words for word in self._words)

    def lessThan(self, left: Index, right: Index) -> bool:
        return self._rank(left.row()) < self._rank(right.row())

    def _rank(self, row: int) -> tuple[object, ...]:
        name, typed = self._found[row].name.casefold(), " ".join(self._words)
        elsewhere = sum(word not in name for word in self._words)
        return elsewhere, name != typed, not name.startswith(typed), self._lateness[row], row


class _Rows(QStyledItemDelegate):
    """Draws an offer: its name, the menu that it is in or why it cannot be done, and its key at the end."""

    def __init__(self, matches: Matches, parent: QObject) -> None:
        super().__init__(parent)
        self._matches = matches

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, QFontMetrics(font("body")).height() + GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer, t, why = self._matches.offer(index), theme(), self._matches.offer(index).why_not
        body, small = QFontMetrics(font("body")), QFontMetrics(font("small"))
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("accent_soft"))
            painter.drawRoundedRect(option.rect, 4, 4)
        check = body.horizontalAdvance("✓") + GRID
        room = option.rect.adjusted(GRID, 0, -GRID, 0)
        at, width = room.left() + check, body.horizontalAdvance(offer.key)
        end = room.right() - (width + 2 * GRID if width else 0)

        def write(left: int, right: int, text: str, size: str, color: str, metrics: QFontMetrics) -> None:
            place = QStyle.visualRect(option.direction, option.rect,
                                      QRect(left, room.top(), max(right - left, 0), room.height()))
            painter.setFont(font(size))
            painter.setPen(t.color(color))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading,
                             metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width()))

        if offer.action.isChecked():
            write(room.left(), at, "✓", "body", "accent", body)
        write(at, end, offer.name, "body", "muted" if why else "ink", body)
        write(at + body.horizontalAdvance(offer.name) + 2 * GRID, end, why or offer.path, "small", "muted", small)
        write(room.right() - width, room.right() + 1, offer.key, "body", "muted", body)
        painter.restore()


class FindAction(QFrame):
    """A line to type in over the upper edge of the window, and what it finds below it. Enter or a click does it, Esc or
    a click elsewhere closes it."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name_widget(self, "find_action", self.tr("Find an action"))
        self.setStyleSheet("QFrame#find_action { background: palette(base); border: 1px solid palette(mid); } "
                           "QListView { background: palette(base); border: none; outline: none; }")
        self._window = window
        self._matches = Matches(offers(window), FOUND_ACTIONS.value())
        self._text = QLineEdit()
        name_widget(self._text, "find_action_text", self.tr("What do you want to do?"))
        self._text.setPlaceholderText(self.tr("What do you want to do?"))
        self._text.installEventFilter(self)
        self._text.textChanged.connect(self._look_for)
        self._list = QListView()
        name_widget(self._list, "find_action_list", self.tr("Actions"))
        self._list.setModel(self._matches)
        self._list.setItemDelegate(_Rows(self._matches, self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.entered.connect(self._list.setCurrentIndex)
        self._list.clicked.connect(self._choose)
        self._text.returnPressed.connect(lambda: self._choose(self._list.currentIndex()))
        self._nothing = toned("muted", self.tr("No action has these words."), "find_action_nothing")
        column = column_in(self, GRID, (GRID, GRID, GRID, GRID))
        for widget in (self._text, self._list, self._nothing):
            column.addWidget(widget)

    def open(self) -> None:
        """Show it, with the keys in its line."""
        self._look_for("")
        room = self._window.size()
        self.setFixedWidth(min(round(WIDTH * text_scale()), room.width() - 4 * GRID))
        self.move(self._window.mapToGlobal(QPoint((room.width() - self.width()) // 2, GRID)))
        self.show()
        self._text.setFocus()

    def _look_for(self, text: str) -> None:
        self._matches.look_for(text)
        found = self._matches.rowCount()
        self._list.setVisible(found > 0)
        self._nothing.setVisible(not found)
        row = self._list.sizeHintForRow(0)
        most = (self._window.height() - self._text.sizeHint().height() - 6 * GRID) // max(row, 1)
        self._list.setFixedHeight(row * max(1, min(found, MOST_ROWS, most)) + 2)
        self._list.setCurrentIndex(self._matches.index(0, 0))
        self._list.scrollToTop()
        self.adjustSize()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in PASSED_ON:
            QApplication.sendEvent(self._list, event)
            return True
        return super().eventFilter(watched, event)

    def _choose(self, index: Index) -> None:
        if not index.isValid():
            return
        offer = self._matches.offer(index)
        if offer.why_not:
            return  # its row says so
        FOUND_ACTIONS.store([offer.id, *(id for id in FOUND_ACTIONS.value() if id != offer.id)][:MOST_KEPT])
        self.close()
        # Later: the keys are back by then where they were, and what it asks is not asked from in here.
        QTimer.singleShot(0, offer.action, offer.action.trigger)
