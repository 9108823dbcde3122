"""Planes of inputs, and zooming them."""

import numpy as np
import pytest

import nnsim
from nnsim.core.analysis.maps import Plane, plane_samples
from nnsim.documents.examples import EXAMPLES


def plane() -> Plane:
    """Two inputs of 0s and 1s."""
    found = Plane.over(("x0", "x1"), None, None)
    assert found is not None
    return found


def test_zoom_around_the_middle() -> None:
    """Twice as much is seen on both axes, the middle stays."""
    whole = plane()
    wide = whole.zoomed(2)
    assert wide.width == pytest.approx(2 * whole.width)
    assert sum(wide.x_range) == pytest.approx(sum(whole.x_range))
    assert wide.y_range == pytest.approx(wide.x_range)
    assert wide.zoomed(0.5).x_range == pytest.approx(whole.x_range)


def test_zoom_around_a_point() -> None:
    """The point is as far into the plane as before."""
    whole = plane()
    near = whole.zoomed(0.25, (1.0, 0.0))
    for old, new, at in ((whole.x_range, near.x_range, 1.0), (whole.y_range, near.y_range, 0.0)):
        assert (at - new[0]) / (new[1] - new[0]) == pytest.approx((at - old[0]) / (old[1] - old[0]))


def test_one_input_zooms_alone() -> None:
    """A line has no second range to widen."""
    line = Plane.over(("x",), None, None)
    assert line is not None
    assert line.zoomed(3).y_range == line.y_range
    assert line.zoomed(3).width == pytest.approx(3 * line.width)


def test_the_lectures_xor_is_one_again() -> None:
    """Where x0 + x1 ≥ 2.6, which one sees when the plane goes on."""
    network = nnsim.load(EXAMPLES["xor"].path).network
    samples = plane_samples(plane().zoomed(3), ("x0", "x1"), np.zeros(2))
    said = nnsim.compile(network).forward(network.parameters, samples)[:, 0]
    sums = samples.sum(axis=1)
    clear = np.abs(sums[:, None] - [0.6, 1.2, 2.6]).min(axis=1) > 1e-9
    meant = ((sums >= 0.6) & (sums < 1.2)) | (sums >= 2.6)
    np.testing.assert_array_equal(said[clear], meant[clear])
    assert (said[sums > 2.6] == 1).sum() > 100
