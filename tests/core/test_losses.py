"""Every loss against finite differences, and against numbers computed by hand or as PyTorch documents."""

import math

import numpy as np
import pytest

from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES, Loss, softmax

EVERY = pytest.mark.parametrize("entry", LOSSES.values(), ids=LOSSES)


def samples(entry: Loss, outputs: int, seed: int = 0) -> tuple[Array, Array]:
    """Outputs and targets that suit the loss, apart from each other."""
    rng = np.random.default_rng(seed)
    o = rng.normal(size=(6, outputs))
    t = rng.normal(size=(6, outputs))
    if entry.domain is not None:
        low, high = entry.domain
        o, t = rng.uniform(low + 0.1, high - 0.1, o.shape), rng.uniform(low, high, t.shape)
    assert np.abs(o - t).min() > 1e-4
    return o, t


@EVERY
@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_gradient_agrees_with_central_differences(entry: Loss, outputs: int) -> None:
    """The derivative of each sample's own loss by each output; other samples' losses do not move."""
    o, t = samples(entry, outputs)
    h = 1e-6
    gradient = entry.gradient(o, t)
    assert gradient.shape == o.shape
    for column in range(outputs):
        nudge = np.zeros_like(o)
        nudge[:, column] = h
        difference = (entry.per_sample(o + nudge, t) - entry.per_sample(o - nudge, t)) / (2 * h)
        np.testing.assert_allclose(gradient[:, column], difference, rtol=1e-7, atol=1e-8)


@EVERY
def test_value_is_the_mean_over_the_samples(entry: Loss) -> None:
    """Not the sum: twice the same samples have the same loss."""
    o, t = samples(entry, 3)
    each = [entry.value(o[i : i + 1], t[i : i + 1]) for i in range(len(o))]
    assert entry.value(o, t) == pytest.approx(math.fsum(each) / len(each), rel=1e-14)
    assert entry.value(np.tile(o, (2, 1)), np.tile(t, (2, 1))) == pytest.approx(entry.value(o, t), rel=1e-14)


