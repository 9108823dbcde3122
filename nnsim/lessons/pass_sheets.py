"""Worksheets about both passes: sums and functions, the loss, the chain rule and the update."""

from collections.abc import Callable, Collection, Iterator

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.explanation import MOST_TERMS, Explanation
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import format_number
from nnsim.core.formulas.terms import FUNCTIONS
from nnsim.core.formulas.writing import text
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Neuron, Structure
from nnsim.exchange.pages import Parts
from nnsim.lessons.material import Material, Missing, layers_of
from nnsim.lessons.questions import Choice, Mistake, Number, Question, number
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
        raise Missing(f"This worksheet is for 1 to {MOST_NEURONS} neurons", f"This network has {len(inner)}.")
    longest = max(inner, key=lambda id: len(e.structure.incoming[id]))
    if len(e.structure.incoming[longest]) > MOST_TERMS:
        raise Missing(f"This worksheet is for sums of at most {MOST_TERMS} terms",
                      f"{longest} has {len(e.structure.incoming[longest])}.")
    questions: list[Question] = []
    for id in inner:
        z, a = e.forward(id)
        sums = tuple(_sum_mistakes(e, id, z.value))
        questions.append(Question(f"{id}.z", asked(z.name, z.term),
                                  (number(z.value, f"{z.name.text} is {text(z.term)}.", sums),)))
        questions.append(Question(f"{id}.a", _asked_function(a), (_function_of_sum(e, id, z, a, sums),)))
    given = only_some((*given_sample(material)[:1], given_weights(material, places=False), given_biases(material),
                       given_thresholds(material)))
    return Sheet("Go through the network neuron by neuron. Cut off or round as you like, but keep four digits.",
                 given, tuple(questions))


def _asked_function(a: Equation) -> Parts:
    return asked(a.name, a.term) if a.term.operation else asked(a.name)


def _function_of_sum(e: Explanation, id: str, z: Equation, a: Equation, sums: tuple[Mistake, ...]) -> Number:
    neuron = e.structure.by_id[id]
    f = ACTIVATIONS[neuron.activation].f
    written = FUNCTIONS[neuron.activation].name
    called = written.text if written is not None else neuron.activation
    if neuron.activation == "heaviside":
        hint = "It is 1 if the sum reaches θ, else 0."
        return Number(a.value, hint, (Mistake(1.0 - a.value, hint),))
    if neuron.activation == "linear":
        return number(a.value, f"A linear neuron passes {z.name.text} on as it is.", sums)
    mistakes = [Mistake(z.value, f"Right until the sum: {called} is still to be applied to {z.name.text}.")]
    if neuron.activation == "sigmoid":
        mistakes.append(Mistake(1.0 - a.value, "The sign in the exponent: σ(z) is 1/(1 + e^(−z))."))
        mistakes.append(Mistake(a.value * (1.0 - a.value), "That is the slope σ′, not σ."))
    for sum_mistake in sums:
        value = float(f(np.array([sum_mistake.value]))[0])
        mistakes.append(Mistake(value, f"{called} is right, but not of the right sum. {sum_mistake.hint}"))
    return number(a.value, f"Apply {called} to {z.name.text}.", mistakes)


def _sum_mistakes(e: Explanation, id: str, answer: float) -> Iterator[Mistake]:
    """What a sum comes to if a step of it goes wrong; only for neurons that add up."""
    structure, neuron = e.structure, e.structure.by_id[id]
    edges = structure.incoming[id]
    if neuron.combine != "sum" or not edges:
        return
    w = np.array([e.network.value(c.weight) for c in edges])
    x = np.array([e.a(c.source) for c in edges])
    bias = answer - float(w @ x)
    if neuron.bias is not None and abs(bias) > 1e-9:
        own = name(neuron.bias).text
        yield Mistake(answer - bias, f"Right until the products: the bias {own} is forgotten.")
        yield Mistake(answer - 2 * bias, f"The bias {own} is added, not taken away.")
    turned = _weights_of_column(e, id, edges)
    if turned is not None:
        entering = ", ".join(f"{c.weight} from {c.source}" for c in edges)
        yield Mistake(float(turned @ x) + bias, f"The weights are mixed up: {id} takes {entering}.")
    if len(edges) > 1:
        yield Mistake(float(w[::-1] @ x) + bias, "The weights are swapped: each goes with the input it comes from.")
    yield Mistake(float(w.sum()) + bias, "Each weight counts only times what comes in.")
    if len(edges) > 1:
        for c, product in zip(edges, w * x, strict=True):
            yield Mistake(answer - float(product), f"The product of {c.source} is missing.")
    sources = [structure.by_id[c.source] for c in edges]
    if any(source.role != "input" for source in sources):
        sums = np.array([e.a(s.id) if s.role == "input" else e.z(s.id) for s in sources])
        yield Mistake(float(w @ sums) + bias, "What comes in is each neuron's output, not its sum.")


