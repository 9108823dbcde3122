"""Saving is canonical: the same document gives the same bytes, and they give the document back."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from nnsim.core.network import Network
from nnsim.data.generators import SampleFields
from nnsim.data.sources import CsvData, GeneratedData, InlineData
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, decode, encode
from nnsim.documents.layout import filled
from nnsim.training.config import TrainingConfig
from tests.documents.base import TEXT
from tests.documents.random_documents import documents


@given(documents())
def test_what_is_saved_loads_as_the_same_and_saves_the_same(document: Document) -> None:
    """Every document, byte for byte; places that were missing are filled in."""
    raw = encode(document)
    loaded = decode(raw)
    assert loaded == replace(document, layout=filled(document.network.structure, document.layout))
    assert encode(loaded) == raw
    # Bit for bit: −0.0 and the last digit included.
    assert loaded.network.parameters.tobytes() == document.network.parameters.tobytes()


def test_the_format_s_own_example_loads() -> None:
    """The text of the description, whose layout of lines is another: its meaning is kept."""
    document = decode(TEXT.encode(), "xor.nnsim")
    network = document.network
    assert network.structure.inputs == ("x0", "x1") and network.structure.outputs == ("y",)
    assert network.parameter_names == ("w1", "w2", "w3", "w4", "w5", "b_h", "b_y")
    assert network.value("w5") == -2.0 and network.structure.frozen == {"b_y"}
    assert document.layout["x1"] == (0, 200)
    assert document.data == GeneratedData("xor_gate")
    assert document.training == TrainingConfig(learning_rate=0.5, batch_size=4)
    assert json.loads(encode(document)) | {"notes": ""} == _without_defaults(json.loads(TEXT)) | {"notes": ""}


def _without_defaults(document: dict[str, object]) -> dict[str, object]:
    return document | {"training": {"learning_rate": 0.5, "batch_size": 4}}


def test_a_file_is_made_to_be_read_by_people() -> None:
    """One neuron, connection, parameter and place a line; what has its default is left out."""
    network = Network.layered([1, 1], output="linear").with_values({"w1": 0.25})
    text = encode(Document(network, {"x0": (0, 0), "y": (220.5, 0)}, GeneratedData("circle", SampleFields(seed=3)),
                           TrainingConfig(learning_rate=1.0, stop_loss=0.01), "Größe\n“x”")).decode()
    assert text == """{
  "format": "nnsim",
  "version": 1,
  "network": {
    "neurons": [
      {"id": "x0", "role": "input"},
      {"id": "y", "role": "output", "bias": "b_y"}
    ],
    "connections": [
      {"source": "x0", "target": "y", "weight": "w1"}
    ],
    "parameters": {
      "w1": {"value": 0.25},
      "b_y": {"value": 0.0}
    }
  },
  "layout": {
    "x0": [0, 0],
    "y": [220.5, 0]
  },
  "data": {"generator": "circle", "seed": 3},
  "training": {"learning_rate": 1, "stop_loss": 0.01},
  "notes": "Größe\\n“x”"
}
"""


def test_an_empty_document_is_short() -> None:
    """Only what is required."""
    assert json.loads(encode(Document())) == {
        "format": "nnsim", "version": 1, "network": {"neurons": [], "connections": [], "parameters": {}},
    }
    assert decode(encode(Document())) == Document()
    assert decode(b'{"format": "nnsim", "version": 1, "network": {}}') == Document()


def test_data_of_every_kind_keeps_its_form() -> None:
    """As the format describes it: generator, inline, csv."""
    inline = InlineData(((0.0, 0.5),), ((1.0,),), ("a", "b", "t"), 0.25, 7)
    for source, form in (
        (GeneratedData("spiral", SampleFields(samples=500)), {"generator": "spiral", "samples": 500}),
        (inline, {"inline": {"inputs": [[0, 0.5]], "targets": [[1]], "columns": ["a", "b", "t"]},
                  "test_share": 0.25, "seed": 7}),
        (CsvData("p.csv", ("a", "b"), ("t",)), {"csv": "p.csv", "inputs": ["a", "b"], "targets": ["t"]}),
        (CsvData("p.csv"), {"csv": "p.csv"}),
    ):
        raw = encode(Document(data=source))
        assert json.loads(raw)["data"] == form and decode(raw).data == source


def test_whole_numbers_may_be_written_either_way() -> None:
    """4.0 is a whole number, 1 is a rate; both are kept as what they are."""
    text = TEXT.replace('"batch_size": 4', '"batch_size": 4.0').replace('"learning_rate": 0.5', '"learning_rate": 1')
    training = decode(text.encode()).training
    assert type(training.batch_size) is int and type(training.learning_rate) is float
    assert decode(text.replace('"version": 1', '"version": 1.0').encode()) == decode(text.encode())


@pytest.mark.parametrize("document, said", [
    (Document(notes="half \ud800"), "half of a Unicode pair"),
    (Document(Network.layered([1, 1]), {"x0": (np.inf, 0.0)}), "the place of neuron x0"),
    (Document(Network.layered([1, 1]), {"x0": (0.0, np.nan)}), "the place of neuron x0"),
])
def test_what_no_file_can_hold_is_not_saved(document: Document, said: str) -> None:
    """Nothing is written that could not be read again."""
    with pytest.raises(FileError, match=said):
        encode(document)
