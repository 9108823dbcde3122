"""The document as a value."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from nnsim.core.network import Network
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
from nnsim.training.config import TrainingConfig
from tests.documents.random_documents import documents


def test_an_empty_document_is_one() -> None:
    """It is what File → New gives."""
    assert Document() == Document()
    assert Document().network.structure.neurons == () and Document().data is None


def test_a_layout_is_a_copy_nobody_can_change() -> None:
    """A value that changes behind one's back would break undo."""
    given = {"x0": (0.0, 0.0)}
    document = Document(Network.layered([1, 1]), given)
    given["x0"] = (9.0, 9.0)
    assert document.layout["x0"] == (0.0, 0.0)
    with pytest.raises(TypeError):
        document.layout["x0"] = (1.0, 1.0)  # type: ignore[index]
    # An edit of something else keeps the very mapping.
    assert replace(document, notes="new").layout is document.layout


def test_equal_means_saying_the_same() -> None:
    """Whatever differs, documents differ; put back, they are equal again, other objects or not."""
    network = Network.layered([2, 2, 1])
    document = Document(network, {"x0": (0, 0)}, GeneratedData("xor_gate"), TrainingConfig(), "n")
    again = Document(Network.layered([2, 2, 1]), {"x0": (0.0, 0.0)}, GeneratedData("xor_gate"),
                     TrainingConfig(optimizer={"name": "sgd"}), "n")
    assert document == again
    for other in (
        replace(document, network=network.with_values({"w1": 7.0})),
        replace(document, network=Network.layered([2, 3, 1])),
        replace(document, network=Network.layered([2, 2, 1], output="sigmoid").with_parameters(network.parameters)),
        replace(document, layout={"x0": (0.0, 1.0)}),
        replace(document, layout={}),
        replace(document, data=None),
        replace(document, training=TrainingConfig(seed=1)),
        replace(document, notes=""),
    ):
        assert document != other and other != document
    assert document != "document"


@given(documents())
def test_every_document_equals_a_copy_of_itself(document: Document) -> None:
    """Also one whose arrays and structure are other objects."""
    network = document.network
    structure = replace(network.structure, frozen=frozenset(network.structure.frozen))
    copy = replace(document, network=Network(structure, np.array(network.parameters)), layout=dict(document.layout))
    assert document == copy


def test_a_document_is_equal_to_no_other_thing() -> None:
    """And asking is no error."""
    assert all(Document() != other for other in (None, 0, "", {}, Document().network))
    document = Document()
    assert document == document
