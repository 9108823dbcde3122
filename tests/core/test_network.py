"""Networks: names, structure, what is refused and how it is said."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsim.core.arrays import frozen_vector
from nnsim.core.network import (
    MAX_CONNECTIONS,
    MAX_NAME_LENGTH,
    MAX_NEURONS,
    Connection,
    Network,
    NetworkError,
    Neuron,
    Problem,
    Structure,
)

A, B = Neuron("a", "input"), Neuron("b", "input")
H = Neuron("h", "hidden", "tanh", bias="b_h")
Y = Neuron("y", "output", "sigmoid")


def problems(
    neurons: list[Neuron],
    edges: list[tuple[str, str]] | list[tuple[str, str, str]] = (),
    names: list[str] | None = None,
    frozen: tuple[str, ...] = (),
) -> tuple[Problem, ...]:
    """What is wrong with these parts; fails if nothing is."""
    connections = [Connection(e[0], e[1], e[2] if len(e) > 2 else f"w{i}") for i, e in enumerate(edges)]
    if names is None:
        names = [c.weight for c in connections] + [n.bias for n in neurons if n.bias is not None]
    with pytest.raises(NetworkError) as caught:
        Structure(tuple(neurons), tuple(connections), tuple(names), frozenset(frozen))
    assert str(caught.value) == " ".join(problem.message for problem in caught.value.problems)
    return caught.value.problems


def only(found: tuple[Problem, ...]) -> Problem:
    """The one problem there is."""
    assert len(found) == 1, found
    return found[0]


# Layered networks


def test_names_with_one_hidden_layer_and_one_output() -> None:
    """x0…, h1…, y; weights by target, then source; then the biases."""
    net = Network.layered([2, 3, 1])
    assert [neuron.id for neuron in net.structure.neurons] == ["x0", "x1", "h1", "h2", "h3", "y"]
    assert [(c.weight, *c.ends) for c in net.structure.connections] == [
        ("w1", "x0", "h1"), ("w2", "x1", "h1"), ("w3", "x0", "h2"), ("w4", "x1", "h2"), ("w5", "x0", "h3"),
        ("w6", "x1", "h3"), ("w7", "h1", "y"), ("w8", "h2", "y"), ("w9", "h3", "y"),
    ]
    assert net.parameter_names == (*(f"w{i}" for i in range(1, 10)), "b_h1", "b_h2", "b_h3", "b_y")
    assert [neuron.bias for neuron in net.structure.neurons] == [None, None, "b_h1", "b_h2", "b_h3", "b_y"]
    assert net.structure.inputs == ("x0", "x1")
    assert net.structure.outputs == ("y",)


def test_names_with_several_hidden_layers_and_outputs() -> None:
    """h1_1… by layer, o1… when there are several."""
    net = Network.layered([1, 2, 1, 2], hidden="relu", output="linear")
    assert [neuron.id for neuron in net.structure.neurons] == ["x0", "h1_1", "h1_2", "h2_1", "o1", "o2"]
    assert [(c.weight, *c.ends) for c in net.structure.connections] == [
        ("w1", "x0", "h1_1"), ("w2", "x0", "h1_2"), ("w3", "h1_1", "h2_1"), ("w4", "h1_2", "h2_1"),
        ("w5", "h2_1", "o1"), ("w6", "h2_1", "o2"),
    ]
    assert net.parameter_names[6:] == ("b_h1_1", "b_h1_2", "b_h2_1", "b_o1", "b_o2")
    assert [n.activation for n in net.structure.neurons[1:]] == ["relu", "relu", "relu", "linear", "linear"]
    assert [n.role for n in net.structure.neurons] == ["input", *["hidden"] * 3, "output", "output"]


def test_no_hidden_layer() -> None:
    """A single neuron is a network too."""
    net = Network.layered([3, 1], output="sigmoid")
    assert net.parameter_names == ("w1", "w2", "w3", "b_y")


@pytest.mark.parametrize("sizes", [[3, 1], [2, 4, 1], [1, 2, 1, 2], [5, 1, 1, 1, 3]])
def test_a_layered_network_has_its_layers_with_any_connection_missing_and_none_with_any_that_skips(
    sizes: list[int]
) -> None:
    """Each connection of it taken away that leaves no neuron without one, and each added that skips a layer."""
    structure = Network.layered(sizes).structure
    layers = structure.layers
    assert [len(layer) for layer in layers] == sizes
    assert [id for layer in layers for id in layer] == [neuron.id for neuron in structure.neurons]
    for missing in structure.connections:
        rest = tuple(c for c in structure.connections if c is not missing)
        if {c.target for c in rest} == {c.target for c in structure.connections}:
            names = tuple(name for name in structure.parameter_names if name != missing.weight)
            assert replace(structure, connections=rest, parameter_names=names).layers == layers
    for i, layer in enumerate(layers):
        for source, target in [(a, b) for a in layer for later in layers[i + 2:] for b in later]:
            more = (*structure.connections, Connection(source, target, "skip"))
            names = (*structure.parameter_names, "skip")
            assert replace(structure, connections=more, parameter_names=names).layers == ()


def test_defaults_are_tanh_and_seed_0() -> None:
    """As the notebook's first line has it."""
    net = Network.layered([2, 4, 1])
    assert {n.activation for n in net.structure.neurons if n.role != "input"} == {"tanh"}
    assert np.array_equal(net.parameters, Network.layered([2, 4, 1], "tanh", "tanh", seed=0).parameters)


