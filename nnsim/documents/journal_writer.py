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
    writes at once, and between two as long a rest as the last one took; the latest document is next. ``written(n)``
    is called in that thread after job ``n`` is on the disk, ``failed(error)`` with a FileError if it could not be.
    """

    def __init__(self, journal: RecoveryJournal, window: str, written: Callable[[int], None],
                 failed: Callable[[FileError], None], delay: float = 0.0) -> None:
        self._journal, self._window = journal, window
        self._on_written, self._on_failed = written, failed
        self._delay, self._due = delay, 0.0
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
        """Write this document soon, or as soon as the one before it is written. Returns the number of the job."""
        return self._add(document, note, 0.0 if at_once else self._delay)

    def remove(self) -> None:
        """The document is saved or given up: nothing of it stays in the journal, not even what is being written."""
        with self._gate:
            if self._thread is None:
                self._write(_Job(0))
                return
        self._add(None, Note(), 0.0)

    def write_now(self, document: Document, note: Note) -> None:
        """Write this document in the caller's thread, unless it is what was written last. Raises FileError."""
        self.stop()
        if self._last != (document, note):
            self._write(_Job(0, document, note))

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

    def _add(self, document: Document | None, note: Note, delay: float) -> int:
        with self._gate:
            due = time.monotonic() + delay
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
                while self._next is not None and (wait := max(self._due, rest) - time.monotonic()) > 0:
                    if self._next.document is None:
                        break
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
