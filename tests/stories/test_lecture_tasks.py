"""Three tasks of a lecturer and a new user, counted in gestures at 1280×720.

A gesture is one click, double-click, drag, key, or typed number. What they took before the window was arranged for
them is said at each; a change that makes one of them longer fails here.
"""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QToolButton

import nnsim
from nnsim.documents.document import Document
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.window.panels import HEROES
from tests.stories.conftest import forget_work

NONE, CTRL, ALT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                   Qt.KeyboardModifier.AltModifier)
KEY = Qt.Key


@pytest.fixture
def small_hand(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """A hand on a window of 1280×720, which cannot fill the screen because there is none."""
    hand.window.resize(1280, 720)
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    yield hand
    hand.window.workspaces.leave_present()


def lines(hand: Hand, panel: str) -> str:
    """What an explanation says."""
    return hand.find(f"{panel}_lines", EquationList).text


def test_the_slides_are_given_from_present_alone(small_hand: Hand) -> None:
    """Each content of slides 12 to 36 in at most two gestures; before, the keys were dead there and only table and map
    could be reached."""
    hand = small_hand
    hand.example("hands_on")
    hand.key(KEY.Key_F11, widget=hand.window)
    found: dict[str, int] = {}

    def reach(slide: str, *keys: tuple[KEY, Qt.KeyboardModifier]) -> None:
        for key, modifier in keys:
            hand.key(key, modifier, hand.window)
        hand.wait_for_views()
        found[slide] = hand.gestures

    def turn(slide: str, key: KEY, modifier: Qt.KeyboardModifier = NONE) -> None:
        hand.gestures = 0
        reach(slide, (key, modifier))

    turn("forward calculation", KEY.Key_5)
    assert "Input h1 = 0.05·0.15 + 0.10·0.20 + 0.35 = 0.3775" in lines(hand, "forward")
    assert "O2 = σ(1.225) = 0.7729" in lines(hand, "forward")
    turn("training loop", KEY.Key_7)
    assert hand.find("steps_forward", QToolButton).isEnabled()
    turn("the loss", KEY.Key_5, CTRL)
    assert hand.find("losses_sum", TextLine).text() == "0.2748 + 0.0236 = 0.2984"
    turn("gradient, why", KEY.Key_7, CTRL)
    assert hand.window.panels["slope"].seen
    hand.gestures = 0
    hand.click_at(hand.label_of("h1", "o1"))
    reach("∂Loss/∂w5", (KEY.Key_4, NONE))
    for number in ("0.7414", "0.1868", "0.5933", "0.08217", "w5′ = "):
        assert number in lines(hand, "backward")
    turn("matrices", KEY.Key_6)
    assert hand.window.panels["matrices"].seen
    turn("activation functions", KEY.Key_8)
    assert hand.window.panels["activation"].seen
    turn("the table", KEY.Key_1)
    assert hand.window.panels["table"].seen
    turn("a step of training", KEY.Key_2)
    hand.click("present_step_batch")
    found["a step of training"] = hand.gestures
    hand.wait(lambda: not hand.session.training and hand.session.epoch == 1, "one update is done")
    assert hand.session.network.value("w5") == pytest.approx(0.3589, abs=5e-5)
    assert max(found.values()) <= 2, found
    assert hand.window.workspaces.current in HEROES


def test_xor_is_built_and_w5_explained(small_hand: Hand) -> None:
    """XOR by mouse and numbers, then hands-on's w5 taken apart: 20 and 2 gestures, as many as before; what it came to
    then stood in 584×218 pixels."""
    hand = small_hand
    hand.canvas.fit()
    for role, x, y in (("input", -180, -110), ("input", -180, 90), ("hidden", 0, -10), ("output", 180, -10)):
        hand.add(role, QPointF(x, y))
    for source, target in (("x0", "h1"), ("x1", "h1"), ("x0", "y"), ("x1", "y"), ("h1", "y")):
        hand.connect(source, target)
    for at, number in ((hand.label_of("h1", "y"), "-2"), (hand.at("h1"), "1.2"), (hand.at("y"), "0.6")):
        hand.double_click_at(at)
        hand.write(number)
    hand.choose("target_choice", "XOR")
    assert "all 4 rows match XOR" in hand.find("table_status", QLabel).text()
    built = hand.gestures
    forget_work(hand.window)
    hand.example("hands_on")
    hand.gestures = 0
    hand.click_at(hand.label_of("h1", "o1"))
    hand.click("connection_gradient")
    hand.wait_for_formulas()
    assert "∂Loss/∂w5 = δ(o1)·out h1 = 0.1385·0.5933 = 0.08217" in lines(hand, "backward")
    assert built <= 20 and hand.gestures == 2


def test_two_layers_become_three_and_learn_the_circle(small_hand: Hand) -> None:
    """2-4-1 to 2-6-3-1 with the weights kept, circle, Train: 8 gestures; before, 9 that began the network anew."""
    hand = small_hand
    network = nnsim.Network.layered([2, 4, 1], hidden="tanh", output="tanh", seed=0)
    hand.session.open_document(Document(network))
    kept = {c.weight: network.value(c.weight) for c in network.structure.connections if c.target != "y"}
    hand.gestures = 0
    hand.key(KEY.Key_2, ALT, hand.window)
    hand.choose("data_source", "Circle")
    for _ in range(2):
        hand.click("layer_1_more")
    hand.click("layer_add_2")
    hand.click("layer_2_more")
    assert [len(layer) for layer in hand.session.structure.layers] == [2, 6, 3, 1]
    assert {name: hand.session.network.value(name) for name in kept} == kept
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch > 300, "it learns", 60)
    hand.click("tool_train")
    assert hand.gestures <= 8
    status = hand.find("table_status", QLabel).text()
    assert int(status.split()[0]) > 100, status
