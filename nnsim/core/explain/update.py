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

_GREEK = {"momentum": Symbol("μ", r"\mu"), "beta1": Symbol("β₁", r"\beta_1"), "beta2": Symbol("β₂", r"\beta_2"),
          "alpha": Symbol("α", r"\alpha"), "epsilon": Symbol("ε", r"\epsilon"), "weight_decay": Symbol("λ", r"\lambda")}
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


def update_equations(parameter: str, value: float, gradient: float, step: Step, notation: Notation) -> list[Equation]:
    """The update of one parameter in the optimizer's own equations; the last is the new value.

    ``gradient`` is ∂L/∂p before penalties and clipping. ``w5′ = 0.40 − 0.5·0.0822 = 0.3589``.
    """
    own = name(parameter)
    g = Term(gradient, notation.loss.by(own))
    found: list[Equation] = []
    for active, symbol, text, leaves in _adjustments(own, value, step):
        if active:
            equation = Equation(symbol, parse(text, g=g, **leaves))
            found.append(equation)
            g = equation.term.named(symbol)
    entry = OPTIMIZERS[step.optimizer]
    known = {
        "w": Term(value, own, decimals=common_decimals([value])), "g": g, "rate": Term(step.rate, notation.rate),
        "r": Term(step.r, _STATE["r"]), "s": Term(step.s, _STATE["s"]), "t": Term(float(step.t + 1), Symbol("t", "t")),
        **{key: Term(float(constant), _GREEK.get(key, words(key)))
           for key, constant in (step.constants or entry.constants).items()},
    }
    for key, text in entry.written:
        symbol = own if key == "w" else _STATE[key]
        fresh = key in ("rhat", "shat")
        equation = Equation(symbol if fresh else symbol.with_prime(), parse(text, **known))
        found.append(equation)
        known[key] = equation.term.named(equation.name)
    return found


def _adjustments(own: Symbol, value: float, step: Step) -> Iterator[tuple[bool, Symbol, str, dict[str, Term]]]:
    """What is done to the gradient before the optimizer has it."""
    w = Term(value, own)
    penalized = "g" + (" + l1*sign(w)" if step.l1 else "") + (" + l2*w" if step.l2 else "")
    leaves = {"w": w, "l1": Term(step.l1, Symbol("λ₁", r"\lambda_1")), "l2": Term(step.l2, Symbol("λ₂", r"\lambda_2"))}
    yield bool(step.l1 or step.l2), Symbol("g", "g"), penalized, leaves
    clipped = step.clip is not None and step.length > step.clip
    most = {"most": Term(step.clip or 0.0, Symbol("clip", r"\mathrm{clip}")),
            "length": Term(step.length + CLIP_MARGIN, Symbol("‖g‖", r"\lVert g \rVert"))}
    yield clipped, Symbol("g′", "g'"), "g*most/length", most
