"""Data and networks as large as a file may hold: what takes long is computed beside the window, and is right."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

import nnsim
from nnsim.core.analysis.maps import Plane
from nnsim.core.formulas.numbers import format_number
from nnsim.core.network import Network
from nnsim.core.order import epoch_order
from nnsim.data.sources import InlineData
from nnsim.documents.document import Document
from nnsim.gui.panels.activation import rug
from nnsim.gui.panels.data import model
from nnsim.gui.panels.explain import loss_list
from nnsim.gui.panels.gradient import landscape, loss_slice
from nnsim.gui.panels.output import plots, words
from nnsim.gui.panels.selected.gradient_line import GradientLine
from nnsim.gui.panels.separability import panel as separability
from nnsim.gui.plots import points
from nnsim.gui.plots.points import Points, Scale
from nnsim.gui.session import looking, study
from nnsim.gui.session.lagging import Lagging
from nnsim.gui.session.study import SCOPES
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.cards import HeaderChoice
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.labels import TextLine


def rows(count: int, inputs: int = 2, targets: int = 1) -> InlineData:
    """Samples of two classes, or of several targets."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(count, inputs))
    return InlineData(X, (X[:, :1] > 0) * 1.0 if targets == 1 else rng.normal(size=(count, targets)))


class Held:
    """A function that waits until it may go on, and remembers which threads called it."""

    def __init__(self, plain: Callable[..., Any]) -> None:
        self.threads: list[threading.Thread] = []
        self.plain, self.may = plain, threading.Event()

    def __call__(self, *given: Any, **options: Any) -> Any:
        self.threads.append(threading.current_thread())
        if threading.current_thread() is not threading.main_thread():
            assert self.may.wait(60)
        return self.plain(*given, **options)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Within it none comes to its end."""
        try:
            yield
        finally:
            self.may.set()

    @property
    def beside(self) -> bool:
        """Whether it was called, and never in the window's thread."""
        return bool(self.threads) and threading.main_thread() not in self.threads


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is much: what the window does not wait for begins with a few samples."""
    monkeypatch.setattr(study, "AT_ONCE", 1_000)
    monkeypatch.setattr(study, "ORDER_AT_ONCE", 50)
    monkeypatch.setattr(landscape, "AT_ONCE", 1_000)
    monkeypatch.setattr(loss_list, "AT_ONCE", 1_000)
    monkeypatch.setattr(separability, "AT_ONCE", 50)
    monkeypatch.setattr(model, "COUNTED_AT_ONCE", 500)


def test_the_gradient_of_very_many_samples_comes_from_beside_the_window(
    shared: Hand, monkeypatch: pytest.MonkeyPatch, little: None
) -> None:
    """Until it is there, …, and no number of before as if it were new; then that of the values now."""
    session, seen = shared.session, shared.desk.study
    seen.set_scope("sample")
    session.open_document(Document(Network.layered([2, 3, 1], seed=1), data=rows(200)))
    held = Held(type(session.program).backward)
    monkeypatch.setattr(type(session.program), "backward",
                        lambda *given: (held if len(given[2]) == 200 else held.plain)(*given))
    end = session.structure.connections[0]
    shared.window.show_panel("selected")
    shared.desk.looking.select((), [end.ends])
    line = shared.find("connection_gradient", GradientLine)
    for value in (0.25, 0.5):
        held = Held(held.plain)
        with held.holding():
            session.set_values({end.weight: value}, "edit")
            seen.set_scope("all")
            assert seen.samples is not None and len(seen.samples.X) == 200
            assert seen.backward is None and seen.waits and "computed" in seen.why_not
            shared.settle()
            assert line.text() == "…"
        shared.wait(lambda: not seen.waits and seen.backward is not None, "the gradient is there")
        assert held.beside and seen.why_not == ""
        program, data, found = nnsim.compile(session.network), session.dataset, seen.backward
        assert data is not None and found is not None
        loss, gradient = program.loss_and_gradient(session.parameters, data.X, data.T, session.document.training.loss)
        assert found.loss == pytest.approx(loss) and np.allclose(found.gradient, gradient)
        shared.settle()
        place = session.structure.parameter_index[end.weight]
        assert line.text().startswith(format_number(float(found.gradient[place]), seen.digits))


def test_in_a_run_the_gradient_of_very_many_waits_for_its_end(shared: Hand, little: None) -> None:
    """The values are others before it could be there."""
    session, seen = shared.session, shared.desk.study
    session.open_document(Document(Network.layered([2, 3, 1], seed=1), data=rows(200)))
    seen.set_scope("all")
    shared.wait(lambda: seen.backward is not None, "there is a gradient")
    session.set_speed(20)
    assert session.train()
    shared.wait(lambda: session.latest is not None, "it trains")
    assert seen.backward is None and "pauses" in seen.why_not
    session.pause()
    shared.wait(lambda: seen.backward is not None, "there is one of the new values")
    program, data, found = session.program, session.dataset, seen.backward
    assert data is not None and found is not None
    assert found.loss == program.backward(session.parameters, data.X, data.T, session.document.training.loss).loss


def test_what_all_losses_say_of_very_many_samples_comes_from_beside_the_window(
    shared: Hand, monkeypatch: pytest.MonkeyPatch, little: None
) -> None:
    held = Held(loss_list._said)
    monkeypatch.setattr(loss_list, "_said", lambda *given: (held if len(given[2]) == 200 else held.plain)(*given))
    session = shared.session
    session.open_document(Document(Network.layered([2, 3, 1], seed=1), data=rows(200)))
    shared.desk.study.set_scope("all")
    shared.window.show_panel("losses")
    with held.holding():
        session.set_values({session.network.parameter_names[0]: 0.75}, "edit")
        shared.settle()
        value = shared.find("losses_value_mean_absolute_error", TextLine)
        assert value.text() == "…"
    shared.wait(lambda: value.text() != "…", "the losses are there")
    data = session.dataset
    assert held.beside and data is not None
    loss = np.abs(session.program.forward(session.parameters, data.X) - data.T).mean()
    assert value.text() == format_number(float(loss), shared.desk.study.digits)


@pytest.mark.parametrize(("count", "trained"), [(300, 0), (310, 1), (320, 32)])
def test_the_order_of_very_many_samples_is_drawn_beside_the_window(
    shared: Hand, monkeypatch: pytest.MonkeyPatch, little: None, count: int, trained: int
) -> None:
    """Before a run, in an epoch and between two; the batch is the one that Train takes next."""
    held = Held(epoch_order)
    monkeypatch.setattr(study, "epoch_order", lambda *given: held(*given))
    session, seen = shared.session, shared.desk.study
    document = Document(Network.layered([2, 3, 1], seed=1), data=rows(count))
    with held.holding():
        session.open_document(document)
        assert seen.next_batch is None
        seen.set_scope("batch")
        assert seen.samples is None and "drawn" in seen.why_not
    shared.wait(lambda: seen.next_batch is not None, "the batch is there")
    if trained:
        assert session.train(updates=trained)
        shared.wait(lambda: not session.training and seen.next_batch is not None, "the next batch is there")
    batch, config, size = seen.next_batch, session.document.training, session.document.training.batch_size
    epoch, done = divmod(trained * size, count)
    expected = epoch_order(config.order, count, config.seed, epoch)[done : done + size]
    assert batch is not None and batch.rows.tolist() == expected.tolist() and held.beside
    assert seen.next_batch is batch


def slice_of_forty_rows(hand: Hand) -> Any:
    """The Loss slice panel, made and in sight, of a small network and forty samples."""
    panel = hand.window.panels["loss_slice"]
    hand.window.show_panel("loss_slice")
    hand.session.open_document(Document(Network.layered([2, 3, 1], seed=1), data=rows(40)))
    hand.wait(lambda: panel.built, "the panel is made")
    return panel


def test_the_slice_of_a_large_network_comes_from_beside_the_window(
    shared: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one axis and of two, as it is where the window waits for it."""
    session, panel = shared.session, slice_of_forty_rows(shared)
    shared.desk.study.set_scope("all")
    ends = [connection.ends for connection in session.structure.connections]
    for chosen in (ends[:1], ends[:2]):
        shared.desk.looking.select()
        shared.desk.looking.select((), chosen)
        shared.settle()
        at_once, step, windows = panel.says.text(), panel.step, panel._windows
        assert step is not None
        held = Held(landscape.landscape)
        with monkeypatch.context() as large, held.holding():
            large.setattr(landscape, "LARGE", 1)
            large.setattr(loss_slice, "landscape", lambda *given, held=held: held(*given))
            shared.desk.looking.select()
            shared.desk.looking.select((), chosen)
            shared.settle()
            assert panel.step is None and "computed" in shared.find("loss_slice_empty", EmptyState).text()
            shared.settle()
            held.may.set()
            shared.wait(lambda: panel.step is not None, "it is drawn")
            assert held.beside and panel.step == step and panel._windows == windows and panel.says.text() == at_once


