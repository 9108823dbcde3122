"""What is done in other ways on Windows, which is acted out here: no file that is open can be renamed or removed, and
there are other locks and fewer calls."""

import errno
import fcntl
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nnsim.core.network import Network
from nnsim.documents import atomic, locks
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, encode, save, save_with_state
from nnsim.documents.journal import RecoveryJournal

OLD, NEW = Document(Network.layered([1, 1]), notes="old"), Document(Network.layered([2, 2, 1]), notes="new")
MISSING = ("fchown", "getuid", "listxattr", "getxattr", "setxattr", "posix_fallocate")


@pytest.fixture(autouse=True)
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls as they are there."""
    opened: dict[int, tuple[int, int]] = {}
    real = {name: getattr(os, name) for name in ("open", "close", "rename", "replace", "unlink", "fsync")}

    def open_file(*args: Any, **kwargs: Any) -> int:
        handle: int = real["open"](*args, **kwargs)
        opened[handle] = identity(os.fstat(handle))
        return handle

    def close_file(handle: int) -> None:
        opened.pop(handle, None)
        real["close"](handle)

    def if_closed(name: str) -> Any:
        def call(path: Any, *args: Any, **kwargs: Any) -> None:
            if identity(os.stat(path, dir_fd=kwargs.get("dir_fd"), follow_symlinks=False)) in opened.values():
                raise PermissionError(errno.EACCES, "it is open")
            real[name](path, *args, **kwargs)

        return call

    def locking(handle: int, mode: int, size: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if mode == 2 else 0))
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "it is locked") from None

    for module in (atomic, locks):
        monkeypatch.setattr(module, "sys", SimpleNamespace(platform="win32"))
    msvcrt = SimpleNamespace(LK_LOCK=1, LK_NBLCK=2, locking=locking)
    monkeypatch.setattr(locks, "msvcrt", msvcrt, raising=False)
    for name in MISSING:
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr(os, "open", open_file)
    monkeypatch.setattr(os, "close", close_file)
    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(os, name, if_closed(name))


def identity(state: os.stat_result) -> tuple[int, int]:
    """What two names of a file have in common."""
    return state.st_dev, state.st_ino


def test_a_document_is_saved_where_nothing_open_can_be_moved(tmp_path: Path) -> None:
    """New, over another, and where it has two names."""
    path, other = tmp_path / "a.nnsim", tmp_path / "b.nnsim"
    for document in (OLD, NEW):
        assert save_with_state(document, path)[1] == "" and path.read_bytes() == encode(document)
    os.link(path, other)
    save(OLD, path)
    assert path.samefile(other) and other.read_bytes() == encode(OLD)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.nnsim", "b.nnsim"]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_save_that_fails_leaves_nothing_open_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Neither a temporary file nor a change."""
    path = tmp_path / "a.nnsim"
    save(OLD, path)

    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(FileError, match="the disk is full"):
        save(NEW, path)
    assert path.read_bytes() == encode(OLD) and list(tmp_path.iterdir()) == [path]


def test_what_killed_saves_left_is_swept_by_its_age(tmp_path: Path) -> None:
    """What is being written is younger than an hour."""
    old, new = tmp_path / ".nnsim-old.tmp", tmp_path / ".nnsim-new.tmp"
    for file, hours in ((old, 2.0), (new, 0.9)):
        file.touch()
        os.utime(file, (time.time() - hours * 3600,) * 2)
    save(NEW, tmp_path / "a.nnsim")
    assert not old.exists() and new.exists()


def test_the_journal_of_a_program_that_ended_is_found_and_goes(tmp_path: Path) -> None:
    """Not while it has its lock; no process is asked for, as its number says nothing there."""
    assert locks.lives(locks.process_mark()) is None
    journal, other = RecoveryJournal(tmp_path), RecoveryJournal(tmp_path)
    journal.write("main", OLD)
    journal.write("main", NEW)
    assert other.leftovers() == ()
    journal.leave()
    (left,) = other.leftovers()
    assert left.load().notes == "new"
    left.discard()
    other.close()
    assert list(tmp_path.iterdir()) == []