def _weights_of_column(e: Explanation, id: str, edges: tuple[Connection, ...]) -> np.ndarray | None:
    """The weights of W's column in place of its row, as on the lecture's slides; None where W is not square."""
    layers = layers_of(e.structure)
    k = e.structure.depth[id]
    if not layers or len(layers[k]) != len(layers[k - 1]) or len(edges) != len(layers[k]):
        return None
    source = layers[k - 1][layers[k].index(id)]
    column = [e.structure.by_ends.get((source, target)) for target in layers[k]]
    if any(c is None for c in column):
        return None
    by_row = dict(zip(layers[k - 1], (e.network.value(c.weight) for c in column if c is not None), strict=True))
    return np.array([by_row[c.source] for c in edges])


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
    given = only_some((*given_sample(material), ("Outputs of the neurons", _activations(e)),
                       given_weights(material, needed=_onward(e.structure, weights))))
    return Sheet("How wrong is the network, and which way must each weight go for the loss to fall?",
                 given, tuple(questions))


def _activations(e: Explanation) -> Parts:
    return listed(equals(e.notation.activation(e.structure, id), e.a(id)) for id in e.structure.order)


Mistakes = Callable[[float, float, int], tuple[Mistake, ...]]
_HALF = "The ½ is forgotten."
_COSTS: dict[str, Mistakes] = {
    "half_squared_error": lambda t, o, m: (
        Mistake((t - o) ** 2, _HALF), Mistake(0.5 * (t - o), "The square is forgotten."),
        Mistake(t - o, "Square the difference, and take half of it."),
        Mistake(0.5 * (t + o) ** 2, "The output is taken away from the target, not added."),
        Mistake(0.5 * (t * t - o * o), "First the difference, then the square.")),
    "mean_squared_error": lambda t, o, m: (
        Mistake(0.5 * (t - o) ** 2, "There is no ½ in this loss."), Mistake(t - o, "The square is forgotten."),
        Mistake((t - o) ** 2 / m, "The mean is taken later, over all outputs.")),
}
"""Typical errors at what one output costs, by loss: (target, output, number of outputs)."""


def _cost(e: Explanation, id: str, part: Equation) -> Number:
    typical = _COSTS.get(e.loss_name)
    mistakes = typical(_target_of(e, id), e.a(id), len(e.structure.outputs)) if typical is not None else ()
    return number(part.value, f"{part.name.text} is {text(part.term)}.", mistakes)


def _target_of(e: Explanation, id: str) -> float:
    assert e.t is not None
    return float(e.t[e.structure.outputs.index(id)])


def _whole_loss(e: Explanation, loss: Equation, parts: list[Equation]) -> Number:
    costs = [part.value for part in parts]
    hint = f"{loss.name.text} is {text(loss.term)}."
    if len(parts) == 1:
        (id,) = e.structure.outputs
        return number(loss.value, hint, _cost(e, id, parts[0]).mistakes)
    averaged = LOSSES[e.loss_name].averaged
    other = sum(costs) if averaged else sum(costs) / len(costs)
    mistakes = [Mistake(other, "Take the mean over the outputs, not their sum." if averaged
                        else "The outputs are added up; no mean is taken over them."),
                *(Mistake(cost, f"That is {part.name.text} alone: the other outputs cost too.")
                  for part, cost in zip(parts, costs, strict=True))]
    if e.loss_name == "half_squared_error":
        mistakes.append(Mistake(2 * loss.value, _HALF))
    return number(loss.value, hint, mistakes)


