"""Where neurons are placed when nobody has placed them."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsim.core.network import Connection, Network, Neuron, Structure
from nnsim.documents.document import Document
from nnsim.documents.layout import (
    CLEARANCE,
    FOLD_X,
    MAX_POSITION,
    MOST_LINES,
    STEP_X,
    STEP_Y,
    TALLEST,
    Layout,
    _in_order,
    arrange,
    filled,
)
from nnsim.documents.ordering import Columns, _first_order, columns_of, count_crossings, lines, sort_columns
from tests.documents.random_documents import documents, networks


def apart(layout: Layout, ids: set[str] | None = None) -> bool:
    """Whether no two neurons, one of them among ``ids``, stand in each other's way."""
    return all(
        abs(layout[a][0] - layout[b][0]) >= CLEARANCE or abs(layout[a][1] - layout[b][1]) >= CLEARANCE
        for a, b in combinations(layout, 2) if ids is None or a in ids or b in ids
    )


def test_a_layered_network_stands_in_centred_columns() -> None:
    """2-4-1: three columns, top to bottom as in the file, each centred on the same height."""
    network = Network.layered([2, 4, 1])
    layout = arrange(network.structure)
    assert layout["x0"] == (0, -STEP_Y / 2) and layout["x1"] == (0, STEP_Y / 2)
    assert [layout[f"h{i}"] for i in range(1, 5)] == [(STEP_X, (i - 2.5) * STEP_Y) for i in range(1, 5)]
    assert layout["y"] == (2 * STEP_X, 0)
    assert list(layout) == list(network.structure.by_id)


def test_a_neuron_stands_right_of_all_that_lead_to_it() -> None:
    """With skip connections, depth is the longest way; outputs stand last, whatever leads to them."""
    neurons = [Neuron("early", "output"), Neuron("y", "output"), Neuron("a"), Neuron("b"), Neuron("x", "input"),
               Neuron("alone")]
    edges = [("x", "a"), ("a", "b"), ("b", "y"), ("x", "y"), ("x", "early")]
    structure = Structure(tuple(neurons), tuple(Connection(s, t, "w") for s, t in edges), ("w",))
    column = {id: round(x / STEP_X) for id, (x, _) in arrange(structure).items()}
    assert column == {"x": 0, "a": 1, "alone": 1, "b": 2, "y": 3, "early": 3}


def test_a_lonely_neuron_stands_at_the_origin() -> None:
    """Columns nothing is in take no room."""
    assert dict(arrange(Structure((Neuron("y", "output"),)))) == {"y": (0, 0)}
    assert dict(arrange(Structure())) == {}


@given(networks())
def test_arranged_neurons_never_overlap_and_edges_lead_to_the_right(network: Network) -> None:
    """Whatever the network."""
    layout = arrange(network.structure)
    assert set(layout) == set(network.structure.by_id) and apart(layout)
    for connection in network.structure.connections:
        assert layout[connection.source][0] < layout[connection.target][0]


@given(documents())
def test_filling_moves_nobody_and_puts_nobody_in_the_way(document: Document) -> None:
    """Places that were chosen stay; who gets one stands clear of all."""
    structure = document.network.structure
    layout = filled(structure, document.layout)
    assert list(layout) == list(structure.by_id)
    assert all(layout[id] == document.layout[id] for id in document.layout)
    assert apart(layout, set(layout) - set(document.layout))
    assert filled(structure, layout) == layout


def test_filling_continues_the_arrangement_there_is() -> None:
    """Neurons without a place go beside the others as arranging would put them."""
    structure = Network.layered([2, 2, 1]).structure
    whole = {id: (x + 1000, y - 500) for id, (x, y) in arrange(structure).items()}
    part = {id: xy for id, xy in whole.items() if id != "h1"}
    assert filled(structure, part) == whole


def test_filling_drops_places_of_neurons_that_are_gone() -> None:
    """A layout has no more than the network."""
    structure = Network.layered([1, 1]).structure
    assert list(filled(structure, {"gone": (0, 0), "x0": (5, 5)})) == ["x0", "y"]


