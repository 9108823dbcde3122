"""The loop over batches and epochs, around scripted kernels: whom it calls, with what, and when it stops."""

import math
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsim.core.arrays import Array
from nnsim.core.descent import (
    CONVERGED,
    DIVERGED,
    GRADIENT,
    LOSS,
    RUNNING,
    UNCHANGED,
    Kernels,
    NumpyDescent,
    Progress,
    Rule,
    Samples,
    Vectors,
    descend,
)
from nnsim.core.losses import LOSSES as LOSSES_BY_NAME
from nnsim.core.network import Network
from nnsim.core.order import SEQUENTIAL, SHUFFLE_EACH_EPOCH, SHUFFLE_ONCE, shuffle
from nnsim.core.program import compile

VECTORS = Vectors(*(np.zeros(1) for _ in Vectors._fields))


@dataclass
class Script:
    """Batch losses to give, in their order, and what was asked for."""

    losses: list[float]
    norms: list[float]
    unsound: int = -1
    """The update after which a parameter is infinite."""
    far: int = -1
    """The epoch that leaves a parameter too far from 0."""
    added: list[float] = field(default_factory=list)
    """What the penalties add, epoch by epoch; nothing beyond."""
    batches: list[list[int]] = field(default_factory=list)
    updates: list[tuple[float, int, int]] = field(default_factory=list)
    prepared: int = 0
    settled: int = 0
    good: list[int] = field(default_factory=list)
    """The epochs that were better than all before."""


def _prepare(script: Script, data: None, order: Array) -> None:
    script.prepared += 1


def _gradient(script: Script, data: None, order: Array, first: int, count: int, rule: Rule, v: Vectors) -> float:
    script.batches.append(order[first : first + count].tolist())
    return script.losses[len(script.batches) - 1]


def _update(rule: Rule, rate: float, steps: int, count: int, v: Vectors) -> bool:
    script = STAGE[0]
    script.updates.append((rate, steps, count))
    return len(script.updates) - 1 != script.unsound


def _outgrown(rule: Rule, v: Vectors) -> bool:
    return STAGE[0].settled == STAGE[0].far


def _penalty(rule: Rule, v: Vectors) -> float:
    script = STAGE[0]
    return script.added[script.settled] if script.settled < len(script.added) else 0.0


def _settle(rule: Rule, v: Vectors, good: bool) -> float:
    script = STAGE[0]
    if good:
        script.good.append(script.settled)
    script.settled += 1
    return script.norms[script.settled - 1]


STAGE: list[Script] = []
KERNELS = Kernels(_prepare, _gradient, lambda script, data, rule, v: 100.0 + script.settled,
                  lambda rule, epoch: 10.0 + epoch, _update, _outgrown, _penalty, _settle)


@dataclass
class Expected:
    """What a run should come to, found epoch by epoch."""

    train: list[float]
    batches: list[list[int]]
    reason: int
    updates: int


def by_epochs(n: int, rule: Rule, script: Script, most_updates: int, most_epochs: int) -> Expected:
    """The run as the description has it: the samples in batches, then the reasons to stop in their order."""
    train: list[float] = []
    batches: list[list[int]] = []
    window: list[float] = []
    before_window = True
    for epoch in range(most_epochs):
        order = np.zeros(n, dtype=np.int64)
        shuffle(order, rule.order, rule.seed, epoch if rule.order == SHUFFLE_EACH_EPOCH else 0)
        whole = []
        for chunk in [order[i : i + rule.batch].tolist() for i in range(0, n, rule.batch)]:
            if len(batches) == most_updates:
                return Expected(train, batches, RUNNING, len(batches))
            batches.append(chunk)
            loss = script.losses[len(batches) - 1]
            if not math.isfinite(loss) or len(batches) - 1 == script.unsound:
                return Expected(train, batches, DIVERGED, len(batches) - 1)
            whole += [loss] * len(chunk)
        mean = math.fsum(whole) / n
        if mean > rule.limit or epoch == script.far:
            return Expected(train, batches, DIVERGED, len(batches))
        train.append(mean)
        window.append(mean)
        if max(window) - min(window) > rule.stop_change >= 0:
            window, before_window = [mean], False
        stayed = len(window) - (0 if before_window else 1)
        if rule.straight and mean == 0:
            reason = CONVERGED
        elif rule.stop_change >= 0 and stayed >= rule.stop_change_epochs:
            reason = UNCHANGED
        elif rule.stop_gradient >= 0 and script.norms[epoch] / n <= rule.stop_gradient:
            reason = GRADIENT
        elif mean <= rule.stop_loss:
            reason = LOSS
        else:
            continue
        return Expected(train, batches, reason, len(batches))
    return Expected(train, batches, RUNNING, len(batches))


