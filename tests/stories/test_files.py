"""Files: saved and opened again, refused when wrong, and never lost."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QFileDialog, QLabel

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.settings import settings
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


def test_close_while_training(new_hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing in the middle of training stops the run and asks; Cancel keeps all, Save writes the latest weights."""
    path = tmp_path / "trained.nnsim"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    new_hand.example("circle")
    new_hand.session.set_speed(None)
    new_hand.click("tool_train")
    new_hand.wait(lambda: new_hand.session.epoch >= 2, "two epochs are done")
    new_hand.answering("Cancel", new_hand.window.close)
    assert new_hand.window.isVisible()
    assert new_hand.session.dirty
    new_hand.click("tool_train")
    new_hand.wait(lambda: new_hand.session.training, "training goes on")
    new_hand.answering("Save", new_hand.window.close)
    assert not new_hand.window.isVisible()
    assert nnsim.load(path) == new_hand.session.document


# Names


NAMES = {"UP.NNSIM": "UP.NNSIM", "a.NnSim": "a.NnSim", "b.nnsim": "b.nnsim", "c": "c.nnsim", "d.json": "d.json.nnsim",
         "e.": "e..nnsim", ".nnsim": ".nnsim.nnsim"}


def test_a_name_keeps_its_ending(shared: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is written; a name without it gets it."""
    for name, saved in NAMES.items():
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, name=name: (str(tmp_path / name), ""))
        assert shared.window.files.ask_save() and (tmp_path / saved).exists()
    assert len(list(tmp_path.iterdir())) == len(NAMES)


@pytest.mark.parametrize("name", [
    b"na\xffme.nnsim", b"\xed\xa0\x80.nnsim", "Ünïcode ½ 网络.nnsim".encode(), b"new\nline.nnsim", b"bytes:%41.nnsim",
    b"a,b;c=d\\x41%20.nnsim",
])
def test_every_name_that_a_system_takes_stays_recent(shared: Hand, tmp_path: Path, name: bytes) -> None:
    """Opened, shown, saved, and opened from the list again, in this start and the next."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    nnsim.save(nnsim.load(EXAMPLES["and"].path), path)
    files = shared.window.files
    assert files.open(path) and files.recent()[0] == path
    settings().sync()
    assert files.recent()[0] == path
    shared.settle()
    shared.window.canvas.commands.add_neuron("hidden")
    assert files.save() and len(nnsim.load(path).network.structure.neurons) == 4
    assert files.open(files.recent()[0]) and shared.session.path == path


# What others do meanwhile


def test_a_file_that_another_wrote_is_asked_about(
    shared: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the last save wins: Cancel and Save As keep theirs. Only another content counts."""
    path, other = tmp_path / "a.nnsim", tmp_path / "b.nnsim"
    theirs = nnsim.load(EXAMPLES["or"].path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(other), ""))
    files = shared.window.files
    for first in (lambda: files._save(path), lambda: files.open(path)):
        assert first()
        shared.window.canvas.commands.add_neuron("hidden")
        os.utime(path, (1, 1))
        assert files.save()
        nnsim.save(theirs, path)
        shared.window.canvas.commands.add_neuron("hidden")
        shared.answering("Cancel", lambda: files.save())
        assert nnsim.load(path) == theirs and shared.session.dirty and shared.session.path == path
        shared.answering("No", lambda: files.save())
        assert nnsim.load(path) == theirs and nnsim.load(other) == shared.session.document
        assert shared.session.path == other and not shared.session.dirty
        path.unlink()
        assert files._save(path)
        path.unlink()
        shared.window.canvas.commands.add_neuron("hidden")
        assert files.save() and nnsim.load(path) == shared.session.document


def test_two_windows_on_one_file(new_hand: Hand, shared: Hand, tmp_path: Path) -> None:
    """The second to save is asked; having replaced it, it is not asked again, and the first is."""
    path = tmp_path / "a.nnsim"
    nnsim.save(nnsim.load(EXAMPLES["and"].path), path)
    for each in (new_hand, shared):
        assert each.window.files.open(path)
        each.window.canvas.commands.add_neuron("hidden")
    shared.window.canvas.commands.add_neuron("hidden")
    assert new_hand.window.files.save()
    shared.answering("Yes", lambda: shared.window.files.save())
    assert nnsim.load(path) == shared.session.document
    shared.window.canvas.commands.add_neuron("hidden")
    assert shared.window.files.save()
    new_hand.window.canvas.commands.add_neuron("hidden")
    new_hand.answering("Cancel", lambda: new_hand.window.files.save())
    assert nnsim.load(path) == shared.session.document


def test_what_a_save_could_not_keep_is_said(shared: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is saved all the same."""
    monkeypatch.setattr("nnsim.documents.atomic._sync_folder", lambda _: ("Its folder was not synced.",))
    assert shared.window.files._save(tmp_path / "a.nnsim")
    assert shared.find("message_text", QLabel).text() == "Saved a.nnsim. Its folder was not synced."


@pytest.mark.parametrize("speed", [1.0, None])
def test_speed_is_what_it_was_when_a_file_is_opened_again(shared: Hand, tmp_path: Path, speed: float | None) -> None:
    """Also after another network, and where it was changed after saving."""
    path = tmp_path / "a.nnsim"
    shared.example("hands_on")
    assert shared.window.files._save(path) and shared.session.speed == 20
    shared.session.set_speed(speed)
    for leave in (shared.window.files.new, lambda: shared.window.files.open_example(EXAMPLES["spiral"])):
        assert leave() and shared.window.files.open(path) and shared.session.speed == speed
