"""Copy, cut, paste and duplicate on the canvas, connecting many, adding layers, and the context menus."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QSpinBox

from nnsim.documents import edits
from nnsim.documents.files import decode
from nnsim.gui.canvas.clipboard import MIME_TYPE
from nnsim.gui.start.gesture_list import GESTURES
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
Key = Qt.Key


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """What an earlier test copied is not pasted."""
    QApplication.clipboard().clear()
    yield
    QApplication.clipboard().clear()


def select(hand: Hand, *ids: str) -> None:
    """Click on the first and Shift+click on the others."""
    hand.click_at(hand.at(ids[0]))
    for id in ids[1:]:
        hand.click_at(hand.at(id), SHIFT)


def test_copy_and_paste_a_part(hand: Hand) -> None:
    """x1 and h of XOR twice more: free names, parameters copied, aside, selected, one undo step each."""
    hand.example("xor")
    select(hand, "x1", "h")
    hand.key(Key.Key_C, CTRL)
    assert not hand.session.dirty and hand.session.undo_stack.count() == 0
    data = QApplication.clipboard().mimeData()
    assert data.hasFormat(MIME_TYPE)
    assert set(decode(data.text().encode()).network.structure.by_id) == {"x1", "h"}
    hand.key(Key.Key_V, CTRL)
    structure = hand.session.structure
    assert hand.desk.looking.selected_neurons == {"x2", "h2"}
    assert hand.desk.looking.selected_connections == {("x2", "h2")}
    assert hand.session.network.value(structure.by_id["h2"].bias or "") == -1.2
    assert structure.by_ends["x2", "h2"].weight not in {"w1", "w2", "w3", "w4", "w5"}
    assert hand.at("h2") != hand.at("h") and hand.session.undo_stack.count() == 1
    hand.key(Key.Key_V, CTRL)
    assert hand.at("h3") not in (hand.at("h"), hand.at("h2"))
    hand.key(Key.Key_Z, CTRL)
    hand.key(Key.Key_Z, CTRL)
    assert set(hand.session.structure.by_id) == {"x0", "x1", "h", "output"}


def test_what_is_shared_among_the_copied_stays_shared(hand: Hand) -> None:
    """Two connections of one weight: their copies share another one, which is not the original's."""
    hand.example("and")
    hand.session.apply("share", lambda d: edits.share(d, "w1", "w2"))
    hand.key(Key.Key_A, CTRL, hand.canvas)
    hand.key(Key.Key_D, CTRL, hand.canvas)
    weights = {c.weight for c in hand.session.structure.connections}
    assert len(hand.session.structure.connections) == 4 and len(weights) == 2


def test_cut_and_paste_bring_it_back_under_its_name(hand: Hand) -> None:
    """A cut neuron comes back with its name and number where it was, without the connections to others."""
    hand.example("xor")
    place = hand.at("h")
    hand.click_at(place)
    hand.key(Key.Key_X, CTRL)
    assert "h" not in hand.session.structure.by_id
    hand.menu("action_paste")
    assert hand.desk.looking.selected_neurons == {"h"} and hand.at("h") == place
    assert hand.session.structure.incoming["h"] == ()
    assert hand.session.network.value("b_h") == -1.2


def test_paste_into_another_window(hand: Hand, tmp_path: Path) -> None:
    """The clipboard carries a part of a network from one window to another, as text too."""
    hand.example("xor")
    hand.key(Key.Key_A, CTRL, hand.canvas)
    hand.key(Key.Key_C, CTRL, hand.canvas)
    text = QApplication.clipboard().text()
    other = Hand(MainWindow())
    other.window.resize(1280, 720)
    other.window.show_with_layout()
    other.window.activateWindow()
    other.settle()
    try:
        other.key(Key.Key_V, CTRL, other.canvas)
        assert other.desk.session.structure.same_as(hand.session.structure)
        other.key(Key.Key_Z, CTRL, other.canvas)
        QApplication.clipboard().setText(text)
        other.key(Key.Key_V, CTRL, other.canvas)
        assert set(other.desk.session.structure.by_id) == {"x0", "x1", "h", "output"}
    finally:
        other.desk.session.mark_saved(tmp_path / "other.nnsim", other.desk.session.live_document)
        assert other.window.close()
        other.window.deleteLater()


def test_a_clipboard_without_a_network_is_refused_in_words(hand: Hand) -> None:
    """Any text, and a broken network, change nothing and say why."""
    hand.example("xor")
    for text, says in (("hello", "no network"), ('{"format": "nnsim"}', "version")):
        QApplication.clipboard().setText(text)
        hand.key(Key.Key_V, CTRL, hand.canvas)
        assert says in hand.find("message_text", QLabel).text()
    assert not hand.session.dirty


