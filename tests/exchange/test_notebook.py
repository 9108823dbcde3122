"""What a notebook shows: a few words for each object, and pictures of networks, documents and histories."""

import ast
import dataclasses
import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given

import nnsim
from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.formulas.numbers import format_number
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.data.sources import CsvData
from nnsim.documents.examples import EXAMPLES
from nnsim.exchange import drawing
from nnsim.gui.look import theme
from nnsim.training.history import CAPACITY, Curve, History
from tests.documents.extreme_documents import documents, named
from tests.documents.random_documents import documents as random_documents

SVG = "{http://www.w3.org/2000/svg}"
MANY = [document for _, document in (*named(), *list(documents())[::80])]
CONFIG = nnsim.TrainingConfig(optimizer={"name": "adam", "beta1": 0.8}, batch_size=4)
MOST_BYTES = 800_000


def parsed(picture: str | None) -> ElementTree.Element:
    """A picture, which is there and well formed, with no number that SVG cannot read."""
    assert picture is not None
    assert not re.search(r'[" ,](-?inf|nan)\b', picture)
    return ElementTree.fromstring(picture)


def texts(picture: str | None, tag: str) -> list[str]:
    return [element.text or "" for element in parsed(picture).iter(f"{SVG}{tag}")]


def trained(epochs: int = 20) -> nnsim.Trainer:
    X = np.random.default_rng(0).normal(size=(50, 2))
    T = np.sign(X[:, :1])
    network = nnsim.Network.layered([2, 4, 1], seed=0)
    trainer = nnsim.Trainer(network, nnsim.Dataset(X, T, X[:9], T[:9]), CONFIG, engine="numpy")
    trainer.run(epochs)
    return trainer


# --- words --------------------------------------------------------------------------------------------------


def test_what_each_object_says() -> None:
    """The numbers are the object's own."""
    trainer = trained()
    network, history = trainer.network, trainer.history
    train, test = history.train_loss, history.test_loss
    of = "2-4-1 (tanh), 17 parameters"
    assert repr(network) == f"<Network {of}>" and repr(network.structure) == f"<Structure {of}>"
    assert repr(nnsim.compile(network)) == f"<Program of {of}; numpy>"
    assert repr(trainer) == f"<Trainer of {of}: adam on 50 samples, 20 epochs done, loss {trainer.loss:.4g}, numpy>"
    assert repr(history) == (f"<History: 20 epochs done, train loss (running mean) {train[0]:.4g} → {train[-1]:.4g}, "
                             f"test loss {test[0]:.4g} → {test[-1]:.4g}>")
    assert repr(trainer.snapshot()) == (
        f"<Snapshot at epoch 20, update 260: 17 parameters, loss {trainer.loss:.4g}, numpy>")
    assert repr(nnsim.Dataset([[1.0, 2.0]], [[0.0]])) == "<Dataset: 1 sample, 2 inputs, 1 target>"
    assert repr(nnsim.Dataset([[1.0]], [[0.0]], [[1.0]], [[0.0]])) == (
        "<Dataset: 1 sample, 1 input, 1 target, and 1 to test on>")
    assert repr(nnsim.Document(network)) == f"<Document: {of}; no data; TrainingConfig()>"
    assert "; data of 'a\\nb\\udcff.csv'; " in repr(nnsim.Document(network, data=CsvData("a\nb\udcff.csv")))
    assert repr(History()) == "<History: empty>" and repr(Network()) == "<Network empty>"
    half = Network.build([Neuron("y", "output")], [], {})
    assert repr(nnsim.Document(half)).startswith("<Document: 0 inputs, 1 output, 0 connections (linear), 0 parameters;")


@pytest.mark.parametrize(("network", "says"), [
    (Network.layered([2, 3, 1], hidden="relu", output="sigmoid"), "2-3-1 (relu, sigmoid), 13 parameters"),
    (Network.layered([1] * 100), "1-1-1-1-…-1 in 99 layers (tanh), 198 parameters"),
    (Network.layered([1, 1]), "1-1 (tanh), 2 parameters"),
    (nnsim.load(EXAMPLES["xor"].path).network, "2 inputs, 1 hidden, 1 output, 5 connections (heaviside), 7 parameters"),
    (nnsim.load(EXAMPLES["hands_on"].path).network, "2-2-2 (sigmoid), 10 parameters, 2 of them frozen"),
    # As many connections as layers would have, but not all from each to each.
    (Network.build([Neuron(i, "input") for i in "ab"] + [Neuron("h", bias=None), Neuron("y", "output")],
                   [Connection("a", "h", "w"), Connection("a", "y", "w"), Connection("h", "y", "w")], {"w": 1.0}),
     "2 inputs, 1 hidden, 1 output, 3 connections (linear), 1 parameter"),
])
def test_the_few_words_for_a_network(network: Network, says: str) -> None:
    """Sizes only where the graph is just layers."""
    assert network.structure.summary == says


