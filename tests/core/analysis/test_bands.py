"""Bands of values that keep rows right, against the engine."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnsim
from nnsim.core.analysis.bands import Band, band_of, right_rows
from nnsim.core.formulas.numbers import Writing, comparison
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.sources import dataset_of
from nnsim.documents.examples import EXAMPLES

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND = np.array([[0.0], [0.0], [0.0], [1.0]])
XOR = np.array([[0.0], [1.0], [1.0], [0.0]])


def single(w1: float, w2: float, theta: float, activation: str = "heaviside") -> Network:
    """One neuron over two inputs."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", activation, bias="b")]
    return Network.build(neurons, [Connection("x0", "y", "w1"), Connection("x1", "y", "w2")],
                         {"w1": w1, "w2": w2, "b": -theta})


def written(network: Network, parameter: str, T: np.ndarray = AND) -> str | None:
    """The band of a weight, or of θ, in signs."""
    band = band_of(network, parameter, X, T)
    if band is None:
        return None
    return band.negated().written("θ") if parameter.startswith("b") else band.written("w")


def test_and_works_for_thresholds_above_one_up_to_two() -> None:
    """1 does not belong, 2 does: the engine says so, there and just beyond."""
    assert written(single(1, 1, 1.2), "b") == "1 < θ ≤ 2"
    for theta, right in ((1, False), (math.nextafter(1, 2), True), (2, True), (math.nextafter(2, 3), False)):
        assert right_rows(single(1, 1, theta), X, AND).all() == right


@pytest.mark.parametrize(("parameter", "band"), [
    ("w1", "0.2 ≤ w < 1.2"), ("w3", "0.6 ≤ w < 1.6"), ("w5", "w < −1.4"), ("b_h", "1 < θ ≤ 2"),
    ("b_output", "0 < θ ≤ 1"),
])
def test_every_number_of_the_lectures_xor(parameter: str, band: str) -> None:
    """Weights and thresholds of the hidden neuron and of the output."""
    assert written(nnsim.load(EXAMPLES["xor"].path).network, parameter, XOR) == band


@pytest.mark.parametrize(("theta", "band"), [(1.2, "−1.2 < w ≤ −0.2"), (1.5, "−1.5 < w ≤ −0.5")])
@pytest.mark.parametrize("weight", [-1, -3, 4])
def test_negative_inputs_turn_a_band_round(theta: float, band: str, weight: float) -> None:
    """Each end belongs to it as it did on the other side, whether the value lies in it or not."""
    found = band_of(single(weight, -1, theta), "w1", -X, AND)
    assert found is not None and found.written("w") == band


