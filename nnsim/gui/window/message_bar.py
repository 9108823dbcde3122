"""A line over the upper edge of the canvas that tells what was refused, or asks without a dialog."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from nnsim.gui.look.icons import icon
from nnsim.gui.look.theme import theme
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.widgets.controls import push_button


class _Message(NamedTuple):
    text: str
    action: str
    do: Callable[[], object] | None
    closes: bool


class MessageBar(QFrame):
    """Shows one message; never in the way of work: it lies over the edge of its parent and moves nothing.

    A message that asks something waits until it is answered or closed, also under others that come after it. One that
    only tells gives way to the next, and goes when another document is opened (``forget``).
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
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
        self.close_button.clicked.connect(self._drop)
        row.addWidget(self.close_button)
        self._messages: list[_Message] = []
        self.action.clicked.connect(self._act)
        parent.installEventFilter(self)
        self.hide()

    def tell(self, text: str, action: str = "", do: Callable[[], object] | None = None, closes: bool = True) -> None:
        """Show a message, with a button if there is something to do about it, which ``closes`` it or leaves it."""
        self._messages = [m for m in self._messages if m.do is not None and m.text != text]
        self._messages.append(_Message(text, action, do, closes))
        self._show_last()

    def forget(self) -> None:
        """What was told of the document that was open is of no more use."""
        self._messages = [message for message in self._messages if message.do is not None]
        self._show_last()

    def _drop(self) -> None:
        self._messages.pop()
        self._show_last()

    def _act(self) -> None:
        message = self._messages[-1]
        if message.closes:
            self._drop()
        if message.do is not None:
            message.do()

    def _show_last(self) -> None:
        if not self._messages:
            self.hide()
            return
        message = self._messages[-1]
        self.update_look()
        self.label.setText(message.text)
        self.setAccessibleDescription(message.text)
        self.action.setText(message.action)
        self.action.setAccessibleName(message.action)
        self.action.setVisible(message.do is not None)
        self._place()
        self.show()
        self.raise_()

    def update_look(self) -> None:
        """Take over the colours of the theme."""
        t = theme()
        self.setStyleSheet(
            f"QFrame#message_bar {{ background: {t.accent_soft}; border: 1px solid {t.line}; "
            f"border-left: 3px solid {t.negative}; border-radius: 6px; }}"
        )
        self.close_button.setIcon(icon("close"))

    def _place(self) -> None:
        width = self._parent.width()
        self.setGeometry(0, 0, width, max(self.heightForWidth(width), self.minimumSizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._messages:
            self._place()
        return super().eventFilter(watched, event)
