"""Why the gradient, told on any function, with the mouse and with the keys alone."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from nnsim.gui.panels.gradient.plots import TrailPlot
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand
from nnsim.gui.widgets.labels import TextLine


def says(hand: Hand) -> str:
    """The panel's sentence."""
    return hand.find("slope_says", TextLine).text()


def test_down_into_the_wrong_valley(hand: Hand) -> None:
    """x⁴ − 3x² + x has two valleys: from 0.5 one comes down into that at 1.13, from −0.5 into that at −1.30."""
    hand.window.show_panel("slope")
    hand.wait(lambda: hand.window.panels["slope"].built, "the plot is there")
    hand.choose("slope_choice", "x⁴ − 3x² + x")
    plot = hand.find("slope_plot", TrailPlot)
    hand.window.panels["slope"]._runner.setInterval(0)  # it is not watched
    for start, valley in ((0.5, 1.1309), (-0.5, -1.3008)):
        place = plot.place_of(start, 0.0).toPoint()
        QTest.mousePress(plot.viewport(), LEFT, NO_KEYS, place - QPoint(8, 0))
        QTest.mouseMove(plot.viewport(), place)
        QTest.mouseRelease(plot.viewport(), LEFT, NO_KEYS, place)
        hand.click("slope_run")
        hand.wait(lambda: not hand.window.panels["slope"]._runner.isActive(), "the run has ended")
        assert plot.marker.place is not None
        # Where 4x³ − 6x + 1 is 0.
        assert plot.marker.place[0] == pytest.approx(valley, abs=0.01)
    assert hand.session.undo_stack.count() == 0


def test_a_typed_function_with_the_keys_alone(hand: Hand) -> None:
    """Tab reaches every control: type a function, set η, step until it jumps out, reset, move the point."""
    hand.window.show_panel("slope")
    hand.wait(lambda: hand.window.panels["slope"].built, "the plot is there")
    hand.find("slope_function", QWidget).setFocus()
    hand.write("3x^2 - 6x")
    assert says(hand).startswith("f rises here: to make f smaller, go left.")
    seen = []
    for _ in range(12):
        hand.key(Qt.Key.Key_Tab)
        focus = hand.window.focusWidget()
        seen.append(focus.objectName())
        if focus.objectName() == "slope_rate":
            break
    assert seen[-1] == "slope_rate" and "slope_plot" in seen
    hand.write("0,4")
    # f′ = 6x − 6 at 2: x′ = 2 − 0.4·6 = −0.4, where f is 2.88 instead of 0.
    assert says(hand) == "η = 0.4 is too large: the step jumps over the valley, f rises from 0 to 2.88."
    hand.key(Qt.Key.Key_Tab)
    assert hand.window.focusWidget().objectName() == "slope_step"
    hand.key(Qt.Key.Key_Space)
    plot = hand.find("slope_plot", TrailPlot)
    assert plot.marker.place == pytest.approx((-0.4, 2.88))
    hand.key(Qt.Key.Key_Tab)
    hand.key(Qt.Key.Key_Tab)
    assert hand.window.focusWidget().objectName() == "slope_reset"
    hand.key(Qt.Key.Key_Space)
    assert plot.marker.place == pytest.approx((2.0, 0.0))
    assert hand.window.focusWidget() is plot
    hand.key(Qt.Key.Key_Left)
    assert plot.marker.place is not None and plot.marker.place[0] < 2.0