def test_steps_are_shown_by_their_threshold() -> None:
    """θ for Heaviside neurons, b for the rest; also their biases start at 0."""
    net = Network.layered([2, 2, 1], hidden="heaviside", output="sigmoid")
    assert [n.notation for n in net.structure.neurons[2:]] == ["threshold", "threshold", "bias"]
    assert [net.value(f"b_{id}") for id in ("h1", "h2", "y")] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("sizes", [[], [3], [2, 0, 1], [2, -1], [2, 1.5, 1]])
def test_impossible_sizes_are_refused(sizes: list[int]) -> None:
    """In words, before anything is built."""
    with pytest.raises(ValueError, match="at least two layers, each with 1 neuron or more"):
        Network.layered(sizes)


@pytest.mark.parametrize("sizes", [[1000, 501, 1], [20_000, 1], [10**9, 10**9]])
def test_sizes_beyond_the_limits_are_refused_at_once(sizes: list[int]) -> None:
    """Before anything is allocated."""
    with pytest.raises(ValueError, match="20000 neurons and 500000 connections"):
        Network.layered(sizes)


def test_an_unknown_activation_is_named() -> None:
    """With the neurons it concerns and what there is."""
    with pytest.raises(NetworkError, match=r"h1: there is no activation “tanhh”; use one of .*tanh"):
        Network.layered([1, 1, 1], hidden="tanhh")


# Values


def test_parameters_are_read_only_copies() -> None:
    """Nothing outside can change a network, neither through what it was given nor through what it gives."""
    mine = np.array([1.0, 2.0])
    changed = Network.layered([1, 1]).with_parameters(mine)
    mine[0] = 99.0
    assert changed.parameters.tolist() == [1.0, 2.0]
    assert changed.parameters.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        changed.parameters[0] = 5.0
    with pytest.raises(FrozenInstanceError):
        changed.parameters = mine


def test_a_read_only_view_is_copied() -> None:
    """Its base may still be written to."""
    mine = np.array([1.0, 2.0, 3.0])
    view = mine[:2]
    view.setflags(write=False)
    net = Network.layered([1, 1]).with_parameters(view)
    mine[0] = 99.0
    assert net.parameters.tolist() == [1.0, 2.0]


def test_frozen_vectors_are_not_copied_again() -> None:
    """So a moment of training costs one copy."""
    vector = frozen_vector([1.0, 2.0])
    assert frozen_vector(vector) is vector
    assert Network.layered([1, 1]).with_parameters(vector).parameters is vector


