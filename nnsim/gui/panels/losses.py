"""The Losses panel: how a loss comes about, term by term, and what other losses would say."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from nnsim.core.losses import LOSSES, Loss
from nnsim.core.notation import Notation
from nnsim.core.numbers import as_sum, format_number
from nnsim.core.writing import text as written_out
from nnsim.gui.controls import plain_tip
from nnsim.gui.forms import plain_text, scrolled
from nnsim.gui.formulas import FormulaLabel
from nnsim.gui.number_field import NumberField
from nnsim.gui.panel import LowPanel, Paced
from nnsim.gui.plot_panel import EmptyState, TextLine
from nnsim.gui.scope_choice import ScopeChoice
from nnsim.gui.session import Session
from nnsim.gui.study import Studied
from nnsim.gui.theme import GRID, font, set_role, text_scale, theme
from nnsim.training.problems import loss_problems

Array = NDArray[np.float64]
MOST_ROWS = 32
"""Above this number of outputs only the first have a row; the sum is of all."""
MOST_SLOPES = 4
"""So many outputs have a column of their own in the list of losses."""
NAME_WIDTH, FORMULA_WIDTH, NUMBER_WIDTH, USE_WIDTH = 128, 120, 64, 76
"""Columns of the list of losses, at 100 % text."""
RIGHT, LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft


class LossesPanel(LowPanel):
    """The chosen sample's loss as the lecture calculates it, and all losses of the registry side by side."""

    id = "losses"

    def __init__(self, session: Session) -> None:
        super().__init__(session, QCoreApplication.translate("LossesPanel", "Losses"))
        self.add_to_header(ScopeChoice(session, "losses_scope"))
        self.terms = TermTable(session)
        self.choice = LossList(session)
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
        self._paced = Paced(self, session, self._show)
        self._targets: list[NumberField] = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.choice.fit(self.width() - 3 * 12)

    def update_document(self) -> None:
        session = self.session
        if not session.program.explainable:
            self._pages.setCurrentIndex(1)
            self.empty.say(self.tr("Build a network to see how wrong its outputs are"), session.study.why_not)
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
        study = self.session.study
        self.terms.show_values(study.targets)
        why = study.why_not or study.still_missing
        if why != self._why.text():
            self._why.setText(why)
        self._why.setVisible(bool(why))
        self.choice.show_values(study.samples)


