"""The gate workbench: what neurons compute, which values work, how the map goes on, and softening."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget

from nnsim.core.analysis.bands import right_rows
from nnsim.gui.canvas.neuron_item import Face
from nnsim.gui.panels.output.plots import CurvePlot, MapPlot
from nnsim.gui.panels.selected.band_field import BandSlider
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine

KEY, LEFT, NONE = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def face(hand: Hand, id: str) -> Face:
    """What a neuron shows."""
    return hand.canvas.network_scene.neurons[id].face


def read(label: QLabel) -> str:
    """What a label says, however it may be broken into lines."""
    return label.text().replace("\u00a0", " ")


def press(hand: Hand, slider: BandSlider, value: float) -> QPoint:
    """Press the mouse on a slider where it has this value."""
    place = QPoint(round(slider.place_of(value)), 10)
    QTest.mousePress(slider, LEFT, NONE, place)
    hand.settle()
    return place


def drag_to(hand: Hand, slider: BandSlider, *values: float, release: bool = True) -> None:
    """Drag to these values, one after the other."""
    place = QPoint()
    for value in values:
        place = QPoint(round(slider.place_of(value)), 10)
        QTest.mouseMove(slider, place)
        hand.settle()
    if release:
        QTest.mouseRelease(slider, LEFT, NONE, place)
        hand.settle()


def wheel(hand: Hand, widget: QWidget, notches: int) -> None:
    """Turn the wheel over the middle of a widget, away from the hand if above 0."""
    middle = QPointF(widget.rect().center())
    QApplication.sendEvent(widget, QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False))
    hand.settle()


# What neurons compute


def test_neurons_say_which_gate_they_are(hand: Hand) -> None:
    """h is AND, the output XOR; another weight makes it another gate; without a name nothing is said."""
    hand.example("xor")
    assert (face(hand, "h").gate, face(hand, "output").gate) == ("AND", "XOR")
    hand.click_at(hand.at("h"))
    assert hand.find("neuron_gate", TextLine).text() == "h = AND"
    hand.double_click_at(hand.label_of("h", "output"))
    hand.write("2")
    assert face(hand, "output").gate == "OR"
    hand.double_click_at(hand.at("h"))
    hand.write("0.5")
    hand.double_click_at(hand.label_of("x1", "h"))
    hand.write("-1")
    assert face(hand, "h").gate == "x0 AND NOT x1"
    hand.key(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert face(hand, "h").gate == "OR"


def test_the_gate_is_beside_the_name(hand: Hand) -> None:
    """The name is still where a double-click renames, and the gate stands right of it, on one line."""
    hand.example("xor")
    item = hand.canvas.network_scene.neurons["h"]
    assert item.gate_text == "= AND"
    assert item.gate_rect.left() == item.name_rect.right()
    assert item.gate_rect.top() == item.name_rect.top()
    hand.double_click_at(hand.name_of("h"))
    hand.write("both")
    assert face(hand, "both").gate == "AND"


def test_measured_data_have_no_gates(hand: Hand) -> None:
    """Only where inputs are 0 and 1 is there a gate."""
    hand.example("perceptron_and")
    assert face(hand, hand.session.structure.outputs[0]).gate
    hand.answering("Discard", lambda: hand.example("circle"))
    assert not any(item.face.gate for item in hand.canvas.network_scene.neurons.values())


# Bands


def test_and_works_for_a_band_of_thresholds(hand: Hand) -> None:
    """The band is told in signs and in words; dragging edits live, and is one undo step."""
    hand.example("and")
    hand.click_at(hand.at("n"))
    words = hand.find("neuron_band", QLabel)
    slider = hand.find("neuron_slider", BandSlider)
    assert read(words) == "✓ AND works for 1 < θ ≤ 2"
    assert "above 1, which does not belong to it" in slider.accessibleDescription()
    assert "up to 2, which belongs to it" in slider.accessibleDescription()
    steps = hand.session.undo_stack.count()
    press(hand, slider, 1.2)
    drag_to(hand, slider, 1.5, 1.9, release=False)
    assert -hand.session.network.value("b_n") == pytest.approx(1.9, abs=0.05)
    assert read(words) == "✓ AND works for 1 < θ ≤ 2"
    drag_to(hand, slider, 2.3)
    assert read(words) == "✗ Outside: AND works for 1 < θ ≤ 2"
    assert "3 of 4" in hand.find("table_status", QLabel).text()
    assert hand.session.undo_stack.count() == steps + 1
    hand.key(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert hand.session.network.value("b_n") == -1.2
    assert read(words).startswith("✓")


def test_escape_takes_a_drag_back(hand: Hand) -> None:
    """Nothing is left of it, not even an undo step."""
    hand.example("and")
    hand.click_at(hand.at("n"))
    slider = hand.find("neuron_slider", BandSlider)
    steps = hand.session.undo_stack.count()
    press(hand, slider, 1.2)
    drag_to(hand, slider, 0.2, release=False)
    assert hand.session.network.value("b_n") != -1.2
    QTest.keyClick(slider, KEY.Key_Escape)
    assert hand.session.network.value("b_n") == -1.2
    assert hand.session.undo_stack.count() == steps
    assert not hand.session.dirty


def test_keys_move_the_slider(hand: Hand) -> None:
    """Steps in one go are one undo step."""
    hand.example("and")
    hand.click_at(hand.at("n"))
    slider = hand.find("neuron_slider", BandSlider)
    steps = hand.session.undo_stack.count()
    slider.setFocus()
    for _ in range(3):
        hand.key(KEY.Key_Right)
    assert -hand.session.network.value("b_n") > 1.2
    assert hand.session.undo_stack.count() == steps + 1


def test_bands_of_weights(hand: Hand) -> None:
    """A weight has a band too; one without an upper end says so; without a target there is a slider alone."""
    hand.example("xor")
    hand.click_at(hand.label_of("h", "output"))
    words = hand.find("connection_band", QLabel)
    assert read(words) == "✓ XOR works for w5 < −1.4"
    hand.choose("target_choice", "AND")
    assert "right row" in read(words)
    hand.choose("target_choice", "none")
    assert not words.isVisible()
    assert hand.find("connection_slider", BandSlider).band is None


# The map


def test_xor_is_one_again_farther_out(hand: Hand) -> None:
    """Zoomed out, the map shows 1 where x0 + x1 ≥ 2.6; with the wheel, keys and buttons; and back."""
    hand.example("xor")
    hand.wait(lambda: hand.window.panels["output"].findChild(MapPlot), "the map is there")
    plot = hand.find("output_map", MapPlot)
    before = plot.ranges
    wheel(hand, plot.viewport(), -3)
    assert plot.ranges[0][1] > before[0][1]
    plot.setFocus()
    hand.key(KEY.Key_Minus, widget=plot)
    hand.click("output_more")
    assert not hand.session.dirty
    (x0, x1), (y0, y1) = plot.ranges
    assert x1 > 2
    xs, ys = np.meshgrid(np.linspace(x0, x1, len(plot.values)), np.linspace(y0, y1, len(plot.values)))
    sums = xs + ys
    # At the upper right it is 1 from 2.6 on, between 1.2 and 2.6 it is 0.
    upper = (xs > 1) & (ys > 1)
    assert upper.any()
    clear = upper & (np.abs(sums - 2.6) > 1e-9)
    np.testing.assert_array_equal(plot.values[clear], (sums >= 2.6)[clear])
    assert plot.values[(sums >= 2.6 + 1e-9)].all()
    hand.key(KEY.Key_Plus, widget=plot)
    hand.key(KEY.Key_0, widget=plot)
    assert plot.ranges == before
    hand.click("output_less")
    assert plot.ranges[0][1] < before[0][1]
    hand.click("output_all")
    assert plot.ranges == before


# Targets and their outputs


def test_the_target_of_an_output_goes_with_it(hand: Hand) -> None:
    """Without the carry of a half adder the sum's column is left, XOR, and Ctrl+Z brings both back."""
    hand.example("half_adder")
    data = hand.session.document.data
    hand.click_at(hand.at("carry"))
    hand.key(KEY.Key_Delete, widget=hand.canvas)
    assert hand.session.structure.outputs == ("sum",)
    assert hand.find("target_choice", QComboBox).currentText() == "XOR"
    hand.key(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier, widget=hand.canvas)
    assert hand.session.document.data == data


