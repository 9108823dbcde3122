"""What the panels have in common whose page is a list of equations."""

from collections.abc import Callable, Sequence
from itertools import accumulate

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QToolButton

from nnsim.core.explain.explanation import MOST_TERMS
from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.explain.rows import Row, note
from nnsim.gui.panels.low_panel import LowPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import header_button

MOST_LISTED, MOST_TOGETHER = 100, 600
"""Of more names, or of so many that there are more terms, only the first are listed."""


class EquationPanel(LowPanel):
    """Equations whose terms light and select their place on the canvas. A subclass lays ``list`` on a page."""

    edge = GRID

    def __init__(self, desk: Desk, title: str, what: str) -> None:
        """``what`` the list holds, for a screen reader."""
        super().__init__(desk, title)
        self.list = EquationList(desk.study, f"{self.id}_lines", what)
        self.list.chosen.connect(desk.looking.select_place)
        self.list.copied.connect(desk.session.say)

    def copy_button(self) -> QToolButton:
        """A button for the title bar that copies all lines."""
        button = header_button(QCoreApplication.translate("EquationPanel", "Copy"), f"{self.id}_copy",
                               QCoreApplication.translate("EquationPanel", "Copy all lines; as LaTeX by a right-click"))
        button.clicked.connect(lambda: self.list.copy(whole=True))
        self.pages.currentChanged.connect(lambda page: button.setEnabled(page > 0))
        button.setEnabled(not self.is_empty)
        return button

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self.show_page()
        self.list.show_rows(rows)


def listed(names: Sequence[str], terms: Callable[[str], int], rows: Callable[[str], Sequence[Row]]) -> list[Row]:
    """The rows of each name, as long as they are not too many, or too long; then how many more there are.

    ``terms`` says how long the sum of a name is, of which no more than MOST_TERMS are written.
    """
    lengths = accumulate(min(terms(name), MOST_TERMS) for name in names[:MOST_LISTED])
    count = max(1, sum(length < MOST_TOGETHER for length in lengths))
    found = [row for name in names[:count] for row in rows(name)]
    if count < len(names):
        found.append(note(QCoreApplication.translate("EquationPanel", "… and {n} more").format(
            n=f"{len(names) - count:,}")))
    return found
