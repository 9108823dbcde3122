"""The trainer: a network, its data and its settings, trained on one engine."""

import math
import time
from collections.abc import Mapping

import numpy as np

from nnsim.core.arrays import Array, Indices, frozen_vector
from nnsim.core.descent import CONVERGED, DIVERGED, GRADIENT, LOSS, UNCHANGED, Progress, Rule, Samples, penalty
from nnsim.core.layered import counted
from nnsim.core.losses import LOSSES
from nnsim.core.network import Network
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.order import ORDERS, epoch_order
from nnsim.core.program import compile
from nnsim.core.schedules import SCHEDULES
from nnsim.data.dataset import Dataset
from nnsim.training import engines
from nnsim.training.config import TrainingConfig, four
from nnsim.training.divergence import WORST, far_enough, limit_for, loss_limit, reach, room
from nnsim.training.history import Curve, History
from nnsim.training.problems import check_columns, rule_problems
from nnsim.training.snapshot import RunState, Snapshot

FOR_EVER = 2**62
CURVE = 8192
"""Epochs that an engine does at most before their losses go to the history."""
FASTER = 4.0
"""A timed piece of a run is at most this many times as long as the one before."""

_REASONS = {DIVERGED: "diverged", LOSS: "loss", UNCHANGED: "unchanged", GRADIENT: "gradient", CONVERGED: "converged"}


