"""The loss around a step, as numbers to be drawn: computed at once, or beside the window where that takes long."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnsim.core.analysis.drawable import Range
from nnsim.core.analysis.slices import affordable, half_width, losses_at, opened, spread, straight_jumps, window
from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES
from nnsim.core.network import Network, Structure
from nnsim.core.program import program_of
from nnsim.gui.panels.gradient.step import Axis, Step
from nnsim.gui.session.costs import AT_ONCE, cost
from nnsim.gui.session.kept import Kept
from nnsim.gui.session.lagging import Stopped
from nnsim.gui.session.study import Studied
from nnsim.training import engines

Losses = Callable[[Array], Array]
Opened = Kept[Structure]
"""The network with the parameters of the axes as inputs, kept for the next picture of the same axes."""
POINTS, MAP_POINTS = 121, 33
FARTHEST = 24.0
"""A step that leads farther than this many times the valley's width runs out of the picture."""
LARGE = 20_000
"""A network that costs more is not made into one with other inputs while the window waits; see ``cost``."""


class _Stopped(Exception):
    """Nobody wants it any more."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What is to be drawn: the loss over one or two axes around where they stand, in the signs of the axes."""

    network: Network
    samples: Studied
    loss: str
    axes: tuple[Axis, ...]
    at: Array
    slopes: Array
    loss_here: float
    rate: float
    way: Array
    """(moments, axes): where training came along; only for a map."""
    zoom: int
    windows: tuple[Range | None, ...]
    """What the axes showed before."""
    stepped: bool
    """Whether some neuron of the network is a step."""

    @property
    def takes_long(self) -> bool:
        """Whether the window would have to wait for it."""
        each = cost(self.network.structure)
        return each > LARGE or each * len(self.samples.X) > AT_ONCE

    def same(self, other: "Asked | None") -> bool:
        """Whether nothing else is asked, but for what the axes showed before."""
        return other is not None and (
            self.network.parameters is other.network.parameters and self.samples is other.samples
            and self.network.structure is other.network.structure
            and (self.loss, self.axes, self.rate, self.zoom, len(self.way))
            == (other.loss, other.axes, other.rate, other.zoom, len(other.way)))


@dataclass(frozen=True, eq=False)
class Landscape:
    """The step, and the loss around it: along ``x``, or on a grid over both ``ranges``."""

    step: Step
    ranges: tuple[Range, ...]
    windows: tuple[Range | None, ...]
    """What the axes show when they are not zoomed."""
    used: int
    """The samples that it is drawn with; the step's two losses are those of all."""
    x: Array
    losses: Array
    """(x,), or (MAP_POINTS, MAP_POINTS) row by row from the lowest second value."""
    curve: tuple[Array, Array] = (np.zeros(0), np.zeros(0))
    """What is drawn over one axis: x and losses, jumps straight up."""
    ends: tuple[float, float] = (math.nan, math.nan)
    """Where the step begins and ends over one axis, on the curve."""
    jumps: bool = False
    """Whether the curve is a staircase."""


def landscape(asked: Asked, kept: Opened, stopped: Stopped = lambda: False) -> Landscape | None:
    """The numbers of the picture; None if it was stopped.

    Raises NetworkError if the network is so large that it has no room for the axes.
    """
    signs = np.array([axis.sign for axis in asked.axes])
    names = [axis.parameter for axis in asked.axes]
    with np.errstate(over="ignore"):
        after = asked.at - asked.rate * asked.slopes
    there = _loss_of_all(asked, names, after * signs) if np.isfinite(after).all() else math.nan
    step = Step(tuple(asked.at.tolist()), tuple((asked.slopes + 0.0).tolist()), tuple((after + 0.0).tolist()),
                asked.loss_here, there)
    structure = asked.network.structure
    program = engines.fast_program_of(kept.get(lambda: opened(structure, names), structure, asked.axes))
    count = POINTS if len(names) == 1 else MAP_POINTS**2
    rows = spread(len(asked.samples.X), affordable(program.structure, len(asked.samples.X), count))
    X, T = asked.samples.X[rows], asked.samples.T[rows]

    def losses(points: Array) -> Array:
        if stopped():
            raise _Stopped
        return losses_at(program, asked.network, names, points * signs, X, T, asked.loss)

    try:
        return (_along if len(names) == 1 else _over)(asked, step, losses, len(rows))
    except _Stopped:
        return None


