"""Every example opens, runs, trains where it can at its own pace, and is closed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton

from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand


@pytest.mark.parametrize("id", EXAMPLES)
def test_example(hand: Hand, id: str) -> None:
    """Opened from the menu it computes; a net with slopes trains at its own speed and its loss stays finite."""
    example = EXAMPLES[id]
    hand.example(id)
    session = hand.session
    assert session.title == example.title and not session.dirty
    assert not session.problems
    assert all(np.isfinite(session.output_of(output)) for output in session.structure.outputs)
    if session.training_problems():
        assert example.speed is None
        assert not hand.window.actions_by_name["train"].isEnabled()
        assert hand.find("tool_soften", QToolButton).isEnabled()
    else:
        assert session.speed == example.speed
        hand.click("tool_train")
        hand.wait(lambda: session.latest is not None and session.latest.update >= 2, "two updates are done")
        hand.click("tool_train")
        assert session.latest is not None and np.isfinite(session.latest.loss)
        assert session.dirty
    hand.answering("Discard", lambda: hand.window.files.new())
    assert not session.structure.neurons
