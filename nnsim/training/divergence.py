"""When a run counts as diverged."""

import math

import numpy as np

from nnsim.data.dataset import Dataset
from nnsim.training.config import TrainingConfig

LOSS_FACTOR = 1_000.0
ROOM_FACTOR = 1e6
"""How far parameters may come: where an output is bounded the loss is too, and would never tell."""
WORST = float(np.finfo(np.float64).max)


def loss_limit(first: float, constant: float) -> float:
    """The loss of an epoch that counts as diverged: of the first one, and of a network that says the mean."""
    return LOSS_FACTOR * max(first, constant) or math.inf


def reach(dataset: Dataset) -> float:
    """The size of |x|·|T|, at least 1: about as long as a gradient is for outputs of the targets' size."""
    return float(np.abs(dataset.X).max(initial=1.0)) * float(np.abs(dataset.T).max(initial=1.0))


def room(config: TrainingConfig, reach: float, farthest: float) -> float:
    """How far from 0 a parameter may come: a million times as far as the farthest that was set by hand, or as one
    update throws it that goes down a slope of the size ``reach``."""
    return ROOM_FACTOR * max(1.0, farthest, config.learning_rate * reach)
