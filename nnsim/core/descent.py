"""Gradient descent, batch by batch and epoch by epoch: the loop that every engine runs.

``descend`` is written once. ``NumpyDescent`` runs it as Python, with Program and the registries; the compiled engine
compiles the same text around its kernels. So batches, order, stop conditions and divergence cannot differ.
"""

from abc import ABC, abstractmethod
from math import inf, isfinite
from typing import Any, NamedTuple

import numpy as np

from nnsim.core.arrays import Array, Indices, Integers
from nnsim.core.losses import LOSSES
from nnsim.core.network import Structure
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.order import SEQUENTIAL, SHUFFLE_EACH_EPOCH, shuffle, shuffled
from nnsim.core.program import Program
from nnsim.core.schedules import SCHEDULES

RUNNING, DIVERGED, LOSS, UNCHANGED, GRADIENT, CONVERGED = range(6)
"""What ended a run from inside the loop."""

CLIP_MARGIN = 1e-6


class Rule(NamedTuple):
    """What updates go by, in numbers alone, so that compiled code takes it as it is. What is off is below 0."""

    loss: int = 0
    optimizer: int = 0
    constants: Array = np.zeros(4)
    rate: float = 0.0
    schedule: int = 0
    schedule_constants: Array = np.zeros(4)
    batch: int = 1
    """Samples that share an update, 1 to n."""
    order: int = SEQUENTIAL
    seed: int = 0
    l1: float = 0.0
    l2: float = 0.0
    clip: float = -1.0
    straight: bool = False
    """Every slope counts as 1: the perceptron rule."""
    some_frozen: bool = True
    """Whether there are parameters that training leaves alone, or neurons without a bias."""
    limit: float = inf
    """An epoch whose loss is larger diverged."""
    room: float = inf
    """An epoch that leaves a parameter farther from 0 diverged."""
    stop_loss: float = -inf
    stop_change: float = -1.0
    stop_change_epochs: int = 1
    stop_gradient: float = -1.0


class Vectors(NamedTuple):
    """One number for each place where an engine keeps a parameter."""

    w: Array
    r: Array
    s: Array
    """What the optimizer remembers, see Optimizer."""
    gradient: Array
    mean_gradient: Array
    """Summed over the samples of the epoch so far; only with a stop at a small gradient."""
    began: Array
    """The parameters at the beginning of this epoch."""
    good: Array
    """Those at the beginning of the best epoch, which are given back after a divergence."""
    trainable: Array
    """0 where training may not change it, else one over the number of places that this parameter has."""
    is_weight: Array
    """1 where penalties count, else 0."""


class Progress(NamedTuple):
    """Where a run stands: with the vectors and the rule, all that it needs to continue."""

    epoch: int = 0
    update: int = 0
    done: int = 0
    """Samples of the current epoch that are done."""
    batch: int = 0
    """The batch size that this epoch began with."""
    order: int = SEQUENTIAL
    seed: int = 0
    shuffled: int = 0
    """Mode, seed and epoch of the order in use."""
    steps: int = 0
    """Updates since the optimizer began to remember."""
    loss_sum: float = 0.0
    loss: float = inf
    """The running mean of this epoch, or the mean of the last one at its end."""
    gradient_norm: float = inf
    low: float = inf
    high: float = -inf
    since: int = 0
    """The band in which the loss has stayed, and for how many epochs."""
    best: float = inf
    """What was made small, the loss and the penalties, where the parameters are ``good``."""
    reason: int = RUNNING


class Kernels(NamedTuple):
    """What ``descend`` calls. Model and data are the engine's own, handed on as they are."""

    prepare: Any
    """(model, data, order): called when the order has changed."""
    gradient_of_batch: Any
    """(model, data, order, first, count, rule, v): fills v.gradient, returns the mean loss of the batch
    order[first : first + count]."""
    test_loss: Any
    """(model, data, rule, v): the mean loss of the test samples, NaN without any."""
    rate_at: Any
    """(rule, epoch): the learning rate."""
    update_vectors: Any
    """(rule, rate, steps, count, v): changes v.w, and tells whether all of it is finite."""
    outgrown: Any
    """(rule, v): whether a parameter is farther from 0 than there is room."""
    penalty: Any
    """(rule, v): what the penalties add to the loss at the beginning of the epoch."""
    settle: Any
    """(rule, v, good): ends an epoch, and returns the length of its summed gradient."""


