"""Worksheets about both passes: sums and functions, the loss, the chain rule and the update."""

import math
from collections.abc import Collection

import numpy as np

from nnsim.core.explain.explanation import MOST_TERMS, Explanation
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.writing import text
from nnsim.core.network import Connection, Neuron, Structure
from nnsim.exchange.pages import Parts
from nnsim.lessons.gradient_places import (
    BackPlace,
    CostPlace,
    GradientPlace,
    LocalPlace,
    LossPlace,
    LossSlopePlace,
    SharedPlace,
    SlopePlace,
    UpdatePlace,
)
from nnsim.lessons.material import Material, Missing
from nnsim.lessons.mistakes import mistakes_at
from nnsim.lessons.places import FunctionPlace, StepPlace, SumPlace
from nnsim.lessons.questions import Choice, Number, Question, number
from nnsim.lessons.sheets import (
    Sheet,
    asked,
    equals,
    given_biases,
    given_sample,
    given_thresholds,
    given_weights,
    listed,
    only_some,
)
from nnsim.training.update import Update

MOST_NEURONS, MOST_SIGNS = 16, 4
POSITIVE, NEGATIVE, ZERO = "positive", "negative", "0"
RISE, FALL, STAY = "rise", "fall", "stay"
_WAY = {POSITIVE: FALL, NEGATIVE: RISE, ZERO: STAY}


# The forward pass


def forward_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """Two questions for each neuron: its sum, and its function of it."""
    e = material.explanation()
    inner = material.inner
    if not 1 <= len(inner) <= MOST_NEURONS:
        raise Missing(f"This worksheet is for 1 to {MOST_NEURONS} neurons", f"This network has {len(inner):,}.")
    longest = max(inner, key=lambda id: len(e.structure.incoming[id]))
    if len(e.structure.incoming[longest]) > MOST_TERMS:
        raise Missing(f"This worksheet is for sums of at most {MOST_TERMS} terms",
                      f"{longest} has {len(e.structure.incoming[longest]):,}.")
    questions: list[Question] = []
    for id in inner:
        z, a = e.forward(id)
        place = SumPlace(e, id, z.value)
        questions.append(Question(f"{id}.z", asked(z.name, z.term), (
            number(z.value, f"{z.name.text} is {text(z.term)}.", mistakes_at(place)),)))
        questions.append(Question(f"{id}.a", _asked_function(a), (_function_of_sum(place, z, a),)))
    given = only_some((*given_sample(material)[:1], given_weights(material, places=False), given_biases(material),
                       given_thresholds(material)))
    return Sheet("Go through the network neuron by neuron.",
                 given, tuple(questions))


def _asked_function(a: Equation) -> Parts:
    return asked(a.name, a.term) if a.term.operation else asked(a.name)


def _function_of_sum(sum: SumPlace, z: Equation, a: Equation) -> Number:
    place = FunctionPlace(sum.e, sum.id, a.value, sum, z.name.text)
    if place.activation == "heaviside":
        hint = f"It is 1 if the sum reaches θ, else 0. {a.note}".rstrip()
        return number(a.value, hint, mistakes_at(StepPlace(a.value, sum.e.z(sum.id) == 0, hint)))
    hint = (f"Apply {place.called} to {z.name.text}." if place.bends
            else f"A linear neuron passes {z.name.text} on as it is.")
    return number(a.value, hint, mistakes_at(place))


# The loss


def loss_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """What each output costs, the loss, the slope at each output, and where some weights must go."""
    material.need_slopes()
    e = material.explanation()
    parts = e.loss_terms()
    loss = e.loss()
    questions: list[Question] = []
    if len(parts) > 1:
        questions += [Question(f"cost.{id}", asked(part.name, part.term), (_cost(e, id, part),))
                      for id, part in parts.items()]
    questions.append(Question("loss", asked(loss.name, loss.term), (_whole_loss(e, loss, list(parts.values())),)))
    for id in parts:
        slope = e.loss_slope(id)
        questions.append(Question(f"slope.{id}", asked(slope.name, slope.term), (_loss_slope(e, id, slope),)))
    weights = _some_weights(e, rng)
    questions += [_sign(e, p) for p in weights]
    given = only_some((*given_sample(material), ("Outputs of the neurons", _activations(e, material.digits)),
                       given_weights(material, needed=_onward(e.structure, weights))))
    return Sheet("How wrong is the network, and which way must each weight go for the loss to fall?",
                 given, tuple(questions))


