"""What can be drawn: no axis without ends, no value beyond all bounds."""

import math
from itertools import product

import numpy as np
import pytest

from nnsim.core.analysis.bands import MOST_SIZE, band_of, right_rows
from nnsim.core.analysis.drawable import LARGEST, can_be_drawn, drawable, drawable_range
from nnsim.core.analysis.maps import Plane, decision_threshold, plane_samples, value_range
from nnsim.core.analysis.separability import separate
from nnsim.core.analysis.slices import half_width, window
from nnsim.data.dataset import Dataset
from nnsim.data.sources import dataset_of
from tests.documents.extreme_documents import VALUES, documents

ANY = (*VALUES, math.inf, -math.inf, math.nan, 1.0, -3.5, LARGEST)


def test_every_range_becomes_one_that_an_axis_can_show() -> None:
    """Within bounds, rising, and with room between its ends for hundreds of numbers."""
    for ends in product(ANY, repeat=2):
        low, high = drawable_range(*ends)
        assert abs(low) <= 1.1 * LARGEST and abs(high) <= 1.1 * LARGEST
        assert (np.diff(np.linspace(low, high, 501)) > 0).all()
        if can_be_drawn(*ends) and ends[1] - ends[0] > 1e-11 * max(1.0, *map(abs, ends)):
            assert (low, high) == ends


def test_values_out_of_bounds_are_left_out() -> None:
    """Only they."""
    values = np.array(ANY)
    found = drawable(values)
    for value, drawn in zip(values.tolist(), found.tolist(), strict=True):
        assert drawn == value if can_be_drawn(value) else math.isnan(drawn)


@pytest.mark.parametrize("value", VALUES)
def test_planes_and_scales_of_extreme_data(value: float) -> None:
    """A plane over them is finite, as wide as it must be; a scale has its threshold in its middle."""
    data = Dataset([[value, 0.0], [1.0, -value]], [[value], [-value]])
    plane = Plane.over(("x0", "x1"), None, data)
    assert plane is not None
    for low, high in (plane.x_range, plane.y_range):
        assert math.isfinite(high - low) and low < high
    assert np.isfinite(plane_samples(plane, ("x0", "x1"), np.zeros(2))).all()
    for T in (data.T, np.full((2, 1), value)):
        low, high = value_range("linear", T)
        middle = decision_threshold("linear", T)
        assert low < middle < high or abs(value) > 1e15
        assert math.isfinite(middle) and not math.isnan(low) and not math.isnan(high)


@pytest.mark.parametrize("value", VALUES)
def test_windows_of_slices_around_extreme_numbers(value: float) -> None:
    """The axis can be drawn, shows the point if that can be, and a step to infinity does not stretch it."""
    with np.errstate(all="ignore"):
        half = half_width(value, lambda x: x * x)
        wish = (value - half, value + half)
    low, high = window([value, math.inf, -math.inf], wish, None)
    assert can_be_drawn(low / 2, high / 2) and low < high
    if can_be_drawn(value):
        assert low <= value <= high
        assert len({f"{end:.4g}" for end in np.linspace(low, high, 3)}) == 3


def test_bands_beside_extreme_numbers_are_true() -> None:
    """Where a band is given, every value that it takes in keeps its rows right; beside huge sums there is none."""
    found = 0
    for _, document in list(documents())[::11]:
        assert document.data is not None
        data, network = dataset_of(document.data, None), document.network
        for parameter in network.parameter_names:
            band = band_of(network, parameter, data.X, data.T)
            if band is None:
                continue
            found += 1
            band.written("w"), band.negated().written("θ")
            now = network.value(parameter)
            assert abs(now) <= MOST_SIZE
            apart = 1e-9 * max(1.0, abs(now))
            for value in (-1e8, -1.5, -1.0, 0.0, 0.5, 1.0, 1e8, now, band.low + apart, band.high - apart):
                if value in band and abs(value) <= MOST_SIZE and min(value - band.low, band.high - value) >= apart / 2:
                    assert right_rows(network.with_values({parameter: value}), data.X, data.T)[band.rows].all()
    assert found > 50


def test_separability_of_extreme_points_on_a_line() -> None:
    """Two classes on an axis can be parted exactly if none of the one lies between those of the other."""
    random = np.random.default_rng(3)
    points = np.array(sorted({*VALUES, 1.0, -1.0}))
    for _ in range(40):
        x = random.choice(points, 5)
        t = random.integers(0, 2, 5).astype(float)
        zeros, ones = x[t == 0], x[t == 1]
        if len(zeros) and len(ones):
            can = bool(zeros.max() < ones.min() or ones.max() < zeros.min())
            assert (separate(x[:, None], t).verdict == "yes") == can
