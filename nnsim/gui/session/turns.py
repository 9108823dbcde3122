"""Views that are brought in step one after another, so that the window never stops for all of them at once."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QInputEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

_PASSING = {QEvent.Type.Enter, QEvent.Type.HoverEnter, QEvent.Type.HoverMove, QEvent.Type.HoverLeave,
            QEvent.Type.ToolTip,
            # That of what was to be drawn anew before it waited.
            QEvent.Type.Paint}
_ACTING = {QEvent.Type.Shortcut, QEvent.Type.InputMethod, QEvent.Type.DragEnter, QEvent.Type.Drop}
"""Those that are no QInputEvent."""


class Turns(QObject):
    """Who waits is not drawn until its turn, and shows what it showed; between two turns the window sees its events.

    A key, a click or a drop never meets a view that is behind: whoever still waits then has their turn first. A mouse
    that only passes over one that waits is not seen by it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: dict[QWidget, Callable[[], None]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)

    def wait(self, view: QWidget, follow: Callable[[], None]) -> None:
        """Have ``follow`` bring a view in step when its turn comes; who waits already keeps its place."""
        if not self._waiting:
            self._timer.start()
            self._watch(True)
        if view not in self._waiting:
            view.setUpdatesEnabled(False)
        self._waiting[view] = follow

    def waits(self, view: QWidget) -> bool:
        """Whether its turn is still to come."""
        return view in self._waiting

    def finish(self) -> None:
        """Everyone's turn, now."""
        while self._waiting:
            self._next()

    def end(self) -> None:
        """The views go."""
        self._waiting.clear()
        self._rest()

    def _next(self) -> None:
        view = next(iter(self._waiting))
        follow = self._waiting.pop(view)
        if not self._waiting:
            self._rest()
        try:
            follow()
        finally:
            view.setUpdatesEnabled(True)

    def _rest(self) -> None:
        self._timer.stop()
        self._watch(False)

    def _watch(self, watches: bool) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            (application.installEventFilter if watches else application.removeEventFilter)(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        passes = event.type() in _PASSING or (isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove
                                              and event.buttons() == Qt.MouseButton.NoButton)
        if passes:
            return self._meets(watched)
        acts = isinstance(event, QInputEvent) or event.type() in _ACTING
        if acts or (event.type() == QEvent.Type.FocusIn and self._meets(watched)):
            self.finish()
        return False

    def _meets(self, watched: QObject) -> bool:
        """Whether it is, or belongs to, a view that waits."""
        return isinstance(watched, QWidget) and any(view is watched or view.isAncestorOf(watched)
                                                    for view in self._waiting)
