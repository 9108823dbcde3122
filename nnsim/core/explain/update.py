"""An optimizer's update of one parameter as equations, with its numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nnsim.core.descent import CLIP_MARGIN
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import Notation, name
from nnsim.core.formulas.numbers import common_decimals
from nnsim.core.formulas.reading import parse
from nnsim.core.formulas.terms import Term
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.symbols import Symbol, words

CONSTANTS = {
    "momentum": Symbol("μ", r"\mu"), "beta1": Symbol("β₁", r"\beta_1"), "beta2": Symbol("β₂", r"\beta_2"),
    "alpha": Symbol("α", r"\alpha"), "epsilon": Symbol("ε", r"\epsilon"), "weight_decay": Symbol("λ", r"\lambda"),
}
"""How the constants of optimizers are written."""
_GRADIENT = Symbol("g", "g")
_STATE = {"r": Symbol("r", "r"), "s": Symbol("s", "s"),
          "rhat": Symbol("r̂", r"\hat{r}"), "shat": Symbol("ŝ", r"\hat{s}")}


@dataclass(frozen=True)
class Step:
    """What an update of one parameter goes by: the optimizer and its constants, rate, memory and penalties.

    ``r``, ``s`` and ``t`` are what the optimizer remembers before this update, and after how many updates. ``length``
    is that of the whole gradient, for clipping at ``clip``.
    """

    optimizer: str = "sgd"
    constants: Mapping[str, float] | None = None
    rate: float = 0.03
    r: float = 0.0
    s: float = 0.0
    t: int = 0
    l1: float = 0.0
    l2: float = 0.0
    clip: float | None = None
    length: float = 0.0


def update_equations(parameter: str, value: float, direction: float | Term, step: Step,
                     notation: Notation) -> list[Equation]:
    """The update of one parameter in the optimizer's own equations; the last is the new value.

    ``direction`` is ∂L/∂p before penalties and clipping, ``w5′ = 0.40 − 0.5·0.0822 = 0.3589``; for the perceptron rule
    it is the correction that is added, as ``Explanation.correction`` has it, ``w2′ = 1.25 + 0.25·(0 − 1)·1 = 1``.
    """
    own = name(parameter)
    entry = OPTIMIZERS[step.optimizer]
    d = direction if isinstance(direction, Term) else Term(direction, notation.loss.by(own))
    symbol = _GRADIENT if not entry.straight else d.symbol.with_prime() if d.symbol else change_of(own)
    found: list[Equation] = []
    for text, leaves in _adjustments(own, value, step, entry.straight):
        equation = Equation(symbol, parse(text, d=d, **leaves))
        found.append(equation)
        d, symbol = equation.term.named(symbol), symbol.with_prime()
    known = {
        "w": Term(value, own, decimals=common_decimals([value])), "d" if entry.straight else "g": d,
        "rate": Term(step.rate, notation.rate),
        "r": Term(step.r, _STATE["r"]), "s": Term(step.s, _STATE["s"]), "t": Term(float(step.t + 1), Symbol("t", "t")),
        **{key: Term(float(constant), CONSTANTS.get(key, words(key)))
           for key, constant in (step.constants or entry.constants).items()},
    }
    for key, text in entry.written:
        symbol = own if key == "w" else _STATE[key]
        fresh = key in ("rhat", "shat")
        equation = Equation(symbol if fresh else symbol.with_prime(), parse(text, **known))
        found.append(equation)
        known[key] = equation.term.named(equation.name)
    return found


def _adjustments(own: Symbol, value: float, step: Step, straight: bool) -> Iterator[tuple[str, dict[str, Term]]]:
    """What is done to a gradient, or to a correction, which points the other way, before the optimizer has it."""
    sign = "-" if straight else "+"
    if step.l1 or step.l2:
        penalized = "d" + (f" {sign} l1*sign(w)" if step.l1 else "") + (f" {sign} l2*w" if step.l2 else "")
        yield penalized, {"w": Term(value, own), "l1": Term(step.l1, Symbol("λ₁", r"\lambda_1")),
                          "l2": Term(step.l2, Symbol("λ₂", r"\lambda_2"))}
    if step.clip is not None and step.length > step.clip:
        text, latex = ("‖Δ‖", r"\lVert \Delta \rVert") if straight else ("‖g‖", r"\lVert g \rVert")
        yield "d*most/length", {"most": Term(step.clip, Symbol("clip", r"\mathrm{clip}")),
                                "length": Term(step.length + CLIP_MARGIN, Symbol(text, latex))}


def change_of(own: Symbol) -> Symbol:
    """What the perceptron rule adds, but for the rate: Δw5."""
    return Symbol(f"Δ{own.text}", rf"\Delta {own.latex}")
