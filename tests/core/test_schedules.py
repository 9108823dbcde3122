"""Every schedule, epoch by epoch, against its formula."""

import math

import numpy as np
import pytest

from nnsim.core.schedules import SCHEDULES

DEFAULTS = {"constant": {}, "step": {"epochs": 100.0, "factor": 0.5}, "exponential": {"factor": 0.99},
            "cosine": {"epochs": 100.0, "minimum": 0.0}}


def expected(name: str, eta: float, epoch: int, constants: tuple[float, ...]) -> float:
    """The rate, written down anew."""
    if name == "step":
        for _ in range(int(epoch // max(constants[0], 1))):
            eta *= constants[1]
    if name == "exponential":
        for _ in range(epoch):
            eta *= constants[0]
    if name == "cosine":
        length, least = max(constants[0], 1), constants[1]
        # cos φ = 1 − 2 sin² φ/2
        return least if epoch >= length else eta - (eta - least) * math.sin(math.pi * epoch / length / 2) ** 2
    return eta


@pytest.mark.parametrize("eta", [0.03, 2.0])
@pytest.mark.parametrize(("name", "constants"), [
    ("constant", ()), *(("step", (n, g)) for n in (0.0, 1.0, 3.0, 7.5, 100.0) for g in (0.5, 1.0, 0.1)),
    ("exponential", (0.99,)), ("exponential", (0.5,)), ("exponential", (1.0,)),
    *(("cosine", (n, least)) for n in (0.0, 1.0, 2.0, 10.0, 100.0) for least in (0.0, 0.01)),
])
def test_the_rate_of_every_epoch(name: str, constants: tuple[float, ...], eta: float) -> None:
    """From the first to long after the last that a schedule knows; a period below one epoch counts as one."""
    filled = np.array([*constants, 0.0, 0.0, 0.0, 0.0][:4])
    for epoch in (*range(25), 99, 100, 101, 199, 200, 500):
        rate = SCHEDULES[name].rate(eta, epoch, filled)
        assert rate == pytest.approx(expected(name, eta, epoch, constants), rel=1e-12, abs=1e-17)


def test_what_a_schedule_is_without_further_words() -> None:
    """The constants of a file that names none: no later version may change them."""
    assert {name: dict(entry.constants) for name, entry in SCHEDULES.items()} == DEFAULTS
