"""Initializers: their moments, their determinism, and where a network uses which."""

from math import sqrt

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.initializers import INITIALIZERS
from nnsim.core.network import Connection, Network, Neuron

FAN_IN, FAN_OUT = 6, 10
DRAWS = 20_000
MOMENTS = {
    # (variance, bound or None if normal) for 6 connections in and 10 out
    "zeros": (0.0, 0.0),
    "uniform": (1.0 / 3.0, 1.0),
    "normal": (1.0, None),
    "glorot_uniform": (2.0 / 16.0, sqrt(6.0 / 16.0)),
    "glorot_normal": (2.0 / 16.0, None),
    "he_uniform": (2.0 / 6.0, 1.0),
    "he_normal": (2.0 / 6.0, None),
    "lecun_normal": (1.0 / 6.0, None),
}


def draws(name: str, seed: int = 0) -> np.ndarray:
    """Many weights from one generator."""
    rng = np.random.default_rng(seed)
    return INITIALIZERS[name].draw(rng, FAN_IN, FAN_OUT, DRAWS)


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_are_the_published_ones(name: str) -> None:
    """Mean 0, the variance of the paper, and the shape: flat up to a bound, or a bell with kurtosis 3."""
    variance, bound = MOMENTS[name]
    w = draws(name)
    assert w.mean() == pytest.approx(0.0, abs=5.0 * sqrt(variance / DRAWS))
    assert w.var() == pytest.approx(variance, rel=0.05, abs=0.0)
    if bound is None:
        assert np.mean(w**4) / variance**2 == pytest.approx(3.0, rel=0.1)
        assert np.abs(w).max() > 3.0 * sqrt(variance)
    else:
        assert bound == pytest.approx(sqrt(3.0 * variance))
        assert np.abs(w).max() <= bound
        assert np.abs(w).max() == pytest.approx(bound, rel=0.001)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_same_seed_gives_the_same_weights(name: str) -> None:
    """Bit for bit; another seed gives others. Only zeros cannot differ."""
    assert np.array_equal(draws(name, 3), draws(name, 3))
    assert np.array_equal(draws(name, 3), draws(name, 4)) == (name == "zeros")


@pytest.mark.parametrize("name", INITIALIZERS)
def test_weights_that_are_drawn_together_are_those_drawn_one_by_one(name: str) -> None:
    """Bit for bit: a network's weights do not depend on which of them are drawn alike."""
    rng = np.random.default_rng(0)
    single = [INITIALIZERS[name].draw(rng, FAN_IN, FAN_OUT, 1)[0] for _ in range(50)]
    assert np.array_equal(INITIALIZERS[name].draw(np.random.default_rng(0), FAN_IN, FAN_OUT, 50), single)


def test_no_global_random_state_is_touched() -> None:
    """Neither read nor changed."""
    np.random.seed(1)
    first = Network.layered([2, 3, 1], seed=5).parameters
    np.random.seed(2)
    state = np.random.get_state()[1].copy()
    assert np.array_equal(Network.layered([2, 3, 1], seed=5).parameters, first)
    assert np.array_equal(np.random.get_state()[1], state)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_entries_are_complete(name: str) -> None:
    """Each has what menus show."""
    assert INITIALIZERS[name].name == name
    assert INITIALIZERS[name].label and INITIALIZERS[name].about


def test_registry_holds_what_the_design_lists() -> None:
    """The names that files and notebooks use."""
    assert set(MOMENTS) <= set(INITIALIZERS)


def layer(network: Network, target: str) -> np.ndarray:
    """The weights of all connections into neurons whose name starts with ``target``."""
    edges = [c for c in network.structure.connections if c.target.startswith(target)]
    return np.array([network.value(c.weight) for c in edges])


def test_a_layer_s_fans_are_its_sizes() -> None:
    """Glorot's 2/(in+out) with 100 in and 50 out, then 50 in and 20 out; He's 2/in."""
    glorot = Network.layered([100, 50, 20], seed=1, initializer="glorot_normal")
    assert layer(glorot, "h").var() == pytest.approx(2 / 150, rel=0.08)
    assert layer(glorot, "o").var() == pytest.approx(2 / 70, rel=0.15)
    he = Network.layered([100, 50, 20], seed=1, initializer="he_normal")
    assert layer(he, "h").var() == pytest.approx(2 / 100, rel=0.08)
    assert layer(he, "o").var() == pytest.approx(2 / 50, rel=0.15)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_brings_its_initializer(activation: str) -> None:
    """Unless the user says otherwise: same draws as if it had been named."""
    chosen = Network.layered([3, 4, 2], hidden=activation, output=activation, seed=2)
    named = Network.layered(
        [3, 4, 2], activation, activation, seed=2, initializer=ACTIVATIONS[activation].initializer
    )
    assert np.array_equal(chosen.parameters, named.parameters)


def test_the_target_s_activation_chooses() -> None:
    """ReLU in the middle takes He, a sigmoid at the end takes Glorot, a linear one LeCun."""
    relu = Network.layered([50, 60, 40], hidden="relu", output="sigmoid", seed=0)
    assert np.abs(layer(relu, "h")).max() == pytest.approx(sqrt(6 / 50), rel=0.01)
    assert np.abs(layer(relu, "o")).max() == pytest.approx(sqrt(6 / 100), rel=0.01)
    linear = Network.layered([50, 60, 40], hidden="relu", output="linear", seed=0)
    assert layer(linear, "o").std() == pytest.approx(sqrt(1 / 60), rel=0.1)


def test_biases_start_at_0_and_frozen_parameters_stay() -> None:
    """A frozen weight and a frozen bias keep their values, and take no part in the draws of the others."""
    net = Network.layered([2, 3, 1], seed=0)
    names = net.parameter_names
    values = {name: 7.0 + i for i, name in enumerate(names)}
    parts = net.structure.neurons, net.structure.connections
    again = Network.build(*parts, values, frozen=["w2", "b_h3"]).initialized(4)
    assert again.value("w2") == values["w2"]
    assert again.value("b_h3") == values["b_h3"]
    assert [again.value(name) for name in ("b_h1", "b_h2", "b_y")] == [0.0, 0.0, 0.0]
    assert all(again.value(f"w{i}") != values[f"w{i}"] for i in (1, 3, 4, 5, 6, 7, 8, 9))


def test_a_shared_parameter_is_drawn_once_as_a_weight() -> None:
    """One draw for its first use; a name that is a weight and a bias counts as a weight."""
    neurons = [Neuron("x", "input"), Neuron("h", bias="w"), Neuron("y", "output", bias="b")]
    edges = [Connection("x", "h", "w"), Connection("h", "y", "w"), Connection("x", "y", "v")]
    net = Network.build(neurons, edges, {"b": 9.0, "w": 9.0, "v": 9.0}).initialized(3, "uniform")
    rng = np.random.default_rng(3)
    assert net.parameters.tolist() == [0.0, rng.uniform(-1, 1), rng.uniform(-1, 1)]


def test_initializing_keeps_the_structure() -> None:
    """New values only: no recompilation."""
    net = Network.layered([2, 3, 1], seed=0)
    assert net.initialized(9).structure is net.structure


def test_an_unknown_initializer_is_named() -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match=r"no initializer “xavier”.*glorot_uniform"):
        Network.layered([2, 1], initializer="xavier")
