"""The recovery journal: unsaved documents, kept for the case that the program dies."""

import contextlib
import json
import os
import secrets
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from nnsim.documents.atomic import write_atomically
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, decode, encode

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@dataclass(frozen=True)
class Leftover:
    """An unsaved document of a program that died. ``path`` is where it was opened or saved, if it was."""

    file: Path
    path: Path | None
    time: float
    """When it was written, in seconds since 1970."""

    def load(self) -> Document:
        """The document. Raises FileError if the journal is damaged."""
        try:
            raw = self.file.read_bytes()
        except OSError as error:
            raise FileError(self.file.name, f"the journal cannot be read: {error.strerror}.") from None
        return decode(raw.partition(b"\n")[2], self.path.name if self.path else "the unsaved document")

    def discard(self) -> None:
        """Remove it for good."""
        with contextlib.suppress(OSError):
            self.file.unlink()


class RecoveryJournal:
    """Keeps the open, unsaved documents of this process in ``folder``, where other processes keep theirs.

    Each process has a folder of its own and holds a lock in it. The system releases the lock when the
    process ends, however it ends: a folder without one holds what was left over. (A process id would
    not do: another program may have it by now.)
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"session-{secrets.token_hex(8)}"
        self._locks: dict[Path, int] = {}

    def write(self, window: str, document: Document, path: Path | None = None) -> None:
        """Keep the document of the window with this id. Raises FileError if that cannot be done."""
        note = {"path": None if path is None else str(path), "time": time.time()}
        raw = json.dumps(note).encode() + b"\n" + encode(document)
        try:
            if self._own not in self._locks:
                self._own.mkdir(parents=True, exist_ok=True)
                self._lock(self._own)
            write_atomically(self._file(window), raw)
        except OSError as error:
            raise FileError("recovery journal", f"it cannot be written: {error.strerror}.") from None

    def remove(self, window: str) -> None:
        """The document of this window is saved, or closed on purpose."""
        with contextlib.suppress(OSError):
            self._file(window).unlink()

    def leftovers(self) -> tuple[Leftover, ...]:
        """What processes that died have left, newest first.

        From now on they are this process's: another one that asks does not see them.
        """
        found = []
        for session in sorted(self._folder.glob("session-*")):
            if session == self._own or not (session in self._locks or self._lock(session)):
                continue
            journals = [_leftover(file) for file in sorted(session.glob("*.journal"))]
            found.extend(journals)
            if not journals:
                self._drop(session)
        return tuple(sorted(found, key=lambda leftover: -leftover.time))

    def close(self) -> None:
        """A clean end: nothing of this process stays, nor of what it has taken over and used up."""
        for session in list(self._locks):
            if session == self._own or not any(session.glob("*.journal")):
                self._drop(session)
            else:
                os.close(self._locks.pop(session))

    def _file(self, window: str) -> Path:
        return self._own / f"{window}.journal"

    def _lock(self, session: Path) -> bool:
        """Whether the lock of a session is now this process's."""
        try:
            handle = os.open(session / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            if sys.platform == "win32":
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._locks[session] = handle
        return True

    def _drop(self, session: Path) -> None:
        # Closed first: Windows removes no open file.
        os.close(self._locks.pop(session))
        shutil.rmtree(session, ignore_errors=True)


def _leftover(file: Path) -> Leftover:
    """What the first line of a journal says; a damaged one keeps the time of its file."""
    try:
        with file.open("rb") as opened:
            note = json.loads(opened.readline(65_536))
        path = note["path"]
        return Leftover(file, None if path is None else Path(path), float(note["time"]))
    except (OSError, ValueError, TypeError, KeyError):
        changed = 0.0
        with contextlib.suppress(OSError):
            changed = file.stat().st_mtime
        return Leftover(file, None, changed)
