"""The programs that scripts/benchmark_engine.py compares: nnsim, libraries, naive numpy and C, on the same numbers."""

import ctypes
import importlib
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

import nnsim
from nnsim.training import engines

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array]]
"""Of each layer the weights (sources, targets) and the biases (targets,)."""

SOURCE = Path(__file__).with_suffix("").parent / "benchmark_engine.c"
FLAGS = ("-O3", "-march=native", "-ffast-math")


@dataclass(frozen=True)
class Workload:
    """A layered network, its data and how it learns from them; ``is_map`` asks for all activations instead."""

    name: str
    about: str
    sizes: tuple[int, ...]
    data: Callable[[], tuple[Array, Array]]
    batch: int = 10
    hidden: str = "tanh"
    output: str = "tanh"
    rate: float = 0.03
    loss: str = "half_squared_error"
    unit: str = "epochs/s"
    least: float = 0.0
    """How many times the speed of the fastest library nnsim has to reach."""
    aim: float = 0.0
    checked: int = 20
    """Epochs over which the losses are compared."""
    is_map: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of nnsim only."""

    @cached_property
    def network(self) -> nnsim.Network:
        return nnsim.Network.layered(self.sizes, hidden=self.hidden, output=self.output, seed=0)

    @cached_property
    def samples(self) -> tuple[Array, Array]:
        """(X, T)"""
        return self.data()

    @property
    def layers(self) -> Layers:
        """The network's first values, in new arrays."""
        # ``layered`` names the weights layer by layer, by target, then source, and the biases in the same order.
        names, values = self.network.parameter_names, self.network.parameters
        weights = values[[name.startswith("w") for name in names]]
        biases = values[[name.startswith("b_") for name in names]]
        layers = []
        for sources, targets in pairwise(self.sizes):
            w, weights = weights[: sources * targets], weights[sources * targets :]
            b, biases = biases[:targets], biases[targets:]
            layers.append((np.ascontiguousarray(w.reshape(targets, sources).T), b.copy()))
        return layers

    @property
    def is_softmax(self) -> bool:
        return self.loss == "softmax_cross_entropy"

    def activation(self, layer: int) -> str:
        return self.output if layer == len(self.sizes) - 2 else self.hidden


class Contender(Protocol):
    """Runs a workload. The first run for a number of times may compile; it is not measured."""

    agrees: bool
    """Whether its losses should be ours; libraries have conventions of their own."""

    def reset(self) -> None:
        """Back to the first values."""

    def run(self, times: int) -> None:
        """So many epochs, or frames of a map."""

    def result(self) -> Array:
        """The train loss of each epoch of the last run; of a map (neurons, samples) without the inputs."""


class Nnsim:
    """This project, through its public surface."""

    agrees = True

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._data = nnsim.Dataset(*workload.samples)
        plain = {"learning_rate": workload.rate, "batch_size": workload.batch, "order": "sequential"}
        self._config = nnsim.TrainingConfig(**{"loss": workload.loss, **plain, **workload.settings})
        self.reset()

    def reset(self) -> None:
        if not self._workload.is_map:
            self.trainer = nnsim.Trainer(self._workload.network, self._data, self._config)

    def run(self, times: int) -> None:
        if self._workload.is_map:
            for _ in range(times):
                self._map = activations(self._workload.network, self._data.X)
        else:
            reason = self.trainer.run(epochs=times)
            if reason != "epochs":
                raise RuntimeError(f"{self._workload.name}: nnsim stopped early, for {reason}.")

    def result(self) -> Array:
        return self._map if self._workload.is_map else self.trainer.history.train_loss[1:]


def activations(network: nnsim.Network, X: Array) -> Array:
    """A frame of W6: all activations but the inputs' own, (neurons, samples)."""
    engines.load()
    a: Array = engines.fast_program_of(network.structure).activations(network.parameters, X)
    return a[X.shape[1] :]


