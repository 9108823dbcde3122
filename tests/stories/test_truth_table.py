"""The truth table below the canvas: its targets, their choice, and how its sums are written."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from nnsim.gui.look.theme import font, presenting
from nnsim.gui.panels.data.panel import TablePanel
from nnsim.gui.panels.data.view import TableView
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.table import PAD
from tests.stories.test_sizes import enlarge


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


def test_presented_the_sums_of_xor_keep_their_products(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 1280×720 in the text of a hall; every column whole, without scrolling, the wrong rows too."""
    monkeypatch.setattr(hand.window, "showFullScreen", lambda: None)
    hand.window.resize(1280, 720)
    hand.example("xor")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    assert hand.window.workspaces.current.id == "present_table" and presenting()
    view = table_of(hand).view
    assert view.forms[2:4] == ["long", "long"]
    assert view.table.written(0, 2, view.forms[2]) == "1·0 + 1·0 = 0 < 1.2 → 0"
    assert view.table.written(3, 3, view.forms[3]) == "1·1 + 1·1 + (−2)·1 = 0 < 0.6 → 0"
    for row in range(4):
        for column in (2, 3):
            assert view.bold_metrics.horizontalAdvance(view.table.written(row, column)) <= view.columnWidth(column)
    assert view.horizontalScrollBar().maximum() == 0
    assert view.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("width", [1024, 1152, 1280, 1440, 1920])
def test_sums_side_by_side_are_written_in_one_form(hand: Hand, width: int) -> None:
    """The longest that has room in all columns, at every width of the window."""
    hand.window.resize(width, 720)
    hand.example("xor")
    hand.wait_for_views()
    view = table_of(hand).view
    assert len(set(view.forms[2:4])) == 1
    assert view.horizontalScrollBar().maximum() == 0
    assert width < 1280 or view.forms[2] == "long"


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_word_target_opens_its_choice(hand: Hand, scale: float) -> None:
    """As the gate beside it does; a click beyond both opens nothing. What is chosen there is the target."""
    hand.example("xor")
    enlarge(hand, scale)
    hand.wait_for_views()
    view, choice = table_of(hand).view, hand.find("target_choice", ChoiceField)
    titles, column = view.titles, len(view.table.columns) - 1
    left, middle = titles.sectionViewportPosition(column), titles.height() // 2
    word = QFontMetrics(font("body")).horizontalAdvance("target")
    for x in (left + PAD + 1, left + PAD + word // 2, left + PAD + word - 1, choice.geometry().center().x()):
        at = titles.viewport() if x < choice.x() else choice
        QTest.mouseClick(at, LEFT, NO_KEYS, QPoint(x, middle) - (choice.pos() if at is choice else QPoint()))
        hand.wait(choice.view().isVisible, "the gates to choose from are shown")
        hand.key(Qt.Key.Key_Escape, widget=choice.view())
        assert not choice.view().isVisible()
    QTest.mouseClick(titles.viewport(), LEFT, NO_KEYS, QPoint(choice.geometry().right() + 20, middle))
    hand.settle()
    assert not choice.view().isVisible()
    QTest.mouseClick(titles.viewport(), LEFT, NO_KEYS, QPoint(left + PAD + 5, middle))
    hand.key(Qt.Key.Key_Up, widget=choice.view())
    hand.key(Qt.Key.Key_Return, widget=choice.view())
    assert choice.value != "xor_gate" and table_of(hand).status.text().endswith(choice.currentText())
