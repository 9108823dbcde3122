"""The Training panel, and the control of its speed, which the toolbar has too."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from nnsim.core.fields import forms
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.schedules import SCHEDULES
from nnsim.gui.look.icons import icon
from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.panel import Panel
from nnsim.gui.panels.reach_note import ReachNote
from nnsim.gui.panels.training.choice_form import ChoiceForm
from nnsim.gui.panels.training.data_form import DataForm
from nnsim.gui.panels.training.random_weights import RandomWeights
from nnsim.gui.panels.training.seed_advice import SeedAdvice
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.choice_field import ChoiceField, choice_of
from nnsim.gui.widgets.controls import name_widget, plain_tip, push_button
from nnsim.gui.widgets.forms import Disclosure, FieldsForm, Rows, WholeRows, plain_text, scrolled
from nnsim.gui.widgets.labels import TextLine
from nnsim.training import engines
from nnsim.training.config import TrainingConfig

MARGIN = 12
STOPS = {"stop_epochs": 1000, "stop_loss": 0.01, "stop_change": 1e-4, "stop_gradient": 1e-3, "stop_seconds": 10}
"""What a stop condition begins with when it is switched on."""
LONGEST_REASON = 130


class TrainingPanel(Panel):
    """Train, step, go back; then how: settings, data, when to stop."""

    id = "training"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("TrainingPanel", "Training"))
        desk.softening.changed.connect(self._on_change)
        self._stepping = False
        self._engine: QLabel | None = None
        outer = column_in(self)
        top = column_in(None, GRID, (MARGIN, MARGIN, MARGIN, GRID))
        outer.addLayout(top)
        top.addLayout(self._build_buttons())
        self._reason = plain_text("training_reason", small=True)
        self._run = self._build_progress()
        top.addWidget(self._run)
        self._advice = SeedAdvice(desk)
        top.addWidget(self._advice)
        self._reach = ReachNote(desk, "data_reach")
        top.addWidget(self._reach)
        settings = scrolled(self._build_settings(), WholeRows())
        # In a low window the buttons stay and the settings scroll.
        settings.setMinimumHeight(4 * GRID)
        outer.addWidget(settings, 1)
        self.setMinimumWidth(240)

    def sizeHint(self) -> QSize:
        return QSize(300, 300)

    # Building

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_buttons()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit_buttons()

    def _fit_buttons(self) -> None:
        """In large text the small buttons stand under the large one, whose word must not be cut."""
        large = self._soften if self.desk.softening.replaces_training else self._train
        # The large one may do without the wide margins of its word.
        needed = large.sizeHint().width() - 2 * GRID + self._small.sizeHint().width() + GRID + 2 * MARGIN
        directions = QBoxLayout.Direction
        self._buttons.setDirection(directions.LeftToRight if needed <= self.width() else directions.TopToBottom)

    def _build_buttons(self) -> QBoxLayout:
        row = self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(GRID)
        self._train = push_button(self.tr("Train"), "train_button", self.tr("Train"), "primary")
        self._train.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._train.clicked.connect(self.desk.session.toggle_training)
        row.addWidget(self._train)
        self._soften = push_button(
            self.tr("Soften"), "soften_button",
            self.tr("Make the steps steep sigmoids with the same thresholds, which can be trained"), "primary",
            self.tr("Soften the steps"))
        self._soften.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._soften.clicked.connect(self.desk.softening.begin)
        row.addWidget(self._soften)
        self._small = row_in(None, GRID // 2)
        row.addLayout(self._small)
        row.setAlignment(self._small, Qt.AlignmentFlag.AlignLeft)
        self._batch = self._tool("step_batch", self.tr("Step one batch"), lambda: self._step(updates=1))
        self._epoch = self._tool("step_epoch", self.tr("Step one epoch"), lambda: self._step(epochs=1))
        self._back = self._tool("back_to_start", self.tr("Back to start"), self.desk.session.back_to_start)
        self._random = self._tool("random_weights", self.tr("Random weights…"), self._open_random)
        for button in (self._batch, self._epoch, self._back, self._random):
            self._small.addWidget(button)
        return row

    def _tool(self, name: str, title: str, do: Any) -> QToolButton:
        button = QToolButton()
        name_widget(button, name, title)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setStyleSheet("padding: 5px 6px;")
        button.clicked.connect(lambda checked=False: do())
        return button

    def _build_progress(self) -> QWidget:
        """How far the run is: epoch, batch, and how near it is to its stop."""
        run = QWidget()
        column = column_in(run, GRID // 2)
        row = row_in(None, GRID)
        self._epoch_line = TextLine("training_epoch", color="ink", size="body")
        self._batch_line = TextLine("training_batch", align=Qt.AlignmentFlag.AlignRight)
        row.addWidget(self._epoch_line)
        self._harden = push_button(
            self.tr("Harden"), "harden_button",
            self.tr("Make the sigmoids steps again, with the weights they have now; Undo brings them back"), "link",
            self.tr("Harden the sigmoids"))
        self._harden.clicked.connect(self.desk.softening.harden)
        row.addWidget(self._batch_line)
        row.addWidget(self._harden)
        column.addLayout(row)
        self._progress = QProgressBar()
        name_widget(self._progress, "training_progress", self.tr("Progress towards the stop"),
                    plain_tip(self.tr("How near training is to its stop condition")))
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        column.addWidget(self._progress)
        return run

    def _build_settings(self) -> QWidget:
        content = QWidget()
        column = column_in(content, GRID, (MARGIN, GRID // 2, MARGIN, MARGIN))
        described = forms(TrainingConfig)
        stops = [name for name in described if name.startswith("stop_")]
        rare = [name for name, form in described.items() if form.advanced]
        self._settings = FieldsForm(TrainingConfig, "training", [n for n in described if n not in [*stops, *rare]])
        self._optimizer = self._build_optimizer()
        self._settings.edited.connect(self._set_field)
        self._data = DataForm(self.desk)
        self._parts: list[Callable[[TrainingConfig], None]] = [self._settings.show_values]
        """What shows the settings; more of it when something is opened."""
        self._when = Disclosure(self.tr("Stop when"), "training_stop", fill=partial(self._build_stops, stops))
        self._advanced = Disclosure(self.tr("Advanced"), "training_advanced", fill=partial(self._build_rare, rare))
        line = QFrame()
        line.setFixedHeight(1)
        line.setStyleSheet("background: palette(mid);")
        # A long reason in large text must not press the buttons together.
        for part in (self._reason, self._settings, line, self._data, self._when, self._advanced):
            column.addWidget(part)
        column.addStretch(1)
        return content

    def _build_optimizer(self) -> ChoiceField:
        choice = choice_of(OPTIMIZERS)
        choice.chosen.connect(self._choose_optimizer)
        self._settings.rows.add(self.tr("Optimizer"), choice, "training_optimizer",
                                self.tr("How a gradient becomes a step"), at=1)
        return choice

    def _build_stops(self, stops: list[str]) -> None:
        form = FieldsForm(TrainingConfig, "training", stops, STOPS)
        form.edited.connect(self._set_field)
        self._when.body.addWidget(form)

        def show(config: TrainingConfig) -> None:
            form.show_values(config)
            form.rows.show_row(form.editors["stop_change_epochs"], config.stop_change is not None)

        self._add_part(show)

    def _build_rare(self, rare: list[str]) -> None:
        """What few change: the constants of the optimizer, the rate's schedule, penalties, clipping; the engine."""
        constants = ChoiceForm("optimizer", OPTIMIZERS)
        schedule = ChoiceForm("schedule", SCHEDULES, self.tr("Rate schedule"),
                              self.tr("How the learning rate changes from epoch to epoch"))
        others = FieldsForm(TrainingConfig, "training", rare)
        for form in (constants, schedule, others):
            form.edited.connect(self._set_field)
            self._advanced.body.addWidget(form)
        self._engine = plain_text("training_engine", muted=True)
        rows = Rows()
        rows.add(self.tr("Engine"), self._engine, "training_engine",
                 self.tr("What computes: compiled kernels, or numpy until they are ready. A run keeps its engine."))
        self._advanced.body.addLayout(rows)
        self._add_part(lambda config: constants.show_choice(config.optimizer))
        self._add_part(lambda config: schedule.show_choice(config.schedule))
        self._add_part(others.show_values)
        self._show_engine()

    def _add_part(self, show: Callable[[TrainingConfig], None]) -> None:
        self._parts.append(show)
        show(self.desk.session.document.training)

    # Showing

    def update_document(self) -> None:
        desk = self.desk
        if not desk.session.training:
            self._stepping = False
        config = desk.session.document.training
        for show in self._parts:
            show(config)
        self._optimizer.set_value(config.optimizer_name)
        self._data.show_document()
        self._reach.show_document()
        self._update_buttons()
        self.update_values()

    def update_values(self) -> None:
        desk = self.desk
        if self._stepping and desk.session.training and desk.session.latest is not None:
            # A step that is not done within a frame is shown as the run it is.
            self._stepping = False
            self._update_buttons()
        self._advice.look()
        self._show_engine()
        snapshot = desk.session.latest
        self._epoch_line.set_text(self.tr("Epoch {n}").format(n=f"{desk.session.epoch:,}"))
        watchable = not desk.session.training or (desk.session.speed is not None and desk.session.speed <= 20)
        if snapshot is not None and snapshot.position and watchable:
            text = self.tr("batch {n} of {all}").format(n=f"{snapshot.position:,}", all=f"{snapshot.batches:,}")
        else:
            text = ""
        self._batch_line.set_text(text)
        progress = snapshot.progress if snapshot is not None else None
        self._progress.setVisible(progress is not None)
        if progress is not None:
            self._progress.setValue(round(progress * 1000))

    def _show_engine(self) -> None:
        if self._engine is None:
            return
        snapshot = self.desk.session.latest
        engine = snapshot.engine if snapshot is not None else engines.now()
        text = self.tr("compiled (Numba)") if engine == engines.COMPILED else self.tr("numpy")
        if text != self._engine.text():
            self._engine.setText(text)
            # The name of a label is read in place of its text.
            self._engine.setAccessibleName(self.tr("Engine: {name}").format(name=text))

    def _update_buttons(self) -> None:
        desk = self.desk
        running = desk.session.training and not self._stepping
        problems = () if desk.session.training else desk.session.training_problems()
        reason = " ".join(problem.message for problem in problems)
        self._train.setEnabled(not reason)
        self._train.setText(self.tr("Pause") if running else self.tr("Train"))
        self._train.setIcon(icon("pause" if running else "play", "on_accent"))
        self._train.setAccessibleName(self._train.text())
        self._train.setAccessibleDescription(reason)
        self._train.setToolTip(plain_tip(reason or (self.tr("Pause training") if running else self.tr("Train"))))
        softening = desk.softening
        self._train.setVisible(not softening.replaces_training)
        self._soften.setVisible(softening.replaces_training)
        self._soften.setIcon(icon("soften", "on_accent"))
        self._fit_buttons()
        self._harden.setVisible(softening.can_harden and not desk.session.training and not softening.active)
        self._reason.setText(_short(problems[0].message) if problems else "")
        self._reason.setToolTip(plain_tip(reason))
        self._reason.setVisible(bool(reason))
        self._run.setVisible(not reason)
        pauses = self.tr(" (pauses first)") if running else ""
        can_return, has_weights = desk.session.start_network is not None, bool(desk.session.structure.parameter_names)
        for button, image, ready, tip, why in (
            (self._batch, "step", not reason, self.tr("One update, on one batch") + pauses, reason),
            (self._epoch, "step-epoch", not reason, self.tr("To the end of the epoch") + pauses, reason),
            (self._back, "restart", can_return, self.tr("Back to start: the weights from before training"),
             self.tr("Train first: then this brings back the weights from before")),
            (self._random, "dice", has_weights, self.tr("Random weights…"),
             self.tr("There are no weights yet: connect two neurons")),
        ):
            button.setIcon(icon(image))
            button.setEnabled(ready)
            button.setToolTip(plain_tip(tip if ready else why))

    # Doing

    def _step(self, **bound: int) -> None:
        self.desk.session.pause()
        self._stepping = True
        if not self.desk.session.train(**bound):
            self._stepping = False

    def _open_random(self) -> None:
        popup = RandomWeights(self.desk, self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.open_at(self._random)

    def _choose_optimizer(self, name: str) -> None:
        # Chosen again, it keeps its constants.
        if name != self.desk.session.document.training.optimizer_name:
            self._set_field("optimizer", name, None)

    def _set_field(self, name: str, value: Any, token: object) -> None:
        described = forms(TrainingConfig)
        if name.startswith("stop_"):
            text = self.tr("Set when to stop")
        else:
            named = {"optimizer": self.tr("Optimizer"), "schedule": self.tr("Rate schedule")}
            label = named[name] if name in named else self.tr(described[name].label)
            # “Learning rate” inside a line is “learning rate”, but “L1 penalty” stays.
            label = label[:1].lower() + label[1:] if label[1:2].islower() else label
            text = self.tr("Set {what}").format(what=label)
        self.desk.session.configure(replace(self.desk.session.document.training, **{name: value}), text, token)
        self.update_document()


def _short(message: str) -> str:
    """A message cut to what fits under the buttons; its tooltip has the rest."""
    if len(message) > LONGEST_REASON:
        message = message.split(". ")[0].rstrip(".") + "."
    return message if len(message) <= LONGEST_REASON else message[: LONGEST_REASON - 1].rstrip() + "…"
