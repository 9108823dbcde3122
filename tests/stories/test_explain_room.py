"""The explanation at its work: what leads to it, and controls that stay where they are."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLabel, QPushButton, QToolButton

from nnsim.documents import edits
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.theme import theme
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.explain.steps import StepsPanel
from nnsim.gui.panels.matrices.view import MatrixView
from nnsim.gui.tour.hand import Hand, HandError
from nnsim.gui.widgets.cards import CardHeader, header_height
from nnsim.gui.window.panels import EXPLANATION, HEROES, presented
from tests.stories.conftest import forget_work

SMALL, LARGE = (1280, 720), (1440, 900)
STEPS = 12
"""So many steps of each example are taken, the first of which is the one that brought the words."""


def places(hand: Hand, panel: StepsPanel) -> dict[str, QPoint]:
    """Where the buttons of Step through stand in the window."""
    return {name: button.mapTo(hand.window, QPoint()) for name, button in panel.buttons.items()}


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_buttons_of_step_through_never_move(hand: Hand, size: tuple[int, int]) -> None:
    """In every example, from before the first step: what is clicked again and again stays under the mouse."""
    hand.window.resize(*size)
    hand.click("workspace_explain")
    hand.window.show_panel("steps")
    panel = hand.window.panels["steps"]
    assert isinstance(panel, StepsPanel)
    for id in EXAMPLES:
        forget_work(hand.window)  # of few neurons the last step is an update
        hand.example(id)
        before = places(hand, panel)
        forward = hand.find("steps_forward", QToolButton)
        for _ in range(STEPS):
            if not forward.isEnabled():
                break
            forward.click()
            hand.settle()
            assert places(hand, panel) == before, id
            assert panel.walk is None or hand.find("steps_progress", QLabel).isVisible()
        forget_work(hand.window)  # else the next example asks whether to save


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_explanation_of_hands_on_stands_without_scrolling(hand: Hand, size: tuple[int, int]) -> None:
    """The whole forward pass, with symbols too, the chain rule of w1 with both paths, and both matrices."""
    hand.window.resize(*size)
    hand.click("workspace_explain")
    hand.example("hands_on")
    hand.click_at(hand.label_of("i1", "h1"))
    hand.window.show_panel("forward")
    assert "O2 = σ" in hand.find("forward_lines", EquationList).text
    assert not scrolled(hand.find("forward_lines", EquationList))
    hand.window.show_panel("backward")
    chain = hand.find("backward_lines", EquationList)
    hand.wait_for_formulas()
    assert [row.kind for row in chain.rows].count("path") == 2 and chain.rows[-1].text.startswith("w1′ = ")
    assert not scrolled(chain)
    hand.window.show_panel("matrices")
    hand.wait_for_formulas()
    assert not scrolled(hand.find("matrix_view", QAbstractScrollArea))


def test_a_chain_rule_that_is_presented_stands_whole(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wide and low: both paths with their numbers, the sum and the update, large, in the same order."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(*SMALL)
    hand.example("hands_on")
    hand.click_at(hand.label_of("i1", "h1"))
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.window.show_panel("backward")
    view = hand.find("backward_lines", EquationList)
    hand.wait_for_formulas()
    assert [row.kind for row in view.rows] == ["chain", "chain", "sum", "answer"]
    assert [row.cells[0].badge for row in view.rows[:2]] == [1, 2]
    assert not scrolled(view)
    hand.window.show_panel("forward")
    assert not scrolled(hand.find("forward_lines", EquationList))
    hand.key(Qt.Key.Key_Escape, widget=hand.window)
    hand.window.show_panel("backward")
    assert "δ(h1)" in view.text


def test_matrices_that_are_presented_stand_whole(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both, large, with formula and code on one line."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(*SMALL)
    hand.example("hands_on")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.window.show_panel("matrices")
    view = hand.find("matrix_view", MatrixView)
    hand.wait_for_formulas()
    assert not scrolled(view)
    assert all(block.code_at.y() < block.header for block in view.grid.blocks)


def test_what_is_presented_has_its_title_once(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its tab, or where it has no number in its title bar, which is no higher than what stands in it and has no
    cross, for Esc is the way out; in Explain it is as before."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(*SMALL)
    hand.example("hands_on")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    for id in (*EXPLANATION, "loss_slice", "slope"):
        hand.window.show_panel(id)
        header = hand.window.workspaces.docks[id].titleBarWidget()
        assert isinstance(header, CardHeader)
        close = hand.window.workspaces.docks[id].findChild(QToolButton, f"close_{id}")
        assert close is not None and not close.isVisible(), id
        assert header.height() == header.least_height() < header_height(), id
        if header.title.text() == hand.window.workspaces.docks[id].windowTitle():
            assert header.title.isVisible() == (presented(id) not in HEROES), id
        for control in header.findChildren(QToolButton):
            assert not control.isVisible() or control.height() >= control.fontMetrics().height(), id
    hand.key(Qt.Key.Key_Escape, widget=hand.window)
    hand.window.show_panel("forward")
    assert hand.find("close_forward", QToolButton).isVisible()


def scrolled(area: QAbstractScrollArea) -> bool:
    """Whether there is more than can be seen."""
    return area.verticalScrollBar().maximum() > 0 or area.horizontalScrollBar().maximum() > 0


def test_results_stand_one_below_the_other(hand: Hand) -> None:
    """What the paths come to ends at one line; formulas and numbers stand beneath their derivatives."""
    hand.window.resize(*SMALL)
    hand.click("workspace_explain")
    hand.example("hands_on")
    hand.click_at(hand.label_of("i1", "h1"))
    hand.window.show_panel("backward")
    view = hand.find("backward_lines", EquationList)
    hand.wait_for_formulas()
    chains = [i for i, row in enumerate(view.rows) if row.kind == "chain"]
    ends = {round(view.rect_of(i, len(view.rows[i].cells) - 1).right()) for i in chains}
    assert len(chains) == 2 and len(ends) == 1
    first, second = (view.rows[i].cells for i in chains)
    assert len(first) == len(second) > 8
    for cell in range(len(first) - 1):
        assert len({view.rect_of(i, cell).center().x() for i in chains}) == 1, "factors stand in columns"
    total = next(i for i, row in enumerate(view.rows) if row.kind == "sum")
    assert [(cell.badge, after.text) for cell, after in pairwise(view.rows[total].cells) if cell.badge] == [
        (1, "0.0006684"), (2, "(−0.0002298)")]
    assert view.rows[-1].kind == "answer" and view.rows[-1].cells[-1].text == "= 0.1498"
    ends |= {round(view.rect_of(i, len(view.rows[i].cells) - 1).right()) for i in (total, len(view.rows) - 1)}
    assert len(ends) == 1
    band = view.visualRect(view.model().index(len(view.rows) - 1, 0))
    image = view.viewport().grab(band).toImage()
    assert image.pixelColor(image.width() // 2, 3) == theme().color("accent_soft"), "the update stands on a band"
    for i in chains:
        assert len({round(view.rect_of(i, cell).bottom()) for cell in range(len(view.rows[i].cells))}) == 1
        assert all(cell.formula and cell.below for cell in view.rows[i].cells if cell.latex)


def test_formulas_and_deltas_are_presented_where_they_have_room(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """All without scrolling, at 1280×720 without them, at 1440×900 with both: the sum and the update stand in each."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.example("hands_on")
    hand.click_at(hand.label_of("i1", "h1"))
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.key(Qt.Key.Key_4, widget=hand.canvas)
    view = hand.find("backward_lines", EquationList)
    for size, fuller in ((LARGE, True), (SMALL, False), (LARGE, True)):
        hand.window.resize(*size)
        hand.settle()
        hand.wait_for_formulas()
        assert not scrolled(view), size
        assert [row.kind for row in view.rows] == ["chain", "chain", "sum", *["line"] * fuller, "answer"], size
        assert any(cell.formula for cell in view.rows[0].cells) == fuller, size
        assert ("δ(o1) = 0.1385; δ(o2) = −0.0381; δ(h1) = 0.008771" in view.text) == fuller, size
    hand.key(Qt.Key.Key_Escape, widget=hand.window)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_way_by_delta_stands_in_columns(hand: Hand, size: tuple[int, int]) -> None:
    """Names end at one line, numbers begin at one, results end at one; formulas are typeset; each on a line of its own.
    What the paths come to and the update are the largest numbers."""
    hand.window.resize(*size)
    hand.click("workspace_explain")
    hand.example("hands_on")
    hand.click_at(hand.label_of("i1", "h1"))
    hand.window.show_panel("backward")
    view = hand.find("backward_lines", EquationList)
    hand.wait_for_formulas()
    rows = [i for i, row in enumerate(view.rows) if row.kind == "aligned"]
    assert [view.rows[i].text for i in rows] == [
        "δ(o1) = −(T1 − O1)·O1·(1 − O1) = 0.7414·0.1868 = 0.1385",
        "δ(o2) = −(T2 − O2)·O2·(1 − O2) = (−0.2171)·0.1755 = −0.0381",
        "δ(h1) = (δ(o1)·w5 + δ(o2)·w7)·out h1·(1 − out h1) = 0.03635·0.2413 = 0.008771",
        "∂Loss/∂w1 = δ(h1)·i1 = 0.008771·0.05 = 0.0004386"]
    for i in rows:
        cells = view.rows[i].cells
        assert all(cell.latex for cell in cells if any(letter in cell.text for letter in "δTOw")), cells
        assert len({placed.baseline for placed in view.placed(view.rows[i])[0]}) == 1, "on one line"
        places = [view.rect_of(i, cell) for cell in range(len(cells))]
        assert all(before.right() <= after.left() + 1 for before, after in pairwise(places)), cells
    for cell, edge in ((0, QRectF.right), (1, QRectF.left), (-2, QRectF.left), (-1, QRectF.right)):
        ends = {round(edge(view.rect_of(i, range(len(view.rows[i].cells))[cell]))) for i in rows}
        assert len(ends) == 1, cell
    weight = next(n for n, cell in enumerate(view.rows[rows[2]].cells) if "w7" in cell.text)
    hand.move(view.viewport(), view.rect_of(rows[2], weight).center().toPoint(), Qt.MouseButton.NoButton,
              Qt.KeyboardModifier.NoModifier)
    assert hand.desk.study.lit_connections == {("h1", "o2")}


