"""Optimizers: one step of each rule. Whole trajectories: tests/training/test_trajectories.py."""

import numpy as np
import pytest

from nnsim.core.optimizers import OPTIMIZERS, Optimizer

EVERY = pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=OPTIMIZERS)


def constants(entry: Optimizer) -> np.ndarray:
    """The defaults, filled up to four as the engines do."""
    return np.array([*entry.constants.values(), 0.0, 0.0, 0.0, 0.0][:4])


def test_sgd_goes_down_the_slope() -> None:
    """w′ = w − η ∂L/∂w: the lecture's w5, 0.40 − 0.5 · 0.082167041 = 0.358916480."""
    nothing = np.zeros(1)
    w, _, _ = OPTIMIZERS["sgd"].step(
        np.array([0.082167041]), np.array([0.40]), nothing, nothing, 1, 0.5, np.zeros(4)
    )
    assert w.tolist() == [pytest.approx(0.358916480, abs=5.1e-10)]


def test_adam_s_first_step_is_the_rate() -> None:
    """Kingma & Ba 2015, section 2.1: whatever the gradient's size, the first step is about η, against its sign."""
    zeros = np.zeros(3)
    g = np.array([1e-3, -5.0, 200.0])
    w, r, s = OPTIMIZERS["adam"].step(g, zeros, zeros, zeros, 1, 0.1, constants(OPTIMIZERS["adam"]))
    assert w == pytest.approx([-0.1, 0.1, -0.1], rel=2e-5)
    assert r == pytest.approx(0.1 * g) and s == pytest.approx(0.001 * g * g)


@EVERY
def test_a_step_gives_new_arrays(entry: Optimizer) -> None:
    """Parameters and gradient are left as they were: a snapshot may hold them."""
    w, g = np.array([1.0, -2.0, 0.0]), np.array([0.5, 0.25, 0.0])
    before = w.copy(), g.copy()
    stepped, _, _ = entry.step(g, w, np.zeros(3), np.zeros(3), 1, 0.1, constants(entry))
    assert np.array_equal(w, before[0]) and np.array_equal(g, before[1])
    assert not np.shares_memory(stepped, w)
    assert stepped.shape == (3,)


@EVERY
def test_it_uses_the_memory_that_it_names(entry: Optimizer) -> None:
    """What is not named stays as it is, so an engine need not keep it."""
    kept = [np.zeros(2), np.zeros(2)]
    _, *memory = entry.step(np.ones(2), np.ones(2), *kept, 1, 0.1, constants(entry))
    changed = [bool((after != before).any()) for after, before in zip(memory, kept, strict=True)]
    assert changed == [len(entry.memory) > 0, len(entry.memory) > 1]


@EVERY
def test_steps_make_a_bowl_s_loss_smaller(entry: Optimizer) -> None:
    """On ½|w|², whose gradient is w, some hundred steps lead near to 0."""
    w, r, s = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for t in range(1, 301):
        w, r, s = entry.step(w.copy(), w, r, s, t, 0.05, constants(entry))
    assert np.abs(w).max() < 1.0


@EVERY
def test_entries_are_complete(entry: Optimizer) -> None:
    """Each has what menus and the formula view show, and no more constants than engines take."""
    assert OPTIMIZERS[entry.name] is entry
    assert entry.label and entry.formula and entry.about
    assert len(entry.constants) <= 4 and len(entry.memory) <= 2