def descend(
    kernels: Kernels, model: Any, data: Any, order: Integers, v: Vectors, rule: Rule, start: Progress,
    last_update: int, last_epoch: int, train_curve: Array, test_curve: Array,
) -> tuple[int | float, ...]:
    """Updates until ``last_update`` or ``last_epoch`` is reached, the curves are full or a reason to stop holds.

    Losses of the finished epochs go to the curves. Returns the fields of Progress.
    """
    (epoch, update, done, batch, mode, seed, shuffled, steps, loss_sum, loss, gradient_norm, low, high, since,
     best, reason) = start
    n, first_epoch = len(order), epoch
    reason = RUNNING
    while reason == RUNNING and update < last_update and epoch < last_epoch and epoch - first_epoch < len(train_curve):
        if done == 0:
            batch, loss_sum = rule.batch, 0.0
            wanted = epoch if rule.order == SHUFFLE_EACH_EPOCH else 0
            if mode != rule.order or (mode != SEQUENTIAL and (seed != rule.seed or shuffled != wanted)):
                mode, seed, shuffled = rule.order, rule.seed, wanted
                shuffle(order, mode, seed, shuffled)
                kernels.prepare(model, data, order)
        count = min(batch, n - done)
        batch_loss = kernels.gradient_of_batch(model, data, order, done, count, rule, v)
        steps += 1
        finite = kernels.update_vectors(rule, kernels.rate_at(rule, epoch), steps, count, v)
        if not (finite and isfinite(batch_loss)):
            reason = DIVERGED
            break
        loss_sum += batch_loss * count
        done += count
        update += 1
        loss = loss_sum / done
        if done < n:
            continue
        if loss > rule.limit or kernels.outgrown(rule, v):
            reason = DIVERGED
            break
        done = 0
        objective = loss + kernels.penalty(rule, v)
        good = objective < best
        if good:
            best = objective
        gradient_norm = kernels.settle(rule, v, good) / n
        train_curve[epoch - first_epoch] = loss
        test_curve[epoch - first_epoch] = kernels.test_loss(model, data, rule, v)
        epoch += 1
        low, high, since = min(low, loss), max(high, loss), since + 1
        if rule.stop_change >= 0.0 and high - low > rule.stop_change:
            low, high, since = loss, loss, 0
        if rule.straight and loss == 0.0:
            reason = CONVERGED
        elif rule.stop_change >= 0.0 and since >= rule.stop_change_epochs:
            reason = UNCHANGED
        elif rule.stop_gradient >= 0.0 and gradient_norm <= rule.stop_gradient:
            reason = GRADIENT
        elif loss <= rule.stop_loss:
            reason = LOSS
    return (epoch, update, done, batch, mode, seed, shuffled, steps, loss_sum, loss, gradient_norm, low, high, since,
            best, reason)


