"""Layers of a document changed where they stand: what stays keeps its weights, its name and, nearly, its place.

A layer is named by its number, from 0 for the inputs, as in ``Structure.layers``; the network must have such.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain

from nnsim.core.network import Connection, Ends, NetworkError, Neuron, Problem
from nnsim.documents.document import Document, Position
from nnsim.documents.edits import new_biases, new_neuron, rebuilt
from nnsim.documents.layers import drawn_since
from nnsim.documents.layout import STEP_X, filled, folded
from nnsim.documents.naming import free_name, free_names, free_numbers
from nnsim.documents.targets import data_follow, truth_table_of

FIRST_SIZE = 2
"""So many neurons a layer begins with."""


def resize_layer(document: Document, layer: int, size: int) -> Document:
    """Neurons like its last one added to a layer, or its last ones taken away.

    New ones are connected with all of the layers beside; their weights are drawn as their activation has them, by the
    seed of the training, but those of steps begin with 1.
    """
    before = document.network.structure.layers
    here = before[layer]
    if size < 1:
        raise NetworkError([Problem("A layer has at least one neuron.", here)])
    new = _like(document, here[-1], size - len(here))
    changed = _joined(document, here[size:], new, here[-1], (), _pairs(before, layer, new))
    ids = (*here[:size], *(neuron.id for neuron in new))
    left, _, middle = _extent(document, here)
    places = _column(ids, left, middle)
    wider = folded(size)[-1][0] - folded(len(here))[-1][0]
    return _moved(document, changed, places, chain(*before[layer + 1:]), wider)


def insert_layer(document: Document, at: int, size: int = FIRST_SIZE) -> Document:
    """A new layer before the one with this number, connected with all of both; theirs with each other are gone."""
    before = document.network.structure.layers
    left_layer, right_layer = before[at - 1 : at + 1]
    new = _new_layer(document, at, size)
    cut = {(source, target) for source in left_layer for target in right_layer}
    pairs = [*_product(left_layer, [n.id for n in new]), *_product([n.id for n in new], right_layer)]
    changed = _joined(document, (), new, left_layer[-1], cut, pairs)
    _, behind, above = _extent(document, left_layer)
    ahead, _, below = _extent(document, right_layer)
    places = _column([n.id for n in new], behind + STEP_X, round((above + below) / 2))
    farthest = max(x for x, _ in places.values())
    return _moved(document, changed, places, chain(*before[at:]), max(0.0, farthest + STEP_X - ahead))


def remove_layer(document: Document, layer: int) -> Document:
    """A hidden layer away; those beside it are connected each with each, by new weights."""
    before = document.network.structure.layers
    if not 0 < layer < len(before) - 1:
        raise NetworkError([Problem("The inputs and the outputs stay: a network has both.", before[layer])])
    left_layer, right_layer = before[layer - 1], before[layer + 1]
    changed = _joined(document, before[layer], [], left_layer[-1], (), _product(left_layer, right_layer))
    _, behind, _ = _extent(document, left_layer)
    ahead, _, _ = _extent(document, right_layer)
    return _moved(document, changed, {}, chain(*before[layer + 1:]), min(0.0, behind + STEP_X - ahead))


def fixed_by_data(document: Document, layer: int) -> bool:
    """Whether the data say how many neurons a layer has: inputs and outputs, but those of a truth table."""
    is_end = layer in (0, len(document.network.structure.layers) - 1)
    return is_end and document.data is not None and truth_table_of(document) is None


# What is new


def _like(document: Document, id: str, count: int) -> list[Neuron]:
    """So many neurons as this one, with biases of their own if it has one."""
    structure = document.network.structure
    model, taken, new = structure.by_id[id], set(structure.parameter_index), []
    for name in free_names([id] * count, structure.by_id):
        neuron = replace(model, id=name, bias=model.bias and free_name(f"b_{name}", taken))
        taken |= set(new_biases([neuron]))
        new.append(neuron)
    return new


def _new_layer(document: Document, at: int, size: int) -> list[Neuron]:
    """Hidden neurons of the activation that hidden ones have most often: h1, h2 … where there is none yet, else
    h2_1, h2_2 … by the number of their layer, or the first behind it that is free.
    """
    structure = document.network.structure
    hidden = [neuron for neuron in structure.neurons if neuron.role == "hidden"]
    ends = {structure.by_id[id].activation for id in structure.outputs}
    usual = "heaviside" if ends == {"heaviside"} else "tanh"
    activation = Counter(n.activation for n in hidden).most_common(1)[0][0] if hidden else usual
    starts = {id.split("_")[0] for id in structure.by_id if "_" in id}
    stem = f"{next(free_numbers('h', starts, at))}_" if hidden else "h"
    taken, new = set(structure.parameter_index), []
    for name in free_names([f"{stem}{i}" for i in range(1, size + 1)], structure.by_id):
        neuron = new_neuron(name, "hidden", activation, taken)
        taken |= set(new_biases([neuron]))
        new.append(neuron)
    return new


def _pairs(layers: Sequence[Sequence[str]], layer: int, new: Sequence[Neuron]) -> list[Ends]:
    """New neurons of a layer with all of the layers beside it."""
    ids = [neuron.id for neuron in new]
    before = layers[layer - 1] if layer else ()
    after = layers[layer + 1] if layer + 1 < len(layers) else ()
    return [*_product(before, ids), *_product(ids, after)]


def _product(sources: Iterable[str], targets: Iterable[str]) -> list[Ends]:
    """Each with each, by target, then source, as the lecture counts weights."""
    sources = tuple(sources)
    return [(source, target) for target in targets for source in sources]


def _joined(document: Document, gone: Collection[str], new: Sequence[Neuron], behind: str, cut: Collection[Ends],
            pairs: Sequence[Ends]) -> Document:
    """Without the neurons that are ``gone`` and the connections that are ``cut``, with ``new`` neurons in the file
    ``behind`` one that is there, and with connections of these pairs.
    """
    structure, left = document.network.structure, set(gone)
    neurons = [neuron for neuron in structure.neurons if neuron.id not in left]
    place = next((i for i, neuron in enumerate(neurons, 1) if neuron.id == behind), len(neurons))
    neurons[place:place] = new
    names = free_numbers("w", structure.parameter_index)
    added = [Connection(*ends, next(names)) for ends in pairs]
    kept = [c for c in structure.connections if c.ends not in cut and not left & {*c.ends}]
    values = {c.weight: 1.0 for c in added} | new_biases(new)
    joined = rebuilt(document, neurons, [*kept, *added], values)
    return data_follow(document, drawn_since(structure, joined, document.training.seed))


# Where it stands


def _extent(document: Document, layer: Sequence[str]) -> tuple[float, float, float]:
    """The left and the right edge of a column, and its middle height."""
    places = filled(document.network.structure, document.layout)
    xs, ys = zip(*(places[id] for id in layer), strict=True)
    return min(xs), max(xs), (min(ys) + max(ys)) / 2


def _column(ids: Sequence[str], left: float, middle: float) -> dict[str, Position]:
    return {id: (left + x, float(round(middle + y))) for id, (x, y) in zip(ids, folded(len(ids)), strict=True)}


def _moved(before: Document, after: Document, places: dict[str, Position], behind: Iterable[str],
           by: float) -> Document:
    """``after`` with these places, and all neurons ``behind`` them so far to the right of where they stood."""
    layout = dict(filled(before.network.structure, before.layout))
    layout |= {id: (layout[id][0] + by, layout[id][1]) for id in behind} | places
    return replace(after, layout={id: layout[id] for id in after.network.structure.by_id})
