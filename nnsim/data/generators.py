"""Generators: data sets made by a rule and a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.arrays import Array, Flags
from nnsim.core.fields import check_fields, field, forms

MAX_GATE_INPUTS = 6
RADIUS = 5.0
"""The circle and the spiral lie within this distance of the origin, as in TensorFlow Playground; the board is a square
that reaches as far."""
MOON = 3.0
"""The radius of a moon."""
BLOB, BLOBS_AT = 0.8, 3.2
"""How far the points of a blob stray from its middle, and how far the middles lie from the origin."""


def checked(owner: Any) -> None:
    """Raises ValueError naming the field that is wrong; makes 250.0 of a whole-number field 250."""
    check_fields(owner)
    for name, form in forms(owner).items():
        if form.kind is int:
            object.__setattr__(owner, name, int(getattr(owner, name)))


@dataclass(frozen=True)
class GateFields:
    """What a gate needs to know."""

    inputs: int = field(2, "Inputs", "How many inputs the gate has; the table has 2ⁿ rows.",
                        minimum=1, maximum=MAX_GATE_INPUTS)

    def __post_init__(self) -> None:
        checked(self)


@dataclass(frozen=True)
class NotFields(GateFields):
    """NOT has one input."""

    inputs: int = field(1, "Inputs", "NOT has one input.", minimum=1, maximum=1)


@dataclass(frozen=True)
class SampleFields:
    """How samples are drawn. ``noise`` is in the units of the data, half of the samples test by default."""

    samples: int = field(250, "Samples", "How many points there are, for training and test together.",
                         minimum=4, maximum=100_000)
    noise: float = field(0.0, "Noise", "Standard deviation of the random shift of each point.",
                         minimum=0.0, maximum=10.0)
    seed: int = field(0, "Data seed", "The same seed gives the same points.", minimum=0, maximum=2**53)
    test_share: float = field(0.5, "Test share", "Which part of the points is kept to test on.",
                              minimum=0.0, maximum=0.9)

    def __post_init__(self) -> None:
        checked(self)


@dataclass(frozen=True)
class BlobFields(SampleFields):
    """Samples, of how many classes."""

    classes: int = field(3, "Classes", "How many blobs there are. Two share one target, +1 and −1; of more, each has "
                         "a target of its own, 1 in its blob and 0 elsewhere.", minimum=2, maximum=8)


@dataclass(frozen=True)
class BoardFields(SampleFields):
    """Samples, on a board of how many squares."""

    squares: int = field(4, "Squares", "How many squares stand along each side of the board.", minimum=2, maximum=8)


@dataclass(frozen=True)
class Generator:
    """A rule that makes data.

    ``fields`` is the dataclass of its settings, ``make(fields)`` gives X (samples, inputs) and
    T (samples, outputs), all finite, the same for the same fields. ``columns(fields)`` is (inputs,
    outputs) without making anything. ``is_gate`` says that the data is a whole truth table.
    """

    name: str
    label: str
    about: str
    fields: type
    make: Callable[[Any], tuple[Array, Array]]
    columns: Callable[[Any], tuple[int, int]]
    is_gate: bool = False


def truth_table(n: int) -> Array:
    """All rows of n inputs fed 0 or 1, (2ⁿ, n), counting up, the first input most significant.

    truth_table(2) is (0,0), (0,1), (1,0), (1,1). Raises ValueError unless 1 ≤ n ≤ 20.
    """
    if not 1 <= n <= 20:
        raise ValueError(f"A truth table has 1 to 20 inputs, not {n}.")
    counts = np.arange(2**n)[:, None]
    return ((counts >> np.arange(n - 1, -1, -1)) & 1).astype(np.float64)


def gate_named(column: ArrayLike, inputs: int) -> str | None:
    """The gate whose truth table over ``inputs`` inputs has this target column (2ⁿ,), or None.

    Where several gates agree, as majority and AND do for two inputs, the first of the registry is named;
    of one input, 1 0 is NOT.
    """
    wanted = np.asarray(column, dtype=np.float64).ravel()
    return next((name for name in gates(inputs) if np.array_equal(gate_column(name, inputs), wanted)), None)


def gates(inputs: int) -> list[str]:
    """The gates of that many inputs, by name, in the order of the registry."""
    if not 1 <= inputs <= MAX_GATE_INPUTS:
        return []
    return [name for name, entry in GENERATORS.items()
            if entry.is_gate and (entry.fields is not NotFields or inputs == 1)]


def gate_column(name: str, inputs: int) -> Array:
    """The targets of a gate of ``gates(inputs)``, (2ⁿ,)."""
    entry = GENERATORS[name]
    targets: Array = entry.make(entry.fields(inputs=inputs))[1][:, 0]
    return targets


def _gate(name: str, label: str, about: str, rule: Callable[[Array, int], Flags],
          settings: type = GateFields) -> Generator:
    """A gate by its rule: (how many inputs are 1 in each row, number of inputs) -> whether it fires."""

    def make(chosen: Any) -> tuple[Array, Array]:
        X = truth_table(chosen.inputs)
        return X, rule(X.sum(axis=1), chosen.inputs).astype(np.float64)[:, None]

    return Generator(name, label, about, settings, make, lambda chosen: (chosen.inputs, 1), is_gate=True)


def _cloud(name: str, label: str, about: str, draw: Callable[[Any, np.random.Generator], tuple[Array, Array]],
           settings: type[SampleFields] = SampleFields, *, outputs: Callable[[Any], int] = lambda chosen: 1,
           stray: float = 0.0) -> Generator:
    """Points of several classes by how they are drawn: (settings, random numbers) -> X and T, class by class.

    Each then moves at random, by the noise chosen and by what points of this kind ``stray`` in any case.
    """

    def make(chosen: Any) -> tuple[Array, Array]:
        rng = np.random.default_rng(chosen.seed)
        X, T = draw(chosen, rng)
        X += rng.normal(0.0, 1.0, X.shape) * np.hypot(stray, chosen.noise)
        # Classes come one after the other; mixed, an epoch that takes the samples as given is no special case.
        order = rng.permutation(len(X))
        return X[order], T[order]

    return Generator(name, label, about, settings, make, lambda chosen: (2, outputs(chosen)))


def _signs(first: Flags) -> Array:
    """Targets of two classes, (samples, 1): 1 for the first, −1 for the other."""
    return np.where(first, 1.0, -1.0)[:, None]


def _around(radius: Array, angle: Array) -> Array:
    """Points at these distances from the origin, (samples, 2); the angle turns from the second axis to the first."""
    points: Array = radius[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return points


def _circle(chosen: SampleFields, rng: np.random.Generator) -> tuple[Array, Array]:
    """A disk of radius 2.5, target 1, inside a ring of radius 3.5 to 5, target −1 (TensorFlow Playground)."""
    inside = np.arange(chosen.samples) < chosen.samples // 2
    low, high = np.where(inside, 0.0, 0.7), np.where(inside, 0.5, 1.0)
    radius = RADIUS * rng.uniform(low, high)
    angle = rng.uniform(0.0, 2.0 * np.pi, len(inside))
    return _around(radius, angle), _signs(inside)


def _spiral(chosen: SampleFields, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two spirals, 1¾ turns to radius 5, half a turn apart, targets 1 and −1 (TensorFlow Playground)."""
    first = chosen.samples // 2
    arms = []
    for count, turned in ((first, 0.0), (chosen.samples - first, np.pi)):
        along = np.arange(count) / count
        arms.append(_around(RADIUS * along, 1.75 * 2.0 * np.pi * along + turned))
    return np.vstack(arms), _signs(np.arange(chosen.samples) < first)


