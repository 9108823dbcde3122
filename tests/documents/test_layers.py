"""Whole layers added to a document."""

from dataclasses import replace

import numpy as np
import pytest

from nnsim.core.network import Network
from nnsim.core.program import program_of
from nnsim.data.generators import GateFields
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
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


def test_a_layer_of_another_activation_begins_random_and_leaves_the_rest(gate: Document) -> None:
    """Same seed, same weights; no weight that was there before is drawn anew."""
    document, names = add_layer(gate, ["h"], 2, "tanh", "output", seed=3)
    again, _ = add_layer(gate, ["h"], 2, "tanh", "output", seed=3)
    assert names == ("o1", "o2") and document == again
    own = [document.network.value(document.network.structure.incoming[id][0].weight) for id in names]
    assert len(set(own)) == 2 and 1.0 not in own
    assert np.array_equal(document.network.parameters[: len(gate.network.parameters)], gate.network.parameters)
