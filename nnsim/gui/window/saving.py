"""Saving beside the window: it stays usable, each save comes to its end, and one begins after the other."""

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QObject

from nnsim.gui.session.beside import ALL_EVENTS, AT_ONCE_SECONDS, NO_INPUT, Cancelled, Work, wait_beside
from nnsim.gui.window.loading import BusyBar

T = TypeVar("T")


class _Save:
    """One save, and what is done in the window when it has ended: once, by whoever notices first."""

    def __init__(self, what: object, work: Callable[[], Any], text: str, done: Callable[[Callable[[], Any]], bool]
                 ) -> None:
        self.what, self.text = what, text
        self.thread: Work[Any] = Work(work, "nnsim-saving")
        self._done, self._over = done, False
        self.worked = False
        self.thread.start()

    def end(self) -> None:
        """Its thread has ended."""
        if not self._over:
            self._over = True
            self.worked = self._done(self.thread.outcome)


class Saving(QObject):
    """Saves one thing at a time in a thread, while the window's events go on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.bar = BusyBar("saving")
        self._save: _Save | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being saved."""
        return self._save is not None

    def run(self, what: object, work: Callable[[], T], text: str, done: Callable[[Callable[[], T]], bool]) -> bool:
        """Have ``work`` done, which must not touch the window; then ``done`` is called in the window's thread with its
        outcome, a function that gives or raises it. Returns what ``done`` said.

        ``what`` says what is saved, and where. What lasts is told with ``text``. Raises Cancelled if the program ends.
        """
        self.wait()
        save = self._save = _Save(what, work, text, done)
        self._wait_for(save, ALL_EVENTS)
        return save.worked

    def joined(self, what: object) -> bool | None:
        """If this is being saved already: whether it was, when it has been. None if it is not. (Keys that are held down
        do not save again and again.) Raises Cancelled if the program ends."""
        save = self._save
        if save is None or save.what != what:
            return None
        self.wait()
        return save.worked

    def wait(self) -> None:
        """Returns when nothing is being saved any more, and all has been done that follows. Keys and clicks wait.
        Raises Cancelled if the program ends."""
        if self._save is not None:
            self._wait_for(self._save, NO_INPUT)

    def wait_briefly(self, seconds: float) -> None:
        """The same, but not longer, and nothing else is done meanwhile."""
        save = self._save
        if save is not None:
            save.thread.join(seconds)
            if not save.thread.is_alive():
                self._end(save)

    def _wait_for(self, save: _Save, events: QEventLoop.ProcessEventsFlag) -> None:
        save.thread.join(AT_ONCE_SECONDS)
        if save.thread.is_alive():
            wait_beside(save.thread.is_alive, lambda: self.bar.tell(save.text), events=events)
            self.bar.hide()
            if save.thread.is_alive():
                raise Cancelled
        self._end(save)

    def _end(self, save: _Save) -> None:
        if self._save is save:
            self._save = None
        save.end()
