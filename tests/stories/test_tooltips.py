"""“What is this?”: every field of every form says it, with its unit where it has one."""

import pytest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QTableView,
    QTextEdit,
    QWidget,
)

from nnsim.data.generators import GENERATORS
from nnsim.gui.panels.panel import Panel
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.forms import Disclosure

EDITORS = (QLineEdit, QComboBox, QAbstractSpinBox, QSlider, QCheckBox, QPlainTextEdit, QTextEdit)


def tip_of(widget: QWidget) -> str:
    """What is shown when the mouse rests on a widget: its tooltip, else that of what it is a part of."""
    at: QWidget | None = widget
    while at is not None and not isinstance(at, QDockWidget):
        if at.toolTip():
            return at.toolTip()
        at = at.parentWidget()
    return ""


def silent(place: QWidget) -> set[str]:
    """The editors to be seen in a window or a part of it that say nothing."""
    found = set()
    for kind in EDITORS:
        for editor in place.findChildren(kind):
            if not editor.isVisible() or tip_of(editor):
                continue
            parents = ancestors(editor)
            # What is open in a table says so in the table's header; pyqtgraph's own menus are never shown.
            elsewhere = any(isinstance(p, QTableView | QMenu) for p in parents)
            # Behind another tab a panel has not filled in its form yet.
            unseen = any(isinstance(p, Panel) and not p.seen for p in parents)
            if not elsewhere and not unseen:
                names = (widget.objectName() for widget in (editor, *parents))
                owner = next((name for name in names if name and not name.startswith("qt_")), "")
                found.add(f"{owner} ({type(editor).__name__})")
    return found


def ancestors(widget: QWidget) -> list[QWidget]:
    """The parents of a widget, from the nearest on."""
    parent = widget.parentWidget()
    return [] if parent is None else [parent, *ancestors(parent)]


@pytest.mark.parametrize("id, select", [("hands_on", "h1"), ("xor", "output"), ("sine", ""), ("blobs", "o1")])
def test_every_field_says_what_it_is(shared: Hand, id: str, select: str) -> None:
    """Of every panel, brought to the front in turn, with a neuron, a connection and nothing selected."""
    hand = shared
    hand.example(id)
    structure = hand.session.structure
    for disclosure in hand.window.findChildren(Disclosure):
        disclosure.button.setChecked(True)
    seen: set[str] = set()
    for neurons, connections in (
        ((select,) if select else (), ()), ((), (structure.connections[0].ends,)),
        ((structure.inputs[0],), ()), ((), ()),
    ):
        hand.desk.looking.select(neurons, connections)
        hand.settle()
        assert silent(hand.window) == set()
        for panel, dock in hand.window.docks.items():
            hand.window.show_panel(panel)
            hand.settle()
            assert silent(dock) == set()
            seen |= {editor.objectName() for editor in dock.findChildren(QComboBox) if editor.isVisible()}
    assert {"training_loss", "data_source"} <= seen


def test_the_fields_of_every_data_set_say_what_they_are(hand: Hand) -> None:
    """Whichever generator is chosen in the Training panel: two inputs and one output can learn each of these."""
    hand.example("circle")
    hand.click("workspace_train")
    names = [name for name, entry in GENERATORS.items() if entry.columns(entry.fields())[0] == 2]
    for name in names:
        hand.choose("data_source", GENERATORS[name].label)
        assert not hand.session.training_problems()
        assert silent(hand.window) == set()
    assert {"blobs", "moons", "rings", "checkerboard"} <= set(names)


def test_the_layers_form_says_what_its_fields_are(hand: Hand) -> None:
    """The small form under its button."""
    hand.click("tool_layers")
    form = hand.find("layers_form", QWidget)
    editors = [editor for kind in EDITORS for editor in form.findChildren(kind)]
    assert editors and [editor.objectName() for editor in editors if not tip_of(editor)] == []
    form.close()


@pytest.mark.parametrize("name, unit", [
    ("training_batch_size", "samples"), ("training_stop_epochs_on", "epochs"), ("training_stop_seconds_on", "s"),
])
def test_a_field_with_a_unit_shows_it(hand: Hand, name: str, unit: str) -> None:
    """Beside the number, or in the label of what can be off."""
    hand.example("circle")
    hand.click("workspace_train")
    hand.find("training_stop", QPushButton).click()
    field = hand.window.findChild(QWidget, name)
    assert field is not None
    shown = field.text() if isinstance(field, QCheckBox) else " ".join(
        str(child.property("text") or "") for child in field.findChildren(QWidget))
    assert unit in shown
    assert tip_of(field)


def test_what_cannot_be_done_says_why(hand: Hand) -> None:
    """Each action that is disabled, at the start, with a network, and with a neuron selected."""
    actions = hand.window.actions_by_name

    def reasons() -> dict[str, str]:
        return {name: action.toolTip() for name, action in actions.items() if not action.isEnabled()}

    tips = {name: action.text().partition("\t")[0].replace("&", "").rstrip("…") for name, action in actions.items()}
    start = reasons()
    assert start["undo"] == "There is nothing to undo yet"
    assert start["arrange"] == "There is no neuron yet"
    assert "no input neuron" in start["train"] and "no input neuron" in start["step_batch"]
    hand.example("hands_on")
    opened = reasons()
    assert opened["delete"] == "Select a neuron or a connection first"
    assert "train" not in opened and "arrange" not in opened
    hand.click_at(hand.at("h1"))
    selected = reasons()
    assert selected["flip_input"] == "Select an input first"
    assert not {"delete", "cut", "rename", "connect"} & set(selected)
    for said in (start, opened, selected):
        assert all(said[name] and said[name] != tips[name] for name in said)
