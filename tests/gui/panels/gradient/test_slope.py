"""The Why the gradient panel: a function, a point on it, and steps down the slope, by mouse and by keys."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QStyle
from pytestqt.qtbot import QtBot

from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.panels.gradient.plots import TrailPlot
from nnsim.gui.panels.gradient.slope import RUN_STEPS, SlopePanel
from nnsim.gui.session.desk import Desk
from tests.gui.panels.conftest import ShowCard

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., SlopePanel]


@pytest.fixture
def show(qtbot: QtBot, desk: Desk, show_card: ShowCard) -> Show:
    """Shows the panel as the window does, with a function typed if one is named."""

    def shown(text: str = "", width: int = 302, height: int = 400) -> SlopePanel:
        panel = show_card(SlopePanel(desk), width, height)
        if text:
            write(panel, qtbot, text)
        return panel

    return shown


def the_plot(panel: SlopePanel) -> TrailPlot:
    """The panel's plot, which is there once it was painted."""
    return panel.plot


def write(panel: SlopePanel, qtbot: QtBot, text: str) -> None:
    """Type a function."""
    panel.field.setFocus()
    panel.field.selectAll()
    qtbot.keyClicks(panel.field, text)
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)


def set_rate(panel: SlopePanel, qtbot: QtBot, text: str) -> None:
    """Type a learning rate."""
    panel.rate_field.setFocus()
    panel.rate_field.selectAll()
    qtbot.keyClicks(panel.rate_field.lineEdit(), text)
    qtbot.keyClick(panel.rate_field, Qt.Key.Key_Return)


def place(panel: SlopePanel, x: float) -> QPoint:
    """Where in the plot's viewport x is, in the middle of its height."""
    plot = the_plot(panel)
    (_, _), (low, high) = plot.ranges
    return plot.place_of(x, (low + high) / 2).toPoint()


def trail(panel: SlopePanel) -> list[float]:
    """The x of the points one came by, the point of now the last."""
    return the_plot(panel).points.getData()[0].tolist()


# The point


def test_it_begins_on_a_parabola(show: Show) -> None:
    """x² at 2: the slope is 4, f rises, so to the left; the tangent has that slope, the next step leads to 1.6."""
    panel = show()
    assert panel.says.text() == "f rises here: to make f smaller, go left. Next: 2 → 1.6."
    assert panel.readout.text() == "f′(2) = 4"
    plot = the_plot(panel)
    assert plot.marker.place == pytest.approx((2.0, 4.0))
    x, y = plot.tangent.getData()
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(4.0)
    assert plot.arrow.start[0] == pytest.approx(2.0) and plot.arrow.end[0] == pytest.approx(1.6)
    xs, ys = plot.curve.getData()
    assert ys == pytest.approx(xs**2)
    assert panel.formula.accessibleDescription() == "x′ = x − η· f′(x)"


def test_the_mouse_drags_the_point(show: Show, qtbot: QtBot) -> None:
    """Pressed at −1 and dragged to −2 the point follows, at round numbers; there f falls."""
    panel = show()
    viewport = the_plot(panel).viewport()
    qtbot.mousePress(viewport, LEFT, pos=place(panel, -1.0))
    assert panel.at == pytest.approx(-1.0, abs=0.05)
    qtbot.mouseMove(viewport, place(panel, -2.0))
    qtbot.mouseRelease(viewport, LEFT, pos=place(panel, -2.0))
    assert panel.at == pytest.approx(-2.0, abs=0.05) and panel.at == round(panel.at, 2)
    assert panel.says.text().startswith("f falls here: to make f smaller, go right.")