def test_a_config_prints_as_it_is_called() -> None:
    """Also each field by itself, at a value that is not its default."""
    for config in (nnsim.TrainingConfig(), CONFIG, *(nnsim.TrainingConfig(optimizer=name) for name in OPTIMIZERS)):
        words = dict[str, Any]()
        call = repr(config).removeprefix("TrainingConfig(").removesuffix(")")
        for part in re.split(r", (?=[a-z_0-9]+=)", call) if call else []:
            name, _, value = part.partition("=")
            words[name] = ast.literal_eval(value)
        assert nnsim.TrainingConfig(**words) == config
    assert repr(CONFIG) == "TrainingConfig(optimizer={'name': 'adam', 'beta1': 0.8}, batch_size=4)"


@given(random_documents())
def test_any_document_says_a_line_and_has_a_picture(document: nnsim.Document) -> None:
    """Whatever its names, its graph and its places."""
    for shown in (document, document.network, document.network.structure):
        assert "\n" not in repr(shown) and len(repr(shown)) < 900
    for shown in (document, document.network):
        picture = shown._repr_svg_()
        if picture is not None or document.network.structure.neurons:
            parsed(picture)


# --- pictures of networks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [nnsim.load(example.path) for example in EXAMPLES.values()], ids=list(EXAMPLES))
def test_a_picture_shows_every_neuron_and_weight(document: nnsim.Document) -> None:
    """Names, and under the mouse each weight; coloured by sign and thicker the larger the weight."""
    picture = parsed(document._repr_svg_())
    structure = document.network.structure
    assert len(list(picture.iter(f"{SVG}circle"))) == len(structure.neurons)
    assert {neuron.id for neuron in structure.neurons} <= set(texts(document._repr_svg_(), "text"))
    assert len(list(picture.iter(f"{SVG}ellipse"))) == len(structure.outputs)  # the inner rims
    lines = {group[0].text: group for group in picture.iter(f"{SVG}g") if group.get("stroke")}
    widths = []
    for connection in structure.connections:
        value = document.network.value(connection.weight)
        frozen = " (frozen)" if connection.weight in structure.frozen else ""
        said = f"{connection.weight}: {connection.source} → {connection.target}, {format_number(value)}{frozen}"
        group = lines[said]
        assert group.get("stroke") == (theme.LIGHT.negative if value < 0 else theme.LIGHT.positive)
        assert (group[1].get("stroke-dasharray") is not None) == (value < 0)
        widths.append((abs(value), float(group[1].get("stroke-width", "0"))))
    widths.sort()
    assert [width for _, width in widths] == sorted(width for _, width in widths)


