"""Worksheets about graph and matrix: where each weight stands in W, and counting layers and parameters."""

from itertools import pairwise

import numpy as np

from nnsim.core.network import Structure
from nnsim.exchange.pages import Math, Parts
from nnsim.lessons.material import Material, Missing, layers_of
from nnsim.lessons.mistakes import mistakes_at
from nnsim.lessons.places import CellPlace, CountPlace, NetPlace
from nnsim.lessons.questions import Choice, Count, Mistake, Question, number
from nnsim.lessons.sheets import Sheet, given_biases, given_weights, only_some

ENTRIES = 3
"""Of each matrix so many entries are asked for."""
MOST_CHOICES = 6
_SIZES = ((3, 4, 2), (3, 4, 4, 1))
"""The networks that the lecture counts."""


def matrix_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """The shape and entries of each layer's W, and both counts, for this network and for one more."""
    material.need_network()
    structure = material.structure
    layers = layers_of(structure)
    if not layers:
        raise Missing("This worksheet needs a layered network: every connection to the next layer",
                      "Layers… makes one; or open an example such as Hands-on 2-2-2.")
    chosen = np.random.default_rng(0) if rng is None else rng
    questions = [*_counts(structure, layers)]
    needed: set[str] = set()
    for k, (sources, targets) in enumerate(pairwise(layers), 1):
        asked, weights = _matrix(material, k, sources, targets, chosen)
        questions += asked
        needed |= weights
    drawn = [_SIZES[0], _SIZES[1]] if rng is None else [tuple(rng.integers(2, 6, length).tolist()) for length in (3, 4)]
    questions += [_counted(sizes) for sizes in drawn]
    return Sheet("W of a layer has a row for each of its neurons, and a column for each neuron of the layer before.",
                 only_some((given_weights(material, needed=needed), given_biases(material))), tuple(questions))


def _counts(structure: Structure, layers: tuple[tuple[str, ...], ...]) -> tuple[Question, ...]:
    uses = len(structure.connections) + sum(neuron.bias is not None for neuron in structure.neurons)
    count = len(structure.parameter_names)
    mistakes = mistakes_at(CountPlace(uses, len(structure.weight_names), len(structure.connections)))
    hint = "Count every weight and every bias, each by its name and only once."
    return (Question("layers", ("How many layers does this network have?",), (_layer_count(len(layers) - 1),)),
            Question("parameters", ("How many parameters does this network have?",),
                     (Count(count, hint, _telling(count, mistakes)),)))


def _layer_count(count: int, label: str = "") -> Count:
    mistakes = (Mistake(count + 1, "The inputs are not counted: they calculate nothing."),
                Mistake(count - 1, "The output is a layer too."))
    return Count(count, "Count hidden layers and the output, not the inputs.", mistakes, label)


def _telling(answer: int, mistakes: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
    """Those that lead to another number, the first of each."""
    kept: dict[float, Mistake] = {}
    for mistake in mistakes:
        if mistake.value != answer:
            kept.setdefault(mistake.value, mistake)
    return tuple(kept.values())


def _counted(sizes: tuple[int, ...]) -> Question:
    """How many layers and parameters a fully connected network has."""
    written = "-".join(map(str, sizes))
    weights, biases = sum(a * b for a, b in pairwise(sizes)), sum(sizes[1:])
    layers = len(sizes) - 1
    mistakes = mistakes_at(NetPlace(sizes))
    hint = f"From layer to layer multiply, {sizes[0]}·{sizes[1]} and so on; then a bias for each neuron but the inputs."
    return Question(f"net{written}", (f"A fully connected {written} network, each neuron with a bias of its own:",), (
        _layer_count(layers, "layers"),
        Count(weights + biases, hint, _telling(weights + biases, mistakes), "parameters")))


def _matrix(material: Material, k: int, sources: tuple[str, ...], targets: tuple[str, ...],
            rng: np.random.Generator) -> tuple[list[Question], set[str]]:
    """(the shape of one W, some of its entries, and where one of them is on the graph; the weights these need)."""
    structure = material.structure
    W = np.array([[_weight(material, source, target) for source in sources] for target in targets])
    symbol = Math(f"W_{{{k}}}", f"W{k}")
    swapped = (Mistake(W.shape[1], "Rows and columns are swapped: a row for each neuron of this layer."),)
    shape = Question(f"W{k}.shape", (symbol, f", from {_names(sources)} to {_names(targets)}, has:"), (
        Count(W.shape[0], "A row for each neuron of this layer.", swapped if W.shape[0] != W.shape[1] else (), "rows"),
        Count(W.shape[1], "A column for each neuron of the layer before.", label="columns")))
    questions = [shape]
    cells = sorted(rng.choice(W.size, min(ENTRIES + 1, W.size), replace=False).tolist())
    *asked, last = cells if len(cells) > 1 else [*cells, *cells]
    ends = {(sources[cell % len(sources)], targets[cell // len(sources)]) for cell in cells}
    needed = {structure.by_ends[pair].weight for pair in ends if pair in structure.by_ends}
    for cell in asked:
        j, i = divmod(cell, W.shape[1])
        ask: Parts = ("In ", symbol, f" row {j + 1}, column {i + 1} is:")
        way = f"Row {j + 1} is {targets[j]}, column {i + 1} is {sources[i]}: the weight of {sources[i]} → {targets[j]}."
        mistakes = mistakes_at(CellPlace(W, j, i, way))
        questions.append(Question(f"W{k}.{j + 1}.{i + 1}", ask, (number(float(W[j, i]), way, mistakes),)))
    j, i = divmod(last, W.shape[1])
    edges = [f"{c.source} → {c.target}" for c in structure.connections if c.source in sources and c.target in targets]
    answer = f"{sources[i]} → {targets[j]}"
    if answer in edges:
        others = [edge for edge in edges if edge != answer]
        kept = {answer, *(others[n] for n in rng.permutation(len(others))[: MOST_CHOICES - 1])}
        choices = tuple(edge for edge in edges if edge in kept)
        hint = f"Row {j + 1} is {targets[j]}, where it leads; column {i + 1} is {sources[i]}, where it comes from."
        turned = f"{sources[j]} → {targets[i]}" if j < len(sources) and i < len(targets) else ""
        hints = ((turned, f"Row and column are swapped. {hint}"),) if turned in choices and turned != answer else ()
        questions.append(Question(f"W{k}.edge", (f"Row {j + 1}, column {i + 1} of ", symbol,
                                                 " is the connection:"), (Choice(answer, choices, hint, hints),)))
    return questions, needed


def _weight(material: Material, source: str, target: str) -> float:
    """The weight of a connection; 0 if there is none."""
    connection = material.structure.by_ends.get((source, target))
    return material.network.value(connection.weight) if connection is not None else 0.0


def _names(ids: tuple[str, ...]) -> str:
    return ", ".join(ids) if len(ids) <= MOST_CHOICES else f"{ids[0]}, {ids[1]}, … {ids[-1]}"
