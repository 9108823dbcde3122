"""Losses: the lecture's numbers, other targets, and another loss to train with."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QPushButton

from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine


def test_the_lectures_loss_is_read_and_a_target_tried(hand: Hand) -> None:
    """0.2748 + 0.0236 = 0.2984; with T1 = O1 the first term is almost gone; the sample brings 0.01 back."""
    hand.example("hands_on")
    hand.window.show_panel("losses")
    hand.settle()
    assert hand.find("losses_sum", TextLine).text() == "0.2748 + 0.0236 = 0.2984"
    field = hand.find("losses_target_o1", QAbstractSpinBox)
    field.setFocus()
    hand.write("0,7514")
    # ½(0.99 − 0.7729)² alone
    assert hand.find("losses_value_half_squared_error", TextLine).text() == "0.02356"
    assert not hand.session.dirty
    hand.desk.study.choose_row(0)
    assert hand.find("losses_sum", TextLine).text() == "0.2748 + 0.0236 = 0.2984"


def test_another_loss_is_used_and_taken_back(hand: Hand) -> None:
    """Use by keyboard, one undo step; training then makes that loss smaller."""
    hand.example("hands_on")
    hand.window.show_panel("losses")
    hand.settle()
    button = hand.find("losses_use_mean_squared_error", QPushButton)
    button.setFocus()
    hand.key(Qt.Key.Key_Space)
    assert hand.session.document.training.loss == "mean_squared_error"
    hand.session.train(updates=1)
    hand.wait(lambda: not hand.session.training, "one update is done")
    assert float(hand.find("losses_value_mean_squared_error", TextLine).text()) < 0.2984
    hand.session.undo()
    hand.session.undo()
    assert hand.session.document.training.loss == "half_squared_error"
