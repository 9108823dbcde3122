"""A walk through a batch: its steps, its waves, and what it adds up."""

import numpy as np
import pytest

import nnsim
from nnsim.core.explain.walk import Walk
from nnsim.core.formulas.notation import NOTATIONS
from tests.core.random_networks import random_case


def walk_of(seed: int) -> Walk:
    """A walk through all samples of a random case."""
    case = random_case(seed)
    return Walk(case.network, case.X, case.T, np.arange(len(case.X)), case.loss, NOTATIONS["field"])


@pytest.mark.parametrize("seed", range(30))
def test_every_neuron_comes_after_those_it_takes_from(seed: int) -> None:
    """Forward in an order of the graph, backward in its reverse, each neuron once a sample; the update last, once."""
    walk = walk_of(seed)
    structure = walk.network.structure
    moments = [walk[i] for i in range(len(walk))]
    calculating = [id for id in structure.by_id if structure.by_id[id].role != "input"]
    for sample in range(len(walk.X)):
        mine = [moment for moment in moments if moment.sample == sample and moment.kind != "update"]
        forward = [moment.neuron for moment in mine if moment.kind == "forward"]
        assert sorted(forward) == sorted(calculating)
        assert [moment.neuron for moment in mine if moment.kind == "backward"] == forward[::-1]
        assert [m.kind for m in mine if not m.neuron] == ["feed", "loss", "accumulate"]
        for moment in mine:
            if moment.kind == "forward":
                sources = {c.source for c in structure.incoming[moment.neuron]}
                assert sources <= walk.reached(moment)
            if moment.kind == "backward":
                targets = {c.target for c in structure.outgoing[moment.neuron]}
                assert targets <= set(walk.reached_back(moment))
    assert [moment.kind for moment in moments].count("update") == 1 and moments[-1].kind == "update"
    with pytest.raises(IndexError):
        walk[len(walk)]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_accumulated_is_the_batchs_gradient(seed: int) -> None:
    """The samples' own gradients add up to n times the engine's mean gradient."""
    walk, case = walk_of(seed), random_case(seed)
    _, mean = nnsim.compile(case.network).loss_and_gradient(case.network.parameters, case.X, case.T, case.loss)
    own = sum(np.array([walk.explanation(k).gradient(name) for name in case.network.parameter_names])
              for k in range(len(case.X)))
    np.testing.assert_allclose(own, mean * len(case.X), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(walk.gradient(len(case.X)), own, rtol=1e-10, atol=1e-12)
    first = [walk.explanation(0).gradient(name) for name in case.network.parameter_names]
    np.testing.assert_allclose(walk.gradient(1), first, rtol=1e-10, atol=1e-12)
    assert not walk.gradient(0).any()
    assert walk.explanation(1) is walk.explanation(1), "one sample's numbers are made once"
