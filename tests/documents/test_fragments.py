"""Parts cut out of a network and put into others."""

from collections.abc import Iterator
from itertools import count

import pytest

from nnsim.core.network import Network
from nnsim.documents import edits, naming
from nnsim.documents.document import Document
from nnsim.documents.fragments import fragment, insert


def test_a_copy_has_free_names_and_shares_within_itself_only(gate: Document) -> None:
    """Two inputs and h with one shared weight, copied twice: names count on, values and frozen marks are copied."""
    gate = edits.set_trainable(edits.share(gate, "w1", "w2"), ["w2"], False)
    part = fragment(gate, ["x0", "x1", "h"])
    assert set(part.network.structure.by_id) == {"x0", "x1", "h"} and part.data is None
    document, ids = insert(gate, part, (48, 72))
    assert ids == {"x0": "x2", "x1": "x3", "h": "h2"}
    structure = document.network.structure
    weights = [c.weight for c in structure.incoming["h2"]]
    assert weights[0] == weights[1] != "w2" and weights[0] in structure.frozen
    assert structure.by_id["h2"].bias == "b_h2"
    assert document.network.value("b_h2") == gate.network.value("b_h")
    assert document.layout["h2"] == (248, 72)
    twice, ids = insert(document, part, (96, 144))
    assert ids["h"] == "h3" and len(twice.network.structure.neurons) == 10


def test_names_of_a_large_copy_count_on_without_counting_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name gets the first free number above its own; to find them all takes about as many looks as names."""
    whole = Document(Network.layered([2, 9, 8, 1], seed=0))
    names = whole.network.parameter_names
    looks = 0

    def counted(start: int) -> Iterator[int]:
        nonlocal looks
        for number in count(start):
            looks += 1
            yield number

    monkeypatch.setattr(naming, "count", counted)
    copied, _ = insert(whole, whole, (0, 900))
    assert looks <= 3 * (len(names) + len(whole.network.structure.neurons))
    taken = list(names)
    for name in names:
        if name.startswith("w"):
            number = next(n for n in count(int(name[1:]) + 1) if f"w{n}" not in taken)
            taken.append(f"w{number}")
    added = copied.network.structure.connections[len(whole.network.structure.connections):]
    assert [c.weight for c in added] == taken[len(names):]


def test_a_cut_part_keeps_its_names_when_it_comes_back(gate: Document) -> None:
    """What is free is not renamed; a copy of a name as long as allowed is no longer than that."""
    part = fragment(gate, ["h", "y"])
    document, ids = insert(edits.remove(gate, ["h", "y"]), part, (0, 0))
    assert ids == {"h": "h", "y": "y"}
    assert ("h", "y") in document.network.structure.by_ends
    long = edits.rename_neuron(gate, "h", "n" * 64)
    copied, _ = insert(long, fragment(long, ["n" * 64]), (0, 0))
    assert max(len(id) for id in copied.network.structure.by_id) <= 64
    number = edits.rename_neuron(gate, "h", "9" * 64)
    copied, _ = insert(number, fragment(number, ["9" * 64]), (0, 0))
    assert len(copied.network.structure.neurons) == 5
