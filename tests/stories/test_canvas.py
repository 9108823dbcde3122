"""Handling the canvas: select, rename, change roles, zoom, pan, add layers, and the state in between."""

import math

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsPathItem, QLabel, QLineEdit, QPushButton, QToolButton, QToolTip

from nnsim.documents.examples import EXAMPLES
from nnsim.gui.canvas.neuron_choice import NeuronChoice
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.canvas.snapping import GRID_STEP
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand
from nnsim.gui.widgets.inline_edit import InlineEdit
from nnsim.gui.window.window import MainWindow

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def wheel(hand: Hand, at: QPointF, steps: int) -> None:
    """Turn the wheel over a point of the canvas."""
    viewport = hand.canvas.viewport()
    place = QPointF(hand.canvas.mapFromScene(at))
    event = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
    hand.settle()


def test_select_by_click_shift_and_rubber_band(hand: Hand) -> None:
    """A click selects one, Shift adds and takes away, a rectangle selects what lies in it with its connections."""
    hand.example("xor")
    hand.click_at(hand.at("h"))
    assert hand.desk.looking.selected_neurons == {"h"}
    hand.click_at(hand.at("x0"), SHIFT)
    assert hand.desk.looking.selected_neurons == {"h", "x0"}
    hand.click_at(hand.at("h"), SHIFT)
    assert hand.desk.looking.selected_neurons == {"x0"}
    corner = QPointF(-50, -50)
    hand.drag(corner, hand.at("h") + QPointF(45, 60))
    assert hand.desk.looking.selected_neurons >= {"x0", "h"}
    assert ("x0", "h") in hand.desk.looking.selected_connections
    hand.click_at(hand.label_of("h", "output"))
    assert hand.desk.looking.selected_connections == {("h", "output")} and not hand.desk.looking.selected_neurons


def test_a_click_on_one_of_several_selects_it_alone(hand: Hand) -> None:
    """With all selected, by Ctrl+A, a click on a neuron leaves only that one; nothing has moved."""
    hand.example("xor")
    hand.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier, hand.canvas)
    desk, before = hand.desk, hand.session.document
    assert len(desk.looking.selected_neurons) == 4 and len(desk.looking.selected_connections) == 5
    hand.click_at(hand.at("h"))
    assert desk.looking.selected_neurons == {"h"} and not desk.looking.selected_connections
    assert desk.session.document == before


def test_a_number_without_room_on_its_line_stands_beside_it(hand: Hand) -> None:
    """Between two outputs, one above the other, names and sums take the room: the weight is shown and can be edited."""
    hand.canvas.setFocus()
    for key in (Qt.Key.Key_I, Qt.Key.Key_I, Qt.Key.Key_O, Qt.Key.Key_O):
        hand.key(key, widget=hand.canvas)
    for ends in (("x0", "y"), ("x1", "y"), ("x0", "y2"), ("x1", "y2"), ("y2", "y")):
        hand.connect(*ends)
    edges = hand.canvas.network_scene.edges.edges
    assert hand.desk.looking.selected_connections == {("y2", "y")}
    label = edges["y2", "y"].label
    assert not label.isNull()
    neurons = hand.canvas.network_scene.neurons.values()
    assert not any(label.intersects(rect) for item in neurons for rect in item.taken())
    assert not any(label.intersects(edge.label) for ends, edge in edges.items() if ends != ("y2", "y"))
    hand.double_click_at(hand.label_of("y2", "y"))
    hand.write("-2")
    assert hand.session.network.value(hand.session.structure.by_ends["y2", "y"].weight) == -2
    assert not edges["y2", "y"].label.isNull()
    hand.click_at(hand.at("x0"))
    assert not edges["y2", "y"].label.isNull()


