"""Each call to the system that a save makes fails in turn: the file is the old one or the new one, whole, and what is
said of it is true. The calls are found by watching a save, not listed."""

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import BuiltinFunctionType
from typing import Any

import pytest

from nnsim.core.network import Network
from nnsim.documents.atomic import write_atomically
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, encode, save
from nnsim.documents.journal import RecoveryJournal

OLD = Document(Network.layered([1, 1]), notes="old " * 999)
NEW = Document(Network.layered([2, 2, 1]), notes="new")
NO_CALLS = {"fspath", "fsencode", "fsdecode", "getpid", "urandom", "strerror", "_path_normpath"}
"""Of os, but no request to the disk."""


def link(path: Path) -> None:
    """It has a second name: it is written where it is."""
    os.link(path, path.with_name("b.nnsim"))


def grow(path: Path) -> None:
    """The same, and there is more to write than there was."""
    link(path)


def tag(path: Path) -> None:
    """It has an attribute, where the disk knows them."""
    with contextlib.suppress(OSError):
        os.setxattr(path, "user.tag", b"red")


def leave(path: Path) -> None:
    """A killed save has left something beside it."""
    path.with_name(".nnsim-left.tmp").touch()


def lead(path: Path) -> None:
    """It is there, and a symbolic link leads to it."""
    path.rename(path.with_name("c.nnsim"))
    path.symlink_to("c.nnsim")


Fail = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]


class Calls:
    """Counts the calls, and lets one of them, or all from one on, fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        self._fails: Fail | None = None
        self._at = range(0)
        for module in (os, fcntl):
            for name, real in vars(module).items():
                if isinstance(real, BuiltinFunctionType) and name not in NO_CALLS and not name.startswith("W"):
                    # The disk itself is not waited for: there are thousands of saves.
                    does = (lambda _: None) if name == "fsync" else real
                    monkeypatch.setattr(module, name, partial(self._call, name, does))

    def _call(self, name: str, real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.names.append(name)
        if self._fails is not None and len(self.names) - 1 in self._at:
            return self._fails(name, partial(real, **kwargs), args)
        return real(*args, **kwargs)

    def of(self, do: Callable[[], object], at: range = range(0), fails: Fail | None = None) -> list[str]:
        """The calls of something that is done while some fail."""
        self.names, self._at, self._fails = [], at, fails
        try:
            do()
        finally:
            self._fails = None
        return self.names


def error(code: int) -> Fail:
    """The system says no."""
    def fail(name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if name == "stat" and code == errno.ENOENT:
            return real(*args)  # that there is no file is no error but an answer, and would be a lie
        if name == "close":
            real(*args)  # the handle is gone all the same
        raise OSError(code, os.strerror(code))

    return fail


def short(name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """It takes, or gives, a part only."""
    if name == "write":
        return real(args[0], args[1][: len(args[1]) // 2])
    return real(args[0], args[1] // 2) if name == "read" else real(*args)


def without_place(name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """It knows no room to keep beforehand."""
    if name == "posix_fallocate":
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    return real(*args)


def check(folder: Path, prepare: Callable[[Path], None] | None, calls: Calls, fail: Fail, on_and_on: bool) -> int:
    """Save once for each call that there is, and let that one fail. How many there were."""
    path = folder / "a.nnsim"
    old, new = (NEW, OLD) if prepare is grow else (OLD, NEW)

    def begin() -> None:
        for entry in folder.iterdir():
            entry.unlink()
        save(old, path)
        if prepare:
            prepare(path)

    begin()
    made = len(calls.of(lambda: save(new, path)))
    for index in range(made):
        begin()
        at = range(index, 10**9 if on_and_on else index + 1)
        said = ""
        try:
            calls.of(lambda: save(new, path), at, fail)
        except FileError as caught:
            said = str(caught)
        content, where = path.read_bytes(), f"call {index}, {calls.names[index]}: {said}"
        if "half written" in said:
            (rescued,) = folder.glob("nnsim-rescued-*.nnsim")
            assert on_and_on and rescued.read_bytes() == encode(new), where
        else:
            assert content == encode(old if said else new), where
            assert not said or "The file is as it was before" in said, where
        if prepare in (link, grow):
            assert path.samefile(folder / "b.nnsim"), where
        save(new, path)
        assert path.read_bytes() == encode(new) and not list(folder.glob(".nnsim-*.tmp")), where
    return made


CODES = [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EINTR]


@pytest.mark.parametrize("prepare", [None, link, grow])
def test_each_call_fails_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Any) -> None:
    """Once, or from then on; or it does a part only."""
    calls = Calls(monkeypatch)
    assert check(tmp_path, prepare, calls, short, False) > 10
    check(tmp_path, prepare, calls, without_place, True)
    for on_and_on in (False, True):
        check(tmp_path, prepare, calls, error(errno.EIO), on_and_on)


@pytest.mark.soak
@pytest.mark.parametrize("prepare", [None, link, grow, tag, leave, lead])
def test_each_call_fails_in_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Any) -> None:
    """With every error that the system has."""
    calls = Calls(monkeypatch)
    count = 0
    for code in errno.errorcode:
        for on_and_on in (False, True):
            count += check(tmp_path, prepare, calls, error(code), on_and_on)
    print(f"{count} failing calls")


def test_a_journal_is_whole_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written for its owner alone."""
    path, calls = tmp_path / "main.journal", Calls(monkeypatch)
    write_atomically(path, b"old", private=True)
    made = len(calls.of(lambda: write_atomically(path, b"new", private=True)))
    for index in range(made):
        write_atomically(path, b"old", private=True)
        content = b"new"
        try:
            calls.of(lambda: write_atomically(path, b"new", private=True), range(index, index + 1),
                     error(CODES[index % len(CODES)]))
        except OSError:
            content = b"old"
        assert path.read_bytes() == content and path.stat().st_mode & 0o777 == 0o600
    assert made > 10


