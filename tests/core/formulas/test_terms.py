"""Terms: what they compute, how they are read and how they are written."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.reading import parse, parse_typed
from nnsim.core.formulas.terms import FUNCTIONS, Term, derivative_of, evaluate, operate
from nnsim.core.formulas.writing import latex, latex_number, text
from nnsim.core.losses import LOSSES
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.symbols import Symbol

X = Term(2.0, name("x"))


@pytest.mark.parametrize(("typed", "value", "derivative", "written"), [
    ("x^2 - 2x", 0.0, 2.0, "x² − 2x"),
    ("x³−3x", 2.0, 9.0, "x³ − 3x"),
    ("1,5x", 3.0, 1.5, "1.5x"),
    ("3(x+1)", 9.0, 3.0, "3(x + 1)"),
    ("sin x", math.sin(2), math.cos(2), "sin(x)"),
    ("sin(3x)/x", math.sin(6) / 2, (3 * math.cos(6) * 2 - math.sin(6)) / 4, "sin(3x)/x"),
    ("e^x", math.exp(2), math.exp(2), "e^x"),
    ("-x^2", -4.0, -4.0, "−x²"),
    ("|x|", 2.0, 1.0, "|x|"),
    ("max(x, 0)", 2.0, 1.0, "max(x, 0)"),
    ("x/2/4", 0.25, 0.125, "x/2/4"),
    ("2-(-x)", 4.0, 1.0, "2 − (−x)"),
    ("1e1x", 20.0, 10.0, "10x"),
    ("+x", 2.0, 1.0, "x"),
    ("x(3/x)x", 6.0, 3.0, "x·(3/x)·x"),
    ("√x", math.sqrt(2), 0.5 / math.sqrt(2), "√(x)"),
])
def test_what_a_learner_types(typed: str, value: float, derivative: float, written: str) -> None:
    """Formulas as people write them are read, computed at x = 2, derived and written back."""
    term = parse_typed(typed, x=X)
    assert evaluate(term) == pytest.approx(value, rel=1e-14)
    assert derivative_of(term, "x", 2.0) == pytest.approx(derivative, rel=1e-14)
    assert text(term) == written


@pytest.mark.parametrize("typed", ["", "x +", "f(x)", "y", "__import__('os')", "x if", "lambda: 1", "sin", "x;x", "[x]",
                                   "x" * 500, "((((x))", "x.real", "'a'", "True", "1e999", "()", "x<2", "x^"])
def test_what_is_no_formula_is_refused_in_words(typed: str) -> None:
    """Nothing is run, and the learner is told what is wrong."""
    with pytest.raises(ValueError, match=r"[a-z]{3}"):
        parse_typed(typed, x=X)


def test_a_name_takes_arrays() -> None:
    """A curve is one evaluation: the name stands for all points."""
    xs = np.linspace(-2, 2, 9)
    np.testing.assert_array_equal(evaluate(parse_typed("x^2 + 1", x=X), x=xs), xs**2 + 1)


def test_undefined_is_not_a_number_and_no_error() -> None:
    """1/0 is infinite and ln(−1) not a number; neither raises."""
    assert evaluate(parse_typed("1/0", x=X)) == np.inf
    assert math.isnan(evaluate(parse_typed("ln(-1)", x=X)))
    assert math.isnan(evaluate(parse_typed("(-1)^0.5", x=X)))


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_derivatives_of_functions(function: str) -> None:
    """Each function's derivative agrees with central differences."""
    term = operate(function, Term(0.0, name("x")))
    for at in (0.37, 1.21):
        h = 1e-6
        numeric = (evaluate(term, x=at + h) - evaluate(term, x=at - h)) / (2 * h)
        assert derivative_of(term, "x", at) == pytest.approx(float(numeric), abs=1e-8)


numbers = st.floats(-9, 9).filter(lambda v: abs(v) > 1e-2)


@given(numbers, numbers, numbers)
def test_brackets_say_what_is_computed(a: float, b: float, c: float) -> None:
    """What is written in numbers reads back as the same number, whatever the signs."""
    leaves = {key: Term(round(value, 2), Symbol(key, key)) for key, value in (("a", a), ("b", b), ("c", c))}
    for formula in ("a - b*c", "a*(b + c)", "-(a - b)*c", "a/(b*c)", "(a + b)**2", "a - (b - c)", "a + -b*c", "a*b/c",
                    "a/b/c", "-a**2", "(a*b)**2", "0.5*(a - b)**2"):
        term = parse(formula, **leaves)
        written = text(term, numbers=True, digits=6)
        assert evaluate(parse_typed(written)) == pytest.approx(float(evaluate(term)), rel=1e-9, abs=1e-9), written


@pytest.mark.parametrize(("sign", "below", "at", "above"), [
    (">", 0, 0, 1), (">=", 0, 1, 1), ("<", 1, 0, 0), ("<=", 1, 1, 0), ("==", 0, 1, 0),
])
def test_each_comparison_parts_the_numbers(sign: str, below: int, at: int, above: int) -> None:
    """As the slopes of bent activations use them."""
    values = [evaluate(parse(f"1 if x {sign} 2 else 0", x=Term(x, name("x")))) for x in (1.0, 2.0, 3.0)]
    assert values == [below, at, above]


