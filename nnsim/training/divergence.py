"""When a run counts as diverged."""

import math

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES
from nnsim.data.dataset import Dataset
from nnsim.training.config import TrainingConfig

LOSS_FACTOR = 1_000.0
ROOM_FACTOR = 1e6
"""How far parameters may come: where an output is bounded the loss is too, and would never tell."""
LEAST_LOSS = 1_000.0
"""What a loss must exceed, however small the first one was, where updates are as long for a small gradient as for a
large one."""
WORST = float(np.finfo(np.float64).max)


def loss_limit(first: float, loss: str, T: Array) -> float:
    """The loss of an epoch that counts as diverged, by the first one and by that of a network that always says the mean
    of the targets T (samples, outputs)."""
    entry = LOSSES[loss]
    constant = np.broadcast_to(entry.constant(T.mean(axis=0)), T.shape)
    return LOSS_FACTOR * max(first, entry.value(constant, T)) or math.inf


def limit_for(config: TrainingConfig, limit: float) -> float:
    """The same for an optimizer: one that divides by the gradient's size, for which ε is, takes its first steps as far
    from a loss of 1e-12 as from one of 1."""
    return max(limit, LEAST_LOSS) if "epsilon" in config.optimizer_constants else limit


def reach(dataset: Dataset) -> float:
    """The size of |x|·|T|, at least 1: about as long as a gradient is for outputs of the targets' size."""
    return float(np.abs(dataset.X).max(initial=1.0)) * float(np.abs(dataset.T).max(initial=1.0))


def far_enough(dataset: Dataset) -> float:
    """How far from 0 weights may have to come, at least 1: those that make the largest target of the smallest input."""
    inputs = np.abs(dataset.X).max(axis=0, initial=0.0)
    smallest = min(1.0, float(inputs[inputs > 0.0].min(initial=1.0)))
    return min(WORST, max(1.0, float(np.abs(dataset.T).max(initial=1.0))) / smallest)


def room(config: TrainingConfig, reach: float, farthest: float) -> float:
    """How far from 0 a parameter may come: a million times as far as the farthest that was set by hand or that the
    data may ask for, or as one update throws it that goes down a slope of the size ``reach``."""
    return ROOM_FACTOR * max(1.0, farthest, config.learning_rate * reach)
