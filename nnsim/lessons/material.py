"""What worksheets are made of: a network with a sample, as it stands or with numbers of a learner's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.notation import Notation, notation_for
from nnsim.core.formulas.numbers import DIGITS
from nnsim.core.losses import LOSSES
from nnsim.core.network import Network, Structure
from nnsim.core.program import program_of
from nnsim.data.sources import dataset_of
from nnsim.documents.document import Document
from nnsim.documents.targets import learned_data
from nnsim.training.config import TrainingConfig

_WEIGHTS, _STEP_WEIGHTS, _STEP_THETAS = (0.1, 0.9), (-2.0, -1.0, 1.0, 2.0), (-1.5, -0.5, 0.5, 1.5)
_LOW, _HIGH = 0.01, 0.99
MOST_TERMS, MOST_OWN = 200, 20_000
"""A sum of more terms is not asked about, and no more parameters are given other numbers: both would take long."""


class Missing(ValueError):
    """Why there is no worksheet yet: what it needs, and ``why``, what to do for it."""

    def __init__(self, needs: str, why: str = "") -> None:
        super().__init__(needs)
        self.why = why


@dataclass(frozen=True, eq=False)
class Material:
    """A network, a sample of it with targets or None, how it is trained, and how it and its numbers are written."""

    network: Network
    x: tuple[float, ...]
    t: tuple[float, ...] | None
    config: TrainingConfig
    notation: Notation
    digits: int = DIGITS

    @property
    def structure(self) -> Structure:
        """The network's structure."""
        return self.network.structure

    @property
    def inner(self) -> tuple[str, ...]:
        """All neurons but the inputs, each after those it takes from."""
        depth = self.structure.depth
        neurons = [neuron.id for neuron in self.structure.neurons if neuron.role != "input"]
        return tuple(sorted(neurons, key=lambda id: depth[id]))

    def explanation(self) -> Explanation:
        """All numbers of both passes. Raises Missing if the network cannot run."""
        self.need_network()
        return Explanation(self.network, self.x, self.t, self.config.loss, self.notation)

    def need_network(self) -> None:
        """Raises Missing if there is no network that runs."""
        if not self.structure.neurons:
            raise Missing("This worksheet is about your network",
                          "Build one on the canvas, or open an example such as Hands-on 2-2-2.")
        problems = program_of(self.structure).problems
        if problems:
            raise Missing("The network cannot run yet", " ".join(problem.message for problem in problems))

    def need_size(self, own_numbers: bool) -> None:
        """Raises Missing if the network is too large to be asked about, or to be given other numbers."""
        longest = max(map(len, self.structure.incoming.values()), default=0)
        if longest > MOST_TERMS:
            raise Missing("This network is too large for a worksheet",
                          f"A sheet is calculated by hand, and a sum here has {longest:,} terms: "
                          f"at most {MOST_TERMS} can be asked about.")
        if own_numbers and len(self.structure.parameter_names) > MOST_OWN:
            raise Missing("This network is too large for numbers of one's own",
                          "Without a name the first sheet has those of the network as it stands.")

    def need_slopes(self) -> None:
        """Raises Missing if there is no target, or nothing that a gradient could go through."""
        self.need_network()
        if self.t is None:
            raise Missing("This worksheet needs a target",
                          "Choose a row of the data, or a target in the table: without one there is no loss.")
        if not all(ACTIVATIONS[self.structure.by_id[id].activation].has_slope for id in self.inner):
            raise Missing("A step has slope 0, so there is no gradient here",
                          "Choose another function, such as the sigmoid, or open Hands-on 2-2-2.")


def material_of(document: Document, x: Sequence[float] | None = None, t: Sequence[float] | None = None,
                notation: Notation | None = None, folder: Path | None = None) -> Material:
    """A document's network with the sample given, or else the first of its data."""
    structure = document.network.structure
    if x is None:
        source = learned_data(document)
        data = dataset_of(source, folder) if source is not None else None
        inputs, outputs = len(structure.inputs), len(structure.outputs)
        x = data.X[0].tolist() if data is not None and data.fits(inputs) else [0.0] * inputs
        if t is None and data is not None and data.fits(inputs, outputs):
            t = data.T[0].tolist()
    return Material(document.network, tuple(x), None if t is None else tuple(t), document.training,
                    notation or notation_for(structure, document.notation))


def with_own_numbers(material: Material, rng: np.random.Generator) -> Material:
    """The same network with other values, inputs and targets, all short enough to calculate with by hand."""
    structure = material.structure
    steps = {id for id in material.inner if structure.by_id[id].activation == "heaviside"}
    biases_of_steps = {structure.by_id[id].bias for id in steps}
    into_steps = {c.weight for c in structure.connections if c.target in steps}
    values = {}
    for name in structure.parameter_names:
        if name in biases_of_steps:
            values[name] = -float(rng.choice(_STEP_THETAS))
        elif name in into_steps:
            values[name] = float(rng.choice(_STEP_WEIGHTS))
        else:
            size = round(float(rng.uniform(*_WEIGHTS)), 2)
            values[name] = -size if rng.random() < 0.3 else size
    whole = len(steps) == len(material.inner)
    x = tuple(float(rng.integers(2)) if whole else round(float(rng.uniform(0.05, 0.95)), 2) for _ in structure.inputs)
    outputs = len(structure.outputs)
    if whole:
        t = tuple(float(rng.integers(2)) for _ in range(outputs))
    elif LOSSES[material.config.loss].log_softmax:
        hot = int(rng.integers(max(outputs, 1)))
        t = tuple(float(i == hot) for i in range(outputs))
    else:
        t = tuple(_HIGH if rng.random() < 0.5 else _LOW for _ in range(outputs))
    return replace(material, network=material.network.with_values(values), x=x, t=t)


def layers_of(structure: Structure) -> tuple[tuple[str, ...], ...]:
    """The layers from the inputs on, each in the order of the file; empty if a connection skips a layer."""
    depth = structure.depth
    last = max(depth.values(), default=0)
    even = all(depth[c.target] == depth[c.source] + 1 for c in structure.connections)
    roles = all((neuron.role == "input") == (depth[neuron.id] == 0)
                and (neuron.role == "output") == (depth[neuron.id] == last) for neuron in structure.neurons)
    if not last or not even or not roles:
        return ()
    return tuple(tuple(n.id for n in structure.neurons if depth[n.id] == k) for k in range(last + 1))