OUTPUTS = [[0.75, 0.25], [0.9, 0.5]]
TARGETS = [[1.0, 0.0], [0.0, 1.0]]
BY_HAND = {
    # two samples of two outputs; the mean of both samples
    "half_squared_error": (0.5 * (0.0625 + 0.0625) + 0.5 * (0.81 + 0.25)) / 2,
    "mean_squared_error": ((0.0625 + 0.0625) / 2 + (0.81 + 0.25) / 2) / 2,
    "mean_absolute_error": ((0.25 + 0.25) / 2 + (0.9 + 0.5) / 2) / 2,
    # −ln 0.75 −ln 0.75, −ln 0.1 −ln 0.5
    "binary_cross_entropy": (2 * 0.28768207245178090 + 2.3025850929940455 + 0.69314718055994529) / 4,
    # ln(1 + e^−0.5), ln(1 + e^0.4)
    "softmax_cross_entropy": (0.47407698418010663 + 0.91301525239995256) / 2,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values_by_hand(name: str) -> None:
    """Small cases worked out with pencil and logarithms."""
    assert LOSSES[name].value(np.array(OUTPUTS), np.array(TARGETS)) == pytest.approx(BY_HAND[name], rel=1e-14)


GRADIENT_BY_HAND = {
    "half_squared_error": [[-0.25, 0.25], [0.9, -0.5]],
    "mean_squared_error": [[-0.25, 0.25], [0.9, -0.5]],
    "mean_absolute_error": [[-0.5, 0.5], [0.5, -0.5]],
    # (o−t) / (o(1−o)) / 2
    "binary_cross_entropy": [[-2 / 3, 2 / 3], [5.0, -1.0]],
    # softmax − t; softmax(0.75, 0.25) = (1/(1+e^−0.5), …), softmax(0.9, 0.5) = (1/(1+e^−0.4), …)
    "softmax_cross_entropy": [
        [-0.37754066879814541, 0.37754066879814541], [0.59868766011245200, -0.59868766011245200]
    ],
}


@pytest.mark.parametrize("name", GRADIENT_BY_HAND)
def test_gradients_by_hand(name: str) -> None:
    """Small cases worked out likewise."""
    found = LOSSES[name].gradient(np.array(OUTPUTS), np.array(TARGETS))
    np.testing.assert_allclose(found, GRADIENT_BY_HAND[name], rtol=1e-14)


def test_the_lecture_s_loss() -> None:
    """Section 4: ½(0.01 − 0.751365070)² + ½(0.99 − 0.772928465)² = 0.298371109."""
    o, t = np.array([[0.751365070, 0.772928465]]), np.array([[0.01, 0.99]])
    assert LOSSES["half_squared_error"].value(o, t) == pytest.approx(0.298371109, abs=5e-10)
    assert LOSSES["half_squared_error"].gradient(o, t)[0, 0] == pytest.approx(0.741365070, abs=1e-12)


@pytest.mark.parametrize(
    ("o", "t", "value"),
    [
        (0.0, 1.0, 100.0),  # PyTorch: the logarithm is never below −100
        (1.0, 0.0, 100.0),
        (0.0, 0.0, 0.0),
        (1.0, 1.0, 0.0),
        (0.0, 0.5, 50.0),
        (1.0, 0.25, 75.0),
        (1e-50, 1.0, 100.0),  # ln 1e-50 = −115.1
        (1e-40, 1.0, 92.103403719761827),
    ],
)
def test_binary_cross_entropy_is_clamped_as_in_pytorch(o: float, t: float, value: float) -> None:
    """A certain miss costs 100, not infinity, and its gradient is finite: (o−t) / max(o(1−o), 1e-12)."""
    entry = LOSSES["binary_cross_entropy"]
    outputs, targets = np.array([[o]]), np.array([[t]])
    assert entry.value(outputs, targets) == pytest.approx(value, rel=1e-14)
    assert entry.gradient(outputs, targets)[0, 0] == pytest.approx((o - t) * 1e12, rel=1e-12)


def test_softmax_cross_entropy_of_one_class_out_of_three() -> None:
    """Logits 1, 2, 3, the second is right: −ln(e² / (e + e² + e³)) = ln(1 + e + e^−1) = 1.40760596444438."""
    o, t = np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 1.0, 0.0]])
    assert LOSSES["softmax_cross_entropy"].value(o, t) == pytest.approx(1.4076059644443801, rel=1e-14)
    expected = [[0.090030573170380462, 0.24472847105479764, 0.66524095577482178]]
    np.testing.assert_allclose(softmax(o), expected, rtol=1e-14)
    np.testing.assert_allclose(LOSSES["softmax_cross_entropy"].shown(o), expected, rtol=1e-14)


def test_softmax_cross_entropy_with_soft_targets() -> None:
    """Targets ¼, ¼, ½ on equal logits: ln 3. Targets that do not sum to 1 scale the gradient of softmax."""
    entry = LOSSES["softmax_cross_entropy"]
    o = np.zeros((1, 3))
    assert entry.value(o, np.array([[0.25, 0.25, 0.5]])) == pytest.approx(1.0986122886681098, rel=1e-14)
    scaled = entry.gradient(o, np.array([[1.0, 2.0, 0.0]]))
    np.testing.assert_allclose(scaled, [[0.0, -1.0, 1.0]], atol=1e-15)


