"""The form of one neuron."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import Sum, sum_of
from nnsim.core.formulas.numbers import comparison, format_number
from nnsim.core.network import Neuron, Role, Structure
from nnsim.documents import edits
from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.reach_note import ReachNote
from nnsim.gui.panels.selected.band_field import BandField
from nnsim.gui.panels.selected.gradient_line import GradientLine, NextLine
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.parameters import (
    other_uses,
    set_bias,
    set_field,
    set_role,
    set_trainable,
    share_parameter,
    why_not_name,
    why_not_neuron_name,
    written_bias,
)
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.choice_field import ChoiceField, choice_of
from nnsim.gui.widgets.controls import Segments, name_widget, plain_tip
from nnsim.gui.widgets.forms import Disclosure, Rows, beside, plain_text
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.widgets.text_field import TextField


class NeuronForm(QWidget):
    """Every field of one neuron. Shows what ``show_document`` names; edits go to the session.

    ``renamed(old, new)`` asks for another name, because the selection has to follow it.
    """

    renamed = Signal(str, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._id = ""
        column = column_in(self, GRID)
        self._rows = Rows(wraps=True)
        column.addLayout(self._rows)
        self._build_identity()
        self._build_value()
        self._build_bias()
        self._build_numbers()
        self._advanced = Disclosure(self.tr("Advanced"), "neuron_advanced")
        self._build_advanced()
        column.addWidget(self._advanced)

    # Building

    def _build_identity(self) -> None:
        self._name = TextField(lambda text: why_not_neuron_name(self._desk, self._id, text))
        self._name.edited.connect(lambda new: self.renamed.emit(self._id, new))
        self._rows.add(self.tr("Name"), self._name, "neuron_name", self.tr("What the neuron is called"))
        self._role = ChoiceField()
        self._role.set_choices(
            [("input", self.tr("Input")), ("hidden", self.tr("Hidden")), ("output", self.tr("Output"))],
            {"input": self.tr("Takes a value from outside; nothing may lead to it."),
             "hidden": self.tr("Calculates for other neurons."),
             "output": self.tr("Its value is the network's answer.")})
        self._role.chosen.connect(self._set_role)
        self._rows.add(self.tr("Role"), self._role, "neuron_role", self.tr("What the neuron is for"))

    def _build_value(self) -> None:
        self._value = NumberField(whole_text=True)
        name_widget(self._value, "input_value", self.tr("Value"))
        self._value.set_tip(self.tr("The number fed to this input; it is not part of the document"))
        self._switch = Segments("input_switch", [(0.0, "0", self.tr("Feed 0")), (1.0, "1", self.tr("Feed 1"))])
        for feeds in (self._value.edited, self._switch.chosen):
            feeds.connect(lambda value, token=None: self._desk.looking.set_inputs({self._id: value}))
        self._value_row = beside(self._value, self._switch)
        self._rows.add(self.tr("Value"), self._value_row, "input_row")
        self._activation = choice_of(ACTIVATIONS)
        self._activation.chosen.connect(lambda name: self._set_field("activation", name))
        self._rows.add(self.tr("Activation"), self._activation, "neuron_activation",
                       self.tr("The function that turns the sum into the output"))
        self._reach = ReachNote(self._desk, "neuron_reach")
        self._rows.addRow(self._reach)

    def _build_bias(self) -> None:
        self._bias = NumberField(whole_text=True)
        # Right under the name, so that number, gradient, slider and band are in sight also in a low panel.
        self._bias_label = self._rows.add(self.tr("Bias b"), self._bias, "neuron_bias", at=1)
        self._gradient = GradientLine(self._desk, "neuron_gradient")
        self._gradient_label = self._rows.add(
            self.tr("Gradient"), self._gradient, "neuron_gradient",
            self.tr("How the loss changes with the bias, or the threshold; ✓ if a difference quotient says the same"),
            at=2)
        self._rows.insertRow(3, self._gradient.why)
        self._next = NextLine(self._desk, "neuron_next")
        self._next_label = self._rows.add(self.tr("Next"), self._next, "neuron_next", self.tr(
            "What the next step of training makes of the bias, or the threshold"), at=4)
        self._band = BandField(self._desk, "neuron")
        for edited in (self._bias.edited, self._band.edited):
            edited.connect(self._set_bias)
        self._rows.insertRow(5, self._band)
        self._notation = Segments("neuron_notation", [
            ("threshold", "θ", self.tr("Show it as the threshold θ that the weighted sum has to reach")),
            ("bias", "b", self.tr("Show it as the bias b = −θ that is added to the weighted sum"))])
        self._notation.chosen.connect(lambda notation: self._set_field("notation", notation))
        self._rows.add(self.tr("Written as"), self._notation, "neuron_notation")
        self._trainable = QCheckBox()
        self._trainable.clicked.connect(self._set_trainable)
        self._rows.add(self.tr("Trainable"), self._trainable, "neuron_trainable",
                       self.tr("Whether training may change the bias; its weights have switches of their own"))
        self._shared = plain_text("neuron_shared")
        self._rows.add(self.tr("Shared with"), self._shared, "neuron_shared",
                       self.tr("These neurons use the same parameter: what changes here changes there"))

    def _build_numbers(self) -> None:
        self._sum = TextLine("neuron_sum", color="ink", size="body")
        self._about_sum = self.tr("What comes in, before the activation")
        self._sum_label = self._rows.add(self.tr("Pre-activation z"), self._sum, "neuron_sum", self._about_sum)
        self._output = TextLine("neuron_output", color="ink", size="body")
        self._rows.add(self.tr("Output"), self._output, "neuron_output", self.tr("What the neuron says now"))
        self._gate = TextLine("neuron_gate", color="ink", size="body")
        self._rows.add(self.tr("Computes"), self._gate, "neuron_gate", self.tr(
            "The gate of the network's inputs that the neuron is, by its table over all their 0s and 1s"))

    def _build_advanced(self) -> None:
        self._rare = Rows()
        self._advanced.body.addLayout(self._rare)
        self._combine = choice_of(COMBINES)
        self._combine.chosen.connect(lambda name: self._set_field("combine", name))
        self._rare.add(self.tr("Combine"), self._combine, "neuron_combine", self.tr("How the inputs are put together"))
        self._has_bias = QCheckBox()
        self._has_bias.clicked.connect(self._set_bias_used)
        self._rare.add(self.tr("Has a bias"), self._has_bias, "neuron_has_bias",
                       self.tr("Whether a number of its own is added to the sum"))
        self._bias_name = TextField(why_not_name)
        self._bias_name.edited.connect(self._share)
        self._rare.add(self.tr("Bias name"), self._bias_name, "neuron_bias_name", self.tr(
            "What the parameter is called. The name of another parameter makes them one, shared by both."))
        self._counts = plain_text("neuron_connections")
        self._rare.add(self.tr("Connections"), self._counts, "neuron_connections")

    # Showing

    def show_document(self, id: str) -> None:
        """Show this neuron."""
        same, self._id = id == self._id, id
        structure = self._desk.session.structure
        neuron = structure.by_id[id]
        is_input, bias = neuron.role == "input", neuron.bias
        self._name.set_text(id, keep_typing=same)
        self._role.set_value(neuron.role)
        self._forbid_input(structure)
        self._activation.set_value(neuron.activation)
        self._reach.show_document(id if neuron.role == "output" else "")
        self._rows.show_row(self._reach, neuron.role == "output" and not self._reach.isHidden())
        self._notation.set_value(neuron.notation)
        self._combine.set_value(neuron.combine)
        self._show_yes(self._has_bias, bias is not None, self.tr("no"))
        for rows, editors, shown in (
            (self._rows, (self._value_row,), is_input),
            (self._rows, (self._activation, self._sum, self._output), not is_input),
            (self._rows, (self._bias, self._band, self._notation, self._trainable), bias is not None),
            (self._rare, (self._combine, self._has_bias), not is_input),
            (self._rare, (self._bias_name,), bias is not None),
        ):
            for editor in editors:
                rows.show_row(editor, shown)
        self._show_parameter(structure, neuron, same)
        counts = self.tr("{incoming} in, {outgoing} out")
        self._counts.setText(counts.format(
            incoming=f"{len(structure.incoming[id]):,}", outgoing=f"{len(structure.outgoing[id]):,}"))
        if not same:
            self._value.set_number(self._desk.looking.inputs.get(id, 0.0), keep_typing=False)
        self.show_slow_values()
        self.show_values()

    def _show_parameter(self, structure: Structure, neuron: Neuron, same: bool) -> None:
        others = other_uses(structure, neuron.bias, neuron) if neuron.bias is not None else ""
        self._rows.show_row(self._shared, bool(others))
        self._shared.setText(others)
        threshold = neuron.notation == "threshold"
        self._bias_label.setText(self.tr("Threshold θ") if threshold else self.tr("Bias b"))
        self._bias.setAccessibleName(self._bias_label.text())
        self._sum_label.setText(self.tr("Weighted sum Σ") if self._shows_sum(neuron) else self.tr("Pre-activation z"))
        if neuron.bias is None:
            return
        tip = (self.tr("The neuron fires when the weighted sum reaches this; parameter {name} holds −θ") if threshold
               else self.tr("What is added to the weighted sum; parameter {name}"))
        self._bias.set_tip(tip.format(name=neuron.bias))
        self._bias_name.set_text(neuron.bias, keep_typing=same)
        self._show_yes(self._trainable, neuron.bias not in structure.frozen, self.tr("no, frozen"))
        if not same:
            value = self._desk.session.network.value(neuron.bias)
            self._bias.set_number(written_bias(neuron, value), keep_typing=False)

    def show_values(self) -> None:
        """Show the current numbers."""
        desk, neuron = self._desk, self._desk.session.structure.by_id[self._id]
        gate = desk.looking.gates.get(self._id)
        self._rows.show_row(self._gate, gate is not None)
        self._gate.set_text(f"{self._id} = {gate.text}" if gate is not None else "")
        if neuron.role == "input":
            value = desk.looking.inputs.get(self._id, 0.0)
            self._value.set_number(value)
            self._switch.set_value(value)
            return
        bias = desk.session.network.value(neuron.bias) if neuron.bias is not None else 0.0
        if neuron.bias is not None:
            self._bias.set_number(written_bias(neuron, bias))
            self._band.show_number()
        self._show_sum(neuron, sum_of(desk.session.network, self._id, desk.looking.trace))

    def _show_sum(self, neuron: Neuron, total: Sum) -> None:
        """The sum and what it gives; of a step with as many digits as it takes not to look equal to its threshold."""
        value, bound = (total.combined, total.threshold) if self._shows_sum(neuron) else (total.shown_z, 0.0)
        says_more = total.is_step and (value >= bound) == (total.a == 1.0)
        self._sum.set_text(comparison(value, bound).split(" ")[0] if says_more else format_number(value))
        self._output.set_text(format_number(total.shown_a))
        self._sum.setToolTip(plain_tip("\n".join(filter(None, (self._about_sum, why_rounding_decides(total))))))

    def show_slow_values(self) -> None:
        """Show what takes longer: the gradient, and the band of the bias."""
        neuron = self._desk.session.structure.by_id[self._id]
        threshold = neuron.notation == "threshold"
        loss = self._desk.study.notation.loss.text
        self._gradient_label.setText(f"∂{loss}/∂θ" if threshold else self.tr("Gradient"))
        self._rows.show_row(self._gradient, self._gradient.show_parameter(neuron.bias, negated=threshold))
        self._rows.show_row(self._gradient.why, bool(self._gradient.why.text()))
        self._next_label.setText(self.tr("Next {name}").format(name="θ" if threshold else "b"))
        self._rows.show_row(self._next, self._next.show_parameter(neuron.bias, negated=threshold))
        if neuron.bias is not None:
            self._band.show_parameter(neuron.bias, "θ" if threshold else "b", threshold)

    def _show_yes(self, box: QCheckBox, yes: bool, no: str) -> None:
        box.setChecked(yes)
        box.setText(self.tr("yes") if yes else no)

    def _forbid_input(self, structure: Structure) -> None:
        """A neuron that something enters cannot become an input: its entry says why."""
        entering = structure.incoming[self._id]
        reason = self.tr("{source} leads to it: remove its incoming connections first.")
        self._role.forbid("input", plain_tip(reason.format(source=entering[0].source)) if entering else "")

    @staticmethod
    def _shows_sum(neuron: Neuron) -> bool:
        """In θ notation a sum is shown without the bias: it is what is compared with θ."""
        return neuron.notation == "threshold" and neuron.combine == "sum" and neuron.bias is not None

    # Editing

    def _set_role(self, role: Role) -> None:
        set_role(self._desk, self._id, role)
        self.show_document(self._id)

    def _set_field(self, field: str, value: str) -> None:
        set_field(self._desk, self._id, field, value)
        self.show_document(self._id)

    def _set_bias(self, value: float, token: object) -> None:
        neuron = self._desk.session.structure.by_id[self._id]
        if neuron.bias is not None:
            set_bias(self._desk, neuron, value, token)

    def _set_trainable(self, yes: bool) -> None:
        bias = self._desk.session.structure.by_id[self._id].bias
        if bias is not None:
            set_trainable(self._desk, bias, yes)

    def _set_bias_used(self, used: bool) -> None:
        id = self._id
        text = (self.tr("Give {name} a bias") if used else self.tr("Remove the bias of {name}")).format(name=id)
        self._desk.session.apply(text, lambda d: edits.set_bias_used(d, id, used))

    def _share(self, new: str) -> None:
        bias = self._desk.session.structure.by_id[self._id].bias
        if bias is not None:
            share_parameter(self._desk, bias, new)
            self.show_document(self._id)