class Trainer:
    """Trains a network on a dataset. The same network, data, config and engine give the same bits.

    ``engine`` is "numba", "numpy" or None for the faster one that can be had here; a trainer keeps it. Raises
    NetworkError if the network cannot run, ValueError if the data do not fit it or there is no such engine.
    """

    def __init__(
        self, network: Network, dataset: Dataset, config: TrainingConfig | None = None, engine: str | None = None
    ) -> None:
        self._program = compile(network)
        self.start = network
        """The network as it was before training."""
        self._dataset = dataset
        self._config = config or TrainingConfig()
        check_columns(network.structure, dataset)
        self._check_rule(self._config)
        none = dataset.X[:0], dataset.T[:0]
        tests = none if dataset.X_test is None or dataset.T_test is None else (dataset.X_test, dataset.T_test)
        samples = Samples(dataset.X, dataset.T, *tests)
        self._samples = samples
        self._start_on(engines.chosen(engine))
        self.history = History()
        self.edits: list[tuple[int, Mapping[str, float]]] = []
        """Values set by hand while training, each with the number of updates done before it."""
        first = self.loss
        self._limit: float | None = self._limit_from(first)
        """The loss of an epoch that counts as diverged; None until the next update finds it for another loss."""
        self._reach = reach(dataset)
        self._farthest = max(float(np.abs(network.parameters).max(initial=0.0)), far_enough(dataset))
        """How far from 0 a parameter was set by hand, or the data may ask it to come."""
        self._rule = self._rule_of(self._config)
        self._progress = Progress(loss=first, best=self._objective(first))
        self.history.train.extend(first)
        if len(samples.test_X):
            self.history.test.extend(self._loss_on(samples.test_X, samples.test_T))
        self.history.seen.add(0, first)
        self._exact = first, self.history.test.points().mean[-1:]
        self._looked_at = self._moment
        self._curves = np.empty(CURVE), np.empty(CURVE)
        self._pace = 0.0
        self._started_epoch, self._started_at = 0, 0.0

    @classmethod
    def resume(
        cls, network: Network, dataset: Dataset, config: TrainingConfig | None, snapshot: Snapshot,
        engine: str | None = None,
    ) -> "Trainer":
        """A trainer that continues from a snapshot as if it had never stopped.

        Network, data and config are those that the snapshot was made with; the engine is the snapshot's, unless
        another is named. Raises ValueError, naming what is wrong, if the snapshot has no state, is damaged, or is of
        another network or other data; see Snapshot.check.
        """
        snapshot.check(len(network.parameters), len(dataset.X))
        state = snapshot.state
        assert state is not None  # as ``check`` saw
        known = set(network.parameter_names)
        unknown = next((name for _, values in state.edits for name in values if name not in known), None)
        if unknown is not None:
            raise ValueError(f"The snapshot has an edit of {unknown[:80]}, which this network has not: it was taken of "
                             "another network.")
        trainer = cls(network, dataset, config, engine or snapshot.engine)
        if state.kind != trainer._descent.kind:
            # The settings may have changed since the run began, and it keeps what it began with.
            trainer._start_on(trainer.engine, state.kind)
        descent, v = trainer._descent, trainer._descent.v
        for vector, values in (
            (v.w, snapshot.parameters), (v.began, state.began), (v.good, state.good), (v.r, state.memory[0]),
            (v.s, state.memory[1]), (v.mean_gradient, state.mean_gradient),
        ):
            descent.write(vector, values)
        descent.resume(state.progress)
        trainer._progress, trainer._limit, trainer._started_epoch = state.progress, state.limit, state.started_epoch
        trainer._started_at = time.monotonic()
        trainer.history = History(Curve.restored(state.train), Curve.restored(state.test))
        trainer.edits = [(update, dict(values)) for update, values in state.edits]
        trainer._farthest = max([trainer._farthest, *(_farthest(values) for _, values in trainer.edits)])
        trainer._rule = trainer._rule_of(trainer._config)
        return trainer

    def _start_on(self, engine: str, kind: str = "") -> None:
        """Begin on an engine, at the values of ``start``."""
        self._descent = engines.descent_of(engine, self.start.structure, self._samples, self._batch_size(), kind)
        self._write(self.start.parameters)

    def _write(self, parameters: Array) -> None:
        """Go on from these values, which nobody has looked at yet: ``_measure`` does."""
        v = self._descent.v
        for vector in (v.w, v.began, v.good):
            self._descent.write(vector, parameters)

    def __repr__(self) -> str:
        task = f"{self._config.optimizer_name} on {counted(len(self._dataset.X), 'sample')}"
        return (f"<Trainer of {self.start.structure.summary}: {task}, {counted(self.epoch, 'epoch')} done, "
                f"loss {self.loss:.4g}, {self.engine}>")

    @property
    def config(self) -> TrainingConfig:
        """The settings in force; ``configure`` changes them."""
        return self._config

    @property
    def parameters(self) -> Array:
        """The current values, a read-only copy (n_parameters,).

        While a worker runs this trainer, a copy may fall into the midst of an update: look at its snapshots instead.
        """
        return frozen_vector(self._descent.read(self._descent.v.w))

    @property
    def network(self) -> Network:
        """The network with the current values, see ``parameters``."""
        return self.start.with_parameters(self.parameters)

    @property
    def engine(self) -> str:
        """Which engine runs this trainer."""
        return self._descent.engine

    @property
    def epoch(self) -> int:
        """Whole epochs done."""
        return self._progress.epoch

    @property
    def update(self) -> int:
        """Updates done."""
        return self._progress.update

    @property
    def learning_rate(self) -> float:
        """The rate of the current epoch, as the schedule has it."""
        return self._config.rate_at(self._progress.epoch)

    @property
    def loss(self) -> float:
        """The exact mean loss over all training samples for the current values."""
        return self._loss_on(self._dataset.X, self._dataset.T)

    @property
    def samples(self) -> int:
        """How many samples it looks at: of training and of tests."""
        return len(self._samples.X) + len(self._samples.test_X)

    def look(self) -> float:
        """``loss``, kept for the snapshots that do without looking; in the history too where one is due.

        The test loss is looked at with it.
        """
        loss, samples = self.loss, self._samples
        test = [self._loss_on(samples.test_X, samples.test_T)] if len(samples.test_X) else []
        self._exact, self._looked_at = (loss, np.array(test)), self._moment
        if self.epoch >= self.history.seen.due and not self._progress.done:
            self.history.seen.add(self.epoch, loss)
        return loss

    @property
    def looked_at_now(self) -> bool:
        """Whether the losses of the last ``look`` are those of the current values."""
        return self._looked_at == self._moment

    @property
    def _moment(self) -> tuple[int, int, str]:
        """What the losses depend on: other values come of updates and edits alone."""
        return self.update, len(self.edits), self._config.loss

    def run(self, epochs: int) -> str:
        """Train ``epochs`` more epochs, or fewer if a stop condition holds. Returns the name of the reason.

        Stop conditions are counted from the call on. See nnsim.training.reasons.
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
        self._progress = self._progress._replace(low=math.inf, high=-math.inf, since=0)

    def advance(
        self, updates: int | None = None, until_epoch: int | None = None, seconds: float | None = None
    ) -> str | None:
        """Do updates until a stop condition holds (returns its name) or a bound is met (returns None).

        The bounds are a number of updates, an epoch to reach, and about how long it may take. Where a call ends never
        changes what training computes.
        """
        self._measure()
        last_update = FOR_EVER if updates is None else self.update + updates
        last_epoch = FOR_EVER if until_epoch is None else until_epoch
        if self._config.stop_epochs is not None:
            last_epoch = min(last_epoch, self._started_epoch + self._config.stop_epochs)
        if self._config.stop_seconds is not None:
            seconds = min(seconds or math.inf, max(self._config.stop_seconds / 10, 0.001))
        reason = None
        while reason is None and self.update < last_update and self.epoch < last_epoch:
            piece = last_update
            if seconds is not None:
                piece = min(last_update, self.update + max(1, int(self._pace * seconds)))
            reason = self._advance(piece, last_epoch)
            if seconds is not None:
                break
        if reason is None and self._config.stop_epochs is not None:
            reason = "epochs" if self.epoch - self._started_epoch >= self._config.stop_epochs else None
        return reason

    def _advance(self, last_update: int, last_epoch: int) -> str | None:
        """One call of the engine; its losses go to the history."""
        before, began = self._progress, time.monotonic()
        self._progress = now = self._descent.advance(self._rule, before, last_update, last_epoch, self._curves)
        took = max(time.monotonic() - began, 1e-6)
        pace = (now.update - before.update) / took
        self._pace = min(pace, FASTER * self._pace) if self._pace else pace
        done = now.epoch - before.epoch
        self.history.train.extend(self._curves[0][:done])
        if len(self._descent.samples.test_X):
            self.history.test.extend(self._curves[1][:done])
        if now.reason == DIVERGED:
            self._restore()
        # An epoch's mean may be so small, each sample as it passed, without the loss of the weights that came of it:
        # also without any error, where a penalty changes weights all the same.
        small = {LOSS: self._rule.stop_loss, CONVERGED: 0.0}.get(now.reason)
        held = small is None or self.loss <= small
        if now.reason in _REASONS and held:
            return _REASONS[now.reason]
        if done and self._config.stop_seconds is not None:
            over = time.monotonic() - self._started_at >= self._config.stop_seconds
            return "seconds" if over else None
        return None

    def next_batch(self) -> Indices:
        """The rows of the data that the next update takes."""
        now, n = self._progress, len(self._dataset.X)
        if now.done:
            return np.array(self._descent.order[now.done : now.done + now.batch], dtype=np.intp)
        order = epoch_order(self._config.order, n, self._config.seed, now.epoch)
        return order[: self._rule.batch].astype(np.intp)

    @property
    def memory(self) -> tuple[Array, Array, int]:
        """What the optimizer remembers of each parameter, two vectors (n_parameters,), and after how many updates."""
        v = self._descent.v
        return self._descent.read(v.r), self._descent.read(v.s), self._progress.steps

    def set_values(self, values: Mapping[str, float]) -> None:
        """Set parameters by name while training, as an edit by hand does; recorded in ``edits``."""
        parameters = self.network.with_values(values).parameters
        self.edits.append((self.update, dict(values)))
        self._write(parameters)
        self._farthest = max(self._farthest, _farthest(values))
        self._rule = self._rule_of(self._config)
        self._unseen()

    def configure(self, config: TrainingConfig) -> None:
        """Continue with other settings: rate, loss and penalties at once; batch, order and seed from the next epoch.

        Raises ValueError if the perceptron rule is chosen for a network that it cannot train.
        """
        self._check_rule(config)
        old, self._config = self._config, config
        if config.optimizer != old.optimizer:
            self._forget()
        if config.loss != old.loss:
            # All samples are run for it, and here somebody waits.
            self._limit = None
        self._rule = self._rule_of(config)
        if (config.loss, config.l1, config.l2) != (old.loss, old.l1, old.l2):
            self._write(self.parameters)
            self._unseen()

    def snapshot(self, run: int = 0, reason: str | None = None, whole: bool = True) -> Snapshot:
        """This moment, in frozen copies. Without ``whole`` it is for looking at only, and cheaper: its losses are those
        of the last ``look``."""
        now = self._progress
        if whole:
            self.look()
        loss, test_loss = self._exact
        here = now.epoch + now.done / len(self._dataset.X)
        batch = now.batch or self._rule.batch
        return Snapshot(
            run,
            self.parameters,
            now.epoch,
            now.update,
            -(-now.done // batch),
            -(-len(self._dataset.X) // batch),
            loss,
            self.history.train.points(),
            self.history.test.points(),
            self.engine,
            reason,
            len(self.edits),
            self._nearness(),
            self._state() if whole else None,
            self.history.seen.points(here, loss),
            float(test_loss[0]) if len(test_loss) else None,
        )

    def _state(self) -> RunState:
        v, read = self._descent.v, self._descent.read
        limit = self._measure()
        return RunState(
            self._descent.kind, self._progress, (read(v.r), read(v.s)), read(v.began), read(v.good),
            read(v.mean_gradient), limit, self._started_epoch,
            tuple((update, dict(values)) for update, values in self.edits),
            self.history.train.state(), self.history.test.state(),
        )

    def _restore(self) -> None:
        """Back to the values that the best epoch began with, after a divergence."""
        v = self._descent.v
        v.w[:] = v.began[:] = v.good
        self._forget()
        v.mean_gradient[:] = 0.0
        self._progress = self._progress._replace(done=0, loss=self.loss)

    def _forget(self) -> None:
        """The optimizer begins anew."""
        self._descent.v.r[:] = self._descent.v.s[:] = 0.0
        self._progress = self._progress._replace(steps=0)

    def _nearness(self) -> float | None:
        """How near the run is to its stop, 0 to 1; None if nothing tells."""
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
                now = max(self._progress.loss, config.stop_loss)
                shares.append(float(np.log(first / now) / np.log(first / config.stop_loss)))
        return min(1.0, max(0.0, *shares)) if shares else None

    def _batch_size(self) -> int:
        n = len(self._dataset.X)
        return min(self._config.batch_size or n, n)

    def _check_rule(self, config: TrainingConfig) -> None:
        if OPTIMIZERS[config.optimizer_name].straight:
            problems = rule_problems(self.start.structure, self._dataset.T)
            if problems:
                raise ValueError(" ".join(problem.message for problem in problems))

    def _rule_of(self, config: TrainingConfig) -> Rule:
        """The config in numbers, for the engine."""
        structure = self.start.structure
        # A neuron without a bias has a place for one all the same, which has to stay at 0.
        without_bias = any(neuron.bias is None for neuron in structure.neurons if neuron.role != "input")
        return Rule(
            loss=list(LOSSES).index(config.loss),
            optimizer=list(OPTIMIZERS).index(config.optimizer_name),
            constants=four(config.optimizer_constants),
            rate=float(config.learning_rate),
            schedule=list(SCHEDULES).index(config.schedule_name),
            schedule_constants=four(config.schedule_constants),
            batch=self._batch_size(),
            order=ORDERS[config.order],
            seed=int(config.seed),
            l1=float(config.l1),
            l2=float(config.l2),
            clip=_or_off(config.clip, -1.0),
            straight=OPTIMIZERS[config.optimizer_name].straight,
            some_frozen=bool(structure.frozen) or without_bias,
            limit=math.inf if self._limit is None else limit_for(config, self._limit),
            room=room(self._config, self._reach, self._farthest),
            stop_loss=_or_off(config.stop_loss, -math.inf),
            stop_change=_or_off(config.stop_change, -1.0),
            stop_change_epochs=int(config.stop_change_epochs),
            stop_gradient=_or_off(config.stop_gradient, -1.0),
        )

    def _loss_on(self, X: Array, T: Array) -> float:
        with np.errstate(all="ignore"):
            o = self._program.run(self.parameters, X).a[:, self._program.outputs]
            return LOSSES[self._config.loss].value(o, T)

    def _unseen(self) -> None:
        self._progress = self._progress._replace(best=math.inf)

    def _measure(self) -> float:
        """What a divergence is measured by, found where it is not known; returns the loss that counts as one.

        A value set by hand may make the loss larger than a run would: there is room from there.
        """
        if self._limit is None or self._progress.best == math.inf:
            loss = self.loss
            self._limit = max(self._limit or 0.0, self._limit_from(loss))
            self._progress = self._progress._replace(best=min(self._progress.best, self._objective(loss)))
            self._rule = self._rule_of(self._config)
        return self._limit

    def _objective(self, loss: float) -> float:
        """What training makes small, for the values that this epoch began with; never infinite."""
        found = loss + penalty(self._rule, self._descent.v)
        return found if abs(found) <= WORST else WORST

    def _limit_from(self, loss: float) -> float:
        return loss_limit(loss, self._config.loss, self._dataset.T)


def _farthest(values: Mapping[str, float]) -> float:
    return max(map(abs, values.values()), default=0.0)


def _or_off(value: float | None, off: float) -> float:
    return off if value is None else float(value)