def test_structure_keeps_its_identity_when_values_change() -> None:
    """Caches hang on it."""
    net = Network.layered([2, 2, 1])
    assert net.with_parameters(np.zeros(9)).structure is net.structure
    assert net.with_values({"w3": 7.0}).structure is net.structure


def test_with_values_changes_the_named_only() -> None:
    """By name; the old network stays as it was."""
    net = Network.layered([1, 1])
    other = net.with_values({"b_y": -1.5})
    assert other.value("b_y") == -1.5
    assert other.value("w1") == net.value("w1")
    assert net.value("b_y") == 0.0


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 1), (0,)])
def test_a_vector_of_the_wrong_length_is_refused(shape: tuple[int, ...]) -> None:
    """Saying how many there are and what was given."""
    with pytest.raises(ValueError, match=r"has 2 parameters; the vector given has shape \("):
        Network.layered([1, 1]).with_parameters(np.zeros(shape))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_number_is_refused_by_name(bad: float) -> None:
    """Files and undo steps hold finite numbers only."""
    with pytest.raises(ValueError, match="Parameter b_y is not a finite number"):
        Network.layered([1, 1]).with_values({"b_y": bad})


def test_build_keeps_the_order_of_the_values() -> None:
    """It is the order of ``parameters`` and of the file."""
    net = Network.build([A, replace(Y, bias="c")], [Connection("a", "y", "k")], {"c": 2.0, "k": 3.0}, ["c"])
    assert net.parameter_names == ("c", "k")
    assert net.parameters.tolist() == [2.0, 3.0]
    assert net.structure.trainable.tolist() == [False, True]


def test_the_empty_network_is_sound() -> None:
    """A new document starts with it."""
    assert Network().parameters.shape == (0,)
    assert Network().structure.inputs == ()


# What is refused


def test_duplicate_ids() -> None:
    """Named once for each repetition."""
    problem = only(problems([A, Neuron("a"), Y]))
    assert problem == Problem("Two neurons are called a: each needs a name of its own.", ("a",))


@pytest.mark.parametrize("id", ["", "n" * (MAX_NAME_LENGTH + 1)])
def test_names_that_are_too_short_or_too_long(id: str) -> None:
    """1 to 64 characters."""
    assert "must have 1 to 64 characters" in only(problems([Neuron(id)])).message
    assert "must have 1 to 64 characters" in only(problems([A, Y], [("a", "y", id)])).message
    Structure((Neuron("n" * MAX_NAME_LENGTH),))


@pytest.mark.parametrize(
    ("neuron", "said"),
    [
        (Neuron("n", "middle"), "no role “middle”; use one of input, hidden, output"),
        (Neuron("n", activation="sigmoidal"), "no activation “sigmoidal”; use one of heaviside"),
        (Neuron("n", combine="mean"), "no combine “mean”; use one of sum, product, max"),
        (Neuron("n", notation="theta"), "no notation “theta”; use one of bias, threshold"),
    ],
)
def test_unknown_words(neuron: Neuron, said: str) -> None:
    """The neuron, the word, and what there is."""
    problem = only(problems([neuron]))
    assert said in problem.message
    assert problem.message.startswith("Neuron n: ")
    assert problem.neurons == ("n",)


@pytest.mark.parametrize(
    "neuron",
    [Neuron("a", "input", "tanh"), Neuron("a", "input", bias="b"), Neuron("a", "input", combine="max"),
     Neuron("a", "input", notation="threshold")],
)
def test_an_input_has_only_id_and_role(neuron: Neuron) -> None:
    """It computes nothing."""
    problem = only(problems([neuron]))
    assert "Input neuron a has only an id and a role" in problem.message
    assert problem.neurons == ("a",)


def test_an_edge_to_nowhere() -> None:
    """The missing end is named."""
    problem = only(problems([A, Y], [("a", "z")]))
    assert "a → z names the neuron z, which does not exist" in problem.message
    assert problem.neurons == ("z",)


