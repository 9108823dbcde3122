"""Files: saved and opened again, refused when wrong, and never lost."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QFileDialog, QLabel

import nnsim
from nnsim.gui.tour.hand import Hand


def test_save_and_open_again(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save As, New and Open Recent bring the same document back; the dirty mark is exact."""
    path = tmp_path / "mine.nnsim"
    hand.add("input", QPointF(-60, 0))
    assert hand.window.isWindowModified()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    hand.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert not hand.window.isWindowModified()
    saved = hand.session.document
    assert nnsim.load(path) == saved
    hand.add("output", QPointF(120, 0))
    assert hand.window.isWindowModified()
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert not hand.window.isWindowModified()
    hand.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert not hand.session.structure.neurons
    assert hand.window.files.recent() == [path]
    assert hand.window.files.open(path)
    assert hand.session.document == saved
    assert "mine.nnsim" in hand.window.windowTitle()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("{", ""),
        ('{"format": "nnsim", "version": 2, "network": {}}', "version"),
        (
            '{"format": "nnsim", "version": 1, "network": {"neurons": [{"id": "a", "role": "boss"}], '
            '"connections": [], "parameters": {}}}',
            "boss",
        ),
    ],
)
def test_a_wrong_file_leaves_the_open_document(hand: Hand, tmp_path: Path, text: str, says: str) -> None:
    """A file that cannot be read is refused by name above the canvas, and the open document stays."""
    hand.example("xor")
    before = hand.session.document
    path = tmp_path / "wrong.nnsim"
    path.write_text(text, encoding="utf-8")
    assert not hand.window.files.open(path)
    message = hand.find("message_text", QLabel).text()
    assert "wrong.nnsim" in message and says in message
    assert hand.session.document is before
    hand.click("message_close")
    assert not hand.window.messages.isVisible()


def test_unsaved_work_is_asked_about(hand: Hand) -> None:
    """Opening an example over unsaved work asks; Cancel keeps the work."""
    hand.add("input", QPointF(0, 0))
    work = hand.session.document
    hand.answering("Cancel", lambda: hand.example("and"))
    assert hand.session.document is work
    hand.answering("Discard", lambda: hand.example("and"))
    assert hand.session.title == "AND"


def test_close_while_training(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing in the middle of training stops the run and asks; Cancel keeps all, Save writes the latest weights."""
    path = tmp_path / "trained.nnsim"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    hand.example("circle")
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch >= 2, "two epochs are done")
    hand.answering("Cancel", hand.window.close)
    assert hand.window.isVisible()
    assert hand.session.dirty
    hand.click("tool_train")
    hand.wait(lambda: hand.session.training, "training goes on")
    hand.answering("Save", hand.window.close)
    assert not hand.window.isVisible()
    assert nnsim.load(path) == hand.session.document
