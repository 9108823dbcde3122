"""Work that is too slow for every frame of a run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

from nnsim.gui.panels.panel import Panel
from nnsim.gui.session.session import Session


class Paced(QObject):
    """Lets something that is too slow for 30 times a second be done 10 times a second, or less, while training.

    All that is paced shares a part of the time (``Session.pace``), so that canvas and map stay smooth beside it. The
    last of several wishes is always fulfilled.
    """

    INTERVAL_MS = 100

    def __init__(self, panel: Panel, session: Session, do: Callable[[], None], interval_ms: int = INTERVAL_MS) -> None:
        super().__init__(panel)
        self._panel, self._session, self._do = panel, session, do
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._interval = interval_ms
        self._timer.timeout.connect(self._late)
        self._wished = False

    def update(self) -> None:
        """Do it now, or soon if it, or something else that is slow, was done a moment ago in a run that goes on."""
        pace = self._session.pace
        if not self._session.training:
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


class Pace:
    """Work that is too slow for every frame: all of it together gets a part of the time, one piece after another."""

    REST = 3.0
    """After a piece nothing of it is done for this many times as long: so it has a fourth of the time at most."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def wait_ms(self) -> int:
        """Milliseconds until the next piece may be done; 0 if it may be now."""
        return math.ceil(max(0.0, self._free_at - time.perf_counter()) * 1000)

    @contextmanager
    def piece(self) -> Iterator[None]:
        """Do a piece of it."""
        start = time.perf_counter()
        try:
            yield
        finally:
            end = time.perf_counter()
            self._free_at = end + self.REST * (end - start)
