"""Makes tests/training/trajectories.json: what PyTorch's training does to two small networks, number by number."""

# How to run it, in any virtual environment: pip install torch, then python scripts/make_trajectories.py
# The stored file was made with torch 2.13.0, in float64 on the CPU. tests/training/test_trajectories.py replays it
# without PyTorch. Nothing of nnsim is used here, so that nothing of nnsim can be wrong in the same way twice.

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor

FILE = Path(__file__).resolve().parent.parent / "tests" / "training" / "trajectories.json"
ABOUT = (
    "Made by scripts/make_trajectories.py. Each case: parameters after some updates (after_updates) and after all its "
    "epochs (after_epochs), and the running mean train loss of its first 10 epochs (train_loss). An epoch of 7 samples "
    "has batches of 3, 3 and 1 unless the settings say otherwise. Cases of mean_absolute_error end after 10 epochs: "
    "later they jump to and fro around the kink of |t − o|, where the last bit of an output decides."
)
SAMPLES = 7
UPDATES = (1, 2, 3, 5, 10)
EPOCHS = 100
LOSS_EPOCHS = 10
KINKED_EPOCHS = 10


@dataclass(frozen=True)
class Net:
    """A layered network with its first values, and its data: X (7, inputs), T (7, outputs)."""

    sizes: tuple[int, int, int]
    output: str
    parameters: tuple[float, ...]
    X: list[list[float]]
    T: list[list[float]]

    @property
    def n_weights(self) -> int:
        """How many of the parameters, the first ones, are weights."""
        return sum(a * b for a, b in pairwise(self.sizes))

    @property
    def parameter_names(self) -> list[str]:
        """Weights layer by layer, by target, then source; then the biases, as ``nnsim.Network.layered`` has them."""
        weights = [f"w{i}" for i in range(1, self.n_weights + 1)]
        _, hidden, outputs = self.sizes
        return [*weights, *(f"b_h{i + 1}" for i in range(hidden)), *(f"b_o{i + 1}" for i in range(outputs))]


@dataclass(frozen=True)
class Case:
    """A training run. ``settings`` is what ``nnsim.TrainingConfig`` takes; ``frozen`` names parameters that stay."""

    name: str
    settings: Mapping[str, Any]
    net: str = "sigmoid"
    frozen: tuple[str, ...] = ()
    epochs: int = EPOCHS


@dataclass
class Trajectory:
    """What is stored of a run."""

    after_updates: dict[str, list[float]] = field(default_factory=dict)
    after_epochs: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)


# The networks and their data: numbers of two decimals, the same on every machine


def numbers(random: Random, count: int, low: float, high: float) -> list[float]:
    """Numbers of two decimals."""
    return [round(random.uniform(low, high), 2) for _ in range(count)]


def make_net(sizes: tuple[int, int, int], output: str, seed: int, target: Callable[[Random], list[float]]) -> Net:
    """A network and its data, drawn from a seed."""
    random = Random(seed)
    inputs, hidden, outputs = sizes
    parameters = numbers(random, (inputs + outputs) * hidden, -1.0, 1.0) + numbers(random, hidden + outputs, -0.3, 0.3)
    X = [numbers(random, inputs, -2.0, 2.0) for _ in range(SAMPLES)]
    return Net(sizes, output, tuple(parameters), X, [target(random) for _ in range(SAMPLES)])


def one_hot(random: Random) -> list[float]:
    """One of three classes."""
    chosen = random.randrange(3)
    return [float(i == chosen) for i in range(3)]


def two_probabilities(random: Random) -> list[float]:
    """Two targets from 0 to 1, both ends among them."""
    return [random.choice((0.0, 0.1, 0.25, 0.6, 0.8, 1.0)) for _ in range(2)]


NETS = {
    "sigmoid": make_net((2, 3, 2), "sigmoid", 14, two_probabilities),
    "linear": make_net((3, 4, 3), "linear", 25, one_hot),
}


# The cases


RATES = {
    "sgd": 0.5, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.1, "rmsprop": 0.01, "adam": 0.02, "adamw": 0.02,
}  # fmt: skip
DEFAULTS: dict[str, dict[str, float]] = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adagrad": {"epsilon": 1e-10},
    "rmsprop": {"alpha": 0.99, "epsilon": 1e-8},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
}
OTHERS: dict[str, dict[str, float]] = {
    "momentum": {"momentum": 0.7},
    "nesterov": {"momentum": 0.6},
    "adagrad": {"epsilon": 1e-3},
    "rmsprop": {"alpha": 0.9, "epsilon": 1e-3},
    "adam": {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4},
    "adamw": {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4, "weight_decay": 0.1},
}
STEP = {"name": "step", "epochs": 3, "factor": 0.5}
EXPONENTIAL = {"name": "exponential", "factor": 0.9}
COSINE = {"name": "cosine", "epochs": 10, "minimum": 0.001}


def settings(optimizer: str, constants: Mapping[str, float] | None = None, **others: Any) -> dict[str, Any]:
    """Settings with this optimizer and its usual rate, and ``others`` as they are given."""
    given = {"name": optimizer, **constants} if constants else optimizer
    usual = {"learning_rate": RATES[optimizer], "batch_size": 3, "order": "sequential"}
    return {"loss": "half_squared_error", "optimizer": given, **usual, **others}


