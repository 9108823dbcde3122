"""Loading and saving: nothing is ever half written, nothing lost, and each refusal says why."""

import builtins
import errno
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

import pytest

import nnsim
from nnsim.core.network import Network
from nnsim.documents import files
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, decode, encode, load, save
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
    """The name a learner knows it by, and the neuron in it."""
    (tmp_path / "mine.nnsim").write_text(TEXT.replace("heaviside", "step", 1))
    with pytest.raises(FileError, match=r"^mine\.nnsim: network\.neurons\[2\]\.activation \(neuron h\): ") as caught:
        load(tmp_path / "mine.nnsim")
    assert caught.value.file == "mine.nnsim" and isinstance(caught.value, ValueError)


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


class FullDisk:
    """A file whose disk is full after some bytes."""

    def __init__(self, file: Any, error: int) -> None:
        self._file, self._error = file, error

    def __enter__(self) -> "FullDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> NoReturn:
        self._file.write(data[:10])
        self._file.flush()
        raise OSError(self._error, os.strerror(self._error))


def failing(code: int) -> Any:
    """A function that always fails as the system does."""
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace", "chmod"])
@pytest.mark.parametrize("code, said", [
    (errno.ENOSPC, "the disk is full: make room, or choose another place"),
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
    opens = Path.open
    with monkeypatch.context() as patch:
        if step == "open":
            patch.setattr(Path, "open", failing(code))
        elif step == "write":
            patch.setattr(Path, "open", lambda self, *a, **k: FullDisk(opens(self, *a, **k), code))
        else:
            patch.setattr(os, step, failing(code))
        with pytest.raises(FileError) as caught:
            save(NEW, path)
    assert str(caught.value).startswith("a.nnsim: the document cannot be saved: ") and said in str(caught.value)
    assert names(tmp_path) == ["a.nnsim"] and path.read_bytes() == encode(OLD)


def test_a_real_full_disk_loses_nothing(tmp_path: Path) -> None:
    """/dev/full takes no byte: writing through it fails as a full disk does, and nothing stands in its place."""
    link = tmp_path / "a.nnsim"
    link.symlink_to("/dev/full")
    with pytest.raises(FileError, match="no ordinary file"):
        save(NEW, link)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode) and link.is_symlink()


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


def test_a_folder_that_cannot_be_synced_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems have no such thing; the document is saved all the same."""
    monkeypatch.setattr(os, "open", failing(errno.EACCES))
    save(NEW, tmp_path / "a.nnsim")
    assert (tmp_path / "a.nnsim").read_bytes() == encode(NEW)


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
