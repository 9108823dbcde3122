"""What the panels have in common whose page is a list of equations."""

from collections.abc import Sequence

from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.explain.rows import Row
from nnsim.gui.panels.low_panel import LowPanel
from nnsim.gui.session.desk import Desk


class EquationPanel(LowPanel):
    """Equations whose terms light and select their place on the canvas. A subclass lays ``list`` on a page."""

    edge = GRID

    def __init__(self, desk: Desk, title: str, what: str) -> None:
        """``what`` the list holds, for a screen reader."""
        super().__init__(desk, title)
        self.list = EquationList(desk.study, f"{self.id}_lines", what)
        self.list.chosen.connect(desk.looking.select_place)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self.show_page()
        self.list.show_rows(rows)
