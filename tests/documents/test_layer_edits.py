"""Layers changed where they stand, of generated networks: what stays keeps its weights and what it computes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsim.core.network import MAX_CONNECTIONS, Network, NetworkError, Structure
from nnsim.core.program import program_of
from nnsim.data.generators import GENERATORS, GateFields
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
from nnsim.documents.edits import move, remove
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.documents.layer_edits import fixed_by_data, insert_layer, remove_layer, resize_layer
from nnsim.documents.layout import CLEARANCE, TALLEST, filled

functions = st.sampled_from(["tanh", "sigmoid", "relu", "heaviside"])


@st.composite
def layered(draw: st.DrawFn) -> Document:
    """A network in layers, here and there with a connection missing or a neuron elsewhere."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    document = Document(Network.layered(sizes, draw(functions), draw(functions), draw(st.integers(0, 9))))
    structure = document.network.structure
    missing = draw(st.none() | st.sampled_from(structure.connections))
    if missing is not None and len(structure.incoming[missing.target]) > 1:
        document = remove(document, (), [missing.ends])
    if draw(st.booleans()):
        document = move(document, {draw(st.sampled_from(list(structure.by_id))): (draw(st.integers(-9, 9)) + 0.0, 7.0)})
    return document


def activations(document: Document) -> dict[str, np.ndarray]:
    """What each neuron says to a few samples."""
    structure = document.network.structure
    X = np.linspace(-2.0, 2.0, 5)[:, None] * np.ones(len(structure.inputs))
    trace = program_of(structure).run(document.network.parameters, X)
    return {id: trace.a_rows[row] for id, row in structure.position.items()}


def nearly(one: np.ndarray, other: np.ndarray) -> bool:
    """The same but for the last digits: where layers have other shapes, sums are added up in another way."""
    return np.allclose(one, other, rtol=1e-12, atol=1e-12)


def keeps(before: Document, after: Document, cut: bool = False) -> None:
    """Every neuron, and every parameter of what is there before and after, is what it was."""
    old, new = before.network, after.network
    assert [n for n in old.structure.neurons if n.id in new.structure.by_id] == [
        n for n in new.structure.neurons if n.id in old.structure.by_id]
    for name in set(old.parameter_names) & set(new.parameter_names):
        assert old.value(name) == new.value(name) and old.structure.uses[name] == new.structure.uses[name]
    stays = {ends for ends in old.structure.by_ends if set(ends) <= new.structure.by_id.keys()}
    assert cut or stays <= new.structure.by_ends.keys()
    assert (after.training, after.notes) == (before.training, before.notes)


def joined(structure: Structure, neurons: tuple[str, ...]) -> None:
    """Each of these is connected with all of the layers beside its own."""
    for number, layer in enumerate(structure.layers):
        for id in set(layer) & set(neurons):
            sources = structure.layers[number - 1] if number else ()
            targets = structure.layers[number + 1] if number + 1 < len(structure.layers) else ()
            assert [c.source for c in structure.incoming[id]] == [*sources]
            assert {c.target for c in structure.outgoing[id]} == {*targets}


def apart(document: Document) -> bool:
    """Whether no two neurons stand in each other's way."""
    places = [*filled(document.network.structure, document.layout).values()]
    return not any(abs(x - a) < CLEARANCE and abs(y - b) < CLEARANCE
                   for i, (x, y) in enumerate(places) for a, b in places[:i])


@given(layered(), st.integers(0, 9), st.integers(1, 6))
def test_a_layer_of_another_size(document: Document, number: int, size: int) -> None:
    """New neurons are like the last, and fully connected; nothing before the layer, nor in it, computes otherwise."""
    before = document.network.structure.layers
    at = number % len(before)
    after = resize_layer(document, at, size)
    keeps(document, after)
    structure, expected = after.network.structure, [len(layer) for layer in before]
    if any(not structure.incoming[id] for layer in before[1:] for id in layer if id in structure.by_id):
        return  # the one that fed it has gone with the layer's end: there are no layers any more
    expected[at] = size
    assert [len(layer) for layer in structure.layers] == expected
    assert structure.layers[at][: len(before[at])] == before[at][:size]
    new = structure.layers[at][len(before[at]):]
    joined(structure, new)
    model = structure.by_id[structure.layers[at][0]]
    assert all(replace(structure.by_id[id], id="", bias="") == replace(model, id="", bias="" if model.bias else None)
               or model.role == "input" for id in new)
    said, says = activations(document), activations(after)
    if at:
        assert all(nearly(said[id], says[id]) for layer in before[: at + 1] for id in layer if id in says)
    assert resize_layer(document, at, size) == after


@given(layered(), st.integers(0, 9), st.integers(1, 4))
def test_a_new_layer_between_two(document: Document, number: int, size: int) -> None:
    """It is connected with both, and they no longer with each other; what is before it computes what it did."""
    before = document.network.structure.layers
    at = 1 + number % (len(before) - 1)
    after = insert_layer(document, at, size)
    keeps(document, after, cut=True)
    structure = after.network.structure
    assert structure.layers[:at] + structure.layers[at + 1:] == before and len(structure.layers[at]) == size
    joined(structure, structure.layers[at])
    said, says = activations(document), activations(after)
    assert all(nearly(said[id], says[id]) for layer in before[:at] for id in layer)
    again = remove_layer(after, at)
    keeps(after, again)
    assert again.network.structure.layers == before
    ends = {(source, target) for source in before[at - 1] for target in before[at]}
    assert ends <= again.network.structure.by_ends.keys()


