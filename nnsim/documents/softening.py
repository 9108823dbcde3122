"""Softening: steps become steep sigmoids with the same thresholds, which can be trained; hardening is the way back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from nnsim.core.analysis.bands import right_rows
from nnsim.core.arrays import Array, Flags, frozen_vector
from nnsim.core.network import Connection, Ends, Neuron, Structure
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.naming import free_name

USUAL = 10.0
"""The factor to begin with."""
LARGEST = 20.0
"""The largest factor that one usually tries."""
_MORE = (*(float(k) for k in range(int(USUAL), int(LARGEST) + 1)), 25.0, 30.0, 40.0, 50.0, 75.0, 100.0, 150.0, 200.0,
         300.0, 500.0, 1000.0)


@lru_cache(maxsize=8)
def steps(structure: Structure) -> tuple[str, ...]:
    """The neurons that can be softened: those with a step."""
    return tuple(n.id for n in structure.neurons if n.role != "input" and n.activation == "heaviside")


@lru_cache(maxsize=8)
def sigmoids(structure: Structure) -> tuple[str, ...]:
    """The neurons that can be hardened: the sigmoids, where all others are steps. Elsewhere it would make no gate."""
    kinds = {n.activation for n in structure.neurons if n.role != "input"}
    if not kinds <= {"sigmoid", "heaviside"}:
        return ()
    return tuple(n.id for n in structure.neurons if n.role != "input" and n.activation == "sigmoid")


@dataclass(frozen=True, eq=False)
class Softening:
    """A document whose steps are sigmoids, for any factor k. ``at(k)`` keeps its structure for all of them."""

    document: Document
    """With the numbers of before, k = 1."""
    scaled: Flags
    """(n_parameters,): what is multiplied by k."""

    @classmethod
    def of(cls, document: Document) -> "Softening":
        """Make the steps of a document sigmoids. What they share with other neurons becomes their own first."""
        structure = document.network.structure
        chosen = set(steps(structure))
        uses = _scaled_uses(structure, chosen)
        own = _parted(document, uses)
        soft = edits.set_neurons(own, chosen, activation="sigmoid")
        new = soft.network.structure
        names = {c.weight for c in new.connections if c.ends in uses} | {
            n.bias for n in new.neurons if n.id in chosen and n.bias is not None}
        return cls(soft, np.array([name in names for name in new.parameter_names], dtype=np.bool_))

    def at(self, k: float) -> Document:
        """Softened by ``k``. Raises ValueError if a parameter becomes too large for a number."""
        network = self.document.network
        with np.errstate(over="ignore"):
            values = np.where(self.scaled, network.parameters * k, network.parameters)
        return replace(self.document, network=network.with_parameters(frozen_vector(values)))

    def factor_for(self, X: Array, T: Array, matched: Flags) -> float:
        """USUAL, or the first larger factor with which the rows that matched still match; USUAL if there is none.

        X (rows, inputs), T (rows, outputs) of 0 and 1, ``matched`` (rows,).
        """
        def keeps(k: float) -> bool:
            try:
                network = self.at(k).network
            except ValueError:
                return False  # no factor may make a parameter too large for a number
            return bool(right_rows(network, X, T)[matched].all())

        return next(filter(keeps, _MORE), USUAL)


def soften(document: Document, k: float) -> Document:
    """Every step becomes a sigmoid with the same threshold: incoming weights and bias are multiplied by ``k``."""
    return Softening.of(document).at(k)


def harden(document: Document, ids: Iterable[str] | None = None) -> Document:
    """Sigmoids become steps, their weights as they are: they fire where they said ½ or more."""
    structure = document.network.structure
    return edits.set_neurons(document, sigmoids(structure) if ids is None else ids, activation="heaviside")


def _scaled_uses(structure: Structure, chosen: set[str]) -> set[Ends]:
    """The connections whose weights are multiplied, so that z of each chosen neuron is."""
    ends = set()
    for id in chosen:
        incoming = structure.incoming[id]
        # One factor k makes a product k times as large; a sum and a maximum need it everywhere.
        ends |= {c.ends for c in (incoming[:1] if structure.by_id[id].combine == "product" else incoming)}
    return ends


def _parted(document: Document, ends: set[Ends]) -> Document:
    """The document with new parameters for what is multiplied wherever others, which are not, use the same."""
    structure = document.network.structure
    chosen = set(steps(structure))

    def multiplied(use: Connection | Neuron) -> bool:
        return use.ends in ends if isinstance(use, Connection) else use.id in chosen

    renames: dict[str, str] = {}
    for name, uses in structure.uses.items():
        ours = [multiplied(use) for use in uses]
        if any(ours) and not all(ours):
            taken = {*structure.parameter_names, *renames.values()}
            renames[name] = free_name(f"{name}_soft", taken)
    if not renames:
        return document
    neurons = [replace(n, bias=renames.get(n.bias, n.bias)) if n.bias is not None and n.id in chosen else n
               for n in structure.neurons]
    connections = [replace(c, weight=renames.get(c.weight, c.weight)) if c.ends in ends else c
                   for c in structure.connections]
    copies = {new: document.network.value(old) for old, new in renames.items()}
    frozen = [new for old, new in renames.items() if old in structure.frozen]
    return edits.rebuilt(document, neurons, connections, copies, frozen)
