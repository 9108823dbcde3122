"""The panel “Could one neuron do it?”: verdict, proof, plot, and taking the weights."""

import itertools
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

import nnsim
from nnsim.core.formulas.numbers import Writing
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.sources import CsvData, DataSource, GeneratedData, InlineData
from nnsim.documents.document import Document
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.panels.plot_panel import LOW_PLOT
from nnsim.gui.panels.separability import panel as separability
from nnsim.gui.panels.separability.panel import SeparabilityPanel, equation
from nnsim.gui.panels.separability.plot import SeparabilityPlot, line_across
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.resources import resource
from tests.gui.panels.conftest import ShowCard, resize

ROWS = list(itertools.product((0.0, 1.0), repeat=2))


@pytest.fixture
def panel(desk: Desk, show_card: ShowCard) -> SeparabilityPanel:
    """The panel, shown and built, with its header and without a document."""
    return show_card(SeparabilityPanel(desk), 306, 331)


def inline(X: Sequence[Sequence[float]], *t: Sequence[float]) -> InlineData:
    """Data with a column of targets for each ``t``."""
    return InlineData(tuple(map(tuple, X)), tuple(zip(*t, strict=True)))


def layered(inputs: int, data: DataSource | None, outputs: int = 1) -> Document:
    """Steps that every input feeds, and these data."""
    return Document(Network.layered([inputs, outputs], output="heaviside"), {}, data)


def example(name: str) -> Document:
    """One of the examples."""
    return nnsim.load(resource(f"examples/{name}.nnsim"))


def show(panel: SeparabilityPanel, document: Document) -> None:
    """Open a document and let the panel lay itself out."""
    panel.desk.session.open_document(document)
    QApplication.processEvents()


def said(panel: SeparabilityPanel) -> tuple[str, str]:
    """Verdict and proof, with ordinary spaces; empty where they are hidden."""
    labels = (panel.findChild(QLabel, f"separability_{name}") for name in ("verdict", "proof"))
    verdict, proof = (label.text().replace("\N{NO-BREAK SPACE}", " ") if label is not None and label.isVisible() else ""
                      for label in labels)
    return verdict, proof


def plot(panel: SeparabilityPanel) -> SeparabilityPlot:
    """The plot, which must be there."""
    return panel.plot


def test_pyqtgraph_and_the_solver_are_not_needed_to_show_the_window() -> None:
    """Importing the panel loads neither of the two slow packages."""
    code = "import nnsim.gui.panels.separability.panel, sys; print({'pyqtgraph', 'highspy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "set()", run.stderr


def test_and_shows_its_line(panel: SeparabilityPanel) -> None:
    """AND: yes, the equation, and the line from edge to edge with the one blue point beyond it."""
    show(panel, example("and"))
    assert said(panel) == ("Yes: 1 where x0 + x1 ≥ 1.5", "")
    assert plot(panel).isVisible()
    x, y = plot(panel).line.getData()
    assert np.allclose(x + y, 1.5)
    assert len(x) == 2
    assert len(plot(panel).groups[True, False].getData()[0]) == 1
    assert len(plot(panel).groups[False, False].getData()[0]) == 3
    assert plot(panel).marker.place is None


def test_xor_shows_its_crossing_pairs(panel: SeparabilityPanel) -> None:
    """XOR: no, the proof in the words of the lecture, and the two pairs joined, with their common middle marked."""
    show(panel, example("xor"))
    verdict, proof = said(panel)
    assert verdict == "No: no line parts 0 from 1"
    assert proof == ("(0, 0) and (1, 1) are 0, (0, 1) and (1, 0) are 1. Both pairs have the same middle (0.5, 0.5), "
                     "and a line cannot have one point on both sides.")
    ends = {high: set(zip(*plot(panel).spans[high].getData(), strict=True)) for high in (False, True)}
    assert ends == {False: {(0, 0), (1, 1)}, True: {(0, 1), (1, 0)}}
    assert plot(panel).marker.place == (0.5, 0.5)
    assert plot(panel).line.getData()[0] is None or len(plot(panel).line.getData()[0]) == 0
    assert not panel.take.isVisible()


