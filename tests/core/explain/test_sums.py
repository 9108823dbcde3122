"""How a neuron comes to its output, written as the lecture writes it."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.sums import Product, Sum, sum_of
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.program import compile


def neuron_of(
    weights: list[float], inputs: list[float], bias: float | None = None, activation: str = "heaviside",
    notation: str = "threshold", combine: str = "sum",
) -> Sum:
    """A single neuron with these numbers, run by the engine and explained."""
    ids = [f"x{i}" for i in range(len(weights))]
    neurons = [*(Neuron(id, "input") for id in ids),
               Neuron("n", "output", activation, combine, None if bias is None else "b", notation)]
    values = {f"w{i}": w for i, w in enumerate(weights)} | ({} if bias is None else {"b": bias})
    connections = [Connection(id, "n", f"w{i}") for i, id in enumerate(ids)]
    network = Network.build(neurons, connections, values)
    return sum_of(network, "n", compile(network).trace(network.parameters, [inputs]))


def xor_by_hand() -> Network:
    """XOR exactly as in the lecture, section 1."""
    return Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"),
         Neuron("h", "hidden", "heaviside", bias="b_h", notation="threshold"),
         Neuron("output", "output", "heaviside", bias="b_o", notation="threshold")],
        [Connection("x0", "h", "w1"), Connection("x1", "h", "w2"), Connection("x0", "output", "w3"),
         Connection("x1", "output", "w4"), Connection("h", "output", "w5")],
        {"w1": 1, "w2": 1, "w3": 1, "w4": 1, "w5": -2, "b_h": -1.2, "b_o": -0.6},
    )


LECTURE_XOR = [
    ("1·0 + 1·0 = 0 < 1.2 → 0", "1·0 + 1·0 + (−2)·0 = 0 < 0.6 → 0"),
    ("1·0 + 1·1 = 1 < 1.2 → 0", "1·0 + 1·1 + (−2)·0 = 1 ≥ 0.6 → 1"),
    ("1·1 + 1·0 = 1 < 1.2 → 0", "1·1 + 1·0 + (−2)·0 = 1 ≥ 0.6 → 1"),
    ("1·1 + 1·1 = 2 ≥ 1.2 → 1", "1·1 + 1·1 + (−2)·1 = 0 < 0.6 → 0"),
]


def test_the_lectures_table_of_xor() -> None:
    network = xor_by_hand()
    trace = compile(network).trace(network.parameters, [[0, 0], [0, 1], [1, 0], [1, 1]])
    for row, sums in enumerate(LECTURE_XOR):
        assert tuple(sum_of(network, id, trace, row).long() for id in ("h", "output")) == sums


def test_the_short_form_shows_the_products_only() -> None:
    network = xor_by_hand()
    trace = compile(network).trace(network.parameters, [[1, 1]])
    assert sum_of(network, "h", trace).short() == "1 + 1 = 2 ≥ 1.2 → 1"
    assert sum_of(network, "output", trace).short() == "1 + 1 − 2 = 0 < 0.6 → 0"
    assert sum_of(network, "output", trace).result() == "0 < 0.6 → 0"


def test_the_lectures_hands_on_neuron() -> None:
    """Section 4: net h1 = 0.3775, out h1 = 0.593269992."""
    h1 = neuron_of([0.15, 0.20], [0.05, 0.10], 0.35, "sigmoid", "bias")
    assert h1.long() == "0.05·0.15 + 0.1·0.2 + 0.35 = 0.3775 → 0.5933"
    assert h1.short() == "0.0075 + 0.02 + 0.35 = 0.3775 → 0.5933"
    assert h1.long(9).endswith("= 0.3775 → 0.593269992")


def test_a_bias_is_added_last_with_its_sign() -> None:
    plus = neuron_of([1, -2], [0.5, 0.3], 0.35, "sigmoid", "bias")
    assert plus.long() == "0.5·1 + 0.3·(−2) + 0.35 = 0.25 → 0.5622"
    minus = neuron_of([1, 1], [1, -1], -1.2, "heaviside", "bias")
    assert minus.long() == "1·1 + 1·(−1) − 1.2 = −1.2 < 0 → 0"
    assert minus.short() == "1 − 1 − 1.2 = −1.2 < 0 → 0"


@pytest.mark.parametrize(
    ("combine", "weights", "inputs", "bias", "activation", "long", "short"),
    [
        ("product", [1, 1], [2, 3], None, "linear", "2 · 3 = 6", "2 · 3 = 6"),
        ("product", [2, 1], [2, -3], 0.5, "linear", "(2·2) · (−3) + 0.5 = −11.5", "4 · (−3) + 0.5 = −11.5"),
        ("product", [2], [3], None, "linear", "3·2 = 6", "6"),
        ("max", [1, 1], [1, 2], None, "linear", "max(1, 2) = 2", "max(1, 2) = 2"),
        ("max", [1, -2], [1, 2], None, "linear", "max(1, 2·(−2)) = 1", "max(1, −4) = 1"),
        ("max", [1, 1], [1, 2], -1.5, "heaviside", "max(1, 2) = 2 ≥ 1.5 → 1", "max(1, 2) = 2 ≥ 1.5 → 1"),
        ("sum", [1, 1], [2, 3], None, "linear", "2·1 + 3·1 = 5", "2 + 3 = 5"),
        ("sum", [1], [1], -1, "heaviside", "1·1 = 1 ≥ 1 → 1", "1 ≥ 1 → 1"),
        ("sum", [], [], None, "linear", "0", "0"),
        ("sum", [], [], -1, "heaviside", "0 < 1 → 0", "0 < 1 → 0"),
        ("sum", [], [], 0.35, "sigmoid", "0 + 0.35 = 0.35 → 0.5866", "0 + 0.35 = 0.35 → 0.5866"),
    ],
)
def test_other_neurons(
    combine: str, weights: list[float], inputs: list[float], bias: float | None, activation: str,
    long: str, short: str,
) -> None:
    # A net needs an input even where the neuron has none: built here, so that nothing leads to n.
    notation = "threshold" if activation == "heaviside" else "bias"
    if not weights:
        network = Network.build(
            [Neuron("x", "input"), Neuron("y", "output"),
             Neuron("n", "hidden", activation, combine, None if bias is None else "b", notation)],
            [Connection("x", "y", "w")], {"w": 1.0} | ({} if bias is None else {"b": bias}))
        written = sum_of(network, "n", compile(network).trace(network.parameters, [[1]]))
    else:
        written = neuron_of(weights, inputs, bias, activation, notation, combine)
    assert written.long() == long
    assert written.short() == short


def test_many_terms_are_folded() -> None:
    seven = neuron_of([1] * 7, [1] * 7, -3)
    assert seven.short() == "1 + 1 + … = 7 ≥ 3 → 1"
    assert seven.long() == " + ".join(["1·1"] * 7) + " = 7 ≥ 3 → 1"
    assert neuron_of([1] * 6, [1] * 6, -3).short() == "1 + 1 + 1 + 1 + 1 + 1 = 6 ≥ 3 → 1"
    assert neuron_of([1] * 7, [1] * 7, 0.5, "sigmoid", "bias").short() == "1 + 1 + … + 0.5 = 7.5 → 0.9994"
    assert neuron_of([1] * 7, [2] * 7, combine="product", activation="linear").short() == "2 · 2 · … = 128"
    assert neuron_of([1] * 7, [2] * 7, combine="max", activation="linear").short() == "max(2, 2, …) = 2"
    assert neuron_of([1] * 500, [1] * 500, -3).long() == "1·1 + 1·1 + … = 500 ≥ 3 → 1"


def test_a_comparison_that_rounding_would_falsify_gets_more_digits() -> None:
    """0.7 + 0.1 < 0.8 in binary: the neuron does not fire, and the text must not say it should."""
    close = neuron_of([0.7, 0.1], [1, 1], -0.8)
    assert close.a == 0
    assert close.long() == "0.7·1 + 0.1·1 = 0.7999999999999999 < 0.8 → 0"
    assert close.short() == "0.7 + 0.1 = 0.7999999999999999 < 0.8 → 0"
    assert close.digits_added()
    far = neuron_of([0.7, 0.2], [1, 1], -0.8)
    assert far.long() == "0.7·1 + 0.2·1 = 0.9 ≥ 0.8 → 1"
    assert not far.digits_added()
    assert not neuron_of([1], [0.1], 0.1, "sigmoid", "bias").digits_added()


def test_where_sum_and_z_disagree_z_is_written() -> None:
    """Σ ≥ θ, yet z < 0, as an engine that rounds otherwise could have it: the text leads to the output."""
    terms = Product(0.7, 1.0, "x"), Product(0.1, 1.0, "y")
    odd = Sum("n", terms, "sum", 0.8, -0.8, "heaviside", "threshold", -1e-17, 0.0)
    assert odd.long() == "0.7·1 + 0.1·1 − 0.8 = −1e−17 < 0 → 0"
    assert odd.short() == "0.7 + 0.1 − 0.8 = −1e−17 < 0 → 0"


def test_numbers_that_left_the_scale_claim_nothing_false() -> None:
    assert neuron_of([1e308, 1e308], [1, 1], -1).long().endswith("= ∞ ≥ 1 → 1")
    assert neuron_of([1e308, -1e308], [10, 10], -1).long().endswith("= undefined ≱ 1 → 0")


def reads_true(text: str, a: float) -> bool:
    """Whether the printed comparison holds and the output follows from it."""
    found = re.search(r"(\S+) ([<≥]) (\S+) → (\d)$", text.replace("−", "-"))
    if found is None:
        return False
    left, relation, right, output = found.groups()
    holds = (float(left) >= float(right)) == (relation == "≥")
    return holds and output == ("1" if relation == "≥" else "0") == f"{a:g}"


tenths = st.integers(-30, 30).map(lambda i: i / 10)
values = st.one_of(tenths, st.floats(-1e6, 1e6))


@given(st.lists(st.tuples(values, values), min_size=1, max_size=9), values,
       st.sampled_from(["bias", "threshold"]), st.sampled_from(sorted(COMBINES)), st.integers(1, 9))
def test_every_step_reads_true(
    terms: list[tuple[float, float]], bias: float, notation: str, combine: str, digits: int,
) -> None:
    weights, inputs = [w for w, _ in terms], [x for _, x in terms]
    step = neuron_of(weights, inputs, bias, "heaviside", notation, combine)
    for text in (step.long(digits), step.short(digits), step.result(digits)):
        assert reads_true(text, step.a), text


@given(st.lists(tenths, min_size=1, max_size=6), st.sampled_from(["bias", "threshold"]))
def test_a_sum_that_just_reaches_its_threshold_reads_true(weights: list[float], notation: str) -> None:
    """θ is the sum in another order: now above, now below by the last bit."""
    step = neuron_of(weights, [1.0] * len(weights), -sum(sorted(weights)), "heaviside", notation)
    for text in (step.long(), step.short()):
        assert reads_true(text, step.a), text


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("combine", sorted(COMBINES))
def test_the_parts_lead_to_the_output(activation: str, combine: str) -> None:
    """terms → combination → z → a, for random numbers, by the mathematics written out here."""
    rng = np.random.default_rng(3)
    weights, inputs, bias = rng.normal(size=3).tolist(), rng.normal(size=3).tolist(), float(rng.normal())
    written = neuron_of(weights, inputs, bias, activation, "bias", combine)
    products = np.multiply(weights, inputs)
    joined = {"sum": products.sum(), "product": products.prod(), "max": products.max()}[combine]
    assert [t.value for t in written.terms] == pytest.approx(products)
    assert [t.source for t in written.terms] == ["x0", "x1", "x2"]
    assert written.combined == pytest.approx(joined)
    assert written.z == pytest.approx(joined + bias)
    assert written.a == pytest.approx(float(ACTIVATIONS[activation].f(np.array([joined + bias]))[0]))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("combine", COMBINES)
def test_a_product_is_written_alike_in_the_table_and_in_the_explanation(activation: str, combine: str) -> None:
    """Of a step weight · input, of any other neuron input · weight."""
    neurons = [Neuron("x", "input"), Neuron("y", "input"), Neuron("n", "output", activation, combine)]
    connections = [Connection("x", "n", "v"), Connection("y", "n", "w")]
    network = Network.build(neurons, connections, {"v": 0.5, "w": 0.25})
    explanation = Explanation(network, [3.0, 7.0])
    products = ("0.5·3", "0.25·7") if activation == "heaviside" else ("3·0.5", "7·0.25")
    table = sum_of(network, "n", explanation.trace).long()
    forward = explanation.forward("n")[0].text(symbols=False).replace("0.50", "0.5")
    for product in products:
        assert product in table and product in forward, (table, forward)
