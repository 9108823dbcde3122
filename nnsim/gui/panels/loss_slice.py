"""The Loss slice panel: the loss over the selected parameter, or over two, and where the next step leads."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.losses import LOSSES
from nnsim.core.network import Structure
from nnsim.core.notation import Symbol, name
from nnsim.core.numbers import DIGITS, format_number
from nnsim.core.program import Program
from nnsim.core.slices import Range, affordable, half_width, losses_at, opened, spread, straight_jumps, window
from nnsim.gui.controls import CalmSlider, plain_tip
from nnsim.gui.formulas import FormulaLabel
from nnsim.gui.number_field import NumberField
from nnsim.gui.panel import Paced, quiet_button
from nnsim.gui.plot_panel import EmptyState, PlotPanel, TextLine
from nnsim.gui.scope_choice import ScopeChoice
from nnsim.gui.session import Session
from nnsim.gui.theme import GRID, font, set_role, text_scale, theme
from nnsim.gui.training_path import TrainingPath
from nnsim.training import engines

if TYPE_CHECKING:
    from nnsim.gui.tangent_plot import ContourPlot, StepPlot

Array = NDArray[np.float64]
Losses = Callable[[Array], Array]
POINTS, MAP_POINTS = 121, 33
LOW_PLOT, LOW_MAP = 128, 160
"""A plot lower than this wants the place of what can be spared."""
MAP_TRAINING_MS = 500
"""While training a map is made anew at most this often."""
SLOPE_DIGITS = 3
LONGEST_NAME = 14
FARTHEST = 24.0
"""A step that leads farther than this many times the valley's width runs out of the picture."""
LOWEST_RATE, RATES_A_DECADE, DECADES = 1e-4, 20, 7
MARGIN = 12


@dataclass(frozen=True)
class Axis:
    """A parameter as the learner knows it: its symbol, and −1 for a bias that is written as a threshold."""

    parameter: str
    symbol: Symbol
    sign: float = 1.0
    frozen: bool = False


@dataclass(frozen=True)
class Step:
    """One step of gradient descent along some axes, in the signs of the axes."""

    at: tuple[float, ...]
    slopes: tuple[float, ...]
    after: tuple[float, ...]
    loss: float
    loss_after: float

    @property
    def overshoots(self) -> bool:
        """Whether it leads uphill, or out of all numbers."""
        return any(self.slopes) and not self.loss_after <= self.loss