def _loss_slope(e: Explanation, id: str, slope: Equation) -> Number:
    o, t = e.a(id), _target_of(e, id)
    target, output = e.notation.target_of(id).text, e.notation.activation(e.structure, id).text
    mistakes = [Mistake(-slope.value, f"The sign: the derivative of {target} − {output} by {output} is −1.")]
    if e.loss_name == "half_squared_error":
        mistakes += [Mistake(2 * slope.value, "The 2 of the square and the ½ cancel."),
                     Mistake(0.5 * (t - o) ** 2, "That is the cost itself, not its slope.")]
    return number(slope.value, f"{slope.name.text} is {text(slope.term)}.", mistakes)


def _some_weights(e: Explanation, rng: np.random.Generator | None) -> list[str]:
    """The weights into the outputs, or with ``rng`` any; of many only a few."""
    structure = e.structure
    outputs = set(structure.outputs)
    weights = list(dict.fromkeys(c.weight for c in structure.connections if rng is not None or c.target in outputs))
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
        questions.append(_shared(e, shared[-1] if rng is None else shared[int(rng.integers(len(shared)))]))
    rate = ("Learning rate", (equals(material.notation.rate, material.config.rate_at(0)),))
    needed = {c.weight for use in weights for c in (use, *e.structure.outgoing[use.target])}
    given = only_some((*given_sample(material), ("Outputs of the neurons", _activations(e)),
                       given_weights(material, needed=needed), rate))
    return Sheet("Follow the chain rule from the loss back to the weight, factor by factor, then update the weight.",
                 given, tuple(questions))


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
    known = listed(equals(e.notation.delta(c.target), e.delta(c.target)) for c in structure.outgoing[target])
    head: Parts = (f"{p}, with ", *known, ": ") if known else (f"{p}: ",)
    questions = [
        Question(f"{p}.back", (*head, *asked(back.name, back.term)), (_back(e, target, back),)),
        Question(f"{p}.slope", (f"{p}: ", *asked(slope.name, slope.term)), (_slope(e, target, slope),)),
        Question(f"{p}.local", (f"{p}: ", *asked(local.name)), (_local(e, use, local),)),
    ]
    gradient = e.gradient_equation(p)
    product: list[Mistake] = []
    for left_out in factors:
        rest = float(np.prod([f.value for f in factors if f is not left_out]))
        product.append(Mistake(rest, f"The factor {left_out.name.text} = {format_number(left_out.value)} is missing."))
    for c, way in _ways(e, target):
        product.append(Mistake(way * slope.value * local.value,
                               f"That is the path through {c.target} alone: the gradient is the sum over all paths."))
    product.append(Mistake(-gradient.value, f"The sign: {back.name.text} is {format_number(back.value)}."))
    names = " · ".join(factor.name.text for factor in factors)
    questions.append(Question(f"{p}.gradient", asked(gradient.name), (
        number(gradient.value, f"Multiply the factors: {names}.", product),)))
    written = Update(e.network, material.config, e.x[None], e.t[None], e.notation).equations(p)
    # The perceptron rule has no update for a network with slopes.
    return [*questions, *([_update(e, material, p, gradient, written[-1])] if written else [])]


def _ways(e: Explanation, target: str) -> list[tuple[Connection, float]]:
    """∂L/∂a by each neuron that it feeds, where there are several."""
    outgoing = e.structure.outgoing[target]
    return [(c, e.delta(c.target) * e.by_source(c).value) for c in outgoing] if len(outgoing) > 1 else []


def _back(e: Explanation, target: str, back: Equation) -> Number:
    if not e.structure.outgoing[target]:
        return _loss_slope(e, target, back)
    mistakes = [Mistake(way, f"That is what comes back through {c.target} alone: add up all of them.")
                for c, way in _ways(e, target)]
    deltas = sum(e.delta(c.target) for c in e.structure.outgoing[target])
    mistakes.append(Mistake(deltas, "Each δ comes back through its weight: multiply by it."))
    mistakes.append(Mistake(-back.value, "The size is right, the sign is not: look at the signs of the δ."))
    return number(back.value, f"{back.name.text} is {text(back.term)}.", mistakes)


