"""The registries for kernels: one compiled switch each, made by enumerating them.

Activations, losses and optimizers work on tiles of LANES numbers; which entry it is, is asked once for many tiles.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numba.core import cgutils, types
from numba.extending import intrinsic

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.compiled.tile_functions import INNER, compiled
from nnsim.core.compiled.tiles import at, fill, first_lanes, fma, lane_max, lane_sum, load, store
from nnsim.core.descent import CLIP_MARGIN
from nnsim.core.losses import LOSSES, Loss
from nnsim.core.optimizers import OPTIMIZERS, Optimizer
from nnsim.core.schedules import SCHEDULES

LANES = 8
LARGEST = float(np.finfo(np.float64).max)
inlined = njit(error_model="numpy", forceinline=True, **INNER)
"""For what kernels are made of. All of it becomes one function, and no array is counted as one more reference:
counting is atomic, and would cost more than the arithmetic."""


class Block(NamedTuple):
    """The rows first_row … last_row−1 of a matrix, and in each of them the tiles that cover first … last−1."""

    first_row: int
    last_row: int
    first: int
    last: int


class Chunk(NamedTuple):
    """``size`` samples of an epoch, from ``start`` on, that are worked on together; ``batch`` share their update."""

    start: int
    size: int
    batch: int


def switch(functions: Sequence[Callable[..., Any]]) -> Any:
    """A compiled function (number, arguments as a tuple) that calls the function of that number with them.

    All give the same type. It becomes one jump, however many there are.
    """

    @intrinsic
    def choose(typing: Any, number: Any, arguments: Any) -> Any:
        kinds = [types.Dispatcher(function) for function in functions]
        signatures = [typing.resolve_function_type(kind, arguments.types, {}) for kind in kinds]
        result = signatures[0].return_type

        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            values = cgutils.unpack_tuple(builder, args[1])
            place = cgutils.alloca_once(builder, context.get_value_type(result))
            after, nowhere = builder.append_basic_block("after"), builder.append_basic_block("nowhere")
            jump = builder.switch(args[0], nowhere)
            for i, (kind, signature) in enumerate(zip(kinds, signatures, strict=True)):
                block = builder.append_basic_block(f"case{i}")
                jump.add_case(args[0].type(i), block)
                builder.position_at_end(block)
                cast = [context.cast(builder, v, k, to)
                        for v, k, to in zip(values, arguments.types, signature.args, strict=True)]
                builder.store(context.get_function(kind, signature)(builder, cast), place)
                builder.branch(after)
            builder.position_at_end(nowhere)
            builder.unreachable()
            builder.position_at_end(after)
            return builder.load(place)

        return result(number, arguments), code

    return choose


def _activate(f: Any) -> Any:
    @inlined
    def activate(z, a, block):
        """a = f(z) in a block of both."""
        for row in range(block.first_row, block.last_row):
            for i in range(block.first, block.last, LANES):
                store(a, (row, i), f(load(LANES, z, (row, i))))

    return activate


def _through(derivative: Any) -> Any:
    @inlined
    def through(z, a, delta, block):
        """δ = ∂L/∂a · f′(z) in a block."""
        for row in range(block.first_row, block.last_row):
            for i in range(block.first, block.last, LANES):
                slope = derivative(load(LANES, z, (row, i)), load(LANES, a, (row, i)))
                store(delta, (row, i), load(LANES, delta, (row, i)) * slope)

    return through


def _output_cost(loss: Loss) -> Any:
    """What a tile of outputs costs: the loss's terms, and ∂L/∂o for the mean of a batch."""
    term, slope = compiled(loss.term, forceinline=True), compiled(loss.derivative, forceinline=True)
    averaged, softmax = loss.averaged, loss.log_softmax

    @inlined
    def output_cost(o, t, top, shift, target_sum, width, batch, straight):
        given = np.maximum(o - top, -LARGEST) - shift if softmax else o
        value, d = term(given, t), slope(given, t, target_sum)
        if averaged:
            d = d / width
        if straight:
            d = o - t
        return value, d / float(batch)

    return output_cost


