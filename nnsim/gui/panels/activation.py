"""The Activation panel: the function of the selected neuron, its slope, and where the neuron stands on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QVBoxLayout

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.network import Neuron
from nnsim.core.numbers import format_number
from nnsim.gui.formulas import FormulaLabel
from nnsim.gui.panel import quiet_button
from nnsim.gui.plot_panel import HeaderChoice, PlotPanel, TextLine
from nnsim.gui.session import Session
from nnsim.gui.theme import GRID, set_role

if TYPE_CHECKING:
    from nnsim.gui.activation_plot import ActivationPlot

HALF = 6.0
"""The axis reaches this far to both sides, or farther where the neuron is."""
FIRST = "sigmoid"


class ActivationPanel(PlotPanel):
    """f and f′ of the selected neuron's function, or of any others of the list beside it."""

    id = "activation"

    def __init__(self, session: Session) -> None:
        super().__init__(session, QCoreApplication.translate("ActivationPanel", "Activation"))
        self.compared: list[str] = []
        """Functions the learner chose to see as well."""
        self._last = FIRST
        self.plot: ActivationPlot | None = None
        self.choice = HeaderChoice("activation_function", self.tr("The function that is shown"))
        self.choice.set_choices([(entry.name, entry.label) for entry in ACTIVATIONS.values()])
        self.choice.chosen.connect(self._choose)
        self.slope = quiet_button("f′", "activation_derivative", self.tr("Show the derivative f′, the slope"), checkable=True)
        self.slope.setChecked(True)
        self.slope.toggled.connect(lambda on: self._on_change())
        self.compare = quiet_button(self.tr("compare ▾"), "activation_compare", self.tr("Show other functions as well"))
        self.compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.compare.setMenu(self._compare_menu())
        self.add_to_header(self.choice, self.slope, self.compare)
        self.readout = TextLine("activation_readout", "ink")
        self.formulas = FormulaLabel()
        self.formulas.setObjectName("activation_formula")
        self.about = QLabel()
        self.about.setObjectName("activation_about")
        self.about.setWordWrap(True)
        set_role(self.about, tone="small")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GRID, GRID, GRID, GRID)
        self._column.setSpacing(GRID // 2)
        for widget in (self.readout, self.formulas, self.about):
            self._column.addWidget(widget)

    def sizeHint(self) -> QSize:
        return QSize(280, 380)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 180)

    def _compare_menu(self) -> QMenu:
        menu = QMenu(self.compare)
        menu.setObjectName("activation_compare_menu")
        for entry in ACTIVATIONS.values():
            action = menu.addAction(entry.label)
            action.setObjectName(f"compare_{entry.name}")
            action.setCheckable(True)
            action.toggled.connect(lambda on, name=entry.name: self._compare(name, on))
        return menu

    def _compare(self, name: str, on: bool) -> None:
        self.compared = [n for n in self.compared if n != name] + ([name] if on else [])
        self._on_change()

    def _choose(self, name: str) -> None:
        """Another function to look at; the neuron keeps its own."""
        self._last = name
        self.session.select()
        self._on_change()

    @property
    def neuron(self) -> Neuron | None:
        """The neuron whose function is shown: the selected one, unless it is an input."""
        chosen = self.session.selected_neurons
        if len(chosen) != 1:
            return None
        neuron = self.session.structure.by_id[next(iter(chosen))]
        return None if neuron.role == "input" else neuron

    def build(self) -> None:
        # Late, because pyqtgraph takes 0.3 s to import.
        from nnsim.gui.activation_plot import ActivationPlot

        self.plot = ActivationPlot()
        self.plot.setAccessibleName(self.tr("Plot of the activation function"))
        self._column.insertWidget(0, self.plot, 1)

    def show_document(self) -> None:
        plot, neuron = self.plot, self.neuron
        if plot is None:
            return
        if neuron is not None:
            self._last = neuron.activation
        entry = ACTIVATIONS[self._last]
        self.choice.set_value(entry.name)
        plot.restyle()
        self.formulas.set_formulas(self._formulas(entry))
        inputs = self.session.selected_neurons & set(self.session.structure.inputs)
        says = entry.about
        if not entry.has_slope and neuron is not None:
            says = self.tr("The slope is 0 everywhere: gradient descent cannot move this neuron.")
        if inputs and neuron is None:
            says = self.tr("An input has no activation function. Shown is {name}.").format(name=entry.label)
        self.about.setText(says)
        self.show_values()

    def show_values(self) -> None:
        from nnsim.gui.activation_plot import Curve

        plot, neuron = self.plot, self.neuron
        if plot is None:
            return
        theta = self._threshold(neuron)
        here = theta or 0.0
        now = math.nan if neuron is None else self.session.sum_of(neuron.id) + here
        curves = []
        for name in dict.fromkeys([self._last, *self.compared]):
            curves.append(Curve(ACTIVATIONS[name], shift=here))
            if self.slope.isChecked():
                curves.append(Curve(ACTIVATIONS[name], slope=True, shift=here))
        plot.show_curves(tuple(curves), _reach(now, theta))
        plot.set_titles(self._axis(neuron), "f" if neuron is None else neuron.id)
        if neuron is None:
            plot.marker.move(math.nan, math.nan)
            self.readout.set_text("")
            return
        a = self.session.output_of(neuron.id)
        plot.marker.move(now, a)
        symbol = "z" if theta is None else "Σ"
        text = f"{symbol} = {format_number(now)}  →  {format_number(a)}"
        if theta is not None:
            text += f"      θ = {format_number(theta)}"
        self.readout.set_text(text)

    def _axis(self, neuron: Neuron | None) -> str:
        if neuron is None:
            return "x"
        if neuron.notation == "threshold":
            return self.tr("weighted sum Σ") if neuron.combine == "sum" else self.tr("combination Σ")
        return self.tr("pre-activation z")

    def _threshold(self, neuron: Neuron | None) -> float | None:
        """θ where the neuron is written with a threshold; else None, and the axis is z."""
        if neuron is None or neuron.notation != "threshold":
            return None
        return -self.session.network.value(neuron.bias) + 0.0 if neuron.bias is not None else 0.0

    def _formulas(self, entry: Activation):  # type: ignore[no-untyped-def]
        """The formulas of all functions shown, each marked with its line where there are several."""
        from nnsim.gui.activation_plot import style

        names = list(dict.fromkeys([entry.name, *self.compared]))
        neuron = self.neuron
        formulas = []
        for i, name in enumerate(names):
            one = ACTIVATIONS[name]
            mark = style(i) if len(names) > 1 else None
            if i == 0 and neuron is not None and neuron.notation == "threshold":
                text = "f(\\Sigma) = " + _over_sum(one.formula)
            else:
                text = "f(x) = " + one.formula
            formulas.append((text, mark))
            if self.slope.isChecked() and len(names) == 1:
                formulas.append(("f'(x) = " + one.derivative_formula, None))
        return formulas


def _over_sum(formula: str) -> str:
    """A formula in x written in Σ and θ: a condition on x becomes one on Σ against θ, any other x is Σ − θ."""
    for relation in (r"\geq", r"\leq", ">", "<"):
        formula = formula.replace(f"x {relation} 0", rf"\Sigma {relation} \theta")
    kept = formula.replace(r"\text", "\0").replace(r"\exp", "\1")
    kept = kept.replace("-x", r"-(\Sigma-\theta)").replace("x", r"(\Sigma-\theta)")
    return kept.replace("\0", r"\text").replace("\1", r"\exp")


def _reach(now: float, theta: float | None) -> tuple[float, float]:
    """From −6 to 6 about the threshold, in whole numbers, or as far as the neuron is; steps are shown closer."""
    half = 3.0 if theta is not None else HALF
    middle = round(theta) if theta is not None else 0.0
    low, high = middle - half, middle + half
    if math.isfinite(now):
        low, high = min(low, 2.0 * math.floor((now - 0.5) / 2)), max(high, 2.0 * math.ceil((now + 0.5) / 2))
    return low, high
