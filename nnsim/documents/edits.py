"""Edits of a document: each takes a document and gives a new one.

Raises NetworkError, in the learner's words, if the edit would make the network unsound.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from nnsim.core.network import (
    MAX_NAME_LENGTH,
    Connection,
    Ends,
    Network,
    NetworkError,
    Neuron,
    Problem,
    Role,
    Structure,
)
from nnsim.data.generators import GENERATORS
from nnsim.data.sources import DataSource, GeneratedData
from nnsim.documents.document import Document
from nnsim.documents.naming import _free, _free_numbers, _numbered, free_neuron_name
from nnsim.documents.targets import targets_follow

Position = tuple[float, float]

NEW_WEIGHT = 1.0
NEW_THRESHOLD = 1.0


def add_neuron(
    document: Document, role: Role, position: Position, id: str | None = None, activation: str = "heaviside"
) -> Document:
    """A new neuron: an input, a step with θ = 1, or one of another ``activation`` with b = 0."""
    structure = document.network.structure
    id = id or free_neuron_name(structure, role)
    if role == "input":
        neuron = Neuron(id, role)
        values: dict[str, float] = {}
    else:
        bias = _free(f"b_{id}", structure.parameter_index)
        neuron = Neuron(id, role, activation, bias=bias)
        neuron = replace(neuron, notation=_usual_notation(neuron))
        values = {bias: -NEW_THRESHOLD if activation == "heaviside" else 0.0}
    changed = _rebuilt(document, [*structure.neurons, neuron], structure.connections, values)
    return _with_gate_inputs(replace(changed, layout={**document.layout, id: position}))


def connect(document: Document, source: str, target: str, weight: float = NEW_WEIGHT) -> Document:
    """A new connection with a weight of its own."""
    refusal = why_not_connect(document.network.structure, source, target)
    if refusal:
        raise NetworkError([Problem(refusal, (source, target))])
    structure = document.network.structure
    name = _numbered("w", structure.parameter_index, 1)
    connections = [*structure.connections, Connection(source, target, name)]
    return _rebuilt(document, structure.neurons, connections, {name: weight})


def connect_all(document: Document, sources: Collection[str], targets: Collection[str]) -> Document:
    """Each source connected to each target, with a weight of its own; connections that exist are kept.

    A neuron that is both is a target. Refused as a whole if one connection would enter an input or close a cycle, or
    if all exist already.
    """
    structure = document.network.structure
    ends = set(targets)
    starts = [id for id in structure.by_id if id in set(sources) - ends]
    pairs = []
    for target in (id for id in structure.by_id if id in ends):
        behind = structure.downstream([target])
        for source in starts:
            if (source, target) in structure.by_ends:
                continue
            if source in behind or structure.by_id[target].role == "input":
                raise NetworkError([Problem(why_not_connect(structure, source, target), (source, target))])
            pairs.append((source, target))
    if not pairs:
        raise NetworkError([Problem("All of these are connected already.", tuple(ends))])
    names = _free_numbers("w", structure.parameter_index)
    added = [Connection(source, target, next(names)) for source, target in pairs]
    values = {connection.weight: NEW_WEIGHT for connection in added}
    return _rebuilt(document, structure.neurons, [*structure.connections, *added], values)


def connect_new(document: Document, sources: Collection[str], role: Role, position: Position) -> Document:
    """A new neuron at ``position``, connected from the ``sources``."""
    id = free_neuron_name(document.network.structure, role)
    return connect_all(add_neuron(document, role, position, id), sources, [id])


def why_not_connect(structure: Structure, source: str, target: str) -> str:
    """Why source → target cannot be connected, in the learner's words; empty if it can."""
    if source == target:
        return f"{source} cannot feed itself: its value would wait for itself."
    if structure.by_id[target].role == "input":
        return f"{target} is an input: nothing may enter it."
    if (source, target) in structure.by_ends:
        return f"{source} → {target} is connected already."
    if source in structure.downstream([target]):
        return f"{target} already leads to {source}: this would close a cycle."
    return ""


