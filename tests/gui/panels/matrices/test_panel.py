"""The Matrices panel, driven with real mouse and keys."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from nnsim.core.network import Connection, Network, Neuron
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.gui.look.theme import apply_theme, font, theme
from nnsim.gui.panels.matrices.blocks import MOST_NUMBERED, Cell
from nnsim.gui.panels.matrices.painter import tint
from nnsim.gui.panels.matrices.panel import MatricesPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.formulas import FormulaLabel, spoken
from nnsim.gui.widgets.inline_edit import NumberEdit
from tests.gui.panels.in_window import InWindow

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


class Matrices(InWindow[MatricesPanel]):
    """The panel in a window as wide as below the canvas, and what one does there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(MatricesPanel(desk), 700, 400)
        self.view = self.panel.view

    def centre(self, cell: Cell) -> QPoint:
        return self.view.grid.rect_of(cell).center()

    def click(self, cell: Cell) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, pos=self.centre(cell))

    def hover(self, cell: Cell) -> None:
        point = QPointF(self.centre(cell))
        viewport = self.view.viewport()
        QApplication.sendEvent(viewport, QMouseEvent(
            QEvent.Type.MouseMove, point, viewport.mapToGlobal(point), Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier))

    def key(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.view, key)

    @property
    def editor(self) -> NumberEdit | None:
        found = [e for e in self.view.viewport().findChildren(NumberEdit) if e.isVisible()]
        return found[0] if found else None

    def type(self, text: str) -> None:
        editor = self.editor
        assert editor is not None
        QTest.keyClick(editor, KEY.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(editor, text)

    def column(self, layer: int, part: str) -> list[float | None]:
        return [self.view.grid.value(Cell(layer, part, row)) for row in range(self.view.grid.blocks[layer].rows(part))]


@pytest.fixture
def matrices(desk: Desk) -> Iterator[Matrices]:
    shown = Matrices(desk)
    yield shown
    shown.close()


def mixed() -> Document:
    """A layer with a product, a sum and a maximum, and a shared, frozen weight."""
    return Document(Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("g", "hidden", "sigmoid", "product", "bg"),
         Neuron("h", "hidden", "tanh"), Neuron("m", "hidden", "linear", "max"), Neuron("y", "output")],
        [Connection("x0", "g", "a"), Connection("x1", "g", "b"), Connection("x0", "h", "c"), Connection("x0", "m", "d"),
         Connection("x1", "m", "e"), Connection("g", "y", "f"), Connection("h", "y", "k"), Connection("x1", "y", "a")],
        {"a": 0.5, "b": -1.5, "c": 2, "d": -0.3, "e": 0.7, "f": 1, "k": -1, "bg": 0.1}, frozen=["a"]))


# What stands there


def test_the_hands_on_example_stands_there_as_the_lecture_calculates_it(matrices: Matrices) -> None:
    """x, b, net and out of both layers, section 4 of the lecture."""
    matrices.example("hands_on")
    assert [round(v or 0, 9) for part in "xbza" for v in matrices.column(0, part)] == [
        0.05, 0.1, 0.35, 0.35, 0.3775, 0.3925, 0.593269992, 0.596884378]
    assert [round(v or 0, 9) for part in "za" for v in matrices.column(1, part)] == [
        1.105905967, 1.224921404, 0.751365070, 0.772928465]
    assert matrices.view.about(Cell(1, "W", 0, 1)) == "w6: h2 → o1 = 0.45"
    assert matrices.view.about(Cell(1, "z", 0)) == "Input o1 = 1.106"


def test_formulas_and_code_read_as_the_lecture_writes_a_layer(matrices: Matrices) -> None:
    """h = g(W x + b), typeset in symbols, and the same in NumPy."""
    matrices.example("hands_on")
    labels = matrices.view.viewport().findChildren(FormulaLabel)
    assert sorted(spoken(label.formulas[0]) for label in labels) == [
        "h = sigmoid(W1 x + b1)", "o = sigmoid(W2 h + b2)"]
    assert [block.code.text for block in matrices.view.grid.blocks] == [
        "h = sigmoid(W1 @ x + b1)", "o = sigmoid(W2 @ h + b2)"]


