"""The Loss slice panel: the loss over the selected parameter, or over two, and where the next step leads."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.drawable import Range, can_be_drawn
from nnsim.core.analysis.slices import affordable, half_width, losses_at, opened, spread, straight_jumps, window
from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.core.losses import LOSSES
from nnsim.core.network import Structure
from nnsim.core.program import Program
from nnsim.gui.look.theme import GRID, font, text_scale, theme
from nnsim.gui.panels.gradient.step import LONGEST_NAME, Axis, Step, Words, rule, selected_axes, short
from nnsim.gui.panels.gradient.training_path import TrainingPath
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.plot_panel import LOW_PLOT, LOWEST_PLOT, MARGIN, PlotPanel
from nnsim.gui.panels.scope_choice import ScopeChoice
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import quiet_button, zoom_buttons
from nnsim.gui.widgets.controls import CalmSlider, name_widget, plain_tip
from nnsim.gui.widgets.labels import FormulaRow, Sentence, TextLine, toned
from nnsim.gui.widgets.number_field import NumberField
from nnsim.training import engines

if TYPE_CHECKING:
    from nnsim.gui.panels.gradient.plots import ContourPlot, StepPlot

Losses = Callable[[Array], Array]
POINTS, MAP_POINTS = 121, 33
LOW_MAP = 160
"""What LOW_PLOT is to a curve."""
MAP_TRAINING_MS = 500
"""While training a map is made anew at most this often."""
FARTHEST = 24.0
"""A step that leads farther than this many times the valley's width runs out of the picture."""
LOWEST_RATE, RATES_A_DECADE, DECADES = 1e-4, 20, 7


