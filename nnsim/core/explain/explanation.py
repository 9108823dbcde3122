"""The explainer: every number of both passes of one sample, taken apart into symbols and numbers."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.combines import COMBINES
from nnsim.core.explain.flat import why_flat
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import Sum, in_order, sum_of
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import Notation, name, notation_for
from nnsim.core.formulas.numbers import common_decimals, without_dust
from nnsim.core.formulas.reading import parse
from nnsim.core.formulas.terms import Place, Term, number, operate
from nnsim.core.losses import LOSSES, log_softmax, softmax
from nnsim.core.network import Connection, Ends, Network, NetworkError, Neuron
from nnsim.core.program import Backward, checked_matrix, program_of
from nnsim.core.symbols import Symbol

MOST_TERMS = 64
"""Of a longer sum only the largest terms are written, and the rest as one number."""
REST = Symbol("…", r"\ldots")
SOFTMAX_OF_ONE = "Softmax of a single output is always 1, so this loss is always 0 and teaches nothing."
_SMALL_DELTA, _MOST_DUSTED = 1e-9, 5_000


class Explanation:
    """One sample's forward pass, loss and backward pass, for a network with its current values.

    ``x`` (inputs,), ``t`` (outputs,) or None without a target. Raises NetworkError without an input or where nothing
    leads to any output, and ValueError if x or t does not fit it. All numbers are the engine's; an output that nothing
    leads to says, and costs, what its bias alone makes of it, and ``program.problems`` names it.
    """

    def __init__(self, network: Network, x: ArrayLike, t: ArrayLike | None = None,
                 loss: str = "half_squared_error", notation: Notation | None = None) -> None:
        self.network, self.structure = network, network.structure
        self.program = program_of(self.structure)
        if not self.program.explainable:
            raise NetworkError(self.program.problems)
        self.notation = notation or notation_for(self.structure)
        self.loss_name = loss
        X = checked_matrix(np.atleast_2d(np.asarray(x, dtype=np.float64)), "X", self.structure.inputs)
        self.x: Array = X[0]
        # Every path of a chain asks for them again.
        self._by_term: dict[Ends, float] = {}
        self._slopes: dict[str, Equation] = {}
        self._shown: dict[str, tuple[float, float]] = {}
        self._by_source: dict[Ends, Equation] = {}
        self.trace = self.program.run(network.parameters, X)
        self.t: Array | None = None
        self.backward: Backward | None = None
        if t is not None:
            T = checked_matrix(np.atleast_2d(np.asarray(t, dtype=np.float64)), "T", self.structure.outputs)
            self.t = T[0]
            self.backward = self.program.backward(network.parameters, X, T, loss)

    # Names and numbers

    def z(self, id: str) -> float:
        """The pre-activation of a neuron."""
        return float(self.trace.z_rows[self.structure.position[id], 0])

    def a(self, id: str) -> float:
        """The activation of a neuron."""
        return float(self.trace.a_rows[self.structure.position[id], 0])

    def _without_dust(self, id: str) -> tuple[float, float]:
        """z and a of a neuron as they are written; not for inputs."""
        if id not in self._shown:
            total = sum_of(self.network, id, self.trace)
            self._shown[id] = total.shown_z, total.shown_a
        return self._shown[id]

    def delta(self, id: str) -> float:
        """δ = ∂L/∂z of a neuron."""
        return float(self._backward.delta_rows[self.structure.position[id], 0])

    def gradient(self, parameter: str) -> float:
        """∂L/∂p."""
        return float(self._backward.gradient[self.structure.parameter_index[parameter]])

    @property
    def _backward(self) -> Backward:
        if self.backward is None:
            raise ValueError("Without a target there is no loss, and nothing to derive.")
        return self.backward

    def z_term(self, id: str) -> Term:
        """A neuron's pre-activation by its name."""
        return Term(self._without_dust(id)[0], self.notation.pre_activation(id), place=(id,))

    def a_term(self, id: str, decimals: int = 0) -> Term:
        """A neuron's activation by its name."""
        value = self.a(id) if self.structure.by_id[id].role == "input" else self._without_dust(id)[1]
        return Term(value, self.notation.activation(self.structure, id), place=(id,), decimals=decimals)

    def weight_term(self, connection: Connection, decimals: int = 0) -> Term:
        """A connection's weight by its name."""
        value = self.network.value(connection.weight)
        return Term(value, name(connection.weight), place=connection.ends, decimals=decimals)

    def shown_delta(self, id: str) -> float:
        """δ as it is written: 0 where the slope is, or what comes back, but for rounding."""
        return 0.0 if id in self._dusty else self.delta(id)

    @cached_property
    def _dusty(self) -> frozenset[str]:
        """The neurons whose δ is nothing but rounding; not looked for where no δ is small, or in a very large net."""
        sizes = np.abs(self._backward.delta_rows[:, 0])
        small = np.flatnonzero((sizes > 0) & (sizes < _SMALL_DELTA))
        found: set[str] = set()
        if not len(small) or len(self.structure.connections) > _MOST_DUSTED:
            return frozenset()
        for id in reversed(self.structure.order):
            parts = [self.loss_slope(id).shown_value] if self.structure.by_id[id].role == "output" else []
            parts += [0.0 if c.target in found else self.delta(c.target) * self.source_slope(c)
                      for c in self.structure.outgoing[id]]
            if without_dust(sum(parts), parts) == 0 or self.slope(id).shown_value == 0:
                found.add(id)
        return frozenset(found)

    def delta_term(self, id: str) -> Term:
        """δ of a neuron by its name."""
        return Term(self.shown_delta(id), self.notation.delta(id), place=(id,))

    # Forward

    def forward(self, id: str) -> tuple[Equation, ...]:
        """How a neuron comes to its output: its sum, then its function. An input has what it is fed."""
        neuron = self.structure.by_id[id]
        symbol = self.notation.activation(self.structure, id)
        if neuron.role == "input":
            return (Equation(symbol, Term(self.a(id), place=(id,)), (id,)),)
        total = sum_of(self.network, id, self.trace)
        if total.in_threshold_notation:
            return self._threshold(neuron, total)
        crisp = bool(ACTIVATIONS[neuron.activation].kinks)
        z = Equation(self.notation.pre_activation(id), self._pre_activation(neuron, total), (id,), exact=crisp)
        if neuron.activation == "linear":
            return z, Equation(symbol, self.z_term(id), (id,))
        term = operate(neuron.activation, self.z_term(id), value=total.shown_a)
        compared = total.compared if total.is_step else None
        return z, Equation(symbol, term, (id,), compared, why_rounding_decides(total))

    def _pre_activation(self, neuron: Neuron, total: Sum, with_bias: bool = True) -> Term:
        """combine(its products, in file order) + bias.

        Of a long sum only the largest products stand there, and the rest as one number.
        """
        edges, rest = self.structure.incoming[neuron.id], 0.0
        if neuron.combine == "sum" and len(edges) > MOST_TERMS:
            largest = _largest([term.value for term in total.terms])
            edges = tuple(edges[i] for i in largest)
            rest = total.combined - sum(total.terms[i].value for i in largest)
        weights = common_decimals([self.network.value(c.weight) for c in edges] + [total.bias or 0.0])
        inputs = common_decimals([self.a(c.source) for c in edges])
        products = []
        for c in edges:
            both = in_order(neuron.activation, self.weight_term(c, weights), self.a_term(c.source, inputs))
            products.append(operate("multiply", *both))
        if len(edges) < len(total.terms):
            products.append(Term(rest, REST))
        kind = COMBINES[neuron.combine].operation
        combined = products[0] if len(products) == 1 else operate(kind, *products, value=total.combined) \
            if products else number(0.0)
        if neuron.bias is None or not with_bias:
            return combined
        bias = Term(self.network.value(neuron.bias), name(neuron.bias), place=(neuron.id,), decimals=weights)
        if combined.operation == "add":
            return operate("add", *combined.parts, bias, value=total.z)
        return operate("add", *((combined,) if products else ()), bias, value=total.z) if products else bias

    def _threshold(self, neuron: Neuron, total: Sum) -> tuple[Equation, ...]:
        """In θ notation the sum is Σ, and it is compared with θ."""
        id = neuron.id
        sigma = Symbol(f"Σ {id}", rf"\Sigma_{{{name(id).latex}}}")
        term = self._pre_activation(neuron, total, with_bias=False)  # compared with θ: its last bit decides
        symbol = self.notation.activation(self.structure, id)
        return (Equation(sigma, term, (id,), exact=True),
                Equation(symbol, number(total.a), (id,), total.compared, why_rounding_decides(total)))

    # Loss

    @cached_property
    def _leaves(self) -> dict[str, dict[str, Term]]:
        """What the loss of each output is written with."""
        assert self.t is not None
        outputs = self.structure.outputs
        o = np.array([[self.a(id) for id in outputs]])
        entry = LOSSES[self.loss_name]
        p, lnp = (softmax(o)[0], log_softmax(o)[0]) if entry.log_softmax else np.zeros((2, len(outputs)))
        found = {}
        for i, id in enumerate(outputs):
            output = self.notation.activation(self.structure, id)
            probability = Symbol(f"softmax({output.text})", rf"\mathrm{{softmax}}({output.latex})")
            found[id] = {
                "t": Term(float(self.t[i]), self.notation.target_of(id), place=(id,)), "o": self.a_term(id),
                "m": Term(float(len(outputs)), Symbol("m", "m")), "p": Term(float(p[i]), probability, place=(id,)),
                "lnp": Term(float(lnp[i]), Symbol(f"ln {probability.text}", rf"\ln {probability.latex}"), place=(id,)),
                "total": Term(float(self.t.sum()), Symbol(f"Σ{self.notation.target}", rf"\sum {self.notation.target}")),
            }
        return found

    def loss_terms(self) -> dict[str, Equation]:
        """What each output costs."""
        self._need_target()
        written = LOSSES[self.loss_name].written[0]
        found = {}
        for id, leaves in self._leaves.items():
            symbol = self.notation.loss
            part = Symbol(f"{symbol.text} {id}", rf"{symbol.latex}_{{{name(id).latex}}}")
            found[id] = Equation(part, parse(written, **leaves), (id,))
        return found

    def loss(self) -> Equation:
        """The sample's loss, the sum (or mean) of what its outputs cost, written out."""
        terms = [equation.term for equation in self.loss_terms().values()]
        value = self._backward.loss
        total = _sum(terms)
        if LOSSES[self.loss_name].averaged and len(terms) > 1:
            total = operate("multiply", operate("divide", number(1.0), number(float(len(terms)))), total)
        single = LOSSES[self.loss_name].log_softmax and len(terms) == 1
        return Equation(self.notation.loss, Term(value, None, total.operation, total.parts),
                        note=SOFTMAX_OF_ONE if single else "")

    def loss_slope(self, output: str) -> Equation:
        """∂L/∂o of an output, written out."""
        self._need_target()
        term = parse(LOSSES[self.loss_name].written[1], **self._leaves[output])
        return Equation(self.notation.loss.by(self.notation.activation(self.structure, output)), term, (output,))

    def _need_target(self) -> None:
        if self.t is None:
            raise ValueError("Without a target there is no loss.")

    # Backward

    def slope(self, id: str) -> Equation:
        """∂a/∂z = f′(z) of a neuron, written out with what is at hand: O1·(1 − O1)."""
        if id not in self._slopes:
            self._slopes[id] = self._slope(id)
        return self._slopes[id]

    @np.errstate(all="ignore")
    def _slope(self, id: str) -> Equation:
        entry = ACTIVATIONS[self.structure.by_id[id].activation]
        value = float(entry.derivative(np.array([self.z(id)]), np.array([self.a(id)]))[0])
        term = parse(entry.written, z=self.z_term(id), a=self.a_term(id))
        symbol = self.notation.activation(self.structure, id).by(self.notation.pre_activation(id))
        why = why_flat(entry, self.z(id), self.notation.pre_activation(id).text) if value == 0 else ""
        return Equation(symbol, _valued(term, value), (id,), note=f"{id} has slope 0: {why}." if why else "")

    @np.errstate(all="ignore")
    def by_term(self, connection: Connection) -> float:
        """The derivative of what a neuron combines by one of its terms: 1 in a sum, the others in a product."""
        if connection.ends not in self._by_term:
            edges = self.structure.incoming[connection.target]
            terms = np.array([self.network.value(c.weight) * self.a(c.source) for c in edges])
            combine = COMBINES[self.structure.by_id[connection.target].combine]
            by_term = combine.derivative(terms[:, None, None])[:, 0, 0]
            self._by_term |= zip((c.ends for c in edges), by_term.tolist(), strict=True)
        return self._by_term[connection.ends]

    def source_slope(self, connection: Connection) -> float:
        """∂z of the target by the activation of the source, as a number; ``by_source`` writes it."""
        weight = self.network.value(connection.weight)
        in_sum = self.structure.by_id[connection.target].combine == "sum"
        return weight if in_sum else weight * self.by_term(connection)

    def by_source(self, connection: Connection) -> Equation:
        """∂z of the target by the activation of the source: the weight, in a sum."""
        ends = connection.ends
        if ends not in self._by_source:
            symbol = self.notation.pre_activation(connection.target).by(
                self.notation.activation(self.structure, connection.source))
            self._by_source[ends] = Equation(symbol, self._times_others(connection, self.weight_term(connection)), ends)
        return self._by_source[ends]

    def by_weight(self, connection: Connection) -> Equation:
        """∂z of the target by the weight: the activation of the source, in a sum."""
        symbol = self.notation.pre_activation(connection.target).by(name(connection.weight))
        return Equation(symbol, self._times_others(connection, self.a_term(connection.source)), connection.ends)

    def by_bias(self, id: str) -> Equation:
        """∂z by the bias: 1."""
        bias = self.structure.by_id[id].bias
        assert bias is not None
        return Equation(self.notation.pre_activation(id).by(name(bias)), number(1.0), (id,))

    def _times_others(self, connection: Connection, term: Term) -> Term:
        combine = self.structure.by_id[connection.target].combine
        if combine == "sum":
            return term
        others: list[Term] = []
        if combine == "product":
            for c in self.structure.incoming[connection.target]:
                if c is not connection:
                    others += [self.a_term(c.source), self.weight_term(c)]
        else:
            others = [number(self.by_term(connection))]
        return operate("multiply", term, *others, value=term.value * self.by_term(connection)) if others else term

    def sent_back(self, id: str) -> list[Term]:
        """What ∂L/∂a of a neuron is the sum of: what the loss says of an output, and δ·w of what it feeds."""
        parts = [self.loss_slope(id).term] if self.structure.by_id[id].role == "output" else []
        for c in self.structure.outgoing[id]:
            back = self.by_source(c).term
            parts.append(operate("multiply", self.delta_term(c.target), *_factors(back),
                                 value=self.delta(c.target) * back.value))
        return parts

    def by_activation(self, id: str) -> Equation:
        """∂L/∂a of a neuron: what the loss says of it if it is an output, and what the neurons it feeds send back."""
        symbol = self.notation.loss.by(self.notation.activation(self.structure, id))
        return Equation(symbol, _sum(self.sent_back(id)), (id,))

    def delta_equation(self, id: str) -> Equation:
        """δ = ∂L/∂a · f′(z)."""
        back, slope = self.by_activation(id).term, self.slope(id).term
        term = operate("multiply", *(_factors(back) if back.operation == "multiply" else [back]), *_factors(slope),
                       value=self.delta(id))
        return Equation(self.notation.delta(id), term, (id,))

    def gradient_equation(self, parameter: str) -> Equation:
        """∂L/∂p = Σ over its uses of δ · ∂z/∂p; a shared parameter has several."""
        parts = []
        for use in self.structure.uses[parameter]:
            target = use.target if isinstance(use, Connection) else use.id
            delta, local = self.delta_term(target), self.use_slope(use).term
            factors = [] if isinstance(use, Neuron) else _factors(local)
            parts.append(operate("multiply", delta, *factors, value=delta.value * local.value) if factors else delta)
        symbol, whole = self.notation.loss.by(name(parameter)), _sum(parts)
        if whole.operation:
            whole = _valued(whole, self.gradient(parameter))
        return Equation(symbol, whole, self.place_of(parameter))

    def correction(self, parameter: str) -> Term:
        """(T − O)·x: what the perceptron rule adds, but for the rate; of a bias T − O, of a shared parameter a sum.

        Every use must be at an output.
        """
        self._need_target()
        parts = []
        for use in self.structure.uses[parameter]:
            if isinstance(use, Connection):
                parts.append(parse("(t - o)*x", **self._leaves[use.target], x=self.a_term(use.source)))
            else:
                parts.append(parse("t - o", **self._leaves[use.id]))
        return _sum(parts)

    def use_slope(self, use: Connection | Neuron) -> Equation:
        """∂z/∂p where a parameter is used."""
        return self.by_weight(use) if isinstance(use, Connection) else self.by_bias(use.id)

    def place_of(self, parameter: str) -> Place:
        """Where a parameter is first used."""
        use = self.structure.uses[parameter][0]
        return use.ends if isinstance(use, Connection) else (use.id,)


def _factors(term: Term) -> list[Term]:
    return list(term.parts) if term.operation == "multiply" and term.symbol is None else [term]


def _valued(term: Term, value: float) -> Term:
    """The term with the engine's number, which may differ in the last bit."""
    return Term(value, term.symbol, term.operation, term.parts, term.place, term.decimals)


def _sum(parts: Sequence[Term]) -> Term:
    """A sum of any number of terms; of very many only the largest, and the rest as one number."""
    if not parts:
        return number(0.0)
    if len(parts) == 1:
        return parts[0]
    value = float(sum(part.value for part in parts))
    if len(parts) > MOST_TERMS:
        shown = [parts[i] for i in _largest([part.value for part in parts])]
        parts = [*shown, Term(value - sum(part.value for part in shown), REST)]
    return operate("add", *parts, value=value)


def _largest(values: Sequence[float]) -> list[int]:
    """Where the largest few of very many values stand, in their order."""
    return sorted(sorted(range(len(values)), key=lambda i: -abs(values[i]))[:MOST_TERMS])