def _loss_of_all(asked: Asked, names: list[str], values: Array) -> float:
    """The loss of all samples with the parameters of the axes set to these."""
    structure, samples, parameters = asked.network.structure, asked.samples, asked.network.parameters.copy()
    for name, value in zip(names, values, strict=True):
        parameters[structure.parameter_index[name]] = value
    program = program_of(structure)
    o = program.run(parameters, samples.X).a_rows[program.outputs].T
    with np.errstate(over="ignore", invalid="ignore"):
        return LOSSES[asked.loss].value(o, samples.T)


def _window(asked: Asked, place: int, after: float, others: Array, losses: Losses) -> tuple[Range, Range]:
    """What the axis shows: the point, the step, the way of training and the valley. First zoomed, then not."""
    kept, at = asked.windows[place], float(asked.at[place])
    half = (kept[1] - kept[0]) / 4 if kept is not None else 0.0
    far = after if kept is not None and kept[0] <= after <= kept[1] else math.nan
    must = [at, *others]
    if kept is None or not math.isfinite(far) or not kept[0] <= at <= kept[1]:
        half = half_width(at, losses)
        far = min(max(after, at - FARTHEST * half), at + FARTHEST * half) if math.isfinite(after) else at
    must.append(far)
    low, high = window(must, (at - half, at + half), kept)
    if not asked.zoom:
        return (low, high), (low, high)
    width = (high - low) * 2.0**-asked.zoom
    step = width / 16
    middle = step * round(at / step)
    return (middle - width / 2, middle + width / 2), (low, high)


def _along(asked: Asked, step: Step, losses: Losses, used: int) -> Landscape:
    """The loss over one axis."""

    def over(x: Array) -> Array:
        return losses(x[:, None])

    at, after = step.at[0], step.after[0]
    (low, high), kept = _window(asked, 0, after, np.zeros(0), over)
    x = np.unique([*np.linspace(low, high, POINTS), *(v for v in (at, after) if low <= v <= high)])
    y = over(x)
    jumps = asked.stepped and _jumps(y)
    # The curve may be of fewer samples than the loss: the point lies on it all the same.
    here = float(y[np.searchsorted(x, at)]) if low <= at <= high else step.loss
    there = float(y[np.searchsorted(x, after)]) if low <= after <= high else step.loss_after
    curve = straight_jumps(x, y, over) if jumps else (x, y)
    return Landscape(step, ((low, high),), (kept, asked.windows[1]), used, x, y, curve, (here, there), jumps)


def _over(asked: Asked, step: Step, losses: Losses, used: int) -> Landscape:
    """The loss over two axes."""
    found = []
    for place in range(2):
        def along(x: Array, place: int = place) -> Array:
            points = np.tile(asked.at, (len(x), 1))
            points[:, place] = x
            return losses(points)

        way = asked.way[:, place][np.isfinite(asked.way[:, place])]
        ends = np.array([way.min(), way.max()]) if len(way) else way
        found.append(_window(asked, place, step.after[place], ends, along))
    (across, kept_across), (up, kept_up) = found
    x, y = (np.linspace(*ends, MAP_POINTS) for ends in (across, up))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    values = losses(grid).reshape(MAP_POINTS, MAP_POINTS)
    return Landscape(step, (across, up), (kept_across, kept_up), used, x, values)


def _jumps(losses: Array) -> bool:
    """Whether a curve is a staircase: level almost everywhere, yet not all of one height."""
    same = losses[1:] == losses[:-1]
    return bool(same.mean() > 0.5 and not same.all())