def test_a_double_edge() -> None:
    """At most one from a neuron to a neuron; the way back is another."""
    problem = only(problems([A, Y], [("a", "y"), ("a", "y")]))
    assert problem == Problem("There are two connections a → y: one is allowed.", ("a", "y"))


def test_an_edge_into_an_input() -> None:
    """Its value is what is fed to it."""
    problem = only(problems([A, Y], [("y", "a")]))
    assert problem == Problem("The connection y → a enters an input: nothing may.", ("y", "a"))


def test_a_neuron_connected_to_itself() -> None:
    """Said as such, not as a cycle."""
    assert only(problems([H], [("h", "h")])) == Problem("Neuron h is connected to itself.", ("h",))


def test_a_cycle_names_the_neurons_on_it_and_no_others() -> None:
    """Neither what leads to it nor what waits behind it."""
    neurons = [A, *(Neuron(id) for id in "pqrst"), Y]
    edges = [("a", "p"), ("p", "q"), ("q", "r"), ("r", "s"), ("s", "q"), ("s", "t"), ("t", "y")]
    problem = only(problems(neurons, edges))
    assert set(problem.neurons) == {"q", "r", "s"}
    assert "form a cycle" in problem.message
    around = " → ".join([*problem.neurons, problem.neurons[0]])
    assert around in problem.message
    assert around in "q → r → s → q → r → s"


def test_a_long_cycle_is_cut_short_in_words_only() -> None:
    """All its neurons can be marked."""
    ring = [f"n{i}" for i in range(30)]
    edges = list(zip(ring, ring[1:] + ring[:1], strict=True))
    problem = only(problems([Neuron(id) for id in ring], edges))
    assert set(problem.neurons) == set(ring)
    assert "…" in problem.message
    assert len(problem.message) < 200
    for size in (8, 9):
        problem = only(problems([Neuron(id) for id in ring[:size]],
                                list(zip(ring[:size], ring[1:size] + ring[:1], strict=True))))
        assert ("…" in problem.message) == (size > 8) and problem.message.count("→") == size


def test_a_missing_parameter_names_where_it_is_used() -> None:
    """Whether it is a weight or a bias."""
    weight = only(problems([A, H], [("a", "h", "w")], ["b_h"]))
    assert weight == Problem("Parameter w of the connection a → h has no value.", ("a", "h"))
    bias = only(problems([A, H], [("a", "h", "w")], ["w"]))
    assert bias == Problem("Parameter b_h of neuron h has no value.", ("h",))


def test_an_unused_parameter_is_named() -> None:
    """Every name must be used."""
    problem = only(problems([A, H], [("a", "h", "w")], ["w", "b_h", "v"]))
    assert problem.message == "Parameter v is used by no neuron and no connection."


def test_parameters_of_one_name() -> None:
    """Sharing is one name with several uses, not two values."""
    found = only(problems([A, H], [("a", "h", "w")], ["w", "b_h", "w"]))
    assert found.message == "Two parameters have the same name: w."


def test_a_frozen_name_that_does_not_exist() -> None:
    """Named."""
    found = only(problems([A, H], [("a", "h", "w")], ["w", "b_h"], ("q",)))
    assert found.message == "Parameter q is frozen, but there is no parameter of that name."


def test_several_problems_are_all_told() -> None:
    """Not one after the other."""
    found = problems([A, B, Y], [("a", "b"), ("y", "y"), ("a", "y"), ("a", "y")])
    assert [problem.neurons for problem in found] == [("a", "b"), ("y",), ("a", "y")]


def test_too_many_neurons_and_connections() -> None:
    """The limits of the file."""
    message = only(problems([A] * (MAX_NEURONS + 1))).message
    assert message == "The network has 20001 neurons; at most 20000 are allowed."
    edges = (Connection("a", "y", "w"),) * (MAX_CONNECTIONS + 1)
    with pytest.raises(NetworkError, match="500001 connections; at most 500000"):
        Structure((A, Y), edges, ("w",))


# The graph


NODES = 7
NODE = st.integers(0, NODES - 1)
EDGES = st.sets(st.tuples(NODE, NODE).filter(lambda ends: ends[0] != ends[1]))


