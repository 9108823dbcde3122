"""The gradient check: what agrees, what is a kink, and what is wrong."""

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.gradient_check import check_gradient
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.program import Program
from tests.core.random_networks import random_case


@pytest.mark.parametrize("seed", range(80))
def test_random_graphs_agree(seed: int) -> None:
    """Away from kinks backpropagation and difference quotients agree for every parameter."""
    case = random_case(seed)
    checks = check_gradient(case.network, case.X, case.T, case.loss)
    assert [check.parameter for check in checks] == list(case.network.parameter_names)
    assert all(check.agrees or check.kink for check in checks), checks
    assert sum(check.agrees for check in checks) >= 0.9 * len(checks)


def one(activation: str, combine: str = "sum") -> Network:
    """x → n with weight w and bias b."""
    return Network.build([Neuron("x", "input"), Neuron("n", "output", activation, combine, bias="b")],
                         [Connection("x", "n", "w")], {"w": 1.0, "b": 0.0})


@pytest.mark.parametrize("activation", [name for name, entry in ACTIVATIONS.items() if entry.kinks])
def test_a_kink_is_named_and_no_error(activation: str) -> None:
    """Exactly on a step or a corner there is no derivative; the check says whose."""
    X, T = np.array([[0.0]]), np.array([[3.0]])
    (check,) = check_gradient(one(activation), X, T, "half_squared_error", ["b"])
    assert not check.agrees
    assert "n" in check.kink and ACTIVATIONS[activation].label in check.kink


def test_the_corner_of_the_absolute_error_is_named() -> None:
    """Within a step of T = O the absolute error bends: backpropagation says ±1, the quotient something between."""
    X, T = np.array([[2.0]]), np.array([[2.000001]])
    (check,) = check_gradient(one("linear"), X, T, "mean_absolute_error", ["w"])
    assert check.analytic == -2.0 and not check.agrees
    assert "|T − O| of n bends" in check.kink


def test_a_tie_of_max_is_named() -> None:
    """Two equal largest inputs: moving one of them changes which is the largest."""
    network = Network.build(
        [Neuron("x", "input"), Neuron("u", "input"), Neuron("n", "output", combine="max")],
        [Connection("x", "n", "w"), Connection("u", "n", "v")], {"w": 1.0, "v": 1.0})
    checks = check_gradient(network, np.array([[1.0, 1.0]]), np.array([[0.0]]), "half_squared_error")
    assert any("largest" in check.kink for check in checks)


def test_a_wrong_gradient_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient that is off by a thousandth does not pass, and is no kink."""
    right = Program.gradient

    def wrong(self, *args, **more):  # type: ignore[no-untyped-def]
        loss, gradient = right(self, *args, **more)
        return loss, gradient * 1.001

    monkeypatch.setattr(Program, "gradient", wrong)
    network = Network.layered([2, 3, 1], seed=1)
    checks = check_gradient(network, np.array([[0.3, -0.2]]), np.array([[1.0]]), "half_squared_error")
    assert any(not check.agrees and not check.kink for check in checks)


def test_gradients_out_of_all_bounds_are_neither_right_nor_wrong() -> None:
    """Two linear neurons with weights of 1e200: nothing is there to compare, and no kink is blamed for it."""
    network = Network.layered([1, 1, 1], hidden="linear", output="linear", seed=0)
    network = network.with_parameters(np.full(len(network.parameters), 1e200))
    for check in check_gradient(network, np.ones((1, 1)), np.zeros((1, 1)), "half_squared_error"):
        assert not check.comparable and not check.agrees


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_is_no_number_agrees_with_no_quotient(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    """A gradient that overflows on its way, beside a quotient that does not."""
    right = Program.gradient
    monkeypatch.setattr(Program, "gradient",
                        lambda self, *args: (right(self, *args)[0], right(self, *args)[1] + value))
    network = Network.layered([2, 2, 1], seed=1)
    for check in check_gradient(network, np.array([[0.3, -0.2]]), np.array([[1.0]]), "half_squared_error"):
        assert np.isfinite(check.numeric) and not check.comparable and not check.agrees


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("combine", ["sum", "product", "max"])
def test_a_wrong_gradient_is_excused_by_no_kink_far_away(
    monkeypatch: pytest.MonkeyPatch, combine: str, loss: str
) -> None:
    """Whatever the function, the loss and the combination, with sums, targets and rivals well apart."""
    right = Program.gradient
    monkeypatch.setattr(Program, "gradient",
                        lambda self, *args, **more: (right(self, *args, **more)[0], right(self, *args, **more)[1] + 1))
    ids = ("n", "m")
    X, T = np.array([[0.5, 0.8], [0.7, 0.6]]), np.array([[0.15, 0.85], [0.05, 0.95]])
    for function in ACTIVATIONS:
        network = Network.build(
            [Neuron("x", "input"), Neuron("u", "input"), *(Neuron(id, "output", function, combine, "b") for id in ids)],
            [Connection(source, id, f"{source}{id}") for id in ids for source in ("x", "u")],
            {"xn": 0.5, "un": 0.9, "xm": 0.4, "um": 0.7, "b": 0.1})
        for check in check_gradient(network, X, T, loss):
            assert not check.agrees and not check.kink, (function, check)
