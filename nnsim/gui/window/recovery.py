"""Offering what programs that died have left: a line above the canvas, and a dialog with a row for each."""

import contextlib
import threading
from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QMessageBox, QPushButton, QWidget

from nnsim.core.formulas.numbers import numbered
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, load, shown_name
from nnsim.documents.journal import KEPT_DAYS, Leftover
from nnsim.gui.look.theme import GRID, set_role, text_scale
from nnsim.gui.start.thumbnails import thumbnail
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.controls import name_widget, push_button
from nnsim.gui.widgets.forms import plain_text, scrolled
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.window.files import DocumentFiles
from nnsim.gui.window.message_bar import MessageBar

KEY = "recovery"
PICTURE = QSize(150, 100)
MOST_PICTURED = 300
"""Neurons; a larger network would be a blot, and take long to draw."""
LOOK_MS = 30


def _tr(text: str) -> str:
    return QCoreApplication.translate("Recovery", text)


def name_of(leftover: Leftover) -> str:
    """What the window called it."""
    if leftover.path is not None:
        return shown_name(leftover.path)
    return leftover.note.title or _tr("an unsaved network")


def when_of(leftover: Leftover) -> str:
    """When it was written, as the system writes times."""
    moment = QDateTime.fromSecsSinceEpoch(int(leftover.time))
    return QLocale().toString(moment, QLocale.FormatType.ShortFormat)


@dataclass(frozen=True)
class Content:
    """What is in a leftover: its document and that of its file, where they can be read."""

    document: Document | None
    saved: Document | None = None
    error: str = ""


def content_of(leftover: Leftover) -> Content:
    """Read a leftover and the file it came from."""
    try:
        document = leftover.load()
    except FileError as error:
        return Content(None, error=str(error))
    saved = None
    if leftover.path is not None:
        with contextlib.suppress(FileError):
            saved = load(leftover.path)
    return Content(document, saved)


def what_is_in(content: Content) -> str:
    """How large the network is, and what differs from the file."""
    document, saved = content.document, content.saved
    assert document is not None
    structure = document.network.structure
    neurons, parameters = len(structure.neurons), len(structure.parameter_names)
    said = [numbered(neurons, _tr("1 neuron"), _tr("{n} neurons")),
            numbered(parameters, _tr("1 parameter"), _tr("{n} parameters"))]
    return ", ".join(said) + ("" if saved is None else f" – {_differences(saved, document)}")


def _differences(saved: Document, document: Document) -> str:
    old, new = saved.network, document.network
    before, after = set(old.structure.by_id), set(new.structure.by_id)
    shared = set(old.parameter_names) & set(new.parameter_names)
    changed = sum(old.value(name) != new.value(name) for name in shared)
    ends = [{(c.source, c.target) for c in network.structure.connections} for network in (old, new)]
    counted = (
        (len(after - before), _tr("1 neuron more"), _tr("{n} neurons more")),
        (len(before - after), _tr("1 neuron less"), _tr("{n} neurons less")),
        (len(ends[1] - ends[0]), _tr("1 connection more"), _tr("{n} connections more")),
        (len(ends[0] - ends[1]), _tr("1 connection less"), _tr("{n} connections less")),
        (changed, _tr("1 number changed"), _tr("{n} numbers changed")),
    )
    said = [numbered(n, one, many) for n, one, many in counted if n]
    kept = [old.structure.by_id[id] == new.structure.by_id[id] for id in before & after]
    for differs, text in ((not all(kept), _tr("other neurons")), (saved.data != document.data, _tr("other data")),
                          (saved.training != document.training, _tr("other training settings")),
                          (saved.notes != document.notes, _tr("other notes"))):
        if differs:
            said.append(text)
    if not said:
        return _tr("other places only") if saved.layout != document.layout else _tr("the same as the file")
    return _tr("against the file: {what}").format(what=", ".join(said))


