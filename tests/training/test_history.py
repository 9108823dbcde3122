"""Loss curves stay bounded and true."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsim.training.history import CAPACITY, Curve


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=40), st.integers(4, 33))
def test_merged_points_bound_and_average_their_epochs(pieces: list[int], capacity: int) -> None:
    """However values arrive: at most capacity + 1 points, the first is epoch 0, and low ≤ mean ≤ high."""
    values = np.random.default_rng(sum(pieces)).normal(size=sum(pieces))
    curve, at = Curve(capacity), 0
    for piece in pieces:
        curve.extend(values[at : at + piece])
        at += piece
    points = curve.points()
    assert len(points.mean) == len(curve) <= capacity + 1
    assert points.epoch[0] == 0 and points.mean[0] == values[0]
    assert points.epoch[-1] == len(values) - 1
    assert (np.diff(points.epoch) > 0).all()
    assert (points.low <= points.mean + 1e-12).all() and (points.mean <= points.high + 1e-12).all()
    assert points.low.min() >= values.min() and points.high.max() <= values.max()


def test_below_capacity_every_value_is_kept() -> None:
    """Nothing merges while there is room."""
    curve = Curve(100)
    curve.extend(np.arange(100.0) + 1)
    assert curve.points().mean.tolist() == (np.arange(100.0) + 1).tolist()


def test_means_are_exact_over_whole_strides() -> None:
    """Five points of capacity and a sixth value: neighbours after the first merge."""
    curve = Curve(5)
    curve.extend([9.0, 1.0, 3.0, 5.0, 7.0, 11.0])
    points = curve.points()
    assert points.mean.tolist() == [9.0, 2.0, 6.0, 11.0]
    assert points.low.tolist() == [9.0, 1.0, 5.0, 11.0]
    assert points.high.tolist() == [9.0, 3.0, 7.0, 11.0]


@pytest.mark.parametrize(("changes", "said"), [
    ({"capacity": 3.0}, "cannot have the capacity 3 "), ({"capacity": CAPACITY + 1.0}, "the capacity 65537"),
    ({"capacity": 4.0}, "5 points and 0 more epochs cannot have the capacity 4"), ({"stride": 0.0}, "0 epochs a point"),
    ({"stride": 2.0}, "cannot have 5 epochs"), ({"epochs": 6.0}, "cannot have 6 epochs"),
    ({"pending": np.ones(1), "epochs": 6.0}, "1 more epochs"), ({"pending": np.ones((1, 1))}, "shapes"),
    ({"rows": np.ones((4, 5))}, "do not follow each other"), ({"epochs": -1.0}, "cannot have capacity"),
    ({"pending": np.ones(0, dtype=np.int64)}, "numbers with a point"),
])
def test_a_damaged_state_is_refused_in_words(changes: dict[str, Any], said: str) -> None:
    """Each part that does not fit the others."""
    curve = Curve(8)
    curve.extend(np.arange(5.0))
    state = curve.state()
    counts = dict(zip(("capacity", "stride", "epochs"), state["counts"], strict=True))
    arrays = {key: value for key, value in changes.items() if key in state}
    numbers = counts | {key: value for key, value in changes.items() if key in counts}
    Curve.restored(state)
    with pytest.raises(ValueError, match=said):
        Curve.restored({**state, **arrays, "counts": np.array(list(numbers.values()))})


def test_earlier_views_never_change() -> None:
    """Points handed to another thread stay as they were while the curve grows and merges."""
    curve = Curve(8)
    curve.extend([1.0, 2.0, 3.0])
    view = curve.points()
    before = [view.epoch.copy(), view.mean.copy()]
    with pytest.raises(ValueError, match="read-only"):
        view.mean[0] = 7.0
    curve.extend(np.arange(100.0))
    assert np.array_equal(view.epoch, before[0]) and np.array_equal(view.mean, before[1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=12), st.integers(4, 30))
def test_a_curve_comes_back_from_its_state(pieces: list[int], capacity: int) -> None:
    """However far it is merged; what is read must not be taken for damaged."""
    curve = Curve(capacity)
    for piece in pieces:
        curve.extend(np.arange(piece, dtype=float))
    again = Curve.restored(curve.state())
    again.extend([1.0, 2.0])
    curve.extend([1.0, 2.0])
    assert all(np.array_equal(a, b) for a, b in zip(again.state().values(), curve.state().values(), strict=True))
