"""The Loss slice panel: the loss over the selected parameter, or over two, and where the next step leads."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.drawable import Range, can_be_drawn
from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.core.network import NetworkError
from nnsim.core.program import Backward
from nnsim.gui.look.theme import GRID, font, text_scale, theme
from nnsim.gui.panels.gradient.landscape import Asked, Landscape, Opened, landscape
from nnsim.gui.panels.gradient.step import (
    LONGEST_NAME,
    Axis,
    Step,
    Words,
    by_no_slope,
    rule,
    selected_axes,
    short,
    trains_otherwise,
)
from nnsim.gui.panels.gradient.training_path import TrainingPath
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.plot_panel import LOW_PLOT, LOWEST_PLOT, PlotPanel
from nnsim.gui.panels.scope_choice import ScopeChoice
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.lagging import Lagging, Stopped
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.cards import quiet_button, zoom_buttons
from nnsim.gui.widgets.controls import CalmSlider, name_widget, plain_tip
from nnsim.gui.widgets.labels import FormulaRow, Sentence, TextLine, toned
from nnsim.gui.widgets.number_field import NumberField

if TYPE_CHECKING:
    from nnsim.gui.panels.gradient.plots import ContourPlot, StepPlot

LOW_MAP = 160
"""What LOW_PLOT is to a curve."""
MAP_TRAINING_MS = 500
"""While training a map is made anew at most this often."""
LOW = 230
"""In a lower panel, at 100 % text, what is said stands beside the plot if there is room, else on fewer lines."""
LOWEST_RATE, RATES_A_DECADE, DECADES = 1e-4, 20, 7


class LossSlicePanel(PlotPanel):
    """Why the gradient: the loss over the selected parameter, its tangent, and the next step at a rate to try."""

    id = "loss_slice"
    least_size = QSize(200, 160)
    plot: "StepPlot"
    map: "ContourPlot"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("LossSlicePanel", "Loss slice"))
        self.path = TrainingPath(desk)
        self.axes: tuple[Axis, ...] = ()
        self.step: Step | None = None
        self._own_rate: float | None = None
        self._zoom = 0
        self._shown_for: tuple[object, ...] = ()
        self._windows: tuple[Range | None, ...] = (None, None)
        self._asked: Asked | None = None
        self._opened, self._opened_late = Opened(), Opened()
        self._late: Lagging[Landscape | NetworkError] = Lagging(self)
        self._late.came.connect(self._on_values)
        desk.session.closed.connect(self._late.end)
        self._slice_pace = Paced(self, desk, self._draw_selected)
        self._map_pace = Paced(self, desk, self._draw_selected, MAP_TRAINING_MS)
        self._build_header()
        self._build_body()
        desk.opened.connect(self._on_opened)

    # Building

    def _build_header(self) -> None:
        self.scope = ScopeChoice(self.desk, "loss_slice_scope")
        self.farther, self.nearer = zoom_buttons("loss_slice", lambda by: self._set_zoom(self._zoom + by))
        self.add_to_header(self.scope, self.farther, self.nearer)

    def _build_body(self) -> None:
        self.leave_place()
        self.numbers = FormulaRow("loss_slice")
        self.formula, self.readout = self.numbers.formula, self.numbers.readout
        self.words = column_in(None, GRID)
        self.rows.addLayout(self.words)
        self.words.addWidget(self.numbers)
        self.says = Sentence("loss_slice_says")
        self.words.addWidget(self.says)
        self.note = TextLine("loss_slice_note")
        self.note.wraps = True
        self.note.hide()
        self.words.addWidget(self.note)
        self.words.addLayout(self._build_rate())
        self.words.addWidget(self._build_slider())
        self.show_empty("")

    def _build_rate(self) -> QHBoxLayout:
        """The rate to try, without a change of Training's own, and the button that takes the step."""
        self.rate_label = toned("muted", name="loss_slice_rate_label")
        self.rate_field = NumberField(0.0, 1e9, ladder=True)
        self.rate_field.setObjectName("loss_slice_rate")
        self.rate_field.edited.connect(lambda value, token: self._try(value))
        self.take = QPushButton(self.tr("Take this step"))
        name_widget(self.take, "loss_slice_take", self.take.text())
        self.take.clicked.connect(self._take_step)
        self.rate_row = row = row_in(None, GRID)
        row.addWidget(self.rate_label)
        row.addWidget(self.rate_field, 1)
        row.addWidget(self.take)
        return row

    def _build_slider(self) -> QWidget:
        self.slider = CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("loss_slice_rate_slider")
        self.slider.setRange(0, RATES_A_DECADE * DECADES)
        self.slider.setPageStep(RATES_A_DECADE)
        self.slider.valueChanged.connect(self._slide)
        self.usual = quiet_button("↺", "loss_slice_rate_usual", self.tr("Back to the rate of Training"))
        self.usual.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.usual.clicked.connect(lambda: self._try(None))
        self.sliding = QWidget()
        row = row_in(self.sliding, GRID)
        row.addWidget(self.slider, 1)
        row.addWidget(self.usual)
        return self.sliding

    def make_plots(self) -> "tuple[StepPlot, ContourPlot]":
        from nnsim.gui.panels.gradient.plots import ContourPlot, StepPlot

        self.plot, self.map = StepPlot("loss_slice_plot"), ContourPlot()
        self.plot.setAccessibleName(self.tr("Loss over the selected parameter"))
        self.map.setAccessibleName(self.tr("Loss over the two selected parameters"))
        for plot in (self.plot, self.map):
            plot.setMinimumHeight(LOWEST_PLOT)
        return self.plot, self.map

    # What the learner chooses

    @property
    def rate(self) -> float:
        """The learning rate that is tried: Training's, unless another was set here."""
        return self.desk.session.document.training.learning_rate if self._own_rate is None else self._own_rate

    def _try(self, rate: float | None) -> None:
        self._own_rate = rate
        self._on_change()

    def _slide(self, position: int) -> None:
        self._try(float(f"{LOWEST_RATE * 10 ** (position / RATES_A_DECADE):.2g}"))

    def _set_zoom(self, zoom: int) -> None:
        self._zoom = max(-4, min(8, zoom))
        self._on_change()

    def _on_opened(self) -> None:
        self._own_rate, self._zoom, self._shown_for = None, 0, ()
        self._on_change()

    def _take_step(self) -> None:
        step = self.step
        if step is None:
            return
        values = {axis.parameter: axis.sign * after for axis, after in zip(self.axes, step.after, strict=True)}
        names = ", ".join(axis.symbol.text for axis in self.axes)
        self.desk.session.set_values(values, self.tr("Step of {names}").format(names=names))

    # What is shown

    def show_document(self) -> None:
        self._show_rate()
        axes, select, why = selected_axes(self.desk)
        key = (self.desk.session.structure, axes)
        if key != self._shown_for:
            self._shown_for, self._zoom, self._windows = key, 0, (None, None)
        self.axes = axes
        self._show_fixed()
        if not axes:
            self._show_no_step(select, why)
        else:
            self._draw()

    def show_values(self) -> None:
        (self._map_pace if len(self.axes) == 2 else self._slice_pace).update()

    def _draw_selected(self) -> None:
        if self.axes:
            self._draw()

    def _show_no_step(self, text: str, why: str) -> None:
        self.step = None
        self.show_empty(text, why)

    def _show_rate(self) -> None:
        rate = self.desk.study.notation.rate.text
        label = self.tr("{rate} to try").format(rate=rate)
        self.rate_label.setText(label)
        tip = self.tr("How far the step goes. It changes nothing in Training.")
        self.rate_field.setAccessibleName(label)
        self.rate_field.set_tip(tip)
        self.slider.setAccessibleName(label)
        self.slider.setToolTip(plain_tip(tip))
        self.rate_field.set_number(self.rate)
        self.slider.setAccessibleDescription(format_number(self.rate))
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(RATES_A_DECADE * math.log10(max(self.rate, LOWEST_RATE) / LOWEST_RATE)))
        self.usual.setEnabled(self.rate != self.desk.session.document.training.learning_rate)

    def _show_fixed(self) -> None:
        """What does not change with the numbers."""
        self.plot.setVisible(len(self.axes) < 2)
        self.map.setVisible(len(self.axes) == 2)
        self.farther.setEnabled(self._zoom > -4)
        self.nearer.setEnabled(self._zoom < 8)
        notation = self.desk.study.notation
        axes = () if by_no_slope(self.desk) else self.axes
        self.formula.set_formulas([(rule(axis.symbol, notation.rate, notation.loss), None) for axis in axes])
        loss = self.tr("loss {symbol}").format(symbol=notation.loss.text) if len(notation.loss.text) == 1 else (
            self.tr("loss"))
        titles = [axis.symbol.text for axis in self.axes]
        if len(titles) == 2:
            self.map.set_titles(*titles)
        elif titles:
            self.plot.set_titles(f"{titles[0]} · {self.axes[0].where(self.desk)}", loss)
        self.fit()

    # The numbers

    def _draw(self) -> None:
        backward = self.desk.study.backward
        if backward is None or self.desk.study.samples is None:
            self._show_no_step(self.tr("No gradient yet"), self.desk.study.why_not)
            return
        asked = self._ask(backward)
        if not np.isfinite([backward.loss, *asked.slopes]).all():
            self._show_no_step(self.tr("The loss or its slope is no number here"),
                               self.tr("Some numbers grew out of all bounds: undo, or go back to the start."))
            return
        if not can_be_drawn(*asked.at):
            self._show_no_step(self.tr("Some values are too large to draw"),
                               self.tr("Select a parameter that is nearer to 0, or undo."))
            return
        try:
            found = self._find(asked)
        except NetworkError:
            self._show_no_step(self.tr("No room for a slice"), self.tr(
                "The network is as large as one may be, and a slice needs a few neurons more."))
            return
        if found is None:
            self._show_no_step(self.tr("The loss is being computed …"), self.tr("It comes when training pauses.") if (
                self.desk.session.moving) else "")
            return
        self.step, self._windows = found.step, found.windows
        self.show_page()
        if len(self.axes) == 1:
            self._draw_slice(found)
        else:
            self._draw_map(found, asked.way)
        self._show_note(found.used, len(asked.samples.X))
        self._show_take(found.step)

    def _ask(self, backward: Backward) -> Asked:
        """What is to be drawn; the same as before if nothing differs."""
        desk, names = self.desk, [axis.parameter for axis in self.axes]
        structure, network, samples = desk.session.structure, desk.session.network, desk.study.samples
        assert samples is not None
        signs = np.array([axis.sign for axis in self.axes])
        places = [structure.parameter_index[name] for name in names]
        asked = Asked(
            network, samples, desk.session.document.training.loss, self.axes, network.parameters[places] * signs,
            backward.gradient[places] * signs, backward.loss, self.rate,
            self.path.of(*names) * signs if len(names) == 2 else np.zeros((0, 1)), self._zoom, self._windows,
            self._steps,
        )
        if self._asked is None or not asked.same(self._asked):
            self._asked = asked
        return asked if not asked.takes_long else self._asked

    def _find(self, asked: Asked) -> Landscape | None:
        """Its numbers; None as long as they are computed beside the window, and in a run that has others soon."""
        if not asked.takes_long:
            return landscape(asked, self._opened)
        if self.desk.session.moving:
            return None
        found = self._late.get((asked,), (), lambda stopped: self._found_late(asked, stopped))
        if isinstance(found, NetworkError):
            raise found
        return found

    def _found_late(self, asked: Asked, stopped: Stopped) -> Landscape | NetworkError | None:
        try:
            return landscape(asked, self._opened_late, stopped)
        except NetworkError as error:
            return error

    def _draw_slice(self, found: Landscape) -> None:
        step, ends = found.step, found.ends
        at, after, slope = step.at[0], step.after[0], step.slopes[0]
        self.plot.fit(found.ranges[0], found.losses, ends, whole=found.jumps)
        self.plot.show_curve(*found.curve)
        self.plot.show_point(at, ends[0], slope)
        self.plot.show_step(at, ends[0], after, ends[1], self._color(step))
        symbols = self.desk.study.notation.loss.by(self.axes[0].symbol)
        number = format_number(slope, self.desk.study.digits)
        self.readout.set_text(f"{short(symbols.text)} = {number}" if len(symbols.text) <= 2 * LONGEST_NAME else number)
        self.readout.reserve()
        self._say(self._words.of_slice(step, found.curve[1], found.jumps))

    def _draw_map(self, found: Landscape, way: Array) -> None:
        step = found.step
        self.map.show_losses(found.losses, found.ranges[0], found.ranges[1], self._steps)
        self.map.show_path(way)
        self.map.show_step((step.at[0], step.at[1]), (step.after[0], step.after[1]), self._color(step))
        self.readout.set_text("")
        self.readout.reserve(shrink=True)
        self._say(self._words.of_map(step, found.losses, self._steps))

    @property
    def _steps(self) -> bool:
        """Whether some neuron of the network is a step."""
        neurons = self.desk.session.structure.neurons
        return any(not ACTIVATIONS[n.activation].has_slope for n in neurons if n.role != "input")

    @staticmethod
    def _color(step: Step) -> str:
        return theme().bad if step.overshoots else theme().ink

    # In words

    @property
    def _words(self) -> Words:
        study = self.desk.study
        return Words(self.axes, study.notation.rate.text, self.rate, study.digits)

    def _say(self, text: str) -> None:
        self.says.say(text, warns=self.step is not None and self.step.overshoots)
        if not self.desk.session.moving:
            for plot in self.plots:
                plot.setAccessibleDescription(text)

    def _show_note(self, used: int, all: int) -> None:
        notes = [self.desk.study.still_missing] if self.desk.study.still_missing else []
        if len(self.axes) == 2 and len(self.path.of(self.axes[0].parameter)):
            notes.append(self.tr("□─ the way of training."))
        frozen = [axis.short for axis in self.axes if axis.frozen]
        if frozen:
            notes.append(self.tr("Frozen: training leaves {names} alone.").format(names=", ".join(frozen)))
        if len(frozen) < len(self.axes):
            notes += trains_otherwise(self.desk)
        if used < all:
            notes.append(self.tr("Drawn with {used} of {all} samples.").format(used=f"{used:,}", all=f"{all:,}"))
        text = " ".join(notes)
        if text != self.note.text():
            self.note.set_text(text)
            self.note.setToolTip(plain_tip(text))
            self.note.setVisible(bool(text))
            self.fit()

    def _show_take(self, step: Step) -> None:
        self.take.setEnabled(step.moves)
        self.take.setToolTip(plain_tip(
            self.tr("Move only what is selected, by one step at this rate") if step.moves else
            self.tr("No step: the slope is 0, or no number")))

    def fit(self) -> None:
        """Where the panel is too low for a good plot and all else, the formula gives way, then the slider.

        In a flat one all this stands beside the plot. Where large text does not fit beside each other, the
        button goes into a row of its own.
        """
        scale = text_scale()
        side, room = self.lay_beside(self.words, LOW)
        self.says.fit(2 if self.height() < LOW * scale and not side else 3)
        in_row = self.rate_label.sizeHint().width() + round(64 * scale) + self.take.sizeHint().width() + 2 * GRID
        one_row = in_row <= room
        if one_row != (self.rate_row.indexOf(self.take) >= 0):
            (self.rate_row if one_row else self.words).addWidget(self.take)
        metrics = QFontMetrics(font("small"))
        wrapped = metrics.boundingRect(0, 0, max(room, 1), 1000, Qt.TextFlag.TextWordWrap,
                                       self.note.text()).height() + 2
        if self.note.height() != wrapped:
            self.note.setFixedHeight(wrapped)
        least_plot = 0 if side else LOW_MAP if len(self.axes) == 2 else LOW_PLOT
        left = self.height() - least_plot - self.says.height() - 5 * GRID
        left -= self.take.sizeHint().height() * (1 if one_row else 2) + (0 if one_row else GRID)
        left -= wrapped + GRID if not self.note.isHidden() else 0
        left -= self.sliding.sizeHint().height() + GRID
        self.sliding.setVisible(left >= 0)
        width = room - self.readout.minimumWidth() - GRID
        self.formula.setVisible(width >= 96 * scale)
        self.numbers.setVisible(left >= self.formula.heightForWidth(width) + GRID)
