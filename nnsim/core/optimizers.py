"""Optimizers: how a gradient becomes a step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from nnsim.core.arrays import Array

Step = Callable[[Array, Array, Array, Array, int, float, Array], tuple[Array, Array, Array]]


@dataclass(frozen=True)
class Optimizer:
    """A rule that turns the gradient g of the parameters w into new parameters.

    ``step(g, w, r, s, t, rate, c)`` -> (w, r, s). r and s are what the rule remembers of each parameter, both 0 before
    the first update; it uses as many of them as ``memory`` names. t counts its updates from 1. c holds the values of
    ``constants``, in their order. Elementwise, written with operators and numpy functions alone: one text serves
    arrays and, compiled, the tiles of a kernel. ``straight`` takes every slope as 1: the perceptron rule. ``written``
    is the step once more, as equations (name, text) one after the other that core/formulas/reading.py reads, for those
    who want to see its numbers: of w, g, r, s, t, rate, the constants by name, and what came before; where the rule is
    ``straight``, of d = −g, the mean of (T − O)·x.
    """

    name: str
    label: str
    formula: str
    about: str
    step: Step
    written: tuple[tuple[str, str], ...]
    memory: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    straight: bool = False


def _sgd(g, w, r, s, t, rate, c):  # type: ignore[no-untyped-def]
    """w ← w − ηg. Robbins & Monro 1951."""
    return w - rate * g, r, s


def _momentum(g, w, r, s, t, rate, c):  # type: ignore[no-untyped-def]
    """r ← μr + g, w ← w − ηr. Polyak 1964, as torch.optim.SGD(momentum=μ, dampening=0)."""
    r = c[0] * r + g
    return w - rate * r, r, s


def _nesterov(g, w, r, s, t, rate, c):  # type: ignore[no-untyped-def]
    """r ← μr + g, w ← w − η(g + μr). Nesterov 1983, Sutskever et al. 2013, as torch.optim.SGD(nesterov=True)."""
    r = c[0] * r + g
    return w - rate * (g + c[0] * r), r, s


def _adagrad(g, w, r, s, t, rate, c):  # type: ignore[no-untyped-def]
    """r ← r + g², w ← w − ηg/(√r + ε). Duchi, Hazan & Singer 2011, as torch.optim.Adagrad."""
    r = r + g * g
    return w - rate * g / (np.sqrt(r) + c[0]), r, s


def _rmsprop(g, w, r, s, t, rate, c):  # type: ignore[no-untyped-def]
    """r ← αr + (1−α)g², w ← w − ηg/(√r + ε). Tieleman & Hinton 2012, as torch.optim.RMSprop."""
    r = c[0] * r + (1.0 - c[0]) * (g * g)
    return w - rate * g / (np.sqrt(r) + c[1]), r, s


def _adam(g, w, r, s, t, rate, c):  # type: ignore[no-untyped-def]
    """r ← β₁r + (1−β₁)g, s ← β₂s + (1−β₂)g², w ← w − η r̂/(√ŝ + ε) with r̂ = r/(1−β₁ᵗ), ŝ = s/(1−β₂ᵗ).

    Kingma & Ba 2015, algorithm 1, as torch.optim.Adam.
    """
    r = c[0] * r + (1.0 - c[0]) * g
    s = c[1] * s + (1.0 - c[1]) * (g * g)
    size = rate / (1.0 - c[0] ** t)
    root = np.sqrt(1.0 - c[1] ** t)
    return w - size * r / (np.sqrt(s) / root + c[2]), r, s


def _adamw(g, w, r, s, t, rate, c):  # type: ignore[no-untyped-def]
    """First w ← w − ηλw, then Adam's step. Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW."""
    r = c[0] * r + (1.0 - c[0]) * g
    s = c[1] * s + (1.0 - c[1]) * (g * g)
    size = rate / (1.0 - c[0] ** t)
    root = np.sqrt(1.0 - c[1] ** t)
    return w * (1.0 - rate * c[3]) - size * r / (np.sqrt(s) / root + c[2]), r, s


