"""The training loop, against plain loops written here and the lecture's numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

import nnsim
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.order import epoch_order
from nnsim.documents.examples import EXAMPLES
from nnsim.training.engines import ENGINES
from nnsim.training.problems import training_problems
from nnsim.training.reasons import STOP_REASONS

XOR_X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
XOR_T = [[0.0], [1.0], [1.0], [0.0]]


def xor_trainer(**settings: object) -> nnsim.Trainer:
    """A 2-3-1 tanh net on XOR."""
    config = nnsim.TrainingConfig(**settings)  # type: ignore[arg-type]
    return nnsim.Trainer(nnsim.Network.layered([2, 3, 1], seed=1), nnsim.Dataset(XOR_X, XOR_T), config)


def hands_on() -> nnsim.Trainer:
    """The lecture's 2-2-2 example."""
    document = nnsim.load(EXAMPLES["hands_on"].path)
    return nnsim.Trainer(document.network, nnsim.Dataset([[0.05, 0.10]], [[0.01, 0.99]]), document.training)


def test_hands_on_update_and_ten_thousand() -> None:
    """lecture.md section 4: every weight after one update, and the loss after one and 10 000."""
    trainer = hands_on()
    assert trainer.loss == pytest.approx(0.298371109, abs=5e-10)
    trainer.run(epochs=1)
    expected = {
        "w1": 0.149780716,
        "w2": 0.199561432,
        "w3": 0.249751144,
        "w4": 0.299502287,
        "w5": 0.358916480,
        "w6": 0.408666186,
        "w7": 0.511301270,
        "w8": 0.561370121,
        "b1": 0.35,
        "b2": 0.60,
    }
    for name, value in expected.items():
        assert trainer.network.value(name) == pytest.approx(value, abs=5e-10), name
    assert trainer.loss == pytest.approx(0.291027774, abs=5e-10)
    trainer.run(epochs=9_999)
    assert trainer.loss == pytest.approx(0.0000351019, abs=5e-11)


def test_batches_against_a_plain_loop() -> None:
    """Three samples a batch out of seven: the last batch has one, and its mean is its own."""
    rng = np.random.default_rng(3)
    X, T = rng.normal(size=(7, 2)), rng.normal(size=(7, 1))
    w, b, rate = np.array([0.3, -0.2]), 0.1, 0.05
    network = Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", "linear", bias="b")],
        [Connection("x0", "y", "w1"), Connection("x1", "y", "w2")],
        {"w1": w[0], "w2": w[1], "b": b},
    )
    trainer = nnsim.Trainer(
        network, nnsim.Dataset(X, T), nnsim.TrainingConfig(learning_rate=rate, batch_size=3, order="sequential")
    )
    losses = []
    for _ in range(4):
        total = 0.0
        for start in (0, 3, 6):
            x, t = X[start : start + 3], T[start : start + 3, 0]
            error = x @ w + b - t
            total += 0.5 * float((error**2).sum())
            w, b = w - rate * (error[:, None] * x).mean(axis=0), b - rate * error.mean()
        losses.append(total / 7)
    assert trainer.run(epochs=4) == "epochs"
    assert trainer.parameters == pytest.approx([*w, b], abs=1e-13)
    assert trainer.history.train_loss[1:] == pytest.approx(losses, abs=1e-13)
    assert trainer.update == 12


def test_penalties_reach_weights_only() -> None:
    """l1·Σ|w| + ½·l2·Σw² adds l1·sign(w) + l2·w to the slope of weights, nothing to biases or the reported loss."""
    network = Network.build(
        [Neuron("x", "input"), Neuron("y", "output", "linear", bias="b")],
        [Connection("x", "y", "w")],
        {"w": -2.0, "b": 3.0},
    )
    trainer = nnsim.Trainer(
        network, nnsim.Dataset([[0.0]], [[3.0]]), nnsim.TrainingConfig(learning_rate=0.1, l1=0.5, l2=0.25)
    )
    trainer.run(epochs=1)
    assert trainer.network.value("w") == pytest.approx(-2.0 - 0.1 * (-0.5 + 0.25 * -2.0))
    assert trainer.network.value("b") == 3.0
    assert trainer.history.train_loss.tolist() == [0.0, 0.0]


