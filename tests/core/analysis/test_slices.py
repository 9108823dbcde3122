"""Slices of the loss agree with the network itself, whatever parameter is varied, and find valleys and jumps."""

import math
from itertools import combinations

import numpy as np
import pytest

import nnsim
from nnsim.core.analysis.slices import affordable, half_width, losses_at, opened, spread, straight_jumps, window
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Network, Neuron
from nnsim.documents.examples import EXAMPLES
from nnsim.training import engines
from tests.core.random_networks import random_case

MAZUR = ([[0.05, 0.10]], [[0.01, 0.99]])


def by_hand(network: Network, names: tuple[str, ...], points: np.ndarray, X: np.ndarray, T: np.ndarray,
            loss: str = "half_squared_error") -> list[float]:
    """The losses with the parameters really set, one network after the other, by the public interface."""
    program = nnsim.compile(network)
    settings = [network.with_values(dict(zip(names, point, strict=True))).parameters for point in points]
    return [program.loss_and_gradient(parameters, X, T, loss)[0] for parameters in settings]


def sliced(network: Network, names: tuple[str, ...], points: np.ndarray, X: np.ndarray, T: np.ndarray,
           loss: str = "half_squared_error") -> np.ndarray:
    """The losses by the slice."""
    program = engines.fast_program_of(opened(network.structure, names))
    return losses_at(program, network, names, points, X, T, loss)


def test_the_lectures_example_at_its_two_weights() -> None:
    """w5 = 0.4 gives the lecture's loss 0.298371109; a finite difference there gives its slope 0.082167041."""
    network = nnsim.load(EXAMPLES["hands_on"].path).network
    h = 1e-5
    X, T = np.array(MAZUR[0]), np.array(MAZUR[1])
    losses = sliced(network, ("w5",), np.array([[0.4], [0.4 - h], [0.4 + h]]), X, T)
    assert losses[0] == pytest.approx(0.298371109, abs=5e-10)
    assert (losses[2] - losses[1]) / (2 * h) == pytest.approx(0.082167041, abs=5e-9)


@pytest.mark.parametrize("seed", range(8))
def test_any_network_and_any_parameter(seed: int) -> None:
    """Random graphs with every feature: as with the parameters really set, for one and for two of them."""
    rng = np.random.default_rng(seed)
    network, X, T, loss = (case := random_case(seed)).network, case.X, case.T, case.loss
    names = list(network.parameter_names)
    chosen = [(name,) for name in names] + list(combinations(names, 2))
    for k in rng.permutation(len(chosen))[:12]:
        points = rng.normal(size=(4, len(chosen[k])))
        got, expected = (way(network, chosen[k], points, X, T, loss) for way in (sliced, by_hand))
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), chosen[k]


@pytest.mark.parametrize("combine", ["sum", "product", "max"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_bias_is_added_after_whatever_is_combined(combine: str, loss: str) -> None:
    """z = combine(…) + b, also where a bias is shared with a second neuron and serves as a weight as well."""
    network = Network.build(
        [Neuron("a", "input"), Neuron("b", "input"), Neuron("h", activation="sigmoid", combine=combine, bias="p"),
         Neuron("y", "output", "sigmoid", bias="p"), Neuron("lonely", activation="tanh", bias="p")],
        [Connection("a", "h", "w"), Connection("b", "h", "p"), Connection("h", "y", "v"),
         Connection("lonely", "y", "p")],
        {"w": 0.7, "p": -0.4, "v": 1.3})
    X, T = np.array([[0.2, 0.9], [-1.0, 0.5], [0.3, -2.0]]), np.array([[0.0], [1.0], [1.0]])
    points = np.linspace(-2, 2, 7)[:, None]
    assert sliced(network, ("p",), points, X, T, loss) == pytest.approx(by_hand(network, ("p",), points, X, T, loss))


def test_a_threshold_is_met_exactly() -> None:
    """AND fires for 1 + 1 at θ = 2 and not just above it: the slice has the sums of the network itself."""
    network = nnsim.load(EXAMPLES["and"].path).network
    bias = next(n.bias for n in network.structure.neurons if n.role == "output")
    assert bias is not None
    X, T = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0], [0], [0], [1.0]])
    thetas = np.array([1.0, np.nextafter(1, 2), 2.0, np.nextafter(2, 3)])
    # Two rows wrong at θ = 1, then none, none, and 11 wrong: ½ each, the mean of four.
    assert sliced(network, (bias,), -thetas[:, None], X, T).tolist() == [0.25, 0.0, 0.0, 0.125]


