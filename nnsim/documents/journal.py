"""The recovery journal: unsaved documents, kept for the case that the program dies."""

import contextlib
import json
import math
import os
import secrets
import shutil
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnsim.documents.atomic import write_atomically
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, FileState, decode, encode
from nnsim.documents.format.strict_json import MAX_BYTES
from nnsim.documents.locks import close, lives, lock, process_mark

KEPT_DAYS = 30
"""How long what was offered and not taken is kept."""
SILENT_SECONDS = 3600.0
"""Where nothing else tells whether a program lives: it does not if it has written nothing for so long."""
SETTLED_SECONDS = 60.0
"""A folder without a journal may belong to a program that is just about to lock it; an older one does not."""
MAX_NOTE = 1_048_576
NOBODY = "nobody"
"""What a folder's lock says when its program has left it in order."""


Answer = tuple[str, str, int, str, tuple[str, ...]]
"""Kind of worksheet, whose it is, its number, a question, and what was typed into its blanks."""


@dataclass(frozen=True)
class Note:
    """What a journal says beside its document.

    ``path`` is where it was opened or saved, if it was, and ``state`` that file's at that time; ``title`` is what the
    window calls a document without a file; ``speed`` is how many updates a second its training did, None unlimited;
    ``answers`` are those on its worksheets.
    """

    path: Path | None = None
    state: FileState | None = None
    title: str = ""
    speed: float | None = 100.0
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Leftover:
    """An unsaved document of a program that died."""

    file: Path
    time: float
    """When it was written, in seconds since 1970."""
    note: Note = field(default_factory=Note)

    @property
    def path(self) -> Path | None:
        """Where the document was opened or saved, if it was."""
        return self.note.path

    @property
    def outdated(self) -> bool:
        """Whether the file it came from has been written since, by somebody else or a later session."""
        if self.path is None:
            return False
        if self.note.state is not None:
            return not self.note.state.still(self.path)
        try:
            return self.path.stat().st_mtime > self.time
        except (OSError, ValueError):
            return False

    def load(self) -> Document:
        """The document. Raises FileError if the journal is damaged."""
        try:
            if not stat.S_ISREG(self.file.lstat().st_mode):
                raise FileError(self.file.name, "the journal cannot be read: it is no ordinary file.")
            with self.file.open("rb") as opened:
                raw = opened.read(MAX_NOTE + MAX_BYTES + 1)
        except OSError as error:
            raise FileError(self.file.name, f"the journal cannot be read: {error.strerror}.") from None
        return decode(raw.partition(b"\n")[2], self.path.name if self.path else "the unsaved document")

    def discard(self) -> None:
        """Remove it for good."""
        with contextlib.suppress(OSError):
            self.file.unlink()

    def set_aside(self) -> Path:
        """Offer it no more, because it cannot be opened; it stays as long as what is not taken. Where it is then."""
        aside = self.file.with_suffix(".damaged")
        try:
            os.replace(self.file, aside)
        except OSError:
            return self.file
        return aside


