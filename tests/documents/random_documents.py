"""Documents of every kind, for hypothesis."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.fields import Form, forms
from nnsim.core.network import BIAS_NOTATIONS, Connection, Network, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.data.generators import GENERATORS
from nnsim.data.sources import CsvData, GeneratedData, InlineData
from nnsim.documents.document import Document
from nnsim.documents.layout import MAX_POSITION
from nnsim.training.config import TrainingConfig

numbers = st.floats(allow_nan=False, allow_infinity=False)
# Any text a file can hold: quotes, line ends and NUL among it, but no half of a Unicode pair.
texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=64)
names = st.one_of(texts, st.sampled_from([f"{stem}{i}" for stem in ("x", "h", "w", "b_") for i in range(9)]))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Any sound network: half-built ones, shared, frozen and oddly named parameters, neurons in any order."""
    ids = draw(st.lists(names, max_size=7, unique=True))
    parameters = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    parameter = st.sampled_from(parameters)
    neurons = []
    for id in ids:
        role = draw(st.sampled_from(("input", "hidden", "output")))
        neurons.append(Neuron(id, "input") if role == "input" else Neuron(
            id, role, draw(st.sampled_from(list(ACTIVATIONS))), draw(st.sampled_from(list(COMBINES))),
            draw(st.none() | parameter), draw(st.sampled_from(BIAS_NOTATIONS))))
    # Edges lead from earlier to later neurons, so that there is no cycle.
    possible = [(a.id, b.id) for i, a in enumerate(neurons) for b in neurons[i + 1 :] if b.role != "input"]
    edges = draw(st.lists(st.sampled_from(possible), unique=True, max_size=10)) if possible else []
    connections = [Connection(source, target, draw(parameter)) for source, target in edges]
    used = {c.weight for c in connections} | {n.bias for n in neurons}
    values = {name: draw(numbers) for name in parameters if name in used}
    frozen = [name for name in values if draw(st.booleans())]
    return Network.build(draw(st.permutations(neurons)), connections, values, frozen)


def _value(form: Form) -> st.SearchStrategy[Any]:
    if form.choices:
        return st.sampled_from([value for value, _ in form.choices])
    low, high = form.minimum, min(form.maximum, 1e300)
    within = st.integers(int(low), int(high)) if form.kind is int else st.floats(low, high)
    return st.none() | within if form.off else within


def settings(kind: type, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An instance of a dataclass of forms; any field may be at its default."""
    own = {name: st.just(_default(kind, name)) | _value(form) for name, form in forms(kind).items()}
    return st.builds(kind, **{**own, **given})


def _default(kind: type, name: str) -> Any:
    return next(field.default for field in fields(kind) if field.name == name)


@st.composite
def inline_data(draw: st.DrawFn) -> InlineData:
    """Rows of any numbers, with or without names of the columns."""
    samples, inputs, targets = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))

    def rows(width: int) -> tuple[tuple[float, ...], ...]:
        row = st.tuples(*[numbers] * width)
        return tuple(draw(st.lists(row, min_size=samples, max_size=samples)))

    columns = st.lists(texts, min_size=inputs + targets, max_size=inputs + targets, unique=True)
    return draw(settings(InlineData, inputs=st.just(rows(inputs)), targets=st.just(rows(targets)),
                         columns=st.just(()) | columns.map(tuple)))


def _csv_data() -> st.SearchStrategy[CsvData]:
    columns = st.lists(texts, unique=True, max_size=4)
    return columns.flatmap(lambda found: st.integers(0, len(found)).flatmap(lambda cut: settings(
        CsvData, path=st.sampled_from(["points.csv", "data/points.csv", "Größe “2”.csv"]),
        inputs=st.just(tuple(found[:cut])), targets=st.just(tuple(found[cut:])))))


generated_data = st.sampled_from(list(GENERATORS.values())).flatmap(
    lambda entry: st.builds(GeneratedData, st.just(entry.name), settings(entry.fields)))


def _optimizer(name: str) -> st.SearchStrategy[Any]:
    constants = OPTIMIZERS[name].constants
    own = st.fixed_dictionaries({}, optional={key: st.floats(0, 10) for key in constants})
    return own.map(lambda chosen: {"name": name, **chosen})


trainings = settings(TrainingConfig, optimizer=st.sampled_from(list(OPTIMIZERS)).flatmap(_optimizer))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document; its layout may lack neurons."""
    network = draw(networks())
    coordinate = st.floats(-MAX_POSITION, MAX_POSITION)
    layout = {id: (draw(coordinate), draw(coordinate)) for id in network.structure.by_id if draw(st.integers(0, 3))}
    data = draw(st.none() | generated_data | inline_data() | _csv_data())
    notes = draw(st.just("") | st.text(st.characters(exclude_categories=("Cs",))))
    return Document(network, layout, data, draw(trainings), notes)
