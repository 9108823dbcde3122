"""Planes of inputs, and zooming them."""

import numpy as np
import pytest

import nnsim
from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.maps import Plane, data_range, decision_threshold, plane_samples, value_range
from nnsim.data.dataset import Dataset
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


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("targets", "middle", "half"), [
    (None, 0.5, 1.0), ([], 0.5, 1.0), ([0.0, 1.0], 0.5, 0.5), ([-1.0, 3.0, 0.0], 1.0, 2.0), ([4.0, 4.0], 4.0, 1.0),
    ([-7.0], -7.0, 1.0),
])
def test_colours_span_the_range_or_the_targets(
    activation: str, targets: list[float] | None, middle: float, half: float
) -> None:
    """From end to end of a bounded function; else as far as the targets lie about their middle; one if they are one."""
    array = None if targets is None else np.array(targets)
    low, high = ACTIVATIONS[activation].range
    if np.isfinite(high - low):
        middle, half = (low + high) / 2, (high - low) / 2
    assert decision_threshold(activation, array) == pytest.approx(middle)
    assert value_range(activation, array) == pytest.approx((middle - half, middle + half))


def test_a_plane_shows_all_samples_with_a_margin() -> None:
    """Those for testing too; a truth table stands further in; without data, or with other data, from 0 to 1."""
    data = Dataset([[2.0, 5.0], [6.0, 5.0]], [[0.0], [1.0]], [[10.0, 5.0]], [[1.0]])
    ids = ("a", "b")
    assert [data_range(ids, id, data) for id in ids] == [(2.0, 10.0), (5.0, 5.0)]
    assert data_range(("a",), "a", data) == data_range(ids, "b", None) == (0.0, 1.0)
    found = Plane.over(ids, None, data)
    assert found is not None and (found.x, found.y, found.resolution) == ("a", "b", 64)
    assert found.x_range == pytest.approx((2 - 8 * 0.075, 10 + 8 * 0.075))
    assert found.y_range == pytest.approx((5 - 0.075, 5 + 0.075)), "one value has a width of one"
    assert plane().x_range == plane().y_range == pytest.approx((-0.35, 1.35))
    for axes, seen in ((("b", "a"), ("b", "a")), (("a", "a"), ("a", "b")), (("a", "c"), ("a", "b"))):
        found = Plane.over(ids, axes, data)
        assert found is not None and (found.x, found.y) == seen
    line = Plane.over(("a",), None, None)
    assert line is not None and (line.x, line.y, line.y_range, line.resolution) == ("a", None, (0.0, 1.0), 201)
    assert Plane.over((), None, None) is None
    assert line.values("x").tolist() == pytest.approx(np.linspace(-0.35, 1.35, 201).tolist())
    assert line.width == pytest.approx(1.7)


@pytest.mark.parametrize("axes", [("x", "y"), ("y", "x"), ("y", "z")])
def test_the_samples_of_a_plane_go_row_by_row_and_the_others_rest(axes: tuple[str, str]) -> None:
    """Each place of the grid once, from the lowest y, x rising."""
    ids = ("x", "y", "z")
    found = Plane.over(ids, axes, None)
    assert found is not None
    X = plane_samples(found, ids, np.array([7.0, 8.0, 9.0]))
    xs, ys = found.values("x").tolist(), found.values("y").tolist()
    rest = dict(zip(ids, (7.0, 8.0, 9.0), strict=True))
    assert X.tolist() == [[{**rest, axes[0]: x, axes[1]: y}[id] for id in ids] for y in ys for x in xs]