LOSSES = st.sampled_from([0.0, 0.25, 0.5, 0.5, 0.5, 1.0, 1.0, 2.0, 8.0])
OFF = st.just(-1.0)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_run_is_what_the_description_says_however_it_is_sliced(data: st.DataObject) -> None:
    """Whatever the batches, order, limits and stops: the same epochs, losses, calls and reason, in one call or many."""
    draw = data.draw
    n, most_epochs = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    rule = Rule(
        batch=draw(st.integers(1, n)), order=draw(st.sampled_from([SEQUENTIAL, SHUFFLE_ONCE, SHUFFLE_EACH_EPOCH])),
        seed=draw(st.integers(0, 9)), straight=draw(st.booleans()),
        limit=draw(st.sampled_from([0.5, 1.0, 2.0, math.inf])),
        stop_loss=draw(st.sampled_from([0.0, 0.25, 0.5]) | st.just(-math.inf)),
        stop_change=draw(OFF | st.sampled_from([0.0, 0.25, 0.5])), stop_change_epochs=draw(st.integers(1, 3)),
        stop_gradient=draw(OFF | st.sampled_from([0.0, 0.5])))
    count = -(-n // rule.batch) * most_epochs
    losses = draw(st.lists(LOSSES, min_size=count, max_size=count))
    if draw(st.integers(0, 5)) == 0:
        losses[draw(st.integers(0, count - 1))] = draw(st.sampled_from([math.nan, math.inf]))
    norms = draw(st.lists(st.sampled_from([0.0, 0.5 * n, n, 4.0 * n]), min_size=most_epochs, max_size=most_epochs))
    unsound = draw(st.integers(0, count - 1)) if draw(st.integers(0, 5)) == 0 else -1
    far = draw(st.integers(0, most_epochs - 1)) if draw(st.integers(0, 5)) == 0 else -1
    added = draw(st.lists(st.sampled_from([0.0, 0.25, 1.0]), max_size=most_epochs))
    most_updates = draw(st.integers(1, count + 1))
    expected = by_epochs(n, rule, Script(losses, norms, unsound, far), most_updates, most_epochs)

    for pieces in (False, True):
        script = Script(losses, norms, unsound, far, added)
        STAGE[:] = [script]
        order, progress = np.arange(n), Progress()
        train: list[float] = []
        test: list[float] = []
        while progress.reason == RUNNING and progress.update < most_updates and progress.epoch < most_epochs:
            size = draw(st.integers(1, 3)) if pieces else most_epochs
            curves = np.full(size, np.nan), np.full(size, np.nan)
            until = min(most_updates, progress.update + draw(st.integers(1, 4))) if pieces else most_updates
            before = progress.epoch
            progress = Progress(*descend(KERNELS, script, None, order, VECTORS, rule, progress, until, most_epochs,
                                         *curves))
            train += curves[0][: progress.epoch - before].tolist()
            test += curves[1][: progress.epoch - before].tolist()
        assert script.batches == expected.batches
        assert (progress.reason, progress.update, progress.epoch) == (
            expected.reason, expected.updates, len(expected.train))
        assert train == expected.train
        assert test == [101.0 + e for e in range(len(train))], "the test loss is asked for after the epoch is settled"
        per_epoch = -(-n // rule.batch)
        assert script.updates == [(10.0 + i // per_epoch, i + 1, len(b)) for i, b in enumerate(expected.batches)]
        assert script.settled == len(train)
        objective = [loss + more for loss, more in zip_longest(train, added[: len(train)], fillvalue=0.0)]
        best = [math.inf, *accumulate(objective, min)]
        assert script.good == [e for e, value in enumerate(objective) if value < best[e]]
        assert progress.best == best[len(train)]
        kept = {SEQUENTIAL: 0, SHUFFLE_ONCE: 1, SHUFFLE_EACH_EPOCH: -(-len(script.batches) // per_epoch)}
        assert script.prepared == kept[rule.order]
        if train and progress.done == 0:
            assert (progress.loss, progress.gradient_norm) == (train[-1], norms[len(train) - 1] / n)


@pytest.mark.parametrize("extra", [{}, {"l1": 0.05}, {"l2": 0.2}, {"l1": 0.02, "l2": 0.1, "clip": 0.05}, {"clip": 0.1}])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_the_numpy_run_is_a_plain_loop(batch: int, extra: dict[str, float]) -> None:
    """Penalties on weights alone, clipping by the length of what may change, what is frozen at rest; its norm."""
    built = Network.layered([2, 3, 1], "tanh", "sigmoid", seed=5)
    names = built.parameter_names
    network = Network.build(built.structure.neurons, built.structure.connections,
                            {name: 0.1 * (i + 1) * (-1) ** i for i, name in enumerate(names)}, [names[0], names[7]])
    rng = np.random.default_rng(1)
    X, T, test_X, test_T = (rng.uniform(size=shape) for shape in ((5, 2), (5, 1), (3, 2), (3, 1)))
    T *= 50.0  # steps longer than 1, which nothing shortens unasked
    program = compile(network)
    loss = next(iter(LOSSES_BY_NAME))
    rule = Rule(batch=batch, rate=0.7, stop_gradient=0.0, **extra)
    descent = NumpyDescent(program, Samples(X, T, test_X, test_T))
    descent.write(descent.v.w, network.parameters)
    curves = np.zeros(3), np.zeros(3)
    progress = descent.advance(rule, Progress(), 10**6, 3, curves)

    w = network.parameters.copy()
    free = np.array([name not in network.structure.frozen for name in names])
    is_weight = np.array([name in {c.weight for c in network.structure.connections} for name in names])
    for epoch in range(3):
        summed, losses = np.zeros_like(w), []
        for start in range(0, 5, batch):
            rows = slice(start, start + batch)
            value, gradient = program.loss_and_gradient(w, X[rows], T[rows], loss)
            losses += [value] * len(X[rows])
            summed += gradient * len(X[rows])
            step = gradient + is_weight * (extra.get("l1", 0) * np.sign(w) + extra.get("l2", 0) * w)
            length = np.sqrt((step[free] ** 2).sum())
            if "clip" in extra and length > extra["clip"]:
                step = step * extra["clip"] / length
            w = np.where(free, w - 0.7 * step, w)
        assert curves[0][epoch] == pytest.approx(np.mean(losses), rel=1e-4 if "clip" in extra else 1e-12)
    expected_test = LOSSES_BY_NAME[loss].value(program.forward(w, test_X), test_T)
    near = {"rel": 1e-4} if "clip" in extra else {"rel": 1e-11}
    assert descent.read(descent.v.w) == pytest.approx(w, **near)
    assert descent.read(descent.v.began).tolist() == descent.read(descent.v.w).tolist()
    assert not descent.v.mean_gradient.any()
    assert progress.gradient_norm == pytest.approx(np.linalg.norm(summed[free]) / 5, **near)
    assert curves[1][2] == pytest.approx(expected_test, **near)
    assert (progress.epoch, progress.update) == (3, 3 * -(-5 // batch))


def test_without_test_samples_there_is_no_test_loss() -> None:
    """And without a stop at a small gradient no length of one."""
    network = Network.layered([1, 1], seed=0)
    none = np.zeros((0, 1))
    descent = NumpyDescent(compile(network), Samples(np.ones((1, 1)), np.ones((1, 1)), none, none))
    descent.write(descent.v.w, network.parameters)
    curves = np.zeros(1), np.zeros(1)
    progress = descent.advance(Rule(rate=0.1), Progress(), 10**6, 1, curves)
    assert math.isnan(curves[1][0]) and math.isinf(progress.gradient_norm)
    assert progress.loss == curves[0][0] > 0
