"""Loading and saving: nothing is ever half written, nothing lost, and each refusal says why."""

import builtins
import errno
import fcntl
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest

import nnsim
from nnsim.core.network import Network
from nnsim.documents import files
from nnsim.documents.document import Document
from nnsim.documents.files import (
    FileError,
    decode,
    encode,
    load,
    load_with_state,
    save,
    save_with_state,
    shown_name,
    write_text,
)
from tests.documents.base import TEXT

OLD = Document(Network.layered([1, 1]), notes="old")
NEW = Document(Network.layered([2, 2, 1]), notes="new")


def names(folder: Path) -> list[str]:
    """What is in a folder, temporary files included."""
    return sorted(entry.name for entry in folder.iterdir())


def test_saved_is_loaded_again(tmp_path: Path) -> None:
    """Through a real file, by Path and by text, also as the package's own names."""
    save(NEW, tmp_path / "a.nnsim")
    assert load(str(tmp_path / "a.nnsim")) == decode(encode(NEW))
    nnsim.save(nnsim.load(tmp_path / "a.nnsim"), str(tmp_path / "b.nnsim"))
    assert (tmp_path / "a.nnsim").read_bytes() == (tmp_path / "b.nnsim").read_bytes() == encode(NEW)
    assert names(tmp_path) == ["a.nnsim", "b.nnsim"]


def test_the_error_names_the_file(tmp_path: Path) -> None:
    """The name a learner knows it by, the neuron in it, and once the folder it lies in."""
    (tmp_path / "mine.nnsim").write_text(TEXT.replace("heaviside", "step", 1))
    with pytest.raises(FileError, match=r"^mine\.nnsim: network\.neurons\[2\]\.activation \(neuron h\): ") as caught:
        load(tmp_path / "mine.nnsim")
    assert caught.value.file == "mine.nnsim" and isinstance(caught.value, ValueError)
    assert str(caught.value).count(str(tmp_path)) == str(caught.value).count("mine.nnsim") == 1


def test_what_cannot_be_opened_is_told_apart(tmp_path: Path) -> None:
    """Missing, a folder, a pipe, a name no system takes, links in a circle."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for path, said in (
        (tmp_path / "none.nnsim", f"there is no file {tmp_path / 'none.nnsim'}"),
        (tmp_path / "none" / "a.nnsim", "there is no file"),
        (tmp_path, "this is a folder"),
        (tmp_path / "pipe", "no ordinary file"),
        (Path("/dev/zero"), "no ordinary file"),
        (tmp_path / "a\0b", "the name is not possible"),
        (tmp_path / ("n" * 300), "the name is too long"),
        (tmp_path / "circle", "links lead in a circle"),
    ):
        with pytest.raises(FileError) as caught:
            load(path)
        assert said in str(caught.value)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is the system's, the words are ours. (Tests may run as root, who may read all.)"""
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    save(OLD, tmp_path / "a.nnsim")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match=r"a\.nnsim: the file cannot be read: you have no permission"):
        load(tmp_path / "a.nnsim")


# Saving, and all that may go wrong with it


def failing(code: int) -> Any:
    """A function that always fails as the system does."""
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace", "chmod"])
@pytest.mark.parametrize("code, said", [
    (errno.ENOSPC, "the disk is full: make room, or choose another place"),
    (errno.EDQUOT, "your share of the disk is full"),
    (errno.EACCES, "you have no permission"),
    (errno.EROFS, "the disk can only be read"),
    (errno.EIO, os.strerror(errno.EIO)),
])
def test_a_failure_at_any_step_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, said: str
) -> None:
    """The old file is there, whole; no temporary one is; the message says why."""
    path = tmp_path / "a.nnsim"
    save(OLD, path)
    with monkeypatch.context() as patch:
        patch.setattr(os, step, failing(code))
        with pytest.raises(FileError) as caught:
            save(NEW, path)
    assert str(caught.value).startswith("a.nnsim: the document cannot be saved: ") and said in str(caught.value)
    assert names(tmp_path) == ["a.nnsim"] and path.read_bytes() == encode(OLD)


