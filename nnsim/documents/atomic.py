"""Replacing a file's content in one step: afterwards it is the old one or the new one, never half."""

import contextlib
import errno
import os
import secrets
import stat
import sys
import time
from pathlib import Path

from nnsim.documents.locks import close, lock

PRIVATE = 0o600
ABANDONED_SECONDS = 3600.0
"""Where files cannot be locked, a temporary file that is older belongs to no save that still goes on."""
_NO_SUCH_THING = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What a system says that does not know the thing at all."""


def write_atomically(path: Path, data: bytes, private: bool = False) -> tuple[str, ...]:
    """``data`` becomes the content of the file at ``path``. Raises OSError, and then nothing has changed.

    A link stays one: the file it leads to is written. Permissions, owner and extended attributes stay; a new file has
    the usual permissions, a ``private`` one is for its owner alone. Nobody else can read a byte of it before that. The
    content is on the disk before it takes the old one's place. A file with several names (hard links), or whose owner
    a new file cannot have, is written where it is, while a whole copy of the new content lies beside it.

    Returns what could not be kept, or is not sure, in the learner's words; empty if all is well. (Qt's QSaveFile loses
    both contents on a full disk.)
    """
    target = Path(os.path.realpath(path))
    old = _state(target)
    _sweep(target.parent)
    temporary, handle = _temporary(target.parent)
    try:
        usual = stat.S_IMODE(os.fstat(handle).st_mode)
        os.chmod(temporary, PRIVATE)
        _write(handle, data)
        lost: tuple[str, ...] = ()
        in_place = old is not None and not (old.st_nlink == 1 and _own_as(handle, old))
        if not in_place:
            if old is not None:
                lost = _copy_attributes(target, temporary)
            kept = usual if old is None else stat.S_IMODE(old.st_mode)
            os.chmod(temporary, PRIVATE if private else kept)
        os.fsync(handle)
        handle = _closed_on_windows(handle)
        if in_place:
            # Under a name that no sweep takes: if this is killed, the whole new content is there.
            temporary = temporary.rename(target.with_name(f"nnsim-rescued-{secrets.token_hex(4)}{target.suffix[:20]}"))
            _overwrite(target, data, temporary)
            with contextlib.suppress(OSError):
                temporary.unlink()
        else:
            os.replace(temporary, target)
    except BaseException as error:
        if not isinstance(error, HalfWritten):  # then it is all that is left of the document
            handle = _closed_on_windows(handle)
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise
    finally:
        if handle >= 0:
            close(handle)
    return (*lost, *_sync_folder(target.parent))


class HalfWritten(OSError):
    """A file that had to be written where it is could be neither written nor put back. The text says where the whole
    new content lies."""


def _state(target: Path) -> os.stat_result | None:
    """The state of the file that is there; OSError if it must not be replaced, None if there is none."""
    try:
        state = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(state.st_mode):
        raise IsADirectoryError(0, "it is a folder")
    if not stat.S_ISREG(state.st_mode):
        raise OSError(0, "it is no ordinary file")
    if not os.access(target, os.W_OK):
        # A rename would not ask for the permission to write into the file it replaces.
        raise PermissionError(0, "it is read-only")
    return state


# The temporary file


def _temporary(folder: Path) -> tuple[Path, int]:
    """A new file and its handle, locked as long as it is open: a save that was killed lets go of its lock."""
    while True:
        # In the same folder, because only there a rename is one step; short, because the name may be long.
        path = folder / f".nnsim-{secrets.token_hex(8)}.tmp"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            if not lock(handle, wait=True) or _is_there(path, handle):
                return path, handle
        except BaseException:
            close(handle)  # or its lock would keep it from ever being swept
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        # Another save took it for abandoned, in the moment before it was locked.
        close(handle)


def _sweep(folder: Path) -> None:
    """Remove what saves that were killed have left in a folder; never what is being written."""
    with contextlib.suppress(OSError):
        for path in folder.glob(".nnsim-*.tmp"):
            with contextlib.suppress(OSError):
                _sweep_one(path)


def _sweep_one(path: Path) -> None:
    state = path.lstat()
    if not stat.S_ISREG(state.st_mode) or (hasattr(os, "getuid") and state.st_uid != os.getuid()):
        return
    if sys.platform == "win32":
        # A file that is open cannot be removed there.
        if time.time() - state.st_mtime > ABANDONED_SECONDS:
            path.unlink()
        return
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        locked = lock(handle)
        if locked or (locked is None and time.time() - state.st_mtime > ABANDONED_SECONDS):
            path.unlink()
    finally:
        close(handle)


def _is_there(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _closed_on_windows(handle: int) -> int:
    """Windows renames and removes no open file; elsewhere it stays open, and so locked, until it has its name."""
    if sys.platform == "win32" and handle >= 0:
        close(handle)
        return -1
    return handle


def _write(handle: int, data: bytes) -> None:
    """All of the data: the system may take less at a time."""
    rest = memoryview(data)
    while rest:
        written = os.write(handle, rest)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


# What stays of the old file


def _own_as(handle: int, old: os.stat_result) -> bool:
    """Whether the new file has the old one's owner and group."""
    if sys.platform == "win32":
        return True
    new = os.fstat(handle)
    if (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid):
        return True
    try:
        os.fchown(handle, old.st_uid, old.st_gid)
    except OSError:
        return False
    return True


def _copy_attributes(old: Path, new: Path) -> tuple[str, ...]:
    """Give a new file the extended attributes of the old one; says which it could not have."""
    if not hasattr(os, "listxattr"):
        return ()
    try:
        names = os.listxattr(old)
    except OSError:
        return ()
    lost = []
    for name in names:
        try:
            value = os.getxattr(old, name)
            if name not in os.listxattr(new) or os.getxattr(new, name) != value:
                os.setxattr(new, name, value)
        except OSError:
            lost.append(name)
    return (f"Its attribute {', '.join(lost)} could not be kept.",) if lost else ()


def _overwrite(target: Path, data: bytes, copy: Path) -> None:
    """Write a file where it is. If that fails it is put back; ``copy`` holds the new content meanwhile."""
    handle = os.open(target, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        size = os.fstat(handle).st_size
        before = _read(handle, size)
        try:
            if len(data) > size and hasattr(os, "posix_fallocate"):
                # A full disk says so before a byte has changed.
                _allocate(handle, len(data))
            os.lseek(handle, 0, os.SEEK_SET)
            _write(handle, data)
            os.ftruncate(handle, len(data))
            os.fsync(handle)
        except BaseException:
            _put_back(handle, before, copy)
            raise
    finally:
        close(handle)


def _allocate(handle: int, size: int) -> None:
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        if error.errno not in _NO_SUCH_THING:
            raise


def _read(handle: int, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = os.read(handle, size - len(found))
        if not piece:
            break
        found += piece
    return bytes(found)


def _put_back(handle: int, before: bytes, copy: Path) -> None:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        _write(handle, before)
        os.ftruncate(handle, len(before))
        os.fsync(handle)
    except OSError as error:
        what = f"{error.strerror}; the file is half written, and the whole document is in {copy}"
        raise HalfWritten(error.errno, what) from None


def _sync_folder(folder: Path) -> tuple[str, ...]:
    """Also the new name is on the disk; says so if that is not sure. Windows sees to it itself."""
    if sys.platform == "win32":
        return ()
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            close(handle)
    except OSError as error:
        if error.errno not in _NO_SUCH_THING:
            return (f"Its folder could not be brought to the disk ({error.strerror}): if the power fails in the next "
                    "minute, the file may be the old one again.",)
    return ()
