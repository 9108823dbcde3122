"""Doing what may take long beside the window: it stays usable, and what takes long can be cancelled."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFrame, QPushButton

from nnsim.gui.look.theme import GRID, theme
from nnsim.gui.session.beside import ALL_EVENTS, Beside
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


class Loading(Beside):
    """Does one thing at a time in a thread, while the window's events go on, and something else may take its place."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, ALL_EVENTS)
        self.bar = LoadingBar()
        self.bar.cancel.clicked.connect(self.cancel)
        self.lasts.connect(self.bar.tell)
        self.over.connect(self.bar.hide)

    def run(self, work: Callable[[], T], text: str) -> T:
        """As of Beside; what was begun before is cancelled."""
        self.cancel()
        return super().run(work, text)
