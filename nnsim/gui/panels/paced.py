"""Work that is too slow for every frame of a run, done a few times a second."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from nnsim.gui.panels.panel import Panel
from nnsim.gui.session.desk import Desk


class Paced(QObject):
    """Lets something that is too slow for 30 times a second be done 10 times a second, or less, while training.

    All that is paced shares a part of the time (``Session.pace``), so that canvas and map stay smooth beside it. The
    last of several wishes is always fulfilled.
    """

    INTERVAL_MS = 100

    def __init__(self, panel: Panel, desk: Desk, do: Callable[[], None], interval_ms: int = INTERVAL_MS) -> None:
        super().__init__(panel)
        self._panel, self._desk, self._do = panel, desk, do
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._interval = interval_ms
        self._timer.timeout.connect(self._late)
        self._wished = False

    def update(self) -> None:
        """Do it now, or soon if it, or something else that is slow, was done a moment ago in a run."""
        pace = self._desk.pace
        if not self._desk.session.moving:
            self._do()
        elif self._timer.isActive():
            self._wished = True
        elif wait := pace.wait_ms():
            self._wished = True
            self._timer.start(wait)
        else:
            with pace.piece():
                self._do()
            self._timer.start(self._interval)

    def _late(self) -> None:
        if self._wished and self._panel.seen:
            self._wished = False
            self.update()
