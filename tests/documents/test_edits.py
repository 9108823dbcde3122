"""Edits of a document: each takes a document and gives a new one."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from nnsim.core.network import Connection, NetworkError, Neuron
from nnsim.core.program import compile
from nnsim.data.generators import GateFields, NotFields
from nnsim.data.sources import GeneratedData, InlineData
from nnsim.documents import edits
from nnsim.documents.document import Document


def outputs(document: Document, X: list[list[float]]) -> list[float]:
    """What the first output says to each row."""
    network = document.network
    return compile(network).forward(network.parameters, X)[:, 0].tolist()


def test_xor_is_made_of_the_edits(gate: Document) -> None:
    xor = edits.set_values(gate, {"w5": -2, "b_h": -1.2, "b_y": -0.6})
    assert outputs(xor, [[0, 0], [0, 1], [1, 0], [1, 1]]) == [0, 1, 1, 0]


# Neurons


def test_a_new_neuron_is_a_step_with_threshold_one() -> None:
    document = edits.add_neuron(Document(), "hidden", (10, 20))
    assert document.network.structure.neurons == (
        Neuron("h1", "hidden", "heaviside", bias="b_h1", notation="threshold"),)
    assert document.network.value("b_h1") == -1
    assert document.layout == {"h1": (10, 20)}


def test_a_new_input_has_only_an_id() -> None:
    document = edits.add_neuron(Document(), "input", (0, 0))
    assert document.network.structure.neurons == (Neuron("x0", "input"),)
    assert document.network.parameter_names == ()


def test_a_name_that_is_taken_is_refused(gate: Document) -> None:
    with pytest.raises(NetworkError, match="Two neurons are called h"):
        edits.add_neuron(gate, "hidden", (0, 0), "h")


def test_a_very_long_name_still_gets_a_bias_of_its_own() -> None:
    one, two = "n" * 63 + "1", "n" * 63 + "2"
    document = edits.add_neuron(edits.add_neuron(Document(), "hidden", (0, 0), one), "hidden", (0, 0), two)
    assert len({n.bias for n in document.network.structure.neurons}) == 2


def test_removing_a_neuron_removes_all_that_touches_it(gate: Document) -> None:
    document = edits.remove(gate, ["h"])
    assert list(document.network.structure.by_id) == ["x0", "x1", "y"]
    assert [c.ends for c in document.network.structure.connections] == [("x0", "y"), ("x1", "y")]
    assert set(document.network.parameter_names) == {"w3", "w4", "b_y"}
    assert set(document.layout) == {"x0", "x1", "y"}


def test_a_shared_parameter_stays_while_something_uses_it(gate: Document) -> None:
    document = edits.remove(edits.share(gate, "w5", "w1"), connections=[("x0", "h")])
    assert document.network.structure.by_ends["h", "y"].weight == "w1"
    assert "w1" in document.network.parameter_names


def test_removing_keeps_values_and_what_is_frozen(gate: Document) -> None:
    document = edits.set_trainable(edits.set_values(gate, {"w3": 7.0, "w5": -2.0}), ["w3", "w5"], False)
    document = edits.remove(document, connections=[("h", "y")])
    assert document.network.value("w3") == 7
    assert document.network.structure.frozen == {"w3"}


def test_removing_everything_leaves_an_empty_document(gate: Document) -> None:
    document = edits.remove(gate, ["x0", "x1", "h", "y"])
    assert document == Document()


def test_moving_keeps_the_network_itself(gate: Document) -> None:
    document = edits.move(gate, {"h": (1, 2)})
    assert document.network is gate.network
    assert document.layout["h"] == (1, 2)
    assert document.layout["y"] == (400, 0)


# Connections


def test_a_new_connection_weighs_one(gate: Document) -> None:
    document = edits.connect(edits.add_neuron(gate, "hidden", (0, 0), "k"), "x0", "k")
    assert document.network.structure.connections[-1] == Connection("x0", "k", "w6")
    assert document.network.value("w6") == 1


def test_a_freed_weight_name_is_used_again(gate: Document) -> None:
    document = edits.remove(gate, connections=[("x1", "h")])
    document = edits.connect(document, "x1", "h", 3.0)
    assert document.network.structure.by_ends["x1", "h"].weight == "w2"
    assert document.network.value("w2") == 3


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("h", "h", "cannot feed itself"),
        ("h", "x0", "x0 is an input"),
        ("x0", "h", "connected already"),
        ("y", "h", "h already leads to y"),
    ],
)
def test_what_cannot_be_connected_says_why(gate: Document, source: str, target: str, why: str) -> None:
    assert why in edits.why_not_connect(gate.network.structure, source, target)
    with pytest.raises(NetworkError, match=why) as caught:
        edits.connect(gate, source, target)
    assert caught.value.problems[0].neurons == (source, target)


def sums(document: Document) -> dict[str, list[str]]:
    """What each sum adds, in its order."""
    return {id: [c.source for c in entering] for id, entering in document.network.structure.incoming.items()}


@pytest.mark.parametrize("drawn", list(permutations(["x0", "x1", "h"])))
def test_a_sum_has_inputs_first_then_hidden_neurons_however_it_was_drawn(
    gate: Document, drawn: tuple[str, ...]
) -> None:
    document = edits.remove(gate, connections=[(source, "y") for source in drawn])
    together = edits.connect_all(document, drawn, ["y"])
    for source in drawn:
        document = edits.connect(document, source, "y")
    assert sums(document) == sums(together) == {"x0": [], "x1": [], "h": ["x0", "x1"], "y": ["x0", "x1", "h"]}


@pytest.mark.parametrize("drawn", list(permutations(["x0", "x1", "h"])))
def test_an_order_that_is_there_stays_when_a_sum_grows(gate: Document, drawn: tuple[str, ...]) -> None:
    structure = gate.network.structure
    entering = sorted(structure.incoming["y"], key=lambda c: drawn.index(c.source))
    others = [c for c in structure.connections if c.target != "y"]
    stored = edits.rebuilt(gate, structure.neurons, [*others, *entering])
    grown = edits.connect_new(edits.connect_new(stored, ["x0"], "hidden", (0, 0)), ["y"], "output", (0, 0))
    grown = edits.connect(grown, "h1", "y")
    assert sums(grown)["y"] == [*drawn, "h1"]


def test_what_can_be_connected_has_no_reason_against_it(gate: Document) -> None:
    without = edits.remove(gate, connections=[("h", "y")])
    assert edits.why_not_connect(without.network.structure, "h", "y") == ""
    assert edits.why_not_connect(without.network.structure, "y", "h") == ""


def test_a_connection_dropped_on_empty_canvas_makes_its_neuron(gate: Document) -> None:
    document = edits.connect_new(gate, ["h"], "hidden", (300, 50))
    assert document.network.structure.connections[-1].ends == ("h", "h1")
    assert document.layout["h1"] == (300, 50)


# Values, names, sharing


def test_new_values_keep_the_structure(gate: Document) -> None:
    document = edits.set_values(gate, {"w1": 0.5})
    assert document.network.structure is gate.network.structure
    assert document.network.value("w1") == 0.5
    assert gate.network.value("w1") == 1


def test_renaming_takes_connections_place_and_bias_along(gate: Document) -> None:
    document = edits.rename_neuron(edits.set_trainable(gate, ["b_h"], False), "h", " hidden one ")
    structure = document.network.structure
    assert list(structure.by_id) == ["x0", "x1", "hidden one", "y"]
    assert structure.by_id["hidden one"].bias == "b_hidden one"
    assert structure.frozen == {"b_hidden one"}
    assert ("hidden one", "y") in structure.by_ends and ("x0", "hidden one") in structure.by_ends
    assert document.layout["hidden one"] == (200, 0)
    assert np.array_equal(document.network.parameters, gate.network.parameters)


def test_renaming_to_the_same_name_changes_nothing(gate: Document) -> None:
    assert edits.rename_neuron(gate, "h", " h ") is gate


@pytest.mark.parametrize(
    ("name", "why"), [("y", "called y already"), ("  ", "1 to 64"), ("n" * 65, "1 to 64")])
def test_a_name_that_cannot_be_is_refused(gate: Document, name: str, why: str) -> None:
    with pytest.raises(NetworkError, match=why):
        edits.rename_neuron(gate, "h", name)


def test_renaming_to_the_longest_name_keeps_the_bias_within_its_limit(gate: Document) -> None:
    bias = edits.rename_neuron(gate, "h", "n" * 64).network.structure.by_id["n" * 64].bias
    assert bias is not None and len(bias) <= 64


def test_renaming_leaves_another_neurons_bias_alone(gate: Document) -> None:
    """b_h is y's now: h has none of its own, so calling h otherwise must not rename it."""
    document = edits.share(edits.set_bias_used(gate, "h", False), "b_y", "b_h")
    document = edits.rename_neuron(document, "h", "k")
    assert document.network.structure.by_id["y"].bias == "b_h"


