"""What the window writes for other readers: worked solutions and worksheets, in the format of the file's name."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnsim.documents.files import FileError, write_text
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.worked_solution import worked_solution
from nnsim.gui.look.settings import EXPORT_FOLDER
from nnsim.gui.session.desk import Desk


def _tr(text: str) -> str:
    return QCoreApplication.translate("Exports", text)


def export_worked_solution(desk: Desk, parent: QWidget, exercise: bool = False) -> bool:
    """Ask for a file and write the calculation of the current network and sample; True if it was written.

    As an exercise its results are blanks, and a key stands at the end. What is in the way is said, not raised.
    """
    trainer, latest = desk.session.paused_trainer, desk.session.latest
    name = desk.session.title or (desk.session.path.stem if desk.session.path else _tr("network"))
    title = (_tr("Exercise: {name}") if exercise else _tr("Worked solution: {name}")).format(name=name)

    write = partial(
        worked_solution, desk.session.network, desk.looking.input_row[0], desk.study.targets,
        desk.session.document.training, notation=desk.study.notation, title=title, blanks=exercise,
        epoch=latest.epoch if latest else 0, memory=trainer.memory if trainer is not None else None)

    file = (_tr("{name} exercise") if exercise else _tr("{name} solution")).format(name=name)
    heading = _tr("Export Exercise") if exercise else _tr("Export Worked Solution")
    return ask_and_write(desk, parent, heading, file, write)


def ask_and_write(desk: Desk, parent: QWidget, heading: str, name: str, write: Callable[[str], str]) -> bool:
    """Ask for a file, called ``name`` at first, and write what ``write(format)`` gives for the format of its suffix.

    ``write`` is called in a thread, and must not touch the window. True if it was written. What is in the way, in
    ``write`` (as ValueError) or on the disk, the session says.
    """
    formats = {entry.suffix: entry for entry in FORMATS.values()}
    filters = {f"{entry.label} (*{entry.suffix})": entry for entry in FORMATS.values()}
    safe = "".join(" " if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name).strip()
    start = _folder(desk) / f"{safe[:80] or _tr('worksheet')}{FORMATS['html'].suffix}"
    html = next(text for text, entry in filters.items() if entry.name == "html")
    chosen, said = QFileDialog.getSaveFileName(parent, heading, str(start), ";;".join(filters), html)
    if not chosen:
        return False
    path = Path(chosen)
    if path.suffix.lower() not in formats:
        path = path.with_name(path.name + filters.get(said, FORMATS["html"]).suffix)
        # The dialog asked about the name as it was typed, not about this one.
        if path.exists() and not may_replace(path, parent):
            return False
    try:
        desk.session.beside.run(lambda: write_text(write(formats[path.suffix.lower()].name), path),
                                _tr("Writing {name} …").format(name=path.name))
    except FileError as error:
        desk.session.refuse(str(error), "failed")
        return False
    except ValueError as error:
        desk.session.refuse(_tr("Nothing was written: {why}").format(why=error), "failed")
        return False
    EXPORT_FOLDER.store(str(path.absolute().parent))
    folder = QDir.toNativeSeparators(str(path.absolute().parent))
    desk.session.say(_tr("Wrote {name} in {folder}").format(name=path.name, folder=folder))
    return True


def _folder(desk: Desk) -> Path:
    """Where the last export went, else the document's folder, else that of documents."""
    last = EXPORT_FOLDER.value()
    if last:
        return Path(last)
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return desk.session.folder or Path(documents)


def may_replace(path: Path, parent: QWidget) -> bool:
    """Ask whether a file that exists may be replaced."""
    buttons = QMessageBox.StandardButton
    question = _tr("“{name}” exists already. Replace it?").format(name=path.name)
    box = QMessageBox(QMessageBox.Icon.Question, _tr("Replace the file?"), question, buttons.Yes | buttons.No, parent)
    box.setObjectName("replace_question")
    box.setDefaultButton(buttons.No)
    return box.exec() == buttons.Yes
