"""Documents as large as a file may hold: the window makes only what is in sight, and computes beside its own thread."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QTableView, QWidget

import nnsim
from nnsim.core import program
from nnsim.core.explain.chain import chain_of
from nnsim.core.formulas.numbers import parse_number
from nnsim.core.network import Network
from nnsim.data.sources import CsvData, InlineData
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.gui.canvas.neuron_items import CROWD
from nnsim.gui.panels.activation import rug
from nnsim.gui.panels.data.model import MOST_COLUMNS
from nnsim.gui.panels.explain import backward
from nnsim.gui.panels.explain.rows import LONG
from nnsim.gui.panels.network_table.rows import AT_ONCE
from nnsim.gui.plots.points import MOST_DRAWN, points_of
from nnsim.gui.session import data as session_data
from nnsim.gui.session import looking
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import WORKSPACES


def rows(count: int, inputs: int, targets: int) -> InlineData:
    rng = np.random.default_rng(0)
    return InlineData(rng.normal(size=(count, inputs)), rng.normal(size=(count, targets)))


def threads_of(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> list[threading.Thread]:
    """In which threads a function is called from now on."""
    called: list[threading.Thread] = []
    original = getattr(place, name)

    def watched(*given: object, **named: object) -> object:
        called.append(threading.current_thread())
        return original(*given, **named)

    monkeypatch.setattr(place, name, watched)
    return called


def test_of_a_crowd_only_what_is_in_sight_is_an_item(shared: Hand) -> None:
    """Far away none, near by those that are seen; of its connections only those that are looked at are objects."""
    shared.session.open_document(Document(Network.layered([20] * 60, seed=0)))
    scene, canvas = shared.canvas.network_scene, shared.canvas
    assert len(scene.neurons) == 1200 > CROWD and len(scene.edges.edges) == 23_600
    shared.wait(lambda: not scene._look.isActive(), "all in sight are looked at")
    assert len(scene.neurons.made) <= CROWD and len(scene.edges.edges._made) <= 100
    id = shared.session.structure.neurons[600].id
    canvas.centerOn(scene.neurons.at(id))
    canvas.zoom_by(1.0 / canvas.zoom)
    canvas.centerOn(scene.neurons.at(id))
    shared.wait(lambda: id in scene.neurons.made, "it is seen closely")
    assert 0 < len(scene.neurons.made) <= CROWD
    shared.click_at(shared.at(id))
    assert shared.desk.looking.selected_neurons == {id}
    assert sum(not edge.label.isNull() for edge in scene.edges._labelled) > 0
    start = shared.at(id)
    shared.drag(start, start + QPointF(40, 30), keys=Qt.KeyboardModifier.AltModifier)
    assert shared.session.document.layout[id] == shared.at(id).toTuple() != start.toTuple()
    shared.session.undo()
    assert shared.at(id) == start
    inside, between = scene.inside(QRectF(start - QPointF(400, 400), start + QPointF(400, 400)))
    assert id in inside and all(set(ends) <= inside for ends in between) and between


def test_the_map_of_a_large_network_is_made_beside_the_window(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes when it is there, coarse enough for its size, and is that of the values now."""
    made = threads_of(monkeypatch, looking, "_trace_over")
    shared.session.open_document(Document(Network.layered([2, 200, 200, 1], seed=0)))
    view = shared.desk.looking
    shared.wait(lambda: view.map_trace is not None, "there is a map")
    assert made and threading.main_thread() not in made
    plane, program = view.plane, shared.session.program
    assert plane is not None and plane.resolution ** 2 * 40_600 <= looking.MOST_PRODUCTS
    name = shared.session.network.parameter_names[0]
    before = view.map_trace
    shared.session.set_values({name: 3.0}, "edit")
    shared.wait(lambda: view.map_trace is not before and not view._late_map._timer.isActive(), "there is another")
    trace = view.map_trace
    samples = looking.plane_samples(plane, shared.session.structure.inputs, view.input_row[0])
    assert trace is not None
    assert np.allclose(trace.a_rows, program.run(shared.session.parameters, samples).a_rows)


