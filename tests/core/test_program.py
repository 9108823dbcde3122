"""Program: exact thresholds, sound arguments, caching, and memory that grows with the connections."""

import gc
import threading
import tracemalloc
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Network, NetworkError, Neuron, Structure
from nnsim.core.program import Places, compile, program_of


def threshold_network(rng: np.random.Generator, fan_in: int, neurons: int = 1) -> Network:
    """Threshold neurons that listen to all inputs, each in an order of its own; weights in tenths."""
    inputs = [Neuron(f"x{i}", "input") for i in range(fan_in)]
    outputs = [Neuron(f"y{k}", "output", "heaviside", bias=f"b{k}") for k in range(neurons)]
    ends = [(i, k) for k in range(neurons) for i in rng.permutation(fan_in)]
    edges = [Connection(f"x{i}", f"y{k}", f"w{k}_{i}") for i, k in ends]
    values = {edge.weight: int(rng.integers(-20, 21)) / 10 for edge in edges}
    return Network.build(inputs + outputs, edges, values | {f"b{k}": 0.0 for k in range(neurons)})


def scalar_sums(network: Network, x: Array) -> dict[str, float]:
    """Σ weight·input of every output by a loop over Python floats, in the order of the file."""
    sums = {id: 0.0 for id in network.structure.outputs}
    fed = dict(zip(network.structure.inputs, x.tolist(), strict=True))
    for edge in network.structure.connections:
        sums[edge.target] += network.value(edge.weight) * fed[edge.source]
    return sums


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("fan_in", [9, 16, 33, 130])
def test_a_sum_on_its_threshold_fires_whatever_its_length(fan_in: int, samples: int) -> None:
    """With θ set to the very sum a loop in file order gives, z is exactly 0 and the neuron fires.

    numpy's own sum adds in pairs from 9 terms on: it would miss about half of these thresholds.
    """
    rng = np.random.default_rng(fan_in)
    paired_misses = 0
    for _ in range(40):
        network = threshold_network(rng, fan_in, neurons=3)
        X = rng.integers(0, 11, (samples, fan_in)) / 10
        sums = scalar_sums(network, X[-1])
        network = network.with_values({f"b{id[1:]}": -total for id, total in sums.items()})
        trace = compile(network).trace(network.parameters, X)
        assert trace.z[-1, -3:].tolist() == [0.0, 0.0, 0.0]
        assert compile(network).forward(network.parameters, X)[-1].tolist() == [1.0, 1.0, 1.0]
        edges = network.structure.incoming["y0"]
        terms = [network.value(e.weight) * X[-1, network.structure.inputs.index(e.source)] for e in edges]
        paired_misses += np.sum(terms) != sums["y0"]
    assert paired_misses > 4


@pytest.mark.parametrize("activation", ["heaviside", "relu", "leaky_relu"])
def test_z_equals_a_scalar_loop_bit_for_bit(activation: str) -> None:
    """Wherever something kinks: all terms in file order, the bias last, for layers and for single neurons."""
    rng = np.random.default_rng(1)
    for seed in range(10):
        network = Network.layered([12, 10, 2], hidden=activation, output="sigmoid", seed=seed)
        network = network.with_parameters(rng.normal(size=len(network.parameters)))
        X = rng.normal(size=(4, 12))
        program = compile(network)
        whole = program.trace(network.parameters, X)
        structure = network.structure
        for sample in range(len(X)):
            a = dict(zip(structure.inputs, X[sample].tolist(), strict=True))
            for row, neuron in enumerate(structure.neurons):
                if neuron.role != "input":
                    z = 0.0
                    for edge in structure.incoming[neuron.id]:
                        z += network.value(edge.weight) * a[edge.source]
                    z += network.value(str(neuron.bias))
                    assert float(whole.z[sample, row]) == z
                    a[neuron.id] = float(whole.a[sample, row])
            alone = program.trace(network.parameters, X[sample : sample + 1])
            assert np.array_equal(alone.z[0], whole.z[sample])