def test_a_neuron_made_an_output_leaves_the_targets_alone(hand: Hand) -> None:
    """h stood before the output of XOR: XOR stays the target of that, and the target of h is still to be chosen."""
    hand.example("xor")
    hand.click_at(hand.at("h"))
    hand.choose("neuron_role", "Output")
    assert hand.session.structure.outputs == ("output", "h")
    assert hand.find("target_choice", QComboBox).currentText() == "XOR"
    assert hand.find("target_choice_h", QComboBox).currentText() == "none"


# Soften and harden


def test_soften_stands_in_the_place_of_train(hand: Hand) -> None:
    """Only where steps are all that is in the way."""
    hand.example("xor")
    buttons = {name: hand.window.findChild(QWidget, name)
               for name in ("tool_soften", "tool_train")}

    def seen() -> set[str]:
        return {name for name, button in buttons.items() if button.isVisible()}

    assert seen() == {"tool_soften"}
    hand.choose("target_choice", "none")
    assert seen() == {"tool_train"}
    assert "no data" in buttons["tool_train"].toolTip()
    hand.answering("Discard", lambda: hand.example("perceptron_and"))
    assert buttons["tool_train"].isEnabled()


def test_soften_then_train_to_repair(hand: Hand) -> None:
    """At k = 4 two rows of XOR fail: 0.08, 0.29, 0.29, 0.11. Training with η 0.5 and full batches repairs them."""
    hand.example("xor")
    steps, before = hand.session.undo_stack.count(), hand.session.document
    hand.click("tool_soften")
    report = hand.find("soften_report", QLabel)
    assert hand.desk.softening.factor == 10
    assert report.text() == "✓ All 4 rows of XOR match"
    hand.find("soften_factor", QWidget).setFocus()
    hand.write("4")
    assert report.text() == "✗ 2 of 4 rows of XOR fail: Train can repair them"
    X, T = hand.session.dataset.X, hand.session.dataset.T
    network = hand.session.network
    said = hand.session.program.forward(network.parameters, X)[:, 0]
    assert [round(float(a), 2) for a in said] == [0.08, 0.29, 0.29, 0.11]
    assert "2 of 4" in hand.find("table_status", QLabel).text()
    hand.click("soften_keep")
    assert not hand.window.soften_bar.isVisible()
    assert hand.session.undo_stack.count() == steps + 1
    hand.click("workspace_train")
    for name, text in (("training_learning_rate", "0.5"), ("training_batch_size", "0")):
        hand.find(name, QWidget).setFocus()
        hand.write(text)
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: right_rows(hand.session.network, X, T).all(), "all four rows are right")
    hand.click("tool_train")
    assert "all 4 rows match XOR" in hand.find("table_status", QLabel).text()
    while hand.session.undo_stack.index() > steps:
        hand.click("tool_undo")
    assert hand.session.document == before


