"""Optimizers: one step of each rule."""

from __future__ import annotations

import numpy as np
import pytest

from nnsim.core.optimizers import OPTIMIZERS, Optimizer

EVERY = pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=OPTIMIZERS)


def test_sgd_goes_down_the_slope() -> None:
    """w′ = w − η ∂L/∂w: the lecture's w5, 0.40 − 0.5 · 0.082167041 = 0.358916480."""
    w, state = OPTIMIZERS["sgd"].step(np.array([0.082167041]), np.array([0.40]), (), 0.5, {})
    assert w.tolist() == [pytest.approx(0.358916480, abs=5.1e-10)]
    assert state == ()


@EVERY
def test_a_step_gives_new_arrays(entry: Optimizer) -> None:
    """Parameters and gradient are left as they were: a snapshot may hold them."""
    w, g = np.array([1.0, -2.0, 0.0]), np.array([0.5, 0.25, 0.0])
    before = w.copy(), g.copy()
    stepped, _ = entry.step(g, w, entry.start(3), 0.1, entry.constants)
    assert np.array_equal(w, before[0]) and np.array_equal(g, before[1])
    assert not np.shares_memory(stepped, w)
    assert stepped.shape == (3,)


@EVERY
def test_steps_make_a_bowl_s_loss_smaller(entry: Optimizer) -> None:
    """On ½|w|², whose gradient is w, some hundred steps lead near to 0."""
    w, state = np.array([1.0, -2.0]), entry.start(2)
    for _ in range(300):
        w, state = entry.step(w.copy(), w, state, 0.05, entry.constants)
    assert np.abs(w).max() < 1.0


@EVERY
def test_entries_are_complete(entry: Optimizer) -> None:
    """Each has what menus and the formula view show."""
    assert OPTIMIZERS[entry.name] is entry
    assert entry.label and entry.formula and entry.about
