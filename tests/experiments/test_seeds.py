"""Several starts of one training, and when a run is called stuck."""

import numpy as np
import pytest

import nnsim
from nnsim.core.network import Network
from nnsim.data.dataset import Dataset
from nnsim.data.sources import dataset_of
from nnsim.experiments.seeds import LONG, SeedRuns, all_right, largest_right, plain_loss, stuck_for
from nnsim.resources import resource
from nnsim.training.engines import NUMPY
from nnsim.training.history import Curve, Points
from nnsim.training.trainer import Trainer


def curve(values: np.ndarray) -> Points:
    made = Curve()
    made.extend(values)
    return made.points()


def test_stuck_is_level_long_and_far_from_small() -> None:
    """A plateau is; a fall, a small loss, a short run and a loss that is no number are not."""
    level = np.concatenate([np.linspace(0.2, 0.1, 100), np.full(1000, 0.1)])
    assert stuck_for(curve(level), 0.1, 0.1) == 549
    noise = np.random.default_rng(0).normal(1, 0.05, 1100)
    assert stuck_for(curve(level * noise), 0.1, 0.1) == 549
    assert stuck_for(curve(np.linspace(1, 0.2, 1100)), 0.2, 0.1) == 0
    assert stuck_for(curve(np.concatenate([[1.0], np.full(1000, 0.09)])), 0.09, 0.1) == 0
    assert stuck_for(curve(np.full(LONG, 0.2)), 0.2, 0.1) == 0
    assert stuck_for(curve(np.append(level, np.nan)), 0.1, 0.1) == 0


def test_what_is_not_stuck_though_its_mean_rests() -> None:
    """Up and down; set by hand to be better or worse; small for what a constant would have; nothing at all."""
    level = np.full(1100, 0.1)
    waves = level * (1 + 0.4 * np.sin(np.arange(1100)))
    assert stuck_for(curve(waves), 0.1, 0.1) == 0
    for now, plain in ((0.2, 0.1), (0.05, 0.1), (0.009, 0.1), (0.1, 2.0)):
        assert stuck_for(curve(level), now, plain) == 0
    assert stuck_for(curve(level * 1e-9), 1e-10, 0.0) == 0
    assert stuck_for(curve(level), 0.1, 0.5) == 549


def test_a_constant_output_has_the_plain_loss() -> None:
    """Half the variance of the targets; the entropy of classes."""
    T = np.array([[0.0], [0.0], [1.0], [3.0]])
    assert plain_loss(T, "half_squared_error") == pytest.approx(T.var() / 2)
    classes = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert plain_loss(classes, "softmax_cross_entropy") == pytest.approx(-0.75 * np.log(0.75) - 0.25 * np.log(0.25))


def test_of_one_output_a_class_the_largest_counts() -> None:
    """As the table counts them: wherever the numbers lie."""
    network = Network.layered([1, 2], output="linear").with_values(
        {"w1": 1.0, "w2": -1.0, "b_o1": -9.0, "b_o2": -9.0})
    X, T = np.array([[1.0], [-1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert largest_right(network, X, T) and not all_right(network, X, T)
    assert not largest_right(network, X, T[::-1])
    assert not largest_right(network, X, np.array([[1.0, 1.0], [0.0, 1.0]]))


def test_all_rows_right() -> None:
    """Each output on its side of the threshold; an unset target asks for nothing."""
    network = Network.layered([1, 1], output="linear").with_values({"w1": 1.0, "b_y": 0.0})
    X = np.array([[0.0], [1.0]])
    assert all_right(network, X, np.array([[0.0], [1.0]]))
    assert not all_right(network, X, np.array([[1.0], [1.0]]))
    assert all_right(network, X, np.array([[np.nan], [1.0]]))
    with np.errstate(over="ignore", invalid="ignore"):
        assert not all_right(network.with_values({"w1": 1e308, "b_y": 1e308}), X, np.array([[1.0], [1.0]]))


def test_each_seed_is_what_the_trainer_makes_of_it() -> None:
    """XOR by two hidden neurons: an outcome a seed, solved where Train solves it from these weights."""
    document = nnsim.load(resource("examples/xor_to_learn.nnsim"))
    assert document.data is not None
    data = dataset_of(document.data, None)
    runs = SeedRuns(document.network, data, document.training, 3000, True)
    runs.start()
    while not runs.done:
        runs._thread.join(0.05)
    assert runs.error is None
    assert [outcome.seed for outcome in runs.outcomes] == [0, 1, 2, 3, 4]
    expected = []
    for seed in runs.seeds:
        trainer = Trainer(document.network.initialized(seed), data, document.training)
        trainer.run(3000)
        if all_right(trainer.network, data.X, data.T):
            expected.append(seed)
    assert runs.solving == tuple(expected)
    assert 0 < len(expected) < 5


@pytest.mark.parametrize("engine", [None, NUMPY])
def test_stopped_it_ends(engine: str | None) -> None:
    """It would take hours; stopped, the thread is gone and there is no outcome."""
    data = Dataset(np.random.default_rng(0).normal(size=(200, 2)), np.full((200, 1), 0.5))
    runs = SeedRuns(Network.layered([2, 4, 1], hidden="tanh"), data, nnsim.TrainingConfig(learning_rate=1e-9),
                    10**9, False, engine)
    runs.start()
    assert not runs.done
    runs.stop()
    assert runs.done
    assert runs.outcomes == ()


def test_a_failure_is_kept_for_the_window() -> None:
    """Data that do not fit: the thread ends, the error is there to be said."""
    data = Dataset(np.zeros((2, 3)), np.zeros((2, 1)))
    runs = SeedRuns(Network.layered([2, 1]), data, nnsim.TrainingConfig(), 5, False)
    runs.start()
    runs.stop()
    assert runs.error is not None


def test_classes_of_minus_one_and_one_are_right_too() -> None:
    """Two classes, whatever they are called; targets that are no classes are never right."""
    network = Network.layered([1, 1], output="tanh").with_values({"w1": 3.0, "b_y": 0.0})
    X = np.array([[-1.0], [1.0]])
    assert all_right(network, X, X) and not all_right(network, X, -X)
    assert not all_right(network, np.array([[-1.0], [0.0], [1.0]]), np.array([[-1.0], [0.1], [1.0]]))


def test_a_loss_that_has_begun_to_fall_is_not_stuck() -> None:
    """A plateau of 440 epochs and then a fall of a twentieth within the last ten."""
    assert stuck_for(curve(np.full(450, 0.125)), 0.125, 0.125)
    assert not stuck_for(curve(np.concatenate([np.full(430, 0.125), np.linspace(0.125, 0.115, 20)])), 0.115, 0.125)