def test_a_skip_connection_says_what_x_is_joined_from(matrices: Matrices) -> None:
    """XOR: the output's columns are x0, x1 and h."""
    matrices.example("xor")
    assert matrices.view.grid.blocks[1].layer.columns == ("x0", "x1", "h")
    formulas = [f for label in matrices.view.viewport().findChildren(FormulaLabel) for f in label.formulas]
    assert "x_{2} = (x, a)" in formulas


def test_holes_sharing_and_freezing_are_told(matrices: Matrices) -> None:
    """An empty cell has no number, a shared parameter names its other places, a frozen one says so."""
    matrices.open(mixed())
    view = matrices.view
    hole = Cell(0, "W", 1, 1)
    assert view.grid.value(hole) is None and "no connection" in view.about(hole)
    assert view.about(Cell(0, "W", 0, 0)) == "a: x0 → g = 0.5 · frozen · shared with x1 → y"
    assert view.about(Cell(0, "b", 1)) == "h has no bias"
    assert not view.edit(hole) and not view.edit(Cell(0, "b", 1)) and not view.edit(Cell(0, "z", 0))


def test_as_many_digits_as_the_learner_asks_for(matrices: Matrices) -> None:
    """Columns of numbers get wider, so that nothing is cut; the digits are in every text about a cell."""
    matrices.example("hands_on")
    view, out = matrices.view, Cell(1, "a", 0)
    matrices.hover(out)
    assert matrices.panel.status.text() == "O1 = 0.7514"
    before = view.grid.rect_of(out).width()
    matrices.desk.study.set_digits(9)
    assert matrices.panel.status.text() == "O1 = 0.75136507"
    assert view.grid.rect_of(out).width() > before
    metrics = QFontMetrics(font("body"))
    for cell in (out, Cell(1, "W", 0, 0)):
        assert metrics.horizontalAdvance("−0.75136507") <= view.grid.rect_of(cell).width() - 4
    matrices.desk.study.set_digits(3)
    assert view.grid.rect_of(out).width() < before


def test_neurons_that_do_not_sum_are_written_as_terms(matrices: Matrices) -> None:
    """A product and a maximum say in words that they are no matrix product, with their numbers."""
    matrices.open(mixed())
    matrices.desk.looking.set_inputs({"x0": 2.0, "x1": 3.0})
    product, maximum, functions = matrices.view._words(matrices.view.grid.blocks[0])
    assert "g multiplies its terms" in product and "(2·0.5) · (3·(−1.5)) + 0.1 = −4.4" in product
    assert "m takes its largest term" in maximum and "max(2·(−0.3), 3·0.7) = 2.1" in maximum
    assert functions == "g: sigmoid: g; tanh: h; linear: m"


def test_an_empty_canvas_says_what_to_do(matrices: Matrices) -> None:
    """And the button that cannot work says why."""
    matrices.open(Document())
    assert "Add neurons" in matrices.panel.empty.text() and matrices.panel.empty.isVisible()
    assert not matrices.panel.copy.isEnabled() and "no input neuron" in matrices.panel.copy.toolTip()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_on_every_tint_keeps_its_contrast(qapp: QApplication, mode: str) -> None:
    """WCAG AA: 4.5 to 1, by the formula of the standard, for the strongest tints too."""
    apply_theme(qapp, mode)  # type: ignore[arg-type]

    def luminance(color: QColor) -> float:
        channels = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                    for c in (color.redF(), color.greenF(), color.blueF()))
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))

    ink = luminance(theme().color("ink"))
    for value in np.linspace(-1.0, 1.0, 41):
        low, high = sorted((ink, luminance(tint(float(value), 1.0))))
        assert (high + 0.05) / (low + 0.05) >= 4.5
    assert tint(1.0, 1.0) != tint(-1.0, 1.0) != theme().color("card")
    apply_theme(qapp, "light")


# Editing


