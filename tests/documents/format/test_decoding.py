"""Everything that can be wrong in a document, and what is said about it."""

import json
import re
from typing import Any

import msgspec
import pytest

from nnsim.documents.files import FileError, decode
from nnsim.documents.format.schema import schema
from nnsim.documents.format.typed_faults import typed_fault
from tests.documents.base import TEXT, edited, validator

NEURONS, CONNECTIONS, PARAMETERS = ("network", "neurons"), ("network", "connections"), ("network", "parameters")


def data(value: Any) -> dict[str, Any]:
    """The document with other data."""
    return edited("data", to=value)


def inline(**changes: Any) -> dict[str, Any]:
    """The document with inline data of two samples, changed."""
    return data({"inline": {"inputs": [[0, 0], [1, 1]], "targets": [[0], [1]], **changes}})


# What is wrong, the field that is named, and what else is said.
A_SCHEMA_SEES = {
    "another format": (edited("format", to="onnx"), "format", "“onnx”"),
    "no format": (edited("format"), "format", "missing"),
    "a newer version": (edited("version", to=2), "version", "version 2; this one reads version 1: update nnsim"),
    "version 0": (edited("version", to=0), "version", "0 is no version"),
    "version 1.5": (edited("version", to=1.5), "version", "1.5 is no version"),
    "version text": (edited("version", to="1"), "version", "“1” is no version"),
    "version true": (edited("version", to=True), "version", "true is no version"),
    "no version": (edited("version"), "version", "missing"),
    "no network": (edited("network"), "", "“network” is missing"),
    "network a list": (edited("network", to=[]), "network", "an object"),
    "unknown section": (edited("netwrk", to={}), "netwrk", "did you mean “network”?"),
    "unknown part": (edited("network", "neuron", to=[]), "network.neuron", "did you mean “neurons”?"),
    "neurons an object": (edited(*NEURONS, to={}), "network.neurons", "a list"),
    "neuron a text": (edited(*NEURONS, 2, to="h"), "network.neurons[2]", "an object"),
    "neuron without id": (edited(*NEURONS, 2, "id"), "network.neurons[2]", "“id” is missing"),
    "neuron without role": (edited(*NEURONS, 2, "role"), "network.neurons[2]", "(neuron h): “role” is missing"),
    "id a number": (edited(*NEURONS, 2, "id", to=3), "network.neurons[2].id", "a text in quotes"),
    "id empty": (edited(*NEURONS, 2, "id", to=""), "network.neurons[2].id", "1 to 64 characters"),
    "id too long": (edited(*NEURONS, 2, "id", to="h" * 65), "network.neurons[2].id", "this one has 65"),
    "unknown role": (edited(*NEURONS, 2, "role", to="hiden"), "network.neurons[2].role",
                     "(neuron h): there is no role “hiden”; did you mean “hidden”?"),
    "unknown activation": (edited(*NEURONS, 2, "activation", to="step"), "network.neurons[2].activation",
                           "(neuron h): there is no activation “step”; use one of heaviside, relu"),
    "activation a number": (edited(*NEURONS, 2, "activation", to=1), "network.neurons[2].activation", "(neuron h)"),
    "unknown combine": (edited(*NEURONS, 2, "combine", to="mean"), "network.neurons[2].combine", "sum, product, max"),
    "unknown notation": (edited(*NEURONS, 2, "notation", to="theta"), "network.neurons[2].notation", "bias, threshold"),
    "bias a number": (edited(*NEURONS, 2, "bias", to=-1.2), "network.neurons[2].bias", "(neuron h): a text in quotes"),
    "unknown field of a neuron": (edited(*NEURONS, 2, "activatoin", to="relu"), "network.neurons[2].activatoin",
                                  "did you mean “activation”?"),
    "input with activation": (edited(*NEURONS, 0, "activation", to="linear"), "network.neurons[0].activation",
                              "(neuron x0): an input has only an id and a role"),
    "input with bias": (edited(*NEURONS, 0, "bias", to=None), "network.neurons[0].bias", "remove “bias”"),
    "connection a list": (edited(*CONNECTIONS, 0, to=["x0", "h"]), "network.connections[0]", "an object"),
    "connection without weight": (edited(*CONNECTIONS, 4, "weight"), "network.connections[4]",
                                  "(h → y): “weight” is missing"),
    "connection with a value": (edited(*CONNECTIONS, 4, "value", to=1), "network.connections[4].value",
                                "(h → y): there is no field “value”"),
    "parameters a list": (edited(*PARAMETERS, to=[]), "network.parameters", "an object"),
    "parameter a number": (edited(*PARAMETERS, "w2", to=1.0), "network.parameters.w2", "an object"),
    "parameter without value": (edited(*PARAMETERS, "w2", to={}), "network.parameters.w2", "“value” is missing"),
    "value a text": (edited(*PARAMETERS, "w2", "value", to="1"), "network.parameters.w2.value", "a number belongs"),
    "value null": (edited(*PARAMETERS, "w2", "value", to=None), "network.parameters.w2.value", "a number belongs"),
    "trainable 0": (edited(*PARAMETERS, "b_y", "trainable", to=0), "network.parameters.b_y.trainable", "true or false"),
    "unknown field of a parameter": (edited(*PARAMETERS, "b_y", "frozen", to=True), "network.parameters.b_y.frozen",
                                     "use one of value, trainable"),
    "parameter name empty": (edited(*PARAMETERS, "", to={"value": 1}), "network.parameters", "1 to 64 characters"),
    "layout a list": (edited("layout", to=[]), "layout", "an object"),
    "place with one number": (edited("layout", "x1", to=[0]), "layout.x1", "two numbers"),
    "place with three": (edited("layout", "x1", to=[0, 1, 2]), "layout.x1", "two numbers"),
    "place of texts": (edited("layout", "x1", to=[0, "1"]), "layout.x1[1]", "a number belongs"),
    "place far out": (edited("layout", "x1", to=[0, -1e12]), "layout.x1", "(neuron x1): this is too far out"),
    "data a text": (data("xor_gate"), "data", "an object"),
    "data of no kind": (data({}), "data", "one of “generator”, “inline” and “csv”"),
    "data of two kinds": (data({"generator": "circle", "csv": "p.csv"}), "data", "not generator and csv together"),
    "unknown generator": (data({"generator": "xr_gate"}), "data.generator", "did you mean “xor_gate”?"),
    "generator a number": (data({"generator": 1}), "data.generator", "there is no generator 1"),
    "field of another generator": (data({"generator": "xor_gate", "noise": 1}), "data.noise", "use one of inputs"),
    "gate with 7 inputs": (data({"generator": "xor_gate", "inputs": 7}), "data.inputs", "at least 1 and at most 6"),
    "NOT with 2 inputs": (data({"generator": "not_gate", "inputs": 2}), "data.inputs", "at least 1 and at most 1"),
    "half a sample": (data({"generator": "circle", "samples": 100.5}), "data.samples", "a whole number"),
    "negative noise": (data({"generator": "circle", "noise": -1}), "data.noise", "at least 0"),
    "seed a list": (data({"generator": "circle", "seed": [1]}), "data.seed", "a whole number"),
    "inline a list": (data({"inline": []}), "data.inline", "an object"),
    "inline without targets": (data({"inline": {"inputs": [[1]]}}), "data.inline", "“targets” is missing"),
    "inline without rows": (inline(inputs=[], targets=[]), "data", "inputs has no row"),
    "inline row empty": (inline(inputs=[[], []]), "data", "inputs row 0 is empty"),
    "inline text": (inline(inputs=[[0, 0], [1, "a"]]), "data.inline.inputs[1][1]", "a number belongs here, not a text"),
    "inline with a field too much": (inline(test_share=0.5), "data.inline.test_share", "use one of inputs, targets"),
    "columns twice": (inline(columns=["a", "a", "t"]), "data", "names the column “a” twice"),
    "column without name": (inline(columns=["a", "", "t"]), "data", "columns must be a list of column names"),
    "csv a number": (data({"csv": 1}), "data.csv", "in quotes"),
    "csv empty": (data({"csv": ""}), "data", "must lie in the document's folder"),
    "csv inputs a text": (data({"csv": "p.csv", "inputs": "x"}), "data.inputs", "must be a list of column names"),
    "csv inputs a number": (data({"csv": "p.csv", "inputs": 3}), "data.inputs", "must be a list of column names"),
    "a long list of names with a number": (data({"csv": "p.csv", "inputs": [*map(str, range(9_000)), 3]}),
                                           "data.inputs[9000]", "a text in quotes"),
    "csv column twice": (data({"csv": "p.csv", "targets": ["x", "x"]}), "data.targets", "“x” twice"),
    "csv test share": (data({"csv": "p.csv", "test_share": 1}), "data.test_share", "at most 0.9"),
    "training a list": (edited("training", to=[]), "training", "an object"),
    "unknown setting": (edited("training", "learnin_rate", to=1), "training.learnin_rate",
                        "did you mean “learning_rate”?"),
    "unknown loss": (edited("training", "loss", to="mse"), "training.loss", "“mse”; it must be one of half_squared"),
    "loss a list": (edited("training", "loss", to=["mse"]), "training.loss", "it must be one of"),
    "rate a text": (edited("training", "learning_rate", to="fast"), "training.learning_rate", "number"),
    "rate below 0": (edited("training", "learning_rate", to=-1), "training.learning_rate", "at least 0"),
    "rate null": (edited("training", "learning_rate", to=None), "training.learning_rate", "number"),
    "rate true": (edited("training", "learning_rate", to=True), "training.learning_rate", "number"),
    "half a batch": (edited("training", "batch_size", to=2.5), "training.batch_size", "a whole number"),
    "unknown order": (edited("training", "order", to="random"), "training.order", "shuffle_each_epoch"),
    "seed too large": (edited("training", "seed", to=10**300), "training.seed", "at most 9.0072e+15"),
    "optimizer a text": (edited("training", "optimizer", to="sgd"), "training.optimizer", '{"name": "sgd"}'),
    "optimizer without name": (edited("training", "optimizer", to={}), "training.optimizer", "one of sgd"),
    "unknown optimizer": (edited("training", "optimizer", to={"name": "sdg"}), "training.optimizer", "“sdg”"),
    "unknown constant": (edited("training", "optimizer", to={"name": "sgd", "beta1": 1}), "training.optimizer",
                         "no constant “beta1”"),
    "notes a number": (edited("notes", to=1), "notes", "a text in quotes"),
    "unknown notation of the document": (edited("notation", to="lectures"), "notation", "did you mean “lecture”"),
    "notation a list": (edited("notation", to=["lecture"]), "notation", "no notation"),
}
ONLY_DECODE_SEES = {
    "id twice": (edited(*NEURONS, 1, "id", to="x0"), "network.neurons[1].id",
                 "(neuron x0): another neuron has this id already"),
    "unknown bias": (edited(*NEURONS, 2, "bias", to="b_x"), "network.neurons[2].bias",
                     "(neuron h): there is no parameter “b_x”: add it"),
    "unknown source": (edited(*CONNECTIONS, 4, "source", to="h1"), "network.connections[4].source",
                       "there is no neuron “h1”; did you mean “h”?"),
    "a connection without neurons": (edited(*NEURONS, to=[]), "network.connections[0].source", "“x0”; there is none."),
    "unknown target": (edited(*CONNECTIONS, 0, "target", to="zz"), "network.connections[0].target",
                       "there is no neuron “zz”; use one of x0, x1, h, y."),
    "unknown weight": (edited(*CONNECTIONS, 0, "weight", to="v"), "network.connections[0].weight",
                       "(x0 → h): there is no parameter “v”"),
    "connected twice": (edited(*CONNECTIONS, 4, "source", to="x0"), "network.connections[4]",
                        "(x0 → y): these two are connected already"),
    "into an input": (edited(*CONNECTIONS, 0, "target", to="x1"), "network.connections[0].target",
                      "x1 is an input, and nothing may enter one"),
    "to itself": (edited(*CONNECTIONS, 4, "source", to="y"), "network.connections[4]", "connected to itself"),
    "cycle": (edited(*CONNECTIONS, 0, to={"source": "y", "target": "h", "weight": "w1"}), "network.connections",
              "form a cycle"),
    "unused parameter": (edited(*PARAMETERS, "w9", to={"value": 1}), "network.parameters.w9",
                         "uses the parameter “w9”: remove it"),
    "place of nobody": (edited("layout", "z", to=[0, 0]), "layout.z", "there is no neuron “z”: remove its place"),
    "odd name": (edited("layout", "a b\n", to=[0, 0]), 'layout["a b\\n"]', "there is no neuron"),
    "ragged rows": (inline(inputs=[[1], [1, 2]]), "data", "inputs row 1 has 2 numbers, but row 0 has 1"),
    "more targets than inputs": (inline(targets=[[1]]), "data", "inputs in 2 rows but targets in 1"),
    "too few names": (inline(columns=["a"]), "data", "1 name in columns for 3 columns"),
    "csv upwards": (data({"csv": "../p.csv"}), "data", "“../p.csv” must lie in the document's folder"),
    "csv absolute": (data({"csv": "/etc/passwd"}), "data", "must lie in the document's folder"),
    "csv column for both": (data({"csv": "p.csv", "inputs": ["x"], "targets": ["x"]}), "data", "an input and a target"),
}


