"""An explanation as plain text, and as numbers for other programs."""

import json
import math
from collections.abc import Iterator

from nnsim.core.explain.chain import Chain, chain_of
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.numbers import DIGITS, format_number
from nnsim.core.formulas.numbers import factor as written_factor
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.training.config import TrainingConfig
from nnsim.training.update import Update

PATHS = 8


def as_json(explanation: Explanation) -> str:
    """Loss, outputs, and by name z, a and δ of each neuron, value and gradient of each parameter.

    Inputs have only ``a``. Without a target loss is null, and there are no deltas and gradients. A number that is not
    finite is null, which JSON has no other word for.
    """
    e, structure = explanation, explanation.structure
    known = e.backward is not None
    neurons: dict[str, dict[str, float | None]] = {}
    for id, neuron in structure.by_id.items():
        if neuron.role == "input":
            neurons[id] = {"a": _finite(e.a(id))}
        else:
            neurons[id] = {"z": _finite(e.z(id)), "a": _finite(e.a(id))}
            if known:
                neurons[id]["delta"] = _finite(e.delta(id))
    parameters: dict[str, dict[str, float | None]] = {}
    for name in structure.parameter_names:
        parameters[name] = {"value": e.network.value(name)}
        if known:
            parameters[name]["gradient"] = _finite(e.gradient(name))
    whole = {
        "loss": _finite(e.backward.loss) if e.backward is not None else None,
        "outputs": [_finite(e.a(id)) for id in structure.outputs],
        "neurons": neurons,
        "parameters": parameters,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def as_text(
    explanation: Explanation, config: TrainingConfig, parameter: str | None = None, digits: int = DIGITS
) -> str:
    """The forward pass, the loss and the backward pass, a line each; of one parameter also chain rule and update."""
    return "\n".join(_lines(explanation, config, parameter, digits)) + "\n"


def _lines(e: Explanation, config: TrainingConfig, parameter: str | None, digits: int) -> Iterator[str]:
    yield "Forward"
    for id in (*e.structure.inputs, *e.structure.order):
        for equation in e.forward(id):
            yield "  " + equation.text(digits)
            if equation.note:
                yield "    " + equation.note
    if e.t is None or e.backward is None:
        return
    yield ""
    yield "Loss"
    loss = e.loss()
    yield "  " + loss.text(digits)
    if loss.note:
        yield "    " + loss.note
    update = Update(e.network, config, e.x[None], e.t[None], e.notation)
    yield ""
    if update.straight:
        # It has no δ and no gradient: what each parameter becomes is all there is to it.
        yield OPTIMIZERS[config.optimizer_name].label
        for name in e.structure.parameter_names if parameter is None else (parameter,):
            yield from _update(update, name, digits)
        return
    yield "Backward"
    for id in reversed(e.structure.order):
        yield "  " + e.delta_equation(id).text(digits)
    for name in e.structure.parameter_names if parameter is None else (parameter,):
        yield "  " + e.gradient_equation(name).text(digits)
    if parameter is not None:
        yield ""
        yield "Chain rule"
        yield from _chain(chain_of(e, parameter, PATHS), digits)
        yield ""
        yield "Update"
        yield from _update(update, parameter, digits)


def _update(update: Update, parameter: str, digits: int) -> Iterator[str]:
    problems = update.problems
    if parameter in update.network.structure.frozen:
        yield f"  {parameter} is frozen: training leaves it as it is."
    elif problems:
        yield from (f"  {problem.message}" for problem in problems)
    for equation in update.equations(parameter):
        yield "  " + equation.text(digits)


def _chain(chain: Chain, digits: int) -> Iterator[str]:
    for index, path in enumerate(chain.paths):
        start = f"  {chain.name.text} = " if index == 0 else "    + "
        yield start + " · ".join(factor.name.text for factor in path.factors)
        numbers = " · ".join(written_factor(factor.shown_value, digits) for factor in path.factors)
        yield f"    = {numbers} = {format_number(path.shown_value, digits)}"
    if chain.hidden:
        yield f"    + {chain.hidden:,} more paths = {format_number(chain.rest, digits)}"
    if len(chain.paths) > 1 or chain.hidden:
        yield f"  {chain.name.text} = {format_number(chain.shown_total, digits)}"
    for factor in chain.factors:
        yield "  " + factor.text(digits)