def test_many_points_are_taken_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of any size give what all at once gives, to the last bit."""
    network = Network.layered([2, 3, 1], seed=1)
    rng = np.random.default_rng(0)
    X, T, points = rng.normal(size=(3, 2)), rng.normal(size=(3, 1)), rng.normal(size=(50, 1))
    whole = sliced(network, ("w1",), points, X, T)
    monkeypatch.setattr("nnsim.core.analysis.slices._CHUNK", 100)
    assert sliced(network, ("w1",), points, X, T).tolist() == whole.tolist()


def test_overflow_is_no_error() -> None:
    """A weight so large that the squared error overflows gives inf or NaN, and no exception and no warning."""
    network = Network.layered([1, 1], output="linear", seed=0)
    losses = sliced(network, ("w1",), np.array([[1.0], [1e308]]), np.array([[100.0]]), np.array([[0.0]]))
    assert np.isfinite(losses[0]) and not np.isfinite(losses[1])


def test_names_that_are_taken_are_avoided() -> None:
    """A learner may call neurons and parameters what the slice would call its own."""
    network = Network.build(
        [Neuron("one", "input"), Neuron("value of w", "input"), Neuron("one 1", "input"), Neuron("one 2", "input"),
         Neuron("y", "output", bias="one")],
        [Connection("one", "y", "w"), Connection("value of w", "y", "one into y"), Connection("one 1", "y", "one 3"),
         Connection("one 2", "y", "value of w 2")],
        {"one": 0.5, "w": 2.0, "one into y": 3.0, "one 3": -1.0, "value of w 2": 1.5})
    X, T = np.array([[1.0, 2.0, 0.5, -0.3]]), np.array([[0.0]])
    for name in network.parameter_names:
        points = np.array([[1.5], [-4.0]])
        assert sliced(network, (name,), points, X, T) == pytest.approx(by_hand(network, (name,), points, X, T))


def test_samples_are_left_out_evenly() -> None:
    """Few samples are all taken; of many a picture takes an even choice with the first and the last."""
    assert spread(5, 10).tolist() == [0, 1, 2, 3, 4]
    rows = spread(10_000, 2_000)
    assert len(rows) == 2_000 and rows[0] == 0 and rows[-1] == 9_999
    assert set(np.diff(rows)) <= {4, 5, 6}


def test_what_a_picture_may_cost() -> None:
    """The examples' slices take all samples; a large network takes fewer, but at least one."""
    for example in EXAMPLES.values():
        structure = nnsim.load(example.path).network.structure
        assert affordable(opened(structure, structure.parameter_names[:1]), 250, 121) == 250
    large = Network.layered([64, 100, 10]).structure
    assert 1 <= affordable(large, 5_000, 121) < 100
    assert affordable(Network.layered([1, 1]).structure, 10_000, 1) == 2_000


# Where the valley is, and what the axis shows


@pytest.mark.parametrize(("at", "valley"), [(0.0, 0.2), (0.0, 3.0), (5.0, -7.0), (-100.0, -60.0)])
def test_the_valley_of_a_parabola_comes_into_sight(at: float, valley: float) -> None:
    """The floor of (x − v)² lies inside the axis, which does not reach three times as far."""
    half = half_width(at, lambda x: (x - valley) ** 2)
    assert abs(valley - at) <= half <= max(1.0, 3 * abs(valley - at))


def test_a_point_in_its_valley_sees_the_walls() -> None:
    """On the floor, on level ground and where there is no number the axis has a width of its own."""
    assert half_width(3.0, lambda x: (x - 3.0) ** 2) == 1.0
    assert half_width(3.0, lambda x: 0 * x + 7.0) == 1.0
    assert half_width(3.0, lambda x: 0 * x + np.nan) == 1.0


def test_the_axis_rests_while_values_change_slightly() -> None:
    """Kept while all that must be seen is inside; anew when something leaves, or when it is far too wide."""
    first = window([0.4, 0.36], (-1.6, 2.4), None)
    assert first[0] <= -1.6 and first[1] >= 2.4
    assert window([0.5, 0.46], (-1.5, 2.5), first) == first
    moved = window([0.5, 9.0], (-1.5, 2.5), first)
    assert moved != first and moved[0] <= -1.5 and moved[1] > 9.0
    assert window([0.4, 0.39], (0.3, 0.5), first) != first
    assert all(np.isfinite(window([1.0, np.nan], (0.0, 2.0), None)))
    low, high = window([1e200], (1e200, 1e200), None)
    assert low < high


@pytest.mark.parametrize("scale", [2.0**-30, 0.25, 1.0, 1000.0, 2.0**40])
@pytest.mark.parametrize(("low", "high"), [(-2.0, 2.0), (0.0, 1.0), (-1.0, 0.5), (3.0, 7.0)])
def test_an_axis_whose_ends_are_round_stays_as_it_is(low: float, high: float, scale: float) -> None:
    """Others are rounded outwards, by less than a sixteenth of the width: exactly what was wished, or little more."""
    wish = (low * scale, high * scale)
    width = wish[1] - wish[0]
    step = 2.0 ** math.floor(math.log2(width / 16))
    found = window([wish[0] + width / 3], wish, None)
    on_grid = all((end / step).is_integer() for end in wish)
    assert found == wish if on_grid else wish[0] - step < found[0] <= wish[0] < wish[1] <= found[1] < wish[1] + step
    for shift in (0.3, 0.7):
        ends = (wish[0] + shift * step, wish[1] + shift * step)
        moved = window([wish[0] + width / 3], ends, None)
        assert all((end / step).is_integer() for end in moved)
        assert ends[0] - step < moved[0] < ends[0] and ends[1] < moved[1] < ends[1] + step


# Staircases


def test_jumps_stand_straight_and_where_they_are() -> None:
    """A staircase with jumps at 0.3 and √2 is drawn with both ends of each jump at one x, right to 1e−5."""
    def stairs(x: np.ndarray) -> np.ndarray:
        return (x >= 0.3) * 1.0 + (x >= np.sqrt(2)) * 2.0

    x, y = straight_jumps(np.linspace(-2, 2, 41), stairs(np.linspace(-2, 2, 41)), stairs)
    up = np.flatnonzero(np.diff(y))
    assert len(up) == 2
    assert x[up] == pytest.approx([0.3, np.sqrt(2)], abs=1e-5)
    assert (x[up] == x[up + 1]).all()
    assert (np.diff(x) >= 0).all() and y[[0, -1]].tolist() == [0.0, 3.0]


def test_a_smooth_curve_has_no_jumps_to_straighten() -> None:
    """Where every sample differs, and where none does, the curve stays as it is."""
    x = np.linspace(0, 1, 50)
    for y in (x**2, 0 * x):
        assert straight_jumps(x, y, lambda v: v)[0] is x
