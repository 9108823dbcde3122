"""Every example opens, runs, trains where it can at its own pace, and is closed."""

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton

from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand


@pytest.mark.parametrize("id", EXAMPLES)
def test_example(shared: Hand, id: str) -> None:
    """Opened from the menu it computes; a net with slopes trains at its own speed and its loss stays finite."""
    hand, example = shared, EXAMPLES[id]
    hand.example(id)
    desk = hand.desk
    assert desk.session.title == example.title and not desk.session.dirty
    assert not desk.session.problems
    assert all(np.isfinite(desk.looking.output_of(output)) for output in desk.session.structure.outputs)
    if desk.session.training_problems():
        assert example.speed is None
        assert not hand.window.actions_by_name["train"].isEnabled()
        assert hand.find("tool_soften", QToolButton).isEnabled()
    else:
        assert desk.session.speed == example.speed
        hand.click("tool_train")
        hand.wait(lambda: desk.session.latest is not None and desk.session.latest.update >= 2, "two updates are done")
        hand.click("tool_train")
        assert desk.session.latest is not None and np.isfinite(desk.session.latest.loss)
        assert desk.session.dirty
    hand.answering("Discard", lambda: hand.window.files.new())
    assert not desk.session.structure.neurons
