"""Doing what may take long beside the window, which goes on meanwhile."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from nnsim.gui.look.collection import no_collection

T = TypeVar("T")

AT_ONCE_SECONDS = 0.08
"""What is done by then was never seen to take time."""
CALM_MS = 300
"""Before that nothing is said."""
LOOK_MS = 15
ALL_EVENTS = QEventLoop.ProcessEventsFlag.AllEvents
NO_INPUT = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents


class Cancelled(Exception):
    """The learner, something else that is done instead, or the end of the program has ended it."""


class Work(threading.Thread, Generic[T]):
    """Does one thing, and keeps what came of it."""

    def __init__(self, work: Callable[[], T], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._result: T
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # told in the window's thread
            self._error = error

    def outcome(self) -> T:
        """What came of it, given or raised."""
        if self._error is not None:
            raise self._error
        return self._result


def wait_beside(goes_on: Callable[[], bool], tell: Callable[[], object] = lambda: None, loop: QEventLoop | None = None,
                events: QEventLoop.ProcessEventsFlag = NO_INPUT) -> None:
    """Returns when it does not go on, or the loop was ended; meanwhile these events are dealt with. ``tell`` is called
    if it lasts."""
    loop, look, calm = loop or QEventLoop(), QTimer(), QTimer()
    look.timeout.connect(lambda: None if goes_on() else loop.quit())
    look.start(LOOK_MS)
    calm.setSingleShot(True)
    calm.timeout.connect(tell)
    calm.start(CALM_MS)
    loop.exec(events)
    look.stop()
    calm.stop()


class Beside(QObject):
    """Does one thing in a thread; meanwhile the window is drawn, but keys and clicks wait, unless all ``events`` are
    dealt with.

    ``lasts(text)`` when it lasts, ``over()`` when it is over.
    """

    lasts = Signal(str)
    over = Signal()

    def __init__(self, parent: QObject, events: QEventLoop.ProcessEventsFlag = NO_INPUT) -> None:
        super().__init__(parent)
        self._events = events
        self._loops: list[QEventLoop] = []
        """One for each thing that is waited for and was not cancelled, the newest last."""

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return bool(self._loops)

    def cancel(self) -> None:
        """End what is being done, if anything is."""
        for loop in self._loops:
            loop.quit()
        self._loops.clear()

    def run(self, work: Callable[[], T], text: str) -> T:
        """What ``work``, which must not touch the window, gives or raises. What lasts is told with ``text``.

        Raises Cancelled if it is cancelled or the program ends; the thread then ends by itself, unheard.
        """
        thread, cancelled = Work(work, "nnsim-beside"), False
        with no_collection():
            thread.start()
            thread.join(AT_ONCE_SECONDS)
            if thread.is_alive():
                cancelled = self._wait(thread, text)
        if cancelled or thread.is_alive():
            raise Cancelled
        return thread.outcome()

    def _wait(self, thread: threading.Thread, text: str) -> bool:
        """Whether it was cancelled."""
        loop = QEventLoop()
        self._loops.append(loop)
        wait_beside(thread.is_alive, lambda: self.lasts.emit(text), loop, self._events)
        cancelled = loop not in self._loops
        if not cancelled:
            self._loops.remove(loop)
        if not self._loops:
            self.over.emit()
        return cancelled
