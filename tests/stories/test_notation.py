"""The notation is the document's: chosen by hand it is spoken everywhere, is taken back, and comes with the file."""

from pathlib import Path

from PySide6.QtCore import Qt

import nnsim
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.tour.hand import Hand

CONTROL = Qt.KeyboardModifier.ControlModifier


def spoken(hand: Hand) -> tuple[str, str]:
    """What Forward begins with, and what the box behind the outputs is called."""
    hand.wait_for_views()
    hand.wait_for_formulas()
    text = hand.find("forward_lines", EquationList).text
    return text.split(" = ")[0], hand.canvas.network_scene.loss.box.face.name


def test_the_notation_comes_with_the_document(hand: Hand, tmp_path: Path) -> None:
    hand.example("hands_on")
    hand.click("workspace_explain")
    assert spoken(hand) == ("Input h1", "Loss")
    assert hand.window.actions_by_name["draw_names"].isChecked()
    hand.menu("notation_field")
    assert spoken(hand) == ("z(h1)", "L")
    hand.key(Qt.Key.Key_Z, CONTROL, hand.window)
    assert spoken(hand) == ("Input h1", "Loss")
    hand.key(Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier, hand.window)
    assert spoken(hand) == ("z(h1)", "L")
    file = tmp_path / "mine.nnsim"
    nnsim.save(hand.session.document, file)
    hand.session.mark_saved(file, hand.session.document)
    hand.example("xor_to_learn")
    hand.window.files.open(file)
    hand.settle()
    assert spoken(hand) == ("z(h1)", "L") and not hand.session.dirty
