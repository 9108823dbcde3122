"""The Forward panel: the sample that is fed, through the network, neuron by neuron, with its numbers."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QStackedLayout

from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.explain.rows import Row, equation, note
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.panel import LowPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.widgets.empty_state import EmptyState

MOST_NEURONS = 60
"""Of a larger network only the outputs, the selected neurons and what these take from are written."""


class ForwardPanel(LowPanel):
    """``net h1 = 0.05·0.15 + 0.10·0.20 + 0.35 = 0.3775`` and ``out h1 = σ(0.3775) = 0.5933``, for each neuron."""

    id = "forward"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("ForwardPanel", "Forward"))
        self.list = EquationList(desk.study, "forward_lines", self.tr("Forward calculation"))
        self.list.chosen.connect(desk.looking.select_place)
        self.empty = EmptyState("forward_empty", margin=GRID)
        self.symbols = quiet_button(self.tr("symbols"), "forward_symbols",
                                    self.tr("Write the names before the numbers"), checkable=True)
        self.symbols.toggled.connect(self.update_document)
        self.add_to_header(self.symbols)
        self.pages = QStackedLayout(self)
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.empty)
        self.setFocusProxy(self.list)
        self.paced = Paced(self, desk, self.update_document)

    def update_values(self) -> None:
        self.paced.update()

    def update_document(self) -> None:
        desk, structure = self.desk, self.desk.session.structure
        explanation = desk.study.explanation
        if explanation is None:
            self.pages.setCurrentWidget(self.empty)
            problems = " ".join(problem.message for problem in desk.session.problems)
            self.empty.say(self.tr("Every number of the forward pass will stand here."), problems)
            return
        self.pages.setCurrentWidget(self.list)
        neurons = [*structure.order]
        rows: list[Row] = [note(desk.study.still_missing)] if desk.study.still_missing else []
        if len(neurons) > MOST_NEURONS:
            chosen = desk.looking.selected_neurons | set(structure.outputs)
            neurons = [id for id in neurons if id in chosen][:MOST_NEURONS]
            rows.append(note(self.tr("Only outputs and selected neurons are written: the network is large.")))
        digits, symbols = desk.study.digits, self.symbols.isChecked()
        for id in neurons:
            first, *others = explanation.forward(id)
            rows.append(equation(first, digits, symbols))
            rows += [equation(other, digits, symbols, indent=1) for other in others]
        self.list.show_rows(rows)

