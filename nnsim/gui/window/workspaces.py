"""Workspaces: the panels around the canvas, and the arrangements of them that the learner switches between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pkgutil import resolve_name

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolButton, QWidget
from shiboken6 import isValid

from nnsim.gui.look.icons import icon
from nnsim.gui.look.settings import WORKSPACE, arrangement
from nnsim.gui.look.theme import finish_theme, text_scale
from nnsim.gui.panels.panel import Panel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import CardHeader, body_frame, header_frame, header_height, quiet_button
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.window.dock_sizes import DockSizes, Sizes, tab_bars
from nnsim.gui.window.panels import (
    BOTTOM,
    EXPLAIN,
    EXPLANATION,
    HEROES,
    LEFT,
    PANELS,
    PRESENTED,
    RIGHT,
    WORKSPACES,
    Arrangement,
    PanelEntry,
    Side,
    presented,
)

LAYOUT_VERSION = 4
FILLING_MS = 150
"""Between two panels that are made ahead of their use."""
WIDEST_FORM = 0.32
"""Of the window's width, however large the text is."""
MOST_SHARE, LOW_SHARE, PRESENTED_SHARE, LOWEST = 0.45, 0.28, 0.22, 190
"""Of the window's height: the most for a panel that is as high as what it shows; for one that would be higher still,
which leaves a presented network more room; the least in pixels."""
CARD_LINES = 1
"""Of a card's frame, below what it shows."""
UNBOUNDED = 524_287
"""The word of Qt's layouts for a height without a limit, which PySide6 does not have."""


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

    def __init__(self, window: QMainWindow, center: QWidget, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._center = window, center
        self._desk = desk
        self.panels: dict[str, Panel] = _Panels(self._fill)
        """By id; one that has not been needed yet is made when it is asked for."""
        self.docks: dict[str, QDockWidget] = {}
        self.current = WORKSPACES[0]
        self._before = self.current
        """What Present goes back to."""
        self._docks_later = QTimer(self)
        self._docks_later.setSingleShot(True)
        self._docks_later.setInterval(0)
        self._docks_later.timeout.connect(self._follow_docks)
        self._fitted: dict[str, int] = {}
        """Panels that were made as high as they wanted."""
        self._sizes = DockSizes(window, self.docks)
        self._left: dict[str, Sizes] = {}
        """Of each workspace that was left, by its id."""
        self._as_arranged: dict[str, float] = {}
        """For which size of text the workspaces were arranged whose sizes nobody has changed, by their ids."""
        self._sizes.dragged.connect(self._let_be)
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
        dock.visibilityChanged.connect(self._docks_later.start)
        dock.dockLocationChanged.connect(self._docks_later.start)

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
        panel.height_changed.connect(self._fit_height)
        panel.controls_added.connect(self._docks_later.start)
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

    def switch(self, workspace: Arrangement) -> None:
        """Show a workspace as it was left, or in its first arrangement. The one that is left is remembered."""
        if workspace is self.current:
            return
        self.remember()
        if not self.presenting:
            self._before = self.current
        self.current = workspace
        self.changing.emit()
        self._show()
        WORKSPACE.store(self._before.id if self.presenting else workspace.id)
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

    @property
    def presenting(self) -> bool:
        """Whether the network stands large, with one panel or two, for a hall."""
        return self.current in PRESENTED

    def present(self) -> None:
        """Show large what this workspace is for: the panel that is in front in the place of its hero."""
        hero = self.docks[self.current.hero]
        front = [id for id, dock in self.docks.items() if dock is hero or dock in self._window.tabifiedDockWidgets(hero)
                 if id in self.panels and self.panels[id].seen]
        self.switch(next((to for id in front if (to := presented(id)) is not None), HEROES[0]))

    def leave_present(self) -> None:
        """Back to the workspace from before Present."""
        if self.presenting:
            self.switch(self._before)

    def remember(self) -> None:
        """Keep the current arrangement for the next time."""
        if not self.presenting:
            arrangement(self.current.id).store(self._window.saveState(LAYOUT_VERSION))
            self._left[self.current.id] = self._sizes.left

    def reset(self) -> None:
        """The first arrangement of the current workspace."""
        with self._calm():
            self._take_away()
            self._arrange()

    def show_panel(self, id: str) -> None:
        """Bring a panel to the front, and the keys to it: here if it has a place here, else where it has room."""
        finish_theme()
        if self.presenting and (hero := presented(id)) is not None:
            self.switch(hero)
        elif id in EXPLANATION and self.docks[id].isHidden() and id not in self.current.panels:
            self.switch(EXPLAIN)
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
            self._center.setVisible(self.current.canvas)
            for corner, side in ((Qt.Corner.BottomLeftCorner, LEFT), (Qt.Corner.BottomRightCorner, RIGHT)):
                self._window.setCorner(corner, BOTTOM if self.current.wide else side)
            if self.presenting or not self._window.restoreState(state, LAYOUT_VERSION):
                self._arrange()
        if self._text_changed:
            self._resize_sides()
        elif self.current.id in self._left:
            self._sizes.put_back(self._left[self.current.id])
        elif not self.presenting:
            self._sizes.snap((self.docks[side.stacks[0].panels[0]], side.area, self._extent(side))
                             for side in self.current.sides if side.share)

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
            self._fitted.clear()
            self._fit_height()
            self._sizes.forget()
            self._docks_later.start()

    _arranging = _restyled = False

    def _take_away(self) -> None:
        """All panels away. One that moves while others stand leaves empty tabs and a wider window behind.

        WORKAROUND Qt 6.11.3: also restoreState leaves the tabs of what stood there before.
        """
        for dock in self.docks.values():
            dock.setMaximumHeight(UNBOUNDED)
            # Else Qt puts it into its place once more, which takes long; but after a change of theme it has to.
            if dock.isFloating() or self._restyled:
                dock.setFloating(False)
            self._window.removeDockWidget(dock)
        for bar in tab_bars(self._window):
            bar.hide()
        self._restyled = False

    def _arrange(self) -> None:
        """The first arrangement, as the list of panels has it."""
        window, current = self._window, self.current
        self._left.pop(current.id, None)
        for side in current.sides:
            for stack in side.stacks:
                first, *others = (self.docks[id] for id in stack.panels)
                window.addDockWidget(side.area, first)
                for other in others:
                    # Side by side for a moment, tabs would make the window wider.
                    window.tabifyDockWidget(first, other)
        for id, dock in self.docks.items():
            if id not in current.panels:
                window.tabifyDockWidget(self.docks[self._neighbour(id)], dock)
            dock.setVisible(id in current.panels)
        self._resize_sides()
        for id in current.front:
            self.docks[id].raise_()

    def _neighbour(self, id: str) -> str:
        """Beside which of the panels that stand at first another one opens."""
        shown = self.current.panels
        return next((other for other in PANELS[id].beside if other in shown), self.current.stacks[-1].panels[0])

    @property
    def _text_changed(self) -> bool:
        """Whether all stand as they are at first, at another size of text."""
        return self._as_arranged.get(self.current.id, text_scale()) != text_scale()

    def _resize_sides(self) -> None:
        """All docks as wide or high as they are at first."""
        self._as_arranged[self.current.id] = text_scale()
        for side in self.current.sides:
            self._resize(side)

    def _resize(self, side: Side) -> None:
        docks = [self.docks[stack.panels[0]] for stack in side.stacks]
        shares = [stack.share for stack in side.stacks]
        across, along = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        if side.area == BOTTOM:
            across, along = along, across
        if side.share:
            self._window.resizeDocks(docks[:1], [self._extent(side)], across)
        self._window.resizeDocks(docks, [100 * share for share in shares], along)

    def _extent(self, side: Side) -> int:
        """How wide, or below the canvas how high, a side is at first."""
        whole = self._window.height() if side.area == BOTTOM else self._window.width()
        least = min(side.least * text_scale(), whole * WIDEST_FORM) if side.form else side.least
        return round(max(least, whole * side.share))

    def _fit_height(self) -> None:
        """A panel that stands alone below the canvas is as high as what it shows, and no higher."""
        if self._arranging:
            return
        for id, panel in self.panels.items():
            wanted, dock = panel.height_wanted(), self.docks[id]
            if wanted:
                alone = self._window.dockWidgetArea(dock) == BOTTOM and not dock.isFloating() and not any(
                    other.isVisible() for other in self._window.tabifiedDockWidgets(dock))
                wanted += dock.titleBarWidget().height() + CARD_LINES
                most = wanted if alone else UNBOUNDED
                if dock.maximumHeight() != most:
                    dock.setMaximumHeight(most)
                    _lay_out(dock)
                if alone and dock.isVisible() and self._fitted.get(id) != wanted:
                    self._fitted[id] = wanted  # once: the learner may drag it lower
                    whole = self._window.height()
                    low = max(LOWEST, round((PRESENTED_SHARE if self.presenting else LOW_SHARE) * whole))
                    height = wanted if wanted <= MOST_SHARE * whole else low
                    self._sizes.make_high(id, height)

    def update_look(self) -> None:
        """Title bars and their crosses in the colours and sizes of the theme."""
        self._restyled = True
        for id, dock in self.docks.items():
            close = dock.findChild(QToolButton, f"close_{id}")
            if close is not None:
                close.setIcon(icon("close", "muted"))
        self.update_headers()
        if self._text_changed:
            self._resize_sides()
            self._sizes.forget()
            self._docks_later.start()

    def _let_be(self) -> None:
        """The learner has other sizes than the first ones."""
        self._as_arranged.pop(self.current.id, None)

    def _follow_docks(self) -> None:
        """Panels were opened, closed, moved or brought to the front."""
        if not self._arranging and isValid(self._window):
            self.update_headers()
            self._fit_height()
            self._sizes.keep_new()

    def update_headers(self) -> None:
        """Title bars as high as the text needs. A panel among tabs has its title there and need not say it again."""
        if self._arranging or not isValid(self._window):
            return  # a dock tells of each step, and of its end after the window's
        for id, dock in self.docks.items():
            self._update_header(id, dock)
        self._update_tabs()

    def _update_header(self, id: str, dock: QDockWidget) -> None:
        header = dock.titleBarWidget()
        if isinstance(header, CardHeader):
            hero = self.current is presented(id)  # the way out is Esc
            among_tabs = any(other.isVisible() for other in self._window.tabifiedDockWidgets(dock))
            told = among_tabs or (hero and self.current in HEROES and len(self.current.panels) == 1)
            header.show_title(not told or header.title.text() != dock.windowTitle(), hero)
            if (close := dock.findChild(QToolButton, f"close_{id}")) is not None:
                close.setHidden(hero)
            height = header.least_height() if hero else header_height(among_tabs)
            if header.height() != height or header.minimumHeight() != height:
                header.setFixedHeight(height)
                _lay_out(dock)

    def _update_tabs(self) -> None:
        for bar in tab_bars(self._window):
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


def _lay_out(dock: QDockWidget) -> None:
    """A dock does not see by itself that its title bar wants another height, or that it may be lower than it had to."""
    layout = dock.layout()
    if layout is not None:
        layout.invalidate()
        layout.activate()
