"""Known mistakes: the number that each typical error leads to at a blank, and what is said about it."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.formulas.numbers import format_number
from nnsim.lessons.gradient_places import (
    BackPlace,
    CostPlace,
    ErrorPlace,
    GradientPlace,
    LocalPlace,
    LossPlace,
    LossSlopePlace,
    RulePlace,
    SharedPlace,
    SlopePlace,
    UpdatePlace,
)
from nnsim.lessons.places import CellPlace, CountPlace, FunctionPlace, NetPlace, RowPlace, StepPlace, SumPlace
from nnsim.lessons.questions import Mistake

Found = tuple[float, Mapping[str, object]]


@dataclass(frozen=True)
class Known:
    """A typical error at blanks of one kind.

    ``values`` gives the numbers that it leads to at such a place, each with what stands in the {gaps} of ``words``.
    """

    id: str
    at: type
    words: str
    values: Callable[[Any], Iterable[Found]]


def mistakes_at(place: object) -> tuple[Mistake, ...]:
    """What goes wrong at a blank, in the order of the registry. One that leads to the answer is among them as well."""
    return tuple(Mistake(float(value), entry.words.format(**said)) for entry in KNOWN.values()
                 if entry.at is type(place) for value, said in entry.values(place))


def _one(value: Callable[[Any], float], **said: Callable[[Any], object]) -> Callable[[Any], Iterable[Found]]:
    """A single number, and how the gaps are filled."""
    return lambda place: [(value(place), {gap: fill(place) for gap, fill in said.items()})]


def _if(applies: Callable[[Any], object], value: Callable[[Any], float], **said: Callable[[Any], object]
        ) -> Callable[[Any], Iterable[Found]]:
    """A single number at places of which something holds."""
    return lambda place: _one(value, **said)(place) if applies(place) else ()


def _wrong_sums(p: FunctionPlace) -> Iterable[Found]:
    """The right function of a sum that went wrong; of the output it is a function applied twice."""
    f = ACTIVATIONS[p.activation].f
    for mistake in mistakes_at(p.sum):
        if mistake.value != p.answer:
            yield float(f(np.array([mistake.value]))[0]), {"called": p.called, "why": mistake.hint}


def _factor_missing(p: GradientPlace) -> Iterable[Found]:
    for left_out in p.factors:
        rest = math.prod(factor.value for factor in p.factors if factor is not left_out)
        yield rest, {"factor": left_out.name.text, "number": format_number(left_out.value, p.digits)}


def _wrong_steps(p: UpdatePlace) -> Iterable[Found]:
    """The right step by a gradient that went wrong; one of the wrong sign is a step that was added."""
    for mistake in mistakes_at(p.gradient):
        if mistake.value != -p.g:
            yield p.w - p.rate * mistake.value, {"why": mistake.hint}


_SUMS = (
    Known("bias_forgotten", SumPlace, "Right until the products: the bias {bias} is forgotten.",
          _if(lambda p: p.has_bias, lambda p: p.answer - p.bias, bias=lambda p: p.bias_name)),
    Known("bias_taken_away", SumPlace, "The bias {bias} is added, not taken away.",
          _if(lambda p: p.has_bias, lambda p: p.answer - 2 * p.bias, bias=lambda p: p.bias_name)),
    Known("threshold_in_sum", SumPlace, "θ is not part of the sum: it is what the sum is compared with.",
          _if(lambda p: p.theta, lambda p: p.answer - p.theta)),
    Known("weights_transposed", SumPlace, "The weights are mixed up: {id} takes {entering}.",
          lambda p: [(float(p.transposed @ p.x) + p.bias, {"id": p.id, "entering": p.entering})]
          if p.transposed is not None else ()),
    Known("weights_swapped", SumPlace, "The weights are swapped: each goes with the input it comes from.",
          _if(lambda p: len(p.w) > 1, lambda p: float(p.w[::-1] @ p.x) + p.bias)),
    Known("inputs_left_out", SumPlace, "Each weight counts only times what comes in.",
          _if(lambda p: len(p.w), lambda p: float(p.w.sum()) + p.bias)),
    Known("weights_left_out", SumPlace, "What comes in counts only times its weight.",
          _if(lambda p: len(p.w), lambda p: float(p.x.sum()) + p.bias)),
    Known("product_missing", SumPlace, "The product of {source} is missing.",
          lambda p: [(p.answer - product, {"source": source}) for source, product in p.products]
          if len(p.w) > 1 else ()),
    Known("minus_of_weight_lost", SumPlace, "The weight from {source} is negative.",
          lambda p: [(p.answer - 2 * product, {"source": source})
                     for (source, product), weight in zip(p.products, p.w, strict=True) if weight < 0]),
    Known("sum_for_output", SumPlace, "What comes in is each neuron's output, not its sum.",
          _if(lambda p: p.from_neurons, lambda p: float(p.w @ p.sums) + p.bias)),
    Known("output_for_sum", SumPlace, "That is the output of {id}: asked is the sum before it.",
          _if(lambda p: len(p.w), lambda p: p.output, id=lambda p: p.id)),
    Known("other_neuron", SumPlace, "That is the sum of {other}, not of {id}.",
          lambda p: [(z, {"other": other, "id": p.id}) for other, z in p.neighbours]),
)

_FUNCTIONS = (
    Known("function_forgotten", FunctionPlace, "Right until the sum: {called} is still to be applied to {sum}.",
          _if(lambda p: p.bends, lambda p: p.z, called=lambda p: p.called, sum=lambda p: p.sum_name)),
    Known("exponent_sign", FunctionPlace, "The sign in the exponent: σ(z) is 1/(1 + e^(−z)).",
          _if(lambda p: p.activation == "sigmoid", lambda p: 1.0 - p.answer)),
    Known("slope_for_function", FunctionPlace, "That is the slope {called}′, not {called}.",
          _if(lambda p: p.activation in ("sigmoid", "tanh"), lambda p: p.slope, called=lambda p: p.called)),
    Known("tanh_for_sigmoid", FunctionPlace, "That is tanh, but the function here is σ.",
          _if(lambda p: p.activation == "sigmoid", lambda p: math.tanh(p.z))),
    Known("sigmoid_for_tanh", FunctionPlace, "That is the sigmoid, but the function here is tanh.",
          _if(lambda p: p.activation == "tanh", lambda p: p.sigmoid)),
    Known("function_twice", FunctionPlace, "{called} is applied once, to the sum.",
          _if(lambda p: p.bends, lambda p: p.twice, called=lambda p: p.called)),
    Known("function_of_wrong_sum", FunctionPlace, "{called} is right, but not of the right sum. {why}",
          lambda p: _wrong_sums(p) if p.bends else ()),
    Known("wrong_sum_passed_on", FunctionPlace, "{why}",
          lambda p: () if p.bends else [(m.value, {"why": m.hint}) for m in mistakes_at(p.sum)]),
)

_COSTS = (
    Known("half_forgotten", CostPlace, "The ½ is forgotten.",
          _if(lambda p: p.halved, lambda p: p.square)),
    Known("half_twice", CostPlace, "The ½ is taken once, not twice.",
          _if(lambda p: p.halved, lambda p: 0.25 * p.square)),
    Known("half_too_many", CostPlace, "There is no ½ in this loss.",
          _if(lambda p: p.loss == "mean_squared_error", lambda p: 0.5 * p.square)),
    Known("square_forgotten", CostPlace, "The square is forgotten.",
          _if(lambda p: p.squared, lambda p: (0.5 if p.halved else 1.0) * (p.t - p.o))),
    Known("square_and_half_forgotten", CostPlace, "Square the difference, and take half of it.",
          _if(lambda p: p.halved, lambda p: p.t - p.o)),
    Known("output_added", CostPlace, "The output is taken away from the target, not added.",
          _if(lambda p: p.halved, lambda p: 0.5 * (p.t + p.o) ** 2)),
    Known("difference_of_squares", CostPlace, "First the difference, then the square.",
          _if(lambda p: p.squared, lambda p: (0.5 if p.halved else 1.0) * (p.t * p.t - p.o * p.o))),
    Known("mean_too_early", CostPlace, "The mean is taken later, over all outputs.",
          _if(lambda p: p.averaged and p.m > 1, lambda p: p.answer / p.m)),
    Known("squared_distance", CostPlace, "This loss takes the distance itself, not its square.",
          _if(lambda p: p.loss == "mean_absolute_error", lambda p: p.square)),
    Known("minus_forgotten", CostPlace, "The minus in front is forgotten: a logarithm of less than 1 is negative.",
          _if(lambda p: p.logarithmic, lambda p: -p.answer)),
    Known("decimal_logarithm", CostPlace, "Take the natural logarithm, ln, not the one of base 10.",
          _if(lambda p: p.logarithmic, lambda p: p.answer / math.log(10))),
    Known("sum_for_mean", LossPlace, "Take the mean over the outputs, not their sum.",
          _if(lambda p: p.averaged, lambda p: sum(p.costs.values()))),
    Known("mean_for_sum", LossPlace, "The outputs are added up; no mean is taken over them.",
          _if(lambda p: not p.averaged, lambda p: sum(p.costs.values()) / len(p.costs))),
    Known("one_output_alone", LossPlace, "That is {part} alone: the other outputs cost too.",
          lambda p: [(cost, {"part": part}) for part, cost in p.costs.items()]),
    Known("half_forgotten_in_loss", LossPlace, "The ½ is forgotten.",
          _if(lambda p: p.halved, lambda p: 2 * p.answer)),
    Known("half_twice_in_loss", LossPlace, "The ½ is taken once, not twice.",
          _if(lambda p: p.halved, lambda p: 0.5 * p.answer)),
)

_GRADIENTS = (
    Known("difference_reversed", LossSlopePlace, "The sign: the derivative of {target} − {output} by {output} is −1.",
          _one(lambda p: -p.answer, target=lambda p: p.target, output=lambda p: p.output)),
    Known("two_and_half_kept", LossSlopePlace, "The 2 of the square and the ½ cancel.",
          _if(lambda p: p.halved, lambda p: 2 * p.answer)),
    Known("half_kept", LossSlopePlace, "The 2 of the square cancels the ½.",
          _if(lambda p: p.halved, lambda p: 0.5 * p.answer)),
    Known("two_forgotten", LossSlopePlace, "The 2 of the square is forgotten.",
          _if(lambda p: p.loss == "mean_squared_error", lambda p: 0.5 * p.answer)),
    Known("mean_forgotten", LossSlopePlace, "The loss is a mean over {m} outputs: divide its slope by {m} as well.",
          _if(lambda p: p.averaged and p.m > 1, lambda p: p.m * p.answer, m=lambda p: p.m)),
    Known("cost_for_slope", LossSlopePlace, "That is the cost itself, not its slope.",
          _if(lambda p: p.halved, lambda p: 0.5 * (p.t - p.o) ** 2)),
    Known("delta_too_early", LossSlopePlace, "That is {delta}: the slope of the activation comes next.",
          _if(lambda p: p.bends, lambda p: p.own_delta, delta=lambda p: p.delta)),
    Known("one_path_back", BackPlace, "That is what comes back through {target} alone: add up all of them.",
          lambda p: [(way, {"target": target}) for target, way in p.ways]),
    Known("deltas_without_weights", BackPlace, "Each δ comes back through its weight: multiply by it.",
          _one(lambda p: sum(delta for delta, _ in p.pairs))),
    Known("weights_swapped_back", BackPlace, "The weights are swapped: each δ goes with the weight that leads to it.",
          _if(lambda p: len(p.pairs) > 1, lambda p: sum(delta * slope for (delta, _), (_, slope) in zip(
              p.pairs, p.pairs[::-1], strict=True)))),
    Known("delta_for_back", BackPlace, "That is {delta}: the slope of the activation comes next.",
          _if(lambda p: p.bends, lambda p: p.own_delta, delta=lambda p: p.delta)),
    Known("sign_of_back", BackPlace, "The size is right, the sign is not: look at the signs of the δ.",
          _one(lambda p: -p.answer)),
    Known("output_for_slope", SlopePlace, "That is the output alone: the factor (1 − output) is missing.",
          _if(lambda p: p.activation == "sigmoid", lambda p: p.a)),
    Known("one_minus_output", SlopePlace, "The factor output is missing: O·(1 − O).",
          _if(lambda p: p.activation == "sigmoid", lambda p: 1 - p.a)),
    Known("slope_of_sum", SlopePlace, "Take the neuron's output, not its sum.",
          _if(lambda p: p.by_output is not None, lambda p: p.by_output(p.z))),
    Known("slope_at_output", SlopePlace, "The slope is taken at the neuron's sum: its function is applied once.",
          _if(lambda p: p.by_output is not None, lambda p: p.at_output)),
    Known("slope_of_tanh", SlopePlace, "That is the slope of tanh; the sigmoid's is output·(1 − output).",
          _if(lambda p: p.activation == "sigmoid", lambda p: 1 - p.a * p.a)),
    Known("slope_of_sigmoid", SlopePlace, "That is the slope of the sigmoid; tanh's is 1 − output².",
          _if(lambda p: p.activation == "tanh", lambda p: p.a * (1 - p.a))),
    Known("one_minus_forgotten", SlopePlace, "1 − is missing: the slope is 1 − output².",
          _if(lambda p: p.activation == "tanh", lambda p: p.a * p.a)),
    Known("output_not_squared", SlopePlace, "The output is squared: 1 − output².",
          _if(lambda p: p.activation == "tanh", lambda p: 1 - p.a)),
    Known("output_no_slope", SlopePlace, "That is the output, not the slope.",
          _if(lambda p: p.activation != "sigmoid", lambda p: p.a)),
    Known("weight_for_input", LocalPlace, "That is the weight: asked is what it is multiplied by.",
          _one(lambda p: p.weight)),
    Known("sum_for_input", LocalPlace, "What comes in is the output of {source}, not its sum.",
          _if(lambda p: p.source_sum is not None, lambda p: p.source_sum, source=lambda p: p.source)),
    Known("slope_by_bias", LocalPlace, "That is the slope by the bias; by the weight it is what comes in.",
          _one(lambda p: 1.0)),
    Known("other_input", LocalPlace, "That comes in from {other}: {weight} leads from {source}.",
          lambda p: [(value, {"other": other, "weight": p.weight_name, "source": p.source})
                     for other, value in p.others]),
    Known("own_output", LocalPlace, "That is what comes out of {target}: asked is what comes in.",
          _one(lambda p: p.target_output, target=lambda p: p.target)),
    Known("factor_missing", GradientPlace, "The factor {factor} = {number} is missing.", _factor_missing),
    Known("one_path_alone", GradientPlace,
          "That is the path through {target} alone: the gradient is the sum over all paths.",
          lambda p: [(way, {"target": target}) for target, way in p.ways]),
    Known("other_weight", GradientPlace, "That is the gradient of {other}, not of {weight}.",
          lambda p: [(value, {"other": other, "weight": p.weight_name}) for other, value in p.others]),
    Known("sign_of_gradient", GradientPlace, "The sign: {factor} is {number}.",
          _one(lambda p: -p.answer, factor=lambda p: p.factors[0].name.text,
               number=lambda p: format_number(p.factors[0].value, p.digits))),
    Known("one_use_alone", SharedPlace, "That is its use at {id} alone: a shared parameter adds up all of its uses.",
          lambda p: [(value, {"id": id}) for id, value in p.parts]),
    Known("mean_of_uses", SharedPlace, "The uses are added up; no mean is taken over them.",
          _one(lambda p: p.answer / len(p.parts))),
    Known("sign_of_shared", SharedPlace, "The size is right, the sign is not.", _one(lambda p: -p.answer)),
)

_UPDATES = (
    Known("weight_unchanged", UpdatePlace, "That is {weight} as it was: the step is still to be taken.",
          _one(lambda p: p.w, weight=lambda p: p.weight_name)),
    Known("step_added", UpdatePlace, "Downhill: the step is taken away, not added.",
          _one(lambda p: 2 * p.w - p.answer)),
    Known("step_alone", UpdatePlace, "That is the step: take it away from {weight}.",
          _one(lambda p: p.w - p.answer, weight=lambda p: p.weight_name)),
    Known("negative_step_alone", UpdatePlace, "That is the step: add it to {weight}.",
          _one(lambda p: p.answer - p.w, weight=lambda p: p.weight_name)),
    Known("rate_forgotten", UpdatePlace, "The learning rate {rate} is forgotten.",
          _if(lambda p: p.plain, lambda p: p.w - p.g, rate=lambda p: p.rate_name)),
    Known("gradient_added", UpdatePlace, "Downhill, and only a part of the way: take {rate} times the gradient away.",
          _if(lambda p: p.plain, lambda p: p.w + p.g, rate=lambda p: p.rate_name)),
    Known("gradient_for_update", UpdatePlace, "That is the gradient alone: take {rate} times it away from {weight}.",
          _if(lambda p: p.plain, lambda p: p.g, rate=lambda p: p.rate_name, weight=lambda p: p.weight_name)),
    Known("weight_times_rate", UpdatePlace, "Only the gradient is multiplied by {rate}, not the weight.",
          _if(lambda p: p.plain, lambda p: p.rate * (p.w - p.g), rate=lambda p: p.rate_name)),
    Known("step_of_wrong_gradient", UpdatePlace, "The step is right, but not of the right gradient. {why}",
          lambda p: _wrong_steps(p) if p.plain else ()),
)

_RULE = (
    Known("error_reversed", ErrorPlace, "The target comes first: what is missing is T − O.", _one(lambda p: -p.answer)),
    Known("rule_not_applied", RulePlace, "That is {called} as it was: the correction is still to come.",
          _one(lambda p: p.old, called=lambda p: p.called)),
    Known("correction_turned", RulePlace, "That is the other way: {way}.",
          _one(lambda p: 2 * p.old - p.answer, way=lambda p: p.way)),
    Known("correction_alone", RulePlace, "That is the correction: it changes {called}, and does not replace it.",
          _one(lambda p: p.answer - p.old, called=lambda p: p.called)),
    Known("rule_without_rate", RulePlace, "The learning rate {rate} is forgotten.",
          _if(lambda p: p.plain, lambda p: p.after(error * x for _, error, x in p.parts), rate=lambda p: p.rate_name)),
    Known("rule_without_input", RulePlace, "The correction counts only times what came in.",
          _if(lambda p: p.plain, lambda p: p.after(p.rate * error for _, error, _ in p.parts))),
    Known("rule_without_error", RulePlace, "The correction counts only times T − O.",
          _if(lambda p: p.plain, lambda p: p.after(p.rate * x for _, _, x in p.parts))),
    Known("rule_at_one_use", RulePlace, "That is its use at {id} alone: a shared parameter adds up all of its uses.",
          lambda p: [(p.after([p.rate * error * x]), {"id": id}) for id, error, x in p.parts]
          if p.plain and len(p.parts) > 1 else ()),
)

_GATES = (
    Known("threshold_taken_away", RowPlace, "θ is not part of the sum: it is what the sum is compared with.",
          _if(lambda p: p.with_theta, lambda p: p.answer - p.threshold)),
    Known("bias_forgotten_in_row", RowPlace, "The bias is forgotten.",
          _if(lambda p: not p.with_theta, lambda p: p.combined)),
    Known("connection_forgotten", RowPlace, "The connection from {source} is forgotten.",
          lambda p: [(p.answer - term.value, {"source": term.source}) for term in p.terms]),
    Known("minus_lost_in_row", RowPlace, "The weight from {source} is negative.",
          lambda p: [(p.answer - 2 * term.value, {"source": term.source}) for term in p.terms if term.weight < 0]),
    Known("weights_alone", RowPlace, "That is the sum of the weights: each counts only times what comes in.",
          _if(lambda p: p.terms, lambda p: sum(term.weight for term in p.terms) + (0.0 if p.with_theta else p.bias))),
)

_STEPS = (
    Known("greater_for_reached", StepPlace, "{rule} To reach it exactly is enough.",
          _if(lambda p: p.exactly, lambda p: 1.0 - p.answer, rule=lambda p: p.rule)),
    Known("comparison_turned", StepPlace, "{rule}",
          _if(lambda p: not p.exactly, lambda p: 1.0 - p.answer, rule=lambda p: p.rule)),
)

_MATRICES = (
    Known("row_and_column_swapped", CellPlace, "Row and column are swapped. {way}",
          _if(lambda p: p.i < p.W.shape[0] and p.j < p.W.shape[1], lambda p: p.W[p.i, p.j], way=lambda p: p.way)),
    Known("counted_from_nought", CellPlace, "Rows and columns are counted from 1. {way}",
          _if(lambda p: p.j + 1 < p.W.shape[0] and p.i + 1 < p.W.shape[1], lambda p: p.W[p.j + 1, p.i + 1],
              way=lambda p: p.way)),
    Known("next_column", CellPlace, "That stands in another column. {way}",
          lambda p: [(value, {"way": p.way}) for i, value in enumerate(p.W[p.j].tolist()) if i != p.i]),
    Known("shared_counted_often", CountPlace, "A shared parameter is one parameter, however often it is used.",
          _one(lambda p: p.uses)),
    Known("biases_not_counted", CountPlace, "Those are the weights: the biases are parameters too.",
          _one(lambda p: p.weights)),
    Known("connections_counted", CountPlace,
          "Those are the connections: biases are parameters too, and a shared parameter is one.",
          _one(lambda p: p.connections)),
    Known("biases_forgotten", NetPlace, "The biases are forgotten: one for each neuron that is no input.",
          _one(lambda p: p.weights)),
    Known("inputs_with_bias", NetPlace, "Inputs have no bias.", _one(lambda p: p.weights + sum(p.sizes))),
    Known("bias_for_each_layer", NetPlace, "Each neuron has a bias of its own.",
          _one(lambda p: p.weights + len(p.sizes) - 1)),
)

KNOWN: dict[str, Known] = {entry.id: entry for entry in (
    *_SUMS, *_FUNCTIONS, *_COSTS, *_GRADIENTS, *_UPDATES, *_RULE, *_GATES, *_STEPS, *_MATRICES)}
"""Every known mistake by its id."""