def test_the_bias_comes_last() -> None:
    """0.1 + 0.2 + 0.3 − 0.6 is 1.1e-16, −0.6 + 0.1 + 0.2 + 0.3 is 0: the first is what a learner sees."""
    inputs = [Neuron(f"x{i}", "input") for i in range(3)]
    edges = [Connection(f"x{i}", "y", f"w{i}") for i in range(3)]
    values = {"b": -0.6, "w0": 0.1, "w1": 0.2, "w2": 0.3}
    network = Network.build([*inputs, Neuron("y", "output", "heaviside", bias="b")], edges, values)
    trace = compile(network).trace(network.parameters, [[1.0, 1.0, 1.0]])
    assert float(trace.z[0, 3]) == (0.1 + 0.2 + 0.3) - 0.6 != 0.0


def test_smooth_neurons_sum_in_file_order_if_something_else_kinks() -> None:
    """What feeds a step decides it as well: one kink anywhere, and every sum keeps its order."""
    for last, exact in (("heaviside", True), ("tanh", False)):
        network = Network.layered([3, 4, 1], hidden="tanh", output=last)
        assert compile(network).file_order is exact
    edges = [Connection("x", "h", "w"), Connection("h", "y", "v")]
    pooled = Network.build(
        [Neuron("x", "input"), Neuron("h", "hidden", "tanh"), Neuron("y", "output", combine="max")], edges,
        {"w": 1.0, "v": 1.0},
    )
    assert compile(pooled).file_order


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_combination_of_nothing_is_0(activation: str) -> None:
    """A neuron nothing comes into gives f(bias), or f(0)."""
    for bias, z in (("b", 0.75), (None, 0.0)):
        neurons = [Neuron("x", "input"), Neuron("h", "hidden", activation, bias=bias), Neuron("y", "output")]
        edges = [Connection("x", "y", "u"), Connection("h", "y", "v")]
        network = Network.build(neurons, edges, {"u": 0.0, "v": 1.0} | ({"b": 0.75} if bias else {}))
        found = compile(network).forward(network.parameters, [[5.0], [6.0]])
        expected = float(ACTIVATIONS[activation].f(np.array([z]))[0])
        assert found.ravel().tolist() == [expected, expected]


@pytest.mark.parametrize("combine", ["product", "max"])
def test_combination_of_nothing_is_0_also_for_product_and_max(combine: str) -> None:
    """Not 1, not −∞."""
    neurons = [Neuron("x", "input"), Neuron("h", "hidden", combine=combine), Neuron("y", "output", bias="b")]
    network = Network.build(neurons, [Connection("h", "y", "v")], {"v": 3.0, "b": 0.5})
    loss, gradient = compile(network).loss_and_gradient(network.parameters, [[1.0]], [[0.0]])
    assert compile(network).forward(network.parameters, [[1.0]]).tolist() == [[0.5]]
    assert (loss, gradient.tolist()) == (0.125, [0.0, 0.5])


