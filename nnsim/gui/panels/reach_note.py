"""A line beside a choice: targets that the outputs can never give, and a button that mends it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.documents import edits
from nnsim.gui.look.theme import GRID
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.controls import push_button
from nnsim.gui.widgets.forms import plain_text
from nnsim.gui.widgets.reach_text import reach_text
from nnsim.training.problems import loss_takes
from nnsim.training.ranges import OutOfReach, out_of_reach


class ReachNote(QWidget):
    """Hidden while every target can be reached. ``show_document`` looks anew, at all outputs or at some of them."""

    def __init__(self, desk: Desk, name: str) -> None:
        """``name`` begins the object names of what it has in it."""
        super().__init__()
        self.setObjectName(name)
        self._desk = desk
        self._first: OutOfReach | None = None
        self._known: tuple[object, ...] = ()
        self._found: tuple[OutOfReach, ...] = ()
        column = column_in(self, GRID // 2)
        self._says = plain_text(f"{name}_text", small=True)
        column.addWidget(self._says)
        self._act = push_button(self.tr("Use another activation"), f"{name}_mend",
                                self.tr("Choose an activation that reaches the targets"), "link")
        self._act.setCursor(Qt.CursorShape.PointingHandCursor)
        self._act.clicked.connect(self._mend)
        row = row_in(None, GRID)
        row.addWidget(self._act)
        row.addStretch(1)
        column.addLayout(row)
        self.hide()

    def show_document(self, output: str = "") -> None:
        """Say what is out of reach, of this output or of all."""
        found = [part for part in self._out_of_reach() if not output or output in part.outputs]
        self._first = found[0] if found else None
        if self._first is not None:
            self._says.setText(reach_text(self._first))
            self._says.setMinimumHeight(max(0, self._says.heightForWidth(self.width())))
            outputs = self._first.outputs
            what = outputs[0] if len(outputs) == 1 else self.tr("the outputs")
            act = self.tr("Use {activation} for {what}").format(
                activation=ACTIVATIONS[self._first.better].label, what=what)
            self._act.setText(act)
            self._act.setAccessibleName(act)
            self._act.setVisible(not self._blocked(self._first))
        self.setVisible(self._first is not None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # A wrapped label may be given less than its lines need where the panel is low.
        self._says.setMinimumHeight(max(0, self._says.heightForWidth(self.width())))

    def _out_of_reach(self) -> tuple[OutOfReach, ...]:
        session = self._desk.session
        data, loss = session.dataset, session.document.training.loss
        asked = session.structure, data, loss
        if len(self._known) != len(asked) or any(a is not b for a, b in zip(asked, self._known, strict=True)):
            # Looked at once: the data may be long.
            self._known = asked
            self._found = () if data is None else out_of_reach(session.structure, data.T, loss)
        return self._found

    def _blocked(self, part: OutOfReach) -> bool:
        """Whether the loss, or the perceptron rule, would not take the other activation."""
        session = self._desk.session
        data, config = session.dataset, session.document.training
        if data is None or session.training:
            return True
        if OPTIMIZERS[config.optimizer_name].straight:
            return True
        changed = set(part.outputs)
        # Not asked of a network with other outputs: of a large one that would take seconds to make.
        activations = (part.better if id in changed else session.structure.by_id[id].activation
                       for id in session.structure.outputs)
        return not loss_takes(activations, data.T, config.loss)

    def _mend(self) -> None:
        part = self._first
        if part is not None:
            self._desk.session.apply(self.tr("Reach the targets"),
                                     lambda d: edits.set_neurons(d, part.outputs, activation=part.better))
