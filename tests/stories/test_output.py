"""The Output panel in the window: the winner of several outputs, and sliders for the inputs that are no axes."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from nnsim.gui.panels.output.legends import ClassLegend
from nnsim.gui.panels.output.panel import OutputPanel
from nnsim.gui.panels.output.plots import MapPlot
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.number_field import NumberField


def panel_of(hand: Hand) -> tuple[OutputPanel, MapPlot]:
    """The panel and its map."""
    panel = hand.find("output", OutputPanel)
    hand.wait(lambda: isinstance(panel.plot, MapPlot), "the map is there")
    return panel, panel.map


def test_blobs_show_who_wins_and_train(hand: Hand) -> None:
    """Three regions with names; pointing reads; a click sets the inputs; training moves the regions."""
    hand.example("blobs")
    panel, plot = panel_of(hand)
    assert panel.winner
    assert sorted(plot.written) == ["o1", "o2", "o3"]
    QTest.mouseMove(plot.viewport(), plot.place_of(-1.0, 4.5).toPoint())
    hand.settle()
    assert " → o1, 0." in hand.find("output_readout", TextLine).text()
    assert hand.find("output_classes", ClassLegend).winner == 0
    QTest.mouseClick(plot.viewport(), LEFT, NO_KEYS, plot.place_of(5.0, -5.0).toPoint())
    hand.settle()
    assert hand.desk.looking.inputs == pytest.approx({"x0": 5.0, "x1": -5.0}, abs=0.2)
    before = plot.classes.copy()
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch >= 1, "an epoch is done", 60)
    hand.click("tool_train")
    assert not np.array_equal(before, plot.classes)
    assert panel.winner, "training changes nothing in what is looked at"


def test_one_output_or_the_winner_is_chosen_by_key(hand: Hand) -> None:
    """Half adder: one output has its 0 and 1, the winner its names; it stays through an edit and its undo."""
    hand.example("half_adder")
    panel, plot = panel_of(hand)
    assert set(plot.written) == {"0", "1"}
    hand.choose("output_neuron", "Winner")
    assert set(plot.written) == {"carry", "sum", "tie"}
    hand.flip("x0")
    assert hand.find("output_readout", TextLine).text() == "(1, 0) → sum, 1"
    hand.session.set_values({hand.session.network.parameter_names[0]: 5.0}, "Weight")
    hand.session.undo()
    assert panel.winner and not hand.session.dirty
    hand.choose("output_neuron", "sum")
    assert panel.output == "sum" and set(plot.written) == {"0", "1"}


def test_the_third_input_has_a_slider_that_moves_with_the_canvas(hand: Hand) -> None:
    """Parity of 3: the switch of the canvas moves the slider, the slider moves the switch, and no undo step."""
    hand.example("parity")
    panel, plot = panel_of(hand)
    slider, field = hand.find("output_slider_x2", QSlider), hand.find("output_field_x2", NumberField)
    assert (slider.value(), field.number) == (0, 0.0)
    before = plot.values.copy()
    hand.flip("x2")
    assert (slider.value(), field.number) == (100, 1.0)
    assert not np.array_equal(before, plot.values), "odd becomes even"
    QTest.mouseClick(slider, LEFT, NO_KEYS, QPoint(2, slider.height() // 2))
    hand.settle()
    assert hand.desk.looking.inputs["x2"] == 0.0
    field.setFocus()
    hand.write("0,5")
    assert hand.desk.looking.inputs["x2"] == 0.5 and slider.value() == 50
    hand.choose("output_y", "x2")
    assert "output_slider_x1" in {s.objectName() for s in panel.findChildren(QSlider) if s.isVisible()}
    assert not hand.session.dirty and not hand.session.undo_stack.canUndo()


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
@pytest.mark.parametrize("example", ["blobs", "half_adder", "parity", "circle"])
def test_the_panel_is_whole_in_the_window(hand: Hand, example: str, size: tuple[int, int]) -> None:
    """Its title, its controls, and what they say are not cut."""
    hand.window.resize(*size)
    hand.rest(0.1)
    hand.example(example)
    panel, plot = panel_of(hand)
    dock = hand.window.docks["output"]
    title = dock.titleBarWidget().findChild(QLabel, "card_title")
    assert title.text() == "Output" and title.width() >= title.sizeHint().width()
    choices = panel.choices
    for widget in (choices.over, choices.neuron, choices.x_axis, choices.y_axis):
        if widget.isVisible():
            assert widget.width() >= widget.sizeHint().width(), widget.objectName()
    seen: list[QWidget] = [w for w in (plot, choices.axes, panel.sliders, panel.readout, panel.bar, panel.legend)
                           if w is not None and w.isVisible()]
    for i, widget in enumerate(seen):
        assert panel.rect().contains(widget.geometry()), widget.objectName()
        assert not any(widget.geometry().intersects(QRect(other.geometry())) for other in seen[:i])
    assert plot.view.sceneBoundingRect().width() > 120


def test_tab_reaches_every_control(hand: Hand) -> None:
    """From the choice of the axes to slider and number, by key alone."""
    hand.example("parity")
    panel, _ = panel_of(hand)
    panel.choices.x_axis.setFocus()
    reached = set()
    for _ in range(8):
        hand.key(Qt.Key.Key_Tab)
        focused = hand.window.focusWidget()
        reached.add(focused.objectName() if focused is not None else "")
    assert {"output_y", "output_slider_x2", "output_field_x2"} <= reached


def test_a_map_out_of_sight_waits_with_its_words_for_its_own_network(hand: Hand) -> None:
    """The map of a network with one output, then in Explain one with two, which is presented: nothing breaks."""
    hand.example("spiral")
    hand.wait_for_views()
    hand.click("workspace_explain")
    hand.example("hands_on")
    hand.key(Qt.Key.Key_F11)
    hand.key(Qt.Key.Key_4)
    hand.wait_for_views()
    hand.key(Qt.Key.Key_1)
    hand.wait_for_views()
    assert panel_of(hand)[0].output == "o1"
