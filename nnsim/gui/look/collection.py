"""Garbage collection: now and then, in the window's thread, and never through a large document.

Python collects in whichever thread happens to make an object: there it would end what belongs to the window, which Qt
does not survive; and in the midst of whatever the window is doing.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

LOOK_MS, SETTLED_MS = 500, 3_000
"""Between two looks whether it is time; and until all that stays is there."""
CROWD = 100_000
"""So many new objects are no garbage but a large document."""


class _Held:
    """How many want no collection now."""

    count = 0


class Collector(QObject):
    """Collects garbage while nothing else is to be done; until ``end`` nobody else does."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        QTimer.singleShot(SETTLED_MS, self, self.settle)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def end(self) -> None:
        """Collect as Python does."""
        self._timer.stop()
        gc.enable()

    def settle(self) -> None:
        """Take what is there for good out of collection, which would else stop the window for 40 ms at times."""
        if not _Held.count:
            gc.collect()
            gc.freeze()

    def look(self) -> None:
        """Collect if it is time to. Not while something is dragged: that must not stop for a moment."""
        if _Held.count or QGuiApplication.mouseButtons():
            return
        set_crowd_aside()
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                break


def set_crowd_aside() -> None:
    """Of a great many new objects, as a large document is made of, no collection looks through any ever again: that
    would stop the window for a second. They are freed as all is that nothing refers to."""
    if gc.get_count()[0] > CROWD:
        gc.freeze()


@contextmanager
def no_collection() -> Iterator[None]:
    """No garbage collection meanwhile, in any thread: while Qt goes through a list of all widgets one that ends is a
    crash, and a thread that loads would end what belongs to the window, and look for it a hundred times."""
    was_on = gc.isenabled()
    gc.disable()
    _Held.count += 1
    try:
        yield
    finally:
        _Held.count -= 1
        set_crowd_aside()
        if was_on:
            gc.enable()