def test_a_bias_follows_also_where_its_new_name_is_taken(gate: Document) -> None:
    document = edits.rename_neuron(edits.share(gate, "w1", "b_k"), "h", "k")
    assert document.network.structure.by_id["k"].bias == "b_k_2"
    assert document.network.value("b_k_2") == -1


def test_sharing_takes_the_other_parameter(gate: Document) -> None:
    document = edits.share(edits.set_values(gate, {"w2": 5.0}), "w1", "w2")
    structure = document.network.structure
    assert structure.by_ends["x0", "h"].weight == structure.by_ends["x1", "h"].weight == "w2"
    assert "w1" not in document.network.parameter_names
    assert document.network.value("w2") == 5


def test_sharing_a_new_name_renames(gate: Document) -> None:
    document = edits.share(edits.set_trainable(gate, ["w1"], False), "w1", " v ")
    assert document.network.parameter_names[gate.network.parameter_names.index("w1")] == "v"
    assert document.network.structure.frozen == {"v"}
    assert edits.share(gate, "w1", "w1 ") is gate
    with pytest.raises(NetworkError, match="1 to 64"):
        edits.share(gate, "w1", " ")


def test_a_bias_can_be_shared(gate: Document) -> None:
    document = edits.share(gate, "b_h", "b_y")
    assert {n.bias for n in document.network.structure.neurons} == {None, "b_y"}