class Naive:
    """The obvious numpy program."""

    agrees = True
    functions: Mapping[str, Callable[[Array], Array]] = {
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "relu": lambda z: np.maximum(z, 0),
        "linear": lambda z: z,
    }
    slopes: Mapping[str, Callable[[Array], Array]] = {
        "tanh": lambda a: 1 - a * a,
        "sigmoid": lambda a: a * (1 - a),
        "relu": lambda a: (a > 0).astype(float),
        "linear": np.ones_like,
    }

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self.reset()

    def reset(self) -> None:
        self._layers = self._workload.layers

    def run(self, times: int) -> None:
        X, T = self._workload.samples
        if self._workload.is_map:
            for _ in range(times):
                self._maps = self._forward(X)[1:]
            return
        self._losses = []
        for _ in range(times):
            total = 0.0
            for start in range(0, len(X), self._workload.batch):
                part = slice(start, start + self._workload.batch)
                total += self._learn(X[part], T[part])
            self._losses.append(total / len(X))

    def _forward(self, x: Array) -> list[Array]:
        a = [x]
        for layer, (w, b) in enumerate(self._layers):
            a.append(self.functions[self._workload.activation(layer)](a[-1] @ w + b))
        return a

    def _learn(self, x: Array, t: Array) -> float:
        a = self._forward(x)
        loss, d = self._error(a[-1], t)
        d = d * self.slopes[self._workload.output](a[-1]) / len(x)
        for layer in reversed(range(len(self._layers))):
            w, b = self._layers[layer]
            before = d
            if layer:
                d = d @ w.T * self.slopes[self._workload.hidden](a[layer])
            w -= self._workload.rate * a[layer].T @ before
            b -= self._workload.rate * before.sum(axis=0)
        return loss

    def _error(self, o: Array, t: Array) -> tuple[float, Array]:
        if not self._workload.is_softmax:
            return float(0.5 * ((t - o) ** 2).sum()), o - t
        shifted = o - o.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        total = e.sum(axis=1, keepdims=True)
        return float((t * (np.log(total) - shifted)).sum()), e / total - t

    def result(self) -> Array:
        return np.hstack(self._maps).T if self._workload.is_map else np.array(self._losses)


