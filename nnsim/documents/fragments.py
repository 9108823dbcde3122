"""Parts of a network cut out as documents of their own, and put into others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from nnsim.core.network import (
    MAX_NAME_LENGTH,
    Connection,
    Network,
)
from nnsim.documents.document import Document
from nnsim.documents.edits import Position, _with_gate_inputs, remove
from nnsim.documents.layout import filled
from nnsim.documents.naming import _next_free
from nnsim.training.config import TrainingConfig


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
