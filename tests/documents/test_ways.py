"""The connections of a structure as arrays say what the connections say one by one."""

from hypothesis import given, settings

from nnsim.core.network import Network, Neuron
from nnsim.documents.ways import ways_of
from tests.documents.random_documents import networks


@settings(max_examples=40)
@given(networks())
def test_they_are_the_connections_of_the_structure(network: Network) -> None:
    """Their ends, what enters each neuron in the order of the file, and the groups by depth, from the inputs on."""
    structure = network.structure
    ways = ways_of(structure)
    assert ways_of(structure) is ways
    ids = [neuron.id for neuron in structure.neurons]
    found = [(ids[source], ids[target], int(weight))
             for (source, target), weight in zip(ways.ends.tolist(), ways.weights, strict=True)]
    assert found == [(c.source, c.target, structure.parameter_index[c.weight]) for c in structure.connections]
    for place, id in enumerate(ids):
        rows = [row for row, c in enumerate(structure.connections) if c.target == id]
        assert ways.entering(place).tolist() == rows
        for other, source in enumerate(ids):
            assert ways.row(other, place) == next((row for row in rows if found[row][0] == source), -1)
    depths = [(structure.depth[c.source], structure.depth[c.target]) for c in structure.connections]
    assert [len({depths[row] for row in group.rows.tolist()}) for group in ways.groups] == [1] * len(ways.groups)
    assert [depths[group.rows[0]] for group in ways.groups] == sorted(set(depths))
    assert sorted(row for group in ways.groups for row in group.rows.tolist()) == list(range(len(found)))
    for group in ways.groups:
        assert group.sources.tolist() == sorted({int(ways.ends[row, 0]) for row in group.rows})
        assert group.targets.tolist() == sorted({int(ways.ends[row, 1]) for row in group.rows})


def test_without_connections_there_are_none() -> None:
    """Nor in an empty network."""
    for network in (Network(), Network.build([Neuron("x", "input")], [], {})):
        ways = ways_of(network.structure)
        assert ways.groups == () and ways.ends.shape == (0, 2) and len(ways.first) == len(network.structure.neurons) + 1
