"""The .nnsim file: loading and saving, and whether it has changed since."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from nnsim.documents.atomic import HalfWritten, write_atomically
from nnsim.documents.document import Document
from nnsim.documents.format.encoding import encode
from nnsim.documents.format.errors import FileError
from nnsim.documents.format.strict_json import MAX_BYTES

__all__ = ["FileError", "FileState", "decode", "encode", "load", "load_with_state", "save", "save_with_state",
           "shown_name", "write_text"]

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


@dataclass(frozen=True)
class FileState:
    """A file as it was when it was read or written: what tells whether another has written it since."""

    changed_ns: int
    size: int
    inode: int
    digest: bytes
    """Of its content."""

    def still(self, path: Path) -> bool:
        """Whether the file at ``path`` has the content it had then. True too where there is none any more: nothing of
        another's is lost by saving there."""
        try:
            now = path.stat()
            if (now.st_mtime_ns, now.st_size, now.st_ino) == (self.changed_ns, self.size, self.inode):
                return True
            return now.st_size == self.size and _digest(path.read_bytes()) == self.digest
        except FileNotFoundError:
            return True
        except OSError:
            return False


def decode(raw: bytes, name: str = "document") -> Document:
    """The document in the bytes of a .nnsim file. Raises FileError, naming ``name`` and what is wrong."""
    # Imported here because msgspec takes 50 ms, which the first window does not wait for.
    from nnsim.documents.format.decoding import decode

    return decode(raw, name)


def load(path: str | os.PathLike[str]) -> Document:
    """The document in the file at ``path``. Raises FileError, saying what is wrong with it."""
    return load_with_state(path)[0]


def load_with_state(path: str | os.PathLike[str]) -> tuple[Document, FileState]:
    """The document in the file at ``path``, and the state in which it was read. Raises FileError as ``load``."""
    file = Path(path)
    folder, name = _folder(file), file.name or str(file)
    try:
        state = file.stat()
        if stat.S_ISDIR(state.st_mode):
            raise FileError(name, "this is a folder: choose a .nnsim file.", folder=folder)
        if not stat.S_ISREG(state.st_mode):
            # Reading from a pipe or a device might never end.
            raise FileError(name, "this is no ordinary file: choose a .nnsim file.", folder=folder)
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise FileError(name, f"there is no file {file}.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(name, f"the file cannot be read: {_reason(error)}.", folder=folder) from None
    try:
        document = decode(raw, name)
    except FileError as error:
        raise error.within(folder) from None
    return document, FileState(state.st_mtime_ns, state.st_size, state.st_ino, _digest(raw))


def save(document: Document, path: str | os.PathLike[str]) -> None:
    """The document becomes the content of the file at ``path``, in one step.

    Raises FileError if it cannot: then the file is as it was.
    """
    save_with_state(document, path)


def save_with_state(document: Document, path: str | os.PathLike[str]) -> tuple[FileState, str]:
    """Save as ``save`` does. Returns the state of the written file, and what is to be said about it: what could not
    be kept of the old file, or is not sure; empty if all is well."""
    file = Path(path)
    try:
        raw = encode(document, file.name)
    except FileError as error:
        raise error.within(_folder(file)) from None
    except Exception as error:
        what = f"the document cannot be saved ({type(error).__name__}). The file is as it was before."
        raise FileError(file.name, what, folder=_folder(file)) from error
    notes = _replace(file, raw, "the document cannot be saved")
    try:
        state = file.stat()
        found = FileState(state.st_mtime_ns, state.st_size, state.st_ino, _digest(raw))
    except OSError:
        # Gone or hidden again already: what comes there is another's.
        found = FileState(0, len(raw), 0, _digest(raw))
    return found, " ".join(notes)


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """``text`` becomes the content of the file at ``path``, in one step, as UTF-8.

    Raises FileError if it cannot: then the file is as it was.
    """
    # A lone half of a sign, as a file's name may hold, is no text in UTF-8.
    _replace(Path(path), text.encode("utf-8", "replace"), "it cannot be written")


def shown_name(path: Path) -> str:
    """The name of a file as it can be shown: some systems take names that are no text."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _replace(file: Path, raw: bytes, what: str) -> tuple[str, ...]:
    try:
        return write_atomically(file, raw)
    except HalfWritten as error:
        raise FileError(file.name, f"{what}: {error.strerror}.", folder=_folder(file)) from None
    except (OSError, ValueError) as error:
        message = f"{what}: {_reason(error)}. The file is as it was before."
        raise FileError(file.name, message, folder=_folder(file)) from None


def _folder(file: Path) -> str:
    return str(file.absolute().parent)


def _digest(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def _reason(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return f"the name is not possible ({error})"
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