def optimizer_cases() -> Iterator[Case]:
    """Every optimizer with its defaults and once with other constants."""
    for name in DEFAULTS:
        yield Case(name, settings(name))
    for name, constants in OTHERS.items():
        yield Case(f"{name}-constants", settings(name, constants))
    yield Case("adam-one-constant", settings("adam", {"beta1": 0.8}))


def loss_cases() -> Iterator[Case]:
    """The other losses, with a rule that takes the gradient as it is and with one that scales it."""
    for optimizer in ("sgd", "adam"):
        loss = "binary_cross_entropy"
        yield Case(f"{optimizer}-{loss}", settings(optimizer, loss=loss))
        loss = "mean_absolute_error"
        yield Case(f"{optimizer}-{loss}", settings(optimizer, loss=loss), epochs=KINKED_EPOCHS)
    for optimizer, rate in (("sgd", 0.1), ("adam", 0.02)):
        # With two outputs it would be the same as half_squared_error.
        loss = "mean_squared_error"
        yield Case(f"{optimizer}-{loss}", settings(optimizer, loss=loss, learning_rate=rate), "linear")
    for optimizer, rate in (("sgd", 0.1), ("adam", 0.02), ("nesterov", 0.02), ("adamw", 0.02)):
        loss = "softmax_cross_entropy"
        yield Case(f"{optimizer}-{loss}", settings(optimizer, loss=loss, learning_rate=rate), "linear")


def schedule_cases() -> Iterator[Case]:
    """Rates that change from epoch to epoch, also where velocity or decay could take the wrong one."""
    yield Case("sgd-step", settings("sgd", schedule=STEP))
    yield Case("sgd-exponential", settings("sgd", schedule=EXPONENTIAL))
    yield Case("adam-cosine", settings("adam", schedule=COSINE))
    yield Case("momentum-step", settings("momentum", schedule=STEP))
    yield Case("adamw-exponential", settings("adamw", schedule=EXPONENTIAL))
    yield Case("sgd-cosine-all", settings("sgd", schedule=COSINE, batch_size=0))


def gradient_cases() -> Iterator[Case]:
    """What changes the gradient before the optimizer has it, frozen parameters, and other batches."""
    yield Case("sgd-clip", settings("sgd", clip=0.05))
    yield Case("momentum-l2", settings("momentum", l2=0.02))
    yield Case("sgd-l1", settings("sgd", l1=0.002))
    yield Case("adam-clip-l2", settings("adam", clip=0.05, l2=0.02))
    frozen = ("w2", "w5", "w9", "b_h1", "b_o2")
    yield Case("adam-frozen", settings("adam"), frozen=frozen)
    yield Case("adamw-frozen-clip-l2", settings("adamw", clip=0.05, l2=0.02), frozen=frozen)
    yield Case("sgd-batch-of-all", settings("sgd", batch_size=0))
    yield Case("adam-batch-larger-than-data", settings("adam", batch_size=50))


def all_cases() -> list[Case]:
    """Every case, in the order of the file."""
    return [*optimizer_cases(), *loss_cases(), *schedule_cases(), *gradient_cases()]


# Training, by PyTorch


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "half_squared_error": lambda o, t: 0.5 * ((t - o) ** 2).sum(dim=1).mean(),
    "mean_squared_error": torch.nn.MSELoss(),
    "mean_absolute_error": torch.nn.L1Loss(),
    "binary_cross_entropy": torch.nn.BCELoss(),
    "softmax_cross_entropy": torch.nn.CrossEntropyLoss(),
}


def make_optimizer(setting: str | Mapping[str, Any], parameters: list[Tensor], rate: float) -> torch.optim.Optimizer:
    """PyTorch's optimizer for a setting."""
    given = {"name": setting} if isinstance(setting, str) else setting
    name = given["name"]
    c = {**DEFAULTS[name], **given}
    if name in ("sgd", "momentum", "nesterov"):
        return torch.optim.SGD(parameters, rate, momentum=c.get("momentum", 0.0), nesterov=name == "nesterov")
    if name == "adagrad":
        return torch.optim.Adagrad(parameters, rate, eps=c["epsilon"])
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, rate, alpha=c["alpha"], eps=c["epsilon"])
    betas = (c["beta1"], c["beta2"])
    if name == "adam":
        return torch.optim.Adam(parameters, rate, betas=betas, eps=c["epsilon"])
    return torch.optim.AdamW(parameters, rate, betas=betas, eps=c["epsilon"], weight_decay=c["weight_decay"])


def make_epoch_end(schedule: Mapping[str, Any] | None, optimizer: torch.optim.Optimizer) -> Callable[[int], None]:
    """What to call after each epoch, with the number of epochs done, to set the next rate."""
    if schedule is None:
        return lambda done: None
    if schedule["name"] == "step":
        step = torch.optim.lr_scheduler.StepLR(optimizer, schedule["epochs"], schedule["factor"])
        return lambda done: step.step()
    if schedule["name"] == "exponential":
        exponential = torch.optim.lr_scheduler.ExponentialLR(optimizer, schedule["factor"])
        return lambda done: exponential.step()
    last = schedule["epochs"]
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, last, schedule["minimum"])
    # PyTorch's curve would rise again after its last epoch; here it stays at the minimum.
    return lambda done: cosine.step() if done <= last else None


