"""The desk: whoever listens, and since when, hears of a change when all is in step."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.analysis.gates import gates_of
from nnsim.documents import edits
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.session import Session

GUI = Path(nnsim.__file__).parent / "gui"


def in_step(desk: Desk) -> None:
    """All that a view may ask is what it would be if it were computed now."""
    session, looking, study = desk.session, desk.looking, desk.study
    structure = session.structure
    assert set(looking.inputs) == set(structure.inputs)
    assert looking.selected_neurons <= set(structure.by_id)
    assert looking.selected_connections <= set(structure.by_ends)
    if session.problems or not structure.inputs:
        return
    fed = np.array([[looking.inputs[id] for id in structure.inputs]])
    trace = session.program.run(session.network.parameters, fed)
    np.testing.assert_array_equal(looking.trace.a_rows, trace.a_rows)
    assert looking.gates == (gates_of(session.network) if session.has_binary_inputs else {})
    assert study.explanation is not None
    np.testing.assert_array_equal(study.explanation.trace.a_rows, trace.a_rows)
    samples = study.samples
    if samples is not None:
        loss, _ = session.program.loss_and_gradient(session.network.parameters, samples.X, samples.T,
                                                    session.document.training.loss)
        assert study.backward is not None and study.backward.loss == loss


def everything_that_changes(desk: Desk, qtbot: QtBot) -> list[tuple[str, Callable[[], object]]]:
    """One of each kind of change, in an order in which each is possible."""
    session, looking = desk.session, desk.looking
    first, input = session.structure.connections[0], session.structure.inputs[0]

    def train() -> None:
        assert session.train(updates=3)
        qtbot.waitUntil(lambda: not session.training)

    return [
        ("a weight", lambda: session.set_values({first.weight: 0.75}, "weight")),
        ("other inputs", lambda: looking.set_inputs({input: 0.25})),
        ("a name", lambda: session.apply("name", lambda d: edits.rename_neuron(d, input, "renamed"))),
        ("all of the data", lambda: desk.study.set_scope("all")),
        ("training", train),
        ("back to the start", session.back_to_start),
        ("undo", session.undo),
        ("a place", lambda: session.apply("move", lambda d: edits.move(d, {"renamed": (-50.0, 20.0)}))),
        ("settings", lambda: session.configure(replace(session.document.training, learning_rate=0.01), "settings")),
        ("a neuron less", lambda: session.apply("delete", lambda d: edits.remove(d, {"h1"}))),
        ("undo of that", session.undo),
        ("another document", lambda: session.open_document(nnsim.load(EXAMPLES["xor_to_learn"].path))),
        ("none", lambda: session.open_document(nnsim.Document())),
    ]


def signals_of(desk: Desk) -> dict[str, object]:
    """Every signal that says a view has to look again."""
    return {"document": desk.document_changed, "values": desk.values_changed, "run": desk.run_changed,
            "opened": desk.opened, "selection": desk.looking.selection_changed, "study": desk.study.changed}


def test_a_view_hears_of_a_change_when_all_is_in_step(desk: Desk, qtbot: QtBot) -> None:
    heard: list[str] = []
    for name, signal in signals_of(desk).items():
        signal.connect(lambda *_, name=name: (heard.append(name), in_step(desk)))  # type: ignore[attr-defined]
    desk.session.open_document(nnsim.load(EXAMPLES["hands_on"].path))
    desk.looking.select({"h1"}, {("i1", "h1")})
    for what, change in everything_that_changes(desk, qtbot):
        heard.clear()
        change()
        assert heard, f"nobody was told of {what}"
        in_step(desk)


def test_the_order_does_not_depend_on_who_connected_first(desk: Desk) -> None:
    """A view of one desk connects before the session is used, one of another long after."""
    desk.session.open_document(nnsim.load(EXAMPLES["hands_on"].path))
    early, late = Desk(), desk
    orders = []
    for each in (early, late):
        told: list[str] = []
        for name, signal in reversed(signals_of(each).items()) if each is late else signals_of(each).items():
            signal.connect(lambda *_, name=name, told=told: told.append(name))  # type: ignore[attr-defined]
        each.session.open_document(nnsim.load(EXAMPLES["and"].path))
        each.looking.select({"y"})
        each.session.apply("delete", lambda d: edits.remove(d, {"y"}))
        each.session.undo()
        orders.append(told)
    assert orders[0] == orders[1]
    assert orders[0][:2] == ["document", "values"]
    early.close()


def test_views_listen_to_the_desk() -> None:
    """Nobody but the desk listens to what the session says of itself: else the order would be by chance."""
    ordered = "|".join(("opening", "opened", "document_changed", "values_changed", "run_changed"))
    pattern = re.compile(rf"\b_?session\.({ordered})\b")
    modules = [path for path in GUI.rglob("*.py") if path.name != "desk.py"]
    assert len(modules) > 50
    assert [path.name for path in modules if pattern.search(path.read_text(encoding="utf-8"))] == []
    assert all(hasattr(Session, name) for name in ordered.split("|"))


@pytest.mark.parametrize("example", ["xor", "hands_on", "circle"])
def test_a_neuron_that_moves_changes_no_number(desk: Desk, example: str, qtbot: QtBot) -> None:
    """Trace, map and gates of before are the very same objects, and nobody is asked to show values anew."""
    desk.session.open_document(nnsim.load(EXAMPLES[example].path))
    looking, id = desk.looking, desk.session.structure.neurons[-1].id
    before = looking.trace, looking.map_trace, looking.gates
    with qtbot.assertNotEmitted(desk.values_changed):
        assert desk.session.apply("move", lambda d: edits.move(d, {id: (300.0, -40.0)}))
        desk.session.undo()
    assert all(new is old for new, old in zip((looking.trace, looking.map_trace, looking.gates), before, strict=True))


def test_what_changes_numbers_makes_them_anew(desk: Desk) -> None:
    desk.session.open_document(nnsim.load(EXAMPLES["xor"].path))
    looking = desk.looking
    trace, map_trace, gates = looking.trace, looking.map_trace, looking.gates
    looking.set_inputs({"x0": 1.0})
    assert looking.trace is not trace and looking.map_trace is map_trace and looking.gates is gates
    looking.zoom_plane(2.0)
    assert looking.map_trace is not map_trace and looking.gates is gates
    desk.session.set_values({"w1": 0.5}, "weight")
    assert looking.gates is not gates
