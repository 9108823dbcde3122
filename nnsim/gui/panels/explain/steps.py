"""The Step through panel: one batch, sample by sample and neuron by neuron, forwards and backwards."""

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.update import change_of
from nnsim.core.explain.walk import Moment, Walk
from nnsim.core.formulas.notation import name as symbol
from nnsim.core.formulas.numbers import as_sum, format_number, numbered
from nnsim.core.formulas.writing import Piece
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.gui.look.icons import icon
from nnsim.gui.look.theme import GRID, set_role
from nnsim.gui.panels.explain.equation_panel import EquationPanel
from nnsim.gui.panels.explain.rows import Row, equation, explained, heading, line, note
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.widgets.labels import toned
from nnsim.training.snapshot import Snapshot
from nnsim.training.update import Update

PLAY_MS = 900
"""How long a step stands when they go on by themselves."""
MOST_GRADIENTS = 12
TAG_DIGITS = 3


class StepsPanel(EquationPanel):
    """A walk through the batch that Train would take next; its update is the engine's own."""

    id = "steps"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("StepsPanel", "Step through"),
                         QCoreApplication.translate("StepsPanel", "Calculation of this step"))
        self.walk: Walk | None = None
        self._update: Update | None = None
        """The walk's update in equations, as it begins."""
        self.place = 0
        self._before: Snapshot | None = None
        """The paused trainer from before the batch's update, to go back to; None if there was none."""
        self._updated = False
        self._own = False
        """Whether what changes is this panel's doing."""
        self.player = QTimer(self)
        self.player.setInterval(PLAY_MS)
        self.player.timeout.connect(self.forward)
        self.says = QLabel()
        self.says.setObjectName("steps_sentence")
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setWordWrap(True)
        self.says.setContentsMargins(GRID, GRID, GRID, 0)
        set_role(self.says, tone="section")
        self.progress = toned("muted", name="steps_progress")
        self.buttons: dict[str, QToolButton] = {}
        # Alone, so that they stay under the mouse whatever is written.
        self.add_to_header(self._build_buttons())
        body, said = QWidget(), QWidget()
        row = row_in(said, GRID, (0, 0, GRID, 0))
        row.addWidget(self.says, 1)
        row.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignTop)
        self.progress.setContentsMargins(0, GRID, 0, 0)
        column = column_in(body, GRID // 2)
        column.addWidget(said)
        column.addWidget(self.list, 1)
        self.pages.addWidget(body)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        desk.opened.connect(self.end)
        desk.run_changed.connect(self._on_run)

    def _build_buttons(self) -> QWidget:
        box = QWidget()
        row = row_in(box, 2)
        for name, picture, tip, do in (
            ("restart", "restart", self.tr("Back to the batch's first step (Home)"), self.restart),
            ("back", "back", self.tr("One step back (Left)"), self.back),
            ("play", "play", self.tr("Go on by itself"), self.toggle_play),
            ("forward", "step", self.tr("One step on (Right)"), self.forward),
            ("sample", "step-epoch", self.tr("To the next sample, or to the update (End)"), self.next_sample),
        ):
            button = quiet_button("", f"steps_{name}", tip)
            button.setProperty("picture", picture)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda checked=False, do=do: do())
            self.buttons[name] = button
            row.addWidget(button)
        return box

    # Keeping in step

    def update_document(self) -> None:
        if self.walk is not None and not self._own and not self._same():
            self.end()
        self._show()

    def update_values(self) -> None:
        if not self._own and self.walk is not None and not self.desk.session.training:
            self.update_document()

    def _same(self) -> bool:
        """Whether the walk is still about the open document and its values."""
        walk, desk = self.walk, self.desk
        assert walk is not None
        if self._updated:
            return walk.network.structure is desk.session.structure
        return (walk.network.structure is desk.session.structure and walk.loss == desk.session.document.training.loss
                and bool((walk.network.parameters == desk.session.network.parameters).all())
                and walk.notation is desk.study.notation)

    def _on_run(self) -> None:
        if not self.desk.session.training and self._own:
            # The update that the walk asked for is done.
            self._own = False
            self._show()
        elif self.desk.session.training and not self._own:
            self.end()

    def end(self) -> None:
        """Forget the walk: another begins at the next step."""
        self.player.stop()
        self.walk, self.place, self._updated, self._own = None, 0, False, False
        self.desk.study.show_wave(None)
        self.desk.study.light()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.player.stop()
        self.desk.study.show_wave(None)

    # Walking

    def _begin(self) -> bool:
        samples, desk = self.desk.study.next_batch, self.desk
        if samples is None or not desk.session.program.explainable or desk.session.training:
            return False
        config, trainer = desk.session.document.training, desk.session.paused_trainer
        self._update = Update(desk.session.network, config, samples.X, samples.T, desk.study.notation,
                              None if trainer is None else trainer.memory, desk.session.epoch)
        self.walk = Walk(desk.session.network, samples.X, samples.T, samples.rows, config.loss,
                         desk.study.notation, self._update.straight)
        self._before = None if trainer is None else trainer.snapshot()
        self.place, self._updated = 0, False
        return True

    def forward(self) -> None:
        """One step on; after the update the next batch begins."""
        if self._own:
            return
        if self.walk is None or self.place == len(self.walk) - 1:
            if not self._begin():
                self.player.stop()
            self._show()
            return
        self._go(self.place + 1)

    def back(self) -> None:
        """One step back; back over the update takes it back."""
        if self.walk is not None and self.place > 0 and not self._own:
            self._go(self.place - 1)

    def restart(self) -> None:
        """The first step of the batch."""
        if self.walk is not None and not self._own:
            self._go(0)

    def next_sample(self) -> None:
        """The first step of the next sample, or the update after the last."""
        if self.walk is None:
            self.forward()
        elif not self._own and self.place < len(self.walk) - 1:
            here = self.walk[self.place].sample
            place = self.place + 1
            while place < len(self.walk) - 1 and self.walk[place].sample == here:
                place += 1
            self._go(place)

    def toggle_play(self) -> None:
        """Let the steps go on by themselves, or stop them."""
        if self.player.isActive():
            self.player.stop()
        else:
            self.player.start()
            self.forward()
        self._show()

    def _go(self, place: int) -> None:
        assert self.walk is not None
        last = len(self.walk) - 1
        if self.place == last and self._updated:
            self._own = True
            self.desk.session.go_back_to(self._before, self.walk.network.parameters)
            self._own, self._updated = False, False
        self.place = place
        if place == last and not self._updated and not self.desk.session.training_problems():
            self._own = self._updated = True
            if not self.desk.session.train(updates=1):
                self._own = self._updated = False
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Right: self.forward, Qt.Key.Key_Left: self.back, Qt.Key.Key_Home: self.restart,
                Qt.Key.Key_End: self.next_sample, Qt.Key.Key_Space: self.toggle_play}
        do = keys.get(Qt.Key(event.key()))
        if do is None:
            super().keyPressEvent(event)
        else:
            do()

    # Showing

    def _show(self) -> None:
        walk, desk = self.walk, self.desk
        able = desk.study.next_batch is not None and desk.session.program.explainable and not desk.session.training
        on = walk is not None
        self.buttons["back"].setEnabled(on and self.place > 0)
        self.buttons["restart"].setEnabled(on and self.place > 0)
        for name in ("play", "forward", "sample"):
            self.buttons[name].setEnabled(able or on)
        for button in self.buttons.values():
            playing = button is self.buttons["play"] and self.player.isActive()
            button.setIcon(icon("pause" if playing else button.property("picture")))
        if walk is None:
            self.progress.setText("")
            if able:
                self.show_empty(self.tr("Press ▶| to go through one batch, step by step."),
                                self.tr("Forward neuron by neuron, the loss, backward neuron by neuron, the update."))
            elif desk.session.training:
                self.show_empty(self.tr("Pause training to go step by step."))
            else:
                self.show_empty(self.tr("A batch can be gone through here, step by step."), desk.study.why_not)
            return
        moment = walk[self.place]
        self.says.setText(self._sentence(walk, moment))
        self.progress.setText(self.tr("sample {k} of {n}  ·  step {i} of {all}").format(
            k=f"{moment.sample + 1:,}", n=f"{len(walk.X):,}", i=f"{self.place + 1:,}", all=f"{len(walk):,}"))
        self.show_rows(self._rows(walk, moment))
        if self.seen:
            self._show_on_canvas(walk, moment)

    def _show_on_canvas(self, walk: Walk, moment: Moment) -> None:
        desk, structure = self.desk, walk.network.structure
        row = int(walk.rows[moment.sample])
        if desk.study.row != row:
            desk.study.choose_row(row)
        e = walk.explanation(moment.sample)
        tags = {id: f"δ = {format_number(e.shown_delta(id), TAG_DIGITS)}" for id in walk.reached_back(moment)}
        desk.study.show_wave(walk.reached(moment), tags if moment.kind != "update" else {})
        if moment.kind == "forward":
            desk.study.light([moment.neuron], [c.ends for c in structure.incoming[moment.neuron]])
        elif moment.kind == "backward":
            desk.study.light([moment.neuron], [c.ends for c in structure.outgoing[moment.neuron]])
        elif moment.kind == "loss":
            desk.study.light(structure.outputs)
        else:
            desk.study.light()

    def _sentence(self, walk: Walk, moment: Moment) -> str:
        structure, digits = walk.network.structure, self.desk.study.digits
        e = walk.explanation(moment.sample)
        match moment.kind:
            case "feed":
                fed = ", ".join(f"{id} = {format_number(e.a(id), digits)}" for id in structure.inputs[:8])
                return self.tr("Sample {k} of {n} is fed to the inputs: {fed}.").format(
                    k=f"{moment.sample + 1:,}", n=f"{len(walk.X):,}", fed=fed)
            case "forward":
                neuron = structure.by_id[moment.neuron]
                return self.tr("{id} puts together what comes in and passes it through its function, {f}: {a}.").format(
                    id=moment.neuron, f=self.tr(ACTIVATIONS[neuron.activation].label),
                    a=format_number(e.a(moment.neuron), digits))
            case "loss":
                assert e.backward is not None
                return self.tr("The outputs are compared with their targets: the loss is {loss}.").format(
                    loss=format_number(e.backward.loss, digits))
            case "backward":
                delta = e.shown_delta(moment.neuron)
                if delta > 0:
                    said = self.tr("Backwards: δ of {id} is {delta}. So steeply does the loss rise with what {id} "
                                   "sums up.")
                elif delta < 0:
                    said = self.tr("Backwards: δ of {id} is {delta}. So steeply does the loss fall as what {id} sums "
                                   "up rises.")
                else:
                    said = self.tr("Backwards: δ of {id} is {delta}.")
                return said.format(id=moment.neuron, delta=format_number(delta, digits))
            case "accumulate":
                said = (self.tr("({t} − {o})·x of this sample is added up for each weight: {k} of {n} done.")
                        if walk.straight else
                        self.tr("The gradient of this sample is added to that of the batch: {k} of {n} done."))
                return said.format(t=walk.notation.target, o=walk.notation.output, k=f"{moment.sample + 1:,}",
                                   n=f"{len(walk.X):,}")
        problems = self.desk.session.training_problems()
        if problems:
            return self.tr("No update: {why}").format(why=" ".join(problem.message for problem in problems))
        assert self._update is not None
        label = self.tr(OPTIMIZERS[self._update.config.optimizer_name].label)
        if walk.straight:
            return self.tr("{optimizer}: each weight moves by what its samples add up to. One update is done.").format(
                optimizer=label)
        return self.tr("{optimizer} makes a step of the mean gradient of the batch: one update is done.").format(
            optimizer=label)

    def _rows(self, walk: Walk, moment: Moment) -> list[Row]:
        digits, e = self.desk.study.digits, walk.explanation(moment.sample)
        match moment.kind:
            case "feed":
                targets = [Piece(f"{e.notation.target_of(id).text} = {format_number(float(t), digits)}", (id,))
                           for id, t in zip(e.structure.outputs, walk.T[moment.sample], strict=True)]
                inputs = [equation(part, digits) for id in e.structure.inputs[:40] for part in e.forward(id)]
                return [*inputs, *(line([piece]) for piece in targets[:40])]
            case "forward":
                return [row for part in e.forward(moment.neuron) for row in explained(part, digits)]
            case "loss":
                return explained(e.loss(), digits)
            case "backward":
                parts = (e.by_activation, e.slope, e.delta_equation)
                return [row for part in parts for row in explained(part(moment.neuron), digits)]
            case "accumulate":
                return self._gradient_rows(walk, moment)
        return self._update_rows(walk)

    def _shown(self, walk: Walk) -> list[str]:
        """The parameters that are written: the trainable ones, of many the first."""
        structure = walk.network.structure
        return [name for name in structure.parameter_names if name not in structure.frozen][:MOST_GRADIENTS]

    def _gradient_rows(self, walk: Walk, moment: Moment) -> list[Row]:
        digits, k = self.desk.study.digits, moment.sample
        before, after = walk.gradient(k), walk.gradient(k + 1)
        e, index = walk.explanation(k), walk.network.structure.parameter_index
        sign = -1.0 if walk.straight else 1.0
        rows = [heading(self.tr("What the samples add up to so far") if walk.straight
                        else self.tr("Σ of the gradients so far"))]
        for name in self._shown(walk):
            whole, so_far = sign * float(after[index[name]]), sign * float(before[index[name]])
            text = format_number(whole, digits)
            if k:
                own = whole - so_far if walk.straight else e.gradient(name)
                text = f"{as_sum(format_number(part, digits) for part in (so_far, own))} = {text}"
            what = change_of(symbol(name)) if walk.straight else walk.notation.loss.by(symbol(name))
            rows.append(line([Piece(f"{what.text}:  {text}", e.place_of(name))]))
        return rows

    def _update_rows(self, walk: Walk) -> list[Row]:
        digits, update, structure = self.desk.study.digits, self._update, walk.network.structure
        assert update is not None
        if not self._updated:
            return []
        rows, shown = [], self._shown(walk)
        if not walk.straight:
            rows.append(heading(numbered(len(walk.X), self.tr("Gradient of the sample"),
                                         self.tr("Mean gradient of {n} samples"))))
            for name in shown:
                value = float(update.gradient[structure.parameter_index[name]])
                rows.append(line([Piece(f"{walk.notation.loss.by(symbol(name)).text} = {format_number(value, digits)}",
                                        walk.explanation(0).place_of(name))]))
        rows.append(heading(self.tr("What the update makes of each parameter")))
        rows += [equation(step, digits) for name in shown for step in update.equations(name)]
        free = len(structure.parameter_names) - len(structure.frozen)
        if structure.frozen:
            rows.append(note(self.tr("Frozen parameters stay as they are.")))
        if free > len(shown):
            rows.append(note(self.tr("The first {n} of {all} are written.").format(
                n=len(shown), all=f"{free:,}")))
        return rows
