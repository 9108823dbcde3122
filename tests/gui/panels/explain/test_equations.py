"""The list of equations: nothing overlaps, nothing is cut, and it tells what it shows."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.explain.chain import chain_of
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.writing import Piece
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.theme import theme
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.explain.rows import action, chain_row, equation, heading, line, note
from nnsim.gui.session.desk import Desk


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> EquationList:
    """An empty list, shown."""
    view = EquationList(desk.study, "lines", "Lines")
    qtbot.addWidget(view)
    view.resize(420, 200)
    view.show()
    return view


def rows_of(explanation: Explanation, parameter: str) -> list:
    """Rows of every kind."""
    chain = chain_of(explanation, parameter)
    return [heading("Chain rule"), chain_row(chain.paths[0].factors, 0.1, f"{chain.name.latex} ="),
            *(line(f.line(symbols=True)) for f in chain.paths[0].factors), action("more"), note("words " * 30)]


def all_typeset(view: EquationList) -> bool:
    """Whether no formula is still to come."""
    wanted = [cell.latex for row in view.rows for cell in row.cells if cell.latex]
    return all(view.typesetter.get(latex, theme().ink) for latex in wanted)


@pytest.mark.parametrize("width", [160, 300, 700])
def test_nothing_overlaps_and_all_fits(view: EquationList, qtbot: QtBot, width: int) -> None:
    """At any width: cells of a row stand apart, inside the list, before and after they are typeset."""
    network = nnsim.Network.layered([2, 8, 8, 8, 1], seed=2)
    view.resize(width, 200)
    view.show_rows(rows_of(Explanation(network, [0.1, 0.2], [1.0]), "w1"))
    for typeset in (False, True):
        if typeset:
            qtbot.waitUntil(lambda: all_typeset(view), timeout=20_000)
        for row in view.rows:
            cells, height = view.placed(row)
            for i, placed in enumerate(cells):
                assert placed.rect.top() >= 0 and placed.rect.bottom() <= height
                for other in cells[i + 1:]:
                    assert not placed.rect.intersects(other.rect), row.text
                if placed.rect.width() < width - 60:
                    assert placed.rect.right() <= view.viewport().width()


def test_typeset_factors_take_the_place_of_plain_ones(view: EquationList, qtbot: QtBot) -> None:
    """The row is there at once in plain letters; typesetting follows while the window is idle."""
    network = nnsim.Network.layered([2, 2, 1], seed=2)
    view.show_rows(rows_of(Explanation(network, [0.1, 0.2], [1.0]), "w1"))
    row = view.rows[1]
    before = view.placed(row)[1]
    assert view.typesetter.get(row.cells[0].latex, theme().ink) is None
    qtbot.waitUntil(lambda: view.typesetter.get(row.cells[0].latex, theme().ink) is not None, timeout=20_000)
    assert before > 0 and view.placed(row)[1] > 0


def test_rows_are_read_out(view: EquationList) -> None:
    """Every row has its whole text for a screen reader."""
    view.show_rows([line([Piece("net h1", ("h1",)), Piece(" = "), Piece("0.05·0.15", ("i1", "h1"))])])
    assert view.model().index(0, 0).data() == "net h1 = 0.05·0.15"


def test_places_are_where_they_are_painted(view: EquationList) -> None:
    """The cell under a point is the one whose rectangle it lies in."""
    view.show_rows([line([Piece("first", ("a",)), Piece(" + "), Piece("second", ("b", "c"))])])
    for number in (0, 2):
        rect: QRectF = view.rect_of(0, number)
        assert view.cell_at(rect.center().toPoint()) == (0, number)


def test_a_row_is_copied_as_text_rich_text_and_latex(view: EquationList) -> None:
    """Ctrl+C puts the row on the clipboard with lowered indices; the menu also as LaTeX."""
    e = Explanation(nnsim.load(EXAMPLES["hands_on"].path).network, [0.05, 0.10], [0.01, 0.99])
    view.show_rows([heading("Gradient"), equation(e.gradient_equation("w5"))])
    view.setFocus()
    view.setCurrentIndex(view.model().index(1, 0))
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QApplication.clipboard().mimeData()
    assert data.text() == "∂Loss/∂w5 = δ(o1)·out h1 = 0.1385·0.5933 = 0.08217"
    assert "w<sub>5</sub> = δ<sub>o1</sub>·out h<sub>1</sub>" in data.html()
    view.copy(latex=True)
    assert QApplication.clipboard().text() == e.gradient_equation("w5").latex()
    assert r"\frac{\partial \mathrm{Loss}}{\partial w_{5}} = \delta_{o_{1}}" in QApplication.clipboard().text()
