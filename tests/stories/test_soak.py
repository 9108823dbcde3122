"""Hours of work in minutes: what is opened, edited, trained and shown again and again leaves nothing behind."""

import os
import random
import statistics
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import WORKSPACES

SECONDS = float(os.environ.get("NNSIM_SOAK_SECONDS", "1800"))
MOST_GROWTH = 0.02
ROUND = ("xor", "hands_on", "xor_to_learn")
CTRL = Qt.KeyboardModifier.ControlModifier


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.soak
def test_memory_is_flat(hand: Hand, tmp_path: Path) -> None:
    """Half an hour, or as many seconds as NNSIM_SOAK_SECONDS says: the median of the last third against the second."""
    window, session = hand.window, hand.desk.session
    chance, begun, held = random.Random(1), time.monotonic(), list[int]()
    session.set_speed(None)
    while time.monotonic() - begun < SECONDS:
        for id in ROUND:
            hand.answering("Discard", lambda id=id: hand.example(id))
            window.workspaces.switch(chance.choice(WORKSPACES))
            neurons = [neuron.id for neuron in session.structure.neurons]
            hand.desk.looking.select({chance.choice(neurons)})
            names = session.network.parameter_names
            for _ in range(3):
                session.set_values({chance.choice(names): chance.uniform(-2, 2)}, "Edit")
                hand.settle()
            if not session.training_problems:
                session.train()
                hand.rest(0.05)
                session.pause()
            hand.key(Qt.Key.Key_Z, CTRL, window)
        session.path = tmp_path / f"{len(held) % 3}.nnsim"
        assert window.files.save() and window.files.open(tmp_path / f"{len(held) % 3}.nnsim")
        window.commands.set_theme(chance.choice(("light", "dark")))
        hand.settle()
        held.append(resident())
    third = len(held) // 3
    assert third >= 1
    second, last = statistics.median(held[third : 2 * third]), statistics.median(held[2 * third :])
    assert last <= second * (1 + MOST_GROWTH), [round(bytes / 2**20) for bytes in held]
