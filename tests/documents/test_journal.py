"""The recovery journal: work survives a program that dies, and a clean end leaves nothing."""

import errno
import fcntl
import os
import platform
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, cast

import pytest

from nnsim.core.network import Network
from nnsim.documents.atomic import write_atomically
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, FileState, decode, encode, save_with_state
from nnsim.documents.journal import Leftover, Note, RecoveryJournal
from nnsim.documents.journal_writer import JournalWriter
from nnsim.documents.locks import lives, process_mark

DOCUMENT = Document(Network.layered([2, 2, 1]), notes="unsaved work")

DIES = """
import os, signal, sys
from pathlib import Path
from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.journal import RecoveryJournal
journal = RecoveryJournal(Path(sys.argv[1]))
journal.write("main", Document(Network.layered([2, 2, 1]), notes="unsaved work"), Path("/home/me/xor.nnsim"))
print("written", flush=True)
sys.stdin.read()
os.kill(os.getpid(), signal.SIGKILL)
"""


def other_process(folder: Path, program: str = DIES) -> subprocess.Popen[str]:
    """Another nnsim that has written its journal, and is killed when its stdin is closed."""
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)})
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """It dies, and could do nothing about it."""
    process.communicate("")
    assert process.returncode == -signal.SIGKILL


def failing(code: int) -> Callable[..., NoReturn]:
    """A function that always fails as the system does."""
    def fail(*_: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return fail


def test_what_a_killed_program_had_open_is_found(tmp_path: Path) -> None:
    """With the place it came from and the time; not while it lives; not by two who ask; not once discarded."""
    process = other_process(tmp_path)
    journal, later = RecoveryJournal(tmp_path), RecoveryJournal(tmp_path)
    assert journal.leftovers() == ()
    kill(process)
    (leftover,) = journal.leftovers()
    assert leftover.load() == decode(encode(DOCUMENT))
    assert leftover.path == Path("/home/me/xor.nnsim") and abs(leftover.time - time.time()) < 60
    assert journal.leftovers() == (leftover,) and later.leftovers() == ()
    leftover.discard()
    leftover.discard()
    assert journal.leftovers() == ()
    journal.close()
    later.close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_taken_is_offered_again(tmp_path: Path) -> None:
    """Closing the program without looking at it loses nothing."""
    process = other_process(tmp_path)
    kill(process)
    for _ in range(2):
        journal = RecoveryJournal(tmp_path)
        (leftover,) = journal.leftovers()
        journal.close()
    assert leftover.load().notes == "unsaved work"


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    """Also with documents still kept."""
    journal = RecoveryJournal(tmp_path / "new" / "folder")
    journal.write("a", DOCUMENT)
    journal.write("b", DOCUMENT, Path("b.nnsim"))
    journal.remove("b")
    journal.remove("never")
    journal.close()
    journal.close()
    assert list((tmp_path / "new" / "folder").iterdir()) == []


def test_one_s_own_documents_are_not_left_over(tmp_path: Path) -> None:
    """Neither to the process itself, nor to another journal beside it."""
    journal, other = RecoveryJournal(tmp_path), RecoveryJournal(tmp_path)
    journal.write("a", DOCUMENT)
    assert journal.leftovers() == other.leftovers() == ()
    journal.close()
    other.close()


def test_writing_again_replaces_the_last(tmp_path: Path) -> None:
    """One window, one journal, the latest state."""
    process = other_process(tmp_path)
    kill(process)
    journal = RecoveryJournal(tmp_path)
    (leftover,) = journal.leftovers()
    # As that process would have done next.
    newer = Document(notes="newer")
    note = leftover.file.read_bytes().partition(b"\n")[0]
    write_atomically(leftover.file, note + b"\n" + encode(newer))
    (again,) = journal.leftovers()
    assert again.load() == newer and again.path == leftover.path
    journal.close()


DAMAGED = [
    b"", b"{}", b"\xff\n", b"[]\n{}", b'{"path": 3, "time": null}\n', b'{"path": null}', b"[" * 60_000 + b"\n",
    b'{"path": null, "time": 1' + b"0" * 400 + b"}\n", b'{"path": "", "time": 1}\n',
    b'{"path": "a\\u0000", "time": 1}\n',
    b'{"path": null, "time": 1, "state": [1]}\n', b'{"path": null, "time": 1, "state": [1, 2, 3, "x"]}\n',
    b'{"path": null, "time": 1, "state": [1e400, 2, 3, ""]}\n', b'{"path": null, "time": 1, "speed": "fast"}\n',
    b'{"path": null, "time": 1, "speed": []}\n', b'{"time": 1' + b" " * 100_000 + b"}\n", b"9" * 5_000 + b"\n",
    b'{"path": null, "time": 1, "answers": 3}\n', b'{"path": null, "time": 1, "answers": [[1, 2, "x", 4, [5]]]}\n',
    b'{"path": null, "time": NaN}\n', b'{"path": null, "time": -1e300}\n', b'{"path": null, "time": 1e300}\n{',
]


@pytest.mark.parametrize("raw", DAMAGED)
def test_a_damaged_journal_says_so_when_it_is_opened(tmp_path: Path, raw: bytes) -> None:
    """It is listed, because something was there; it stops nobody from starting."""
    session = tmp_path / "session-0"
    session.mkdir()
    (session / "main.journal").write_bytes(raw)
    journal = RecoveryJournal(tmp_path)
    (leftover,) = journal.leftovers()
    assert leftover.path is None and abs(leftover.time - time.time()) < 60
    with pytest.raises(FileError, match="the unsaved document: "):
        leftover.load()
    leftover.file.unlink()
    with pytest.raises(FileError, match="cannot be read"):
        leftover.load()
    journal.close()


@pytest.mark.parametrize("speed", ["0", "-1", "1e400", "NaN"])
def test_a_speed_that_is_none_is_the_usual_one(tmp_path: Path, speed: str) -> None:
    """The rest of the note is believed."""
    note = f'{{"path": null, "time": 1, "title": "AND", "speed": {speed}}}\n'.encode()
    (session_of(tmp_path) / "main.journal").write_bytes(note + encode(DOCUMENT))
    journal = RecoveryJournal(tmp_path)
    assert [left.note for left in journal.leftovers()] == [Note(title="AND")]
    journal.close()


def session_of(folder: Path, name: str = "session-0") -> Path:
    """The folder of a session that ended."""
    (folder / name).mkdir(parents=True)
    return folder / name


def test_what_cannot_be_opened_is_put_aside(tmp_path: Path) -> None:
    """It is offered once, blocks nothing else, and stays for whoever wants to look at it."""
    session = session_of(tmp_path)
    (session / "a.journal").write_bytes(b"damaged")
    (session / "b.journal").write_bytes(b"{}\n" + encode(DOCUMENT))
    os.mkfifo(session / "c.journal")
    (session / "d.journal").mkdir()
    journal = RecoveryJournal(tmp_path)
    for leftover in journal.leftovers():
        if leftover.file.stem != "b":
            with pytest.raises(FileError):
                leftover.load()
            assert leftover.set_aside().exists()
    (sound,) = journal.leftovers()
    assert sound.load().notes == "unsaved work"
    sound.discard()
    assert journal.leftovers() == ()
    journal.close()
    assert sorted(file.name for file in session.glob("*.damaged")) == ["a.damaged", "c.damaged", "d.damaged"]


def test_what_cannot_be_put_aside_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is offered again."""
    file = session_of(tmp_path) / "main.journal"
    file.write_bytes(b"damaged")
    journal = RecoveryJournal(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(errno.EROFS))
        assert [left.set_aside() for left in journal.leftovers()] == [file]
    # Who cleans up by hand may take the mark that it was offered.
    (file.parent / "offered").unlink()
    assert [left.file for left in journal.leftovers()] == [file]
    journal.close()


def test_a_folder_that_somebody_removes_is_made_anew(tmp_path: Path) -> None:
    """By hand, or by a program that cleans up: the next edit is kept again, and nobody else takes it."""
    journal, other = RecoveryJournal(tmp_path), RecoveryJournal(tmp_path)
    journal.write("main", Document())
    shutil.rmtree(next(tmp_path.iterdir()))
    journal.write("main", DOCUMENT)
    assert other.leftovers() == ()
    journal.leave()
    assert [left.load().notes for left in other.leftovers()] == [DOCUMENT.notes]
    other.close()


def test_what_is_not_taken_is_kept_for_thirty_days(tmp_path: Path) -> None:
    """From the first offer on: who comes back after a year is still asked."""
    session = session_of(tmp_path)
    year_old = f'{{"path": null, "time": {time.time() - 366 * 86_400}}}\n'.encode() + encode(DOCUMENT)
    (session / "main.journal").write_bytes(year_old)
    for days, offered in ((0, 1), (29, 1), (31, 0)):
        if days:
            os.utime(session / "offered", (time.time() - days * 86_400,) * 2)
        journal = RecoveryJournal(tmp_path)
        assert len(journal.leftovers()) == offered
        journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_program_about_to_begin_is_left_alone(tmp_path: Path) -> None:
    """Its folder is there before its lock; an old empty one is removed."""
    young, old = session_of(tmp_path, "session-1"), session_of(tmp_path, "session-2")
    os.utime(old, (1, 1))
    journal = RecoveryJournal(tmp_path)
    assert journal.leftovers() == () and young.exists() and not old.exists()
    journal.close()


def test_a_note_comes_back_as_it_was(tmp_path: Path) -> None:
    """Also a path that is no text, and a speed without limit."""
    path = Path(os.fsdecode(b"/home/m\xffe/a.nnsim"))
    answers = (("forward", "Ada", 2, "h1.z", ("0.3", "")),)
    notes = [Note(), Note(path, FileState(10**18, 5, 7, b"12"), "AND", 20.0, answers), Note(title="x", speed=None)]
    process = RecoveryJournal(tmp_path)
    for index, note in enumerate(notes):
        process.write(f"w{index}", DOCUMENT, note=note)
    process.leave()
    journal = RecoveryJournal(tmp_path)
    assert sorted((found.file.stem, found.note) for found in journal.leftovers()) == [
        (f"w{index}", note) for index, note in enumerate(notes)]
    journal.close()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """Folders and files, from the first byte on."""
    journal = RecoveryJournal(tmp_path / "recovery")
    journal.write("a", DOCUMENT)
    journal.write("a", DOCUMENT)
    for place in (tmp_path / "recovery", *(tmp_path / "recovery").rglob("*")):
        assert stat.S_IMODE(place.stat().st_mode) == (0o700 if place.is_dir() else 0o600)
    journal.close()


def test_a_journal_says_whether_the_file_is_newer(tmp_path: Path) -> None:
    """By the file's state when it was opened; an old journal without it goes by the times."""
    path = tmp_path / "a.nnsim"
    state, _ = save_with_state(DOCUMENT, path)
    now = Leftover(tmp_path / "j", time.time() + 10, Note(path, state))
    assert not now.outdated and not replace(now, note=Note(path)).outdated and not replace(now, note=Note()).outdated
    assert replace(now, time=1.0, note=Note(path)).outdated and not replace(now, time=1.0).outdated
    save_with_state(Document(), path)
    assert now.outdated
    path.unlink()
    assert not now.outdated and not replace(now, note=Note(path)).outdated


# Where there are no file locks

NO_LOCKS = """
import errno, fcntl
def refuse(*_):
    raise OSError(errno.{code}, "no locks")
fcntl.flock = refuse
"""


@pytest.mark.parametrize("code", ["ENOLCK", "ENOSYS", "EOPNOTSUPP"])
def test_without_locks_the_process_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """What a living program keeps is its own; what it leaves is offered, once."""
    process = other_process(tmp_path, NO_LOCKS.format(code=code) + DIES)
    monkeypatch.setattr(fcntl, "flock", failing(getattr(errno, code)))
    journal, other = RecoveryJournal(tmp_path), RecoveryJournal(tmp_path)
    assert journal.leftovers() == ()
    kill(process)
    (leftover,) = journal.leftovers()
    assert leftover.load().notes == "unsaved work" and other.leftovers() == ()
    journal.close()
    assert len(other.leftovers()) == 1
    other.close()


@pytest.mark.parametrize("mark, offered", [
    ("", False), ("nonsense", False), (f"{os.getpid()} 1 {platform.node()}", True), ("1 1 elsewhere", False),
    (f"{10**30} 1 {platform.node()}", True),
], ids=["nothing", "nonsense", "a process gone", "another computer", "no process"])
def test_without_locks_and_without_a_known_process_age_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str, offered: bool
) -> None:
    """Another program may have the number by now; another computer's cannot be looked for."""
    session = session_of(tmp_path)
    (session / "lock").write_text(mark)
    (session / "main.journal").write_bytes(b"{}\n" + encode(DOCUMENT))
    monkeypatch.setattr(fcntl, "flock", failing(errno.ENOLCK))
    journal = RecoveryJournal(tmp_path)
    assert bool(journal.leftovers()) == offered
    os.utime(session / "main.journal", (1, 1))
    assert len(journal.leftovers()) == 1
    journal.close()


