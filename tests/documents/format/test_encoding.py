"""Saving is canonical: the same document gives the same bytes, and they give the document back."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given

from nnsim.core.network import Connection, Network, Neuron, Structure
from nnsim.data.generators import SampleFields
from nnsim.data.sources import CsvData, GeneratedData, InlineData
from nnsim.documents.document import Document
from nnsim.documents.files import FileError, decode, encode
from nnsim.documents.format import encoding
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


# Numbers as Python writes them, whoever writes them

AWKWARD = [0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1e-5, 9.999999999999999e-05, 1e-4, 0.1, 1 / 3, 0.7 + 0.1, 1.0,
           2.0**53, 2.0**53 + 2, 999999999999999.0, 999999999999999.9, 1e15, 1e15 + 0.5, 9999999999999998.0, 1e16,
           1e22, 1.7976931348623157e308, 100.0, 10.0, 3.05, 1.0e10]


def numbers(count: int) -> list[float]:
    """Awkward ones, and of each size that there is."""
    rng = np.random.default_rng(3)
    drawn = rng.integers(0, 2**64, count, dtype=np.uint64).view(np.float64)
    near = rng.normal(size=count) * 10.0 ** rng.integers(-7, 18, count)
    found = [*AWKWARD, *drawn[np.isfinite(drawn)].tolist(), *near.tolist(), *near.round().tolist()]
    return [sign * value for value in found for sign in (1, -1)]


def test_parameters_are_written_as_python_writes_them() -> None:
    """To the letter, in whichever part of the text they stand."""
    values = numbers(4_000)
    names = tuple(f"w{i}" for i in range(len(values)))
    inputs = [Neuron(f"x{i}", "input") for i in range(len(values) // 50 + 1)]
    outputs = [Neuron(f"y{i}", "output") for i in range(50)]
    ends = [(x.id, y.id) for x in inputs for y in outputs][: len(values)]
    connections = [Connection(*pair, name) for pair, name in zip(ends, names, strict=True)]
    structure = Structure((*inputs, *outputs), tuple(connections), names, frozenset(names[::3]))
    network = Network(structure, np.array(values))
    lines = encode(Document(network)).decode().splitlines()
    first = lines.index('    "parameters": {') + 1
    for i, value in enumerate(values):
        frozen = "" if i % 3 else ', "trainable": false'
        assert lines[first + i].rstrip(",") == f'      "w{i}": {{"value": {value!r}{frozen}}}'


@pytest.mark.parametrize("width", [1, 2, 7])
def test_samples_are_written_as_short_as_they_read_back(width: int) -> None:
    """Whole numbers without a point, others as Python writes them."""
    values = numbers(4_000)
    rows = [values[i : i + width] for i in range(0, len(values) - width + 1, width)]
    raw = encode(Document(data=InlineData(rows, rows)))
    written = [[int(v) if v.is_integer() and abs(v) < 1e15 else v for v in row] for row in rows]
    lines = raw.decode().splitlines()
    for key in ("inputs", "targets"):
        first = lines.index(f'      "{key}": [') + 1
        assert [line.rstrip(",").strip() for line in lines[first : first + len(rows)]] == list(map(json.dumps, written))
    assert np.array_equal(decode(raw).data.inputs, rows)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ['say "x"', "back\\slash", "line\nend", "tab\t", "\x00", "\x1f", "\x7f", "ß", "😀"])
def test_names_of_all_signs_are_written(name: str) -> None:
    """As texts in JSON, wherever a name may stand."""
    network = Network(Structure((Neuron("x", "input"), Neuron(name, "output", bias=f"b{name}")),
                                (Connection("x", name, f"w{name}"),), (f"w{name}", f"b{name}")), [1.0, 2.0])
    said = json.loads(encode(Document(network, notes=name)))
    assert said["network"]["neurons"][1]["id"] == said["network"]["connections"][0]["target"] == name
    assert list(said["network"]["parameters"]) == [f"w{name}", f"b{name}"] and list(said["layout"]) == ["x", name]
    assert said["notes"] == name


def test_a_large_document_is_written_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever holds the interpreter does so for a small part of it: the window goes on beside it."""
    sizes, real = [], msgspec.json.encode

    def watched(values: list[object]) -> bytes:
        sizes.append(len(values))
        return real(values)

    monkeypatch.setattr(msgspec.json, "encode", watched)
    rows = np.arange(9_000.0).reshape(-1, 1)
    document = Document(Network.layered([90, 90, 1], seed=0), data=InlineData(rows, rows), notes="long \n" * 90_000)
    assert decode(encode(document)) == replace(document, layout=filled(document.network.structure, {}))
    assert sum(sizes) > 26_000 and max(sizes) <= 1_000
    assert max(map(len, encoding._pieces(document))) < 210_000
