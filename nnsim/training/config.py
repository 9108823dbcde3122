"""What a learner sets for training."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.fields import check_fields, field
from nnsim.core.losses import LOSSES
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.schedules import SCHEDULES

Choice = str | Mapping[str, Any]
ORDER_CHOICES = (
    ("shuffle_each_epoch", "shuffle every epoch"),
    ("shuffle_once", "shuffle once"),
    ("sequential", "as given"),
)


@dataclass(frozen=True)
class TrainingConfig:
    """Loss, optimizer and the rest of a run. Raises ValueError naming the field that is wrong.

    ``optimizer`` is a name, or a mapping with ``name`` and constants: {"name": "adam", "beta1": 0.9}; so is
    ``schedule``: {"name": "step", "epochs": 100, "factor": 0.5}.
    A stop field of None is off; several may be on, the first to hold stops the run.
    """

    loss: str = field(
        "half_squared_error", "Loss", "What training makes small.", choices=[(e.name, e.label) for e in LOSSES.values()]
    )
    optimizer: Choice = "sgd"
    learning_rate: float = field(
        0.03,
        "Learning rate",
        "How far one update goes down the slope: l in the lecture, η in most books.",
        minimum=0.0,
        maximum=1e6,
        presets=(0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    )
    schedule: Choice = "constant"
    batch_size: int = field(
        10,
        "Batch",
        "Samples that share one update; 0 takes all of them.",
        unit="samples",
        minimum=0,
        maximum=10_000_000,
    )
    order: str = field(
        "shuffle_each_epoch", "Order", "In which order an epoch takes the samples.", choices=ORDER_CHOICES
    )
    seed: int = field(
        0, "Run seed", "The same seed gives the same order, and so the same result.", minimum=0, maximum=2**53
    )
    l1: float = field(
        0.0,
        "L1 penalty",
        "Adds l1·Σ|w| over the weights: pulls small weights to 0.",
        minimum=0.0,
        maximum=1e6,
        advanced=True,
    )
    l2: float = field(
        0.0,
        "L2 penalty",
        "Adds ½·l2·Σw² over the weights: keeps weights small.",
        minimum=0.0,
        maximum=1e6,
        advanced=True,
    )
    clip: float | None = field(
        None,
        "Clip gradient",
        "A longer gradient is shortened to this length before the step: no update leaps.",
        kind=float,
        minimum=0.0,
        maximum=1e6,
        off="off",
        advanced=True,
    )
    stop_epochs: int | None = field(
        None,
        "After",
        "Stop after this many more epochs, counted anew whenever training starts or goes on.",
        unit="more epochs",
        kind=int,
        minimum=1,
        maximum=2**53,
        off="never",
    )
    stop_loss: float | None = field(
        None,
        "Loss at most",
        "Stop when the train loss is this small: an epoch's running mean, and all samples at its end.",
        kind=float,
        minimum=0.0,
        off="off",
    )
    stop_change: float | None = field(
        None,
        "Change at most",
        "Stop when the epochs' running mean of the loss stays within a band this wide.",
        kind=float,
        minimum=0.0,
        off="off",
    )
    stop_change_epochs: int = field(
        10,
        "for",
        "How many epochs in a row it must stay within the band, counted anew whenever training starts or goes on.",
        unit="epochs",
        minimum=1,
        maximum=65_000,
    )
    stop_gradient: float | None = field(
        None,
        "Gradient at most",
        "Stop when the length of an epoch's mean gradient, without penalties, is this small.",
        kind=float,
        minimum=0.0,
        off="off",
    )
    stop_seconds: float | None = field(
        None,
        "After",
        "Stop with the first epoch that ends after this much more time, "
        "counted anew whenever training starts or goes on.",
        unit="more seconds",
        kind=float,
        minimum=0.0,
        off="never",
    )

    def __post_init__(self) -> None:
        check_fields(self)
        for name, registry in CHOICES.items():
            object.__setattr__(self, name, _normal(name, getattr(self, name), registry))

    def __repr__(self) -> str:
        """As it is called: the fields that are not as they are by default."""
        said = [f"{f.name}={dict(value) if isinstance(value, Mapping) else value!r}" for f in dataclasses.fields(self)
                if (value := getattr(self, f.name)) != f.default]
        return f"TrainingConfig({', '.join(said)})"

    def __hash__(self) -> int:
        values = (getattr(self, f.name) for f in dataclasses.fields(self))
        return hash(tuple(tuple(sorted(v.items())) if isinstance(v, Mapping) else v for v in values))

    @property
    def optimizer_name(self) -> str:
        """The optimizer's name in the registry."""
        return chosen_name(self.optimizer)

    @property
    def optimizer_constants(self) -> Mapping[str, float]:
        """All constants of the optimizer, the defaults filled in."""
        return all_constants(self.optimizer, OPTIMIZERS)

    @property
    def schedule_name(self) -> str:
        """The schedule's name in the registry."""
        return chosen_name(self.schedule)

    @property
    def schedule_constants(self) -> Mapping[str, float]:
        """All constants of the schedule, the defaults filled in."""
        return all_constants(self.schedule, SCHEDULES)

    def rate_at(self, epoch: int) -> float:
        """The learning rate of an epoch, as the schedule has it."""
        return float(SCHEDULES[self.schedule_name].rate(self.learning_rate, epoch, four(self.schedule_constants)))


CHOICES: Mapping[str, Mapping[str, Any]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}
"""The fields that choose an entry of a registry, and its constants."""


def chosen_name(choice: Choice) -> str:
    """The name in a choice."""
    return choice if isinstance(choice, str) else str(choice["name"])


def own_constants(choice: Choice) -> dict[str, float]:
    """The constants that differ from the registry's."""
    return {} if isinstance(choice, str) else {k: v for k, v in choice.items() if k != "name"}


def all_constants(choice: Choice, registry: Mapping[str, Any]) -> dict[str, float]:
    """All constants of the chosen entry, in the registry's order."""
    return {**registry[chosen_name(choice)].constants, **own_constants(choice)}


def four(constants: Mapping[str, float]) -> Array:
    """The values in their order, filled up with 0 to the four that engines take."""
    return np.array([*constants.values(), 0.0, 0.0, 0.0, 0.0][:4])


def _normal(field: str, choice: Any, registry: Mapping[str, Any]) -> Choice:
    """A bare name where all constants are the defaults, else a read-only mapping: equal settings are equal."""
    given: Mapping[str, Any] = {"name": choice} if isinstance(choice, str) else choice
    name = given.get("name")
    if not isinstance(name, str) or name not in registry:
        raise ValueError(f"{field} is “{name}”; it must be one of {', '.join(registry)}.")
    constants = registry[name].constants
    own: dict[str, float] = {}
    for key, value in given.items():
        if key == "name":
            continue
        if key not in constants:
            raise ValueError(
                f"{field}: {name} has no constant “{key}”"
                + (f"; it has {', '.join(constants)}." if constants else ".")
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise ValueError(f"{field}: {key} is {value!r}; it must be a number, 0 or more.")
        if float(value) != constants[key]:
            own[key] = float(value)
    return MappingProxyType({"name": name, **own}) if own else name
