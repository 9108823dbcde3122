"""What can be done while presenting, where neither menus nor toolbar are shown."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from nnsim.gui.look.theme import GRID, set_role
from nnsim.gui.session.desk import Desk

ICON = 24


class PresentBar(QWidget):
    """Soften or Train, an epoch, back to the start, how far it is, and the way out: in the title bar of the network."""

    def __init__(self, desk: Desk, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("present_bar")
        self.setAccessibleName(self.tr("While presenting"))
        self._desk = desk
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self._epoch = QLabel()
        self._epoch.setObjectName("present_epoch")
        set_role(self._epoch, tone="muted")
        row.addWidget(self._epoch)
        self._buttons = {name: self._button(name, actions[name]) for name in
                         ("soften", "train", "step_epoch", "back_to_start", "present")}
        for button in self._buttons.values():
            row.addWidget(button)
        for name in ("soften", "train"):
            self._buttons[name].setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            set_role(self._buttons[name], kind="primary")
            actions[name].changed.connect(self._follow)
        leave = self._buttons["present"]
        leave.setText(self.tr("Leave"))
        leave.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        leave.setToolTip(self.tr("Back to the workspace from before (Esc)"))
        leave.setAccessibleName(self.tr("Leave Present"))
        desk.values_changed.connect(self._follow)
        self.hide()

    @staticmethod
    def _button(name: str, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setObjectName(f"present_{name}")
        button.setAccessibleName(action.toolTip())
        button.setIconSize(QSize(ICON, ICON))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _follow(self) -> None:
        """As in the toolbar, Soften stands in the place of Train where steps are all that is in its way."""
        softens = self._desk.softening.replaces_training
        self._buttons["soften"].setVisible(softens)
        self._buttons["train"].setVisible(not softens)
        latest = self._desk.session.latest
        self._epoch.setText(self.tr("epoch {n}").format(n=f"{latest.epoch:,}") if latest else "")
