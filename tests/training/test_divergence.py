"""Divergence: told by the loss or by the weights, with its cause, and with the best weights back."""

import numpy as np
import pytest

import nnsim
from nnsim import Connection, Network, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.training import engines
from nnsim.training.reasons import (
    KEPT,
    MEANS,
    MOMENTUM,
    NOT_DIVIDED,
    PENALTY,
    RISING,
    STOP_REASONS,
    TOO_LARGE,
    cause,
    why_ended,
)

XOR = nnsim.Dataset([[0, 0], [0, 1], [1, 0], [1, 1]], [[-1], [1], [1], [-1]])
ASLEEP = nnsim.Dataset([[0, 0], [0, 1]], [[-1], [1]])
"""The first input is 0 in all of them, and so is the gradient of its weights."""
GRADUAL = [name for name, entry in OPTIMIZERS.items() if not entry.straight]


def tanh_net(seed: int = 1) -> Network:
    return Network.layered([2, 2, 1], hidden="tanh", output="tanh", seed=seed)


def line() -> Network:
    return Network.layered([2, 1], output="linear", seed=1)


def points() -> nnsim.Dataset:
    """On a plane, which ``line`` can learn."""
    X = np.random.default_rng(0).normal(size=(30, 2))
    return nnsim.Dataset(X, X @ [[1.0], [-2.0]] + 0.5)


def asleep(w: float = 0.5) -> Network:
    """One weight whose input is always 0: the loss has no say in it, only the penalty."""
    return Network.build([Neuron("x", "input"), Neuron("y", "output", "tanh")], [Connection("x", "y", "w")], {"w": w})


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize("batch", [0, 1, 3])
def test_weights_that_a_penalty_drives_apart_end_the_run_where_the_loss_is_bounded(engine: str, batch: int) -> None:
    """η·λ = 2.1: each update leaves 1.1 times the weight, on the other side of 0. tanh keeps the loss below 2."""
    config = nnsim.TrainingConfig(learning_rate=0.3, l2=7.0, batch_size=batch)
    trainer = nnsim.Trainer(tanh_net(), XOR, config, engine)
    first = trainer.loss
    assert trainer.run(10_000) == "diverged"
    assert trainer.update < 200
    assert trainer.loss == first
    assert trainer.parameters.tolist() == trainer.start.parameters.tolist()
    sentence, numbers = why_ended("diverged", config, trainer.epoch)
    assert sentence == PENALTY and numbers == {"product": "2.1"}


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize("setting", [
    {"l2": 7.0, "learning_rate": 0.3}, {"learning_rate": 1e6, "loss": "mean_absolute_error"}, {"l2": 1e6},
    {"optimizer": {"name": "adamw", "weight_decay": 30.0}, "learning_rate": 0.1},
    {"optimizer": {"name": "momentum", "momentum": 1.5}},
])
def test_what_was_learned_before_a_setting_drove_the_weights_apart_comes_back(
    engine: str, setting: dict[str, object]
) -> None:
    trainer = nnsim.Trainer(tanh_net(), XOR, nnsim.TrainingConfig(learning_rate=0.3, batch_size=0), engine)
    trainer.run(2_000)
    learned, loss = trainer.parameters.tolist(), trainer.loss
    assert loss < 0.1
    trainer.configure(nnsim.TrainingConfig(**{"batch_size": 0} | setting))
    if trainer.run(2_000) != "diverged":
        assert np.abs(trainer.parameters).max() < 1e12  # the penalty has no part in it, and the weights stand still
    else:
        assert trainer.loss <= loss
        assert trainer.parameters.tolist() == learned or trainer.loss < loss


@pytest.mark.parametrize("optimizer", GRADUAL)
@pytest.mark.parametrize("product", [0.5, 1.2, 1.4, 1.9, 1.999, 2.1, 3.7, 3.9, 10.0])
def test_a_penalty_is_named_as_the_cause_where_it_alone_makes_a_weight_grow(optimizer: str, product: float) -> None:
    """Against the run itself: a weight that only the penalty moves comes to rest, or does not."""
    config = nnsim.TrainingConfig(learning_rate=0.1, l2=product / 0.1, optimizer=optimizer, batch_size=0)
    trainer = nnsim.Trainer(asleep(), nnsim.Dataset([[0.0]], [[1.0]]), config)
    diverged = trainer.run(1_000) == "diverged"
    assert cause(config, 0) == ((PENALTY, {"product": pytest.approx(product)}) if diverged else None)
    assert abs(trainer.parameters).max() <= 10.0


