"""Losses: how wrong the outputs are, and in which direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Loss:
    """A loss of outputs o against targets t, both (samples, outputs).

    ``per_sample(o, t)`` -> (samples,); the loss of a batch is its mean. ``gradient(o, t)`` ->
    (samples, outputs), the derivative of each sample's own loss by each output. ``domain`` is the
    open interval outputs must lie in, if any. ``shown`` maps outputs to what the window shows.
    """

    name: str
    label: str
    formula: str
    about: str
    per_sample: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    domain: tuple[float, float] | None = None
    shown: Callable[[Array], Array] = lambda o: o
    constant: Callable[[Array], Array] = lambda mean: mean
    """The constant outputs that say the mean of the targets, (outputs,) -> (outputs,)."""

    def value(self, o: Array, t: Array) -> float:
        """The mean over the samples."""
        return float(self.per_sample(o, t).sum() / len(o))


_LOG_CLAMP = -100.0
_DENOMINATOR_CLAMP = 1e-12


@np.errstate(over="ignore")
def _shifted(o: Array) -> Array:
    # Bounded, so that an output out of reach still costs nothing where its target is 0: 0·∞ is not a number.
    shifted: Array = np.maximum(o - o.max(axis=1, keepdims=True), -np.finfo(np.float64).max)
    return shifted


def softmax(o: Array) -> Array:
    """e^oᵢ / Σ e^oⱼ over the outputs, shifted by the largest so that nothing overflows."""
    e = np.exp(_shifted(o))
    probabilities: Array = e / e.sum(axis=1, keepdims=True)
    return probabilities


def _log_softmax(o: Array) -> Array:
    shifted = _shifted(o)
    logs: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def _clamped_log(x: Array) -> Array:
    # PyTorch's BCELoss: log is never below −100, so that a certain miss costs 100 and not infinity.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(np.log(x), _LOG_CLAMP)


_ENTRIES = (
    Loss("half_squared_error", "½ Σ(T−O)² (lecture: MSE)", r"\frac{1}{2}\sum_{i}(T_i-O_i)^2",
         "Half the squared error, summed over the outputs: its derivative is simply −(T−O).",
         lambda o, t: 0.5 * np.square(t - o).sum(axis=1), lambda o, t: o - t),
    Loss("mean_squared_error", "Mean squared error", r"\frac{1}{m}\sum_{i}(T_i-O_i)^2",
         "The squared error, averaged over the outputs.",
         lambda o, t: np.square(t - o).mean(axis=1), lambda o, t: 2.0 * (o - t) / o.shape[1]),
    Loss("mean_absolute_error", "Mean absolute error", r"\frac{1}{m}\sum_{i}|T_i-O_i|",
         "The distance, averaged over the outputs: outliers weigh less.",
         lambda o, t: np.abs(t - o).mean(axis=1), lambda o, t: np.sign(o - t) / o.shape[1]),
    Loss("binary_cross_entropy", "Binary cross-entropy",
         r"-\frac{1}{m}\sum_{i}\left(T_i\ln O_i+(1-T_i)\ln(1-O_i)\right)",
         "For outputs read as probabilities of yes, in (0, 1): a confident miss costs much.",
         lambda o, t: (t * -_clamped_log(o) + (1.0 - t) * -_clamped_log(1.0 - o)).mean(axis=1),
         lambda o, t: (o - t) / np.maximum((1.0 - o) * o, _DENOMINATOR_CLAMP) / o.shape[1],
         domain=(0.0, 1.0)),
    Loss("softmax_cross_entropy", "Softmax cross-entropy", r"-\sum_{i}T_i\ln\mathrm{softmax}(O)_i",
         "For one class out of several: linear outputs become probabilities that sum to 1.",
         lambda o, t: (t * -_log_softmax(o)).sum(axis=1),
         lambda o, t: softmax(o) * t.sum(axis=1, keepdims=True) - t,
         shown=softmax, constant=_clamped_log),
)

LOSSES: dict[str, Loss] = {entry.name: entry for entry in _ENTRIES}
"""Every loss by name."""