def _activations(e: Explanation, digits: int) -> Parts:
    return listed(equals(e.notation.activation(e.structure, id), e.a(id), digits) for id in e.structure.order)


def _cost(e: Explanation, id: str, part: Equation) -> Number:
    return number(part.value, f"{part.name.text} is {text(part.term)}.", mistakes_at(CostPlace(e, id, part.value)))


def _whole_loss(e: Explanation, loss: Equation, parts: list[Equation]) -> Number:
    hint = f"{loss.name.text} is {text(loss.term)}."
    if len(parts) == 1:
        (id,) = e.structure.outputs
        return number(loss.value, hint, mistakes_at(CostPlace(e, id, loss.value)))
    place = LossPlace(e, loss.value, {part.name.text: part.value for part in parts})
    return number(loss.value, hint, mistakes_at(place))


def _loss_slope(e: Explanation, id: str, slope: Equation) -> Number:
    hint = f"{slope.name.text} is {text(slope.term)}."
    return number(slope.value, hint, mistakes_at(LossSlopePlace(e, id, slope.value)))


def _some_weights(e: Explanation, rng: np.random.Generator | None) -> list[str]:
    """The weights into the outputs that training moves, or with ``rng`` any of those; of many only a few."""
    structure = e.structure
    outputs = set(structure.outputs)
    weights = list(dict.fromkeys(c.weight for c in structure.connections if c.weight not in structure.frozen
                                 and (rng is not None or c.target in outputs)))
    if len(weights) <= MOST_SIGNS:
        return weights
    if rng is None:
        return weights[:MOST_SIGNS]
    return [weights[i] for i in sorted(rng.choice(len(weights), MOST_SIGNS, replace=False).tolist())]


def _onward(structure: Structure, weights: Collection[str]) -> set[str]:
    """These weights, and all on the way from them to the loss."""
    targets = {use.target for p in weights for use in structure.uses[p] if isinstance(use, Connection)}
    return {*weights, *(c.weight for id in structure.downstream(targets) for c in structure.outgoing[id])}


def _sign(e: Explanation, parameter: str) -> Question:
    equation = e.gradient_equation(parameter)
    value = equation.value
    sign = ZERO if value == 0 else POSITIVE if value > 0 else NEGATIVE
    hint = f"{equation.name.text} = {text(equation.term)}: look at the sign of each factor."
    way = ("Training goes against the gradient: where it is positive the weight falls, where it is negative it rises.")
    return Question(f"sign.{parameter}", (*asked(equation.name)[:1], f" is …, so {name(parameter).text} must …:"), (
        Choice(sign, (POSITIVE, NEGATIVE, ZERO), hint, label="sign"),
        Choice(_WAY[sign], (RISE, FALL, STAY), way, label="way")))


# The chain rule


def chain_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """The factors, gradient and update of a weight into an output and of one before; and of a shared parameter."""
    material.need_slopes()
    e = material.explanation()
    weights = _chained(e, rng)
    if not weights:
        raise Missing("This worksheet needs a weight that is trained", "Connect two neurons, or unfreeze a weight.")
    questions: list[Question] = []
    for use in weights:
        questions += _factors_of(e, material, use)
    shared = [p for p, uses in e.structure.uses.items() if len(uses) > 1]
    if shared:
        questions.append(_shared(e, shared[-1] if rng is None else shared[int(rng.integers(len(shared)))],
                                 material.digits))
    updated = any(question.id.endswith(".update") for question in questions)
    rate = (equals(material.notation.rate, material.config.rate_at(0), material.digits),) if updated else ()
    needed = {c.weight for use in weights for c in (use, *e.structure.outgoing[use.target])}
    given = only_some((*given_sample(material), ("Outputs of the neurons", _activations(e, material.digits)),
                       given_weights(material, needed=needed), ("Learning rate", rate)))
    then = ", then update the weight" if updated else ""
    return Sheet(f"Follow the chain rule from the loss back to the weight, factor by factor{then}.", given,
                 tuple(questions))


