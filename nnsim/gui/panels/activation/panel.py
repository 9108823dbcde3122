"""The Activation panel: the function of the selected neuron, its slope, and where the neuron stands on it."""

import math
import re
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QWidget

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import sum_of
from nnsim.core.formulas.numbers import comparison, format_number
from nnsim.core.network import Neuron
from nnsim.gui.look.theme import GRID, mix, text_scale, theme
from nnsim.gui.panels.activation.compared_formulas import ComparedFormulas
from nnsim.gui.panels.activation.function_names import FunctionNames
from nnsim.gui.panels.activation.rug import Rug
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.plot_panel import LOWEST_PLOT, MARGIN, PlotPanel, paragraph
from nnsim.gui.plots.ticks import nearby, stepped
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import HeaderChoice, header_button
from nnsim.gui.widgets.controls import name_widget, plain_tip
from nnsim.gui.widgets.formulas import FormulaLabel
from nnsim.gui.widgets.labels import TextLine

if TYPE_CHECKING:
    from nnsim.gui.panels.activation.plot import ActivationPlot
    from nnsim.gui.plots.plot import Plot

FIRST = "sigmoid"
READ_DIGITS = 3
WIDE = 640
"""From so many pixels on, in the smallest text, the formulas of all functions that are compared stand beside them."""
_LOOKS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("positive", ()), ("negative", (6, 3)), ("good", (2, 2)), ("bad", (8, 3, 2, 3)), ("ink", (12, 4)),
)
"""Colour and dashes of curves that are compared. Every pair is used once before one comes again."""


