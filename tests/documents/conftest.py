"""Settings of hypothesis for the documents' tests, and a gate to edit."""

import pytest
from hypothesis import HealthCheck, settings

from nnsim.documents import edits
from nnsim.documents.document import Document

# A busy machine makes single examples slow; that is no fault of what is tested.
settings.register_profile("nnsim", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nnsim")


@pytest.fixture
def gate() -> Document:
    """x0 and x1 into a step h and a step y, h into y: made by the edits a learner makes."""
    document = Document()
    for id, role, x in (("x0", "input", 0), ("x1", "input", 0), ("h", "hidden", 200), ("y", "output", 400)):
        document = edits.add_neuron(document, role, (x, 0), id)  # type: ignore[arg-type]
    for ends in (("x0", "h"), ("x1", "h"), ("x0", "y"), ("x1", "y"), ("h", "y")):
        document = edits.connect(document, *ends)
    return document
