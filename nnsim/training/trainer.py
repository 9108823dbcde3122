"""The training loop: batches, updates, stop conditions and divergence."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Network, Problem, Structure, frozen_vector
from nnsim.core.optimizers import OPTIMIZERS, State
from nnsim.core.program import compile, program_of
from nnsim.data.dataset import Dataset
from nnsim.training.config import TrainingConfig
from nnsim.training.history import History, Points

Array = NDArray[np.float64]

DIVERGENCE_FACTOR = 1_000.0

STOP_REASONS: dict[str, str] = {
    "epochs": "The number of epochs asked for is done.",
    "updates": "The number of updates asked for is done.",
    "loss": "The loss is as small as asked for.",
    "unchanged": "The loss has not changed any more.",
    "gradient": "The gradient is as small as asked for.",
    "seconds": "The time asked for is over.",
    "diverged": "Training diverged: the loss exploded. The last good weights are back. Try a smaller learning rate.",
}
"""Why a run ended, by the name that ``Trainer.run`` returns."""


@dataclass(frozen=True)
class Snapshot:
    """A moment of training: frozen copies, safe to hand to another thread.

    ``loss`` is the running mean of the current epoch, or of the last one at its end; ``gradient_norm`` the
    length of the last epoch's mean gradient.
    """

    run: int
    parameters: Array
    epoch: int
    update: int
    position: int
    """Batches of the current epoch that are done."""
    batches: int
    """Batches of a whole epoch."""
    loss: float
    train: Points
    test: Points
    engine: str
    reason: str | None = None
    edits: int = 0
    """Edits by hand that are in these parameters."""
    progress: float | None = None
    """How near the run is to its stop, 0 to 1; None if nothing tells."""


class Trainer:
    """Trains a network on a dataset. The same network, data, config and engine give the same bits.

    Raises NetworkError if the network cannot run, ValueError if the data do not fit it.
    """

    def __init__(self, network: Network, dataset: Dataset, config: TrainingConfig | None = None) -> None:
        self._program = compile(network)
        self.start = network
        """The network as it was before training."""
        self._dataset = dataset
        self._config = config or TrainingConfig()
        _check_columns(network.structure, dataset)
        self._w: Array = network.parameters
        self._state: State = OPTIMIZERS[self._config.optimizer_name].start(len(self._w))
        self._weights = np.array([name in network.structure.weight_names for name in network.parameter_names])
        self.history = History()
        self.epoch = 0
        """Whole epochs done."""
        self.update = 0
        """Updates done."""
        self.edits: list[tuple[int, Mapping[str, float]]] = []
        """Values set by hand while training, each with the number of updates done before it."""
        first = self.loss
        self._limit = DIVERGENCE_FACTOR * max(first, self._constant_loss()) or float("inf")
        self._epoch_loss = first
        self._gradient_norm = float("inf")
        self._good = self._w
        self.history.train.extend(first)
        self._record_test_loss()
        self._batches: list[NDArray[np.intp]] = []
        self._position = 0
        self._sums = (0.0, 0, np.zeros_like(self._w))
        self._started_epoch, self._started_at, self._band = 0, 0.0, (float("inf"), float("-inf"), 0)

    @property
    def config(self) -> TrainingConfig:
        """The settings in force; ``configure`` changes them."""
        return self._config

    @property
    def parameters(self) -> Array:
        """The values now, read-only."""
        return frozen_vector(self._w)

    @property
    def network(self) -> Network:
        """The network with the values of now."""
        return self.start.with_parameters(self._w)

    @property
    def engine(self) -> str:
        """Which engine runs this trainer."""
        return self._program.engine

    @property
    def loss(self) -> float:
        """The exact mean loss over all training samples for the values of now."""
        return self._loss_on(self._dataset.X, self._dataset.T)

    def run(self, epochs: int) -> str:
        """Train ``epochs`` more epochs, or fewer if a stop condition holds. Returns the name of the reason.

        Stop conditions are counted from the call on. See STOP_REASONS.
        """
        self.begin()
        goal = self.epoch + epochs
        while self.epoch < goal:
            reason = self.advance(until_epoch=goal)
            if reason is not None:
                return reason
        return "epochs"

    def begin(self) -> None:
        """Start counting the stop conditions anew."""
        self._started_epoch, self._started_at = self.epoch, time.monotonic()
        self._band = (float("inf"), float("-inf"), 0)

    def advance(
        self, updates: int | None = None, until_epoch: int | None = None, until: Callable[[], bool] | None = None
    ) -> str | None:
        """Do updates until a stop condition holds (returns its name) or a bound is met (returns None).

        The bounds are a number of updates, an epoch to reach, and ``until``, asked after each update. Where a
        call ends never changes what training computes.
        """
        left = updates if updates is not None else -1
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            while left != 0 and (until_epoch is None or self.epoch < until_epoch):
                if not self._batches:
                    self._begin_epoch()
                if not self._update():
                    return self._restore()
                left -= 1
                if self._position == len(self._batches):
                    reason = self._end_epoch()
                    if reason is not None:
                        return reason
                if until is not None and until():
                    break
        return None

    def set_values(self, values: Mapping[str, float]) -> None:
        """Set parameters by name while training, as an edit by hand does; recorded in ``edits``."""
        self.edits.append((self.update, dict(values)))
        self._w = self.network.with_values(values).parameters
        self._good = self._w

    def configure(self, config: TrainingConfig) -> None:
        """Go on with other settings: rate, loss and penalties at once; batch, order and seed from the next epoch."""
        if config.optimizer != self._config.optimizer:
            self._state = OPTIMIZERS[config.optimizer_name].start(len(self._w))
        if config.loss != self._config.loss:
            self._config = config
            self._limit = DIVERGENCE_FACTOR * max(self.loss, self._constant_loss()) or float("inf")
        self._config = config

    def snapshot(self, run: int = 0, reason: str | None = None) -> Snapshot:
        """This moment, in frozen copies."""
        return Snapshot(
            run,
            self.parameters,
            self.epoch,
            self.update,
            self._position,
            len(self._batches) or self._batches_per_epoch(),
            self._epoch_loss,
            self.history.train.points(),
            self.history.test.points(),
            self.engine,
            reason,
            len(self.edits),
            self._progress(),
        )

    # One epoch, in pieces

    def _begin_epoch(self) -> None:
        n, size = len(self._dataset.X), self._config.batch_size or len(self._dataset.X)
        order = epoch_order(self._config.order, n, self._config.seed, self.epoch)
        self._batches = [order[i : i + size] for i in range(0, n, size)]
        self._position = 0
        self._sums = (0.0, 0, np.zeros_like(self._w))

    def _update(self) -> bool:
        """One batch, one update. False if a number is not finite any more."""
        batch, config = self._batches[self._position], self._config
        loss, gradient = self._program.gradient(self._w, self._dataset.X[batch], self._dataset.T[batch], config.loss)
        total, count, mean = self._sums
        self._sums = (total + loss * len(batch), count + len(batch), mean + gradient * len(batch))
        if config.l1 or config.l2:
            gradient = gradient + self._weights * (config.l1 * np.sign(self._w) + config.l2 * self._w)
        optimizer = OPTIMIZERS[config.optimizer_name]
        stepped, self._state = optimizer.step(
            gradient, self._w, self._state, config.learning_rate, config.optimizer_constants
        )
        w = np.where(self._program.structure.trainable, stepped, self._w)
        if not (np.isfinite(loss) and np.isfinite(w).all()):
            return False
        self._w = w
        self._epoch_loss = self._sums[0] / self._sums[1]
        self._position += 1
        self.update += 1
        return True

    def _end_epoch(self) -> str | None:
        total, count, gradient = self._sums
        loss = total / count
        if loss > self._limit:
            return self._restore()
        self.epoch += 1
        self._batches, self._position = [], 0
        self._good, self._epoch_loss = self._w, loss
        self._gradient_norm = float(np.linalg.norm(gradient[self._program.structure.trainable]) / count)
        self.history.train.extend(loss)
        self._record_test_loss()
        return self._stop_reason(loss)

    def _restore(self) -> str:
        """Back to the values at the end of the last good epoch, after a divergence."""
        self._w = self._good
        self._state = OPTIMIZERS[self._config.optimizer_name].start(len(self._w))
        self._batches, self._position = [], 0
        self._epoch_loss = self.loss
        return "diverged"

    def _stop_reason(self, loss: float) -> str | None:
        config = self._config
        low, high, since = self._band
        low, high, since = min(low, loss), max(high, loss), since + 1
        if config.stop_change is not None and high - low > config.stop_change:
            low = high = loss
            since = 0
        self._band = (low, high, since)
        if config.stop_loss is not None and loss <= config.stop_loss:
            return "loss"
        if config.stop_change is not None and since >= config.stop_change_epochs:
            return "unchanged"
        if config.stop_gradient is not None and self._gradient_norm <= config.stop_gradient:
            return "gradient"
        if config.stop_epochs is not None and self.epoch - self._started_epoch >= config.stop_epochs:
            return "epochs"
        if config.stop_seconds is not None and time.monotonic() - self._started_at >= config.stop_seconds:
            return "seconds"
        return None

    def _progress(self) -> float | None:
        config = self._config
        shares = []
        if config.stop_epochs is not None:
            shares.append((self.epoch - self._started_epoch) / config.stop_epochs)
        if config.stop_seconds:
            shares.append((time.monotonic() - self._started_at) / config.stop_seconds)
        if config.stop_loss:
            first = float(self.history.train.points().mean[0])
            if first > config.stop_loss:
                # On a log scale, because the last halving of a loss takes about as long as the first.
                now = max(self._epoch_loss, config.stop_loss)
                shares.append(float(np.log(first / now) / np.log(first / config.stop_loss)))
        return min(1.0, max(0.0, *shares)) if shares else None

    def _batches_per_epoch(self) -> int:
        n, size = len(self._dataset.X), self._config.batch_size
        return -(-n // size) if size else 1

    def _record_test_loss(self) -> None:
        if self._dataset.X_test is not None and self._dataset.T_test is not None and len(self._dataset.X_test):
            self.history.test.extend(self._loss_on(self._dataset.X_test, self._dataset.T_test))

    def _loss_on(self, X: Array, T: Array) -> float:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            o = self._program.run(self._w, X).a[:, self._program.outputs]
            return LOSSES[self._config.loss].value(o, T)

    def _constant_loss(self) -> float:
        """The loss of a network that always says the mean of the targets."""
        loss, T = LOSSES[self._config.loss], self._dataset.T
        constant = loss.constant(T.mean(axis=0))
        return loss.value(np.broadcast_to(constant, T.shape), T)


def epoch_order(order: str, n: int, seed: int, epoch: int) -> NDArray[np.intp]:
    """The order in which epoch ``epoch`` takes n samples: a pure function of its arguments."""
    if order == "sequential":
        return np.arange(n)
    return np.random.default_rng([seed, epoch if order == "shuffle_each_epoch" else 0]).permutation(n)


def training_problems(structure: Structure, dataset: Dataset | None, config: TrainingConfig) -> tuple[Problem, ...]:
    """Why a network cannot be trained on this data with this config, in the learner's words. Empty if it can."""
    problems = list(program_of(structure).problems)
    if dataset is None:
        problems.append(
            Problem(
                "There is no data to learn from yet: choose a target in the truth table, or data in the Training panel."
            )
        )
    elif not problems:
        try:
            _check_columns(structure, dataset)
        except ValueError as error:
            problems.append(Problem(str(error)))
    if problems:
        return tuple(problems)
    domain = LOSSES[config.loss].domain
    if domain is not None:
        outside = tuple(id for id in structure.outputs if not _within(structure.by_id[id].activation, domain))
        if outside:
            problems.append(
                Problem(
                    f"{LOSSES[config.loss].label} needs outputs between {domain[0]:g} and {domain[1]:g}: "
                    f"make {', '.join(outside)} a sigmoid, or choose another loss.",
                    outside,
                )
            )
    if dataset is not None:
        problems += _target_problems(dataset, config)
    return tuple(problems + list(_slope_problems(structure)))