class Jax:
    """All epochs in one compiled call, batches and epochs in lax.scan; matrix products as everybody writes them."""

    agrees = True

    def __init__(self, workload: Workload, sums: bool = False, unroll: int = 1) -> None:
        import jax

        self._jax, self._workload, self._unroll = jax, workload, unroll
        self._product = _product_by_sums if sums else jax.numpy.matmul
        jnp = jax.numpy
        self._functions = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "linear": lambda z: z}
        self._slopes = {
            "tanh": lambda a: 1 - a * a,
            "sigmoid": lambda a: a * (1 - a),
            "relu": lambda a: a > 0,
            "linear": jnp.ones_like,
        }
        X, T = (jnp.asarray(part) for part in workload.samples)
        whole = len(X) // workload.batch
        self._batches = tuple(part[: whole * workload.batch].reshape(whole, workload.batch, -1) for part in (X, T))
        self._rest = (X[whole * workload.batch :], T[whole * workload.batch :])
        self._X = X
        self._programs = cache(self._compiled)
        self.reset()

    def reset(self) -> None:
        self._layers = [tuple(map(self._jax.numpy.asarray, layer)) for layer in self._workload.layers]

    def run(self, times: int) -> None:
        if self._workload.is_map:
            for _ in range(times):
                self._result = self._jax.block_until_ready(self._programs(1)(self._layers, self._X))[1:]
        else:
            program = self._programs(times)
            self._layers, self._result = self._jax.block_until_ready(program(self._layers, self._batches, self._rest))

    def result(self) -> Array:
        return np.hstack(self._result).T if self._workload.is_map else np.asarray(self._result)

    def _compiled(self, times: int) -> Callable[..., Any]:
        jit = self._jax.jit
        if self._workload.is_map:
            return jit(self._forward).lower(self._layers, self._X).compile()
        return jit(self._train, static_argnums=3).lower(self._layers, self._batches, self._rest, times).compile()

    def _train(self, layers: Any, batches: Any, rest: Any, times: int) -> Any:
        scan, (whole, _, _) = self._jax.lax.scan, batches[0].shape

        def epoch(layers: Any, _: Any) -> Any:
            if whole == 1:
                layers, total = self._learn(layers, (batches[0][0], batches[1][0]))
            else:
                layers, losses = scan(self._learn, layers, batches, unroll=min(whole, self._unroll))
                total = losses.sum()
            if len(rest[0]):
                layers, loss = self._learn(layers, rest)
                total += loss
            return layers, total / len(self._X)

        return scan(epoch, layers, length=times, unroll=self._unroll if whole == 1 else 1)

    def _forward(self, layers: Any, x: Any) -> list[Any]:
        a = [x]
        for layer, (w, b) in enumerate(layers):
            a.append(self._functions[self._workload.activation(layer)](self._product(a[-1], w) + b))
        return a

    def _learn(self, layers: Any, batch: Any) -> Any:
        # Written out, because it is 5 to 10 % faster than value_and_grad.
        (x, t), product = batch, self._product
        a = self._forward(layers, x)
        loss, d = self._error(a[-1], t)
        d = d * self._slopes[self._workload.output](a[-1]) / len(x)
        learned = []
        for layer, (w, b) in reversed(list(enumerate(layers))):
            rate = self._workload.rate
            learned.append((w - rate * product(a[layer].T, d), b - rate * d.sum(axis=0)))
            if layer:
                d = product(d, w.T) * self._slopes[self._workload.hidden](a[layer])
        return learned[::-1], loss

    def _error(self, o: Any, t: Any) -> Any:
        jnp = self._jax.numpy
        if not self._workload.is_softmax:
            return 0.5 * jnp.square(t - o).sum(), o - t
        logs = self._jax.nn.log_softmax(o)
        return -(t * logs).sum(), jnp.exp(logs) - t


def _product_by_sums(a: Any, b: Any) -> Any:
    # XLA melts these into the loops around them, but calls a function for each small matrix product.
    return (a[:, :, None] * b[None, :, :]).sum(axis=1)


def tuned_jax(workload: Workload) -> Contender:
    """JAX as somebody writes it who knows what XLA is slow at: no small matrix products, loops unrolled if it helps."""
    if max(workload.sizes) > 16:
        return Jax(workload)
    others = [] if workload.is_map else [Jax(workload, sums=True, unroll=4)]
    return fastest([Jax(workload), Jax(workload, sums=True), *others])


