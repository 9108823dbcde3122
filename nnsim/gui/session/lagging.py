"""Results that take long: made beside the window, which shows the last one until the next is there."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from nnsim.gui.session.beside import Work
from nnsim.gui.session.kept import alike

T = TypeVar("T")
Stopped = Callable[[], bool]
LOOK_MS = 10
_Of = tuple[tuple[object, ...], tuple[object, ...]]


class Lagging(QObject, Generic[T]):
    """Makes one result at a time in a thread, always the newest that was asked for: ``came()`` when there is one."""

    came = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._value: T | None = None
        self._value_of: _Of = ((), ())
        self._wanted: _Of = ((), ())
        self._work: Callable[[Stopped], T | None] = lambda stopped: None
        self._making: _Of = ((), ())
        self._thread: Work[T | None] | None = None
        self._stop = threading.Event()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def get(self, of: tuple[object, ...], values: tuple[object, ...], work: Callable[[Stopped], T | None]) -> T | None:
        """The result of ``work``, or the last one that differs from it by no more than its ``values``; else None.

        ``work`` is asked to look now and then whether it is stopped. Both tuples count by the identity of what is in
        them.
        """
        wanted = of, values
        if not _same(wanted, self._value_of) and not _same(wanted, self._wanted):
            self._wanted, self._work = wanted, work
            if self._thread is None:
                self._start()
            elif not alike(of, self._making[0]):
                self._stop.set()
        return self._value if alike(of, self._value_of[0]) else None

    @property
    def busy(self) -> bool:
        """Whether a result is being made."""
        return self._thread is not None

    @property
    def last(self) -> T | None:
        """The last result."""
        return self._value

    def end(self) -> None:
        """Leave no thread behind."""
        self._timer.stop()
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def _start(self) -> None:
        self._making = self._wanted
        work, self._stop = self._work, threading.Event()
        self._thread = Work(partial(work, self._stop.is_set), "nnsim-lagging")
        self._thread.start()
        self._timer.start()

    def _look(self) -> None:
        thread = self._thread
        if thread is None or thread.is_alive():
            return
        self._thread = None
        self._timer.stop()
        made = self._making
        if not _same(made, self._wanted):
            self._start()
        result = thread.outcome()
        if result is not None:
            self._value, self._value_of = result, made
            self.came.emit()


def _same(one: _Of, other: _Of) -> bool:
    return all(map(alike, one, other))