def test_orders() -> None:
    """Each epoch's order is a permutation, a pure function of seed and epoch."""
    assert epoch_order("sequential", 5, 0, 9).tolist() == [0, 1, 2, 3, 4]
    once = [epoch_order("shuffle_once", 50, 4, e).tolist() for e in range(3)]
    assert once[0] == once[1] == once[2] != list(range(50))
    each = [epoch_order("shuffle_each_epoch", 50, 4, e).tolist() for e in range(3)]
    assert each[0] != each[1] != each[2]
    assert all(sorted(order) == list(range(50)) for order in each)
    assert each[1] == epoch_order("shuffle_each_epoch", 50, 4, 1).tolist()
    assert each[1] != epoch_order("shuffle_each_epoch", 50, 5, 1).tolist()


def test_slices_change_nothing() -> None:
    """Twenty epochs in one call, or in calls of one to three updates: the same bits."""
    whole, sliced = xor_trainer(batch_size=3, learning_rate=0.5), xor_trainer(batch_size=3, learning_rate=0.5)
    whole.run(epochs=20)
    sliced.begin()
    rng = np.random.default_rng(0)
    while sliced.epoch < 20:
        sliced.advance(updates=int(rng.integers(1, 4)), until_epoch=20)
    assert np.array_equal(whole.parameters, sliced.parameters)
    assert np.array_equal(whole.history.train_loss, sliced.history.train_loss)


def test_seed_decides() -> None:
    """The same seed gives the same bits, another seed others."""
    runs = [xor_trainer(batch_size=1, seed=seed) for seed in (0, 0, 1)]
    for trainer in runs:
        trainer.run(epochs=10)
    assert np.array_equal(runs[0].parameters, runs[1].parameters)
    assert not np.array_equal(runs[0].parameters, runs[2].parameters)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"stop_epochs": 7}, "epochs"),
        ({"stop_loss": 0.05}, "loss"),
        ({"stop_gradient": 1e-3}, "gradient"),
        ({"stop_change": 1e-6, "stop_change_epochs": 5}, "unchanged"),
        ({"stop_seconds": 0.0}, "seconds"),
    ],
)
def test_stop_conditions(settings: dict[str, float], reason: str) -> None:
    """Each stop condition ends a run, and truly holds at its end."""
    trainer = xor_trainer(batch_size=0, learning_rate=0.5, **settings)
    assert trainer.run(epochs=200_000) == reason
    assert reason in STOP_REASONS
    losses = trainer.history.train_loss
    if reason == "epochs":
        assert trainer.epoch == 7
    if reason == "loss":
        assert losses[-1] <= 0.05 < losses[-2]
    if reason == "unchanged":
        assert np.ptp(losses[-5:]) <= 1e-6
    if reason == "gradient":
        before = xor_trainer(batch_size=0, learning_rate=0.5)
        before.run(epochs=trainer.epoch - 1)
        _, gradient = nnsim.compile(before.network).loss_and_gradient(before.parameters, XOR_X, XOR_T)
        assert np.linalg.norm(gradient) <= 1e-3
    if reason == "seconds":
        assert trainer.epoch == 1


def test_stop_epochs_counts_from_each_call() -> None:
    """Pressing Train again after a stop goes on as long again."""
    trainer = xor_trainer(stop_epochs=3)
    assert trainer.run(epochs=100) == "epochs"
    assert trainer.run(epochs=100) == "epochs"
    assert trainer.epoch == 6


@pytest.mark.parametrize("engine", [*ENGINES])
@pytest.mark.parametrize("settings", [{"l2": 0.7}, {"l1": 0.3}, {"l2": 0.2, "batch_size": 2}, {}])
def test_the_perceptron_rule_ends_only_where_every_sample_is_right(settings: dict[str, float], engine: str) -> None:
    """By the weights that it ends with: a penalty moves them after each sample was right as it passed."""
    X, T = XOR_X, [[0.0], [0.0], [0.0], [1.0]]
    for seed in range(6):
        network = nnsim.Network.layered([2, 1], output="heaviside", seed=seed)
        config = nnsim.TrainingConfig(**{"optimizer": "perceptron", "learning_rate": 0.3, "batch_size": 1, **settings})
        trainer = nnsim.Trainer(network, nnsim.Dataset(X, T), config, engine)
        reason = trainer.run(epochs=200)
        right = np.array_equal(nnsim.compile(network).forward(trainer.parameters, X), T)
        assert right or reason == "epochs"
        assert settings or reason == "converged"


