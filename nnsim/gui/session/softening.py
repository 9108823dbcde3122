"""Softening as a gesture: begun, tried with other factors, then kept as one undo step or taken back."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from nnsim.core.analysis.bands import can_have_band, right_rows
from nnsim.core.arrays import Flags
from nnsim.core.formulas.numbers import format_number, numbered
from nnsim.documents.document import Document
from nnsim.documents.softening import USUAL, Softening, harden, sigmoids, steps
from nnsim.documents.targets import gate_label
from nnsim.gui.session.data import are_binary
from nnsim.gui.session.session import Session
from nnsim.gui.session.warming import softening_helps


class SofteningGesture(QObject):
    """What every view of it asks. ``changed()`` when it begins, takes another factor, or ends."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._before: Document | None = None
        self._softening: Softening | None = None
        self._token = object()
        self._matched: Flags | None = None
        self._busy = False
        self.factor = USUAL
        """By what the weights and biases of before are multiplied."""

    @property
    def active(self) -> bool:
        """Whether a factor is being chosen."""
        return self._softening is not None

    @property
    def possible(self) -> bool:
        """Whether there is a step to soften."""
        return bool(steps(self._session.structure))

    @property
    def replaces_training(self) -> bool:
        """Whether training is impossible only because of steps, so that softening takes the place of Train."""
        session = self._session
        if session.training or not self.possible or not session.training_problems():
            return False
        return softening_helps(session.structure, session.dataset, session.document.training)

    @property
    def can_harden(self) -> bool:
        """Whether it makes sense to make the sigmoids steps: a network of nothing else, on 0s and 1s."""
        session = self._session
        data = session.dataset
        binary = data is None or are_binary(data)[1]
        return bool(sigmoids(session.structure)) and binary and session.has_binary_inputs and not session.data_problem

    def begin(self) -> None:
        """Soften by 10, or by as much as it takes that every row that matched still matches."""
        session = self._session
        if self.active or not self.possible:
            return
        session.pause()
        document, data = session.document, session.dataset
        softening = Softening.of(document)
        self._matched, factor = None, USUAL
        if data is not None and can_have_band(document.network, data.X, data.T):
            self._matched = right_rows(document.network, data.X, data.T)
            factor = softening.factor_for(data.X, data.T, self._matched)
        self._before, self._softening, self._token = document, softening, object()
        self.set_factor(factor)

    def set_factor(self, factor: float) -> None:
        """Soften by another factor; part of the gesture's one undo step."""
        softening = self._softening
        if softening is None:
            return
        text = self.tr("Soften by k = {k}").format(k=format_number(factor))
        if self._apply(text, softening.at, factor):
            self.factor = factor
        elif self._session.document is self._before:
            self._end()
            return
        self.changed.emit()

    def keep(self) -> None:
        """End it with the current factor."""
        if self.active:
            self._end()

    def cancel(self) -> None:
        """End it with everything as it was before."""
        before = self._before
        if before is not None:
            self._apply(self.tr("Soften"), lambda factor: before, 1.0)
            self._end()

    def harden(self) -> None:
        """Make the sigmoids steps, as an undo step of its own."""
        if self.can_harden:
            self.keep()
            self._session.apply(self.tr("Harden"), harden)

    def report(self) -> tuple[str, bool]:
        """How many rows are right in the network of now, in words, and whether none is wrong that matched before."""
        session, data, matched = self._session, self._session.dataset, self._matched
        if data is None or matched is None:
            return "", True
        right = right_rows(session.network, data.X, data.T)
        name, total, failing = gate_label(session.document), len(matched), int((~right).sum())
        broken = int((matched & ~right).sum())
        if not broken and failing:
            kept = self.tr("{n} of {all} rows matched before and still do")
            return kept.format(n=f"{matched.sum():,}", all=f"{total:,}"), True
        if not failing:
            if name:
                return self.tr("all {n} rows of {name} match").format(n=f"{total:,}", name=name), True
            return numbered(total, self.tr("the one row matches"), self.tr("all {n} rows match")), True
        rows = self.tr("{n} of {all} rows").format(n=f"{failing:,}", all=f"{total:,}")
        if name:
            rows = self.tr("{rows} of {name}").format(rows=rows, name=name)
        return (self.tr("{rows} fails: Train can repair it") if failing == 1 else
                self.tr("{rows} fail: Train can repair them")).format(rows=rows), False

    def _apply(self, text: str, at: Callable[[float], Document], factor: float) -> bool:
        self._busy = True
        try:
            return self._session.apply(text, lambda d: at(factor), self._token)
        finally:
            self._busy = False

    def follow(self) -> None:
        """After an undo, an edit or a run what was chosen stays, and the next step is another one."""
        if self.active and not self._busy:
            self._end()

    def _end(self) -> None:
        self._before = self._softening = self._matched = None
        self.changed.emit()
