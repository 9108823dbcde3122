"""Which gate a threshold neuron is."""

import numpy as np
import pytest

import nnsim
from nnsim.core.analysis.gates import gate_of, gates_of
from nnsim.core.network import Connection, Network, Neuron
from nnsim.documents.examples import EXAMPLES

IDS = ("x0", "x1", "x2", "x3", "x4")


def named(*said: float) -> str | None:
    """The text of the gate with this truth table."""
    inputs = IDS[: len(said).bit_length() - 1]
    gate = gate_of(np.array(said, dtype=np.float64), inputs)
    return None if gate is None else gate.text


@pytest.mark.parametrize(("said", "text"), [
    ((0, 0), "0"), ((1, 1), "1"), ((0, 1), "x0"), ((1, 0), "NOT x0"),
    ((0, 0, 0, 1), "AND"), ((0, 1, 1, 1), "OR"), ((1, 1, 1, 0), "NAND"), ((1, 0, 0, 0), "NOR"),
    ((0, 1, 1, 0), "XOR"), ((1, 0, 0, 1), "XNOR"),
    ((0, 0, 1, 0), "x0 AND NOT x1"), ((0, 1, 0, 0), "NOT x0 AND x1"),
    ((1, 0, 1, 1), "x0 OR NOT x1"), ((1, 1, 0, 1), "NOT x0 OR x1"),
    ((0, 0, 1, 1), "x0"), ((1, 0, 1, 0), "NOT x1"), ((0, 0, 0, 0), "0"), ((1, 1, 1, 1), "1"),
])
def test_every_function_of_two_inputs_has_a_name(said: tuple[int, ...], text: str) -> None:
    """All four functions of one input and the sixteen of two, those of fewer inputs by what matters."""
    assert named(*said) == text


def table(rule: str, n: int) -> list[float]:
    """The truth table of a Python expression of x0, x1 …"""
    rows = np.indices((2,) * n).reshape(n, -1).T
    return [float(eval(rule, {f"x{i}": bool(v) for i, v in enumerate(row)})) for row in rows]


@pytest.mark.parametrize(("rule", "n", "text"), [
    ("x0 and x1 and x2", 3, "AND"),
    ("x0 and x2", 3, "AND(x0, x2)"),
    ("x0 != x3", 4, "XOR(x0, x3)"),
    ("(x0 + x1 + x2) % 2 == 1", 3, "XOR"),
    ("x0 + x1 + x2 >= 2", 3, "MAJORITY"),
    ("x0 and not x1 and x2", 3, "x0 AND NOT x1 AND x2"),
    ("x0 or not x2", 3, "x0 OR NOT x2"),
    ("not (x0 or x1 or x2 or x3)", 4, "NOR"),
    ("not (x1 and x3)", 5, "NAND(x1, x3)"),
    ("x0 and (x1 or x2)", 3, None),
    ("x0 and x1 and x2 and x3 and x4", 5, None),
])
def test_gates_of_more_inputs(rule: str, n: int, text: str | None) -> None:
    """The inputs that matter are named where they are not all; more than four, or no short name: none."""
    assert named(*table(rule, n)) == text


def test_values_between_have_no_gate() -> None:
    """A neuron that says 0.5 is no gate."""
    assert named(0, 0.5, 1, 1) is None


def test_the_examples() -> None:
    """Each gate among the examples is what its title says, and XOR has a hidden AND."""
    for id in ("and", "or", "nand", "nor", "xor"):
        network = nnsim.load(EXAMPLES[id].path).network
        assert gates_of(network)[network.structure.outputs[0]].text == EXAMPLES[id].title
    assert gates_of(nnsim.load(EXAMPLES["xor"].path).network)["h"].text == "AND"
    assert gates_of(nnsim.load(EXAMPLES["not"].path).network)["n"].text == "NOT x0"


def test_only_steps_that_something_enters() -> None:
    """A sigmoid is no gate, nor is a neuron that nothing enters, nor anything without inputs."""
    neurons = [Neuron("x0", "input"), Neuron("s", activation="sigmoid"), Neuron("alone", activation="heaviside"),
               Neuron("y", "output", "heaviside", bias="b")]
    network = Network.build(neurons, [Connection("x0", "s", "w"), Connection("x0", "y", "w")], {"w": 1.0, "b": -1.0})
    assert {id: gate.text for id, gate in gates_of(network).items()} == {"y": "x0"}
    assert gates_of(Network()) == {}


def test_large_networks_are_left_alone() -> None:
    """Their truth tables would have too many rows."""
    assert gates_of(Network.layered([9, 1], output="heaviside")) == {}
    assert gates_of(Network.layered([8, 300, 1], "heaviside", "heaviside")) == {}
