"""Whole layers added to a document."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from nnsim.core.network import Network, Role, Structure
from nnsim.documents.document import Document, Layout, Position
from nnsim.documents.edits import connect_all, move, new_biases, new_neuron, rebuilt, set_values
from nnsim.documents.fragments import insert
from nnsim.documents.layout import CLEARANCE, STEP_X, STEP_Y, arrange, filled
from nnsim.documents.naming import free_neuron_name, free_numbers
from nnsim.documents.targets import data_follow


def add_layered(document: Document, sizes: Sequence[int], hidden: str, output: str, seed: int) -> Document:
    """A layered network below what is there already, with free names."""
    if not document.network.structure.neurons:
        return replace_layered(document, sizes, hidden, output, seed)
    added = Network.layered(sizes, hidden, output, seed)
    places = arrange(added.structure)
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
    free = free_numbers("o" if role == "output" else "h", structure.by_id)
    names = tuple(next(free) for _ in range(size)) if size > 1 else (free_neuron_name(structure, role),)
    new = [new_neuron(id, role, activation, structure.parameter_index) for id in names]
    document = rebuilt(document, [*structure.neurons, *new], structure.connections, new_biases(new))
    document = move(document, {id: (x, y + i * STEP_Y) for i, id in enumerate(names)})
    document = connect_all(document, sources, names)
    return drawn_since(structure, document, seed), names


def drawn_since(before: Structure, document: Document, seed: int) -> Document:
    """The document with random values for the weights that it did not have ``before``; those of steps stay as they
    are.
    """
    structure = document.network.structure
    own = {c.weight for c in structure.connections
           if c.weight not in before.parameter_index and structure.by_id[c.target].activation != "heaviside"}
    if not own:
        return document
    drawn = document.network.initialized(seed)
    return set_values(document, {name: drawn.value(name) for name in own})


def replace_layered(document: Document, sizes: Sequence[int], hidden: str, output: str, seed: int) -> Document:
    """A layered network in the place of the one that is there; data, training and notes stay."""
    network = Network.layered(sizes, hidden, output, seed)
    return data_follow(document, replace(document, network=network, layout=arrange(network.structure)))


def _free_column(layout: Layout, sources: Collection[str], size: int) -> Position:
    """Where the first of ``size`` new neurons stands: right of the sources and level with them, or below others."""
    x = max(layout[id][0] for id in sources) + STEP_X
    ys = [layout[id][1] for id in sources]
    y = round((min(ys) + max(ys)) / 2 - (size - 1) / 2 * STEP_Y)
    near = sorted(other for left, other in layout.values() if abs(left - x) < CLEARANCE)
    if any(y - CLEARANCE < other < y + (size - 1) * STEP_Y + CLEARANCE for other in near):
        y = round(near[-1] + STEP_Y)
    return float(round(x)), float(y)