class Torch:
    """PyTorch with the backward pass written out: less to call than autograd and an optimizer need."""

    agrees = True

    def __init__(self, workload: Workload) -> None:
        import torch

        torch.set_num_threads(1)
        self._torch, self._workload = torch, workload
        aten = torch.ops.aten
        self._functions = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu, "linear": lambda z: z}
        self._backward = {
            "tanh": aten.tanh_backward,
            "sigmoid": aten.sigmoid_backward,
            "relu": lambda d, a: aten.threshold_backward(d, a, 0),
            "linear": lambda d, a: d,
        }
        self._X, T = (torch.tensor(part) for part in workload.samples)
        self._batches = list(zip(self._X.split(workload.batch), T.split(workload.batch), strict=True))
        self.reset()

    def reset(self) -> None:
        self._layers = [tuple(map(self._torch.tensor, layer)) for layer in self._workload.layers]

    def run(self, times: int) -> None:
        with self._torch.inference_mode():
            if self._workload.is_map:
                for _ in range(times):
                    self._maps = self._forward(self._X)[1:]
                return
            self._losses = self._torch.zeros(times, dtype=self._torch.float64)
            for total in self._losses:
                for x, t in self._batches:
                    self._learn(x, t, total)
            self._losses /= len(self._X)

    def _forward(self, x: Any) -> list[Any]:
        a = [x]
        for layer, (w, b) in enumerate(self._layers):
            a.append(self._functions[self._workload.activation(layer)](self._torch.addmm(b, a[-1], w)))
        return a

    def _learn(self, x: Any, t: Any, total: Any) -> None:
        a, step = self._forward(x), -self._workload.rate / len(x)
        d = self._backward[self._workload.output](self._error(a[-1], t, total), a[-1])
        for layer in reversed(range(len(self._layers))):
            w, b = self._layers[layer]
            before = d
            if layer:
                d = self._backward[self._workload.hidden](d @ w.t(), a[layer])
            w.addmm_(a[layer].t(), before, alpha=step)
            b.add_(before.sum(0), alpha=step)

    def _error(self, o: Any, t: Any, total: Any) -> Any:
        if not self._workload.is_softmax:
            d = o - t
            total.add_((d * d).sum(), alpha=0.5)
            return d
        logs = self._torch.log_softmax(o, 1)
        total.sub_((t * logs).sum())
        return logs.exp_().sub_(t)

    def result(self) -> Array:
        return (self._torch.hstack(self._maps).T if self._workload.is_map else self._losses).numpy()


