"""The next update in equations is the one that the trainer does."""

import numpy as np
import pytest

import nnsim
from nnsim.core.formulas.notation import NOTATIONS
from nnsim.core.formulas.terms import evaluate
from nnsim.core.network import Connection, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.documents.examples import EXAMPLES
from nnsim.training.update import Update

X, T = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]]


@pytest.mark.parametrize("extra", [
    {}, {"l1": 0.02}, {"l2": 0.3}, {"l1": 0.01, "l2": 0.2}, {"clip": 0.01}, {"clip": 0.05, "l1": 0.05, "l2": 0.1},
    {"clip": 1e6}, {"schedule": {"name": "exponential", "factor": 0.5}},
], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_last_equation_is_the_trainers_new_value(optimizer: str, extra: dict[str, object]) -> None:
    """Of every parameter, two updates long, with what the optimizer remembers, penalties, clipping and a schedule."""
    straight = OPTIMIZERS[optimizer].straight
    network = (nnsim.Network.layered([2, 1], output="heaviside", seed=3) if straight
               else nnsim.Network.layered([2, 3, 1], seed=3))
    network = network.with_values({network.structure.neurons[-1].bias or "": 0.4})
    config = nnsim.TrainingConfig(optimizer=optimizer, learning_rate=0.1, batch_size=0, **extra)  # type: ignore[arg-type]
    trainer = nnsim.Trainer(network, nnsim.Dataset(X, T), config, "numpy")
    for epoch in range(2):
        before, memory = trainer.network, trainer.memory
        update = Update(before, config, np.array(X), np.array(T), NOTATIONS["field"], memory if epoch else None, epoch)
        written = [update.equations(name)[-1] for name in before.parameter_names]
        said = [equation.value for equation in written]
        assert [float(evaluate(equation.term)) for equation in written] == pytest.approx(said, rel=1e-12, abs=1e-15)
        trainer.advance(updates=1)
        assert said == pytest.approx(trainer.parameters.tolist(), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("shared", [False, True])
def test_the_perceptron_rule_is_written_as_such(shared: bool, target: float) -> None:
    """w′ = w + η(T − O)x of one sample, worked out here by hand; no gradient is named. Rosenblatt 1958."""
    weights = ("w", "w") if shared else ("w1", "w2")
    values = {"w": 0.5, "b": -1.0} if shared else {"w1": 0.5, "w2": 1.25, "b": -1.0}
    network = nnsim.Network.build(
        [Neuron("x1", "input"), Neuron("x2", "input"), Neuron("y", "output", "heaviside", bias="b")],
        [Connection("x1", "y", weights[0]), Connection("x2", "y", weights[1])], values)
    config = nnsim.TrainingConfig(optimizer="perceptron", learning_rate=0.25)
    x = {"x1": 1.0, "x2": 2.0}
    fired = 1.0 if sum(values[w] * x[id] for w, id in zip(weights, x, strict=True)) - 1.0 >= 0 else 0.0
    update = Update(network, config, np.array([[1.0, 2.0]]), np.array([[target]]), NOTATIONS["lecture"])
    for name in network.parameter_names:
        (equation,) = update.equations(name)
        came_in = 1.0 if name == "b" else sum(x[id] for w, id in zip(weights, x, strict=True) if w == name)
        assert equation.value == pytest.approx(values[name] + 0.25 * (target - fired) * came_in, rel=1e-15)
        assert "(T(y) − O(y))" in equation.text() and "∂" not in equation.text()


def test_a_frozen_parameter_and_a_network_the_rule_cannot_train_have_no_update() -> None:
    network = nnsim.Network.layered([2, 2, 1], output="heaviside")
    sample = np.array([[1.0, 1.0]]), np.array([[1.0]])
    update = Update(network, nnsim.TrainingConfig(optimizer="perceptron"), *sample, NOTATIONS["field"])
    assert update.problems and not any(update.equations(name) for name in network.parameter_names)
    frozen = nnsim.load(EXAMPLES["hands_on"].path).network
    update = Update(frozen, nnsim.TrainingConfig(), *sample[:1], np.array([[1.0, 0.0]]), NOTATIONS["field"])
    assert [name for name in frozen.parameter_names if not update.equations(name)] == sorted(frozen.structure.frozen)
