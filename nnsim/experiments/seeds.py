"""The same training from several starts, in a thread of its own: does another draw of the weights solve it?"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnsim.core.analysis.maps import decision_threshold
from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES
from nnsim.core.network import Network
from nnsim.core.program import program_of
from nnsim.data.dataset import Dataset
from nnsim.training.config import TrainingConfig
from nnsim.training.engines import COMPILED
from nnsim.training.history import Points
from nnsim.training.trainer import Trainer
from nnsim.training.worker import NUMPY_SLICE_SECONDS

SMALL, TINY = 0.1, 1e-9
"""A loss below this share of the start's, or of what a constant output has, is small; and so is one below the other."""
LEVEL = 0.01
"""A loss whose mean changes by less than this share from a quarter of the run to the next has come to rest."""
RECENT, FALLING = 16, 0.02
"""Where the last sixteenth of that lies lower by this share, the loss has begun to fall."""
SPREAD, MOVED = 0.5, 0.25
"""A loss that goes up and down by this share of it is not at rest; nor is one that is now farther away than that."""
LONG = 400
"""Epochs before which no run is called stuck."""
SLICE_SECONDS = 0.05


@dataclass(frozen=True)
class Outcome:
    """How the run of one seed ended."""

    seed: int
    loss: float
    solved: bool


def all_right(network: Network, X: Array, T: Array) -> bool:
    """Whether each output is on the right side of its threshold for every row.

    Targets are two classes, such as 0 and 1 or −1 and 1, NaN if unset; of other targets none is ever right.
    """
    classes = np.unique(T[np.isfinite(T)])
    if set(classes.tolist()) <= {0.0, 1.0}:
        classes = np.array([0.0, 1.0])
    if len(classes) != 2:
        return False
    outputs = program_of(network.structure).forward(network.parameters, X)
    by_id, middle = network.structure.by_id, classes.mean()
    thresholds = np.array([decision_threshold(by_id[id].activation, classes) for id in network.structure.outputs])
    return bool((np.isfinite(outputs) & (((outputs >= thresholds) == (middle <= T)) | np.isnan(T))).all())


def largest_right(network: Network, X: Array, T: Array) -> bool:
    """Whether of several outputs, one a class, the largest is that of the row's class, for every row."""
    if T.shape[1] < 2 or not np.isin(T, (0.0, 1.0)).all() or (T.sum(axis=1) != 1.0).any():
        return False
    outputs = program_of(network.structure).forward(network.parameters, X)
    return bool(np.isfinite(outputs).all() and (outputs.argmax(axis=1) == T.argmax(axis=1)).all())


def plain_loss(T: Array, loss: str) -> float:
    """The loss of outputs that say the mean of the targets, whatever comes in."""
    entry, mean = LOSSES[loss], np.broadcast_to(T.mean(axis=0), T.shape)
    with np.errstate(all="ignore"):
        return entry.value(np.log(np.maximum(mean, TINY)) if entry.log_softmax else mean, T)


def stuck_for(losses: Points, now: float, plain: float) -> int:
    """For how many epochs a loss has been at rest far from small; 0 if it moves, is small, or the run is short.

    ``now`` is the loss of the weights as they are, which may have been set by hand; ``plain`` that of an output that
    is constant, see ``plain_loss``.
    """
    epochs, mean = losses.epoch, losses.mean
    if len(mean) < 8 or epochs[-1] < LONG or not np.isfinite(mean).all():
        return 0
    start = np.searchsorted(epochs, epochs[-1] / 2)
    last = mean[start:]
    earlier, later = (float(half.mean()) for half in np.array_split(last, 2))
    small = max(TINY, SMALL * float(mean[0]), SMALL * plain)
    if later <= small or now <= small or abs(earlier - later) > LEVEL * later or abs(now - later) > MOVED * later:
        return 0
    if float(losses.high[start:].max() - losses.low[start:].min()) > SPREAD * later:
        return 0
    if float(last[-max(1, len(last) // RECENT):].mean()) < (1.0 - FALLING) * later:
        return 0
    return int(epochs[-1] / 2)


class SeedRuns:
    """Trains a copy of a network from the weights that each seed draws, one after the other.

    A run is solved once all rows are right if ``exact`` (the data are a truth table), else once its loss is below a
    tenth of its start's. It ends then, or after ``epochs``. ``outcomes`` grows as runs end; read it from any thread.
    """

    def __init__(self, network: Network, dataset: Dataset, config: TrainingConfig, epochs: int, exact: bool,
                 engine: str | None = None, seeds: Sequence[int] = range(5)) -> None:
        self.seeds, self.epochs, self.exact = tuple(seeds), epochs, exact
        self.outcomes: tuple[Outcome, ...] = ()
        self.error: Exception | None = None
        self._network, self._dataset, self._config, self._engine = network, dataset, config, engine
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nnsim-seeds", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon, and wait for it; the outcomes so far stay."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def done(self) -> bool:
        """Whether the thread has ended: every seed is through, it was stopped, or it failed."""
        return not self._thread.is_alive()

    @property
    def solving(self) -> tuple[int, ...]:
        """The seeds that solve it, of those that are through."""
        return tuple(outcome.seed for outcome in self.outcomes if outcome.solved)

    def _run(self) -> None:
        try:
            for seed in self.seeds:
                outcome = self._try(seed)
                if outcome is None:
                    return
                self.outcomes = (*self.outcomes, outcome)
        except Exception as error:  # reported in the window: a thread must not die unheard
            self.error = error

    def _try(self, seed: int) -> Outcome | None:
        """The run of one seed; None if it was stopped."""
        trainer = Trainer(self._network.initialized(seed), self._dataset, self._config, self._engine)
        start, reason = trainer.loss, None
        compiled = trainer.engine == COMPILED
        trainer.begin()
        while True:
            solved = self._solved(trainer, start)
            if solved or reason is not None or trainer.epoch >= self.epochs:
                return Outcome(seed, trainer.loss, solved)
            if self._stopping.is_set():
                return None
            reason = trainer.advance(None, self.epochs, SLICE_SECONDS if compiled else NUMPY_SLICE_SECONDS)
            if not compiled:
                # numpy's calls hold the interpreter, which the window wants too.
                time.sleep(NUMPY_SLICE_SECONDS)

    def _solved(self, trainer: Trainer, start: float) -> bool:
        if self.exact:
            return all_right(trainer.network, self._dataset.X, self._dataset.T)
        return trainer.loss < SMALL * start