def test_keys_of_copying_work_as_text_in_an_editor(hand: Hand) -> None:
    """Ctrl+C and Ctrl+D in an open editor copy its text and duplicate no neuron."""
    hand.example("xor")
    hand.double_click_at(hand.name_of("h"))
    hand.key(Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == "h"
    hand.key(Key.Key_D, CTRL)
    assert len(hand.session.structure.neurons) == 4
    hand.key(Key.Key_Escape)


def test_several_are_connected_to_one_and_to_many(hand: Hand) -> None:
    """C with two selected, then a click, then a frame around two: all are connected, in one undo step each."""
    hand.click("tool_layers")
    hand.write("2, 2, 1")
    hand.desk.looking.select((), hand.session.structure.by_ends)
    hand.key(Key.Key_Delete, widget=hand.canvas)
    assert not hand.session.structure.connections
    steps = hand.session.undo_stack.count()
    select(hand, "x0", "x1")
    hand.key(Key.Key_C)
    hand.click_at(hand.at("h1"))
    assert set(hand.session.structure.by_ends) == {("x0", "h1"), ("x1", "h1")}
    assert hand.desk.looking.selected_connections == set(hand.session.structure.by_ends)
    select(hand, "x0", "x1")
    hand.key(Key.Key_C)
    hand.drag(hand.at("h1") + QPointF(-70, -70), hand.at("h2") + QPointF(60, 70))
    assert len(hand.session.structure.connections) == 4
    select(hand, "h1", "h2")
    hand.drag(hand.rim("h1"), hand.at("y"))
    assert len(hand.session.structure.connections) == 6
    assert hand.session.undo_stack.count() == steps + 3


def test_layers_are_connected_by_keys_alone(hand: Hand) -> None:
    """Alt+Shift+arrows gather targets, Enter connects; Esc forgets what waits."""
    hand.click("tool_layers")
    hand.write("2, 2, 1")
    hand.desk.looking.select((), hand.session.structure.by_ends)
    hand.key(Key.Key_Delete, widget=hand.canvas)
    hand.desk.looking.select()
    hand.key(Key.Key_Right, ALT, hand.canvas)
    assert hand.desk.looking.selected_neurons == {"x0"}
    hand.key(Key.Key_Down, ALT | SHIFT)
    assert hand.desk.looking.selected_neurons == {"x0", "x1"}
    hand.key(Key.Key_C)
    hand.key(Key.Key_Right, ALT)
    hand.key(Key.Key_Up, ALT | SHIFT)
    assert hand.desk.looking.selected_neurons == {"h1", "h2"}
    hand.key(Key.Key_Return)
    assert len(hand.session.structure.connections) == 4
    hand.key(Key.Key_Escape)
    hand.key(Key.Key_Right, ALT)
    hand.key(Key.Key_C)
    hand.key(Key.Key_Escape)
    assert not hand.canvas.commands.connecting


def test_keys_walk_onto_the_connections(hand: Hand) -> None:
    """E goes through a neuron's connections, Enter edits the weight, Alt+→ goes on to its target."""
    hand.example("xor")
    hand.click_at(hand.at("h"))
    seen = []
    for _ in range(3):
        hand.key(Key.Key_E)
        seen.append(next(iter(hand.desk.looking.selected_connections)))
    assert seen == [("x0", "h"), ("x1", "h"), ("h", "output")]
    hand.key(Key.Key_E, SHIFT)
    assert hand.desk.looking.selected_connections == {("x1", "h")}
    hand.key(Key.Key_Return)
    hand.write("3")
    weight = hand.session.structure.by_ends["x1", "h"].weight
    assert hand.session.network.value(weight) == 3.0
    hand.key(Key.Key_Right, ALT)
    assert hand.desk.looking.selected_neurons == {"h"}
    hand.key(Key.Key_E, SHIFT)
    hand.key(Key.Key_Right, ALT)
    assert hand.desk.looking.selected_neurons == {"output"}


def test_a_layer_is_added_behind_the_selection(hand: Hand) -> None:
    """L with both inputs selected, 3 sigmoid neurons: six weights, selected, one undo step."""
    hand.click("tool_layers")
    hand.write("2, 1")
    select(hand, "x0", "x1")
    hand.key(Key.Key_L)
    hand.choose("new_layer_activation", "Sigmoid")
    box = hand.find("new_layer_size", QSpinBox)
    box.setFocus()
    box.selectAll()
    hand.write("3")
    structure = hand.session.structure
    assert hand.desk.looking.selected_neurons == {"h1", "h2", "h3"}
    assert all(structure.by_id[id].activation == "sigmoid" for id in hand.desk.looking.selected_neurons)
    assert {c.ends for id in ("h1", "h2", "h3") for c in structure.incoming[id]} == {
        (s, t) for s in ("x0", "x1") for t in ("h1", "h2", "h3")
    }
    assert hand.session.undo_stack.count() == 2


def test_the_menu_of_a_neuron(hand: Hand) -> None:
    """A right-click selects, and offers what can be done: an input flips and has no activation."""
    hand.example("xor")
    hand.context_menu(hand.at("x1"), "action_flip_input")
    assert hand.desk.looking.selected_neurons == {"x1"} and hand.desk.looking.inputs["x1"] == 1.0
    hand.context_menu(hand.at("h"), "action_duplicate")
    assert hand.desk.looking.selected_neurons == {"h2"}
    hand.context_menu(hand.at("h2"), "action_delete")
    assert "h2" not in hand.session.structure.by_id
    names = entries(hand, hand.at("h"))
    assert "action_flip_input" not in names and "action_rename" in names
    assert "action_edit_value" in names


def test_the_activation_is_chosen_in_the_menu_of_a_neuron(hand: Hand) -> None:
    """Activation ▸ Tanh."""
    hand.example("xor")
    hand.desk.looking.select(["h"])
    QTest.keyClick(hand.canvas, Key.Key_Escape)
    open_menu(hand, hand.at("h"))
    menu = hand.find("canvas_menu", QMenu)
    sub = menu.findChild(QMenu, "canvas_activation_menu")
    assert sub is not None
    menu.setActiveAction(sub.menuAction())
    hand.wait(sub.isVisible, "the menu of activations is open")
    hand.choose_in_menu(sub, "canvas_activation_tanh")
    assert hand.session.structure.by_id["h"].activation == "tanh"
    hand.find("neuron_activation", QComboBox)


def test_the_menu_of_a_connection_and_of_the_canvas(hand: Hand) -> None:
    """Freeze and delete a weight; add and paste where the menu was opened."""
    hand.example("xor")
    label = hand.label_of("h", "output")
    weight = hand.session.structure.by_ends["h", "output"].weight
    hand.context_menu(label, "canvas_trainable")
    assert weight in hand.session.structure.frozen
    hand.context_menu(hand.label_of("h", "output"), "action_delete")
    assert ("h", "output") not in hand.session.structure.by_ends
    place = (hand.at("h") + hand.at("output")) / 2 + QPointF(0, 90)
    assert "canvas_paste" not in entries(hand, place)
    hand.context_menu(place, "canvas_add_hidden")
    assert (hand.at("h1") - place).manhattanLength() < 4
    hand.key(Key.Key_X, CTRL, hand.canvas)
    hand.context_menu(place + QPointF(30, -150), "canvas_paste")
    assert (hand.at("h1") - place - QPointF(30, -150)).manhattanLength() < 4


def test_the_menu_key_opens_the_menu_of_what_is_selected(hand: Hand) -> None:
    """By keys alone: on a connection its own menu, with the keys of its actions; Esc closes it."""
    hand.example("xor")
    hand.click_at(hand.at("h"))
    hand.key(Key.Key_E)
    middle = hand.canvas.viewport().rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, hand.canvas.viewport().mapToGlobal(middle))
    QApplication.sendEvent(hand.canvas.viewport(), event)
    hand.settle()
    menu = hand.find("canvas_menu", QMenu)
    assert [a.objectName() for a in menu.actions() if not a.isSeparator()] == [
        "action_edit_value", "action_delete", "canvas_trainable", "canvas_chain_rule"
    ]
    assert menu.actions()[0].text().endswith("\tEnter")
    QTest.keyClick(menu, Key.Key_Escape)
    hand.settle()
    assert hand.desk.looking.selected_connections == {("x0", "h")}