def test_a_tie_of_max_goes_to_the_first_connection() -> None:
    """In file order; only its weight and its source get a gradient."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"), Neuron("y", "output", combine="max")]
    edges = [Connection("x1", "y", "v"), Connection("x0", "y", "w")]
    network = Network.build(neurons, edges, {"w": 2.0, "v": 1.0})
    gradient = compile(network).loss_and_gradient(network.parameters, [[1.0, 2.0]], [[0.0]])[1]
    assert dict(zip(network.parameter_names, gradient, strict=True)) == {"v": 4.0, "w": 0.0}


def test_columns_follow_the_order_of_inputs_and_outputs() -> None:
    """As the neurons stand in the file, wherever that is."""
    neurons = [Neuron("q", "output"), Neuron("b", "input"), Neuron("p", "output"), Neuron("a", "input")]
    edges = [Connection("a", "p", "one"), Connection("b", "q", "two")]
    network = Network.build(neurons, edges, {"one": 1.0, "two": 2.0})
    assert compile(network).forward(network.parameters, [[10.0, 1.0]]).tolist() == [[20.0, 1.0]]


def test_gradient_covers_frozen_parameters() -> None:
    """Only the training loop skips them."""
    network = Network.layered([2, 3, 1], seed=1)
    values = dict(zip(network.parameter_names, network.parameters, strict=True))
    parts = network.structure.neurons, network.structure.connections
    frozen = Network.build(*parts, values, frozen=network.parameter_names)
    X, T = [[0.3, -0.2]], [[0.5]]
    found = compile(frozen).loss_and_gradient(frozen.parameters, X, T)[1]
    assert np.array_equal(found, compile(network).loss_and_gradient(network.parameters, X, T)[1])
    assert (found != 0.0).all()


def test_heaviside_passes_no_gradient() -> None:
    """Its slope is 0 everywhere, also for its own bias."""
    network = Network.layered([2, 3, 1], hidden="heaviside", output="linear", seed=1)
    gradient = compile(network).loss_and_gradient(network.parameters, [[1.0, 2.0]], [[3.0]])[1]
    found = dict(zip(network.parameter_names, gradient.tolist(), strict=True))
    assert {name for name, slope in found.items() if slope} <= {"w7", "w8", "w9", "b_y"}
    assert found["b_y"] != 0.0


@pytest.mark.parametrize("loss", LOSSES)
def test_a_batch_is_the_mean_of_its_samples(loss: str) -> None:
    """Loss and gradient of 5 samples are the means of those of each alone."""
    network = Network.layered([2, 3, 2], output="sigmoid", seed=4)
    rng = np.random.default_rng(0)
    X, T = rng.normal(size=(5, 2)), rng.dirichlet(np.ones(2), 5)
    program = compile(network)
    each = [program.loss_and_gradient(network.parameters, X[[i]], T[[i]], loss) for i in range(5)]
    value, gradient = program.loss_and_gradient(network.parameters, X, T, loss)
    assert value == pytest.approx(np.mean([one[0] for one in each]), rel=1e-12)
    np.testing.assert_allclose(gradient, np.mean([one[1] for one in each], axis=0), rtol=1e-10, atol=1e-13)


def test_no_sample_gives_no_output() -> None:
    """An empty table goes through forward; a loss of nothing is refused."""
    network = Network.layered([2, 3, 1])
    assert compile(network).forward(network.parameters, np.zeros((0, 2))).shape == (0, 1)
    with pytest.raises(ValueError, match="no sample"):
        compile(network).loss_and_gradient(network.parameters, np.zeros((0, 2)), np.zeros((0, 1)))


def test_arguments_are_left_alone_and_results_are_new() -> None:
    """Neither parameters, X nor T change; what is returned may be written to."""
    network = Network.layered([2, 2], output="linear", seed=0)
    X, T = np.ones((3, 2)), np.zeros((3, 2))
    program = compile(network)
    out = program.forward(network.parameters, X)
    before = out.copy()
    out += 1.0
    _, gradient = program.loss_and_gradient(network.parameters, X, T)
    gradient += 1.0
    assert np.array_equal(X, np.ones((3, 2))) and np.array_equal(T, np.zeros((3, 2)))
    assert np.array_equal(program.forward(network.parameters, X), before)


def test_lists_and_whole_numbers_are_welcome() -> None:
    """X, T and parameters may be anything that makes a table of numbers."""
    network = Network.layered([2, 1], output="linear")
    program = compile(network)
    assert program.forward([1, 2, 3], [[1, 1]]).tolist() == [[6.0]]
    assert program.loss_and_gradient([1, 2, 3], [[True, 0]], [[4]]) == (0.0, pytest.approx(np.zeros(3)))


def test_overflow_is_silent() -> None:
    """Exploding numbers become inf or NaN without a warning: the Trainer reports them as divergence."""
    for activation in ACTIVATIONS:
        for combine in ("sum", "product", "max"):
            neurons = [
                Neuron("x", "input"), Neuron("h", "hidden", bias="b"), Neuron("k", "hidden"),
                Neuron("y", "output", activation, combine),
            ]
            ends = [("x", "h"), ("x", "k"), ("h", "y"), ("k", "y")]
            edges = [Connection(*pair, f"w{i}") for i, pair in enumerate(ends)]
            network = Network.build(
                neurons, edges, {"w0": 1e200, "w1": -1e200, "w2": 1e308, "w3": 1e308, "b": 1e308}
            )
            for loss in LOSSES:
                program = compile(network)
                program.loss_and_gradient(network.parameters, [[1e150], [-3.0]], [[0.0], [1.0]], loss)
                X, T = np.array([[1e150]]), np.array([[1.0]])
                assert program.backward(network.parameters, X, T, loss).deltas.shape == (1, 4)


# What is refused


@pytest.mark.parametrize(
    ("bad", "said"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"), (None, "nan")]
)
@pytest.mark.parametrize(("row", "column", "name"), [(0, 0, "x0"), (2, 1, "x1")])
def test_a_number_that_is_not_finite_in_x_is_found(
    bad: float | None, said: str, row: int, column: int, name: str
) -> None:
    """Row, column and neuron are named, by forward, trace and loss_and_gradient alike."""
    network = Network.layered([2, 3, 1])
    program = compile(network)
    X: list[list[float | None]] = [[0.0, 0.0] for _ in range(3)]
    X[row][column] = bad
    message = rf"X has {said} in row {row}, column {column} \({name}\)"
    calls: list[Callable[[], object]] = [
        lambda: program.forward(network.parameters, X),
        lambda: program.trace(network.parameters, X),
        lambda: program.loss_and_gradient(network.parameters, X, np.zeros((3, 1))),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=message):
            call()


def test_a_number_that_is_not_finite_in_t_is_found() -> None:
    """The first one in reading order."""
    network = Network.layered([1, 2])
    T = np.zeros((4, 2))
    T[2, 1] = T[3, 0] = np.nan
    with pytest.raises(ValueError, match=r"T has nan in row 2, column 1 \(o2\): only finite numbers"):
        compile(network).loss_and_gradient(network.parameters, np.zeros((4, 1)), T)


@pytest.mark.parametrize("shape", [(3, 1), (3, 3), (2,), (), (3, 2, 1)])
def test_a_wrong_number_of_columns_in_x(shape: tuple[int, ...]) -> None:
    """The inputs that want a column are named."""
    network = Network.layered([2, 1])
    with pytest.raises(ValueError, match="X must have 2 columns, one each for x0, x1; its shape is"):
        compile(network).forward(network.parameters, np.zeros(shape))


def test_a_wrong_number_of_columns_or_rows_in_t() -> None:
    """As many columns as outputs, as many rows as X."""
    network = Network.layered([2, 1])
    program = compile(network)
    with pytest.raises(ValueError, match="T must have 1 columns, one each for y"):
        program.loss_and_gradient(network.parameters, np.zeros((3, 2)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="X has 3 samples but T has 2"):
        program.loss_and_gradient(network.parameters, np.zeros((3, 2)), np.zeros((2, 1)))


@pytest.mark.parametrize("X", [[["a", "b"]], [[1.0, 2.0], [3.0]], [[1.0, object()]]])
def test_what_is_not_a_table_of_numbers(X: object) -> None:
    """Said as such, not as numpy says it."""
    network = Network.layered([2, 1])
    with pytest.raises(ValueError, match="X is not a table of numbers"):
        compile(network).forward(network.parameters, X)


@pytest.mark.parametrize("shape", [(2,), (4,), (3, 1), ()])
def test_a_vector_of_the_wrong_length(shape: tuple[int, ...]) -> None:
    """How many parameters there are, and what was given."""
    program = compile(Network.layered([2, 1]))
    with pytest.raises(ValueError, match="This network has 3 parameters; the vector given has shape"):
        program.forward(np.zeros(shape), [[0.0, 0.0]])
    with pytest.raises(ValueError, match="3 parameters"):
        program.loss_and_gradient(np.zeros(shape), [[0.0, 0.0]], [[0.0]])


def test_an_unknown_loss_is_named() -> None:
    """With what there is."""
    network = Network.layered([2, 1])
    with pytest.raises(ValueError, match=r"no loss “mse”; use one of half_squared_error"):
        compile(network).loss_and_gradient(network.parameters, [[0.0, 0.0]], [[0.0]], loss="mse")


# Compiling


def test_a_network_that_cannot_run_names_its_neurons() -> None:
    """An output nothing leads to; no input; no output: each is told, and the structure remains a document."""
    y, z = Neuron("y", "output"), Neuron("z", "output")
    network = Network.build([Neuron("x", "input"), y, z], [Connection("x", "y", "w")], {"w": 1.0})
    with pytest.raises(NetworkError) as caught:
        compile(network)
    assert [problem.neurons for problem in caught.value.problems] == [("z",)]
    assert "Nothing leads to output z" in str(caught.value)

    with pytest.raises(NetworkError, match="no output neuron yet"):
        compile(Network.build([Neuron("x", "input"), Neuron("h")], [Connection("x", "h", "w")], {"w": 1.0}))
    with pytest.raises(NetworkError, match="no input neuron yet"):
        compile(Network.build([Neuron("h"), y], [Connection("h", "y", "w")], {"w": 1.0}))
    with pytest.raises(NetworkError) as caught:
        compile(Network())
    assert len(caught.value.problems) == 2


def test_half_built_networks_have_a_program_too() -> None:
    """The canvas shows live values while a network is being built."""
    neurons = [Neuron("x", "input"), Neuron("y", "output", "heaviside", bias="b")]
    network = Network.build(neurons, [], {"b": -1.0})
    program = program_of(network.structure)
    assert len(program.problems) == 1
    assert program.trace(network.parameters, [[3.0]]).a.tolist() == [[3.0, 0.0]]


def test_compile_is_cached_by_the_identity_of_the_structure() -> None:
    """Other values: the same program. An equal structure that is another object: another program."""
    network = Network.layered([2, 3, 1], seed=0)
    program = compile(network)
    assert compile(network) is program
    assert compile(network.with_values({"w1": 5.0})) is program
    assert compile(network.initialized(7)) is program
    assert compile(Network.layered([2, 3, 1], seed=0)) is not program


def test_a_program_does_not_outlive_its_structure() -> None:
    """Each structural edit makes a new structure: the old ones must go."""
    network = Network.layered([2, 3, 1])
    compile(network).forward(network.parameters, [[0.0, 0.0]])
    structure, program = weakref.ref(network.structure), weakref.ref(compile(network))
    del network
    gc.collect()
    assert structure() is None
    assert program() is None


def test_threads_may_share_a_program() -> None:
    """It holds no values: many threads, one program, the same numbers as alone."""
    network = Network.layered([2, 6, 1], hidden="relu", seed=3)
    X, T = np.random.default_rng(0).normal(size=(20, 2)), np.zeros((20, 1))
    vectors = [network.initialized(seed).parameters for seed in range(8)]
    alone = [compile(network.with_parameters(v)).loss_and_gradient(v, X, T)[1] for v in vectors]
    fresh = Network.layered([2, 6, 1], hidden="relu", seed=3)
    found: dict[int, Array] = {}

    def work(i: int) -> None:
        for _ in range(20):
            found[i] = compile(fresh).loss_and_gradient(vectors[i], X, T)[1]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[i], alone[i]) for i in range(8))


# Places


@pytest.mark.parametrize("index", [[3, 4, 5], [[0, 1], [2, 3]], [5, 1, 3], [[2, 2], [0, 2]], [4], [], [1, 0]])
@pytest.mark.parametrize("columns", [(), (3,)])
def test_places_read_and_add_as_numpy_does(index: list[int], columns: tuple[int, ...]) -> None:
    """Slices, scattered places and repeated ones: the same as array[index] and np.add.at."""
    places = Places(np.array(index, dtype=np.intp))
    rng = np.random.default_rng(0)
    array = rng.normal(size=(6, *columns))
    assert np.array_equal(places.of(array), array[places.index])
    values = rng.normal(size=places.index.shape + columns)
    expected = array.copy()
    np.add.at(expected, places.index, values)
    places.add(array, values)
    np.testing.assert_allclose(array, expected, rtol=1e-14)


def test_a_stretch_of_neighbours_is_a_view() -> None:
    """The weights of a layer are read without a copy."""
    array = np.arange(10.0)
    assert np.shares_memory(Places(np.arange(2, 8).reshape(2, 3)).of(array), array)
    assert not np.shares_memory(Places(np.array([2, 4])).of(array), array)


# Memory


def peak_of(work: Callable[[], object]) -> int:
    """The most memory, in bytes, that ``work`` held at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_memory_grows_with_the_connections_not_with_targets_times_sources(activation: str) -> None:
    """4000 × 4000 neurons, 5 connections each: a dense matrix would take 128 MB."""
    rng = np.random.default_rng(0)
    size = 4000
    neurons = [Neuron(f"x{i}", "input") for i in range(size)]
    neurons += [Neuron(f"y{i}", "output", activation) for i in range(size)]
    picks = rng.integers(0, size // 5, (size, 5)) + np.arange(5) * (size // 5)
    edges = [Connection(f"x{s}", f"y{t}", f"w{t}_{s}") for t in range(size) for s in picks[t]]
    network = Network.build(neurons, edges, {edge.weight: 0.1 for edge in edges})
    X, T = rng.normal(size=(3, size)), np.zeros((3, size))

    def work() -> None:
        compile(network).loss_and_gradient(network.parameters, X, T)

    assert peak_of(work) < 30e6
    out = compile(network).forward(network.parameters, X)
    expected = ACTIVATIONS[activation].f(0.1 * X[:, picks].sum(axis=2))
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_memory_of_a_wide_layer_does_not_grow_with_connections_times_samples(activation: str) -> None:
    """100 × 100 connections and 2000 samples: all terms at once would take 160 MB."""
    network = Network.layered([100, 100, 1], hidden=activation, output="linear", seed=0)
    X, T = np.random.default_rng(0).normal(size=(2000, 100)), np.zeros((2000, 1))
    program = compile(network)
    assert peak_of(lambda: program.loss_and_gradient(network.parameters, X, T)) < 25e6


def test_the_largest_network_that_is_allowed_runs() -> None:
    """500 000 connections: built, compiled and differentiated, in a few seconds and no dense matrix."""
    network = Network.layered([499, 1000, 1], hidden="relu", output="linear", seed=0, initializer="uniform")
    assert len(network.structure.connections) == 500_000
    program = compile(network)
    kept = [places for g in program.groups for places in (g.neurons, g.sources, g.weights, g.biases)]
    assert sum(places.index.nbytes for places in kept if places) < 10 * 500_000
    x = np.random.default_rng(1).normal(size=(1, 499))
    W, v = network.parameters[:499_000].reshape(1000, 499), network.parameters[499_000:500_000]
    expected = v @ np.maximum(W @ x[0], 0.0)
    assert program.forward(network.parameters, x)[0, 0] == pytest.approx(expected, rel=1e-10)
    gradient = program.loss_and_gradient(network.parameters, x, [[0.0]])[1]
    assert gradient.shape == (501_001,)


def test_structures_without_neurons_to_compute_run() -> None:
    """Only inputs: nothing is computed, and their values are the trace."""
    program = program_of(Structure((Neuron("a", "input"), Neuron("b", "input"))))
    assert program.trace([], [[1.0, 2.0]]).a.tolist() == [[1.0, 2.0]]
