"""A bias that several neurons share is drawn as one neuron that is 1, with a line to each of them."""

from PySide6.QtCore import QPoint, QPointF, Qt

from nnsim.gui.look.theme import theme
from nnsim.gui.tour.hand import Hand


def is_drawn(hand: Hand, at: QPointF) -> bool:
    """Whether a line of a positive weight runs through a point of the scene."""
    picture, line = hand.canvas.viewport().grab().toImage(), theme().color("positive").getRgb()[:3]
    here = hand.canvas.mapFromScene(at)
    around = (picture.pixelColor(here + QPoint(x, y)).getRgb()[:3] for x in (-1, 0, 1) for y in (-1, 0, 1))
    return min(max(abs(a - b) for a, b in zip(seen, line, strict=True)) for seen in around) < 60


def test_a_shared_bias_is_drawn_once(hand: Hand) -> None:
    """Hands-on: b1 of h1 and h2 is one neuron with a line to each; its value stands once and is edited from both."""
    hand.example("hands_on")
    scene = hand.canvas.network_scene
    assert [scene.neurons[id].face.below for id in ("h1", "h2", "o1")] == ["b1 = 0.35", "b1 = 0.35", "b2 = 0.6"]
    hand.menu("action_draw_biases")
    assert {id: item.face.bias for id, item in scene.neurons.items() if item.face.bias} == {
        "h1": "b1 = 0.35", "o1": "b2 = 0.6"}
    assert not any(item.face.below for item in scene.neurons.values())
    tip = scene.neurons["h1"].one_rect.center() * 0.75
    assert is_drawn(hand, hand.at("h1") + tip) and is_drawn(hand, hand.at("h2") + tip)
    assert not is_drawn(hand, hand.at("i2") + tip)
    hand.double_click_at(hand.at("h2"))
    hand.write("0,5")
    assert scene.neurons["h1"].face.bias == "b1 = 0.5"
    hand.drag(hand.at("h2"), hand.at("h2") + QPointF(48, 48))
    assert is_drawn(hand, hand.at("h2") + tip)
    hand.menu("action_draw_biases")
    assert not is_drawn(hand, hand.at("h2") + tip)


def test_biases_that_are_not_shared_are_one_neuron_each(hand: Hand) -> None:
    """XOR: h and output have one each, as before."""
    hand.example("xor")
    hand.menu("action_draw_biases")
    scene = hand.canvas.network_scene
    assert {id: item.face.bias for id, item in scene.neurons.items() if item.face.bias} == {
        "h": "−1.2", "output": "−0.6"}
    assert scene.shared.boundingRect().isNull()


def test_where_it_would_change_nothing_it_says_why(hand: Hand) -> None:
    """Neurons drawn as dots have no room for a bias, and inputs have none; the switch comes back with the next net."""
    action = hand.window.actions_by_name["draw_biases"]
    input = hand.add("input", hand.canvas.mapToScene(hand.canvas.viewport().rect().center()))
    assert not action.isEnabled() and action.toolTip() == "No neuron here has a bias"
    hand.click_at(hand.at(input))
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    assert action.isEnabled()
    hand.click("tool_layers")
    hand.write("2, 310, 1")
    assert not action.isEnabled() and "drawn as dots" in action.toolTip()
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert action.isEnabled() and action.toolTip() == "Each bias as the weight of a neuron that is 1"