def test_softmax_does_not_overflow() -> None:
    """Only differences count: ±1000 and ±1e308 neither warn nor become NaN."""
    entry = LOSSES["softmax_cross_entropy"]
    first = np.array([[1.0, 0.0]])
    for far in (1000.0, 1e308):
        o = np.array([[far, -far]])
        assert softmax(o).tolist() == [[1.0, 0.0]]
        assert entry.value(o, first) == 0.0
        assert entry.gradient(o, first).tolist() == [[0.0, 0.0]]
        assert entry.gradient(-o, first).tolist() == [[-1.0, 1.0]]
    assert entry.value(np.array([[-1000.0, 1000.0]]), first) == 2000.0
    near = softmax(np.array([[1e8, 1e8 + 1]]))
    np.testing.assert_allclose(near, [[0.2689414213699951, 0.7310585786300049]], rtol=1e-14)


def test_mean_absolute_error_has_slope_0_on_the_target() -> None:
    """At the corner the sign of 0 is 0, as in PyTorch."""
    gradient = LOSSES["mean_absolute_error"].gradient(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0]]))
    assert gradient.tolist() == [[0.0, 0.5]]


@EVERY
def test_loss_of_a_perfect_answer_is_0_and_never_minus_0(entry: Loss) -> None:
    """A learner should not read −0.0000."""
    t = np.array([[1.0, 0.0], [0.0, 1.0]])
    o = t if entry.name != "softmax_cross_entropy" else 2000.0 * t
    for value in (entry.value(o, t), *entry.per_sample(o, t), *entry.per_sample(o[:, :1], t[:, :1])):
        assert value == 0.0
        assert math.copysign(1.0, value) == 1.0


@EVERY
def test_no_loss_is_negative(entry: Loss) -> None:
    """For targets that are probabilities."""
    rng = np.random.default_rng(3)
    o, t = rng.uniform(0.001, 0.999, (50, 3)), rng.dirichlet(np.ones(3), 50)
    assert (entry.per_sample(o, t) >= 0.0).all()


@EVERY
def test_constant_answers_the_mean_of_the_targets(entry: Loss) -> None:
    """What it shows is the mean of the targets; where the mean is the best constant, the slope there is 0."""
    t = np.random.default_rng(1).dirichlet(np.ones(3), 40)
    constant = np.tile(entry.constant(t.mean(axis=0)), (40, 1))
    np.testing.assert_allclose(entry.shown(constant)[0], t.mean(axis=0), rtol=1e-12)
    if entry.name != "mean_absolute_error":  # there the median is the best
        np.testing.assert_allclose(entry.gradient(constant, t).mean(axis=0), 0.0, atol=1e-12)


@EVERY
def test_entries_are_complete_and_arrays_are_left_alone(entry: Loss) -> None:
    """Each has what menus and formulas show; outputs and targets are only read."""
    assert LOSSES[entry.name] is entry
    assert entry.label and entry.formula and entry.about
    o, t = samples(entry, 3)
    before = o.copy(), t.copy()
    entry.value(o, t)
    gradient = entry.gradient(o, t)
    gradient += 1.0
    assert np.array_equal(o, before[0]) and np.array_equal(t, before[1])


def test_registry_holds_what_the_design_lists() -> None:
    """The names that files and notebooks use, and the label the lecture's readers look for."""
    assert set(BY_HAND) <= set(LOSSES)
    assert LOSSES["half_squared_error"].label == "½ Σ(T−O)² (lecture)"


@EVERY
def test_a_loss_of_extreme_numbers_is_infinite_or_undefined_without_a_warning(entry: Loss) -> None:
    """Whoever asks: terms, loss, gradient and the constant that a loss compares with."""
    ends = [1e308, -1.7976931348623157e308, 1e155, 5e-324, -0.0, np.inf, -np.inf, np.nan]
    for a in ends:
        for b in ends[:5]:
            o, t = np.array([[a, 1.0], [b, a]]), np.array([[b, 0.0], [-b, 1.0]])
            assert entry.terms(o, t).shape == entry.gradient(o, t).shape == (2, 2)
            assert isinstance(entry.value(o, t), float)
            assert entry.shown(o).shape == (2, 2)
            assert entry.constant(np.array([b, -b])).shape == (2,)
