"""The recovery journal: work survives a program that dies, and a clean end leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nnsim.core.network import Network
from nnsim.documents.atomic import write_atomically
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, decode, encode
from nnsim.documents.journal import RecoveryJournal

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


def other_process(folder: Path) -> subprocess.Popen[str]:
    """Another nnsim that has written its journal, and is killed when its stdin is closed."""
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen([sys.executable, "-c", DIES, str(folder)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)})
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """It dies, and could do nothing about it."""
    process.communicate("")
    assert process.returncode == -signal.SIGKILL


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


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff\n", b"[]\n{}", b'{"path": 3, "time": null}\n', b'{"path": null}'])
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
