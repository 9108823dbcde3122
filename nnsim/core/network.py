"""Networks: a frozen graph of neurons and connections, and one vector of parameter values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array, Flags, frozen_vector
from nnsim.core.combines import COMBINES
from nnsim.core.initializers import INITIALIZERS
from nnsim.core.layered import layer_names, layers_of, summary_of
from nnsim.core.shown import picture_of

Ends = tuple[str, str]
"""Source and target of a connection."""
Role = Literal["input", "hidden", "output"]
ROLES: tuple[Role, ...] = ("input", "hidden", "output")
BIAS_NOTATIONS = ("bias", "threshold")

MAX_NEURONS = 20_000
MAX_CONNECTIONS = 500_000
MAX_NAME_LENGTH = 64


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a network, in the learner's words, and the neurons it concerns."""

    message: str
    neurons: tuple[str, ...] = ()


class NetworkError(ValueError):
    """A network that cannot exist or cannot run. ``problems`` names each thing that is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.message for problem in self.problems))


@dataclass(frozen=True)
class Neuron:
    """A unit of the graph: z = combine(weight · activation, in file order) + bias, a = activation(z).

    An input neuron has only ``id`` and ``role``; its activation is the value fed to it.
    ``notation`` says how the bias is shown: as b, or as the threshold θ = −b.
    """

    id: str
    role: Role = "hidden"
    activation: str = "linear"
    combine: str = "sum"
    bias: str | None = None
    notation: str = "bias"


@dataclass(frozen=True, slots=True)
class Connection:
    """An edge from neuron ``source`` to neuron ``target`` that carries the parameter named ``weight``."""

    source: str
    target: str
    weight: str

    @property
    def ends(self) -> Ends:
        """(source, target): at most one connection has them, so they identify it."""
        return self.source, self.target


@dataclass(frozen=True, eq=False)
class Structure:
    """All of a network but its values. Compared by identity: a change of values keeps the structure.

    Raises NetworkError if the graph is unsound (a duplicate id, a cycle, an edge into an input …).
    A half-built graph, with an output nothing leads to, is sound.
    """

    neurons: tuple[Neuron, ...] = ()
    connections: tuple[Connection, ...] = ()
    parameter_names: tuple[str, ...] = ()
    frozen: frozenset[str] = frozenset()
    """Names of the parameters that training leaves alone."""

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise NetworkError(problems)

    def __repr__(self) -> str:
        return f"<Structure {self.summary}>"

    @cached_property
    def summary(self) -> str:
        """What it is in a few words: “2-4-1 (tanh), 17 parameters”."""
        computed = [self.by_id[id].activation for id in self.order]
        return summary_of(self.depth, self.inputs, self.outputs, self.by_ends, computed, len(self.parameter_names),
                          len(self.frozen))

    @cached_property
    def by_id(self) -> Mapping[str, Neuron]:
        """The neuron of each id."""
        return MappingProxyType({neuron.id: neuron for neuron in self.neurons})

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each neuron stands in ``neurons``: its row in a Trace."""
        return MappingProxyType({neuron.id: i for i, neuron in enumerate(self.neurons)})

    @cached_property
    def parameter_index(self) -> Mapping[str, int]:
        """Where each parameter stands in the vector of values."""
        return MappingProxyType({name: i for i, name in enumerate(self.parameter_names)})

    @cached_property
    def by_ends(self) -> Mapping[Ends, Connection]:
        """The connection of each (source, target)."""
        return MappingProxyType({connection.ends: connection for connection in self.connections})

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Connection, ...]]:
        """The connections that enter each neuron, in file order."""
        return self._grouped("target")

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Connection, ...]]:
        """The connections that leave each neuron, in file order."""
        return self._grouped("source")

    def _grouped(self, end: str) -> Mapping[str, tuple[Connection, ...]]:
        groups: dict[str, list[Connection]] = {neuron.id: [] for neuron in self.neurons}
        for connection in self.connections:
            groups[getattr(connection, end)].append(connection)
        return MappingProxyType({key: tuple(value) for key, value in groups.items()})

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Ids of the input neurons: the columns of X."""
        return tuple(neuron.id for neuron in self.neurons if neuron.role == "input")

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Ids of the output neurons: the columns of the output and of T."""
        return tuple(neuron.id for neuron in self.neurons if neuron.role == "output")

    @cached_property
    def depth(self) -> Mapping[str, int]:
        """The longest path from a neuron nothing enters to each neuron, counted in connections."""
        return MappingProxyType(self._depths[0])

    @cached_property
    def _depths(self) -> tuple[dict[str, int], set[str]]:
        """(depth of every neuron that is neither on nor behind a cycle, the rest). Kahn 1962."""
        waiting_for = {id: len(edges) for id, edges in self.incoming.items()}
        depth = dict.fromkeys(waiting_for, 0)
        ready = [id for id, count in waiting_for.items() if count == 0]
        done: set[str] = set()
        while ready:
            here = ready.pop()
            done.add(here)
            behind = depth[here] + 1
            for connection in self.outgoing[here]:
                target = connection.target
                if depth[target] < behind:
                    depth[target] = behind
                waiting_for[target] -= 1
                if waiting_for[target] == 0:
                    ready.append(target)
        return {id: count for id, count in depth.items() if id in done}, waiting_for.keys() - done

    @cached_property
    def layers(self) -> tuple[tuple[str, ...], ...]:
        """The neurons of each layer, if every connection leads from one to the next; () for other networks."""
        return layers_of({id: self.depth[id] for id in self.by_id}, self.inputs, self.outputs, self.by_ends)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All neurons but the inputs, each after those it takes from: by depth, then in the order of the file."""
        computed = (neuron.id for neuron in self.neurons if neuron.role != "input")
        return tuple(sorted(computed, key=self.depth.__getitem__))

    @cached_property
    def weight_names(self) -> frozenset[str]:
        """Names of the parameters that serve as a weight somewhere."""
        return frozenset(connection.weight for connection in self.connections)

    @cached_property
    def trainable(self) -> Flags:
        """(n_parameters,): which parameters training may change."""
        mask = np.array([name not in self.frozen for name in self.parameter_names], dtype=np.bool_)
        mask.setflags(write=False)
        return mask

    @cached_property
    def uses(self) -> Mapping[str, tuple[Connection | Neuron, ...]]:
        """Where each parameter is used: connections (as a weight) and neurons (as a bias)."""
        uses: dict[str, list[Connection | Neuron]] = {name: [] for name in self.parameter_names}
        for connection in self.connections:
            uses[connection.weight].append(connection)
        for neuron in self.neurons:
            if neuron.bias is not None:
                uses[neuron.bias].append(neuron)
        return MappingProxyType({name: tuple(places) for name, places in uses.items()})

    def downstream(self, ids: Iterable[str]) -> set[str]:
        """All that these neurons lead to, and they themselves."""
        reached = set(ids)
        waiting = [*reached]
        while waiting:
            found = {connection.target for connection in self.outgoing[waiting.pop()]} - reached
            reached |= found
            waiting += found
        return reached

    def same_as(self, other: "Structure") -> bool:
        """Whether both say the same, field by field."""
        return self is other or (
            self.neurons == other.neurons
            and self.connections == other.connections
            and self.parameter_names == other.parameter_names
            and self.frozen == other.frozen
        )


@dataclass(frozen=True, eq=False)
class Network:
    """A structure and the values of its parameters, (n_parameters,) float64, read-only."""

    structure: Structure = field(default_factory=Structure)
    parameters: Array = field(default_factory=lambda: frozen_vector(()))

    def __post_init__(self) -> None:
        vector = frozen_vector(self.parameters)
        if vector.shape != (len(self.structure.parameter_names),):
            raise ValueError(
                f"This network has {len(self.structure.parameter_names)} parameters; "
                f"the vector given has shape {vector.shape}."
            )
        if not np.isfinite(vector).all():
            name = self.structure.parameter_names[int(np.flatnonzero(~np.isfinite(vector))[0])]
            raise ValueError(f"Parameter {name} is not a finite number.")
        object.__setattr__(self, "parameters", vector)

    def __repr__(self) -> str:
        return f"<Network {self.structure.summary}>"

    def _repr_svg_(self) -> str | None:
        return picture_of(self)

    @classmethod
    def build(
        cls,
        neurons: Iterable[Neuron],
        connections: Iterable[Connection],
        values: Mapping[str, float],
        frozen: Iterable[str] = (),
    ) -> "Network":
        """A network from its parts; the order of ``values`` is the order of ``parameters``."""
        structure = Structure(tuple(neurons), tuple(connections), tuple(values), frozenset(frozen))
        return cls(structure, frozen_vector(list(values.values())))

    @classmethod
    def layered(
        cls,
        sizes: Sequence[int],
        hidden: str = "tanh",
        output: str = "tanh",
        seed: int = 0,
        initializer: str | None = None,
    ) -> "Network":
        """A fully connected network, ``sizes`` from the inputs to the outputs: [2, 4, 1].

        Neurons are x0…, h1… (h1_1… with several hidden layers) and o1… (y if single); weights w1…
        layer by layer, by target, then source; biases b_<neuron>. Without ``initializer`` each
        layer takes the one its activation names. Biases start at 0 (Heaviside included).
        """
        if len(sizes) < 2 or any(int(size) != size or size < 1 for size in sizes):
            raise ValueError("A layered network needs at least two layers, each with 1 neuron or more.")
        n_connections = sum(a * b for a, b in pairwise(sizes))
        if sum(sizes) > MAX_NEURONS or n_connections > MAX_CONNECTIONS:
            raise ValueError(f"At most {MAX_NEURONS} neurons and {MAX_CONNECTIONS} connections are allowed.")
        layers = layer_names([int(size) for size in sizes])
        neurons = [Neuron(id, "input") for id in layers[0]]
        connections: list[Connection] = []
        for depth, layer in enumerate(layers[1:], 1):
            last = depth == len(layers) - 1
            activation = output if last else hidden
            for target in layer:
                neurons.append(
                    Neuron(target, "output" if last else "hidden", activation, bias=f"b_{target}",
                           notation="threshold" if activation == "heaviside" else "bias")
                )
                for source in layers[depth - 1]:
                    connections.append(Connection(source, target, f"w{len(connections) + 1}"))
        values = {connection.weight: 0.0 for connection in connections}
        values |= {neuron.bias: 0.0 for neuron in neurons if neuron.bias is not None}
        return cls.build(neurons, connections, values).initialized(seed, initializer)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The name of each entry of ``parameters``, in the order of the file."""
        return self.structure.parameter_names

    def value(self, name: str) -> float:
        """The value of the parameter ``name``."""
        return float(self.parameters[self.structure.parameter_index[name]])

    def with_parameters(self, parameters: ArrayLike) -> "Network":
        """The same structure (the same object) with other values."""
        return replace(self, parameters=frozen_vector(parameters))

    def with_values(self, values: Mapping[str, float]) -> "Network":
        """The same structure with some parameters changed by name."""
        vector = self.parameters.copy()
        for name, value in values.items():
            vector[self.structure.parameter_index[name]] = value
        return self.with_parameters(vector)

    def initialized(self, seed: int, initializer: str | None = None) -> "Network":
        """New random weights and zero biases; frozen parameters keep their values.

        fan_in is the number of connections entering the weight's target, fan_out the number leaving
        its source. Without ``initializer`` each weight takes the one the activation of its target
        names. A shared parameter is drawn once, for its first use. Same seed, same weights. Raises
        ValueError if there is no such initializer.
        """
        if initializer is not None and initializer not in INITIALIZERS:
            known = ", ".join(INITIALIZERS)
            raise ValueError(f"There is no initializer “{initializer}”; use one of {known}.")
        structure = self.structure
        rng = np.random.default_rng(seed)
        free = set(structure.parameter_names) - structure.frozen
        values = {n.bias: 0.0 for n in structure.neurons if n.bias is not None and n.bias in free}
        draws = {n.id: INITIALIZERS[initializer or ACTIVATIONS[n.activation].initializer].draw
                 for n in structure.neurons}
        fan_in = {id: len(edges) for id, edges in structure.incoming.items()}
        fan_out = {id: len(edges) for id, edges in structure.outgoing.items()}
        first_uses: dict[str, Connection] = {}
        for c in structure.connections:
            if c.weight in free:
                first_uses.setdefault(c.weight, c)
        # Weights that are drawn alike are drawn together: a number by itself costs as much as hundreds.
        alike = groupby(first_uses.values(), key=lambda c: (draws[c.target], fan_in[c.target], fan_out[c.source]))
        for (draw, n_in, n_out), uses in alike:
            names = [c.weight for c in uses]
            values |= zip(names, draw(rng, n_in, n_out, len(names)).tolist(), strict=True)
        return self.with_values(values)


