"""The explainer: its numbers are the engine's, and its terms come to them."""

from itertools import pairwise

import numpy as np
import pytest

import nnsim
from nnsim.core.explain.chain import MOST_PATHS, chain_of, chain_of_activation, count_paths
from nnsim.core.explain.explanation import MOST_TERMS, Explanation
from nnsim.core.explain.samples import gradients_by_sample, mean_equation
from nnsim.core.explain.update import Step, update_equations
from nnsim.core.formulas.notation import NOTATIONS, notation_for
from nnsim.core.formulas.numbers import parse_number
from nnsim.core.formulas.terms import evaluate
from nnsim.core.formulas.writing import text
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Network, NetworkError, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.symbols import Symbol
from nnsim.documents.examples import EXAMPLES
from tests.core import reference
from tests.core.random_networks import random_case

SEEDS = range(500)
X, T = [0.05, 0.10], [0.01, 0.99]


@pytest.fixture
def hands_on() -> Explanation:
    """The lecture's example, section 4 of the lecture."""
    return Explanation(nnsim.load(EXAMPLES["hands_on"].path).network, X, T)


# The lecture's numbers, from its checked table.


def test_an_output_that_nothing_leads_to_is_explained_with_the_rest() -> None:
    """It says what its bias alone makes of it; all numbers of the others are those of the network without it."""
    whole = Network.layered([2, 2, 1], hidden="tanh", output="sigmoid", seed=0)
    structure = whole.structure
    alone = Neuron("z", "output", "sigmoid", bias="b_z")
    values = {name: whole.value(name) for name in structure.parameter_names}
    network = Network.build([*structure.neurons, alone], structure.connections, {**values, "b_z": 0.5})
    e, before = Explanation(network, [0.1, 0.2], [1.0, 0.0]), Explanation(whole, [0.1, 0.2], [1.0])
    assert [problem.neurons for problem in e.program.problems] == [("z",)]
    assert [equation.text() for equation in e.forward("z")] == ["z(z) = b_z = 0.5", "o(z) = σ(z(z)) = σ(0.5) = 0.6225"]
    for parameter in structure.parameter_names:
        assert e.gradient(parameter) == pytest.approx(before.gradient(parameter), rel=1e-12)
    assert e.loss().value == pytest.approx(before.loss().value + 0.5 * e.a("z") ** 2)


def test_where_nothing_leads_to_any_output_there_is_nothing_to_explain() -> None:
    network = Network.build([Neuron("x", "input"), Neuron("y", "output")], [], {})
    with pytest.raises(NetworkError, match="Nothing leads to output y"):
        Explanation(network, [1.0])


def test_forward_as_the_lecture_writes_it(hands_on: Explanation) -> None:
    """Input h1 and out h1 with their numbers; the outputs with theirs."""
    z, a = hands_on.forward("h1")
    assert z.text(symbols=False) == "Input h1 = 0.05·0.15 + 0.10·0.20 + 0.35 = 0.3775"
    assert z.text() == "Input h1 = i1·w1 + i2·w2 + b1 = 0.05·0.15 + 0.10·0.20 + 0.35 = 0.3775"
    assert a.text(symbols=False) == "out h1 = σ(0.3775) = 0.5933"
    expected = {"h1": (0.3775, 0.593269992), "h2": (0.3925, 0.596884378), "o1": (1.105905967, 0.751365070),
                "o2": (1.224921404, 0.772928465)}
    for id, (z_value, a_value) in expected.items():
        z, a = hands_on.forward(id)
        assert (z.value, a.value) == (pytest.approx(z_value, abs=1e-9), pytest.approx(a_value, abs=1e-9))


def test_loss_as_the_lecture_writes_it(hands_on: Explanation) -> None:
    """½(T1−O1)² + ½(T2−O2)² = 0.2984."""
    loss = hands_on.loss()
    assert loss.value == pytest.approx(0.298371109, abs=1e-9)
    assert loss.text() == ("Loss = ½(T1 − O1)² + ½(T2 − O2)² = ½(0.01 − 0.7514)² + ½(0.99 − 0.7729)² = 0.2984")