class TermTable(QWidget):
    """A row per output: T, O, the term with its numbers, ∂L/∂O; and what the terms come to."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("losses_terms")
        self.setAccessibleName(self.tr("The loss of this sample, output by output"))
        self._session = session
        self._grid = grid(self)
        self._shown: tuple[object, ...] = ()
        self._ids: tuple[str, ...] = ()
        self._heads = [line(f"losses_head_{name}", align=align)
                       for name, align in (("output", LEFT), ("target", LEFT), ("o", RIGHT), ("term", LEFT),
                                           ("slope", RIGHT))]
        for column, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, column)
        self._rows: list[OutputRow] = []
        self._total = TermLine("losses_sum", "ink", "body", LEFT)
        self._total_name = line("losses_sum_name", "muted", "body", LEFT)
        self._more = line("losses_more", "muted", "small", LEFT)
        self._grid.setColumnStretch(3, 1)

    @property
    def targets(self) -> list[NumberField]:
        """The fields of the targets, from the first."""
        return [row.target for row in self._rows]

    def show_document(self) -> None:
        """Show the outputs, the loss in use and the notation."""
        session = self._session
        structure, notation = session.structure, session.study.notation
        entry = LOSSES[session.document.training.loss]
        shown = (structure.outputs, notation, entry, text_scale())
        if shown == self._shown:
            return
        if structure.outputs != self._ids:
            self._ids = structure.outputs
            self._make_rows()
        self._shown = shown
        output = notation.output
        loss = notation.loss.text
        for head, text in zip(self._heads, (self.tr("output"), notation.target, output, entry_label(entry),
                                            f"∂{loss}/∂{output}"), strict=True):
            head.set_text(text)
        for row in self._rows:
            row.show_names(notation)
        self._total_name.set_text(loss)
        first = (self._heads[0], self._total_name, *(row.name for row in self._rows))
        self._grid.setColumnMinimumWidth(0, max(widget.sizeHint().width() for widget in first))
        self._grid.setColumnMinimumWidth(2, round(72 * text_scale()))
        self._grid.setColumnMinimumWidth(4, round(80 * text_scale()))

    def show_values(self, targets: Array | None) -> None:
        """Show the numbers of now. ``targets`` is (outputs,), or None if nothing says them."""
        session = self._session
        digits = session.study.digits
        entry, structure = LOSSES[session.document.training.loss], session.structure
        o = session.trace.a_rows[[structure.position[id] for id in self._ids], 0][None]
        if targets is None:
            for i, row in enumerate(self._rows):
                row.show_values(None, format_number(float(o[0, i]), digits), "", "")
            self._total.set_text("–")
            return
        t = targets[None]
        problems = loss_problems(structure, t, entry.name)
        terms, slopes, total = entry.terms(o, t)[0], entry.gradient(o, t)[0], float(entry.per_sample(o, t)[0])
        explanation = session.study.explanation
        equations = {} if problems or explanation is None else explanation.loss_terms()
        divisor = len(terms) if entry.averaged and len(terms) > 1 else 1
        decimals = decimals_of(float(terms.sum()), digits)
        for i, row in enumerate(self._rows):
            equation = equations.get(self._ids[i])
            value = rounded(float(terms[i]), decimals, digits)
            written = "" if equation is None else f"{written_out(equation.term, True, digits)} = {value}"
            row.show_values(float(t[0, i]), format_number(float(o[0, i]), digits), written,
                            "" if problems else format_number(float(slopes[i]), digits))
        if problems:
            self._total.set_text(self.tr("no value: the list below says why"))
            return
        parts = [rounded(float(term), decimals, digits) for term in terms]
        text = as_sum(parts) if len(parts) <= 4 else self.tr("the sum of {n} terms").format(n=len(parts))
        if divisor > 1:
            text = f"({text}) / {divisor}"
        self._total.set_text(f"{text} = {format_number(total, digits)}" if len(parts) > 1
                             else format_number(total, digits))

    def _make_rows(self) -> None:
        for row in self._rows:
            row.remove()
        self._rows = [OutputRow(self._session, id, self._grid, i + 1) for i, id in enumerate(self._ids[:MOST_ROWS])]
        below = len(self._rows) + 1
        more = len(self._ids) - len(self._rows)
        self._more.set_text(self.tr("… and {n} more outputs, which count in the sum").format(n=more))
        self._more.setVisible(more > 0)
        self._grid.addWidget(self._more, below, 0, 1, 5)
        self._grid.addWidget(self._total_name, below + 1, 0)
        self._grid.addWidget(self._total, below + 1, 3, 1, 2)


class OutputRow:
    """The widgets of one output in a grid."""

    def __init__(self, session: Session, id: str, grid: QGridLayout, row: int) -> None:
        self._session, self._id = session, id
        self.name = OutputName(session, id)
        self.target = NumberField(off="–", start=0.0)
        self.target.setObjectName(f"losses_target_{id}")
        self.target.edited.connect(self._set)
        self.target.setFixedWidth(round(88 * text_scale()))
        self.output = line(f"losses_output_{id}", "ink", "body", RIGHT)
        self.term = TermLine(f"losses_term_{id}", "ink", "body", LEFT)
        self.slope = line(f"losses_slope_{id}", "ink", "body", RIGHT)
        for column, widget in enumerate(self._widgets()):
            grid.addWidget(widget, row, column)

    def _widgets(self) -> tuple[QWidget, ...]:
        return self.name, self.target, self.output, self.term, self.slope

    def show_names(self, notation: Notation) -> None:
        """Write the symbols in this notation."""
        symbol = notation.target_of(self._id).text
        self.target.setAccessibleName(QCoreApplication.translate("LossesPanel", "Target {name}").format(name=symbol))
        self.target.set_tip(QCoreApplication.translate(
            "LossesPanel", "What {name} should be for the inputs of now").format(name=self._id))

    def show_values(self, target: float | None, output: str, term: str, slope: str) -> None:
        """Show the numbers of now."""
        self.target.set_number(target)
        self.output.set_text(output)
        self.term.set_text(term)
        self.slope.set_text(slope)

    def remove(self) -> None:
        """Take the widgets away; their names are free at once."""
        for widget in self._widgets():
            widget.hide()
            widget.setObjectName("")
            widget.deleteLater()

    def _set(self, value: float | None, token: object) -> None:
        if value is None:
            # An empty target says nothing: what is known stands there again.
            known = self._session.study.targets
            outputs = self._session.structure.outputs
            self.target.set_number(None if known is None else float(known[outputs.index(self._id)]), keep_typing=False)
            return
        self._session.study.set_targets({self._id: value})


class TermLine(TextLine):
    """A term and what it comes to, which is never cut; the tooltip has the whole."""

    def sizeHint(self) -> QSize:
        return QSize(1, super().sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(plain_tip(self.text()))
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        face = font(self.size_name)
        metrics = QFontMetrics(face)
        term, equals, value = self.text().rpartition(" = ")
        end = equals + value
        term = metrics.elidedText(term, Qt.TextElideMode.ElideRight, self.width() - metrics.horizontalAdvance(end))
        painter = QPainter(self)
        painter.setFont(face)
        painter.setPen(theme().color(self.color))
        painter.drawText(self.rect(), self.align | Qt.AlignmentFlag.AlignVCenter, term + end)
        painter.end()


class OutputName(TextLine):
    """An output's name, which lights the neuron while the mouse is on it."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__(f"losses_name_{id}", "muted", "body")
        self._study, self._id = session.study, id
        self.set_text(id)
        self.setToolTip(plain_tip(id))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(min(hint.width(), round(112 * text_scale())), hint.height())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._study.light([self._id])

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._study.light()


