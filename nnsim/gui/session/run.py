"""The training run as the window sees it: its trainer, its thread, and the moments that are drawn."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer, Signal

from nnsim.core.network import Network
from nnsim.data.dataset import Dataset
from nnsim.documents.document import Document
from nnsim.gui.session.beside import wait_beside
from nnsim.gui.session.costs import AT_ONCE, work
from nnsim.training import engines
from nnsim.training.config import TrainingConfig
from nnsim.training.snapshot import Snapshot
from nnsim.training.trainer import Trainer
from nnsim.training.worker import PATIENCE, TrainingWorker

FRAME_MS, SLOWEST_FRAME_MS = 33, 100
REST = 1.5
"""A frame comes after this many times the time that drawing the last one took: a slow machine stays calm."""
AT_ONCE_SECONDS, JOIN_SECONDS = 0.1, 2.0
"""So long the window stands still for the update under way; and so long it waits for it, while it goes on drawing. One
of a very large network may take longer."""
DRAWING_PATIENCE = 0.25
"""Seconds that the worker waits at most while a frame is drawn."""


class LongUpdate(Exception):
    """What goes on takes so long that nobody waits for it.

    An update, of which nothing is taken over; or what comes ``before`` the first one.
    """

    def __init__(self, before: bool) -> None:
        super().__init__()
        self.before = before


class Run(QObject):
    """One run after another, each of which is running or paused.

    Signals: ``moved(snapshot)`` with the latest moment while training, at most 30 times a second;
    ``ended(snapshot, error)`` when its thread has ended, with the last moment, or None if it left none.
    """

    moved = Signal(object)
    ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.trainer: Trainer | None = None
        """The trainer of the run, while it is paused; of a running one it is the worker's own."""
        self.begun_with: Network | None = None
        """The network as it was when the run began; None before any."""
        self.latest: Snapshot | None = None
        """The last moment of the run, which is running or has ended."""
        self.number = 0
        self._worker: TrainingWorker | None = None
        self._edits_sent = 0
        """Edits that a snapshot must have in it, not to show the values from before them again."""
        self._free = threading.Event()
        """Cleared while the window is busy: then the worker waits."""
        self._free.set()
        self._drawn_ms = 0.0
        self._held = False
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._take_snapshot)

    @property
    def running(self) -> bool:
        """Whether it is not paused."""
        return self._worker is not None

    @property
    def moving(self) -> bool:
        """Whether other values are shown all the time: it is running, and not held."""
        return self.running and not self._held

    def start(self, document: Document, dataset: Dataset, speed: float | None, updates: int | None,
              epochs: int | None) -> None:
        """Begin a run, or continue the paused one."""
        trainer: Trainer | Callable[[], Trainer]
        if self.trainer is None:
            trainer = partial(Trainer, document.network, dataset, document.training, engines.now())
            self.begun_with = document.network
            self.number += 1
            self._edits_sent = 0
        else:
            trainer, self.trainer = self.trainer, None
            self._edits_sent = len(trainer.edits)
        self._worker = TrainingWorker(trainer, self.number, speed, updates, epochs, self._free)
        self._watch(True)
        self._timer.start()
        try:
            self._worker.start()
        except RuntimeError as error:  # the system has no thread left
            self._worker.error = error
            self._end(self._worker, None)

    def stop(self) -> None:
        """Pause. Returns when the thread has ended and ``ended`` has said so.

        A thread whose update takes too long is left to end by itself: the run ends with its last moment before that
        update, and a ``LongUpdate``.
        """
        if self._worker is not None:
            self._worker.pause()
            self._free.set()
            self._timer.stop()
            if not _ends(self._worker):
                # Its trainer is its own as long as it lives; the next run makes another.
                self._worker.error = LongUpdate(self.latest is None and self._worker.trainer is None)
            self._end(self._worker, self._worker.take())

    def drop(self) -> None:
        """Forget the paused run: the next one begins anew."""
        self.trainer, self.latest, self.begun_with = None, None, None

    def resume(self, start: Network, dataset: Dataset, config: TrainingConfig, snapshot: Snapshot) -> None:
        """Put the paused run back to an earlier moment of it."""
        self.trainer, self.begun_with = Trainer.resume(start, dataset, config, snapshot), start
        self.latest = snapshot

    # Messages to the worker

    def set_values(self, values: Mapping[str, float]) -> None:
        """Set parameters by name; no later moment shows the values from before."""
        if self._worker is not None:
            self._worker.set_values(values)
            self._edits_sent += 1

    def set_speed(self, speed: float | None) -> None:
        """Updates a second from now on; None is unlimited."""
        if self._worker is not None:
            self._worker.set_speed(speed)

    def configure(self, config: TrainingConfig) -> None:
        """Go on with other settings."""
        if self._worker is not None:
            self._worker.configure(config)

    def follow(self, old: Document, new: Document, edited: bool) -> bool:
        """Keep, adapt or drop the paused run as the document changes, ``edited`` or by undo. Whether it was dropped.

        While training, what the run has to know was sent to its worker, whose trainer nobody else may ask.
        """
        trainer = self.trainer
        if trainer is None:
            return False
        same_run = new.network.structure is old.network.structure and new.data == old.data
        values_differ = same_run and not np.array_equal(new.network.parameters, trainer.parameters)
        if not same_run or (values_differ and not edited):
            self.drop()
            return True
        reads_loss = values_differ or new.training.loss != old.training.loss
        if values_differ:
            changed = np.flatnonzero(new.network.parameters != trainer.parameters)
            names = new.network.parameter_names
            trainer.set_values({names[i]: float(new.network.parameters[i]) for i in changed})
        if new.training != old.training:
            try:
                trainer.configure(new.training)
            except ValueError:
                # Such settings cannot train this network at all; Train says why.
                self.drop()
                return True
        if reads_loss and self.latest is not None:
            self.latest = self._seen_anew(trainer, self.latest)
        return False

    def _seen_anew(self, trainer: Trainer, latest: Snapshot) -> Snapshot:
        """The moment with the losses of what was changed by hand; of very many samples, without any."""
        structure = trainer.start.structure
        if work(structure, trainer.samples) > AT_ONCE:
            return replace(latest, loss=math.nan, test_loss=None if latest.test_loss is None else math.nan)
        trainer.look()
        now = trainer.snapshot(latest.run, latest.reason, whole=False)
        return replace(latest, loss=now.loss, test_loss=now.test_loss, seen=now.seen)

    # Frames

    @contextmanager
    def holding(self, document: Document, dataset: Dataset | None) -> Iterator[None]:
        """Show no later moment in here than the one that is shown, with its own losses; a run that is running goes on.
        """
        self._held = True
        if self.running and self.latest is not None and dataset is not None:
            self.latest = _looked_at(self.latest, document, dataset)
        try:
            yield
        finally:
            self._held = False

    @contextmanager
    def gui_first(self) -> Iterator[None]:
        """While the window draws, the training thread waits; see TrainingWorker.

        A timer or a paint may come after the dispatcher said that it would wait, so it has to say so itself.
        """
        self._free.clear()
        start = time.perf_counter()
        worker = self._worker
        if worker is not None:
            worker.patience = DRAWING_PATIENCE
        try:
            yield
        finally:
            self._drawn_ms += (time.perf_counter() - start) * 1000
            if worker is not None:
                worker.patience = PATIENCE

    def _take_snapshot(self) -> None:
        worker = self._worker
        if worker is None or self._held:
            return
        # Asked first: what a thread leaves last is there once it has ended.
        ended = not worker.running
        snapshot = worker.take()
        if ended:
            self._end(worker, snapshot)
        elif snapshot is None or snapshot.run != worker.run_id:
            return
        elif snapshot.reason is not None:
            _ends(worker)
            self._end(worker, snapshot)
        elif snapshot.edits >= self._edits_sent:
            self.latest = snapshot
            self._timer.setInterval(round(min(max(FRAME_MS, REST * self._drawn_ms), SLOWEST_FRAME_MS)))
            self._drawn_ms = 0.0
            with self.gui_first():
                self.moved.emit(snapshot)

    def _end(self, worker: TrainingWorker, snapshot: Snapshot | None) -> None:
        self._worker, self.trainer = None, worker.trainer
        self._timer.stop()
        self._watch(False)
        if snapshot is not None:
            self.latest = snapshot
        self.ended.emit(snapshot, worker.error)

    def _watch(self, on: bool) -> None:
        """While training, tell its worker when this thread is busy and when it waits for events."""
        self._free.set()
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is None:
            return
        if on:
            dispatcher.awake.connect(self._free.clear)
            dispatcher.aboutToBlock.connect(self._free.set)
        else:
            dispatcher.awake.disconnect(self._free.clear)
            dispatcher.aboutToBlock.disconnect(self._free.set)


def _looked_at(latest: Snapshot, document: Document, dataset: Dataset) -> Snapshot:
    """A moment of a running worker with the losses of its own parameters, not those of a moment ago."""
    network = document.network.with_parameters(latest.parameters)
    now = Trainer(network, dataset, document.training, "numpy").snapshot(whole=False)
    epochs, losses = latest.seen
    return replace(latest, loss=now.loss, test_loss=now.test_loss, seen=(epochs, np.append(losses[:-1], now.loss)))


def _ends(worker: TrainingWorker) -> bool:
    """Wait until a worker has ended; False if it takes too long. Whatever is clicked meanwhile comes afterwards."""
    if worker.join(AT_ONCE_SECONDS):
        return True
    end = time.monotonic() + JOIN_SECONDS
    wait_beside(lambda: worker.running and time.monotonic() <= end)
    return worker.join(0.0)
