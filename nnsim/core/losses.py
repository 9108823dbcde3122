"""Losses: how wrong the outputs are, and in which direction."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnsim.core.arrays import Array


@dataclass(frozen=True)
class Loss:
    """A loss of outputs o against targets t, both (samples, outputs).

    ``term(o, t)`` is what one output costs, ``derivative(o, t, total)`` that of a sample's loss by that output;
    ``total`` is the sum of the sample's targets. Both are elementwise, written with operators and numpy functions
    alone: one text serves arrays and, compiled, the tiles of a kernel. A sample's loss is the sum of its terms, or
    with ``averaged`` their mean. With ``log_softmax`` both get log softmax(o) in place of o.
    ``domain`` is the open interval outputs must lie in, if any. ``shown`` maps outputs to what the window shows.
    """

    name: str
    label: str
    formula: str
    about: str
    term: Callable[[Array, Array], Array]
    derivative: Callable[[Array, Array, Array], Array]
    written: tuple[str, str]
    """Both once more, as text of t, o, m (outputs), p and lnp (softmax(o) and its logarithm) and total, which
    core/formulas/reading.py reads, to show the numbers. The derivative has the 1/m of a mean in it."""
    averaged: bool = False
    log_softmax: bool = False
    kinked: bool = False
    """Whether it bends where an output meets its target."""
    domain: tuple[float, float] | None = None
    shown: Callable[[Array], Array] = lambda o: o
    constant: Callable[[Array], Array] = lambda mean: mean
    """The constant outputs that say the mean of the targets, (outputs,) -> (outputs,)."""

    @np.errstate(divide="ignore", over="ignore", invalid="ignore")
    def terms(self, o: Array, t: Array) -> Array:
        """What each output costs, (samples, outputs): a sample's loss is their sum or mean."""
        return np.asarray(self.term(log_softmax(o) if self.log_softmax else o, t))

    @np.errstate(divide="ignore", over="ignore", invalid="ignore")
    def per_sample(self, o: Array, t: Array) -> Array:
        """Each sample's own loss, (samples,)."""
        terms = self.terms(o, t)
        return np.asarray(terms.mean(axis=1) if self.averaged else terms.sum(axis=1))

    @np.errstate(divide="ignore", over="ignore", invalid="ignore")
    def gradient(self, o: Array, t: Array) -> Array:
        """The derivative of each sample's own loss by each output, (samples, outputs)."""
        by_output = self.derivative(log_softmax(o) if self.log_softmax else o, t, t.sum(axis=1, keepdims=True))
        return by_output / o.shape[1] if self.averaged else by_output

    @np.errstate(over="ignore", invalid="ignore")
    def value(self, o: Array, t: Array) -> float:
        """The mean over the samples; ∞ or NaN where numbers grow out of all bounds."""
        return float(self.per_sample(o, t).sum() / len(o))


LOG_CLAMP = -100.0
DENOMINATOR_CLAMP = 1e-12


@np.errstate(over="ignore", invalid="ignore")
def _shifted(o: Array) -> Array:
    # Bounded, so that an output out of reach still costs nothing where its target is 0: 0·∞ is not a number.
    shifted: Array = np.maximum(o - o.max(axis=1, keepdims=True), -np.finfo(np.float64).max)
    return shifted


def softmax(o: Array) -> Array:
    """e^oᵢ / Σ e^oⱼ over the outputs, shifted by the largest so that nothing overflows."""
    e = np.exp(_shifted(o))
    probabilities: Array = e / e.sum(axis=1, keepdims=True)
    return probabilities


@np.errstate(divide="ignore", invalid="ignore")
def log_softmax(o: Array) -> Array:
    """ln softmax(o), each from its own shifted output: never the logarithm of a 0 that was rounded."""
    shifted = _shifted(o)
    logs: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def _clamped_log(x: Array) -> Array:
    # PyTorch's BCELoss: log is never below −100, so that a certain miss costs 100 and not infinity.
    return np.maximum(np.log(x), LOG_CLAMP)


@np.errstate(divide="ignore", invalid="ignore")
def _constant_logits(mean: Array) -> Array:
    return _clamped_log(mean)


_ENTRIES = (
    Loss("half_squared_error", "½ Σ(T−O)² (lecture)", r"\frac{1}{2}\sum_{i}(T_i-O_i)^2",
         "Half the squared error, summed over the outputs: its derivative is simply −(T−O). The lecture calls it MSE.",
         lambda o, t: 0.5 * ((t - o) * (t - o)), lambda o, t, total: o - t, ("0.5*(t - o)**2", "-(t - o)")),
    Loss("mean_squared_error", "Mean squared error", r"\frac{1}{m}\sum_{i}(T_i-O_i)^2",
         "The squared error, averaged over the outputs.",
         lambda o, t: (t - o) * (t - o), lambda o, t, total: 2.0 * (o - t),
         ("(t - o)**2", "-2*(t - o)/m"), averaged=True),
    Loss("mean_absolute_error", "Mean absolute error", r"\frac{1}{m}\sum_{i}|T_i-O_i|",
         "The distance, averaged over the outputs: outliers weigh less.",
         lambda o, t: np.abs(t - o), lambda o, t, total: np.where(o > t, 1.0, np.where(o < t, -1.0, 0.0)),
         ("abs(t - o)", "sign(o - t)/m"), averaged=True, kinked=True),
    Loss("binary_cross_entropy", "Binary cross-entropy",
         r"-\frac{1}{m}\sum_{i}\left(T_i\ln O_i+(1-T_i)\ln(1-O_i)\right)",
         "For outputs read as probabilities of yes, in (0, 1): a confident miss costs much.",
         lambda o, t: t * -_clamped_log(o) + (1.0 - t) * -_clamped_log(1.0 - o),
         lambda o, t, total: (o - t) / np.maximum((1.0 - o) * o, DENOMINATOR_CLAMP),
         ("-(t*clamped_ln(o) + (1 - t)*clamped_ln(1 - o))", "(o - t)/above_zero(o*(1 - o))/m"),
         averaged=True, domain=(0.0, 1.0)),
    Loss("softmax_cross_entropy", "Softmax cross-entropy", r"-\sum_{i}T_i\ln\mathrm{softmax}(O)_i",
         "For one class out of several: linear outputs become probabilities that sum to 1.",
         lambda o, t: t * -o, lambda o, t, total: np.exp(o) * total - t,
         ("-t*lnp", "p - t if total == 1 else total*p - t"),
         log_softmax=True, shown=softmax, constant=_constant_logits),
)

LOSSES: dict[str, Loss] = {entry.name: entry for entry in _ENTRIES}
"""Every loss by name."""
