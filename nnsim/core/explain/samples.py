"""Gradients sample by sample, and the mean over samples as an equation."""

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.combines import COMBINES
from nnsim.core.explain.explanation import REST
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.terms import Term, number, operate
from nnsim.core.network import Network, Neuron
from nnsim.core.program import Backward
from nnsim.core.symbols import Symbol


@np.errstate(all="ignore")
def gradients_by_sample(network: Network, backward: Backward, parameter: str) -> Array:
    """∂L/∂p of each sample by itself, (samples,); their mean is the gradient."""
    structure, trace = network.structure, backward.trace
    n = trace.a_rows.shape[1]
    total = np.zeros(n)
    for use in structure.uses[parameter]:
        if isinstance(use, Neuron):
            total += backward.delta_rows[structure.position[use.id]]
            continue
        edges = structure.incoming[use.target]
        combine = COMBINES[structure.by_id[use.target].combine]
        rows = trace.a_rows[[structure.position[c.source] for c in edges]]
        weights = np.array([network.value(c.weight) for c in edges])
        by_term = combine.derivative((weights[:, None] * rows)[:, None, :])[edges.index(use), 0]
        total += backward.delta_rows[structure.position[use.target]] * by_term * rows[edges.index(use)]
    own: Array = total * n
    return own


@np.errstate(all="ignore")
def mean_equation(symbol: Symbol, values: Array, most: int = 6) -> Equation:
    """The mean of what each sample gives; of many only the largest are written, the rest as one number."""
    few = len(values) <= most
    shown = range(len(values)) if few else sorted(np.argsort(-np.abs(values), kind="stable")[: most - 1].tolist())
    parts = [number(float(values[i])) for i in shown]
    if not few:
        rest = float(values.sum()) - sum(part.value for part in parts)
        parts.append(Term(rest, REST))
    total = operate("add", *parts) if len(parts) > 1 else parts[0]
    return Equation(symbol, operate("divide", total, number(float(len(values))),
                                    value=float(values.sum()) / len(values)))
