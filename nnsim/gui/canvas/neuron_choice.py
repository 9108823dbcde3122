"""Small editors that open in place on the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from nnsim.core.network import Role
from nnsim.gui.look.theme import set_role


class NeuronChoice(QFrame):
    """The choice Input / Neuron / Output where the canvas was double-clicked. Esc closes it."""

    def __init__(self, parent: QWidget, at: QPoint, choose: Callable[[Role], None]) -> None:
        super().__init__(parent)
        self.setObjectName("neuron_choice")
        self.setAccessibleName(self.tr("What to add here"))
        self._choose = choose
        set_role(self, card="choice")
        self.setStyleSheet(
            "QFrame#neuron_choice { background: palette(base); border: 1px solid palette(mid); border-radius: 8px; }"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(4)
        choices: tuple[tuple[Role, str, str], ...] = (
            ("input", self.tr("Input"), self.tr("A value from outside: 0 or 1, or any number")),
            ("hidden", self.tr("Neuron"), self.tr("A neuron between inputs and outputs")),
            ("output", self.tr("Output"), self.tr("A neuron whose value is the network's answer")),
        )
        self.buttons: list[QPushButton] = []
        for role, text, tip in choices:
            button = QPushButton(text, self)
            button.setObjectName(f"choose_{role}")
            button.setAccessibleName(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda checked=False, role=role: self._chosen(role))
            row.addWidget(button)
            self.buttons.append(button)
        self.adjustSize()
        x = max(2, min(at.x() - self.width() // 2, parent.width() - self.width() - 2))
        y = max(2, min(at.y() - self.height() // 2, parent.height() - self.height() - 2))
        self.move(x, y)
        self.show()
        self.raise_()
        self.buttons[1].setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self, role: Role) -> None:
        self.close_choice()
        self._choose(role)

    def close_choice(self) -> None:
        """Close without choosing."""
        parent = self.parentWidget()
        self.hide()
        self.deleteLater()
        if parent is not None:
            parent.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_choice()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            focused = next((i for i, b in enumerate(self.buttons) if b.hasFocus()), 0)
            self.buttons[(focused + step) % len(self.buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            for button in self.buttons:
                if button.hasFocus():
                    button.click()
                    return
        else:
            super().keyPressEvent(event)