def test_dragging_moves_all_that_is_selected(hand: Hand) -> None:
    """Two selected neurons move together, in one undo step; Esc in the middle leaves them where they were."""
    hand.example("xor")
    before = dict(hand.session.document.layout)
    hand.click_at(hand.at("x0"))
    hand.click_at(hand.at("x1"), SHIFT)
    hand.drag(hand.at("x0"), hand.at("x0") + QPointF(40, 30), release=False)
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    assert dict(hand.session.document.layout) == before
    assert hand.at("x1") == QPointF(*before["x1"])
    hand.drag(hand.at("x0"), hand.at("x0") + QPointF(40, 30), keys=ALT)
    after = hand.session.document.layout
    for id in ("x0", "x1"):
        assert after[id][0] - before[id][0] == pytest.approx(40, abs=2)
        assert after[id][1] - before[id][1] == pytest.approx(30, abs=2)
    assert after["h"] == before["h"]
    assert hand.session.undo_stack.count() == 1


def test_a_drag_throws_away_nothing_that_was_computed(hand: Hand) -> None:
    """Trace, map and gates are the very same after a neuron has moved, and no view hears of other values.

    Its lines and numbers go with it, and back with it when it is undone.
    """
    hand.example("xor")
    looking, scene, told = hand.desk.looking, hand.canvas.network_scene, list[None]()
    before = looking.trace, looking.map_trace, looking.gates
    start, label = hand.at("h"), QRectF(scene.edges.edges["x0", "h"].label)
    hand.desk.values_changed.connect(lambda: told.append(None))
    hand.drag(start, start + QPointF(60, 90), keys=ALT)
    assert hand.session.document.layout["h"] == pytest.approx((start.x() + 60, start.y() + 90), abs=2)
    for edge in (scene.edges.edges["x0", "h"], scene.edges.edges["h", "output"]):
        nearest = min(edge.line.p1(), edge.line.p2(), key=lambda end: (end - hand.at("h")).manhattanLength())
        assert math.dist(nearest.toTuple(), hand.at("h").toTuple()) == pytest.approx(RADIUS, abs=2)
        assert edge.distance(edge.label.center()) < 1
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.at("h") == start and scene.edges.edges["x0", "h"].label == label
    after = looking.trace, looking.map_trace, looking.gates
    assert before[1] is not None and before[2]
    assert all(new is old for new, old in zip(after, before, strict=True))
    assert not told


def test_what_is_gone_is_no_longer_under_the_mouse(hand: Hand) -> None:
    """The mouse rests on a connection while another network is opened by the keys: no tooltip, nothing is lit; what
    has the same name in the next one is pointed at anew."""
    hand.example("xor")
    place = hand.label_of("h", "output")
    hand.point_at(place)
    assert hand.desk.study.lit_connections == {("h", "output")}
    viewport, at = hand.canvas.viewport(), hand.canvas.mapFromScene(place)
    for change in (lambda: hand.window.files.open_example(EXAMPLES["and"]), hand.window.files.new,
                   lambda: hand.window.files.open_example(EXAMPLES["xor"])):
        change()
        QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at, viewport.mapToGlobal(at)))
        assert not hand.desk.study.lit_connections and not QToolTip.isVisible()
    hand.point_at(place + QPointF(1, 0))
    assert hand.desk.study.lit_connections == {("h", "output")}
    hand.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier, hand.canvas)
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at, viewport.mapToGlobal(at)))
    assert not hand.desk.study.lit_connections and not QToolTip.isVisible()


def test_rename_in_place_keeps_value_and_selection(hand: Hand) -> None:
    """A double-click on a name edits it; a taken name is refused and said, and the editor stays open."""
    hand.example("xor")
    hand.flip("x0")
    hand.double_click_at(hand.name_of("x0"))
    hand.write("x1")
    assert "x1" in hand.find("message_text", QLabel).text()
    assert hand.canvas.findChild(InlineEdit, "edit_name") is not None
    hand.write("left")
    assert "left" in hand.session.structure.by_id
    assert hand.desk.looking.inputs["left"] == 1.0
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert hand.desk.looking.inputs["x0"] == 1.0