def test_from_a_line_to_a_proof_and_back_nothing_is_left_over(panel: SeparabilityPanel) -> None:
    """What belongs to the last answer is taken off the plot."""
    for name, line, place in (("xor", 0, (0.5, 0.5)), ("or", 2, None), ("xor", 0, (0.5, 0.5))):
        show(panel, example(name))
        data = plot(panel).line.getData()[0]
        assert (0 if data is None else len(data)) == line
        assert plot(panel).marker.place == place
        spanned = plot(panel).spans[True].getData()[0]
        assert (spanned is not None and len(spanned) > 0) == (line == 0)


@pytest.mark.parametrize("name", ["and", "or", "nand", "nor", "xor"])
def test_no_line_crosses_a_label(panel: SeparabilityPanel, name: str) -> None:
    """The coordinates beside the points stand clear of the line, and of the pairs of a proof."""
    resize(panel, 304, 264)
    show(panel, example(name))
    drawn = plot(panel)
    lines = [item.getData() for item in (drawn.line, *drawn.spans.values())]
    pieces = [QLineF(QPointF(x[0], y[0]), QPointF(x[1], y[1])) for x, y in lines if x is not None and len(x) == 2]
    assert len(pieces) == (2 if name == "xor" else 1)
    assert len(drawn._labels) == 4
    for label in drawn._labels:
        box = label.mapRectToParent(label.boundingRect())
        for piece in pieces:
            along = [piece.pointAt(share) for share in np.linspace(0, 1, 500)]
            assert not any(box.contains(place) for place in along)


def test_a_point_in_a_triangle(panel: SeparabilityPanel) -> None:
    """The triangle is closed, and the words name its corners and the point in it."""
    show(panel, layered(2, inline([(0, 0), (3, 3), (3, -5), (1.5, 0.5)], [-1, -1, -1, 1])))
    verdict, proof = said(panel)
    assert verdict == "No: no line parts −1 from 1"
    assert proof.startswith("(1.5, 0.5) is 1 and lies in the triangle of (0, 0), (3, 3) and (3, −5), which are −1.")
    x, y = plot(panel).spans[False].getData()
    assert len(x) == 4
    assert (x[0], y[0]) == (x[-1], y[-1])
    assert plot(panel).marker.place == (1.5, 0.5)


def test_a_point_between_two(panel: SeparabilityPanel) -> None:
    """Of three points in a row the middle one cannot be parted; also with one input, where there is no plot."""
    show(panel, layered(2, inline([(0, 0), (3, 3), (1, 1)], [1, 1, 0])))
    assert said(panel)[1].startswith("(1, 1) is 0 and lies between (0, 0) and (3, 3), which are 1. A line")
    show(panel, layered(1, inline([(1,), (2,), (3,)], [0, 1, 0])))
    assert said(panel)[0] == "No: no threshold parts 0 from 1"
    assert said(panel)[1].startswith("2 is 1 and lies between 1 and 3, which are 0. A threshold")
    assert not plot(panel).isVisible()


def test_a_contradiction_names_its_samples(panel: SeparabilityPanel) -> None:
    """The same point in both classes is named with the numbers of its samples, counted from 1."""
    show(panel, layered(2, inline([(0, 0), (3, 3), (3, 3)], [0, 0, 1])))
    assert said(panel)[1] == "(3, 3) is 0 in sample 2 and 1 in sample 3: no rule at all can give both."
    assert plot(panel).marker.place == (3, 3)


def test_three_inputs_are_told_in_words(panel: SeparabilityPanel) -> None:
    """AND of three has a plane, written as text; XOR of three has two pairs with one middle. There is no plot."""
    rows = list(itertools.product((0.0, 1.0), repeat=3))
    show(panel, layered(3, inline(rows, [float(all(row)) for row in rows])))
    assert said(panel)[0] == "Yes: 1 where x0 + x1 + x2 ≥ 2.5"
    assert not plot(panel).isVisible()
    assert panel.take.isVisible()
    show(panel, layered(3, inline(rows, [sum(row) % 2 for row in rows])))
    assert said(panel)[0] == "No: no plane parts 0 from 1"
    assert "a plane cannot have one point on both sides" in said(panel)[1]


