"""Why a run ended, in words; of a divergence also what drove the weights apart."""

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.training.config import TrainingConfig, four

STOP_REASONS: dict[str, str] = {
    "epochs": "As many more epochs as were asked for are done.",
    "updates": "As many more updates as were asked for are done.",
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



def why_ended(reason: str | None, config: TrainingConfig, epoch: int) -> tuple[str, dict[str, str]] | None:
    """Why a run with these settings ended at an epoch: a sentence, and the numbers that belong into its braces.

    None where nothing needs to be said: it was paused, or did the updates that were asked for.
    """
    if reason is None or reason == "updates" or reason not in STOP_REASONS:
        return None
    found = cause(config, epoch) if reason == "diverged" else None
    sentence, numbers = found or (STOP_REASONS[reason], {})
    return sentence, {name: format_number(value) for name, value in numbers.items()}


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
