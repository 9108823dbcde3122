"""Slices of the loss: how it depends on one or two parameters while all others rest."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nnsim.core.analysis.drawable import LARGEST, Range, drawable_range
from nnsim.core.arrays import Array, Indices
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Network, Neuron, Structure
from nnsim.core.program import Program

MOST_SAMPLES = 2_000
MOST_WORK = 8_000_000
"""Products that one picture may cost: some 10 ms."""
_CHUNK = 1_000_000
"""Numbers in memory at a time: neurons × samples × points."""
_BISECTIONS = 16
_MOST_JUMPS = 32
_IN_VALLEY = 0.02
"""The share of its walls that a valley's floor may be uneven by."""
_LARGE = 1e3
_HALVES = tuple(size * 2.0**k for k in range(-3, 8) for size in (1.0, 1.5))


def opened(structure: Structure, names: Sequence[str]) -> Structure:
    """The same network with these parameters as inputs, last and in this order.

    A weight's connection becomes a product with its input, a bias a connection from it that is added last: every
    number is, bit for bit, what it would be with the parameters set, but many settings are many samples of one pass.
    The parameter that is last then is 1, and the others keep their order.
    """
    taken = {*structure.by_id, *structure.parameter_names}
    inputs = {name: _free(f"value of {name}", taken) for name in names}
    one = _free("one", taken)
    neurons: list[Neuron] = []
    connections: list[Connection] = []
    last: list[Connection] = []
    ready: dict[str, str] = {}
    for neuron in structure.neurons:
        if neuron.bias in inputs and neuron.combine != "sum":
            # What it combines is one neuron, and that plus the bias another.
            ready[neuron.id] = _free(f"combination of {neuron.id}", taken)
            neurons.append(Neuron(ready[neuron.id], combine=neuron.combine))
            last.append(Connection(ready[neuron.id], neuron.id, one))
        if neuron.bias in inputs:
            last.append(Connection(inputs[neuron.bias], neuron.id, one))
            neuron = replace(neuron, bias=None, combine="sum")
        neurons.append(neuron)
    for connection in structure.connections:
        source, target = connection.source, ready.get(connection.target, connection.target)
        if connection.weight not in inputs:
            connections.append(replace(connection, target=target))
            continue
        product = _free(f"{source} into {target}", taken)
        neurons.append(Neuron(product, combine="product"))
        connections.append(Connection(product, target, one))
        last += [Connection(source, product, one), Connection(inputs[connection.weight], product, one)]
    neurons += [Neuron(id, "input") for id in inputs.values()]
    kept = tuple(name for name in structure.parameter_names if name not in inputs)
    return Structure(tuple(neurons), (*connections, *last), (*kept, one))


def _free(text: str, taken: set[str]) -> str:
    """A name that nothing has yet, short enough for one."""
    name, number = text[:48], 1
    while name in taken:
        number += 1
        name = f"{text[:48]} {number}"
    taken.add(name)
    return name


