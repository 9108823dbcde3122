"""What all panels with a plot have in common: the page with the plot, and what is said while there is none."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QScrollArea, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from nnsim.gui.look.theme import GRID, set_role, text_scale
from nnsim.gui.panels.late_panel import LatePanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.forms import scrolled

if TYPE_CHECKING:
    from nnsim.gui.plots.plot import Plot

MARGIN = 12
LOWEST_PLOT, LOW_PLOT = 96, 128
"""No plot is lower than the one; lower than the other, it takes the place of what can be spared."""
WIDE, FLAT = 340, 2.5
"""In a panel as wide, at 100 % text, what is said can stand beside the plot; in one so much wider than high it does."""


class PlotPanel(LatePanel):
    """A page with plots and what is said about them, or, while there is nothing to plot, what is missing.

    A subclass fills ``rows``, calls ``leave_place`` where the plots will stand, and overrides ``make_plots``,
    ``show_document``, ``show_values`` and perhaps ``fit``. It calls ``show_page`` or ``show_empty`` where it can be
    empty.
    """

    size_hint, least_size = QSize(300, 380), QSize(200, 240)
    margins, empty_margins = (MARGIN, GRID, MARGIN, MARGIN), (GRID, GRID, GRID, GRID)
    spacing = GRID

    def __init__(self, desk: Desk, title: str, area: QScrollArea | None = None) -> None:
        """``area`` is what the page scrolls in, if it may be higher than the panel."""
        super().__init__(desk, title)
        self.plots: tuple[Plot, ...] = ()
        self._drawn: object = None
        self._unfitted = False
        self.page = QWidget()
        self.rows = column_in(self.page, self.spacing, self.margins)
        self.empty = EmptyState(f"{self.id}_empty")
        padded = QWidget()
        around = QVBoxLayout(padded)
        around.setContentsMargins(*self.empty_margins)
        around.addWidget(self.empty)
        self.pages = QStackedLayout(self)
        self.pages.addWidget(self.page if area is None else scrolled(self.page, area))
        self.pages.addWidget(padded)

    def leave_place(self, rows: QBoxLayout | None = None) -> None:
        """Have the plots stand here, below the rows so far, or below those of a part of the page.

        Until they are made nothing else takes their place.
        """
        self._around = rows or self.rows
        self._place = self._around.count()
        self._around.addStretch(1)

    def make_plots(self) -> "tuple[Plot, ...]":
        """The plots; of several one is shown at a time."""
        raise NotImplementedError

    def place_plots(self, plots: "tuple[Plot, ...]") -> None:
        """Put the plots where they stand on the page."""
        self._around.takeAt(self._place)
        for plot in plots:
            self._around.insertWidget(self._place, plot, 1)

    def lay_beside(self, words: QBoxLayout, low: int) -> tuple[bool, int]:
        """Have what is said stand beside the plot in a flat panel, else below it; (whether beside, how wide it is).

        Flat is one that is lower than ``low`` at 100 % text, or far wider than high; it has to be wide enough for both.
        """
        scale, room = text_scale(), self.width() - 2 * MARGIN
        side = self.width() >= WIDE * scale and (
            self.height() < low * scale or self.width() > FLAT * self.height())
        self.rows.setDirection(QBoxLayout.Direction.LeftToRight if side else QBoxLayout.Direction.TopToBottom)
        self.rows.setStretchFactor(words, int(side))
        return side, (room - GRID) // 2 if side else room

    def fit(self) -> None:
        """Leave out what has no room in the current size; called once the plots are there."""

    def build(self) -> None:
        self.plots = self.make_plots()
        self.place_plots(self.plots)

    def update_document(self) -> None:
        # Of each, whether the others changed or not.
        if any([plot.keep_style() for plot in self.plots]):
            self._drawn = None
        super().update_document()

    def is_new(self, drawn: object) -> bool:
        """Whether this differs from what it was told last, or is to be drawn in other colours."""
        last, self._drawn = self._drawn, drawn
        return last != drawn

    def show_empty(self, text: str, why: str = "") -> None:
        """Say what to do for a plot, and why there is none, in place of the page."""
        self.empty.say(text, why)
        self.pages.setCurrentIndex(1)

    def show_page(self) -> None:
        """Show the plots."""
        self.pages.setCurrentIndex(0)

    def sizeHint(self) -> QSize:
        return self.size_hint

    def minimumSizeHint(self) -> QSize:
        return self.least_size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_anew()

    def fit_anew(self) -> None:
        """``fit``, now or once the panel shows what there is."""
        self._unfitted = self.built
        self._fit()

    def _catch_up(self) -> None:
        super()._catch_up()
        self._fit()

    def _fit(self) -> None:
        # As long as it is behind it shows the network from before, which may be gone: when shown, it is resized first.
        if self._unfitted and not self._behind and not self.desk.unsettled:
            self._unfitted = False
            self.fit()


def paragraph(name: str, tone: str = "") -> QLabel:
    """A label of plain text, on as many lines as it takes; hidden until it has something to say."""
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    if tone:
        set_role(label, tone=tone)
    label.hide()
    return label
