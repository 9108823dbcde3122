"""Could one neuron do it? Every answer is checked here again, with fractions, from its definition."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from nnsim.core.analysis import exact, separability
from nnsim.core.analysis.separability import Separation, classes_of, parts, separate


def table(inputs: int) -> np.ndarray:
    """All rows of a truth table."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=inputs)))


def checked(X: ArrayLike, t: ArrayLike) -> Separation:
    """The answer for the data, proved here independently: one dot product at a time, in fractions."""
    answer = separate(X, t)
    points, targets = np.asarray(X, dtype=np.float64), np.asarray(t)
    high = targets == targets.max()
    rows = [[Fraction(v) for v in row] for row in points.tolist()]
    if answer.verdict == "yes":
        for row, one in zip(rows, high, strict=True):
            total = sum((w * x for w, x in zip(answer.weights, row, strict=True)), Fraction(0))
            assert (total >= answer.threshold) == one
    elif answer.verdict == "no":
        meeting = answer.meeting
        assert meeting is not None
        for chosen, shares, one in ((meeting.zeros, meeting.zero_shares, False),
                                    (meeting.ones, meeting.one_shares, True)):
            assert chosen
            assert all(high[i] == one for i in chosen)
            assert all(share > 0 for share in shares)
            assert sum(shares) == 1
            for j in range(points.shape[1]):
                mean = sum((share * rows[i][j] for i, share in zip(chosen, shares, strict=True)), Fraction(0))
                assert mean == meeting.point[j]
        assert len(meeting.zeros) + len(meeting.ones) <= points.shape[1] + 2
    return answer


def numbers(answer: Separation) -> tuple[list[float], float]:
    """Weights and threshold as floats."""
    return [float(w) for w in answer.weights], float(answer.threshold)


