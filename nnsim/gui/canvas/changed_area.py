"""Where on the canvas one document differs from another."""

from PySide6.QtCore import QPointF, QRectF

from nnsim.documents.document import Document
from nnsim.documents.layout import filled
from nnsim.gui.canvas.neuron_item import RADIUS

ROOM = 2 * RADIUS
"""Around a neuron's middle, for its name and number."""


def changed_area(old: Document, new: Document) -> QRectF:
    """The part of the scene that holds all that differs: neurons, what was moved, and the ends of connections."""
    area = QRectF()
    if old.network is new.network and old.layout is new.layout:
        return area
    ids = _changed(old, new)
    before, after = (filled(d.network.structure, d.layout) for d in (old, new))
    for id in ids:
        # What is gone, where it was; all else where it is now.
        middle = QPointF(*(after.get(id) or before[id]))
        area = area.united(QRectF(middle - QPointF(ROOM, ROOM), middle + QPointF(ROOM, ROOM)))
    return area


def _changed(old: Document, new: Document) -> set[str]:
    a, b = old.network, new.network
    both = a.structure.by_id.keys() & b.structure.by_id.keys()
    ids = set(a.structure.by_id.keys() ^ b.structure.by_id.keys())
    ids |= {id for id in both if a.structure.by_id[id] != b.structure.by_id[id]}
    ids |= {id for id in both if old.layout.get(id) != new.layout.get(id)}
    names = set(a.parameter_names) & set(b.parameter_names)
    names = {name for name in names if a.value(name) != b.value(name)}
    ids |= {neuron.id for neuron in b.structure.neurons if neuron.bias in names}
    joined = set(a.structure.connections) ^ set(b.structure.connections)
    joined |= {connection for connection in b.structure.connections if connection.weight in names}
    return ids | {end for connection in joined for end in (connection.source, connection.target)}