def test_a_clipped_gradient_bounds_the_penalty_too() -> None:
    config = nnsim.TrainingConfig(learning_rate=0.3, l2=7.0, clip=1.0, batch_size=0)
    trainer = nnsim.Trainer(asleep(), nnsim.Dataset([[0.0]], [[1.0]]), config, "numpy")
    assert trainer.run(5_000) == "epochs"
    assert abs(trainer.parameters).max() < 1.0
    assert cause(config, 0) is None


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_a_momentum_above_1_is_named(engine: str, optimizer: str) -> None:
    """Steps go on growing where tanh is flat, and the gradient is 0."""
    config = nnsim.TrainingConfig(optimizer={"name": optimizer, "momentum": 1.01}, learning_rate=0.1, batch_size=0)
    trainer = nnsim.Trainer(tanh_net(), XOR, config, engine)
    first = trainer.loss
    assert trainer.run(5_000) == "diverged"
    assert trainer.loss <= first
    assert why_ended("diverged", config, trainer.epoch) == (MOMENTUM, {"momentum": "1.01"})


def test_where_no_setting_grows_by_itself_the_learning_rate_is_too_large() -> None:
    assert why_ended("diverged", nnsim.TrainingConfig(), 0) == (STOP_REASONS["diverged"], {})
    assert why_ended("loss", nnsim.TrainingConfig(learning_rate=1.0, l2=3.0), 0) == (STOP_REASONS["loss"], {})


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_a_rate_that_throws_the_weights_far_away_gives_back_those_from_before(engine: str) -> None:
    """The loss is not yet a thousand times as large after the first leap: what comes back is better all the same."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40, 2))
    data = nnsim.Dataset(X, X @ [[1.0], [-2.0]])
    trainer = nnsim.Trainer(Network.layered([2, 1], output="linear"), data,
                            nnsim.TrainingConfig(learning_rate=0.05, batch_size=0), engine)
    trainer.run(50)
    loss = trainer.loss
    trainer.configure(nnsim.TrainingConfig(learning_rate=4.0, batch_size=0))
    assert trainer.run(100) == "diverged"
    assert trainer.loss == loss


def test_a_value_set_by_hand_may_be_large() -> None:
    """There is room from where the learner puts a weight, not from where it was."""
    trainer = nnsim.Trainer(tanh_net(), XOR, nnsim.TrainingConfig(learning_rate=0.1, batch_size=0))
    trainer.run(3)
    trainer.set_values({"w1": 1e9})
    assert trainer.run(100) == "epochs"
    assert trainer.network.value("w1") == 1e9


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize("value", [30.0, -1e3, 1e6])
def test_a_value_set_by_hand_may_make_the_loss_large(engine: str, value: float) -> None:
    """The loss is measured from there: the run goes back to the solution, which is what the learner wants to see."""
    trainer = nnsim.Trainer(line(), points(), nnsim.TrainingConfig(learning_rate=0.1, batch_size=0), engine)
    trainer.run(5)
    trainer.set_values({"w1": value})
    assert trainer.run(1_000) == "epochs"
    assert trainer.loss < 1e-6


@pytest.mark.parametrize("optimizer", GRADUAL)
@pytest.mark.parametrize("targets", [0.0, 1e-6])
@pytest.mark.parametrize("value", [0.0, 1e-6, 1e-3])
def test_a_first_loss_near_0_makes_no_healthy_step_a_divergence(optimizer: str, targets: float, value: float) -> None:
    """Steps as long as the learning rate throw such weights far, measured by a loss of 1e-12."""
    data = points()
    network = line().with_values({"w1": value, "w2": value, "b_y": value})
    config = nnsim.TrainingConfig(optimizer=optimizer, learning_rate=0.03, batch_size=10)
    trainer = nnsim.Trainer(network, nnsim.Dataset(data.X, targets * data.T), config)
    assert trainer.run(200) == "epochs"
    assert trainer.loss < 0.01


def test_small_inputs_may_need_large_weights() -> None:
    """Ten million, one step of about 1 after the other, on the way to which no weight is a divergence."""
    network = Network.build([Neuron("x", "input"), Neuron("y", "output", "linear")], [Connection("x", "y", "w")],
                            {"w": 0.0})
    config = nnsim.TrainingConfig(optimizer={"name": "adam", "epsilon": 1e-15}, learning_rate=1.0, batch_size=0)
    trainer = nnsim.Trainer(network, nnsim.Dataset([[1e-7]], [[1.0]]), config)
    assert trainer.run(1_200_000) == "epochs"
    assert trainer.network.value("w") > 1.1e6


@pytest.mark.parametrize("optimizer", [name for name in GRADUAL if "epsilon" in OPTIMIZERS[name].constants])
def test_a_constant_that_no_optimizer_can_work_with_is_named(optimizer: str) -> None:
    for constant, value in [*((name, value) for name in MEANS for value in (1.0, 1.1)), ("epsilon", 0.0)]:
        if constant not in OPTIMIZERS[optimizer].constants:
            continue
        config = nnsim.TrainingConfig(optimizer={"name": optimizer, constant: value}, learning_rate=0.1, batch_size=0)
        trainer = nnsim.Trainer(tanh_net(), ASLEEP, config)
        assert trainer.run(20_000) == "diverged"
        found = why_ended("diverged", config, trainer.epoch)
        assert found is not None
        if constant == "epsilon":
            assert found == (NOT_DIVIDED, {})
        else:
            symbol = {"alpha": "α", "beta1": "β₁", "beta2": "β₂"}[constant]
            assert found == (KEPT, {"symbol": symbol, "value": f"{value:g}"})


@pytest.mark.parametrize("schedule, rate", [("exponential", 0.1), ("step", 0.1), ("step", 10.0)])
def test_a_schedule_that_lets_the_rate_grow_is_named(schedule: str, rate: float) -> None:
    """Once it has: what diverges at the rate that was set is a matter of that rate."""
    factor = {"name": schedule, "factor": 1.5} | ({"epochs": 10.0} if schedule == "step" else {})
    config = nnsim.TrainingConfig(learning_rate=rate, schedule=factor, batch_size=0)
    trainer = nnsim.Trainer(line(), points(), config)
    assert trainer.run(10_000) == "diverged"
    found = why_ended("diverged", config, trainer.epoch)
    assert found is not None
    assert found[0] == (RISING if rate < 1.0 else STOP_REASONS["diverged"])


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize("weight, x", [(1e200, 1.0), (1.0, 1e200), (1e300, 1e300)])
def test_a_loss_that_is_no_number_from_the_start_is_no_matter_of_the_rate(engine: str, weight: float, x: float) -> None:
    network = Network.layered([1, 1], output="linear").with_values({"w1": weight})
    trainer = nnsim.Trainer(network, nnsim.Dataset([[x]], [[0.5]]), nnsim.TrainingConfig(), engine)
    assert trainer.run(10) == "diverged"
    assert trainer.parameters.tolist() == network.parameters.tolist()
    assert why_ended("diverged", trainer.config, trainer.epoch, trainer.snapshot().loss) == (TOO_LARGE, {})


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_divergence_has_a_sentence_whatever_the_constants(optimizer: str) -> None:
    for constant in ("", *OPTIMIZERS[optimizer].constants):
        for value in (0.0, 0.5, 1.0, 1.5, 1e3, 1e300):
            for extra in ({}, {"l2": 1e5}, {"l2": 1e5, "clip": 1.0}, {"schedule": "exponential"}):
                choice = {"name": optimizer, **({constant: value} if constant else {})}
                found = why_ended("diverged", nnsim.TrainingConfig(optimizer=choice, **extra), 3)
                assert found is not None
                sentence, numbers = found
                assert "{" not in sentence.format(**numbers)


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize("updates", [1, 4, 6, 30])
def test_a_run_resumed_from_the_midst_of_an_epoch_diverges_to_the_same_weights(engine: str, updates: int) -> None:
    config = nnsim.TrainingConfig(learning_rate=0.3, l2=6.8, batch_size=1)
    whole, cut = (nnsim.Trainer(tanh_net(), XOR, config, engine) for _ in range(2))
    assert whole.run(10_000) == "diverged"
    cut.begin()
    cut.advance(updates)
    resumed = nnsim.Trainer.resume(tanh_net(), XOR, config, cut.snapshot(), engine)
    assert resumed.run(10_000) == "diverged"
    assert (resumed.update, resumed.parameters.tolist()) == (whole.update, whole.parameters.tolist())