def test_arrow_keys_move_the_point(show: Show, qtbot: QtBot) -> None:
    """→ and ← by a step, with Ctrl by a smaller one; a corner is met exactly, and said to be one."""
    panel = show("|x|")
    the_plot(panel).setFocus()
    while panel.at > 0:
        before = panel.at
        qtbot.keyClick(the_plot(panel), Qt.Key.Key_Left)
        assert panel.at < before
    assert panel.at == 0
    assert panel.says.text() == "f has a corner here: two slopes meet, and neither is the slope."
    assert panel.readout.text() == "f′(0) = –"
    assert not panel.step.isEnabled() and not panel.run.isEnabled() and "no step" in panel.step.toolTip()
    qtbot.keyClick(the_plot(panel), Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert 0 < panel.at < 0.1 and panel.readout.text().endswith("= 1")


@pytest.mark.parametrize(("text", "key", "words"), [
    ("7", Qt.Key.Key_Left, "f is level here: the slope is 0, and a step leads nowhere."),
    ("ln(x - 9)", Qt.Key.Key_Left, "f has no value or no slope here."),
])
def test_where_no_step_leads_is_said(show: Show, qtbot: QtBot, text: str, key: Qt.Key, words: str) -> None:
    """Level ground and a place without a value have their own words, and no step."""
    panel = show(text)
    qtbot.keyClick(the_plot(panel), key)
    assert panel.says.text() == words and not panel.step.isEnabled()
    panel.grab()


# The function


def test_functions_are_chosen_from_the_list(show: Show, qtbot: QtBot) -> None:
    """sin x from the list: its curve is the sine, its field shows what one would type."""
    panel = show()
    panel.choice.setFocus()
    while panel.choice.currentText() != "sin x":
        qtbot.keyClick(panel.choice, Qt.Key.Key_Down)
    x, y = the_plot(panel).curve.getData()
    assert y == pytest.approx(np.sin(x)) and x.max() == pytest.approx(6)
    assert panel.field.text() == "sin(x)"
    assert panel.readout.text() == f"f′(0.5) = {math.cos(0.5):.3f}"


def test_a_typed_function_stands_at_the_same_place(show: Show, qtbot: QtBot) -> None:
    """“x^2 - 2x” at 2 has the slope 2; the list then says that it is typed; 1,5x is read as 1.5x."""
    panel = show("x^2 - 2x")
    assert panel.readout.text() == "f′(2) = 2"
    assert panel.choice.currentIndex() == -1 and panel.choice.placeholderText() == "typed"
    write(panel, qtbot, "1,5x")
    assert panel.readout.text() == "f′(2) = 1.5"


def test_what_is_no_function_is_marked_and_left_alone(show: Show, qtbot: QtBot) -> None:
    """A half-typed formula is red with its reason as tooltip, and the old function stays; Esc brings it back."""
    panel = show()
    panel.field.setFocus()
    panel.field.selectAll()
    qtbot.keyClicks(panel.field, "x + q")
    assert panel.field.property("state") == "wrong" and "not known" in panel.field.toolTip()
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert panel.curve.text == "x^2"
    qtbot.keyClick(panel.field, Qt.Key.Key_Escape)
    assert panel.field.text() == "x^2" and panel.field.property("state") == ""


# Steps


def test_steps_leave_their_trail(show: Show, qtbot: QtBot) -> None:
    """η = 0.1 on x²: 2, 1.6, 1.28; Reset goes back to 2, and dragging begins a new trail."""
    panel = show()
    for _ in range(2):
        qtbot.mouseClick(panel.step, LEFT)
    assert trail(panel) == pytest.approx([2.0, 1.6, 1.28])
    assert the_plot(panel).marker.place == pytest.approx((1.28, 1.28**2))
    qtbot.mouseClick(panel.reset, LEFT)
    assert panel.at == 2.0 and trail(panel) == [2.0] and not panel.reset.isEnabled()
    qtbot.mouseClick(panel.step, LEFT)
    qtbot.mouseClick(the_plot(panel).viewport(), LEFT, pos=place(panel, -1.0))
    assert len(trail(panel)) == 1


def test_a_too_large_rate_jumps_out(show: Show, qtbot: QtBot) -> None:
    """η = 1.1 on x²: every step is 1.2 times the last, to the other side; it is said in red, and the picture grows."""
    panel = show()
    set_rate(panel, qtbot, "1,1")
    assert panel.says.text() == (
        "η = 1.1 is too large: the step jumps over the valley, f rises from 4 to 5.76.")
    assert panel.says.color == "bad" and the_plot(panel).arrow.color == QColor(theme().bad)
    low, high = the_plot(panel).ranges[0]
    for _ in range(6):
        qtbot.mouseClick(panel.step, LEFT)
    assert trail(panel) == pytest.approx([2.0 * (-1.2) ** k for k in range(7)])
    wider = the_plot(panel).ranges
    assert wider[0][0] < low and wider[0][1] > high
    assert wider[1][1] > panel.at**2
    set_rate(panel, qtbot, "0,4")
    assert panel.says.color == "ink"


def test_a_run_takes_twenty_steps_one_after_the_other(show: Show, qtbot: QtBot) -> None:
    """Run animates, can be stopped, and stops by itself after twenty steps: 2·0.8²⁰."""
    panel = show()
    panel._runner.setInterval(5)
    qtbot.mouseClick(panel.run, LEFT)
    assert len(panel.trail) == 1 and panel.run.text() == "Stop"
    qtbot.waitUntil(lambda: len(panel.trail) > 2)
    qtbot.mouseClick(panel.run, LEFT)
    stopped = len(panel.trail)
    assert panel.run.text() == "Run" and stopped < RUN_STEPS
    qtbot.mouseClick(panel.reset, LEFT)
    qtbot.mouseClick(panel.run, LEFT)
    qtbot.waitUntil(lambda: not panel._runner.isActive())
    assert len(panel.trail) == RUN_STEPS == 20 and panel.at == pytest.approx(2 * 0.8**20)


def test_less_motion_takes_all_steps_at_once(show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system's animations are off, Run is done before it returns."""
    panel = show()
    real = QStyle.styleHint

    class Calm:
        def styleHint(self, hint: QStyle.StyleHint) -> int:
            return 0 if hint == QStyle.StyleHint.SH_Widget_Animation_Duration else real(QApplication.style(), hint)

    monkeypatch.setattr(panel, "style", Calm)
    qtbot.mouseClick(panel.run, LEFT)
    assert len(panel.trail) == RUN_STEPS and not panel._runner.isActive()


def test_a_run_ends_where_no_step_leads(show: Show, qtbot: QtBot) -> None:
    """η = 0.5 on x² lands on 0 in one step, where the slope is 0: no second step is taken."""
    panel = show()
    set_rate(panel, qtbot, "0,5")
    panel._runner.setInterval(5)
    qtbot.mouseClick(panel.run, LEFT)
    qtbot.waitUntil(lambda: not panel._runner.isActive())
    assert panel.at == 0 and len(panel.trail) == 1 and panel.run.text() == "Run"


def test_a_run_out_of_all_numbers_ends(show: Show, qtbot: QtBot) -> None:
    """A step to where x⁴ overflows is not taken; nothing crashes, and the picture stays finite."""
    panel = show("x^4")
    set_rate(panel, qtbot, "1000")
    for _ in range(60):
        panel._take_step()
    panel.grab()
    assert math.isfinite(panel.at) and all(np.isfinite(the_plot(panel).ranges).ravel())
    assert not panel.step.isEnabled()


# Place, look and pace


def test_zoom(show: Show, qtbot: QtBot) -> None:
    """+ halves what is seen, around the point; − goes back."""
    panel = show()
    qtbot.mouseClick(panel.nearer, LEFT)
    low, high = the_plot(panel).ranges[0]
    assert high - low == pytest.approx(3.0) and low < 2 < high
    qtbot.mouseClick(panel.farther, LEFT)
    assert the_plot(panel).ranges[0] == (-3.0, 3.0)


def test_the_letter_of_the_rate_is_the_notations(show: Show, desk: Desk) -> None:
    """l in the lecture's notation, in label, formula and sentence."""
    panel = show()
    desk.study.set_notation("lecture")
    assert panel.rate_label.text() == "l" and panel.formula.accessibleDescription() == "x′ = x − l· f′(x)"
    assert panel.rate_field.accessibleName() == "Learning rate l"


def test_a_hidden_panel_stands_still(show: Show, qtbot: QtBot) -> None:
    """Hidden in the middle of a run, it takes no further step."""
    panel = show()
    panel._runner.setInterval(5)
    qtbot.mouseClick(panel.run, LEFT)
    panel.hide()
    assert not panel._runner.isActive()
    done = len(panel.trail)
    panel.show()
    assert len(panel.trail) == done and panel.run.text() == "Run"


@pytest.mark.parametrize(("width", "height"), [(289, 290), (302, 330), (302, 400), (340, 700)])
def test_nothing_is_cut_or_covered(show: Show, width: int, height: int) -> None:
    """From a low window to a high one: one under the other and inside, buttons as wide as their words."""
    panel = show("x^4 - 3x^2 + x", width, height)
    assert the_plot(panel).height() >= 96
    bottom = 0
    for widget in (panel.field, the_plot(panel), panel.numbers, panel.says, panel.rate_field):
        if widget.isVisible():
            top = widget.mapTo(panel, widget.rect().topLeft()).y()
            assert top >= bottom
            bottom = top + widget.height()
    assert bottom <= panel.height()
    assert all(b.width() >= b.sizeHint().width() for b in (panel.step, panel.run, panel.reset))
    assert panel.numbers.isVisible() or height < 400


def test_every_control_has_a_name(show: Show) -> None:
    """Each is reached by Tab, has an objectName for stories, and an accessible name; the plot describes itself."""
    panel = show()
    plot = the_plot(panel)
    for control in (panel.choice, panel.farther, panel.nearer, panel.field, plot, panel.rate_field, panel.step,
                    panel.run, panel.reset):
        assert control.objectName().startswith("slope_") and control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert plot.accessibleDescription().startswith("x = 2, f(x) = 4. f rises here")


def test_a_theme_change_recolours_it(show: Show, qapp: QApplication) -> None:
    """Curve, arrow and trail take the dark theme's colours at once."""
    panel = show()
    try:
        apply_theme(qapp, "dark")
        QApplication.processEvents()
        assert the_plot(panel).curve.opts["pen"].color() == theme().color("accent")
        assert the_plot(panel).arrow.color == QColor(theme().ink)
        assert the_plot(panel).trail.opts["pen"].color() == theme().color("negative_text")
    finally:
        apply_theme(qapp, "light")


@pytest.mark.parametrize(
    "text", ["1e300x^9", "e^(x^2)", "1e-300x", "1/x^99", "e^(e^x)", "1e155x", "ln(x - 2)", "-1e300"])
def test_functions_of_extreme_values_are_walked_down(show: Show, qtbot: QtBot, text: str) -> None:
    """Typed, zoomed, stepped until it can go no further, at the largest rate: the way is drawn as far as it can be."""
    panel = show(text)
    panel.rate = 1e9
    for zoom in (-8, 0, 8):
        panel._set_zoom(zoom)
        panel._go_back()
        for _ in range(5):
            panel._take_step()
            QApplication.processEvents()
        assert all(math.isfinite(end) for ends in the_plot(panel).ranges for end in ends)
        assert "inf" not in panel.says.text() and "nan" not in panel.says.text()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(the_plot(panel), key)