def test_a_network_as_large_as_can_be_has_no_room_for_a_slice(
    shared: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel says so: the slice is of a network with a few neurons and connections more."""
    session, panel = shared.session, slice_of_forty_rows(shared)
    monkeypatch.setattr("nnsim.core.network.MAX_CONNECTIONS", len(session.structure.connections))
    for large, scope in itertools.product((10**9, 1), SCOPES):
        shared.desk.study.set_scope(scope)
        monkeypatch.setattr(landscape, "LARGE", large)
        shared.desk.looking.select()
        shared.desk.looking.select((), [session.structure.connections[0].ends])
        shared.wait(lambda: panel.empty.isVisible() and "room" in panel.empty.text(), "it says so")
        assert panel.step is None


@pytest.mark.parametrize("scope", SCOPES)
def test_what_comes_from_beside_the_window_is_made_once(
    shared: Hand, monkeypatch: pytest.MonkeyPatch, little: None, scope: str
) -> None:
    """Whatever gradients are of, and whichever panels are in sight: what has come does not ask for itself again."""
    begun: list[Lagging[Any]] = []
    begin = Lagging._start
    monkeypatch.setattr(Lagging, "_start", lambda late: (begun.append(late), begin(late)))
    for place in (study, looking, landscape, loss_list, separability, rug):
        monkeypatch.setattr(place, "AT_ONCE", 1)
    shared.session.open_document(Document(Network.layered([2, 3, 1], seed=1), data=rows(40)))
    shared.desk.study.choose_row(3)
    shared.desk.study.set_scope(scope)
    shared.desk.looking.select((), [shared.session.structure.connections[0].ends])
    shared.wait(lambda: begun, "something is made beside the window")
    for id in shared.window.panels:
        shared.window.workspaces.show_panel(id)
        shared.settle()
        shared.wait(lambda: not any(late._thread for late in begun), "all is made", 60)
        shared.rest(0.05)
        begun.clear()
        shared.rest(0.1)
        assert not begun, id


def test_two_classes_of_very_many_are_examined_beside_the_window(
    shared: Hand, monkeypatch: pytest.MonkeyPatch, little: None
) -> None:
    held = Held(separability.separate)
    monkeypatch.setattr(separability, "separate", lambda *given: held(*given))
    shared.window.show_panel("separability")
    panel = shared.window.panels["separability"]
    shared.wait(lambda: panel.built, "the panel is made")
    with held.holding():
        shared.session.open_document(Document(Network.layered([2, 1]), data=rows(100)))
        shared.settle()
        assert panel.examined is None and "100 samples are being examined" in panel.empty.text()
    shared.wait(lambda: panel.examined is not None, "they are examined")
    assert held.beside and panel.examined.answer.verdict == "yes"
    assert shared.find("separability_verdict", QLabel).text().startswith("Yes")
    other = replace(rows(100), targets=np.arange(100.0)[:, None])
    shared.session.open_document(Document(Network.layered([2, 1]), data=other))
    shared.wait(lambda: "100 different values" in panel.empty.text(), "it says that these are no classes")


def test_the_right_rows_of_very_many_are_counted_beside_the_window(
    shared: Hand, monkeypatch: pytest.MonkeyPatch, little: None
) -> None:
    held, plain = Held(model.Rows.right), model.Rows.right
    # The mark of one row that is seen is found at once.
    monkeypatch.setattr(model.Rows, "right", lambda rows, outputs, *given: (
        held if len(outputs) > 1 else plain)(rows, outputs, *given))
    monkeypatch.setattr(model, "TOGETHER", 64)
    shared.window.show_panel("table")
    panel = shared.window.panels["table"]
    document = Document(Network.layered([2, 4, 1], output="sigmoid", seed=3), data=replace(rows(300), test_share=0.2))
    with held.holding():
        shared.session.open_document(document)
        shared.settle()
        held.threads.clear()
        assert panel.status.text() == "…"
    shared.wait(lambda: "right" in panel.status.text(), "they are counted")
    assert held.beside
    session, data = shared.session, shared.session.dataset
    assert data is not None and data.X_test is not None and data.T_test is not None
    counts = [int(((session.program.forward(session.parameters, X) >= 0.5) == T).sum())
              for X, T in ((data.X, data.T), (data.X_test, data.T_test))]
    assert panel.status.text() == f"{counts[0]} of 240 right · test {counts[1]} of 60"


def test_what_is_left_out_is_told(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many samples are drawn, and how many inputs can be set beside the map."""
    monkeypatch.setattr(points, "MOST_DRAWN", 1_000)
    shared.click("workspace_build")
    note = shared.window.panels["output"].note
    shared.session.open_document(Document(Network.layered([2, 1]), data=replace(rows(3_000), test_share=0.1)))
    shared.wait(lambda: "1,300 of 3,000 samples" in note.toolTip() and note.isVisible(), "it says how many")
    shared.session.open_document(Document(Network.layered([200, 1]), data=rows(5, 200)))
    shared.settle()
    assert "198 more inputs" in note.toolTip() and "first 62" in note.toolTip()
    shared.session.open_document(Document(Network.layered([2, 1]), data=rows(50)))
    shared.settle()
    assert not note.isVisible()


def test_a_choice_of_thousands_is_measured_once(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each layout of the Output panel asks several times how wide it is."""
    shared.click("workspace_build")
    shared.session.open_document(Document(Network.layered([3_000, 1])))
    box = shared.window.panels["output"].choices.x_axis
    shared.settle()
    assert isinstance(box, HeaderChoice) and box.count() == 3_000 and box.value == "x0"
    wide = box.sizeHint()
    asked: list[HeaderChoice] = []
    plain = HeaderChoice.fontMetrics
    with monkeypatch.context() as watched:
        watched.setattr(HeaderChoice, "fontMetrics", lambda self: asked.append(self) or plain(self))
        assert all(box.sizeHint() == wide for _ in range(5)) and not asked
    box.set_choices([("a", "a name that is wider than the others, by far")])
    assert box.widest > wide.width() - 4 and box.value == "a"


def test_a_hundred_looks_serve_a_thousand_classes() -> None:
    """So many items are painted at each move of the map, and the words name only who wins somewhere."""
    plot = plots.MapPlot()
    count = np.arange(1_000)
    plot.show_points(Points(count / 1000, count / 1000, count, count % 2 == 0))
    assert len(plot.groups) <= 200
    assert sum(len(item.getData()[0]) for item in plot.groups.values()) == 1_000
    plane = Plane("x", "y", (0.0, 1.0), (0.0, 1.0), 4)
    outputs = np.zeros((1_000, 4, 4))
    outputs[7, :, :2] = outputs[900, :, 2:] = 1.0
    plot.show_winners(outputs, plane, crisp=False)
    assert sorted(np.unique(plot.classes).tolist()) == [7, 900]
    said = words.Words(tuple(f"o{i}" for i in range(1_000)), None, False, plane, Scale()).of_plot(
        outputs.max(axis=0), plot.classes, Points(), {}, outputs[:, 0, 0])
    assert "o7 in 50 %, o900 in 50 % of the plane" in said
    plot.deleteLater()


def test_what_the_start_said_comes_from_beside_the_window(shared: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the map does, whose network it is with other values."""
    made: list[threading.Thread] = []
    original = looking._trace_over

    def watched(*given: Any) -> Any:
        made.append(threading.current_thread())
        return original(*given)

    monkeypatch.setattr(looking, "AT_ONCE", 1_000)
    monkeypatch.setattr(looking, "_trace_over", watched)
    shared.session.open_document(Document(Network.layered([2, 3, 1], seed=0)))
    view, other = shared.desk.looking, np.full(len(shared.session.parameters), 0.01)
    shared.wait(lambda: view.trace_with(other) is not None, "it is there")
    trace, plane = view.trace_with(other), view.plane
    assert trace is not None and plane is not None and threading.main_thread() not in made
    samples = looking.plane_samples(plane, shared.session.structure.inputs, view.input_row[0])
    assert np.allclose(trace.a_rows, shared.session.program.run(other, samples).a_rows)
