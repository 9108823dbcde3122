"""What can be done while presenting, where neither menus nor toolbar are shown."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from nnsim.gui.look.theme import GRID, set_role
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.labels import toned
from nnsim.gui.window.toolbar import ICON_ALONE, WITH_WORDS, epoch_in_words, tool_button

ICON = 24


class PresentBar(QWidget):
    """Soften or Train, an epoch, back to the start, how far it is, and the way out: in the title bar of the network."""

    def __init__(self, desk: Desk, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        name_widget(self, "present_bar", self.tr("While presenting"))
        self._desk = desk
        row = row_in(self, GRID)
        self._epoch = toned("muted", name="present_epoch")
        row.addWidget(self._epoch)
        self._buttons = {name: self._button(name, actions[name]) for name in
                         ("soften", "train", "step_epoch", "back_to_start", "present")}
        for button in self._buttons.values():
            row.addWidget(button)
        for name in ("soften", "train"):
            self._buttons[name].setToolButtonStyle(WITH_WORDS)
            set_role(self._buttons[name], kind="primary")
        leave = self._buttons["present"]
        leave.setText(self.tr("Leave"))
        leave.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        leave.setToolTip(self.tr("Back to the workspace from before (Esc)"))
        leave.setAccessibleName(self.tr("Leave Present"))
        self.hide()

    @staticmethod
    def _button(name: str, action: QAction) -> QToolButton:
        button = tool_button(action, f"present_{name}", ICON_ALONE)
        button.setAccessibleName(action.toolTip())
        button.setIconSize(QSize(ICON, ICON))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def follow(self) -> None:
        """As in the toolbar, Soften stands in the place of Train where steps are all that is in its way."""
        softens = self._desk.softening.replaces_training
        self._buttons["soften"].setVisible(softens)
        self._buttons["train"].setVisible(not softens)
        self._buttons["train"].setAccessibleName(self._buttons["train"].toolTip())
        self._epoch.setText(epoch_in_words(self._desk))
