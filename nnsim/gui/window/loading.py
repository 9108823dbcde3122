"""Doing what may take long beside the window: it stays usable, and what takes long can be cancelled."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QFrame, QPushButton

from nnsim.gui.look.theme import GRID, theme
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.labels import ElidedLabel

T = TypeVar("T")

AT_ONCE_SECONDS = 0.08
"""What is done by then was never seen to take time."""
CALM_MS = 300
"""Before that nothing is said."""
LOOK_MS = 15


class Cancelled(Exception):
    """The learner, or something else that is loaded instead, has ended it."""


class LoadingBar(QFrame):
    """A line above the canvas that says what is being opened, with a button to cancel it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("loading_bar")
        row = row_in(self, GRID, (12, 6, 6, 6))
        self.label = ElidedLabel(name="loading_text")
        row.addWidget(self.label, 1)
        self.cancel = QPushButton(self.tr("Cancel"))
        name_widget(self.cancel, "loading_cancel", self.tr("Cancel opening"))
        row.addWidget(self.cancel)
        self.hide()

    def tell(self, text: str, can_cancel: bool = True) -> None:
        """Say what is going on."""
        self.cancel.setVisible(can_cancel)
        t = theme()
        self.setStyleSheet(f"QFrame#loading_bar {{ background: {t.card}; border: 1px solid {t.line}; "
                           f"border-left: 3px solid {t.accent}; border-radius: 6px; }}")
        self.label.setText(text)
        self.setAccessibleDescription(text)
        self.show()


class _Work(threading.Thread, Generic[T]):
    """Does one thing, and keeps what came of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(name="nnsim-loading", daemon=True)
        self._work = work
        self.result: T
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as error:  # told in the window's thread
            self.error = error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Within, no thread looks for objects that nobody holds: it would end what belongs to the window in its own place,
    and a large document makes it look a hundred times."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Loading(QObject):
    """Does one thing at a time in a thread, while the window's events go on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.bar = LoadingBar()
        self.bar.cancel.clicked.connect(self.cancel)
        self._end: Callable[[], None] | None = None
        self._begun = 0
        self.finishing = False
        """Whether something is done that cannot be cancelled: until then nobody may leave."""

    def run(self, work: Callable[[], T], text: str) -> T:
        """What ``work`` gives or raises, when it has. It must not touch the window.

        What lasts is told with ``text``. Raises Cancelled if it is cancelled, or something else is begun meanwhile; the
        thread then ends by itself, unheard.
        """
        self.cancel()
        number = self._begun
        thread = _Work(work)
        with _no_collection():
            thread.start()
            thread.join(AT_ONCE_SECONDS)
            if thread.is_alive():
                self._wait(thread, partial(self.bar.tell, text), QEventLoop.ProcessEventsFlag.AllEvents)
        if thread.is_alive() or number != self._begun:
            raise Cancelled
        if thread.error is not None:
            raise thread.error
        return thread.result

    def finish(self, work: Callable[[], T], text: str) -> T:
        """What ``work`` gives or raises, when it has. It cannot be cancelled; what is clicked meanwhile comes after it.

        What lasts is told with ``text``.
        """
        thread = _Work(work)
        self.finishing = True
        try:
            thread.start()
            thread.join(AT_ONCE_SECONDS)
            while thread.is_alive():
                tell = partial(self.bar.tell, text, can_cancel=False)
                self._wait(thread, tell, QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        finally:
            self.finishing = False
        if thread.error is not None:
            raise thread.error
        return thread.result

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._end is not None

    def cancel(self) -> None:
        """End what is being done, if anything is."""
        self._begun += 1
        if self._end is not None:
            self._end()

    def _wait(self, thread: threading.Thread, tell: Callable[[], None], events: QEventLoop.ProcessEventsFlag) -> None:
        loop, look, calm = QEventLoop(), QTimer(), QTimer()
        self._end = end = loop.quit
        look.timeout.connect(lambda: None if thread.is_alive() else loop.quit())
        look.start(LOOK_MS)
        calm.setSingleShot(True)
        calm.timeout.connect(tell)
        calm.start(CALM_MS)
        loop.exec(events)
        look.stop()
        calm.stop()
        if self._end is end:
            self._end = None
            self.bar.hide()
