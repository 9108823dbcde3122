"""The thread in which training runs, and the mailbox that carries its latest snapshot."""

import threading
import time
from collections.abc import Callable, Mapping

from nnsim.training.config import TrainingConfig
from nnsim.training.engines import COMPILED
from nnsim.training.snapshot import Snapshot
from nnsim.training.trainer import Trainer

SLICE_SECONDS, NUMPY_SLICE_SECONDS = 0.010, 0.001
"""How long the trainer is on its own; numpy's calls hold the interpreter, which the window wants too."""
LOOK_SECONDS, LOOK_SHARE = 0.1, 10
"""The exact loss is looked at not more often than this, nor for more than one part in so many of the time, but where
the history wants it."""
PATIENCE = 0.030
"""Seconds that the worker lets a busy window go first before it takes a slice all the same."""


class TrainingWorker:
    """Runs a trainer in slices of about 10 ms, at most ``speed`` updates a second (None: unlimited).

    It is given a trainer, or a function that makes one, which it calls in its own thread: of a large network, or of
    many samples, that takes long. The worker owns the trainer from ``start`` until ``join`` returns. ``take`` gives the
    latest snapshot once, or None; the last one carries the reason why the run ended ("paused" after ``pause``, "failed"
    with ``error`` set if anything raised). If not even that one could be taken, ``error`` is set and ``running`` ends
    without it.

    ``free`` is cleared by the window while it is busy: then a worker that runs numpy waits between two updates,
    because each of the thousands of calls of a drawing would else wait for the interpreter's lock in turn.
    """

    def __init__(
        self,
        trainer: Trainer | Callable[[], Trainer],
        run: int,
        speed: float | None = None,
        updates: int | None = None,
        epochs: int | None = None,
        free: threading.Event | None = None,
    ) -> None:
        self._make: Callable[[], Trainer] = (lambda: trainer) if isinstance(trainer, Trainer) else trainer
        self.trainer: Trainer | None = None
        """The trainer that it has; None until it is made."""
        self.run_id = run
        self.error: BaseException | None = None
        self._speed = speed
        self._updates_left = updates
        self._epochs = epochs
        self._messages: list[Callable[[Trainer], None]] = []
        self._mailbox: Snapshot | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._free = free
        self.patience = PATIENCE
        """How long a busy window goes first; the window asks for more while it draws."""
        self._pausing = False
        self._thread = threading.Thread(target=self._run, name=f"nnsim-training-{run}", daemon=True)

    def start(self) -> None:
        """Begin the run."""
        self._thread.start()

    def pause(self) -> None:
        """Ask the run to end between two slices, at a batch boundary."""
        self._pausing = True
        self._wake.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended. False if it has not within ``timeout`` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread.is_alive()

    def take(self) -> Snapshot | None:
        """The latest snapshot, once."""
        with self._lock:
            snapshot, self._mailbox = self._mailbox, None
        return snapshot

    def set_speed(self, speed: float | None) -> None:
        """Updates a second from here on; None is unlimited."""
        self._post(lambda trainer: setattr(self, "_speed", speed))

    def set_values(self, values: Mapping[str, float]) -> None:
        """Set parameters by name between two slices."""
        values = dict(values)
        self._post(lambda trainer: trainer.set_values(values))

    def configure(self, config: TrainingConfig) -> None:
        """Continue with other settings after the current slice."""
        self._post(lambda trainer: trainer.configure(config))

    def _post(self, message: Callable[[Trainer], None]) -> None:
        with self._lock:
            self._messages.append(message)
        self._wake.set()

    def _run(self) -> None:
        try:
            self.trainer = self._make()
            reason = self._loop(self.trainer)
        except BaseException as error:  # reported in the window: a thread must not die unheard
            self.error, reason = error, "failed"
        try:
            if self.trainer is not None:
                self._deliver(self.trainer.snapshot(self.run_id, reason))
        except BaseException as error:
            self.error = self.error or error

    def _loop(self, trainer: Trainer) -> str:
        # Stop conditions are counted from here.
        trainer.begin()
        until_epoch = None if self._epochs is None else trainer.epoch + self._epochs
        due = 1.0
        last = look_again = time.monotonic()
        while True:
            self._wake.clear()
            self._read_messages(trainer)
            if self._pausing:
                return "paused"
            if until_epoch is not None and trainer.epoch >= until_epoch:
                return "epochs"
            if self._updates_left == 0:
                return "updates"
            self._wait_until_free(trainer)
            now = time.monotonic()
            budget = self._updates_left
            if self._speed is not None:
                # Pace: updates fall due with time; what could not be done in time is not caught up with.
                due = min(due + (now - last) * self._speed, max(1.0, self._speed * 0.1))
                if due < 1.0:
                    last, wait = now, min(0.25, (1.0 - due) / self._speed)
                    if not trainer.looked_at_now:
                        if now >= look_again:
                            look_again = self._look(trainer)
                            self._deliver(trainer.snapshot(self.run_id, whole=False))
                            continue
                        wait = min(wait, look_again - now)
                    self._wake.wait(wait)
                    continue
                budget = int(due) if budget is None else min(int(due), budget)
            last = now
            done = trainer.update
            seconds = SLICE_SECONDS if trainer.engine == COMPILED else NUMPY_SLICE_SECONDS
            look_at = max(trainer.history.seen.due, trainer.epoch + 1)
            reason = trainer.advance(budget, look_at if until_epoch is None else min(look_at, until_epoch), seconds)
            done = trainer.update - done
            if trainer.epoch >= look_at or time.monotonic() >= look_again:
                look_again = self._look(trainer)
            due = 1.0 if self._speed is None else due - done
            if self._updates_left is not None:
                self._updates_left -= done
            if reason is not None:
                return reason
            self._deliver(trainer.snapshot(self.run_id, whole=False))

    @staticmethod
    def _look(trainer: Trainer) -> float:
        """Look at the exact losses; when to do so again."""
        began = time.monotonic()
        trainer.look()
        return began + max(LOOK_SECONDS, LOOK_SHARE * (time.monotonic() - began))

    def _wait_until_free(self, trainer: Trainer) -> None:
        """Let a busy window go first; if it stays busy, the worker takes its slice all the same.

        Compiled code does without the interpreter, so it need not wait.
        """
        if self._free is None or trainer.engine == COMPILED:
            return
        start = time.monotonic()
        while not self._free.wait(SLICE_SECONDS):
            if self._pausing or time.monotonic() - start > self.patience:
                return

    def _read_messages(self, trainer: Trainer) -> None:
        with self._lock:
            messages, self._messages = self._messages, []
        for message in messages:
            message(trainer)

    def _deliver(self, snapshot: Snapshot) -> None:
        with self._lock:
            self._mailbox = snapshot
