"""Writing the recovery journal in the background, so that whoever edits does not wait for it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nnsim.documents.document import Document
from nnsim.documents.files import FileError
from nnsim.documents.journal import Note, RecoveryJournal


@dataclass(frozen=True)
class _Job:
    """A document to be kept, or None: that of the window is to be removed."""

    number: int
    document: Document | None = None
    note: Note = field(default_factory=Note)


class JournalWriter:
    """Keeps the latest document of a window in its journal, in a thread that lives as long as there is work.

    It is written ``delay`` seconds after the first that came, whatever the caller's thread does by then. Never two
    writes at once, and between two, unless the next has to be at once, as long a rest as the last one took; the latest
    document is next. ``written(n)``
    is called in that thread after job ``n`` is on the disk, ``failed(error)`` with a FileError if it could not be.
    """

    def __init__(self, journal: RecoveryJournal, window: str, written: Callable[[int], None],
                 failed: Callable[[FileError], None], delay: float = 0.0) -> None:
        self._journal, self._window = journal, window
        self._on_written, self._on_failed = written, failed
        self._delay = delay
        self._due = 0.0
        """When what waits is to be written; 0 is at once."""
        self._gate = threading.Condition()
        self._next: _Job | None = None
        self._thread: threading.Thread | None = None
        self._last: tuple[Document, Note] | None = None
        self._number = 0
        self.done = 0
        """The last job that is on the disk."""
        self._seconds = 0.0
        """How long the last write took."""

    def keep(self, document: Document, note: Note, at_once: bool = False) -> int:
        """Write this document soon, or as soon as the one before is written. Returns the number of the job."""
        return self._add(document, note, at_once)

    def remove(self) -> None:
        """The document is saved or given up: nothing of it stays in the journal, not even what is being written."""
        with self._gate:
            if self._thread is None:
                self._write(_Job(0))
                return
        self._add(None, Note(), at_once=True)

    def write_now(self, document: Document, note: Note, seconds: float) -> bool:
        """Write this document as soon as what is being written is, unless it was written last. Returns when that is
        done, or after so many seconds: whether it is on the disk."""
        with self._gate:
            if self._next is None and self._thread is None and self._last == (document, note):
                return True
        job = self._add(document, note, at_once=True)
        self.wait(seconds)
        return self.done >= job

    def stop(self) -> None:
        """Returns when nothing is being written; what waits is dropped."""
        with self._gate:
            self._next = None
            self._gate.notify()
        self.wait(None)

    def wait(self, seconds: float | None) -> None:
        """Returns when all is written, or after some seconds."""
        with self._gate:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _add(self, document: Document | None, note: Note, at_once: bool) -> int:
        with self._gate:
            due = 0.0 if at_once else time.monotonic() + self._delay
            self._due = due if self._next is None else min(due, self._due)
            self._number += 1
            self._next = _Job(self._number, document, note)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="nnsim-journal", daemon=True)
                self._thread.start()
            self._gate.notify()
            return self._number

    def _work(self) -> None:
        rest = 0.0
        while True:
            with self._gate:
                while self._next is not None and self._due and (wait := max(self._due, rest) - time.monotonic()) > 0:
                    self._gate.wait(wait)
                job, self._next = self._next, None
                if job is None:
                    self._thread = None
                    return
            try:
                self._write(job)
            except FileError as error:
                self._on_failed(error)
            else:
                self.done = job.number
                self._on_written(job.number)
            rest = time.monotonic() + self._seconds

    def _write(self, job: _Job) -> None:
        self._last = None
        if job.document is None:
            self._journal.remove(self._window)
            return
        begin = time.perf_counter()
        try:
            self._journal.write(self._window, job.document, note=job.note)
        except FileError:
            raise
        except Exception as error:
            # Whatever it is, the thread must not die of it, and the next document is tried again.
            raise FileError("recovery journal", f"it cannot be written: {error}.") from error
        self._last = job.document, job.note
        self._seconds = time.perf_counter() - begin
