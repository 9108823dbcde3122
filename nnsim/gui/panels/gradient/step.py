"""One step of gradient descent along the selected parameters: of which it is, where it leads, and that in words."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from nnsim.core.arrays import Array
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import format_number, with_count
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.symbols import Symbol
from nnsim.gui.session.desk import Desk

LONGEST_NAME = 14
PLAIN = "sgd"
"""The optimizer whose step is the one that is drawn."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("LossSlicePanel", text)


@dataclass(frozen=True)
class Axis:
    """A parameter as the learner knows it: its symbol, and −1 for a bias that is written as a threshold."""

    parameter: str
    symbol: Symbol
    sign: float = 1.0
    frozen: bool = False

    @property
    def short(self) -> str:
        """Its name, short enough for a sentence."""
        return short(self.symbol.text)

    def where(self, desk: Desk) -> str:
        """Which of the selected parameters it is: h1 → o1, or bias of o1."""
        if desk.looking.selected_connections:
            source, target = next(iter(desk.looking.selected_connections))
            text = f"{source} → {target}"
        else:
            id = next(iter(desk.looking.selected_neurons), "")
            text = (_tr("threshold of {name}") if self.sign < 0 else _tr("bias of {name}")).format(name=id)
        uses = desk.session.structure.uses[self.parameter]
        return text if len(uses) == 1 else _tr("{place} (shared)").format(place=text)


def selected_axes(desk: Desk) -> tuple[tuple[Axis, ...], str, str]:
    """(the selected parameters, or none and then what to do, and why)."""
    structure = desk.session.structure
    axes: dict[str, Axis] = {}
    for ends in desk.looking.selected_connections:
        weight = structure.by_ends[ends].weight
        axes[weight] = Axis(weight, name(weight), 1.0, weight in structure.frozen)
    select = _tr("Select a connection, or a neuron with a bias")
    why = _tr("This shows the loss over its parameter, and over two of them (Shift selects more) as a map.")
    for neuron in (structure.by_id[id] for id in sorted(desk.looking.selected_neurons)):
        if neuron.role == "input":
            return (), select, _tr("An input has no parameter of its own.")
        if neuron.bias is None:
            return (), select, _tr("{name} has no bias.").format(name=short(neuron.id))
        threshold = neuron.notation == "threshold"
        symbol = name(neuron.bias)
        if threshold:
            symbol = Symbol(f"θ {neuron.id}", rf"\theta_{{{name(neuron.id).latex}}}")
        axes.setdefault(neuron.bias, Axis(neuron.bias, symbol, -1.0 if threshold else 1.0,
                                          neuron.bias in structure.frozen))
    if len(axes) > 2:
        return (), _tr("Select one or two parameters"), _tr("More than two cannot be drawn.")
    return tuple(sorted(axes.values(), key=lambda axis: structure.parameter_index[axis.parameter])), select, why


def by_no_slope(desk: Desk) -> bool:
    """Whether Train goes by the perceptron rule, so that no step down a slope is one of its own."""
    return OPTIMIZERS[desk.session.document.training.optimizer_name].straight


def trains_otherwise(desk: Desk) -> list[str]:
    """What to say where Train's own step is another than that of plain gradient descent."""
    if by_no_slope(desk):
        return [_tr("Train goes by no slope here, but by the perceptron rule.")]
    config = desk.session.document.training
    reasons = [] if config.optimizer_name == PLAIN else [OPTIMIZERS[config.optimizer_name].label]
    reasons += [_tr("L1 penalty")] if config.l1 else []
    reasons += [_tr("L2 penalty")] if config.l2 else []
    reasons += [_tr("clipped gradient")] if config.clip is not None else []
    reasons += [] if config.rate_at(desk.session.epoch) == config.learning_rate else [_tr("learning rate schedule")]
    return [_tr("Train's own step is another: {reasons}.").format(reasons=", ".join(reasons))] if reasons else []


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

    @property
    def moves(self) -> bool:
        """Whether it leads anywhere."""
        return any(self.slopes) and all(map(math.isfinite, self.after)) and self.after != self.at


