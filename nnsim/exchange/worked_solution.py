"""The worked solution: both passes of one sample on paper, as a solution or as an exercise with its key."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.explain.chain import Chain, chain_of
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import Notation, name
from nnsim.core.formulas.numbers import DIGITS, format_number
from nnsim.core.formulas.terms import Term, operate
from nnsim.core.formulas.writing import latex, latex_number, text
from nnsim.core.losses import LOSSES
from nnsim.core.network import ROLES, Connection, Network, Structure
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.symbols import Symbol
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.pages import (
    ENOUGH,
    Blank,
    Block,
    Equations,
    Heading,
    Inline,
    Line,
    Math,
    Page,
    Paragraph,
    Parts,
    Table,
)
from nnsim.training.config import TrainingConfig
from nnsim.training.update import Memory, Update

MOST_PARAMETERS = 200
PATHS = 4
_FEW_DIGITS = 2
_WIDEST = 64
"""A sum longer than that continues in the next row."""
_TOKEN = re.compile(r"\\(?:[^\W\d_]+|.)|.", re.DOTALL)
"""A command of LaTeX, or one sign."""


def worked_solution(
    network: Network, x: ArrayLike, t: ArrayLike | None, config: TrainingConfig, format: str, *, digits: int = DIGITS,
    notation: Notation | None = None, parameters: Sequence[str] | None = None, title: str = "",
    memory: Memory | None = None, epoch: int = 0, blanks: bool = False, key: bool | None = None,
) -> str:
    """The forward pass, the loss, the backward pass, the chain rule and the update, as a document of ``format``.

    ``format`` is a key of FORMATS. x (inputs,) and t (outputs,); without t only the forward pass is written. Loss,
    optimizer and rate are those of ``config``, ``memory`` and ``epoch`` as in ``next_update``. ``parameters`` are those
    whose chain rule and update are written, all if None. With ``blanks`` the results are left out and their key stands
    at the end; ``key`` of False leaves it away, True gives it alone. Raises NetworkError without anything to explain,
    ValueError if x or t does not fit it or there is too much to write.
    """
    if len(network.parameter_names) > MOST_PARAMETERS:
        raise ValueError(f"A worked solution is written for up to {MOST_PARAMETERS} parameters; this network has "
                         f"{len(network.parameter_names):,}.")
    explanation = Explanation(network, x, t, config.loss, notation)
    chosen = network.parameter_names if parameters is None else tuple(parameters)
    writing = _Writing(explanation, config, chosen, digits, blanks or key is True, memory, epoch)
    blocks = tuple(writing.blocks())
    answers = writing.key() if blanks or key else ()
    title = title or "Worked solution"
    if key is True:
        return FORMATS[format].write(Page(f"Key: {title}", answers))
    start = (Paragraph((ENOUGH,)),) if writing.asks_for_digits else ()
    end = (Heading("Key"), *answers) if blanks and key is None else ()
    return FORMATS[format].write(Page(title, (*start, *blocks, *end)))


def symbol_math(symbol: Symbol) -> Math:
    """A name as a formula."""
    return Math(symbol.latex, symbol.text)


def number_math(value: float, digits: int = DIGITS) -> Math:
    """A number as a formula."""
    return Math(latex_number(value, digits), format_number(value, digits))


def where_used(structure: Structure, parameter: str) -> str:
    """Where a parameter is used: “i1 → h1”, “bias of h1, h2”."""
    uses = structure.uses[parameter]
    edges = [f"{use.source} → {use.target}" for use in uses if isinstance(use, Connection)]
    biases = [use.id for use in uses if not isinstance(use, Connection)]
    return ", ".join([*edges, *([f"bias of {', '.join(biases)}"] if biases else [])])


class _Writing:
    """One document under way; it remembers the answers that it left out."""

    def __init__(self, explanation: Explanation, config: TrainingConfig, parameters: Sequence[str], digits: int,
                 blanks: bool, memory: Memory | None, epoch: int) -> None:
        self.e, self.config, self.parameters, self.digits, self.blanks = explanation, config, parameters, digits, blanks
        self.memory, self.epoch = memory, epoch
        self.answers: list[tuple[Math, Math]] = []
        self.asks_for_digits = False
        """Whether an answer that is left out has more digits than anybody has to give."""

    def blocks(self) -> Iterator[Block]:
        e = self.e
        inner = e.structure.order
        yield Heading("Network")
        yield from self._network()
        yield Heading("Sample")
        yield Equations(tuple(self._sample()))
        yield Heading("Forward pass")
        for id in inner:
            equations = e.forward(id)
            yield Equations(tuple(map(self._equation, equations)))
            if not self.blanks:
                # It would give the answer away.
                yield from (Paragraph((equation.note,)) for equation in equations if equation.note)
        if e.t is not None:
            yield from self._after_forward(inner)

    def _after_forward(self, inner: Sequence[str]) -> Iterator[Block]:
        e = self.e
        yield Heading("Loss")
        parts = list(e.loss_terms().values())
        yield Paragraph((f"{LOSSES[e.loss_name].label}.",))
        loss = e.loss()
        yield Equations(tuple(self._equation(equation) for equation in (*(parts if len(parts) > 1 else ()), loss)))
        if loss.note:
            yield Paragraph((loss.note,))
        if OPTIMIZERS[self.config.optimizer_name].straight:
            if self.parameters:
                yield Heading("Update")
                yield Paragraph(("This rule follows no slope: an output that misses its target moves its weights by "
                                 "what came in.",))
                yield from self._updates()
            return
        yield Heading("Backward pass")
        if not any(ACTIVATIONS[e.structure.by_id[id].activation].has_slope for id in inner):
            yield Paragraph(("A step is flat on both sides: its slope is 0, so there is no gradient to follow.",))
            return
        for id in reversed(inner):
            yield Equations(tuple(map(self._equation, self._backward(id))))
        yield Heading("Gradient")
        yield Equations(tuple(self._equation(e.gradient_equation(p)) for p in e.structure.parameter_names))
        if self.parameters:
            yield Heading("Chain rule")
            yield Equations(tuple(self._chain(chain_of(e, p, PATHS)) for p in self.parameters))
            yield Heading("Update")
            yield from self._updates()

    def key(self) -> tuple[Block, ...]:
        """What belongs into the blanks, by their numbers."""
        rows = tuple(((f"({n})",), (quantity,), (answer,)) for n, (quantity, answer) in enumerate(self.answers, 1))
        return (Table(("Blank", "Quantity", "Answer"), rows),)

    def _network(self) -> Iterator[Block]:
        structure = self.e.structure
        counts = Counter(neuron.role for neuron in structure.neurons)
        said = [f"{counts[role]} {role}{'s' if counts[role] != 1 and role != 'hidden' else ''}" for role in ROLES
                if counts[role]]
        yield Paragraph((", ".join(said) + ".",))
        for problem in self.e.program.problems:
            yield Paragraph((problem.message,))
        neurons = []
        for neuron in structure.neurons:
            if neuron.role != "input":
                way = ACTIVATIONS[neuron.activation].label
                combined = way if neuron.combine == "sum" else f"{way} of {COMBINES[neuron.combine].label.lower()}"
                bias: Parts = ("none",) if neuron.bias is None else (symbol_math(name(neuron.bias)),)
                if neuron.bias is not None and neuron.notation == "threshold":
                    theta = -self.e.network.value(neuron.bias)
                    bias = (*bias, ", ", Math(r"\theta", "θ"), " = ", number_math(theta, self.digits))
                neurons.append(((symbol_math(name(neuron.id)),), (combined,), bias))
        yield Table(("Neuron", "Function", "Bias"), tuple(neurons))
        rows = []
        for parameter in structure.parameter_names:
            frozen = " (frozen)" if parameter in structure.frozen else ""
            rows.append(((symbol_math(name(parameter)),), (number_math(self.e.network.value(parameter), self.digits),),
                         (where_used(structure, parameter) + frozen,)))
        yield Table(("Parameter", "Value", "Where"), tuple(rows))

    def _sample(self) -> Iterator[Line]:
        e = self.e
        for id in e.structure.inputs:
            yield Line(symbol_math(name(id)), ((number_math(e.a(id), self.digits),),))
        for id, value in zip(e.structure.outputs, () if e.t is None else e.t.tolist(), strict=e.t is not None):
            yield Line(symbol_math(e.notation.target_of(id)), ((number_math(value, self.digits),),))

    def _backward(self, id: str) -> Iterator[Equation]:
        e = self.e
        back, slope = e.by_activation(id), e.slope(id)
        yield back
        yield slope
        term = operate("multiply", back.as_factor(), slope.as_factor(), value=e.delta(id))
        yield Equation(e.notation.delta(id), term, (id,))

    def _updates(self) -> Iterator[Block]:
        e, frozen = self.e, self.e.structure.frozen
        assert e.t is not None
        update = Update(e.network, self.config, e.x[None], e.t[None], e.notation, self.memory, self.epoch)
        new: dict[str, float] = {}
        lines = []
        for parameter in self.parameters:
            equations = update.equations(parameter)
            if equations:
                new[parameter] = equations[-1].value
                lines += [self._equation(equation) for equation in equations]
        yield Paragraph((f"{OPTIMIZERS[self.config.optimizer_name].label}, ", symbol_math(e.notation.rate), " = ",
                         number_math(self.config.rate_at(self.epoch), self.digits), "."))
        for problem in update.problems:
            yield Paragraph((problem.message,))
        if lines:
            yield Equations(tuple(lines))
        left = [parameter for parameter in self.parameters if parameter in frozen]
        if left:
            them = "them as they are" if len(left) > 1 else "it as it is"
            yield Paragraph((f"{', '.join(left)}: frozen, so training leaves {them}.",))
        if new and np.isfinite(list(new.values())).all():
            after = Explanation(e.network.with_values(new), e.x, e.t, e.loss_name, e.notation).loss().value
            alone = len(new) < len(e.structure.parameter_names) - len(frozen)
            yield Paragraph((f"The loss of this sample with the new value of {', '.join(new)} alone:" if alone
                             else "The loss of this sample with the new values:",))
            yield Equations((self._line(e.notation.loss.with_prime(), (), (), after),))

    def _chain(self, chain: Chain) -> Line:
        """The paths in symbols, then in numbers, then their sum."""
        symbols, numbers = [], []
        for path in chain.paths:
            symbols.append(_product(symbol_math(factor.name) for factor in path.factors))
            numbers.append(_product(_factor(factor.shown_value, self.digits) for factor in path.factors))
        if chain.hidden:
            rest = number_math(chain.rest, self.digits)
            for rows in (symbols, numbers):
                more = f"{chain.hidden:,} more paths" if rows is symbols else rest.text
                rows.append(Math(rf"\text{{{more}}}" if rows is symbols else _bracketed(rest).latex, more))
        return self._line(chain.name, _added(symbols), _added(numbers), chain.shown_total)

    def _equation(self, equation: Equation) -> Line:
        """An equation in symbols, in numbers, and its value, each only where it says something new."""
        term = equation.term
        symbols = _rows(term, False, self.digits) if text(term) != equation.name.text else ()
        numbers = _rows(term, True, self.digits)
        if numbers == symbols:
            symbols = ()
        value = number_math(equation.shown_value, self.digits)
        if len(numbers) == 1 and numbers[0] in ((value,), (Math(value.latex, numbers[0][0].text),)):
            numbers = ()
        return self._line(equation.name, symbols, numbers, equation.shown_value, equation.because(self.digits))

    def _line(self, symbol: Symbol, symbols: tuple[Parts, ...], numbers: tuple[Parts, ...], value: float,
              because: str = "") -> Line:
        result, reason = number_math(value, self.digits), _reason(because)
        if self.blanks:
            self.answers.append((symbol_math(symbol), result))
            self.asks_for_digits |= result.text != format_number(value, _FEW_DIGITS)
            return Line(symbol_math(symbol), (*symbols, (Blank(len(self.answers)),)))
        if not numbers:
            return Line(symbol_math(symbol), (*symbols, (result, *reason)))
        *before, last = numbers
        return Line(symbol_math(symbol), (*symbols, *before, (*last, Math(" = ", " = "), result, *reason)))


def _reason(because: str) -> Parts:
    if not because:
        return ()
    said = because.replace("≥", r"\geq ").replace("≱", r"\ngeq ").replace("−", "-")
    return (Math(rf"\quad({said})", f"  ({because})"),)


def _bracketed(math: Math) -> Math:
    """A negative number in brackets, as a factor or a further term of a sum."""
    return Math(rf"\left({math.latex}\right)", f"({math.text})") if math.latex.startswith("-") else math


def _factor(value: float, digits: int) -> Math:
    return _bracketed(number_math(value, digits))


def _product(factors: Iterable[Math]) -> Math:
    found = list(factors)
    return Math(r" \cdot ".join(f.latex for f in found), " · ".join(f.text for f in found))


def _added(terms: Sequence[Math]) -> tuple[Parts, ...]:
    """The terms of a sum, a row each."""
    rows: list[Parts] = []
    for index, term in enumerate(terms):
        more: tuple[Inline, ...] = (Math(" + ", " + "),) if index < len(terms) - 1 else ()
        rows.append((term, *more))
    return tuple(rows)


def _rows(term: Term, numbers: bool, digits: int) -> tuple[tuple[Math], ...]:
    """A term, a long sum broken before its signs."""
    whole = Math(latex(term, numbers, digits), text(term, numbers, digits))
    if len(whole.text) <= _WIDEST:
        return ((whole,),)
    return tuple((Math(row, row),) for row in _broken(whole.latex))


def _broken(formula: str) -> list[str]:
    """A formula in pieces of about the widest, each from a plus or minus outside of all brackets."""
    rows, start, depth, shown = [], 0, 0, 0
    for token in _TOKEN.finditer(formula):
        sign, index = token.group(), token.start()
        depth += (sign in "{(") - (sign in "})")
        shown += sign not in "{}_^ "
        if depth == 0 and shown > _WIDEST // 2 and formula.startswith((" + ", " - "), index):
            rows.append(formula[start:index])
            start, shown = index + 1, 0
    return [*rows, formula[start:]]


