"""What the window will ask of a document first, worked out before it is shown; any thread may do it."""

import contextlib
from pathlib import Path

from nnsim.core.program import program_of
from nnsim.data.dataset import Dataset
from nnsim.data.sources import dataset_of
from nnsim.documents.document import Document
from nnsim.documents.layout import filled
from nnsim.documents.softening import sigmoids, steps
from nnsim.documents.ways import ways_of
from nnsim.gui.session.data import are_binary
from nnsim.gui.session.session import known_training_problems
from nnsim.training import engines


def warm(document: Document, folder: Path | None) -> Dataset | None:
    """Have all that follows from structure and data kept with them: for a large document, seconds' worth. Its data, if
    they can be used."""
    structure = document.network.structure
    program = program_of(structure)
    kept = (structure.by_ends, structure.uses, structure.weight_names, structure.trainable, structure.order,
            structure.outgoing, structure.parameter_index, program.problems)
    assert len(kept)
    engines.fast_program_of(structure)
    filled(structure, document.layout)
    ways_of(structure)
    steps(structure)
    sigmoids(structure)
    data: Dataset | None = None
    if document.data is not None:
        with contextlib.suppress(ValueError, OSError):  # the window says what is wrong with the data
            data = dataset_of(document.data, folder)
        if data is not None:
            are_binary(data)
    known_training_problems(structure, data, document.training)
    return data
