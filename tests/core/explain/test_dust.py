"""What is zero up to the rounding of its own terms is written 0; what decides by its last bit is not."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.chain import chain_of
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.sums import sum_of
from nnsim.core.formulas.numbers import without_dust
from nnsim.core.network import Connection, Network, Neuron
from nnsim.exchange.explained import as_text
from nnsim.exchange.worked_solution import worked_solution
from nnsim.training.config import TrainingConfig


def net(activation: str) -> Network:
    """1·0.5 + 2·(−0.3) + 0.1, which is 0 and in floating point 2.776e−17."""
    return Network.build(
        [Neuron("x", "input"), Neuron("y", "input"), Neuron("n", "output", activation, bias="b")],
        [Connection("x", "n", "v"), Connection("y", "n", "w")], {"v": 0.5, "w": -0.3, "b": 0.1})


@pytest.mark.parametrize("activation", [name for name, entry in ACTIVATIONS.items() if not entry.kinks])
def test_a_sum_that_is_rounding_alone_is_written_as_0(activation: str) -> None:
    network = net(activation)
    e = Explanation(network, [1.0, 2.0], [1.0])
    assert e.z("n") == pytest.approx(2.776e-17, rel=1e-3), "the engine's own number stays"
    written = [equation.text() for equation in (*e.forward("n"), e.loss(), e.slope("n"), e.delta_equation("n"))]
    written += [e.gradient_equation(name).text() for name in network.parameter_names]
    written.append(as_text(e, TrainingConfig(), "v").partition("\nUpdate")[0])
    written += [worked_solution(network, [1.0, 2.0], [1.0], TrainingConfig(), "markdown", parameters=["b"])]
    said = sum_of(network, "n", e.trace)
    assert not any("e−1" in text or "10^{-1" in text for text in (*written, said.long(), said.short()))
    assert written[0].endswith("= 0")


@pytest.mark.parametrize("activation", [name for name, entry in ACTIVATIONS.items() if entry.kinks])
def test_where_the_last_bit_decides_it_is_written(activation: str) -> None:
    """Else a step would say 0 < 0, and a ReLU have a slope of 1 at 0."""
    assert "2.776e−17" in Explanation(net(activation), [1.0, 2.0]).forward("n")[0].text()


@given(st.lists(st.integers(-10**6, 10**6), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_exact_sums_are_the_judge(whole: list[int], chance: object) -> None:
    """Decimals that add up to 0 exactly do, in any order; sums of other decimals are never called 0."""
    terms = [number / 1000 for number in whole]
    closed = [*terms, -sum(whole) / 1000]
    chance.shuffle(closed)  # type: ignore[attr-defined]
    total = float(np.cumsum(closed)[-1])
    assert without_dust(total, closed) == 0.0
    exact = sum(Fraction(number, 1000) for number in whole)
    if exact and len(terms) > 1:
        assert without_dust(float(np.cumsum(terms)[-1]), terms) == float(np.cumsum(terms)[-1]) != 0


def test_what_comes_back_through_a_slope_of_0_is_0() -> None:
    """Behind a Gaussian whose sum is rounding alone: its δ, those before it, and their gradients, as they are written;
    the numbers for other programs are the engine's."""
    network = Network.build(
        [Neuron("x", "input"), Neuron("h", "hidden", "tanh", bias="c"), Neuron("k", "hidden", "tanh"),
         Neuron("n", "output", "gaussian", bias="b")],
        [Connection("x", "h", "u"), Connection("x", "k", "q"), Connection("h", "n", "v"), Connection("k", "n", "w")],
        {"u": 0.5, "q": 0.5, "c": 0.0, "v": 0.1, "w": 0.2, "b": -0.3 * np.tanh(0.5)})
    e = Explanation(network, [1.0], [0.0])
    assert 0 < abs(e.z("n")) < 1e-16 and e.delta("h") != 0
    for id in ("n", "h", "k"):
        assert e.delta_equation(id).text().endswith("= 0") and e.delta_equation(id).value == e.delta(id)
    for parameter in network.parameter_names:
        assert e.gradient_equation(parameter).text().endswith("= 0")
        chain = chain_of(e, parameter)
        assert chain.shown_total == 0 and all(path.shown_value == 0 for path in chain.paths)


def test_what_comes_back_and_cancels_is_0() -> None:
    """Two ways to the loss, 0.1 + 0.2 there and 0.3 away: what is left is rounding, also times a slope."""
    network = Network.build(
        [Neuron("x", "input"), Neuron("h", "hidden", "tanh"), *(Neuron(id, "output") for id in "abd")],
        [Connection("x", "h", "u"), *(Connection("h", id, f"w{id}") for id in "abd")],
        {"u": 0.5, "wa": 0.1, "wb": 0.2, "wd": -0.3})
    h = float(np.tanh(0.5))
    e = Explanation(network, [1.0], [0.1 * h - 1, 0.2 * h - 1, -0.3 * h - 1])
    assert 0 < abs(e.delta("h")) < 1e-15
    assert e.delta_equation("h").text().endswith("= 0") and e.gradient_equation("u").text().endswith("= 0")
    assert chain_of(e, "u").shown_total == 0


def test_small_numbers_that_are_no_rounding_stay() -> None:
    """Of random networks with small weights, whose δ are far below 1e−9, none is written as 0."""
    for seed in range(10):
        network = Network.layered([2, 3, 3, 1], hidden="tanh", output="tanh", seed=seed)
        e = Explanation(network.with_parameters(network.parameters * 1e-4), [0.3, -0.7], [1e-3])
        small = [id for id in e.structure.order if 0 < abs(e.delta(id)) < 1e-9]
        assert small and all(e.shown_delta(id) == e.delta(id) for id in e.structure.order)
        assert all(e.gradient_equation(p).shown_value == e.gradient(p) for p in network.parameter_names)


def test_paths_that_are_not_shown_and_come_to_nothing_are_0() -> None:
    """Of many paths of a product the rest is found as a difference."""
    network = Network.layered([2, 6, 6, 1], seed=1)
    e = Explanation(network, [0.3, -0.7], [0.0])
    for name in network.parameter_names:
        for most in (1, 2, 4):
            chain = chain_of(e, name, most)
            true = sum(path.value for path in chain_of(e, name, 10_000).paths[len(chain.paths):])
            assert chain.rest == pytest.approx(true, rel=1e-6, abs=1e-17)
            assert chain.rest == 0 or abs(chain.rest) > 2**-52 * abs(chain.total)
