"""Workspaces: the panels around the canvas, and the arrangements of them that the learner switches between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pkgutil import resolve_name

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QDockWidget, QMainWindow, QTabBar, QToolButton, QWidget
from shiboken6 import isValid

from nnsim.gui.look.icons import icon
from nnsim.gui.look.settings import WORKSPACE, arrangement
from nnsim.gui.look.theme import GRID, finish_theme
from nnsim.gui.panels.panel import Panel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import CardHeader, body_frame, header_frame, header_height, quiet_button
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.window.panels import LEFT, PANELS, PRESENT, RIGHT, WORKSPACES, PanelEntry, Workspace

LAYOUT_VERSION = 3
NARROW = 1400
"""Windows below this width have narrower panels at their sides."""
LOW = 800
FILLING_MS = 150
"""Between two panels that are made ahead of their use."""
PRESENTED_SHARE = 0.36
"""Of the width that the output takes when presenting."""
PRESENTED_TABLE = 260
"""The height of the table when presenting: the four rows of a gate, in large text."""
PRESENTED_DATA, MOST_ROWS = 172, 8
"""Of more rows than that a few are enough: the network needs the room."""
SIDE_SHARE, LOW_SHARE = 0.17, 0.24
"""Of a very large window: of its width for the panels at each side, of its height for those below."""


class _Panels(dict[str, Panel]):
    """Panels that are made when they are first asked for."""

    def __init__(self, make: Callable[[str], Panel]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, id: str) -> Panel:
        self[id] = self._make(id)
        return self[id]


class Workspaces(QObject):
    """Owns the docks of a window, arranges them, and remembers each workspace as it was left.

    ``changing()`` when another workspace is ``current`` and not shown yet, ``changed()`` when it is.
    """

    changing = Signal()
    changed = Signal()

    def __init__(self, window: QMainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self.panels: dict[str, Panel] = _Panels(self._fill)
        """By id; one that has not been needed yet is made when it is asked for."""
        self.docks: dict[str, QDockWidget] = {}
        self.current = WORKSPACES[0]
        self._before = self.current
        """What Present goes back to."""
        self._headers_later = QTimer(self)
        self._headers_later.setSingleShot(True)
        self._headers_later.setInterval(0)
        self._headers_later.timeout.connect(self.update_headers)
        for entry in PANELS.values():
            self._add(entry)
        # Panels take time to make: those of the workspace first, the others while nothing else is to be done.
        self._filler = QTimer(self)
        self._filler.setInterval(FILLING_MS)
        self._filler.timeout.connect(self._fill_next)

    def _add(self, entry: PanelEntry) -> None:
        id = entry.id
        dock = QDockWidget(self.tr(entry.title), self._window)
        name_widget(dock, f"dock_{id}", self.tr(entry.title))
        self.docks[id] = dock
        dock.hide()
        dock.visibilityChanged.connect(partial(self._follow, id))
        # Once for all docks that tell of one and the same step.
        dock.visibilityChanged.connect(self._headers_later.start)
        dock.dockLocationChanged.connect(self._headers_later.start)

    def _fill(self, id: str) -> Panel:
        """Make a panel and put it into its dock."""
        panel: Panel = resolve_name(f"nnsim.gui.panels.{PANELS[id].home}")(self._desk)
        dock = self.docks[id]
        close = quiet_button("", f"close_{id}", self.tr("Close this panel; View brings it back"))
        close.setAccessibleName(self.tr("Close {panel}").format(panel=panel.title))
        close.setIcon(icon("close", "muted"))
        close.clicked.connect(dock.close)
        header, row = header_frame(panel.title, panel.header)
        row.addWidget(close)
        panel.title_changed.connect(header.title.setText)
        if panel.title == dock.windowTitle():
            panel.title_changed.connect(dock.setWindowTitle)
        dock.setTitleBarWidget(header)
        dock.setWidget(body_frame(panel))
        return panel

    def _fill_current(self) -> None:
        for id in self.docks:
            if id in self.current.panels:
                self.panels[id]  # an empty dock would be given no room

    def _fill_next(self) -> None:
        if QGuiApplication.mouseButtons():
            return  # something is dragged: that must not stop for a moment
        missing = next((id for id in self.docks if id not in self.panels), None)
        if missing is None:
            self._filler.stop()
        else:
            self.panels[missing]

    def _follow(self, id: str, seen: bool) -> None:
        """Hide what is behind another tab: Qt moves it out of sight only, and Tab would lead the keys into it.

        The panel in its frame, because a dock without a widget that is visible has no size to reckon with.
        """
        dock = self.docks[id]
        if isValid(self) and isValid(dock) and (seen or id in self.panels):
            self.panels[id].setVisible(seen)
            dock.titleBarWidget().setVisible(seen)

    # Switching

    def switch(self, workspace: Workspace) -> None:
        """Show a workspace as it was left, or in its first arrangement. The one that is left is remembered."""
        if workspace is self.current:
            return
        self.remember()
        self._before, self.current = self.current, workspace
        self.changing.emit()
        self._show()
        WORKSPACE.store(self._before.id if workspace is PRESENT else workspace.id)
        self.changed.emit()

    def prepare(self) -> None:
        """Make the panels of the workspace that was left last, before the window is shown: each is laid out once."""
        stored = WORKSPACE.value()
        self.current = next((w for w in WORKSPACES if w.id == stored), WORKSPACES[0])
        self._fill_current()

    def start(self) -> None:
        """Show the workspace that was left last; make the other panels while nothing else is to be done."""
        self._show()
        self._filler.start()
        self.changed.emit()

    def leave_present(self) -> None:
        """Back to the workspace from before Present."""
        if self.current is PRESENT:
            self.switch(self._before)

    def remember(self) -> None:
        """Keep the current arrangement for the next time."""
        if self.current is not PRESENT:
            arrangement(self.current.id).store(self._window.saveState(LAYOUT_VERSION))

    def reset(self) -> None:
        """The first arrangement of the current workspace."""
        with self._calm():
            self._take_away()
            self._arrange()

    def show_panel(self, id: str) -> None:
        """Bring a panel to the front, and the keys to it."""
        finish_theme()
        dock = self.docks[id]
        dock.show()
        dock.raise_()
        self.panels[id].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show(self) -> None:
        finish_theme()
        state = arrangement(self.current.id).value()
        self._fill_current()
        with self._calm():
            self._take_away()
            if self.current is PRESENT or not self._window.restoreState(state, LAYOUT_VERSION):
                self._arrange()

    @contextmanager
    def _calm(self) -> Iterator[None]:
        """Nothing is drawn until all stand in their places."""
        self._window.setUpdatesEnabled(False)
        self._arranging = True
        for dock in self.docks.values():
            header = dock.titleBarWidget()
            if isinstance(header, CardHeader):
                header.show_title(False)  # a window must not grow for one that is not there in the end
        try:
            # Each panel comes into sight for a moment while others are put away.
            with self._desk.unsettling():
                yield
        finally:
            self._arranging = False
            self._window.setUpdatesEnabled(True)
            self.update_headers()

    _arranging = _restyled = False

    def _take_away(self) -> None:
        """All panels away. One that moves while others stand leaves empty tabs and a wider window behind.

        WORKAROUND Qt 6.11.3: also restoreState leaves the tabs of what stood there before.
        """
        for dock in self.docks.values():
            # Else Qt puts it into its place once more, which takes long; but after a change of theme it has to.
            if dock.isFloating() or self._restyled:
                dock.setFloating(False)
            self._window.removeDockWidget(dock)
        self._restyled = False

    def _arrange(self) -> None:
        """The first arrangement: what is selected at the left, numbers below, output and training at the right."""
        window, shown = self._window, self.current.panels
        for id, dock in self.docks.items():
            # Side by side for a moment, tabs would make the window wider.
            if PANELS[id].behind:
                window.tabifyDockWidget(self.docks[PANELS[id].behind], dock)
            else:
                window.addDockWidget(PANELS[id].area, dock)
            dock.setVisible(id in shown)
        width = max(288 if window.width() < NARROW else 304, round(window.width() * SIDE_SHARE))
        for area, size in ((LEFT, width), (RIGHT, width + 56)):
            stacks = [PANELS[id] for id in self.docks if id in shown and PANELS[id].area == area
                      and not PANELS[id].behind]
            docks = [self.docks[entry.id] for entry in stacks]
            if docks:
                size = round(window.width() * PRESENTED_SHARE) if self.current is PRESENT else size
                window.resizeDocks([docks[0]], [size], Qt.Orientation.Horizontal)
                window.resizeDocks(docks, [entry.height for entry in stacks], Qt.Orientation.Vertical)
        low = max(248 if window.height() > LOW else 204, round(window.height() * LOW_SHARE))
        if self.current is PRESENT:
            data = self._desk.session.dataset
            low = PRESENTED_DATA if data is not None and len(data.X) > MOST_ROWS else PRESENTED_TABLE
        window.resizeDocks([self.docks["table"]], [low], Qt.Orientation.Vertical)
        for entry in sorted((PANELS[id] for id in shown), key=lambda entry: entry.front):
            if entry.front or not entry.behind:
                self.docks[entry.id].raise_()

    def update_look(self) -> None:
        """Title bars and their crosses in the colours and sizes of the theme."""
        self._restyled = True
        for id, dock in self.docks.items():
            close = dock.findChild(QToolButton, f"close_{id}")
            if close is not None:
                close.setIcon(icon("close", "muted"))
        self.update_headers()

    def update_headers(self) -> None:
        """Title bars as high as the text needs. A panel among tabs has its title there and need not say it again."""
        if self._arranging or not isValid(self._window):
            return  # a dock tells of each step, and of its end after the window's
        for dock in self.docks.values():
            self._update_header(dock)
        self._update_tabs()

    def _update_header(self, dock: QDockWidget) -> None:
        header = dock.titleBarWidget()
        if isinstance(header, CardHeader):
            among_tabs = any(other.isVisible() for other in self._window.tabifiedDockWidgets(dock))
            header.show_title(not among_tabs or header.title.text() != dock.windowTitle())
            height = header_height(among_tabs)
            if header.height() != height or header.minimumHeight() != height:
                header.setFixedHeight(height)
                # A dock does not see by itself that its title bar wants another height.
                layout = dock.layout()
                if layout is not None:
                    layout.invalidate()
                    layout.setGeometry(dock.rect())

    def _update_tabs(self) -> None:
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            name_widget(bar, "panel_tabs", self.tr("Panels"))
            # Of panels that were taken away a bar stays outside the window: it must not be in the way of the keys.
            bar.setFocusPolicy(Qt.FocusPolicy.TabFocus if bar.count() > 1 else Qt.FocusPolicy.NoFocus)
            bar.setDrawBase(False)
            # Titles are shown whole; where not all fit, the bar scrolls.
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            for arrow in bar.findChildren(QToolButton):
                arrow.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys go from tab to tab
            if bar.x() < 0:
                bar.hide()


class WorkspaceSwitch(QWidget):
    """Build | Train | Explain, at the end of the menu bar."""

    def __init__(self, workspaces: Workspaces) -> None:
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
        workspaces.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        button = self.findChild(QToolButton, f"workspace_{self._workspaces.current.id}")
        if button is not None:
            button.setChecked(True)
