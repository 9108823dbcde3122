"""What switches between workspaces, and begins to present."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenuBar, QToolButton, QWidget

from nnsim.gui.look.icons import icon
from nnsim.gui.look.theme import GRID
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.window.panels import WORKSPACES
from nnsim.gui.window.workspaces import Workspaces

MENU_SIDES = 26
"""Beside the word of a menu, in pixels."""


class WorkspaceSwitch(QWidget):
    """Build | Train | Explain, and Present, at the end of the menu bar."""

    def __init__(self, workspaces: Workspaces, menus: QMenuBar, present: QAction) -> None:
        super().__init__()
        self.setObjectName("workspace_switch")
        self._workspaces = workspaces
        group = QButtonGroup(self)
        row = row_in(self, 2, (0, 0, GRID, 0))
        for number, workspace in enumerate(WORKSPACES, 1):
            tip = f"{self.tr(workspace.about)} (Alt+{number})"
            button = quiet_button(self.tr(workspace.title), f"workspace_{workspace.id}", tip, checkable=True)
            button.setAccessibleName(self.tr("Workspace {name}").format(name=self.tr(workspace.title)))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda checked=False, workspace=workspace: workspaces.switch(workspace))
            group.addButton(button)
            row.addWidget(button)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        row.addWidget(line)
        self._present = quiet_button(self.tr("Present"), "workspace_present", f"{present.toolTip()} (F11)")
        self._present.setAccessibleName(self.tr("Present"))
        self._present.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._present.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._present.clicked.connect(workspaces.present)
        row.addWidget(self._present)
        workspaces.changed.connect(self._show)
        self.update_look()
        self._show()
        menus.installEventFilter(self)

    def update_look(self) -> None:
        """Icons in the colours of the theme."""
        self._present.setIcon(icon("present", "muted"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Where the menus need the room, Present is an icon alone."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and isinstance(watched, QMenuBar):
            metrics = watched.fontMetrics()
            menus = sum(metrics.horizontalAdvance(a.text().replace("&", "")) + MENU_SIDES for a in watched.actions())
            named = self.sizeHint().width()
            if self._present.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
                named += metrics.horizontalAdvance(self._present.text())
            styles = Qt.ToolButtonStyle
            style = styles.ToolButtonTextBesideIcon if menus + named <= watched.width() else styles.ToolButtonIconOnly
            if self._present.toolButtonStyle() != style:
                self._present.setToolButtonStyle(style)
                self.adjustSize()
        return False

    def _show(self) -> None:
        button = self.findChild(QToolButton, f"workspace_{self._workspaces.current.id}")
        if button is not None:
            button.setChecked(True)
