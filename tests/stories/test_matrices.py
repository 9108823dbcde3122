"""The layers as matrices: looked at, walked through, edited, taken away as code."""

import math
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from nnsim.gui.panels.matrices.blocks import Cell
from nnsim.gui.panels.matrices.view import MatrixView
from nnsim.gui.tour.hand import Hand


def test_a_weight_is_found_on_the_canvas_changed_in_the_matrix_and_taken_back(hand: Hand) -> None:
    """The hands-on example: w5 becomes 0.5, out o1 follows (σ(0.5·0.5933 + 0.45·0.5969 + 0.6)), Ctrl+Z undoes it."""
    hand.example("hands_on")
    hand.window.show_panel("matrices")
    view = hand.find("matrix_view", MatrixView)
    assert view.hasFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down):
        hand.key(key)
    assert hand.desk.study.lit_connections == {("h1", "o1")}
    hand.key(Qt.Key.Key_Return)
    hand.write("0,5")
    assert hand.session.network.value("w5") == 0.5
    assert view.grid.value(Cell(1, "a", 0)) == pytest.approx(1 / (1 + math.exp(-1.165232966)), abs=1e-9)
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.session.network.value("w5") == 0.4


def test_pointing_on_the_canvas_lights_the_cell_and_the_other_way_round(hand: Hand) -> None:
    """What is lit is lit everywhere."""
    hand.example("hands_on")
    hand.window.show_panel("matrices")
    view = hand.find("matrix_view", MatrixView)
    hand.click_at(hand.label_of("i1", "h2"))
    hand.point_at(hand.label_of("i2", "h1"))
    assert hand.desk.study.lit_connections == {("i2", "h1")}
    QTest.mouseMove(view.viewport(), view.grid.rect_of(Cell(0, "W", 1, 1)).center())
    hand.settle()
    assert hand.desk.study.lit_connections == {("i2", "h2")}
    assert hand.canvas.network_scene.edges.lit == {("i2", "h2")}


def test_the_network_is_copied_as_code_that_runs(hand: Hand) -> None:
    """XOR with its skip connection, for the inputs that are fed: 1 and 0 give 1."""
    hand.example("xor")
    hand.flip("x0")
    hand.window.show_panel("matrices")
    hand.click("matrices_copy")
    done = subprocess.run([sys.executable, "-I", "-c", QApplication.clipboard().text()],
                          capture_output=True, text=True, timeout=120)
    assert done.stdout == "output = 1.0\n"


def test_the_digits_of_the_menu_are_those_of_the_matrices(hand: Hand) -> None:
    """Explain ▸ Digits ▸ 9 digits: the cell that the keys are on says so many."""
    hand.example("hands_on")
    hand.window.show_panel("matrices")
    view = hand.find("matrix_view", MatrixView)
    hand.key(Qt.Key.Key_End)
    assert hand.find("matrices_status", QWidget).accessibleName() == "out h1 = 0.5933"
    menus = {menu.objectName(): menu for menu in hand.window.menuBar().findChildren(QMenu)}
    digits = menus["digits_menu"]
    explain = digits.parentWidget()
    assert isinstance(explain, QMenu)
    bar = hand.window.menuBar()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(explain.menuAction()).center())
    hand.wait(explain.isVisible, "the menu is open")
    QTest.mouseClick(explain, Qt.MouseButton.LeftButton, pos=explain.actionGeometry(digits.menuAction()).center())
    hand.wait(digits.isVisible, "the digits can be chosen")
    hand.choose_in_menu(digits, "digits_9")
    hand.window.activateWindow()
    view.setFocus()
    assert hand.find("matrices_status", QWidget).accessibleName() == "out h1 = 0.593269992"


def test_the_keys_begin_at_what_is_selected(hand: Hand) -> None:
    """Ctrl+4 with w5 selected: its cell is told, not the first one; with another selected, that."""
    hand.example("hands_on")
    for ends, said in ((("h1", "o1"), "w5"), (("i2", "h1"), "w2")):
        hand.desk.looking.select((), [ends])
        hand.canvas.setFocus()
        hand.key(Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier, hand.window)
        hand.wait_for_views()
        assert hand.window.panels["matrices"].view.accessibleDescription().startswith(f"{said}:")
