"""The CSV file beside a document: copied along when the document moves, and watched while it is open."""

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QFileSystemWatcher, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from nnsim.data.sources import CsvData
from nnsim.documents.atomic import write_atomically
from nnsim.documents.document import Document
from nnsim.documents.files import shown_name
from nnsim.gui.session.desk import Desk
from nnsim.gui.window.message_bar import MessageBar

Copy = tuple[Path, Path] | tuple[()]
"""From where to where; empty if nothing has to be copied."""
SETTLED_MS = 200
"""Programs write a file in several steps."""
KEY = "data_file"


def _tr(text: str) -> str:
    return QCoreApplication.translate("DataFile", text)


def data_file(document: Document, folder: Path | None) -> Path | None:
    """Where the CSV file of a document in this folder lies; None if it has none."""
    source = document.data
    if folder is None or not isinstance(source, CsvData):
        return None
    return folder / source.path.replace("\\", "/")


# Moving


def may_copy_along(document: Document, old: Path | None, new: Path, parent: QWidget) -> Copy | None:
    """What has to be copied so that a document saved in another folder has its data. Asks if another file would be
    replaced; None if it must not be, and the document not saved."""
    source, target = data_file(document, old), data_file(document, new)
    if source is None or target is None or not source.is_file():
        return ()
    if target.exists() and (target.samefile(source) or _same_content(source, target)):
        return ()
    if not target.exists():
        return source, target
    buttons = QMessageBox.StandardButton
    box = QMessageBox(
        QMessageBox.Icon.Question, _tr("Replace the data file?"),
        _tr("The data of this network are in “{name}”; another file of this name is there already.").format(
            name=shown_name(target)),
        buttons.Yes | buttons.No | buttons.Cancel, parent)
    box.setObjectName("data_question")
    box.setInformativeText(_tr("Replace it with this network’s data, or use what is there?"))
    box.button(buttons.Yes).setText(_tr("Replace"))
    box.button(buttons.No).setText(_tr("Use what is there"))
    box.setDefaultButton(buttons.Cancel)
    answer = box.exec()
    if answer == buttons.Yes:
        return source, target
    return () if answer == buttons.No else None


def copy_along(copy: Copy) -> str:
    """Copy the data file. Why it could not be, and what to do; empty if it was."""
    if not copy:
        return ""
    source, target = copy
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, source.read_bytes())
    except OSError as error:
        return _tr("Its data file {name} could not be copied ({why}): copy it into {folder}.").format(
            name=shown_name(source), why=error.strerror, folder=target.parent)
    return ""


def _same_content(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
    except OSError:
        return False


# While it is open


class DataFileWatch(QObject):
    """Says in the message bar that the open document's CSV file has changed or is gone, and offers to read it anew.

    The system's watcher may miss what happens on other computers and loses a file that is replaced: so it is looked at
    too when a window gets the keys.
    """

    def __init__(self, desk: Desk, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._messages = desk, messages
        self._file: Path | None = None
        self._known: object = None
        self._watcher = QFileSystemWatcher(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLED_MS)
        self._soon.timeout.connect(self.look)
        self._watcher.fileChanged.connect(self._on_change)
        self._watcher.directoryChanged.connect(self._on_change)
        desk.document_changed.connect(self._follow)
        desk.session.file_changed.connect(self._follow)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.focusWindowChanged.connect(self._on_change)

    def look(self) -> None:
        """See whether the file is as it was read."""
        if self._file is None:
            return
        self._watch()
        state = _state(self._file)
        if state == self._known:
            self._messages.withdraw(KEY)
            return
        name = shown_name(self._file)
        if state is None:
            text = self.tr("{name}, this network’s data, is gone. What was read of it stays until you reload.")
        else:
            text = self.tr("{name}, this network’s data, has changed on the disk.")
        self._messages.stand(KEY, text.format(name=name), self.tr("Reload"), self.reload)

    def reload(self) -> None:
        """Read the file anew."""
        self._known = None if self._file is None else _state(self._file)
        self._messages.withdraw(KEY)
        self._desk.session.reload_data()

    def _follow(self) -> None:
        session = self._desk.session
        file = data_file(session.document, session.folder)
        if file != self._file:
            self._file = file
            self._known = None if file is None else _state(file)
            self._soon.stop()
            self._messages.withdraw(KEY)
            self._watch()

    def _on_change(self) -> None:
        if self._file is not None:
            self._soon.start()

    def _watch(self) -> None:
        """The file, and the folder, in which another may take its place."""
        wanted = set() if self._file is None else {str(p) for p in (self._file, self._file.parent) if p.exists()}
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if watched - wanted:
            self._watcher.removePaths(list(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(list(wanted - watched))


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        state = os.stat(file)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