def test_chain_rule_of_w5(hands_on: Explanation) -> None:
    """Three factors, 0.7414 · 0.1868 · 0.5933 = 0.0822, and the update to 0.3589."""
    chain = chain_of(hands_on, "w5")
    assert chain.count == 1 and chain.name.text == "∂Loss/∂w5"
    (path,) = chain.paths
    assert [factor.name.text for factor in path.factors] == ["∂Loss/∂O1", "∂O1/∂Input o1", "∂Input o1/∂w5"]
    expected = [0.741365070, 0.186815602, 0.593269992]
    np.testing.assert_allclose([factor.value for factor in path.factors], expected, atol=1e-9)
    assert path.factors[1].text() == "∂O1/∂Input o1 = O1·(1 − O1) = 0.7514·(1 − 0.7514) = 0.1868"
    assert chain.total == pytest.approx(0.082167041, abs=1e-9)
    (update,) = update_equations("w5", 0.4, chain.total, Step(rate=0.5), hands_on.notation)
    assert update.text() == "w5′ = w5 − l·∂Loss/∂w5 = 0.4 − 0.5·0.08217 = 0.3589"
    assert update.value == pytest.approx(0.358916480, abs=1e-9)


def test_every_gradient_of_the_lecture(hands_on: Explanation) -> None:
    """All eight weights, and the shared biases summed over their uses."""
    table = {"w1": 0.000438568, "w2": 0.000877135, "w3": 0.000497713, "w4": 0.000995425, "w5": 0.082167041,
             "w6": 0.082667628, "w7": -0.022602540, "w8": -0.022740242, "b1": 0.018726, "b2": 0.100400}
    for name, value in table.items():
        assert hands_on.gradient_equation(name).value == pytest.approx(value, abs=1e-6 if name[0] == "b" else 1e-9)
    assert hands_on.gradient_equation("b1").text(symbols=True).startswith("∂Loss/∂b1 = δ(h1) + δ(h2) =")


def test_notations_differ_in_names_only(hands_on: Explanation) -> None:
    """The lecture's Input, out, T, O, l; net; and the field's z, a, t, o, η."""
    network = hands_on.network
    first = {id: Explanation(network, X, T, notation=notation).forward("h1")[0].text(symbols=False).split(" = ")[0]
             for id, notation in NOTATIONS.items()}
    assert first == {"lecture": "Input h1", "net": "net h1", "field": "z(h1)"}
    assert notation_for(network.structure).id == "lecture"
    assert notation_for(Network.layered([2, 2, 1]).structure).id == "field"
    field = Explanation(network, X, T, notation=NOTATIONS["field"])
    assert field.loss_slope("o1").text() == "∂L/∂o1 = −(t1 − o1) = −(0.01 − 0.7514) = 0.7414"
    (update,) = update_equations("w5", 0.4, 0.1, Step(rate=0.5), field.notation)
    assert "η" in update.text()


def test_steps_say_what_they_compare() -> None:
    """The lecture's XOR: each step neuron with its sum and its comparison."""
    explanation = Explanation(nnsim.load(EXAMPLES["xor"].path).network, [1, 1])
    total, out = explanation.forward("output")
    assert total.text() == "Σ output = w3·x0 + w4·x1 + w5·a(h) = 1·1 + 1·1 + (−2)·1 = 0"
    assert out.text() == "o(output) = 0  (0 < 0.6)"
    with pytest.raises(ValueError, match="target"):
        explanation.loss()


# Any graph


@pytest.mark.parametrize("seed", SEEDS)
def test_terms_come_to_the_engines_numbers(seed: int) -> None:
    """500 random graphs: every equation's term comes to the engine's number, and the paths sum to the gradient."""
    case = random_case(seed)
    e = Explanation(case.network, case.X[0], case.T[0], case.loss)
    structure = case.network.structure
    equations = [e.loss()]
    for id in structure.by_id:
        equations += e.forward(id)
        if structure.by_id[id].role != "input":
            equations += [e.slope(id), e.delta_equation(id), e.by_activation(id)]
            assert e.delta_equation(id).value == e.delta(id)
    for name in structure.parameter_names:
        equations.append(e.gradient_equation(name))
        assert e.gradient_equation(name).value == e.gradient(name)
    for equation in equations:
        close = pytest.approx(equation.value, rel=1e-12, abs=1e-12)
        assert float(evaluate(equation.term)) == close, equation.text()
    for name in structure.parameter_names:
        chain = chain_of(e, name, MOST_PATHS)
        assert len(chain.paths) == chain.count and chain.hidden == 0
        largest = chain_of(e, name)
        assert len(largest.paths) == min(4, chain.count) and largest.hidden == chain.count - len(largest.paths)
        summed = sum(path.value for path in chain.paths)
        scale = max((abs(path.value) for path in chain.paths), default=0.0)
        assert summed == pytest.approx(e.gradient(name), rel=1e-12, abs=1e-12 * max(1.0, scale))
        for path in chain.paths:
            product = np.prod([factor.value for factor in path.factors])
            assert product == pytest.approx(path.value, rel=1e-12, abs=1e-300)
        sizes = [abs(path.value) for path in chain.paths]
        assert all(a >= b * (1 - 1e-9) for a, b in pairwise(sizes)), "largest first"