def test_a_click_on_a_weight_selects_and_edits_it(matrices: Matrices) -> None:
    """“1,2” is 1.2; one undo step brings the old value back."""
    matrices.example("hands_on")
    desk = matrices.desk
    matrices.click(Cell(1, "W", 0, 0))
    assert desk.looking.selected_connections == {("h1", "o1")}
    matrices.type("1,2")
    matrices.key(KEY.Key_Return)
    assert desk.session.network.value("w5") == 1.2 and matrices.editor is None
    assert desk.session.undo_stack.count() == 1
    desk.session.undo()
    assert desk.session.network.value("w5") == 0.4


def test_escape_leaves_the_number_as_it_was(matrices: Matrices) -> None:
    """Also after a step with the arrow; the keys are in the grid again."""
    matrices.example("hands_on")
    matrices.click(Cell(0, "b", 1))
    assert matrices.desk.looking.selected_neurons == {"h2"}
    matrices.key(KEY.Key_Up)
    assert matrices.desk.session.network.value("b1") == pytest.approx(0.45)
    matrices.key(KEY.Key_Escape)
    assert matrices.desk.session.network.value("b1") == 0.35
    assert matrices.editor is None and matrices.view.hasFocus()


def test_what_is_no_number_is_refused(matrices: Matrices) -> None:
    """With a word, and the editor stays for a correction."""
    matrices.example("hands_on")
    said: list[str] = []
    matrices.desk.session.message.connect(lambda text, kind: said.append(text))
    matrices.click(Cell(0, "W", 0, 0))
    matrices.type("two")
    matrices.key(KEY.Key_Return)
    assert matrices.editor is not None and said and "two" in said[0]
    matrices.key(KEY.Key_Escape)
    assert matrices.desk.session.network.value("w1") == 0.15


def test_the_keys_walk_through_all_cells_and_edit(matrices: Matrices) -> None:
    """Right through W, x, b, z, a; down into the next layer; Enter opens the editor."""
    matrices.example("hands_on")
    view = matrices.view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    walked = [view.current]
    for _ in range(6):
        matrices.key(KEY.Key_Right)
        walked.append(view.current)
    assert walked == [Cell(0, "W", 0, 0), Cell(0, "W", 0, 1), Cell(0, "x", 0), Cell(0, "b", 0), Cell(0, "z", 0),
                      Cell(0, "a", 0), Cell(0, "a", 0)]
    matrices.key(KEY.Key_Home, KEY.Key_Down, KEY.Key_Down)
    assert view.current == Cell(1, "W", 0, 0)
    matrices.key(KEY.Key_Return)
    matrices.type("-0.5")
    matrices.key(KEY.Key_Return, KEY.Key_Up)
    assert matrices.desk.session.network.value("w5") == -0.5
    assert view.current == Cell(0, "W", 1, 0)


def test_deleting_the_neuron_while_its_weight_is_edited_closes_the_editor(matrices: Matrices) -> None:
    """Nothing is left that could write to a parameter that is gone."""
    from nnsim.documents import edits

    matrices.example("hands_on")
    matrices.click(Cell(0, "W", 1, 1))
    matrices.desk.session.apply("remove", lambda d: edits.remove(d, ["h2"]))
    assert matrices.editor is None
    assert matrices.view.grid.blocks[0].layer.rows == ("h1",)


# Lighting


def test_a_cell_lights_its_part_of_the_network(matrices: Matrices) -> None:
    """By mouse and by keys; leaving the grid puts the light out."""
    matrices.example("hands_on")
    study = matrices.desk.study
    matrices.hover(Cell(1, "W", 1, 0))
    assert study.lit_connections == {("h1", "o2")} and not study.lit_neurons
    assert matrices.panel.status.text() == "w7: h1 → o2 = 0.5"
    matrices.hover(Cell(0, "x", 1))
    assert study.lit_neurons == {"i2"} and not study.lit_connections
    QApplication.sendEvent(matrices.view.viewport(), QEvent(QEvent.Type.Leave))
    assert not study.lit_neurons
    matrices.view.setFocus(Qt.FocusReason.TabFocusReason)
    matrices.key(KEY.Key_End)
    assert study.lit_neurons == {"h1"}