def two_curves(n: int, apart: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles with noise, one ``apart`` above the other; at 0 they reach into each other."""
    rng = np.random.default_rng(seed)
    a = rng.uniform(0, np.pi, n // 2)
    upper, lower = np.c_[np.cos(a), np.sin(a) + apart], np.c_[1 - np.cos(a), -np.sin(a)]
    return np.r_[upper, lower] + rng.normal(0, 0.1, (n, 2)), np.r_[np.ones(n // 2), np.zeros(n // 2)]


def test_of_the_16_gates_of_two_inputs_only_xor_and_xnor_are_out_of_reach() -> None:
    """All 16 truth tables are decided with a proof each, and exactly the two known ones have no line."""
    without = {t for t in itertools.product((0, 1), repeat=4)
               if len(set(t)) > 1 and checked(table(2), t).verdict != "yes"}
    assert without == {(0, 1, 1, 0), (1, 0, 0, 1)}
    for t in (0, 1):
        assert separate(table(2), np.full(4, bool(t))).verdict == "yes"


def test_of_the_256_tables_of_three_inputs_104_can_be_done() -> None:
    """As many as there are threshold functions of three variables; the rest is proved impossible."""
    tables = [np.array(t, dtype=bool) for t in itertools.product((0, 1), repeat=8)]
    verdicts = [checked(table(3), t).verdict if t.any() and not t.all() else separate(table(3), t).verdict
                for t in tables]
    assert verdicts.count("yes") == 104
    assert verdicts.count("no") == 152


@pytest.mark.parametrize(
    ("t", "weights", "threshold"),
    [
        ((0, 0, 0, 1), [1, 1], 1.5),
        ((0, 1, 1, 1), [1, 1], 0.5),
        ((1, 1, 1, 0), [-1, -1], -1.5),
        ((0, 0, 1, 1), [1, 0], 0.5),
    ],
)
def test_gates_get_the_line_one_would_draw(t: tuple[int, ...], weights: list[float], threshold: float) -> None:
    """The line of a gate lies in the middle of the gap, with the numbers a lecture would write."""
    assert numbers(checked(table(2), t)) == (weights, threshold)


def test_a_gate_of_unequal_inputs_gets_whole_weights() -> None:
    """x0 and (x1 or x2) weighs x0 twice as much: small whole numbers, not thirds of a unit length."""
    X = table(3)
    t = (X[:, 0] == 1) & ((X[:, 1] == 1) | (X[:, 2] == 1))
    assert numbers(checked(X, t)) == ([2, 1, 1], 2.5)


def test_the_proof_for_xor_is_its_two_pairs() -> None:
    """(0,0) with (1,1) and (0,1) with (1,0) have the same middle (½, ½)."""
    meeting = checked(table(2), (0, 1, 1, 0)).meeting
    assert meeting is not None
    half = Fraction(1, 2)
    assert (meeting.zeros, meeting.ones) == ((0, 3), (1, 2))
    assert meeting.zero_shares == meeting.one_shares == meeting.point == (half, half)
    assert not meeting.is_contradiction


@pytest.mark.parametrize("inputs", [2, 3, 4, 5, 6])
def test_parity_is_out_of_reach_for_one_neuron(inputs: int) -> None:
    """Parity of any number of inputs is proved impossible; AND and OR of as many are possible."""
    X = table(inputs)
    assert checked(X, X.sum(axis=1) % 2).verdict == "no"
    assert checked(X, X.all(axis=1)).verdict == "yes"
    assert checked(X, X.any(axis=1)).verdict == "yes"


def test_and_of_64_inputs() -> None:
    """All weights are 1 and the threshold is 63.5: 64 ones fire, 63 do not."""
    rng = np.random.default_rng(0)
    X = np.r_[np.ones((1, 64)), 1 - np.eye(64), rng.integers(0, 2, (100, 64))]
    assert numbers(checked(X, X.all(axis=1))) == ([1.0] * 64, 63.5)


@pytest.mark.parametrize("inputs", [8, 64])
def test_many_inputs_without_a_line(inputs: int) -> None:
    """Labels by chance on many more points than inputs cannot be parted; the proof is exact for measured numbers."""
    rng = np.random.default_rng(inputs)
    assert checked(rng.normal(size=(5 * inputs, inputs)), rng.random(5 * inputs) > 0.5).verdict == "no"


def test_ten_thousand_points() -> None:
    """Two clouds far apart have a line between them, two that reach into each other have not."""
    apart = checked(*two_curves(10_000, 3.0))
    assert apart.verdict == "yes"
    assert float(apart.weights[1]) > 0
    assert checked(*two_curves(10_000, 0.0)).verdict == "no"


def test_a_single_stray_point_among_thousands_is_found() -> None:
    """One point of 10 000 on the wrong side is enough for a no, wherever it stands in the data."""
    X, t = two_curves(10_000, 3.0)
    X[7, 1] = -3.0
    assert checked(X, t).verdict == "no"


@pytest.mark.parametrize("seed", range(12))
def test_short_numbers_cost_no_more_of_the_gap_than_two_hundredths(seed: int) -> None:
    """Of clouds in any direction and at any distance from 0; the widest gap is found here by turning a ruler."""
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0, 2 * np.pi)
    away = np.array([np.cos(turn), np.sin(turn)])
    X = rng.uniform(-1, 1, (16, 2)) + np.where(np.arange(16) < 8, 1.6, -1.6)[:, None] * away
    # Two corners make both columns as wide, so that neither is scaled.
    X = np.r_[X, [[4.0, 4.0], [-4.0, -4.0]] if away.sum() > 0 else [[-4.0, -4.0], [4.0, 4.0]]] + rng.uniform(-9, 9, 2)
    t = np.r_[np.ones(8), np.zeros(8), 1.0, 0.0]

    def gap(along: np.ndarray) -> np.ndarray:
        sums = X @ along / np.linalg.norm(along, axis=0)
        return sums[t == 1].min(axis=0) - sums[t == 0].max(axis=0)

    angles = np.linspace(0, 2 * np.pi, 20_001)
    best = gap(np.stack([np.cos(angles), np.sin(angles)])).max()
    answer = checked(X, t)
    assert (answer.verdict == "yes") == (best > 0)
    if best > 0:
        assert gap(np.array(numbers(answer)[0])) >= 0.979 * best


def test_the_gap_is_as_wide_as_it_can_be() -> None:
    """Between two single points the line runs square to what joins them, not along an axis."""
    weights, threshold = numbers(checked([[0, 0], [4, 2]], [0, 1]))
    assert weights == [2, 1]
    assert threshold == 5


def test_equal_points_in_both_classes_are_named() -> None:
    """A point that is 0 in one row and 1 in another is itself the proof; the rows are named."""
    meeting = checked([[0, 0], [1, 1], [2, 0], [1, 1]], [0, 1, 1, 0]).meeting
    assert meeting is not None
    assert meeting.is_contradiction
    assert (meeting.zeros, meeting.ones, meeting.point) == ((3,), (1,), (1, 1))
    minus = separate([[0.0], [-0.0]], [0, 1]).meeting
    assert minus is not None
    assert minus.is_contradiction


def test_points_that_repeat_within_a_class_change_nothing() -> None:
    """Rows that say the same twice are one point."""
    X = np.repeat(table(2), 30, axis=0)
    assert numbers(checked(X, X.all(axis=1))) == ([1, 1], 1.5)


@pytest.mark.parametrize(
    ("x", "t", "verdict"),
    [
        ((1, 2, 3), (0, 0, 1), "yes"),
        ((1, 2, 3), (1, 0, 0), "yes"),
        ((1, 2, 3), (0, 1, 0), "no"),
        ((1, 2), (0, 1), "yes"),
        ((1, 2, 3, 4), (0, 1, 0, 1), "no"),
    ],
)
def test_points_on_a_line(x: tuple[int, ...], t: tuple[int, ...], verdict: str) -> None:
    """One input, and the same points laid on a slanted line of a plane, get the same verdict."""
    one = np.array(x, dtype=np.float64)[:, None]
    assert checked(one, t).verdict == verdict
    assert checked(np.c_[one, 3 * one + 1], t).verdict == verdict
    assert checked(np.c_[one, 0 * one + 0.1], t).verdict == verdict


def test_an_input_that_never_varies_gets_no_weight() -> None:
    """A constant column cannot help, so its weight is 0."""
    assert numbers(checked([[0, 7], [1, 7]], [0, 1])) == ([1, 0], 0.5)


@pytest.mark.parametrize("powers", list(itertools.permutations((-9, 0, 9))))
def test_scales_far_apart(powers: tuple[int, ...]) -> None:
    """Columns of size 1e−9, 1 and 1e9 in any order change no verdict."""
    rng = np.random.default_rng(3)
    X = rng.integers(-4, 5, size=(60, 3)).astype(np.float64)
    total = X @ [1, -2, 1]
    wide = X * 10.0 ** np.array(powers)
    assert checked(wide, total > 0.5).verdict == "yes"
    assert checked(wide, total % 2).verdict == "no"


@pytest.mark.parametrize(
    ("X", "t"),
    [
        ([[0.1 + 0.2], [0.3]], [1, 0]),
        ([[1e308], [-1e308]], [0, 1]),
        ([[5e-324], [0.0]], [1, 0]),
        ([[1, 1], [1, 1 + 2**-52], [0, 0], [1e300, 1e300]], [0, 1, 0, 0]),
        ([[1e15, 1e15 + 0.125], [1e15, 1e15]], [1, 0]),
        ([[1e308, 1e-308], [1e308, 2e-308]], [1, 0]),
    ],
)
def test_neighbouring_and_extreme_floats_are_told_apart(X: list[list[float]], t: list[int]) -> None:
    """Different floats are different, however near or large they are."""
    assert checked(X, t).verdict == "yes"


def test_a_triangle_touched_by_a_rounding_error() -> None:
    """A point on the edge of a triangle is a no; one bit outside it is a yes: floats alone could not tell."""
    corners = [[0.0, 0.0], [3.0, 3.0], [3.0, -5.0]]
    assert checked([*corners, [1.0, 1.0]], [0, 0, 0, 1]).verdict == "no"
    assert checked([*corners, [1.0, np.nextafter(1.0, 2.0)]], [0, 0, 0, 1]).verdict == "yes"
    assert checked([*corners, [1.0, np.nextafter(1.0, 0.0)]], [0, 0, 0, 1]).verdict == "no"


@given(st.integers(1, 4), st.data())
@settings(max_examples=150, deadline=None)
def test_random_data_is_always_decided_with_a_proof(inputs: int, data: st.DataObject) -> None:
    """Small whole points with many ties and repetitions on any scales: a line or a meeting, each checked."""
    value = st.integers(-3, 3)
    rows = data.draw(st.lists(st.tuples(*[value] * inputs), min_size=2, max_size=14))
    scales = data.draw(st.tuples(*[st.sampled_from([1e-9, 0.1, 1.0, 3e5, 1e9])] * inputs))
    t = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)).filter(lambda t: len(set(t)) == 2))
    answer = checked(np.array(rows) * np.array(scales), np.array(t))
    assert answer.verdict in ("yes", "no")


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2, st.booleans()), min_size=2, max_size=10))
@settings(max_examples=150, deadline=None)
def test_any_floats_are_decided_with_a_proof(rows: list[tuple[float, float, bool]]) -> None:
    """Floats of all kinds, as a search for trouble finds them: the same."""
    t = np.array([row[2] for row in rows])
    if t.any() and not t.all():
        assert checked([row[:2] for row in rows], t).verdict in ("yes", "no")


def test_one_class_is_parted_from_nothing() -> None:
    """With one class any line will do that has all points on its side."""
    for t, one in (([1, 1], True), ([0, 0], False), ([-1, -1], False), ([True, True], True)):
        answer = separate([[0.0], [5.0]], t)
        assert answer.verdict == "yes"
        assert (answer.threshold <= 0) == one
        assert list(answer.weights) == [0]


def test_a_failing_solver_is_made_up_for_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any help of the linear program the exact equations alone find the same verdicts."""
    monkeypatch.setattr(separability._Program, "solve", lambda self: None)
    assert checked(table(2), (0, 1, 1, 0)).verdict == "no"
    assert checked(table(2), (0, 0, 0, 1)).verdict == "yes"
    assert checked(*two_curves(200, 3.0)).verdict == "yes"
    assert checked(*two_curves(200, 0.0)).verdict == "no"


@pytest.mark.parametrize("seed", range(40))
def test_the_exact_equations_alone_decide_points_that_touch(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small whole points, where lines often run through points of the other class: a tie is not taken for a gap."""
    monkeypatch.setattr(separability._Program, "solve", lambda self: None)
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, size=(9, 2))
    t = X @ rng.integers(-2, 3, size=2) + 0.4 * (rng.random(9) > 0.8) > 0
    if t.any() and not t.all():
        assert checked(X, t).verdict != "unknown"


def test_what_takes_too_long_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time for exact equations and no solver there is no verdict, and a reason; so for too many numbers."""
    monkeypatch.setattr(separability._Program, "solve", lambda self: None)
    monkeypatch.setattr(exact, "MOST_WORK", 10)
    answer = separate(table(2), (0, 0, 0, 1))
    assert (answer.verdict, answer.weights, answer.meeting) == ("unknown", (), None)
    assert "too long" in answer.reason
    monkeypatch.setattr(separability, "MOST_NUMBERS", 5)
    answer = separate(table(2), (0, 0, 0, 1))
    assert answer.verdict == "unknown"
    assert "4 samples of 2 inputs" in answer.reason


def test_a_wrong_proof_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares that do not give equal means, were they ever found, are thrown away."""
    third = Fraction(1, 3)
    wrong = exact.Shares((0, 3), (third, 1 - third), (1, 2), (third, 1 - third))
    monkeypatch.setattr(separability, "decide", lambda *args: wrong)
    assert separate(table(2), (0, 1, 1, 0)).verdict == "unknown"


def test_parts_takes_the_numbers_as_they_are() -> None:
    """A sum that equals the threshold fires; one bit below it does not. 0.1 + 0.2 is more than 0.3."""
    assert parts([[0.0], [0.5]], [0, 1], [1.0], 0.5)
    assert not parts([[0.0], [0.5]], [0, 1], [1.0], float(np.nextafter(0.5, 1)))
    assert not parts([[0.0], [0.5]], [0, 1], [1.0], 0.0)
    assert parts([[0.1 + 0.2], [0.3]], [1, 0], [1.0], 0.1 + 0.2)
    assert not parts([[0.1 + 0.2], [0.3]], [1, 0], [1.0], 0.3)


def test_the_higher_of_two_values_is_class_1() -> None:
    """−1 and 1, 0 and 1, or any two values are classes; three are not."""
    assert classes_of([-1.0, 1.0]).tolist() == [False, True]  # type: ignore[union-attr]
    assert classes_of([7.0, 3.0]).tolist() == [True, False]  # type: ignore[union-attr]
    assert classes_of([True, True]).tolist() == [True, True]  # type: ignore[union-attr]
    assert classes_of([0.0, 0.5, 1.0]) is None


@pytest.mark.parametrize(
    ("X", "t", "says"),
    [
        ([[0.0], [1.0], [2.0]], [0, 1, 2], "two values"),
        ([[0.0], [np.nan]], [0, 1], "finite"),
        ([[0.0], [1.0]], [0, np.inf], "finite"),
        ([[0.0], [1.0]], [0, 1, 1], "shapes"),
        ([0.0, 1.0], [0, 1], "shapes"),
        (np.zeros((0, 2)), [], "shapes"),
        (np.zeros((2, 0)), [0, 1], "shapes"),
    ],
)
def test_what_is_no_data_is_refused(X: ArrayLike, t: ArrayLike, says: str) -> None:
    """Other shapes, more classes and NaN are refused with a word about which of it."""
    with pytest.raises(ValueError, match=says):
        separate(X, t)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """The solver keeps its banner to itself: standard output belongs to whoever uses the program."""
    separate(table(2), (0, 1, 1, 0))
    assert capfd.readouterr() == ("", "")
