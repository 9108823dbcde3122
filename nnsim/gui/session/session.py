"""The session: the open document, its undo stack, its data and its training run."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from nnsim.core.arrays import Array
from nnsim.core.network import Network, NetworkError, Problem, Structure
from nnsim.core.program import Program, program_of
from nnsim.data.dataset import Dataset
from nnsim.documents.document import Document
from nnsim.gui.session.beside import Beside, Cancelled
from nnsim.gui.session.data import Data, are_binary
from nnsim.gui.session.endings import ending_of
from nnsim.gui.session.run import Run
from nnsim.gui.session.undo import DocumentCommand, only_moved
from nnsim.gui.session.warming import Change, changed, known_training_problems
from nnsim.training.config import TrainingConfig
from nnsim.training.snapshot import Snapshot
from nnsim.training.trainer import Trainer


class Session(QObject):
    """What every gesture calls. Lives in the GUI thread.

    Its signals reach the views through the Desk, which has an order for them: ``opening()`` before another document is
    shown, ``opened()`` after it; ``document_changed(old, new)`` after each edit, undo or opening; ``values_changed()``
    when parameters differ; ``run_changed()`` when training starts, ends, or is reset. What is told together stands
    between ``telling()`` and ``told()``. These it tells anyone:
    ``file_changed()`` when path or dirty mark may differ; ``message(text, kind)`` with something for the learner to
    read, kind "info", "refused" or "failed"; ``closed()`` when whatever works in the background has to end.
    """

    opening = Signal()
    opened = Signal()
    document_changed = Signal(object, object)
    values_changed = Signal()
    run_changed = Signal()
    telling = Signal()
    told = Signal()
    file_changed = Signal()
    message = Signal(str, str)
    closed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = Document()
        """The document as last edited; while training, as it was before the run."""
        self.path: Path | None = None
        self.title = ""
        """What the window calls a document that has no file (an example's title); empty for a new one."""
        self._saved = self.document
        self.undo_stack = QUndoStack(self)
        self.speed: float | None = 100.0
        """Updates a second; None is unlimited. Never changes a result."""
        self.beside = Beside(self)
        self._parameters = self.document.network.parameters
        self._live = self.document.network
        self._data = Data(self)
        self._data.came.connect(self._on_data)
        self._run = Run(self)
        self._run.moved.connect(self._on_moment)
        self._run.ended.connect(self._on_end)

    # The document

    @property
    def parameters(self) -> Array:
        """The current values: while training, those of the latest snapshot."""
        return self._parameters

    @property
    def network(self) -> Network:
        """The network with its current values."""
        start = self.document.network
        if self._parameters is start.parameters:
            return start
        if self._live.structure is not start.structure or self._live.parameters is not self._parameters:
            # Made once for each moment, because everyone who shows a value asks for it.
            self._live = start.with_parameters(self._parameters)
            self._parameters = self._live.parameters
        return self._live

    @property
    def live_document(self) -> Document:
        """The document with the current values: what is saved, exported and copied."""
        if self._parameters is self.document.network.parameters:
            return self.document
        return replace(self.document, network=self.network)

    @property
    def structure(self) -> Structure:
        """The structure of the open network."""
        return self.document.network.structure

    @property
    def program(self) -> Program:
        """The program of the network, also of a half-built one; see ``problems``."""
        return program_of(self.structure)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the network cannot run yet."""
        return self.program.problems

    @property
    def dirty(self) -> bool:
        """Whether the document differs from the saved one, exactly."""
        return self.live_document != self._saved

    def open_document(self, document: Document, path: Path | None = None, title: str = "", saved: bool = True,
                      data: Dataset | None = None) -> None:
        """Show another document; its undo history starts anew. The caller asks about unsaved work first.

        ``data`` are its samples, if they were read already.
        """
        self.pause()
        self.beside.cancel()
        self.undo_stack.clear()
        self.path, self.title = path, title
        self._saved = document if saved else Document()
        self._run.drop()
        if data is not None:
            self._data.take(document, self.folder, data)
        with self._together():
            self.opening.emit()
            self._show(document)
            self.run_changed.emit()
            self.opened.emit()

    def mark_saved(self, path: Path, document: Document) -> None:
        """``document`` now stands in ``path``."""
        self.path, self._saved = path, document
        self.file_changed.emit()

    def apply(self, text: str, change: Change, token: object = None, more: int = 0) -> bool:
        """Edit the document as one undo step named ``text``. False, and a word why, if the edit is refused.

        Edits with the same ``token`` (not None), one after the other, merge to one step. While training, an
        edit of layout, notes or settings keeps the run going; any other stops and commits it first. ``change`` must not
        touch the window: of a large document, or one that gets so many ``more`` connections, it is made in a thread.
        """
        found = self._changed(text, change, more)
        if found is None:
            return False
        live, new = found
        if new == live:
            return True
        if self.training:
            problems = known_training_problems(new.network.structure, self.dataset, new.training)
            if new.network.structure is live.network.structure and new.data == live.data and not problems:
                if new.training != live.training:
                    self._run.configure(new.training)
                self._commit_run()
            else:
                self.pause()
                if new.network.structure is live.network.structure and problems:
                    self.refuse(" ".join(problem.message for problem in problems))
                else:
                    self.say(self.tr("Training stopped, because the network or its data changed."))
            found = self._changed(text, change, more)
            if found is None:
                return False
            new = found[1]
        self._push(new, text, token)
        return True

    def _changed(self, text: str, change: Change, more: int) -> tuple[Document, Document] | None:
        """The document as it is, and what a change makes of it; None, and a word why, if it is refused."""
        try:
            while True:
                before, live = self.document, self.live_document
                new = changed(change, live, self.dataset, more, partial(self.beside.run, text=f"{text} …"))
                if self.document is before:  # else a run has ended meanwhile
                    return live, new
        except Cancelled:
            pass
        except (NetworkError, ValueError) as error:
            self.refuse(str(error))
        return None

    def set_values(self, values: Mapping[str, float], text: str, token: object = None) -> bool:
        """Set parameters by name: an edit, or while training a message to the run."""
        if not all(np.isfinite(value) for value in values.values()):
            self.refuse(self.tr("A parameter must be a finite number."))
            return False
        if self.training:
            self._run.set_values(values)
            self._set_parameters(self.network.with_values(values).parameters)
            return True
        return self.apply(text, lambda d: replace(d, network=d.network.with_values(values)), token)

    def undo(self) -> None:
        """Take back the last step; training is stopped and taken back."""
        self.pause()
        self.undo_stack.undo()

    def redo(self) -> None:
        """Do the step again that was taken back."""
        self.pause()
        self.undo_stack.redo()

    def _push(self, new: Document, text: str, token: object = None) -> None:
        self._editing = True
        try:
            self.undo_stack.push(DocumentCommand(self._show, self.document, new, text, token))
        finally:
            self._editing = False

    _editing = _committing = False

    def _show(self, new: Document) -> None:
        """Make ``new`` the open document and tell every view what differs."""
        old, self.document = self.document, new
        run_reset = False
        if not self._committing:
            self._parameters = new.network.parameters
            run_reset = self._run.follow(old, new, self._editing)
        # All of the session is in step before anyone is told.
        with self._together():
            self.document_changed.emit(old, new)
            if not only_moved(old, new):
                self.values_changed.emit()
            if run_reset:
                self.run_changed.emit()
        self.file_changed.emit()

    @contextmanager
    def _together(self) -> Iterator[None]:
        """What is told in here is told together: who shows much of it brings it in step once, at the end."""
        self.telling.emit()
        try:
            yield
        finally:
            self.told.emit()

    # Messages

    def say(self, text: str) -> None:
        """Tell the learner something."""
        self.message.emit(text, "info")

    def refuse(self, text: str, kind: str = "refused") -> None:
        """Tell the learner why something was not done; what "failed", such as saving, is told until it is closed."""
        self.message.emit(text, kind)

    # Data

    @property
    def folder(self) -> Path | None:
        """The folder of the document's file, where its CSV data lie."""
        return self.path.parent if self.path else None

    @property
    def dataset(self) -> Dataset | None:
        """The samples of the document; None if there are none, or ``data_problem`` says why."""
        return self._data.of(self.document, self.folder)[0]

    @property
    def data_problem(self) -> str:
        """Why the document's data cannot be used; empty if they can."""
        return self._data.of(self.document, self.folder)[1]

    def reload_data(self) -> None:
        """Read the document's data anew, because their file has changed. Training stops, and begins anew with them."""
        self.pause()
        self._data.forget()
        self._on_data()

    def _on_data(self) -> None:
        """Other samples are there."""
        self._run.drop()
        with self._together():
            self.values_changed.emit()
            self.run_changed.emit()

    @property
    def has_binary_inputs(self) -> bool:
        """Whether the inputs of the data are 0 and 1, or there are no data yet."""
        return self.dataset is None or are_binary(self.dataset)[0]

    # Training

    @property
    def training(self) -> bool:
        """Whether a run is under way."""
        return self._run.running

    @property
    def moving(self) -> bool:
        """Whether other values are shown all the time: training, and not held at one moment."""
        return self._run.moving

    @property
    def latest(self) -> Snapshot | None:
        """The last moment of training, of a running or an ended run."""
        return self._run.latest

    @property
    def epoch(self) -> int:
        """Epochs done since the run began."""
        return self.latest.epoch if self.latest else 0

    def training_problems(self) -> tuple[Problem, ...]:
        """Why Train is disabled; empty if it is not."""
        if self.data_problem:
            return (Problem(self.data_problem),)
        return known_training_problems(self.structure, self.dataset, self.document.training)

    def train(self, updates: int | None = None, epochs: int | None = None) -> bool:
        """Start or continue training: on and on, or that many updates or epochs. False if it cannot."""
        if self.training:
            return False
        problems = self.training_problems()
        dataset = self.dataset
        if problems or dataset is None:
            self.refuse(" ".join(problem.message for problem in problems))
            return False
        speed = self.speed if updates is None and epochs is None else None
        self._run.start(self.document, dataset, speed, updates, epochs)
        self.run_changed.emit()
        return True

    def toggle_training(self) -> None:
        """Pause, or start or continue training."""
        if self.training:
            self.pause()
        else:
            self.train()

    def pause(self) -> None:
        """End the run for now, if it is under way. Returns when the worker has ended.

        What was learned becomes part of the run's one undo step.
        """
        self._run.stop()

    def go_back_to(self, snapshot: Snapshot | None, parameters: Array) -> bool:
        """Take the last updates of the run back as if they had never been: values, optimizer, order of the samples.

        ``snapshot`` is the paused trainer's from before them, None if there was none yet; ``parameters`` are the values
        from then. It is part of the run's one undo step. False if there is no run.
        """
        start, dataset = self.start_network, self.dataset
        if self.training or start is None or dataset is None:
            return False
        if snapshot is None:
            self._run.drop()
        else:
            self._run.resume(start, dataset, self.document.training, snapshot)
        with self._together():
            self._set_parameters(self.document.network.with_parameters(parameters).parameters)
            self._commit_run()
            self.run_changed.emit()
        return True

    def set_speed(self, speed: float | None) -> None:
        """Updates a second from now on; None is unlimited."""
        self.speed = speed
        self._run.set_speed(speed)
        self.run_changed.emit()

    @property
    def paused_trainer(self) -> Trainer | None:
        """The trainer of a run that is paused, to be asked about its next update; None before a run and during one."""
        return self._run.trainer

    @property
    def start_network(self) -> Network | None:
        """The network as it was when the run began; None before the first run."""
        return self._run.begun_with

    def back_to_start(self) -> None:
        """The values from before the run, as an undo step; epochs count from 0 again."""
        self.pause()
        start = self.start_network
        if start is None:
            return
        self._run.drop()
        with self._together():
            self.apply(self.tr("Back to start"),
                       lambda d: replace(d, network=d.network.with_parameters(start.parameters)))
            self.run_changed.emit()

    def random_weights(self, seed: int, initializer: str | None = None) -> None:
        """New random weights, as an undo step; epochs count from 0 again."""
        self.pause()
        self._run.drop()
        with self._together():
            self.apply(self.tr("Random weights"),
                       lambda d: replace(d, network=d.network.initialized(seed, initializer)))
            self.run_changed.emit()

    def configure(self, config: TrainingConfig, text: str, token: object = None) -> bool:
        """Other training settings; a run continues with them and keeps its weights."""
        return self.apply(text, lambda d: replace(d, training=config), token)

    def close(self) -> None:
        """Leave no thread, timer or command behind."""
        self.closed.emit()
        self._data.end()
        self.pause()
        self.beside.cancel()
        self.undo_stack.clear()

    def holding(self) -> AbstractContextManager[None]:
        """In here no later moment of a run is shown, though it goes on."""
        return self._run.holding(self.document, self.dataset)

    def gui_first(self) -> AbstractContextManager[None]:
        """While the window draws, the training thread waits."""
        return self._run.gui_first()

    def _on_moment(self, snapshot: Snapshot) -> None:
        self._set_parameters(snapshot.parameters)

    def _set_parameters(self, parameters: Array) -> None:
        self._parameters = parameters
        self.values_changed.emit()

    def _on_end(self, snapshot: Snapshot | None, error: BaseException | None) -> None:
        # An error may have come in the midst of an update.
        if snapshot is not None and np.isfinite(snapshot.parameters).all():
            self._parameters = snapshot.parameters
        with self._together():
            self._commit_run()
            if error is not None:
                # Nobody knows what state its trainer is in: the next run begins with another, from these values.
                self._run.drop()
            self.run_changed.emit()
        if (ending := ending_of(snapshot, error, self.document.training)) is not None:
            self.message.emit(*ending)

    def _commit_run(self) -> None:
        """What the run learned so far becomes one undo step; pieces of one run merge."""
        live = self.live_document
        if live == self.document:
            self._set_parameters(self.document.network.parameters)
            return
        self._committing = True
        try:
            self._push(live, self.tr("Train to epoch {n}").format(n=f"{self.epoch:,}"), ("run", self._run.number))
        finally:
            self._committing = False