def test_wrong_numbers_never_reach_the_document(hand: Hand) -> None:
    """“abc”, nothing and 1e999 are refused in place; Esc leaves the weight as it was; arrows step by 0.1 and 0.01."""
    hand.example("xor")
    before = hand.session.document
    for text in ("abc", "", "1e999"):
        hand.double_click_at(hand.label_of("x0", "h"))
        hand.write(text)
        assert hand.session.document is before
        hand.key(Qt.Key.Key_Escape)
        assert hand.session.document == before
    hand.double_click_at(hand.label_of("x0", "h"))
    hand.key(Qt.Key.Key_Up)
    hand.key(Qt.Key.Key_Up)
    hand.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert hand.session.network.value("w1") == pytest.approx(1.19)
    hand.key(Qt.Key.Key_Return)
    assert hand.session.undo_stack.count() == 1
    assert hand.session.network.value("w1") == pytest.approx(1.19)


def test_role_is_changed_in_the_panel(hand: Hand) -> None:
    """A neuron becomes an output, and an input that feeds others a neuron with a threshold of its own."""
    hand.example("xor")
    hand.click_at(hand.at("h"))
    hand.choose("neuron_role", "Output")
    assert hand.session.structure.outputs == ("output", "h")
    hand.click_at(hand.at("x0"))
    hand.choose("neuron_role", "Hidden")
    assert hand.session.structure.by_id["x0"].activation == "heaviside"


def test_zoom_pan_and_fit(hand: Hand) -> None:
    """The wheel zooms about the mouse, the middle button and Space drag pan, F fits; no undo step comes of it."""
    hand.example("xor")
    hand.rest(0.2)
    point = hand.at("output")
    place, zoom = hand.canvas.mapFromScene(point), hand.canvas.zoom
    wheel(hand, point, 2)
    assert hand.canvas.zoom > zoom * 1.2
    assert (hand.canvas.mapFromScene(point) - place).manhattanLength() <= 3
    start = hand.canvas.mapFromScene(QPointF(0, 0))
    hand.drag(point, point + QPointF(-60, 20), Qt.MouseButton.MiddleButton)
    assert hand.canvas.mapFromScene(QPointF(0, 0)) != start
    hand.key(Qt.Key.Key_F, widget=hand.canvas)
    shown = hand.canvas.mapToScene(hand.canvas.viewport().rect()).boundingRect()
    assert shown.contains(hand.canvas.network_scene.content_rect())
    assert hand.session.undo_stack.count() == 0


def test_layers_form_adds_a_network(hand: Hand) -> None:
    """Layers… with “2, 3, 1” adds a named, connected network; a wrong entry says what is wrong and adds nothing."""
    hand.click("tool_layers")
    hand.write("2", enter=False)
    assert not hand.find("layer_add", QPushButton).isEnabled()
    assert "at least two" in hand.find("layer_summary", QLabel).text()
    hand.write("2, 3, 1")
    structure = hand.session.structure
    assert structure.inputs == ("x0", "x1") and structure.outputs == ("y",)
    assert len(structure.connections) == 9
    assert hand.session.undo_stack.count() == 1


@pytest.mark.parametrize("text, says", [
    ("2, 0, 1", "Layer 2 of 3 is a layer of 0"), ("5000·5000", "Too many connections: 25,000,000, and 500,000 at most"),
    ("20000, 1", "Too many neurons: 20,001, and 20,000 at most"), ("2, four, 1", "“four” is no whole number"),
    ("2, 1.5", "“1.5” is no whole number"), ("2", "at least two"),
])
def test_the_form_of_layers_says_what_is_wrong(hand: Hand, text: str, says: str) -> None:
    hand.click("tool_layers")
    hand.write(text, enter=False)
    assert says in hand.find("layer_summary", QLabel).text()
    assert not hand.find("layer_add", QPushButton).isEnabled()