def losses_at(program: Program, network: Network, names: Sequence[str], points: Array,
              X: Array, T: Array, loss: str) -> Array:
    """The mean loss over the samples with ``names`` set to each of the points, (points, names) -> (points,).

    ``program`` runs ``opened(network.structure, names)``. Overflow becomes inf or NaN.
    """
    places = [network.structure.parameter_index[name] for name in names]
    parameters = np.append(np.delete(network.parameters, places), 1.0)
    n = len(X)
    size = max(1, _CHUNK // (n * len(program.structure.neurons)))
    result = np.empty(len(points))
    for start in range(0, len(points), size):
        some = points[start : start + size]
        columns = np.hstack([np.tile(X, (len(some), 1)), np.repeat(some, n, axis=0)])
        o = program.activations(parameters, columns)[program.outputs].T
        with np.errstate(over="ignore", invalid="ignore"):
            terms = LOSSES[loss].per_sample(o, np.tile(T, (len(some), 1)))
            result[start : start + size] = terms.reshape(len(some), n).sum(axis=1) / n
    return result


def affordable(structure: Structure, samples: int, points: int) -> int:
    """How many of the samples a picture of so many points may take."""
    each = max(1, (len(structure.neurons) + len(structure.connections)) * points)
    return max(1, min(samples, MOST_SAMPLES, MOST_WORK // each))


def spread(samples: int, most: int) -> Indices:
    """Rows of at most ``most`` samples, evenly from first to last."""
    if samples <= most:
        return np.arange(samples)
    return np.linspace(0, samples - 1, most).round().astype(np.intp)


def straight_jumps(x: Array, y: Array, f: Callable[[Array], Array]) -> tuple[Array, Array]:
    """A staircase y = f(x), sampled at rising x, with every jump straight up and where it is.

    Between two samples that differ the jump is found by halving, all of them at once. A function that jumps in too
    many places is left as it is.
    """
    at = np.flatnonzero(y[1:] != y[:-1])
    if not 0 < len(at) <= _MOST_JUMPS:
        return x, y
    low, high = x[at].copy(), x[at + 1].copy()
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = f(middle) == y[at]
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    x = np.insert(x, np.repeat(at + 1, 2), np.repeat(high, 2))
    y = np.insert(y, np.repeat(at + 1, 2), np.ravel(np.column_stack([y[at], y[at + 1]])))
    return x, y


def half_width(at: float, f: Callable[[Array], Array]) -> float:
    """How far to look to both sides of ``at`` to see the valley of f: the least of 1, 1½, 2, 3, 4 … that does.

    Around a large number, in thousandths of it: 1 would be nothing beside it.

    The valley begins where f has done nine tenths of the fall that it does anywhere near; half as far again, and a
    parabola's floor is seen.
    """
    unit = max(1.0, abs(at) / _LARGE)
    halves = unit * np.array(_HALVES)
    # Close together near the point, wide apart far from it.
    steps = np.concatenate([[0.0], np.repeat(halves, 4) * np.tile(np.arange(7, 11) / 10, len(halves))])
    both = np.nan_to_num(f(np.concatenate([at - steps, at + steps])), nan=np.inf, posinf=np.inf).reshape(2, -1)
    losses = both.min(axis=0)
    lowest = float(losses.min())
    fall = float(losses[0]) - lowest
    near = both[np.isfinite(both) & (steps <= unit)]
    if not np.isfinite(fall) or fall <= _IN_VALLEY * float(np.ptp(near)):
        # The point lies in the valley: far enough to see that the walls rise.
        return unit
    seen = losses <= lowest + 0.1 * fall
    distance = float(steps[np.flatnonzero(seen)[0]])
    return float(halves[min(int(np.searchsorted(halves, distance * 1.5)), len(halves) - 1)])


def window(must: Sequence[float], wish: Range, kept: Range | None) -> Range:
    """What an axis shows: ``kept``, as long as it shows all that it must without being far too wide, else ``wish``.

    Ends are multiples of a sixteenth of the width, so that numbers along the axis are round.
    """
    places = [min(max(place, -LARGEST), LARGEST) for place in must if np.isfinite(place)]
    wish = drawable_range(*wish)
    low, high = min([*places, wish[0]]), max([*places, wish[1]])
    if kept is not None and kept[0] <= min(places) and max(places) <= kept[1] and kept[1] - kept[0] <= 4 * (high - low):
        return kept
    margin = 0.06 * (high - low)
    low -= margin if low < wish[0] else 0.0
    high += margin if high > wish[1] else 0.0
    # Not so small beside the numbers themselves that they could not tell the ends apart.
    least = 1e-9 * max(abs(low), abs(high), 1e-3)
    step = 2.0 ** np.floor(np.log2(max((high - low) / 16, least)))
    return float(step * np.floor(low / step + 1e-9)), float(step * np.ceil(high / step - 1e-9))