@given(layered(), st.integers(0, 9))
def test_a_layer_less(document: Document, number: int) -> None:
    before = document.network.structure.layers
    at = number % len(before)
    if at in (0, len(before) - 1):
        with pytest.raises(NetworkError, match="inputs and the outputs stay"):
            remove_layer(document, at)
        return
    after = remove_layer(document, at)
    keeps(document, after)
    assert after.network.structure.layers == before[:at] + before[at + 1:]
    ends = {(source, target) for source in before[at - 1] for target in before[at + 1]}
    assert ends <= after.network.structure.by_ends.keys()


@pytest.mark.parametrize("sizes", [[2, 1], [2, 4, 1], [3, 2, 5, 2], [1, TALLEST + 1, 2], [2, 60, 1]])
def test_nobody_stands_in_anothers_way(sizes: list[int]) -> None:
    """Whatever is done to whichever layer of an arranged network, also where columns begin to fold."""
    document = Document(Network.layered(sizes))
    for at in range(len(sizes)):
        for size in (1, 3, TALLEST, TALLEST + 1, 60):
            assert apart(resize_layer(document, at, size)), (at, size)
        if at:
            for size in (1, 2, TALLEST + 4):
                longer = insert_layer(document, at, size)
                assert apart(longer), (at, size)
                assert apart(remove_layer(longer, at)), (at, size)
                assert apart(resize_layer(longer, at, 2 * TALLEST + 1)), (at, size)


def test_columns_keep_their_middle_and_those_behind_their_distance() -> None:
    document = load(EXAMPLES["circle"].path)
    grown = resize_layer(document, 1, 6)
    assert {id: grown.layout[id] for id in document.layout if id[0] != "h"} == {
        id: place for id, place in document.layout.items() if id[0] != "h"}
    middles = [sum(d.layout[id][1] for id in d.network.structure.layers[1]) / n for d, n in ((document, 4), (grown, 6))]
    assert abs(middles[0] - middles[1]) <= 1


@pytest.mark.parametrize("hidden, output, at, activation, names", [
    ("tanh", "tanh", 1, "tanh", ["h1", "h2"]), ("heaviside", "heaviside", 1, "heaviside", ["h1", "h2"]),
    ("relu", "linear", 2, "relu", ["h2_1", "h2_2"]), ("relu", "linear", 1, "relu", ["h1_1", "h1_2"]),
])
def test_a_new_layer_has_the_activation_and_the_names_one_expects(
    hidden: str, output: str, at: int, activation: str, names: list[str]
) -> None:
    document = Document(Network.layered([2, 1] if names == ["h1", "h2"] else [2, 3, 1], hidden, output))
    after = insert_layer(document, at)
    new = after.network.structure.layers[at]
    assert list(new) == names
    assert {after.network.structure.by_id[id].activation for id in new} == {activation}
    weights = {after.network.value(c.weight) for id in new for c in after.network.structure.incoming[id]}
    assert weights == {1.0} if activation == "heaviside" else len(weights) == len(new) * len(
        after.network.structure.layers[at - 1])


def test_a_layer_of_steps_begins_as_steps_made_by_hand_do() -> None:
    after = resize_layer(load(EXAMPLES["xor_layered"].path), 1, 3).network
    new = after.structure.by_id[after.structure.layers[1][2]]
    assert new.bias is not None and after.value(new.bias) == -1.0
    assert [after.value(c.weight) for c in after.structure.incoming[new.id]] == [1.0, 1.0]


def test_new_weights_follow_the_seed_of_the_training() -> None:
    document = Document(Network.layered([2, 4, 1]))
    other = replace(document, training=replace(document.training, seed=5))
    assert not np.array_equal(resize_layer(document, 1, 5).network.parameters,
                              resize_layer(other, 1, 5).network.parameters)


def test_a_layer_has_one_neuron_at_least_and_a_network_its_most_connections() -> None:
    document = Document(Network.layered([2, 700, 1]))
    with pytest.raises(NetworkError, match="at least one neuron"):
        resize_layer(document, 1, 0)
    with pytest.raises(NetworkError, match=str(MAX_CONNECTIONS)):
        insert_layer(document, 2, 800)


@pytest.mark.parametrize("name", GENERATORS)
def test_the_data_say_how_many_inputs_there_are_unless_they_are_a_table(name: str) -> None:
    entry = GENERATORS[name]
    inputs, targets = entry.columns(entry.fields())
    document = Document(Network.layered([inputs, 3, targets]), data=GeneratedData(name))
    fixed = [fixed_by_data(document, layer) for layer in range(3)]
    assert fixed == [not entry.is_gate, False, not entry.is_gate]
    assert not any(fixed_by_data(replace(document, data=None), layer) for layer in range(3))


def test_the_target_of_a_gate_follows_its_inputs() -> None:
    document = replace(Document(Network.layered([2, 1])), data=GeneratedData("and_gate"))
    assert resize_layer(document, 0, 3).data == GeneratedData("and_gate", GateFields(inputs=3))
