"""Generated data: truth tables by their definitions, point clouds by their geometry."""

from itertools import product

import numpy as np
import pytest

from nnsim.core.fields import forms
from nnsim.data.generators import (
    GENERATORS,
    BlobFields,
    BoardFields,
    GateFields,
    Generator,
    SampleFields,
    gate_named,
    truth_table,
)

EVERY = pytest.mark.parametrize("entry", GENERATORS.values(), ids=GENERATORS)
CLOUDS = pytest.mark.parametrize("name", [name for name, entry in GENERATORS.items() if not entry.is_gate])
TWO_CLASSES = ["circle", "spiral", "moons", "rings", "checkerboard"]

# The gates as they are defined in words, over Python's own booleans.
MEANING = {
    "and_gate": all,
    "or_gate": any,
    "not_gate": lambda row: not row[0],
    "nand_gate": lambda row: not all(row),
    "nor_gate": lambda row: not any(row),
    "xor_gate": lambda row: sum(row) % 2 == 1,
    "xnor_gate": lambda row: sum(row) % 2 == 0,
    "majority_gate": lambda row: sum(row) > len(row) / 2,
}


def test_a_truth_table_counts_up_with_the_first_input_most_significant() -> None:
    """The rows stand as in the lecture's tables: 0 0, 0 1, 1 0, 1 1."""
    assert truth_table(2).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    for n in range(1, 7):
        assert [tuple(row) for row in truth_table(n)] == list(product((0.0, 1.0), repeat=n))


@pytest.mark.parametrize("n", [0, -1, 21])
def test_a_truth_table_refuses_sizes_nobody_can_read(n: int) -> None:
    """Neither nothing nor a million rows."""
    with pytest.raises(ValueError, match="1 to 20"):
        truth_table(n)


def test_every_gate_says_what_its_name_means() -> None:
    """All gates, all numbers of inputs, all rows."""
    gates = {entry.name for entry in GENERATORS.values() if entry.is_gate}
    assert gates == set(MEANING)
    for name, meaning in MEANING.items():
        for n in [1] if name == "not_gate" else range(1, 7):
            X, T = GENERATORS[name].make(GENERATORS[name].fields(inputs=n))
            assert [tuple(row) for row in X] == list(product((0.0, 1.0), repeat=n))
            assert T[:, 0].tolist() == [float(meaning(tuple(map(bool, row)))) for row in X]


@EVERY
def test_what_is_promised_about_the_columns_holds(entry: Generator) -> None:
    """Column counts are known without making the data; all numbers are finite; the fields make a form."""
    settings = entry.fields()
    X, T = entry.make(settings)
    assert (X.shape[1], T.shape[1]) == entry.columns(settings) and len(X) == len(T)
    assert X.dtype == T.dtype == np.float64
    assert np.isfinite(X).all() and np.isfinite(T).all()
    assert forms(entry.fields) and entry.about.endswith(".")


@EVERY
def test_the_same_fields_give_the_same_data_whatever_the_global_state(entry: Generator) -> None:
    """Nothing but the fields decides: no global random state."""
    first = entry.make(entry.fields())
    np.random.default_rng().normal(size=3)
    again = entry.make(entry.fields())
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])


@CLOUDS
def test_another_seed_gives_other_points(name: str) -> None:
    """A seed is not ignored, neither for the points nor, in the spiral, for their order."""
    make, fields = GENERATORS[name].make, GENERATORS[name].fields
    assert not np.array_equal(make(fields(seed=0))[0], make(fields(seed=1))[0])


@CLOUDS
@pytest.mark.parametrize("samples", [4, 5, 251])
def test_as_many_samples_as_asked_for(name: str, samples: int) -> None:
    """Odd numbers too; the classes differ by one at most."""
    X, T = GENERATORS[name].make(GENERATORS[name].fields(samples=samples, noise=0.1))
    assert len(X) == len(T) == samples
    if name in TWO_CLASSES:
        assert abs(T.sum()) <= 1 and set(T[:, 0]) == {-1.0, 1.0}
    elif name == "blobs":
        assert np.ptp(T.sum(axis=0)) <= 1


def test_the_circle_is_a_disk_in_a_ring() -> None:
    """Radii as in TensorFlow Playground: up to 2.5 inside, 3.5 to 5 outside."""
    X, T = GENERATORS["circle"].make(SampleFields(samples=2000))
    radius = np.hypot(X[:, 0], X[:, 1])
    assert radius[T[:, 0] == 1].max() <= 2.5
    assert radius[T[:, 0] == -1].min() >= 3.5 and radius.max() <= 5.0
    # All around, not on a half of it.
    assert {(a, b) for a, b in zip(X[:, 0] > 0, X[:, 1] > 0, strict=True)} == set(product((True, False), repeat=2))


