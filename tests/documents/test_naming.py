"""Names that no other neuron or parameter has."""

import re

from hypothesis import given
from hypothesis import strategies as st

from nnsim.core.network import MAX_NAME_LENGTH
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.naming import free_name, free_names, free_neuron_name, renamed


def test_new_neurons_take_the_next_free_name() -> None:
    document = Document()
    for role in ("input", "input", "hidden", "hidden", "output", "output", "output"):
        document = edits.add_neuron(document, role, (0, 0))  # type: ignore[arg-type]
    assert list(document.network.structure.by_id) == ["x0", "x1", "h1", "h2", "y", "y2", "y3"]
    document = edits.remove(document, ["x0"])
    assert free_neuron_name(document.network.structure, "input") == "x0"


def test_many_names_at_once_are_no_two_the_same() -> None:
    """What is free is kept; what is taken, also by a name before, counts on."""
    assert list(free_names(["h1", "h1", "left", "left", "w9"], {"h1", "h3"})) == ["h2", "h4", "left", "left2", "w9"]
    assert free_name("b_h", ["b_h", "b_h_2"]) == "b_h_3"


wishes = st.lists(st.sampled_from(
    ["a", "a1", "a2", "a3", "a9", "a10", "b", "left", "left07", "2", "x" * MAX_NAME_LENGTH,
     "x" * (MAX_NAME_LENGTH - 2) + "99", "n123456789012"]), max_size=12)


@given(wishes, st.sets(st.sampled_from(["a", "a1", "a2", "a4", "a10", "b2", "left2", "left8", "3", "x2"])))
def test_each_wish_counts_on_from_itself_to_the_first_number_that_is_free(wishes: list[str], taken: set[str]) -> None:
    """One by one, as a person would: h1, then h2 … from the number that the wish has; no name is too long."""
    before = set(taken)
    for wish, name in zip(wishes, free_names(wishes, taken), strict=True):
        assert name not in before and len(name) <= MAX_NAME_LENGTH
        if wish not in before:
            assert name == wish
        elif len(wish) < MAX_NAME_LENGTH - 12 and wish != "n123456789012":
            found = re.fullmatch(r"(.*?)(\d*)", wish)
            assert found is not None
            number = int(found[2] or 1) + 1
            while f"{found[1]}{number}" in before:
                number += 1
            assert name == f"{found[1]}{number}"
        before.add(name)


def test_the_longest_number_that_is_counted_on_has_six_digits() -> None:
    """A longer one belongs to the name."""
    for name, expected in (("h999999", "h1000000"), ("h1000000", "h10000002")):
        assert list(free_names([name], {name})) == [expected]


def test_another_name_changes_nothing_else(gate: Document) -> None:
    """Neuron and parameters by other names: the same graph, values and frozen marks, and the same back again."""
    network = edits.set_trainable(edits.set_values(gate, {"w5": -2.0}), ["w5"], False).network
    other = renamed(network, {"h": "and"}, {"w5": "inhibit", "b_h": "b_and"})
    assert other.value("inhibit") == -2.0 and other.structure.frozen == {"inhibit"}
    assert other.structure.by_ends["and", "y"].weight == "inhibit" and other.structure.by_id["and"].bias == "b_and"
    back = renamed(other, {"and": "h"}, {"inhibit": "w5", "b_and": "b_h"})
    assert back.structure.same_as(network.structure)
