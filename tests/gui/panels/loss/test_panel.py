"""The Loss panel: curves, axis, numbers."""

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.panels.loss.panel import LossPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.labels import TextLine
from nnsim.resources import resource
from nnsim.training.history import NO_POINTS, Points
from tests.gui.panels.conftest import ShowCard, resize


@pytest.fixture
def panel(desk: Desk, show_card: ShowCard) -> Iterator[LossPanel]:
    """The panel, shown and built, with the circle net and unlimited speed."""
    desk.session.open_document(nnsim.load(resource("examples/circle.nnsim")))
    desk.session.set_speed(None)
    yield show_card(LossPanel(desk), 342, 200)
    desk.session.pause()


def train(panel: LossPanel, qtbot: QtBot, epochs: int) -> None:
    panel.desk.session.train(epochs=epochs)
    qtbot.waitUntil(lambda: not panel.desk.session.training)


def text(panel: LossPanel, name: str) -> str:
    line = panel.header.findChild(TextLine, name) or panel.findChild(TextLine, name)
    assert line is not None
    return line.accessibleName() if not line.isHidden() else ""


def test_pyqtgraph_is_not_needed_to_show_the_window() -> None:
    code = "import nnsim.gui.panels.loss.panel, sys; print('pyqtgraph' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "False", run.stderr


def test_an_empty_panel_says_what_will_appear(panel: LossPanel) -> None:
    empty = panel.findChild(EmptyState, "loss_empty")
    assert empty is not None
    assert empty.isVisible()
    assert "Train to see the loss fall" in empty.text()
    assert (text(panel, "loss_train"), text(panel, "loss_test")) == ("", "")


def test_curves_grow_while_training(panel: LossPanel, desk: Desk, qtbot: QtBot) -> None:
    desk.session.set_speed(2000)
    desk.session.train()
    plot = panel.plot
    qtbot.waitUntil(lambda: desk.session.epoch >= 3 and plot.isVisible())
    seen = plot.train.xData[-1]
    qtbot.waitUntil(lambda: plot.train.xData[-1] > seen)
    desk.session.pause()
    assert desk.session.latest is not None
    assert np.array_equal(plot.train.yData, desk.session.latest.seen[1])
    assert np.array_equal(plot.running.yData, desk.session.latest.train.mean)
    assert np.array_equal(plot.test.yData, desk.session.latest.test.mean)
    assert text(panel, "loss_train").startswith("train 0.")
    assert text(panel, "loss_test").startswith("test 0.")


def test_train_is_solid_and_test_dashed_in_ink_of_width_1(panel: LossPanel, qapp: QApplication) -> None:
    plot = panel.plot
    for mode in ("light", "dark"):
        apply_theme(qapp, mode)
        QApplication.processEvents()
        for curve, style in ((plot.train, Qt.PenStyle.SolidLine), (plot.test, Qt.PenStyle.CustomDashLine)):
            pen = curve.opts["pen"]
            assert (pen.style(), pen.width(), pen.color().name()) == (style, 1, theme().ink)
        assert plot.backgroundBrush().color().name() == theme().card


def test_axes_have_titles_and_numbers(panel: LossPanel, qtbot: QtBot) -> None:
    train(panel, qtbot, 20)
    for height in (170, 80):
        resize(panel, 280, height)
        QApplication.processEvents()
        for side, title in (("bottom", "epoch"), ("left", "loss")):
            axis = panel.plot.axes[side]
            assert title in axis.labelText
            assert len(axis._tickLevels[0]) >= 2
    panel.grab()


def test_the_log_switch(panel: LossPanel, qtbot: QtBot) -> None:
    train(panel, qtbot, 20)
    log = panel.header.findChild(QToolButton, "loss_log")
    assert isinstance(log, QToolButton)
    assert log.accessibleName()
    plot = panel.plot
    plain = plot.train.yData.copy()
    QTest.mouseClick(log, Qt.MouseButton.LeftButton)
    assert np.allclose(plot.train.yData, np.log10(plain))
    QTest.mouseClick(log, Qt.MouseButton.LeftButton)
    assert np.array_equal(plot.train.yData, plain)


def test_a_loss_of_0_leaves_the_log_axis_alone(panel: LossPanel) -> None:
    values = np.array([1.0, 0.1, 0.0])
    epochs = np.arange(3.0)
    points = Points(epochs, values, values, values)
    panel.plot.show_points((epochs, values), NO_POINTS, points, log=True)
    assert np.array_equal(panel.plot.train.yData, [0.0, -1.0])
    assert np.array_equal(panel.plot.running.yData, [0.0, -1.0])
    panel.plot.show_points((epochs, values), points, NO_POINTS, log=False)
    zero = Points(np.arange(2.0), np.zeros(2), np.zeros(2), np.zeros(2))
    for log in (False, True):
        panel.plot.show_points((np.arange(2.0), np.zeros(2)), NO_POINTS, zero, log)


def test_without_test_data_only_train_is_named(panel: LossPanel, desk: Desk, qtbot: QtBot) -> None:
    desk.session.open_document(nnsim.load(resource("examples/hands_on.nnsim")))
    train(panel, qtbot, 5)
    assert text(panel, "loss_train")
    assert text(panel, "loss_test") == ""


def test_going_back_empties_it(panel: LossPanel, desk: Desk, qtbot: QtBot) -> None:
    train(panel, qtbot, 3)
    desk.session.back_to_start()
    assert panel.findChild(EmptyState, "loss_empty").isVisible()