def test_training_without_keep_is_judged_as_it_goes(hand: Hand) -> None:
    """The bar speaks of the net of now: its rows come right while it trains; the end of the run keeps the factor."""
    hand.example("xor")
    hand.session.configure(replace(hand.session.document.training, learning_rate=0.5, batch_size=0), "x")
    hand.click("tool_soften")
    hand.find("soften_factor", QWidget).setFocus()
    hand.write("4")
    report = hand.find("soften_report", QLabel)
    assert report.text() == "✗ 2 of 4 rows of XOR fail: Train can repair them"
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: report.text() == "✓ All 4 rows of XOR match", "the bar says that all rows match")
    assert hand.session.training
    hand.click("tool_train")
    assert not hand.window.soften_bar.isVisible()


def test_the_slider_and_escape(hand: Hand) -> None:
    """Page keys and arrows set k, map and neurons follow; Esc takes all back, with no undo step left."""
    hand.example("xor")
    before = hand.session.document
    hand.click("tool_soften")
    for _ in range(6):
        hand.key(KEY.Key_PageDown)
    assert hand.desk.softening.factor == 4
    assert hand.session.network.value("b_h") == pytest.approx(-4.8)
    hand.key(KEY.Key_Right)
    assert hand.desk.softening.factor == pytest.approx(4.1)
    assert hand.session.undo_stack.count() == 1
    hand.key(KEY.Key_Escape)
    assert hand.session.document == before
    assert hand.session.undo_stack.count() == 0
    assert not hand.window.soften_bar.isVisible()
    assert hand.find("tool_soften", QWidget).isVisible()