def test_the_spirals_are_each_other_turned_by_half() -> None:
    """Without noise the points of one class are the other's negatives; both lie on r = 5·t, angle 3.5π·t."""
    X, T = GENERATORS["spiral"].make(SampleFields(samples=200))
    one, other = X[T[:, 0] == 1], X[T[:, 0] == -1]
    assert np.allclose(sorted(map(tuple, np.round(one, 9) + 0.0)), sorted(map(tuple, -np.round(other, 9) + 0.0)))
    radius = np.hypot(one[:, 0], one[:, 1])
    angle = 3.5 * np.pi * radius / 5.0
    assert np.allclose(one, radius[:, None] * np.column_stack([np.sin(angle), np.cos(angle)]))


def test_the_sine_is_one_wave_and_noise_goes_to_its_targets() -> None:
    """t = sin(x) exactly without noise; with it, off by about as much."""
    X, T = GENERATORS["sine"].make(SampleFields())
    assert np.array_equal(T, np.sin(X)) and np.abs(X).max() <= np.pi and np.ptp(X) > 6
    X, T = GENERATORS["sine"].make(SampleFields(samples=5000, noise=0.1))
    assert np.std(T - np.sin(X)) == pytest.approx(0.1, rel=0.05)


def test_the_moons_are_half_circles_that_reach_into_each_other() -> None:
    """Without noise each point lies on its own: radius 3, the arch about (−1.5, −0.75), the bowl about (1.5, 0.75)."""
    X, T = GENERATORS["moons"].make(SampleFields(samples=2000))
    for target, side in ((1.0, 1.0), (-1.0, -1.0)):
        own = X[T[:, 0] == target] - side * np.array([-1.5, -0.75])
        assert np.allclose(np.hypot(*own.T), 3.0)
        assert (side * own[:, 1] >= -1e-12).all() and np.ptp(own[:, 0]) > 5.9
    # The bowl's rim stands inside the arch, so that no straight line parts them.
    assert (X[T[:, 0] == -1][:, 1].max() > X[T[:, 0] == 1][:, 1].min())


@pytest.mark.parametrize("classes", [2, 3, 5, 8])
def test_each_blob_is_a_round_cloud_with_its_own_target(classes: int) -> None:
    """The middles stand evenly around the origin, 3.2 away; two share one target, more have one each."""
    X, T = GENERATORS["blobs"].make(BlobFields(samples=20_000, classes=classes))
    owners = np.where(T[:, 0] > 0, 0, 1) if classes == 2 else T.argmax(axis=1)
    assert set(T[:, 0]) == ({1.0, -1.0} if classes == 2 else {1.0, 0.0})
    assert classes == 2 or (T.sum(axis=1) == 1).all()
    for k in range(classes):
        angle = 2 * np.pi * k / classes
        cloud = X[owners == k] - 3.2 * np.array([np.cos(angle), np.sin(angle)])
        assert np.abs(cloud.mean(axis=0)).max() < 0.1
        assert cloud.std(axis=0) == pytest.approx([0.8, 0.8], rel=0.05)


@pytest.mark.parametrize("classes", [2, 3, 4, 5, 8])
def test_the_blobs_stand_evenly_on_a_circle_in_the_order_of_their_classes(classes: int) -> None:
    """The first to the right; from each to the next, counter-clockwise, the same angle."""
    X, T = GENERATORS["blobs"].make(BlobFields(samples=20_000, classes=classes))
    of_class = [T[:, 0] == 1, T[:, 0] == -1] if classes == 2 else [T[:, k] == 1 for k in range(classes)]
    assert GENERATORS["blobs"].columns(BlobFields(classes=classes)) == (X.shape[1], T.shape[1])
    middles = np.array([X[rows].mean(axis=0) for rows in of_class])
    turns = 2 * np.pi * np.arange(classes) / classes
    assert middles == pytest.approx(3.2 * np.column_stack([np.cos(turns), np.sin(turns)]), abs=0.1)


def test_noise_widens_the_blobs_too() -> None:
    """Its variance is added to theirs."""
    clean = GENERATORS["blobs"].make(BlobFields(samples=20_000))[0]
    noisy = GENERATORS["blobs"].make(BlobFields(samples=20_000, noise=0.6))[0]
    assert np.std(noisy) ** 2 - np.std(clean) ** 2 == pytest.approx(0.36, rel=0.1)


@pytest.mark.parametrize("name", ["circle", "rings"])
def test_round_data_go_all_around(name: str) -> None:
    """No direction is left out: the widest gap among thousands of points is narrow."""
    X, _ = GENERATORS[name].make(SampleFields(samples=4000))
    angles = np.sort(np.arctan2(X[:, 1], X[:, 0]))
    assert np.diff([*angles, angles[0] + 2 * np.pi]).max() < 0.05