def acyclic(edges: set[tuple[int, int]]) -> bool:
    """Whether no power of the adjacency matrix has a neuron come back to itself."""
    reach = np.zeros((NODES, NODES), dtype=np.int64)
    for source, target in edges:
        reach[source, target] = 1
    power = reach.copy()
    for _ in range(NODES):
        if np.trace(power):
            return False
        power = np.minimum(power @ reach, 1)
    return True


@given(EDGES)
def test_exactly_the_acyclic_graphs_are_sound(edges: set[tuple[int, int]]) -> None:
    """And the cycle that is named is one: each of its edges is there."""
    neurons = tuple(Neuron(f"n{i}") for i in range(NODES))
    connections = tuple(Connection(f"n{s}", f"n{t}", f"w{s}_{t}") for s, t in sorted(edges))
    names = tuple(c.weight for c in connections)
    if acyclic(edges):
        structure = Structure(neurons, connections, names)
        for c in connections:
            assert structure.depth[c.target] > structure.depth[c.source]
            assert c.target in structure.downstream([c.source])
            assert c.source not in structure.downstream([c.target])
        return
    with pytest.raises(NetworkError) as caught:
        Structure(neurons, connections, names)
    (problem,) = caught.value.problems
    ring = problem.neurons
    assert len(set(ring)) == len(ring) >= 2
    around = zip(ring, ring[1:] + ring[:1], strict=True)
    assert all((int(s[1:]), int(t[1:])) in edges for s, t in around)


def test_lookups_keep_the_order_of_the_file() -> None:
    """Which is the order of the terms of a sum."""
    ends = [("b", "h", "p"), ("h", "y", "q"), ("a", "h", "b_h"), ("a", "y", "p")]
    edges = tuple(Connection(*parts) for parts in ends)
    structure = Structure((Y, A, H, B), edges, ("b_h", "q", "p"), frozenset({"q"}))
    assert structure.inputs == ("a", "b")
    assert structure.incoming["h"] == (edges[0], edges[2])
    assert structure.incoming["a"] == ()
    assert structure.outgoing["a"] == (edges[2], edges[3])
    assert structure.by_ends["a", "y"] is edges[3]
    assert structure.by_id["h"] is H
    assert dict(structure.position) == {"y": 0, "a": 1, "h": 2, "b": 3}
    assert dict(structure.parameter_index) == {"b_h": 0, "q": 1, "p": 2}
    assert dict(structure.depth) == {"a": 0, "b": 0, "h": 1, "y": 2}
    assert structure.weight_names == {"p", "q", "b_h"}
    assert structure.uses["p"] == (edges[0], edges[3])
    assert structure.uses["b_h"] == (edges[2], H)
    assert structure.trainable.tolist() == [True, False, True]
    with pytest.raises(ValueError, match="read-only"):
        structure.trainable[0] = False


def test_depth_is_the_longest_path() -> None:
    """A skip connection does not make a neuron shallower."""
    edges = tuple(Connection(*ends, f"w{i}") for i, ends in enumerate([("a", "y"), ("a", "h"), ("h", "y")]))
    structure = Structure((A, H, Y), edges, ("w0", "w1", "w2", "b_h"))
    assert structure.depth["y"] == 2


def test_same_as_compares_field_by_field() -> None:
    """Equality is identity; ``same_as`` looks inside."""
    one, two = Network.layered([2, 2, 1]).structure, Network.layered([2, 2, 1], seed=5).structure
    assert one != two
    assert one.same_as(two)
    assert one.same_as(one)
    assert not one.same_as(Network.layered([2, 2, 1], hidden="relu").structure)
    assert not one.same_as(replace(two, frozen=frozenset({"w1"})))


def test_a_half_built_network_is_sound() -> None:
    """An output nothing leads to is a normal document; only ``compile`` refuses it."""
    structure = Structure((A, Y, H), (), ("b_h",))
    assert structure.incoming["y"] == ()
    assert dict(structure.depth) == {"a": 0, "y": 0, "h": 0}
