"""Lines over an edge of the canvas that tell what was refused, or ask without a dialog."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QStyle, QWidget

from nnsim.gui.look.icons import icon
from nnsim.gui.look.theme import theme
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.widgets.controls import push_button

LEAVE_MS, LETTER_MS = 5_000, 50
"""A message that leaves by itself is there for so long, and so much longer for each letter of it."""
BESIDE = 6
"""Between a message and the edges of what it lies over."""


@dataclass(frozen=True)
class Message:
    """A text, and what the button beside it is called and does; without ``do`` there is no button."""

    text: str
    action: str = ""
    do: Callable[[], object] | None = None
    closes: bool = True
    """Whether the message goes when its button is pressed."""
    refusing: bool = True
    """Whether it tells what was not done, and not what was."""


class MessageBar(QFrame):
    """Shows one message; never in the way of work.

    What passes by, such as a refused key, leaves by itself, but not from under the mouse. What was told,
    such as a failed save, is there until it is closed, the next takes its place, or another document is opened. What
    stands, such as an offer, goes only when it is closed, taken, or withdrawn. Each lies over the next.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message_bar")
        row = row_in(self, 6, (12, 6, 6, 6))
        self.label = QLabel()
        self.label.setObjectName("message_text")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.label, 1)
        self.action = push_button("", "message_action", "")
        row.addWidget(self.action)
        self.close_button = quiet_button("", "message_close", self.tr("Close this message"))
        self.close_button.clicked.connect(self._close)
        row.addWidget(self.close_button)
        self._passing: Message | None = None
        self._told: Message | None = None
        self._standing: dict[str, Message] = {}
        self.action.clicked.connect(self._act)
        self._leaving = QTimer(self)
        self._leaving.timeout.connect(self._leave)
        self.hide()

    def tell(self, text: str, action: str = "", do: Callable[[], object] | None = None) -> None:
        """Show a message, with a button if there is something to do about it."""
        self._told = Message(text, action, do)
        self._show()

    def pass_on(self, text: str, refusing: bool) -> None:
        """Show a message that leaves by itself."""
        self._passing = Message(text, refusing=refusing)
        self._leaving.start(LEAVE_MS + LETTER_MS * len(text))
        self._show()

    def stand(self, key: str, text: str, action: str, do: Callable[[], object], closes: bool = True) -> None:
        """Show a message that stays until it is closed, taken (if that ``closes`` it), or withdrawn by its ``key``."""
        self._standing.pop(key, None)  # the last comes first
        self._standing[key] = Message(text, action, do, closes)
        self._show()

    def withdraw(self, key: str) -> None:
        """What stood under this key holds no more."""
        self._standing.pop(key, None)
        self._show()

    def pass_by(self) -> None:
        """What was told is over; what stands stays."""
        self._passing = self._told = None
        self._show()

    @property
    def _shown(self) -> Message | None:
        return self._passing or self._told or next(reversed(self._standing.values()), None)

    def _show(self) -> None:
        message = self._shown
        if message is None:
            self.hide()
            return
        self.update_look()
        self.label.setText(message.text)
        self.setAccessibleDescription(message.text)
        self.action.setText(message.action)
        self.action.setAccessibleName(message.action)
        self.action.setVisible(message.do is not None)
        self.show()

    def sizeHint(self) -> QSize:
        """As wide as its text in one line."""
        hint = super().sizeHint()
        line = self.label.fontMetrics().horizontalAdvance(self.label.text()) + 2
        return QSize(hint.width() - self.label.sizeHint().width() + line, hint.height())

    def update_look(self) -> None:
        """Take over the colours of the theme."""
        t, message = theme(), self._shown
        edge = t.negative if message is None or message.refusing else t.accent
        self.setStyleSheet(
            f"QFrame#message_bar {{ background: {t.accent_soft}; border: 1px solid {t.line}; "
            f"border-left: 3px solid {edge}; border-radius: 6px; }}"
        )
        self.close_button.setIcon(icon("close"))

    def _close(self) -> None:
        """The one that is shown is done with."""
        if self._passing is not None:
            self._passing = None
        elif self._told is not None:
            self._told = None
        elif self._standing:
            self._standing.popitem()
        self._show()

    def _leave(self) -> None:
        if not self.underMouse():
            self._leaving.stop()
            self._passing = None
            self._show()

    def _act(self) -> None:
        message = self._shown
        if message is not None and message.closes:
            self._close()
        if message is not None and message.do is not None:
            message.do()


class OverEdge(QWidget):
    """Bars that lie over an edge of their parent, as high as they are: when one comes or goes, nothing moves.

    They lie along the whole upper edge; or, where ``covered`` says how much of what is to be seen a rectangle of the
    parent covers, they are as wide as they have to be and lie where they cover least when they come.
    """

    def __init__(self, parent: QWidget, *bars: QWidget, covered: Callable[[QRect], float] | None = None) -> None:
        super().__init__(parent)
        self._parent, self._bars, self._covered = parent, bars, covered
        self._spot: int | None = None
        """Where they lie as long as one is shown."""
        self._column = column_in(self)
        for bar in bars:
            self._column.addWidget(bar)
        parent.installEventFilter(self)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        if all(bar.isHidden() for bar in self._bars):
            self._spot = None
            self.resize(0, 0)
            return
        room = self._parent.rect()
        width = room.width()
        if self._covered is not None:
            room = room.adjusted(BESIDE, BESIDE, -BESIDE, -BESIDE)
            width = min(room.width(), self._column.totalSizeHint().width())
        height = self._column.totalHeightForWidth(width) if self._column.hasHeightForWidth() else -1
        spots = spots_in(room, QSize(width, height if height >= 0 else self._column.totalSizeHint().height()))
        if self._spot is None:
            costs = [0.0 if self._covered is None else self._covered(spot) for spot in spots]
            self._spot = costs.index(min(costs))
        self.setGeometry(spots[self._spot])
        self.raise_()


def spots_in(room: QRect, size: QSize) -> list[QRect]:
    """Where something of this size may lie along the edges of a room, the usual place first."""
    found = []
    for vertical in (Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom):
        for across in (Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft):
            found.append(QStyle.alignedRect(Qt.LayoutDirection.LeftToRight, vertical | across, size, room))
    return found
