"""What the learner studies: the samples that gradients are of, the notation, and what is lit while it is pointed at."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnsim.core.arrays import Array, Indices, Integers, first_row
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.notation import Notation, notation_for
from nnsim.core.formulas.numbers import DIGITS, Writing
from nnsim.core.losses import LOSSES
from nnsim.core.network import Ends, Network
from nnsim.core.order import epoch_order
from nnsim.core.program import Backward
from nnsim.data.dataset import Dataset
from nnsim.documents import edits
from nnsim.gui.session.costs import AT_ONCE, work
from nnsim.gui.session.kept import Kept
from nnsim.gui.session.lagging import Lagging, Stopped
from nnsim.gui.session.looking import Looking
from nnsim.gui.session.session import Session

SCOPES = ("sample", "batch", "all")
PASSES = 3
"""What both passes cost, in forward passes."""
ORDER_AT_ONCE = 20_000
"""The order of so many samples is drawn without making the window wait."""


class Studied(NamedTuple):
    """Samples that a gradient is the mean of, and which rows of the data they are (−1 for inputs set by hand)."""

    X: Array
    T: Array
    rows: Indices


class Study(QObject):
    """View state, but for the notation, which is the document's: no undo step, no dirty mark.

    Signals: ``changed()`` when scope, sample, targets or digits differ; ``lit_changed()`` when another part is lit;
    ``wave_changed()`` when a wave moves on; ``compare_changed()`` when the start is compared, or no longer;
    ``came()`` when a gradient is there that took long.
    """

    changed = Signal()
    lit_changed = Signal()
    wave_changed = Signal()
    compare_changed = Signal()
    came = Signal()

    def __init__(self, session: Session, looking: Looking) -> None:
        super().__init__(session)
        self._session, self._looking = session, looking
        self.scope = "sample"
        """Which samples every gradient in the window is of: "sample", "batch" or "all"."""
        self.digits = Writing()
        """How numbers are written wherever they are read: how many digits, of what kind, rounded or cut off."""
        self._row: int | None = None
        self._targets: dict[str, float] = {}
        self._by_hand = False
        self.lit_neurons: frozenset[str] = frozenset()
        self.lit_connections: frozenset[Ends] = frozenset()
        self.reached: frozenset[str] | None = None
        """The neurons that a wave through the network has reached; None where none is under way."""
        self.tags: Mapping[str, str] = {}
        """What stands below a neuron in place of its bias."""
        self._comparing = False
        self._one: Studied | None = None
        self._all: Kept[Studied] = Kept()
        self._batch: Kept[Studied | None] = Kept()
        self._order_of: tuple[object, ...] = ()
        self._late_order: Lagging[Integers] = Lagging(self)
        self._late_order.came.connect(self._tell)
        self._late_backward: Lagging[Backward] = Lagging(self)
        self._late_backward.came.connect(self._on_backward)
        for late in (self._late_order, self._late_backward):
            session.closed.connect(late.end)
        self._backward: Backward | None = None
        self._known = self._waits = False
        self._explanation: Explanation | None = None
        self._fed: Array = np.zeros((1, 0))

    # What the run began with

    @property
    def compared(self) -> Network | None:
        """The network as it was when the run began, while it is compared with the current one; else None."""
        return self._session.start_network if self._comparing else None

    def compare(self, on: bool) -> bool:
        """Show the start beside what is now, or no longer. False if there is no start."""
        if on and self._session.start_network is None:
            return False
        if on != self._comparing:
            self._comparing = on
            self.compare_changed.emit()
        return True

    # What is chosen

    def set_scope(self, scope: str) -> None:
        """Gradients of this sample, of the batch that comes next, or of all data."""
        if scope not in SCOPES:
            raise ValueError(f"There is no scope “{scope}”; use one of {', '.join(SCOPES)}.")
        if scope != self.scope:
            self.scope = scope
            self._tell()

    @property
    def notation(self) -> Notation:
        """How quantities are written: as chosen, else in the notation that suits the network."""
        return notation_for(self._session.structure, self.chosen_notation)

    @property
    def chosen_notation(self) -> str:
        """The notation's name; empty for the one that suits the network."""
        return self._session.document.notation

    def set_notation(self, id: str) -> None:
        """Have the document written in this notation, or with "" in the one that suits the network."""
        if id != self.chosen_notation:
            self._session.apply(self.tr("Choose the notation"), lambda document: edits.set_notation(document, id))

    def set_digits(self, digits: int) -> None:
        """Write numbers in this way; a plain number is one of significant digits, rounded."""
        self.digits = digits if isinstance(digits, Writing) else Writing(digits)
        self._tell()

    def short_digits(self, count: int) -> int:
        """How a number is written where there is little room: in ``count`` digits, unless someone chose a way."""
        return count if self.digits == DIGITS else self.digits

    @property
    def row(self) -> int | None:
        """Which row of the training data is fed to the inputs; None if they are no sample of the data."""
        data, fed = self._session.dataset, self._looking.input_row[0]
        if data is None or not data.fits(len(fed)):
            return None
        if self._row is not None and self._row < len(data.X) and np.array_equal(data.X[self._row], fed):
            return self._row
        self._row = first_row(data.X, fed)
        return self._row

    def choose_row(self, row: int) -> None:
        """Feed a sample of the training data to the inputs."""
        session, data = self._session, self._session.dataset
        if data is None or not 0 <= row < len(data.X) or not data.fits(len(session.structure.inputs)):
            return
        self._row, self._by_hand = row, False
        self._looking.set_inputs(dict(zip(session.structure.inputs, data.X[row].tolist(), strict=True)))
        self._tell()

    @property
    def targets(self) -> Array | None:
        """(outputs,): what the outputs should be for the current inputs; None if nothing says so."""
        outputs = self._session.structure.outputs
        if self._by_hand and set(outputs) <= set(self._targets):
            return np.array([self._targets[id] for id in outputs])
        row, data = self.row, self._fitting_data
        if row is None or data is None or not np.isfinite(data.T[row]).all():
            return None
        return np.array(data.T[row])

    def set_targets(self, values: Mapping[str, float]) -> None:
        """Targets by hand, for the current inputs; forgotten when a sample is chosen or other inputs are fed."""
        outputs, known = self._session.structure.outputs, self.targets
        before = dict.fromkeys(outputs, 0.0) if known is None else dict(zip(outputs, known.tolist(), strict=True))
        self._targets = {**before, **{id: float(value) for id, value in values.items() if np.isfinite(value)}}
        self._by_hand = True
        self._tell()

    # What follows from it

    @property
    def samples(self) -> Studied | None:
        """The samples of the scope; None where there are none, see ``why_not``."""
        if self.scope == "sample":
            targets = self.targets
            if targets is None:
                return None
            row = None if self._by_hand else self.row
            return self._one_sample(self._looking.input_row, targets, -1 if row is None else row)
        if self.scope == "batch":
            return self.next_batch
        data = self._fitting_data
        return None if data is None else self._all.get(
            lambda: Studied(data.X, data.T, np.arange(len(data.X))), data)

    def _one_sample(self, inputs: Array, targets: Array, row: int) -> Studied:
        """It is the same as long as nothing in it differs: what is made beside the window is made of it once."""
        one = self._one
        if one is None or one.X is not inputs or one.rows[0] != row or not np.array_equal(one.T[0], targets):
            self._one = one = Studied(inputs, targets[None], np.array([row]))
        return one

    @property
    def next_batch(self) -> Studied | None:
        """The samples that Train's next update takes; None if the data do not fit, or while they are drawn."""
        data, session = self._fitting_data, self._session
        if data is None:
            return None
        return self._batch.get(lambda: self._drawn(data), data, session.latest, session.document.training)

    @property
    def _fitting_data(self) -> Dataset | None:
        """The data, if they have a column for each input and output."""
        data, structure = self._session.dataset, self._session.structure
        if data is None or not data.fits(len(structure.inputs), len(structure.outputs)):
            return None
        return data

    def _drawn(self, data: Dataset) -> Studied | None:
        rows = self._next_rows(data)
        return Studied(data.X[rows], data.T[rows], rows) if rows is not None and len(rows) else None

    @property
    def why_not(self) -> str:
        """What is missing for a gradient, in the learner's words; empty if nothing is."""
        session = self._session
        if not session.program.explainable:
            return self.still_missing
        if session.data_problem:
            return session.data_problem
        if self._waits and session.moving:
            return self.tr("This gradient takes long: it comes when training pauses.")
        if self._waits:
            return self.tr("The gradient is being computed …")
        if self.samples is not None:
            return ""
        if session.dataset is None:
            return self.tr("There are no targets yet: choose a target in the table, or set one in Losses.")
        if self.scope == "sample":
            return self.tr(
                "These inputs are no sample of the data: choose a row of the table, or set targets in Losses.")
        if self._fitting_data is not None:
            return self.tr("The samples of the next batch are being drawn …")
        return self.tr("The data do not fit this network's inputs and outputs.")

    @property
    def still_missing(self) -> str:
        """What is still missing in the network, in the learner's words, such as what leads to an output."""
        return " ".join(problem.message for problem in self._session.problems)

    @property
    def explanation(self) -> Explanation | None:
        """The sample that is fed, taken apart; without a loss if it has no target.

        None if there is nothing to explain yet. An output that nothing leads to is explained with the rest.
        """
        if self._explanation is None and self._session.program.explainable:
            session = self._session
            self._explanation = Explanation(session.network, self._looking.input_row, self.targets,
                                            session.document.training.loss, self.notation)
        return self._explanation

    @property
    def backward(self) -> Backward | None:
        """Loss, gradient and all numbers of both passes for the samples, at the current values; None without.

        Of very many samples, or of a large network, it is computed beside the window, and None until ``came()``.
        """
        if not self._known:
            self._known = True
            self._backward = self._find_backward()
        return self._backward

    @property
    def waits(self) -> bool:
        """Whether a gradient that was asked for is not there yet, because it takes long; see ``why_not``."""
        return self._waits

    def _find_backward(self) -> Backward | None:
        samples, session, program = self.samples, self._session, self._session.program
        if samples is None or not program.explainable:
            return None
        parameters, loss = session.network.parameters, LOSSES[session.document.training.loss]

        def run(stopped: Stopped = lambda: False) -> Backward:
            return program.backward(parameters, samples.X, samples.T, loss.name)

        if PASSES * work(session.structure, len(samples.X)) <= AT_ONCE:
            return run()
        # In a run the values would be others before it is there.
        found = None if session.moving else self._late_backward.get((program, parameters, samples, loss), (), run)
        self._waits = found is None
        return found

    def _next_rows(self, data: Dataset) -> Indices | None:
        """The rows that Train's next update takes; None while they are drawn."""
        session = self._session
        trainer, config, latest, n = session.paused_trainer, session.document.training, session.latest, len(data.X)
        if trainer is not None and latest is not None and latest.position:
            return trainer.next_batch()
        size = min(config.batch_size or n, n)
        epoch, done = (latest.epoch, latest.position * size) if latest else (0, 0)
        order = self._order(config.order, n, config.seed, epoch)
        return None if order is None else order[done : done + size].astype(np.intp)

    def _order(self, order: str, n: int, seed: int, epoch: int) -> Integers | None:
        """``epoch_order``; of very many samples it is drawn beside the window, and None until it is there."""
        if n <= ORDER_AT_ONCE:
            return epoch_order(order, n, seed, epoch)
        if (order, n, seed, epoch) != self._order_of:
            self._order_of = order, n, seed, epoch
        return self._late_order.get((self._order_of,), (), lambda stopped: epoch_order(order, n, seed, epoch))

    # What is pointed at

    def light_place(self, place: tuple[str, ...] | None) -> None:
        """Light a neuron, (id,), or a connection, (source, target); nothing for None or ()."""
        match place:
            case (source, target):
                self.light((), [(source, target)])
            case (neuron,):
                self.light([neuron])
            case _:
                self.light()

    def light(self, neurons: Collection[str] = (), connections: Collection[Ends] = ()) -> None:
        """Light these on the canvas and wherever else they are shown; nothing puts the light out."""
        lit = frozenset(neurons), frozenset(connections)
        if lit != (self.lit_neurons, self.lit_connections):
            self.lit_neurons, self.lit_connections = lit
            self.lit_changed.emit()

    def show_wave(self, reached: frozenset[str] | None, tags: Mapping[str, str] | None = None) -> None:
        """Show on the canvas how far a wave has come, and what it found; None ends it."""
        if (reached, tags or {}) != (self.reached, self.tags):
            self.reached, self.tags = reached, dict(tags or {})
            self.wave_changed.emit()

    # Keeping in step; the Desk calls these before any view is told

    def forget(self) -> None:
        """Another document was opened: what was chosen was chosen for the last one."""
        self._row, self._by_hand, self._targets = None, False, {}
        self.light()
        self._tell()

    def follow(self) -> None:
        """Document, values, inputs or run differ."""
        self._known, self._waits, self._explanation = False, False, None
        fed = self._looking.input_row
        if not np.array_equal(fed, self._fed):
            self._by_hand = False
        self._fed = fed

    def _tell(self) -> None:
        self._known, self._waits, self._explanation = False, False, None
        self.changed.emit()

    def _on_backward(self) -> None:
        self._known, self._waits = False, False
        self.came.emit()