@pytest.mark.parametrize("error", [PermissionError, ProcessLookupError])
def test_another_s_process_is_told_by_when_it_began(monkeypatch: pytest.MonkeyPatch, error: type[OSError]) -> None:
    """It lives, though it may not be sent anything; one that is not there does not."""
    def refuse(pid: int, number: int) -> NoReturn:
        raise error

    mark = process_mark()
    monkeypatch.setattr(os, "kill", refuse)
    assert lives(mark) == (error is PermissionError)


def test_where_the_system_does_not_say_when_a_process_began_its_number_has_to_do(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS."""
    monkeypatch.setattr(Path, "read_bytes", failing(errno.ENOENT))
    mark = process_mark()
    assert mark.split()[1] == "-" and lives(mark)


# In the background


class Slow:
    """A journal whose writing can be held up."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.begun, self.may = threading.Semaphore(0), threading.Semaphore(0)
        self.at_once = 0
        self.error: Exception | None = None

    def write(self, window: str, document: Document, note: Note) -> None:
        self.at_once += 1
        assert self.at_once == 1 and window == "main"
        self.begun.release()
        assert self.may.acquire(timeout=10)
        self.at_once -= 1
        if self.error:
            raise self.error
        self.done.append((document.notes, threading.current_thread().name))

    def remove(self, window: str) -> None:
        self.done.append(("removed", threading.current_thread().name))


def test_the_latest_document_is_written_next_and_nobody_waits(tmp_path: Path) -> None:
    """Those that came while another was written are passed over; never two at once; a removal comes in its turn."""
    slow, written = Slow(), []
    writer = JournalWriter(cast(RecoveryJournal, slow), "main", written.append, pytest.fail)
    writer.keep(Document(notes="1"), Note())
    assert slow.begun.acquire(timeout=10)
    for n in ("2", "3", "4"):
        writer.keep(Document(notes=n), Note())
    slow.may.release(9)
    assert slow.begun.acquire(timeout=10)
    writer.keep(Document(notes="5"), Note())
    writer.remove()
    writer.stop()
    writer.remove()
    writer.stop()
    own = threading.current_thread().name
    assert slow.done[:2] == [("1", "nnsim-journal"), ("4", "nnsim-journal")] and slow.done[-1] == ("removed", own)
    assert written[:2] == [1, 4]


def test_a_removal_does_not_wait_for_its_time() -> None:
    """What is saved or given up goes from the journal at once, also while something waits to be written."""
    slow = Slow()
    writer = JournalWriter(cast(RecoveryJournal, slow), "main", lambda _: None, pytest.fail, delay=3600)
    writer.keep(Document(notes="1"), Note())
    writer.remove()
    writer.wait(10)
    assert slow.done == [("removed", "nnsim-journal")]


def test_what_is_written_now_is_there_when_the_caller_goes_on(tmp_path: Path) -> None:
    """After what is under way, without the rest that is else between two; not twice if nothing differs."""
    slow, told = Slow(), []
    writer = JournalWriter(cast(RecoveryJournal, slow), "main", lambda _: None, told.append, delay=3600)
    writer.keep(Document(notes="1"), Note(), at_once=True)
    slow.may.release(9)
    for note in (Note(), Note(), Note(title="other")):
        assert writer.write_now(Document(notes="2"), note, seconds=10)
    assert [notes for notes, _ in slow.done if notes == "2"] == ["2", "2"]
    slow.error = FileError("journal", "full")
    assert not writer.write_now(Document(notes="3"), Note(), seconds=10) and len(told) == 1


def test_who_cannot_wait_for_a_large_document_does_not(tmp_path: Path) -> None:
    """It is written in the background as long as there is time; what was written before stays until it is."""
    slow = Slow()
    writer = JournalWriter(cast(RecoveryJournal, slow), "main", lambda _: None, pytest.fail)
    assert not writer.write_now(Document(notes="1"), Note(), seconds=0.01)
    assert slow.begun.acquire(timeout=10) and not slow.done
    slow.may.release()
    writer.wait(10)
    assert [notes for notes, _ in slow.done] == ["1"]


@pytest.mark.parametrize("error", [FileError("journal", "full"), ValueError("v"), MemoryError(), KeyError("k")])
def test_whatever_goes_wrong_is_told_and_the_next_is_tried(error: Exception) -> None:
    """A serialiser that raises does not end the keeping."""
    slow, told, written = Slow(), [], []
    writer = JournalWriter(cast(RecoveryJournal, slow), "main", written.append, told.append)
    slow.error = error
    slow.may.release()
    writer.keep(Document(notes="1"), Note())
    assert slow.begun.acquire(timeout=10)
    writer.stop()
    slow.error = None
    slow.may.release()
    writer.keep(Document(notes="2"), Note())
    assert slow.begun.acquire(timeout=10)
    writer.stop()
    assert [type(e) for e in told] == [FileError] and slow.done == [("2", "nnsim-journal")] and written == [2]


def test_the_newest_comes_first(tmp_path: Path) -> None:
    """Of several sessions that died."""
    for name, when in (("session-1", 100), ("session-2", 300), ("session-3", 200)):
        (tmp_path / name).mkdir()
        note = f'{{"path": null, "time": {when}}}\n'.encode()
        (tmp_path / name / "main.journal").write_bytes(note + encode(DOCUMENT))
    journal = RecoveryJournal(tmp_path)
    assert [leftover.time for leftover in journal.leftovers()] == [300, 200, 100]
    journal.close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The program goes on without a journal."""
    (tmp_path / "file").touch()
    journal = RecoveryJournal(tmp_path / "file")
    with pytest.raises(FileError, match="recovery journal: it cannot be written"):
        journal.write("a", DOCUMENT)
    assert journal.leftovers() == ()
    journal.close()