def test_a_gradient_leads_to_its_chain_rule(hand: Hand) -> None:
    """One click on the number in Selected; the keys too; from each workspace that has Selected, and of a bias."""
    hand.example("hands_on")
    for workspace in ("build", "explain"):
        hand.click(f"workspace_{workspace}")
        hand.click_at(hand.label_of("h1", "o1"))
        hand.click("connection_gradient")
        assert hand.window.panels["backward"].seen
        assert "∂Loss/∂w5" in hand.find("backward_lines", EquationList).text
    hand.window.show_panel("forward")
    hand.click_at(hand.at("h1"))
    hand.window.show_panel("selected")
    link = hand.find("neuron_gradient", QPushButton)
    link.setFocus()
    hand.key(Qt.Key.Key_Space, widget=link)
    assert hand.window.panels["backward"].seen
    assert "∂Loss/∂b1" in hand.find("backward_lines", EquationList).text


@pytest.mark.parametrize(("place", "parameter"), [(("h1", "o1"), "w5"), (("o1",), "b2")])
def test_the_menu_of_a_weight_or_neuron_has_its_chain_rule(
    hand: Hand, place: tuple[str, ...], parameter: str,
) -> None:
    hand.example("hands_on")
    hand.click("workspace_explain")
    hand.context_menu(hand.label_of(*place) if len(place) == 2 else hand.at(*place), "canvas_chain_rule")
    assert hand.window.panels["backward"].seen
    assert f"∂Loss/∂{parameter}" in hand.find("backward_lines", EquationList).text


