"""The Worksheet panel: questions about the network that check what is typed, with hints."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QVBoxLayout

from nnsim.gui.panels.late_panel import LatePanel
from nnsim.gui.session.desk import Desk

if TYPE_CHECKING:
    from nnsim.gui.panels.worksheet.view import WorksheetView


class WorksheetPanel(LatePanel):
    """Shows a WorksheetView, made when it is first seen: the first window does not wait for it."""

    id = "worksheet"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("WorksheetPanel", "Worksheet"))
        self.view: WorksheetView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        desk.opened.connect(self._on_opened)
        self.setMinimumSize(240, 80)

    def sizeHint(self) -> QSize:
        return QSize(640, 220)

    def build(self) -> None:
        from nnsim.gui.panels.worksheet.view import WorksheetView

        self.view = WorksheetView(self.desk)
        self._column.addWidget(self.view)
        self.add_to_header(*self.view.controls)

    def show_document(self) -> None:
        assert self.view is not None
        self.view.update_document()
        waiting = self.hasFocus()
        self.setFocusProxy(self.view.first)
        if waiting:
            self.view.first.setFocus()

    def show_values(self) -> None:
        assert self.view is not None
        self.view.update_values()

    def _on_opened(self) -> None:
        if self.view is not None:
            self.view.forget()
            self._on_change()