@pytest.mark.parametrize("activation", ["linear", "heaviside", "sigmoid"])
def test_an_output_that_feeds_another_is_bent(activation: str) -> None:
    """What a sigmoid hands on does not grow in proportion, though the table reads only on which side of ½ it lies."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", "sigmoid", bias="b"),
               Neuron("z", "output", activation, bias="c")]
    edges = [Connection("x0", "y", "w1"), Connection("x1", "y", "w2"), Connection("y", "z", "w3")]
    network = Network.build(neurons, edges, {"w1": 1.0, "w2": 1.0, "w3": 1.0, "b": -1.5, "c": -0.6})
    assert band_of(network, "b", X, np.hstack([AND, AND])) is band_of(network, "w1", X, np.hstack([AND, AND])) is None


@pytest.mark.parametrize("size", [2.0**-20, 1.0, 3.0, 1e3, 1e6])
@pytest.mark.parametrize(("theta", "low", "high"), [(1.2, 0.2, 1.2), (1.7, 0.7, 1.7), (1 + 2 / 3, 2 / 3, 1 + 2 / 3)])
def test_a_weight_s_band_is_the_same_for_inputs_of_any_size(size: float, theta: float, low: float, high: float) -> None:
    """An end is the place where a sum meets its threshold, not one beside it: that moves with the size of the sums."""
    network = single(1, 1, theta * size)
    band = band_of(network, "w1", X * size, AND)
    assert band is not None
    assert (band.low, band.high) == pytest.approx((low, high), rel=4e-16 * 4)
    assert not band.has_high
    for outside in (low - 1e-9, high + 1e-9):
        assert not right_rows(network.with_values({"w1": outside}), X * size, AND).all()


def test_a_band_that_ends_at_0() -> None:
    """Its end is written as 0, not as the 1e−16 that rounding left over, and the engine agrees that 0 belongs."""
    assert written(single(1, 1, 1), "w2") == "w ≥ 0"
    assert right_rows(single(1, 0, 1), X, AND)[[0, 3]].all()


def test_a_sum_that_rounding_makes_smaller() -> None:
    """0.7 + 0.1 is less than 0.8 in binary: 0.8 does not belong, and the engine agrees."""
    network = single(0.7, 0.1, 0.75)
    assert written(network, "b") == "0.7 < θ < 0.8"
    assert not right_rows(single(0.7, 0.1, 0.8), X, AND).all()
    assert comparison(0.7 + 0.1, 0.8) == "0.7999999999999999 < 0.8"


def test_a_value_outside_is_shown_the_band_to_go_to() -> None:
    """Where one stretch of values makes every row right, that is the band, wherever the value is."""
    for theta in (-3.0, 0.0, 1.0, 2.5, 40.0):
        assert written(single(1, 1, theta), "b") == "1 < θ ≤ 2"
    band = band_of(single(1, 1, 2.5), "b", X, AND)
    assert band is not None
    assert -2.5 not in band
    assert -2.0 in band
    assert -1.0 not in band


def test_rows_that_match_stay_where_all_cannot() -> None:
    """XOR is too much for one neuron: the three rows of OR stay right."""
    network = single(1, 1, 0.5)
    band = band_of(network, "b", X, XOR)
    assert band is not None
    assert band.rows.tolist() == [True, True, True, False]
    assert band.negated().written("θ") == "0 < θ ≤ 1"
    rows = np.array([True, False, False, False])
    other = band_of(network, "b", X, XOR, rows)
    assert other is not None
    assert other.negated().written("θ") == "θ > 0"


def test_a_weight_that_does_not_matter_may_be_anything() -> None:
    """Its source is always 0."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("h", activation="heaviside", bias="c"),
               Neuron("y", "output", "heaviside", bias="b")]
    network = Network.build(neurons, [Connection("x0", "y", "w1"), Connection("x1", "y", "w2"),
                                      Connection("h", "y", "w3")],
                            {"w1": 1.0, "w2": 1.0, "w3": 5.0, "b": -1.2, "c": -1.0})
    band = band_of(network, "w3", X, AND)
    assert band is not None
    assert (band.low, band.high) == (-math.inf, math.inf)
    assert band.written("w") == ""


