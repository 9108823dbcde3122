"""Edits of a document: each takes a document and gives a new one.

Raises NetworkError, in the learner's words, if the edit would make the network unsound.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from nnsim.core.formulas.notation import NOTATIONS
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
from nnsim.data.sources import DataSource
from nnsim.documents.document import Document, Position
from nnsim.documents.naming import free_name, free_neuron_name, free_numbers, renamed
from nnsim.documents.targets import data_follow

NEW_WEIGHT = 1.0
NEW_THRESHOLD = 1.0
_NOTHING: Mapping[str, float] = {}


def add_neuron(
    document: Document, role: Role, position: Position, id: str | None = None, activation: str = "heaviside"
) -> Document:
    """A new neuron: an input, a step with θ = 1, or one of another ``activation`` with b = 0."""
    structure = document.network.structure
    id = id or free_neuron_name(structure, role)
    neuron = Neuron(id, role) if role == "input" else new_neuron(id, role, activation, structure.parameter_index)
    changed = rebuilt(document, [*structure.neurons, neuron], structure.connections, new_biases([neuron]))
    return data_follow(document, replace(changed, layout={**document.layout, id: position}))


def connect(document: Document, source: str, target: str, weight: float = NEW_WEIGHT) -> Document:
    """A new connection with a weight of its own."""
    refusal = why_not_connect(document.network.structure, source, target)
    if refusal:
        raise NetworkError([Problem(refusal, (source, target))])
    structure = document.network.structure
    name = next(free_numbers("w", structure.parameter_index))
    connections = _placed(structure, [Connection(source, target, name)])
    return rebuilt(document, structure.neurons, connections, {name: weight})


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
    names = free_numbers("w", structure.parameter_index)
    added = [Connection(source, target, next(names)) for source, target in pairs]
    values = {connection.weight: NEW_WEIGHT for connection in added}
    return rebuilt(document, structure.neurons, _placed(structure, added), values)


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
    left = rebuilt(
        document,
        [n for n in structure.neurons if n.id not in gone],
        [c for c in structure.connections if c.ends not in cut and not gone & {c.source, c.target}],
    )
    return data_follow(document, left)


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
        renames[own_bias] = free_name(new_bias, structure.parameter_index)
    layout = {new if id == old else id: xy for id, xy in document.layout.items()}
    return replace(document, network=renamed(document.network, {old: new}, renames), layout=layout)


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
                message = (f"{neuron.id} cannot be an input, because {entering[0].source} leads to it: "
                           "remove its incoming connections first.")
                raise NetworkError([Problem(message, (neuron.id,))])
            return Neuron(neuron.id, role)
        if neuron.role == "input":
            new = new_neuron(neuron.id, role, "heaviside", taken)
            taken.update(new_biases([new]))
            return new
        return replace(neuron, role=role)

    new = _mapped(document, chosen, changed)
    if role != "hidden":
        structure = new.network.structure
        new = rebuilt(new, sorted(structure.neurons, key=lambda n: n.id in chosen), structure.connections)
    return data_follow(document, new)


def set_neurons(document: Document, ids: Iterable[str], **fields: str) -> Document:
    """Neurons with another ``activation``, ``combine`` or ``notation``; inputs are left alone.

    Steps are shown with θ and other neurons with b, so a neuron that becomes a step, or ceases to be one,
    changes its notation with it, unless ``notation`` is given or the learner had chosen the other one.
    """

    def changed(neuron: Neuron) -> Neuron:
        if neuron.role == "input":
            return neuron
        new: Neuron = replace(neuron, **fields)  # type: ignore[arg-type]
        if "notation" not in fields and neuron.notation == _usual_notation(neuron.activation):
            return replace(new, notation=_usual_notation(new.activation))
        return new

    return _mapped(document, set(ids), changed)


def set_bias_used(document: Document, id: str, used: bool) -> Document:
    """A neuron with a bias of its own, 0 at first so that nothing else changes, or with none."""
    name = free_name(f"b_{id}", document.network.structure.parameter_index)
    return _mapped(document, {id}, lambda n: replace(n, bias=(n.bias or name) if used else None), 0.0)


def share(document: Document, old: str, new: str) -> Document:
    """All uses of the parameter ``old`` use ``new`` instead: they share it, or ``old`` is renamed."""
    structure = document.network.structure
    new = new.strip()
    if old == new:
        return document
    if new not in structure.parameter_index:
        return replace(document, network=renamed(document.network, {}, {old: new}))
    neurons = [replace(n, bias=new) if n.bias == old else n for n in structure.neurons]
    connections = [replace(c, weight=new) if c.weight == old else c for c in structure.connections]
    return rebuilt(document, neurons, connections)


def set_trainable(document: Document, names: Iterable[str], trainable: bool) -> Document:
    """Parameters that training may change, or must leave alone."""
    structure = document.network.structure
    frozen = structure.frozen - set(names) if trainable else structure.frozen | set(names)
    changed = replace(structure, frozen=frozenset(frozen))
    return replace(document, network=Network(changed, document.network.parameters))


def set_data(document: Document, data: DataSource | None) -> Document:
    """Other data to learn from."""
    return replace(document, data=data)


def set_notation(document: Document, notation: str) -> Document:
    """Quantities written in this notation, by name; empty for what suits the network."""
    if notation and notation not in NOTATIONS:
        raise ValueError(f"There is no notation “{notation}”; use one of {', '.join(NOTATIONS)}.")
    return replace(document, notation=notation)


# What edits are made of


def new_neuron(id: str, role: Role, activation: str, taken: Collection[str]) -> Neuron:
    """A neuron that computes, with a bias of its own whose name is not ``taken``, in the notation that is usual."""
    bias = free_name(f"b_{id}", taken)
    return Neuron(id, role, activation, bias=bias, notation=_usual_notation(activation))


def new_biases(neurons: Iterable[Neuron]) -> dict[str, float]:
    """What the biases of new neurons start with: θ = 1 for steps, b = 0 for others."""
    return {n.bias: -NEW_THRESHOLD if n.activation == "heaviside" else 0.0 for n in neurons if n.bias is not None}


def _usual_notation(activation: str) -> str:
    return "threshold" if activation == "heaviside" else "bias"


def _placed(structure: Structure, added: Iterable[Connection]) -> list[Connection]:
    """The connections with those ``added`` where each sum is written with inputs first, then hidden neurons, each in
    the order of the neurons. Those that are there keep their order, for it may be what the learner chose.
    """

    def rank(connection: Connection) -> tuple[bool, int]:
        return structure.by_id[connection.source].role != "input", structure.position[connection.source]

    highest: dict[str, list[tuple[bool, int]]] = {}
    inserted: dict[Ends | None, list[Connection]] = {}
    for connection in sorted(added, key=rank):
        entering = structure.incoming[connection.target]
        if connection.target not in highest:
            # The first that ranks higher is found in the highest ranks so far, which ascend.
            highest[connection.target] = list(accumulate(map(rank, entering), max))
        place = bisect_right(highest[connection.target], rank(connection))
        before = entering[place].ends if place < len(entering) else None
        inserted.setdefault(before, []).append(connection)
    old = [each for there in structure.connections for each in (*inserted.get(there.ends, ()), there)]
    return [*old, *inserted.get(None, ())]


def _mapped(
    document: Document, ids: set[str], change: Callable[[Neuron], Neuron], new_bias: float = -NEW_THRESHOLD
) -> Document:
    structure = document.network.structure
    neurons = tuple(change(n) if n.id in ids else n for n in structure.neurons)
    if neurons == structure.neurons:
        return document
    biases = [n.bias for n in neurons if n.bias is not None]
    added = {bias: new_bias for bias in biases if bias not in structure.parameter_index}
    return rebuilt(document, neurons, structure.connections, added)


def rebuilt(
    document: Document,
    neurons: Sequence[Neuron],
    connections: Sequence[Connection],
    added: Mapping[str, float] = _NOTHING,
    frozen: Collection[str] = (),
) -> Document:
    """The document with another graph: parameters that nothing uses any longer are dropped, places too.

    ``added`` are the values of new parameters; those that training leaves alone are ``frozen``.
    """
    old = document.network
    used = {c.weight for c in connections} | {n.bias for n in neurons if n.bias is not None}
    values = {name: old.value(name) for name in old.parameter_names if name in used} | dict(added)
    network = Network.build(neurons, connections, values, old.structure.frozen & set(values) | set(frozen))
    layout = {id: xy for id, xy in document.layout.items() if id in network.structure.by_id}
    return replace(document, network=network, layout=layout)
