"""A program that adds two activations to the registry, nowhere else, and finds them wherever nnsim knows activations.

Run by test_new_activation in a process of its own: the kernels are made from the registries when they are imported.
"""

import sys
from pathlib import Path

import numpy as np

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.losses import LOSSES
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.schedules import SCHEDULES
from nnsim.core.symbols import Symbol, words

SMOOTH = Activation(
    "softsign", "Softsign", words("softsign"), r"\frac{x}{1+|x|}", r"(1-|f(x)|)^{2}", "A slow sigmoid.",
    "(1 - abs(a))**2", ("return z / (1.0 + np.abs(z))",), lambda z: z / (1.0 + np.abs(z)),
    lambda z, a: (1.0 - np.abs(a)) * (1.0 - np.abs(a)), increasing=True, range=(-1.0, 1.0),
)
BENT = Activation(
    "ramp", "Ramp", Symbol("R", "R"), r"\max(-1, \min(1, x))", "1 or 0", "Straight between −1 and 1.",
    "1 if abs(z) < 1 else 0", ("return np.clip(z, -1.0, 1.0)",), lambda z: np.minimum(np.maximum(z, -1.0), 1.0),
    lambda z, a: np.where(np.abs(z) < 1.0, 1.0, 0.0), initializer="he_normal", kinks=(-1.0, 1.0),
    pieces=(0.0, 1.0, 0.0), range=(-1.0, 1.0),
)
NEW = {entry.name: entry for entry in (SMOOTH, BENT)}


def register() -> None:
    """Add them. Of the other registries only what is used here is left: the less there is to compile, the better."""
    for registry, kept in ((LOSSES, "half_squared_error"), (OPTIMIZERS, "sgd"), (SCHEDULES, "constant")):
        for name in registry.keys() - {kept}:
            del registry[name]
    for name in ACTIVATIONS.keys() - {"heaviside", "linear"}:
        del ACTIVATIONS[name]
    ACTIVATIONS.update(NEW)


if __name__ == "__main__":
    register()

# All that reads the registries comes after it.
import nnsim  # noqa: E402
from nnsim.core.analysis.bands import band_of, right_rows  # noqa: E402
from nnsim.core.explain.explanation import Explanation  # noqa: E402
from nnsim.core.explain.gradient_check import check_gradient  # noqa: E402
from nnsim.core.network import Connection, Network, Neuron  # noqa: E402
from nnsim.data.dataset import Dataset  # noqa: E402
from nnsim.documents.document import Document  # noqa: E402
from nnsim.exchange.explained import as_text  # noqa: E402
from nnsim.exchange.numpy_code import numpy_code  # noqa: E402
from nnsim.exchange.worked_solution import worked_solution  # noqa: E402
from nnsim.training import engines  # noqa: E402
from nnsim.training.config import TrainingConfig  # noqa: E402
from nnsim.training.trainer import Trainer  # noqa: E402

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND = np.array([[0.0], [0.0], [0.0], [1.0]])


def network(output: str = "ramp") -> Network:
    """A ramp and a softsign side by side, and both inputs past them to the output."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("r", "hidden", "ramp", bias="b_r"),
               Neuron("s", "hidden", "softsign", bias="b_s"), Neuron("y", "output", output, bias="b_y")]
    ends = [("x0", "r"), ("x1", "r"), ("x0", "s"), ("x1", "s"), ("x0", "y"), ("x1", "y"), ("r", "y"), ("s", "y")]
    connections = [Connection(source, target, f"w{i}") for i, (source, target) in enumerate(ends)]
    values = {c.weight: 0.1 * i - 0.25 for i, c in enumerate(connections)} | {"b_r": 0.2, "b_s": -0.1, "b_y": 0.05}
    return Network.build(neurons, connections, values)


def gate(activation: str) -> Network:
    """AND by one neuron: 1 and 1 reach 0.5, one alone falls 0.5 short."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", activation, bias="b")]
    return Network.build(neurons, [Connection("x0", "y", "w0"), Connection("x1", "y", "w1")],
                         {"w0": 1.0, "w1": 1.0, "b": -1.5})


def check_training() -> None:
    """Both engines come to the same parameters, and the loss falls."""
    from nnsim.core.compiled import engine

    # Nothing is compiled but the kernels that are asked for; those of narrow layers take the least time.
    engine.warm_up = lambda kernels="": None
    config = TrainingConfig(learning_rate=0.1, batch_size=1)
    for hidden, output in (("ramp", "softsign"), ("softsign", "ramp")):
        own = Network.layered([2, 2, 1], hidden, output)
        runs = [Trainer(own, Dataset(X, AND), config, engine=name) for name in engines.ENGINES]
        for run in runs:
            run.run(epochs=20)
        assert {run.engine for run in runs} == {"numpy", "numba"}
        np.testing.assert_allclose(runs[0].parameters, runs[1].parameters, rtol=1e-12, atol=1e-12)
        assert runs[0].loss < runs[0].history.train_loss[0]


