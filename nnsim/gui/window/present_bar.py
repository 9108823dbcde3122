"""What can be done while presenting, where neither menus nor toolbar are shown."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QSizePolicy, QTabBar, QToolBar, QToolButton

from nnsim.gui.look.theme import set_role
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.window.menu_actions import tip
from nnsim.gui.window.panels import HEROES, PRESENTED, Arrangement
from nnsim.gui.window.toolbar import ICON_ALONE, WholeLabel, epoch_in_words, tool_button
from nnsim.gui.window.workspaces import Workspaces

ICON = 20


class PresentBar(QToolBar):
    """What is presented, by its number; Soften or Train, a step, back to the start; and the way out."""

    def __init__(self, desk: Desk, actions: Mapping[str, QAction], workspaces: Workspaces) -> None:
        super().__init__()
        name_widget(self, "present_bar", self.tr("While presenting"))
        self.setWindowTitle(self.tr("While presenting"))
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toggleViewAction().setVisible(False)
        self._desk, self._workspaces = desk, workspaces
        self._tabs = QTabBar()
        name_widget(self._tabs, "present_tabs", self.tr("What is presented"))
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self._tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tabs.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.addWidget(self._tabs)
        for number, hero in enumerate(HEROES, 1):
            self._add_tab(f"{number} {self.tr(hero.title)}", hero)
            # Of the bar, so that the key is free where the bar is not shown.
            QShortcut(QKeySequence(str(number)), self).activated.connect(lambda hero=hero: workspaces.switch(hero))
        self._tabs.currentChanged.connect(self._switch)
        # What a run says moves no tab: it is there where it has room.
        self._epoch = WholeLabel()
        self._epoch.setObjectName("present_epoch")
        set_role(self._epoch, tone="muted")
        self.addWidget(self._epoch)
        self._shown = {name: self._add(name, actions[name]) for name in
                       ("soften", "train", "step_batch", "back_to_start", "present")}
        leave = self._button("present")
        leave.setText("✕")
        leave.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        leave.setToolTip(self.tr("Back to the workspace from before (Esc)"))
        leave.setAccessibleName(self.tr("Leave Present"))
        workspaces.changed.connect(self._show_tab)
        self.hide()

    def _add_tab(self, text: str, hero: Arrangement) -> None:
        at = self._tabs.addTab(text)
        self._tabs.setTabToolTip(at, self.tr(hero.about))
        self._tabs.setTabData(at, hero.id)

    def _switch(self, at: int) -> None:
        if self._workspaces.presenting:
            self._workspaces.switch(next(hero for hero in PRESENTED if hero.id == self._tabs.tabData(at)))

    def _add(self, name: str, action: QAction) -> QAction:
        button = tool_button(action, f"present_{name}", ICON_ALONE)
        button.setAccessibleName(tip(action))
        button.setIconSize(QSize(ICON, ICON))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if name in ("soften", "train"):
            set_role(button, kind="primary")
        return self.addWidget(button)

    def _button(self, name: str) -> QToolButton:
        button = self.widgetForAction(self._shown[name])
        assert isinstance(button, QToolButton)
        return button

    def follow(self) -> None:
        """As in the toolbar, Soften stands in the place of Train where steps are all that is in its way."""
        softens = self._desk.softening.replaces_training
        self._shown["soften"].setVisible(softens)
        self._shown["train"].setVisible(not softens)
        train = self._button("train")
        train.setAccessibleName(tip(train.defaultAction()))
        self._epoch.setText(epoch_in_words(self._desk))

    def _show_tab(self) -> None:
        """The tab of what is presented. What has no number has one for a while: a short one, so that the others stay
        where they are, because its title bar says what it is."""
        self.follow()
        current, tabs = self._workspaces.current, self._tabs
        with QSignalBlocker(tabs):
            if tabs.count() > len(HEROES):
                tabs.removeTab(len(HEROES))
            if current not in HEROES and current in PRESENTED:
                self._add_tab("…", current)
                tabs.setAccessibleTabName(len(HEROES), self.tr(current.title))
            tabs.setCurrentIndex(next((i for i in range(tabs.count()) if tabs.tabData(i) == current.id), 0))
        tabs.updateGeometry()  # the tab in front is in bold: which of them it is makes the bar wider or narrower
