"""A comparison that only rounding decides says why, in one line, and no other comparison does."""

import random
import re
from decimal import Decimal
from fractions import Fraction

import pytest

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import Sum
from nnsim.core.formulas.numbers import parse_number
from nnsim.core.network import Connection, Network, Neuron
from nnsim.exchange.explained import as_text
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.worked_solution import worked_solution
from nnsim.training.config import TrainingConfig
from tests.core.explain.test_sums import neuron_of

BOTH = "0.7 and 0.1 have no exact binary form: rounded, the sum is just below 0.8."


@pytest.mark.parametrize(("total", "said"), [
    (neuron_of([0.7, 0.1], [1, 1], -0.8), BOTH),
    (neuron_of([1, 1], [0.7, 0.1], -0.8), BOTH),
    (neuron_of([0.7, 0.1, 5], [1, 1, 0], -0.8), BOTH),
    (neuron_of([0.7, 0.1], [1, 1], -0.8, notation="bias"),
     "0.7, 0.1 and 0.8 have no exact binary form: rounded, the sum is just below 0."),
    (neuron_of([3.0], [0.1], -0.3), "0.1 has no exact binary form: rounded, the sum is just above 0.3."),
    (neuron_of([0.1] * 8, [1.0] * 8, -0.8), "0.1 has no exact binary form: rounded, the sum is just below 0.8."),
    (neuron_of([0.5, -0.3], [1, 2], 0.1, "relu", "bias"),
     "0.3 and 0.1 have no exact binary form: rounded, the sum is just above 0."),
    (neuron_of([0.1, 3.0], [1, 1], -0.3, combine="product"),
     "0.1 has no exact binary form: rounded, the result is just above 0.3."),
    (neuron_of([1.0, 2.0**53], [1, 1], -(2.0**53 + 2), notation="threshold"), ""),
])
def test_the_reason_is_one_calm_line(total: Sum, said: str) -> None:
    assert why_rounding_decides(total) == said


@pytest.mark.parametrize("total", [
    neuron_of([1, 1], [1, 1], -1.2), neuron_of([0.7, 0.2], [1, 1], -0.8), neuron_of([0.5, 0.5], [1, 1], -1.0),
    neuron_of([0.1, 0.7], [1, 1], -0.75), neuron_of([0.8], [1], -0.8),
    neuron_of([0.7, 0.1], [1, 1], -0.8, "sigmoid", "bias"), neuron_of([1e308, 1e308], [1, 1], -1),
    neuron_of([1e308, -1e308], [10, 10], -1), neuron_of([0.7, 0.1], [1, 1], -0.7999999999999998),
])
def test_nothing_is_said_where_rounding_does_not_decide(total: Sum) -> None:
    """Clear sums, sums on the threshold, smooth functions, numbers out of reach, a θ between the two."""
    assert why_rounding_decides(total) == ""


@pytest.mark.parametrize("notation", ["threshold", "bias"])
@pytest.mark.parametrize("activation", [name for name, entry in ACTIVATIONS.items() if entry.kinks])
def test_decimals_are_the_judge(activation: str, notation: str) -> None:
    """Of 500 gates of short decimals a reason is said of exactly those whose decimals fall on the other side."""
    rng, said = random.Random(13), 0
    for _ in range(500):
        weights = [rng.randint(-20, 20) / 10 for _ in range(rng.randint(1, 4))]
        inputs = [rng.choice((0.0, 1.0, 0.5, 0.1, 0.3, 2.0)) for _ in weights]
        exact = sum(Decimal(repr(w)) * Decimal(repr(x)) for w, x in zip(weights, inputs, strict=True))
        bias = -float(exact) + rng.choice((0, 0, 0, 0.1))
        total = neuron_of(weights, inputs, bias, activation, notation)
        found, bound = total.compared
        true = exact - Decimal(repr(bound)) if total.in_threshold_notation else exact + Decimal(repr(bias))
        why = why_rounding_decides(total)
        assert bool(why) == (((true > 0) - (true < 0)) != ((found > bound) - (found < bound))), total.long()
        said += bool(why)
        if why:
            assert "\n" not in why and len(why) < 140 and why.endswith(".")
            for name in re.findall(r"[\d.]+(?=,| and| have| has)", why.partition(":")[0]):
                value = parse_number(name)
                assert value is not None and Fraction(value) != Fraction(name)
    assert said > 5


def net(activation: str = "heaviside") -> Network:
    return Network.build([Neuron("x", "input"), Neuron("y", "input"),
                          Neuron("n", "output", activation, bias="b", notation="threshold")],
                         [Connection("x", "n", "v"), Connection("y", "n", "w")], {"v": 0.7, "w": 0.1, "b": -0.8})


def test_the_explanation_says_it_and_so_does_what_is_written() -> None:
    """On a line of its own beneath the comparison; an exercise keeps it back, for it gives the answer away."""
    e = Explanation(net(), [1.0, 1.0])
    assert [equation.note for equation in e.forward("n")] == ["", BOTH]
    assert f"(0.7999999999999999 < 0.8)\n    {BOTH}\n" in as_text(e, TrainingConfig())
    for format in FORMATS:
        for blanks in (False, True):
            page = worked_solution(net(), [1.0, 1.0], None, TrainingConfig(), format, blanks=blanks)
            assert page.count("no exact binary form") == (not blanks)
    assert "binary" not in as_text(Explanation(net(), [1.0, 0.0]), TrainingConfig())


def test_a_long_number_is_cut_where_there_is_little_room() -> None:
    """On the canvas, for its tooltip has all digits; never so that both sides look alike."""
    assert neuron_of([0.7, 0.1], [1, 1], -0.8).short(cut=True) == "0.7 + 0.1 = 0.7999… < 0.8 → 0"
    assert neuron_of([0.7, 0.1], [1, 1], -0.8).short() == "0.7 + 0.1 = 0.7999999999999999 < 0.8 → 0"
    alike = neuron_of([0.12345678901], [1], -0.12345678902)
    assert alike.short(cut=True) == alike.short() == "0.1235 = 0.12345678901 < 0.12345678902 → 0"