@settings(max_examples=80)
@given(st.dictionaries(st.integers(0, 15), st.tuples(st.integers(-130, 130), st.integers(-130, 130)), min_size=1),
       st.tuples(st.sampled_from([-1300, 0, 777]), st.sampled_from([-3000, 0, 55])))
def test_who_is_in_nobodys_way_stands_where_it_belongs_and_others_below(
    moved: dict[int, tuple[int, int]], base: tuple[int, int]
) -> None:
    """Neurons around where others belong: those give way downwards, straight, and only if they have to."""
    structure = Structure(tuple(Neuron(f"x{i}", "input") for i in range(16)))
    arranged = arrange(structure)
    layout = {f"x{i}": (arranged[f"x{i}"][0] + base[0] + dx, arranged[f"x{i}"][1] + base[1] + dy)
              for i, (dx, dy) in moved.items()}
    found = filled(structure, layout)
    shift = [round(sum(layout[id][axis] - arranged[id][axis] for id in layout) / len(layout)) for axis in (0, 1)]
    standing = list(layout.values())
    for id in (id for id in arranged if id not in layout):
        x, y = arranged[id][0] + shift[0], arranged[id][1] + shift[1]
        free = all(abs(x - other[0]) >= CLEARANCE or abs(y - other[1]) >= CLEARANCE for other in standing)
        assert found[id] == (x, y) if free else found[id][0] == x and found[id][1] > y
        standing.append(found[id])
    assert apart(found, set(found) - set(layout))


