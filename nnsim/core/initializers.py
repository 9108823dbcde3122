"""Initializers: how weights start, as functions of a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from nnsim.core.arrays import Array


@dataclass(frozen=True)
class Initializer:
    """A distribution of weights. ``draw(rng, fan_in, fan_out, count)`` gives so many, as if one after the other."""

    name: str
    label: str
    about: str
    draw: Callable[[np.random.Generator, int, int, int], Array]


_ENTRIES = (
    Initializer("zeros", "Zeros", "All 0: hidden neurons then stay alike, which shows why starts are random.",
                lambda rng, n, m, count: np.zeros(count)),
    Initializer("uniform", "Uniform [−1, 1]", "Every weight equally likely from −1 to 1.",
                lambda rng, n, m, count: rng.uniform(-1.0, 1.0, count)),
    Initializer("normal", "Normal (0, 1)", "The bell curve with standard deviation 1.",
                lambda rng, n, m, count: rng.normal(0.0, 1.0, count)),
    Initializer("glorot_uniform", "Glorot uniform",
                "Uniform within ±√(6/(in+out)): for sigmoid and tanh. Glorot & Bengio 2010.",
                lambda rng, n, m, count: rng.uniform(-1.0, 1.0, count) * sqrt(6.0 / (n + m))),
    Initializer("glorot_normal", "Glorot normal", "Normal with variance 2/(in+out). Glorot & Bengio 2010.",
                lambda rng, n, m, count: rng.normal(0.0, 1.0, count) * sqrt(2.0 / (n + m))),
    Initializer("he_uniform", "He uniform", "Uniform within ±√(6/in): for ReLU. He et al. 2015.",
                lambda rng, n, m, count: rng.uniform(-1.0, 1.0, count) * sqrt(6.0 / n)),
    Initializer("he_normal", "He normal", "Normal with variance 2/in. He et al. 2015.",
                lambda rng, n, m, count: rng.normal(0.0, 1.0, count) * sqrt(2.0 / n)),
    Initializer("lecun_normal", "LeCun normal", "Normal with variance 1/in. LeCun et al. 1998.",
                lambda rng, n, m, count: rng.normal(0.0, 1.0, count) * sqrt(1.0 / n)),
)

INITIALIZERS: dict[str, Initializer] = {entry.name: entry for entry in _ENTRIES}
"""Every initializer by name."""