class LossList(QWidget):
    """All losses for the samples of the scope: formula, value, slopes, and which one training uses."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("losses_list")
        self.setAccessibleName(self.tr("All losses"))
        self._session = session
        self._grid = grid(self)
        self._grid.setHorizontalSpacing(GRID)
        heads = (("loss", LEFT), ("formula", LEFT), ("value", RIGHT),
                 *((f"slope_{i}", RIGHT) for i in range(MOST_SLOPES)))
        self._heads = [line(f"losses_list_head_{name}", align=align) for name, align in heads]
        for column, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, column)
        self.rows = {name: LossRow(session, entry, self._grid, row) for row, (name, entry) in
                     enumerate(LOSSES.items(), 1)}
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        self._count, self._room = 0, 640

    def show_document(self) -> None:
        """Show the outputs, the notation, and which loss is in use."""
        session = self._session
        outputs, study = session.structure.outputs, session.study
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
                symbol = notation.activation(session.structure, outputs[column]).text
                more = " …" if column == self._count - 1 and len(outputs) > self._count else ""
                head.set_text(f"∂{notation.loss.text}/∂{symbol}{more}")
                head.setToolTip(plain_tip(head.text()))
            self._grid.setColumnMinimumWidth(3 + column, round(NUMBER_WIDTH * scale) if shown else 0)
        for name, row in self.rows.items():
            row.show_document(notation, self._count, name == session.document.training.loss)

    def _slopes_that_fit(self) -> int:
        """How many outputs have a column of their own: as many as there is room for, and one at least."""
        others = NAME_WIDTH + FORMULA_WIDTH + NUMBER_WIDTH + USE_WIDTH
        room = self._room - round(others * text_scale()) - 3 * GRID
        fit = max(1, room // (round(NUMBER_WIDTH * text_scale()) + GRID))
        return min(len(self._session.structure.outputs), MOST_SLOPES, fit)

    def fit(self, room: int) -> None:
        """Share this width."""
        self._room = room
        if self._count and self._slopes_that_fit() != self._count:
            self.show_document()
            for row in self.rows.values():
                row.show_again()

    def show_values(self, samples: Studied | None) -> None:
        """Show what each loss says of these samples; dashes without any."""
        session = self._session
        if samples is None:
            for row in self.rows.values():
                row.show_nothing()
            return
        structure = session.structure
        places = [structure.position[id] for id in structure.outputs]
        if session.study.scope == "sample":
            o = session.trace.a_rows[places].T
        else:
            o = session.program.run(session.network.parameters, samples.X).a_rows[places].T
        for name, row in self.rows.items():
            problems = loss_problems(structure, samples.T, name)
            if problems:
                row.show_problem(problems[0].message)
            else:
                entry = LOSSES[name]
                row.show_values(entry.value(o, samples.T), entry.gradient(o, samples.T).mean(axis=0),
                                self._session.study.digits)


class LossRow:
    """The widgets of one loss in a grid."""

    def __init__(self, session: Session, entry: Loss, grid: QGridLayout, row: int) -> None:
        self._session, self.entry = session, entry
        self.name = plain_text(f"losses_name_of_{entry.name}")
        self.name.setText(entry_label(entry))
        self.name.setMinimumWidth(1)
        self.name.setToolTip(plain_tip(f"{entry.label}: {entry.about}"))
        self.formula = FormulaLabel()
        self.formula.setObjectName(f"losses_formula_{entry.name}")
        self.formula.setAccessibleName(self.name.text())
        self.value = line(f"losses_value_{entry.name}", "ink", "body", RIGHT)
        self.slopes = [line(f"losses_slope_{entry.name}_{i}", "ink", "body", RIGHT) for i in range(MOST_SLOPES)]
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

        def tr(text: str) -> str:
            return QCoreApplication.translate("LossesPanel", text)

        self.use.setText(tr("in use ✓") if used else tr("Use"))
        self.use.setEnabled(not used)
        self.use.setAccessibleName(tr("Use {loss}").format(loss=self.entry.label))
        self.use.setToolTip(plain_tip(
            tr("Training makes this loss small") if used else tr("Let training make this loss small")))
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

    def show_nothing(self) -> None:
        """There is no sample."""
        self._show(True)
        for cell in (self.value, *self.slopes):
            cell.set_text("–")

    def _show(self, numbers: bool) -> None:
        self.why.setVisible(not numbers)
        self.value.setVisible(numbers)
        for i, cell in enumerate(self.slopes):
            cell.setVisible(numbers and i < self._count)

    def _use(self) -> None:
        session, entry = self._session, self.entry
        text = QCoreApplication.translate("LossesPanel", "Use {loss}").format(loss=entry.label)
        session.configure(replace(session.document.training, loss=entry.name), text)


def line(name: str, color: str = "muted", size: str = "small", align: Qt.AlignmentFlag = LEFT) -> TextLine:
    """A text of a table, called ``name``."""
    return TextLine(name, color, size, align)


def grid(owner: QWidget) -> QGridLayout:
    """A table's layout: columns 16 pixels apart."""
    layout = QGridLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setHorizontalSpacing(2 * GRID)
    layout.setVerticalSpacing(GRID // 2)
    return layout


def entry_label(entry: Loss) -> str:
    """A loss by name."""
    return QCoreApplication.translate("LossesPanel", entry.label)


_LETTER = re.compile(r"(?<![A-Za-z\\])[TO](?![A-Za-z])")


def in_notation(latex: str, notation: Notation) -> str:
    """A registry's formula, written with T and O, in this notation."""
    letters = {"T": notation.target, "O": notation.output}
    return _LETTER.sub(lambda match: letters[match.group()], latex)


def decimals_of(total: float, digits: int) -> int:
    """How many decimals ``total`` has when written with ``digits`` significant digits: 0.2984 has 4."""
    if total == 0 or not np.isfinite(total):
        return digits
    return digits - 1 - int(np.floor(np.log10(abs(total))))


def rounded(term: float, decimals: int, digits: int) -> str:
    """A term with the decimals of its sum, so that the sum is seen to be right; a small one with digits of its own."""
    if not np.isfinite(term) or round(term, decimals) == 0:
        return format_number(term, digits)
    return format_number(round(term, decimals), digits)
