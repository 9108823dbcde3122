"""Every activation against finite differences, published values and its own limits."""

import math

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.initializers import INITIALIZERS

EVERY = pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=ACTIVATIONS)
inf = math.inf

AT_KINKS = {"heaviside": (1.0, 0.0), "relu": (0.0, 0.0), "leaky_relu": (0.0, 0.01)}
"""(f(0), f′(0)) as documented, where f has a step or a corner."""

AT_1_AND_MINUS_1 = {
    # f(1), f′(1), f(−1), f′(−1), computed with the math module from the textbook's formula
    "heaviside": (1.0, 0.0, 0.0, 0.0),
    "relu": (1.0, 1.0, 0.0, 0.0),
    "leaky_relu": (1.0, 1.0, -0.01, 0.01),
    "elu": (1.0, 1.0, -0.6321205588285577, 0.36787944117144233),
    "sigmoid": (0.7310585786300049, 0.19661193324148185, 0.2689414213699951, 0.19661193324148185),
    "tanh": (0.7615941559557649, 0.41997434161402614, -0.7615941559557649, 0.41997434161402614),
    "softplus": (1.3132616875182228, 0.7310585786300049, 0.31326168751822286, 0.2689414213699951),
    "swish": (0.7310585786300049, 0.9276705118714867, -0.2689414213699951, 0.07232948812851325),
    "gaussian": (0.36787944117144233, -0.7357588823428847, 0.36787944117144233, 0.7357588823428847),
    "sine": (0.8414709848078965, 0.5403023058681398, -0.8414709848078965, 0.5403023058681398),
    "linear": (1.0, 1.0, -1.0, 1.0),
}

LIMITS = {
    # f and f′ far to the left, f and f′ far to the right; None where f is z itself, leaky where it is 0.01·z
    "heaviside": (0.0, 0.0, 1.0, 0.0),
    "relu": (0.0, 0.0, None, 1.0),
    "leaky_relu": ("leaky", 0.01, None, 1.0),
    "elu": (-1.0, 0.0, None, 1.0),
    "sigmoid": (0.0, 0.0, 1.0, 0.0),
    "tanh": (-1.0, 0.0, 1.0, 0.0),
    "softplus": (0.0, 0.0, None, 1.0),
    "swish": (0.0, 0.0, None, 1.0),
    "gaussian": (0.0, 0.0, 0.0, 0.0),
    "linear": (None, 1.0, None, 1.0),
}
FAR = (1000.0, 1e308, 1.7976931348623157e308)


def f(entry: Activation, *z: float) -> list[float]:
    """f at single points."""
    return [float(a) for a in entry.f(np.array(z))]


def slope(entry: Activation, *z: float) -> list[float]:
    """f′ at single points."""
    return [float(d) for d in entry.derivative(np.array(z), entry.f(np.array(z)))]


@EVERY
def test_derivative_agrees_with_central_differences(entry: Activation) -> None:
    """(f(z+h) − f(z−h)) / 2h, everywhere but at steps and corners (0 itself has tests of its own)."""
    h = 1e-5
    z = np.linspace(-7.0, 7.013, 282)
    z = z[[all(abs(point - kink) > 10 * h for kink in entry.kinks) for point in z]]
    assert len(z) > 270
    difference = (entry.f(z + h) - entry.f(z - h)) / (2 * h)
    np.testing.assert_allclose(entry.derivative(z, entry.f(z)), difference, rtol=1e-7, atol=1e-9)


@EVERY
def test_functions_have_no_kink_but_those_they_name(entry: Activation) -> None:
    """Slopes on both sides of 0 agree, unless 0 is listed as a kink: then value or slope differ."""
    h = 1e-7
    left, right = slope(entry, -h)[0], slope(entry, h)[0]
    jump = f(entry, h)[0] - f(entry, -h)[0]
    smooth = abs(left - right) < 1e-6 and abs(jump) < 1e-6
    assert smooth == (0.0 not in entry.kinks)


@EVERY
def test_values_at_kinks_are_the_documented_ones(entry: Activation) -> None:
    """heaviside(0) = 1 with slope 0, relu′(0) = 0; also at −0.0, which is a zero like the other."""
    for kink in entry.kinks:
        for zero in (kink, -kink):
            found = f(entry, zero)[0], slope(entry, zero)[0]
            assert found == AT_KINKS.get(entry.name, found)
            assert np.isfinite(found).all()


@pytest.mark.parametrize("name", AT_1_AND_MINUS_1)
def test_values_at_1_and_minus_1(name: str) -> None:
    """Numbers that were computed elsewhere."""
    entry = ACTIVATIONS[name]
    found = [*f(entry, 1.0), *slope(entry, 1.0), *f(entry, -1.0), *slope(entry, -1.0)]
    assert found == pytest.approx(AT_1_AND_MINUS_1[name], rel=1e-15, abs=1e-16)


def test_values_at_0() -> None:
    """Softplus at 0 is ln 2; sigmoid is ½ and rises by ¼; the smooth ELU has slope 1 on both sides."""
    assert f(ACTIVATIONS["softplus"], 0.0) == [pytest.approx(math.log(2.0), rel=1e-15)]
    assert (f(ACTIVATIONS["sigmoid"], 0.0), slope(ACTIVATIONS["sigmoid"], 0.0)) == ([0.5], [0.25])
    assert (f(ACTIVATIONS["elu"], 0.0), slope(ACTIVATIONS["elu"], 0.0)) == ([0.0], [1.0])
    assert (f(ACTIVATIONS["swish"], 0.0), slope(ACTIVATIONS["swish"], 0.0)) == ([0.0], [0.5])
    assert (f(ACTIVATIONS["gaussian"], 0.0), slope(ACTIVATIONS["gaussian"], 0.0)) == ([1.0], [0.0])