@pytest.mark.parametrize("beside", [False, True])
def test_layers_replace_what_is_there_or_come_beside_it(hand: Hand, beside: bool) -> None:
    """The form begins with the sizes that are there; data and training stay; one undo step."""
    hand.example("circle")
    before = hand.session.document
    hand.click("tool_layers")
    assert hand.find("layer_sizes", QLineEdit).text() == "2, 4, 1"
    if beside:
        hand.choose("layer_where", "Add beside it")
        hand.find("layer_sizes", QLineEdit).setFocus()
    hand.write("2, 6, 3, 1")
    structure = hand.session.structure
    assert len(structure.neurons) == (19 if beside else 12)
    assert hand.session.document.data == before.data and hand.session.document.training == before.training
    assert [len(layer) for layer in structure.layers] == ([] if beside else [2, 6, 3, 1])
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.session.document == before


@pytest.mark.parametrize("key, keys", [
    *((getattr(Qt.Key, f"Key_{name}"), Qt.KeyboardModifier.NoModifier)
      for name in ("I", "N", "O", "C", "L", "Delete", "Backspace", "F2", "Plus", "Minus", "Insert")),
    *((getattr(Qt.Key, f"Key_{name}"), Qt.KeyboardModifier.ControlModifier) for name in ("X", "V", "D")),
])
def test_keys_of_the_structure_do_nothing_while_training_and_say_so(
    hand: Hand, key: Qt.Key, keys: Qt.KeyboardModifier
) -> None:
    hand.example("circle")
    hand.desk.looking.select(["h1"])
    hand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, hand.canvas)
    hand.click("tool_train")
    before = hand.session.structure
    hand.key(key, keys, hand.canvas)
    assert hand.session.training and hand.session.structure is before
    assert "Pause first" in hand.window.statusBar().currentMessage()
    hand.session.pause()


def test_escape_closes_the_choice(hand: Hand) -> None:
    """Esc on the choice Input / Neuron / Output adds nothing."""
    hand.double_click_at(QPointF(0, 0))
    choice = hand.find("neuron_choice", NeuronChoice)
    hand.key(Qt.Key.Key_Escape)
    assert not choice.isVisible()
    assert not hand.session.structure.neurons


@pytest.mark.parametrize(("key", "found"), [
    (Qt.Key.Key_Right, ["output", "input", "hidden"]), (Qt.Key.Key_Left, ["input", "output", "hidden"]),
    (Qt.Key.Key_Tab, ["output", "input", "hidden"]), (Qt.Key.Key_Backtab, ["input", "output", "hidden"]),
])
def test_the_keys_go_round_in_the_choice(hand: Hand, key: Qt.Key, found: list[str]) -> None:
    """They do not leave it at its ends, open as it is; Enter takes what they are on."""
    hand.double_click_at(QPointF(0, 0))
    for _ in range(2):
        for role in found:
            hand.key(key)
            assert QApplication.focusWidget() is hand.find(f"choose_{role}", QPushButton)
    hand.key(key)
    hand.key(Qt.Key.Key_Return)
    assert [neuron.role for neuron in hand.session.structure.neurons] == found[:1]


def test_any_number_can_be_fed(hand: Hand) -> None:
    """A double-click on an input edits its value: no undo step, no dirty mark."""
    hand.example("circle")
    hand.double_click_at(hand.at("x0"))
    hand.write("-1,5")
    assert hand.desk.looking.inputs["x0"] == -1.5
    assert not hand.session.dirty
    assert hand.session.undo_stack.count() == 0


