"""Measures how fast nnsim trains, against libraries, naive numpy and C on the same workloads and one core."""

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from benchmark_contenders import (
    CONTENDERS,
    LIBRARIES,
    OURS,
    Array,
    C,
    Contender,
    Nnsim,
    Workload,
    available,
    cpu_seconds,
    suitable_times,
)

from nnsim.training import engines

CLEAN = "NNSIM_BENCHMARK_IS_CLEAN"
SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "JAX_ENABLE_X64": "1",
}
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
TOLERANCE = 1e-6
"""How far, relatively, losses may lie apart that should be the same."""
SCALING_BOUND = 2.0
MEMORY_BOUND = 5.0

NETS = {
    10: (2, 2, 2, 1),
    100: (2, 6, 8, 5),
    1_000: (10, 25, 25, 5),
    10_000: (20, 80, 80, 25),
    100_000: (50, 250, 250, 100),
}
"""Layers by their number of connections."""


def xor() -> tuple[Array, Array]:
    """The truth table."""
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])


def circle(n: int, outside: float) -> tuple[Array, Array]:
    """Points of a square: 1 inside of a circle, ``outside`` beyond."""
    X = np.random.default_rng(0).uniform(-1.0, 1.0, (n, 2))
    return X, np.where((X**2).sum(axis=1, keepdims=True) < 0.5, 1.0, outside)


def classes(n: int, columns: int) -> tuple[Array, Array]:
    """Ten patterns of grey values 0 to 1 under noise, with one-hot classes."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 10, n)
    patterns = rng.uniform(0.0, 1.0, (10, columns))
    X = np.clip(patterns[label] + rng.normal(0.0, 0.5, (n, columns)), 0.0, 1.0)
    return X, np.eye(10)[label]


def grid(side: int) -> tuple[Array, Array]:
    """The points of a map over both inputs."""
    axis = np.linspace(-1.0, 1.0, side)
    X = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return X, np.zeros((len(X), 1))


def noise(n: int, sizes: Sequence[int]) -> tuple[Array, Array]:
    """Random samples of a network with these layers."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1.0, 1.0, (n, sizes[0])), rng.uniform(-0.9, 0.9, (n, sizes[-1]))


DEEP = (2, 8, 8, 8, 1)
SIGMOID = {"hidden": "sigmoid", "output": "sigmoid", "rate": 0.3}
SOFTMAX = {"output": "linear", "loss": "softmax_cross_entropy"}

WORKLOADS = (
    Workload("W1", "XOR 2-2-1, 4 samples, full batch", (2, 2, 1), xor, 4, checked=1000, least=2, aim=2.5),
    Workload("W2", "2-4-2-1, 250 points, batch 10", (2, 4, 2, 1), lambda: circle(250, -1), least=8, aim=12),
    Workload("W3a", "2-8-8-8-1, 250 points, batch 10", DEEP, lambda: circle(250, -1), least=3.5, aim=7),
    Workload("W3b", "2-8-8-8-1, 250 points, batch 1", DEEP, lambda: circle(250, -1), 1,
             checked=8, least=3.5, aim=5.5),  # later the last bit of a number has grown to the sixth digit
    Workload("W4a", "2-3-1 sigmoid, 10 000 points, batch 1", (2, 3, 1), lambda: circle(10_000, 0), 1,
             checked=1, least=4, aim=8, **SIGMOID),
    Workload("W4b", "2-3-1 sigmoid, 10 000 points, batch 32", (2, 3, 1), lambda: circle(10_000, 0), 32,
             checked=5, least=3.5, aim=12, **SIGMOID),
    Workload("W5", "64-64-10 softmax, 1 797 samples, batch 32", (64, 64, 10), lambda: classes(1_797, 64), 32,
             checked=5, least=1.2, aim=1.8, **SOFTMAX),
    Workload("W6", "map 100×100 of 2-8-8-8-1, all neurons", DEEP, lambda: grid(100), 64,
             unit="ms/frame", checked=1, least=2, aim=3.5, is_map=True),
    Workload("W7", "784-256-128-10 relu, 10 000 samples, batch 64", (784, 256, 128, 10),
             lambda: classes(10_000, 784), 64, "relu", unit="samples/s", checked=1, least=1, aim=1.2, **SOFTMAX),
)  # fmt: skip

