"""No connection runs through the sum of a neuron, whatever the inputs are."""

from itertools import product

import pytest
from PySide6.QtCore import Qt

from nnsim.gui.tour.hand import Hand

GATES = "and", "xor", "half_adder", "parity"


def assert_clear(hand: Hand) -> None:
    """With each combination of inputs; sums stay clear of other neurons too."""
    scene, inputs = hand.canvas.network_scene, hand.session.structure.inputs
    lines = scene.edges.lines()
    assert lines is not None
    for values in product((0.0, 1.0), repeat=len(inputs)):
        hand.desk.looking.set_inputs(dict(zip(inputs, values, strict=True)))
        sums = {id: item.below_rect.translated(item.pos()) for id, item in scene.neurons.items() if item.has_sum}
        assert sums and {id: lines.through(rect) for id, rect in sums.items()} == dict.fromkeys(sums, 0), values
        assert not [(id, other) for id, rect in sums.items() for other, item in scene.neurons.items()
                    if other != id and any(rect.intersects(taken) for taken in item.taken())], values


@pytest.mark.parametrize("id", GATES)
def test_in_build(hand: Hand, id: str) -> None:
    """On a usual window."""
    hand.window.resize(1440, 900)
    hand.example(id)
    assert_clear(hand)


@pytest.mark.parametrize("id", GATES)
def test_in_present(hand: Hand, id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside table and map, map and loss, chain rule and forward pass, on the smallest projector, where all text is
    large."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(1280, 720)
    hand.example(id)
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    for hero in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_4, Qt.Key.Key_5):
        hand.key(hero, widget=hand.canvas)
        hand.settle()
        assert_clear(hand)