def test_a_gesture_ends_when_its_neuron_goes(hand: Hand) -> None:
    """Delete and undo in the middle of a drag end it; a second button neither ends it nor leaves a line behind."""
    hand.example("xor")
    hand.drag(hand.at("h"), hand.at("h") + QPointF(40, 40), release=False)
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    assert "h" not in hand.session.structure.by_id
    hand.drag(hand.at("x0"), hand.at("x0") + QPointF(0, -20))
    hand.drag(hand.rim("x0"), hand.at("x0") + QPointF(90, 40), release=False)
    hand.window.files.open_example(EXAMPLES["and"]) if not hand.session.dirty else hand.answering(
        "Discard", lambda: hand.window.files.open_example(EXAMPLES["and"])
    )
    assert set(hand.session.structure.by_id) == {"x0", "x1", "n"}
    items = hand.canvas.network_scene.items()
    hand.drag(hand.rim("x0"), hand.at("x0") + QPointF(60, 60), release=False)
    hand.drag(hand.at("x1"), hand.at("x1") + QPointF(20, 0), Qt.MouseButton.MiddleButton)
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    assert len(hand.canvas.network_scene.items()) == len(items)


def test_an_editor_closes_when_its_neuron_goes(hand: Hand) -> None:
    """Undo from the menu while a threshold is open for editing closes the editor without an error."""
    hand.add("output", QPointF(0, 0))
    hand.double_click_at(hand.at("y"))
    hand.menu("action_undo")
    assert not hand.session.structure.neurons
    assert hand.canvas.findChild(InlineEdit) is None or not hand.canvas.findChild(InlineEdit).isVisible()


def test_an_untouched_number_keeps_all_its_digits(hand: Hand) -> None:
    """Opening a weight and pressing Enter or Esc changes nothing: no undo step, no dirty mark."""
    hand.example("xor_to_learn")
    ends = next(iter(hand.session.structure.by_ends))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        hand.double_click_at(hand.label_of(*ends))
        hand.key(key)
    assert not hand.session.dirty
    assert hand.session.undo_stack.count() == 0


def test_a_fitted_network_stays_fitted(hand: Hand) -> None:
    """A smaller window still shows all of a network that was fitted; Layers… shows what it added."""
    hand.example("circle")
    hand.key(Qt.Key.Key_F, widget=hand.canvas)
    hand.window.resize(1280, 720)
    hand.settle()
    shown = hand.canvas.mapToScene(hand.canvas.viewport().rect()).boundingRect()
    assert shown.contains(hand.canvas.network_scene.content_rect())
    hand.click("tool_layers")
    hand.write("3, 6, 3")
    shown = hand.canvas.mapToScene(hand.canvas.viewport().rect()).boundingRect()
    assert shown.contains(hand.canvas.network_scene.content_rect())


def test_what_is_dragged_lines_up_unless_alt_is_held(hand: Hand) -> None:
    """Near another's height a neuron jumps to it and a guide shows; else to the grid; with Alt it goes anywhere."""
    hand.example("and")
    hand.rest(0.2)
    goal = QPointF(hand.at("n").x() + 97, hand.at("x0").y() + 4)
    hand.drag(hand.at("n"), goal, release=False)
    assert hand.at("n").y() == hand.at("x0").y()
    shown = guides(hand)
    assert len(shown) == 1 and shown[0].path().elementCount() == 2
    QTest.mouseRelease(hand.canvas.viewport(), LEFT, NO_KEYS, hand.canvas.mapFromScene(goal))
    assert hand.session.document.layout["n"][1] == hand.session.document.layout["x0"][1]
    assert hand.session.document.layout["n"][0] % GRID_STEP == 0
    assert not guides(hand)
    hand.drag(hand.at("n"), hand.at("n") + QPointF(7, 3), keys=ALT)
    assert hand.session.document.layout["n"][1] == pytest.approx(hand.session.document.layout["x0"][1] + 3, abs=1.5)
    assert hand.session.undo_stack.count() == 2


