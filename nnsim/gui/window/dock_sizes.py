"""How wide and high the docks are: in proportion to the window, as the learner left them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

NEARLY = 48
"""So many pixels are what a restored size may differ by from what was stored."""


@dataclass(frozen=True)
class Sizes:
    """The sizes of docks in a window of this size, and which of them stand behind each other."""

    kept: Mapping[str, QSize]
    window: QSize
    shape: frozenset[frozenset[str]]


class DockSizes(QObject):
    """Keeps the docks of a window in proportion to it.

    Qt takes from the docks when a window shrinks, and gives to the canvas alone when it grows. Here both go by the
    sizes that were arranged, or that the learner dragged: a window that was small for a while is as it was before.

    ``dragged()`` when the learner has dragged the line between two of them.
    """

    dragged = Signal()

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
        super().__init__(window)
        self._window, self._docks = window, docks
        self._kept: dict[str, QSize] = {}
        """Of the dock in front of each stack, in the window of this size."""
        self._size = QSize()
        self._shape: frozenset[frozenset[str]] = frozenset()
        window.installEventFilter(self)

    def keep(self) -> None:
        """The sizes of now are those that are wanted."""
        self._size, self._shape = self._window.size(), self._stacks()
        self._kept = {id: dock.size() + QSize(0, self._tabs_above(dock)) for id, dock in self._standing()
                      if not dock.visibleRegion().isEmpty()}

    @property
    def left(self) -> "Sizes":
        """Those that are wanted, to be put back when the same docks stand again."""
        return Sizes(dict(self._kept), self._size, self._shape)

    def put_back(self, left: "Sizes") -> None:
        """What was wanted of these docks is wanted again: Qt restores it by a few pixels more or less each time."""
        if left.shape == self._stacks():
            self._kept, self._size, self._shape = dict(left.kept), left.window, left.shape
            self.follow()

    def snap(self, wanted: Iterable[tuple[QDockWidget, Qt.DockWidgetArea, int]]) -> None:
        """Make docks as wide, or below the canvas as high, as this if they nearly are: Qt restores sizes by the height
        of a title bar more or less."""
        for dock, area, extent in wanted:
            below = area == Qt.DockWidgetArea.BottomDockWidgetArea
            now = dock.height() + self._tabs_above(dock) if below else dock.width()
            if dock.isVisible() and now != extent and abs(now - extent) <= NEARLY:
                self._window.resizeDocks([dock], [extent], Qt.Orientation.Vertical if below else
                                         Qt.Orientation.Horizontal)

    def forget(self) -> None:
        """They are arranged anew: what is wanted is known when all have been laid out."""
        self._kept, self._shape = {}, frozenset()

    def keep_new(self) -> None:
        """The same, if panels were opened, closed or moved; not for another tab."""
        if self._shape != self._stacks():
            self.keep()

    def make_high(self, id: str, height: int) -> None:
        """Make a dock so high, and let it be so from now on; the others keep what they are wanted to be."""
        dock = self._docks[id]
        self._window.resizeDocks([dock], [height], Qt.Orientation.Vertical)
        if id in self._kept:
            whole = height >= dock.maximumHeight()
            self._kept[id].setHeight(height if whole else round(height * self._size.height() / self._window.height()))

    def follow(self) -> None:
        """The wanted sizes, in proportion to the window of now."""
        if self._size.isEmpty() or not self._kept or self._shape != self._stacks():
            return
        docks = [self._docks[id] for id in self._kept]
        # One that shows all it has is not made lower.
        whole = {id for id, size in self._kept.items() if size.height() >= self._docks[id].maximumHeight()}
        wide, high = self._window.width() / self._size.width(), self._window.height() / self._size.height()
        for orientation, wanted in (
            (Qt.Orientation.Horizontal, [size.width() * wide for size in self._kept.values()]),
            (Qt.Orientation.Vertical, [size.height() * (1 if id in whole else high)
                                      for id, size in self._kept.items()]),
        ):
            self._window.resizeDocks(docks, [max(1, round(size)) for size in wanted], orientation)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The layout hears of an event before its filters do: the docks stand where Qt puts them.
        if event.type() == QEvent.Type.Resize:
            self.follow()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self.keep()
            self.dragged.emit()  # what was dragged over the window itself is the line between two docks
        return False

    def _tabs_above(self, dock: QDockWidget) -> int:
        """The height of the tabs that a dock shares with others, which is part of its place.

        All bars are as high as each other; which of them is whose is known only when it was painted.
        """
        if not any(other.isVisible() for other in self._window.tabifiedDockWidgets(dock)):
            return 0
        return max((bar.height() for bar in tab_bars(self._window) if bar.count() > 1), default=0)

    def _standing(self) -> list[tuple[str, QDockWidget]]:
        return [(id, dock) for id, dock in self._docks.items() if dock.isVisible() and not dock.isFloating()]

    def _stacks(self) -> frozenset[frozenset[str]]:
        """Which panels stand, and which of them behind each other."""
        names = {dock.objectName(): id for id, dock in self._standing()}
        return frozenset(
            frozenset({id, *(names[other.objectName()] for other in self._window.tabifiedDockWidgets(self._docks[id])
                             if other.objectName() in names)})
            for id in names.values()
        )


def tab_bars(window: QMainWindow) -> list[QTabBar]:
    """Those of the docks of a window, also of docks that were taken away: Qt keeps their bars outside of it."""
    return window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
