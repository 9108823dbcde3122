"""What is written on the canvas: the numbers of neurons and of connections."""

from dataclasses import replace

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import in_order, sum_of
from nnsim.core.formulas.numbers import factor, format_number
from nnsim.core.network import Connection, Neuron
from nnsim.gui.canvas.edge_labels import LABEL_DIGITS
from nnsim.gui.canvas.neuron_item import Face
from nnsim.gui.canvas.shared_biases import SharedBiases
from nnsim.gui.session.desk import Desk


class Texts:
    """What neurons and connections say, with the digits and in the form that the learner chose."""

    def __init__(self, desk: Desk, shared: SharedBiases) -> None:
        self._desk, self._shared = desk, shared
        self.biases_drawn = self.products_drawn = self.names_drawn = False
        """Whether a bias is drawn as a neuron that is always 1; whether labels are products, and have names."""
        self._written_in, self._digits = desk.study.digits, desk.study.short_digits(LABEL_DIGITS)
        """How numbers are written, and how where there is little room."""

    def follow_digits(self) -> bool:
        """Whether numbers are written in another way than before."""
        study, before = self._desk.study, self._written_in
        self._written_in, self._digits = study.digits, study.short_digits(LABEL_DIGITS)
        return self._written_in != before

    def weight(self, connection: Connection) -> str:
        """The label of a connection."""
        network = self._desk.session.network
        value = network.value(connection.weight)
        if not self.products_drawn:
            return f"{connection.weight} = {self._number(value)}" if self.names_drawn else self._number(value)
        first, second = in_order(network.structure.by_id[connection.target].activation, value,
                                 self._desk.looking.output_of(connection.source))
        product = f"{self._number(first)} · {factor(second, self._digits)}"
        return f"{connection.weight}: {product}" if self.names_drawn else product

    def weight_before(self, connection: Connection) -> str:
        """What the label was at the start of the run, while that is compared; else nothing."""
        start = self._desk.study.compared
        return "" if start is None else self._number(start.value(connection.weight))

    def face(self, neuron: Neuron, problem: str, switches: bool) -> Face:
        """What a neuron says: of an input with ``switches`` whether it is on, of any what its ``problem`` is."""
        face = self._input_face(neuron, switches) if neuron.role == "input" else self._unit_face(neuron, problem)
        study = self._desk.study
        tag = study.tags.get(neuron.id)
        if tag is not None:
            face = replace(face, below=tag)
        if study.compared is not None and neuron.bias is not None:
            face = replace(face, ghost=self._bias(neuron, study.compared.value(neuron.bias)))
        return face

    def _input_face(self, neuron: Neuron, switches: bool) -> Face:
        value = self._desk.looking.output_of(neuron.id)
        switch = bool(value) if switches and value in (0.0, 1.0) else None
        return Face(neuron.id, center=self._number(value), is_input=True, fires=value == 1.0 and switch is not None,
                    switch=switch)

    def _unit_face(self, neuron: Neuron, problem: str) -> Face:
        desk, id = self._desk, neuron.id
        value = desk.looking.output_of(id)
        shown = self._number(value)
        bias = desk.session.network.value(neuron.bias) if neuron.bias is not None else 0.0
        drawn, as_one = self.biases_drawn and neuron.bias is not None, ""
        if drawn and self._shared.drawn_by(neuron) == id:
            as_one = (f"{neuron.bias} = " if self.names_drawn else "") + self._number(bias)
        if not ACTIVATIONS[neuron.activation].has_slope:
            taken_apart = sum_of(desk.session.network, id, desk.looking.trace)
            center = f"≥ {self._number(-bias)}"
            if drawn or neuron.notation == "bias":
                # Its bias is among what comes in: the sum is compared with 0.
                center = "z ≥ 0"
                taken_apart = replace(taken_apart, notation="bias")
            gate, why = desk.looking.gates.get(id), why_rounding_decides(taken_apart)
            below, note = (taken_apart.short(desk.study.digits, cut) for cut in (True, False))
            return Face(id, center, below, shown, value == 1.0, problem=problem, bias=as_one,
                        gate=gate.text if gate else "", note=f"{note}\n{why}" if why else "")
        named = (self.names_drawn and neuron.bias) or "b"
        below = "" if drawn or neuron.bias is None else self._bias(neuron, bias, named)
        return Face(id, "", below, shown, problem=problem, bias=as_one)

    def _bias(self, neuron: Neuron, bias: float, name: str = "b") -> str:
        """θ or b of a neuron, as it is written: ``b = 0.35``."""
        turned = neuron.notation == "threshold"
        return f"{'θ' if turned else name} = {self._number((-bias if turned else bias) + 0.0)}"

    def _number(self, value: float) -> str:
        return format_number(value, self._digits)
