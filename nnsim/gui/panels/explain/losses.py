"""The Losses panel: how a loss comes about, term by term, and what other losses would say."""

from itertools import pairwise

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.explain.loss_list import LossList
from nnsim.gui.panels.explain.loss_terms import TermTable
from nnsim.gui.panels.low_panel import LowPanel
from nnsim.gui.panels.scope_choice import ScopeChoice
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.forms import plain_text, scrolled
from nnsim.gui.widgets.number_field import NumberField


class LossesPanel(LowPanel):
    """The chosen sample's loss as the lecture calculates it, and all losses of the registry side by side."""

    id = "losses"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("LossesPanel", "Losses"))
        self.add_to_header(ScopeChoice(desk, "losses_scope"))
        self.terms = TermTable(desk)
        self.choice = LossList(desk)
        self._why = plain_text("losses_why", muted=True)
        content = QWidget()
        column = column_in(content, 2 * GRID, (12, GRID, 12, GRID))
        column.addWidget(self._why)
        column.addWidget(self.terms)
        column.addWidget(self.choice)
        column.addStretch(1)
        self._area = scrolled(content)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._area.setCornerWidget(QWidget())
        self.pages.addWidget(self._area)
        self._targets: list[NumberField] = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.choice.fit(self.width() - 3 * 12)

    def update_document(self) -> None:
        desk = self.desk
        if not desk.session.program.explainable:
            self.show_empty(self.tr("Build a network to see how wrong its outputs are"), desk.study.why_not)
            return
        self.show_page()
        self.terms.show_document()
        self.choice.show_document()
        self._order_keys()
        self.follow_values()

    def _order_keys(self) -> None:
        """Tab goes through the targets, then the losses; the panel's keys begin at the first target."""
        targets = self.terms.targets
        if targets and targets != self._targets:
            self._targets = targets
            order = [*targets, *(row.use for row in self.choice.rows.values())]
            for before, after in pairwise(order):
                QWidget.setTabOrder(before, after)
            self.setFocusProxy(targets[0])

    def follow_values(self) -> None:
        if self.is_empty:
            return  # a wish from before the network lost its outputs
        study = self.desk.study
        self.terms.show_values(study.targets)
        why = study.why_not or study.still_missing
        if why != self._why.text():
            self._why.setText(why)
        self._why.setVisible(bool(why))
        self.choice.show_values(study.samples)