class RecoveryOffer(QObject):
    """Tells of what was left, until it is taken, removed, or put off."""

    def __init__(self, files: DocumentFiles, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._files, self._messages, self._window = files, messages, window
        self.dialog: RecoveryDialog | None = None
        files.recovery_asked.connect(self.show)

    def offer(self) -> None:
        """Look for what was left, and say so."""
        left = self._files.leftovers()
        if not left:
            self._messages.withdraw(KEY)
        elif len(left) == 1 and not left[0].outdated:
            text = self.tr("nnsim ended unexpectedly. Your work on {name} was kept, as of {when}.")
            self._messages.stand(KEY, text.format(name=name_of(left[0]), when=when_of(left[0])), self.tr("Recover"),
                                 lambda: self.recover(left[0]))
        else:
            if len(left) == 1:
                text = self.tr("nnsim ended unexpectedly. Your work on {name} was kept; its file is newer.").format(
                    name=name_of(left[0]))
            else:
                text = self.tr("nnsim ended unexpectedly. Unsaved work on {n} networks was kept.").format(n=len(left))
            self._messages.stand(KEY, text, self.tr("Look…"), self.show)

    def show(self) -> None:
        """Open the dialog with all that was left."""
        if self.dialog is not None:
            self.dialog.close()
        self.dialog = RecoveryDialog(self._files.leftovers(), self, self._window)
        self.dialog.show()

    def recover(self, leftover: Leftover) -> None:
        """Open one of them; what else there is stays on offer."""
        if self._files.recover(leftover) and self.dialog is not None:
            self.dialog.close()
            self._window.activateWindow()
        self.offer()

    def delete(self, leftover: Leftover) -> bool:
        """Remove one of them for good, if the learner is sure."""
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Question, self.tr("Delete it for good?"),
            self.tr("Delete the unsaved work on “{name}” for good?").format(name=name_of(leftover)),
            buttons.Yes | buttons.No, self.dialog or self._window)
        box.setObjectName("delete_question")
        box.button(buttons.Yes).setText(self.tr("Delete"))
        box.setDefaultButton(buttons.No)
        if box.exec() != buttons.Yes:
            return False
        leftover.discard()
        self.offer()
        return True


class RecoveryDialog(QDialog):
    """A row for each: its picture, name and folder, when it was kept, what is in it, and whether its file is newer."""

    def __init__(self, left: tuple[Leftover, ...], offer: RecoveryOffer, parent: QWidget) -> None:
        super().__init__(parent)
        name_widget(self, "recovery_dialog", self.tr("Recover unsaved work"))
        self.setWindowTitle(self.tr("Recover unsaved work"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer = offer
        self.rows = [_Row(index, leftover, self) for index, leftover in enumerate(left)]
        content = QWidget()
        column = column_in(content, GRID, (0, 0, GRID, 0))
        for row in self.rows:
            column.addWidget(row)
        column.addStretch(1)
        area = scrolled(content)
        area.setObjectName("recovery_rows")
        outer = column_in(self, GRID, (2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID))
        about = plain_text("recovery_about", muted=True)
        outer.addWidget(about)
        about.setText(
            self.tr("nnsim ended before this work was saved. What you leave here is kept for {n} days.").format(
                n=KEPT_DAYS))
        outer.addWidget(area, 1)
        below = row_in(None)
        below.addStretch(1)
        tip = self.tr("It is offered again at the next start")
        later = push_button(self.tr("Keep for later"), "recovery_later", tip)
        later.clicked.connect(self.close)
        below.addWidget(later)
        outer.addLayout(below)
        scale = text_scale()
        self.resize(round(640 * scale), round(min(150 + 130 * max(len(left), 1), 600) * scale))
        self._read: deque[tuple[int, Content]] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(left,), name="nnsim-recovery", daemon=True)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._take)
        self._timer.start(LOOK_MS)
        self._thread.start()
        self.finished.connect(self._on_over)

    def recover(self, leftover: Leftover) -> None:
        """Open it in the window."""
        self._offer.recover(leftover)

    def delete(self, row: "_Row") -> None:
        """Remove it for good."""
        if self._offer.delete(row.leftover):
            self.rows.remove(row)
            row.hide()
            row.deleteLater()
            if not self.rows:
                self.close()

    def _on_over(self) -> None:
        self._over.set()
        self._timer.stop()
        if self._offer.dialog is self:
            self._offer.dialog = None

    def _work(self, left: tuple[Leftover, ...]) -> None:
        """Read them one after the other, beside the window."""
        for index, leftover in enumerate(left):
            if self._over.is_set():
                return
            self._read.append((index, content_of(leftover)))

    def _take(self) -> None:
        alive = self._thread.is_alive()
        while self._read:
            index, content = self._read.popleft()
            for row in self.rows:
                if row.index == index:
                    row.show_content(content)
        if not alive:
            self._timer.stop()


