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
    column = [c.kind for c in table.columns].index("target")
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
    assert titles(hand)[-2:] == ["target", "unused target"]
    assert "4 rows match" in hand.find("table_status", QLabel).text()
    set_role(hand, first, "Output")
    assert hand.session.structure.outputs == (second, first)
    assert titles(hand)[-2:] == [f"target {second}", f"target {first}"]
    assert hand.find("table_status", QLabel).text().startswith("all 4 rows")
    set_role(hand, first, "Hidden")
    hand.choose("target_choice_1", "none")
    assert hand.session.document.data == GeneratedData("xor_gate")
    assert titles(hand)[-1] == "target"
