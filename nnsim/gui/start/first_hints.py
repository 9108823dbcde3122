"""Hints for the first time: one line at a time at the lower edge of the canvas, gone for good once it was done."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QMoveEvent
from PySide6.QtWidgets import QLabel, QWidget

from nnsim.documents.document import Document
from nnsim.gui.canvas.interaction import Canvas
from nnsim.gui.look.icons import icon
from nnsim.gui.look.settings import HINTS_DONE
from nnsim.gui.look.theme import GRID, presenting
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.widgets.controls import name_widget

LEAST_ROOM = 340
"""On a canvas lower than so many pixels the network needs all of it, and no hint is shown."""


@dataclass(frozen=True)
class Hint:
    """A hint: its text, and when the learner is at the point where it helps."""

    id: str
    text: str
    due: Callable[[Desk], bool]
    after: str = ""
    """The hint that must be done before."""


def _matches(desk: Desk) -> bool:
    """Whether every row of a truth table is right, by what the learner did."""
    data = desk.session.dataset
    if data is None or desk.session.problems or desk.session.training or not desk.session.undo_stack.canUndo():
        # What was opened as it is, was not built.
        return False
    if not data.fits(len(desk.session.structure.inputs), len(desk.session.structure.outputs)):
        return False
    if len(data.X) > 64 or not np.isin(data.X, (0.0, 1.0)).all():
        return False
    return bool(np.array_equal(desk.session.program.forward(desk.session.network.parameters, data.X), data.T))


def _has_switch(desk: Desk) -> bool:
    return bool(desk.session.structure.connections) and not desk.session.problems and (
        desk.session.has_binary_inputs)


class FirstHints(QWidget):
    """Shows the first hint that is due and not done. ``done(id)`` is remembered in the learner's settings.

    A hint is done when the learner does what it says, presses Esc with nothing begun, or closes it. While the
    canvas has a line of its own to show there, the hint gives way.
    """

    def __init__(self, desk: Desk, canvas: Canvas) -> None:
        super().__init__(canvas.viewport())
        self._desk, self._canvas, self._room = desk, canvas, canvas.viewport()
        self._inputs = dict(desk.looking.inputs)
        self._hints = self._entries()
        self._done = set(HINTS_DONE.value())
        self._shown = ""
        name_widget(self, "first_hint", self.tr("Hint"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # It says words, though it stands on the canvas.
        self.setLayoutDirection(canvas.layoutDirection())
        self._text = QLabel()
        self._text.setObjectName("first_hint_text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._close = quiet_button("", "first_hint_close", self.tr("Do not show this hint again"))
        self._close.setToolTip(self.tr("Do not show this hint again (Esc)"))
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.dismiss)
        row = row_in(self, GRID, (GRID, 2, GRID, 2))
        row.addWidget(self._text)
        row.addWidget(self._close)
        self.hide()
        self._line = canvas.findChild(QLabel, "canvas_hint")
        for watched in (canvas.viewport(), self._line):
            if watched is not None:
                watched.installEventFilter(self)
        canvas.escaped.connect(self.dismiss)
        desk.document_changed.connect(self._on_document)
        desk.opened.connect(self._on_opened)
        desk.values_changed.connect(self._on_values)
        desk.run_changed.connect(self._on_run)
        desk.session.file_changed.connect(self._on_file)
        self._follow()

    def _entries(self) -> tuple[Hint, ...]:
        """All hints, in the order in which they are offered."""
        return (
            Hint("connect", self.tr("Drag from a neuron’s rim to connect it"),
                 lambda s: bool(s.session.structure.neurons) and not s.session.structure.connections),
            Hint("weight", self.tr("Double-click the number on a connection to change its weight"),
                 lambda s: bool(s.session.structure.connections), after="connect"),
            Hint("flip", self.tr("Click the switch under an input to flip it, and watch the output"), _has_switch),
            Hint("match", self.tr("Every row of the table is right: Ctrl+S saves it, Ctrl+G has more to build"),
                 _matches, after="connect"),
            Hint("train", self.tr("Train lets it learn by itself; Ctrl+Z takes the whole run back"),
                 lambda s: not s.session.training and not s.session.training_problems()),
        )

    @property
    def text(self) -> str:
        """What is shown now, or nothing."""
        return self._text.text() if self.isVisibleTo(self._room) else ""

    def done(self, id: str) -> None:
        """The learner knows this one from now on."""
        if id not in self._done:
            self._done.add(id)
            HINTS_DONE.store(sorted(self._done))
        self._follow()

    def dismiss(self) -> None:
        """Esc, or the cross: away with the one that is shown."""
        if self.text:
            self.done(self._shown)

    def start_again(self) -> None:
        """Show all of them anew."""
        self._done.clear()
        HINTS_DONE.forget()
        self._follow()

    # What was done

    def _on_document(self, old: Document, new: Document) -> None:
        before, after = old.network, new.network
        if after.structure is not before.structure:
            # One more than before, of the same network: another one that was opened does not count.
            more = len(after.structure.connections) - len(before.structure.connections)
            had, has = before.structure.by_ends.keys(), after.structure.by_ends.keys()
            if more == 1 and before.structure.neurons and had < has:
                self.done("connect")
        elif not self._desk.session.training:
            changed = np.flatnonzero(before.parameters != after.parameters)
            # One weight alone: a training run or random weights change many at once.
            if len(changed) == 1 and after.parameter_names[changed[0]] in after.structure.weight_names:
                self.done("weight")
        self._follow()

    def _on_opened(self) -> None:
        self._inputs = dict(self._desk.looking.inputs)
        if self._shown == "match":
            self.done("match")
        self._follow()

    def _on_values(self) -> None:
        if self._desk.session.training:
            return
        inputs, before = dict(self._desk.looking.inputs), self._inputs
        self._inputs = inputs
        if set(inputs) == set(before) and sum(inputs[id] != before[id] for id in inputs) == 1:
            self.done("flip")
        self._follow()

    def _on_run(self) -> None:
        if self._desk.session.training:
            self.done("train")
        self._follow()

    def _on_file(self) -> None:
        if self._shown == "match" and not self._desk.session.dirty:
            self.done("match")

    # What is shown

    def _follow(self) -> None:
        """Show the first that is due, if the canvas has nothing to say itself."""
        entry = next((h for h in self._hints if h.id not in self._done and (not h.after or h.after in self._done)
                      and h.due(self._desk)), None)
        shown = entry.id if entry is not None else ""
        if shown == self._shown:
            return
        self._shown = shown
        self._text.setText(entry.text if entry is not None else "")
        self._place()

    def _place(self) -> None:
        busy = self._line is not None and not self._line.isHidden()
        self._close.setIcon(icon("close", "muted"))
        self.adjustSize()
        room = self._room.width() - 2 * GRID
        # A hall is not told what to click.
        fits = self.width() <= room and self._room.height() >= LEAST_ROOM
        self.setVisible(bool(self._shown) and not busy and fits and not presenting())
        # The next fit keeps clear of it; until then nothing jumps.
        self._canvas.lower_edge = self.height() if not self.isHidden() else 0
        self.move(self._corner())

    def _corner(self) -> QPoint:
        return QPoint((self._room.width() - self.width()) // 2, self._room.height() - self.height() - GRID)

    def moveEvent(self, event: QMoveEvent) -> None:
        # A view that scrolls takes along what lies on it.
        super().moveEvent(event)
        if self.pos() != self._corner():
            self.move(self._corner())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = QEvent.Type
        if event.type() in (kinds.ShowToParent, kinds.HideToParent, kinds.Resize):
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_line"):
            self._place()