def _problems(structure: Structure) -> Iterable[Problem]:
    """What makes a graph unsound. Later checks rest on earlier ones."""
    neurons, connections = structure.neurons, structure.connections
    if len(neurons) > MAX_NEURONS:
        yield Problem(f"The network has {len(neurons)} neurons; at most {MAX_NEURONS} are allowed.")
        return
    if len(connections) > MAX_CONNECTIONS:
        count = len(connections)
        yield Problem(f"The network has {count} connections; at most {MAX_CONNECTIONS} are allowed.")
        return
    found = list(_neuron_problems(neurons)) or list(_connection_problems(neurons, connections))
    yield from found
    if found:
        return
    _, stuck = structure._depths
    if stuck:
        cycle = _cycle(stuck, connections)
        path = " → ".join([*cycle[:8], *(["…"] if len(cycle) > 8 else []), cycle[0]])
        yield Problem(f"The connections form a cycle, {path}: a value would wait for itself.", cycle)
    yield from _parameter_problems(structure)


def _cycle(stuck: set[str], connections: Sequence[Connection]) -> tuple[str, ...]:
    """One cycle among neurons that are on or behind one: whoever is stuck waits for another that is."""
    waits_for = {c.target: c.source for c in connections if c.source in stuck and c.target in stuck}
    path: dict[str, None] = {}
    here = min(stuck)
    while here not in path:
        path[here] = None
        here = waits_for[here]
    backwards = list(path)
    return tuple(reversed(backwards[backwards.index(here):]))


