"""Edits of a document: each takes a document and gives a new one.

Raises NetworkError, in the learner's words, if the edit would make the network unsound.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

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
from nnsim.documents.document import Document, Layout
from nnsim.documents.layout import CLEARANCE, STEP_X, STEP_Y, arrange, filled
from nnsim.documents.targets import targets_follow
from nnsim.training.config import TrainingConfig

Position = tuple[float, float]
Ends = tuple[str, str]

NEW_WEIGHT = 1.0
NEW_THRESHOLD = 1.0
_MOST_DIGITS = 6
"""A longer number at the end of a name is not counted on."""


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
        behind = _behind(structure, target)
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


def _behind(structure: Structure, id: str) -> set[str]:
    """All that a neuron leads to, and itself."""
    seen, waiting = {id}, [id]
    while waiting:
        for connection in structure.outgoing[waiting.pop()]:
            if connection.target not in seen:
                seen.add(connection.target)
                waiting.append(connection.target)
    return seen


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
    if structure.leads_to(target, source):
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
    return next(_free_numbers(stem, taken, start))


def _free_numbers(stem: str, taken: Collection[str], start: int = 1) -> Iterator[str]:
    """Names that are free: w1, w4, w5 …"""
    return (name for number in count(start) if (name := f"{stem}{number}") not in taken)


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
    places = arrange(added.structure)
    if not document.network.structure.neurons:
        return _with_gate_inputs(replace(document, network=added, layout=places))
    lowest = max((y for _, y in document.layout.values()), default=0.0)
    top = min(y for _, y in places.values())
    left = min((x for x, _ in document.layout.values()), default=0.0) - min(x for x, _ in places.values())
    return insert(document, Document(added, places), (left, lowest + 180 - top))[0]


def add_layer(
    document: Document, sources: Collection[str], size: int, activation: str, role: Role = "hidden", seed: int = 0
) -> tuple[Document, tuple[str, ...]]:
    """``size`` neurons right of the ``sources``, each connected from each of them; also their names, top to bottom.

    Steps begin with weights 1 and θ = 1, as neurons made by hand do; others with random weights that suit their
    activation, and b = 0.
    """
    structure = document.network.structure
    x, y = _free_column(filled(structure, document.layout), sources, size)
    free = _free_numbers("o" if role == "output" else "h", structure.by_id)
    names = tuple(next(free) for _ in range(size)) if size > 1 else (free_neuron_name(structure, role),)
    biases = {id: _free(f"b_{id}", structure.parameter_index) for id in names}
    new = [Neuron(id, role, activation, bias=biases[id]) for id in names]
    new = [replace(neuron, notation=_usual_notation(neuron)) for neuron in new]
    start = -NEW_THRESHOLD if activation == "heaviside" else 0.0
    document = _rebuilt(document, [*structure.neurons, *new], structure.connections,
                        dict.fromkeys(biases.values(), start))
    document = move(document, {id: (x, y + i * STEP_Y) for i, id in enumerate(names)})
    document = connect_all(document, sources, names)
    if activation != "heaviside":
        drawn = document.network.initialized(seed)
        own = [c.weight for c in document.network.structure.connections if c.target in names]
        document = set_values(document, {name: drawn.value(name) for name in own})
    return document, names


def _free_column(layout: Layout, sources: Collection[str], size: int) -> Position:
    """Where the first of ``size`` new neurons stands: right of the sources and level with them, or below others."""
    x = max(layout[id][0] for id in sources) + STEP_X
    ys = [layout[id][1] for id in sources]
    y = round((min(ys) + max(ys)) / 2 - (size - 1) / 2 * STEP_Y)
    near = sorted(other for left, other in layout.values() if abs(left - x) < CLEARANCE)
    if any(y - CLEARANCE < other < y + (size - 1) * STEP_Y + CLEARANCE for other in near):
        y = round(near[-1] + STEP_Y)
    return float(round(x)), float(y)


def fragment(document: Document, neurons: Collection[str]) -> Document:
    """These neurons with the connections between them, their parameters and places, as a document of its own."""
    chosen = set(neurons)
    structure = document.network.structure
    part = remove(replace(document, data=None, notes="", training=TrainingConfig()),
                  [id for id in structure.by_id if id not in chosen])
    layout = filled(structure, document.layout)
    return replace(part, layout={id: layout[id] for id in structure.by_id if id in chosen})


def insert(document: Document, added: Document, shift: Position) -> tuple[Document, Mapping[str, str]]:
    """The network of ``added`` beside the one here, moved by ``shift``; also the new name of each of its neurons.

    Names that are taken become free ones: h1 → h2, w3 → w6. Parameters are copied: what the added neurons
    share among themselves they go on sharing, with nothing that is here.
    """
    structure, network = document.network.structure, added.network
    taken = set(structure.by_id)
    ids: dict[str, str] = {}
    runs: dict[str, tuple[int, int]] = {}
    for neuron in network.structure.neurons:
        ids[neuron.id] = _next_free(neuron.id, taken, runs)
        taken.add(ids[neuron.id])
    own = {n.bias: n.id for n in network.structure.neurons if n.bias == f"b_{n.id}"}
    taken = set(structure.parameter_names)
    names: dict[str, str] = {}
    runs = {}
    for name in network.parameter_names:
        # A bias named after its neuron follows it.
        wish = f"b_{ids[own[name]]}" if name in own else name
        names[name] = _next_free(wish[:MAX_NAME_LENGTH], taken, runs)
        taken.add(names[name])
    neurons = [
        *structure.neurons,
        *(replace(n, id=ids[n.id], bias=names[n.bias] if n.bias else None) for n in network.structure.neurons),
    ]
    connections = [
        *structure.connections,
        *(Connection(ids[c.source], ids[c.target], names[c.weight]) for c in network.structure.connections),
    ]
    values = {name: document.network.value(name) for name in structure.parameter_names}
    values |= {names[name]: network.value(name) for name in network.parameter_names}
    frozen = structure.frozen | {names[name] for name in network.structure.frozen}
    places = filled(network.structure, added.layout)
    layout = {ids[id]: (float(round(x + shift[0])), float(round(y + shift[1]))) for id, (x, y) in places.items()}
    joined = Network.build(neurons, connections, values, frozen)
    return _with_gate_inputs(replace(document, network=joined, layout={**document.layout, **layout})), ids


def _next_free(name: str, taken: Collection[str], runs: dict[str, tuple[int, int]]) -> str:
    """``name`` if it is free, else with the next free number: h1 → h2, left → left2.

    ``runs`` remembers from which number to which all of a stem are taken, so that n names do not take n² looks.
    """
    if name not in taken:
        return name
    stem = name.rstrip("0123456789")
    digits = name[len(stem):]
    if len(digits) > _MOST_DIGITS:
        stem, digits = name, ""
    stem, start = stem[: MAX_NAME_LENGTH - _MOST_DIGITS - 1], int(digits or 1) + 1
    first, last = runs.get(stem, (start, start - 1))
    if not first <= start <= last + 1:
        first, last = start, start - 1
    found = _numbered(stem, taken, last + 1)
    runs[stem] = first, int(found[len(stem):])
    return found
