"""Divergence: when a run counts as one, and what its cause is."""

import math

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.data.dataset import Dataset
from nnsim.training.config import TrainingConfig, four

LOSS_FACTOR = 1_000.0
ROOM_FACTOR = 1e6
"""How far parameters may come: where an output is bounded the loss is too, and would never tell."""
WORST = float(np.finfo(np.float64).max)

PENALTY = (
    "Training diverged because of the penalty: η·λ = {product} is so much that every update leaves a weight larger "
    "than it was. The best weights so far are back. Make the learning rate or the penalty smaller."
)
MOMENTUM = (
    "Training diverged because of the momentum: with {momentum}, which is above 1, every update is longer than the one "
    "before it, without end. The best weights so far are back. Make the momentum smaller."
)


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


def cause(config: TrainingConfig, epoch: int) -> tuple[str, dict[str, float]] | None:
    """The setting that makes weights grow all by itself: a sentence and its numbers; None if none does.

    Without any gradient of the loss, an update takes (w, r) to a linear function of them: w to (1 − ηλ)w for SGD with
    the L2 penalty λ. It grows without bound if an eigenvalue is larger than 1: for SGD, if ηλ > 2. Optimizers that
    divide by the length of the gradient are not linear, and their steps are bounded; so are those of a clipped one.
    """
    rate, constants = config.rate_at(epoch), config.optimizer_constants
    if _grows(config, rate, 0.0):
        decay = constants.get("weight_decay")
        if decay is None:
            return MOMENTUM, {"momentum": constants["momentum"]}
        return PENALTY, {"product": rate * decay}
    if config.clip is None and _grows(config, rate, config.l2):
        return PENALTY, {"product": rate * config.l2}
    return None


def _grows(config: TrainingConfig, rate: float, penalty: float) -> bool:
    """Whether updates with the gradient λw alone make (w, r) grow."""
    step, c = OPTIMIZERS[config.optimizer_name].step, four(config.optimizer_constants)

    def updated(state: Array) -> Array:
        # So late that what an optimizer corrects at the beginning has passed.
        w, r, _ = step(penalty * state[0], state[0], state[1], np.zeros(2), 10**9, rate, c)
        return np.array([w, r])

    basis = np.eye(2)
    with np.errstate(all="ignore"):
        matrix = updated(basis)
        linear = np.allclose(updated(2.0 * basis), 2.0 * matrix, rtol=1e-9, atol=0.0)
    return bool(linear and np.isfinite(matrix).all() and abs(np.linalg.eigvals(matrix)).max() > 1.0 + 1e-12)