def aligned(rows: int, columns: int | None = None) -> Array:
    """Zeros, (rows,) or (rows, columns), that begin on a cache line: a tile across two of them takes twice as long."""
    count = rows * (1 if columns is None else columns)
    room = np.zeros(count + _LINE)
    start = -(room.ctypes.data // room.itemsize) % _LINE
    found = room[start : start + count]
    return found if columns is None else found.reshape(rows, columns)


_LINE = 8
"""Numbers on a cache line."""


class Samples(NamedTuple):
    """What is learned from and tested on: X (samples, inputs), T (samples, outputs). Without test samples, no rows."""

    X: Array
    T: Array
    test_X: Array
    test_T: Array


class Descent(ABC):
    """One run on one engine: its vectors, its order of the samples, and the loop over them.

    ``places`` tells which parameter stands at each place of the vectors, −1 for a place that only fills up.
    """

    engine = ""
    kind = ""
    """Which of an engine's kinds of run it is; another rounds differently."""

    def __init__(self, structure: Structure, samples: Samples, places: Indices) -> None:
        used = np.bincount(places[places >= 0], minlength=len(structure.parameter_names))
        self._places = places
        # Every parameter is used somewhere, so each name has a first place.
        self._first = np.unique(places[places >= 0], return_index=True)[1]
        self._first = np.flatnonzero(places >= 0)[self._first]
        is_weight = np.array([name in structure.weight_names for name in structure.parameter_names], dtype=np.float64)
        share = np.where(structure.trainable, 1.0 / np.maximum(used, 1), 0.0)
        self.v = Vectors(*(aligned(len(places)) for _ in Vectors._fields))
        self.write(self.v.trainable, share)
        self.write(self.v.is_weight, is_weight)
        self.samples = samples
        self.order: Integers = np.arange(len(samples.X), dtype=np.int64)

    def read(self, vector: Array) -> Array:
        """A vector of ``v`` by parameter, (n_parameters,)."""
        return vector[self._first]

    def write(self, vector: Array, values: Array) -> None:
        """Set a vector of ``v`` from its values by parameter."""
        vector[:] = self._placed(values)

    def _placed(self, values: Array) -> Array:
        return np.where(self._places >= 0, values[self._places], 0.0) if len(values) else np.zeros(len(self._places))

    def resume(self, progress: Progress) -> None:
        """Put the samples in the order that ``progress`` was made with."""
        self.order[:] = shuffled(len(self.order), progress.order, progress.seed, progress.shuffled)

    @abstractmethod
    def advance(
        self, rule: Rule, start: Progress, last_update: int, last_epoch: int, curves: tuple[Array, Array]
    ) -> Progress:
        """``descend`` on this engine."""


class NumpyDescent(Descent):
    """A run in numpy: the readable reference, and the engine where there is no other."""

    engine = kind = "numpy"

    def __init__(self, program: Program, samples: Samples) -> None:
        self._program = program
        super().__init__(program.structure, samples, np.arange(len(program.structure.parameter_names), dtype=np.intp))

    @np.errstate(all="ignore")
    def advance(
        self, rule: Rule, start: Progress, last_update: int, last_epoch: int, curves: tuple[Array, Array]
    ) -> Progress:
        return Progress(*descend(  # type: ignore[arg-type]
            _KERNELS, self._program, self.samples, self.order, self.v, rule, start, last_update, last_epoch, *curves,
        ))


_LOSSES, _OPTIMIZERS, _SCHEDULES = list(LOSSES.values()), list(OPTIMIZERS.values()), list(SCHEDULES.values())


def _prepare(program: Program, samples: Samples, order: Integers) -> None:
    """Samples are taken by the order's indices where they stand."""


def _gradient_of_batch(
    program: Program, samples: Samples, order: Integers, first: int, count: int, rule: Rule, v: Vectors
) -> float:
    batch = order[first : first + count]
    loss, v.gradient[:] = program.gradient(
        v.w, samples.X[batch], samples.T[batch], _LOSSES[rule.loss].name, straight=rule.straight
    )
    return loss


def _test_loss(program: Program, samples: Samples, rule: Rule, v: Vectors) -> float:
    if len(samples.test_X) == 0:
        return float("nan")
    o = program.run(v.w, samples.test_X).a[:, program.outputs]
    return _LOSSES[rule.loss].value(o, samples.test_T)


def _rate_at(rule: Rule, epoch: int) -> float:
    return float(_SCHEDULES[rule.schedule].rate(rule.rate, epoch, rule.schedule_constants))


def _update_vectors(rule: Rule, rate: float, steps: int, count: int, v: Vectors) -> bool:
    if rule.stop_gradient >= 0.0:
        v.mean_gradient[:] += v.gradient * count
    if rule.l1 > 0.0 or rule.l2 > 0.0:
        v.gradient[:] += v.is_weight * (rule.l1 * np.sign(v.w) + rule.l2 * v.w)
    if rule.clip >= 0.0:
        v.gradient[:] *= min(1.0, rule.clip / (_length(v, v.gradient) + CLIP_MARGIN))
    step = _OPTIMIZERS[rule.optimizer].step
    stepped, v.r[:], v.s[:] = step(v.gradient, v.w, v.r, v.s, steps, rate, rule.constants)
    v.w[:] = np.where(v.trainable > 0.0, stepped, v.w)
    return bool(np.isfinite(v.w).all())


def _outgrown(rule: Rule, v: Vectors) -> bool:
    return bool((np.abs(v.w) > rule.room).any())


def penalty(rule: Rule, v: Vectors) -> float:
    """l1·Σ|w| + ½·l2·Σw² over the trainable weights at the beginning of the epoch."""
    if rule.l1 <= 0.0 and rule.l2 <= 0.0:
        return 0.0
    w = v.began
    return float(np.sum(v.trainable * v.is_weight * (rule.l1 * np.abs(w) + 0.5 * rule.l2 * (w * w))))


def _settle(rule: Rule, v: Vectors, good: bool) -> float:
    if good:
        v.good[:] = v.began
    v.began[:] = v.w
    norm = _length(v, v.mean_gradient) if rule.stop_gradient >= 0.0 else inf
    v.mean_gradient[:] = 0.0
    return norm


def _length(v: Vectors, vector: Array) -> float:
    return float(np.sqrt(np.sum(v.trainable * vector * vector)))


_KERNELS = Kernels(_prepare, _gradient_of_batch, _test_loss, _rate_at, _update_vectors, _outgrown, penalty, _settle)