@pytest.mark.parametrize("rate", [1e3, 1e6])
def test_divergence_restores_finite_parameters(rate: float) -> None:
    """A linear net with a huge rate explodes: the run stops, says so, and the values are finite and good again."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 2))
    network = nnsim.Network.layered([2, 3, 1], hidden="linear", output="linear")
    trainer = nnsim.Trainer(network, nnsim.Dataset(X, X[:, :1]), nnsim.TrainingConfig(learning_rate=rate))
    first = trainer.loss
    assert trainer.run(epochs=100) == "diverged"
    assert "learning rate" in STOP_REASONS["diverged"]
    assert np.isfinite(trainer.parameters).all()
    assert trainer.loss <= 1000 * max(first, 0.5 * X[:, 0].var())
    assert np.isfinite(trainer.history.train_loss).all()


def one_weight(w: float, data: nnsim.Dataset, **settings: object) -> nnsim.Trainer:
    """y = w·x, in the readable engine."""
    network = Network.build([Neuron("x", "input"), Neuron("y", "output", "linear")], [Connection("x", "y", "w")],
                            {"w": w})
    return nnsim.Trainer(network, data, nnsim.TrainingConfig(batch_size=0, **settings), "numpy")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1.0, 1e3, 1e9])
def test_a_run_diverges_at_a_thousand_times_its_first_loss_whatever_its_size(size: float) -> None:
    """The error doubles with each update, the loss becomes four times as large: 4⁵ > 1000 > 4⁴.

    What is given back are the values of the best epoch, which here are those before the first update.
    """
    trainer = one_weight(2 * size, nnsim.Dataset([[1.0]], [[size]]), learning_rate=3.0)
    assert trainer.run(epochs=4) == "epochs"
    assert trainer.history.train_loss.tolist() == pytest.approx([size**2 / 2 * k for k in (1, 1, 4, 16, 64)])
    assert trainer.run(epochs=100) == "diverged"
    assert trainer.epoch == 5
    assert trainer.loss == pytest.approx(size**2 / 2)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
def test_a_run_that_begins_well_may_come_to_a_thousand_times_the_loss_of_a_constant(size: float) -> None:
    """Targets ±size: who always says their mean has the loss ½·size², however small the first loss is."""
    data = nnsim.Dataset([[1.0], [-1.0]], [[size], [-size]])
    trainer = one_weight(size * (1 + 2**-20), data, learning_rate=3.0)
    losses = [size**2 / 2 * 4.0 ** (n - 20) for n in range(40)]
    allowed = sum(loss <= 1000 * size**2 / 2 for loss in losses)
    assert trainer.run(epochs=100) == "diverged"
    assert trainer.epoch == allowed
    assert trainer.loss == pytest.approx(losses[0], rel=1e-6)


@pytest.mark.parametrize("optimizer", [name for name, entry in OPTIMIZERS.items() if not entry.straight])
def test_after_a_divergence_and_with_another_optimizer_nothing_is_remembered(optimizer: str) -> None:
    """The optimizer begins anew: no memory, no update counted; with other settings of another kind it goes on."""
    data = nnsim.Dataset([[1e150]], [[0.0]])
    trainer = one_weight(1e5, data, learning_rate=1e6, optimizer=optimizer)
    assert trainer.run(epochs=20) == "diverged"
    r, s, steps = trainer.memory
    assert not r.any() and not s.any() and steps == 0
    near = one_weight(2.0, nnsim.Dataset([[1.0]], [[1.0]]), learning_rate=0.01, optimizer=optimizer)
    near.run(epochs=3)
    before = near.memory
    assert before[2] == 3
    near.configure(nnsim.TrainingConfig(batch_size=0, learning_rate=0.02, optimizer=optimizer))
    assert [part.tolist() for part in near.memory[:2]] == [part.tolist() for part in before[:2]] and near.memory[2] == 3
    near.configure(nnsim.TrainingConfig(optimizer="adagrad" if optimizer != "adagrad" else "sgd"))
    r, s, steps = near.memory
    assert not r.any() and not s.any() and steps == 0


def test_without_any_loss_to_compare_with_the_weights_tell() -> None:
    """The first loss is 0 and so is a constant's: no loss is a thousand times as large. A weight may be a million."""
    trainer = one_weight(1.0, nnsim.Dataset([[1.0]], [[1.0]]), learning_rate=3.0)
    trainer.begin()
    trainer.set_values({"w": 2.0})
    assert trainer.run(epochs=20) == "epochs"
    assert trainer.history.train_loss[-1] == pytest.approx(4.0**19 / 2)
    assert trainer.run(epochs=1000) == "diverged"
    assert trainer.epoch == 21 and 3e6 < 2.0**22 + 1 and trainer.loss == 0.5
    assert np.isfinite(trainer.parameters).all() and np.isfinite(trainer.history.train_loss).all()