class RecoveryJournal:
    """Keeps the open, unsaved documents of this process in ``folder``, where other processes keep theirs.

    Each process has a folder of its own and holds a lock in it. The system releases the lock when the process ends,
    however it ends: a folder without one holds what was left over. Where there are no locks, the process that the
    folder names is looked for, and without a name the time of its last journal has to do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"session-{secrets.token_hex(8)}"
        self._locks: dict[Path, int] = {}

    def write(self, window: str, document: Document, path: Path | None = None, note: Note | None = None) -> None:
        """Keep the document of the window with this id. Raises FileError if that cannot be done."""
        raw = _written(note or Note(path)) + b"\n" + encode(document)
        try:
            if self._own not in self._locks or not self._own.is_dir():
                self._begin()
            write_atomically(self._file(window), raw, private=True)
        except OSError as error:
            why = f"it cannot be written: {error.strerror}."
            raise FileError("recovery journal", why, folder=str(self._folder)) from None

    def remove(self, window: str) -> None:
        """The document of this window is saved, or closed on purpose."""
        with contextlib.suppress(OSError):
            self._file(window).unlink()

    def leftovers(self) -> tuple[Leftover, ...]:
        """What processes that died have left, newest first.

        From now on they are this process's: another one that asks does not see them. What was first offered a month
        ago is removed.
        """
        found: list[Leftover] = []
        for session in _inside(self._folder, "session-", ""):
            if session == self._own or not (session in self._locks or self._take(session)):
                continue
            if not _holds_work(session) or _is_over(session):
                self._drop(session)
            else:
                found.extend(_leftover(file) for file in _inside(session, "", ".journal"))
        return tuple(sorted(found, key=lambda leftover: -leftover.time))

    def close(self) -> None:
        """A clean end: nothing of this process stays, nor of what it has taken over and used up."""
        for session in list(self._locks):
            if session == self._own or not _holds_work(session):
                self._drop(session)
        self.leave()

    def leave(self) -> None:
        """An end that comes from outside: what is kept is left for the next start."""
        for session in list(self._locks):
            handle = self._locks.pop(session)
            with contextlib.suppress(OSError):
                _put(handle, NOBODY)
            close(handle)

    def _file(self, window: str) -> Path:
        return self._own / f"{window}.journal"

    # Folders of sessions

    def _begin(self) -> None:
        """Make this process's own folder, and lock it."""
        if self._own in self._locks:  # somebody removed it
            close(self._locks.pop(self._own))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._own.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(self._own / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock(handle)
            _put(handle, process_mark())
        except OSError:
            close(handle)
            raise
        self._locks[self._own] = handle

    def _take(self, session: Path) -> bool:
        """Whether a session is nobody's, and from now on this process's."""
        if not _holds_work(session) and _is_young(session):
            return False
        try:
            handle = os.open(session / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            locked = lock(handle)
            if locked is None:
                locked = not _lives(session, os.read(handle, 400).decode("utf-8", "replace"))
            if locked:
                _put(handle, process_mark())
                with contextlib.suppress(FileExistsError):
                    (session / "offered").touch(mode=0o600, exist_ok=False)
        except OSError:
            locked = False
        if not locked:
            close(handle)
            return False
        self._locks[session] = handle
        return True

    def _drop(self, session: Path) -> None:
        # Closed first: Windows removes no open file.
        close(self._locks.pop(session))
        with contextlib.suppress(OSError):  # that it ignores errors is not true of all
            shutil.rmtree(session, ignore_errors=True)


def _lives(session: Path, mark: str) -> bool:
    alive = lives(mark)
    if alive is not None:
        return alive
    if mark == NOBODY:
        return False
    times = [file.stat().st_mtime for file in _inside(session, "", ".journal")]
    return bool(times) and 0 <= time.time() - max(times) < SILENT_SECONDS


def _put(handle: int, mark: str) -> None:
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, mark.encode())


def _inside(folder: Path, begin: str, end: str) -> list[Path]:
    """What lies in a folder under such names; nothing if that cannot be seen."""
    try:
        return [folder / name for name in sorted(os.listdir(folder)) if name.startswith(begin) and name.endswith(end)]
    except OSError:
        return []


def _holds_work(session: Path) -> bool:
    """Whether a folder must not be removed; one that cannot be looked into must not."""
    try:
        return any(name.endswith((".journal", ".damaged")) for name in os.listdir(session))
    except OSError:
        return True


def _is_young(session: Path) -> bool:
    try:
        return 0 <= time.time() - session.stat().st_mtime < SETTLED_SECONDS
    except OSError:
        return True


def _is_over(session: Path) -> bool:
    try:
        return time.time() - (session / "offered").stat().st_mtime > KEPT_DAYS * 86_400
    except OSError:
        return False


# The first line of a journal


def _written(note: Note) -> bytes:
    state = note.state
    return json.dumps({
        "path": None if note.path is None else str(note.path), "time": time.time(), "title": note.title,
        "speed": note.speed,
        "state": None if state is None else [state.changed_ns, state.size, state.inode, state.digest.hex()],
        "answers": note.answers,
    }).encode()


def _leftover(file: Path) -> Leftover:
    """What the first line of a journal says; a damaged one keeps the time of its file."""
    changed = 0.0
    try:
        state = file.lstat()
        changed = state.st_mtime
        if not stat.S_ISREG(state.st_mode):
            raise ValueError("it is no ordinary file")
        with file.open("rb") as opened:
            entry = json.loads(opened.readline(MAX_NOTE))
        path, when = entry["path"], float(entry["time"])
        if not (path is None or (isinstance(path, str) and path and "\0" not in path)):
            raise ValueError("that is no path")
        if not 0 <= when <= time.time() + 86_400:
            when = changed
        return Leftover(file, when, Note(None if path is None else Path(path), _state(entry.get("state")),
                                         str(entry.get("title") or "")[:200], _speed(entry.get("speed", 100.0)),
                                         answers_in(entry.get("answers", []))))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Leftover(file, changed)


def _state(entry: object) -> FileState | None:
    if not isinstance(entry, list):
        return None
    changed, size, inode, digest = entry
    return FileState(int(changed), int(size), int(inode), bytes.fromhex(digest))


def answers_in(entry: Any) -> tuple[Answer, ...]:
    """Answers as JSON gives them back. Raises ValueError or TypeError if they are none."""
    return tuple((str(kind), str(learner), int(number), str(question), tuple(map(str, given)))
                 for kind, learner, number, question, given in entry)


def _speed(entry: object) -> float | None:
    speed = None if entry is None else float(entry)  # type: ignore[arg-type]
    return speed if speed is None or (math.isfinite(speed) and speed > 0) else 100.0
