"""Opening and saving from the window: dialogs, recent files, and what was left over."""

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from nnsim.documents.document import Document
from nnsim.documents.examples import Example
from nnsim.documents.files import FileError, load, save
from nnsim.documents.journal import Leftover, RecoveryJournal
from nnsim.gui.look.settings import settings, stored_texts
from nnsim.gui.session.desk import Desk

MOST_RECENT = 10
JOURNAL_MS = 15_000
SUFFIX = ".nnsim"


class DocumentFiles(QObject):
    """New, open, save and recover. Nothing here loses work: what is unsaved is asked about first."""

    recent_changed = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
        self._journal = RecoveryJournal(Path(folder) / "recovery")
        self._written: Document | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(JOURNAL_MS)
        self._timer.timeout.connect(self.write_journal)
        self._timer.start()

    # New and open

    def new(self) -> bool:
        """An empty document. False if the learner chose to keep the open one."""
        if not self.may_leave():
            return False
        self._desk.session.open_document(Document())
        self._desk.session.speed = 100.0
        self._clear_journal()
        return True

    def ask_open(self) -> bool:
        """Ask for a file and open it."""
        if not self.may_leave():
            return False
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open"), self._folder(), self._filter())
        return bool(name) and self._open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a file. A file that cannot be opened leaves the open document as it is, and says why."""
        return self.may_leave() and self._open(path)

    def _open(self, path: Path) -> bool:
        try:
            document = load(path)
        except FileError as error:
            self._desk.session.refuse(str(error))
            return False
        self._desk.session.open_document(document, path.absolute())
        self._remember(path)
        self._clear_journal()
        return True

    def open_example(self, example: Example) -> bool:
        """Open an example under its title; saving it asks where."""
        if not self.may_leave():
            return False
        document = load(example.path)
        if example.speed is not None:
            self._desk.session.speed = float(example.speed)
        self._desk.session.open_document(document, None, example.title)
        self._clear_journal()
        return True

    # Save

    def save(self) -> bool:
        """Save to the document's file, or ask where."""
        return self._save(self._desk.session.path) if self._desk.session.path else self.ask_save()

    def ask_save(self) -> bool:
        """Ask for a file and save there."""
        # Imported here: a start does not wait for what writes documents.
        from nnsim.gui.session.exports import may_replace

        session = self._desk.session
        start = session.path or Path(self._folder()) / f"{session.title or self.tr('network')}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save As"), str(start), self._filter())
        if not name:
            return False
        path = Path(name)
        if path.suffix != SUFFIX:
            # The dialog asked about the name as it was typed, not about this one.
            path = path.with_name(path.name + SUFFIX)
            if path.exists() and not may_replace(path, self._window):
                return False
        return self._save(path)

    def _save(self, path: Path) -> bool:
        _take_edits()
        document = self._desk.session.live_document
        try:
            save(document, path)
        except FileError as error:
            self._desk.session.refuse(str(error))
            return False
        self._desk.session.mark_saved(path.absolute(), document)
        self._desk.session.say(self.tr("Saved {name}").format(name=path.name))
        self._remember(path)
        self._clear_journal()
        return True

    def may_leave(self) -> bool:
        """Whether the open document may be replaced: saved, or given up on purpose. Stops training first."""
        _take_edits()
        self._desk.session.pause()
        session = self._desk.session
        if not session.dirty:
            return True
        name = session.path.name if session.path else session.title or self.tr("this network")
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Save changes?"),
            self.tr("Do you want to save your changes to “{name}”?").format(name=name),
            buttons.Save | buttons.Discard | buttons.Cancel,
            self._window,
        )
        box.setObjectName("save_question")
        box.setInformativeText(self.tr("They are lost if you do not save them."))
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        if answer == buttons.Save:
            return self.save()
        return answer == buttons.Discard

    # Recent files

    def recent(self) -> list[Path]:
        """Files opened or saved lately that are still there, newest first."""
        return [path for path in map(Path, stored_texts("recent")) if path.is_file()]

    def _remember(self, path: Path) -> None:
        path = path.absolute()
        kept = [path, *(p for p in self.recent() if p != path)][:MOST_RECENT]
        settings().setValue("recent", [str(p) for p in kept])
        self.recent_changed.emit()

    def clear_recent(self) -> None:
        """Forget all recent files."""
        settings().setValue("recent", [])
        self.recent_changed.emit()

    # Recovery

    def leftovers(self) -> tuple[Leftover, ...]:
        """Unsaved work of a window that died."""
        return self._journal.leftovers()

    def recover(self, leftover: Leftover) -> bool:
        """Open what was left over, as unsaved work."""
        if not self.may_leave():
            return False
        try:
            document = leftover.load()
        except FileError as error:
            self._desk.session.refuse(str(error))
            return False
        title = "" if leftover.path else self.tr("Recovered")
        self._desk.session.open_document(document, leftover.path, title, saved=False)
        self.write_journal()
        leftover.discard()
        return True

    def write_journal(self) -> None:
        """Keep unsaved work for the case that the program dies."""
        document = self._desk.session.live_document
        if document is self._written or not self._desk.session.dirty:
            return
        try:
            self._journal.write("main", document, self._desk.session.path)
        except FileError:
            # A full disk must not stop the learner; saving will say so.
            return
        self._written = document

    def close(self) -> None:
        """A clean end: nothing is left over."""
        self._timer.stop()
        self._journal.close()

    def _clear_journal(self) -> None:
        self._journal.remove("main")
        self._written = None

    def _folder(self) -> str:
        recent = self.recent()
        if self._desk.session.path:
            return str(self._desk.session.path.parent)
        if recent:
            return str(recent[0].parent)
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)

    def _filter(self) -> str:
        return self.tr("Networks (*.nnsim);;All files (*)")


def _take_edits() -> None:
    """A number or name that is half typed counts: its editor takes it when it loses the focus."""
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()