def test_a_large_csv_file_is_read_beside_the_window(
    shared: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When its source is chosen; undo and redo do not read it again."""
    read = threads_of(monkeypatch, session_data, "dataset_of")
    monkeypatch.setattr(session_data, "AT_ONCE_BYTES", 10)
    (tmp_path / "a.csv").write_text("a,b,c\n0,1,1\n1,1,0\n", encoding="utf-8")
    nnsim.save(Document(Network.layered([2, 1])), tmp_path / "a.nnsim")
    shared.window.files.open(tmp_path / "a.nnsim")
    session = shared.session
    with_data = Document(session.network, data=CsvData("a.csv"))
    assert session.apply("data", lambda document: with_data)
    assert session.dataset is None and "read" in session.data_problem
    shared.wait(lambda: session.dataset is not None, "the data are there")
    assert session.data_problem == "" and not session.training_problems()
    session.undo()
    session.redo()
    assert session.dataset is not None and len(read) == 1 and threading.main_thread() not in read


def test_tables_and_plots_show_as_much_as_can_be_looked_at(shared: Hand) -> None:
    shared.session.open_document(Document(Network.layered([300, 200]), data=rows(5, 300, 200)))
    shared.window.show_panel("table")
    panel = shared.window.panels["table"]
    shared.settle()
    assert 0 < panel.model.columnCount() <= MOST_COLUMNS
    assert panel.note.isVisible() and "702" in panel.note.text()
    data = rows(MOST_DRAWN * 3, 2, 1)
    session = shared.session
    session.open_document(Document(Network.layered([2, 1]), data=data))
    plane, dataset = shared.desk.looking.plane, session.dataset
    assert plane is not None and dataset is not None
    assert len(points_of(dataset, session.structure.inputs, 0, plane, np.zeros(2), 0.5).x) == MOST_DRAWN


def test_an_edit_of_a_large_network_is_made_beside_the_window(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that makes it large; what is refused is refused as ever, and a small one is made at once."""
    shared.session.open_document(Document(Network.layered([2, 3, 1])))
    called = threads_of(monkeypatch, program, "_groups")
    shared.key(Qt.Key.Key_N, widget=shared.canvas)
    assert called and set(called) == {threading.main_thread()}
    shared.session.open_document(Document(Network.layered([20] * 30)))
    called.clear()
    before = shared.session.structure
    shared.key(Qt.Key.Key_N, widget=shared.canvas)
    assert len(shared.session.structure.neurons) == len(before.neurons) + 1
    assert called and threading.main_thread() not in called
    called.clear()
    shared.session.undo()
    assert shared.session.structure is before and not called
    one, other = (neuron.id for neuron in before.neurons[:2])
    assert not shared.session.apply("nothing", lambda d: edits.rename_neuron(d, one, other))
    assert shared.session.structure is before
    shared.session.open_document(Document())
    called.clear()
    shared.click("tool_layers")
    shared.write("2, 100, 100, 1")
    assert len(shared.session.structure.connections) == 10_300
    assert called and threading.main_thread() not in called


def test_the_chain_rule_in_a_deep_network_is_worked_out_beside_the_window(
    shared: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it says how its longest paths go, as far as they can be read, and comes to the gradient."""
    shared.session.open_document(Document(Network.layered([20] * 20, seed=3), data=rows(3, 20, 20)))
    panel = shared.window.workspaces.panels["backward"]
    shared.window.workspaces.show_panel("backward")
    called = threads_of(monkeypatch, backward, "chain_of")
    connection = shared.session.structure.connections[0]
    shared.desk.looking.select((), [connection.ends])
    shared.desk.turns.finish()
    assert "being worked out" in panel.list.text
    shared.wait(lambda: "Chain rule" in panel.list.text, "it is there")
    assert called and threading.main_thread() not in called
    chains = [row for row in panel.list.rows if row.kind == "chain"]
    factors = chain_of(shared.desk.study.explanation, connection.weight, 1).paths[0].factors
    assert len(factors) > 2 * LONG and "…" in chains[0].text
    numbers = [parse_number(cell.below.strip("()")) for cell in chains[0].cells if cell.latex or cell.text == "…"]
    assert len(numbers) == 2 * LONG + 1
    assert np.prod(numbers) == pytest.approx(np.prod([factor.value for factor in factors]), rel=0.05)
    shared.desk.looking.select()
    shared.click("backward_check")
    shared.wait(lambda: "gradients agree" in panel.list.text, "they were checked")
    assert "more that were not checked" in panel.list.text
    shared.click("backward_check")


def test_another_workspace_updates_only_the_panels_in_it(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others come into sight for a moment while they are put away, and had shown all for nothing."""
    shared.session.open_document(Document(Network.layered([2, 3, 1]), data=rows(3, 2, 1)))
    workspaces = shared.window.workspaces
    for workspace in (*WORKSPACES, WORKSPACES[0]):
        workspaces.switch(workspace)
    panels = {id: workspaces.panels[id] for id in ("losses", "network_table", "matrices", "backward", "forward")}
    updated: list[str] = []
    for id, panel in panels.items():
        original = panel.update_document
        monkeypatch.setattr(panel, "update_document", lambda id=id, do=original: (updated.append(id), do()))
    for workspace in (*WORKSPACES[1:], WORKSPACES[0]):
        shared.session.apply("more", lambda d: edits.add_neuron(d, "hidden", (0.0, 900.0)))
        updated.clear()
        workspaces.switch(workspace)
        assert set(updated) == {id for id, panel in panels.items() if panel.isVisible()}, workspace.id
        assert len(updated) == len(set(updated)), workspace.id


def test_very_many_rows_are_found_and_sorted_beside_the_window(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    shared.session.open_document(Document(Network.layered([20] * 30, seed=1)))
    panel = shared.window.workspaces.panels["network_table"]
    shared.window.workspaces.show_panel("network_table")
    panel.show_kind("connections")
    model, view = panel.view.rows, panel.view
    assert model.rowCount() == 11_600 > AT_ONCE
    called = threads_of(monkeypatch, model, "_ordered")
    view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    values = [model.value(row, 3) for row in range(model.rowCount())]
    assert values == sorted(values, reverse=True)
    shared.find("network_table_find", QLineEdit).setText("h20_1")
    found = [model.name_of(row) for row in range(model.rowCount())]
    assert found and all("h20_1" in name for name in found) and len(found) < 1_000
    assert called and threading.main_thread() not in called
    shared.find("network_table_find", QLineEdit).setText("")
    monkeypatch.setattr(view, "selectedIndexes", lambda: pytest.fail("a cell looks at all that are selected"))
    view.selectAll()
    assert view.viewport().grab().width() and len(shared.desk.looking.selected_connections) == 11_600
    view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    panel.show_kind("neurons")


def test_panels_follow_a_large_document_one_after_another(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window sees its events between two of them, and a small document is shown at once."""
    shared.session.open_document(Document(Network.layered([20] * 10, seed=3), data=rows(3, 20, 20)))
    shared.settle()
    seen = [panel for panel in shared.window.panels.values() if panel.isVisible()]
    followed: list[str] = []
    for panel in seen:
        def update(id: str = panel.id, follow: Callable[[], None] = panel.update_document) -> None:
            followed.append(id)
            follow()

        monkeypatch.setattr(panel, "update_document", update)
    shared.window.canvas.commands.add_neuron("hidden")
    assert followed == [] and not any(panel.seen for panel in seen) and len(seen) > 2
    beats: list[int] = []
    beat = QTimer()
    beat.timeout.connect(lambda: beats.append(len(followed)))
    beat.start(0)
    shared.wait(lambda: len(followed) == len(seen), "all have followed")
    beat.stop()
    assert sorted(followed) == sorted(panel.id for panel in seen)
    assert set(range(1, len(seen))) <= set(beats)
    followed.clear()
    shared.session.open_document(Document(Network.layered([2, 2, 1])))
    assert sorted(followed) == sorted(panel.id for panel in seen)


def test_no_click_meets_a_panel_that_shows_what_is_gone(shared: Hand) -> None:
    """In the table a row is clicked, of which the new document has none."""
    shared.session.open_document(Document(Network.layered([20] * 10, seed=3), data=rows(8, 20, 20)))
    shared.window.workspaces.show_panel("table")
    shared.settle()
    table = shared.find("table_rows", QTableView)
    place = table.visualRect(table.model().index(5, 0)).center()
    shared.session.open_document(Document(Network.layered([20] * 11, seed=3), data=rows(2, 20, 20)))
    assert table.model().rowCount() > 5 and not shared.window.panels["table"].seen
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.model().rowCount() < 5 and shared.window.panels["table"].seen
    shared.settle()
    assert not shared.window.messages.isVisible()


def test_samples_on_the_axis_of_a_large_network_come_from_beside(
    shared: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until they are there none stands there, never those of another neuron."""
    monkeypatch.setattr(rug, "AT_ONCE", 1_000)
    called = threads_of(monkeypatch, rug, "_sums")
    shared.window.workspaces.show_panel("activation")
    panel = shared.window.panels["activation"]
    shared.session.open_document(Document(Network.layered([20] * 10, seed=3), data=rows(30, 20, 20)))
    structure, samples = shared.session.structure, shared.session.dataset
    assert samples is not None
    for id in (structure.outputs[0], structure.outputs[1]):
        shared.desk.looking.select([id])
        shared.desk.turns.finish()
        assert [*panel.plot.rug] == [] or all(len(item.getData()[0]) == 0 for item in panel.plot.rug.values())
        shared.wait(lambda: any(len(item.getData()[0]) for item in panel.plot.rug.values()), "they are there")
        x = np.concatenate([item.getData()[0] for item in panel.plot.rug.values()])
        z = shared.session.program.run(shared.session.parameters, samples.X).z_rows[structure.position[id]]
        np.testing.assert_allclose(np.sort(x), np.sort(z))
    assert called and threading.main_thread() not in called


def test_keys_that_come_to_a_panel_find_what_is_there(hand: Hand) -> None:
    """Also where no key and no click led them there: its numbers are read as soon as they have come."""
    hand.session.open_document(Document(Network.layered([20] * 10, seed=3)))
    hand.window.workspaces.show_panel("matrices")
    hand.settle()
    panel = hand.window.panels["matrices"]
    view = hand.find("matrix_view", QWidget)
    QTest.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    hand.canvas.setFocus()
    hand.session.open_document(Document(Network.layered([3, 900, 2], seed=3)))
    assert not panel.seen
    view.setFocus()
    assert panel.seen and not hand.window.messages.isVisible()