def test_a_disk_that_really_takes_no_more_loses_nothing(tmp_path: Path) -> None:
    """As a quota does, the system lets a file grow to a few bytes only."""
    path, bounds = tmp_path / "a.nnsim", resource.getrlimit(resource.RLIMIT_FSIZE)
    save(OLD, path)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, bounds[1]))
        with pytest.raises(FileError, match="cannot be saved"):
            save(NEW, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
    assert names(tmp_path) == ["a.nnsim"] and load(path).notes == "old"


def test_a_link_to_what_is_no_file_stays_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    link = tmp_path / "a.nnsim"
    link.symlink_to("pipe")
    with pytest.raises(FileError, match="no ordinary file"):
        save(NEW, link)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode) and link.is_symlink()


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what is no OSError is cleaned up after, and goes on."""
    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(NEW, tmp_path / "a.nnsim")
    assert names(tmp_path) == []


def test_the_content_is_on_the_disk_before_it_takes_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fsync of the file, then the rename, then fsync of the folder."""
    steps = []
    fsync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def replaced(source: str, target: str) -> None:
        steps.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    save(NEW, tmp_path / "a.nnsim")
    assert steps == ["file", "replace", "folder"]


@pytest.mark.parametrize("code, said", [
    (errno.EINVAL, ""), (errno.ENOSYS, ""), (errno.EIO, "could not be brought to the disk"),
    (errno.EACCES, "could not be brought to the disk"),
])
@pytest.mark.parametrize("step", ["open", "fsync"])
def test_a_folder_that_cannot_be_synced_is_no_failure_but_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, said: str
) -> None:
    """The document is saved all the same. Nothing is said of a system that has no such thing."""
    real = getattr(os, step)

    def only_for_folders(what: Any, *rest: Any) -> Any:
        if stat.S_ISDIR(os.stat(what).st_mode) if step == "fsync" else os.path.isdir(what):
            raise OSError(code, os.strerror(code))
        return real(what, *rest)

    monkeypatch.setattr(os, step, only_for_folders)
    _, notes = save_with_state(NEW, tmp_path / "a.nnsim")
    assert (tmp_path / "a.nnsim").read_bytes() == encode(NEW)
    assert said in notes and bool(said) == bool(notes)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written, in the folder it lies in; also where nothing is there yet."""
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.nnsim", tmp_path / "link.nnsim"
    link.symlink_to(target)
    for document in (OLD, NEW):
        save(document, link)
        assert link.is_symlink() and target.read_bytes() == encode(document)
    assert names(tmp_path / "real") == ["a.nnsim"] and names(tmp_path) == ["link.nnsim", "real"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o660])
def test_permissions_stay(tmp_path: Path, mode: int) -> None:
    """A private document does not become public by saving it."""
    path = tmp_path / "a.nnsim"
    save(OLD, path)
    path.chmod(mode)
    save(NEW, path)
    assert stat.S_IMODE(path.stat().st_mode) == mode and load(path).notes == "new"


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    """Those of any file made here, not those of a temporary one."""
    (tmp_path / "usual").touch()
    save(NEW, tmp_path / "a.nnsim")
    assert (tmp_path / "a.nnsim").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename would not ask; we do. (os.access is asked for root, too, in tests.)"""
    path = tmp_path / "a.nnsim"
    save(OLD, path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FileError, match="it is read-only"):
        save(NEW, path)
    assert path.read_bytes() == encode(OLD)


def test_places_where_nothing_can_be_saved_are_told_apart(tmp_path: Path) -> None:
    """A folder, no folder, a name no system takes."""
    (tmp_path / "file").touch()
    for path, said in (
        (tmp_path, "it is a folder"),
        (tmp_path / "none" / "a.nnsim", "there is no such file or folder"),
        (tmp_path / "file" / "a.nnsim", "there is no such folder"),
        (tmp_path / "a\0b.nnsim", "the name is not possible"),
        (tmp_path / ("n" * 300), "the name is too long"),
    ):
        with pytest.raises(FileError) as caught:
            save(NEW, path)
        assert said in str(caught.value)
    assert names(tmp_path) == ["file"]


def test_the_longest_name_there_is_can_be_saved(tmp_path: Path) -> None:
    """The temporary name is not made from it."""
    path = tmp_path / ("n" * 249 + ".nnsim")
    save(NEW, path)
    assert load(path).notes == "new"


