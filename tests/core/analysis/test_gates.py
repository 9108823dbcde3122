"""Which gate a threshold neuron is."""

import numpy as np
import pytest

import nnsim
from nnsim.core.analysis.gates import MOST_INPUTS, gate_of, gates_of
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


def holds(text: str, rows: np.ndarray) -> list[bool]:
    """What the text of a gate says of each row, read as a person does."""
    columns = {f"x{i}": rows[:, i] == 1 for i in range(rows.shape[1])}
    name, _, inside = text.partition("(")
    if name in COUNTING:
        among = [columns[id] for id in inside.removesuffix(")").split(", ")] if inside else [*columns.values()]
        ones = sum(column.astype(int) for column in among)
        return [COUNTING[name](int(count), len(among)) for count in np.atleast_1d(ones)]
    said = text.replace("AND", "and").replace("OR", "or").replace("NOT", "not")
    return [bool(eval(said, {id: bool(column[i]) for id, column in columns.items()})) for i in range(len(rows))]


COUNTING = {
    "AND": lambda ones, n: ones == n, "OR": lambda ones, n: ones > 0, "NAND": lambda ones, n: ones != n,
    "NOR": lambda ones, n: ones == 0, "XOR": lambda ones, n: ones in (1, 3, 5),
    "XNOR": lambda ones, n: ones in (0, 2, 4), "MAJORITY": lambda ones, n: ones > n - ones,
}


@pytest.mark.parametrize("n", [3, 4])
def test_every_name_is_true_and_every_gate_has_its_name(n: int) -> None:
    """All 256 functions of three inputs, and those of four that only count: each name, read, is the function.

    An even gate of four is no majority: 2 of 4 are no more than half.
    """
    rows = np.indices((2,) * n).reshape(n, -1).T
    if n == 3:
        tables = [np.array([code >> row & 1 for row in range(8)]) for code in range(256)]
    else:
        tables = [np.array([code >> row.sum() & 1 for row in rows]) for code in range(32)]
    found = {}
    for said in tables:
        gate = gate_of(said.astype(np.float64), IDS[:n])
        if gate is not None:
            assert holds(gate.text, rows) == (said == 1).tolist(), gate.text
            found[gate.text] = gate
    assert set(COUNTING) <= set(found)
    # All seven of three inputs, six of each pair, x and NOT x of each input, 0 and 1; then 6 + 6 of one row alone, and
    # three inputs' AND and OR with some negated: 8 − 2 each; pairs with one negated: 3·2 each.
    assert len(found) == (7 + 3 * 6 + 3 * 2 + 2 + 2 * 6 + 2 * 3 * 2 if n == 3 else 7 + 2)
    assert all(gate.counts == (gate.text.split("(")[0] in COUNTING) for gate in found.values())
    assert all(gate.whole == (len(gate.inputs) == n) for gate in found.values())


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
    for inputs, found in ((MOST_INPUTS, {"y": "x0"}), (MOST_INPUTS + 1, {})):
        network = Network.layered([inputs, 1], output="heaviside")
        first = network.with_values({name: float(name == "w1") for name in network.parameter_names} | {"b_y": -1.0})
        assert {id: gate.text for id, gate in gates_of(first).items()} == found
    assert MOST_INPUTS == 8
    assert gates_of(Network.layered([8, 300, 1], "heaviside", "heaviside")) == {}