def test_a_drag_that_snaps_back_changes_nothing(hand: Hand) -> None:
    """A neuron on the grid that is dragged a little stays where it is: no undo step, no preview left behind."""
    hand.example("and")
    hand.rest(0.2)
    place = hand.at("x0")
    hand.drag(place, place + QPointF(6, 5))
    assert hand.at("x0") == place and hand.session.undo_stack.count() == 0


def guides(hand: Hand) -> list[QGraphicsPathItem]:
    """The guides that a drag shows now."""
    items = hand.canvas.network_scene.items()
    return [item for item in items if isinstance(item, QGraphicsPathItem) and not item.path().isEmpty()]


def carry(hand: Hand, kind: str, point: QPointF, release: bool = True) -> None:
    """Drag a neuron from the palette to a point of the canvas."""
    hand.settle()
    button = hand.find(f"palette_{kind}", QToolButton)
    viewport = hand.canvas.viewport()
    goal = button.mapFromGlobal(viewport.mapToGlobal(hand.canvas.mapFromScene(point)))
    start = button.rect().center()
    QTest.mousePress(button, LEFT, NO_KEYS, start)
    for i in range(1, 9):
        QTest.mouseMove(button, start + (goal - start) * i / 8)
        hand.settle()
    if release:
        QTest.mouseRelease(button, LEFT, NO_KEYS, goal)
        hand.settle()


def test_neurons_are_dragged_from_the_palette(hand: Hand) -> None:
    """Each kind comes with its function; outside the canvas, and with Esc, nothing comes; a click adds one as well."""
    for kind, x in (("input", -240.0), ("tanh", 0.0), ("output", 240.0)):
        carry(hand, kind, QPointF(x, 24))
    structure = hand.session.structure
    assert [(n.id, n.activation) for n in structure.neurons] == [("x0", "linear"), ("h1", "tanh"), ("y", "linear")]
    assert hand.desk.looking.selected_neurons == {"y"} and hand.session.undo_stack.count() == 3
    assert hand.session.network.value("b_h1") == 0.0
    assert abs(hand.at("h1").y() - hand.at("x0").y()) < 1
    items = len(hand.canvas.network_scene.items())
    carry(hand, "step", hand.canvas.mapToScene(QPoint(-300, 40)))
    carry(hand, "step", QPointF(0, 150), release=False)
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    button = hand.find("palette_step", QToolButton)
    QTest.mouseRelease(button, LEFT, NO_KEYS, button.rect().center())
    assert len(hand.session.structure.neurons) == 3 and len(hand.canvas.network_scene.items()) == items
    hand.click("palette_step")
    assert hand.session.structure.by_id["h2"].activation == "heaviside"
    button.setFocus()
    hand.key(Qt.Key.Key_Space)
    assert len(hand.session.structure.neurons) == 5


def test_the_palette_never_makes_the_window_higher(hand: Hand) -> None:
    """In a low window with large text the labels go before the icons do."""
    button = hand.find("palette_output", QToolButton)
    assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    strip = button.parentWidget()
    assert strip is not None and strip.minimumSizeHint().height() <= 0 == strip.minimumHeight()
    hand.window.resize(1280, 600)
    hand.rest(0.1)
    assert hand.canvas.height() < 300
    assert button.isVisible() and button.geometry().bottom() <= strip.height()
    assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly


def test_arranged_skip_connections_pass_beside_the_neuron(hand: Hand) -> None:
    """A on XOR: neither skip connection comes near h, as drawn; one undo step."""
    hand.example("xor")
    hand.key(Qt.Key.Key_A, widget=hand.canvas)
    edges, middle = hand.canvas.network_scene.edges.edges, hand.at("h")
    for ends in (("x0", "output"), ("x1", "output")):
        points = [edges[ends].path.pointAtPercent(i / 100) - middle for i in range(101)]
        assert min(math.hypot(p.x(), p.y()) for p in points) > RADIUS + 12
    assert hand.session.undo_stack.count() == 1


