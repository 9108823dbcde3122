"""How the loss of one sample comes about: a row for each output, and what the rows come to."""

import sys

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from nnsim.core.arrays import Array
from nnsim.core.formulas.notation import Notation
from nnsim.core.formulas.numbers import Writing, as_sum, format_number, is_cut, numbered
from nnsim.core.formulas.writing import text as written_out
from nnsim.core.losses import LOSSES, Loss
from nnsim.gui.look.theme import GRID, font, text_scale, theme
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.number_field import NumberField
from nnsim.training.problems import loss_problems

MOST_ROWS = 32
"""Above this number of outputs only the first have a row; the sum is of all."""
ROUNDABLE = sys.float_info.max / 10
"""Above it the next round number may be beyond all."""
RIGHT, LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft


class TermTable(QWidget):
    """A row per output: T, O, the term with its numbers, ∂L/∂O; and what the terms come to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        name_widget(self, "losses_terms", self.tr("The loss of this sample, output by output"))
        self._desk = desk
        self._grid = grid(self)
        self._shown: tuple[object, ...] = ()
        self._ids: tuple[str, ...] = ()
        self._heads = [TextLine(f"losses_head_{name}", align=align)
                       for name, align in (("output", LEFT), ("target", LEFT), ("o", RIGHT), ("term", LEFT),
                                           ("slope", RIGHT))]
        for column, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, column)
        self._rows: list[OutputRow] = []
        self._total = TermLine("losses_sum", "ink", "body", LEFT, tells_all=True)
        self._total_name = TextLine("losses_sum_name", "muted", "body", LEFT)
        self._more = TextLine("losses_more", "muted", "small", LEFT)
        self._grid.setColumnStretch(3, 1)

    @property
    def targets(self) -> list[NumberField]:
        """The fields of the targets, from the first."""
        return [row.target for row in self._rows]

    def show_document(self) -> None:
        """Show the outputs, the loss in use and the notation."""
        desk = self._desk
        structure, notation = desk.session.structure, desk.study.notation
        entry = LOSSES[desk.session.document.training.loss]
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
        """Show the current numbers. ``targets`` is (outputs,), or None if nothing says them."""
        desk = self._desk
        digits = desk.study.digits
        entry, structure = LOSSES[desk.session.document.training.loss], desk.session.structure
        o = desk.looking.trace.a_rows[[structure.position[id] for id in self._ids], 0][None]
        if targets is None:
            for i, row in enumerate(self._rows):
                row.show_values(None, format_number(float(o[0, i]), digits), "", "")
            self._total.set_text("–")
            return
        t = targets[None]
        problems = loss_problems(structure, t, entry.name)
        terms, slopes, total = entry.terms(o, t)[0], entry.gradient(o, t)[0], float(entry.per_sample(o, t)[0])
        explanation = desk.study.explanation
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
        text = as_sum(parts) if len(parts) <= 4 else self.tr("the sum of {n} terms").format(n=f"{len(parts):,}")
        if divisor > 1:
            text = f"({text}) / {divisor}"
        self._total.set_text(f"{text} = {format_number(total, digits)}" if len(parts) > 1
                             else format_number(total, digits))

    def _make_rows(self) -> None:
        for row in self._rows:
            row.remove()
        self._rows = [OutputRow(self._desk, id, self._grid, i + 1) for i, id in enumerate(self._ids[:MOST_ROWS])]
        below = len(self._rows) + 1
        more = len(self._ids) - len(self._rows)
        self._more.set_text(numbered(more, self.tr("… and 1 more output, which counts in the sum"),
                                     self.tr("… and {n} more outputs, which count in the sum")))
        self._more.setVisible(more > 0)
        self._grid.addWidget(self._more, below, 0, 1, 5)
        self._grid.addWidget(self._total_name, below + 1, 0)
        self._grid.addWidget(self._total, below + 1, 3, 1, 2)


class OutputRow:
    """The widgets of one output in a grid."""

    def __init__(self, desk: Desk, id: str, grid: QGridLayout, row: int) -> None:
        self._desk, self._id = desk, id
        self.name = OutputName(desk, id)
        self.target = NumberField(off="–", start=0.0)
        self.target.setObjectName(f"losses_target_{id}")
        self.target.edited.connect(self._set)
        self.target.setFixedWidth(round(88 * text_scale()))
        self.output = TextLine(f"losses_output_{id}", "ink", "body", RIGHT)
        self.term = TermLine(f"losses_term_{id}", "ink", "body", LEFT, tells_all=True)
        self.slope = TextLine(f"losses_slope_{id}", "ink", "body", RIGHT)
        for column, widget in enumerate(self._widgets()):
            grid.addWidget(widget, row, column)

    def _widgets(self) -> tuple[QWidget, ...]:
        return self.name, self.target, self.output, self.term, self.slope

    def show_names(self, notation: Notation) -> None:
        """Write the symbols in this notation."""
        symbol = notation.target_of(self._id).text
        self.target.setAccessibleName(QCoreApplication.translate("LossesPanel", "Target {name}").format(name=symbol))
        self.target.set_tip(QCoreApplication.translate(
            "LossesPanel", "What {name} should be for the current inputs").format(name=self._id))

    def show_values(self, target: float | None, output: str, term: str, slope: str) -> None:
        """Show the current numbers."""
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
            known = self._desk.study.targets
            outputs = self._desk.session.structure.outputs
            self.target.set_number(None if known is None else float(known[outputs.index(self._id)]), keep_typing=False)
            return
        self._desk.study.set_targets({self._id: value})


class TermLine(TextLine):
    """A term and what it comes to, which is never cut; the tooltip has the whole."""

    def sizeHint(self) -> QSize:
        return QSize(1, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        face = font(self.size_name)
        metrics = QFontMetrics(face)
        term, equals, value = self.text().rpartition(" = ")
        end = equals + value
        term = metrics.elidedText(term, Qt.TextElideMode.ElideRight, self.width() - metrics.horizontalAdvance(end))
        painter = QPainter(self)
        painter.setFont(face)
        painter.setPen(theme().color(self.color))
        # A painter has the direction of the program; a sum runs from left to right.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.drawText(self.rect(), self.align | Qt.AlignmentFlag.AlignVCenter, term + end)
        painter.end()


class OutputName(TextLine):
    """An output's name, which lights the neuron while the mouse is on it."""

    def __init__(self, desk: Desk, id: str) -> None:
        super().__init__(f"losses_name_{id}", "muted", "body", tells_all=True)
        self._study, self._id = desk.study, id
        self.set_text(id)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(min(hint.width(), round(112 * text_scale())), hint.height())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._study.light([self._id])

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._study.light()


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


def decimals_of(total: float, digits: int) -> int:
    """How many decimals ``total`` has when it is written: 0.2984 has 4."""
    if total == 0 or not np.isfinite(total) or (isinstance(digits, Writing) and digits.decimals):
        return int(digits)
    return digits - 1 - int(np.floor(np.log10(abs(total))))


def rounded(term: float, decimals: int, digits: int) -> str:
    """A term with the decimals of its sum, so that the sum is seen to be right; a small one with digits of its own."""
    if not abs(term) < ROUNDABLE or round(term, decimals) == 0:
        return format_number(term, digits)
    if decimals <= 0:
        return format_number(round(term, decimals), digits)
    return format_number(term, Writing(decimals, True, is_cut(digits)))
