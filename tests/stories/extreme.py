"""Documents of extreme numbers, and a child process that opens them with every panel in sight.

``python -m tests.stories.extreme FROM TO STEP`` prints a line of JSON for each thing it begins and each fault it finds:
an error that nobody caught, a warning of Python or numpy, a message of Qt. Whoever started it sees a death, or that
nothing comes any more.
"""

import faulthandler
import json
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

import nnsim
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.sources import InlineData
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.training.config import TrainingConfig

LEFT = ("activation", "loss_slice", "slope", "separability", "loss_slice")
BELOW = ("table", "forward", "backward", "steps", "matrices", "losses", "worksheet", "network_table")
"""Panels that share a place: of each row one is in front at a time; all others are in sight anyway."""
LARGEST = sys.float_info.max
SIZES = (1e308, LARGEST, 1e200, 1e155, 1e-150, 1e-310, 5e-324, 0.0)
VALUES = tuple(sign * size for size in SIZES for sign in (1.0, -1.0))
"""±1e308, the largest number, squares that overflow and that do not, subnormal ones, 0 and −0."""


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


def with_target(document: Document, row: int, value: float) -> Document:
    """The same with another first target in a row of its data."""
    return _changed_data(document, "targets", row, 0, value)


def _changed_data(document: Document, field: str, row: int, column: int, value: float) -> Document:
    data = document.data
    if not isinstance(data, InlineData):
        data = _inline(document)
    rows = [list(r) for r in getattr(data, field)]
    rows[row % len(rows)][column % len(rows[0])] = value
    return replace(document, data=replace(data, **{field: _rows(*rows)}))


def _inline(document: Document) -> InlineData:
    from nnsim.data.sources import dataset_of

    source = document.data
    assert source is not None
    data = dataset_of(source, None)
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
    yield "AND, target 1e308", with_target(all_of["and"], 3, 1e308)
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
            yield f"{name}: {field}[{row}, {column}] {value}", _changed_data(base, field, row, column, value)
        for number in range(8):
            drawn = dict(zip(parameters, random.choice(VALUES, len(parameters)).tolist(), strict=True))
            mixed = with_parameters(base, drawn)
            for field in ("inputs", "targets"):
                value = float(random.choice(VALUES))
                mixed = _changed_data(mixed, field, int(random.integers(8)), int(random.integers(8)), value)
            yield f"{name}: mixed {number}", mixed


def _say(kind: str, **what: object) -> None:
    print(json.dumps({"kind": kind, **what}), flush=True)


def _listen() -> None:
    """Have every fault said, and none of them end anything."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    def shown(message: object, category: type[Warning], *_: object) -> None:
        _say("fault", what=f"{category.__name__}: {message}", where=traceback.format_stack(limit=14)[:-1])

    def raised(kind: type[BaseException], error: BaseException, trace: object) -> None:
        _say("fault", what=f"{kind.__name__}: {error}", where=traceback.format_exception(error))

    def told(kind: QtMsgType, context: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and "This plugin does not support" not in text:
            _say("fault", what=f"Qt: {text}", where=traceback.format_stack(limit=14)[:-1])

    warnings.simplefilter("always")
    warnings.filterwarnings("ignore", "path is deprecated", DeprecationWarning)
    warnings.showwarning = shown  # type: ignore[assignment]
    sys.excepthook = raised
    sys.unraisablehook = lambda seen: _say("fault", what=f"unraisable {seen.exc_value!r}",
                                           where=traceback.format_exception(seen.exc_value))
    qInstallMessageHandler(told)


def look_at(hand: "Hand", document: Document) -> None:  # noqa: F821
    """Open a document in every workspace, with every panel in front, a weight, a neuron and two weights selected,
    go through its first batch, train it for one update and a while, and take that back."""
    from nnsim.gui.window.panels import WORKSPACES

    window, session, looking = hand.window, hand.session, hand.desk.looking
    session.open_document(document, None, "extreme")
    hand.settle()
    structure = document.network.structure
    ends = [c.ends for c in structure.connections]
    hidden = [n.id for n in structure.neurons if n.role != "input"]
    selections = [([], ends[-1:]), (hidden[:1], []), ([], [ends[0], ends[-1]]), (hidden[-1:], []), ([], [])]
    if session.dataset is not None:
        hand.desk.study.choose_row(0)
    for workspace in WORKSPACES:
        window.workspaces.switch(workspace)
        hand.settle()
    for fronts in zip_longest(LEFT, BELOW):
        for id in fronts:
            if id is not None:
                _say("panel", id=id)
                window.workspaces.show_panel(id)
        for neurons, connections in selections:
            looking.select(neurons, connections)
            hand.settle()
    looking.select([], ends[:1])
    scopes = (("batch", ("loss_slice", "losses")), ("all", ("slope", "backward")), ("sample", ("matrices",)))
    for scope, fronts in scopes:
        hand.desk.study.set_scope(scope)
        for id in fronts:
            window.workspaces.show_panel(id)
            hand.settle()
    window.workspaces.show_panel("steps")
    steps = window.workspaces.panels["steps"]
    for _ in range(12):
        steps.forward()
    hand.settle()
    for id in ("loss", "output", "network_table"):
        window.workspaces.show_panel(id)
    for amount in ({"updates": 1}, {"epochs": 3}):
        _say("panel", id=f"training {amount}")
        session.train(**amount)
        hand.wait(lambda: not session.training, "it is trained")
        hand.settle()
    session.undo()
    hand.settle()


def main(first: int, last: int, step: int) -> None:
    """Look at the documents first, first + step … below last."""
    from tests.stories.conftest import window_with_hand

    faulthandler.enable()
    faulthandler.dump_traceback_later(60, repeat=True)
    _listen()
    with tempfile.TemporaryDirectory() as place, window_with_hand(Path(place)) as hand:
        for index, (name, document) in enumerate(documents()):
            if index < last and index >= first and (index - first) % step == 0:
                _say("document", index=index, name=name)
                look_at(hand, document)
    _say("end")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