@pytest.mark.parametrize(("given", "tex"), [
    ("x", "x"), ("w5", "w_{5}"), ("ab", r"\mathrm{ab}"), ("h1_2", r"\mathrm{h1\_2}"), ("ä", r"\mathrm{ä}"),
    ("a b%", r"\mathrm{a\ b\%}"), ("{x}", r"\mathrm{\{x\}}"),
])
def test_a_name_is_a_letter_with_an_index_or_stands_upright(given: str, tex: str) -> None:
    """And no sign in it means anything to LaTeX."""
    assert (name(given).text, name(given).latex) == (given, tex)


def test_numbers_stand_where_symbols_do() -> None:
    """The lecture's factors, in symbols, in numbers and in LaTeX."""
    leaves = {key: Term(value, Symbol(key, key)) for key, value in (("a", 2.0), ("b", 3.0), ("c", 4.0))}
    for formula, written in (("a*(b/c)", "2·(3/4)"), ("a/b*c", "2/3·4"), ("a*b/c", "2·3/4")):
        assert text(parse(formula, **leaves), numbers=True) == written
    target, output = Term(0.01, Symbol("T1", "T_{1}")), Term(0.75136507, Symbol("O1", "O_{1}"))
    term = parse("-(t - o)", t=target, o=output)
    assert (text(term), text(term, numbers=True)) == ("−(T1 − O1)", "−(0.01 − 0.7514)")
    assert latex(term) == r"-\left(T_{1} - O_{1}\right)"
    half = parse("0.5*(t - o)**2", t=target, o=output)
    assert text(half, numbers=True) == "½(0.01 − 0.7514)²"
    assert half.value == pytest.approx(0.274811083)
    weight = Term(0.4, name("w5"))
    step = parse("w - rate*g", w=weight, rate=Term(0.5, Symbol("l", "l")), g=Term(-0.0226, Symbol("g", "g")))
    assert text(step, numbers=True) == "0.4 − 0.5·(−0.0226)"


# What the registries say once more in text must be what they compute.


@pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=lambda entry: entry.name)
def test_written_slopes_are_the_slopes(entry) -> None:  # type: ignore[no-untyped-def]
    """f′ as text comes to f′ as a function."""
    for z in (-3.7, -0.4, 0.2, 0.9, 4.1):
        at = np.array([z])
        a = entry.f(at)
        term = parse(entry.written, z=Term(z, name("z")), a=Term(float(a[0]), name("a")))
        assert term.value == pytest.approx(float(entry.derivative(at, a)[0]), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("entry", LOSSES.values(), ids=lambda entry: entry.name)
def test_written_losses_are_the_losses(entry) -> None:  # type: ignore[no-untyped-def]
    """Term and slope as text come to the loss and its gradient."""
    o, t = np.array([[0.3, 0.8, 0.6]]), np.array([[0.0, 1.0, 0.25]])
    e = np.exp(o - o.max())
    p = e / e.sum()
    terms, slopes = [], []
    for i in range(3):
        leaves = {key: Term(float(value), name(key)) for key, value in (
            ("t", t[0, i]), ("o", o[0, i]), ("m", 3.0), ("p", p[0, i]), ("lnp", np.log(p[0, i])), ("total", t.sum()))}
        terms.append(parse(entry.written[0], **leaves).value)
        slopes.append(parse(entry.written[1], **leaves).value)
    total = sum(terms) / (3 if entry.averaged else 1)
    assert total == pytest.approx(float(entry.per_sample(o, t)[0]), rel=1e-13)
    np.testing.assert_allclose(slopes, entry.gradient(o, t)[0], rtol=1e-13)


@pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=lambda entry: entry.name)
def test_written_steps_are_the_steps(entry) -> None:  # type: ignore[no-untyped-def]
    """The equations as text come to what the optimizer does, memory and all."""
    w, g, r, s, t, rate = 0.4, -0.3, 0.2, 0.05, 3, 0.1
    known = {key: Term(value, name(key)) for key, value in (
        ("w", w), ("g", g), ("d", -g), ("r", r), ("s", s), ("t", float(t)), ("rate", rate), *entry.constants.items())}
    for key, written in entry.written:
        known[key] = parse(written, **known)
    c = np.array([*entry.constants.values(), 0.0])
    expected = entry.step(*(np.array([v]) for v in (g, w, r, s)), t, rate, c)
    for key, value in zip(("w", "r", "s"), expected, strict=True):
        assert known[key].value == pytest.approx(float(value[0]), rel=1e-13)


@pytest.mark.parametrize(("value", "tex"), [
    (0.5, "0.5"), (-2.0, "-2"), (0.0, "0"), (1e-9, r"1\cdot 10^{-9}"), (-2.5e-7, r"-2.5\cdot 10^{-7}"),
    (6.02e23, r"6.02\cdot 10^{23}"),
])
def test_very_large_and_small_numbers_are_powers_of_ten_in_latex(value: float, tex: str) -> None:
    """As a person writes them, with a plain minus."""
    assert latex_number(value) == tex