def test_parameters_can_be_frozen_and_thawed(gate: Document) -> None:
    frozen = edits.set_trainable(gate, ["w1", "w2"], False)
    assert frozen.network.structure.frozen == {"w1", "w2"}
    assert edits.set_trainable(frozen, ["w1"], True).network.structure.frozen == {"w2"}
    assert np.array_equal(frozen.network.parameters, gate.network.parameters)


# Roles and functions


def test_an_input_becomes_a_step_with_threshold_one() -> None:
    document = edits.set_role(edits.add_neuron(Document(), "input", (0, 0)), ["x0"], "output")
    neuron = Neuron("x0", "output", "heaviside", bias="b_x0", notation="threshold")
    assert document.network.structure.neurons == (neuron,)
    assert document.network.value("b_x0") == -1


def test_a_neuron_nothing_enters_becomes_an_input_without_a_bias(gate: Document) -> None:
    document = edits.set_role(edits.remove(gate, connections=[("x0", "h"), ("x1", "h")]), ["h"], "input")
    assert document.network.structure.by_id["h"] == Neuron("h", "input")
    assert "b_h" not in document.network.parameter_names
    assert document.layout["h"] == (200, 0)


def test_a_neuron_that_is_fed_cannot_become_an_input(gate: Document) -> None:
    with pytest.raises(NetworkError, match="h cannot be an input, because x0 leads to it"):
        edits.set_role(gate, ["h"], "input")


def test_hidden_and_output_change_places_keeping_all_else(gate: Document) -> None:
    document = edits.set_role(gate, ["h"], "output")
    assert document.network.structure.outputs == ("y", "h")
    assert document.network.structure.by_id["h"].bias == "b_h"
    assert edits.set_role(gate, ["h"], "hidden") is gate


def test_inputs_with_long_names_that_become_neurons_do_not_share_a_bias() -> None:
    names = ["n" * 63 + digit for digit in "12"]
    document = Document()
    for name in names:
        document = edits.add_neuron(document, "input", (0, 0), name)
    document = edits.set_role(document, names, "hidden")
    assert len({n.bias for n in document.network.structure.neurons}) == 2


def test_the_activation_changes_and_inputs_are_left_alone(gate: Document) -> None:
    document = edits.set_neurons(gate, ["x0", "h", "y"], activation="sigmoid")
    by_id = document.network.structure.by_id
    assert by_id["x0"] == Neuron("x0", "input")
    assert by_id["h"].activation == by_id["y"].activation == "sigmoid"
    assert document.network.value("b_h") == -1
    with pytest.raises(NetworkError, match="no activation “sgmoid”"):
        edits.set_neurons(gate, ["h"], activation="sgmoid")


def test_steps_are_shown_with_a_threshold_and_others_with_a_bias(gate: Document) -> None:
    soft = edits.set_neurons(gate, ["h"], activation="sigmoid")
    assert soft.network.structure.by_id["h"].notation == "bias"
    again = edits.set_neurons(soft, ["h"], activation="heaviside")
    assert again.network.structure.by_id["h"].notation == "threshold"


