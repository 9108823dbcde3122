"""Recovery: what was unsaved when the program died is kept soon, offered by the next, and lost by nothing."""

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QStandardPaths, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

import nnsim
from nnsim.data.sources import CsvData
from nnsim.documents import journal as journals
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import save_with_state
from nnsim.documents.journal import Note, RecoveryJournal
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.window import keeping
from tests.stories.conftest import forget_work, window_with_hand
from tests.stories.test_worksheet import open_sheet

CTRL = Qt.KeyboardModifier.ControlModifier
WORK = Document(nnsim.Network.layered([2, 2, 1], seed=0), notes="work")


@pytest.fixture
def kept(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the journals, empty; they are written sooner than in the program."""
    monkeypatch.setattr(keeping, "SOON_SECONDS", 0.05)
    QStandardPaths.setTestModeEnabled(True)
    qapp.setApplicationName("nnsim")
    qapp.setOrganizationName("nnsim")
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
    folder = Path(place) / "recovery"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def leave(folder: Path, document: Document = WORK, **note: object) -> None:
    """What a program that died has left."""
    process = RecoveryJournal(folder)
    process.write("main", document, note=Note(**note))
    process.leave()


@contextmanager
def next_start(place: Path) -> Iterator[Hand]:
    """A window that offers what was left."""
    with window_with_hand(place) as hand:
        hand.settle()
        yield hand


def text(hand: Hand) -> str:
    return hand.find("message_text", QLabel).text() if hand.window.messages.isVisible() else ""


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("session-*/*.journal"))


# Keeping


def test_an_edit_is_kept_within_a_second_beside_the_window(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoded and written in a thread of its own, for its owner alone; undo back to what was saved removes it."""
    monkeypatch.undo()
    threads, encode = [], journals.encode

    def watched(document: Document) -> bytes:
        threads.append(threading.current_thread())
        return encode(document)

    monkeypatch.setattr(journals, "encode", watched)
    with window_with_hand(tmp_path) as hand:
        hand.add("input", QPointF(0, 0))
        hand.wait(lambda: files_in(kept), "the journal is there")
        assert keeping.SOON_SECONDS < 1 and threads and threading.main_thread() not in threads
        (file,) = files_in(kept)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        hand.key(Qt.Key.Key_Z, CTRL, hand.window)
        hand.wait(lambda: not files_in(kept), "the journal is gone")
        hand.key(Qt.Key.Key_Y, CTRL, hand.window)
        hand.wait(lambda: files_in(kept), "the journal is there again")
    assert list(kept.iterdir()) == []


def test_training_is_kept_too(kept: Path, tmp_path: Path) -> None:
    """At the same pace, with the values of that moment."""
    with window_with_hand(tmp_path) as hand:
        hand.example("xor_to_learn")
        hand.click("tool_train")
        hand.wait(lambda: files_in(kept), "the journal is there")
        first = files_in(kept)[0].read_bytes()
        hand.wait(lambda: files_in(kept)[0].read_bytes() != first, "it is written again")
        assert hand.session.training


def test_saving_and_opening_remove_it(kept: Path, tmp_path: Path) -> None:
    """What is on the disk, or was given up on purpose, is not left over."""
    with window_with_hand(tmp_path) as hand:
        for end in (lambda: hand.window.files._save(tmp_path / "a.nnsim"),
                    lambda: hand.answering("Discard", hand.window.files.new)):
            hand.window.files.new()
            hand.window.canvas.commands.add_neuron("hidden")
            hand.window.files.write_journal()
            assert files_in(kept)
            end()
            assert not files_in(kept)


def test_a_journal_that_cannot_be_written_is_said_once(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the learner works on."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("a file is where the folder should be")
    try:
        with window_with_hand(tmp_path) as hand:
            hand.window.canvas.commands.add_neuron("hidden")
            hand.wait(lambda: "cannot be kept" in text(hand), "it is said")
            hand.click("message_close")
            hand.window.canvas.commands.add_neuron("hidden")
            hand.rest(0.2)
            assert not hand.window.messages.isVisible() and len(hand.session.structure.neurons) == 2
    finally:
        kept.unlink()


def test_an_end_from_outside_keeps_all(kept: Path, tmp_path: Path) -> None:
    """end_now writes at once and asks nothing; the next start offers it, with what the window knew."""
    path = tmp_path / "mine.nnsim"
    nnsim.save(WORK, path)
    with window_with_hand(tmp_path) as hand:
        assert hand.window.files.open(path)
        hand.session.set_speed(20.0)
        hand.window.canvas.commands.add_neuron("hidden")
        work = hand.session.document
        hand.window.files.end_now()
        hand.window.files.end_now()
        hand.window.canvas.commands.add_neuron("hidden")
        hand.rest(0.2)
    (file,) = files_in(kept)
    with next_start(tmp_path) as hand:
        assert "mine.nnsim" in text(hand)
        hand.click("message_action")
        assert (hand.session.document, hand.session.path, hand.session.speed) == (work, path, 20.0)
        assert hand.session.dirty and not hand.window.messages.isVisible()
        hand.wait(lambda: not file.exists(), "what was taken is gone")
        assert len(files_in(kept)) == 1


def test_answers_on_a_worksheet_are_kept_too(kept: Path, tmp_path: Path) -> None:
    """Typed about a saved network or an example, they come back with it; nothing of them is left after a clean end."""
    with window_with_hand(tmp_path) as hand:
        open_sheet(hand, "hands_on", "Forward pass")
        answer(hand, "h1.z", "0.3775")
        hand.wait(lambda: files_in(kept), "the journal is there")
        first = files_in(kept)[0].read_bytes()
        hand.write("0.5932")
        hand.wait(lambda: files_in(kept)[0].read_bytes() != first, "it is written again")
        hand.window.files.end_now()
    with next_start(tmp_path) as hand:
        assert "Hands-on" in text(hand)
        hand.click("message_action")
        hand.window.show_panel("worksheet")
        hand.wait(lambda: "2 of 8" in hand.find("worksheet_progress", TextLine).text(), "both are there")
        answer(hand, "h1.z", "9")
        hand.wait(lambda: "1 of 8" in hand.find("worksheet_progress", TextLine).text(), "one is there")
    assert not files_in(kept)


def answer(hand: Hand, question: str, said: str) -> None:
    """Type into a blank of the first worksheet."""
    hand.click(f"worksheet_{question}")
    hand.write(said)


EDITS = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from nnsim.gui.app import make_app
from nnsim.gui.window.window import MainWindow
app = make_app()
window = MainWindow()
window.show_with_layout()
if sys.argv[1] == "train":
    from nnsim.documents.examples import EXAMPLES
    window.files.open_example(EXAMPLES["xor_to_learn"])
    QTimer.singleShot(0, lambda: (window.desk.session.train(), print(time.time(), flush=True)))
else:
    QTimer.singleShot(0, lambda: (window.canvas.commands.add_neuron("hidden"), print(time.time(), flush=True)))
app.exec()
"""


def killed_while(doing: str, home: Path) -> float:
    """Work that a killed program has left: how long after its edit, or before its end, it was kept, in seconds."""
    root, folder = Path(__file__).resolve().parents[2], home / ".local/share/nnsim/nnsim/recovery"
    environment = {**os.environ, "PYTHONPATH": str(root), "HOME": str(home), "NNSIM_ENGINE": "numpy"}
    process = subprocess.Popen([sys.executable, "-c", EDITS, doing], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    begun = float(process.stdout.readline())
    end = time.monotonic() + 30
    while not files_in(folder) and time.monotonic() < end:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.02 if doing == "edit" else 1.5)
    process.kill()
    process.communicate()
    killed = time.time()
    journal = RecoveryJournal(folder)
    (leftover,) = journal.leftovers()
    assert len(leftover.load().network.structure.neurons) == {"edit": 1, "train": 5}[doing]
    journal.close()
    return leftover.time - begun if doing == "edit" else killed - leftover.time


def test_a_killed_program_has_left_what_was_edited(tmp_path: Path) -> None:
    """With kill -9, in a process of its own; not at once, but long before half a minute is over."""
    assert 0 < killed_while("edit", tmp_path) < 30


@pytest.mark.soak
@pytest.mark.parametrize("doing", ["edit", "train"])
def test_a_hundred_kills(tmp_path: Path, doing: str) -> None:
    """Each is offered, and none has lost more than a second."""
    for n in range(100):
        (tmp_path / str(n)).mkdir()
        assert killed_while(doing, tmp_path / str(n)) < 1


# Offering


def test_a_file_that_is_opened_does_not_hide_the_offer(kept: Path, tmp_path: Path) -> None:
    """Nor does a message, an example, or an empty document: only taking or closing it does."""
    leave(kept, title="AND")
    nnsim.save(WORK, tmp_path / "a.nnsim")
    with next_start(tmp_path) as hand:
        offer = text(hand)
        assert "AND" in offer
        for do in (lambda: hand.window.files.open(tmp_path / "a.nnsim"), lambda: hand.example("xor"),
                   hand.window.files.new):
            do()
            hand.settle()
            assert text(hand) == offer
        hand.session.refuse("no")
        assert text(hand) == "no"
        hand.click("message_close")
        assert text(hand) == offer
        hand.click("message_close")
        assert text(hand) == ""
    with next_start(tmp_path) as hand:
        assert text(hand) == offer


def test_the_work_that_is_open_is_asked_about_before(kept: Path, tmp_path: Path) -> None:
    """Cancel keeps both: the open document, and the offer."""
    leave(kept)
    with next_start(tmp_path) as hand:
        hand.window.canvas.commands.add_neuron("hidden")
        work = hand.session.document
        hand.answering("Cancel", lambda: hand.click("message_action"))
        assert hand.session.document is work and "an unsaved network" in text(hand)
        hand.answering("Discard", lambda: hand.click("message_action"))
        assert hand.session.document.notes == "work" and "Recovered" in hand.window.windowTitle()


def test_recovered_onto_a_full_disk_the_only_copy_stays(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes when its work is on the disk: in the window's own journal, or saved."""
    leave(kept)
    (only,) = files_in(kept)
    with next_start(tmp_path) as hand:
        with monkeypatch.context() as patch:
            patch.setattr(journals, "write_atomically", _full)
            hand.click("message_action")
            hand.wait(lambda: "cannot be kept" in text(hand), "it is said")
            hand.window.canvas.commands.add_neuron("hidden")
            hand.window.files.write_journal()
            assert hand.session.dirty and files_in(kept) == [only]
            hand.window.files.end_now()
        assert files_in(kept) == [only]
    with next_start(tmp_path) as hand:
        hand.click("message_action")
        hand.wait(lambda: not only.exists(), "its work is kept elsewhere")
        assert len(files_in(kept)) == 1
        hand.window.files._save(tmp_path / "a.nnsim")
        assert not files_in(kept)


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_damaged_one_is_offered_once_and_blocks_nothing(kept: Path, tmp_path: Path) -> None:
    """It is put aside, and said where."""
    leave(kept)
    file = files_in(kept)[0]
    file.write_bytes(b"[" * 60_000)
    with next_start(tmp_path) as hand:
        hand.click("message_action")
        assert "put aside as" in text(hand) and not file.exists() and not hand.session.dirty
    with next_start(tmp_path) as hand:
        assert not hand.window.messages.isVisible()


def test_all_that_was_left_is_in_the_dialog(kept: Path, tmp_path: Path) -> None:
    """A row each with name and folder, what is in it, what differs, a picture, and whether the file is newer."""
    path, older = tmp_path / "mine.nnsim", tmp_path / "older.nnsim"
    state, _ = save_with_state(WORK, path)
    before, _ = save_with_state(WORK, older)
    bigger = Document(nnsim.Network.layered([2, 3, 1], seed=0))
    leave(kept, bigger, path=path, state=state)
    leave(kept, WORK, path=older, state=before)
    nnsim.save(Document(), older)
    leave(kept, Document(notes="lost"), title="AND")
    (next(f for f in files_in(kept) if b"AND" in f.read_bytes()[:300])).write_bytes(b"damaged")
    with next_start(tmp_path) as hand:
        assert "3 networks" in text(hand)
        hand.click("message_action")
        rows = hand.window._recovery.dialog.rows
        hand.wait(lambda: all(hand.find(f"recovery_what_{row.index}", QLabel).text() for row in rows), "all are read")
        said = {row.leftover.path: hand.find(f"recovery_what_{row.index}", QLabel).text() for row in rows}
        assert said[path].startswith("6 neurons") and "1 neuron more" in said[path]
        newer = {row.leftover.path: hand.window._recovery.dialog.findChild(QLabel, f"recovery_newer_{row.index}")
                 .isVisible() for row in rows}
        assert newer == {path: False, older: True, None: False}
        pictured = {row.leftover.path for row in rows if hand.find(f"recovery_picture_{row.index}", QLabel).pixmap()}
        assert pictured == {path, older} and "cannot be opened" in said[None]
        for row in rows:
            folder = row.leftover.path.parent if row.leftover.path else "never saved"
            assert str(folder) in hand.find(f"recovery_when_{row.index}", QLabel).text()
        index = {row.leftover.path: row.index for row in rows}
        assert not hand.find(f"recovery_recover_{index[None]}", QPushButton).isEnabled()
        hand.answering("No", lambda: hand.click(f"recovery_delete_{index[None]}"))
        assert len(files_in(kept)) == 3
        hand.answering("Yes", lambda: hand.click(f"recovery_delete_{index[None]}"))
        assert len(files_in(kept)) == 2 and len(hand.window._recovery.dialog.rows) == 2
        hand.click(f"recovery_recover_{index[path]}")
        assert hand.session.document.network.structure.same_as(bigger.network.structure)
        hand.wait(lambda: hand.window._recovery.dialog is None, "the dialog is closed")
        assert "older.nnsim" in text(hand) and "newer" in text(hand)
        forget_work(hand.window)
        hand.menu("action_recover")
        hand.click("recovery_later")
        assert "older.nnsim" in text(hand)
        hand.wait(lambda: len(files_in(kept)) == 1, "the other is kept")


def test_old_work_never_overwrites_a_newer_file_unasked(kept: Path, tmp_path: Path) -> None:
    """Recovered over a file that was saved again since, saving asks; Save As keeps both."""
    path = tmp_path / "mine.nnsim"
    state, _ = save_with_state(Document(), path)
    for note in (Note(path, state), Note(path)):
        leave(kept, path=note.path, state=note.state)
        nnsim.save(Document(notes="newer"), path)
        os.utime(path, (time.time() + 5,) * 2)
        with next_start(tmp_path) as hand:
            hand.click("message_action")
            hand.click("recovery_recover_0")
            assert hand.session.document.notes == "work"
            hand.answering("Cancel", lambda: hand.key(Qt.Key.Key_S, CTRL, hand.window))
            assert nnsim.load(path).notes == "newer" and hand.session.dirty
            hand.window.activateWindow()  # there is no window manager that would
            hand.settle()
            hand.answering("Yes", lambda: hand.key(Qt.Key.Key_S, CTRL, hand.window))
            assert nnsim.load(path).notes == "work" and not hand.session.dirty
            assert not files_in(kept)


def test_extreme_and_half_built_work_is_listed(kept: Path, tmp_path: Path) -> None:
    """Numbers without end, data that lie elsewhere, neurons that lead nowhere, nothing at all."""
    huge = nnsim.Network.layered([2, 2, 1], hidden="tanh", output="linear", seed=0)
    with_data = nnsim.load(EXAMPLES["circle"].path)
    documents = [Document(), Document(huge.with_parameters(huge.parameters * 1e300)),
                 Document(with_data.network.with_parameters(with_data.network.parameters * 1e300), {}, with_data.data),
                 Document(with_data.network, {}, CsvData("elsewhere.csv"))]
    for document in documents:
        leave(kept, document)
    with next_start(tmp_path) as hand:
        hand.click("message_action")
        rows = hand.window._recovery.dialog.rows
        hand.wait(lambda: all(hand.find(f"recovery_what_{row.index}", QLabel).text() for row in rows), "all are read")
        assert all(hand.find(f"recovery_recover_{row.index}", QWidget).isEnabled() for row in rows)
        hand.click("recovery_later")