class LossSlicePanel(PlotPanel):
    """Why the gradient: the loss over the selected parameter, its tangent, and the next step at a rate to try."""

    id = "loss_slice"

    def __init__(self, session: Session) -> None:
        super().__init__(session, QCoreApplication.translate("LossSlicePanel", "Loss slice"))
        self.plot: StepPlot | None = None
        self.map: ContourPlot | None = None
        self.path = TrainingPath(session)
        self.axes: tuple[Axis, ...] = ()
        self.step: Step | None = None
        self._own_rate: float | None = None
        self._zoom = 0
        self._shown_for: tuple[object, ...] = ()
        self._windows: list[Range | None] = [None, None]
        self._opened: tuple[Structure, tuple[str, ...], Structure] | None = None
        self._slice_pace = Paced(self, session, self._draw_selected)
        self._map_pace = Paced(self, session, self._draw_selected, MAP_TRAINING_MS)
        self._build_header()
        self._build_body()
        session.opened.connect(self._on_opened)

    def sizeHint(self) -> QSize:
        return QSize(300, 380)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 240)

    # Building

    def _build_header(self) -> None:
        self.scope = ScopeChoice(self.session, "loss_slice_scope")
        self.farther = quiet_button("−", "loss_slice_zoom_out", self.tr("See more of the axis"))
        self.nearer = quiet_button("+", "loss_slice_zoom_in", self.tr("See the point closer"))
        self.farther.clicked.connect(lambda: self._set_zoom(self._zoom - 1))
        self.nearer.clicked.connect(lambda: self._set_zoom(self._zoom + 1))
        for button in (self.farther, self.nearer):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.add_to_header(self.scope, self.farther, self.nearer)

    def _build_body(self) -> None:
        self.empty = EmptyState("loss_slice_empty")
        padded = QWidget()
        around = QVBoxLayout(padded)
        around.setContentsMargins(GRID, GRID, GRID, GRID)
        around.addWidget(self.empty)
        page = QWidget()
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(MARGIN, GRID, MARGIN, MARGIN)
        self.column.setSpacing(GRID)
        self.place = self.column.count()
        self.column.addWidget(self._build_numbers())
        self.says = TextLine("loss_slice_says", "ink", "body")
        self.says.wraps = True
        self.column.addWidget(self.says)
        self.note = TextLine("loss_slice_note")
        self.note.wraps = True
        self.note.hide()
        self.column.addWidget(self.note)
        self.column.addLayout(self._build_rate())
        self.column.addWidget(self._build_slider())
        self.pages = QStackedLayout(self)
        self.pages.addWidget(padded)
        self.pages.addWidget(page)

    def _build_numbers(self) -> QWidget:
        """The formula of the step, and the slope in it."""
        self.formula = FormulaLabel()
        self.formula.setObjectName("loss_slice_formula")
        self.formula.setAccessibleName(self.tr("Formula"))
        self.readout = TextLine("loss_slice_readout", "ink", "body", Qt.AlignmentFlag.AlignRight)
        self.numbers = QWidget()
        row = QHBoxLayout(self.numbers)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.formula, 1)
        row.addWidget(self.readout)
        return self.numbers

    def _build_rate(self) -> QHBoxLayout:
        """The rate to try, without a change of Training's own, and the button that takes the step."""
        self.rate_label = QLabel()
        self.rate_label.setObjectName("loss_slice_rate_label")
        set_role(self.rate_label, tone="muted")
        self.rate_field = NumberField(0.0, 1e9, ladder=True)
        self.rate_field.setObjectName("loss_slice_rate")
        self.rate_field.edited.connect(lambda value, token: self._try(value))
        self.take = QPushButton(self.tr("Take this step"))
        self.take.setObjectName("loss_slice_take")
        self.take.setAccessibleName(self.take.text())
        self.take.clicked.connect(self._take_step)
        self.rate_row = row = QHBoxLayout()
        row.setSpacing(GRID)
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
        row = QHBoxLayout(self.sliding)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.slider, 1)
        row.addWidget(self.usual)
        return self.sliding

    def build(self) -> None:
        from nnsim.gui.tangent_plot import ContourPlot, StepPlot

        self.plot, self.map = StepPlot("loss_slice_plot"), ContourPlot()
        self.plot.setAccessibleName(self.tr("Loss over the selected parameter"))
        self.map.setAccessibleName(self.tr("Loss over the two selected parameters"))
        for plot in (self.plot, self.map):
            plot.setMinimumHeight(96)
            self.column.insertWidget(self.place, plot, 1)

    # What the learner chooses

    @property
    def rate(self) -> float:
        """The learning rate that is tried: Training's, unless another was set here."""
        return self.session.document.training.learning_rate if self._own_rate is None else self._own_rate

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
        self.session.set_values(values, self.tr("Step of {names}").format(names=names))

    def _selected_axes(self) -> tuple[tuple[Axis, ...], str, str]:
        """(the selected parameters, or none and then what to do, and why)."""
        structure = self.session.structure
        neurons = [structure.by_id[id] for id in sorted(self.session.selected_neurons)]
        axes: dict[str, Axis] = {}
        for ends in self.session.selected_connections:
            weight = structure.by_ends[ends].weight
            axes[weight] = Axis(weight, name(weight), 1.0, weight in structure.frozen)
        select = self.tr("Select a connection, or a neuron with a bias")
        why = self.tr("This shows the loss over its parameter, and over two of them (Shift selects more) as a map.")
        for neuron in neurons:
            if neuron.role == "input":
                return (), select, self.tr("An input has no parameter of its own.")
            if neuron.bias is None:
                return (), select, self.tr("{name} has no bias.").format(name=_short(neuron.id))
            threshold = neuron.notation == "threshold"
            symbol = name(neuron.bias)
            if threshold:
                symbol = Symbol(f"θ {neuron.id}", rf"\theta_{{{name(neuron.id).latex}}}")
            axes.setdefault(neuron.bias, Axis(neuron.bias, symbol, -1.0 if threshold else 1.0,
                                              neuron.bias in structure.frozen))
        if len(axes) > 2:
            return (), self.tr("Select one or two parameters"), self.tr("More than two cannot be drawn.")
        return tuple(sorted(axes.values(), key=lambda axis: structure.parameter_index[axis.parameter])), select, why

    # What is shown

    def show_document(self) -> None:
        self._show_rate()
        axes, select, why = self._selected_axes()
        key = (self.session.structure, axes)
        if key != self._shown_for:
            self._shown_for, self._zoom, self._windows = key, 0, [None, None]
        self.axes = axes
        self._show_fixed()
        if not axes:
            self._show_empty(select, why)
        else:
            self._draw()

    def show_values(self) -> None:
        (self._map_pace if len(self.axes) == 2 else self._slice_pace).update()

    def _draw_selected(self) -> None:
        if self.axes:
            self._draw()

    def _show_empty(self, text: str, why: str) -> None:
        self.step = None
        self.empty.say(text, why)
        self.pages.setCurrentIndex(0)

    def _show_rate(self) -> None:
        rate = self.session.study.notation.rate.text
        label = self.tr("{rate} to try").format(rate=rate)
        self.rate_label.setText(label)
        tip = self.tr("How far the step goes. It changes nothing in Training.")
        self.rate_field.setAccessibleName(label)
        self.rate_field.set_tip(tip)
        self.slider.setAccessibleName(label)
        self.slider.setToolTip(plain_tip(tip))
        self.rate_field.set_number(self.rate)
        self.slider.setAccessibleDescription(format_number(self.rate))
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(RATES_A_DECADE * math.log10(max(self.rate, LOWEST_RATE) / LOWEST_RATE)))
        self.slider.blockSignals(blocked)
        self.usual.setEnabled(self.rate != self.session.document.training.learning_rate)

    def _show_fixed(self) -> None:
        """What does not change with the numbers."""
        assert self.plot is not None and self.map is not None
        for plot in (self.plot, self.map):
            plot.keep_style()
        self.plot.setVisible(len(self.axes) < 2)
        self.map.setVisible(len(self.axes) == 2)
        self.farther.setEnabled(self._zoom > -4)
        self.nearer.setEnabled(self._zoom < 8)
        self.says.setFixedHeight(QFontMetrics(font("body")).lineSpacing() * 3 + 2)
        notation = self.session.study.notation
        self.formula.set_formulas([(_rule(axis.symbol, notation.rate, notation.loss), None) for axis in self.axes])
        loss = self.tr("loss {symbol}").format(symbol=notation.loss.text) if len(notation.loss.text) == 1 else (
            self.tr("loss"))
        titles = [axis.symbol.text for axis in self.axes]
        if len(titles) == 2:
            self.map.set_titles(*titles)
        elif titles:
            self.plot.set_titles(f"{titles[0]} · {self._where(self.axes[0])}", loss)
        self._fit_height()

    def _where(self, axis: Axis) -> str:
        """Which parameter it is: h1 → o1, or bias of o1."""
        uses = self.session.structure.uses[axis.parameter]
        if self.session.selected_connections:
            source, target = next(iter(self.session.selected_connections))
            text = f"{source} → {target}"
        else:
            id = next(iter(self.session.selected_neurons), "")
            text = (self.tr("threshold of {name}") if axis.sign < 0 else self.tr("bias of {name}")).format(name=id)
        return text if len(uses) == 1 else self.tr("{place} (shared)").format(place=text)

    # The numbers

    def _program(self) -> Program:
        """The network with the parameters of the axes as inputs."""
        names = tuple(axis.parameter for axis in self.axes)
        if self._opened is None or self._opened[:2] != (self.session.structure, names):
            self._opened = (self.session.structure, names, opened(self.session.structure, names))
        # Asked anew each time: the fast engine may have become ready meanwhile.
        return engines.fast_program_of(self._opened[2])

    def _draw(self) -> None:
        session = self.session
        backward, samples = session.study.backward, session.study.samples
        if backward is None or samples is None:
            self._show_empty(self.tr("No gradient yet"), session.study.why_not)
            return
        network, loss = session.network, session.document.training.loss
        index = session.structure.parameter_index
        signs = np.array([axis.sign for axis in self.axes])
        at = np.array([network.value(axis.parameter) for axis in self.axes]) * signs
        slopes = backward.gradient[[index[axis.parameter] for axis in self.axes]] * signs
        if not np.isfinite([backward.loss, *slopes]).all():
            self._show_empty(self.tr("The loss or its slope is no number here"),
                             self.tr("Some numbers grew out of all bounds: undo, or go back to the start."))
            return
        self.pages.setCurrentIndex(1)
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
        session, samples = self.session, self.session.study.samples
        assert samples is not None
        parameters = session.network.parameters.copy()
        for axis, value in zip(self.axes, values, strict=True):
            parameters[session.structure.parameter_index[axis.parameter]] = value
        o = session.program.run(parameters, samples.X).a_rows[session.program.outputs].T
        with np.errstate(over="ignore", invalid="ignore"):
            return LOSSES[session.document.training.loss].value(o, samples.T)

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
        assert self.plot is not None

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
        self.plot.fit((low, high), y, (here, there), whole=bool(jumps))
        if jumps:
            x, y = straight_jumps(x, y, over)
        self.plot.show_curve(x, y)
        self.plot.show_point(at, here, slope)
        self.plot.show_step(at, here, after, there, self._color(step))
        symbols = self.session.study.notation.loss.by(self.axes[0].symbol)
        self.readout.set_text(f"{_short(symbols.text)} = {format_number(slope, SLOPE_DIGITS)}"
                              if len(symbols.text) <= 2 * LONGEST_NAME else format_number(slope, SLOPE_DIGITS))
        self.readout.reserve()
        self._say(self._slice_in_words(step, y, jumps))

    def _draw_map(self, step: Step, losses: Losses) -> None:
        assert self.map is not None
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
        self._say(self._map_in_words(step, values))

    @property
    def _steps(self) -> bool:
        """Whether some neuron of the network is a step."""
        return any(not ACTIVATIONS[n.activation].has_slope for n in self.session.structure.neurons if n.role != "input")

    @staticmethod
    def _jumps(losses: Array) -> bool:
        """Whether a curve is a staircase: level almost everywhere, yet not all of one height."""
        same = losses[1:] == losses[:-1]
        return bool(same.mean() > 0.5 and not same.all())

    @staticmethod
    def _color(step: Step) -> str:
        return theme().bad if step.overshoots else theme().ink

    # In words

    def _say(self, text: str) -> None:
        self.says.color = "bad" if self.step is not None and self.step.overshoots else "ink"
        self.says.set_text(text)
        self.says.setToolTip(plain_tip(text))
        self.says.update()
        if not self.session.training:
            for plot in (self.plot, self.map):
                if plot is not None:
                    plot.setAccessibleDescription(text)

    def _slice_in_words(self, step: Step, losses: Array, jumps: bool) -> str:
        symbol, slope = _short(self.axes[0].symbol.text), step.slopes[0]
        if slope == 0:
            if jumps:
                return self.tr("The slope is 0 here, yet the loss jumps: gradient descent sees nothing.")
            if np.ptp(losses) <= 1e-12 * abs(step.loss):
                return self.tr("The slope is 0: the loss does not depend on {name} here.").format(name=symbol)
            return self.tr("The slope is 0: {name} stays where it is.").format(name=symbol)
        if step.overshoots:
            return self._too_large(step)
        before, after = _apart(step.at[0], step.after[0])
        text = (self.tr("The slope is {slope}: the loss rises with {name}, so {name} falls: {before} → {after}.")
                if slope > 0 else
                self.tr("The slope is {slope}: the loss falls as {name} rises, so {name} rises: {before} → {after}."))
        return text.format(slope=format_number(slope, SLOPE_DIGITS), name=symbol, before=before, after=after)

    def _too_large(self, step: Step) -> str:
        rate = self.session.study.notation.rate.text
        if not math.isfinite(step.loss_after):
            return self.tr("{rate} = {value} is too large: the step leads out of all numbers.").format(
                rate=rate, value=format_number(self.rate))
        before, after = _apart(step.loss, step.loss_after, SLOPE_DIGITS)
        return self.tr("{rate} = {value} is too large: the step jumps over the valley, the loss rises from "
                       "{before} to {after}.").format(rate=rate, value=format_number(self.rate), before=before,
                                                      after=after)

    def _map_in_words(self, step: Step, values: Array) -> str:
        if not any(step.slopes):
            if self._steps and np.ptp(values[np.isfinite(values)]) > 0:
                return self.tr("The slope is 0 here, yet the loss jumps: gradient descent sees nothing.")
            return self.tr("The slope is 0 both ways: no step is taken.")
        if step.overshoots:
            return self._too_large(step)
        before, after = _apart(step.loss, step.loss_after, SLOPE_DIGITS)
        moves = ", ".join(f"{_short(axis.symbol.text)} {' → '.join(_apart(a, b))}"
                          for axis, a, b in zip(self.axes, step.at, step.after, strict=True))
        return self.tr("Straight downhill: {moves}. The loss falls from {before} to {after}.").format(
            moves=moves, before=before, after=after)

    def _show_note(self, used: int, all: int) -> None:
        notes = [self.session.study.still_missing] if self.session.study.still_missing else []
        if len(self.axes) == 2 and len(self.path.of(self.axes[0].parameter)):
            notes.append(self.tr("□─ the way of training."))
        frozen = [_short(axis.symbol.text) for axis in self.axes if axis.frozen]
        if frozen:
            notes.append(self.tr("Frozen: training leaves {names} alone.").format(names=", ".join(frozen)))
        if used < all:
            notes.append(self.tr("Drawn with {used} of {all} samples.").format(used=used, all=all))
        text = " ".join(notes)
        if text != self.note.text():
            self.note.set_text(text)
            self.note.setToolTip(plain_tip(text))
            self.note.setVisible(bool(text))
            self._fit_height()

    def _show_take(self, step: Step) -> None:
        moves = any(step.slopes) and all(map(math.isfinite, step.after)) and step.after != step.at
        self.take.setEnabled(moves)
        self.take.setToolTip(plain_tip(
            self.tr("Move only what is selected, by one step at this rate") if moves else
            self.tr("No step: the slope is 0, or no number")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        """Where the panel is too low for a good plot and all else, the formula gives way, then the slider.

        Where large text does not fit beside each other, the button goes into a row of its own.
        """
        room = self.width() - 2 * MARGIN
        beside = self.rate_label.sizeHint().width() + round(64 * text_scale()) + self.take.sizeHint().width() + 2 * GRID
        if (beside <= room) != (self.rate_row.indexOf(self.take) >= 0):
            (self.rate_row if beside <= room else self.column).addWidget(self.take)
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


def _short(text: str) -> str:
    """A long name with its middle left out."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 5]}…{text[-4:]}"


def _apart(a: float, b: float, digits: int = DIGITS) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to tell them apart."""
    texts = [(format_number(a, more), format_number(b, more)) for more in range(digits, 17)]
    return next(((x, y) for x, y in texts if x != y), texts[0])


def _rule(symbol: Symbol, rate: Symbol, loss: Symbol) -> str:
    """w′ = w − η·∂L/∂w in LaTeX; a long name is left to the title."""
    if len(symbol.text) > LONGEST_NAME:
        symbol = Symbol("w", "w")
    return rf"{symbol.with_prime().latex} = {symbol.latex} - {rate.latex}\cdot {loss.by(symbol).latex}"
