"""Doing what may take long beside the window: it stays usable, and what takes long can be cancelled."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject
from PySide6.QtWidgets import QFrame, QPushButton

from nnsim.gui.look.collection import no_collection
from nnsim.gui.look.theme import GRID, theme
from nnsim.gui.session.beside import AT_ONCE_SECONDS, Cancelled, Work, wait_beside
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.labels import ElidedLabel

T = TypeVar("T")


class BusyBar(QFrame):
    """A line above the canvas that says what is being done; ``name`` is what its objectNames begin with."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}_bar")
        self._row = row_in(self, GRID, (12, 6, 6, 6))
        self.label = ElidedLabel(name=f"{name}_text")
        self._row.addWidget(self.label, 1)
        self.hide()

    def tell(self, text: str) -> None:
        """Say what is going on."""
        t = theme()
        self.setStyleSheet(f"QFrame#{self.objectName()} {{ background: {t.card}; border: 1px solid {t.line}; "
                           f"border-left: 3px solid {t.accent}; border-radius: 6px; }}")
        self.label.setText(text)
        self.setAccessibleDescription(text)
        self.show()


class LoadingBar(BusyBar):
    """The line that says what is being opened, with a button to cancel it."""

    def __init__(self) -> None:
        super().__init__("loading")
        self.cancel = QPushButton(self.tr("Cancel"))
        name_widget(self.cancel, "loading_cancel", self.tr("Cancel opening"))
        self._row.addWidget(self.cancel)


class Loading(QObject):
    """Does one thing at a time in a thread, while the window's events go on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.bar = LoadingBar()
        self.bar.cancel.clicked.connect(self.cancel)
        self._end: Callable[[], None] | None = None
        self._begun = 0

    def run(self, work: Callable[[], T], text: str) -> T:
        """What ``work`` gives or raises, when it has. It must not touch the window.

        What lasts is told with ``text``. Raises Cancelled if it is cancelled, or something else is begun meanwhile; the
        thread then ends by itself, unheard.
        """
        self.cancel()
        number = self._begun
        thread = Work(work, "nnsim-loading")
        with no_collection():
            thread.start()
            thread.join(AT_ONCE_SECONDS)
            if thread.is_alive():
                self._wait(thread, text)
        if thread.is_alive() or number != self._begun:
            raise Cancelled
        return thread.outcome()

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._end is not None

    def cancel(self) -> None:
        """End what is being done, if anything is."""
        self._begun += 1
        if self._end is not None:
            self._end()

    def _wait(self, thread: threading.Thread, text: str) -> None:
        loop = QEventLoop()
        self._end = end = loop.quit
        wait_beside(thread, lambda: self.bar.tell(text), loop)
        if self._end is end:
            self._end = None
            self.bar.hide()
