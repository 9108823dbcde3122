"""Where neurons are placed when nobody has placed them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given

from nnsim.core.network import Connection, Network, Neuron, Structure
from nnsim.documents.document import Document
from nnsim.documents.layout import CLEARANCE, STEP_X, STEP_Y, Layout, arrange, filled
from tests.documents.random_documents import documents, networks


def apart(layout: Layout, ids: set[str] | None = None) -> bool:
    """Whether no two neurons, one of them among ``ids``, stand in each other's way."""
    return all(
        abs(layout[a][0] - layout[b][0]) >= CLEARANCE or abs(layout[a][1] - layout[b][1]) >= CLEARANCE
        for a, b in combinations(layout, 2) if ids is None or a in ids or b in ids
    )


def test_a_layered_network_stands_in_centred_columns() -> None:
    """2-4-1: three columns, top to bottom as in the file, each centred on the same height."""
    network = Network.layered([2, 4, 1])
    layout = arrange(network.structure)
    assert layout["x0"] == (0, -STEP_Y / 2) and layout["x1"] == (0, STEP_Y / 2)
    assert [layout[f"h{i}"] for i in range(1, 5)] == [(STEP_X, (i - 2.5) * STEP_Y) for i in range(1, 5)]
    assert layout["y"] == (2 * STEP_X, 0)
    assert list(layout) == list(network.structure.by_id)


def test_a_neuron_stands_right_of_all_that_lead_to_it() -> None:
    """With skip connections, depth is the longest way; outputs stand last, whatever leads to them."""
    neurons = [Neuron("early", "output"), Neuron("y", "output"), Neuron("a"), Neuron("b"), Neuron("x", "input"),
               Neuron("alone")]
    edges = [("x", "a"), ("a", "b"), ("b", "y"), ("x", "y"), ("x", "early")]
    structure = Structure(tuple(neurons), tuple(Connection(s, t, "w") for s, t in edges), ("w",))
    column = {id: round(x / STEP_X) for id, (x, _) in arrange(structure).items()}
    assert column == {"x": 0, "a": 1, "alone": 1, "b": 2, "y": 3, "early": 3}


def test_a_lonely_neuron_stands_at_the_origin() -> None:
    """Columns nothing is in take no room."""
    assert dict(arrange(Structure((Neuron("y", "output"),)))) == {"y": (0, 0)}
    assert dict(arrange(Structure())) == {}


@given(networks())
def test_arranged_neurons_never_overlap_and_edges_lead_to_the_right(network: Network) -> None:
    """Whatever the network."""
    layout = arrange(network.structure)
    assert set(layout) == set(network.structure.by_id) and apart(layout)
    for connection in network.structure.connections:
        assert layout[connection.source][0] < layout[connection.target][0]


@given(documents())
def test_filling_moves_nobody_and_puts_nobody_in_the_way(document: Document) -> None:
    """Places that were chosen stay; who gets one stands clear of all."""
    structure = document.network.structure
    layout = filled(structure, document.layout)
    assert list(layout) == list(structure.by_id)
    assert all(layout[id] == document.layout[id] for id in document.layout)
    assert apart(layout, set(layout) - set(document.layout))
    assert filled(structure, layout) == layout


def test_filling_continues_the_arrangement_there_is() -> None:
    """Neurons without a place go beside the others as arranging would put them."""
    structure = Network.layered([2, 2, 1]).structure
    whole = {id: (x + 1000, y - 500) for id, (x, y) in arrange(structure).items()}
    part = {id: xy for id, xy in whole.items() if id != "h1"}
    assert filled(structure, part) == whole


def test_filling_drops_places_of_neurons_that_are_gone() -> None:
    """A layout has no more than the network."""
    structure = Network.layered([1, 1]).structure
    assert list(filled(structure, {"gone": (0, 0), "x0": (5, 5)})) == ["x0", "y"]


def test_a_crowd_in_one_spot_is_dissolved() -> None:
    """A thousand neurons that all belong where one stands already: quickly, one below the other."""
    structure = Structure(tuple(Neuron(f"x{i}", "input") for i in range(1000)))
    layout = filled(structure, {f"x{i}": (0.0, i * 10.0) for i in range(500)})
    assert apart(layout, {f"x{i}" for i in range(500, 1000)})
