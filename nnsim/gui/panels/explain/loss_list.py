"""All losses side by side: formula, value and slopes for the samples that are studied, and which one is in use."""

import re
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from nnsim.core.arrays import Array
from nnsim.core.formulas.notation import Notation
from nnsim.core.formulas.numbers import format_number
from nnsim.core.losses import LOSSES, Loss
from nnsim.core.network import Structure
from nnsim.gui.look.theme import GRID, set_role, text_scale
from nnsim.gui.panels.explain.loss_terms import LEFT, RIGHT, entry_label, grid
from nnsim.gui.session.costs import AT_ONCE, work
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.lagging import Lagging, Stopped
from nnsim.gui.session.study import PASSES, Studied
from nnsim.gui.widgets.controls import name_widget, plain_tip
from nnsim.gui.widgets.forms import plain_text
from nnsim.gui.widgets.formulas import FormulaLabel
from nnsim.gui.widgets.labels import TextLine
from nnsim.training.problems import loss_problems

Said = str | tuple[float, Array]
"""Why a loss says nothing, or its mean and the derivatives by the outputs, (outputs,)."""
MOST_SLOPES = 4
"""So many outputs have a column of their own in the list of losses."""
NAME_WIDTH, FORMULA_WIDTH, NUMBER_WIDTH, USE_WIDTH = 128, 120, 64, 76
"""Columns of the list of losses, at 100 % text."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("LossesPanel", text)


class LossList(QWidget):
    """All losses for the samples of the scope: formula, value, slopes, and which one training uses."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        name_widget(self, "losses_list", self.tr("All losses"))
        self._desk = desk
        self._grid = grid(self)
        self._grid.setHorizontalSpacing(GRID)
        heads = (("loss", LEFT), ("formula", LEFT), ("value", RIGHT),
                 *((f"slope_{i}", RIGHT) for i in range(MOST_SLOPES)))
        self._heads = [TextLine(f"losses_list_head_{name}", align=align) for name, align in heads]
        for column, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, column)
        self.rows = {name: LossRow(desk, entry, self._grid, row) for row, (name, entry) in
                     enumerate(LOSSES.items(), 1)}
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        self._count, self._room = 0, 640
        self._late: Lagging[dict[str, Said]] = Lagging(self)
        self._late.came.connect(self._on_came)
        desk.session.closed.connect(self._late.end)

    def show_document(self) -> None:
        """Show the outputs, the notation, and which loss is in use."""
        desk = self._desk
        outputs, study = desk.session.structure.outputs, desk.study
        notation = study.notation
        mean = study.scope != "sample"
        self._heads[0].set_text(self.tr("loss"))
        self._heads[1].set_text(self.tr("formula"))
        self._heads[2].set_text(self.tr("mean") if mean else self.tr("value"))
        scale = text_scale()
        for column, width in enumerate((NAME_WIDTH, FORMULA_WIDTH, NUMBER_WIDTH)):
            self._grid.setColumnMinimumWidth(column, round(width * scale))
        self._count = self._slopes_that_fit()
        for column in range(MOST_SLOPES):
            shown = column < self._count
            head = self._heads[3 + column]
            head.setVisible(shown)
            if shown:
                symbol = notation.activation(desk.session.structure, outputs[column]).text
                more = " …" if column == self._count - 1 and len(outputs) > self._count else ""
                head.set_text(f"∂{notation.loss.text}/∂{symbol}{more}")
                head.setToolTip(plain_tip(head.text()))
            self._grid.setColumnMinimumWidth(3 + column, round(NUMBER_WIDTH * scale) if shown else 0)
        for name, row in self.rows.items():
            row.show_document(notation, self._count, name == desk.session.document.training.loss)

    def _slopes_that_fit(self) -> int:
        """How many outputs have a column of their own: as many as there is room for, and one at least."""
        others = NAME_WIDTH + FORMULA_WIDTH + NUMBER_WIDTH + USE_WIDTH
        room = self._room - round(others * text_scale()) - 3 * GRID
        fit = max(1, room // (round(NUMBER_WIDTH * text_scale()) + GRID))
        return min(len(self._desk.session.structure.outputs), MOST_SLOPES, fit)

    def fit(self, room: int) -> None:
        """Take this width."""
        self._room = room
        if self._count and self._slopes_that_fit() != self._count:
            self.show_document()
            for row in self.rows.values():
                row.show_again()

    def show_values(self, samples: Studied | None) -> None:
        """Show what each loss says of these samples; dashes without any, … while that is computed."""
        found = None if samples is None else self._find(samples)
        for name, row in self.rows.items():
            said = None if found is None else found[name]
            if said is None:
                row.show_nothing("–" if samples is None else "…")
            elif isinstance(said, str):
                row.show_problem(said)
            else:
                row.show_values(*said, self._desk.study.digits)

    def _find(self, samples: Studied) -> dict[str, Said] | None:
        """What each loss says; of very many samples None until it is there, and as long as a run goes on."""
        session, looking = self._desk.session, self._desk.looking
        structure, program, parameters = session.structure, session.program, session.network.parameters
        if self._desk.study.scope == "sample":
            return _said(structure, looking.trace.a_rows[program.outputs].T, samples.T)

        def run(stopped: Stopped = lambda: False) -> dict[str, Said]:
            return _said(structure, program.run(parameters, samples.X).a_rows[program.outputs].T, samples.T)

        if PASSES * work(structure, len(samples.X)) <= AT_ONCE:
            return run()
        return None if session.moving else self._late.get((program, parameters, samples), (), run)

    def _on_came(self) -> None:
        self.show_values(self._desk.study.samples)


def _said(structure: Structure, o: Array, T: Array) -> dict[str, Said]:
    """What each loss says of outputs and targets, (samples, outputs) each."""
    found: dict[str, Said] = {}
    for name, entry in LOSSES.items():
        problems = loss_problems(structure, T, name)
        if problems:
            found[name] = problems[0].message
        else:
            with np.errstate(over="ignore", invalid="ignore"):
                found[name] = entry.value(o, T), entry.gradient(o, T).mean(axis=0)
    return found


class LossRow:
    """The widgets of one loss in a grid."""

    def __init__(self, desk: Desk, entry: Loss, grid: QGridLayout, row: int) -> None:
        self._desk, self.entry = desk, entry
        self.name = plain_text(f"losses_name_of_{entry.name}")
        self.name.setText(entry_label(entry))
        self.name.setMinimumWidth(1)
        self.name.setToolTip(plain_tip(f"{entry_label(entry)}: {_tr(entry.about)}"))
        self.formula = FormulaLabel()
        name_widget(self.formula, f"losses_formula_{entry.name}", self.name.text())
        self.value = TextLine(f"losses_value_{entry.name}", "ink", "body", RIGHT)
        self.slopes = [TextLine(f"losses_slope_{entry.name}_{i}", "ink", "body", RIGHT) for i in range(MOST_SLOPES)]
        self.why = plain_text(f"losses_why_{entry.name}", small=True)
        # As wide as the numbers it stands for.
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.why.setSizePolicy(policy)
        self.use = QPushButton()
        self.use.setObjectName(f"losses_use_{entry.name}")
        self.use.clicked.connect(self._use)
        self.use.setStyleSheet("padding: 1px 8px; min-height: 0;")
        self._count = 1
        for column, widget in enumerate((self.name, self.formula, self.value, *self.slopes)):
            grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignVCenter if widget is self.formula
                           else Qt.AlignmentFlag(0))
        grid.addWidget(self.why, row, 2, 1, 1 + MOST_SLOPES)
        grid.addWidget(self.use, row, 3 + MOST_SLOPES)
        grid.setRowMinimumHeight(row, round(28 * text_scale()))
        self.why.hide()

    def show_document(self, notation: Notation, slopes: int, used: bool) -> None:
        """Write the symbols in this notation, and whether training uses this loss."""
        self._count = slopes
        self.formula.set_formula(in_notation(self.entry.formula, notation))
        self.use.setText(_tr("in use ✓") if used else _tr("Use"))
        self.use.setEnabled(not used)
        self.use.setAccessibleName(_tr("Use {loss}").format(loss=entry_label(self.entry)))
        self.use.setToolTip(plain_tip(
            _tr("Training makes this loss small") if used else _tr("Let training make this loss small")))
        set_role(self.use, kind="quiet" if used else "")
        set_role(self.name, tone="section" if used else "")

    def show_again(self) -> None:
        """Show as many slopes as there are columns for."""
        self._show(self.why.isHidden())

    def show_values(self, value: float, slopes: Array, digits: int) -> None:
        """Show the value and the derivative by each output, (outputs,)."""
        self._show(True)
        self.value.set_text(format_number(value, digits))
        for cell, slope in zip(self.slopes, slopes.tolist(), strict=False):
            cell.set_text(format_number(slope, digits))
        self.name.setAccessibleDescription(self.value.text())

    def show_problem(self, why: str) -> None:
        """Say why there is no number."""
        self._show(False)
        if why != self.why.text():
            self.why.setText(why)
        self.name.setAccessibleDescription(why)

    def show_nothing(self, sign: str) -> None:
        """There is no sample, or no number yet: this stands in its place."""
        self._show(True)
        for cell in (self.value, *self.slopes):
            cell.set_text(sign)

    def _show(self, numbers: bool) -> None:
        self.why.setVisible(not numbers)
        self.value.setVisible(numbers)
        for i, cell in enumerate(self.slopes):
            cell.setVisible(numbers and i < self._count)

    def _use(self) -> None:
        desk, entry = self._desk, self.entry
        text = _tr("Use {loss}").format(loss=entry_label(entry))
        desk.session.configure(replace(desk.session.document.training, loss=entry.name), text)


_LETTER = re.compile(r"(?<![A-Za-z\\])[TO](?![A-Za-z])")


def in_notation(latex: str, notation: Notation) -> str:
    """A registry's formula, written with T and O, in this notation."""
    letters = {"T": notation.target, "O": notation.output}
    return _LETTER.sub(lambda match: letters[match.group()], latex)