@dataclass(frozen=True)
class Words:
    """What steps along ``axes`` are said to do: at ``rate``, written with ``symbol``, in so many ``digits``."""

    axes: tuple[Axis, ...]
    symbol: str
    rate: float
    digits: int

    def of_slice(self, step: Step, losses: Array, jumps: bool) -> str:
        """Of a step along one axis; ``losses`` are those of the curve, a staircase if it ``jumps``."""
        axis, slope = self.axes[0].short, step.slopes[0]
        if slope == 0:
            if jumps:
                return _tr("The slope is 0 here, yet the loss jumps: gradient descent sees nothing.")
            if np.ptp(losses) <= 1e-12 * abs(step.loss):
                return _tr("The slope is 0: the loss does not depend on {name} here.").format(name=axis)
            return _tr("The slope is 0: {name} stays where it is.").format(name=axis)
        if step.overshoots:
            return self._too_large(step)
        before, after = self._apart(step.at[0], step.after[0])
        if before == after:
            return _tr("The slope is {slope}, but the step is too short: {name} stays at {before}.").format(
                slope=format_number(slope, self.digits), name=axis, before=before)
        text = (_tr("The slope is {slope}: the loss rises with {name}, so {name} falls: {before} → {after}.")
                if slope > 0 else
                _tr("The slope is {slope}: the loss falls as {name} rises, so {name} rises: {before} → {after}."))
        return text.format(slope=format_number(slope, self.digits), name=axis, before=before, after=after)

    def of_map(self, step: Step, losses: Array, jumps: bool) -> str:
        """Of a step along two axes; ``losses`` are those of the map, on which neurons that ``jumps`` may stand."""
        if not any(step.slopes):
            if jumps and np.ptp(losses[np.isfinite(losses)]) > 0:
                return _tr("The slope is 0 here, yet the loss jumps: gradient descent sees nothing.")
            return _tr("The slope is 0 both ways: no step is taken.")
        if step.overshoots:
            return self._too_large(step)
        if not step.moves:
            return _tr("The step is too short: it leads nowhere.")
        before, after = self._apart(step.loss, step.loss_after)
        moves = ", ".join(f"{axis.short} {' → '.join(self._apart(a, b))}"
                          for axis, a, b in zip(self.axes, step.at, step.after, strict=True))
        if before == after:
            return _tr("Straight downhill: {moves}. The loss falls by less than can be written.").format(moves=moves)
        return _tr("Straight downhill: {moves}. The loss falls from {before} to {after}.").format(
            moves=moves, before=before, after=after)

    def _too_large(self, step: Step) -> str:
        rate = format_number(self.rate, self.digits)
        if not math.isfinite(step.loss_after):
            return _tr("{rate} = {value} is too large: the step leads out of all numbers.").format(
                rate=self.symbol, value=rate)
        before, after = self._apart(step.loss, step.loss_after)
        return _tr("{rate} = {value} is too large: the step jumps over the valley, the loss rises from "
                   "{before} to {after}.").format(rate=self.symbol, value=rate, before=before, after=after)

    def _apart(self, a: float, b: float) -> tuple[str, str]:
        """Both numbers with as many digits as it takes to tell them apart."""
        ways = (with_count(self.digits, count) for count in range(self.digits, 18))
        texts = [(format_number(a, more), format_number(b, more)) for more in ways]
        return next(((x, y) for x, y in texts if x != y), texts[0])


def short(text: str) -> str:
    """A long name with its middle left out."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 5]}…{text[-4:]}"


def rule(symbol: Symbol, rate: Symbol, loss: Symbol) -> str:
    """w′ = w − η·∂L/∂w in LaTeX; a long name is left to the title."""
    if len(symbol.text) > LONGEST_NAME:
        symbol = Symbol("w", "w")
    return rf"{symbol.with_prime().latex} = {symbol.latex} - {rate.latex}\cdot {loss.by(symbol).latex}"
