"""Copy, cut, paste and duplicate: a part of a network travels as the text of an .nnsim file."""

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData, QObject, QPointF
from PySide6.QtWidgets import QApplication

from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import numbered
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.files import decode, encode
from nnsim.documents.format.errors import FileError
from nnsim.documents.fragments import fragment, insert
from nnsim.documents.layout import filled
from nnsim.gui.canvas.view import CanvasView

MIME_TYPE = "application/x-nnsim"
"""What the clipboard calls a part of a network; the same as a file's. It is offered as text, too."""
STEP = QPointF(72, 96)
"""How far a copy stands from what it was copied from, and from the copy before: clear of names and switches."""
MOST_STEPS = 60


class Clipboard(QObject):
    """Puts what is selected on the system's clipboard, and a network from there onto the canvas."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._desk = view, view.desk

    def copy(self) -> bool:
        """Copy the selected neurons and the connections between them. False if none is selected."""
        part = self._selected()
        if part is None:
            return False
        raw = self._desk.session.beside.run(lambda: encode(part), self.tr("Copying …"))
        data = QMimeData()
        data.setData(MIME_TYPE, QByteArray(raw))
        data.setText(raw.decode())
        QApplication.clipboard().setMimeData(data)
        count = len(part.network.structure.neurons)
        self._desk.session.say(numbered(count, self.tr("1 neuron copied"), self.tr("{n} neurons copied")))
        return True

    def cut(self) -> None:
        """Copy, then remove; a selected connection goes with its neurons."""
        if self.copy():
            chosen = self._desk.looking.selected_neurons
            self._desk.session.apply(self.tr("Cut"), lambda d: edits.remove(d, chosen))

    def paste(self, at: QPointF | None = None) -> None:
        """Add the network on the clipboard: around the point ``at``, or where it came from, a little aside."""
        raw = self._on_clipboard()
        if not raw.startswith(b"{"):
            self._desk.session.refuse(
                self.tr("There is no network on the clipboard: select neurons and copy them first.")
            )
            return
        name = self.tr("The clipboard")
        try:
            part = self._desk.session.beside.run(lambda: decode(raw, name), self.tr("Reading the clipboard …"))
        except FileError as error:
            self._desk.session.refuse(str(error))
            return
        if part.network.structure.neurons:
            self._insert(self.tr("Paste"), part, at)

    def holds_network(self) -> bool:
        """Whether the clipboard has what may be a network."""
        return self._on_clipboard().startswith(b"{")

    @staticmethod
    def _on_clipboard() -> bytes:
        data = QApplication.clipboard().mimeData()
        if data is None:
            return b""
        if data.hasFormat(MIME_TYPE):
            return bytes(data.data(MIME_TYPE).data()).lstrip()
        return data.text().encode("utf-8", "replace").lstrip()

    def duplicate(self) -> None:
        """A copy of what is selected beside it; the clipboard keeps what it has."""
        part = self._selected()
        if part is not None:
            self._insert(self.tr("Duplicate"), part, None)

    def _selected(self) -> Document | None:
        """The selected neurons as they are now, also while training; None, and a hint, if there are none."""
        chosen = self._desk.looking.selected_neurons
        if not chosen:
            self._view.show_hint(self.tr("Select neurons first; the connections between them come along."))
            return None
        document = self._desk.session.live_document
        return self._desk.session.beside.run(lambda: fragment(document, chosen), self.tr("Copying …"))

    def _insert(self, text: str, part: Document, at: QPointF | None) -> None:
        shift, session = self._shift(part, at), self._desk.session
        before = set(session.structure.by_id)
        if session.apply(text, lambda d: insert(d, part, (shift.x(), shift.y()))[0],
                         more=len(part.network.structure.connections)):
            new = session.structure.by_id.keys() - before
            scene = self._view.network_scene
            rows = np.array(scene.neurons.rows(new), dtype=np.intp)
            self._desk.looking.select(new, scene.edges.between(rows))
            self._view.ensure_shown(*new)

    def _shift(self, part: Document, at: QPointF | None) -> QPointF:
        """How far a part is moved: onto the point, or step by step until it covers no neuron."""
        places = np.array([*part.layout.values()])
        if at is not None:
            x, y = self._view.network_scene.position(at)
            return QPointF(x, y) - QPointF(*((places.min(axis=0) + places.max(axis=0)) / 2).tolist())
        document = self._desk.session.document
        taken = np.array([*filled(document.network.structure, document.layout).values()]).reshape(-1, 2)
        for step in range(MOST_STEPS):
            if not _cover(places + np.multiply(STEP.toTuple(), step), taken):
                return STEP * step
        return STEP


def _cover(places: Array, taken: Array) -> bool:
    """Whether one of some places is nearer to one that is taken than a step, in x and in y."""
    taken = taken[np.argsort(taken[:, 0])]
    x, y = taken.T
    first = np.searchsorted(x, places[:, 0] - STEP.x(), side="right")
    after = np.searchsorted(x, places[:, 0] + STEP.x(), side="left")
    return any((np.abs(y[i:j] - at) < STEP.y()).any()
               for i, j, at in zip(first.tolist(), after.tolist(), places[:, 1].tolist(), strict=True) if i < j)