class Run:
    """A case as PyTorch trains it: each parameter is a tensor of its own, so that each can be frozen."""

    def __init__(self, case: Case) -> None:
        self.settings, self.net = case.settings, NETS[case.net]
        self.parameters = [
            torch.tensor(value, dtype=torch.float64, requires_grad=name not in case.frozen)
            for name, value in zip(self.net.parameter_names, self.net.parameters, strict=True)
        ]
        self.trainable = [p for p in self.parameters if p.requires_grad]
        self.optimizer = make_optimizer(self.settings["optimizer"], self.trainable, self.settings["learning_rate"])
        self.epoch_end = make_epoch_end(self.settings.get("schedule"), self.optimizer)
        self.X, self.T = (torch.tensor(table, dtype=torch.float64) for table in (self.net.X, self.net.T))

    def values(self) -> list[float]:
        """The parameters now."""
        return [p.item() for p in self.parameters]

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of an epoch, in the order of the data."""
        size = self.settings["batch_size"] or SAMPLES
        yield from zip(self.X.split(size), self.T.split(size), strict=True)

    def forward(self, X: Tensor) -> Tensor:
        """The outputs, (samples, outputs)."""
        inputs, hidden, outputs = self.net.sizes
        ends = [inputs * hidden, hidden * outputs, hidden, outputs]
        first, second, b_first, b_second = torch.stack(self.parameters).split(ends)
        h = torch.tanh(torch.nn.functional.linear(X, first.reshape(hidden, inputs), b_first))
        o = torch.nn.functional.linear(h, second.reshape(outputs, hidden), b_second)
        return torch.sigmoid(o) if self.net.output == "sigmoid" else o

    def penalty(self) -> Tensor:
        """l1·Σ|w| + ½·l2·Σw² over the weights."""
        w = torch.stack(self.parameters[: self.net.n_weights])
        l1, l2 = self.settings.get("l1", 0.0), self.settings.get("l2", 0.0)
        return l1 * w.abs().sum() + 0.5 * l2 * (w**2).sum()

    def update(self, X: Tensor, T: Tensor) -> float:
        """One update; returns the batch's loss before it, without penalty."""
        self.optimizer.zero_grad()
        loss = LOSSES[self.settings["loss"]](self.forward(X), T)
        (loss + self.penalty()).backward()
        if "clip" in self.settings:
            torch.nn.utils.clip_grad_norm_(self.trainable, self.settings["clip"])
        self.optimizer.step()
        return loss.item()


def train(case: Case) -> Trajectory:
    """A whole run of a case."""
    run, trajectory, updates = Run(case), Trajectory(), 0
    for epoch in range(case.epochs):
        total = 0.0
        for X, T in run.batches():
            total += run.update(X, T) * len(X)
            updates += 1
            if updates in UPDATES:
                trajectory.after_updates[str(updates)] = run.values()
        run.epoch_end(epoch + 1)
        if epoch < LOSS_EPOCHS:
            trajectory.train_loss.append(total / SAMPLES)
    trajectory.after_epochs = run.values()
    return trajectory


# The file


def net_entry(net: Net) -> dict[str, Any]:
    """A network and its data, as stored."""
    shape = {"sizes": list(net.sizes), "hidden": "tanh", "output": net.output}
    values = {"parameter_names": net.parameter_names, "parameters": list(net.parameters)}
    return {**shape, **values, "X": net.X, "T": net.T}


def case_entry(case: Case) -> dict[str, Any]:
    """A case and its trajectory, as stored."""
    head = {"name": case.name, "network": case.net, "settings": dict(case.settings), "frozen": list(case.frozen)}
    return {**head, "epochs": case.epochs, **vars(train(case))}


def pretty(value: Any, indent: str = "") -> str:
    """JSON with each row of numbers, and each thing that is short, on one line."""
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list) or not any(isinstance(item, dict | list) for item in items) or len(flat) < 200:
        return flat
    keys = [f"{json.dumps(key)}: " for key in value] if isinstance(value, dict) else [""] * len(items)
    inner = indent + " "
    lines = ",\n".join(f"{inner}{key}{pretty(item, inner)}" for key, item in zip(keys, items, strict=True))
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{lines}\n{indent}{closing}"


def main() -> None:
    """Write the file anew."""
    torch.set_num_threads(1)
    networks = {name: net_entry(net) for name, net in NETS.items()}
    cases = [case_entry(case) for case in all_cases()]
    content = {"about": ABOUT, "torch": torch.__version__, "networks": networks, "cases": cases}
    FILE.write_text(pretty(content) + "\n", encoding="utf-8")
    print(f"{len(cases)} cases, {FILE.stat().st_size / 1000:.0f} kB, torch {torch.__version__}")


if __name__ == "__main__":
    main()