def test_the_certificate_is_written_out(panel: SeparabilityPanel) -> None:
    """Parity of five needs more points: the equation of the means is written, and it is true as written."""
    rows = list(itertools.product((0.0, 1.0), repeat=5))
    show(panel, layered(5, inline(rows, [sum(row) % 2 for row in rows])))
    line = next(line for line in said(panel)[1].splitlines() if "·(" in line)
    sides = []
    for side in line.split(" = "):
        total = np.zeros(5)
        for term in side.split(" + "):
            share, _, point = term.rpartition("·")
            total += float(share or 1) * np.array([float(v) for v in point.strip("()").split(", ")])
        sides.append(total)
    assert len(sides) == 3
    assert np.array_equal(sides[0], sides[1])
    assert np.array_equal(sides[1], sides[2])


def test_a_long_proof_is_kept_short(panel: SeparabilityPanel) -> None:
    """With many inputs the means are told by their number of samples, not written out."""
    rng = np.random.default_rng(0)
    show(panel, layered(8, inline(rng.normal(size=(80, 8)).tolist(), rng.integers(0, 2, 80).tolist())))
    verdict, proof = said(panel)
    assert verdict.startswith("No")
    assert "is the same point as a mean of" in proof
    assert "#" in proof
    assert len(proof) < 300


def test_measured_numbers_are_rounded_and_the_tooltip_says_so(panel: SeparabilityPanel) -> None:
    """The circle: a triangle of points with three digits; where numbers are rounded the tooltip tells it."""
    show(panel, example("circle"))
    assert said(panel)[0] == "No: no line parts −1 from 1"
    assert "rounded" in panel.proof.toolTip()
    show(panel, example("and"))
    assert panel.proof.toolTip() == ""


def test_samples_for_testing_count(panel: SeparabilityPanel) -> None:
    """A no may come from samples that are kept for testing: the question is about all of the data."""
    X = np.array([(0, 0), (1, 1), (0, 1), (1, 0)] * 5, dtype=float).tolist()
    t = [0, 0, 1, 1] * 5
    data = inline(X, t)
    show(panel, layered(2, InlineData(data.inputs, data.targets, test_share=0.5)))
    assert said(panel)[0].startswith("No")
    assert panel.examined is not None
    assert len(panel.examined.X) == 20


@pytest.mark.parametrize("value", [1.0, 0.0])
def test_one_class(panel: SeparabilityPanel, value: float) -> None:
    """With a single class there is nothing to part: it says so, draws no line, and the weights can be taken."""
    show(panel, layered(2, inline(ROWS, [value] * 4)))
    assert said(panel)[0] == "There is only one class"
    assert f"Every target is {value:g}" in said(panel)[1]
    assert plot(panel).isVisible()
    assert len(plot(panel).line.getData()[0]) == 0
    QTest.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    desk = panel.desk
    assert desk.session.program.forward(desk.session.network.parameters, ROWS).tolist() == [[value]] * 4


def test_empty_states_say_what_to_do(panel: SeparabilityPanel) -> None:
    """No data, targets of three values, and data that cannot be read each get a word, and nothing else is shown."""
    empty = panel.findChild(EmptyState, "separability_empty")
    assert empty is not None
    for data, words in ((None, "Choose a truth table"),
                        (inline(ROWS, [0, 1, 2, 1]), "The targets of y have 3 different values"),
                        (CsvData("missing.csv"), "Choose a truth table")):
        show(panel, layered(2, data))
        assert empty.isVisible()
        assert words in empty.text()
        assert said(panel) == ("", "")
        assert not plot(panel).isVisible()
        assert not panel.take.isVisible()
    assert panel.desk.session.data_problem
    assert panel.desk.session.data_problem in empty.text()
    show(panel, example("and"))
    assert not empty.isVisible()