def test_a_document_too_large_for_a_file_is_refused_before_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be opened again is not saved over what could."""
    path = tmp_path / "a.nnsim"
    save(OLD, path)
    monkeypatch.setattr("nnsim.documents.format.encoding.MAX_BYTES", 100)
    with pytest.raises(FileError, match="needs more than"):
        save(NEW, path)
    assert path.read_bytes() == encode_unlimited(OLD, monkeypatch)


def encode_unlimited(document: Document, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """encode without the small limit of the test."""
    monkeypatch.undo()
    return encode(document)


def test_files_read_no_more_than_they_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that grows while it is read, or lies about its size, does not fill the memory."""
    asked = []

    class Endless:
        def __enter__(self) -> "Endless":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, size: int) -> bytes:
            asked.append(size)
            return b""

    (tmp_path / "a.nnsim").touch()
    monkeypatch.setattr(Path, "open", lambda *_: Endless())
    with pytest.raises(FileError, match="the file is empty"):
        load(tmp_path / "a.nnsim")
    assert asked == [files.MAX_BYTES + 1]


def test_no_builtin_open_sneaks_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failures above are simulated in Path.open; this holds them to the real way."""
    monkeypatch.setattr(builtins, "open", failing(errno.EIO))
    save(NEW, tmp_path / "a.nnsim")
    assert load(tmp_path / "a.nnsim").notes == "new"


# What a system may do while a file is saved


def test_a_system_that_takes_few_bytes_at_a_time_gets_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short write is no failure; one of nothing at all is a full disk."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    save(NEW, tmp_path / "a.nnsim")
    assert (tmp_path / "a.nnsim").read_bytes() == encode(NEW)
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(FileError, match="the disk is full"):
        save(OLD, tmp_path / "a.nnsim")
    assert (tmp_path / "a.nnsim").read_bytes() == encode(NEW) and names(tmp_path) == ["a.nnsim"]


def test_a_signal_while_writing_is_no_failure(tmp_path: Path) -> None:
    """EINTR: a handler that runs in between, again and again, changes nothing."""
    heard = []
    before = signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    try:
        while len(heard) < 20:
            save(NEW, tmp_path / "a.nnsim")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert names(tmp_path) == ["a.nnsim"] and load(tmp_path / "a.nnsim").notes == "new"


@pytest.mark.parametrize("mode", [None, 0o600, 0o640])
def test_nobody_else_can_read_a_byte_before_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int | None
) -> None:
    """The temporary file is for its owner alone while it is written, whatever the file will be."""
    path, seen = tmp_path / "a.nnsim", []
    if mode is not None:
        save(OLD, path)
        path.chmod(mode)
    write = os.write

    def watched(handle: int, data: bytes) -> int:
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return write(handle, data)

    monkeypatch.setattr(os, "write", watched)
    save(NEW, path)
    assert set(seen) == {0o600}
    (tmp_path / "usual").touch()
    assert stat.S_IMODE(path.stat().st_mode) == (mode or stat.S_IMODE((tmp_path / "usual").stat().st_mode))


@pytest.mark.parametrize("document", [NEW, Document(), Document(Network.layered([9, 9, 9]), notes="longer " * 9999)])
def test_all_names_of_a_file_keep_its_content(tmp_path: Path, document: Document) -> None:
    """A hard link still leads to the same file, whether it grows or shrinks."""
    path, other = tmp_path / "a.nnsim", tmp_path / "b.nnsim"
    save(OLD, path)
    path.chmod(0o640)
    os.link(path, other)
    save(document, path)
    assert path.samefile(other) and other.read_bytes() == encode(document)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640 and names(tmp_path) == ["a.nnsim", "b.nnsim"]


@pytest.mark.parametrize("step", ["write", "fsync", "ftruncate", "posix_fallocate"])
def test_a_file_written_where_it_is_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """If the disk is full in the middle of a file with two names, both have the old content."""
    path, real, calls = tmp_path / "a.nnsim", getattr(os, step), []
    save(OLD, path)
    os.link(path, tmp_path / "b.nnsim")

    def fails_at_the_file_itself(handle: int, *rest: Any) -> Any:
        if os.fstat(handle).st_ino == path.stat().st_ino and not calls:
            calls.append(step)
            if step == "write":
                real(handle, rest[0][:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, *rest)

    monkeypatch.setattr(os, step, fails_at_the_file_itself)
    with pytest.raises(FileError, match="The file is as it was before"):
        save(NEW, path)
    assert calls and path.read_bytes() == encode(OLD) and names(tmp_path) == ["a.nnsim", "b.nnsim"]


def test_a_file_that_cannot_be_put_back_leaves_the_document_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that dies in the middle: the message says where the whole document lies."""
    path, write = tmp_path / "a.nnsim", os.write
    save(OLD, path)
    os.link(path, tmp_path / "b.nnsim")

    def dies(handle: int, data: bytes) -> int:
        if os.fstat(handle).st_ino == path.stat().st_ino:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return write(handle, data)

    monkeypatch.setattr(os, "write", dies)
    with pytest.raises(FileError, match="half written, and the whole document is in") as caught:
        save(NEW, path)
    (rescued,) = tmp_path.glob("nnsim-rescued-*.nnsim")
    assert str(rescued) in str(caught.value) and rescued.read_bytes() == encode(NEW)