def test_a_shared_weight() -> None:
    """Both uses change together: 2w ≥ 1.2 > w."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", "heaviside", bias="b")]
    network = Network.build(neurons, [Connection("x0", "y", "w"), Connection("x1", "y", "w")],
                            {"w": 1.0, "b": -1.2})
    assert written(network, "w") == "0.6 ≤ w < 1.2"


def test_smooth_outputs_and_straight_hidden_neurons() -> None:
    """A sigmoid output is on the right side of ½ exactly where its sum is on that of 0; ReLUs are straight."""
    assert written(single(1, 1, 1.2, "sigmoid"), "b") == "1 < θ ≤ 2"
    relu = Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("h", activation="relu", bias="c"),
         Neuron("y", "output", "heaviside", bias="b")],
        [Connection("x0", "h", "w1"), Connection("x1", "h", "w2"), Connection("h", "y", "w3")],
        {"w1": 1.0, "w2": 1.0, "w3": 2.0, "b": -1.0, "c": -1.0})
    assert written(relu, "w3") == "w ≥ 1"
    assert written(relu, "c") == "−1.5 ≤ w < −0.5"


def test_bent_sums_have_no_band() -> None:
    """Through a hidden sigmoid the sum is no straight line of the value."""
    network = Network.layered([2, 2, 1], "sigmoid", "sigmoid")
    assert band_of(network, "w1", X, AND) is None
    assert band_of(network, "b_y", X, AND) is not None


def test_nothing_to_keep() -> None:
    """No row right, no rows, targets that are no classes, or a network that does not run: no band."""
    assert band_of(single(0, 0, 1), "w1", X, np.ones((4, 1))) is None
    assert band_of(single(1, 1, 1), "w1", X[:0], AND[:0]) is None
    assert band_of(single(1, 1, 1), "w1", X, AND / 2) is None
    assert band_of(single(1, 1, 1), "nothing", X, AND) is None


numbers = st.integers(-30, 30).map(lambda n: n / 10)


@settings(deadline=None, max_examples=150)
@given(values=st.lists(numbers, min_size=9, max_size=9), index=st.integers(0, 8),
       targets=st.lists(st.sampled_from([0.0, 1.0]), min_size=4, max_size=4))
def test_a_band_is_what_the_engine_says(values: list[float], index: int, targets: list[float]) -> None:
    """For any network of three steps: right at every value inside, wrong at and just beyond each end that is open."""
    names = ["w1", "w2", "b1", "w3", "w4", "b2", "w5", "w6", "b3"]
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("h1", activation="heaviside", bias="b1"),
               Neuron("h2", activation="heaviside", bias="b2"), Neuron("y", "output", "heaviside", bias="b3")]
    connections = [Connection("x0", "h1", "w1"), Connection("x1", "h1", "w2"), Connection("x0", "h2", "w3"),
                   Connection("x1", "h2", "w4"), Connection("h1", "y", "w5"), Connection("h2", "y", "w6")]
    network = Network.build(neurons, connections, dict(zip(names, values, strict=True)))
    T, name = np.array(targets)[:, None], names[index]
    band = band_of(network, name, X, T)
    now = right_rows(network, X, T)
    if band is None:
        assert not now.all()
        return
    assert (band.rows | ~now).all()

    def holds(value: float) -> bool:
        return bool(right_rows(network.with_values({name: value}), X, T)[band.rows].all())

    assert band.rows.all() or network.value(name) in band
    assert not now.all() or network.value(name) in band
    for end, belongs, outwards in ((band.low, band.has_low, -1.0), (band.high, band.has_high, 1.0)):
        if math.isfinite(end):
            assert holds(end) == belongs
            assert not holds(end + outwards * 1e-9)
    low, high = max(band.low, -100.0), min(band.high, 100.0)
    assert all(holds(low + (high - low) * share) for share in np.linspace(0.001, 0.999, 40))


@pytest.mark.parametrize(("band", "text"), [
    (Band(1, 2, False, True), "1 < θ ≤ 2"), (Band(-math.inf, 2, False, False), "θ < 2"),
    (Band(0.5, math.inf, True, False), "θ ≥ 0.5"), (Band(1, 1, True, True), "θ = 1"),
    (Band(-2, 1 / 3, True, False), "−2 ≤ θ ≤ 0.3333"), (Band(1 / 3, 1, False, True), "0.3334 ≤ θ ≤ 1"),
    (Band(2.00001, 2.00002, False, False), "2.00001 < θ < 2.00002"), (Band(1.23456, 2, True, True), "1.23456 ≤ θ ≤ 2"),
])
def test_bands_in_signs(band: Band, text: str) -> None:
    """An end that would need many digits is rounded into the band, so that what is printed is true."""
    assert band.written("θ") == text


@pytest.mark.parametrize(("way", "text"), [
    (Writing(3), "0.667 ≤ θ ≤ 123"), (Writing(3, True), "0.667 ≤ θ ≤ 123.456"),
    (Writing(3, False, True), "0.667 ≤ θ ≤ 123"), (Writing(4, True, True), "0.6667 ≤ θ ≤ 123.4567"),
    (Writing(6), "0.666667 ≤ θ ≤ 123.456"), (Writing(9, True, True), "0.666666667 ≤ θ ≤ 123.456789012"),
], ids=repr)
def test_a_band_in_every_way_of_writing_is_true_as_printed(way: Writing, text: str) -> None:
    """Cut off as well as rounded its ends lie in it, and they have as many digits or decimals as are asked for."""
    assert Band(2 / 3, 123.456789012345, True, True).written("θ", way) == text
    below, above = (float(part) for part in text.split(" ≤ θ ≤ "))
    assert below >= 2 / 3 and above <= 123.456789012345


def test_perceptron_data_have_bands_too() -> None:
    """The truth tables of the examples as the program loads them."""
    document = nnsim.load(EXAMPLES["or"].path)
    assert document.data is not None
    data = dataset_of(document.data, None)
    assert band_of(document.network, "w1", data.X, data.T) is not None