@EVERY
def test_far_out_nothing_warns_and_nothing_is_nan(entry: Activation) -> None:
    """At ±1000 and at the edge of the floats; a warning would fail the test."""
    z = np.array([sign * far for far in FAR for sign in (-1.0, 1.0)])
    a = entry.f(z)
    assert np.isfinite(a).all()
    assert np.isfinite(entry.derivative(z, a)).all()


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("name", LIMITS)
def test_limits_far_out(name: str, far: float) -> None:
    """What a function tends to, left and right."""
    left, left_slope, right, right_slope = LIMITS[name]
    left = {None: -far, "leaky": -0.01 * far}.get(left, left)
    right = far if right is None else right
    entry = ACTIVATIONS[name]
    assert f(entry, -far, far) == [pytest.approx(left, rel=1e-15), pytest.approx(right, rel=1e-15)]
    assert slope(entry, -far, far) == [left_slope, right_slope]


@pytest.mark.parametrize(
    ("name", "z", "value"),
    [
        ("sigmoid", -40.0, 4.248354255291589e-18),
        ("sigmoid", -700.0, 9.859676543759770e-305),
        ("softplus", -40.0, 4.248354255291589e-18),
        ("swish", -40.0, -1.6993417021166355e-16),
        ("gaussian", 5.0, 1.3887943864964021e-11),
        ("elu", -1e-12, -9.999999999995e-13),
    ],
)
def test_small_values_keep_their_digits(name: str, z: float, value: float) -> None:
    """Where the naive formula would give 0 or half the digits."""
    assert f(ACTIVATIONS[name], z) == [pytest.approx(value, rel=1e-14, abs=0.0)]


@EVERY
def test_range_is_exactly_what_the_values_span(entry: Activation) -> None:
    """No value lies outside ``range``, and the values come near to its ends where it is bounded."""
    z = np.concatenate([np.linspace(-50.0, 50.0, 200_001), [-1e6, 1e6]])
    a = entry.f(z)
    low, high = entry.range
    assert low <= a.min()
    assert a.max() <= high
    assert a.min() == pytest.approx(low, abs=1e-7) if low > -inf else a.min() < -100
    assert a.max() == pytest.approx(high, abs=1e-7) if high < inf else a.max() > 100


@EVERY
def test_has_slope_tells_whether_gradients_can_pass(entry: Activation) -> None:
    """Only where f′ is 0 everywhere has_slope is False."""
    z = np.linspace(-5.0, 5.0, 101)
    assert entry.has_slope == bool(np.any(entry.derivative(z, entry.f(z)) != 0.0))


@EVERY
@pytest.mark.parametrize("shape", [(), (0,), (5,), (3, 4), (2, 3, 4)])
def test_any_shape_elementwise_on_new_arrays(entry: Activation, shape: tuple[int, ...]) -> None:
    """f and f′ give float64 of the same shape and leave z alone: z and a are kept side by side."""
    z = np.random.default_rng(0).normal(size=shape)
    before = z.copy()
    a = entry.f(z)
    d = entry.derivative(z, a)
    assert np.shape(a) == np.shape(d) == shape
    assert np.asarray(a).dtype == np.asarray(d).dtype == np.float64
    assert not np.shares_memory(a, z)
    assert np.array_equal(z, before)
    flat = [float(entry.f(np.array([value]))[0]) for value in z.ravel()]
    assert np.ravel(a).tolist() == pytest.approx(flat, rel=1e-15)


@EVERY
def test_entries_are_complete(entry: Activation) -> None:
    """Each has what menus, plots and the formula view show, and names an initializer that exists."""
    assert ACTIVATIONS[entry.name] is entry
    assert entry.label and entry.about and entry.formula and entry.derivative_formula
    assert entry.initializer in INITIALIZERS


def test_registry_holds_what_the_design_lists() -> None:
    """The names that files and notebooks use."""
    listed = "heaviside relu leaky_relu elu sigmoid tanh softplus swish gaussian sine linear"
    assert set(listed.split()) <= set(ACTIVATIONS)


@EVERY
def test_straight_pieces_are_the_slopes_between_the_kinks(entry: Activation) -> None:
    """As many pieces as kinks part, each with the slope that the function has there; none for a bent function."""
    straight = {"heaviside", "relu", "leaky_relu", "linear"}
    assert bool(entry.pieces) == (entry.name in straight)
    if entry.pieces:
        assert len(entry.pieces) == len(entry.kinks) + 1
        ends = [-9.0, *entry.kinks, 9.0]
        for low, high, piece in zip(ends, ends[1:], entry.pieces, strict=False):
            inside = np.linspace(low, high, 7)[1:-1].tolist()
            assert slope(entry, *inside) == [piece] * 5
            assert np.diff(f(entry, *inside)) / np.diff(inside) == pytest.approx([piece] * 4)


@EVERY
def test_increasing_is_said_of_those_that_never_fall_nor_rest(entry: Activation) -> None:
    """Where two sums differ, so do what it says of them, the larger from the larger."""
    values = np.diff(f(entry, *np.linspace(-6.0, 6.0, 121)))
    assert entry.increasing == bool((values > 0).all())
