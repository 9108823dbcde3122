"""The training thread: pace, messages and its end. Bounded waits on the thread itself, never sleeps."""

import threading
import time
from collections.abc import Callable

import numpy as np

import nnsim
from nnsim.training.snapshot import Snapshot
from nnsim.training.worker import TrainingWorker

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
T = [[0.0], [1.0], [1.0], [0.0]]


def trainer() -> nnsim.Trainer:
    """A 2-3-1 net on XOR, one update an epoch."""
    return nnsim.Trainer(nnsim.Network.layered([2, 3, 1]), nnsim.Dataset(X, T), nnsim.TrainingConfig(batch_size=0))


def wait(condition: Callable[[], bool]) -> None:
    """Wait up to ten seconds."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.002)


def test_a_number_of_updates() -> None:
    """The worker does just what was asked and tells why it ended."""
    worker = TrainingWorker(trainer(), run=3, updates=5)
    worker.start()
    assert worker.join(10)
    snapshot = worker.take()
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.reason, snapshot.update, snapshot.run, snapshot.engine) == ("updates", 5, 3, "numba")
    assert worker.take() is None
    alone = trainer()
    alone.advance(updates=5)
    assert np.array_equal(snapshot.parameters, alone.parameters)
    assert not snapshot.parameters.flags.writeable


def test_a_number_of_updates_is_done_at_the_pace() -> None:
    """One, and the next when it is due; all, though far more would be due."""
    shared = trainer()
    worker = TrainingWorker(shared, run=1, speed=0.001, updates=5)
    worker.start()
    wait(lambda: shared.update > 0)
    assert shared.update == 1
    worker.set_speed(1e6)
    assert worker.join(10)
    snapshot = worker.take()
    assert snapshot is not None and (snapshot.reason, snapshot.update) == ("updates", 5)


def test_pause_and_go_on() -> None:
    """A paused trainer goes on in another worker as if it had never stopped."""
    shared = trainer()
    for _ in range(3):
        worker = TrainingWorker(shared, run=1)
        worker.start()
        before = shared.update
        wait(lambda before=before: shared.update > before)
        worker.pause()
        assert worker.join(10)
        snapshot = worker.take()
        assert snapshot is not None and snapshot.reason == "paused"
    alone = trainer()
    alone.advance(updates=shared.update)
    assert np.array_equal(shared.parameters, alone.parameters)


def test_what_is_learned_is_seen_while_it_runs() -> None:
    """The latest of it, once."""
    worker = TrainingWorker(trainer(), run=1)
    worker.start()
    seen: list[Snapshot] = []

    def seen_again() -> bool:
        snapshot = worker.take()
        seen.extend([snapshot] if snapshot is not None else [])
        return len(seen) > 2

    wait(seen_again)
    assert worker.running
    worker.pause()
    assert worker.join(10)
    assert all(snapshot.reason is None for snapshot in seen)
    assert 0 < seen[0].update < seen[1].update < seen[2].update


def test_values_and_settings_arrive_by_message() -> None:
    """An edit while the worker waits for its next update takes effect without stopping it."""
    shared = trainer()
    worker = TrainingWorker(shared, run=1, speed=0.5)
    worker.start()
    worker.set_values({"w1": 7.0})
    wait(lambda: len(shared.edits) == 1)
    worker.configure(nnsim.TrainingConfig(learning_rate=0.0, batch_size=0))
    worker.set_speed(None)
    wait(lambda: shared.config.learning_rate == 0.0 and shared.update > 2)
    worker.pause()
    assert worker.join(10)
    assert abs(shared.network.value("w1") - 7.0) < 0.5


def test_between_slow_updates_the_loss_is_that_of_the_weights() -> None:
    """Of a batch in the midst of an epoch too, and after an edit: nobody waits for the next update to hear it."""
    data, config = nnsim.Dataset(X, T), nnsim.TrainingConfig(batch_size=1, learning_rate=0.5)
    shared = nnsim.Trainer(nnsim.Network.layered([2, 3, 1], seed=2), data, config)
    worker = TrainingWorker(shared, run=1, speed=0.001)
    worker.start()
    seen: list[Snapshot] = []

    def says(update: int, edits: int) -> bool:
        snapshot = worker.take()
        seen.extend([snapshot] if snapshot is not None else [])
        if not seen or (seen[-1].update, seen[-1].edits) != (update, edits):
            return False
        return seen[-1].loss == nnsim.Trainer(shared.start.with_parameters(seen[-1].parameters), data, config).loss

    wait(lambda: says(1, 0))
    worker.set_values({"w1": 7.0})
    wait(lambda: says(1, 1))
    assert not shared.epoch and len({snapshot.loss for snapshot in seen}) > 1
    worker.pause()
    assert worker.join(10)


def test_pace_is_kept() -> None:
    """At two updates a second, a tenth of a second does one at most."""
    shared = trainer()
    worker = TrainingWorker(shared, run=1, speed=2.0)
    worker.start()
    wait(lambda: shared.update == 1)
    started = time.monotonic()
    wait(lambda: shared.update == 2)
    assert time.monotonic() - started > 0.3
    worker.pause()
    assert worker.join(10)


def test_an_error_in_the_loop_is_reported() -> None:
    """A thread never dies unheard."""
    shared = trainer()
    worker = TrainingWorker(shared, run=1)

    def broken(trainer: nnsim.Trainer) -> None:
        raise RuntimeError("no")

    worker._post(broken)
    worker.start()
    assert worker.join(10)
    snapshot = worker.take()
    assert snapshot is not None and snapshot.reason == "failed"
    assert isinstance(worker.error, RuntimeError)