_ONE_MINUS = "That is the output alone: the factor (1 − output) is missing."
_SLOPES: dict[str, Callable[[float, float], tuple[Mistake, ...]]] = {
    "sigmoid": lambda z, a: (Mistake(a, _ONE_MINUS), Mistake(1 - a, "The factor output is missing: O·(1 − O)."),
                             Mistake(z * (1 - z), "Take the neuron's output, not its sum."),
                             Mistake(1 - a * a, "That is the slope of tanh; the sigmoid's is output·(1 − output).")),
    "tanh": lambda z, a: (Mistake(a * a, "1 − is missing: the slope is 1 − output²."),
                          Mistake(1 - a, "The output is squared: 1 − output²."),
                          Mistake(a * (1 - a), "That is the slope of the sigmoid; tanh's is 1 − output²."),
                          Mistake(1 - z * z, "Take the neuron's output, not its sum.")),
}
"""Typical errors at a slope, by activation: (sum, output)."""


def _slope(e: Explanation, id: str, slope: Equation) -> Number:
    z, a = e.z(id), e.a(id)
    typical = _SLOPES.get(e.structure.by_id[id].activation)
    mistakes = typical(z, a) if typical is not None else (Mistake(a, "That is the output, not the slope."),)
    return number(slope.value, f"{slope.name.text} is {text(slope.term)}.", mistakes)


def _local(e: Explanation, use: Connection, local: Equation) -> Number:
    source = e.structure.by_id[use.source]
    mistakes = [Mistake(e.network.value(use.weight), "That is the weight: asked is what it is multiplied by.")]
    if source.role != "input":
        mistakes.append(Mistake(e.z(source.id), f"What comes in is the output of {source.id}, not its sum."))
    mistakes.append(Mistake(1.0, "That is the slope by the bias; by the weight it is what comes in."))
    return number(local.value, f"It is what the weight is multiplied by: {text(local.term)}.", mistakes)


def _update(e: Explanation, material: Material, p: str, gradient: Equation, new: Equation) -> Question:
    w, g, rate = e.network.value(p), gradient.value, material.config.rate_at(0)
    own, eta = name(p).text, e.notation.rate.text
    mistakes = (Mistake(w - g, f"The learning rate {eta} is forgotten."),
                Mistake(w + rate * g, "Downhill: the step is taken away, not added."),
                Mistake(w + g, f"Downhill, and only a part of the way: take {eta} times the gradient away."),
                Mistake(rate * g, f"That is the step: take it away from {own}."),
                Mistake(-rate * g, f"That is the step: add it to {own}."),
                Mistake(rate * (w - g), f"Only the gradient is multiplied by {eta}, not the weight."))
    return Question(f"{p}.update", asked(new.name, new.term), (
        number(new.value, f"{new.name.text} is {text(new.term)}.", mistakes),))


def _shared(e: Explanation, p: str) -> Question:
    """The gradient of a parameter with several uses is the sum over them."""
    equation = e.gradient_equation(p)
    parts: list[tuple[str, float]] = []
    for use in e.structure.uses[p]:
        target = use.id if isinstance(use, Neuron) else use.target
        parts.append((target, e.delta(target) * e.use_slope(use).value))
    known = listed(equals(e.notation.delta(id), e.delta(id)) for id in dict.fromkeys(id for id, _ in parts))
    mistakes = [Mistake(value, f"That is its use at {id} alone: a shared parameter adds up all of its uses.")
                for id, value in parts]
    mistakes += [Mistake(equation.value / len(parts), "The uses are added up; no mean is taken over them."),
                 Mistake(-equation.value, "The size is right, the sign is not.")]
    return Question(f"{p}.shared", (f"{p} is shared, with ", *known, ": ", *asked(equation.name)), (
        number(equation.value, f"Add up over its uses: {text(equation.term)}.", mistakes),))
