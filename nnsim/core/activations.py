"""Activation functions and their derivatives."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.symbols import Symbol, words


@dataclass(frozen=True)
class Activation:
    """A function a = f(z) that every neuron may use; arrays of any shape, elementwise.

    ``derivative(z, a)`` gives f′(z), with a = f(z) at hand because most are cheaper through it. Both are written
    with operators and numpy functions alone, so that one text serves arrays and, compiled, the tiles of a kernel.
    """

    name: str
    label: str
    symbol: Symbol
    """What f is called where it is applied: σ(z)."""
    formula: str
    derivative_formula: str
    """f(x) and f′(x) in LaTeX."""
    about: str
    written: str
    """f′ once more, as text of z and a that core/formulas/reading.py reads, for those who want to see its numbers."""
    code: tuple[str, ...]
    """The body of f(z) in a program that has NumPy alone; it may call other activations by their names."""
    f: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]
    initializer: str = "glorot_uniform"
    """The weights' distribution that suits it."""
    kinks: tuple[float, ...] = ()
    """Where f has no derivative, from left to right: steps and corners."""
    pieces: tuple[float, ...] = ()
    """Where f is straight between its kinks, f′ on each piece from left to right, one more than there are kinks."""
    increasing: bool = False
    """Whether f(z) is always greater for a greater z."""
    has_slope: bool = True
    """False where f′ is 0 everywhere, so that gradients cannot train through it."""
    range: tuple[float, float] = (-np.inf, np.inf)


LEAKY_SLOPE = 0.01
ELU_ALPHA = 1.0


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^−z), without overflow: e is only raised to −|z|."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _softplus(z: Array) -> Array:
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def _elu(z: Array) -> Array:
    return np.where(z > 0, z, ELU_ALPHA * np.expm1(np.minimum(z, 0.0)))


def _swish(z: Array) -> Array:
    return z * sigmoid(z)


def _swish_derivative(z: Array, a: Array) -> Array:
    s = sigmoid(z)
    return s + a * (1.0 - s)


def _bounded(z: Array) -> Array:
    # Beyond |z| = 28 a Gaussian is 0 in float64; the bound keeps z² from overflowing.
    return np.maximum(np.minimum(z, 40.0), -40.0)


def _gaussian(z: Array) -> Array:
    near = _bounded(z)
    return np.exp(-(near * near))


