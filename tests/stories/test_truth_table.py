"""The truth table below the canvas: its targets, their choice, and how its sums are written."""

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from nnsim.gui.panels.data.panel import TablePanel
from nnsim.gui.panels.data.view import TableView
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand


def table_of(hand: Hand) -> TablePanel:
    return hand.find("table", TablePanel)


def click(hand: Hand, point: QPoint) -> None:
    """Click at a point of the rows."""
    hand.gestures += 1
    QTest.mouseClick(hand.find("table_rows", TableView).viewport(), LEFT, NO_KEYS, point)
    hand.settle()


def test_a_target_changes_by_a_click_on_its_number_only(hand: Hand) -> None:
    """The last column is as wide as what is left: beside the number its row is fed, and nothing else happens."""
    hand.example("xor")
    view, before = table_of(hand).view, hand.session.document
    targets = len(view.table.columns) - 1
    number = view.number_place(view.table.index(1, targets))
    cell = view.visualRect(view.table.index(1, targets))
    assert cell.right() - number.right() > 50
    for beside in range(number.right() + 2, cell.right(), 40):
        hand.desk.looking.set_inputs({"x0": 1.0, "x1": 1.0})
        click(hand, QPoint(beside, number.center().y()))
        assert hand.session.document is before
        assert hand.desk.looking.input_row[0].tolist() == [0.0, 1.0]
    click(hand, number.center())
    assert view.table.written(1, targets) == "0 ✗"
    click(hand, number.center())
    assert hand.session.document == before