@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_against_an_independent_library(seed: int) -> None:
    """The explained gradient of one sample is that of autograd."""
    case = random_case(seed)
    _, gradient, _ = reference.loss_gradient_deltas(case.network, case.X[:1], case.T[:1], case.loss)
    e = Explanation(case.network, case.X[0], case.T[0], case.loss)
    for name, expected in zip(case.network.parameter_names, gradient, strict=True):
        assert sum(path.value for path in chain_of(e, name, MOST_PATHS).paths) == pytest.approx(expected, abs=1e-9)


def test_paths_are_counted_and_folded() -> None:
    """A 2-8-8-8-1 net: 64 paths from a first weight, by multiplication; the rest is the total less what is shown."""
    e = Explanation(Network.layered([2, 8, 8, 8, 1], seed=1), [0.3, -0.4], [1.0])
    chain = chain_of(e, "w1", most=3)
    assert chain.count == 8 * 8 and len(chain.paths) == 3 and chain.hidden == 61
    everything = chain_of(e, "w1", MOST_PATHS)
    largest = sorted((abs(path.value) for path in everything.paths), reverse=True)[:3]
    np.testing.assert_allclose([abs(path.value) for path in chain.paths], largest)
    assert chain.rest == pytest.approx(sum(path.value for path in everything.paths[3:]), rel=1e-9)


def test_very_many_paths_are_counted_not_listed() -> None:
    """Ten layers of 20: 20⁹ paths are counted exactly, and three of them found, without listing any other."""
    e = Explanation(Network.layered([2, *[20] * 10, 1], seed=0), [0.3, -0.4], [1.0])
    chain = chain_of(e, "w1", most=3)
    assert chain.count == 20**9 and len(chain.paths) == 3
    assert count_paths(e, ["y"]) == 1


def test_an_activation_has_a_chain_too(hands_on: Explanation) -> None:
    """The paths from net h1 sum to δ of h1."""
    chain = chain_of_activation(hands_on, "h1")
    assert chain.count == 2 and chain.rest == pytest.approx(0.0, abs=1e-15)
    assert chain.total == pytest.approx(hands_on.delta("h1"))


@pytest.mark.parametrize("seed", range(0, 40))
def test_a_batch_is_the_mean_of_its_samples(seed: int) -> None:
    """Each sample's own gradient is that of an explanation of this sample alone; their mean is the engine's."""
    case = random_case(seed)
    program, network = nnsim.compile(case.network), case.network
    backward = program.backward(network.parameters, case.X, case.T, case.loss)
    for index, name in enumerate(network.parameter_names):
        values = gradients_by_sample(network, backward, name)
        assert values.mean() == pytest.approx(backward.gradient[index], rel=1e-11, abs=1e-12)
        alone = Explanation(network, case.X[-1], case.T[-1], case.loss).gradient(name)
        assert values[-1] == pytest.approx(alone, rel=1e-11, abs=1e-12)