def _moons(chosen: SampleFields, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two half circles of radius 3: an arch, target 1, and a bowl, target −1, that reaches into it.

    As scikit-learn's make_moons, three times as large and centred on the origin; the points are drawn at random.
    """
    T = _signs(np.arange(chosen.samples) < chosen.samples // 2)
    angle = rng.uniform(0.0, np.pi, (chosen.samples, 1))
    return MOON * T * np.hstack([np.cos(angle) - 0.5, np.sin(angle) - 0.25]), T


def _blobs(chosen: BlobFields, rng: np.random.Generator) -> tuple[Array, Array]:
    """A round cloud for each class, of standard deviation 0.8; their middles stand on a circle of radius 3.2."""
    owner = np.arange(chosen.samples) % chosen.classes
    angle = 2.0 * np.pi * owner / chosen.classes
    X = BLOBS_AT * np.column_stack([np.cos(angle), np.sin(angle)])
    return X, _signs(owner == 0) if chosen.classes == 2 else np.eye(chosen.classes)[owner]


def _rings(chosen: SampleFields, rng: np.random.Generator) -> tuple[Array, Array]:
    """A disk of radius 1, target 1, a ring of radius 2 to 3, target −1, and one of radius 4 to 5, target 1.

    Half of the samples have target 1; of these a quarter are in the disk.
    """
    number = np.arange(chosen.samples)
    inner = chosen.samples // 2
    low = np.where(number >= inner, 2.0, np.where(number < inner // 4, 0.0, 4.0))
    radius = low + rng.uniform(0.0, 1.0, len(low))
    angle = rng.uniform(0.0, 2.0 * np.pi, len(low))
    return _around(radius, angle), _signs(number < inner)


def _checkerboard(chosen: BoardFields, rng: np.random.Generator) -> tuple[Array, Array]:
    """A board from −5 to 5 both ways; the square at the lower left has target 1, its neighbours −1, and so on."""
    squares = np.stack(np.divmod(np.arange(chosen.squares**2), chosen.squares), axis=1)
    even = squares.sum(axis=1) % 2 == 0
    first = np.arange(chosen.samples) < chosen.samples // 2
    ordered, n = np.concatenate([squares[even], squares[~even]]), int(even.sum())
    # As many samples of either colour, also on a board of an odd number of squares.
    corner = ordered[np.where(first, rng.integers(0, n, len(first)), rng.integers(n, len(ordered), len(first)))]
    return RADIUS * (2.0 * (corner + rng.uniform(0.0, 1.0, corner.shape)) / chosen.squares - 1.0), _signs(first)


def _sine(chosen: SampleFields) -> tuple[Array, Array]:
    """t = sin(x) + noise, x uniform on [−π, π]."""
    rng = np.random.default_rng(chosen.seed)
    X = rng.uniform(-np.pi, np.pi, (chosen.samples, 1))
    return X, np.sin(X) + rng.normal(0.0, 1.0, X.shape) * chosen.noise


_ENTRIES = (
    _gate("and_gate", "AND", "1 if every input is 1.", lambda ones, n: ones == n),
    _gate("or_gate", "OR", "1 if at least one input is 1.", lambda ones, n: ones >= 1),
    _gate("not_gate", "NOT", "1 if its one input is 0.", lambda ones, n: ones == 0, NotFields),
    _gate("nand_gate", "NAND", "0 only if every input is 1.", lambda ones, n: ones < n),
    _gate("nor_gate", "NOR", "1 only if no input is 1.", lambda ones, n: ones == 0),
    _gate("xor_gate", "XOR", "1 if an odd number of inputs is 1.", lambda ones, n: ones % 2 == 1),
    _gate("xnor_gate", "XNOR", "1 if an even number of inputs is 1.", lambda ones, n: ones % 2 == 0),
    _gate("majority_gate", "Majority", "1 if more than half of the inputs are 1.",
          lambda ones, n: 2 * ones > n),
    _cloud("circle", "Circle", "A disk (+1) inside a ring (−1): no straight line parts them.", _circle),
    _cloud("spiral", "Spiral", "Two spirals (+1, −1) around each other: hard for small networks.", _spiral),
    _cloud("moons", "Moons", "Two half moons (+1, −1) that reach into each other: a bent line parts them.", _moons),
    _cloud("blobs", "Blobs", "A round cloud for each class: straight lines part them.", _blobs, BlobFields,
           outputs=lambda chosen: 1 if chosen.classes == 2 else chosen.classes, stray=BLOB),
    _cloud("rings", "Rings", "A disk (+1) inside a ring (−1) inside a ring (+1).", _rings),
    _cloud("checkerboard", "Checkerboard", "Squares (+1, −1) by turns, as on a board: many boundaries at once.",
           _checkerboard, BoardFields),
    Generator("sine", "Sine", "One wave of sin(x): a curve to follow instead of classes to part.",
              SampleFields, _sine, lambda chosen: (1, 1)),
)

GENERATORS: dict[str, Generator] = {entry.name: entry for entry in _ENTRIES}
"""Every generator by name."""
