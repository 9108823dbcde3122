"""Undo and redo: by every key of the platform, and with what they changed in sight."""

from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence

from nnsim.documents.targets import flip_target
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import EXPLAIN, TRAIN

STANDARDS = {
    "new": "New", "open": "Open", "save": "Save", "save_as": "SaveAs", "quit": "Quit", "undo": "Undo", "redo": "Redo",
    "cut": "Cut", "copy": "Copy", "paste": "Paste", "select_all": "SelectAll", "text_larger": "ZoomIn",
    "text_smaller": "ZoomOut", "present": "FullScreen", "gestures": "HelpContents", "whats_this": "WhatsThis",
}


def test_standard_actions_answer_to_every_key_of_the_platform(shared: Hand) -> None:
    """And no key has two meanings."""
    actions = shared.window.actions_by_name
    for name, standard in STANDARDS.items():
        wanted = QKeySequence.keyBindings(QKeySequence.StandardKey[standard])
        assert set(wanted) <= set(actions[name].shortcuts()), name
    taken: dict[str, str] = {}
    for action in shared.window.findChildren(QAction):
        for keys in action.shortcuts():
            assert taken.setdefault(keys.toString(), action.objectName()) == action.objectName(), keys.toString()


def test_redo_by_each_of_its_keys(shared: Hand) -> None:
    """Pressed, not only listed."""
    for binding in QKeySequence.keyBindings(QKeySequence.StandardKey.Redo):
        if binding[0].keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            continue  # a key that few keyboards have
        shared.window.activateWindow()
        shared.window.canvas.commands.add_neuron("hidden")
        shared.settle()
        count = len(shared.session.structure.neurons)
        shared.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, shared.window)
        assert len(shared.session.structure.neurons) == count - 1
        shared.key(binding[0].key(), binding[0].keyboardModifiers(), shared.window)
        assert len(shared.session.structure.neurons) == count, binding.toString()


def in_view(hand: Hand, id: str) -> bool:
    return hand.canvas.viewport().rect().contains(hand.canvas.mapFromScene(hand.at(id)))


def test_undo_brings_what_it_changed_into_view(shared: Hand) -> None:
    """A value, a place, a neuron, wherever the learner looks by then; what is in sight moves nothing."""
    shared.example("xor")
    hidden = next(n.id for n in shared.session.structure.neurons if n.role == "hidden")
    far = QPointF(40_000, 0)
    bias = shared.session.structure.by_id[hidden].bias
    commands, undo, redo = shared.canvas.commands, shared.window.commands.undo, shared.window.commands.redo
    for change in (lambda: shared.session.set_values({bias: -7.0}, "set"), commands.arrange,
                   lambda: (shared.desk.looking.select({hidden}), commands.delete_selected())):
        change()
        for step in (undo, redo, undo):
            shared.canvas.scroll_by(*far.toTuple())
            step()
            shared.settle()
            if hidden in shared.session.structure.by_id:
                assert in_view(shared, hidden)
        at = shared.canvas.mapFromScene(shared.at(hidden))
        redo()
        undo()
        assert shared.canvas.mapFromScene(shared.at(hidden)) == at


def test_undo_brings_the_panel_to_the_front_that_shows_what_it_changed(shared: Hand) -> None:
    """Data, training settings, notes; where their panel is not open, what was undone is said."""
    session, workspaces = shared.session, shared.window.workspaces
    undo, redo = shared.window.commands.undo, shared.window.commands.redo
    shared.example("xor_to_learn")
    changes = {
        "table": lambda: session.apply("Change a target", lambda d: flip_target(d, 0, 0)),
        "training": lambda: session.configure(replace(session.document.training, learning_rate=0.123), "Set η"),
        "selected": lambda: session.apply("Edit the notes", lambda d: replace(d, notes="new"))}
    for id, change in changes.items():
        shared.desk.looking.select()
        change()
        workspaces.switch(TRAIN if id == "training" else EXPLAIN)
        if id in EXPLAIN.panels:
            workspaces.show_panel({"table": "loss_slice", "selected": "activation"}[id])
        undo()
        shared.settle()
        assert workspaces.panels[id].seen, id
        workspaces.docks[id].close()
        for step in (redo, undo):
            step()
            shared.settle()
            assert not workspaces.panels[id].seen
            said = shared.window.statusBar().currentMessage()
            assert said.startswith("Undone: " if step is undo else "Done again: "), said
        workspaces.show_panel(id)


def test_an_input_that_comes_back_is_fed_as_before(hand: Hand) -> None:
    """Deleted and undone, i1 of hands-on has its 0.05 again, and the loss its number."""
    hand.example("hands_on")
    before = dict(hand.desk.looking.inputs)
    hand.click_at(hand.at("i1"))
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    assert "i1" not in hand.desk.looking.inputs
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert hand.desk.looking.inputs == before
