"""The lecture's numbers: gates, the softened XOR and the hands-on example, as printed in its section 4."""

import math

import numpy as np
import pytest

from nnsim.core.activations import sigmoid
from nnsim.core.arrays import Array
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.program import compile

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
INPUTS = [Neuron("x0", "input"), Neuron("x1", "input")]


def step(id: str, role: str = "hidden") -> Neuron:
    """A threshold neuron."""
    return Neuron(id, role, "heaviside", bias=f"b_{id}", notation="threshold")


def gate(theta: float) -> Network:
    """Two inputs of weight 1 into one threshold neuron."""
    edges = [Connection("x0", "n", "w1"), Connection("x1", "n", "w2")]
    return Network.build([*INPUTS, step("n", "output")], edges, {"w1": 1.0, "w2": 1.0, "b_n": -theta})


def xor(activation: str = "heaviside", k: float = 1.0) -> Network:
    """The lecture's XOR with its skip connections, all weights and biases times k."""
    neurons = [*INPUTS, Neuron("h", "hidden", activation, bias="b_h"),
               Neuron("y", "output", activation, bias="b_y")]
    edges = [Connection("x0", "h", "w1"), Connection("x1", "h", "w2"), Connection("x0", "y", "w3"),
             Connection("x1", "y", "w4"), Connection("h", "y", "w5")]
    values = {"w1": 1.0, "w2": 1.0, "w3": 1.0, "w4": 1.0, "w5": -2.0, "b_h": -1.2, "b_y": -0.6}
    return Network.build(neurons, edges, {name: k * value for name, value in values.items()})


def test_and() -> None:
    """θ = 1.2: only 1 + 1 reaches it."""
    net = gate(1.2)
    assert compile(net).forward(net.parameters, CORNERS).ravel().tolist() == [0.0, 0.0, 0.0, 1.0]


def test_a_sum_on_the_threshold_fires() -> None:
    """The step is at ≥, not at >: with θ = 1 one input is enough, with θ = 2 both are needed."""
    for theta, table in ((1.0, [0.0, 1.0, 1.0, 1.0]), (2.0, [0.0, 0.0, 0.0, 1.0]), (0.0, [1.0] * 4)):
        net = gate(theta)
        assert compile(net).forward(net.parameters, CORNERS).ravel().tolist() == table


def test_xor_row_by_row() -> None:
    """Both sums and both outputs of every row of the slide's table."""
    net = xor()
    trace = compile(net).trace(net.parameters, CORNERS)
    h, y = net.structure.position["h"], net.structure.position["y"]
    assert trace.a[:, h].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert trace.a[:, y].tolist() == [0.0, 1.0, 1.0, 0.0]
    assert trace.z[:, h].tolist() == [0.0 - 1.2, 1.0 - 1.2, 1.0 - 1.2, 2.0 - 1.2]
    assert trace.z[:, y].tolist() == [0.0 - 0.6, 1.0 - 0.6, 1.0 - 0.6, 0.0 - 0.6]


def test_xor_is_1_again_far_out() -> None:
    """Where x0 + x1 ≥ 2.6 the sum 2.6 − 2 reaches 0.6: students see it on the map and ask."""
    net = xor()
    X = [[1.25, 1.25], [1.5, 1.25], [3.0, 0.0], [0.0, 2.5]]
    assert compile(net).forward(net.parameters, X).ravel().tolist() == [0.0, 1.0, 1.0, 0.0]


def test_softened_xor_at_k_4() -> None:
    """σ(4(Σ − θ)) gives 0.08, 0.29, 0.29, 0.11: training has something to repair."""
    net = xor("sigmoid", 4.0)
    found = compile(net).forward(net.parameters, CORNERS).ravel()
    assert [round(float(value), 2) for value in found] == [0.08, 0.29, 0.29, 0.11]


def test_softened_xor_is_right_from_10_ln_2_on() -> None:
    """Below k = 6.93 the rows 01 and 10 stay under ½, above it they do not."""
    limit = 10.0 * math.log(2.0)
    assert limit == pytest.approx(6.93, abs=0.005)
    for k, right in ((limit - 0.01, False), (limit + 0.01, True), (20.0, True)):
        net = xor("sigmoid", k)
        rows = compile(net).forward(net.parameters, CORNERS).ravel() > 0.5
        assert (rows.tolist() == [False, True, True, False]) is right


# The hands-on example

X, T = [[0.05, 0.10]], [[0.01, 0.99]]
RATE = 0.5


@pytest.fixture(scope="module")
def hands_on() -> Network:
    """2-2-2, sigmoid everywhere; b1 and b2 are each shared by a layer, and frozen."""
    neurons = [Neuron("i1", "input"), Neuron("i2", "input")]
    neurons += [Neuron(id, "hidden", "sigmoid", bias="b1") for id in ("h1", "h2")]
    neurons += [Neuron(id, "output", "sigmoid", bias="b2") for id in ("o1", "o2")]
    ends = [("i1", "h1"), ("i2", "h1"), ("i1", "h2"), ("i2", "h2"),
            ("h1", "o1"), ("h2", "o1"), ("h1", "o2"), ("h2", "o2")]
    edges = [Connection(source, target, f"w{i}") for i, (source, target) in enumerate(ends, 1)]
    values = {f"w{i}": value for i, value in enumerate((0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55), 1)}
    return Network.build(neurons, edges, {**values, "b1": 0.35, "b2": 0.60}, frozen=["b1", "b2"])