class LossSlicePanel(PlotPanel):
    """Why the gradient: the loss over the selected parameter, its tangent, and the next step at a rate to try."""

    id = "loss_slice"
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
        self._windows: list[Range | None] = [None, None]
        self._opened: tuple[Structure, tuple[str, ...], Structure] | None = None
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
        self.rows.addWidget(self.numbers)
        self.says = Sentence("loss_slice_says")
        self.rows.addWidget(self.says)
        self.note = TextLine("loss_slice_note")
        self.note.wraps = True
        self.note.hide()
        self.rows.addWidget(self.note)
        self.rows.addLayout(self._build_rate())
        self.rows.addWidget(self._build_slider())
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
            self._shown_for, self._zoom, self._windows = key, 0, [None, None]
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
        self.says.fit()
        notation = self.desk.study.notation
        self.formula.set_formulas([(rule(axis.symbol, notation.rate, notation.loss), None) for axis in self.axes])
        loss = self.tr("loss {symbol}").format(symbol=notation.loss.text) if len(notation.loss.text) == 1 else (
            self.tr("loss"))
        titles = [axis.symbol.text for axis in self.axes]
        if len(titles) == 2:
            self.map.set_titles(*titles)
        elif titles:
            self.plot.set_titles(f"{titles[0]} · {self.axes[0].where(self.desk)}", loss)
        self.fit()

    # The numbers

    def _program(self) -> Program:
        """The network with the parameters of the axes as inputs."""
        names = tuple(axis.parameter for axis in self.axes)
        if self._opened is None or self._opened[:2] != (self.desk.session.structure, names):
            self._opened = (self.desk.session.structure, names, opened(self.desk.session.structure, names))
        # Asked anew each time: the fast engine may have become ready meanwhile.
        return engines.fast_program_of(self._opened[2])

    def _draw(self) -> None:
        desk = self.desk
        backward, samples = desk.study.backward, desk.study.samples
        if backward is None or samples is None:
            self._show_no_step(self.tr("No gradient yet"), desk.study.why_not)
            return
        network, loss = desk.session.network, desk.session.document.training.loss
        index = desk.session.structure.parameter_index
        signs = np.array([axis.sign for axis in self.axes])
        at = np.array([network.value(axis.parameter) for axis in self.axes]) * signs
        slopes = backward.gradient[[index[axis.parameter] for axis in self.axes]] * signs
        if not np.isfinite([backward.loss, *slopes]).all():
            self._show_no_step(self.tr("The loss or its slope is no number here"),
                               self.tr("Some numbers grew out of all bounds: undo, or go back to the start."))
            return
        if not can_be_drawn(*at):
            self._show_no_step(self.tr("Some values are too large to draw"),
                               self.tr("Select a parameter that is nearer to 0, or undo."))
            return
        self.show_page()
        with np.errstate(over="ignore"):
            after = at - self.rate * slopes
        there = self._loss_at(after * signs) if np.isfinite(after).all() else math.nan
        self.step = step = Step(tuple(at.tolist()), tuple((slopes + 0.0).tolist()), tuple((after + 0.0).tolist()),
                                backward.loss, there)
        program = self._program()
        count = POINTS if len(self.axes) == 1 else MAP_POINTS**2
        rows = spread(len(samples.X), affordable(program.structure, len(samples.X), count))
        X, T = samples.X[rows], samples.T[rows]
        names = [axis.parameter for axis in self.axes]

        def losses(points: Array) -> Array:
            return losses_at(program, network, names, points * signs, X, T, loss)

        if len(self.axes) == 1:
            self._draw_slice(step, losses)
        else:
            self._draw_map(step, losses)
        self._show_note(len(rows), len(samples.X))
        self._show_take(step)

    def _loss_at(self, values: Array) -> float:
        """The loss of all samples with the parameters of the axes set to these."""
        desk, samples = self.desk, self.desk.study.samples
        assert samples is not None
        parameters = desk.session.network.parameters.copy()
        for axis, value in zip(self.axes, values, strict=True):
            parameters[desk.session.structure.parameter_index[axis.parameter]] = value
        o = desk.session.program.run(parameters, samples.X).a_rows[desk.session.program.outputs].T
        with np.errstate(over="ignore", invalid="ignore"):
            return LOSSES[desk.session.document.training.loss].value(o, samples.T)

    def _window(self, place: int, at: float, after: float, others: Array, losses: Losses) -> Range:
        """What the axis shows: the point, the step, the way of training and the valley; closer when zoomed."""
        kept = self._windows[place]
        half = (kept[1] - kept[0]) / 4 if kept is not None else 0.0
        far = after if kept is not None and kept[0] <= after <= kept[1] else math.nan
        must = [at, *others]
        if kept is None or not math.isfinite(far) or not kept[0] <= at <= kept[1]:
            half = half_width(at, losses)
            far = min(max(after, at - FARTHEST * half), at + FARTHEST * half) if math.isfinite(after) else at
        must.append(far)
        low, high = self._windows[place] = window(must, (at - half, at + half), kept)
        if not self._zoom:
            return low, high
        width = (high - low) * 2.0**-self._zoom
        step = width / 16
        middle = step * round(at / step)
        return middle - width / 2, middle + width / 2

    def _draw_slice(self, step: Step, losses: Losses) -> None:

        def over(x: Array) -> Array:
            return losses(x[:, None])

        at, after, slope = step.at[0], step.after[0], step.slopes[0]
        low, high = self._window(0, at, after, np.zeros(0), over)
        x = np.unique([*np.linspace(low, high, POINTS), *(v for v in (at, after) if low <= v <= high)])
        y = over(x)
        jumps = self._steps and self._jumps(y)
        # The curve may be of fewer samples than the loss: the point lies on it all the same.
        here = float(y[np.searchsorted(x, at)]) if low <= at <= high else step.loss
        there = float(y[np.searchsorted(x, after)]) if low <= after <= high else step.loss_after
        self.plot.fit((low, high), y, (here, there), whole=jumps)
        if jumps:
            x, y = straight_jumps(x, y, over)
        self.plot.show_curve(x, y)
        self.plot.show_point(at, here, slope)
        self.plot.show_step(at, here, after, there, self._color(step))
        symbols = self.desk.study.notation.loss.by(self.axes[0].symbol)
        number = format_number(slope, self.desk.study.digits)
        self.readout.set_text(f"{short(symbols.text)} = {number}" if len(symbols.text) <= 2 * LONGEST_NAME else number)
        self.readout.reserve()
        self._say(self._words.of_slice(step, y, jumps))

    def _draw_map(self, step: Step, losses: Losses) -> None:
        signs = np.array([axis.sign for axis in self.axes])
        path = self.path.of(*(axis.parameter for axis in self.axes)) * signs
        ranges: list[Range] = []
        for place in range(2):
            def along(x: Array, place: int = place) -> Array:
                points = np.tile(np.array(step.at), (len(x), 1))
                points[:, place] = x
                return losses(points)

            way = path[:, place][np.isfinite(path[:, place])]
            ends = np.array([way.min(), way.max()]) if len(way) else way
            ranges.append(self._window(place, step.at[place], step.after[place], ends, along))
        xs, ys = (np.linspace(*ends, MAP_POINTS) for ends in ranges)
        grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        values = losses(grid).reshape(MAP_POINTS, MAP_POINTS)
        self.map.show_losses(values, ranges[0], ranges[1], self._steps)
        self.map.show_path(path)
        self.map.show_step((step.at[0], step.at[1]), (step.after[0], step.after[1]), self._color(step))
        self.readout.set_text("")
        self.readout.reserve(shrink=True)
        self._say(self._words.of_map(step, values, self._steps))

    @property
    def _steps(self) -> bool:
        """Whether some neuron of the network is a step."""
        neurons = self.desk.session.structure.neurons
        return any(not ACTIVATIONS[n.activation].has_slope for n in neurons if n.role != "input")

    @staticmethod
    def _jumps(losses: Array) -> bool:
        """Whether a curve is a staircase: level almost everywhere, yet not all of one height."""
        same = losses[1:] == losses[:-1]
        return bool(same.mean() > 0.5 and not same.all())

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
        if not self.desk.session.training:
            for plot in self.plots:
                plot.setAccessibleDescription(text)

    def _show_note(self, used: int, all: int) -> None:
        notes = [self.desk.study.still_missing] if self.desk.study.still_missing else []
        if len(self.axes) == 2 and len(self.path.of(self.axes[0].parameter)):
            notes.append(self.tr("□─ the way of training."))
        frozen = [axis.short for axis in self.axes if axis.frozen]
        if frozen:
            notes.append(self.tr("Frozen: training leaves {names} alone.").format(names=", ".join(frozen)))
        if used < all:
            notes.append(self.tr("Drawn with {used} of {all} samples.").format(used=used, all=all))
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

        Where large text does not fit beside each other, the button goes into a row of its own.
        """
        room = self.width() - 2 * MARGIN
        beside = self.rate_label.sizeHint().width() + round(64 * text_scale()) + self.take.sizeHint().width() + 2 * GRID
        if (beside <= room) != (self.rate_row.indexOf(self.take) >= 0):
            (self.rate_row if beside <= room else self.rows).addWidget(self.take)
        metrics = QFontMetrics(font("small"))
        wrapped = metrics.boundingRect(0, 0, max(self.width() - 2 * MARGIN, 1), 1000, Qt.TextFlag.TextWordWrap,
                                       self.note.text()).height() + 2
        if self.note.height() != wrapped:
            self.note.setFixedHeight(wrapped)
        left = self.height() - (LOW_MAP if len(self.axes) == 2 else LOW_PLOT) - self.says.height() - 5 * GRID
        left -= self.take.sizeHint().height() * (1 if beside <= room else 2) + (0 if beside <= room else GRID)
        left -= wrapped + GRID if not self.note.isHidden() else 0
        left -= self.sliding.sizeHint().height() + GRID
        self.sliding.setVisible(left >= 0)
        width = room - self.readout.minimumWidth() - GRID
        self.formula.setVisible(width >= 96 * text_scale())
        self.numbers.setVisible(left >= self.formula.heightForWidth(width) + GRID)