def test_undo_or_another_edit_ends_the_choice(hand: Hand) -> None:
    """What is done meanwhile is a step of its own; undo takes softening back as a whole."""
    hand.example("xor")
    before = hand.session.document
    hand.click("tool_soften")
    hand.double_click_at(hand.label_of("x0", "h"))
    hand.write("11")
    assert not hand.desk.softening.active
    assert hand.session.network.value("w1") == 11
    hand.click("tool_undo")
    assert hand.session.network.value("w1") == 10
    hand.click("tool_undo")
    assert hand.session.document == before
    hand.click("tool_soften")
    hand.click("tool_undo")
    assert not hand.window.soften_bar.isVisible()
    assert hand.session.document == before


def test_harden_is_the_way_back(hand: Hand) -> None:
    """Offered for sigmoids on 0s and 1s; one undo step; the gates have their names again."""
    hand.example("xor")
    hand.click("workspace_train")
    hand.click("tool_soften")
    assert not hand.window.findChild(QWidget, "harden_button").isVisible()
    hand.key(KEY.Key_Return)
    steps = hand.session.undo_stack.count()
    hand.click("harden_button")
    assert hand.session.undo_stack.count() == steps + 1
    assert (face(hand, "h").gate, face(hand, "output").gate) == ("AND", "XOR")
    assert face(hand, "h").center == "≥ 12"
    assert not hand.window.actions_by_name["harden"].isEnabled()
    hand.answering("Discard", lambda: hand.example("hands_on"))
    assert not hand.window.actions_by_name["harden"].isEnabled()
    hand.example("xor_to_learn")
    hand.menu("action_harden")
    assert {n.activation for n in hand.session.structure.neurons if n.role != "input"} == {"heaviside"}


# Compare with the start


def test_hold_b_to_compare_with_the_start(hand: Hand) -> None:
    """Its weights are ghosts, its boundary dots; released, all is as before; without a start nothing happens."""
    hand.example("circle")
    scene = hand.canvas.network_scene
    hand.wait(lambda: hand.window.panels["output"].findChild(MapPlot), "the map is there")
    plot = hand.find("output_map", MapPlot)
    hand.canvas.setFocus()
    QTest.keyPress(hand.canvas, KEY.Key_B)
    assert not any(edge.ghost for edge in scene.edges.edges.values())
    assert "Train first" in hand.window.statusBar().currentMessage()
    QTest.keyRelease(hand.canvas, KEY.Key_B)
    start = hand.session.network
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch > 50, "it has learned something")
    hand.click("tool_train")
    labels = {ends: (edge.text, edge.label) for ends, edge in scene.edges.edges.items()}
    document = hand.session.document
    shown = hand.canvas.viewport().grab().toImage()
    # The keys are at the Train button now: B is held wherever they are.
    QTest.keyPress(QApplication.focusWidget() or hand.canvas, KEY.Key_B)
    hand.settle()
    for edge in scene.edges.edges.values():
        assert float(edge.ghost.replace("−", "-")) == pytest.approx(start.value(edge.connection.weight), rel=0.01)
    assert all(item.face.ghost.startswith("b = ") for id, item in scene.neurons.items() if not item.face.is_input)
    assert len(plot.ghost.getData()[0]) > 5
    assert hand.canvas.viewport().grab().toImage() != shown
    assert hand.session.document is document
    QTest.keyRelease(QApplication.focusWidget() or hand.canvas, KEY.Key_B)
    hand.settle()
    assert labels == {ends: (edge.text, edge.label) for ends, edge in scene.edges.edges.items()}
    assert not any(edge.ghost for edge in scene.edges.edges.values())
    assert len(plot.ghost.getData()[0]) == 0
    assert hand.canvas.viewport().grab().toImage() == shown


def test_a_curve_is_compared_too(hand: Hand) -> None:
    """Of one input the curve of the start is dotted."""
    hand.example("sine")
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch > 5, "it has learned something")
    hand.click("tool_train")
    curve = hand.find("output_curve", CurvePlot)
    QTest.keyPress(hand.canvas, KEY.Key_B)
    x, y = curve.ghost.getData()
    start = hand.session.start_network
    assert start is not None
    np.testing.assert_allclose(y, hand.session.program.forward(start.parameters, x[:, None])[:, 0], atol=1e-9)
    QTest.keyRelease(hand.canvas, KEY.Key_B)
    assert curve.ghost.getData()[0] is None or len(curve.ghost.getData()[0]) == 0
