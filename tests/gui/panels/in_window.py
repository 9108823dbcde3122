"""A panel in a window, as tests of its keys and mouse need it."""

from typing import Generic, Self, TypeVar

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.gui.look.theme import dress
from nnsim.gui.panels.panel import Panel

P = TypeVar("P", bound=Panel)


def show_active(widget: QWidget, width: int, height: int) -> None:
    """Show a widget in a window of its own, which has the keyboard."""
    widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    QTest.qWaitForWindowActive(widget)


class InWindow(Generic[P]):
    """A panel under the controls of its title bar. Subclasses say what one sees and does there."""

    def __init__(self, panel: P, width: int, height: int) -> None:
        self.panel, self.desk = panel, panel.desk
        self.window = QWidget()
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel.header)
        column.addWidget(panel)
        dress(self.window)
        show_active(self.window, width, height)

    def open(self, document: Document) -> Self:
        self.desk.session.open_document(document)
        QApplication.processEvents()
        return self

    def example(self, id: str) -> Self:
        return self.open(load(EXAMPLES[id].path))

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
