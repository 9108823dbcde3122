"""Worksheets about the perceptron rule: what each output is wrong by, and where its weights go."""

import math
from dataclasses import replace

import numpy as np

from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.reading import parse
from nnsim.core.formulas.terms import Term
from nnsim.core.formulas.writing import latex, text
from nnsim.core.network import Connection
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.exchange.pages import Math
from nnsim.lessons.gradient_places import ErrorPlace, RulePlace
from nnsim.lessons.material import Material, Missing
from nnsim.lessons.mistakes import mistakes_at
from nnsim.lessons.questions import Question, number
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
    theta_of,
)
from nnsim.training.problems import rule_problems
from nnsim.training.update import Update

MOST_UPDATES = 6


def rules(material: Material) -> bool:
    """Whether the network is trained by the perceptron rule, which has no chain rule to follow."""
    straight = OPTIMIZERS[material.config.optimizer_name].straight
    return straight and bool(material.inner) and not rule_problems(material.structure, None)


def rule_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """T − O of each output, and the new value of each weight and threshold; with ``rng`` the first output is wrong."""
    e = material.explanation()
    if material.t is None:
        raise Missing("This worksheet needs a target",
                      "Choose a row of the data, or a target in the table: without one nothing is corrected.")
    if rng is not None:
        material = replace(material, t=(1.0 - e.a(e.structure.outputs[0]), *material.t[1:]))
        e = material.explanation()
    assert e.t is not None
    update = Update(e.network, material.config, e.x[None], e.t[None], e.notation)
    if update.problems:
        raise Missing("The perceptron rule cannot correct this", " ".join(p.message for p in update.problems))
    parameters = [p for p in e.structure.parameter_names if p not in e.structure.frozen]
    if not parameters:
        raise Missing("This worksheet needs a weight that is trained", "Connect two neurons, or unfreeze a weight.")
    if len(parameters) > MOST_UPDATES:
        order = range(len(parameters)) if rng is None else rng.permutation(len(parameters)).tolist()
        parameters = [parameters[i] for i in sorted(order[:MOST_UPDATES])]
    questions = [_error(e, id) for id in e.structure.outputs]
    questions += [question for p in parameters if (question := _new_value(e, material, update, p)) is not None]
    digits = material.digits
    outputs = listed(equals(e.notation.activation(e.structure, id), e.a(id), digits) for id in e.structure.outputs)
    needed = {p for p in parameters if p in e.structure.weight_names}
    given = only_some((*given_sample(material), ("Outputs", outputs), given_weights(material, needed=needed),
                       given_thresholds(material), given_biases(material),
                       ("Learning rate", (equals(material.notation.rate, material.config.rate_at(0), digits),))))
    return Sheet("There is no gradient here: what an output is wrong by, times the learning rate, times what came in, "
                 "is added to each weight.", given, tuple(questions), "Perceptron rule")


def _difference(e: Explanation, id: str) -> Term:
    target = Term(_target(e, id), e.notation.target_of(id))
    return parse("t - o", t=target, o=e.a_term(id))


def _target(e: Explanation, id: str) -> float:
    assert e.t is not None
    return float(e.t[e.structure.outputs.index(id)])


def _error(e: Explanation, id: str) -> Question:
    term = _difference(e, id)
    return Question(f"{id}.error", (Math(f"{latex(term)} = ", f"{text(term)} = "),), (
        number(term.value, f"It is {text(term)}: the target first.", mistakes_at(ErrorPlace(e, term.value))),))


def _new_value(e: Explanation, material: Material, update: Update, p: str) -> Question | None:
    """The new value of a parameter; of a bias that is written as a threshold, that of the threshold."""
    new, value, rate = update.equations(p)[-1], e.network.value(p), material.config.rate_at(0)
    uses = e.structure.uses[p]
    outputs = [use.target if isinstance(use, Connection) else use.id for use in uses]
    parts = tuple((id, _difference(e, id).value, e.a(use.source) if isinstance(use, Connection) else 1.0)
                  for id, use in zip(outputs, uses, strict=True))
    plain = math.isclose(new.value - value, rate * sum(error * x for _, error, x in parts), rel_tol=1e-9, abs_tol=1e-12)
    place = RulePlace(e, p, new.value, rate, plain, parts)
    neuron = e.structure.by_id[outputs[0]]
    if neuron.bias != p or neuron.notation != "threshold":
        hint = f"{new.name.text} is {text(new.term)}."
        return Question(f"{p}.update", asked(new.name, new.term), (number(new.value, hint, mistakes_at(place)),))
    if len(uses) > 1 or not plain:
        return None
    theta = theta_of(neuron.id)
    term = parse("w - rate*d", w=Term(-value, theta), rate=Term(rate, e.notation.rate), d=_difference(e, neuron.id))
    hint = f"{theta.with_prime().text} is {text(term)}: the bias is −θ, and so θ moves the other way."
    turned = replace(place, answer=-new.value, sign=-1.0)
    return Question(f"{p}.update", asked(theta.with_prime(), term), (
        number(-new.value, hint, mistakes_at(turned)),))