@pytest.mark.parametrize("corner", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_beside_a_neuron_at_the_very_edge_there_is_room(corner: tuple[int, int]) -> None:
    """Whoever is placed there is within the bounds of a canvas, too."""
    structure = Network.layered([2, 3, 1]).structure
    layout = filled(structure, {"h2": (corner[0] * MAX_POSITION, corner[1] * MAX_POSITION)})
    assert all(max(abs(x), abs(y)) <= MAX_POSITION for x, y in layout.values())


def test_a_crowd_in_one_spot_is_dissolved() -> None:
    """A thousand neurons that all belong where one stands already: quickly, one below the other."""
    structure = Structure(tuple(Neuron(f"x{i}", "input") for i in range(1000)))
    layout = filled(structure, {f"x{i}": (0.0, i * 10.0) for i in range(500)})
    assert apart(layout, {f"x{i}" for i in range(500, 1000)})


def net(edges: str, outputs: str = "y") -> Structure:
    """A network from “x0-h x1-h h-y”: names with x are inputs."""
    pairs = [tuple(edge.split("-")) for edge in edges.split()]
    ids = list(dict.fromkeys(id for pair in pairs for id in pair))
    neurons = [
        Neuron(id, "input" if id.startswith("x") else "output" if id in outputs.split() else "hidden") for id in ids
    ]
    return Structure(tuple(neurons), tuple(Connection(s, t, "w") for s, t in pairs), ("w",))


def crossings(structure: Structure, layout: Layout) -> int:
    """How many connections between neighbouring columns cross, counted pair by pair."""
    lines = [(layout[c.source], layout[c.target]) for c in structure.connections]
    return sum(
        (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0
        for a, b in combinations(lines, 2) if a[0][0] == b[0][0] and a[1][0] == b[1][0]
    )


def nearest(layout: Layout, source: str, target: str, neuron: str) -> float:
    """How near the connection as it is drawn comes to the middle of a neuron."""
    (x0, y0), (x1, y1), (x, y) = layout[source], layout[target], layout[neuron]
    x0, x1 = x0 + 32, x1 - 32
    best = float("inf")
    for i in range(201):
        t = i / 200
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
        at = (a * x0 + (b + c) * (x0 + x1) / 2 + d * x1, (a + b) * y0 + (c + d) * y1)
        best = min(best, ((at[0] - x) ** 2 + (at[1] - y) ** 2) ** 0.5)
    return best


def passing(structure: Structure, layout: Layout) -> float:
    """The nearest that any connection comes to a neuron it does not belong to."""
    return min(
        (nearest(layout, c.source, c.target, id) for c in structure.connections for id in layout
         if layout[c.source][0] < layout[id][0] < layout[c.target][0]),
        default=float("inf"),
    )


def test_the_skip_connections_of_xor_pass_beside_the_hidden_neuron() -> None:
    """Both, on their sides; the picture is symmetric."""
    structure = net("x0-h x1-h x0-y x1-y h-y")
    layout = arrange(structure)
    assert layout["h"][1] == layout["y"][1] == 0 and layout["x0"][1] == -layout["x1"][1] < 0
    assert passing(structure, layout) > 45


def test_connections_are_untangled() -> None:
    """Two layers that the file has in opposite orders, and a bipartite graph drawn without a crossing."""
    structure = net("x0-a x1-b x2-c a-f b-e c-d f-y e-y d-y")
    assert crossings(structure, arrange(structure)) == 0
    structure = net("x0-c x0-d x1-a x1-b x2-e x2-f a-y b-y c-y d-y e-y f-y")
    assert crossings(structure, arrange(structure)) == 0
    k33 = net("x0-a x0-b x0-c x1-a x1-b x1-c x2-a x2-b x2-c a-y b-y c-y")
    assert crossings(k33, arrange(k33)) == 9


def test_the_order_of_the_file_stays_where_no_other_is_better() -> None:
    """A fully connected network crosses as much in any order: nobody moves."""
    layout = arrange(Network.layered([3, 4, 3]).structure)
    for ids in (["x0", "x1", "x2"], ["h1", "h2", "h3", "h4"], ["o1", "o2", "o3"]):
        assert [layout[id][1] for id in ids] == sorted(layout[id][1] for id in ids)


def test_a_long_way_past_several_layers_is_clear() -> None:
    """One skip over three layers, and one into the middle."""
    structure = net("x0-a1 x1-a1 x0-a2 x1-a2 a1-b1 a2-b1 a1-b2 a2-b2 b1-c b2-c c-y x0-y x1-b1 x0-c a2-y")
    assert passing(structure, arrange(structure)) > 45


@given(networks())
def test_arranging_is_always_the_same(network: Network) -> None:
    """Twice the same, to the last digit."""
    assert dict(arrange(network.structure)) == dict(arrange(network.structure))


@given(networks())
def test_untangling_never_makes_it_worse(network: Network) -> None:
    """Sorting leaves no more crossings than the order of the file has, and loses nobody."""
    structure = network.structure
    column = {id: min(depth, 6) for id, depth in structure.depth.items()}
    shallow = {id: c for id, c in column.items() if all(column[e.source] < c for e in structure.incoming[id])}
    if len(shallow) < len(column) or set(column.values()) != set(range(len(set(column.values())))):
        return
    columns = columns_of(structure, column)
    first = columns_of(structure, column)
    _first_order(first, len(structure.neurons))
    sort_columns(columns, len(structure.neurons))
    assert count_crossings(columns) <= count_crossings(first)
    assert [sorted(row) for row in columns.rows] == [sorted(row) for row in first.rows]


@pytest.mark.parametrize("sizes", [(2, 17, 1), (16, 17, 16), (33, 2, 40), (1, 48, 49, 3), (100, 61, 2)])
def test_wide_columns_are_folded_each_fold_centred(sizes: tuple[int, ...]) -> None:
    """As few folds as hold them, as even as can be, a fold's width apart; the next column a step behind the last fold.

    Also where there are so many lines that none is looked at.
    """
    network = Network.layered(sizes)
    layout, ids = arrange(network.structure), list(network.structure.by_id)
    assert (len(network.structure.connections) > MOST_LINES) == (sizes[0] == 100)
    x = 0.0
    for size in sizes:
        layer, ids = ids[:size], ids[size:]
        folds = 1
        while folds * TALLEST < size:
            folds += 1
        rows = next(rows for rows in range(1, TALLEST + 1) if rows * folds >= size)
        for fold in range(folds):
            part = layer[fold * rows : (fold + 1) * rows]
            assert [layout[id][0] for id in part] == [x + fold * FOLD_X] * len(part)
            assert [layout[id][1] for id in part] == [(i - (len(part) - 1) / 2) * STEP_Y for i in range(len(part))]
        x += (folds - 1) * FOLD_X + STEP_X


@given(st.lists(st.tuples(st.integers(-20, 20), st.sampled_from([1, 2, 4])), min_size=1, max_size=9))
def test_numbers_in_order_are_the_nearest_there_are(wishes: list[tuple[int, int]]) -> None:
    """Of weighted means up to here the largest of the smallest: the other formula for a monotone regression."""
    value, weight = np.array(wishes, dtype=np.float64).T

    def mean(j: int, k: int) -> float:
        return float(np.average(value[j : k + 1], weights=weight[j : k + 1]))

    n = len(wishes)
    expected = [max(min(mean(j, k) for k in range(i, n)) for j in range(i + 1)) for i in range(n)]
    assert _in_order(value, weight) == pytest.approx(expected)


@settings(max_examples=50)
@given(networks())
def test_the_lines_are_counted_before_they_are_made(network: Network) -> None:
    """At least as many as there will be, and no more than one for each column that a connection leads across."""
    structure = network.structure
    column = dict(structure.depth)
    if set(column.values()) != set(range(len(set(column.values())))):
        return
    made = sum(len(near) for near in columns_of(structure, column).after)
    counted = lines(structure, column)
    assert made <= counted <= sum(column[c.target] - column[c.source] for c in structure.connections)


ARRANGED = {
    "x0-h x1-h x0-y x1-y h-y": {
        "x0": (0, -167), "h": (220, 0), "x1": (0, 167), "y": (440, 0)
    },
    "x0-a1 x1-a1 x0-a2 x1-a2 a1-b1 a2-b1 a1-b2 a2-b2 b1-c b2-c c-y x0-y x1-b1 x0-c a2-y": {
        "x0": (0, -710), "a1": (220, 208), "x1": (0, 710), "a2": (220, 648), "b1": (440, 710),
        "b2": (440, -326), "c": (660, 384), "y": (880, 403)
    },
    "x0-a x1-b x2-c a-f b-e c-d f-y e-y d-y x0-y x2-d": {
        "x0": (0, -122), "a": (220, -196), "x1": (0, -2), "b": (220, -8), "x2": (0, 196), "c": (220, 112),
        "f": (440, -164), "e": (440, 28), "d": (440, 158), "y": (660, -36)
    },
}
"""Where neurons stand from left to right and from top to bottom, as pictures of earlier versions have them."""


@pytest.mark.parametrize("edges", ARRANGED)
def test_an_arrangement_stays_what_it_was(edges: str) -> None:
    """A picture that a lecturer knows looks the same tomorrow: no neuron moves by more than a point."""
    layout = arrange(net(edges))
    assert set(layout) == set(ARRANGED[edges])
    for id, place in ARRANGED[edges].items():
        assert layout[id] == pytest.approx(place, abs=1.0), id


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_a_large_tangle_is_sorted_for_some_time_and_no_longer(seed: int) -> None:
    """Several columns with lines at random: fewer cross; the third goes on getting better until it has to end."""
    rng = np.random.default_rng(seed)
    count, height = int(rng.integers(3, 9)), int(rng.integers(4, 14))
    columns = Columns([[] for _ in range(count)])
    for column in range(count):
        for _ in range(height):
            columns.add(column)
    for column in range(count - 1):
        for node in range(height):
            for other in rng.permutation(height)[: int(rng.integers(1, 3))]:
                columns.link(column * height + node, (column + 1) * height + int(other))
    before = count_crossings(columns)
    sort_columns(columns, count * height)
    assert count_crossings(columns) < before / 2
    assert [sorted(row) for row in columns.rows] == [
        list(range(column * height, (column + 1) * height)) for column in range(count)]