def test_what_is_lit_elsewhere_is_outlined_here(matrices: Matrices) -> None:
    """A connection's cell gets a frame in the accent colour, and its matrix is lit in the code."""
    matrices.example("hands_on")
    rect = matrices.view.grid.rect_of(Cell(1, "W", 0, 1))

    def frame() -> str:
        return matrices.view.viewport().grab().toImage().pixelColor(rect.topLeft() + QPoint(8, 0)).name()

    before = frame()
    matrices.desk.study.light((), [("h2", "o1")])
    assert before != frame() == theme().accent
    assert matrices.view.lit_parts(1) == {"W"} and matrices.view.lit_parts(0) == frozenset()
    matrices.desk.study.light(["h1"])
    assert (matrices.view.lit_parts(0), matrices.view.lit_parts(1)) == ({"a"}, {"x"})


def test_the_tooltip_says_what_the_cell_is(matrices: Matrices) -> None:
    """Names stand as plain text, whatever is in them."""
    matrices.open(Document(Network.build(
        [Neuron("<b>x</b>", "input"), Neuron("y", "output")], [Connection("<b>x</b>", "y", "w")], {"w": 2.0})))
    point = matrices.centre(Cell(0, "W", 0, 0))
    viewport = matrices.view.viewport()
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, point, viewport.mapToGlobal(point)))
    assert "w: &lt;b&gt;x&lt;/b&gt; → y = 2" in QToolTip.text()
    QToolTip.hideText()


# The code of the whole network


def test_the_copied_code_runs_and_prints_the_lectures_outputs(matrices: Matrices) -> None:
    """Out o1 and out o2 of section 4, by a Python of its own."""
    matrices.example("hands_on")
    QTest.mouseClick(matrices.panel.copy, LEFT)
    done = subprocess.run([sys.executable, "-I", "-c", QApplication.clipboard().text()],
                          capture_output=True, text=True, timeout=120)
    values = [round(float(line.split(" = ")[1]), 9) for line in done.stdout.splitlines()]
    assert values == [0.751365070, 0.772928465]


# Large nets


def test_a_wide_layer_asks_only_for_the_cells_in_sight(matrices: Matrices, monkeypatch: pytest.MonkeyPatch) -> None:
    """784 inputs, 200 neurons: a repaint looks at a small part of 156 800 weights, also scrolled to the end."""
    matrices.open(Document(Network.layered([784, 200, 10], "relu", "linear")))
    view = matrices.view
    assert len(view.grid.blocks[0].layer.columns) > MOST_NUMBERED
    asked: list[Cell] = []
    value = type(view.grid).value
    monkeypatch.setattr(type(view.grid), "value", lambda self, cell: asked.append(cell) or value(self, cell))
    for x, y in ((0, 0), (view.horizontalScrollBar().maximum(), 2000)):
        view.horizontalScrollBar().setValue(x)
        view.verticalScrollBar().setValue(y)
        asked.clear()
        view.viewport().repaint()
        assert 0 < len(asked) < 3000
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.go_to(Cell(0, "W", 150, 700))
    assert view.viewport().rect().contains(view.grid.rect_of(Cell(0, "W", 150, 700)))


def test_training_repaints_and_moves_nothing(matrices: Matrices) -> None:
    """New values keep the layers' places and show in the cells."""
    matrices.example("circle")
    view, desk = matrices.view, matrices.desk
    blocks, scrolled = view.grid.blocks, view.verticalScrollBar().maximum()
    desk.session.set_speed(None)
    assert desk.session.train(updates=20)
    while desk.session.training:
        QTest.qWait(10)
    assert view.grid.blocks is blocks and view.verticalScrollBar().maximum() == scrolled
    assert view.grid.value(Cell(0, "W", 0, 0)) == desk.session.network.value("w1")
    assert desk.session.network.value("w1") != load(EXAMPLES["circle"].path).network.value("w1")
