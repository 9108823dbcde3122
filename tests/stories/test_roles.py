"""Inputs, hidden neurons and outputs: what goes with the role, and how it is told."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel

from nnsim.data.sources import GeneratedData
from nnsim.gui.panels.data.view import TableView
from nnsim.gui.tour.hand import Hand


def titles(hand: Hand) -> list[str]:
    return [column.title for column in hand.find("table_rows", TableView).table.columns]


def set_role(hand: Hand, id: str, role: str) -> None:
    hand.click_at(hand.at(id))
    hand.choose("neuron_role", role)


@pytest.mark.parametrize("order", [("h", "output"), ("output", "h")])
def test_target_and_marks_go_to_the_neuron_that_is_made_the_output(hand: Hand, order: tuple[str, str]) -> None:
    """XOR's hidden neuron is AND: as the output it is right in one row of four. Undone, all is as it was."""
    hand.example("xor")
    before = hand.session.document
    roles = {"h": "Output", "output": "Hidden"}
    for id in order:
        set_role(hand, id, roles[id])
    table = hand.find("table_rows", TableView).table
    assert hand.session.structure.outputs == ("h",)
    assert hand.session.document.data == before.data
    assert hand.find("target_choice", QComboBox).currentText() == "XOR"
    assert titles(hand) == ["x0", "x1", "h", "target", "output"]
    column = titles(hand).index("target")
    assert [table.sign(row, column) for row in range(4)] == ["✓", "✗", "✗", "✗"]
    assert "1 of 4 rows match XOR" in hand.find("table_status", QLabel).text()
    for _ in order:
        hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.session.document == before


def test_a_target_without_an_output_is_shown_until_it_has_one(hand: Hand) -> None:
    """Of a half adder the sum alone is the output for a while."""
    hand.example("half_adder")
    first, second = hand.session.structure.outputs
    set_role(hand, first, "Hidden")
    assert titles(hand)[2:] == [first, second, "target", "unused target"]
    assert "4 rows match" in hand.find("table_status", QLabel).text()
    set_role(hand, first, "Output")
    assert hand.session.structure.outputs == (second, first)
    assert titles(hand)[2:] == [first, f"target {first}", second, f"target {second}"]
    assert hand.find("table_status", QLabel).text().startswith("all 4 rows")
    set_role(hand, first, "Hidden")
    hand.choose("target_choice_1", "none")
    assert hand.session.document.data == GeneratedData("xor_gate")
    assert titles(hand)[-1] == "target"


def test_each_mark_stands_beside_the_output_that_it_judges(hand: Hand) -> None:
    """A half adder that counts 1 + 1 as 1: its carry is wrong there, its sum not, and each says so on its own."""
    hand.example("half_adder")
    table = hand.find("table_rows", TableView).table
    assert titles(hand) == ["x0", "x1", "carry", "target carry", "sum", "target sum"]
    hand.click_at(hand.at("carry"))
    assert [table.written(3, column) for column in (3, 5)] == ["1 ✓", "0 ✓"]
    hand.double_click_at(hand.at("carry"))
    hand.write("3")
    hand.wait_for_views()
    assert [table.written(3, column) for column in (3, 5)] == ["1 ✗", "0 ✗"]
    hand.double_click_at(hand.at("sum"))
    hand.write("2.5")
    hand.wait_for_views()
    assert [table.written(3, column) for column in (3, 5)] == ["1 ✗", "0 ✓"]


def test_an_output_has_an_arrow_where_nothing_else_leads_out_of_it(hand: Hand) -> None:
    """Not where its value goes on to another neuron, nor where the line of the loss begins."""

    def arrows() -> dict[str, bool]:
        items = hand.canvas.network_scene.neurons.made
        assert {id for id, item in items.items() if item.face.is_output} == set(hand.session.structure.outputs)
        return {id: item.face.arrow for id, item in items.items() if item.face.is_output}

    hand.example("half_adder")
    assert arrows() == {"carry": False, "sum": True}
    hand.example("hands_on")
    assert arrows() == {"o1": True, "o2": True}
    for workspace, expected in (("explain", False), ("build", True)):
        hand.click(f"workspace_{workspace}")
        hand.wait_for_views()
        assert arrows() == {"o1": expected, "o2": expected}
    set_role(hand, "o1", "Hidden")
    assert arrows() == {"o2": True}
