"""What the panels below the canvas have in common: numbers and formulas, or a page that says what is missing."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QStackedLayout, QWidget

from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.panel import Panel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.empty_state import EmptyState


class LowPanel(Panel):
    """A panel for the place below the canvas: wide and low, full of numbers and formulas.

    A subclass adds its ``pages`` and overrides ``update_document``, in which it calls ``show_page`` or ``show_empty``;
    and ``follow_values``, if less is to be done where only values differ.
    """

    edge = GRID // 2
    """Above and below what an empty panel says, in pixels."""

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__(desk, title)
        # Also where the window runs from right to left, mathematics does not.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.empty = EmptyState(f"{self.id}_empty")
        framed = QWidget()
        self.around_empty = column_in(framed, GRID // 2, (GRID, self.edge, GRID, self.edge))
        self.around_empty.addWidget(self.empty, 1)
        self.pages = QStackedLayout(self)
        self.pages.addWidget(framed)
        self._paced = Paced(self, desk, self.follow_values)

    @property
    def is_empty(self) -> bool:
        """Whether it says what is missing."""
        return self.pages.currentIndex() == 0

    def show_empty(self, text: str, why: str = "") -> None:
        """Say what to do, and why there is nothing to show."""
        self.empty.say(text, why)
        self.pages.setCurrentIndex(0)

    def show_page(self, number: int = 1) -> None:
        """Show one of the pages, of which the first is 1."""
        self.pages.setCurrentIndex(number)

    def update_values(self) -> None:
        # Nobody reads numbers that are other ones 30 times a second.
        self._paced.update()

    def follow_values(self) -> None:
        """Show the current values; a few times a second while training."""
        self.update_document()

    def sizeHint(self) -> QSize:
        return QSize(640, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 96)