_ENTRIES = (
    Activation(
        "heaviside", "Heaviside step", words("step"),
        r"\begin{cases}1 & \text{if } x \geq 0\\ 0 & \text{if } x < 0\end{cases}", "0",
        "Fires (1) from the threshold on, else 0. Its slope is 0 everywhere.", "0",
        ("return np.where(z >= 0, 1.0, 0.0)",),
        lambda z: np.where(z >= 0, 1.0, 0.0), lambda z, a: np.zeros_like(z),
        kinks=(0.0,), pieces=(0.0, 0.0), has_slope=False, range=(0.0, 1.0),
    ),
    Activation(
        "relu", "ReLU", words("ReLU"), r"\begin{cases}x & \text{if } x > 0\\ 0 & \text{if } x \leq 0\end{cases}",
        r"\begin{cases}1 & \text{if } x > 0\\ 0 & \text{if } x \leq 0\end{cases}",
        "Rectified linear unit: passes what is positive, blocks the rest.", "1 if z > 0 else 0",
        ("return np.maximum(z, 0.0)",),
        lambda z: np.maximum(z, 0.0), lambda z, a: np.where(z > 0, 1.0, 0.0),
        initializer="he_uniform", kinks=(0.0,), pieces=(0.0, 1.0), range=(0.0, np.inf),
    ),
    Activation(
        "leaky_relu", "Leaky ReLU", words("leaky relu"),
        r"\begin{cases}x & \text{if } x > 0\\ 0.01\,x & \text{if } x \leq 0\end{cases}",
        r"\begin{cases}1 & \text{if } x > 0\\ 0.01 & \text{if } x \leq 0\end{cases}",
        "ReLU that leaks a little (slope 0.01), so that it never stops learning.", "1 if z > 0 else 0.01",
        ("return np.where(z > 0, z, 0.01 * z)",),
        lambda z: np.where(z > 0, z, LEAKY_SLOPE * z), lambda z, a: np.where(z > 0, 1.0, LEAKY_SLOPE),
        initializer="he_uniform", kinks=(0.0,), pieces=(LEAKY_SLOPE, 1.0), increasing=True,
    ),
    Activation(
        "elu", "ELU", words("ELU"), r"\begin{cases}x & \text{if } x > 0\\ e^{x}-1 & \text{if } x \leq 0\end{cases}",
        r"\begin{cases}1 & \text{if } x > 0\\ e^{x} & \text{if } x \leq 0\end{cases}",
        "Exponential linear unit: like ReLU, but smooth and down to −1.", "1 if z > 0 else a + 1",
        ("return np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))",),
        _elu, lambda z, a: np.where(z > 0, 1.0, a + ELU_ALPHA),
        initializer="he_uniform", increasing=True, range=(-ELU_ALPHA, np.inf),
    ),
    Activation(
        "sigmoid", "Sigmoid", Symbol("σ", r"\sigma"), r"\frac{1}{1+e^{-x}}", r"f(x)\,(1-f(x))",
        "Logistic function: squashes every number into (0, 1).", "a*(1 - a)",
        ("e = np.exp(-np.abs(z))  # never overflows", "return np.where(z >= 0, 1.0, e) / (1.0 + e)"),
        sigmoid, lambda z, a: a * (1.0 - a), increasing=True, range=(0.0, 1.0),
    ),
    Activation(
        "tanh", "Tanh", Symbol("tanh", r"\tanh"), r"\frac{e^{x}-e^{-x}}{e^{x}+e^{-x}}", r"1-f(x)^{2}",
        "Hyperbolic tangent: squashes every number into (−1, 1).", "1 - a**2", ("return np.tanh(z)",),
        lambda z: np.tanh(z), lambda z, a: 1.0 - a * a, increasing=True, range=(-1.0, 1.0),
    ),
    Activation(
        "softplus", "Softplus", words("softplus"), r"\ln(1+e^{x})", r"\frac{1}{1+e^{-x}}",
        "A smooth ReLU; its slope is the sigmoid.", "sigmoid(z)", ("return np.logaddexp(0.0, z)  # ln(1 + e^z)",),
        _softplus, lambda z, a: sigmoid(z), initializer="he_uniform", increasing=True, range=(0.0, np.inf),
    ),
    Activation(
        "swish", "Swish", words("swish"), r"\frac{x}{1+e^{-x}}", r"\sigma(x)+f(x)\,(1-\sigma(x))",
        "x times its sigmoid (also called SiLU): smooth, dips slightly below 0.", "sigmoid(z) + a*(1 - sigmoid(z))",
        ("return z * sigmoid(z)",),
        _swish, _swish_derivative, initializer="he_uniform", range=(-0.2784645427610738, np.inf),
    ),
    Activation(
        "gaussian", "Gaussian", words("gaussian"), r"e^{-x^{2}}", r"-2x\,e^{-x^{2}}",
        "A bump: 1 at 0, falling to 0 on both sides.", "-2*z*a", ("return np.exp(-np.clip(z, -40.0, 40.0) ** 2)",),
        _gaussian, lambda z, a: -2.0 * _bounded(z) * a, range=(0.0, 1.0),
    ),
    Activation(
        "sine", "Sine", Symbol("sin", r"\sin"), r"\sin(x)", r"\cos(x)",
        "A wave: good at periodic data, hard to train.", "cos(z)", ("return np.sin(z)",),
        lambda z: np.sin(z), lambda z, a: np.cos(z), range=(-1.0, 1.0),
    ),
    Activation(
        "linear", "Linear", words("linear"), "x", "1",
        "Passes the sum on unchanged; for outputs that may be any number.", "1", ("return z",),
        lambda z: 1.0 * z, lambda z, a: np.ones_like(z),
        initializer="lecun_normal", pieces=(1.0,), increasing=True,
    ),
)

ACTIVATIONS: dict[str, Activation] = {entry.name: entry for entry in _ENTRIES}
"""Every activation by name. One entry here is all it takes: menus, forms, plots and tests enumerate it."""
