"""Why the gradient, told on the loss: the lecture's weight, a step too far, a map of two weights."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from nnsim.gui.panels.gradient.loss_slice import LossSlicePanel
from nnsim.gui.panels.gradient.plots import ContourPlot, StepPlot
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.number_field import NumberField


def says(hand: Hand) -> str:
    """The panel's sentence."""
    return hand.find("loss_slice_says", TextLine).text()


def open_panel(hand: Hand) -> None:
    """Bring the panel to the front, and wait for its plot."""
    hand.window.show_panel("loss_slice")
    hand.wait(lambda: hand.window.panels["loss_slice"].built, "the plot is there")


def test_the_lectures_step_by_hand(hand: Hand) -> None:
    """Click w5 of the hands-on example: the panel says 0.08217 and 0.3589; its button goes there, undo goes back."""
    hand.example("hands_on")
    open_panel(hand)
    assert "Select a connection" in hand.find("loss_slice_empty", EmptyState).text()
    hand.click_at(hand.label_of("h1", "o1"))
    assert "0.08217" in says(hand) and "0.3589" in says(hand)
    hand.click("loss_slice_take")
    network = hand.session.document.network
    assert network.value("w5") == pytest.approx(0.358916480, abs=1e-9)
    assert network.value("w6") == 0.45
    hand.click("tool_undo")
    assert hand.session.document.network.value("w5") == 0.4
    assert not hand.session.dirty


def test_a_rate_too_large_is_tried_without_harm(hand: Hand) -> None:
    """On the circle's data a rate of 1000 overshoots; the document stays, and ↺ brings Training's rate back."""
    hand.example("circle")
    open_panel(hand)
    hand.desk.study.set_scope("all")
    hand.click_at(hand.label_of("h1", "y"))
    before = hand.session.document
    field = hand.find("loss_slice_rate", NumberField)
    field.setFocus()
    hand.write("1000")
    assert "1000 is too large" in says(hand)
    assert hand.session.document is before
    hand.click("loss_slice_rate_usual")
    assert field.number == before.training.learning_rate
    assert "too large" not in says(hand)


def test_two_weights_and_the_way_of_training(hand: Hand) -> None:
    """Two connections with Shift are a map; training draws its way, which ends at the current values."""
    hand.example("circle")
    open_panel(hand)
    hand.desk.study.set_scope("all")
    hand.click_at(hand.label_of("h1", "y"))
    hand.click_at(hand.label_of("h2", "y"), Qt.KeyboardModifier.ShiftModifier)
    plot = hand.find("loss_slice_map", ContourPlot)
    start = plot.marker.place
    hand.session.set_speed(500.0)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch >= 60, "60 epochs are done")
    hand.click("tool_train")
    network = hand.session.document.network
    x, y = plot.path.getData()
    assert start is not None and (x[0], y[0]) == pytest.approx(start)
    assert (x[-1], y[-1]) == pytest.approx((network.value("w9"), network.value("w10")))
    assert plot.marker.place == pytest.approx((x[-1], y[-1])) and len(x) > 3
    assert "the way of training" in hand.find("loss_slice_note", TextLine).text()


def test_a_staircase_gives_the_gradient_nothing(hand: Hand) -> None:
    """The lecture's XOR over the threshold of h: level steps, no slope, no step to take, and the panel says why."""
    hand.example("xor")
    open_panel(hand)
    hand.desk.study.set_scope("all")
    hand.click_at(hand.at("h"))
    assert says(hand) == "The slope is 0 here, yet the loss jumps: gradient descent sees nothing."
    assert not hand.find("loss_slice_take", QPushButton).isEnabled()
    plot = hand.find("loss_slice_plot", StepPlot)
    assert plot.marker.place == pytest.approx((1.2, 0.0))


def test_the_keys_alone_reach_all_of_it(hand: Hand) -> None:
    """From the rate on, Tab goes to the button and the slider; Space takes the step."""
    hand.example("hands_on")
    open_panel(hand)
    hand.desk.looking.select((), [("h1", "o1")])
    hand.settle()
    hand.find("loss_slice_rate", NumberField).setFocus()
    hand.key(Qt.Key.Key_Tab)
    assert hand.window.focusWidget().objectName() == "loss_slice_take"
    hand.key(Qt.Key.Key_Space)
    assert hand.session.document.network.value("w5") == pytest.approx(0.35891648, abs=1e-8)
    hand.key(Qt.Key.Key_Tab)
    assert hand.window.focusWidget().objectName() == "loss_slice_rate_slider"
    hand.key(Qt.Key.Key_PageUp)
    assert "w5 falls" in says(hand)
    assert hand.find("loss_slice_rate", NumberField).number == pytest.approx(5.0)


def test_behind_another_tab_it_does_no_work(hand: Hand) -> None:
    """Behind the Activation tab the panel keeps its old words while w5 changes; brought back it has the new ones."""
    hand.example("hands_on")
    open_panel(hand)
    hand.desk.looking.select((), [("h1", "o1")])
    before = says(hand)
    panel = hand.window.panels["loss_slice"]
    assert isinstance(panel, LossSlicePanel) and panel.seen
    hand.window.show_panel("activation")
    hand.settle()
    assert not panel.seen
    hand.session.set_values({"w5": 3.0}, "w5")
    assert panel.says.text() == before
    hand.window.show_panel("loss_slice")
    hand.settle()
    assert panel.seen and "3 → " in panel.says.text()