def test_the_rings_alternate() -> None:
    """+1 up to radius 1, −1 from 2 to 3, +1 from 4 to 5, all around; a quarter of the +1 in the middle."""
    X, T = GENERATORS["rings"].make(SampleFields(samples=2000))
    radius = np.hypot(*X.T)
    ring, positive = radius[T[:, 0] == -1], radius[T[:, 0] == 1]
    assert ring.min() >= 2 and ring.max() <= 3
    assert ((positive <= 1) | ((positive >= 4) & (positive <= 5))).all()
    assert (positive <= 1).sum() == 250
    assert {(a, b) for a, b in zip(X[:, 0] > 0, X[:, 1] > 0, strict=True)} == set(product((True, False), repeat=2))


@pytest.mark.parametrize("squares", [2, 3, 4, 8])
def test_the_board_alternates_in_both_directions(squares: int) -> None:
    """Every sample has the colour of its square, the lower left one +1; every square has some."""
    X, T = GENERATORS["checkerboard"].make(BoardFields(samples=4000, squares=squares))
    assert np.abs(X).max() <= 5
    place = np.floor((X + 5) / 10 * squares).astype(int)
    assert np.array_equal(T[:, 0], np.where(place.sum(axis=1) % 2 == 0, 1.0, -1.0))
    assert len(set(map(tuple, place))) == squares**2


@pytest.mark.parametrize("name", TWO_CLASSES)
def test_noise_moves_points_by_its_standard_deviation(name: str) -> None:
    """The help of the field says so."""
    make, fields = GENERATORS[name].make, GENERATORS[name].fields
    clean, noisy = make(fields(samples=20_000))[0], make(fields(samples=20_000, noise=0.5))[0]
    assert np.std(noisy) ** 2 - np.std(clean) ** 2 == pytest.approx(0.25, rel=0.2)


@CLOUDS
def test_neighbours_in_the_data_are_of_mixed_classes(name: str) -> None:
    """Taken as given, an epoch does not see all of one class first."""
    T = GENERATORS[name].make(GENERATORS[name].fields(samples=200))[1][:, 0] > 0
    assert 60 < (T[1:] != T[:-1]).sum() < 140


def test_gate_named_recognises_every_gate() -> None:
    """From the column alone; where two gates agree, as majority and AND of two inputs, the first is named."""
    for entry in GENERATORS.values():
        if entry.is_gate:
            for n in [1] if entry.name == "not_gate" else [2, 3, 4, 5, 6]:
                column = entry.make(entry.fields(inputs=n))[1][:, 0]
                named = gate_named(column, n)
                assert named is not None
                assert np.array_equal(GENERATORS[named].make(GENERATORS[named].fields(inputs=n))[1][:, 0], column)
                if entry.name != "majority_gate" or n > 2:
                    assert named == entry.name
    assert gate_named([1, 0], 1) == "not_gate"


@pytest.mark.parametrize("column, inputs", [
    ([0, 0, 0, 0], 2), ([0, 1], 2), ([0, 0.5, 0.5, 1], 2), ([], 0), ([0] * 128, 7), ([1, 0, 1, 1], 2),
])
def test_gate_named_says_none_for_what_is_no_gate(column: list[float], inputs: int) -> None:
    """A constant, a column of the wrong length, values between, an implication."""
    assert gate_named(column, inputs) is None


@pytest.mark.parametrize("kind, wrong, name", [
    (GateFields, {"inputs": 0}, "inputs"), (GateFields, {"inputs": 7}, "inputs"),
    (GateFields, {"inputs": 1.5}, "inputs"),
    (SampleFields, {"samples": 3}, "samples"), (SampleFields, {"samples": 10**9}, "samples"),
    (SampleFields, {"noise": -1.0}, "noise"), (SampleFields, {"noise": float("nan")}, "noise"),
    (SampleFields, {"seed": -1}, "seed"), (SampleFields, {"test_share": 0.95}, "test_share"),
    (BlobFields, {"classes": 1}, "classes"), (BoardFields, {"squares": 9}, "squares"),
    (SampleFields, {"seed": "0"}, "seed"), (SampleFields, {"samples": True}, "samples"),
])
def test_a_wrong_field_is_named(kind: type, wrong: dict[str, object], name: str) -> None:
    """Out of bounds or of the wrong type."""
    with pytest.raises(ValueError, match=f"^{name} is "):
        kind(**wrong)


def test_whole_numbers_are_whole() -> None:
    """250.0 samples are 250, so that equal settings are saved equally."""
    fields = SampleFields(samples=250.0)  # type: ignore[arg-type]
    assert fields == SampleFields() and isinstance(fields.samples, int)
