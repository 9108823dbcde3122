"""A worker that fails, wherever and however it does: the run ends, the learner hears why, and Train begins anew."""

import threading
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.session import run
from nnsim.gui.session.desk import Desk
from nnsim.training.trainer import Trainer
from nnsim.training.worker import TrainingWorker


class Odd(BaseException):
    """No Exception, and so passed on by most who catch."""


ERRORS: dict[str, tuple[BaseException, str]] = {
    "ordinary": (ValueError("a cable came off"), "a cable came off"),
    "without words": (ZeroDivisionError(), "ZeroDivisionError"),
    "no memory": (MemoryError(), "there is not enough memory"),
    "exit": (SystemExit(3), "3"),
    "interrupt": (KeyboardInterrupt(), "KeyboardInterrupt"),
    "odd": (Odd("odd"), "odd"),
}


@pytest.fixture
def open(desk: Desk) -> tuple[Desk, list[str]]:
    """A document that can be trained, and what is told of it."""
    told: list[str] = []
    desk.session.message.connect(lambda text, kind: told.append(text))
    desk.session.open_document(nnsim.load(EXAMPLES["circle"].path))
    return desk, told


def failing(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*args: Any, **options: Any) -> NoReturn:
        raise error

    return fail


def in_the_end(error: BaseException) -> Callable[..., Any]:
    """``Trainer.snapshot`` that fails for the last moment only."""
    plain = Trainer.snapshot

    def snapshot(self: Trainer, run: int = 0, reason: str | None = None, whole: bool = True) -> Any:
        if reason is not None:
            raise error
        return plain(self, run, reason, whole)

    return snapshot


PLACES: dict[str, tuple[type, str, Callable[[BaseException], Callable[..., Any]]]] = {
    "its making": (Trainer, "__init__", failing),
    "an update": (Trainer, "advance", failing),
    "a frame": (Trainer, "snapshot", failing),
    "the last moment": (Trainer, "snapshot", in_the_end),
    "the mailbox": (TrainingWorker, "_deliver", failing),
    "a message": (Trainer, "set_values", failing),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ERRORS)
def test_a_failed_run_is_told_and_another_can_begin(
    open: tuple[Desk, list[str]], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    """Nobody waits for a thread that is gone."""
    (desk, told), (error, said) = open, ERRORS[name]
    session, before = desk.session, desk.session.document
    owner, method, fault = PLACES[place]
    with monkeypatch.context() as planted:
        planted.setattr(owner, method, fault(error))
        assert session.train(updates=None if place == "a message" else 3)
        if place == "a message":
            session.set_values({session.network.parameter_names[0]: 0.25}, "weight")
        qtbot.waitUntil(lambda: not session.training)
    assert told == [f"Training failed: {said}" + ("." if name == "no memory" else "")]
    assert session.network.structure is before.network.structure and np.isfinite(session.network.parameters).all()
    assert session.train(updates=3)
    qtbot.waitUntil(lambda: not session.training)
    assert len(told) == 1 and session.latest is not None and session.latest.reason == "updates"
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
    assert session.document == before


def test_a_trainer_is_made_in_the_thread_that_runs_it(
    open: tuple[Desk, list[str]], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many samples that takes long; what was done meanwhile holds, and the run begins where it began before."""
    session, made = open[0].session, threading.Event()
    threads: list[threading.Thread] = []
    plain = Trainer.__init__

    def made_late(self: Trainer, *given: Any) -> None:
        threads.append(threading.current_thread())
        made.wait(20)
        plain(self, *given)

    monkeypatch.setattr(Trainer, "__init__", made_late)
    start, name = session.network, session.network.parameter_names[0]
    assert session.train(updates=1) and session.training
    assert session.start_network is start and session.paused_trainer is None
    session.set_values({name: 0.25}, "weight")
    assert session.network.value(name) == 0.25
    made.set()
    qtbot.waitUntil(lambda: not session.training)
    assert session.paused_trainer is not None and session.start_network is start
    assert session.paused_trainer.edits == [(0, {name: 0.25})]
    session.set_speed(None)
    assert session.train(epochs=1)
    qtbot.waitUntil(lambda: not session.training)
    assert len(threads) == 1 and threads[0] is not threading.main_thread()
    session.back_to_start()
    assert np.array_equal(session.network.parameters, start.parameters) and session.start_network is None


def test_a_thread_that_cannot_be_had(
    open: tuple[Desk, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system may have no more of them."""
    told, session = open[1], open[0].session
    with monkeypatch.context() as planted:
        planted.setattr("threading.Thread.start", failing(RuntimeError("can't start new thread")))
        session.train()
    assert not session.training and told == ["Training failed: can't start new thread"]


def test_a_worker_that_does_not_answer_keeps_its_trainer(
    open: tuple[Desk, list[str]], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run makes its own, so that no two threads train one."""
    told, session = open[1], open[0].session
    assert session.train(updates=3)
    qtbot.waitUntil(lambda: not session.training)
    abandoned = session.paused_trainer
    assert session.train()
    worker = session._run._worker
    assert worker is not None
    with monkeypatch.context() as planted:
        planted.setattr(run, "JOIN_SECONDS", 0.0)
        planted.setattr(TrainingWorker, "join", lambda self, timeout: False)
        session.pause()
    assert not session.training and told == [
        "Training stopped before the update under way, which takes long and is not waited for."]
    assert session.train(updates=3)
    qtbot.waitUntil(lambda: not session.training)
    assert session.paused_trainer is not abandoned and worker.join(10)


def test_a_trainer_that_is_long_in_the_making_is_not_waited_for(
    open: tuple[Desk, list[str]], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pause ends the run before it began; the next one makes another trainer."""
    (desk, told), made = open, threading.Event()
    session, plain, before = desk.session, Trainer.__init__, desk.session.document

    def made_late(self: Trainer, *given: Any) -> None:
        made.wait(20)
        plain(self, *given)

    with monkeypatch.context() as planted:
        planted.setattr(run, "AT_ONCE_SECONDS", 0.0)
        planted.setattr(run, "JOIN_SECONDS", 0.0)
        planted.setattr(Trainer, "__init__", made_late)
        assert session.train()
        worker = session._run._worker
        session.pause()
        assert not session.training and told == ["Training stopped before it began."]
        assert session.document is before and session.start_network is None and session.paused_trainer is None
        made.set()
        assert worker is not None and worker.join(10)
    assert session.train(updates=3)
    qtbot.waitUntil(lambda: not session.training)
    assert session.paused_trainer is not None and session.paused_trainer is not worker.trainer
