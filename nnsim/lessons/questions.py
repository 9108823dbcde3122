"""Questions: what a learner answers, how that is judged, and what a wrong answer says about where it went wrong."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nnsim.core.explain.sums import sum_of
from nnsim.core.formulas.numbers import format_number, parse_number
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.program import program_of
from nnsim.data.generators import truth_table
from nnsim.exchange.pages import Parts, plain

KEY_DIGITS = 4
FEWEST_DIGITS = 2
_SURE_DIGITS = 3
_CLOSE = 5
_SLACK = 1e-9
_NOUGHT = 1e-12
_DIGITS = re.compile(r"^[+-]?(\d*)[.,]?(\d*)(?:e([+-]?\d+))?$")


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right; if not, the hint names the step where it went wrong."""

    right: bool
    hint: str = ""


RIGHT = Verdict(True)


@dataclass(frozen=True)
class Mistake:
    """The number that a typical error leads to, and what to say about it."""

    value: float
    hint: str


def last_digit(text: str) -> tuple[float, int] | None:
    """The unit of the last digit of a number as typed, and how many of its digits count; None for a fraction."""
    match = _DIGITS.match("".join(text.split()).replace("−", "-").replace("–", "-").lower())
    if match is None:
        return None
    whole, decimals, exponent = match[1], match[2], float(match[3] or 0)
    return 10.0 ** min(max(exponent - len(decimals), -300), 300), len((whole + decimals).lstrip("0"))


def agrees(given: str, answer: float) -> bool:
    """Whether a number as typed is ``answer``, rounded or cut off: within one unit of the last digit given.

    It needs two digits that count, unless the answer has fewer. With less than three, an answer that ends there is
    taken at its word: 1.1 is not 1.2.
    """
    value = parse_number(given)
    if value is None:
        return False
    if abs(answer) < _NOUGHT:
        return abs(value) < _NOUGHT
    written = last_digit(given)
    if written is None:
        return math.isclose(value, answer, rel_tol=_SLACK)
    unit, count = written
    if _ends(answer, unit) and count < _SURE_DIGITS:
        return math.isclose(value, answer, rel_tol=_SLACK)
    return count >= FEWEST_DIGITS and abs(value - answer) <= unit * (1 + _SLACK) + abs(answer) * _SLACK


def _ends(answer: float, unit: float) -> bool:
    """Whether an answer needs no digits beyond this one."""
    steps = answer / unit
    return math.isfinite(steps) and math.isclose(steps, round(steps), rel_tol=_SLACK, abs_tol=_SLACK)


