"""Opening and saving from the window: dialogs, recent files, and what was left over."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from nnsim.data.dataset import Dataset
from nnsim.documents.document import Document
from nnsim.documents.examples import Example
from nnsim.documents.files import FileError, FileState, load, load_with_state, save_with_state, shown_name
from nnsim.documents.journal import Leftover, RecoveryJournal
from nnsim.gui.session.beside import Cancelled
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.warming import read_and_warm
from nnsim.gui.window import recent
from nnsim.gui.window.data_file import Copy, copy_along, may_copy_along
from nnsim.gui.window.keeping import Keeping
from nnsim.gui.window.kept_answers import remember_answers, remembered_answers
from nnsim.gui.window.loading import Loading
from nnsim.gui.window.saving import Saving

SUFFIX = ".nnsim"
FIRST_SPEED = 100.0
SAVED_SECONDS = 0.2
"""So long an end from outside waits for a save."""
NEVER = FileState(0, -1, 0, b"")
"""The state of a file that nobody here has seen: what stands in it is another's."""


class DocumentFiles(QObject):
    """New, open, save and recover. Nothing here loses work: what is unsaved is asked about first.

    ``recent_changed()`` when other files are recent, ``leftovers_changed()`` when other work waits to be recovered,
    ``recovery_asked()`` when the learner wants to see it.
    """

    recent_changed = Signal()
    leftovers_changed = Signal()
    recovery_asked = Signal()

    def __init__(self, desk: Desk, window: QWidget, place: Path | None = None) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        folder = place or Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))
        self._journal = RecoveryJournal(folder / "recovery")
        self._on_disk: tuple[Path, FileState] | None = None
        """The open file as it was when it was opened or saved."""
        self._keeping = Keeping(desk, self._journal, self._opened_state, self)
        self._keeping.failed.connect(self._on_unkept)
        self.loading = Loading(self)
        self.saving = Saving(self)
        self.left: tuple[Leftover, ...] = ()
        """What waits to be recovered, as it was found last."""

    # New and open

    def new(self) -> bool:
        """An empty document. False if the learner chose to keep the open one."""
        if not self.may_leave():
            return False
        self._show(Document(), speed=FIRST_SPEED)
        return True

    def ask_open(self) -> bool:
        """Ask for a file and open it."""
        if not self.may_leave():
            return False
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open"), self._folder(), self._filter())
        return bool(name) and self._open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a file. A file that cannot be opened leaves the open document as it is, and says why.

        Returns when it is open, refused (False), or cancelled; a large one is read beside the window, which can be used
        meanwhile. Opening another one cancels it.
        """
        return self.may_leave() and self._open(path)

    def _open(self, path: Path) -> bool:
        path = path.absolute()
        before = self._desk.session.document
        try:
            document, state, data = self.loading.run(lambda: _read(path), self._opening(shown_name(path)))
        except Cancelled:
            return False
        except FileError as error:
            self._desk.session.refuse(str(error), "failed")
            return False
        if not self._may_leave_now(before):
            return False
        self._on_disk = path, state
        self._show(document, path, speed=recent.remembered_speed(path, self._desk.session.speed), data=data)
        self._remember(path)
        return True

    def open_example(self, example: Example) -> bool:
        """Open an example under its title; saving it asks where."""
        if not self.may_leave():
            return False
        document = load(example.path)
        speed = self._desk.session.speed if example.speed is None else float(example.speed)
        self._show(document, title=example.title, speed=speed)
        return True

    def _show(self, document: Document, path: Path | None = None, title: str = "", saved: bool = True,
              speed: float | None = None, data: Dataset | None = None) -> None:
        """Another document takes the open one's place."""
        self.loading.cancel()
        self._remember_view()
        session = self._desk.session
        session.speed = speed
        with self._keeping.opening():
            session.open_document(document, path, title, saved, data)
        answers = remembered_answers(self._name)
        self._desk.answers.restore(answers)
        self._keeping.kept_elsewhere = answers

    def _may_leave_now(self, before: Document) -> bool:
        """Whether the open document may still be replaced, after it could be edited for a while."""
        session = self._desk.session
        return (session.document is before and not session.training) or self.may_leave()

    def _opening(self, name: str) -> str:
        return self.tr("Opening {name} …").format(name=name)

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
        name, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save as"), str(start), self._filter())
        if not name:
            return False
        path = Path(name)
        if path.suffix.lower() != SUFFIX:
            # The dialog asked about the name as it was typed, not about this one.
            path = path.with_name(path.name + SUFFIX)
            if path.exists() and not may_replace(path, self._window):
                return False
        return self._save(path)

    def _save(self, path: Path) -> bool:
        """Save there. A large document is written beside the window, which can be used meanwhile; whoever wants to
        leave it waits until it is on the disk. What is edited meanwhile stays unsaved."""
        _take_edits()
        path, session = path.absolute(), self._desk.session
        saving = self.tr("Saving {name} …").format(name=shown_name(path))
        try:
            joined = self.saving.joined((path, session.live_document))
            if joined is not None:
                return joined
            if self._changed_on_disk(path, saving):
                answer = self._ask_about_change(path)
                if answer != QMessageBox.StandardButton.Yes:
                    return answer == QMessageBox.StandardButton.No and self.ask_save()
            document = session.live_document
            copy = may_copy_along(document, session.folder, path.parent, self._window)
            if copy is None:
                return False
            return self.saving.run((path, document), lambda: _write(document, path, copy), saving,
                                   lambda outcome: self._on_written(outcome, path, document))
        except Cancelled:
            return False

    def _changed_on_disk(self, path: Path, saving: str) -> bool:
        """Whether another has written the open file."""
        self.saving.wait()
        on_disk = self._on_disk
        if on_disk is None or on_disk[0] != path:
            return False
        return not self._desk.session.beside.run(lambda: on_disk[1].still(path), saving)

    def _on_written(self, outcome: Callable[[], tuple[FileState, str]], path: Path, document: Document) -> bool:
        session = self._desk.session
        try:
            state, notes = outcome()
        except FileError as error:
            session.refuse(str(error), "failed")
            return False
        self._on_disk = path, state
        session.mark_saved(path, document)
        saved = self.tr("Saved {name}").format(name=shown_name(path))
        if notes:
            session.refuse(f"{saved}. {notes}", "failed")
        else:
            session.say(saved)
        self._remember(path)
        self._remember_speed()
        self._keeping.saved()
        return True

    def _ask_about_change(self, path: Path) -> QMessageBox.StandardButton:
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Warning, self.tr("Replace the other version?"),
            self.tr("“{name}” was changed by another window or program since you opened it.").format(
                name=shown_name(path)),
            buttons.Yes | buttons.No | buttons.Cancel, self._window)
        box.setObjectName("changed_question")
        box.setInformativeText(self.tr("Replacing it loses what was changed there. “Save as” keeps both."))
        box.button(buttons.Yes).setText(self.tr("Replace"))
        box.button(buttons.No).setText(self.tr("Save as…"))
        box.setDefaultButton(buttons.No)
        return buttons(box.exec())

    def may_leave(self) -> bool:
        """Whether the open document may be replaced: saved, or given up on purpose. Stops training first, and waits for
        what is being saved."""
        _take_edits()
        session = self._desk.session
        session.pause()
        try:
            self.saving.wait()
        except Cancelled:
            return False
        if not session.dirty:
            return True
        name = shown_name(session.path) if session.path else session.title or self.tr("this network")
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
            # It could be edited while it was saved.
            return self.save() and self.may_leave()
        return answer == buttons.Discard

    # Recent files

    def recent(self) -> list[Path]:
        """Files opened or saved lately that are still there, newest first."""
        return recent.recent_files()

    def _remember(self, path: Path) -> None:
        recent.remember(path)
        self.recent_changed.emit()

    def _remember_view(self) -> None:
        """What is no part of the document but the learner's own: the speed, and answers on worksheets."""
        self._remember_speed()
        if self._name:
            remember_answers(self._name, self._desk.answers.entries())

    @property
    def _name(self) -> str:
        """What the open document is known by when it is opened again: its file, or an example's title."""
        session = self._desk.session
        return recent.path_text(session.path) if session.path else session.title and f"title:{session.title}"

    def _remember_speed(self) -> None:
        """The file's training goes on at this speed when it is opened again."""
        if self._desk.session.path is not None:
            recent.remember_speed(self._desk.session.path, self._desk.session.speed)

    def clear_recent(self) -> None:
        """Forget all recent files."""
        recent.forget_all()
        self.recent_changed.emit()

    # Recovery

    def leftovers(self) -> tuple[Leftover, ...]:
        """Unsaved work of windows that died, newest first."""
        self.left = self._keeping.leftovers()
        self.leftovers_changed.emit()
        return self.left

    def recover(self, leftover: Leftover) -> bool:
        """Open what was left over, as unsaved work. What cannot be opened is put aside, and offered no more."""
        if not self.may_leave():
            return False
        before, name = self._desk.session.document, shown_name(leftover.path) if leftover.path else ""
        try:
            text = self._opening(name or self.tr("unsaved work"))
            document, data = self.loading.run(lambda: _recovered(leftover), text)
        except Cancelled:
            return False
        except FileError as error:
            kept = self.tr("It was put aside as {file}.").format(file=leftover.set_aside())
            self._desk.session.refuse(f"{error} {kept}", "failed")
            return False
        if not self._may_leave_now(before):
            return False
        path, note = leftover.path, leftover.note
        title = "" if path else note.title or self.tr("Recovered")
        if path is not None:
            self._on_disk = path, note.state or (NEVER if leftover.outdated else _state_now(path))
        self._show(document, path, title, saved=False, speed=note.speed, data=data)
        self._desk.answers.restore(note.answers)
        self._keeping.adopt(leftover)
        return True

    def write_journal(self) -> None:
        """Keep unsaved work, before this returns, for the case that the program dies."""
        self._keeping.keep_now()

    def end_now(self) -> None:
        """The program has to end at once, whatever is open: unsaved work is kept before this returns, and offered at
        the next start. Nothing is asked; nothing more is kept after it.

        It takes no longer than a second: what is too large to be written by then stays as it was kept last, by the
        writing that follows each edit, and a save that is not done by then leaves its file as it was.
        """
        self.loading.cancel()
        try:
            self.saving.wait_briefly(SAVED_SECONDS)
        finally:
            self._keeping.end_now()
        self._remember_view()

    def close(self) -> None:
        """A clean end: nothing is left over."""
        self.loading.cancel()
        self._remember_view()
        self._keeping.close()

    def _on_unkept(self, error: FileError) -> None:
        self._desk.session.refuse(self.tr(
            "Your unsaved work cannot be kept for the case that nnsim ends unexpectedly ({why}) Save it now and then."
        ).format(why=error), "failed")

    def _opened_state(self) -> FileState | None:
        on_disk = self._on_disk
        return on_disk[1] if on_disk is not None and on_disk[0] == self._desk.session.path else None

    def _folder(self) -> str:
        recent = self.recent()
        if self._desk.session.path:
            return str(self._desk.session.path.parent)
        if recent:
            return str(recent[0].parent)
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)

    def _filter(self) -> str:
        return self.tr("Networks (*.nnsim *.NNSIM);;All files (*)")


def _read(path: Path) -> tuple[Document, FileState, Dataset | None]:
    """A file's document and its data, with all that the window will ask of it first worked out."""
    document, state = load_with_state(path)
    return document, state, read_and_warm(document, path.parent)


def _recovered(leftover: Leftover) -> tuple[Document, Dataset | None]:
    document = leftover.load()
    return document, read_and_warm(document, leftover.path.parent if leftover.path else None)


def _write(document: Document, path: Path, copy: Copy) -> tuple[FileState, str]:
    """Save a document, and copy its data file; the file's state then, and what there is to say."""
    state, notes = save_with_state(document, path)
    return state, " ".join(filter(None, (notes, copy_along(copy))))


def _state_now(path: Path) -> FileState:
    """The state of a file whose content was not looked at when its work was last kept, and that is no newer."""
    try:
        now = path.stat()
    except OSError:
        return NEVER
    return FileState(now.st_mtime_ns, now.st_size, now.st_ino, b"")


def _take_edits() -> None:
    """A number or name that is half typed counts: its editor takes it when it loses the focus."""
    focused = QApplication.focusWidget()
    # What takes no text keeps the keys: also, a large network would be drawn anew for it.
    if focused is not None and focused.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
        focused.clearFocus()
