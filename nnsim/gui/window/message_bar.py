"""A line above the canvas that tells what was refused, or asks without a dialog."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from nnsim.gui.look.icons import icon
from nnsim.gui.look.theme import theme
from nnsim.gui.widgets.cards import quiet_button


class MessageBar(QFrame):
    """Shows one message until it is closed or the next takes its place; never in the way of work."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message_bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        self.label = QLabel()
        self.label.setObjectName("message_text")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.label, 1)
        self.action = QPushButton()
        self.action.setObjectName("message_action")
        row.addWidget(self.action)
        self.close_button = quiet_button("", "message_close", self.tr("Close this message"))
        self.close_button.clicked.connect(self.hide)
        row.addWidget(self.close_button)
        self._do: Callable[[], object] | None = None
        self.action.clicked.connect(self._act)
        self.hide()

    def tell(self, text: str, action: str = "", do: Callable[[], object] | None = None) -> None:
        """Show a message, with a button if there is something to do about it."""
        t = theme()
        self.setStyleSheet(
            f"QFrame#message_bar {{ background: {t.accent_soft}; border: 1px solid {t.line}; "
            f"border-left: 3px solid {t.negative}; border-radius: 6px; }}"
        )
        self.close_button.setIcon(icon("close"))
        self.label.setText(text)
        self.setAccessibleDescription(text)
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(do is not None)
        self._do = do
        self.show()

    def _act(self) -> None:
        self.hide()
        if self._do is not None:
            self._do()
