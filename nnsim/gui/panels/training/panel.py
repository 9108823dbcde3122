"""The Training panel: data, settings and stop conditions of a run."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QVBoxLayout, QWidget

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
from nnsim.gui.widgets.forms import FORM_LABELS, Disclosure, FieldsForm, Rows, WholeRows, plain_text, scrolled
from nnsim.gui.widgets.labels import TextLine, toned
from nnsim.training import engines
from nnsim.training.config import TrainingConfig

MARGIN = 12
LEAST = 240
"""Of the panel's width in pixels."""
STOPS = {"stop_epochs": 1000, "stop_loss": 0.01, "stop_change": 1e-4, "stop_gradient": 1e-3, "stop_seconds": 10}
"""What a stop condition begins with when it is switched on."""
LONGEST_REASON = 130


class TrainingPanel(Panel):
    """What is learned from, how, and when to stop. What trains, steps and goes back is in the toolbar alone."""

    id = "training"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("TrainingPanel", "Training"))
        desk.softening.changed.connect(self._on_change)
        self._engine: QLabel | None = None
        outer = column_in(self)
        self._form = self._build_settings()
        settings = self._scrolling = scrolled(self._form, WholeRows())
        # In a low window the foot stays and the settings scroll.
        settings.setMinimumHeight(4 * GRID)
        outer.addWidget(settings, 1)
        outer.addLayout(self._build_foot())

    def sizeHint(self) -> QSize:
        return QSize(300, 300)

    def minimumSizeHint(self) -> QSize:
        """As wide as its widest choice, which stands below its label where there is no more room."""
        least = super().minimumSizeHint()
        form = self._form.minimumSizeHint().width() + self._scrolling.verticalScrollBar().sizeHint().width()
        return QSize(max(LEAST, least.width(), form), least.height())

    # Building

    def _build_foot(self) -> QVBoxLayout:
        """What the run has to say, under the settings: nothing that is set moves when it comes or goes."""
        foot = column_in(None, GRID // 2, (MARGIN, 0, MARGIN, GRID // 2))
        self._reason = plain_text("training_reason", small=True)
        self._advice = SeedAdvice(self.desk)
        self._progress = QProgressBar()
        name_widget(self._progress, "training_progress", self.tr("Progress towards the stop"),
                    plain_tip(self.tr("How near training is to its stop condition")))
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setMinimumWidth(GRID)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        self._random = push_button(self.tr("Random weights…"), "random_weights", self.tr("Random weights…"), "link")
        self._random.clicked.connect(self._open_random)
        self._harden = push_button(
            self.tr("Harden"), "harden_button",
            self.tr("Make the sigmoids steps again, with the weights they have now; Undo brings them back"), "link",
            self.tr("Harden the sigmoids"))
        self._harden.clicked.connect(self.desk.softening.harden)
        self._batch_line = TextLine("training_batch", align=Qt.AlignmentFlag.AlignRight)
        row = row_in(None, GRID)
        row.addWidget(self._random)
        row.addWidget(self._harden)
        run = column_in(None, 2)
        run.addWidget(self._batch_line)
        run.addWidget(self._progress)
        row.addLayout(run, 1)
        for part in (self._reason, self._advice):
            foot.addWidget(part)
        foot.addLayout(row)
        return foot

    def _build_settings(self) -> QWidget:
        content = QWidget()
        column = column_in(content, GRID, (MARGIN, GRID // 2, MARGIN, GRID // 2))
        described = forms(TrainingConfig)
        stops = [name for name in described if name.startswith("stop_")]
        rare = [name for name, form in described.items() if form.advanced]
        self._settings = FieldsForm(TrainingConfig, "training", [n for n in described if n not in [*stops, *rare]])
        self._optimizer = self._build_optimizer()
        self._settings.edited.connect(self._set_field)
        self._data = DataForm(self.desk)
        self._reach = ReachNote(self.desk, "data_reach")
        self._parts: list[Callable[[TrainingConfig], None]] = [self._settings.show_values]
        """What shows the settings; more of it when something is opened."""
        self._when = Disclosure(self.tr("Stop when"), "training_stop", fill=partial(self._build_stops, stops))
        self._advanced = Disclosure(self.tr("Advanced"), "training_advanced", fill=partial(self._build_rare, rare))
        for part in (toned("title", self.tr("Data")), self._data, self._reach, _line(),
                     toned("title", self.tr("How it learns")), self._settings, _line(), self._when, self._advanced):
            column.addWidget(part)
        column.addStretch(1)
        return content

    def _build_optimizer(self) -> ChoiceField:
        choice = choice_of(OPTIMIZERS, whole_text=True)
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
        rows = Rows(FORM_LABELS, whole=True)
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
        config = self.desk.session.document.training
        for show in self._parts:
            show(config)
        self._optimizer.set_value(config.optimizer_name)
        self._show_rate()
        self._data.show_document()
        self._reach.show_document()
        self._show_foot()
        self.update_values()

    def update_values(self) -> None:
        session = self.desk.session
        self._advice.look()
        self._show_engine()
        snapshot = session.latest
        watchable = not session.training or (session.speed is not None and session.speed <= 20)
        if snapshot is not None and snapshot.position and watchable:
            text = self.tr("batch {n} of {all}").format(n=f"{snapshot.position:,}", all=f"{snapshot.batches:,}")
        else:
            text = ""
        self._batch_line.set_text(text)
        progress = snapshot.progress if snapshot is not None else None
        self._progress.setVisible(progress is not None)
        if progress is not None:
            self._progress.setValue(round(progress * 1000))

    def _show_rate(self) -> None:
        """The rate by the letter that the document's formulas have for it."""
        editor = self._settings.editors["learning_rate"]
        label = self._settings.rows.labelForField(editor)
        assert isinstance(label, QLabel)
        label.setText(self.tr("Learning rate {rate}").format(rate=self.desk.study.notation.rate.text))
        editor.setAccessibleName(label.text())

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

    def _show_foot(self) -> None:
        session, softening = self.desk.session, self.desk.softening
        problems = () if session.training else session.training_problems()
        self._reason.setText(_short(problems[0].message) if problems else "")
        self._reason.setToolTip(plain_tip(" ".join(problem.message for problem in problems)))
        self._reason.setVisible(bool(problems))
        self._harden.setVisible(softening.can_harden and not session.training and not softening.active)
        has_weights = bool(session.structure.parameter_names)
        self._random.setIcon(icon("dice", "accent" if has_weights else "muted"))
        self._random.setEnabled(has_weights)
        self._random.setToolTip(plain_tip(self.tr("New weights from a seed, the start of another run") if has_weights
                                          else self.tr("There are no weights yet: connect two neurons")))

    # Doing

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


def _line() -> QFrame:
    line = QFrame()
    line.setFixedHeight(1)
    line.setStyleSheet("background: palette(mid);")
    return line


def _short(message: str) -> str:
    """A message cut to what fits under the settings; its tooltip has the rest."""
    if len(message) > LONGEST_REASON:
        message = message.split(". ")[0].rstrip(".") + "."
    return message if len(message) <= LONGEST_REASON else message[: LONGEST_REASON - 1].rstrip() + "…"
