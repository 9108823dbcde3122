"""Each call to the system that a save makes fails in turn: the file is the old one or the new one, whole, and what is
said of it is true. The calls are found by watching a save, not listed."""

import contextlib
import errno
import fcntl
import os
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

OLD = Document(Network.layered([1, 1]), notes="old " * 999)
NEW = Document(Network.layered([2, 2, 1]), notes="new")
NO_CALLS = {"fspath", "strerror", "fsencode", "fsdecode", "getpid", "urandom", "putenv", "_path_normpath"}
"""Of os, but no request to the disk."""


def link(path: Path) -> None:
    """It has a second name: it is written where it is."""
    os.link(path, path.with_name("b.nnsim"))


def tag(path: Path) -> None:
    """It has an attribute, where the disk knows them."""
    with contextlib.suppress(OSError):
        os.setxattr(path, "user.tag", b"red")


def leave(path: Path) -> None:
    """A killed save has left something beside it."""
    path.with_name(".nnsim-left.tmp").touch()


def shorten(path: Path) -> None:
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
                    monkeypatch.setattr(module, name, partial(self._call, name, real))

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
        if name == "close":
            real(*args)  # the handle is gone all the same
        raise OSError(code, os.strerror(code))

    return fail


def short(name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """It takes, or gives, a part only."""
    if name == "write":
        return real(args[0], args[1][: len(args[1]) // 2])
    return real(args[0], args[1] // 2) if name == "read" else real(*args)


def check(folder: Path, prepare: Callable[[Path], None] | None, calls: Calls, fail: Fail, on_and_on: bool) -> int:
    """Save once for each call that there is, and let that one fail. How many there were."""
    path, index = folder / "a.nnsim", 0
    while True:
        for entry in folder.iterdir():
            entry.unlink()
        save(OLD, path)
        if prepare:
            prepare(path)
        at = range(index, 10**9 if on_and_on else index + 1)
        said = ""
        try:
            made = len(calls.of(lambda: save(NEW, path), at, fail))
        except FileError as caught:
            said, made = str(caught), len(calls.names)
        content = path.read_bytes()
        where = f"call {index}, {calls.names[index] if index < len(calls.names) else 'none'}: {said}"
        if "half written" in said:
            (rescued,) = folder.glob("nnsim-rescued-*.nnsim")
            assert on_and_on and rescued.read_bytes() == encode(NEW), where
        else:
            assert content == encode(OLD if said else NEW), where
            assert not said or "The file is as it was before" in said, where
        if prepare is link:
            assert path.samefile(folder / "b.nnsim"), where
        save(NEW, path)
        assert path.read_bytes() == encode(NEW) and not list(folder.glob(".nnsim-*.tmp")), where
        index += 1
        if index >= made and not said:
            return index


CODES = [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EINTR]


@pytest.mark.parametrize("prepare", [None, link, tag, leave, shorten])
def test_each_call_fails_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Any) -> None:
    """Once, or from then on; or it does a part only."""
    calls = Calls(monkeypatch)
    assert check(tmp_path, prepare, calls, short, False) > 10
    for on_and_on in (False, True):
        check(tmp_path, prepare, calls, error(errno.EIO), on_and_on)


@pytest.mark.soak
@pytest.mark.parametrize("prepare", [None, link, tag, leave, shorten])
def test_each_call_fails_in_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Any) -> None:
    """With every error that the system has. One that a signal interrupts is made again, so that one is not for ever."""
    calls = Calls(monkeypatch)
    for code in sorted(errno.errorcode):
        for on_and_on in (False, True) if code != errno.EINTR else (False,):
            check(tmp_path, prepare, calls, error(code), on_and_on)


def test_a_journal_is_whole_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written for its owner alone."""
    path, calls, index, made = tmp_path / "main.journal", Calls(monkeypatch), 0, 1
    while index < made:
        write_atomically(path, b"old", private=True)
        try:
            made = len(calls.of(partial(write_atomically, path, b"new", private=True), range(index, index + 1),
                                error(CODES[index % len(CODES)])))
            assert path.read_bytes() == b"new"
        except OSError:
            made = max(made, index + 2)
            assert path.read_bytes() == b"old"
        index += 1
    assert index > 10
