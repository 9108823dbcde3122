"""While training, the trainer is the worker's: no view reads what it writes."""

import threading
from dataclasses import replace

import pytest

from nnsim.documents import edits
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import WORKSPACES
from nnsim.training.trainer import Trainer

MAY_BE_ASKED = {"start"}
"""The network from before the run: frozen."""


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda w: w.id)
def test_the_window_never_asks_a_trainer_that_trains(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, workspace: object
) -> None:
    """Everything that can be done during a run is done, and every reading of the trainer is watched."""
    session, window = hand.session, threading.current_thread()
    hand.example("circle")
    hand.window.workspaces.switch(workspace)
    asked: list[str] = []
    plain = Trainer.__getattribute__

    def watched(self: Trainer, name: str) -> object:
        if threading.current_thread() is window and session._run._worker is not None and session._run._worker.running:
            asked.append(name)
        return plain(self, name)

    monkeypatch.setattr(Trainer, "__getattribute__", watched)
    session.set_speed(None)
    assert session.train()
    hand.rest(0.2)
    name = session.network.parameter_names[0]
    session.set_values({name: 0.5}, "weight")
    session.apply("move", lambda d: edits.move(d, {session.structure.neurons[-1].id: (500.0, 40.0)}))
    session.configure(replace(session.document.training, learning_rate=0.01), "rate")
    session.set_speed(1000.0)
    hand.desk.looking.select({session.structure.neurons[-1].id})
    hand.desk.study.set_scope("batch")
    hand.desk.looking.zoom_plane(1.5)
    hand.desk.study.compare(True)
    hand.rest(0.3)
    assert session.training
    assert set(asked) <= MAY_BE_ASKED, sorted(set(asked))
    session.pause()
    assert "parameters" in set(dir(Trainer)), "what is watched is there"