def test_a_file_of_another_owner_stays_his(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a new file cannot have the old one's owner, the old one is written where it is."""
    path = tmp_path / "a.nnsim"
    save(OLD, path)
    inode, real = path.stat().st_ino, os.fstat

    def others(handle: int) -> os.stat_result:
        values = list(real(handle))
        if stat.S_ISREG(values[0]) and values[1] != inode:
            values[4] += 1
        return os.stat_result(values)

    monkeypatch.setattr(os, "fstat", others)
    monkeypatch.setattr(os, "fchown", failing(errno.EPERM))
    save(NEW, path)
    assert path.stat().st_ino == inode and path.read_bytes() == encode(NEW) and names(tmp_path) == ["a.nnsim"]


def test_a_new_file_takes_the_old_one_s_owner_where_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as another group of the same folder."""
    path, given, real = tmp_path / "a.nnsim", [], os.fstat
    save(OLD, path)
    owner = path.stat().st_uid, path.stat().st_gid

    def others(handle: int) -> os.stat_result:
        values = list(real(handle))
        values[4] += 1
        return os.stat_result(values)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", others)
        patch.setattr(os, "fchown", lambda handle, *ids: given.append(ids))
        save(NEW, path)
    assert given == [owner] and load(path).notes == "new"


def test_a_temporary_file_that_is_swept_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another save takes it for abandoned in that moment."""
    swept, flock = [], fcntl.flock

    def late(handle: int, how: int) -> None:
        if not swept:
            swept.extend(tmp_path.glob(".nnsim-*.tmp"))
            swept[0].unlink()
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    save(NEW, tmp_path / "a.nnsim")
    assert len(swept) == 1 and names(tmp_path) == ["a.nnsim"] and load(tmp_path / "a.nnsim").notes == "new"


def test_a_file_that_shrinks_while_it_is_looked_at_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can be read of it is what is put back if need be."""
    path = tmp_path / "a.nnsim"
    save(OLD, path)
    os.link(path, tmp_path / "b.nnsim")
    monkeypatch.setattr(os, "read", lambda *_: b"")
    save(NEW, path)
    assert (tmp_path / "b.nnsim").read_bytes() == encode(NEW)


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("w1")])
def test_a_document_that_cannot_be_written_down_leaves_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever the serialiser raises is a FileError, which says what it was."""
    def fails(*_: object) -> NoReturn:
        raise error

    save(OLD, tmp_path / "a.nnsim")
    monkeypatch.setattr(files, "encode", fails)
    with pytest.raises(FileError, match=rf"saved \({type(error).__name__}\)\. The file is as it was") as caught:
        save(NEW, tmp_path / "a.nnsim")
    assert caught.value.__cause__ is error and load(tmp_path / "a.nnsim").notes == "old"


def test_a_saved_file_that_is_gone_at_once_has_no_state_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes to its place later is another's."""
    path, replace = tmp_path / "a.nnsim", os.replace

    def moved_away(source: Path, target: Path) -> None:
        replace(source, target)
        target.rename(tmp_path / "elsewhere")

    monkeypatch.setattr(os, "replace", moved_away)
    state, _ = save_with_state(NEW, path)
    (tmp_path / "elsewhere").rename(path)
    assert state.still(path)
    path.write_bytes(encode(OLD))
    assert not state.still(path)


def test_text_is_written_in_one_step_too(tmp_path: Path) -> None:
    """As UTF-8, whatever the system prefers; half of a sign, as a file's name may have, becomes a question mark."""
    path = tmp_path / "a.tex"
    for text, expected in (("Σ\n", "Σ\n"), ("na\udcffme", "na?me")):
        write_text(text, path)
        assert path.read_bytes() == expected.encode() and names(tmp_path) == ["a.tex"]
    with pytest.raises(FileError, match=r"b\.tex: it cannot be written: there is no such file or folder"):
        write_text("", tmp_path / "none" / "b.tex")


def knows_attributes() -> bool:
    """Whether files of the folder for temporary ones can have extended attributes."""
    with tempfile.NamedTemporaryFile() as file:
        try:
            os.setxattr(file.name, "user.tag", b"red")
        except (AttributeError, OSError):
            return False
    return True


@pytest.fixture(params=["kept here", *["of the disk"] * knows_attributes()])
def attributes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system's extended attributes; also such as are only kept here, as a file's own, under any of its names."""
    if request.param == "of the disk":
        yield
        return
    kept: dict[tuple[int, str], bytes] = {}
    held = ExitStack()

    def get(path: Path, name: str) -> bytes:
        if (os.stat(path).st_ino, name) not in kept:
            raise OSError(errno.ENODATA, os.strerror(errno.ENODATA), str(path))
        return kept[os.stat(path).st_ino, name]

    def set_(path: Path, name: str, value: bytes) -> None:
        held.enter_context(path.open("rb"))  # so that no other file gets its inode
        kept[os.stat(path).st_ino, name] = value

    def names_of(path: Path) -> list[str]:
        return [name for inode, name in kept if inode == os.stat(path).st_ino]

    for function, stand_in in (("getxattr", get), ("setxattr", set_), ("listxattr", names_of)):
        monkeypatch.setattr(os, function, stand_in, raising=False)
    with held:
        yield


@pytest.mark.usefixtures("attributes")
def test_extended_attributes_stay_or_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a tag or where it was downloaded from."""
    path = tmp_path / "a.nnsim"
    save(OLD, path)
    os.setxattr(path, "user.tag", b"red")
    assert save_with_state(NEW, path)[1] == "" and os.getxattr(path, "user.tag") == b"red"
    with monkeypatch.context() as inherits:
        # Some disks give a new file attributes of their own.
        inherits.setattr(os, "listxattr", lambda _: ["user.tag"])
        inherits.setattr(os, "getxattr", lambda *_: b"red")
        inherits.setattr(os, "setxattr", failing(errno.EPERM))
        assert save_with_state(NEW, path)[1] == ""
    os.setxattr(path, "user.tag", b"red")
    monkeypatch.setattr(os, "setxattr", failing(errno.ENOSPC))
    assert "attribute user.tag could not be kept" in save_with_state(OLD, path)[1]
    assert path.read_bytes() == encode(OLD)


def test_what_killed_saves_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what another is writing, not what is no file; without locks only what is old."""
    def leave(name: str, hours: float = 0) -> Path:
        file = tmp_path / f".nnsim-{name}.tmp"
        file.write_bytes(b"half")
        os.utime(file, (time.time() - hours * 3600,) * 2)
        return file

    dead, written = leave("dead"), leave("written", 48)
    (tmp_path / ".nnsim-folder.tmp").mkdir()
    (tmp_path / ".nnsim-link.tmp").symlink_to("elsewhere")
    os.mkfifo(tmp_path / ".nnsim-pipe.tmp")
    with written.open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        save(NEW, tmp_path / "a.nnsim")
        assert not dead.exists() and written.exists()
        assert names(tmp_path) == [f".nnsim-{name}.tmp" for name in ("folder", "link", "pipe", "written")] + ["a.nnsim"]
        monkeypatch.setattr(fcntl, "flock", failing(errno.ENOLCK))
        old, new = leave("old", 2), leave("new", 0.9)
        written.touch()
        save(NEW, tmp_path / "a.nnsim")
        assert not old.exists() and new.exists() and written.exists()


KILLED = """
import os, signal, sys
from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.files import save
step, path = sys.argv[1:]
real = getattr(os, step)
def dies(*args):
    if step == "write":
        real(args[0], args[1][:100])
    os.kill(os.getpid(), signal.SIGKILL)
setattr(os, step, dies)
save(Document(Network.layered([2, 2, 1]), notes="new"), path)
"""


@pytest.mark.parametrize("step", ["write", "replace"])
def test_a_save_killed_in_the_middle_leaves_the_old_file(tmp_path: Path, step: str) -> None:
    """And the next save sweeps what it left, which nobody else could read."""
    path, root = tmp_path / "a.nnsim", Path(__file__).resolve().parents[2]
    save(OLD, path)
    path.chmod(0o600)
    done = subprocess.run([sys.executable, "-c", KILLED, step, str(path)], env={**os.environ, "PYTHONPATH": str(root)})
    assert done.returncode == -signal.SIGKILL and path.read_bytes() == encode(OLD)
    (left,) = tmp_path.glob(".nnsim-*.tmp")
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    save(NEW, path)
    assert names(tmp_path) == ["a.nnsim"] and path.read_bytes() == encode(NEW)


SAVES = """
import sys
from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.files import save
documents = [Document(Network.layered([2, 2, 1], seed=0), notes=word * 9999) for word in ("one", "other")]
print("begun", flush=True)
while True:
    for document in documents:
        save(document, sys.argv[1])
"""


@pytest.mark.soak
@pytest.mark.parametrize("names_of_it", [1, 2])
def test_a_thousand_kills_while_saving(tmp_path: Path, names_of_it: int) -> None:
    """The file is always one of the two documents, whole; of a file with two names, which is written where it is, the
    new document lies beside it until it is."""
    path, root = tmp_path / "a.nnsim", Path(__file__).resolve().parents[2]
    save(OLD, path)
    if names_of_it == 2:
        os.link(path, tmp_path / "b.nnsim")
    for n in range(1000 if names_of_it == 1 else 100):
        process = subprocess.Popen([sys.executable, "-c", SAVES, str(path)], stdout=subprocess.PIPE,
                                   env={**os.environ, "PYTHONPATH": str(root)})
        assert process.stdout is not None and process.stdout.readline() == b"begun\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.0007 * (n % 100))
        process.kill()
        process.communicate()
        assert len(list(tmp_path.glob(".nnsim-*.tmp"))) <= 1
        rescued = list(tmp_path.glob("nnsim-rescued-*.nnsim"))
        assert _is_whole(path) or (names_of_it == 2 and len(rescued) == 1 and _is_whole(rescued[0]))
        for file in rescued:
            file.unlink()


def _is_whole(file: Path) -> bool:
    try:
        return load(file).notes[:3] in ("old", "one", "oth")
    except FileError:
        return False


# Whether it has changed since


def test_a_file_is_still_the_same_until_its_content_differs(tmp_path: Path) -> None:
    """A new time, or a copy of the same content put there, is no change; a document of the same size is."""
    path = tmp_path / "a.nnsim"
    saved, _ = save_with_state(NEW, path)
    loaded = load_with_state(path)[1]
    assert saved == loaded and saved.still(path)
    os.utime(path, (1, 1))
    assert saved.still(path)
    (tmp_path / "copy").write_bytes(encode(NEW))
    os.replace(tmp_path / "copy", path)
    assert saved.still(path)
    save(Document(NEW.network, notes="wen"), path)
    assert path.stat().st_size == saved.size and not saved.still(path)
    save(OLD, path)
    assert not saved.still(path)
    path.unlink()
    assert saved.still(path)


def test_what_cannot_be_looked_at_counts_as_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather one question too many."""
    state, _ = save_with_state(NEW, tmp_path / "a.nnsim")
    monkeypatch.setattr(Path, "stat", failing(errno.EACCES))
    assert not state.still(tmp_path / "a.nnsim")


def test_names_that_are_no_text_can_be_saved_and_shown(tmp_path: Path) -> None:
    """Some systems take any bytes."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/na\xffme.nnsim"))
    save(NEW, path)
    assert load(path).notes == "new" and shown_name(path) == "na\N{REPLACEMENT CHARACTER}me.nnsim"
    path.write_text("{")
    with pytest.raises(FileError, match="cut off"):
        load(path)


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    """Some editors put one before UTF-8; saved again it is gone."""
    path = tmp_path / "a.nnsim"
    path.write_bytes(b"\xef\xbb\xbf" + encode(NEW))
    assert encode(load(path)) == encode(NEW)
