"""What is written at a neuron leaves the rest of it free, however large the texts are."""

import pytest

from nnsim.gui.canvas.neuron_item import CIRCLE, Face, NeuronItem

NAMES = ("x", "h1", "output", "A neuron whose name is as long as a sentence may be")


@pytest.mark.parametrize("larger", [1.0, 1.3, 1.6, 2.0, 2.5, 3.0])
@pytest.mark.parametrize("gate", ["", "AND", "neither all nor none of them"])
@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_not_behind_the_value(qapp: object, name: str, gate: str, larger: float) -> None:
    item = NeuronItem("n")
    item.magnify(larger)
    for badge in ("0", "0.593", "−0.888"):
        item.show_face(Face(name, badge=badge, gate=gate), None)
        written = item.name_rect.united(item.gate_rect)
        assert not written.intersects(item.badge_rect), (name, gate, badge)
        assert not written.intersects(CIRCLE)
        assert item.boundingRect().contains(written)