def test_a_notation_the_learner_chose_stays(gate: Document) -> None:
    chosen = edits.set_neurons(gate, ["h"], notation="bias")
    assert chosen.network.structure.by_id["h"].notation == "bias"
    soft = edits.set_neurons(chosen, ["h"], activation="sigmoid")
    assert soft.network.structure.by_id["h"].notation == "bias"
    both = edits.set_neurons(gate, ["h"], activation="tanh", notation="threshold")
    assert both.network.structure.by_id["h"].notation == "threshold"


def test_the_combination_changes(gate: Document) -> None:
    assert edits.set_neurons(gate, ["h"], combine="max").network.structure.by_id["h"].combine == "max"


def test_a_bias_is_taken_away_and_given_back_as_zero(gate: Document) -> None:
    without = edits.set_bias_used(gate, "h", False)
    assert without.network.structure.by_id["h"].bias is None
    assert "b_h" not in without.network.parameter_names
    back = edits.set_bias_used(without, "h", True)
    assert back.network.value("b_h") == 0
    X = [[0.0, 0.0], [1.0, -1.0], [-1.0, 0.0]]
    assert outputs(back, X) == outputs(without, X)
    assert edits.set_bias_used(gate, "h", True) is gate


# Data


def test_the_data_are_exchanged(gate: Document) -> None:
    data = GeneratedData("xor_gate")
    assert edits.set_data(gate, data).data == data
    assert edits.set_data(edits.set_data(gate, data), None).data is None


def test_a_gates_table_follows_the_inputs(gate: Document) -> None:
    document = edits.set_data(gate, GeneratedData("xor_gate"))
    three = edits.add_neuron(document, "input", (0, 100))
    assert three.data == GeneratedData("xor_gate", GateFields(inputs=3))
    assert edits.remove(three, ["x0", "x1"]).data == GeneratedData("xor_gate", GateFields(inputs=1))
    assert edits.set_role(three, ["x2"], "hidden").data == GeneratedData("xor_gate", GateFields(inputs=2))


def test_not_cannot_follow_to_two_inputs() -> None:
    one = replace(edits.add_neuron(Document(), "input", (0, 0)), data=GeneratedData("not_gate", NotFields()))
    assert edits.add_neuron(one, "input", (0, 0)).data is None


def test_a_table_that_would_be_too_large_is_kept_as_it_is() -> None:
    document = replace(Document(), data=GeneratedData("and_gate", GateFields(inputs=6)))
    for _ in range(7):
        document = edits.add_neuron(document, "input", (0, 0))
    assert document.data == GeneratedData("and_gate", GateFields(inputs=6))


def test_other_data_stay_what_they_are(gate: Document) -> None:
    own = InlineData(((0, 0), (1, 1)), ((0,), (1,)))
    assert edits.add_neuron(edits.set_data(gate, own), "input", (0, 0)).data == own
    circle = GeneratedData("circle")
    assert edits.add_neuron(edits.set_data(gate, circle), "input", (0, 0)).data == circle


# Connecting many


def test_many_are_connected_with_many_and_what_exists_is_kept(gate: Document) -> None:
    """Inputs to h and y: of four connections all exist but the one that was cut; its weight is new."""
    cut = edits.remove(gate, (), [("x1", "y")])
    kept = edits.set_values(cut, {"w1": 5.0})
    document = edits.connect_all(kept, ["x0", "x1"], ["h", "y"])
    structure = document.network.structure
    assert set(structure.by_ends) == set(gate.network.structure.by_ends)
    assert document.network.value(structure.by_ends["x0", "h"].weight) == 5.0
    assert document.network.value(structure.by_ends["x1", "y"].weight) == edits.NEW_WEIGHT
    assert len({c.weight for c in structure.connections}) == 5


@pytest.mark.parametrize(("sources", "targets", "says"), [
    (["h"], ["x0"], "input"), (["y"], ["h"], "cycle"), (["x0"], ["h"], "connected already"),
    (["x0", "y"], ["h"], "cycle"),
])
def test_connecting_many_is_refused_as_a_whole(
    gate: Document, sources: list[str], targets: list[str], says: str
) -> None:
    with pytest.raises(NetworkError, match=says):
        edits.connect_all(gate, sources, targets)


def test_a_selection_that_holds_its_target_does_not_feed_it_with_itself(gate: Document) -> None:
    """x0, h and y selected, y the target: the missing ones are made, none from y to y."""
    cut = edits.remove(gate, (), [("x0", "y"), ("h", "y")])
    document = edits.connect_all(cut, ["x0", "h", "y"], ["y"])
    assert set(document.network.structure.by_ends) == set(gate.network.structure.by_ends)