class _Row(QFrame):
    """One leftover."""

    def __init__(self, index: int, leftover: Leftover, dialog: RecoveryDialog) -> None:
        super().__init__()
        self.index, self.leftover = index, leftover
        self.setObjectName(f"recovery_row_{index}")
        self._picture = QLabel()
        self._picture.setObjectName(f"recovery_picture_{index}")
        self._picture.setFixedSize(PICTURE * text_scale())
        texts = column_in(None, GRID // 2)
        folder = str(leftover.path.parent) if leftover.path else self.tr("never saved")
        name = ElidedLabel(name_of(leftover), name=f"recovery_name_{index}", tone="title")
        where = ElidedLabel(f"{folder}  ·  {when_of(leftover)}", name=f"recovery_when_{index}", tone="muted")
        self._what = plain_text(f"recovery_what_{index}")
        newer = plain_text(f"recovery_newer_{index}")
        if leftover.outdated:
            newer.setText(self.tr("The file was saved again since: it is newer than this work."))
        newer.setVisible(leftover.outdated)
        for widget in (name, where, self._what, newer):
            texts.addWidget(widget)
        texts.addStretch(1)
        self.recover = push_button(self.tr("Recover"), f"recovery_recover_{index}", self.tr("Open it as unsaved work"),
                                   heard=self.tr("Recover {name}").format(name=name_of(leftover)))
        self.recover.clicked.connect(lambda: dialog.recover(leftover))
        self.delete: QPushButton = push_button(
            self.tr("Delete"), f"recovery_delete_{index}", self.tr("Remove it for good"),
            heard=self.tr("Delete {name}").format(name=name_of(leftover)))
        self.delete.clicked.connect(lambda: dialog.delete(self))
        buttons = column_in(None, GRID // 2)
        buttons.addWidget(self.recover)
        buttons.addWidget(self.delete)
        buttons.addStretch(1)
        set_role(self, card="whole")
        row = row_in(self, 2 * GRID, (GRID, GRID, GRID, GRID))
        row.addWidget(self._picture)
        row.addLayout(texts, 1)
        row.addLayout(buttons)

    def show_content(self, content: Content) -> None:
        """Say what is in it, with a picture; or why it cannot be opened."""
        if content.document is None:
            self._what.setText(self.tr("It cannot be opened: {why}").format(why=content.error))
            self.recover.setEnabled(False)
            return
        self._what.setText(what_is_in(content))
        if len(content.document.network.structure.neurons) <= MOST_PICTURED:
            size, ratio = self._picture.size(), self.devicePixelRatioF()
            # As a network where there is no map: its data lie elsewhere, it is half built, or its numbers are extreme.
            with np.errstate(all="ignore"):
                try:
                    picture = thumbnail(content.document, size, ratio)
                except (ValueError, ArithmeticError):
                    picture = thumbnail(replace(content.document, data=None), size, ratio)
            self._picture.setPixmap(picture)
