"""Layers as matrices: which neurons, which columns, and that W x + b is what the engine computes."""

import numpy as np
import pytest

from nnsim.core.explain.matrices import MOST_CELLS, Layer, layers_of
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.program import compile
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from tests.core.random_networks import random_case


def test_the_hands_on_example_is_two_matrices() -> None:
    """W and b of both layers as the lecture's wiring says, section 4."""
    network = load(EXAMPLES["hands_on"].path).network
    first, second = layers_of(network.structure)
    assert (first.columns, first.rows, second.columns, second.rows) == (
        ("i1", "i2"), ("h1", "h2"), ("h1", "h2"), ("o1", "o2"))
    assert first.matrix(network.parameters).tolist() == [[0.15, 0.2], [0.25, 0.3]]
    assert second.matrix(network.parameters).tolist() == [[0.4, 0.45], [0.5, 0.55]]
    assert first.biases(network.parameters).tolist() == [0.35, 0.35]
    assert second.biases(network.parameters).tolist() == [0.6, 0.6]


def test_a_skip_connection_adds_a_column_of_an_earlier_layer() -> None:
    """XOR of the lecture: the output takes x0 and x1 beside h, and its bias is −θ."""
    network = load(EXAMPLES["xor"].path).network
    hidden, output = layers_of(network.structure)
    assert (hidden.columns, output.columns) == (("x0", "x1"), ("x0", "x1", "h"))
    assert output.matrix(network.parameters).tolist() == [[1.0, 1.0, -2.0]]
    assert output.biases(network.parameters).tolist() == [-0.6]


def test_a_cell_without_a_connection_is_a_hole() -> None:
    """A sparse layer has 0 in W and no connection in the cell."""
    net = Network.build(
        [Neuron("a", "input"), Neuron("b", "input"), Neuron("p", "output"), Neuron("q", "output")],
        [Connection("b", "q", "v"), Connection("a", "p", "u")], {"u": 3.0, "v": 4.0})
    (layer,) = layers_of(net.structure)
    assert layer.matrix(net.parameters).tolist() == [[3.0, 0.0], [0.0, 4.0]]
    assert layer.connection(0, 1) is None and layer.connection(1, 0) is None
    assert layer.connection(1, 1) == Connection("b", "q", "v")
    assert not layer.has_bias


def test_a_neuron_nothing_enters_has_a_layer_without_columns() -> None:
    """It gives f(b) whatever is fed, and stands before what it feeds."""
    net = Network.build(
        [Neuron("x", "input"), Neuron("c", bias="k"), Neuron("y", "output")],
        [Connection("c", "y", "w"), Connection("x", "y", "v")], {"w": 1.0, "v": 1.0, "k": 2.0})
    constant, output = layers_of(net.structure)
    assert (constant.depth, constant.rows, constant.columns) == (0, ("c",), ())
    assert constant.matrix(net.parameters).shape == (1, 0)
    assert output.columns == ("x", "c")


@pytest.mark.parametrize("seed", range(40))
def test_the_rows_of_sums_are_a_matrix_product(seed: int) -> None:
    """W x + b, by plain numpy, is the engine's z for every summing neuron of random graphs."""
    network = random_case(seed).network
    trace = compile(network).trace(network.parameters, random_case(seed).X)
    seen: list[str] = []
    for layer in layers_of(network.structure):
        seen += layer.rows
        x = trace.a_rows[layer.column_places]
        z = layer.matrix(network.parameters) @ x + layer.biases(network.parameters)[:, None]
        for row, is_sum in enumerate(layer.sums):
            if is_sum:
                np.testing.assert_allclose(z[row], trace.z_rows[layer.row_places[row]], rtol=1e-12, atol=1e-12)
    assert sorted(seen) == sorted(n.id for n in network.structure.neurons if n.role != "input")


def test_a_matrix_that_would_fill_the_memory_is_refused() -> None:
    """Two chains side by side in one wide, almost empty layer: refused in words, before memory is taken."""
    n = 4000
    net = Network.build(
        [*(Neuron(f"x{i}", "input") for i in range(n)), *(Neuron(f"o{i}", "output") for i in range(n))],
        [Connection(f"x{i}", f"o{i}", "w") for i in range(n)], {"w": 1.0})
    (layer,) = layers_of(net.structure)
    assert isinstance(layer, Layer) and len(layer.rows) * len(layer.columns) > MOST_CELLS
    with pytest.raises(ValueError, match="too large"):
        layer.matrix(net.parameters)


def test_the_largest_matrix_that_is_allowed_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many numbers as the limit, and not one more."""
    net = Network.layered([3, 4])
    (layer,) = layers_of(net.structure)
    monkeypatch.setattr("nnsim.core.explain.matrices.MOST_CELLS", 12)
    assert layer.matrix(net.parameters).shape == (4, 3)
    monkeypatch.setattr("nnsim.core.explain.matrices.MOST_CELLS", 11)
    with pytest.raises(ValueError, match="4 × 3"):
        layer.matrix(net.parameters)
