"""Edits of a document: each takes a document and gives a new one.

Raises NetworkError, in the learner's words, if the edit would make the network unsound.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from nnsim.core.network import (
    MAX_NAME_LENGTH,
    Connection,
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
from nnsim.documents.layout import arrange

Position = tuple[float, float]
Ends = tuple[str, str]

NEW_WEIGHT = 1.0
NEW_THRESHOLD = 1.0


def add_neuron(document: Document, role: Role, position: Position, id: str | None = None) -> Document:
    """A new neuron: an input, or a step with θ = 1."""
    structure = document.network.structure
    id = id or free_neuron_name(structure, role)
    if role == "input":
        neuron = Neuron(id, role)
        values: dict[str, float] = {}
    else:
        bias = _free(f"b_{id}", structure.parameter_index)
        neuron = Neuron(id, role, "heaviside", bias=bias, notation="threshold")
        values = {bias: -NEW_THRESHOLD}
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


def connect_new(document: Document, source: str, role: Role, position: Position) -> Document:
    """A new neuron at ``position``, connected from ``source``."""
    id = free_neuron_name(document.network.structure, role)
    return connect(add_neuron(document, role, position, id), source, id)


def why_not_connect(structure: Structure, source: str, target: str) -> str:
    """Why source → target cannot be connected, in the learner's words; empty if it can."""
    if source == target:
        return f"{source} cannot feed itself: its value would wait for itself."
    if structure.by_id[target].role == "input":
        return f"{target} is an input: nothing may enter it."
    if (source, target) in structure.by_ends:
        return f"{source} → {target} is connected already."
    if structure.leads_to(target, source):
        return f"{target} already leads to {source}: this would close a cycle."
    return ""


def remove(document: Document, neurons: Collection[str] = (), connections: Collection[Ends] = ()) -> Document:
    """Without these neurons (and all that touches them) and these connections."""
    structure = document.network.structure
    gone, cut = set(neurons), set(connections)
    return _with_gate_inputs(
        _rebuilt(
            document,
            [n for n in structure.neurons if n.id not in gone],
            [c for c in structure.connections if c.ends not in cut and not gone & {c.source, c.target}],
        )
    )


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
    """Neurons with another role. A neuron that something enters cannot become an input."""
    chosen = set(ids)
    taken = set(document.network.parameter_names)

    def changed(neuron: Neuron) -> Neuron:
        if neuron.role == role:
            return neuron
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

    return _with_gate_inputs(_mapped(document, chosen, changed))


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


def free_neuron_name(structure: Structure, role: Role) -> str:
    """The next free name: x0, x1 … for inputs, h1 … for hidden neurons, y, y2 … for outputs."""
    if role == "input":
        return _numbered("x", structure.by_id, 0)
    if role == "output":
        return "y" if "y" not in structure.by_id else _numbered("y", structure.by_id, 2)
    return _numbered("h", structure.by_id, 1)


def free_name(name: str, taken: Collection[str]) -> str:
    """``name``, with a number behind it if it is taken, and cut if it is too long."""
    return _free(name, taken)


def _numbered(stem: str, taken: Collection[str], start: int) -> str:
    number = start
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def _free(name: str, taken: Collection[str]) -> str:
    name = name[:60]
    return name if name not in taken else _numbered(f"{name}_", taken, 2)


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


def add_layered(document: Document, sizes: Sequence[int], hidden: str, output: str, seed: int) -> Document:
    """A layered network below what is there already, with free names."""
    added = Network.layered(sizes, hidden, output, seed)
    structure = document.network.structure
    if not structure.neurons:
        return _with_gate_inputs(replace(document, network=added, layout=arrange(added.structure)))
    ids = {n.id: _free(n.id, structure.by_id) for n in added.structure.neurons}
    names = {name: _free(name, structure.parameter_index) for name in added.parameter_names}
    neurons = [
        *structure.neurons,
        *(replace(n, id=ids[n.id], bias=names[n.bias] if n.bias else None) for n in added.structure.neurons),
    ]
    connections = [
        *structure.connections,
        *(Connection(ids[c.source], ids[c.target], names[c.weight]) for c in added.structure.connections),
    ]
    values = {names[name]: added.value(name) for name in added.parameter_names}
    lowest = max((y for _, y in document.layout.values()), default=0.0)
    places = arrange(added.structure)
    top = min(y for _, y in places.values())
    left = min((x for x, _ in document.layout.values()), default=0.0) - min(x for x, _ in places.values())
    layout = {ids[id]: (x + left, y - top + lowest + 180) for id, (x, y) in places.items()}
    changed = _rebuilt(document, neurons, connections, values)
    return _with_gate_inputs(replace(changed, layout={**document.layout, **layout}))
