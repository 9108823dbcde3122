"""The choice of a neuron that opens in place on the canvas."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from nnsim.core.network import Role
from nnsim.gui.look.theme import set_role
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.inline_edit import put_away, put_inside


class NeuronChoice(QFrame):
    """The choice Input / Neuron / Output where the canvas was double-clicked. Esc closes it."""

    def __init__(self, parent: QWidget, at: QPoint, choose: Callable[[Role], None]) -> None:
        super().__init__(parent)
        name_widget(self, "neuron_choice", self.tr("What to add here"))
        self._choose = choose
        set_role(self, card="choice")
        self.setStyleSheet(
            "QFrame#neuron_choice { background: palette(base); border: 1px solid palette(mid); border-radius: 8px; }"
        )
        self._buttons: list[QPushButton] = []
        row = row_in(self, 4, (4, 4, 4, 4))
        choices: tuple[tuple[Role, str, str], ...] = (
            ("input", self.tr("Input"), self.tr("A value from outside: 0 or 1, or any number")),
            ("hidden", self.tr("Neuron"), self.tr("A neuron between inputs and outputs")),
            ("output", self.tr("Output"), self.tr("A neuron whose value is the network's answer")),
        )
        for role, text, tip in choices:
            button = QPushButton(text, self)
            name_widget(button, f"choose_{role}", text, tip)
            button.clicked.connect(lambda checked=False, role=role: self._chosen(role))
            row.addWidget(button)
            self._buttons.append(button)
            if role == "hidden":
                first = button
        self.adjustSize()
        put_inside(parent, self, QRect(at - QPoint(self.width() // 2, self.height() // 2), self.size()))
        self.show()
        self.raise_()
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self, role: Role) -> None:
        put_away(self)
        self._choose(role)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab and the arrow keys go round in it: beyond its ends the keys would be lost to another panel."""
        held = [button.hasFocus() for button in self._buttons]
        place = (held.index(True) if any(held) else 0) + (1 if forward else -1)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        self._buttons[place % len(self._buttons)].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            put_away(self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)
