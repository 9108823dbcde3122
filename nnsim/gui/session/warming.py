"""What the window will ask of a document first, worked out before it is shown; any thread may do it."""

import contextlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from nnsim.core.network import Network, Problem, Structure
from nnsim.core.program import program_of
from nnsim.data.dataset import Dataset
from nnsim.data.sources import dataset_of
from nnsim.documents.document import Document
from nnsim.documents.layout import filled
from nnsim.documents.softening import Softening, sigmoids, steps
from nnsim.documents.targets import learned_data
from nnsim.documents.ways import ways_of
from nnsim.gui.session.data import are_binary
from nnsim.training import engines
from nnsim.training.config import TrainingConfig
from nnsim.training.problems import training_problems

Change = Callable[[Document], Document]
LARGE, MANY_NUMBERS = 2_500, 100_000
"""So many neurons and connections together are an edit that is felt, and so many numbers of the data are seen to come.
"""


def is_large(structure: Structure, data: Dataset | None = None, more: int = 0) -> bool:
    """Whether these, with so many more connections, take time to show or to change."""
    return (len(structure.neurons) + len(structure.connections) + more > LARGE
            or (data is not None and data.X.size + data.T.size > MANY_NUMBERS))


@lru_cache(maxsize=8)
def known_training_problems(
    structure: Structure, dataset: Dataset | None, config: TrainingConfig
) -> tuple[Problem, ...]:
    """Why these cannot train; found once for each."""
    return training_problems(structure, dataset, config)


@lru_cache(maxsize=8)
def softening_helps(structure: Structure, dataset: Dataset | None, config: TrainingConfig) -> bool:
    """Whether the network could be trained if its steps were sigmoids."""
    soft = Softening.of(Document(Network(structure, np.zeros(len(structure.parameter_names))))).document
    return not training_problems(soft.network.structure, dataset, config)


def read_and_warm(document: Document, folder: Path | None) -> Dataset | None:
    """The data of a document, if they can be used, with all that follows from both kept."""
    data: Dataset | None = None
    if source := learned_data(document):
        with contextlib.suppress(ValueError, OSError):  # the window says what is wrong with the data
            data = dataset_of(source, folder)
    warm(document, data)
    return data


def warm(document: Document, data: Dataset | None) -> Document:
    """The document, with all that follows from structure and data kept with them: of a large one, seconds' worth."""
    structure = document.network.structure
    program = program_of(structure)
    kept = (structure.by_ends, structure.uses, structure.weight_names, structure.trainable, structure.order,
            structure.outgoing, structure.parameter_index, program.problems)
    assert len(kept)
    # The first run of each finds out how its neurons lie.
    for each in (program, engines.fast_program_of(structure)):
        each.run(document.network.parameters, np.zeros((1, len(structure.inputs))))
    filled(structure, document.layout)
    ways_of(structure)
    if steps(structure):
        softening_helps(structure, data, document.training)
    sigmoids(structure)
    if data is not None:
        are_binary(data)
    known_training_problems(structure, data, document.training)
    return document


def changed(change: Change, document: Document, data: Dataset | None, more: int,
            beside: Callable[[Callable[[], Document]], Document]) -> Document:
    """What a change makes of a document. Of a large one, or one that gets so many more connections, it is made by
    ``beside``, and warm."""
    if not is_large(document.network.structure, more=more):
        return change(document)
    return beside(lambda: warm(change(document), data))
