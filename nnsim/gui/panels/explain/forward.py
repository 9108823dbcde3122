"""The Forward panel: the sample that is fed, through the network, neuron by neuron, with its numbers."""

from PySide6.QtCore import QCoreApplication

from nnsim.core.explain.explanation import MOST_TERMS
from nnsim.gui.panels.explain.equation_panel import EquationPanel, listed
from nnsim.gui.panels.explain.rows import Row, explained, note
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import header_button

MOST_NEURONS = 60
"""Of a larger network only the outputs, the selected neurons and what these take from are written."""


class ForwardPanel(EquationPanel):
    """``net h1 = 0.05·0.15 + 0.10·0.20 + 0.35 = 0.3775`` and ``out h1 = σ(0.3775) = 0.5933``, for each neuron."""

    id = "forward"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("ForwardPanel", "Forward"),
                         QCoreApplication.translate("ForwardPanel", "Forward calculation"))
        self.symbols = header_button(self.tr("symbols"), "forward_symbols",
                                     self.tr("Write the names before the numbers"), checkable=True)
        self.symbols.toggled.connect(self.update_document)
        self.add_to_header(self.symbols, self.copy_button())
        self.pages.addWidget(self.list)
        self.setFocusProxy(self.list)

    def update_document(self) -> None:
        desk, structure = self.desk, self.desk.session.structure
        explanation = desk.study.explanation
        if explanation is None:
            problems = " ".join(problem.message for problem in desk.session.problems)
            self.show_empty(self.tr("Every number of the forward pass will stand here."), problems)
            return
        neurons = [*structure.order]
        rows: list[Row] = [note(desk.study.still_missing)] if desk.study.still_missing else []
        if len(neurons) > MOST_NEURONS:
            chosen = desk.looking.selected_neurons | set(structure.outputs)
            neurons = [id for id in neurons if id in chosen]
            rows.append(note(self.tr("Only outputs and selected neurons are written: the network is large.")))
        if any(len(structure.incoming[id]) > MOST_TERMS for id in neurons):
            rows.append(note(self.tr("Of very long sums the {n} largest terms are written, and the rest as one number."
                                     ).format(n=MOST_TERMS)))
        digits, symbols = desk.study.digits, self.symbols.isChecked()

        def rows_of(id: str) -> list[Row]:
            parts = enumerate(explanation.forward(id))
            return [row for index, part in parts for row in explained(part, digits, symbols, min(index, 1))]

        self.show_rows([*rows, *listed(neurons, lambda id: len(structure.incoming[id]), rows_of)])