class ActivationPanel(PlotPanel):
    """f and f′ of the selected neuron, or of a function of the list; others to compare; typeset."""

    id = "activation"
    margins = (MARGIN, GRID, MARGIN, GRID)
    spacing = GRID // 2
    plot: "ActivationPlot"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("ActivationPanel", "Activation"))
        self.function = FIRST
        """The function that is shown: the selected neuron's, else the one last shown or the first of the network."""
        self.compared: set[str] = set()
        self._read_most = FIRST
        """Of several functions that whose values are read."""
        self._read_at: float | None = None
        """Where on the axis the learner reads values; None for the neuron's own point."""
        self._samples = Rug(desk, self)
        self._samples.came.connect(self._on_rug)
        self._rug = Paced(self, desk, self._show_rug)
        self._build_header()
        self._build_body()
        desk.opened.connect(self._on_opened)

    def _on_opened(self) -> None:
        """Another network begins with its own function, not with one of the last."""
        neurons = [n for n in self.desk.session.structure.neurons if n.role != "input"]
        if neurons:
            self.function = neurons[0].activation
            self._on_change()

    def _build_header(self) -> None:
        self.derivative = header_button(self.tr("f′"), "activation_derivative", self.tr("Show the slope f′, dashed"),
                                  checkable=True)
        self.derivative.setChecked(True)
        self.derivative.toggled.connect(self.update_document)
        self.compare = header_button(self.tr("compare"), "activation_compare",
                                     self.tr("Show the names of all functions: a click compares one, or no longer"),
                                    checkable=True)
        self.compare.toggled.connect(self.update_document)
        for button in (self.derivative, self.compare):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.add_to_header(self.derivative, self.compare)

    def _build_body(self) -> None:
        self.who = TextLine("activation_who", "muted", "body")
        self.readout = TextLine("activation_readout", "ink", "body", Qt.AlignmentFlag.AlignRight)
        self.choice = HeaderChoice("activation_function", self.tr("The function that is plotted"))
        functions = [(entry.name, self.tr(entry.label), self.tr(entry.about)) for entry in ACTIVATIONS.values()]
        self.choice.set_choices([(name, label) for name, label, _ in functions],
                                {name: about for name, _, about in functions})
        self.choice.chosen.connect(self._choose)
        self.input_says = paragraph("activation_input_says", "muted")
        self.input_says.setText(self.tr("An input has no activation function."))
        self.names = FunctionNames("activation_names", functions)
        self.names.setAccessibleName(self.tr("Functions to compare"))
        self.names.clicked.connect(self._toggle)
        self.names.cleared.connect(self._compare_none)
        self.names.hide()
        self.formula = FormulaLabel()
        name_widget(self.formula, "activation_formula", self.tr("Formula"))
        self.about = paragraph("activation_about", "small")
        self.no_slope = paragraph("activation_no_slope", "small")
        self.no_slope.setText(self.tr("The slope is 0 everywhere: gradient descent cannot move this neuron."))
        top = row_in(None, GRID)
        top.addWidget(self.who, 1)
        top.addWidget(self.readout)
        top.addWidget(self.choice)
        self.rows.addWidget(self.input_says)
        self.rows.addLayout(top)
        self.rows.addWidget(self.names)
        self.every_formula = ComparedFormulas()
        self.halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.halves.setSpacing(2 * GRID)
        self.halves.addStretch(5)
        self.halves.addWidget(self.every_formula, 4)
        self.rows.addLayout(self.halves, 1)
        self.rows.addWidget(self.formula)
        self.rows.addSpacing(GRID // 2)
        self.rows.addWidget(self.about)
        self.rows.addWidget(self.no_slope)

    def place_plots(self, plots: "tuple[Plot, ...]") -> None:
        self.halves.takeAt(0)
        for plot in plots:
            self.halves.insertWidget(0, plot, 5)

    def make_plots(self) -> "tuple[ActivationPlot]":
        from nnsim.gui.panels.activation.plot import ActivationPlot

        self.plot = ActivationPlot()
        self.plot.setMinimumHeight(LOWEST_PLOT)
        self.plot.setAccessibleName(self.tr("Plot of the activation function"))
        self.plot.setToolTip(plain_tip(self.tr("Drag the point, or use the arrow keys, to read values; Esc ends it")))
        self.plot.pressed.connect(self._press)
        self.plot.stepped.connect(self._step_reading)
        self.plot.left.connect(lambda: self._read(None))
        self.plot.installEventFilter(self)
        return (self.plot,)

    # Reading

    def _read(self, at: float | None) -> None:
        """Read f and f′ at a place of the axis; None goes back to the neuron's own point."""
        if at != self._read_at:
            self._read_at = at
            self.show_values()

    def _press(self, x: float, y: float) -> None:
        at = nearby(x, self.plot.ranges[0])
        # Of several curves the one under the mouse is read.
        away = [abs(value - y) for value, _ in self.plot.values_at(at)]
        self._read_most = self.plot.curves[away.index(min(away))].activation.name
        self._read(at)
        self.show_values()

    def _step_reading(self, across: int, up: int, fine: bool) -> None:
        if not across:
            return
        (low, high), neuron = self.plot.ranges[0], self._computing
        at = self._read_at if self._read_at is not None else 0.0 if neuron is None else self._sum(neuron)
        self._read(min(max(stepped(at, (low, high), across, fine), low), high))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        leaves = event.type() == QEvent.Type.FocusOut or (
            event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape)
        if leaves and self._read_at is not None:
            self._read(None)
            return event.type() == QEvent.Type.KeyPress
        return super().eventFilter(watched, event)

    def _show_reading(self, at: float, letter: str) -> None:
        """The ring on the curve that is read, smaller ones on the others, and what stands beside the panel's title."""
        names = [curve.activation.name for curve in self.plot.curves]
        read = names.index(self._read_most) if self._read_most in names else 0
        value, slope = self.plot.values_at(at)[read]
        self.plot.show_reading(at, read)
        digits = self.desk.study.short_digits(READ_DIGITS)
        text = f"{letter} = {format_number(at, digits)} → {format_number(value, digits)}"
        if self.derivative.isChecked() and not math.isnan(slope):
            text += f", f′ = {format_number(slope, digits)}"
        self.readout.set_text(text)
        self.readout.reserve(shrink=True)

    def _show_compared_values(self, at: float | None) -> None:
        """What each function that is compared says there, beside its name."""
        values = {}
        if at is not None and math.isfinite(at) and len(self.plot.curves) > 1:
            values = {curve.activation.name: format_number(value, self.desk.study.short_digits(READ_DIGITS))
                      for curve, (value, _) in zip(self.plot.curves, self.plot.values_at(at), strict=True)}
        reads = self._read_at is not None and self._read_most in values
        self.names.show_values(values, self._read_most if reads else self.function if values else "")

    def _show_rug(self) -> None:
        """All samples' sums of the selected neuron, on the axis."""
        threshold = self._threshold() or 0.0
        sums = {kind: z + threshold for kind, z in self._samples.of(self._computing).items()}
        self.plot.show_rug({kind: each[np.isfinite(each)] for kind, each in sums.items()})

    def _on_rug(self) -> None:
        if self.seen and self.built:
            self._show_rug()
            self._reach(shrink=False)

    # What is chosen

    def _choose(self, name: str) -> None:
        self.function = name
        self.update_document()

    def _toggle(self, name: str) -> None:
        """Add a function to the comparison, or take it out."""
        self.compared ^= {name}
        self.update_document()

    def _compare_none(self) -> None:
        self.compared = set()
        self.update_document()

    @property
    def neuron(self) -> Neuron | None:
        """The selected neuron, if one alone is."""
        if len(self.desk.looking.selected_neurons) != 1:
            return None
        return self.desk.session.structure.by_id.get(next(iter(self.desk.looking.selected_neurons)))

    @property
    def _computing(self) -> Neuron | None:
        neuron = self.neuron
        return None if neuron is None or neuron.role == "input" else neuron

    def _threshold(self) -> float | None:
        """θ of the selected neuron, if it is written with one."""
        neuron = self._computing
        if neuron is None or neuron.notation != "threshold":
            return None
        return 0.0 if neuron.bias is None else -self.desk.session.network.value(neuron.bias) + 0.0

    # What is shown

    def show_document(self) -> None:
        neuron = self._computing
        if neuron is not None:
            self.function = neuron.activation
        self._show_top(neuron)
        names = [self.function, *(n for n in ACTIVATIONS if n in self.compared and n != self.function)]
        if self.is_new((names, self.derivative.isChecked(), neuron and (neuron.notation == "threshold"))):
            self._show_functions(names, neuron)
        self._show_names()
        self._show_rug()
        self._reach(shrink=True)
        self.show_values()
        self.readout.reserve(shrink=True)
        self.fit()

    def _show_top(self, neuron: Neuron | None) -> None:
        entry = ACTIVATIONS[self.function]
        if neuron is not None:
            self.who.set_text(f"{neuron.id} · {self.tr(entry.label)}")
        self.input_says.setVisible(neuron is None and self.neuron is not None)
        self.who.setToolTip(plain_tip(self.who.text()))
        self.readout.setVisible(neuron is not None or self._read_at is not None)
        self.choice.setVisible(neuron is None)
        self.choice.set_value(self.function)
        self._say_any()

    def _say_any(self) -> None:
        """Without a neuron the choice says it all where there is no room for more."""
        if self._computing is None:
            self.who.set_text(self.tr("Any function"))
            room = self.width() - 2 * MARGIN - GRID - self.choice.sizeHint().width()
            if self.who.sizeHint().width() > room:
                self.who.set_text("")

    def _show_names(self) -> None:
        lines = {curve.activation.name: curve.f_pen for curve in self.plot.curves}
        fixed = {self.function: self.tr("The function that is shown: others are compared with it")}
        self.names.show_lines(lines, fixed, self.compare.isChecked())

    def _show_functions(self, names: list[str], neuron: Neuron | None) -> None:
        from nnsim.gui.panels.activation.plot import Curve
        from nnsim.gui.plots.plot import pen

        t = theme()
        curves = []
        for index, name in enumerate(names):
            color, dashes = look(index)
            faint = t.color("muted") if index == 0 else mix(getattr(t, color), t.card, 0.45)
            dashed = pen(faint, 1, (4, 3) if index == 0 else (2, 3))
            curves.append(Curve(ACTIVATIONS[name], pen(getattr(t, color), 2, dashes), dashed))
        self.plot.show_curves(tuple(curves), self.derivative.isChecked())
        self.plot.set_titles(*self._titles(neuron))
        entry = ACTIVATIONS[self.function]
        f, derivative = formulas_of(entry, neuron)
        shown: list[tuple[str, QPen | None]] = [(f, curves[0].f_pen)]
        if self.derivative.isChecked():
            shown.append((derivative, curves[0].derivative_pen))
        if neuron is not None and neuron.notation == "threshold" and self.function != "heaviside":
            shown.append((r"z = \Sigma - \theta", None))
        self.formula.set_formulas(shown)
        every = []
        for curve in curves:
            f, derivative = formulas_of(curve.activation, neuron)
            every.append((self.tr(curve.activation.label), (f, curve.f_pen), (derivative, curve.derivative_pen)))
        self.every_formula.show_functions(every, self.derivative.isChecked())
        self.about.setText(entry.about)
        self.formula.setToolTip(plain_tip(entry.about))

    def fit(self) -> None:
        """Where the panel is too low for all, what fits is shown: the formula, else that it cannot learn, else the line
        about the function.
        """
        self._say_any()
        width = self.width() - 2 * MARGIN
        compares = len(self.plot.curves) > 1
        beside = compares and self.width() >= WIDE * text_scale() and self.width() > self.height()
        self.every_formula.setVisible(beside)
        # Curves that are compared have half of the panel at least.
        plot = max(self.plot.minimumHeight(), self.height() // 2 if compares else 0)
        parts = [self.choice.sizeHint().height(), plot, 6 * GRID]
        parts += [w.heightForWidth(width) for w in (self.names, self.input_says) if not w.isHidden()]
        free = self.height() - sum(parts)
        wanted: list[tuple[QWidget, bool]] = [
            (self.formula, not beside), (self.no_slope, not ACTIVATIONS[self.function].has_slope),
            (self.about, not beside)]
        for widget, true in wanted:
            high = widget.heightForWidth(width)
            widget.setVisible(true and high <= free)
            free -= high if true and high <= free else 0

    def _titles(self, neuron: Neuron | None) -> tuple[str, str]:
        if neuron is None:
            return "x", "f(x)"
        if neuron.notation == "threshold":
            return self.tr("weighted sum Σ"), "f(Σ)"
        return self.tr("pre-activation z"), "f(z)"

    @staticmethod
    def _letter(neuron: Neuron | None) -> str:
        """What the axis is called for short."""
        return "x" if neuron is None else "Σ" if neuron.notation == "threshold" else "z"

    def _sum(self, neuron: Neuron) -> float:
        """Where the neuron stands on the axis: Σ in θ notation, else z."""
        return self.desk.looking.sum_of(neuron.id) + (self._threshold() or 0.0)

    def _reach(self, shrink: bool) -> None:
        from nnsim.gui.panels.activation.plot import resting_half

        neuron = self._computing
        places = () if neuron is None else (self._sum(neuron), self.plot.shift, *self.plot.rug_ends)
        self.plot.reach(resting_half(self.plot.curves), *places, shrink=shrink)

    def show_values(self) -> None:
        neuron, threshold = self._computing, self._threshold()
        self.plot.show_threshold(threshold, self.desk.study.digits)
        self._rug.update()
        reads = self._read_at is not None
        # Where there is little room, what is read is more than what the plot is of.
        self.who.setVisible(not reads)
        self.readout.setVisible(reads or neuron is not None)
        if self._read_at is not None:
            self._show_reading(self._read_at, self._letter(neuron))
        else:
            self.plot.show_reading(None)
        own = None if neuron is None else self._sum(neuron)
        self._show_compared_values(self._read_at if reads else own)
        if neuron is None:
            self.plot.marker.move(math.nan, math.nan)
            self._describe(self.readout.text() if reads else "")
            return
        at, a = self._sum(neuron), self.desk.looking.output_of(neuron.id)
        self._reach(shrink=False)
        self.plot.marker.move(at, a)
        total, digits = sum_of(self.desk.session.network, neuron.id, self.desk.looking.trace), self.desk.study.digits
        if threshold is None:
            text = f"z = {format_number(total.shown_z, digits)} → {format_number(total.shown_a, digits)}"
        else:
            # As many digits as it takes for Σ not to look equal to a θ that it does not reach.
            text = f"Σ = {comparison(at, threshold, digits).split()[0]} → {format_number(a, digits)}"
        if not reads:
            self.readout.set_text(text)
            self.readout.reserve()
        why = "" if reads else why_rounding_decides(total)
        self.readout.setToolTip(plain_tip(why))
        self._describe(f"{self.readout.text()}. {why}" if why else self.readout.text())

    def _describe(self, point: str) -> None:
        """Say in words what the plot shows; while training, when it has come to rest."""
        if self.desk.session.moving:
            return
        (low, high), _ = self.plot.ranges
        names = ", ".join(self.tr(curve.activation.label) for curve in self.plot.curves)
        text = self.tr("{functions} from {low} to {high}").format(
            functions=names, low=format_number(low), high=format_number(high))
        self.plot.setAccessibleDescription(f"{text}; {point}" if point else text)


def look(index: int) -> tuple[str, tuple[float, ...]]:
    """Colour name and dashes of the curve with this place in the comparison."""
    count = len(_LOOKS)
    return _LOOKS[index % count][0], _LOOKS[(index + index // count) % count][1]


def formulas_of(entry: Activation, neuron: Neuron | None) -> tuple[str, str]:
    """LaTeX of f(…) = … and f′(…) = …, in the letter of the axis: x, z or Σ."""
    if neuron is None:
        argument, letter = "x", "x"
    elif neuron.notation != "threshold":
        argument, letter = "z", "z"
    elif entry.name == "heaviside":
        argument, letter = r"\Sigma", r"\Sigma"
    else:
        argument, letter = r"\Sigma", "z"
    f, derivative = (re.sub(r"(?<![a-zA-Z\\])x(?![a-zA-Z])", lambda _: letter, text)
                     for text in (entry.formula, entry.derivative_formula))
    if letter == r"\Sigma":
        # In θ notation the step stands at θ: Σ ≥ θ instead of Σ ≥ 0.
        f = re.sub(r"(\\geq|<) 0", r"\1 \\theta", f)
    derivative = derivative.replace(f"f({letter})", f"f({argument})")
    return f"f({argument}) = {f}", f"f'({argument}) = {derivative}"
