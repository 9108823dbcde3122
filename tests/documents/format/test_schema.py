"""The JSON Schema and the program that reads the files agree."""

import json
import runpy
from dataclasses import dataclass, replace

import jsonschema
import pytest
from hypothesis import given

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.fields import field, forms
from nnsim.core.losses import LOSSES
from nnsim.core.network import BIAS_NOTATIONS, ROLES
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.data.generators import GENERATORS
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES, Example
from nnsim.documents.files import encode
from nnsim.documents.format import schema
from nnsim.documents.format.schema import text
from nnsim.resources import resource
from nnsim.training.config import CHOICES, ORDER_CHOICES, TrainingConfig
from tests.documents.base import validator
from tests.documents.random_documents import documents


def test_the_shipped_schema_is_up_to_date() -> None:
    """After a new activation, optimizer or field, write it anew (see nnsim.documents.format.schema)."""
    assert resource("nnsim.schema.json").read_text("utf-8") == text()


def test_it_is_written_anew_as_it_is_shipped(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """By the command that the README names: UTF-8, whatever the console prefers."""
    runpy.run_path(schema.__file__, run_name="__main__")
    assert capfdbinary.readouterr().out == resource("nnsim.schema.json").read_bytes()


def test_each_kind_of_field_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that no generator has so far: a text, and a switch that can be off."""
    @dataclass(frozen=True)
    class Fields:
        title: str = field("a", "Title", "What it is called.")
        mixed: bool = field(True, "Mixed", "Whether they are.", off="as they are")
        turns: int = field(2, "Turns", "How many.", minimum=1, maximum=9)

    entry = replace(GENERATORS["spiral"], name="new", fields=Fields)
    monkeypatch.setitem(GENERATORS, "new", entry)
    kinds = schema.schema()["$defs"]["data"]["oneOf"]
    (found,) = (kind["properties"] for kind in kinds if kind["properties"].get("generator") == {"enum": ["new"]})
    assert found == {
        "generator": {"enum": ["new"]},
        "title": {"type": "string", "description": "What it is called."},
        "mixed": {"type": ["boolean", "null"], "description": "Whether they are."},
        "turns": {"type": "integer", "description": "How many.", "minimum": 1, "maximum": 9},
    }


def test_the_schema_is_one() -> None:
    """By the rules of JSON Schema itself."""
    jsonschema.Draft202012Validator.check_schema(validator().schema)


def test_its_lists_are_the_registries() -> None:
    """Counted from the file, not from what made it."""
    definitions = validator().schema["$defs"]
    neuron, training = definitions["neuron"]["properties"], definitions["training"]["properties"]
    assert neuron["role"]["enum"] == list(ROLES)
    assert neuron["activation"]["enum"] == list(ACTIVATIONS)
    assert neuron["combine"]["enum"] == list(COMBINES)
    assert neuron["notation"]["enum"] == list(BIAS_NOTATIONS)
    assert training["loss"]["enum"] == list(LOSSES)
    assert training["order"]["enum"] == [name for name, _ in ORDER_CHOICES]
    assert [entry["properties"]["name"]["const"] for entry in training["optimizer"]["oneOf"]] == list(OPTIMIZERS)
    assert set(training) == set(forms(TrainingConfig)) | set(CHOICES)
    generators = [name for entry in definitions["data"]["oneOf"]
                  for name in entry["properties"].get("generator", {}).get("enum", [])]
    assert sorted(generators) == sorted(GENERATORS)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_every_example_is_valid(example: Example) -> None:
    """As it lies in resources/."""
    assert list(validator().iter_errors(json.loads(example.path.read_bytes()))) == []


@given(documents())
def test_whatever_is_saved_is_valid(document: Document) -> None:
    """Every document the program can write."""
    assert list(validator().iter_errors(json.loads(encode(document)))) == []