def _neuron_problems(neurons: Sequence[Neuron]) -> Iterable[Problem]:
    seen: set[str] = set()
    for neuron in neurons:
        id = neuron.id
        if not 1 <= len(id) <= MAX_NAME_LENGTH:
            yield Problem(f"The neuron name “{id[:80]}” must have 1 to {MAX_NAME_LENGTH} characters.", (id,))
        if id in seen:
            yield Problem(f"Two neurons are called {id}: each needs a name of its own.", (id,))
        seen.add(id)
        for what, given, known in (
            ("role", neuron.role, ROLES), ("activation", neuron.activation, ACTIVATIONS),
            ("combine", neuron.combine, COMBINES), ("notation", neuron.notation, BIAS_NOTATIONS),
        ):
            if given not in known:
                choice = ", ".join(known)
                yield Problem(f"Neuron {id}: there is no {what} “{given}”; use one of {choice}.", (id,))
        if neuron.role == "input" and neuron != Neuron(id, "input"):
            message = f"Input neuron {id} has only an id and a role: its value is what is fed to it."
            yield Problem(message, (id,))


def _connection_problems(neurons: Sequence[Neuron], connections: Sequence[Connection]) -> Iterable[Problem]:
    roles = {neuron.id: neuron.role for neuron in neurons}
    seen: set[Ends] = set()
    for connection in connections:
        source, target = ends = connection.ends
        for end in ends:
            if end not in roles:
                message = f"The connection {source} → {target} names the neuron {end}, which does not exist."
                yield Problem(message, (end,))
        if ends in seen:
            yield Problem(f"There are two connections {source} → {target}: one is allowed.", ends)
        seen.add(ends)
        if source == target:
            yield Problem(f"Neuron {source} is connected to itself.", (source,))
        if roles.get(target) == "input":
            message = f"The connection {source} → {target} enters an input: nothing may."
            yield Problem(message, ends)


