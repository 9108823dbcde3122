"""Panels whose content is made after they were first painted."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPaintEvent

from nnsim.gui.panels.panel import Panel
from nnsim.gui.session.desk import Desk


class LatePanel(Panel):
    """A panel whose content is made after it was first painted: importing pyqtgraph takes 0.3 s.

    A subclass overrides ``build`` (make the content), ``show_document`` and ``show_values``, which are what
    ``update_document`` and ``update_values`` are to a Panel and are only called once the content is there.
    """

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__(desk, title)
        self.built = False

    def build(self) -> None:
        """Make the content."""

    def show_document(self) -> None:
        """Show the session's document, selection and run anew; unless overridden, only the values."""
        self.show_values()

    def show_values(self) -> None:
        """Show the current values; cheap."""

    def build_now(self) -> None:
        """Make the content if it is not there yet."""
        if not self.built:
            self.built = True
            self.build()
            self._on_change()

    def update_document(self) -> None:
        if self.built:
            self.show_document()

    def update_values(self) -> None:
        if self.built:
            self.show_values()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.built:
            # One after another: between two the window hears what happens, such as Ctrl-C.
            self.desk.turns.wait(self, self.build_now)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # The scale of all text comes with the style sheet.
        if event.type() == QEvent.Type.StyleChange:
            self._on_change()
