"""Documents of extreme numbers: ±1e308, the largest, squares that overflow, subnormal ones, 0 and −0."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

import nnsim
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.sources import InlineData, dataset_of
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.training.config import TrainingConfig

LARGEST = sys.float_info.max
SIZES = (1e308, LARGEST, 1e200, 1e155, 1e-150, 1e-310, 5e-324, 0.0)
VALUES = tuple(sign * size for size in SIZES for sign in (1.0, -1.0))
"""Each with both signs."""


def example(id: str) -> Document:
    """An example's document."""
    return nnsim.load(EXAMPLES[id].path)


def _rows(*rows: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in rows)


_FOUR = _rows((0, 0), (0, 1), (1, 0), (1, 1))
_XOR = InlineData(_FOUR, _rows((0,), (1,), (1,), (0,)))


def _of(hidden: str, output: str, loss: str = "half_squared_error", outputs: int = 1, combine: str = "sum") -> Document:
    network = Network.layered([2, 2, outputs], hidden=hidden, output=output, seed=1)
    neurons = [replace(n, combine=combine) if n.role == "hidden" else n for n in network.structure.neurons]
    values = {name: network.value(name) for name in network.parameter_names}
    network = Network.build(neurons, network.structure.connections, values)
    targets = _XOR.targets if outputs == 1 else tuple((1 - row[0], row[0]) for row in _XOR.targets)
    return Document(network, data=InlineData(_FOUR, targets), training=TrainingConfig(loss=loss, batch_size=2))


def _parabola() -> Document:
    neurons = [Neuron("x", "input"), Neuron("h1", "hidden", "tanh", bias="b1"),
               Neuron("h2", "hidden", "tanh", bias="b2"), Neuron("y", "output", "linear", bias="b3")]
    connections = [Connection("x", "h1", "w1"), Connection("x", "h2", "w2"), Connection("h1", "y", "w3"),
                   Connection("h2", "y", "w4")]
    values = {"w1": 1.0, "w2": -1.0, "w3": 0.5, "w4": 0.5, "b1": 1.0, "b2": 1.0, "b3": -1.0}
    x = [i / 4 for i in range(-4, 5)]
    data = InlineData(tuple((v,) for v in x), tuple((v * v,) for v in x))
    return Document(Network.build(neurons, connections, values), data=data)


def _one_linear() -> Document:
    document = example("hands_on")
    neurons = [replace(n, activation="linear") if n.id == "o1" else n for n in document.network.structure.neurons]
    values = {name: document.network.value(name) for name in document.network.parameter_names}
    return replace(document, network=Network.build(neurons, document.network.structure.connections, values))


def bases() -> dict[str, Document]:
    """Small networks of every sort, with moderate numbers."""
    return {
        "hands_on": example("hands_on"), "one_linear": _one_linear(), "and": example("and"), "xor": example("xor"),
        "xor_layered": example("xor_layered"), "xor_to_learn": example("xor_to_learn"),
        "linear": _of("linear", "linear"), "elu_product": _of("elu", "linear", combine="product"),
        "max": _of("relu", "sigmoid", combine="max"), "softmax": _of("swish", "linear", "softmax_cross_entropy", 2),
        "parabola": _parabola(), "crossed": _of("softplus", "sigmoid", "binary_cross_entropy"),
        "waves": _of("sine", "gaussian"),
        "absolute": _of("leaky_relu", "linear", "mean_absolute_error"), "sine": example("sine"),
        "half_adder": example("half_adder"), "perceptron_and": example("perceptron_and"), "circle": example("circle"),
    }


def with_parameters(document: Document, values: dict[str, float]) -> Document:
    """The same with some values."""
    return replace(document, network=document.network.with_values(values))


def with_datum(document: Document, field: str, row: int, column: int, value: float) -> Document:
    """The same with another of its ``inputs`` or ``targets``; of generated data the first eight samples stay."""
    data = document.data
    if not isinstance(data, InlineData):
        data = _inline(document)
    rows = [list(r) for r in getattr(data, field)]
    rows[row % len(rows)][column % len(rows[0])] = value
    return replace(document, data=replace(data, **{field: _rows(*rows)}))


def _inline(document: Document) -> InlineData:
    assert document.data is not None
    data = dataset_of(document.data, None)
    return InlineData(_rows(*data.X[:8].tolist()), _rows(*data.T[:8].tolist()))


def named() -> Iterator[tuple[str, Document]]:
    """What was once seen to end the window, and what is most like it."""
    all_of = bases()
    yield "one linear, w5 1e155", with_parameters(all_of["one_linear"], {"w5": 1e155})
    two = _of("linear", "linear")
    yield "two linear, 1e200", with_parameters(two, dict.fromkeys(two.network.parameter_names, 1e200))
    hands_on = all_of["hands_on"]
    weights = sorted(hands_on.network.structure.weight_names)
    yield "weights −1.7e308", with_parameters(hands_on, dict.fromkeys(weights, -1.7e308))
    elu = all_of["elu_product"]
    yield "elu and product, −1e150", with_parameters(elu, dict.fromkeys(elu.network.parameter_names, -1e150))
    yield "AND, target 1e308", with_datum(all_of["and"], "targets", 3, 0, 1e308)
    yield "loss slice, 1e308", with_parameters(all_of["linear"], {all_of["linear"].network.parameter_names[0]: 1e308})


def documents() -> Iterator[tuple[str, Document]]:
    """The named ones, then every base with each extreme value everywhere, in one place, in the data, and mixed."""
    yield from named()
    random = np.random.default_rng(12)
    for name, base in bases().items():
        parameters = base.network.parameter_names
        for value in VALUES:
            yield f"{name}: all {value}", with_parameters(base, dict.fromkeys(parameters, value))
        for value in VALUES:
            one = str(random.choice(parameters))
            yield f"{name}: {one} {value}", with_parameters(base, {one: value})
        for value in VALUES:
            field = str(random.choice(["inputs", "targets"]))
            row, column = (int(i) for i in random.integers(0, 8, 2))
            yield f"{name}: {field}[{row}, {column}] {value}", with_datum(base, field, row, column, value)
        for number in range(8):
            drawn = dict(zip(parameters, random.choice(VALUES, len(parameters)).tolist(), strict=True))
            mixed = with_parameters(base, drawn)
            for field in ("inputs", "targets"):
                value = float(random.choice(VALUES))
                mixed = with_datum(mixed, field, int(random.integers(8)), int(random.integers(8)), value)
            yield f"{name}: mixed {number}", mixed
