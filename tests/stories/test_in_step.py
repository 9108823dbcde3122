"""All views show one moment: at once when a run has ended, and in the midst of one when a picture is taken."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel

from nnsim.core.formulas.numbers import format_number
from nnsim.core.losses import LOSSES
from nnsim.core.program import program_of
from nnsim.gui.panels.data.panel import COUNT_MS
from nnsim.gui.panels.loss.line import LINE_DIGITS, LossLine
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import BUILD, EXPLAIN, TRAIN


def check_numbers(hand: Hand) -> None:
    """What stands beside the canvas is what the parameters give, computed here."""
    session = hand.session
    latest, data, network = session.latest, session.dataset, session.network
    assert latest is not None and data is not None
    assert np.array_equal(latest.parameters, network.parameters)
    losses, right, middle = [], [], np.unique(data.T).mean()
    for X, T in ((data.X, data.T), (data.X_test, data.T_test)):
        if X is not None and T is not None:
            o = program_of(network.structure).forward(network.parameters, X)
            losses.append(format_number(LOSSES[session.document.training.loss].value(o, T), LINE_DIGITS))
            right.append(f"{((o >= middle) == (middle <= T)).all(axis=1).sum()} of {len(X)}")
    assert hand.find("epoch_label", QLabel).text() == f"epoch {latest.epoch:,}"
    lines = [hand.find(name, LossLine) for name in ("loss_train", "loss_test")[: len(losses)]]
    assert [line.accessibleName().split()[-1] for line in lines] == losses
    assert hand.find("table_status", QLabel).text() == f"{right[0]} right · test {right[1]}"


def pictures(hand: Hand) -> dict[str, QImage]:
    """Every view in sight, when it has drawn what it knows."""
    hand.wait_for_views()
    views = {id: panel for id, panel in hand.window.panels.items() if panel.seen}
    return {id: view.grab().toImage() for id, view in [*views.items(), ("canvas", hand.canvas)]}


def run(hand: Hand, how: int) -> None:
    """A run of one of several lengths and speeds, to its end."""
    if how < 2:
        hand.click(("tool_step_batch", "tool_step_epoch")[how])
    else:
        hand.session.set_speed((200.0, None)[how - 2])
        hand.click("tool_train")
        epoch = hand.session.epoch
        hand.wait(lambda: hand.session.epoch > epoch, "training gets going")
        hand.click("tool_train")
    hand.wait(lambda: not hand.session.training, "the run has ended")


@pytest.mark.parametrize("rounds", [(0, 2, 3), pytest.param(tuple(range(8)), marks=pytest.mark.soak)])
def test_after_a_run_every_view_shows_its_end(hand: Hand, rounds: tuple[int, ...]) -> None:
    """Of every panel, after runs of several lengths and speeds: told everything anew, nothing in sight differs."""
    hand.example("circle")
    hand.desk.looking.select(["h1"])
    seen: set[str] = set()
    for i in rounds:
        workspace = (EXPLAIN, TRAIN, BUILD)[i % 3]
        hand.click(f"workspace_{workspace.id}")
        in_front = {stack.panels[i % len(stack.panels)] for stack in workspace.stacks}
        for id in in_front:
            hand.window.workspaces.show_panel(id)
        hand.wait_for_views()
        run(hand, i % 4)
        at_end = pictures(hand)
        hand.desk.values_changed.emit()
        hand.desk.run_changed.emit()
        anew = pictures(hand)
        assert [id for id in anew if at_end[id] != anew[id]] == []
        assert anew.keys() == {"canvas", *in_front}
        seen |= anew.keys()
    assert len(rounds) < 8 or len(seen) > 12


@pytest.mark.parametrize("speed", [100.0, None])
def test_a_picture_in_the_midst_of_a_run_is_of_one_moment(hand: Hand, tmp_path: Path, speed: float | None) -> None:
    """Loss, counts and epoch are those of the weights that are shown; then the run is followed again."""
    hand.example("circle")
    hand.click("workspace_train")
    hand.session.set_speed(speed)
    hand.click("tool_train")
    for epoch in (1, 3, 4):
        hand.wait(lambda epoch=epoch: hand.session.epoch >= epoch, "it goes on")
        with hand.desk.in_step():
            hand.wait_for_views()
            latest = hand.session.latest
            check_numbers(hand)
            hand.rest(0.05)
            assert hand.session.training
            assert hand.session.latest is latest
    hand.picture(tmp_path / "circle.png", "A circle in training.")
    hand.click("tool_train")
    check_numbers(hand)


def test_the_last_wish_is_fulfilled_while_updates_are_slow(hand: Hand) -> None:
    """Between two updates, of which the next is far away, all views come to show the last one."""
    hand.example("circle")
    hand.desk.looking.select(["h1"])
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch >= 2, "training gets going")
    hand.session.set_speed(0.01)
    hand.rest(0.1)
    update = hand.session.latest.update
    hand.rest((COUNT_MS + 200) / 1000)
    before = pictures(hand)
    with hand.desk.in_step():
        assert hand.session.latest.update == update
        after = pictures(hand)
    # The axis of activations is fitted where all is shown anew.
    assert [id for id in after if id != "activation" and before[id] != after[id]] == []
    hand.click("tool_train")
