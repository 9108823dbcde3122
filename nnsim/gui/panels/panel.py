"""Panels: the cards around the canvas, each a view of the session."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nnsim.documents.document import Document
from nnsim.gui.look.theme import GRID
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.controls import name_widget

IN_STEP, WITH_VALUES, WITH_ALL = range(3)
"""How far a panel is behind what it shows."""


class Panel(QWidget):
    """A view of the session. Hidden, it does no work; shown again, it catches up. What is told together it shows once,
    and of a large document when its turn comes.

    A panel overrides ``update_document`` (structure, selection, data, settings or theme may differ) and
    ``update_values`` (only values differ: called up to 30 times a second while training, so it must be
    cheap). ``header`` is a row at the right end of its title bar for a line of status or small controls.
    """

    title_changed = Signal(str)
    height_changed = Signal()
    """Whether ``height_wanted`` is another one now."""
    controls_added = Signal()
    """Its title bar holds more than it did, which may be higher."""
    id = ""
    """Stable name, for objectName and the stored layout."""

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__()
        self.desk = desk
        self.title = title
        name_widget(self, self.id, title)
        self.header = QWidget()
        self._header_row = row_in(self.header, GRID)
        self._behind = WITH_ALL
        desk.settled.connect(self._follow)
        desk.document_changed.connect(self._on_document)
        desk.looking.selection_changed.connect(self._on_change)
        desk.run_changed.connect(self._on_change)
        desk.looking.plane_changed.connect(self._on_change)
        desk.study.changed.connect(self._on_change)
        desk.values_changed.connect(self._on_values)

    def update_document(self) -> None:
        """Show the session's document, selection and run anew."""

    def update_values(self) -> None:
        """Show the current values."""

    def height_wanted(self) -> int:
        """How high it is when it shows all that it has; 0 where that is no question of rows."""
        return 0

    def set_title(self, title: str) -> None:
        """Another title, because the panel shows something else."""
        if title != self.title:
            self.title = title
            self.setAccessibleName(title)
            self.title_changed.emit(title)

    def add_to_header(self, *widgets: QWidget) -> None:
        """Put small controls or labels at the right end of the title bar."""
        for widget in widgets:
            self._header_row.addWidget(widget)
        self.controls_added.emit()

    def _on_document(self, old: Document, new: Document) -> None:
        # Where only values or places differ, values_changed follows and is enough.
        parts = [(d.network.structure, d.data, d.training, d.notes, d.notation) for d in (old, new)]
        if parts[0] != parts[1]:
            self._on_change()

    @property
    def seen(self) -> bool:
        """Whether it can be seen, neither closed nor behind another tab, and does not wait for its turn."""
        return self.isVisible() and not self.desk.turns.waits(self)

    def _on_change(self) -> None:
        self._behind = WITH_ALL
        self._follow()

    def _on_values(self) -> None:
        self._behind = max(self._behind, WITH_VALUES)
        self._follow()

    def _follow(self) -> None:
        if self._behind == WITH_ALL and self.isVisible() and self.desk.shows_much and not self.desk.unsettled:
            self.desk.turns.wait(self, self._catch_up)
        else:
            self._catch_up()

    def _catch_up(self) -> None:
        if self.seen and not self.desk.unsettled:
            behind, self._behind = self._behind, IN_STEP
            if behind == WITH_ALL:
                self.update_document()
            elif behind == WITH_VALUES:
                self.update_values()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._behind:
            self._on_change()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # What it lit was pointed at in it.
        self.desk.study.light()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._on_change()