@pytest.mark.parametrize("case", A_SCHEMA_SEES | ONLY_DECODE_SEES)
def test_what_is_wrong_is_named(case: str) -> None:
    """The file, the field by its path, and what to do."""
    document, field, said = (A_SCHEMA_SEES | ONLY_DECODE_SEES)[case]
    with pytest.raises(FileError) as caught:
        decode(json.dumps(document).encode(), "my.nnsim")
    text = str(caught.value)
    assert text.startswith("my.nnsim: ")
    assert caught.value.field == field
    assert re.match(rf"my\.nnsim: {re.escape(field)}( \(.*?\))?: ", text) if field else True
    assert said in text and len(text) < 500 and "\n" not in text


def test_what_msgspec_has_never_said_is_passed_on() -> None:
    """Another version may have other words: the field is named all the same."""
    error = msgspec.ValidationError("Expected a `date` - at `$[1].id`")
    fault = typed_fault(error, b'[{"id": "x"}, {"id": "h"}]', "network.neurons", {})
    assert fault.args == ("Expected a `date`.", "network.neurons[1].id", "neuron h")


@pytest.mark.parametrize("case", A_SCHEMA_SEES | ONLY_DECODE_SEES)
def test_the_schema_refuses_what_a_schema_can_say(case: str) -> None:
    """If it refuses one of the rest some day, that belongs into the other table."""
    document = (A_SCHEMA_SEES | ONLY_DECODE_SEES)[case][0]
    assert validator().is_valid(document) == (case in ONLY_DECODE_SEES)


def test_the_document_that_is_broken_here_is_whole() -> None:
    """Otherwise these tests would show nothing."""
    decode(TEXT.encode())
    assert validator().is_valid(json.loads(TEXT))
    assert schema()["title"] == "nnsim document, version 1"
