"""The Losses panel: how a loss comes about, term by term, and what other losses would say."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.explain.loss_list import LossList
from nnsim.gui.panels.explain.loss_terms import TermTable
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.panel import LowPanel
from nnsim.gui.panels.scope_choice import ScopeChoice
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.forms import plain_text, scrolled
from nnsim.gui.widgets.number_field import NumberField


class LossesPanel(LowPanel):
    """The chosen sample's loss as the lecture calculates it, and all losses of the registry side by side."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("LossesPanel", "Losses"))
        self.add_to_header(ScopeChoice(desk, "losses_scope"))
        self.terms = TermTable(desk)
        self.choice = LossList(desk)
        self._why = plain_text("losses_why", muted=True)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, GRID, 12, GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._why)
        column.addWidget(self.terms)
        column.addWidget(self.choice)
        column.addStretch(1)
        self._area = scrolled(content)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._area.setCornerWidget(QWidget())
        self.empty = EmptyState("losses_empty")
        framed = QWidget()
        frame = QVBoxLayout(framed)
        frame.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        frame.addWidget(self.empty)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._area)
        self._pages.addWidget(framed)
        self._paced = Paced(self, desk, self._show)
        self._targets: list[NumberField] = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.choice.fit(self.width() - 3 * 12)

    def update_document(self) -> None:
        desk = self.desk
        if not desk.session.program.explainable:
            self._pages.setCurrentIndex(1)
            self.empty.say(self.tr("Build a network to see how wrong its outputs are"), desk.study.why_not)
            return
        self._pages.setCurrentIndex(0)
        self.terms.show_document()
        self.choice.show_document()
        self._order_keys()
        self._show()

    def _order_keys(self) -> None:
        """Tab goes through the targets, then the losses; the panel's keys begin at the first target."""
        targets = self.terms.targets
        if targets and targets != self._targets:
            self._targets = targets
            order = [*targets, *(row.use for row in self.choice.rows.values())]
            for before, after in pairwise(order):
                QWidget.setTabOrder(before, after)
            self.setFocusProxy(targets[0])

    def update_values(self) -> None:
        self._paced.update()

    def _show(self) -> None:
        if self._pages.currentIndex() != 0:
            return  # a wish from before the network lost its outputs
        study = self.desk.study
        self.terms.show_values(study.targets)
        why = study.why_not or study.still_missing
        if why != self._why.text():
            self._why.setText(why)
        self._why.setVisible(bool(why))
        self.choice.show_values(study.samples)