def _chained(e: Explanation, rng: np.random.Generator | None) -> list[Connection]:
    """A weight into an output and one before, that are used once and trained."""
    structure = e.structure
    free = [c for c in structure.connections
            if len(structure.uses[c.weight]) == 1 and c.weight not in structure.frozen]
    late = [c for c in free if not structure.outgoing[c.target]]
    early = [c for c in free if structure.outgoing[c.target]]
    return [group[0 if rng is None else int(rng.integers(len(group)))] for group in (late, early) if group]


def _factors_of(e: Explanation, material: Material, use: Connection) -> list[Question]:
    structure, p, target = e.structure, use.weight, use.target
    assert e.t is not None
    back, slope, local = e.by_activation(target), e.slope(target), e.by_weight(use)
    factors = (back, slope, local)
    known = listed(equals(e.notation.delta(c.target), e.delta(c.target), material.digits)
                   for c in structure.outgoing[target])
    head: Parts = (f"{p}, with ", *known, ": ") if known else (f"{p}: ",)
    questions = [
        Question(f"{p}.back", (*head, *asked(back.name, back.term)), (_back(e, target, back),)),
        Question(f"{p}.slope", (f"{p}: ", *asked(slope.name, slope.term)), (_slope(e, target, slope),)),
        Question(f"{p}.local", (f"{p}: ", *asked(local.name)), (_local(e, use, local),)),
    ]
    gradient = e.gradient_equation(p)
    names = " · ".join(factor.name.text for factor in factors)
    place = GradientPlace(e, use, gradient.value, factors, material.digits)
    questions.append(Question(f"{p}.gradient", asked(gradient.name), (
        number(gradient.value, f"Multiply the factors: {names}.", mistakes_at(place)),)))
    written = Update(e.network, material.config, e.x[None], e.t[None], e.notation).equations(p)
    # The perceptron rule has no update for a network with slopes.
    return [*questions, *([_update(place, material.config.rate_at(0), written[-1])] if written else [])]


def _back(e: Explanation, target: str, back: Equation) -> Number:
    if not e.structure.outgoing[target]:
        return _loss_slope(e, target, back)
    hint = f"{back.name.text} is {text(back.term)}."
    return number(back.value, hint, mistakes_at(BackPlace(e, target, back.value)))


def _slope(e: Explanation, id: str, slope: Equation) -> Number:
    return number(slope.value, f"{slope.name.text} is {text(slope.term)}.", mistakes_at(SlopePlace(e, id)))


def _local(e: Explanation, use: Connection, local: Equation) -> Number:
    hint = f"It is what the weight is multiplied by: {text(local.term)}."
    return number(local.value, hint, mistakes_at(LocalPlace(e, use)))


def _update(gradient: GradientPlace, rate: float, new: Equation) -> Question:
    weight = gradient.use.weight
    step = gradient.e.network.value(weight) - new.value
    plain = math.isclose(step, rate * gradient.answer, rel_tol=1e-6, abs_tol=1e-12)
    mistakes = mistakes_at(UpdatePlace(gradient.e, gradient, new.value, rate, plain))
    return Question(f"{weight}.update", asked(new.name, new.term), (
        number(new.value, f"{new.name.text} is {text(new.term)}.", mistakes),))


def _shared(e: Explanation, p: str, digits: int) -> Question:
    """The gradient of a parameter with several uses is the sum over them."""
    equation = e.gradient_equation(p)
    parts: list[tuple[str, float]] = []
    for use in e.structure.uses[p]:
        target = use.id if isinstance(use, Neuron) else use.target
        parts.append((target, e.delta(target) * e.use_slope(use).value))
    known = listed(equals(e.notation.delta(id), e.delta(id), digits) for id in dict.fromkeys(id for id, _ in parts))
    mistakes = mistakes_at(SharedPlace(e, equation.value, tuple(parts)))
    return Question(f"{p}.shared", (f"{p} is shared, with ", *known, ": ", *asked(equation.name)), (
        number(equation.value, f"Add up over its uses: {text(equation.term)}.", mistakes),))