@pytest.mark.parametrize("asked", ["advance", "snapshot"])
def test_another_loss_runs_no_sample_until_the_next_update(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """Who configures it waits for no number; from the next update on the limit is that of the new loss."""
    trainer, config = xor_trainer(batch_size=0), nnsim.TrainingConfig(batch_size=0, loss="mean_absolute_error")
    trainer.run(epochs=3)
    expected = nnsim.Trainer(trainer.network, nnsim.Dataset(XOR_X, XOR_T), config)._limit
    with monkeypatch.context() as watched:
        watched.setattr(nnsim.Trainer, "_loss_on", None)
        trainer.configure(config)
    if asked == "advance":
        trainer.advance(updates=1)
    state = trainer.snapshot().state
    assert state is not None and state.limit == trainer._rule.limit == expected != xor_trainer()._limit


@pytest.mark.parametrize("began", [0.0, 100.0, 1e6])
def test_the_time_asked_for_counts_from_begin(monkeypatch: pytest.MonkeyPatch, began: float) -> None:
    """Ten seconds by a clock that the test sets: how near the end is, and that it comes then and no sooner."""
    clock = SimpleNamespace(now=began - 50.0)
    monkeypatch.setattr("nnsim.training.trainer.time", SimpleNamespace(monotonic=lambda: clock.now))
    trainer = xor_trainer(batch_size=0, stop_seconds=10.0)
    clock.now = began
    trainer.begin()
    assert trainer.snapshot().progress == 0.0
    for after in (0.0, 2.5, 9.75):
        clock.now = began + after
        assert trainer.advance(updates=1) is None
        assert trainer.snapshot().progress == after / 10
    clock.now = began + 10.0
    assert trainer.advance(updates=1) == "seconds"
    assert trainer.snapshot().progress == 1.0
    clock.now = began + 25.0
    assert trainer.snapshot().progress == 1.0, "no run is nearer than at its end"


def test_a_slice_of_time_comes_to_do_more_than_one_update() -> None:
    """From what those before it took; a hundred updates a second are slow."""
    trainer = xor_trainer(batch_size=0)
    for _ in range(4):
        trainer.advance(seconds=0.1)
    assert trainer.update > 4


def test_how_near_the_stop_is() -> None:
    """Epochs from where the run began; a loss by its logarithm; of several the nearest; None if nothing tells."""
    trainer = xor_trainer(batch_size=0, learning_rate=0.5)
    trainer.run(epochs=3)
    assert trainer.snapshot().progress is None
    trainer.configure(nnsim.TrainingConfig(batch_size=0, learning_rate=0.5, stop_epochs=8))
    trainer.begin()
    seen = []
    while trainer.advance(updates=1) is None:
        seen.append(trainer.snapshot().progress)
    assert seen == [k / 8 for k in range(1, 8)]
    assert trainer.snapshot().progress == 1.0
    first, now = float(trainer.history.train_loss[0]), float(trainer.history.train_loss[-1])
    goal = now**2 / first
    trainer.configure(nnsim.TrainingConfig(batch_size=0, learning_rate=0.5, stop_loss=goal))
    assert trainer.snapshot().progress == pytest.approx(0.5), "the goal lies as many times lower again"
    for epochs, nearest in ((10_000, 0.5), (10, 0.8)):
        trainer.configure(
            nnsim.TrainingConfig(batch_size=0, learning_rate=0.5, stop_loss=goal, stop_epochs=epochs))
        assert trainer.snapshot().progress == pytest.approx(nearest)
    trainer.set_values({name: 9.0 for name in trainer.network.parameter_names})
    trainer.configure(nnsim.TrainingConfig(batch_size=0, learning_rate=0.0, stop_loss=goal))
    trainer.run(epochs=2)
    assert trainer.history.train_loss[-1] > first and trainer.snapshot().progress == 0.0, "farther than at the start"
    trainer.configure(nnsim.TrainingConfig(batch_size=0, learning_rate=0.5, stop_loss=2 * first))
    assert trainer.snapshot().progress is None, "a loss that was small enough from the start tells nothing"


def test_frozen_parameters_stay() -> None:
    """All frozen: a run changes nothing."""
    network = nnsim.Network.layered([2, 2, 1])
    frozen = Network.build(
        network.structure.neurons,
        network.structure.connections,
        dict(zip(network.parameter_names, network.parameters.tolist(), strict=True)),
        network.parameter_names,
    )
    trainer = nnsim.Trainer(frozen, nnsim.Dataset(XOR_X, XOR_T))
    trainer.run(epochs=3)
    assert np.array_equal(trainer.parameters, frozen.parameters)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("hidden", [2, 9])
def test_a_neuron_without_a_bias_gets_none(hidden: int, batch: int, engine: str) -> None:
    """Its sum stays one over its connections alone, whatever kind of run trains it."""
    ids = [f"h{i}" for i in range(hidden)]
    neurons = [Neuron("x", "input"), *(Neuron(id, "hidden", "tanh") for id in ids), Neuron("y", "output", "linear")]
    edges = [*(Connection("x", id, f"w_{id}") for id in ids), *(Connection(id, "y", f"v_{id}") for id in ids)]
    network = Network.build(neurons, edges, {edge.weight: 0.1 * (i + 1) for i, edge in enumerate(edges)})
    config = nnsim.TrainingConfig(batch_size=batch, learning_rate=0.1)
    data = nnsim.Dataset([[1.0], [2.0], [0.5]], [[0.0], [1.0], [0.9]])
    trainer, expected = (nnsim.Trainer(network, data, config, each) for each in (engine, "numpy"))
    for each in (trainer, expected):
        each.run(epochs=5)
    assert trainer.parameters == pytest.approx(expected.parameters, rel=1e-12)


def test_test_loss_is_exact_after_each_epoch() -> None:
    """The test curve holds the loss on the test samples before training and after each epoch."""
    network = nnsim.Network.layered([2, 3, 1], seed=2)
    data = nnsim.Dataset(XOR_X, XOR_T, [[0.5, 0.5]], [[1.0]])
    trainer = nnsim.Trainer(network, data)
    expected = []
    program = nnsim.compile(network)
    for _ in range(4):
        o = program.forward(trainer.parameters, [[0.5, 0.5]])[0, 0]
        expected.append(0.5 * (1.0 - o) ** 2)
        trainer.run(epochs=1)
    assert trainer.history.test_loss[:4] == pytest.approx(expected, abs=1e-15)


def test_an_edit_while_training_is_recorded_and_replays() -> None:
    """set_values is kept with its update; a run that repeats it ends at the same bits."""
    edited = xor_trainer(batch_size=2)
    edited.advance(updates=5)
    edited.set_values({"w1": 2.0})
    edited.advance(updates=5)
    assert [(update, dict(values)) for update, values in edited.edits] == [(5, {"w1": 2.0})]
    replay = xor_trainer(batch_size=2)
    for update, values in edited.edits:
        replay.advance(updates=update - replay.update)
        replay.set_values(values)
    replay.advance(updates=edited.update - replay.update)
    assert np.array_equal(edited.parameters, replay.parameters)


def test_data_that_do_not_fit_are_refused() -> None:
    """Wrong columns, NaN and empty data are named."""
    network = nnsim.Network.layered([2, 2, 1])
    with pytest.raises(ValueError, match="2 input neurons"):
        nnsim.Trainer(network, nnsim.Dataset([[1.0]], [[1.0]]))
    with pytest.raises(ValueError, match="row 1, column 0"):
        nnsim.Dataset([[1.0], [float("nan")]], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="no row"):
        nnsim.Dataset(np.empty((0, 2)), np.empty((0, 1)))


def test_what_cannot_be_trained_says_why() -> None:
    """Steps, frozen nets, no data and outputs outside a loss's domain are named in the learner's words."""
    data = nnsim.Dataset(XOR_X, XOR_T)
    config = nnsim.TrainingConfig()
    step = nnsim.Network.layered([2, 2, 1], hidden="heaviside", output="heaviside")
    (problem,) = training_problems(step.structure, data, config)
    assert problem.neurons == ("h1", "h2", "y") and "slope" in problem.message
    mixed = nnsim.Network.layered([2, 2, 1], hidden="heaviside", output="sigmoid")
    assert training_problems(mixed.structure, data, config) == ()
    tanh = nnsim.Network.layered([2, 2, 1])
    assert training_problems(tanh.structure, data, config) == ()
    assert "no data" in training_problems(tanh.structure, None, config)[0].message
    (problem,) = training_problems(tanh.structure, data, nnsim.TrainingConfig(loss="binary_cross_entropy"))
    assert problem.neurons == ("y",)


@pytest.mark.parametrize(("count", "said"), [
    (1, "Neuron y uses the step function"), (2, "Neurons o1 and o2 use the step function"),
    (3, "Neurons o1, o2 and o3 use the step function"),
])
def test_flat_neurons_are_named_in_good_english(count: int, said: str) -> None:
    """One uses, several use; where the perceptron rule could do it, it is offered."""
    structure = nnsim.Network.layered([1, count], output="heaviside").structure
    data = nnsim.Dataset([[0.0], [1.0]], [[0.0] * count, [1.0] * count])
    (problem,) = training_problems(structure, data, nnsim.TrainingConfig())
    assert problem.message.startswith(f"{said}: its slope is 0 everywhere")
    assert problem.message.endswith("such as the sigmoid, or the perceptron rule as the optimizer.")
    assert problem.neurons == structure.outputs
    deep = nnsim.Network.layered([1, 2, 1], hidden="heaviside", output="heaviside").structure
    (problem,) = training_problems(deep, nnsim.Dataset([[0.0]], [[0.0]]), nnsim.TrainingConfig())
    assert problem.message.endswith("such as the sigmoid.")


def test_a_snapshot_knows_the_batches_of_an_epoch_from_the_start() -> None:
    """Before the first update, in the midst of an epoch, and at its end."""
    for batch, batches in ((1, 4), (3, 2), (0, 1)):
        trainer = xor_trainer(batch_size=batch)
        seen = []
        for _ in range(batches + 1):
            snapshot = trainer.snapshot()
            seen.append((snapshot.position, snapshot.batches))
            trainer.advance(updates=1)
        assert seen == [*((i, batches) for i in range(batches)), (0, batches)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"learning_rate": -1.0},
        {"learning_rate": float("nan")},
        {"batch_size": -1},
        {"batch_size": 1.5},
        {"loss": "hinge"},
        {"order": "random"},
        {"optimizer": "lion"},
        {"optimizer": {"name": "sgd", "beta1": 0.9}},
        {"seed": -1},
        {"l2": -0.1},
        {"stop_epochs": 0},
        {"learning_rate": "fast"},
    ],
)
def test_wrong_settings_are_refused_by_name(wrong: dict[str, object]) -> None:
    """Every field that is out of bounds is named."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        nnsim.TrainingConfig(**wrong)  # type: ignore[arg-type]


def test_equal_settings_are_equal_and_have_one_hash() -> None:
    """Whether constants are named or left at their defaults, and in whichever order."""
    one = nnsim.TrainingConfig(optimizer={"name": "adam", "beta1": 0.8, "beta2": 0.99}, schedule={"name": "step"})
    other = nnsim.TrainingConfig(
        optimizer={"beta2": 0.99, "name": "adam", "beta1": 0.8, "epsilon": 1e-8}, schedule="step"
    )
    assert one == other and hash(one) == hash(other)
    assert one != nnsim.TrainingConfig(optimizer="adam", schedule="step")


def test_losses_of_probabilities_refuse_other_targets() -> None:
    """Cross-entropies say why targets of ±1, or a single output, are nothing for them."""
    sigmoid = nnsim.Network.layered([2, 2, 1], output="sigmoid").structure
    signs = nnsim.Dataset(XOR_X, [[-1.0], [1.0], [1.0], [-1.0]])
    (problem,) = training_problems(sigmoid, signs, nnsim.TrainingConfig(loss="binary_cross_entropy"))
    assert "between 0 and 1" in problem.message
    one = nnsim.Dataset(XOR_X, XOR_T)
    assert training_problems(sigmoid, one, nnsim.TrainingConfig(loss="binary_cross_entropy")) == ()
    (problem,) = training_problems(sigmoid, one, nnsim.TrainingConfig(loss="softmax_cross_entropy"))
    assert "two or more" in problem.message and "always 1" in problem.message
    two = nnsim.Network.layered([2, 2, 2], output="linear").structure
    classes = nnsim.Dataset(XOR_X, [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    assert training_problems(two, classes, nnsim.TrainingConfig(loss="softmax_cross_entropy")) == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_perceptron_rule_has_converged_only_if_every_sample_is_right(engine: str) -> None:
    """A penalty moves weights that no sample moves: what was right as it passed may be wrong at the epoch's end."""
    for seed in range(20):
        network = nnsim.Network.layered([2, 1], output="heaviside", seed=seed)
        config = nnsim.TrainingConfig(optimizer="perceptron", learning_rate=0.2, batch_size=1, l1=0.4, seed=seed)
        trainer = nnsim.Trainer(network, nnsim.Dataset(XOR_X, [[0], [0], [0], [1]]), config, engine)
        if trainer.run(200) == "converged":
            assert trainer.loss == 0.0
