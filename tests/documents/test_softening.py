"""Softening steps into sigmoids, and hardening them again."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnsim
from nnsim.core.analysis.bands import right_rows
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.sources import dataset_of
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.softening import LARGEST, USUAL, Softening, harden, sigmoids, soften, steps

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([[0.0], [1.0], [1.0], [0.0]])


@pytest.fixture
def xor() -> Document:
    """The lecture's XOR."""
    return nnsim.load(EXAMPLES["xor"].path)


def answers(document: Document) -> list[float]:
    return nnsim.compile(document.network).forward(document.network.parameters, X)[:, 0].tolist()


def test_the_numbers_of_the_lecture(xor: Document) -> None:
    """At k = 4 XOR says 0.08, 0.29, 0.29, 0.11: two rows fail."""
    assert [round(a, 2) for a in answers(soften(xor, 4))] == [0.08, 0.29, 0.29, 0.11]


@pytest.mark.parametrize(("k", "right"), [(10 * math.log(2) - 1e-6, 2), (10 * math.log(2) + 1e-6, 4), (10, 4)])
def test_all_rows_from_ten_ln_two_on(xor: Document, k: float, right: int) -> None:
    """σ(k(Σ−θ)) gets all four rows right only for k ≥ 10·ln 2."""
    assert right_rows(soften(xor, k).network, X, XOR).sum() == right


def test_weights_and_biases_are_multiplied(xor: Document) -> None:
    """Each neuron becomes a sigmoid that is written with its bias; what it sums is k times as large."""
    soft = soften(xor, 4)
    assert {n.activation for n in soft.network.structure.neurons if n.role != "input"} == {"sigmoid"}
    assert {n.notation for n in soft.network.structure.neurons if n.role != "input"} == {"bias"}
    np.testing.assert_array_equal(soft.network.parameters, 4 * xor.network.parameters)
    assert soft.network.parameter_names == xor.network.parameter_names
    assert soft.data == xor.data
    assert soft.layout == xor.layout


def test_one_structure_for_all_factors(xor: Document) -> None:
    """A slider over k changes only values."""
    softening = Softening.of(xor)
    assert softening.at(2).network.structure is softening.at(19).network.structure


def test_hardening_is_the_way_back(xor: Document) -> None:
    """Steps again, with weights as they are; the answers are those of before."""
    hard = harden(soften(xor, 10))
    assert {n.activation for n in hard.network.structure.neurons if n.role != "input"} == {"heaviside"}
    assert {n.notation for n in hard.network.structure.neurons if n.role != "input"} == {"threshold"}
    assert hard.network.value("b_h") == -12
    assert answers(hard) == [0, 1, 1, 0]


def shared() -> Document:
    """w serves a step h and a linear neuron g; b both steps; u the two steps alone. h and y are steps."""
    neurons = [Neuron("x0", "input"), Neuron("h", activation="heaviside", bias="b"),
               Neuron("g", activation="linear", bias="b"), Neuron("y", "output", "heaviside", bias="b")]
    connections = [Connection("x0", "h", "w"), Connection("x0", "g", "w"), Connection("h", "y", "u"),
                   Connection("x0", "y", "u")]
    return Document(Network.build(neurons, connections, {"w": 1.0, "b": -0.5, "u": 3.0}, frozen=["w"]))


def test_what_is_shared_with_others_is_split_first() -> None:
    """g keeps w and b as they are; h and y go on sharing what becomes theirs, frozen as before."""
    network = soften(shared(), 10).network
    values = {name: network.value(name) for name in network.parameter_names}
    assert values == {"w": 1.0, "b": -0.5, "u": 30.0, "w_soft": 10.0, "b_soft": -5.0}
    by_id, by_ends = network.structure.by_id, network.structure.by_ends
    assert (by_id["h"].bias, by_id["y"].bias, by_id["g"].bias) == ("b_soft", "b_soft", "b")
    assert (by_ends["x0", "h"].weight, by_ends["x0", "g"].weight) == ("w_soft", "w")
    assert network.structure.frozen == {"w", "w_soft"}


