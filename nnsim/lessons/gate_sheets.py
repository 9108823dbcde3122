"""Worksheets about gates: truth tables with their sums, and weights for a target."""

import numpy as np

from nnsim.core.combines import COMBINES
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import Sum, sum_of
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import format_number
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.program import program_of
from nnsim.core.symbols import Symbol
from nnsim.data.generators import GENERATORS, gate_column, truth_table
from nnsim.exchange.pages import Parts
from nnsim.lessons.material import Material, Missing
from nnsim.lessons.mistakes import mistakes_at
from nnsim.lessons.places import RowPlace, StepPlace
from nnsim.lessons.questions import Count, Field, Number, Question, Target, number
from nnsim.lessons.sheets import (
    Sheet,
    equals,
    given_biases,
    given_thresholds,
    given_weights,
    listed,
    only_some,
    theta_of,
)

MOST_INPUTS, MOST_SUMS = 4, 48
_SCALES = (0.5, 1.5, 2.0, 3.0)


def truth_table_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """A question for each neuron in each row: its sum and its output. ``rng`` mixes the rows."""
    structure, inner = material.structure, material.inner
    steps = all(structure.by_id[id].activation == "heaviside" for id in inner)
    if not inner or not steps or not 1 <= len(structure.inputs) <= MOST_INPUTS:
        raise Missing(f"This worksheet needs a gate: step neurons with 1 to {MOST_INPUTS} inputs",
                      "Build one on the canvas, or open an example such as AND or XOR.")
    material.need_network()
    X = truth_table(len(structure.inputs))
    if len(X) * len(inner) > MOST_SUMS:
        raise Missing(f"This table would have {len(X) * len(inner):,} sums", f"Take a gate with at most {MOST_SUMS}.")
    trace = program_of(structure).run(material.network.parameters, X)
    rows = range(len(X)) if rng is None else rng.permutation(len(X)).tolist()
    questions = []
    for row in rows:
        fed = ", ".join(f"{id} = {value:g}" for id, value in zip(structure.inputs, X[row], strict=True))
        for id in inner:
            total = sum_of(material.network, id, trace, row)
            questions.append(Question(f"row{row}.{id}", (f"{fed}; {id}:",), _sum_and_output(total, material.digits)))
    return Sheet("For each row give each neuron's sum, and its output: 1 if the sum reaches θ, else 0.",
                 only_some((given_weights(material), given_thresholds(material), given_biases(material))),
                 tuple(questions))


def _sum_and_output(total: Sum, digits: int) -> tuple[Field, ...]:
    with_theta = total.in_threshold_notation
    answer = total.combined if with_theta else total.z
    combined = COMBINES[total.combine].label.lower()
    hint = f"Each weight times what comes in, then their {combined}: {total.terms_text(digits)}."
    mistakes = mistakes_at(RowPlace(total))
    rule = (f"It says 1 if the sum reaches θ = {format_number(total.threshold, digits)}, else 0."
            if with_theta else "It says 1 if z is 0 or more, else 0.")
    rule = f"{rule} {why_rounding_decides(total)}".rstrip()
    outputs = mistakes_at(StepPlace(total.a, total.z == 0, rule))
    return (number(answer, hint, mistakes, "Σ" if with_theta else "z"), Count(int(total.a), rule, outputs, "output"))


# Weights for a target


def weights_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """A neuron for each gate, and the hidden neurons of XOR. ``rng`` chooses the order and sets one weight of each."""
    digits, own = material.digits, rng is not None
    questions = [_gate(gate, weights, theta, 1.0 if rng is None else float(rng.choice(_SCALES)), own, digits)
                 for gate, weights, theta in _GATES]
    if rng is not None:
        questions = [questions[i] for i in rng.permutation(len(questions))]
    scale = 1.0 if rng is None else float(rng.choice(_SCALES))
    return Sheet("Find weights and thresholds: a neuron says 1 if its sum reaches θ, else 0. Many answers are right.",
                 (), (*questions, *_xor(scale, digits)))


_GATES = (("and_gate", (1.0, 1.0), 1.5), ("or_gate", (1.0, 1.0), 0.5), ("nand_gate", (-1.0, -1.0), -1.5),
          ("nor_gate", (-1.0, -1.0), -0.5), ("not_gate", (-1.0,), -0.5))