def test_what_could_not_be_decided_is_said(panel: SeparabilityPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    """No verdict is a verdict of its own, with the reason and the points, without line or proof."""
    monkeypatch.setattr("nnsim.core.analysis.separability.MOST_NUMBERS", 4)
    show(panel, layered(2, inline(ROWS, [0, 0, 0, 1])))
    assert said(panel) == ("It could not be decided", "4 samples of 2 inputs are too many to examine.")
    assert plot(panel).isVisible()
    assert len(plot(panel).line.getData()[0]) == 0


def test_each_output_is_examined(panel: SeparabilityPanel) -> None:
    """Two outputs: a choice in the header, by its name, usable with the keys."""
    show(panel, layered(2, inline(ROWS, [0, 1, 1, 0], [0, 0, 0, 1]), outputs=2))
    assert panel.choice.isVisible()
    assert said(panel)[0].startswith("No")
    panel.choice.setFocus()
    QTest.keyClick(panel.choice, Qt.Key.Key_Down)
    assert panel.choice.currentText() == "o2"
    assert said(panel)[0] == "Yes: 1 where x0 + x1 ≥ 1.5"
    show(panel, example("xor"))
    assert not panel.choice.isVisible()
    assert said(panel)[0].startswith("No")


def test_data_is_examined_once_and_only_when_seen(
        panel: SeparabilityPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, selection and inputs cost nothing; a hidden panel works only when it is shown again."""
    calls = []
    real = separability.separate
    monkeypatch.setattr(separability, "separate", lambda X, t: calls.append(1) or real(X, t))
    show(panel, example("and"))
    desk = panel.desk
    desk.session.set_values({desk.session.network.parameter_names[0]: 3.0}, "edit")
    desk.looking.select(neurons=[desk.session.structure.outputs[0]])
    desk.looking.set_inputs({"x0": 1.0})
    assert len(calls) == 1
    panel.hide()
    show(panel, example("or"))
    assert len(calls) == 1
    panel.show()
    QApplication.processEvents()
    assert len(calls) == 2
    assert said(panel)[0] == "Yes: 1 where x0 + x1 ≥ 0.5"


def test_taking_the_weights_is_one_undo_step(panel: SeparabilityPanel) -> None:
    """The button makes the network right on every sample; one undo brings the old values back."""
    show(panel, layered(2, GeneratedData("nand_gate")))
    desk = panel.desk
    before = desk.session.network.parameters
    QTest.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    assert desk.session.program.forward(desk.session.network.parameters, ROWS)[:, 0].tolist() == [1, 1, 1, 0]
    assert desk.session.network.value("b_y") == 1.5
    assert desk.session.undo_stack.count() == 1
    desk.session.undo()
    assert np.array_equal(desk.session.network.parameters, before)


def test_weights_go_to_their_inputs_whatever_the_order(panel: SeparabilityPanel) -> None:
    """Connections in another order than the inputs get the weight of their own input."""
    neurons = [Neuron("a", "input"), Neuron("b", "input"), Neuron("n", "output", "heaviside", bias="t")]
    network = Network.build(neurons, [Connection("b", "n", "v"), Connection("a", "n", "w")],
                            {"v": 0.0, "w": 0.0, "t": 0.0})
    show(panel, Document(network, {}, inline(ROWS, [0, 0, 1, 0])))
    assert said(panel)[0] == "Yes: 1 where a − b ≥ 0.5"
    QTest.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    values = panel.desk.session.network
    assert (values.value("w"), values.value("v"), values.value("t")) == (1, -1, -0.5)


def two_neurons(shared: bool = False, bias: bool = True, combine: str = "sum") -> Network:
    """Two hidden neurons fed by both inputs, and an output fed by them."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"),
               *(Neuron(id, "hidden", "heaviside", combine, f"b_{id}" if bias else None) for id in ("h1", "h2")),
               Neuron("y", "output", "heaviside")]
    ends = [("x0", "h1"), ("x1", "h1"), ("x0", "h2"), ("x1", "h2"), ("h1", "y"), ("h2", "y")]
    names = ["w1", "w2", "w1" if shared else "w3", "w4", "w5", "w6"]
    values = dict.fromkeys([*names, *(["b_h1", "b_h2"] if bias else [])], 0.0)
    return Network.build(neurons, [Connection(a, b, w) for (a, b), w in zip(ends, names, strict=True)], values)


