"""Whole layers added to a document."""

from dataclasses import replace

import numpy as np
import pytest

from nnsim.core.network import Network
from nnsim.core.program import program_of
from nnsim.data.generators import GateFields
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
from nnsim.documents.edits import add_neuron
from nnsim.documents.layers import add_layer, add_layered


def test_a_layered_network_fills_an_empty_document() -> None:
    empty = replace(Document(), data=GeneratedData("xor_gate"))
    document = add_layered(empty, [3, 4, 1], "tanh", "sigmoid", 5)
    expected = Network.layered([3, 4, 1], "tanh", "sigmoid", seed=5)
    assert document.network.structure.same_as(expected.structure)
    assert np.array_equal(document.network.parameters, expected.parameters)
    assert set(document.layout) == set(expected.structure.by_id)
    assert document.data == GeneratedData("xor_gate", GateFields(inputs=3))


def test_a_layered_network_is_added_below_with_free_names(gate: Document) -> None:
    document = add_layered(gate, [2, 2, 1], "relu", "linear", 0)
    structure = document.network.structure
    assert structure.neurons[:4] == gate.network.structure.neurons
    assert len(structure.neurons) == 9 and len(structure.connections) == 11
    assert len(structure.outputs) == 2 and len(structure.inputs) == 4
    assert np.array_equal(document.network.parameters[:7], gate.network.parameters)
    added = [n.id for n in structure.neurons[4:]]
    assert min(document.layout[id][1] for id in added) > max(y for _, y in gate.layout.values())
    assert program_of(structure).problems == ()


def test_a_layered_network_needs_two_layers(gate: Document) -> None:
    with pytest.raises(ValueError, match="at least two layers"):
        add_layered(gate, [3], "tanh", "tanh", 0)


def test_a_layer_of_steps_behind_the_inputs(gate: Document) -> None:
    """Three steps right of the inputs, connected from both, weights 1 and θ = 1, clear of the others."""
    document, names = add_layer(gate, ["x0", "x1"], 3, "heaviside")
    network = document.network
    assert names == ("h1", "h2", "h3")
    for id in names:
        neuron = network.structure.by_id[id]
        assert neuron.notation == "threshold" and neuron.bias is not None and network.value(neuron.bias) == -1.0
        assert [c.source for c in network.structure.incoming[id]] == ["x0", "x1"]
        assert [network.value(c.weight) for c in network.structure.incoming[id]] == [1.0, 1.0]
        assert document.layout[id][0] > document.layout["x0"][0]
        assert all(abs(document.layout[id][0] - x) >= 90 or abs(document.layout[id][1] - y) >= 90
                   for other, (x, y) in document.layout.items() if other != id)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("heights", [(0.0,), (-35.0, 401.0), (7.0, 1000.0, 240.0)])
def test_a_layer_is_level_with_its_sources_unless_somebody_is_in_the_way(size: int, heights: tuple[float, ...]) -> None:
    """Whoever stands beside, at each distance from its top and its bottom and between: nearer than 90 is in the way.

    Then the layer begins below all who stand in its column.
    """
    sources = [f"x{i}" for i in range(len(heights))]
    start = Document()
    for id, height in zip(sources, heights, strict=True):
        start = add_neuron(start, "input", (10.0 if id == "x0" else -200.0, height), id)
    column, middle = 10.0 + 220, (min(heights) + max(heights)) / 2
    top = round(middle - (size - 1) * 60)
    bottom = top + (size - 1) * 120
    ways = [300, 91, 90, 89, 1]
    others = [*((column, top - d) for d in ways), *((column, bottom + d) for d in ways), (column, middle),
              *((column + side * d, middle) for side in (-1, 1) for d in (91, 90, 89))]
    for x, y in others:
        for lower in (None, bottom + 777):
            document = add_neuron(start, "hidden", (x, y), "other")
            if lower is not None:
                document = add_neuron(document, "hidden", (column, lower), "lower")
            grown, names = add_layer(document, sources, size, "heaviside")
            free = abs(x - column) >= 90 or y <= top - 90 or y >= bottom + 90
            first = top if free else round((lower or y) + 120)
            assert [grown.layout[id] for id in names] == [(column, first + 120 * i) for i in range(size)], (x, y, lower)


def test_a_layer_of_another_activation_begins_random_and_leaves_the_rest(gate: Document) -> None:
    """Same seed, same weights; no weight that was there before is drawn anew."""
    document, names = add_layer(gate, ["h"], 2, "tanh", "output", seed=3)
    again, _ = add_layer(gate, ["h"], 2, "tanh", "output", seed=3)
    assert names == ("o1", "o2") and document == again
    own = [document.network.value(document.network.structure.incoming[id][0].weight) for id in names]
    assert len(set(own)) == 2 and 1.0 not in own
    assert np.array_equal(document.network.parameters[: len(gate.network.parameters)], gate.network.parameters)