def _cost(loss: Loss) -> Any:
    output_cost, averaged, softmax = _output_cost(loss), loss.averaged, loss.log_softmax

    @inlined
    def cost(a, delta, outputs, targets, chunk, straight):
        total, width = fill(LANES, 0.0), float(len(outputs))
        for i in range(0, chunk.size, LANES):
            inside = first_lanes(LANES, chunk.size - i)
            top, shift = fill(LANES, 0.0), fill(LANES, 0.0)
            if softmax:
                top = load(LANES, a, (at(outputs, 0), i))
                for k in range(1, len(outputs)):
                    top = np.maximum(load(LANES, a, (at(outputs, k), i)), top)
                for k in range(len(outputs)):
                    shift += np.exp(np.maximum(load(LANES, a, (at(outputs, k), i)) - top, -LARGEST))
                shift = np.log(shift)
            target_sum, sample_loss = fill(LANES, 0.0), fill(LANES, 0.0)
            for k in range(len(outputs)):
                target_sum += load(LANES, targets, (k, chunk.start + i))
            for k in range(len(outputs)):
                o, t = load(LANES, a, (at(outputs, k), i)), load(LANES, targets, (k, chunk.start + i))
                term, d = output_cost(o, t, top, shift, target_sum, width, chunk.batch, straight)
                sample_loss += term
                store(delta, (at(outputs, k), i), np.where(inside, d, 0.0))
            if averaged:
                sample_loss = sample_loss / width
            total += np.where(inside, sample_loss, 0.0)
        return lane_sum(total)

    return cost


def _sample_cost(loss: Loss) -> Any:
    output_cost, averaged, softmax = _output_cost(loss), loss.averaged, loss.log_softmax

    @inlined
    def sample_cost(o, t, n, batch, straight):
        inside, width = first_lanes(LANES, n), float(n)
        top, shift = fill(LANES, 0.0), fill(LANES, 0.0)
        if softmax:
            top = fill(LANES, lane_max(np.where(inside, o, -np.inf)))
            powers = np.where(inside, np.exp(np.maximum(o - top, -LARGEST)), 0.0)
            shift = np.log(fill(LANES, lane_sum(powers)))
        term, d = output_cost(o, t, top, shift, fill(LANES, lane_sum(t)), width, batch, straight)
        sample_loss = lane_sum(np.where(inside, term, 0.0))
        if averaged:
            sample_loss = sample_loss / width
        return sample_loss, np.where(inside, d, 0.0)

    return sample_cost


def _step(entry: Optimizer) -> Any:
    rule_step, memory = compiled(entry.step, forceinline=True), len(entry.memory)

    @inlined
    def step(rule, rate, steps, v):
        """One update of v.w. Whether all of it is finite."""
        constants = rule.constants[0], rule.constants[1], rule.constants[2], rule.constants[3]
        strange, t = fill(LANES, 0.0), float(steps)
        some_frozen = rule.some_frozen
        for i in range(0, len(v.w), LANES):
            w, r, s = load(LANES, v.w, i), fill(LANES, 0.0), fill(LANES, 0.0)
            if memory > 0:
                r = load(LANES, v.r, i)
            if memory > 1:
                s = load(LANES, v.s, i)
            stepped, r, s = rule_step(load(LANES, v.gradient, i), w, r, s, t, rate, constants)
            if some_frozen:
                stepped = np.where(load(LANES, v.trainable, i) > 0.0, stepped, w)
            # 0 as long as w is a finite number.
            strange = fma(stepped, 0.0, strange)
            w = stepped
            store(v.w, i, w)
            if memory > 0:
                store(v.r, i, r)
            if memory > 1:
                store(v.s, i, s)
        return lane_sum(strange) == 0.0

    return step


def _numbers(registry: dict[str, Any]) -> dict[str, int]:
    return {name: number for number, name in enumerate(registry)}


ACTIVATION_NUMBER, COMBINE_NUMBER = _numbers(ACTIVATIONS), _numbers(COMBINES)

_functions = [compiled(entry.f, forceinline=True) for entry in ACTIVATIONS.values()]
_derivatives = [compiled(entry.derivative, forceinline=True) for entry in ACTIVATIONS.values()]
_one_activation, _one_derivative = switch(_functions), switch(_derivatives)
_activations, _slopes = switch([*map(_activate, _functions)]), switch([*map(_through, _derivatives)])
_costs, _sample_costs = switch([*map(_cost, LOSSES.values())]), switch([*map(_sample_cost, LOSSES.values())])
_steps = switch([_step(entry) for entry in OPTIMIZERS.values()])
_rates = switch([compiled(entry.rate) for entry in SCHEDULES.values()])


@inlined
def activate(number, z, a, block):
    """a = f(z) in a block of both, f by its number."""
    _activations(number, (z, a, block))