def _constants(**values: float) -> Mapping[str, float]:
    return MappingProxyType(values)


_SGD = (("w", "w - rate*g"),)
_MOMENTS = (("r", "beta1*r + (1 - beta1)*g"), ("s", "beta2*s + (1 - beta2)*g**2"),
            ("rhat", "r/(1 - beta1**t)"), ("shat", "s/(1 - beta2**t)"))
_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
_ENTRIES = (
    Optimizer("sgd", "SGD", r"w' = w - \eta\,\frac{\partial L}{\partial w}",
              "Stochastic gradient descent: a step downhill, as long as the slope is steep.", _sgd, _SGD),
    Optimizer("momentum", "Momentum", r"r' = \mu r + \frac{\partial L}{\partial w},\quad w' = w - \eta\,r'",
              "A ball that rolls downhill: past slopes keep pushing.", _momentum,
              (("r", "momentum*r + g"), ("w", "w - rate*r")), ("r",), _constants(momentum=0.9)),
    Optimizer("nesterov", "Nesterov momentum",
              r"r' = \mu r + \frac{\partial L}{\partial w},\quad "
              r"w' = w - \eta\left(\frac{\partial L}{\partial w} + \mu r'\right)",
              "Momentum that looks ahead: it brakes before the slope turns.", _nesterov,
              (("r", "momentum*r + g"), ("w", "w - rate*(g + momentum*r)")), ("r",),
              _constants(momentum=0.9)),
    Optimizer("adagrad", "Adagrad",
              r"r' = r + g^2,\quad w' = w - \frac{\eta}{\sqrt{r'}+\epsilon}\,g",
              "A rate of its own for each weight, smaller the more it has moved.", _adagrad,
              (("r", "r + g**2"), ("w", "w - rate*g/(sqrt(r) + epsilon)")), ("r",),
              _constants(epsilon=1e-10)),
    Optimizer("rmsprop", "RMSprop",
              r"r' = \alpha r + (1-\alpha)g^2,\quad w' = w - \frac{\eta}{\sqrt{r'}+\epsilon}\,g",
              "Adagrad that forgets: the rate follows the recent slopes.", _rmsprop,
              (("r", "alpha*r + (1 - alpha)*g**2"), ("w", "w - rate*g/(sqrt(r) + epsilon)")), ("r",),
              _constants(alpha=0.99, epsilon=1e-8)),
    Optimizer("adam", "Adam",
              r"r' = \beta_1 r + (1-\beta_1)g,\quad s' = \beta_2 s + (1-\beta_2)g^2,\quad "
              r"w' = w - \eta\,\frac{\hat r}{\sqrt{\hat s}+\epsilon}",
              "Momentum and RMSprop together: seldom the worst choice.", _adam,
              (*_MOMENTS, ("w", "w - rate*rhat/(sqrt(shat) + epsilon)")), ("r", "s"), _constants(**_ADAM)),
    Optimizer("adamw", "AdamW",
              r"w' = w - \eta\lambda w - \eta\,\frac{\hat r}{\sqrt{\hat s}+\epsilon}",
              "Adam that also pulls every parameter a little towards 0.", _adamw,
              (*_MOMENTS, ("w", "w - rate*weight_decay*w - rate*rhat/(sqrt(shat) + epsilon)")), ("r", "s"),
              _constants(**_ADAM, weight_decay=0.01)),
    Optimizer("perceptron", "Perceptron rule", r"w' = w + \eta\,(T-O)\,x",
              "For one layer of threshold neurons: a wrong output moves its weights by the input. "
              "It ends if a straight line can separate the classes, and wanders for ever if none can. Rosenblatt 1958.",
              _sgd, (("w", "w + rate*d"),), straight=True),
)

OPTIMIZERS: dict[str, Optimizer] = {entry.name: entry for entry in _ENTRIES}
"""Every optimizer by name."""
