"""Why a run ended, in words; of a divergence also what drove the weights apart."""

import math

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.explain.update import CONSTANTS
from nnsim.core.formulas.numbers import format_number
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.training.config import TrainingConfig, four

STOP_REASONS: dict[str, str] = {
    "epochs": "The epochs asked for are done.",
    "updates": "The updates asked for are done.",
    "loss": "The loss is as small as asked for.",
    "unchanged": "The loss has changed no more than asked for.",
    "gradient": "The mean gradient of an epoch is as small as asked for.",
    "converged": "Every sample is right: the perceptron rule has nothing to change any more.",
    "seconds": "The time asked for is over.",
    "diverged": (
        "Training diverged: the loss or a weight grew beyond all bounds. The best weights so far are back. "
        "Try a smaller learning rate."
    ),
}
"""Why a run ended, by the name that ``Trainer.run`` returns."""

PENALTY = (
    "Training diverged because of the penalty: η·λ = {product} is so much that every update leaves a weight larger "
    "than it was. The best weights so far are back. Make the learning rate or the penalty smaller."
)
MOMENTUM = (
    "Training diverged because of the momentum: with {momentum}, which is above 1, every update is longer than the one "
    "before it, without end. The best weights so far are back. Make the momentum smaller."
)
KEPT = (
    "Training diverged because of {symbol} = {value}: the share of a mean that the optimizer keeps must be below 1. "
    "The best weights so far are back. Make {symbol} smaller."
)
RISING = (
    "Training diverged because of the schedule: its factor {factor} is above 1, and the learning rate has grown to "
    "{rate}. The best weights so far are back. Make the factor smaller."
)
NOT_DIVIDED = (
    "Training diverged because of ε = 0: where a slope is 0, the optimizer divides by 0. The best weights so far are "
    "back. Make ε a small number, such as 1e-8."
)
TOO_LARGE = (
    "Training cannot begin: with these weights and data the loss is larger than any number. Make the weights or the "
    "data smaller."
)
MEANS = ("alpha", "beta1", "beta2")
"""Constants that say how much of a mean is kept."""


def why_ended(
    reason: str | None, config: TrainingConfig, epoch: int, loss: float = 0.0
) -> tuple[str, dict[str, str]] | None:
    """Why a run with these settings ended at an epoch: a sentence, and the numbers that belong into its braces.

    ``loss`` is that of the weights which are there then: after a divergence the best, which may have none either. None
    where nothing needs to be said: it was paused, or did the updates that were asked for.
    """
    if reason is None or reason == "updates" or reason not in STOP_REASONS:
        return None
    if reason == "diverged" and not math.isfinite(loss):
        return TOO_LARGE, {}
    found = cause(config, epoch) if reason == "diverged" else None
    sentence, numbers = found or (STOP_REASONS[reason], {})
    return sentence, {name: value if isinstance(value, str) else format_number(value)
                      for name, value in numbers.items()}


def cause(config: TrainingConfig, epoch: int) -> tuple[str, dict[str, float | str]] | None:
    """The setting that drives weights apart all by itself: a sentence and its numbers; None if none does.

    A mean that keeps all of itself is divided by 0, one that keeps more is none; so is a slope of 0 with an ε of 0.
    Without any gradient of the loss, an update takes (w, r) to a linear function of them: w to (1 − ηλ)w for SGD with
    the L2 penalty λ. It grows without bound if an eigenvalue is larger than 1: for SGD, if ηλ > 2. Optimizers that
    divide by the length of the gradient are not linear, and their steps are bounded; so are those of a clipped one.
    """
    rate, constants = config.rate_at(epoch), config.optimizer_constants
    for name in MEANS:
        if constants.get(name, 0.0) >= 1.0:
            return KEPT, {"symbol": CONSTANTS[name].text, "value": constants[name]}
    if constants.get("epsilon") == 0.0:
        return NOT_DIVIDED, {}
    if _grows(config, rate, 0.0):
        if "momentum" in constants:
            return MOMENTUM, {"momentum": constants["momentum"]}
        return PENALTY, {"product": rate * constants["weight_decay"]}
    if config.clip is None and _grows(config, rate, config.l2):
        return PENALTY, {"product": rate * config.l2}
    if rate > config.learning_rate and config.schedule_constants.get("factor", 0.0) > 1.0:
        return RISING, {"factor": config.schedule_constants["factor"], "rate": rate}
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
