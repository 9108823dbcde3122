"""Parts of a network cut out as documents of their own, and put into others."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from nnsim.core.network import MAX_NAME_LENGTH
from nnsim.documents.document import Document, Position
from nnsim.documents.edits import rebuilt, remove
from nnsim.documents.layout import filled
from nnsim.documents.naming import free_names, renamed
from nnsim.documents.targets import data_follow
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
    share among themselves they still share, with nothing that is here.
    """
    here, there = document.network.structure, added.network.structure
    ids = dict(zip(there.by_id, free_names(there.by_id, here.by_id), strict=True))
    # A bias named after its neuron follows it.
    own = {n.bias: f"b_{ids[n.id]}" for n in there.neurons if n.bias == f"b_{n.id}"}
    wishes = [own.get(name, name)[:MAX_NAME_LENGTH] for name in there.parameter_names]
    names = dict(zip(there.parameter_names, free_names(wishes, here.parameter_names), strict=True))
    new = renamed(added.network, ids, names)
    joined = rebuilt(document, [*here.neurons, *new.structure.neurons],
                     [*here.connections, *new.structure.connections],
                     {name: new.value(name) for name in new.parameter_names}, new.structure.frozen)
    places = filled(there, added.layout)
    layout = {ids[id]: (float(round(x + shift[0])), float(round(y + shift[1]))) for id, (x, y) in places.items()}
    return data_follow(document, replace(joined, layout={**document.layout, **layout})), ids
