"""Learning-rate schedules: how the rate changes from epoch to epoch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import cos, floor, pi
from types import MappingProxyType

from nnsim.core.arrays import Array


@dataclass(frozen=True)
class Schedule:
    """A rate for each epoch 0, 1, 2 …: ``rate(eta, epoch, c)``, c the values of ``constants`` in their order.

    Scalar and compilable.
    """

    name: str
    label: str
    formula: str
    about: str
    rate: Callable[[float, float, Array], float]
    constants: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def _constant(eta, epoch, c):  # type: ignore[no-untyped-def]
    return eta * 1.0


def _step(eta, epoch, c):  # type: ignore[no-untyped-def]
    """η·γ^⌊e/n⌋, as torch.optim.lr_scheduler.StepLR. n below 1 counts as 1."""
    return eta * c[1] ** floor(epoch / max(c[0], 1.0))


def _exponential(eta, epoch, c):  # type: ignore[no-untyped-def]
    """η·γ^e, as torch.optim.lr_scheduler.ExponentialLR."""
    return eta * c[0] ** epoch


def _cosine(eta, epoch, c):  # type: ignore[no-untyped-def]
    """η_min + ½(η − η_min)(1 + cos(πe/n)), then η_min. Loshchilov & Hutter 2017, as torch's CosineAnnealingLR."""
    return c[1] + 0.5 * (eta - c[1]) * (1.0 + cos(pi * min(epoch / max(c[0], 1.0), 1.0)))


_ENTRIES = (
    Schedule("constant", "Constant", r"\eta_e = \eta", "The same rate all the time.", _constant),
    Schedule("step", "Steps", r"\eta_e = \eta\,\gamma^{\lfloor e/n \rfloor}",
             "The rate is multiplied by a factor every so many epochs.", _step,
             MappingProxyType({"epochs": 100.0, "factor": 0.5})),
    Schedule("exponential", "Exponential", r"\eta_e = \eta\,\gamma^{e}",
             "The rate is multiplied by a factor after every epoch.", _exponential,
             MappingProxyType({"factor": 0.99})),
    Schedule("cosine", "Cosine",
             r"\eta_e = \eta_{\min} + \frac{1}{2}(\eta-\eta_{\min})\left(1+\cos\frac{\pi e}{n}\right)",
             "Half a wave from the rate down to the minimum, where it stays.", _cosine,
             MappingProxyType({"epochs": 100.0, "minimum": 0.0})),
)

SCHEDULES: dict[str, Schedule] = {entry.name: entry for entry in _ENTRIES}
"""Every schedule by name."""
