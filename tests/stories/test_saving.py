"""Saving a large document: the window is used meanwhile, nothing that is edited then is lost, whoever leaves waits."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel

import nnsim
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window import files as window_files
from tests.stories import conftest

CTRL = Qt.KeyboardModifier.ControlModifier


class Held:
    """Writing that lasts until it may end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_end = threading.Event()
        self.written = 0
        self._save = window_files.save_with_state
        monkeypatch.setattr(window_files, "save_with_state", self._held)

    def _held(self, document: Document, path: Path) -> object:
        assert threading.current_thread() is not threading.main_thread()
        assert self.may_end.wait(10)
        self.written += 1
        return self._save(document, path)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Saving takes as long as one likes."""
    held = Held(monkeypatch)
    yield held
    held.may_end.set()


def meanwhile(hand: Hand, *steps: Callable[[], object]) -> list[object]:
    """Have things done while a file is written."""
    return conftest.meanwhile(hand, lambda: hand.window.files.saving.busy, *steps)


def end_soon(hand: Hand, held: Held) -> None:
    """The writing ends when somebody has waited for a while."""
    QTimer.singleShot(150, hand.window, held.may_end.set)


def edit(hand: Hand) -> None:
    """One more neuron."""
    hand.window.canvas.commands.add_neuron("hidden")


def test_a_large_document_is_written_while_the_window_is_used(shared: Hand, tmp_path: Path, held: Held) -> None:
    """The file has the document of that moment; what was edited meanwhile stays unsaved, and can be saved then."""
    files, path, seen = shared.window.files, tmp_path / "large.nnsim", []
    edit(shared)
    done = meanwhile(
        shared, lambda: seen.append(files.saving.bar.isVisible()),
        lambda: shared.wait(files.saving.bar.isVisible, "it is said"),
        lambda: seen.append(shared.find("saving_text", QLabel).text()), lambda: edit(shared), held.may_end.set)
    assert files._save(path)
    assert len(done) == 5 and seen == [False, "Saving large.nnsim …"] and not files.saving.bar.isVisible()
    assert len(nnsim.load(path).network.structure.neurons) == 1 and shared.session.dirty
    shared.window.activateWindow()
    shared.wait(shared.window.isActiveWindow, "the keys come here")
    shared.key(Qt.Key.Key_S, CTRL, shared.window)
    shared.wait(lambda: not shared.session.dirty, "it is saved")
    assert len(nnsim.load(path).network.structure.neurons) == 2 and not shared.session.dirty and held.written == 2


def test_the_keys_held_down_save_once(shared: Hand, tmp_path: Path, held: Held) -> None:
    """What is being written already is not written again; another name is."""
    files, path = shared.window.files, tmp_path / "a.nnsim"
    edit(shared)
    done = meanwhile(shared, lambda: (end_soon(shared, held), files._save(path))[1])
    assert files._save(path) and done == [True] and held.written == 1
    held.may_end.clear()
    edit(shared)
    done = meanwhile(shared, lambda: (end_soon(shared, held), files._save(tmp_path / "b.nnsim"))[1])
    assert files._save(path) and done == [True] and held.written == 3
    assert path.read_bytes() == (tmp_path / "b.nnsim").read_bytes() and shared.session.path == tmp_path / "b.nnsim"


def test_whoever_leaves_waits_for_it(shared: Hand, tmp_path: Path, held: Held) -> None:
    """Then nothing is asked, and the other document is none of its file's."""
    files, path = shared.window.files, tmp_path / "a.nnsim"
    for leave in (files.new, lambda: files.open_example(EXAMPLES["and"])):
        held.may_end.clear()
        edit(shared)
        done = meanwhile(shared, lambda leave=leave: (end_soon(shared, held), leave())[1])
        assert files._save(path) and done == [True]
        assert shared.session.path is None and not shared.session.dirty and path in files.recent()


def test_what_was_edited_meanwhile_is_asked_about(shared: Hand, tmp_path: Path, held: Held) -> None:
    """By whoever leaves then; also if the saving was the answer to that question."""
    files, path = shared.window.files, tmp_path / "a.nnsim"
    edit(shared)
    meanwhile(shared, lambda: edit(shared), lambda: end_soon(shared, held),
              lambda: shared.answering("Cancel", files.new))
    assert files._save(path) and shared.session.dirty and shared.session.path == path
    held.may_end.clear()
    meanwhile(shared, lambda: edit(shared), held.may_end.set)
    shared.answering("Save", files.new)
    assert shared.session.path is None and held.written == 3
    assert len(nnsim.load(path).network.structure.neurons) == 3


def test_a_window_closed_while_it_saves_has_saved(new_hand: Hand, tmp_path: Path, held: Held) -> None:
    """It closes when the file is written."""
    edit(new_hand)
    done = meanwhile(new_hand, lambda: end_soon(new_hand, held), new_hand.window.close)
    assert new_hand.window.files._save(tmp_path / "a.nnsim") and done == [None, True]
    assert not new_hand.window.isVisible()
    assert len(nnsim.load(tmp_path / "a.nnsim").network.structure.neurons) == 1


def test_an_end_from_outside_does_not_wait_for_it(new_hand: Hand, tmp_path: Path, held: Held) -> None:
    """What cannot be written in time is in the journal, until it is written after all."""
    edit(new_hand)
    journal = []
    files = new_hand.window.files
    meanwhile(new_hand, new_hand.window.end_now, lambda: journal.extend(files._journal._own.rglob("*.journal")),
              held.may_end.set)
    assert files._save(tmp_path / "a.nnsim") and len(journal) == 1 and not journal[0].exists()


def test_saving_leaves_the_keys_where_they_are(shared: Hand, tmp_path: Path) -> None:
    """A number half typed is taken by its editor; the canvas, which has nothing to take, goes on being used."""
    shared.window.activateWindow()
    shared.window.canvas.setFocus()
    shared.settle()
    assert shared.window.canvas.hasFocus()
    assert shared.window.files._save(tmp_path / "a.nnsim") and shared.window.canvas.hasFocus()


@pytest.mark.parametrize("slow", [False, True])
def test_what_goes_wrong_is_said_in_the_window(
    shared: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: Held, slow: bool
) -> None:
    """A full disk in words, and what nobody thought of as the error it is; the document stays unsaved."""
    edit(shared)
    if slow:
        meanwhile(shared, lambda: shared.wait(shared.window.files.saving.bar.isVisible, "it is said"), held.may_end.set)
    else:
        held.may_end.set()
    assert not shared.window.files._save(tmp_path / "none" / "a.nnsim")
    assert "there is no such file or folder" in shared.find("message_text", QLabel).text() and shared.session.dirty

    def fails(*_: object) -> NoReturn:
        raise MemoryError("no more")

    monkeypatch.setattr(window_files, "save_with_state", fails)
    with pytest.raises(MemoryError, match="no more"):
        shared.window.files._save(tmp_path / "a.nnsim")
    assert shared.session.dirty and not shared.window.files.saving.busy