def test_the_selected_neuron_takes_them(panel: SeparabilityPanel) -> None:
    """Of several neurons that would fit the selected one is meant; with none selected the button says so."""
    show(panel, Document(two_neurons(), {}, inline(ROWS, [0, 0, 0, 1])))
    assert not panel.take.isEnabled()
    assert "select one" in panel.take.toolTip()
    panel.desk.looking.select(neurons=["h2"])
    assert panel.take.isEnabled()
    assert "h2" in panel.take.toolTip()
    QTest.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    network = panel.desk.session.network
    assert [network.value(name) for name in ("w1", "w2", "w3", "w4", "b_h1", "b_h2")] == [0, 0, 1, 1, 0, -1.5]


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (two_neurons(shared=True), "shares a weight"),
        (two_neurons(bias=False), "no threshold"),
        (two_neurons(combine="product"), "No neuron is connected"),
        (Network.layered([3, 1]), "not as many inputs"),
        (Network(), "not as many inputs"),
    ],
)
def test_a_disabled_button_says_why(panel: SeparabilityPanel, network: Network, words: str) -> None:
    """Each reason not to take the weights stands in the tooltip and is told to a screen reader."""
    show(panel, Document(network, {}, inline(ROWS, [0, 0, 0, 1])))
    if "h1" in network.structure.by_id:
        panel.desk.looking.select(neurons=["h1"])
    assert not panel.take.isEnabled()
    assert words in panel.take.toolTip()
    assert words in panel.take.accessibleDescription()


