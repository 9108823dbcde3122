"""Files made to be large when they are read: refused, or opened, in no more room than twelve times their own."""

import json
from collections.abc import Callable

import pytest

from nnsim.documents.files import FileError, decode
from tests.damage import at_most
from tests.documents.base import TEXT

SIZE, SMALL = 1 << 21, 1 << 19
DOCUMENT = json.loads(TEXT)


def many(piece: bytes, size: int = SIZE) -> bytes:
    return piece * (size // len(piece))


def part(section: str, raw: bytes) -> bytes:
    """The document with something else in one section."""
    return json.dumps(DOCUMENT | {section: "@@"}).encode().replace(b'"@@"', raw)


def net(section: str, raw: bytes) -> bytes:
    return json.dumps(DOCUMENT | {"network": DOCUMENT["network"] | {section: "@@"}}).encode().replace(b'"@@"', raw)


def rows(inputs: bytes, targets: bytes = b"[0]") -> bytes:
    return part("data", b'{"inline": {"inputs": [' + inputs + b'], "targets": [' + targets + b"]}}")


def named(value: bytes) -> bytes:
    """An object of many fields."""
    return b"{" + b",".join(b'"%x":%s' % (i, value) for i in range(SIZE // (len(value) + 9))) + b"}"


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "rows of one number": (lambda: rows(many(b"[0],", SMALL // 2) + b"[0]", many(b"[0],", SMALL // 2) + b"[0]"), ""),
    "rows that differ": (
        lambda: rows(many(b"[0],", SMALL) + b"[0,1]"),
        "data: inputs row 131072 has 2 numbers, but row 0 has 1",
    ),
    "a text at the end": (
        lambda: rows(many(b"[0],", SMALL) + b'[0, "]"]'),
        "data.inline.inputs[131072][1]: a number belongs",
    ),
    "texts like rows": (
        lambda: rows(many(b"[0],", SMALL) + b'["],[0],["],' + many(b"[0],", SMALL) + b"[0]"),
        "a number belongs here",
    ),
    "too large at the end": (
        lambda: rows(many(b"[0],", SMALL) + b"[1e999]"),
        "inputs[131072][0]: the number 1e999 is too large",
    ),
    "NaN at the end": (
        lambda: rows(many(b"[0],", SMALL) + b"[NaN]"),
        "data.inline.inputs[131072][0]: NaN is not a number",
    ),
    "a text as long as many rows": (
        lambda: rows(b'["' + many(b"],[", SMALL // 2) + b'"],' + many(b"[0],", SMALL) + b"[0]"),
        "data.inline.inputs: a table holds numbers alone: remove the texts from it.",
    ),
    "one long row": (lambda: rows(b"[" + many(b"0,") + b"0]"), "row 0 is too long: a sample has at most 20000"),
    "empty rows": (lambda: rows(many(b"[],", SMALL) + b"[]"), "data: inputs row 0 is empty"),
    "nested rows": (lambda: rows(many(b"[[]],", SMALL) + b"[]"), "inputs[0][0]: a number belongs here, not a list"),
    "nested settings": (
        lambda: part("training", b'{"seed": [' + many(b"[],") + b"[]]}"),
        "training.seed: this is too long",
    ),
    "nested notes": (lambda: part("notes", b"[" + many(b"[],") + b"[]]"), "notes: a text in quotes belongs here"),
    "nested version": (lambda: part("version", b"[" + many(b"[],") + b"[]]"), "is no version: write 1"),
    "neurons": (
        lambda: net("neurons", b"[" + many(b"0,") + b"0]"),
        "network.neurons: there are 1048577 neurons; at most",
    ),
    "connections": (lambda: net("connections", b"[" + many(b"{},") + b"{}]"), "there are 699051 connections; at most"),
    "a nested neuron": (
        lambda: net("neurons", b'[{"id": [' + many(b"[],") + b"[]]}]"),
        "network.neurons[0].id: a text",
    ),
    "fields of a neuron": (
        lambda: net("neurons", b"[" + named(b"0") + b"]"),
        'network.neurons[0]["0"]: there is no field',
    ),
    "parameters": (lambda: net("parameters", named(b'{"value":0}')), "network.neurons[2].bias (neuron h): there is no"),
    "one parameter": (
        lambda: net("parameters", b"{" + many(b'"w1":{"value":0},') + b'"w1":{"value":0}}'),
        "stands here twice",
    ),
    "many parameters, the first one twice": (
        lambda: net("parameters", named(b'{"value":0}')[:-1] + b',"0":{"value":0}}'),
        'network.parameters["0"]: the key “0” stands here twice',
    ),
    "places": (lambda: part("layout", named(b"[0,0]")), "places; at most 20000 are allowed"),
    "a long place": (
        lambda: part("layout", b'{"x0": ["a",' + many(b"0,") + b"0]}"),
        "layout.x0[0]: a number belongs here",
    ),
    "fields": (lambda: part("data", named(b"0")), "fields; at most 100 are allowed"),
    "names": (
        lambda: part("data", b'{"csv": "a", "inputs": [' + many(b'"a",') + b'"a"]}'),
        "data.inputs: this is too long",
    ),
    "names that are short": (
        lambda: part("data", b'{"csv": "a", "inputs": [' + many(b'"a",', SMALL) + b'"a"]}'),
        "data.inputs: there are 131073 names; at most 20000 are allowed",
    ),
    "digits": (lambda: part("training", b'{"seed": ' + many(b"9") + b"}"), "training.seed: this is too long"),
    "settings that nobody knows": (
        lambda: part("training", b'{"a": [' + many(b"[],", SMALL) + b'[]], "b": [' + many(b"[],", SMALL) + b"[]]}"),
        "training.a: there is no field “a” here",
    ),
    "lists in a list of names": (
        lambda: part("data", b'{"csv": "a", "inputs": [' + many(b"[],", (1 << 20) - 9) + b"[]]}"),
        "data.inputs: there are 349523 names; at most 20000 are allowed",
    ),
    "an optimizer of many constants": (
        lambda: part("training", b'{"optimizer": ' + named(b"0") + b"}"),
        "training.optimizer: this is too long: at most 10 kB",
    ),
    "lists behind a key that stands twice": (
        lambda: part("notes", b'"", "notes": [' + many(b"[],") + b"[]]"),
        "notes: the key “notes” stands here twice",
    ),
    "empty connections": (lambda: net("connections", b"[" + many(b"{},", SMALL) + b"{}]"), "“source” is missing"),
    "notes": (lambda: part("notes", b'"' + many("😀".encode()) + b'"'), ""),
    "quotes": (lambda: part("notes", b'"' + many(b'\\"') + b'"'), ""),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_built_is_bounded_by_the_file(case: str) -> None:
    """While it is read, and not only afterwards: the file is refused for the first thing that is wrong in it."""
    make, said = CASES[case]
    raw = make()
    with at_most(12 * len(raw) / 2**20):
        try:
            decode(raw)
            found = ""
        except FileError as error:
            found = str(error)
    assert said in found if said else not found