def _target_problems(dataset: Dataset, config: TrainingConfig) -> list[Problem]:
    """Targets that a loss of probabilities can do nothing with."""
    label = LOSSES[config.loss].label
    T = dataset.T if dataset.T_test is None else np.concatenate([dataset.T, dataset.T_test])
    if config.loss == "binary_cross_entropy" and (T.min() < 0 or T.max() > 1):
        return [
            Problem(
                f"{label} needs targets between 0 and 1, "
                f"but these reach from {T.min():g} to {T.max():g}: choose another loss."
            )
        ]
    if config.loss == "softmax_cross_entropy":
        if T.shape[1] < 2:
            return [
                Problem(
                    f"{label} needs an output for each class, two or more: choose another loss."
                )
            ]
        if T.min() < 0 or not np.allclose(T.sum(axis=1), 1.0):
            return [
                Problem(f"{label} needs targets that are 0 or more and add up to 1 in each row: choose another loss.")
            ]
    return []


def _within(activation: str, domain: tuple[float, float]) -> bool:
    low, high = ACTIVATIONS[activation].range
    return low >= domain[0] and high <= domain[1]


def _slope_problems(structure: Structure) -> list[Problem]:
    """Where no trainable parameter reaches the loss through slopes, gradient descent has nothing to go by."""
    free = [name for name in structure.parameter_names if name not in structure.frozen]
    if not free:
        return [Problem("Every parameter is frozen, so there is nothing to train: make one trainable.")]
    sloping: set[str] = set()
    for id in sorted(structure.by_id, key=lambda id: -structure.depth[id]):
        neuron = structure.by_id[id]
        heard = neuron.role == "output" or any(c.target in sloping for c in structure.outgoing[id])
        if heard and neuron.role != "input" and ACTIVATIONS[neuron.activation].has_slope:
            sloping.add(id)
    for name in free:
        for use in structure.uses[name]:
            if (use.target if isinstance(use, Connection) else use.id) in sloping:
                return []
    flat = tuple(n.id for n in structure.neurons if n.role != "input" and not ACTIVATIONS[n.activation].has_slope)
    if not flat:
        return [Problem("No trainable parameter leads to an output: connect the neurons that should learn.")]
    several = len(flat) > 1
    named = ", ".join(flat[:-1]) + f" and {flat[-1]}" if several else flat[0]
    return [
        Problem(
            f"Neuron{'s' if several else ''} {named} use{'' if several else 's'} the step function: its slope is 0 "
            "everywhere, so gradient descent cannot train through it. "
            "Choose an activation with a slope, such as the sigmoid.",
            flat,
        )
    ]


def _check_columns(structure: Structure, dataset: Dataset) -> None:
    for what, table, ids in (("input", dataset.X, structure.inputs), ("target", dataset.T, structure.outputs)):
        if table.shape[1] != len(ids):
            role = "input" if what == "input" else "output"
            raise ValueError(
                f"The data has {table.shape[1]} {what} column{'s' if table.shape[1] != 1 else ''}, but the network has "
                f"{len(ids)} {role} neuron{'s' if len(ids) != 1 else ''}: they must be as many."
            )