def test_a_document_is_drawn_where_its_neurons_lie() -> None:
    """A network by itself is arranged; a document's places are its own, and far ones are left for an arrangement."""
    network = Network.layered([1, 1])

    def at(layout: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
        circles = parsed(nnsim.Document(network, layout)._repr_svg_()).iter(f"{SVG}circle")
        (x0, y0), (x1, y1) = ((float(c.get("cx", "")), float(c.get("cy", ""))) for c in circles)
        return [(x1 - x0, y1 - y0)]

    assert at({"x0": (500.0, -20.0), "y": (-100.0, 300.0)}) == [(-600.0, 320.0)]
    assert at({"x0": (0.0, 0.0), "y": (0.0, 0.0)}) == [(0.0, 0.0)]
    assert at({"x0": (-1e9, 0.0), "y": (1e9, 1e9)}) == at({})


def test_the_colours_are_those_of_the_light_theme() -> None:
    """A second list would grow apart."""
    light = dataclasses.asdict(theme.LIGHT)
    assert {name: light[name] for name in drawing.COLORS} == drawing.COLORS


@pytest.mark.parametrize("name", ["<b>&amp;\"'", "]]>", "a\x00b\x1b\x7f", "\ud800", "\ufffe", "a\nb\tc", "漢" * 64,
                                  "\u202eright", "🧠"])
def test_names_are_escaped(name: str) -> None:
    """In neurons and parameters; what cannot stand in XML is a sign that says so."""
    network = Network.build([Neuron(name, "input"), Neuron(f"{name[:62]}'", "output", bias=f"{name[:62]}b")],
                            [Connection(name, f"{name[:62]}'", name)], {name: -1.5, f"{name[:62]}b": 2.0})
    said = texts(network._repr_svg_(), "title")
    plain = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", name)
    assert f"{plain}: input" in said
    assert f"{plain}: {plain} → {plain[:62]}', −1.5" in said


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("combine", COMBINES)
def test_every_kind_of_neuron_can_be_drawn(activation: str, combine: str) -> None:
    """In both notations of a bias, and without one."""
    for notation, bias in (("bias", "b"), ("threshold", "b"), ("bias", None)):
        network = Network.build(
            [Neuron("x", "input"), Neuron("y", "output", activation, combine, bias, notation)],
            [Connection("x", "y", "w")], {"w": 1.0, **({} if bias is None else {bias: -0.75})})
        said = texts(network._repr_svg_(), "text")
        assert ("b = −0.75" in said or "≥ 0.75" in said) == (bias is not None)
        assert combine == "sum" or COMBINES[combine].symbol in said


@pytest.mark.parametrize("document", MANY)
def test_extreme_documents_can_be_drawn(document: nnsim.Document) -> None:
    """±1e308 and subnormal weights: a line has some width."""
    assert len(repr(document)) < 400
    for line in parsed(document._repr_svg_()).iter(f"{SVG}path"):
        assert 0.0 < float(line.get("stroke-width", "1")) <= 8.0


def test_large_networks_have_a_short_picture_or_none() -> None:
    """Their layers; each neuron up to a number, a chain of thousands not at all."""
    wide = Network.layered([784, 100, 10], hidden="relu", output="sigmoid")
    said = texts(wide._repr_svg_(), "text")
    assert said == ["784 inputs", "100 neurons", "relu", "10 outputs", "sigmoid"]
    assert "78,400 connections" in texts(wide._repr_svg_(), "title")
    largest = Network.layered([10_000, 1, 9_999])
    assert len(largest._repr_svg_() or "") < 5_000 and "10000-1-9999" in repr(largest)
    chain = Network.layered([1] * 2_000)
    assert chain._repr_svg_() is None and len(repr(chain)) < 100
    skips = Network.build(
        [Neuron("x", "input"), *(Neuron(f"h{i}") for i in range(200)), Neuron("y", "output")],
        [*(Connection("x", f"h{i}", "w") for i in range(200)), *(Connection(f"h{i}", "y", "w") for i in range(200)),
         Connection("x", "y", "w")], {"w": 1.0})
    assert "1 connection" in texts(skips._repr_svg_(), "title")
    full = Network.layered([25, 50, 5])
    assert len(full._repr_svg_() or "") < MOST_BYTES and len(list(parsed(full._repr_svg_()).iter(f"{SVG}circle"))) == 80
    assert Network()._repr_svg_() is None and nnsim.Document()._repr_svg_() is None


def test_a_picture_needs_neither_qt_nor_numba_nor_the_public_door() -> None:
    """Also of a network that came in by its own floor, and until then nothing is loaded for it."""
    code = ("import sys\nfrom nnsim.core.network import Network\nassert 'nnsim.exchange' not in sys.modules\n"
            "assert Network.layered([2, 2, 1])._repr_svg_().startswith('<svg')\n"
            "assert not {'PySide6', 'numba'} & set(sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- histories ----------------------------------------------------------------------------------------------


def test_a_history_shows_its_losses_and_their_curves() -> None:
    """A table with the first, the smallest and the last loss, and a line for each curve."""
    history = trained(40).history
    page = parsed(history._repr_html_())
    assert [head.text for head in page.iter("th")][-2:] == ["Train, running mean", "Test"]
    cells = [cell.text for cell in page.iter("td")]
    losses = [history.train_loss, history.test_loss]
    assert cells == [format_number(float(loss)) for of in losses for loss in (of[0], of.min(), of[-1])]
    assert len(list(page.iter(f"{SVG}polyline"))) == 2
    assert History()._repr_html_() is None


@pytest.mark.parametrize(("losses", "pieces", "last"), [
    ([0.5], 1, "0.5"), ([np.nan], 0, "undefined"), ([np.inf, np.inf], 0, "∞"), ([0.0, 0.0, 0.0], 1, "0"),
    ([1.0, np.nan, 0.5, 0.4, np.inf], 2, "∞"), ([-np.inf, 1.0], 1, "1"),
    ([1e308, 1e-320, 1.7e308], 1, "1.7e308"), ([-1.7e308, 1.7e308], 1, "1.7e308"),
    ([1e300, 0.0, 5e-324], 1, "4.941e−324"),
    ([*np.linspace(1, 0.1, 3 * CAPACITY)], 1, "0.1"),
])
def test_any_losses_make_a_short_sound_page(losses: list[float], pieces: int, last: str) -> None:
    """Where a loss is no finite number, the curve has a gap and the table says it."""
    curve = Curve()
    curve.extend(losses)
    text = History(curve)._repr_html_()
    page = parsed(text)
    assert len(text or "") < 20_000
    assert len(list(page.iter(f"{SVG}polyline"))) == pieces
    assert [cell.text for cell in page.iter("td")][2] == last
    for line in page.iter(f"{SVG}polyline"):
        for point in line.get("points", "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 462 and 0 <= y <= 180
