"""Edits that take long are made beside the window: what lasts is told, and what is not wanted any more ends."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from nnsim.core.network import Network
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.gui.session.beside import Cancelled
from nnsim.gui.tour.hand import Hand

LARGE = Network.layered([20] * 20)


class Held:
    """A change that lasts until it may end."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.made_of: list[Document] = []
        self.threads: list[threading.Thread] = []

    def __call__(self, document: Document) -> Document:
        self.made_of.append(document)
        self.threads.append(threading.current_thread())
        assert self.may_end.wait(10)
        return edits.add_neuron(document, "hidden", (0.0, 5_000.0))


def soon(do: Callable[[], object]) -> None:
    """While the window waits."""
    QTimer.singleShot(150, do)


def test_what_lasts_is_told_and_another_document_ends_it(hand: Hand) -> None:
    hand.session.open_document(Document(LARGE))
    held, other, bar = Held(), Document(Network.layered([2, 1])), hand.window.findChild(QWidget, "working_bar")
    told: list[str] = []

    def look() -> None:
        if not bar.isVisible():
            soon(look)
            return
        told.append(hand.find("working_text", QLabel).text())
        hand.session.open_document(other)

    soon(look)
    assert not hand.session.apply("Add something", held)
    assert told == ["Add something …"] and not bar.isVisible()
    assert hand.session.document is other and not hand.session.undo_stack.count()
    held.may_end.set()
    held.threads[0].join(10)
    hand.settle()
    assert hand.session.document is other


def test_what_is_edited_meanwhile_is_not_lost(hand: Hand) -> None:
    """The change is made again, of what the document is by then."""
    hand.session.open_document(Document(LARGE))
    held = Held()

    def edit() -> None:
        assert hand.session.apply("Write", lambda d: replace(d, notes="meanwhile"))
        held.may_end.set()

    soon(edit)
    assert hand.session.apply("Add something", held)
    assert [document.notes for document in held.made_of] == ["", "meanwhile"]
    assert hand.session.document.notes == "meanwhile"
    assert len(hand.session.structure.neurons) == len(LARGE.structure.neurons) + 1
    hand.session.undo()
    assert hand.session.structure is LARGE.structure and hand.session.document.notes == "meanwhile"


def test_an_end_of_the_program_ends_the_edit_unheard(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is pushed; and what nobody waits for any more is no error."""
    hand.session.open_document(Document(LARGE))
    held, before = Held(), hand.session.document
    soon(hand.session.beside.cancel)
    assert not hand.session.apply("Add something", held)
    assert hand.session.document is before
    held.may_end.set()
    held.threads[0].join(10)
    soon(hand.session.beside.cancel)
    held = Held()
    with pytest.raises(Cancelled):
        hand.session.beside.run(lambda: held(before), "Something")
    held.may_end.set()
    held.threads[0].join(10)


@pytest.mark.parametrize("error", [ValueError("not so"), MemoryError()], ids=["refused", "no memory"])
def test_an_error_comes_where_the_edit_was_asked_for(hand: Hand, error: Exception) -> None:
    hand.session.open_document(Document(LARGE))
    before = hand.session.document

    def change(document: Document) -> Document:
        raise error

    if isinstance(error, ValueError):
        assert not hand.session.apply("Fail", change)
        assert hand.find("message_text", QLabel).text() == "not so"
    else:
        with pytest.raises(MemoryError):
            hand.session.apply("Fail", change)
    assert hand.session.document is before


def test_what_is_cancelled_in_the_moment_it_is_done_is_cancelled(hand: Hand) -> None:
    """Nobody looks between its end and the cancelling: it must not be handed on all the same."""
    done = threading.Event()

    def cancel() -> None:
        done.set()
        next(thread for thread in threading.enumerate() if thread.name == "nnsim-beside").join(10)
        hand.session.beside.cancel()

    soon(cancel)
    with pytest.raises(Cancelled):
        hand.session.beside.run(lambda: done.wait(10), "Something")
    assert not hand.session.beside.busy