def test_a_narrow_header_keeps_the_number(panel: LossPanel, qtbot: QtBot) -> None:
    train(panel, qtbot, 3)
    line = panel.header.findChild(TextLine, "loss_train")
    assert line is not None
    number = line.text().split()[-1]
    QApplication.processEvents()  # what waits to be laid out anew would take the width back
    panel.header.resize(150, 30)
    QApplication.processEvents()
    assert line.text() == f"— {number}"
    assert line.accessibleName() == f"train {number}"


def test_hidden_it_draws_nothing(panel: LossPanel, qtbot: QtBot) -> None:
    train(panel, qtbot, 3)
    panel.hide()
    train(panel, qtbot, 3)
    assert panel.plot.train.xData[-1] == 3
    panel.show()
    assert panel.plot.train.xData[-1] == 6


def test_nothing_pans_or_opens_a_menu(panel: LossPanel, qtbot: QtBot) -> None:
    train(panel, qtbot, 3)
    before = panel.plot.ranges
    viewport: QWidget = panel.plot.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().center())
    QTest.mouseMove(viewport, viewport.rect().center() * 1.3)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton)
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton)
    assert panel.plot.ranges == before
    assert QApplication.activePopupWidget() is None


@given(low=st.floats(-12, 3), width=st.floats(0.03, 12), count=st.floats(0.5, 12))
def test_log_ticks_are_round_few_and_in_range(low: float, width: float, count: float) -> None:
    from nnsim.gui.panels.loss.plot import log_ticks

    ticks = log_ticks(low, low + width, count)
    assert 2 <= len(ticks) <= max(count, 2) + 10
    assert all(low - 1e-6 <= math.log10(tick) <= low + width + 1e-6 for tick in ticks)
    assert ticks == sorted(ticks)


def test_a_stop_shows_the_last_loss(panel: LossPanel, desk: Desk, qtbot: QtBot) -> None:
    desk.session.configure(replace(desk.session.document.training, stop_epochs=4), "x")
    desk.session.train()
    qtbot.waitUntil(lambda: not desk.session.training)
    assert panel.plot.train.xData[-1] == 4


def exact(desk: Desk, test: bool = False) -> float:
    """The loss of the values that are shown, worked out by another path than the trainer's."""
    data = desk.session.dataset
    assert data is not None
    X, T = (data.X_test, data.T_test) if test else (data.X, data.T)
    program = nnsim.compile(desk.session.network)
    return float(np.mean([program.gradient(desk.session.parameters, X[i:i + 1], T[i:i + 1],
                                           desk.session.document.training.loss)[0] for i in range(len(X))]))


@pytest.mark.parametrize("example", ["hands_on", "circle", "xor_to_learn", "spiral"])
@pytest.mark.parametrize("updates", [1, 7])
def test_the_loss_is_that_of_the_weights_that_are_shown(
    panel: LossPanel, desk: Desk, qtbot: QtBot, example: str, updates: int
) -> None:
    """After one update of hands-on 0.291, as in the table; the mean over the samples as they passed says 0.298."""
    desk.session.open_document(nnsim.load(resource(f"examples/{example}.nnsim")))
    desk.session.train(updates=updates)
    qtbot.waitUntil(lambda: not desk.session.training)
    assert text(panel, "loss_train") == f"train {format_number(exact(desk), 3)}"
    if desk.session.dataset.X_test is not None:
        assert text(panel, "loss_test") == f"test {format_number(exact(desk, test=True), 3)}"
    if (example, updates) == ("hands_on", 1):
        assert text(panel, "loss_train") == "train 0.291"
    assert panel.plot.train.yData[-1] == pytest.approx(exact(desk))
    name = min(desk.session.structure.weight_names)
    desk.session.set_values({name: 2.5}, "x")
    assert text(panel, "loss_train") == f"train {format_number(exact(desk), 3)}"
    desk.session.configure(replace(desk.session.document.training, loss="mean_absolute_error"), "x")
    assert text(panel, "loss_train") == f"train {format_number(exact(desk), 3)}"


def test_the_mean_over_an_epoch_is_named_so(panel: LossPanel, desk: Desk, qtbot: QtBot) -> None:
    """Where an epoch is one update there is none: it would be the loss from before that update."""
    train(panel, qtbot, 3)
    assert desk.session.latest is not None
    mean = format_number(float(desk.session.latest.train.mean[-1]), 3)
    assert text(panel, "loss_running") == f"running mean {mean}"
    assert panel.findChild(TextLine, "loss_running").text() == f"─ running mean {mean}", "by name, at the first look"
    assert len(panel.plot.running.yData) == 4
    desk.session.configure(replace(desk.session.document.training, batch_size=0), "x")
    desk.session.back_to_start()
    train(panel, qtbot, 3)
    assert text(panel, "loss_running") == ""
    assert len(panel.plot.running.yData or ()) == 0


def test_a_loss_that_takes_long_is_not_asked_for_after_an_edit(
    panel: LossPanel, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, until the next update."""
    train(panel, qtbot, 3)
    monkeypatch.setattr("nnsim.gui.session.run.AT_ONCE", 10)
    desk.session.set_values({min(desk.session.structure.weight_names): 2.5}, "x")
    assert (text(panel, "loss_train"), text(panel, "loss_test")) == ("train …", "test …")
    train(panel, qtbot, 1)
    assert text(panel, "loss_train") == f"train {format_number(exact(desk), 3)}"