def remove(document: Document, neurons: Collection[str] = (), connections: Collection[Ends] = ()) -> Document:
    """Without these neurons (and all that touches them) and these connections."""
    structure = document.network.structure
    gone, cut = set(neurons), set(connections)
    left = _rebuilt(
        document,
        [n for n in structure.neurons if n.id not in gone],
        [c for c in structure.connections if c.ends not in cut and not gone & {c.source, c.target}],
    )
    return _with_gate_inputs(targets_follow(document, left))


def move(document: Document, positions: Mapping[str, Position]) -> Document:
    """Neurons moved to new places."""
    return replace(document, layout={**document.layout, **positions})


def set_values(document: Document, values: Mapping[str, float]) -> Document:
    """Parameters changed by name; the structure stays the same object."""
    return replace(document, network=document.network.with_values(values))


def rename_neuron(document: Document, old: str, new: str) -> Document:
    """The neuron ``old`` called ``new``; a bias named after it follows."""
    new = new.strip()
    structure = document.network.structure
    if old == new:
        return document
    if new in structure.by_id:
        message = f"There is a neuron called {new} already: each needs a name of its own."
        raise NetworkError([Problem(message, (new,))])
    own_bias, new_bias = f"b_{old}", f"b_{new}"
    renames: dict[str, str] = {}
    if old in structure.by_id and structure.by_id[old].bias == own_bias and len(new_bias) <= MAX_NAME_LENGTH:
        renames[own_bias] = _free(new_bias, structure.parameter_index)
    neurons = [
        replace(n, id=new if n.id == old else n.id, bias=renames.get(n.bias, n.bias) if n.bias else None)
        for n in structure.neurons
    ]
    connections = [
        replace(
            c,
            source=new if c.source == old else c.source,
            target=new if c.target == old else c.target,
            weight=renames.get(c.weight, c.weight),
        )
        for c in structure.connections
    ]
    values = {renames.get(name, name): document.network.value(name) for name in structure.parameter_names}
    frozen = {renames.get(name, name) for name in structure.frozen}
    layout = {new if id == old else id: xy for id, xy in document.layout.items()}
    return replace(document, network=Network.build(neurons, connections, values, frozen), layout=layout)


def set_role(document: Document, ids: Iterable[str], role: Role) -> Document:
    """Neurons with another role. A neuron that something enters cannot become an input.

    New inputs and outputs come behind those that are there, so that each column of the data stays with its neuron.
    """
    chosen = {id for id in ids if document.network.structure.by_id[id].role != role}
    taken = set(document.network.parameter_names)

    def changed(neuron: Neuron) -> Neuron:
        if role == "input":
            entering = document.network.structure.incoming[neuron.id]
            if entering:
                raise NetworkError(
                    [
                        Problem(
                            f"{neuron.id} cannot be an input, because {entering[0].source} leads to it: "
                            "remove its incoming connections first.",
                            (neuron.id,),
                        )
                    ]
                )
            return Neuron(neuron.id, role)
        if neuron.role == "input":
            bias = _free(f"b_{neuron.id}", taken)
            taken.add(bias)
            return Neuron(neuron.id, role, "heaviside", bias=bias, notation="threshold")
        return replace(neuron, role=role)

    new = _mapped(document, chosen, changed)
    if role != "hidden":
        structure = new.network.structure
        new = _rebuilt(new, sorted(structure.neurons, key=lambda n: n.id in chosen), structure.connections)
    return _with_gate_inputs(targets_follow(document, new))


