"""Contours of the output: a switch in the Output panel."""

from PySide6.QtWidgets import QToolButton

from nnsim.gui.panels.output.panel import OutputPanel
from nnsim.gui.tour.hand import Hand


def test_contours_are_switched_on_and_follow_training(hand: Hand) -> None:
    """Off at first; on they are there; they move with the run; off they are gone."""
    hand.example("circle")
    panel = hand.find("output", OutputPanel)
    hand.wait(lambda: panel.built, "the map is there")
    assert not len(panel.map.levels.getData()[0])
    hand.click("output_levels")
    before = panel.map.levels.getData()[0].copy()
    assert len(before)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch > 5, "five epochs are done")
    hand.click("tool_train")
    assert panel.map.levels.getData()[0].tolist() != before.tolist()
    hand.click("output_levels")
    assert not len(panel.map.levels.getData()[0])


def test_a_step_has_none(hand: Hand) -> None:
    """The map of a Heaviside output has no values between 0 and 1, nor a curve over one input."""
    for example in ("xor", "sine"):
        hand.example(example)
        hand.rest(0.2)
        assert not hand.window.findChild(QToolButton, "output_levels").isVisible()
