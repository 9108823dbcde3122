"""Panels below the canvas at 1280×720: what they show is whole, and the canvas keeps its share."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from nnsim.core.analysis.tangents import OFFERS
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.theme import font
from nnsim.gui.panels.gradient.loss_slice import LossSlicePanel
from nnsim.gui.panels.gradient.plots import StepPlot
from nnsim.gui.panels.gradient.slope import SlopePanel
from nnsim.gui.panels.output.plots import MapPlot
from nnsim.gui.panels.plot_panel import PlotPanel
from nnsim.gui.plots.plot import scaled
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine


def head_is_whole(plot: StepPlot) -> bool:
    """Whether the head of the arrow lies inside the plot, from top to bottom."""
    bottom, top = plot.ranges[1]
    from_below = (plot.arrow.end[1] - bottom) / (top - bottom) * plot.view.height()
    return bool(scaled(9) <= from_below <= plot.view.height() - scaled(9))


def stand_whole(panel: PlotPanel, parts: tuple[QWidget, ...]) -> bool:
    """Whether all of them are seen inside the panel, none over another."""
    places = [QRect(part.mapTo(panel, QPoint()), part.size()) for part in parts]
    return (all(part.isVisible() for part in parts) and all(panel.rect().contains(place) for place in places)
            and not any(a.intersects(b) for a, b in combinations(places, 2)))


@pytest.mark.parametrize(("workspace", "share"), [("train", 0.28), ("explain", 0.33)])
def test_a_loss_slice_takes_no_more_than_its_share(hand: Hand, workspace: str, share: float) -> None:
    """Plot, arrow, sentence and the step to take: all of it, in its share of the height."""
    hand.window.resize(1280, 720)
    hand.example("hands_on")
    hand.click(f"workspace_{workspace}")
    hand.click_at(hand.label_of("h1", "o1"))
    hand.window.workspaces.show_panel("loss_slice")
    hand.rest(0.1)
    panel = hand.window.panels["loss_slice"]
    assert isinstance(panel, LossSlicePanel)
    assert hand.window.workspaces.docks["loss_slice"].height() <= share * 720 + 1
    assert "slope is 0.08217" in panel.says.text()
    assert stand_whole(panel, (panel.plot, panel.says, panel.take))
    assert panel.plot.view.height() >= 64
    assert head_is_whole(panel.plot)


def test_the_step_on_a_function_is_whole(hand: Hand) -> None:
    hand.window.resize(1280, 720)
    hand.example("hands_on")
    hand.click("workspace_explain")
    hand.window.workspaces.show_panel("slope")
    hand.rest(0.1)
    plot = hand.find("slope_plot", StepPlot)
    assert head_is_whole(plot)
    hand.window.resize(1440, 900)
    hand.rest(0.1)
    assert head_is_whole(plot)


@pytest.mark.parametrize("presented", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
def test_why_the_gradient_says_it_beside_its_plot(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, width: int, height: int, presented: bool
) -> None:
    """Function, plot, the whole sentence and the steps, none cut, of every function that is offered."""
    hand.window.resize(width, height)
    hand.example("hands_on")
    hand.click("workspace_explain")
    if presented:
        # Full screen would be as large as the screen, wherever this runs.
        monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
        hand.key(Qt.Key.Key_F11, widget=hand.window)
        hand.settle()
        hand.key(Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier, widget=hand.canvas)
    else:
        hand.window.workspaces.show_panel("slope")
    hand.rest(0.1)
    panel = hand.window.panels["slope"]
    assert isinstance(panel, SlopePanel)
    for offer in OFFERS:
        hand.choose("slope_choice", offer.label)
        assert stand_whole(panel, (panel.field, panel.plot, panel.says, panel.rate_field, panel.step, panel.run,
                                   panel.reset))
        view = panel.plot.view
        assert view.height() >= (height / 4 if presented else 64) and view.width() < 3 * view.height()
        assert head_is_whole(panel.plot)
        needed = QFontMetrics(font("small")).boundingRect(
            panel.says.rect(), Qt.TextFlag.TextWordWrap, panel.says.text()).height()
        assert needed <= panel.says.height()


def test_the_canvas_is_as_high_beside_either_why(hand: Hand) -> None:
    """From Loss slice to the tab beside it nothing moves."""
    hand.window.resize(1280, 720)
    hand.example("hands_on")
    hand.click("workspace_explain")
    heights = set()
    for id in ("loss_slice", "slope"):
        hand.window.workspaces.show_panel(id)
        hand.rest(0.1)
        heights.add(hand.canvas.height())
    assert len(heights) == 1


@pytest.mark.parametrize("workspace", ["build", "train"])
def test_what_the_output_panel_reads_out_is_whole(hand: Hand, workspace: str) -> None:
    """Of every example that has a map or a curve: place and value, none of it cut."""
    hand.window.resize(1280, 720)
    hand.click(f"workspace_{workspace}")
    said = set()
    for example in EXAMPLES:
        hand.answering("Discard", lambda example=example: hand.example(example))
        hand.settle()
        readout = hand.find("output_readout", TextLine)
        if readout.isVisible():
            said.add(example)
            lines = 2 if readout.wraps else 1
            assert readout.sizeHint().width() <= lines * readout.width(), example
    assert len(said) > 12


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
def test_train_shows_all_that_is_set_a_square_map_and_a_large_loss(hand: Hand, width: int, height: int) -> None:
    """No setting of the circle's needs scrolling; data first; the loss has at least 200 pixels."""
    hand.window.resize(width, height)
    hand.example("circle")
    hand.click("workspace_train")
    hand.window.workspaces.reset()
    hand.click("tool_step_epoch")
    hand.wait(lambda: not hand.session.training, "an epoch is done")
    hand.rest(0.2)
    names = ("data_source", "data_samples", "data_noise", "data_test_share", "data_seed", "training_loss",
             "training_optimizer", "training_learning_rate", "training_batch_size", "training_order", "training_seed",
             "training_stop", "training_advanced")
    shown = [hand.find(name, QWidget) for name in names]
    assert all(part.visibleRegion().boundingRect().size() == part.size() for part in shown)
    tops = [part.mapTo(hand.window, QPoint()).y() for part in shown]
    assert tops == sorted(tops)
    assert hand.find("data_seed", QWidget).accessibleName() == "Data seed"
    assert hand.find("training_seed", QWidget).accessibleName() == "Run seed"
    view = hand.find("output_map", MapPlot).view
    assert view.width() == pytest.approx(view.height(), abs=2)
    assert hand.find("loss_plot", QWidget).height() >= 200
