"""What is said of a step, held against its numbers: whatever rises or falls does, as it is written."""

import itertools
import operator
import re

import numpy as np
import pytest

from nnsim.core.symbols import Symbol
from nnsim.gui.panels.gradient.step import Axis, Step, Words

NUMBER = r"([−\d.e∞]+)"
CLAIMS = (
    (rf"falls: {NUMBER} → {NUMBER}", operator.gt), (rf"rises: {NUMBER} → {NUMBER}", operator.lt),
    (rf"falls from {NUMBER} to {NUMBER}", operator.gt), (rf"rises from {NUMBER} to {NUMBER}", operator.lt),
)


def check(said: str) -> None:
    for claim, holds in CLAIMS:
        for found in re.finditer(claim, said):
            before, after = (float(number.replace("−", "-").rstrip(".")) for number in found.groups())
            assert holds(before, after), said


@pytest.mark.parametrize("digits", [3, 12])
def test_what_rises_or_falls_does(digits: int) -> None:
    """Of one weight and of two, with rates from 0 to far too large, at small and at large weights."""
    axes = tuple(Axis(name, Symbol(name, name), 1.0, False) for name in ("w1", "w2"))
    for at, slope, rate in itertools.product((0.0, 0.3, -7e9), (0.0, 1e-20, 0.2, -3.0), (0.0, 1e-18, 0.1, 1e3)):
        for two in (False, True):
            where, slopes = ((at, 1.0), (slope, slope / 2)) if two else ((at,), (slope,))
            after = tuple(a - rate * s for a, s in zip(where, slopes, strict=True))
            loss = 0.5 + sum(abs(s) for s in slopes)
            loss_after = loss - rate * sum(s * s for s in slopes) * (1 if rate < 1 else -1)
            step, words = Step(where, slopes, after, loss, loss_after), Words(axes[: len(where)], "η", rate, digits)
            losses = np.array([loss, loss_after, loss + 1.0])
            said = words.of_map(step, losses, False) if two else words.of_slice(step, losses, False)
            check(said)
            if after == where:
                assert any(text in said for text in ("too short", "stays where it is", "no step")), said