@inlined
def activation(number, z):
    """f(z) of one tile, f by its number."""
    return _one_activation(number, (z,))


@inlined
def through(number, z, a, delta, block):
    """δ = ∂L/∂a · f′(z) in a block, f by its number."""
    _slopes(number, (z, a, delta, block))


@inlined
def derivative(number, z, a):
    """f′(z) of one tile, f by its number; a = f(z)."""
    return _one_derivative(number, (z, a))


@inlined
def cost(rule, a, delta, outputs, targets, chunk):
    """The sum of the losses of a chunk; ∂L/∂o for the mean of its batch goes to the rows ``outputs`` of δ.

    a, delta (neurons, samples of the chunk), targets (outputs, samples of the epoch).
    """
    return _costs(rule.loss, (a, delta, outputs, targets, chunk, rule.straight))


@inlined
def sample_cost(rule, o, t, n, batch):
    """The loss of one sample, and ∂L/∂o for the mean of ``batch``.

    o and t are tiles whose first ``n`` lanes are the outputs and their targets; t is 0 in the others, and so is ∂L/∂o.
    """
    return _sample_costs(rule.loss, (o, t, n, batch, rule.straight))


@inlined
def rate_at(rule, epoch):
    """The learning rate of an epoch, see descend."""
    return _rates(rule.schedule, (rule.rate, epoch, rule.schedule_constants))


@inlined
def length(v, vector):
    """The Euclidean length of the trainable part of a vector; a parameter with several places counts once."""
    total = fill(LANES, 0.0)
    for i in range(0, len(vector), LANES):
        entry = load(LANES, vector, i)
        total += load(LANES, v.trainable, i) * entry * entry
    return np.sqrt(lane_sum(total))


@inlined
def update_vectors(rule, rate, steps, count, v):
    """Penalties, clipping and the optimizer's step, see descend."""
    if rule.stop_gradient >= 0.0:
        for i in range(0, len(v.w), LANES):
            store(v.mean_gradient, i, load(LANES, v.mean_gradient, i) + load(LANES, v.gradient, i) * float(count))
    if rule.l1 > 0.0 or rule.l2 > 0.0:
        for i in range(0, len(v.w), LANES):
            w = load(LANES, v.w, i)
            sign = np.where(w > 0.0, 1.0, np.where(w < 0.0, -1.0, 0.0))
            penalty = load(LANES, v.is_weight, i) * (rule.l1 * sign + rule.l2 * w)
            store(v.gradient, i, load(LANES, v.gradient, i) + penalty)
    if rule.clip >= 0.0:
        shrink = min(1.0, rule.clip / (length(v, v.gradient) + CLIP_MARGIN))
        for i in range(0, len(v.w), LANES):
            store(v.gradient, i, load(LANES, v.gradient, i) * shrink)
    return _steps(rule.optimizer, (rule, rate, steps, v))


@inlined
def outgrown(rule, v):
    """Whether a parameter is farther from 0 than there is room, see descend."""
    largest = fill(LANES, 0.0)
    for i in range(0, len(v.w), LANES):
        size = np.abs(load(LANES, v.w, i))
        largest = np.where(size > largest, size, largest)
    return lane_max(largest) > rule.room


@inlined
def penalty(rule, v):
    """What the penalties add to the loss where the epoch began, see descend; each weight counts once."""
    if rule.l1 <= 0.0 and rule.l2 <= 0.0:
        return 0.0
    total = fill(LANES, 0.0)
    for i in range(0, len(v.w), LANES):
        w = load(LANES, v.began, i)
        counts = load(LANES, v.trainable, i) * load(LANES, v.is_weight, i)
        total += counts * (rule.l1 * np.abs(w) + 0.5 * rule.l2 * (w * w))
    return lane_sum(total)


@inlined
def settle(rule, v, good):
    """Keep the parameters that a good epoch began with. The length of its summed gradient, see descend."""
    if good:
        for i in range(0, len(v.w), LANES):
            store(v.good, i, load(LANES, v.began, i))
    for i in range(0, len(v.w), LANES):
        store(v.began, i, load(LANES, v.w, i))
    if rule.stop_gradient < 0.0:
        return np.inf
    norm = length(v, v.mean_gradient)
    for i in range(0, len(v.w), LANES):
        store(v.mean_gradient, i, fill(LANES, 0.0))
    return norm