@dataclass(frozen=True)
class Number:
    """A blank for a number. ``hint`` names the step, for a wrong answer that is no known mistake."""

    answer: float
    hint: str
    mistakes: tuple[Mistake, ...] = ()
    label: str = ""
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The answer as a key has it."""
        return format_number(self.answer, KEY_DIGITS)

    def check(self, given: str) -> Verdict:
        """Judge what was typed."""
        value = parse_number(given)
        if value is None:
            return Verdict(False, "Type a number, such as 0.5932, −2 or 8.2e−2.")
        if agrees(given, self.answer):
            return RIGHT
        for mistake in self.mistakes:
            if agrees(given, mistake.value):
                return Verdict(False, mistake.hint)
        if agrees(_turned(given), self.answer):
            return Verdict(False, f"The size is right, the sign is not. {self.hint}")
        unit, count = last_digit(given) or (0.0, FEWEST_DIGITS)
        if count < FEWEST_DIGITS and abs(value - self.answer) <= unit and not _ends(self.answer, unit):
            return Verdict(False, f"Right so far: give at least {FEWEST_DIGITS} digits that count.")
        if count >= FEWEST_DIGITS and abs(value - self.answer) <= _CLOSE * unit:
            return Verdict(False, f"Close: look at the last digits once more. {self.hint}")
        return Verdict(False, self.hint)


def _turned(given: str) -> str:
    text = given.strip().replace("−", "-").replace("–", "-")
    return text[1:] if text.startswith("-") else f"-{text}"


def number(answer: float, hint: str, mistakes: Iterable[Mistake] = (), label: str = "") -> Number:
    """A Number with those mistakes that show: each leads to a finite number that is no other's.

    Raises OverflowError for an answer that is not finite: nobody could write it down.
    """
    if not math.isfinite(answer):
        raise OverflowError(f"the answer would be {answer}")
    kept: list[Mistake] = []
    for mistake in mistakes:
        if math.isfinite(mistake.value) and not any(
                abs(mistake.value - other) <= _step(other) for other in (answer, *(m.value for m in kept))):
            kept.append(mistake)
    return Number(float(answer), hint, tuple(kept), label)


def _step(value: float) -> float:
    """Two units of the last digit that a key gives of a value."""
    return 2 * 10.0 ** (math.floor(math.log10(abs(value))) - KEY_DIGITS + 1) if abs(value) > _NOUGHT else _NOUGHT


@dataclass(frozen=True)
class Count(Number):
    """A blank for a whole number, which must be exact."""

    @property
    def key(self) -> str:
        """The answer as a key has it."""
        return f"{self.answer:.0f}"

    def check(self, given: str) -> Verdict:
        """Judge what was typed."""
        value = parse_number(given)
        if value is None or not value.is_integer():
            return Verdict(False, "Type a whole number.")
        if value == self.answer:
            return RIGHT
        return Verdict(False, next((m.hint for m in self.mistakes if m.value == value), self.hint))


@dataclass(frozen=True)
class Choice:
    """A blank for one of ``choices``; ``hints`` say something of a wrong one in particular."""

    answer: str
    choices: tuple[str, ...]
    hint: str
    hints: tuple[tuple[str, str], ...] = ()
    label: str = ""

    @property
    def key(self) -> str:
        """The answer as a key has it."""
        return self.answer

    def check(self, given: str) -> Verdict:
        """Judge what was chosen."""
        given = " ".join(given.split())
        if given == self.answer:
            return RIGHT
        return Verdict(False, dict(self.hints).get(given, self.hint))


Field = Number | Choice


@dataclass(frozen=True)
class Target:
    """Weights and thresholds asked for together: any that make the network give ``targets``, row by row, are right.

    ``given`` are the parameters that stand already; ``asked`` those the blanks are for, in their order, where a
    threshold is the bias with the other sign.
    """

    gate: str
    neurons: tuple[Neuron, ...]
    connections: tuple[Connection, ...]
    given: tuple[tuple[str, float], ...]
    asked: tuple[str, ...]
    targets: tuple[float, ...]

    def check(self, given: tuple[str, ...]) -> Verdict:
        """Judge the numbers typed, by the engine over all rows."""
        numbers = [value for text in given if (value := parse_number(text)) is not None]
        if len(numbers) < len(given):
            return Verdict(False, "Type a number into each blank.")
        row, network = self._first_wrong(numbers)
        if row is None:
            return RIGHT
        biases = {neuron.bias for neuron in self.neurons}
        turned = [-n if name in biases else n for name, n in zip(self.asked, numbers, strict=True)]
        if self._first_wrong(turned)[0] is None:
            return Verdict(False, "The sum must reach θ, and the bias is −θ: turn the sign of θ around.")
        return Verdict(False, self._why(network, row))

    def _first_wrong(self, numbers: list[float]) -> tuple[int | None, Network]:
        biases = {neuron.bias for neuron in self.neurons}
        values = dict(self.given)
        values |= {name: -n if name in biases else n for name, n in zip(self.asked, numbers, strict=True)}
        network = Network.build(self.neurons, self.connections, values)
        outputs = program_of(network.structure).forward(network.parameters, truth_table(len(network.structure.inputs)))
        wrong = np.flatnonzero(outputs[:, 0] != np.array(self.targets))
        return (int(wrong[0]) if len(wrong) else None), network

    def _why(self, network: Network, row: int) -> str:
        structure = network.structure
        X = truth_table(len(structure.inputs))
        trace = program_of(structure).run(network.parameters, X)
        fed = ", ".join(f"{id} = {value:g}" for id, value in zip(structure.inputs, X[row], strict=True))
        sums = "; ".join(f"{neuron.id}: {sum_of(network, neuron.id, trace, row).long()}"
                         for neuron in structure.neurons if neuron.role != "input")
        return f"Row {fed}: {sums}; but {self.gate} is {self.targets[row]:g} there."


@dataclass(frozen=True)
class Question:
    """Something to fill in: what is asked, and a field for each blank. ``target`` judges all blanks together."""

    id: str
    ask: Parts
    fields: tuple[Field, ...]
    target: Target | None = None

    @property
    def text(self) -> str:
        """What is asked, as plain text."""
        return plain(self.ask).strip()

    @property
    def key(self) -> tuple[str, ...]:
        """Right answers, one for each blank."""
        return tuple(field.key for field in self.fields)

    def check(self, *given: str) -> Verdict:
        """Judge the answers, one for each blank; the hint is of the first that is wrong."""
        if len(given) != len(self.fields):
            raise ValueError(f"This question has {len(self.fields)} blanks, not {len(given)}.")
        if self.target is not None:
            return self.target.check(given)
        for field, text in zip(self.fields, given, strict=True):
            verdict = field.check(text)
            if not verdict.right:
                several = field.label and len(self.fields) > 1
                return Verdict(False, f"{field.label}: {verdict.hint}" if several else verdict.hint)
        return RIGHT

    def hint(self, *given: str) -> str:
        """The step where these answers went wrong; empty if they are right."""
        return self.check(*given).hint
