"""The generated NumPy program, run by a Python that knows nothing of nnsim, against the engine."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.explain.matrices import layers_of
from nnsim.core.network import Connection, Network, NetworkError, Neuron
from nnsim.core.program import compile
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.exchange.numpy_code import layer_codes, numpy_code
from tests.core.random_networks import random_case

CASES = 60


def run(code: str) -> str:
    """What the program prints; a warning is an error."""
    done = subprocess.run([sys.executable, "-I", "-W", "error", "-c", code],
                          capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def outputs_of(*cases: tuple[Network, Array]) -> list[Array]:
    """The outputs of each generated program for its samples; each program has names of its own."""
    given = [(numpy_code(network), X.tolist()) for network, X in cases]
    done = run("import json, sys\nimport numpy as np\n"
               f"for code, X in json.loads({json.dumps(given)!r}):\n"
               "    names = {}\n"
               "    exec(code, names)\n"
               "    print('outputs', json.dumps([names['network'](np.array(x)).tolist() for x in X]))\n")
    found = [line.removeprefix("outputs ") for line in done.splitlines() if line.startswith("outputs ")]
    return [np.array(json.loads(line)) for line in found]


def test_the_hands_on_example_reads_as_the_lecture_writes_it() -> None:
    """h = g(W x + b), and it prints out o1 and out o2 of the lecture."""
    network = load(EXAMPLES["hands_on"].path).network
    code = numpy_code(network, [0.05, 0.1])
    assert "    h = sigmoid(W1 @ x + b1)\n    o = sigmoid(W2 @ h + b2)\n    return o\n" in code
    assert "W1 = np.array([[0.15, 0.2],\n               [0.25, 0.3]])" in code
    assert "# b1 is one parameter in 2 places." in code
    printed = dict(line.split(" = ") for line in run(code).splitlines())
    assert {name: round(float(value), 9) for name, value in printed.items()} == {
        "o1": 0.751365070, "o2": 0.772928465}


def test_xor_concatenates_what_its_output_takes() -> None:
    """The lecture's XOR has a skip connection; all four rows come out right."""
    network = load(EXAMPLES["xor"].path).network
    code = numpy_code(network)
    assert "    x2 = np.concatenate([x, a])\n    o = heaviside(W2 @ x2 + b2)\n" in code
    assert outputs_of((network, np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])))[0].tolist() == [[0], [1], [1], [0]]


@pytest.mark.parametrize("network", [
    *(load(entry.path).network for entry in EXAMPLES.values()),
    *(random_case(seed).network for seed in range(CASES)),
    *(Network.layered(sizes) for sizes in ([2, 2, 1], [2, 4, 4, 1], [1, 1], [3, 2, 2, 2, 2])),
    Network.build([Neuron("x", "input"), *(Neuron(id, "hidden") for id in ("h", "a", "hidden", "x2", "in2", "joined2")),
                   Neuron("o", "output"), Neuron("y", "output"), Neuron("out", "output")],
                  [*(Connection("x", id, "v") for id in ("h", "a", "hidden", "x2", "in2", "joined2")),
                   *(Connection(source, id, "w") for source in ("x", "h") for id in ("o", "y", "out"))],
                  {"v": 1.0, "w": 2.0}),
])
def test_no_layer_is_called_as_a_neuron_is(network: Network) -> None:
    """h1 is a neuron: the layer in which it stands is another thing. No two layers have one name."""
    structure = network.structure
    codes = layer_codes(structure, layers_of(structure))
    assert not {code.a for code in codes} & structure.by_id.keys()
    assert not {code.x for code in codes} - {"x"} & structure.by_id.keys()
    assert len({code.a for code in codes}) == len(codes)
    assert all(code.a.isidentifier() for code in codes)


def test_random_graphs_give_the_engines_outputs() -> None:
    """Every combine, skip connections, shared parameters, mixed layers, constants, outputs that feed neurons."""
    cases = [random_case(seed) for seed in range(CASES)]
    outputs = outputs_of(*((case.network, case.X) for case in cases))
    for case, output in zip(cases, outputs, strict=True):
        expected = compile(case.network).forward(case.network.parameters, case.X)
        np.testing.assert_allclose(output, expected, rtol=1e-12, atol=1e-12)


def test_the_random_graphs_have_every_feature() -> None:
    """Else the test above would say less than it claims."""
    structures = [random_case(seed).network.structure for seed in range(CASES)]
    neurons = [n for s in structures for n in s.neurons if n.role != "input"]
    assert {n.activation for n in neurons} == set(ACTIVATIONS)
    assert {n.combine for n in neurons} == {"sum", "product", "max"}
    assert any(len(uses) > 1 for s in structures for uses in s.uses.values())
    assert any(layer.depth == 0 for s in structures for layer in layers_of(s))
    codes = [code.text for s in structures for code in layer_codes(s, layers_of(s))]
    assert any("np.concatenate" in text for text in codes)
    assert any("np.empty" in text for text in codes) and any(".prod(" in text for text in codes)


def test_activations_bear_numbers_of_any_size() -> None:
    """No overflow, no warning, and the engine's value, also far out."""
    X = np.array([[z] for z in (-1e200, -800.0, -40.0, -1e-3, 0.0, 1e-3, 40.0, 800.0, 1e200)])
    nets = [Network.build([Neuron("x", "input"), Neuron("y", "output", name)], [Connection("x", "y", "w")], {"w": 1.0})
            for name in ACTIVATIONS]
    for network, output in zip(nets, outputs_of(*((network, X) for network in nets)), strict=True):
        np.testing.assert_allclose(output, compile(network).forward(network.parameters, X), rtol=1e-12, atol=1e-12)


def test_names_of_any_kind_stay_names() -> None:
    """A name with a line break, quotes or Python in it runs nothing and breaks nothing."""
    bad = "a'\"\n\u2028import sys; sys.exit(3)"
    network = Network.build(
        [Neuron(bad, "input"), Neuron(f"o{bad}", "output"), Neuron("p", "output")],
        [Connection(bad, f"o{bad}", bad), Connection(bad, "p", bad)], {bad: 2.0})
    printed = run(numpy_code(network, [3.0]))
    assert printed.endswith(" = 6.0\np = 6.0\n")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("name", ["y", "größe", "θ→漢", "🧠", "\ud800"])
def test_what_it_prints_is_utf8_wherever_it_goes(name: str, encoding: str) -> None:
    """Redirected on a system whose consoles have another encoding; what is no text is written in escapes."""
    network = Network.build([Neuron("x", "input"), Neuron(name, "output")], [Connection("x", name, "w")], {"w": 2.0})
    done = subprocess.run([sys.executable, "-c", numpy_code(network, [1.5])], capture_output=True, check=False,
                          env={**os.environ, "PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode("utf-8").split() == [name.encode("utf-8", "backslashreplace").decode(), "=", "3.0"]


def test_a_half_built_network_has_no_code() -> None:
    """It says which neuron is the matter."""
    with pytest.raises(NetworkError, match="Nothing leads to output y"):
        numpy_code(Network.build([Neuron("x", "input"), Neuron("y", "output")], [], {}))


def test_inputs_must_fit() -> None:
    """As many as the network has."""
    network = load(EXAMPLES["xor"].path).network
    with pytest.raises(ValueError, match="2 columns"):
        numpy_code(network, [1.0])
