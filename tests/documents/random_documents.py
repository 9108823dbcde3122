"""Documents of every kind, for hypothesis."""

from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.fields import Form, forms
from nnsim.core.formulas.notation import NOTATIONS
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

# Made once: to make a strategy for each neuron takes longer than to draw from it.
_ids = st.lists(names, max_size=7, unique=True)
_parameters = st.lists(names, min_size=1, max_size=6, unique=True)
_roles = st.sampled_from(("input", "hidden", "output"))
_activations, _combines = st.sampled_from(list(ACTIVATIONS)), st.sampled_from(list(COMBINES))
_notations, _yes_or_no = st.sampled_from(BIAS_NOTATIONS), st.booleans()


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Any sound network: half-built ones, shared, frozen and oddly named parameters, neurons in any order."""
    ids = draw(_ids)
    parameters = draw(_parameters)
    parameter = st.sampled_from(parameters)
    bias = st.none() | parameter
    neurons = []
    for id in ids:
        role = draw(_roles)
        neurons.append(Neuron(id, "input") if role == "input" else Neuron(
            id, role, draw(_activations), draw(_combines), draw(bias), draw(_notations)))
    # Edges lead from earlier to later neurons, so that there is no cycle.
    possible = [(a.id, b.id) for i, a in enumerate(neurons) for b in neurons[i + 1 :] if b.role != "input"]
    edges = draw(st.lists(st.sampled_from(possible), unique=True, max_size=10)) if possible else []
    connections = [Connection(source, target, draw(parameter)) for source, target in edges]
    used = {c.weight for c in connections} | {n.bias for n in neurons}
    values = {name: draw(numbers) for name in parameters if name in used}
    frozen = [name for name in values if draw(_yes_or_no)]
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


_generated = {name: st.builds(GeneratedData, st.just(name), settings(entry.fields))
              for name, entry in GENERATORS.items()}
generated_data = st.sampled_from(list(GENERATORS)).flatmap(_generated.__getitem__)


def _optimizer(name: str) -> st.SearchStrategy[Any]:
    constants = OPTIMIZERS[name].constants
    own = st.fixed_dictionaries({}, optional={key: st.floats(0, 10) for key in constants})
    return own.map(lambda chosen: {"name": name, **chosen})


_optimizers = {name: _optimizer(name) for name in OPTIMIZERS}
trainings = settings(TrainingConfig, optimizer=st.sampled_from(list(OPTIMIZERS)).flatmap(_optimizers.__getitem__))

_coordinates, _placed = st.floats(-MAX_POSITION, MAX_POSITION), st.integers(0, 3)
_data = st.none() | generated_data | inline_data() | _csv_data()
_notes = st.just("") | st.text(st.characters(exclude_categories=("Cs",)))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document; its layout may lack neurons."""
    network = draw(networks())
    layout = {id: (draw(_coordinates), draw(_coordinates)) for id in network.structure.by_id if draw(_placed)}
    data, notes = draw(_data), draw(_notes)
    return Document(network, layout, data, draw(trainings), notes, draw(st.sampled_from(["", *NOTATIONS])))
