"""Typed functions of x: their values, slopes and corners, and the steps down them."""

import math

import numpy as np
import pytest

from nnsim.core.analysis.tangents import OFFERS, Curve


@pytest.mark.parametrize(("text", "x", "value", "slope"), [
    ("x^2 - 2x", 3.0, 3.0, 4.0), ("1,5x", 2.0, 3.0, 1.5), ("sin(3x)", 0.0, 0.0, 3.0), ("e^x", 1.0, math.e, math.e),
    ("x³ − 3x", -1.0, 2.0, 0.0), ("|x|", -2.0, 2.0, -1.0), ("7", 5.0, 7.0, 0.0), ("1/x", 2.0, 0.5, -0.25),
])
def test_values_and_slopes_known_by_heart(text: str, x: float, value: float, slope: float) -> None:
    """As a learner types them, with the derivatives that a table of them has."""
    curve = Curve(text)
    assert curve.value(x) == pytest.approx(value, abs=1e-12)
    assert curve.slope(x) == pytest.approx(slope, abs=1e-12)


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.text)
def test_what_is_offered_has_the_slope_of_its_secants(offer) -> None:  # type: ignore[no-untyped-def]
    """All over its picture the slope is the central difference, but at the corner of |x|; it starts on a slope."""
    curve = Curve(offer.text)
    assert abs(offer.start) < offer.half and abs(curve.slope(offer.start)) > 0.1
    for x in np.linspace(-offer.half, offer.half, 14):
        h = 1e-5
        assert curve.slope(x) == pytest.approx((curve.value(x + h) - curve.value(x - h)) / (2 * h), abs=1e-6)


@pytest.mark.parametrize(("text", "x", "place"), [
    ("|x|", 0.0, "corner"), ("|x|", 0.1, "smooth"), ("relu(x - 1)", 1.0, "corner"), ("max(x, 2x)", 0.0, "corner"),
    ("heaviside(x)", 0.0, "jump"), ("sign(x)", 0.0, "jump"), ("x^2", 0.0, "smooth"), ("1000x^2", 0.0, "smooth"),
    ("ln(x)", -1.0, "nowhere"), ("1/x", 0.0, "nowhere"), ("sqrt(x)", 0.0, "nowhere"), ("sin(x)", 1e4, "smooth"),
])
def test_corners_jumps_and_holes(text: str, x: float, place: str) -> None:
    """Where a function has no slope is known, and why; there the slope is no number."""
    curve = Curve(text)
    assert curve.place(x) == place
    assert math.isnan(curve.slope(x)) == (place != "smooth")


@pytest.mark.parametrize("text", [
    "", "x +", "y", "x^2 = 4", "import os", "x if", "__import__('os')", "x.real", "(" * 99])
def test_what_is_no_formula_is_refused_in_words(text: str) -> None:
    """A sentence for the learner, and nothing is run."""
    with pytest.raises(ValueError, match=r"\w+ .*"):
        Curve(text)


def test_steps_down_a_parabola() -> None:
    """x′ = x − η·2x: by 1 − 2η a step; η = ½ lands at once, η = 1 goes to and fro, above it the steps grow."""
    curve = Curve("x^2")
    assert curve.step(2.0, 0.1) == pytest.approx(1.6)
    assert curve.step(2.0, 0.5) == 0.0
    assert curve.step(2.0, 1.0) == -2.0
    assert abs(curve.step(2.0, 1.1)) > 2.0


def test_a_hole_does_not_spoil_its_neighbours() -> None:
    """1/x has values on both sides of 0, and none there."""
    values = Curve("1/x").values(np.array([-1.0, 0.0, 1.0]))
    assert values[[0, 2]].tolist() == [-1.0, 1.0] and not np.isfinite(values[1])
