"""The truth table of a document and its target columns."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from nnsim.data.generators import GENERATORS, GateFields, NotFields, SampleFields, gates
from nnsim.data.sources import CsvData, DataSource, GeneratedData, InlineData
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.targets import OWN, choose_target, flip_target, learned_data, target_choices, truth_table_of

XOR = GeneratedData("xor_gate")
BITS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


def net(inputs: int, outputs: int, data: DataSource | None = None) -> Document:
    """A document with that many inputs and outputs, and these data."""
    document = Document()
    for _ in range(inputs):
        document = edits.add_neuron(document, "input", (0, 0))
    for _ in range(outputs):
        document = edits.add_neuron(document, "output", (0, 0))
    return replace(document, data=data)


def own(*targets: tuple[float, ...], inputs: tuple[tuple[float, ...], ...] = BITS) -> InlineData:
    return InlineData(inputs, targets)


def columns(document: Document) -> list[list[float | None]]:
    """The target columns, None where unset."""
    table = truth_table_of(document)
    assert table is not None
    return [[None if np.isnan(t) else t for t in column] for column in table.targets.T.tolist()]


def choices(document: Document) -> list[str | None]:
    table = truth_table_of(document)
    assert table is not None
    return target_choices(document, table)


@pytest.mark.parametrize("inputs", [1, 2, 3, 6])
def test_a_table_has_every_row_of_its_inputs(inputs: int) -> None:
    table = truth_table_of(net(inputs, 1))
    assert table is not None
    assert [int("".join(f"{x:g}" for x in row), 2) for row in table.X] == list(range(2**inputs))
    assert np.isnan(table.targets).all()


@pytest.mark.parametrize(
    "document",
    [
        net(0, 1), net(7, 1), net(0, 0, XOR), net(3, 1, XOR),
        net(2, 1, GeneratedData("circle", SampleFields())),
        net(2, 1, own((0,), (1,), (1,), (2,))), net(2, 1, own((-1,), (1,), (1,), (-1,))),
        net(2, 1, own((0,), (1,), inputs=((0.05, 0.1), (1.0, 1.0)))),
        net(2, 1, own((0,), (1,), inputs=((1.0, 1.0), (1.0, 1.0)))),
        net(1, 1, own(*[(1,)] * 4)),
        net(2, 1, replace(own(*[(1,)] * 4), test_share=0.5)),
    ],
)
def test_other_data_are_no_truth_table(document: Document) -> None:
    assert truth_table_of(document) is None


def test_rows_of_a_table_in_a_file_may_stand_in_any_order_and_be_missing() -> None:
    data = own((1,), (0,), inputs=((1.0, 0.0), (0.0, 0.0)))
    assert columns(net(2, 1, data)) == [[0, None, 1, None]]
    rows = tuple((float(n >> 2), float(n >> 1 & 1), float(n & 1)) for n in (7, 6, 5, 4, 3, 2, 1, 0))
    whole = own(*((float(sum(row) % 2),) for row in rows), inputs=rows)
    assert columns(net(3, 1, whole)) == [[0, 1, 1, 0, 1, 0, 0, 1]]


TWO = own((0, 0), (1, 0), (1, 0), (0, 1))
"""XOR and AND."""


def test_a_target_column_goes_with_its_output() -> None:
    """Without the first of two outputs the second keeps its own column, which is a gate then."""
    document = net(2, 2, TWO)
    assert edits.remove(document, ["y"]).data == GeneratedData("and_gate")
    assert edits.remove(document, ["y2"]).data == GeneratedData("xor_gate")


def by_neuron(document: Document) -> dict[str, list[float | None]]:
    """The target of each output that has one, and of those that wait, under their number."""
    outputs = document.network.structure.outputs
    return {outputs[i] if i < len(outputs) else str(i): column for i, column in enumerate(columns(document))
            if None not in column}


def toggled(document: Document, id: str) -> Document:
    is_output = document.network.structure.by_id[id].role == "output"
    return edits.set_role(document, [id], "hidden" if is_output else "output")


THREE = own((0, 0, 0), (1, 0, 1), (1, 0, 1), (0, 1, 1))
"""XOR, AND and OR."""


@pytest.mark.parametrize(("outputs", "data"), [(1, XOR), (2, TWO), (3, THREE), (3, TWO)])
def test_no_target_is_lost_by_roles_in_any_order(outputs: int, data: DataSource) -> None:
    """Up to four changes among three neurons: what stays an output keeps its target; one that none has waits only
    while every output has one; and changes that are taken back in turn leave everything as it was.
    """
    start = net(2, outputs, data)
    for _ in range(3 - outputs):
        start = edits.add_neuron(start, "hidden", (0, 0))
    neurons = [n.id for n in start.network.structure.neurons if n.role != "input"]
    targets = sorted(map(str, by_neuron(start).values()))
    for changes in (c for length in range(5) for c in product(neurons, repeat=length)):
        document = start
        for id in changes:
            before, document = by_neuron(document), toggled(document, id)
            now, there = by_neuron(document), document.network.structure.outputs
            assert sorted(map(str, now.values())) == targets, changes
            assert all(now[other] == column for other, column in before.items() if other != id and other in there)
            assert len(now) == len(columns(document)) or set(now) <= set(there), changes
        if (outputs, data) in ((1, XOR), (3, THREE)) and len(set(changes)) == len(changes):
            for id in reversed(changes):
                document = toggled(document, id)
            assert by_neuron(document) == by_neuron(start), changes


@pytest.mark.parametrize("data", [XOR, own((0,), (0,), (1,), (0,)), CsvData("points.csv", ("a", "b"), ("p",))])
@pytest.mark.parametrize("first", ["h1", "y"])
def test_the_only_target_moves_to_the_neuron_that_is_made_the_output(first: str, data: DataSource) -> None:
    """Whichever of the two roles is changed first."""
    document = edits.add_neuron(net(2, 1, data), "hidden", (0, 0))
    for id in (first, "y" if first == "h1" else "h1"):
        document = toggled(document, id)
    assert (document.network.structure.outputs, document.data) == (("h1",), data)


def test_a_target_that_no_output_has_waits_behind_the_others_and_can_be_removed_alone() -> None:
    waiting = toggled(net(2, 2, TWO), "y")
    assert columns(waiting) == [[0, 0, 0, 1], [0, 1, 1, 0]]
    assert choose_target(waiting, 1, None).data == GeneratedData("and_gate")
    assert edits.remove(waiting, ["y"]).data == waiting.data
    assert edits.add_neuron(waiting, "output", (0, 0)).data == waiting.data


def test_what_waits_is_not_learned() -> None:
    """And is left out under its name, where it has one."""
    waiting = toggled(net(2, 2, replace(TWO, columns=("a", "b", "xor", "and"))), "y")
    learned = learned_data(waiting)
    assert learned == replace(TWO, targets=((0,), (0,), (0,), (1,)), columns=("a", "b", "and"))
    assert learned_data(waiting) is learned
    for document in (net(2, 2, TWO), net(2, 0, TWO), net(2, 1), net(2, 1, XOR), net(2, 1, CsvData("points.csv")),
                     net(2, 1, own((0.5, 2), inputs=((0.25, 0.5),)))):
        assert learned_data(document) is document.data


def test_not_stays_where_no_neuron_comes() -> None:
    document = edits.add_neuron(net(1, 1, GeneratedData("not_gate", NotFields())), "hidden", (0, 0))
    assert edits.set_role(document, ["h1"], "input").data == document.data
    assert edits.add_neuron(document, "input", (0, 0)).data is None


def test_columns_of_a_file_change_their_order_with_the_roles() -> None:
    named = CsvData("points.csv", ("a", "b"), ("p", "q"))
    assert toggled(net(2, 2, named), "y").data == replace(named, targets=("q", "p"))


def test_a_single_sample_loses_its_column_too() -> None:
    """It need not be a table."""
    document = net(2, 2, own((0.25, 0.5), inputs=((0.1, 0.2),)))
    assert edits.remove(document, ["y"]).data == own((0.5,), inputs=((0.1, 0.2),))


def test_the_gate_of_an_output_that_is_gone_is_no_other_outputs() -> None:
    document = net(2, 2, XOR)
    assert edits.remove(document, ["y"]).data is None
    assert edits.remove(document, ["y2"]).data == GeneratedData("xor_gate")
    one_column = replace(document, data=own((0,), (1,), (1,), (1,)))
    assert edits.remove(one_column, ["y"]).data is None


def test_without_any_output_the_data_wait_for_one() -> None:
    for data in (XOR, TWO):
        document = net(2, 1 if data is XOR else 2, data)
        assert edits.remove(document, document.network.structure.outputs).data == data


def test_a_neuron_made_an_output_takes_no_column_of_another() -> None:
    """Although it was there before the first output: it comes behind, and its own column is still to be set."""
    document = edits.add_neuron(net(2, 0, XOR), "hidden", (0, 0))
    document = edits.add_neuron(document, "output", (0, 0))
    made = edits.set_role(document, ["h1"], "output")
    assert made.network.structure.outputs == ("y", "h1")
    assert (made.data, columns(made)) == (XOR, [[0, 1, 1, 0], [None] * 4])
    assert made.network.parameter_names == document.network.parameter_names
    np.testing.assert_array_equal(made.network.parameters, document.network.parameters)


def test_a_neuron_made_an_input_takes_no_column_of_another() -> None:
    document = edits.add_neuron(Document(), "hidden", (0, 0))
    for _ in range(2):
        document = edits.add_neuron(document, "input", (0, 0))
    assert edits.set_role(document, ["h1"], "input").network.structure.inputs == ("x0", "x1", "h1")


def test_samples_lose_the_column_and_its_name() -> None:
    """Columns that no output has yet stay, and data that would lose their last column too."""
    names = ("a", "b", "p", "q", "r")
    samples = InlineData(((0.5, 2.0), (1.5, 3.0)), ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6)), names, 0.5, 7)
    assert edits.remove(net(2, 2, samples), ["y"]).data == InlineData(
        samples.inputs, ((0.2, 0.3), (0.5, 0.6)), ("a", "b", "q", "r"), 0.5, 7)
    one = InlineData(samples.inputs, ((0.1,), (0.4,)))
    assert edits.remove(net(2, 2, one), ["y"]).data == one


def test_a_file_names_the_columns_that_are_left() -> None:
    named = CsvData("points.csv", ("a", "b"), ("p", "q"))
    assert edits.remove(net(2, 2, named), ["y"]).data == replace(named, targets=("q",))
    for other in (CsvData("points.csv", (), ("p", "q")), CsvData("points.csv")):
        assert edits.remove(net(2, 2, other), ["y"]).data == other


def test_what_a_generator_makes_for_several_classes_stays() -> None:
    clusters = GeneratedData("blobs")
    assert edits.remove(net(2, 3, clusters), ["y"]).data == clusters


def test_a_gate_for_two_outputs_sets_the_first_and_leaves_the_second_open() -> None:
    document = net(2, 2, XOR)
    assert columns(document) == [[0, 1, 1, 0], [None] * 4]
    assert choices(document) == ["xor_gate", None]


def test_the_column_stands_also_before_there_is_an_output() -> None:
    assert columns(net(2, 0, XOR)) == [[0, 1, 1, 0]]


def test_not_is_offered_for_one_input_only() -> None:
    assert "not_gate" in gates(1)
    assert "not_gate" not in gates(2)
    assert {"and_gate", "or_gate", "nand_gate", "nor_gate", "xor_gate", "xnor_gate", "majority_gate"} <= set(gates(2))
    assert "circle" not in gates(2)


@pytest.mark.parametrize("name", [n for n, g in GENERATORS.items() if g.is_gate])
def test_choosing_a_gate_makes_it_the_data(name: str) -> None:
    inputs = 1 if name == "not_gate" else 3
    document = choose_target(net(inputs, 1), 0, name)
    assert document.data == GeneratedData(name, GENERATORS[name].fields(inputs=inputs))
    assert choices(document) == [name]


def test_what_was_chosen_is_shown_though_another_gate_has_the_same_column() -> None:
    assert choices(choose_target(net(2, 1), 0, "majority_gate")) == ["majority_gate"]
    own_and = net(2, 1, own((0,), (0,), (0,), (1,)))
    table = truth_table_of(own_and)
    assert table is not None
    assert choices(own_and) == target_choices(own_and, table, {0: "or_gate"}) == ["and_gate"]
    assert target_choices(own_and, table, {0: "majority_gate"}) == ["majority_gate"]


def test_each_output_has_its_own_gate() -> None:
    """A half adder: the sum is XOR, the carry AND."""
    document = choose_target(choose_target(net(2, 2), 0, "xor_gate"), 1, "and_gate")
    assert document.data == own((0, 0), (1, 0), (1, 0), (0, 1))
    assert choices(document) == ["xor_gate", "and_gate"]


def test_no_target_takes_the_data_away() -> None:
    assert choose_target(net(2, 1, XOR), 0, None).data is None


def test_own_starts_with_zeros_and_keeps_what_is_set() -> None:
    started = choose_target(net(2, 1), 0, OWN)
    assert started.data == own((0,), (0,), (0,), (0,))
    assert choices(started) == [OWN]
    document = net(2, 1, XOR)
    assert choose_target(document, 0, OWN) is document
    assert choose_target(net(2, 2, XOR), 1, OWN).data == own((0, 0), (1, 0), (1, 0), (0, 0))


def test_flipping_a_target_makes_it_own_and_back_makes_it_the_gate_again() -> None:
    once = flip_target(net(2, 1, XOR), 1, 0)
    assert once.data == own((0,), (0,), (1,), (0,))
    assert choices(once) == [OWN]
    assert flip_target(once, 1, 0).data == XOR


def test_flipping_into_another_gate_is_that_gate() -> None:
    assert flip_target(net(2, 1, XOR), 3, 0).data == GeneratedData("or_gate", GateFields(inputs=2))
    assert flip_target(net(1, 1, own((0,), (0,), inputs=((0.0,), (1.0,)))), 0, 0).data == GeneratedData(
        "not_gate", NotFields())


def test_flipping_where_nothing_is_set_sets_the_whole_table() -> None:
    assert flip_target(net(2, 1), 2, 0).data == own((0,), (0,), (1,), (0,))


def test_flipping_a_missing_row_adds_it_alone() -> None:
    document = flip_target(net(2, 1, own((1,), inputs=((1.0, 0.0),))), 3, 0)
    assert document.data == own((1,), (1,), inputs=((1.0, 0.0), (1.0, 1.0)))


def test_flipping_keeps_the_names_and_the_seed_of_the_data() -> None:
    data = InlineData(BITS, ((0, 0),) * 4, ("a", "b", "sum", "carry"), seed=7)
    changed = flip_target(net(2, 2, data), 3, 1).data
    assert changed == replace(data, targets=((0, 0), (0, 0), (0, 0), (0, 1)))


def test_flipping_leaves_other_data_alone() -> None:
    document = net(2, 1, GeneratedData("circle"))
    assert flip_target(document, 0, 0) is document


def test_a_gate_whose_inputs_all_go_stays_for_those_that_will_come() -> None:
    """With one input less, or none: two, then one, then none; only what one input has no gate for is lost."""
    document = net(2, 1, XOR)
    one = edits.remove(document, ["x1"])
    assert one.data is not None and one.data == GeneratedData("xor_gate", GateFields(1))
    assert edits.remove(one, ["x0"]).data == one.data
    assert edits.remove(document, ["x0", "x1"]).data == XOR


def test_a_file_s_data_are_no_truth_table() -> None:
    """Whatever stands in it: it is not looked into."""
    assert truth_table_of(net(2, 1, CsvData("points.csv"))) is None


def test_a_gate_is_the_target_of_the_first_output_alone() -> None:
    """The others have none yet."""
    assert columns(net(2, 3, XOR)) == [[0, 1, 1, 0], [None] * 4, [None] * 4]
