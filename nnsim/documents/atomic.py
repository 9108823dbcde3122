"""Replacing a file's content in one step: afterwards it is the old one or the new one, never half."""

import contextlib
import os
import secrets
import stat
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """``data`` becomes the content of the file at ``path``. Raises OSError, and then nothing has changed.

    A link stays one: the file it leads to is written. Permissions stay; a new file has the usual ones.
    The content is on the disk before it takes the old one's place. Qt's QSaveFile loses both on a full disk.
    """
    target = Path(os.path.realpath(path))
    old = _state(target)
    # In the same folder, because only there a rename is one step; short, because the name may be long.
    temporary = target.parent / f".nnsim-{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            _keep_access(temporary, old)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


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


def _keep_access(temporary: Path, old: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):  # only the owner's group, or root, may
            os.chown(temporary, old.st_uid, old.st_gid)
    os.chmod(temporary, stat.S_IMODE(old.st_mode))


def _sync_folder(folder: Path) -> None:
    """Also the new name is on the disk; where folders cannot be opened (Windows) the system sees to it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