def test_an_input_has_no_chain_rule(hand: Hand) -> None:
    """It has no parameter: its menu does not offer one."""
    hand.example("hands_on")
    with pytest.raises(HandError, match="canvas_chain_rule"):
        hand.context_menu(hand.at("i1"), "canvas_chain_rule")


def test_the_gradient_of_a_threshold(hand: Hand) -> None:
    """A θ neuron's is ∂Loss/∂θ: that of its bias −θ with the other sign, and it says so."""
    hand.example("hands_on")
    hand.click_at(hand.at("h1"))
    line = hand.find("neuron_gradient", QPushButton)
    as_bias = line.text()
    hand.click("neuron_notation_threshold")
    assert line.text() != as_bias and line.text() == f"−{as_bias}"
    assert any(label.text() == "∂Loss/∂θ" for label in hand.window.panels["selected"].findChildren(QLabel))


def test_a_slope_of_0_says_why(hand: Hand) -> None:
    """A ReLU that is off: below the gradient in Selected, beneath the chain rule, among all deltas and in its step."""
    hand.example("hands_on")
    hand.session.apply("ReLU", lambda d: edits.set_neurons(d, ["h1"], activation="relu"))
    hand.session.set_values({"b1": -5.0}, "Set b1")
    hand.click("workspace_explain")
    hand.click_at(hand.label_of("i1", "h1"))
    why = hand.find("connection_gradient_why", QLabel)
    assert why.isVisible() and why.text() == "h1 has slope 0: ReLU, Input h1 ≤ 0."
    hand.click("connection_gradient")
    lines = hand.find("backward_lines", EquationList)
    assert why.text() in lines.text
    hand.desk.looking.select()
    assert why.text() in lines.text
    hand.window.show_panel("steps")
    panel = hand.window.panels["steps"]
    assert isinstance(panel, StepsPanel)
    while why.text() not in panel.list.text and hand.find("steps_forward", QToolButton).isEnabled():
        hand.click("steps_forward")
    assert why.text() in panel.list.text
    hand.click_at(hand.label_of("h1", "o1"))
    assert not why.isVisible(), "o1 is not flat, whatever comes in"


@pytest.mark.parametrize(("id", "first"), [("forward", "Input h1 = "), ("backward", "Chain rule")])
def test_a_button_copies_all_lines(hand: Hand, id: str, first: str) -> None:
    """In the title bar, where it can be seen; what was copied is said. Of nothing there is nothing to copy."""
    hand.window.resize(*SMALL)
    hand.click("workspace_explain")
    hand.window.show_panel(id)
    assert not hand.find(f"{id}_copy", QToolButton).isEnabled()
    hand.example("hands_on")
    hand.click_at(hand.label_of("i1", "h1"))
    hand.window.show_panel(id)
    hand.click(f"{id}_copy")
    lines = hand.find(f"{id}_lines", EquationList)
    copied = QApplication.clipboard().mimeData()
    assert copied.text() == lines.text and copied.text().startswith(first) and "<sub>" in copied.html()
    assert hand.window.statusBar().currentMessage() == f"{len(lines.rows)} lines copied"
