"""Explanations as plain text and as JSON: the lecture's lines, the engine's numbers."""

import json
import re

import numpy as np
import pytest

import nnsim
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.notation import NOTATIONS
from nnsim.core.network import Network
from nnsim.documents.examples import EXAMPLES
from nnsim.exchange.explained import PATHS, as_json, as_text
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.worked_solution import worked_solution
from nnsim.training.config import TrainingConfig
from tests.core.random_networks import random_case

HANDS_ON = nnsim.load(EXAMPLES["hands_on"].path)
X, T = [0.05, 0.10], [0.01, 0.99]


def test_the_lectures_example_line_by_line() -> None:
    """The three parts, then for one weight its chain rule and its update; of all others the gradients."""
    e = Explanation(HANDS_ON.network, X, T)
    whole, one = as_text(e, HANDS_ON.training), as_text(e, HANDS_ON.training, "w5")
    lines = whole.split("\n")
    assert [line for line in lines if line and not line.startswith(" ")] == ["Forward", "Loss", "Backward"]
    assert lines[-1] == "" and "" in lines[:-1]
    assert [line for line in one.split("\n") if line and not line.startswith(" ")] == [
        "Forward", "Loss", "Backward", "Chain rule", "Update"]
    for name, value in (("w5", "0.08217"), ("w1", "0.0004386")):
        gradient = e.gradient_equation(name).text()
        assert gradient.endswith(value) and (f"  {gradient}" in lines)
        assert (f"  {gradient}" in one.split("\n")) == (name == "w5")
    assert sum(line.startswith("  ∂") and " = " in line for line in lines) == len(HANDS_ON.network.parameter_names)
    assert "= 0.4 − 0.5·0.08217 = 0.3589" in one.replace("0.40", "0.4")
    assert "0.7414 · 0.1868 · 0.5933 = 0.08217" in one
    backward = whole[whole.index("Backward") :]
    assert backward.index(e.delta_equation("o2").text()) < backward.index(e.delta_equation("h1").text())
    assert "0.082167041" in as_text(e, HANDS_ON.training, "w5", digits=8)


@pytest.mark.parametrize("width", [1, 2, PATHS, PATHS + 1, 2 * PATHS + 3])
def test_paths_are_listed_added_and_folded(width: int) -> None:
    """A weight before a wide layer: a path for each neuron of it, the rest counted, and a total unless there is one."""
    network = Network.layered([1, 1, width, 1], "tanh", "sigmoid", seed=1)
    text = as_text(Explanation(network, [0.5], [1.0]), TrainingConfig(), "w1")
    chain = text[text.index("Chain rule") : text.index("Update")].split("\n")
    shown = min(width, PATHS)
    assert sum(line.startswith("    = ") for line in chain) == shown
    assert sum(line.startswith("    + ") and " · " in line for line in chain) == shown - 1
    assert [line.split(" more")[0].strip(" +") for line in chain if "more paths" in line] == (
        [str(width - PATHS)] if width > PATHS else [])
    total = Explanation(network, [0.5], [1.0]).gradient_equation("w1").name.text
    starts = [line for line in chain if line.startswith(f"  {total} = ")]
    assert len(starts) == (2 if width > 1 else 1)


def test_without_a_target_the_forward_pass_alone() -> None:
    """No loss, no chain, whatever is asked for; nothing of it in the JSON either."""
    e = Explanation(HANDS_ON.network, X)
    text = as_text(e, HANDS_ON.training, "w5")
    assert text.startswith("Forward\n") and "Loss" not in text and "Chain" not in text
    said = json.loads(as_json(e))
    assert said["loss"] is None
    assert all(set(parameter) == {"value"} for parameter in said["parameters"].values())
    assert all("delta" not in neuron for neuron in said["neurons"].values())


@pytest.mark.parametrize("seed", range(12))
def test_json_has_the_engines_numbers(seed: int) -> None:
    """Of any network: z, a and δ of each neuron, value and gradient of each parameter, loss and outputs."""
    case = random_case(seed)
    program = nnsim.compile(case.network)
    x, t = case.X[:1], case.T[:1]
    trace = program.trace(case.network.parameters, x)
    loss, gradient = program.loss_and_gradient(case.network.parameters, x, t, case.loss)
    said = json.loads(as_json(Explanation(case.network, x[0], t[0], case.loss)))
    structure = case.network.structure
    assert list(said) == ["loss", "outputs", "neurons", "parameters"]
    assert said["loss"] == pytest.approx(loss)
    assert said["outputs"] == pytest.approx(trace.a[0, program.outputs].tolist())
    assert list(said["neurons"]) == list(structure.by_id)
    for row, neuron in enumerate(structure.neurons):
        found = said["neurons"][neuron.id]
        assert set(found) == ({"a"} if neuron.role == "input" else {"z", "a", "delta"})
        assert found["a"] == pytest.approx(float(trace.a[0, row]))
        if neuron.role != "input":
            assert found["z"] == pytest.approx(float(trace.z[0, row]))
    assert [p["value"] for p in said["parameters"].values()] == case.network.parameters.tolist()
    np.testing.assert_allclose([p["gradient"] for p in said["parameters"].values()], gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_no_symbol_is_written_with_an_underscore(example: str, notation: str) -> None:
    """δ(o1) and not δ_o1; only a name that its owner gave one has it."""
    document = nnsim.load(EXAMPLES[example].path)
    structure = document.network.structure
    e = Explanation(document.network, np.full(len(structure.inputs), 0.5), np.full(len(structure.outputs), 0.5),
                    document.training.loss, NOTATIONS[notation])
    own = {*structure.by_id, *structure.parameter_names}
    for parameter in (None, structure.parameter_names[0]):
        found = {name.rstrip("²") for name in re.findall(r"\w*_\w*", as_text(e, document.training, parameter))}
        assert found <= own, found - own


@pytest.mark.parametrize("outputs", [1, 2, 3])
@pytest.mark.parametrize("format", [*FORMATS, "text"])
def test_softmax_of_a_single_output_is_said_to_teach_nothing(outputs: int, format: str) -> None:
    """It is 1 whatever the weights are, and the loss 0; of several outputs nothing needs to be said."""
    network = Network.layered([2, outputs], output="linear", seed=3)
    config, t = TrainingConfig(loss="softmax_cross_entropy"), [1.0] + [0.0] * (outputs - 1)
    if format == "text":
        said = as_text(Explanation(network, X, t, config.loss), config)
    else:
        said = worked_solution(network, X, t, config, format)
    assert ("is always 1, so this loss is always 0" in said) == (outputs == 1)
