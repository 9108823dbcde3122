"""Keeping unsaved work for the case that the program dies, soon after each edit and beside the window."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from nnsim.documents.document import Document
from nnsim.documents.files import FileError, FileState
from nnsim.documents.journal import Answer, Leftover, Note, RecoveryJournal
from nnsim.documents.journal_writer import JournalWriter
from nnsim.gui.session.desk import Desk

SOON_SECONDS = 0.5
"""After an edit; more edits until then are written with it."""
BRIEFLY_SECONDS = 0.1
MOMENT_SECONDS = 0.6
"""Within which the end of a program is no wait."""


class Keeping(QObject):
    """Keeps the journal of a window in step with its unsaved work; ``opened_state()`` is its file's when it was opened.

    ``failed(error)`` is told once, if the journal cannot be written.
    """

    failed = Signal(object)
    _written = Signal(int)
    _refused = Signal(object)

    def __init__(self, desk: Desk, journal: RecoveryJournal, opened_state: Callable[[], FileState | None],
                 parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._journal, self._opened_state = desk.session, journal, opened_state
        self._answers = desk.answers
        # Queued, because they come from the writer's thread; to methods of this object, which lives here.
        self._written.connect(self._on_written)
        self._refused.connect(self._on_refused)
        self._writer = JournalWriter(journal, "main", self._written.emit, self._refused.emit, SOON_SECONDS)
        self._kept: tuple[Document, Note] | None = None
        self.kept_elsewhere: tuple[Answer, ...] = ()
        """Answers that need not be kept here: they are there when the document is opened again."""
        self._replaced: tuple[Leftover, int] | None = None
        """What was recovered, and the job that has to be written before it may go."""
        self._told = self._ended = self._opening = False
        # An edit is handed over before it is shown, which may take long.
        desk.session.telling.connect(self.keep_soon)
        desk.session.file_changed.connect(self.keep_soon)
        desk.values_changed.connect(self._on_values)
        desk.answers.changed.connect(self.keep_soon)

    def leftovers(self) -> tuple[Leftover, ...]:
        """Unsaved work of programs that died, but for what is open here."""
        open_here = self._replaced[0].file if self._replaced else None
        return tuple(found for found in self._journal.leftovers() if found.file != open_here)

    def adopt(self, leftover: Leftover) -> None:
        """What was left over is open now: it goes as soon as this window's own journal has it."""
        self._kept = self._session.live_document, self._note()
        self._replaced = leftover, self._writer.keep(*self._kept, at_once=True)
        self._writer.wait(BRIEFLY_SECONDS)
        self._on_written(self._writer.done)

    def keep_soon(self) -> None:
        """Have the unsaved work written in the background, or the journal removed if there is none any more."""
        if self._ended or self._opening:
            return
        if not self._is_work:
            if self._kept is not None:
                self.clear()
            return
        document, note = self._session.live_document, self._note()
        if self._kept is None or document is not self._kept[0] or note != self._kept[1]:
            self._kept = document, note
            self._writer.keep(document, note)

    def keep_now(self) -> None:
        """Keep unsaved work before this returns; what is not written by then is written in the background."""
        if self._ended or not self._is_work:
            return
        self._kept = self._session.live_document, self._note()
        if self._writer.write_now(*self._kept, MOMENT_SECONDS):
            self._forget_replaced()

    @contextmanager
    def opening(self) -> Iterator[None]:
        """While another document takes the open one's place: the one that goes is not kept under the other's name."""
        self._opening = True
        try:
            yield
        finally:
            self._opening = False
        self.clear()

    def saved(self) -> None:
        """A document was saved: what was edited meanwhile, and answers on a worksheet, are still to be kept."""
        if self._is_work:
            self.keep_soon()
        else:
            self.clear()

    def clear(self) -> None:
        """The work is saved, or was given up on purpose."""
        self._writer.remove()
        self._kept = None
        self._forget_replaced()

    def end_now(self) -> None:
        """The program has to end at once: unsaved work is kept, as far as it can be in a moment, and left for the next
        start."""
        self.keep_now()
        self._ended = True
        self._journal.leave()

    def close(self) -> None:
        """A clean end: nothing is left over."""
        if not self._ended:
            self._ended = True
            self._writer.stop()
            self._forget_replaced()
            self._journal.close()

    def _note(self) -> Note:
        session = self._session
        return Note(session.path, self._opened_state(), session.title, session.speed, self._answers.entries())

    @property
    def _is_work(self) -> bool:
        """Whether there is something to lose: edits, or answers on a worksheet."""
        return (self._session.training or self._session.dirty
                or self._answers.entries() not in ((), self.kept_elsewhere))

    def _on_values(self) -> None:
        # Else the values are those of an edit, which was told already.
        if self._session.training:
            self.keep_soon()

    def _on_written(self, job: int) -> None:
        if self._replaced is not None and job >= self._replaced[1]:
            self._forget_replaced()

    def _forget_replaced(self) -> None:
        if self._replaced is not None:
            self._replaced[0].discard()
            self._replaced = None

    def _on_refused(self, error: FileError) -> None:
        # What was not written is tried again with the next edit.
        self._kept = None
        if not self._told:
            self._told = True
            self.failed.emit(error)
