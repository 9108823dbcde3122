"""The paths of a chain: along which connections they run, and which number each has."""

import pytest

from nnsim.core.explain.chain import count_paths, numbered_paths
from nnsim.core.explain.explanation import Explanation
from nnsim.core.network import Connection, Ends, Structure
from tests.core.random_networks import random_case


def ways(structure: Structure, neuron: str) -> list[tuple[Ends, ...]]:
    """All ways from a neuron to an output, by walking every one."""
    found: list[tuple[Ends, ...]] = [()] if structure.by_id[neuron].role == "output" else []
    for c in structure.outgoing[neuron]:
        found += [(c.ends, *rest) for rest in ways(structure, c.target)]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_paths_of_every_connection_and_neuron_run_along_all_its_ways_to_the_loss(seed: int) -> None:
    case = random_case(seed)
    structure = case.network.structure
    e = Explanation(case.network, case.X[0], case.T[0], case.loss)
    places: list[tuple[str, ...]] = [c.ends for c in structure.connections]
    places += [(neuron.id,) for neuron in structure.neurons if neuron.role != "input"]
    for place in places:
        chain = numbered_paths(e, place, 10_000)
        assert chain is not None
        parameter = structure.by_ends[place[0], place[1]].weight if len(place) == 2 else structure.by_id[place[0]].bias
        uses = structure.uses[parameter] if parameter is not None else (structure.by_id[place[0]],)
        starts = [(use.ends,) if isinstance(use, Connection) else () for use in uses]
        firsts = [use.target if isinstance(use, Connection) else use.id for use in uses]
        expected = [(*start, *way) for start, first in zip(starts, firsts, strict=True)
                    for way in ways(structure, first)]
        assert sorted(path.connections for path in chain.paths) == sorted(expected)
        assert chain.count == len(expected) == count_paths(e, firsts)
        for path in chain.paths:
            assert structure.by_id[path.output].role == "output"
            if path.connections:
                assert path.connections[-1][1] == path.output


def test_an_input_and_a_network_without_a_target_have_no_paths() -> None:
    case = random_case(0)
    structure = case.network.structure
    e = Explanation(case.network, case.X[0], case.T[0], case.loss)
    assert all(numbered_paths(e, (id,), 9) is None for id in structure.inputs)
    assert numbered_paths(Explanation(case.network, case.X[0]), structure.connections[0].ends, 9) is None
