"""The desk: all that a view is given, and the order in which everyone is told what changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from nnsim.documents.document import Document
from nnsim.gui.session.answers import Answers
from nnsim.gui.session.looking import Looking
from nnsim.gui.session.pacing import Pace
from nnsim.gui.session.session import Session
from nnsim.gui.session.softening import SofteningGesture
from nnsim.gui.session.study import Study
from nnsim.gui.session.turns import Turns
from nnsim.gui.session.warming import is_large


class Desk(QObject):
    """The session and what lies beside it. Views are given a desk, and hear of a change from it, not from the session.

    What is told, and in which order, whoever connected first:

    1. ``session`` is in step with itself, and says what changed.
    2. The desk brings ``looking``, then ``study``, then ``softening`` in step. None of them is a view.
    3. The desk tells the views: ``document_changed(old, new)`` after an edit, undo or opening, then
       ``looking.selection_changed()`` if neurons that were selected are gone, then ``values_changed()``; last of all
       ``run_changed()``, and ``opened()`` when another document was opened.
    4. After all that was told together, as everything about an opening is, ``settled()``: what shows much, and would be
       slow to follow each, waits for it while it is ``unsettled``. Of a large document it then follows in ``turns``.

    ``values_changed()`` is emitted when parameters or inputs differ, at most 30 times a second while training;
    ``run_changed()`` when training starts, ends, or is reset. No view may rely on another having been told before it.
    """

    opened = Signal()
    document_changed = Signal(object, object)
    values_changed = Signal()
    run_changed = Signal()
    settled = Signal()
    panel_wanted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session = Session(self)
        """The open document, its undo stack and its run."""
        self.looking = looking = Looking(session)
        """What the learner looks at: selection, inputs, plane."""
        self.study = Study(session, looking)
        """What the learner studies: scope, notation, targets, what is lit."""
        self.softening = SofteningGesture(session)
        """Steps becoming sigmoids, while a slider says how steep."""
        self.answers = Answers(self)
        """What was answered on worksheets about the document."""
        self.pace = Pace()
        """What is too slow to follow a run in every frame goes by it."""
        self.turns = Turns(self)
        """How panels follow a document so large that the window would stop for all of them together."""
        self._telling = 0
        session.telling.connect(self._on_telling)
        session.told.connect(self._on_told)
        session.opening.connect(looking.forget)
        session.opened.connect(self._on_opened)
        session.document_changed.connect(self._on_document)
        session.values_changed.connect(self._on_values)
        session.run_changed.connect(self._on_run)
        looking.inputs_changed.connect(self._on_values)
        self.study.came.connect(self.values_changed)

    def close(self) -> None:
        """Leave no thread, timer or command behind."""
        self.turns.end()
        self.session.close()

    @property
    def unsettled(self) -> bool:
        """Whether more will be told, and ``settled()`` after it."""
        return self._telling > 0

    @property
    def shows_much(self) -> bool:
        """Whether the document is so large that it takes time to show."""
        return is_large(self.session.structure, self.session.dataset)

    @contextmanager
    def unsettling(self) -> Iterator[None]:
        """What happens in here is shown at its end: who is in sight only meanwhile need not do anything."""
        self._on_telling()
        try:
            yield
        finally:
            self._on_told()

    @contextmanager
    def in_step(self) -> Iterator[None]:
        """In here every view shows the same moment of a run, all of it, once turns are over and nothing is ``Lagging``.

        A run that is running goes on, and is followed again at the end.
        """
        with self.session.holding():
            self._on_values()
            self._on_run()
            yield

    def _on_telling(self) -> None:
        self._telling += 1

    def _on_told(self) -> None:
        self._telling -= 1
        if not self._telling:
            self.settled.emit()

    def _on_document(self, old: Document, new: Document) -> None:
        selection_differs = self.looking.follow(old, new)
        self.study.follow()
        self.softening.follow()
        self.document_changed.emit(old, new)
        if selection_differs:
            self.looking.selection_changed.emit()

    def _on_values(self) -> None:
        self.study.follow()
        self.values_changed.emit()

    def _on_run(self) -> None:
        self.study.follow()
        self.run_changed.emit()

    def _on_opened(self) -> None:
        self.study.forget()
        self.answers.forget()
        self.looking.selection_changed.emit()
        self.opened.emit()
