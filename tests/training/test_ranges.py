"""Targets that an output can never give."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from nnsim import Network
from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES, softmax
from nnsim.data.generators import GENERATORS
from nnsim.data.sources import GeneratedData, dataset_of
from nnsim.training.ranges import out_of_reach, suiting

TARGETS = ((0.0, 1.0), (-1.0, 1.0), (0.0, 0.5, 1.0), (-1.0, 0.0), (0.2, 0.9), (0.0, 3.0), (-0.1, 0.4), (1.0,),
           (-5.0, 7.0))


@cache
def said(activation: str) -> Array:
    """What it gives over all sums that tell."""
    return ACTIVATIONS[activation].f(np.concatenate([np.linspace(-20.0, 20.0, 40_001), np.linspace(-1e3, 1e3, 20_001)]))


def nearest(activation: str, target: float) -> float:
    """How near the activation comes to the target."""
    return float(np.abs(said(activation) - target).min())


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("targets", TARGETS)
def test_what_no_sum_gives_is_out_of_reach(activation: str, targets: tuple[float, ...]) -> None:
    """Against the function itself, tried at sixty thousand sums."""
    structure = Network.layered([2, 1], output=activation).structure
    found = out_of_reach(structure, np.array(targets)[:, None], "half_squared_error")
    assert bool(found) == any(nearest(activation, target) > 1e-3 for target in targets)
    for part in found:
        assert part.outputs == structure.outputs and part.activation == activation
        assert part.targets == (min(targets), max(targets))
        assert all(nearest(part.better, target) < 1e-3 for target in targets)


def test_outputs_are_looked_at_one_by_one() -> None:
    structure = Network.layered([2, 3], output="sigmoid").structure
    T = np.array([[0.0, -1.0, 0.0], [1.0, 1.0, 4.0]])
    first, second = out_of_reach(structure, T, "mean_squared_error")
    assert (first.outputs, first.better) == (structure.outputs[1:2], "tanh")
    assert (second.outputs, second.better) == (structure.outputs[2:], "linear")
    assert out_of_reach(structure, T[:, :2], "mean_squared_error") == ()


def test_linear_outputs_reach_everything() -> None:
    structure = Network.layered([2, 2], output="linear").structure
    T = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert all(out_of_reach(structure, T, loss) == () for loss in LOSSES)
    assert suiting(T, "softmax_cross_entropy") == "linear"


@pytest.mark.parametrize("first", ACTIVATIONS)
@pytest.mark.parametrize("second", ACTIVATIONS)
def test_softmax_makes_no_certainty_of_bounded_outputs(first: str, second: str) -> None:
    """Against pairs of what the two functions give: a sigmoid beside another never gets above e/(1 + e) = 0.73."""
    layered = Network.layered([2, 2]).structure
    neurons = tuple(replace(n, activation={"o1": first, "o2": second}.get(n.id, n.activation)) for n in layered.neurons)
    structure = replace(layered, neurons=neurons)
    a, b = (np.quantile(said(name), np.linspace(0.0, 1.0, 20)) for name in (first, second))
    shares = softmax(np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2))[:, 0]
    low, high = shares.min(), shares.max()
    for share in (0.0, 0.1, 0.4, 0.5, 0.7, 0.95, 1.0):
        found = out_of_reach(structure, np.array([[share, 1.0 - share]]), "softmax_cross_entropy")
        assert bool(found) == (not low - 1e-3 <= share <= high + 1e-3)
        for part in found:
            assert part.softmax and part.better == "linear"
            assert part.gives == pytest.approx((min(low, 1 - high), max(high, 1 - low)), abs=1e-3)


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "heaviside"])
def test_every_generator_has_an_activation_that_reaches_its_targets(generator: str, activation: str) -> None:
    data = dataset_of(GeneratedData(generator))
    structure = Network.layered([data.X.shape[1], data.T.shape[1]], output=activation).structure
    for part in out_of_reach(structure, data.T, "half_squared_error"):
        better = Network.layered([data.X.shape[1], data.T.shape[1]], output=part.better).structure
        assert out_of_reach(better, data.T, "half_squared_error") == ()


@pytest.mark.parametrize("targets", TARGETS)
def test_what_suits_is_the_narrowest_that_reaches_all(targets: tuple[float, ...]) -> None:
    T = np.array(targets)[:, None]
    low, high = min(targets), max(targets)
    expected = "sigmoid" if low >= 0 and high <= 1 else "tanh" if low >= -1 and high <= 1 else "linear"
    assert suiting(T, "half_squared_error") == expected