def check_journal(folder: Path, calls: Calls, fail: Fail, on_and_on: bool) -> int:
    """A start, an edit and an end for each call that they make, while that one fails: no error but that the journal
    cannot be written, and what another session left is still there. How many there were."""
    left = folder / "session-left"

    def begin() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        left.mkdir(parents=True)
        (left / "main.journal").write_bytes(b"{}\n" + encode(OLD))
        (folder / "session-new").mkdir()

    def live() -> None:
        journal = RecoveryJournal(folder)
        try:
            with contextlib.suppress(FileError):
                for leftover in journal.leftovers():
                    leftover.load()
            with contextlib.suppress(FileError):
                journal.write("main", NEW)
            journal.remove("main")
        finally:
            journal.close()

    begin()
    made = len(calls.of(live))
    for index in range(made):
        begin()
        calls.of(live, range(index, 10**9 if on_and_on else index + 1), fail)
        later = RecoveryJournal(folder)
        assert OLD.notes in [found.load().notes for found in later.leftovers()], f"{index}, {calls.names[index]}"
        later.close()
    return made


@pytest.mark.parametrize("code, on_and_on", [(errno.EACCES, False), (errno.EMFILE, True)])
def test_each_call_for_the_journal_fails_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, on_and_on: bool
) -> None:
    """What was left over is kept for a better day."""
    assert check_journal(tmp_path / "recovery", Calls(monkeypatch), error(code), on_and_on) > 20


@pytest.mark.soak
@pytest.mark.parametrize("on_and_on", [False, True])
def test_each_call_for_the_journal_fails_in_each_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_and_on: bool
) -> None:
    """With every error that the system has."""
    calls = Calls(monkeypatch)
    count = sum(check_journal(tmp_path / "recovery", calls, error(code), on_and_on) for code in errno.errorcode)
    print(f"{count} failing calls")