def test_biases_are_drawn_as_neurons(hand: Hand) -> None:
    """From the View menu: “−1.2” beside a 1, z ≥ 0 inside, the sum with it; a double-click edits it; remembered."""
    hand.example("xor")
    items = hand.canvas.network_scene.neurons
    assert items["h"].face.center == "≥ 1.2" and not items["h"].face.bias
    hand.menu("action_draw_biases")
    assert items["h"].face.bias == "−1.2" and items["h"].face.center == "z ≥ 0"
    assert items["h"].face.below == "0 + 0 − 1.2 = −1.2 < 0 → 0"
    assert not items["x0"].face.bias
    hand.click_at(hand.at("h") + items["h"].one_rect.center())
    assert hand.desk.looking.selected_neurons == {"h"}
    hand.double_click_at(hand.at("h") + items["h"].bias_rect.center())
    hand.write("-1,5")
    assert hand.session.network.value("b_h") == -1.5
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not hand.session.dirty
    again = MainWindow()
    again.desk.session.open_document(hand.session.document)
    assert again.canvas.network_scene.neurons["h"].face.bias == "−1.2"
    again.desk.close()
    again.deleteLater()
    hand.menu("action_draw_biases")
    assert items["h"].face.center == "≥ 1.2"


def test_products_stand_on_the_connections(hand: Hand) -> None:
    """−2 · 1 once h fires; a negative input in brackets; the weight alone again when it is switched off."""
    hand.example("xor")
    edge = hand.canvas.network_scene.edges.edges
    assert edge["h", "output"].text == "−2"
    hand.menu("action_draw_products")
    assert edge["h", "output"].text == "−2 · 0"
    hand.flip("x0")
    hand.flip("x1")
    assert edge["h", "output"].text == "−2 · 1" and edge["x0", "h"].text == "1 · 1"
    hand.double_click_at(hand.at("x0"))
    hand.write("-0,5")
    assert edge["x0", "h"].text == "1 · (−0.5)"
    assert not hand.session.dirty
    hand.menu("action_draw_products")
    assert edge["h", "output"].text == "−2"


def test_weights_can_have_their_names(hand: Hand) -> None:
    """The hands-on net: w5 = 0.4, and as a product w5: 0.593 · 0.4; none is left out, and no switch is for ever."""
    hand.example("xor")
    edge = hand.canvas.network_scene.edges.edges
    assert edge["h", "output"].text == "−2"
    hand.example("hands_on")
    edge = hand.canvas.network_scene.edges.edges
    assert edge["h1", "o1"].text == "w5 = 0.4"
    assert all(each.text.startswith("w") and not each.label.isNull() for each in edge.every())
    hand.menu("action_draw_products")
    assert edge["h1", "o1"].text == "w5: 0.593 · 0.4"
    hand.menu("action_draw_products")
    hand.menu("action_draw_names")
    assert edge["h1", "o1"].text == "0.4"
    assert not hand.session.dirty


def test_the_choice_of_names_holds_for_all_networks(hand: Hand) -> None:
    """Off for hands-on, it is off when that is opened again; on, XOR has them too."""
    layer = hand.canvas.network_scene.edges
    hand.example("hands_on")
    hand.menu("action_draw_names")
    hand.example("xor")
    hand.example("hands_on")
    assert layer.edges["h1", "o1"].text == "0.4"
    hand.menu("action_draw_names")
    hand.example("xor")
    assert layer.edges["h", "output"].text == "w5 = −2"


def test_no_connection_crosses_a_weight_where_there_is_room(hand: Hand) -> None:
    """The hands-on net: each of the eight weights is shown, and no other line runs through it."""
    hand.example("hands_on")
    edges = hand.canvas.network_scene.edges.edges
    for ends, edge in edges.items():
        assert not edge.label.isNull()
        for other, line in edges.items():
            crossed = any(edge.label.contains(line.path.pointAtPercent(i / 200)) for i in range(201))
            assert crossed == (other == ends)