def test_every_letter_of_the_canvas_stands_on_the_page_of_keys(hand: Hand) -> None:
    """The page of gestures and keys names each."""
    page = " ".join(gesture for _, entries in GESTURES for gesture, _ in entries)
    words = set(page.replace(",", " ").split())
    assert {"C", "F", "A", "I", "N", "O", "L", "E", "Del", "F2", "Enter", "Ctrl+D", "Ctrl+V"} <= words


def open_menu(hand: Hand, point: QPointF) -> None:
    """Open the context menu with the mouse."""
    viewport, place = hand.canvas.viewport(), hand.canvas.mapFromScene(point)
    QApplication.sendEvent(
        viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    )
    hand.settle()


def entries(hand: Hand, point: QPointF) -> list[str]:
    """The names of what the context menu offers at a point; it is closed again."""
    open_menu(hand, point)
    menu = hand.find("canvas_menu", QMenu)
    names = [action.objectName() for action in menu.actions()]
    QTest.keyClick(menu, Key.Key_Escape)
    hand.settle()
    return names


def test_the_program_ends_well_with_a_network_on_the_clipboard() -> None:
    """In a process of its own: data of Python's on the clipboard outlived Python, and its end was signal 11."""
    code = ("from PySide6.QtCore import QMimeData\nfrom nnsim.gui.app import make_app\napp = make_app()\n"
            "data = QMimeData()\ndata.setText('a network')\napp.clipboard().setMimeData(data)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