def _parameter_problems(structure: Structure) -> Iterable[Problem]:
    names = set(structure.parameter_names)
    if len(names) < len(structure.parameter_names):
        twice = sorted(name for name, count in Counter(structure.parameter_names).items() if count > 1)
        yield Problem(f"Two parameters have the same name: {', '.join(twice[:5])}.")
    # Backwards, and the connections last: what stays is where a name is used first.
    used: dict[str, tuple[str, ...]] = {n.bias: (n.id,) for n in reversed(structure.neurons) if n.bias is not None}
    used |= {connection.weight: connection.ends for connection in reversed(structure.connections)}
    unfit = {name for name in used.keys() | names | structure.frozen if not 1 <= len(name) <= MAX_NAME_LENGTH}
    for name in sorted(unfit | (used.keys() ^ names) | (structure.frozen - names)):
        if name in unfit:
            yield Problem(f"The parameter name “{name[:80]}” must have 1 to {MAX_NAME_LENGTH} characters.")
        if name in used and name not in names:
            where = used[name]
            place = f"the connection {' → '.join(where)}" if len(where) == 2 else f"neuron {where[0]}"
            yield Problem(f"Parameter {name} of {place} has no value.", where)
        elif name not in names:
            yield Problem(f"Parameter {name} is frozen, but there is no parameter of that name.")
        elif name not in used:
            yield Problem(f"Parameter {name} is used by no neuron and no connection.")