def test_weights_that_floats_cannot_hold_are_not_given(
        panel: SeparabilityPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    """If rounding would make the line wrong the answer stays yes, but the network is left alone."""
    monkeypatch.setattr(separability, "parts", lambda *args: False)
    show(panel, layered(2, GeneratedData("and_gate")))
    assert said(panel)[0].startswith("Yes")
    assert not panel.take.isEnabled()
    assert "would be wrong" in panel.take.toolTip()


def test_sums_beyond_the_largest_float(panel: SeparabilityPanel) -> None:
    """Sums of the largest floats are compared exactly; their θ is no float, so it is not given to the network."""
    show(panel, layered(3, inline([(1.7e308,) * 3, (1.5e308,) * 3], [1, 0])))
    assert said(panel)[0].endswith("≥ ∞")
    assert said(panel)[0].startswith("Yes")
    assert not panel.take.isEnabled()


def test_names_are_plain_text(panel: SeparabilityPanel) -> None:
    """A neuron called <b> is shown as <b>."""
    neurons = [Neuron("<b>", "input"), Neuron("x1", "input"), Neuron("n", "output", "heaviside", bias="t")]
    network = Network.build(neurons, [Connection("<b>", "n", "v"), Connection("x1", "n", "w")],
                            {"v": 0.0, "w": 0.0, "t": 0.0})
    show(panel, Document(network, {}, inline(ROWS, [0, 0, 0, 1])))
    assert said(panel)[0] == "Yes: 1 where <b> + x1 ≥ 1.5"
    assert panel.verdict.textFormat() == Qt.TextFormat.PlainText


def test_every_control_can_be_named_and_reached(panel: SeparabilityPanel) -> None:
    """Controls have an objectName and an accessible name, and take the focus by keyboard."""
    show(panel, layered(2, inline(ROWS, [0, 0, 0, 1], [0, 1, 1, 1]), outputs=2))
    for control in (panel.take, panel.choice):
        assert isinstance(control, QWidget)
        assert control.objectName().startswith("separability_")
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert plot(panel).accessibleName() == "The samples over x0 and x1"
    assert "x0 + x1 ≥ 1.5" in plot(panel).accessibleDescription()
    panel.take.setFocus()
    QTest.keyClick(panel.take, Qt.Key.Key_Space)
    assert panel.desk.session.network.value("b_o1") == -1.5


@pytest.mark.parametrize("name", ["xor", "and", "circle", "nand"])
def test_where_there_is_room_nothing_scrolls(panel: SeparabilityPanel, name: str) -> None:
    """In a dock 300 high, of which the title takes 36, plot, words and button are all in sight."""
    show(panel, example(name))
    # A plot that was high once must give way again.
    for height in (800, 264):
        resize(panel, 304, height)
        QApplication.processEvents()
    assert panel.area.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("size", [(304, 300), (240, 200), (520, 240)])
def test_all_words_are_whole_at_any_size(panel: SeparabilityPanel, size: tuple[int, int]) -> None:
    """Labels are as high as their text needs; a low panel scrolls, also with the keys."""
    resize(panel, *size)
    for name in ("xor", "and", "circle"):
        show(panel, example(name))
        for label in (panel.verdict, panel.proof):
            assert label.isHidden() or label.height() >= label.heightForWidth(label.width())
        assert plot(panel).height() >= LOW_PLOT
        bar = panel.area.verticalScrollBar()
        assert (bar.maximum() > 0) == bool(panel.area.focusPolicy() & Qt.FocusPolicy.TabFocus)
    show(panel, example("circle"))
    resize(panel, 240, 200)
    QApplication.processEvents()
    panel.area.setFocus()
    QTest.keyClick(panel.area, Qt.Key.Key_Down)
    assert panel.area.verticalScrollBar().value() > 0


def test_the_theme_is_followed(panel: SeparabilityPanel, qapp: QApplication) -> None:
    """Line and points take the colours of light and dark; the classes differ by sign and gaps, too."""
    show(panel, example("xor"))
    for mode in ("light", "dark"):
        apply_theme(qapp, mode)
        QApplication.processEvents()
        drawn = plot(panel)
        assert drawn.line.opts["pen"].color().name() == theme().ink
        high, low = (drawn.spans[flag].opts["pen"] for flag in (True, False))
        assert (high.color().name(), low.color().name()) == (theme().positive, theme().negative)
        assert high.dashPattern() != low.dashPattern()
        assert [drawn.groups[flag, False].opts["symbol"] for flag in (True, False)] == ["o", "d"]
        assert drawn.backgroundBrush().color().name() == theme().card


@pytest.mark.parametrize(
    ("weights", "theta", "ends"),
    [
        ((1, 1), 1, {(0, 1), (1, 0)}),
        ((1, 0), 0.5, {(0.5, 0), (0.5, 1)}),
        ((0, 2), 0.5, {(0, 0.25), (1, 0.25)}),
        ((1, -1), 0, {(0, 0), (1, 1)}),
        ((1, 1), 3, set()),
        ((0, 0), 0, set()),
    ],
)
def test_a_line_ends_at_the_edges(
        weights: tuple[float, float], theta: float, ends: set[tuple[float, float]]) -> None:
    """The line is cut where it leaves what is shown; one that misses it is not drawn."""
    drawn = line_across(np.array(weights), theta, (0.0, 1.0), (0.0, 1.0))
    assert {tuple(end) for end in drawn.tolist()} == ends


@pytest.mark.parametrize(
    ("weights", "theta", "text"),
    [
        ((1, 1), "1.5", "x0 + x1 ≥ 1.5"),
        ((-1, 1), "-0.5", "−x0 + x1 ≥ −0.5"),
        ((2, -3), "1", "2·x0 − 3·x1 ≥ 1"),
        ((0, 1), "0", "x1 ≥ 0"),
        ((-0.25, 0), "1e-5", "−0.25·x0 ≥ 1e−5"),
    ],
)
def test_equations(weights: tuple[float, float], theta: str, text: str) -> None:
    """A weight of 1 is not written, an input of weight 0 neither, and minus signs are real ones."""
    assert equation(("x0", "x1"), [Fraction(w) for w in weights], Fraction(theta)) == text


@pytest.mark.parametrize(("way", "text"), [
    (Writing(), "0.666667·x0 ≥ 0.333333"), (Writing(3), "0.666667·x0 ≥ 0.333333"),
    (Writing(4, True, True), "0.666666·x0 ≥ 0.333333"), (Writing(9, False, True), "0.666666666·x0 ≥ 0.333333333"),
], ids=repr)
def test_an_equation_is_written_as_chosen_with_digits_enough_to_part_the_classes(way: Writing, text: str) -> None:
    assert equation(("x0",), [Fraction(2, 3)], Fraction(1, 3), way) == text


def test_a_long_equation_ends_with_dots() -> None:
    """Of 64 weights only the first are written."""
    text = equation([f"x{i}" for i in range(64)], [Fraction(1)] * 64, Fraction("63.5"))
    assert text.startswith("x0 + x1 + ")
    assert text.endswith(" + … ≥ 63.5")
    assert "x20" not in text
