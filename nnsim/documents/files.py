"""The .nnsim file: loading and saving."""

import errno
import os
import stat
from pathlib import Path

from nnsim.documents.atomic import write_atomically
from nnsim.documents.document import Document
from nnsim.documents.format.encoding import encode
from nnsim.documents.format.errors import FileError
from nnsim.documents.format.strict_json import MAX_BYTES

__all__ = ["FileError", "decode", "encode", "load", "save", "write_text"]

_REASONS = {
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "there is no such folder",
    errno.EISDIR: "it is a folder: choose a file",
    errno.EACCES: "you have no permission: choose another place, or ask its owner",
    errno.EPERM: "you have no permission: choose another place, or ask its owner",
    errno.EROFS: "the disk can only be read: choose another place",
    errno.ENOSPC: "the disk is full: make room, or choose another place",
    errno.EDQUOT: "your share of the disk is full: make room, or choose another place",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
    errno.ELOOP: "its links lead in a circle",
}


def decode(raw: bytes, name: str = "document") -> Document:
    """The document in the bytes of a .nnsim file. Raises FileError, naming ``name`` and what is wrong."""
    # Imported here because msgspec takes 50 ms, which the first window does not wait for.
    from nnsim.documents.format.decoding import decode

    return decode(raw, name)


def load(path: str | os.PathLike[str]) -> Document:
    """The document in the file at ``path``. Raises FileError, saying what is wrong with it."""
    file = Path(path)
    try:
        state = file.stat()
        if stat.S_ISDIR(state.st_mode):
            raise FileError(file.name, "this is a folder: choose a .nnsim file.")
        if not stat.S_ISREG(state.st_mode):
            # Reading from a pipe or a device might never end.
            raise FileError(file.name, "this is no ordinary file: choose a .nnsim file.")
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise FileError(file.name, f"there is no file {file}.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(file.name, f"the file cannot be read: {_reason(error)}.") from None
    return decode(raw, file.name)


def save(document: Document, path: str | os.PathLike[str]) -> None:
    """The document becomes the content of the file at ``path``, in one step.

    Raises FileError if it cannot: then the file is as it was.
    """
    file = Path(path)
    _replace(file, encode(document, file.name), "the document cannot be saved")


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """``text`` becomes the content of the file at ``path``, in one step, as UTF-8.

    Raises FileError if it cannot: then the file is as it was.
    """
    # A lone half of a sign, as a file's name may hold, is no text in UTF-8.
    _replace(Path(path), text.encode("utf-8", "replace"), "it cannot be written")


def _replace(file: Path, raw: bytes, what: str) -> None:
    try:
        write_atomically(file, raw)
    except (OSError, ValueError) as error:
        raise FileError(file.name, f"{what}: {_reason(error)}. The file is as it was before.") from None


def _reason(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return f"the name is not possible ({error})"
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