def test_a_product_is_multiplied_once() -> None:
    """k times one factor is k times the product."""
    network = Network.build(
        [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", "heaviside", "product", "b")],
        [Connection("x0", "y", "w"), Connection("x1", "y", "v")], {"w": 2.0, "v": 3.0, "b": -1.0})
    soft = soften(Document(network), 5).network
    assert soft.parameters.tolist() == [10.0, 3.0, -5.0]
    z = nnsim.compile(soft).trace(soft.parameters, [[1.0, 1.0]]).z[0, -1]
    assert z == 5 * (6 - 1)


def test_the_first_factor_keeps_what_matched(xor: Document) -> None:
    """It is 10 where that is enough, and more where a sum lies near its threshold."""
    matched = np.ones(4, dtype=bool)
    assert Softening.of(xor).factor_for(X, XOR, matched) == USUAL
    near = nnsim.load(EXAMPLES["xor"].path)
    near = Document(near.network.with_values({"b_output": -0.95}), data=near.data)
    softening = Softening.of(near)
    k = softening.factor_for(X, XOR, matched)
    assert USUAL < k <= LARGEST
    assert right_rows(softening.at(k).network, X, XOR).all()
    assert not right_rows(softening.at(k - 1).network, X, XOR).all()


def test_rows_that_failed_before_are_not_asked_for(xor: Document) -> None:
    """Only the rows that matched have to go on matching."""
    broken = Document(xor.network.with_values({"w5": 2.0}), data=xor.data)
    matched = right_rows(broken.network, X, XOR)
    assert matched.tolist() == [True, True, True, False]
    assert Softening.of(broken).factor_for(X, XOR, matched) == USUAL


def test_only_networks_of_sigmoids_and_steps_can_be_hardened(xor: Document) -> None:
    """A tanh, or a linear output, would not become part of a gate."""
    assert steps(xor.network.structure) == ("h", "output")
    assert sigmoids(xor.network.structure) == ()
    assert sigmoids(soften(xor, 10).network.structure) == ("h", "output")
    assert sigmoids(Network.layered([2, 3, 1], "tanh", "sigmoid").structure) == ()


ACTIVATIONS_OF_TWO = list(itertools.combinations_with_replacement(("sigmoid", "heaviside", "tanh", "linear"), 2))


@pytest.mark.parametrize("kinds", ACTIVATIONS_OF_TWO)
def test_any_mixture_of_sigmoids_and_steps_can_be_hardened_and_no_other(kinds: tuple[str, str]) -> None:
    """Sigmoids alone, steps alone, and both side by side; one neuron of another kind and nothing is a gate."""
    neurons = [Neuron("x0", "input"), *(Neuron(f"y{i}", "output", kind) for i, kind in enumerate(kinds))]
    structure = Network.build(neurons, [], {}).structure
    of_gates = all(kind in ("sigmoid", "heaviside") for kind in kinds)
    assert sigmoids(structure) == tuple(f"y{i}" for i, kind in enumerate(kinds) if of_gates and kind == "sigmoid")
    assert steps(structure) == tuple(f"y{i}" for i, kind in enumerate(kinds) if kind == "heaviside")


names = st.sampled_from(["p", "q", "r"])


@given(weights=st.lists(names, min_size=8, max_size=8), biases=st.lists(st.none() | names, min_size=4, max_size=4),
       kinds=st.lists(st.sampled_from(["heaviside", "tanh"]), min_size=4, max_size=4),
       combines=st.lists(st.sampled_from(["sum", "product", "max"]), min_size=4, max_size=4))
def test_each_use_is_multiplied_by_itself_however_names_are_shared(
    weights: list[str], biases: list[str | None], kinds: list[str], combines: list[str]
) -> None:
    """A name may serve weights and biases, of steps and of others: those of steps alone are multiplied.

    Uses that shared a name go on sharing one if both are multiplied, or neither. A name is kept where nothing parts it.
    """
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"),
               *(Neuron(f"h{i}", "output", *rest) for i, rest in enumerate(zip(kinds, combines, biases, strict=True)))]
    ends = [(source, f"h{i}") for i in range(4) for source in ("x0", "x1")]
    connections = [Connection(*pair, name) for pair, name in zip(ends, weights, strict=True)]
    used = {*weights, *biases} - {None}
    network = Network.build(neurons, connections, {name: 1.0 + "pqr".index(name) for name in used if name})
    soft = soften(Document(network), 10).network

    uses = []
    for (source, target), old in zip(ends, weights, strict=True):
        i = int(target[1])
        times = kinds[i] == "heaviside" and (combines[i] != "product" or source == "x0")
        uses.append((old, soft.structure.by_ends[source, target].weight, times))
    for i, bias in enumerate(biases):
        if bias is not None:
            uses.append((bias, soft.structure.by_id[f"h{i}"].bias, kinds[i] == "heaviside"))
    for old, new, times in uses:
        assert new is not None and soft.value(new) == network.value(old) * (10 if times else 1)
        parted = len({t for o, _, t in uses if o == old}) == 2
        assert (new == old) == (not (parted and times))
    for one, other in itertools.combinations(uses, 2):
        assert (one[1] == other[1]) == (one[0] == other[0] and one[2] == other[2])


def test_too_large_a_factor_is_refused(xor: Document) -> None:
    """A parameter that is no number any more makes no document."""
    with pytest.raises(ValueError, match="finite"):
        soften(xor, 1e308)


def test_train_to_repair(xor: Document) -> None:
    """At k = 4, η 0.5 and full batches bring the two rows back."""
    soft = soften(xor, 4)
    data = dataset_of(soft.data, None) if soft.data is not None else None
    assert data is not None
    trainer = nnsim.Trainer(soft.network, data, nnsim.TrainingConfig(learning_rate=0.5, batch_size=0))
    trainer.run(epochs=2000)
    assert right_rows(trainer.network, X, XOR).all()


def test_weights_that_no_factor_fits_are_softened_by_the_usual_one(xor: Document) -> None:
    """A weight of 1e308 times 10 is no number: the search for a factor ends, and softening itself says so."""
    huge = Document(xor.network.with_values({"w1": 1e308, "w2": 1e308}), data=xor.data)
    softening = Softening.of(huge)
    assert softening.factor_for(X, XOR, np.ones(4, dtype=np.bool_)) == USUAL
    with pytest.raises(ValueError):
        softening.at(USUAL)
