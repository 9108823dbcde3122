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


def wait_beside(thread: threading.Thread, tell: Callable[[], object], loop: QEventLoop,
                events: QEventLoop.ProcessEventsFlag = ALL_EVENTS) -> None:
    """Returns when the thread has ended, or the loop was; meanwhile these events are dealt with. ``tell`` is called if
    it lasts."""
    look, calm = QTimer(), QTimer()
    look.timeout.connect(lambda: None if thread.is_alive() else loop.quit())
    look.start(LOOK_MS)
    calm.setSingleShot(True)
    calm.timeout.connect(tell)
    calm.start(CALM_MS)
    loop.exec(events)
    look.stop()
    calm.stop()


class Beside(QObject):
    """Does one thing in a thread; meanwhile the window is drawn, but keys and clicks wait.

    ``busy(text)`` when it lasts, ``free()`` when it is over.
    """

    busy = Signal(str)
    free = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._loops: list[QEventLoop] = []

    def cancel(self) -> None:
        """End what is being done, if anything is."""
        for loop in self._loops:
            loop.quit()

    def run(self, work: Callable[[], T], text: str) -> T:
        """What ``work``, which must not touch the window, gives or raises. What lasts is told with ``text``.

        Raises Cancelled if it is cancelled or the program ends; the thread then ends by itself, unheard.
        """
        thread, loop = Work(work, "nnsim-beside"), QEventLoop()
        with no_collection():
            thread.start()
            thread.join(AT_ONCE_SECONDS)
            if thread.is_alive():
                self._loops.append(loop)
                wait_beside(thread, lambda: self.busy.emit(text), loop, NO_INPUT)
                self._loops.remove(loop)
                self.free.emit()
        if thread.is_alive():
            raise Cancelled
        return thread.outcome()