EXTRAS = (
    ("shuffle each epoch", {"order": "shuffle_each_epoch"}, ("W2", "W3a", "W4a")),
    ("Adam", {"optimizer": "adam", "learning_rate": 0.001}, ("W2", "W3a", "W5")),
)
SECTIONS = ("extras", "scaling", "memory")


# Measuring


@contextmanager
def quiet() -> Iterator[None]:
    """Without the collector of garbage in between."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def speeds(contenders: dict[str, Contender], rounds: int) -> dict[str, list[float]]:
    """Epochs or frames a second of each, round by round, taken in turns: A B C A B C …"""
    times = {name: suitable_times(contender) for name, contender in contenders.items()}
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            with quiet():
                measured[name].append(times[name] / cpu_seconds(contender, times[name]))
    return measured


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of how many times faster we were, round by round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def warn_of_difference(workload: Workload, contenders: dict[str, Contender]) -> None:
    """Say which contender computes something else than we do."""
    results = {}
    for name, contender in contenders.items():
        if contender.agrees:
            contender.reset()
            contender.run(workload.checked)
            results[name] = contender.result()
    ours = results.pop(OURS)
    for name, theirs in results.items():
        # Of a map a neuron may be 0 anywhere; a loss never is.
        scale = np.abs(ours).max() if workload.is_map else np.abs(ours)
        apart = float(np.max(np.abs(theirs - ours) / scale)) if theirs.shape == ours.shape else float("inf")
        if not apart <= TOLERANCE:
            print(f"Warning: {workload.name}: the results of {name} are {apart:.1e} from ours.", flush=True)


# Printing


def short(value: float) -> str:
    """Three digits that matter: 1.08M, 13.9k, 0.65."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= limit * 0.9995:
            return f"{float(f'{value / limit:.3g}'):g}{unit}"
    return f"{float(f'{value:.3g}'):g}"


def in_unit(workload: Workload, speed: float) -> str:
    """A speed as the table gives it."""
    if workload.unit == "ms/frame":
        return short(1000 / speed)
    return short(speed * len(workload.samples[0]) if workload.unit == "samples/s" else speed)


def row(*cells: str) -> None:
    """Print a line of the table: what was measured, then figures."""
    print((f"{cells[0]:<48}" + "".join(f"{cell:>13}" for cell in cells[1:])).rstrip(), flush=True)


def verdict(reached: float, workload: Workload) -> str:
    """How a ratio compares with what is required."""
    if reached < workload.least:
        return "MISSED"
    return "ok" if reached >= workload.aim else "below aim"


# The sections


def compare(chosen: Sequence[Workload], rounds: int) -> None:
    """One row a workload: everybody's speed, and ours as a multiple of theirs."""
    names = []
    for name, reason in available():
        if reason:
            print(f"{name} is left out: {reason}.")
        else:
            names.append(name)
    libraries = [name for name in names if name in LIBRARIES]
    row("epochs/s (W6: ms a frame, W7: samples/s)", *names, "× library", "required", "aim", "× C", "")
    for workload in chosen:
        compare_one(workload, names, libraries, rounds)
    print(f"× library: against the fastest of {', '.join(libraries) or 'none'}. nnsim runs on {engines.now()}.")


def compare_one(workload: Workload, names: Sequence[str], libraries: Sequence[str], rounds: int) -> None:
    """The row of one workload."""
    contenders = {name: CONTENDERS[name](workload) for name in names}
    warn_of_difference(workload, contenders)
    measured = speeds(contenders, rounds)
    figures = [in_unit(workload, statistics.median(measured[name])) for name in names]
    ours, times_library, word = measured[OURS], "–", ""
    if libraries:
        best = [max(figures) for figures in zip(*(measured[name] for name in libraries), strict=True)]
        times_library, word = f"{ratio(ours, best):.2f}", verdict(ratio(ours, best), workload)
    times_c = f"{ratio(ours, measured[C]):.2f}" if C in measured else "–"
    about = f"{workload.name:<4} {workload.about}"
    row(about, *figures, times_library, f"{workload.least:g}", f"{workload.aim:g}", times_c, word)


