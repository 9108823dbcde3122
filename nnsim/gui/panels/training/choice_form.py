"""A form for what is chosen from a registry with constants of its own, such as an optimizer."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.widgets.choice_field import ChoiceField, choice_of
from nnsim.gui.widgets.forms import FORM_LABELS, Rows
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.widgets.number_field import NumberField
from nnsim.training.config import Choice, all_constants, chosen_name

CONSTANTS: Mapping[str, tuple[str, str]] = {
    "momentum": ("Momentum μ", "How much of the last step is taken again: 0 none, 0.9 most of it."),
    "alpha": ("Memory α", "How much of the mean of the squared slopes is kept at each update."),
    "beta1": ("Memory β₁", "How much of the mean slope is kept at each update."),
    "beta2": ("Memory β₂", "How much of the mean of the squared slopes is kept at each update."),
    "epsilon": ("Small number ε", "Added to what is divided by, so that it never is 0."),
    "weight_decay": ("Weight decay λ", "How strongly every parameter is pulled towards 0."),
    "epochs": ("Epochs n", "After how many epochs the rate falls, or how many its fall takes."),
    "factor": ("Factor γ", "What the rate is multiplied by when it falls."),
    "minimum": ("Lowest rate", "Where the rate ends."),
}
"""Label and help of each constant that an optimizer or a schedule has, in the order in which they are shown."""
# A mean that keeps all of itself is divided by 0; so is a slope of 0 with an ε of 0.
_KEPT: dict[str, Any] = {"maximum": 0.9999, "step": 0.01, "fine": 0.001}
_BOUNDS: Mapping[str, dict[str, Any]] = {
    "momentum": {"maximum": 1.0, "step": 0.01, "fine": 0.001},
    "alpha": _KEPT,
    "beta1": _KEPT,
    "beta2": _KEPT,
    "epsilon": {"minimum": 1e-15, "ladder": True},
    "weight_decay": {"ladder": True},
    "epochs": {"minimum": 1.0, "maximum": 1e7, "whole": True},
    "factor": {"step": 0.01, "fine": 0.001},
    "minimum": {"ladder": True},
}
"""How the field of a constant differs from a number between 0 and a million."""


class ChoiceForm(QWidget):
    """The constants of the chosen entry, a row each, and before them the choice itself if ``label`` names it.

    ``edited(field, choice, token)``: the choice is a mapping with its name and its constants, as TrainingConfig takes
    it. Editors are called ``training_`` + the field's name, with ``_`` + the constant's name.
    """

    edited = Signal(str, object, object)

    def __init__(self, field: str, registry: Mapping[str, Any], label: str = "", tip: str = "") -> None:
        super().__init__()
        self._field, self._registry = field, registry
        self._choice: Choice = next(iter(registry))
        self.rows = Rows(FORM_LABELS, whole=True)
        self.setLayout(self.rows)
        self.picker: ChoiceField | None = None
        if label:
            self.picker = choice_of(registry, whole_text=True)
            self.picker.chosen.connect(self._choose)
            self.rows.add(label, self.picker, f"training_{field}", tip)
        self._editors: dict[str, NumberField] = {}
        self._heads: dict[str, ElidedLabel] = {}
        used = {name for entry in registry.values() for name in entry.constants}
        for name in CONSTANTS:
            if name in used:
                self._add(name)

    def show_choice(self, choice: Choice) -> None:
        """Show a choice and its constants, without emitting."""
        self._choice = choice
        if self.picker is not None:
            self.picker.set_value(chosen_name(choice))
        values, entry = all_constants(choice, self._registry), self._registry[chosen_name(choice)]
        for name, editor in self._editors.items():
            self.rows.show_row(editor, name in values)
            if name in values:
                editor.set_number(values[name])
                tip = self.tr("{help} Usual with {name}: {value}.").format(
                    help=self.tr(CONSTANTS[name][1]), name=self.tr(entry.label),
                    value=format_number(entry.constants[name]))
                editor.setAccessibleDescription(tip)
                editor.set_tip(tip)
                self._heads[name].set_tip(tip)
        self.setVisible(self.picker is not None or bool(values))

    def _add(self, name: str) -> None:
        label, help = (self.tr(text) for text in CONSTANTS[name])
        editor = self._editors[name] = NumberField(**{"minimum": 0.0, "maximum": 1e6, **_BOUNDS.get(name, {})})
        editor.edited.connect(lambda value, token: self._emit(name, value, token))
        self._heads[name] = self.rows.add(label, editor, f"training_{self._field}_{name}", help)

    def _choose(self, name: str) -> None:
        # Chosen again, it keeps its constants.
        if name != chosen_name(self._choice):
            self.edited.emit(self._field, name, None)

    def _emit(self, name: str, value: float, token: object) -> None:
        constants = {**all_constants(self._choice, self._registry), name: float(value)}
        self.edited.emit(self._field, {"name": chosen_name(self._choice), **constants}, token)