class ScikitLearn:
    """MLPClassifier where softmax is asked for, else MLPRegressor, whose output is always linear."""

    def __init__(self, workload: Workload) -> None:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        self._workload = workload
        self.agrees = workload.is_softmax or workload.is_map
        X, T = workload.samples
        self._X, self._y = X, T.argmax(axis=1) if workload.is_softmax else T[:, 0]
        self._model = (MLPClassifier if workload.is_softmax else MLPRegressor)(
            hidden_layer_sizes=workload.sizes[1:-1],
            activation={"sigmoid": "logistic"}.get(workload.hidden, workload.hidden),
            solver="sgd",
            alpha=0.0,
            batch_size=min(workload.batch, len(X)),
            learning_rate_init=workload.rate,
            momentum=0.0,
            nesterovs_momentum=False,
            shuffle=False,
            tol=0.0,
            n_iter_no_change=2**40,
            warm_start=True,
            max_iter=1,
        )
        self._fit()
        self.reset()

    def reset(self) -> None:
        layers = self._workload.layers
        self._model.coefs_ = [w for w, _ in layers]
        self._model.intercepts_ = [b for _, b in layers]
        if self._workload.is_map:
            self._model.out_activation_ = self._workload.output

    def run(self, times: int) -> None:
        if self._workload.is_map:
            for _ in range(times):
                # What ``predict`` does, but for the hidden neurons' maps, which that throws away.
                self._maps = self._model._forward_pass([self._X] + [None] * len(self._workload.layers))[1:]
            return
        self._model.loss_curve_ = []
        self._model.max_iter = times
        self._fit()

    def _fit(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged
            self._model.fit(self._X, self._y)

    def result(self) -> Array:
        return np.hstack(self._maps).T if self._workload.is_map else np.array(self._model.loss_curve_)


class Compiled:
    """benchmark_engine.c, compiled for one workload."""

    agrees = True

    def __init__(self, workload: Workload, lanes: int) -> None:
        self._workload, self._library = workload, _library(workload, lanes)
        self._X, self._T = (np.ascontiguousarray(part) for part in workload.samples)
        if workload.is_map:
            self._maps = _aligned(sum(workload.sizes), len(self._X))
            self._maps[: workload.sizes[0]] = self._X.T
        self.reset()

    def reset(self) -> None:
        self._parameters = np.concatenate([part.ravel() for w, b in self._workload.layers for part in (w.T, b)])

    def run(self, times: int) -> None:
        library, n = self._library, ctypes.c_long(len(self._X))
        if self._workload.is_map:
            library.draw(n, ctypes.c_long(times), _pointer(self._parameters), _pointer(self._maps))
            return
        self._losses = np.zeros(times)
        library[_entry(self._workload)](
            ctypes.c_double(self._workload.rate),
            n,
            _pointer(self._X),
            _pointer(self._T),
            ctypes.c_long(times),
            _pointer(self._parameters),
            _pointer(self._losses),
        )

    def result(self) -> Array:
        return self._maps[self._workload.sizes[0] :] if self._workload.is_map else self._losses


def _entry(workload: Workload) -> str:
    return "train_samples" if workload.batch == 1 and not workload.is_softmax else "train_batches"


def _pointer(array: Array) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _aligned(rows: int, columns: int) -> Array:
    """Zeros from an address on that is a multiple of 64, as the vectors in C need."""
    room = np.zeros(rows * columns + 8)
    first = -room.ctypes.data % 64 // 8
    return room[first : first + rows * columns].reshape(rows, columns)


def _library(workload: Workload, lanes: int) -> ctypes.CDLL:
    constants = {
        "SIZES": ",".join(map(str, workload.sizes)),
        "HIDDEN": workload.hidden.upper(),
        "OUTPUT": workload.output.upper(),
        "LOSS": workload.loss.upper(),
        "BATCH": workload.batch,
        "LANES": lanes,
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        library = Path(directory) / "engine.so"
        named = [f"-D{name}={value}" for name, value in constants.items()]
        command = ["gcc", *FLAGS, "-w", "-shared", "-fPIC", *named, str(SOURCE), "-o", str(library), "-lm"]
        subprocess.run(command, check=True)
        return ctypes.CDLL(str(library))


def compiled_c(workload: Workload) -> Contender:
    """C with vectors of 4 or of 8 numbers: which is faster depends on the processor and on the workload."""
    return fastest([Compiled(workload, lanes) for lanes in (4, 8)])


def cpu_seconds(contender: Contender, times: int) -> float:
    """The processor time of so many epochs or frames from the first values on."""
    contender.reset()
    start = time.process_time_ns()
    contender.run(times)
    return (time.process_time_ns() - start) / 1e9


def suitable_times(contender: Contender, seconds: float = 0.25) -> int:
    """How many epochs or frames take about so long, at least 1; compiled and warm when this returns."""
    times, taken = 1, 0.0
    while True:
        contender.run(times)
        taken = cpu_seconds(contender, times)
        if taken > seconds / 10:
            break
        times = max(2 * times, min(64 * times, int(times * seconds / 4 / max(taken, 1e-9))))
    wanted = max(1, round(times * seconds / taken))
    if wanted != times:
        contender.run(wanted)
    return wanted


def fastest(candidates: list[Contender]) -> Contender:
    """The one that runs fastest."""

    def speed(candidate: Contender) -> float:
        times = suitable_times(candidate, 0.1)
        return max(times / cpu_seconds(candidate, times) for _ in range(3))

    return candidates[0] if len(candidates) == 1 else max(candidates, key=speed)


OURS = "nnsim"
C = "C"
LIBRARIES = ("JAX", "PyTorch", "scikit-learn")
"""Whose fastest is what counts."""

CONTENDERS: dict[str, Callable[[Workload], Contender]] = {
    OURS: Nnsim,
    "JAX": Jax,
    "JAX tuned": tuned_jax,
    "PyTorch": Torch,
    "scikit-learn": ScikitLearn,
    "numpy": Naive,
    C: compiled_c,
}
_MODULES = {"JAX": "jax", "JAX tuned": "jax", "PyTorch": "torch", "scikit-learn": "sklearn"}


def available() -> Iterator[tuple[str, str]]:
    """Each contender with why it cannot run here, or an empty string."""
    for name in CONTENDERS:
        reason = ""
        if name == C and shutil.which("gcc") is None:
            reason = "there is no gcc"
        if name in _MODULES:
            try:
                importlib.import_module(_MODULES[name])
            except ImportError as error:
                reason = str(error)
        yield name, reason