def set_neurons(document: Document, ids: Iterable[str], **fields: str) -> Document:
    """Neurons with another ``activation``, ``combine`` or ``notation``; inputs are left alone.

    Steps are shown with θ and other neurons with b, so a neuron that becomes a step, or ceases to be one,
    changes its notation with it, unless ``notation`` is given or the learner had chosen the other one.
    """

    def changed(neuron: Neuron) -> Neuron:
        if neuron.role == "input":
            return neuron
        new: Neuron = replace(neuron, **fields)  # type: ignore[arg-type]
        if "notation" not in fields and neuron.notation == _usual_notation(neuron):
            return replace(new, notation=_usual_notation(new))
        return new

    return _mapped(document, set(ids), changed)


def _usual_notation(neuron: Neuron) -> str:
    return "threshold" if neuron.activation == "heaviside" else "bias"


def set_bias_used(document: Document, id: str, used: bool) -> Document:
    """A neuron with a bias of its own, 0 at first so that nothing else changes, or with none."""
    name = _free(f"b_{id}", document.network.structure.parameter_index)
    return _mapped(document, {id}, lambda n: replace(n, bias=(n.bias or name) if used else None), 0.0)


def share(document: Document, old: str, new: str) -> Document:
    """All uses of the parameter ``old`` use ``new`` instead: they share it, or ``old`` is renamed."""
    structure = document.network.structure
    new = new.strip()
    if old == new:
        return document
    neurons = [replace(n, bias=new) if n.bias == old else n for n in structure.neurons]
    connections = [replace(c, weight=new) if c.weight == old else c for c in structure.connections]
    if new in structure.parameter_index:
        return _rebuilt(document, neurons, connections)
    network = document.network
    values = {new if name == old else name: network.value(name) for name in structure.parameter_names}
    frozen = {new if name == old else name for name in structure.frozen}
    return replace(document, network=Network.build(neurons, connections, values, frozen))


def set_trainable(document: Document, names: Iterable[str], trainable: bool) -> Document:
    """Parameters that training may change, or must leave alone."""
    structure = document.network.structure
    frozen = structure.frozen - set(names) if trainable else structure.frozen | set(names)
    changed = replace(structure, frozen=frozenset(frozen))
    return replace(document, network=Network(changed, document.network.parameters))


def set_data(document: Document, data: DataSource | None) -> Document:
    """Other data to learn from."""
    return replace(document, data=data)


def _mapped(
    document: Document, ids: set[str], change: Callable[[Neuron], Neuron], new_bias: float = -NEW_THRESHOLD
) -> Document:
    structure = document.network.structure
    neurons = tuple(change(n) if n.id in ids else n for n in structure.neurons)
    if neurons == structure.neurons:
        return document
    biases = [n.bias for n in neurons if n.bias is not None]
    added = {bias: new_bias for bias in biases if bias not in structure.parameter_index}
    return _rebuilt(document, neurons, structure.connections, added)


def _rebuilt(
    document: Document,
    neurons: Iterable[Neuron],
    connections: Iterable[Connection],
    added: Mapping[str, float] | None = None,
) -> Document:
    """The document with another graph: parameters nothing uses any more are dropped, places too."""
    neurons, connections = tuple(neurons), tuple(connections)
    old = document.network
    used = {c.weight for c in connections} | {n.bias for n in neurons if n.bias is not None}
    values = {name: old.value(name) for name in old.parameter_names if name in used} | dict(added or {})
    network = Network.build(neurons, connections, values, old.structure.frozen & set(values))
    layout = {id: xy for id, xy in document.layout.items() if id in network.structure.by_id}
    return replace(document, network=network, layout=layout)


def _with_gate_inputs(document: Document) -> Document:
    """A truth table follows its network: a gate's data always has a column for each input."""
    data, structure = document.data, document.network.structure
    if isinstance(data, GeneratedData) and GENERATORS[data.generator].is_gate:
        inputs = len(structure.inputs)
        if getattr(data.fields, "inputs", inputs) != inputs and 1 <= inputs <= 6:
            try:
                fields = replace(data.fields, inputs=inputs)
            except ValueError:
                return replace(document, data=None)
            return replace(document, data=GeneratedData(data.generator, fields))
    return document