def check_initializer() -> None:
    """Weights start as the entry says."""
    for name, entry in NEW.items():
        drawn, named = (Network.layered([2, 3, 1], name, name, 7, given) for given in (None, entry.initializer))
        assert np.array_equal(drawn.parameters, named.parameters)


def check_gradients() -> None:
    """The gradient that backpropagation finds is that of differences; a kink is named where there is one."""
    for own in map(network, NEW):
        assert all(check.agrees for check in check_gradient(own, X, AND, "half_squared_error"))
    at_kink = gate("ramp").with_values({"b": -1.0})
    (check,) = check_gradient(at_kink, X, 1.0 - AND, "half_squared_error", ["b"])
    assert check.kink == "Ramp of y bends here"


def check_explanation() -> None:
    """The formula in symbols and in numbers, the slope too, and what comes out is the engine's."""
    own = network()
    e = Explanation(own, X[3], AND[3])
    _, smooth = e.forward("s")
    assert smooth.text() == "a(s) = softsign(z(s)) = softsign(−0.1) = −0.09091"
    assert smooth.latex().startswith(r"a_{s} = \mathrm{softsign}\left(z_{s}\right)")
    assert e.forward("r")[1].text()== "a(r) = R(z(r)) = R(−0.2) = −0.2"
    assert e.slope("s").text() == "∂a(s)/∂z(s) = (1 − |a(s)|)² = (1 − |−0.09091|)² = 0.8264"
    assert e.slope("s").value == SMOOTH.derivative(e.z("s"), e.a("s"))
    assert e.slope("r").value == 1.0
    assert "softsign(−0.1)" in as_text(e, TrainingConfig(), None)
    assert r"\mathrm{softsign}" in worked_solution(own, X[3], AND[3], TrainingConfig(), "latex")


def check_code() -> None:
    """The program that is exported holds both functions, and gives the engine's numbers."""
    for own in map(network, NEW):
        code, names = numpy_code(own), {}
        assert "def softsign(z):\n    return z / (1.0 + np.abs(z))\n" in code
        assert "sigmoid" not in code
        exec(code, names)
        outputs = np.array([names["network"](x) for x in X])
        np.testing.assert_allclose(outputs, nnsim.compile(own).forward(own.parameters, X), rtol=1e-15)


def check_bands() -> None:
    """For which thresholds AND stays right: the engine agrees at the ends, inside and beyond."""
    for name in NEW:
        own = gate(name)
        band = band_of(own, "b", X, AND)
        assert band is not None and band.negated().written("θ") == "1 < θ ≤ 2"
        for b, right in ((-2.001, False), (-2.0, True), (-1.5, True), (-1.001, True), (-1.0, False)):
            assert right_rows(own.with_values({"b": b}), X, AND).all() == right == (b in band)
    # Through a hidden ramp, which is flat from 1 on: past w = 0.5 nothing changes any more.
    through = Network.build(
        [Neuron("x", "input"), Neuron("h", "hidden", "ramp"), Neuron("y", "output", "heaviside", bias="b")],
        [Connection("x", "h", "w"), Connection("h", "y", "v")], {"w": 3.0, "v": 1.0, "b": -0.5})
    band = band_of(through, "w", np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))
    assert band is not None and band.written("w") == "w ≥ 0.5"


def check_files(folder: Path) -> None:
    """Saved and loaded again."""
    own = network()
    nnsim.save(Document(network=own), folder / "new.nnsim")
    loaded = nnsim.load(folder / "new.nnsim").network
    assert loaded.structure.same_as(own.structure) and np.array_equal(loaded.parameters, own.parameters)


def check_panel() -> None:
    """The Activation panel offers both and draws them, a kink as a gap of the slope; the form of a neuron has them."""
    from PySide6.QtWidgets import QApplication, QComboBox

    from nnsim.gui.look.theme import apply_theme
    from nnsim.gui.panels.activation.panel import ActivationPanel
    from nnsim.gui.session.desk import Desk

    app = QApplication([])
    apply_theme(app, "light")
    desk = Desk()
    desk.session.open_document(Document(network=network()))
    for id, entry in (("r", BENT), ("s", SMOOTH)):
        desk.looking.select([id])
        panel = ActivationPanel(desk)
        panel.resize(400, 500)
        panel.show()
        while not panel.plots:
            app.processEvents()
        chosen = panel.findChild(QComboBox)
        assert entry.label in [chosen.itemText(i) for i in range(chosen.count())]
        assert chosen.currentText() == entry.label and panel.about.text() == entry.about
        assert entry.name in panel.names.names
        x, y = panel.plot.f_items[0].getData()
        np.testing.assert_array_equal(y, entry.f(x))
        panel.close()
    desk.close()


if __name__ == "__main__":
    check_initializer()
    check_gradients()
    check_explanation()
    check_code()
    check_bands()
    check_files(Path(sys.argv[1]))
    check_panel()
    check_training()
    print("found everywhere")
