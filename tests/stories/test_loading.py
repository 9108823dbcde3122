"""Opening a large file: the window is used meanwhile, and what takes long can be cancelled."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window import files as window_files
from tests.stories import conftest


class Held:
    """Reading that lasts until it may end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_end = threading.Event()
        self._load = window_files.load_with_state
        monkeypatch.setattr(window_files, "load_with_state", self._held)

    def _held(self, path: Path) -> object:
        if path.name == "large.nnsim":
            assert threading.current_thread() is not threading.main_thread()
            assert self.may_end.wait(10)
        return self._load(path)


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """A file, large.nnsim, that takes as long to read as one likes, and a small one."""
    for name, example in (("large", "or"), ("small", "and")):
        nnsim.save(nnsim.load(EXAMPLES[example].path), tmp_path / f"{name}.nnsim")
    held = Held(monkeypatch)
    yield held
    held.may_end.set()


def meanwhile(hand: Hand, *steps: Callable[[], object]) -> list[object]:
    """Have things done while a file is loaded."""
    return conftest.meanwhile(hand, lambda: hand.window.files.loading.busy, *steps)


def test_a_large_file_is_read_while_the_window_is_used(shared: Hand, tmp_path: Path, held: Held) -> None:
    """The open document stays until the new one is there; what was edited in it meanwhile is asked about."""
    window = shared.window
    seen = []
    done = meanwhile(
        shared, lambda: seen.append(window.files.loading.bar.isVisible()),
        lambda: shared.wait(window.files.loading.bar.isVisible, "it is said"),
        lambda: seen.append(shared.find("loading_text", QLabel).text()),
        lambda: window.canvas.commands.add_neuron("hidden"), held.may_end.set)
    shared.answering("Cancel", lambda: window.files.open(tmp_path / "large.nnsim"))
    assert len(done) == 5 and seen == [False, "Opening large.nnsim …"] and not window.files.loading.bar.isVisible()
    assert shared.session.path is None and len(shared.session.structure.neurons) == 1
    shared.answering("Discard", lambda: window.files.open(tmp_path / "large.nnsim"))
    assert shared.session.path == tmp_path / "large.nnsim"


def test_opening_can_be_cancelled(shared: Hand, tmp_path: Path, held: Held) -> None:
    """The open document stays as it was."""
    before = shared.session.document
    bar = shared.window.files.loading.bar
    meanwhile(shared, lambda: shared.wait(bar.isVisible, "it is said"), lambda: shared.click("loading_cancel"))
    assert not shared.window.files.open(tmp_path / "large.nnsim")
    assert shared.session.document is before and not bar.isVisible() and not shared.window.messages.isVisible()


@pytest.mark.parametrize("release", [False, True])
def test_opening_another_file_cancels_the_first(shared: Hand, tmp_path: Path, held: Held, release: bool) -> None:
    """Whether or not the first is read by then; New and an example do too."""
    for second in (lambda: shared.window.files.open(tmp_path / "small.nnsim"),
                   lambda: shared.window.files.open_example(EXAMPLES["and"])):
        held.may_end.clear()
        done = meanwhile(shared, lambda second=second: (release and held.may_end.set(), second())[1])
        assert not shared.window.files.open(tmp_path / "large.nnsim")
        assert done == [True] and len(shared.session.structure.neurons) == 3
        assert shared.session.path in (tmp_path / "small.nnsim", None)
        assert not shared.window.files.loading.busy


def test_a_window_closed_while_it_loads(new_hand: Hand, tmp_path: Path, held: Held) -> None:
    """Nothing more is opened in it."""
    meanwhile(new_hand, new_hand.window.close)
    before = new_hand.session.document
    assert not new_hand.window.files.open(tmp_path / "large.nnsim") and new_hand.session.document is before


def test_whatever_goes_wrong_while_reading_is_raised_in_the_window(
    shared: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a thread, where nobody hears of it."""
    def fails(_: Path) -> NoReturn:
        raise MemoryError("no more")

    monkeypatch.setattr(window_files, "load_with_state", fails)
    with pytest.raises(MemoryError, match="no more"):
        shared.window.files.open(tmp_path / "a.nnsim")


def test_a_file_dropped_on_the_window_is_opened(shared: Hand, tmp_path: Path) -> None:
    """After the drop has ended: whoever was dragged from must not wait."""
    nnsim.save(nnsim.load(EXAMPLES["and"].path), tmp_path / "a.nnsim")
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.nnsim"), QUrl.fromLocalFile(str(tmp_path / "a.nnsim"))])
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                      Qt.KeyboardModifier.NoModifier)
    shared.window.dropEvent(drop)
    assert drop.isAccepted() and shared.session.path is None
    shared.wait(lambda: shared.session.path == tmp_path / "a.nnsim", "it is open")
