"""Questions: what a learner answers, how that is judged, and what a wrong answer says about where it went wrong."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import sum_of
from nnsim.core.formulas.numbers import DIGITS, exact_text, format_number, parse_number, with_count
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.program import program_of
from nnsim.data.generators import truth_table
from nnsim.exchange.pages import Parts, plain
from nnsim.lessons.digits import FEWEST_DIGITS, MOST_DIGITS, NOUGHT, Reading, alike, digits_to_tell, readings, turned

_NAMING_DIGITS, _MOST_NAMED = 2, 3
_CLOSE = 5
_WORDS = {3: "three", 4: "four"}


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right; if not, the hint names the step where it went wrong.

    ``nearly`` is neither right nor wrong: what was given may be the answer, but has too few digits to tell.
    """

    right: bool
    hint: str = ""
    nearly: bool = False


RIGHT = Verdict(True)


@dataclass(frozen=True)
class Mistake:
    """The number that a typical error leads to, and what to say about it."""

    value: float
    hint: str


@dataclass(frozen=True)
class Number:
    """A blank for a number. ``hint`` names the step, for a wrong answer that is no known mistake.

    ``digits`` says how its key is written.
    """

    answer: float
    hint: str
    mistakes: tuple[Mistake, ...] = ()
    label: str = ""
    choices: tuple[str, ...] = ()
    digits: int = DIGITS

    @property
    def key(self) -> str:
        """The answer as a key has it, with as many digits as it takes to be right."""
        ways = (with_count(self.digits, self.digits + more) for more in range(MOST_DIGITS))
        texts = (text for digits in ways
                 for text in (format_number(self.answer, digits), _with_noughts(self.answer, digits)))
        return next((text for text in texts if self.check(text).right), exact_text(self.answer))

    @property
    def long(self) -> bool:
        """Whether the answer has more digits than anybody has to give."""
        return not any(r.equals(self.answer) for r in readings(format_number(self.answer, FEWEST_DIGITS - 1)))

    def check(self, given: str) -> Verdict:
        """Judge what was typed: right is the answer, rounded or cut off, with three significant digits or all it has.

        A known mistake that reads the same in so many digits is told from it by more of them, and never named then.
        """
        meant = readings(given)
        if not meant:
            return Verdict(False, "Type a number, such as 0.5932, −2 or 8.2e−2.")
        if meant[0].equals(self.answer):
            return RIGHT
        finest = next((index for index, reading in enumerate(meant) if reading.fits(self.answer)), None)
        if finest is not None:
            mistaken = any(r.fits(mistake.value) for r in meant[: finest + 1] for mistake in self.mistakes)
            own = meant[finest]
            if own.tells(self.answer) and not mistaken:
                return RIGHT
            return Verdict(False, self._more(own), nearly=True)
        return Verdict(False, self._named(meant) or self._why(given, meant))

    def _more(self, reading: Reading) -> str:
        needed = digits_to_tell(self.answer, (mistake.value for mistake in self.mistakes))
        if reading.digits >= needed:
            return "Nearly: give one digit more."
        zeros = "; zeros in front do not count" if abs(reading.value) < 1 else ""
        return f"Nearly: give at least {_WORDS[needed]} significant digits{zeros}."

    def _named(self, meant: tuple[Reading, ...]) -> str:
        """The mistake that leads to this number, or the few that do; first what it is exactly."""
        found = [mistake for mistake in self.mistakes if meant[0].equals(mistake.value)]
        found += [mistake for mistake in self.mistakes if mistake not in found and any(
            reading.digits >= _NAMING_DIGITS and reading.fits(mistake.value) for reading in meant)]
        hints = dict.fromkeys(mistake.hint for mistake in found)
        return " Or: ".join(hints) if len(hints) <= _MOST_NAMED else ""

    def _why(self, given: str, meant: tuple[Reading, ...]) -> str:
        if any(r.equals(self.answer) or (r.digits >= _NAMING_DIGITS and r.fits(self.answer))
               for r in readings(turned(given))):
            return f"The size is right, the sign is not. {self.hint}"
        own = meant[0]
        if own.unit is not None and own.digits >= FEWEST_DIGITS and (
                abs(float(own.value) - self.answer) <= _CLOSE * float(own.unit)):
            return f"Close: calculate with one or two digits more than you give. {self.hint}"
        return self.hint


def _with_noughts(value: float, digits: int) -> str:
    """A number with so many digits that count, noughts at its end too: 0.6400."""
    text, e, power = format_number(value, digits).partition("e")
    missing = digits - sum(reading.digits for reading in readings(text)[:1])
    if missing > 0:
        text += ("" if "." in text else ".") + "0" * missing
    return text + e + power


def number(answer: float, hint: str, mistakes: Iterable[Mistake] = (), label: str = "") -> Number:
    """A Number with those mistakes that show: each leads to a finite number that is not the answer's.

    Raises OverflowError for an answer that is not finite: nobody could write it down.
    """
    if not math.isfinite(answer):
        raise OverflowError(f"the answer would be {answer}")
    answer = 0.0 if abs(answer) < NOUGHT else float(answer)
    kept = dict.fromkeys(m for m in mistakes if math.isfinite(m.value) and not alike(answer, m.value))
    return Number(answer, hint, tuple(kept), label)


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
    digits: int = DIGITS

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
        totals = [sum_of(network, neuron.id, trace, row) for neuron in structure.neurons if neuron.role != "input"]
        sums = "; ".join(f"{total.neuron}: {total.long(self.digits)}" for total in totals)
        said = f"Row {fed}: {sums}; but {self.gate} is {self.targets[row]:g} there."
        return " ".join(filter(None, (said, *map(why_rounding_decides, totals))))


@dataclass(frozen=True)
class Question:
    """Something to fill in: what is asked, and a field for each blank. ``target`` judges all blanks together."""

    id: str
    ask: Parts
    fields: tuple[Field, ...]
    target: Target | None = None

    def written_in(self, digits: int) -> "Question":
        """The same question with its key, and what it says of wrong answers, written in this way."""
        fields = tuple(replace(field, digits=digits) if isinstance(field, Number) else field for field in self.fields)
        return replace(self, fields=fields, target=self.target and replace(self.target, digits=digits))

    @property
    def text(self) -> str:
        """What is asked, as plain text."""
        return plain(self.ask).strip()

    @property
    def key(self) -> tuple[str, ...]:
        """Right answers, one for each blank."""
        return tuple(field.key for field in self.fields)

    def check(self, *given: str) -> Verdict:
        """Judge the answers, one for each blank; the hint is of the first that is wrong, or else nearly right."""
        if len(given) != len(self.fields):
            raise ValueError(f"This question has {len(self.fields)} blanks, not {len(given)}.")
        if self.target is not None:
            return self.target.check(given)
        verdicts = [field.check(text) for field, text in zip(self.fields, given, strict=True)]
        open_ones = [index for index, verdict in enumerate(verdicts) if not verdict.right]
        if not open_ones:
            return RIGHT
        first = min(open_ones, key=lambda index: verdicts[index].nearly)
        label, verdict = self.fields[first].label, verdicts[first]
        return replace(verdict, hint=f"{label}: {verdict.hint}") if label and len(self.fields) > 1 else verdict

    def hint(self, *given: str) -> str:
        """The step where these answers went wrong; empty if they are right."""
        return self.check(*given).hint