def _gate(gate: str, weights: tuple[float, ...], theta: float, scale: float, first_given: bool, digits: int
          ) -> Question:
    network = _steps(len(weights), {"y": tuple(f"x{i}" for i in range(len(weights)))})
    values = dict(zip(network.parameter_names, (*(w * scale for w in weights), -theta * scale), strict=True))
    given = {"w1": values["w1"]} if first_given else {}
    inputs = " and ".join(network.structure.inputs)
    asked: Parts = (f"A neuron of {inputs} that says {GENERATORS[gate].label}",)
    if given:
        asked = (*asked, ", with ", equals(name("w1"), given["w1"], digits))
    return _target(gate, gate, (*asked, ":"), network, values, given)


def _xor(scale: float, digits: int) -> tuple[Question, ...]:
    """The hidden neuron and the output of the lecture's XOR, and both hidden neurons of a layered one."""
    skip = _steps(2, {"h": ("x0", "x1"), "y": ("x0", "x1", "h")})
    values = {"w1": 1.0, "w2": 1.0, "w3": scale, "w4": scale, "w5": -2.0 * scale, "b_h": -1.2, "b_y": -0.6 * scale}
    output, hidden = ("w3", "w4", "w5", "b_y"), ("w1", "w2", "b_h")
    layered = _steps(2, {"h1": ("x0", "x1"), "h2": ("x0", "x1"), "y": ("h1", "h2")})
    two = {"w1": 1.0, "w2": 1.0, "w3": -1.0, "w4": -1.0, "w5": scale, "w6": scale, "b_h1": -0.5, "b_h2": 1.5,
           "b_y": -1.5 * scale}
    ends = ("w5", "w6", "b_y")
    questions = []
    for id, network, numbers, names, says in (
        ("xor_hidden", skip, values, output, "XOR with a hidden neuron h of x0, x1, and an output y of x0, x1, h"),
        ("xor_output", skip, values, hidden, "XOR again, its hidden neuron given, the output asked for"),
        ("xor_layers", layered, two, ends, "XOR in two layers: h1 and h2 of x0, x1, and an output y of h1, h2"),
    ):
        given = {p: numbers[p] for p in names}
        ask: Parts = (f"{says}; ", *_standing(network, given, digits), ":")
        questions.append(_target(id, "xor_gate", ask, network, numbers, given))
    return tuple(questions)


def _standing(network: Network, given: dict[str, float], digits: int) -> Parts:
    """What is given, and where the weights are that are asked for."""
    structure = network.structure
    thetas = {neuron.bias: neuron.id for neuron in structure.neurons if neuron.bias is not None}
    numbers = listed(equals(theta_of(thetas[p]) if p in thetas else name(p), -v if p in thetas else v, digits)
                     for p, v in given.items())
    places = ", ".join(f"{c.weight}: {c.source} → {c.target}" for c in structure.connections)
    return (*numbers, f" ({places})")


def _steps(inputs: int, sources: dict[str, tuple[str, ...]]) -> Network:
    """Step neurons by what they take from, the last one the output; weights w1 … and biases b_…, all 0."""
    neurons = [Neuron(f"x{i}", "input") for i in range(inputs)]
    connections: list[Connection] = []
    *_, last = sources
    for id, taken in sources.items():
        neurons.append(Neuron(id, "output" if id == last else "hidden", "heaviside", bias=f"b_{id}",
                              notation="threshold"))
        connections += [Connection(source, id, f"w{len(connections) + i}") for i, source in enumerate(taken, 1)]
    names = [*(c.weight for c in connections), *(f"b_{id}" for id in sources)]
    return Network.build(neurons, connections, dict.fromkeys(names, 0.0))


def _target(id: str, gate: str, ask: Parts, network: Network, solution: dict[str, float], given: dict[str, float]
            ) -> Question:
    structure = network.structure
    thetas = {neuron.bias: neuron.id for neuron in structure.neurons if neuron.bias is not None}
    asked = [p for p in structure.parameter_names if p not in given]
    # Each neuron's threshold after its weights.
    target_of = {**{c.weight: c.target for c in structure.connections}, **thetas}
    order = list(structure.by_id)
    asked.sort(key=lambda p: (order.index(target_of[p]), p in thetas))
    several = len(thetas) > 1
    fields = []
    for p in asked:
        symbol = (theta_of(thetas[p]) if several else Symbol("θ", r"\theta")) if p in thetas else name(p)
        fields.append(Number(-solution[p] if p in thetas else solution[p], "", label=symbol.text))
    targets = tuple(gate_column(gate, len(structure.inputs)).tolist())
    judged = Target(GENERATORS[gate].label, structure.neurons, structure.connections, tuple(given.items()),
                    tuple(asked), targets)
    return Question(id, ask, tuple(fields), judged)