def extras(rounds: int) -> None:
    """What shuffling and Adam cost, as multiples of plain SGD in order."""
    print()
    row("nnsim alone", "plain", "with it", "× the time")
    workloads = {workload.name: workload for workload in WORKLOADS}
    for what, settings, names in EXTRAS:
        for name in names:
            plain = workloads[name]
            try:
                other = Nnsim(replace(plain, settings=settings))
            except ValueError as error:
                row(f"{name:<4} {what}", f"left out: {error}")
                continue
            measured = speeds({"plain": Nnsim(plain), "other": other}, rounds)
            figures = (in_unit(plain, statistics.median(values)) for values in measured.values())
            row(f"{name:<4} {what}", *figures, f"{ratio(measured['plain'], measured['other']):.2f}")


def scaling(rounds: int, samples: int = 320) -> None:
    """What a sample costs for each connection, from small networks to large ones."""
    print()
    row("ns per sample and connection", *(f"{connections:,}" for connections in NETS), "")
    for batch in (10, 32):
        contenders: dict[str, Contender] = {}
        for connections, sizes in NETS.items():
            data = noise(samples, sizes)
            contenders[str(connections)] = Nnsim(
                Workload(str(connections), "", sizes, lambda data=data: data, batch, checked=1)
            )
        measured = speeds(contenders, rounds)
        smallest = measured[str(min(NETS))]
        costs, ratios = [], []
        for connections in NETS:
            own = measured[str(connections)]
            costs.append(1e9 / (statistics.median(own) * samples * connections))
            ratios.append(ratio(smallest, own) * min(NETS) / connections)
        row(f"tanh layers, batch {batch}", *map(short, costs), "")
        holds = max(ratios) <= SCALING_BOUND
        row(f"  × 10 connections (at most {SCALING_BOUND:g})", *map(short, ratios), "ok" if holds else "MISSED")


def resident_megabytes() -> float:
    """The memory this process holds; where /proc is not, the most that it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def memory(seconds: float) -> None:
    """How much memory a long run gathers."""
    print()
    trainer = Nnsim(next(workload for workload in WORKLOADS if workload.name == "W3a")).trainer

    def train(until: float) -> None:
        while time.monotonic() < until:
            trainer.run(epochs=100)

    train(time.monotonic() + min(5.0, seconds))
    gc.collect()
    before, epochs = resident_megabytes(), trainer.epoch
    train(time.monotonic() + seconds)
    gc.collect()
    grown = resident_megabytes() - before
    holds = "ok" if grown < MEMORY_BOUND else "MISSED"
    what = f"memory, W3a for {seconds:g} s ({trainer.epoch - epochs:,} epochs)"
    row(what, f"{grown:+.1f} MB", f"< {MEMORY_BOUND:g} MB", holds)


def in_clean_environment() -> None:
    """Start this process anew on one core, unless it was: libraries read their settings when they are imported."""
    if CLEAN in os.environ:
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**environment, **SETTINGS, CLEAN: "1"})


def engine(arguments: argparse.Namespace) -> None:
    """The table, or those parts of it that ``arguments.only`` names."""
    in_clean_environment()
    only = arguments.only or [*(workload.name for workload in WORKLOADS), *SECTIONS]
    chosen = [workload for workload in WORKLOADS if any(workload.name.startswith(name) for name in only)]
    if chosen:
        compare(chosen, arguments.rounds)
    if "extras" in only:
        extras(arguments.rounds)
    if "scaling" in only:
        scaling(arguments.rounds)
    if "memory" in only:
        memory(arguments.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/benchmark_engine.py", description=__doc__)
    names = [*(workload.name for workload in WORKLOADS), "W3", "W4", *SECTIONS]
    parser.add_argument("--only", nargs="+", choices=names, default=[], metavar="NAME", help=", ".join(names))
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender is measured")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to train while memory is watched")
    engine(parser.parse_args())


if __name__ == "__main__":
    main()