def test_the_mean_folds_what_is_too_much() -> None:
    """Of 100 samples the five largest are written, the others as one number, and the mean stays right."""
    values = np.linspace(-1, 2, 100)
    equation = mean_equation(Symbol("∂L/∂w1", ""), values)
    assert equation.value == pytest.approx(0.5)
    assert float(evaluate(equation.term)) == pytest.approx(0.5)
    assert "…" in equation.text() and len(equation.term.parts[0].parts) == 6


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_updates_are_the_trainers(optimizer: str) -> None:
    """With penalties and clipping: the last equation's value is what one batch of the Trainer makes of the weight."""
    if OPTIMIZERS[optimizer].straight:
        network = nnsim.load(EXAMPLES["perceptron_and"].path).network
        X, T, extra = [[1.0, 0.0]], [[1.0]], {}
    else:
        network, extra = Network.layered([2, 3, 1], seed=3), {"l1": 0.01, "l2": 0.02, "clip": 0.05}
        X, T = [[0.3, -0.7]], [[0.5]]
    config = nnsim.TrainingConfig(learning_rate=0.1, batch_size=0, optimizer=optimizer, **extra)
    trainer = nnsim.Trainer(network, nnsim.Dataset(X, T), config, engine="numpy")
    trainer.advance(updates=2)
    before, (r, s, t) = trainer.network, trainer.memory
    program = nnsim.compile(before)
    _, gradient = program.gradient(before.parameters, np.array(X), np.array(T), config.loss,
                                   straight=OPTIMIZERS[optimizer].straight)
    weights = np.array([name in before.structure.weight_names for name in before.parameter_names], dtype=float)
    whole = gradient + weights * (config.l1 * np.sign(before.parameters) + config.l2 * before.parameters)
    trainer.advance(updates=1)
    for i, name in enumerate(network.parameter_names):
        step = Step(optimizer, config.optimizer_constants, 0.1, r[i], s[i], t, config.l1 * weights[i],
                    config.l2 * weights[i], config.clip, float(np.linalg.norm(whole)))
        direction = -gradient[i] if OPTIMIZERS[optimizer].straight else gradient[i]
        new = update_equations(name, before.parameters[i], direction, step, NOTATIONS["field"])[-1]
        assert new.value == pytest.approx(trainer.parameters[i], rel=1e-12)


def test_written_numbers_read_back(hands_on: Explanation) -> None:
    """The last number of a line is the value, to the digits asked for."""
    for digits in (3, 4, 6, 9):
        for name in hands_on.structure.parameter_names:
            equation = hands_on.gradient_equation(name)
            shown = parse_number(equation.text(digits).split(" = ")[-1])
            assert shown == pytest.approx(equation.value, rel=10.0 ** (1 - digits))


def test_a_number_is_written_with_no_more_digits_than_it_has() -> None:
    """Whole ones have none; beside others a part is written with as many decimals as those have."""
    network = Network.build([Neuron("x", "input"), Neuron("y", "output", "linear")], [Connection("x", "y", "w")],
                            {"w": 2.0})
    e = Explanation(network, [0.5], [4.0])
    (connection,) = network.structure.connections
    assert text(e.a_term("x"), numbers=True) == "0.5"
    assert text(e.weight_term(connection), numbers=True) == "2"
    assert text(e.a_term("x", 2), numbers=True) == "0.50"
    assert text(e.gradient_equation("w").term, numbers=True) == "(−3)·0.5"


@pytest.mark.parametrize("loss", LOSSES)
def test_a_sum_of_very_many_terms_is_written_with_its_largest_and_the_rest(loss: str) -> None:
    """Whatever is left out, what is written comes to the engine's number, and nothing large is missing."""
    network = Network.layered([300, 2, 200], hidden="tanh", output="sigmoid", seed=5)
    rng = np.random.default_rng(5)
    x, t = rng.normal(size=300), rng.uniform(0.1, 0.9, size=200)
    e = Explanation(network, x, t, loss)
    hidden = next(n.id for n in network.structure.neurons if n.role == "hidden")
    for equation in (*e.forward(hidden), e.delta_equation(hidden), e.loss()):
        assert evaluate(equation.term) == pytest.approx(equation.value, rel=1e-12, abs=1e-15)
        assert len(equation.text()) < 20_000
    z = e.forward(hidden)[0].term
    products = [network.value(c.weight) * x[int(c.source[1:])] for c in network.structure.incoming[hidden]]
    shown = [part.value for part in z.parts if part.operation == "multiply"]
    assert sorted(shown, key=abs) == pytest.approx(sorted(products, key=abs)[-MOST_TERMS:])
    assert len(z.parts) == MOST_TERMS + 2  # the rest, and the bias
