"""A quiet line that says when a run is stuck, and offers to try other weights in the background."""

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QWidget

from nnsim.core.formulas.numbers import numbered
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.documents.document import Document
from nnsim.documents.targets import truth_table_of
from nnsim.experiments.seeds import LONG, SeedRuns, all_right, largest_right, plain_loss, stuck_for
from nnsim.gui.look.theme import GRID
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.kept import Kept
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.controls import plain_tip, push_button
from nnsim.gui.widgets.forms import plain_text
from nnsim.training import engines
from nnsim.training.snapshot import Snapshot

LOOK_MS, POLL_MS = 500, 100


class SeedAdvice(QWidget):
    """Hidden until the loss of a run has not changed for long though it is far from small.

    What was said goes when the loss moves or the run succeeds, and so does what was tried; put away, it is not said
    again in this run. Nothing is said where other
    weights would be no help: of the perceptron rule, of a rate of 0, and of a run that diverged.

    *Try 5 seeds* trains five copies of the document, with the run's number of epochs, and tells how many solve it.
    The open document changes only where the learner takes the weights of one of them.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._runs: SeedRuns | None = None
        self._put_away: object = None
        """The start of the run in which the learner wants no advice."""
        self._helped_at: tuple[object, int] = (None, 0)
        """The start of the run that was given other settings last, and at which epoch."""
        self._plain: Kept[float] = Kept()
        self._looked = QElapsedTimer()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._show_runs)
        self.setObjectName("seed_advice")
        column = column_in(self, GRID // 2)
        self.says = plain_text("seed_advice_text", small=True)
        column.addWidget(self.says)
        row = row_in(None, GRID)
        self.act = push_button(self.tr("Try 5 seeds"), "seeds_try", self.tr("Train five copies from other weights"),
                               "link")
        self.act.clicked.connect(self._on_act)
        self.close_button = push_button(self.tr("Not now"), "seeds_close", self.tr("Put this advice away"), "link")
        self.close_button.clicked.connect(self._on_close)
        for button in (self.act, self.close_button):
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.hide()
        desk.document_changed.connect(self._on_document)
        desk.opened.connect(self._leave)
        desk.session.closed.connect(self._leave)

    # Noticing

    def look(self) -> None:
        """See whether the run is stuck; cheap, and done no more than twice a second."""
        desk = self._desk
        start = desk.session.start_network
        if desk.session.latest is None or start is None:
            if self._runs is None:
                self.hide()
            return
        lately = self._looked.isValid() and self._looked.elapsed() < LOOK_MS
        if start is self._put_away or (lately and desk.session.training):
            return
        self._looked.start()
        if self._runs is not None:
            if self._is_right():
                self._leave()
            return
        epochs = self._stuck_for(desk.session.latest)
        if not epochs or self._is_right():
            self.hide()
            return
        text = (self.tr("The loss has hardly changed for {n} epochs and is far from small. "
                        "Try other weights, another learning rate, or one more hidden neuron.") if self._hidden else
                self.tr("The loss has hardly changed for {n} epochs and is far from small. "
                        "Try hidden neurons, other weights, or another learning rate."))
        self._say(text.format(n=f"{epochs:,}"), self.tr("Try 5 seeds"),
                  self.tr("Train five copies from the weights of the seeds 0 to 4, in the background; "
                          "the network that is open stays as it is"))

    def _stuck_for(self, latest: Snapshot) -> int:
        """For how many epochs the run has rested where other weights might help it; 0 if it has not."""
        session = self._desk.session
        config, data = session.document.training, session.dataset
        start, epoch = self._helped_at
        just_helped = start is session.start_network and latest.epoch < epoch + LONG
        helpless = just_helped or OPTIMIZERS[config.optimizer_name].straight or not config.rate_at(latest.epoch)
        if helpless or data is None or latest.reason == "diverged":
            return 0
        plain = self._plain.get(lambda: plain_loss(data.T, config.loss), data, config.loss)
        return stuck_for(latest.train, latest.loss, plain)

    def _is_right(self) -> bool:
        session, data = self._desk.session, self._desk.session.dataset
        if session.latest is not None and session.latest.reason in ("loss", "converged"):
            return True
        return data is not None and any(right(session.network, data.X, data.T) for right in (all_right, largest_right))

    @property
    def _hidden(self) -> bool:
        """Whether there is a hidden neuron, of which there could be one more."""
        return any(neuron.role == "hidden" for neuron in self._desk.session.structure.neurons)

    # Trying

    def _on_act(self) -> None:
        if self._runs is None:
            self._try()
        elif not self._runs.done:
            self._leave()
        elif self._runs.solving:
            self._take(self._runs.solving[0])
        else:
            self._try()

    def _try(self) -> None:
        desk, data = self._desk, self._desk.session.dataset
        problems = desk.session.training_problems()
        if data is None or problems:
            desk.session.refuse(" ".join(problem.message for problem in problems))
            return
        epochs = max(desk.session.epoch, 1)
        self._runs = SeedRuns(desk.session.document.network, data, desk.session.document.training, epochs,
                              truth_table_of(desk.session.document) is not None, engines.now())
        self._runs.start()
        self._poll.start()
        self._show_runs()

    def _show_runs(self) -> None:
        runs = self._runs
        if runs is None:
            self._poll.stop()
            return
        through, every, solving = len(runs.outcomes), len(runs.seeds), runs.solving
        if not runs.done:
            text = self.tr("Trying seed {n} of {all} …").format(n=min(through + 1, every), all=every)
            if through:
                text += " " + self.tr("So far {n} of {all} solve it.").format(n=len(solving), all=through)
            self._say(text, self.tr("Stop"), self.tr("Stop trying"))
            return
        self._poll.stop()
        if runs.error is not None:
            self._say(self.tr("Trying failed: {error}").format(error=runs.error), self.tr("Try again"),
                      self.tr("Train five copies once more, with the current settings"))
            return
        meaning = self.tr("all rows right") if runs.exact else self.tr("loss below a tenth of the start's")
        epochs = numbered(runs.epochs, self.tr("1 epoch"), self.tr("{n} epochs"))
        within = self.tr("{n} of {all} seeds solve it within {epochs} ({meaning}).").format(
            n=len(solving), all=every, epochs=epochs, meaning=meaning)
        if solving:
            self._say(f"{within} " + self.tr("Take the weights of one, and train it."),
                      self.tr("Take seed {seed}").format(seed=solving[0]),
                      self.tr("The start weights that this seed draws; Undo brings yours back"))
        else:
            more = (self.tr("Try one more hidden neuron, or another learning rate.") if self._hidden else
                    self.tr("Try hidden neurons, or another learning rate."))
            self._say(f"{within} {more}",
                      self.tr("Try again"), self.tr("Train five copies once more, with the current settings"))

    def _take(self, seed: int) -> None:
        self._leave()
        self._desk.session.random_weights(seed)

    def _say(self, text: str, action: str, tip: str) -> None:
        self.says.setText(text)
        self.act.setText(action)
        self.act.setAccessibleName(action)
        self.act.setToolTip(plain_tip(tip))
        self.close_button.setVisible(self._runs is None or self._runs.done)
        self.show()

    # Going away

    def _on_document(self, old: Document, new: Document) -> None:
        if (old.network.structure, old.data, old.training) != (new.network.structure, new.data, new.training):
            # What was tried, or is being tried, is another document now.
            self._helped_at = self._desk.session.start_network, self._desk.session.epoch
            self._leave()

    def _on_close(self) -> None:
        self._put_away = self._desk.session.start_network
        self._leave()

    def _leave(self) -> None:
        runs, self._runs = self._runs, None
        self._poll.stop()
        if runs is not None:
            runs.stop()
        self.hide()