def by_name(net: Network, vector: Array) -> dict[str, float]:
    """The entries of a vector of parameters, by their names."""
    return dict(zip(net.parameter_names, vector.tolist(), strict=True))


def printed(value: float, digits: int = 9) -> object:
    """A number as the lecture prints it, right to its last digit."""
    return pytest.approx(value, abs=0.5000001 * 10.0**-digits, rel=0.0)


def test_forward_pass(hands_on: Network) -> None:
    """net and out of every neuron."""
    trace = compile(hands_on).trace(hands_on.parameters, X)
    ids = [neuron.id for neuron in hands_on.structure.neurons]
    net = dict(zip(ids, trace.z[0], strict=True))
    out = dict(zip(ids, trace.a[0], strict=True))
    assert (net["h1"], net["h2"]) == (pytest.approx(0.3775, rel=1e-14), pytest.approx(0.3925, rel=1e-14))
    assert (out["h1"], out["h2"]) == (printed(0.593269992), printed(0.596884378))
    assert (net["o1"], net["o2"]) == (printed(1.105905967), printed(1.224921404))
    assert (out["o1"], out["o2"]) == (printed(0.751365070), printed(0.772928465))


def test_loss_and_every_slope(hands_on: Network) -> None:
    """0.298371109 and the derivatives by w1 … w8, b1 and b2 (frozen or not, summed over both uses)."""
    loss, gradient = compile(hands_on).loss_and_gradient(hands_on.parameters, X, T, loss="half_squared_error")
    assert loss == printed(0.298371109)
    found = by_name(hands_on, gradient)
    expected = {
        "w1": 0.000438568, "w2": 0.000877135, "w3": 0.000497713, "w4": 0.000995425,
        "w5": 0.082167041, "w6": 0.082667628, "w7": -0.022602540, "w8": -0.022740242,
    }
    assert {name: found[name] for name in expected} == {n: printed(value) for n, value in expected.items()}
    assert found["b1"] == printed(0.018726, 6)
    assert found["b2"] == printed(0.100400, 6)


def test_the_factors_of_the_chain_rule(hands_on: Network) -> None:
    """∂L/∂O1 · ∂O1/∂net1 · ∂net1/∂w5 = 0.741365070 · 0.186815602 · 0.593269992 = 0.082167041."""
    program = compile(hands_on)
    trace = program.trace(hands_on.parameters, X)
    o1, h1 = hands_on.structure.position["o1"], hands_on.structure.position["h1"]
    by_output = float(trace.a[0, o1]) - T[0][0]
    slope = float(sigmoid(trace.z[0, [o1]])[0] * (1.0 - sigmoid(trace.z[0, [o1]])[0]))
    assert by_output == printed(0.741365070)
    assert slope == printed(0.186815602)
    delta = program.backward(hands_on.parameters, np.array(X), np.array(T), "half_squared_error").deltas
    assert delta[0, o1] == pytest.approx(by_output * slope, rel=1e-14)
    assert delta[0, o1] * trace.a[0, h1] == printed(0.082167041)
    assert delta[0, : len(X[0])].tolist() == [0.0, 0.0]


def updated(net: Network, times: int) -> Array:
    """w − 0.5·∂L/∂w, again and again, in a plain loop that leaves frozen parameters alone."""
    program, w = compile(net), net.parameters.copy()
    trainable = np.array([name not in net.structure.frozen for name in net.parameter_names])
    for _ in range(times):
        w[trainable] -= RATE * program.loss_and_gradient(w, X, T)[1][trainable]
    return w


def test_one_update(hands_on: Network) -> None:
    """New weights, biases kept; the loss falls to 0.291027774."""
    w = updated(hands_on, 1)
    expected = {
        "w1": 0.149780716, "w2": 0.199561432, "w3": 0.249751144, "w4": 0.299502287,
        "w5": 0.358916480, "w6": 0.408666186, "w7": 0.511301270, "w8": 0.561370121,
    }
    found = by_name(hands_on, w)
    assert {name: found[name] for name in expected} == {n: printed(value) for n, value in expected.items()}
    assert (found["b1"], found["b2"]) == (0.35, 0.60)
    assert compile(hands_on).loss_and_gradient(w, X, T)[0] == printed(0.291027774)


def test_ten_thousand_updates(hands_on: Network) -> None:
    """The loss after 10 000 updates with the biases kept: 0.0000351019."""
    w = updated(hands_on, 10_000)
    assert compile(hands_on).loss_and_gradient(w, X, T)[0] == printed(0.0000351019, 10)


def test_the_slides_misprints_are_misprints(hands_on: Network) -> None:
    """The printed factors would give 0.3825 and 0.3900 for the hidden nets, and 1.1357… for net o1."""
    swapped = hands_on.with_values({"w2": 0.25, "w3": 0.20})
    z = compile(swapped).trace(swapped.parameters, X).z[0]
    assert [float(z[2]), float(z[3])] == [pytest.approx(0.3825), pytest.approx(0.3900)]
    other = hands_on.with_values({"w6": 0.50})
    assert compile(other).trace(other.parameters, X).z[0, 4] == pytest.approx(1.13575, abs=5e-6)
