"""A product of a weight and what comes in is written in one order, wherever it is written.

As the lecture does: weight · input where a step sums up, 1·0 + (−2)·1, and input · weight in front of a sigmoid.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from PySide6.QtWidgets import QWidget

from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.notation import NOTATIONS, Notation, name
from nnsim.core.formulas.numbers import MINUS, factor, format_number
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.generators import truth_table
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
from nnsim.exchange.explained import as_text
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.worked_solution import worked_solution
from nnsim.gui.tour.hand import Hand
from nnsim.lessons.questions import Number
from nnsim.lessons.worksheets import make_worksheet, material_of
from nnsim.training.config import TrainingConfig
from tests.stories.texts import texts_in

FUNCTIONS = {"heaviside": True, "sigmoid": False}
"""Whether the weight comes first where this function is applied to the sum."""
NAMES = [(hidden, output) for hidden in FUNCTIONS for output in FUNCTIONS]


def document_of(hidden: str, output: str, notation: str = "") -> Document:
    """Two inputs, a hidden neuron and an output; no two weights are alike, and none is 0 or 1, as what comes in."""
    neurons = [Neuron("x0", "input"), Neuron("x1", "input"),
               *(Neuron(id, role, function, bias=bias, notation="threshold" if function == "heaviside" else "bias")
                 for id, role, function, bias in (("h", "hidden", hidden, "b1"), ("y", "output", output, "b2")))]
    connections = [Connection("x0", "h", "w1"), Connection("x1", "h", "w2"), Connection("x0", "y", "w3"),
                   Connection("h", "y", "w4")]
    values = {"w1": 0.75, "w2": 0.35, "w3": -0.65, "w4": 1.45, "b1": -0.55, "b2": -0.45}
    return Document(Network.build(neurons, connections, values), data=GeneratedData("xor_gate"), notation=notation)


def bare(text: str) -> str:
    """Without spaces, and without what LaTeX and HTML add to a formula."""
    text = unescape(re.sub(r"</?[a-z][^<>]*>|\\left|\\right|\\mathrm", "", text))
    return re.sub(r"[^\S\n]|[{}_\\$]", "", text.replace("\\cdot", "·").replace("-", MINUS))


def products(document: Document, notation: Notation) -> Iterator[tuple[bool, set[str], set[str]]]:
    """(whether the weight comes first, how it may be written, how what comes in may be) of each connection."""
    network = document.network
    outputs = [Explanation(network, row, None, notation=notation) for row in truth_table(2)]
    for c in network.structure.connections:
        weight, source = network.value(c.weight), notation.activation(network.structure, c.source)
        entering = [e.a(c.source) for e in outputs]
        yield (FUNCTIONS[network.structure.by_id[c.target].activation],
               {bare(text) for text in (name(c.weight).text, name(c.weight).latex, *written(weight))},
               {bare(text) for text in (source.text, source.latex, *(text for a in entering for text in written(a)))})


def written(value: float) -> set[str]:
    return {write(value, digits) for write in (format_number, factor) for digits in (3, 4)} | {f"{value:.2f}"}


def in_order(texts: list[str], document: Document, notation: Notation) -> int:
    """How many products stand there. All of them in the order of their neuron; factors of longer products aside."""
    text, found = "\n".join(map(bare, texts)), 0
    for first, weights, entering in products(document, notation):
        for w in weights:
            for x in entering:
                right, turned = (len(re.findall(rf"(?<![\w.·)]){re.escape(a)}·{re.escape(b)}(?![\w.·(])", text))
                                 for a, b in ((w, x) if first else (x, w), (x, w) if first else (w, x)))
                assert not turned, (w, x, text)
                found += right
    return found


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(("hidden", "output"), NAMES)
def test_on_paper(hidden: str, output: str, notation: str) -> None:
    """Worked solutions in every format, what the command line writes, and worksheets with what they say of mistakes."""
    document, how = document_of(hidden, output, notation), NOTATIONS[notation]
    explanation = Explanation(document.network, [1.0, 0.0], [1.0], TrainingConfig().loss, how)
    texts = {format: worked_solution(document.network, [1.0, 0.0], [1.0], TrainingConfig(), format, notation=how)
             for format in FORMATS}
    texts["text"] = as_text(explanation, TrainingConfig())
    for kind in ("forward", "truth_table") if hidden == output == "heaviside" else ("forward",):
        sheet = make_worksheet(kind, material_of(document, [1.0, 0.0], [1.0]))
        texts[kind] = "\n".join([*(question.text for question in sheet.questions), *(
            field.hint for question in sheet.questions for field in question.fields if isinstance(field, Number))])
    for where, text in texts.items():
        assert in_order([text], document, how) >= 4, (where, text)


def show_steps(hand: Hand) -> list[str]:
    """All that a walk through one sample says."""
    texts: list[str] = []
    for _ in range(4):
        hand.click("steps_forward")
        texts += texts_in(hand.window.panels["steps"])
    return texts


def show_sheet(hand: Hand) -> list[str]:
    hand.wait(lambda: any(field.isVisible() for field in hand.window.findChildren(QWidget, "worksheet_kind")),
              "the sheet is there")
    hand.choose("worksheet_kind", "Forward pass")
    return texts_in(hand.window.panels["worksheet"])


PANELS: dict[str, tuple[Callable[[Hand], list[str]] | None, int]] = {
    "table": (None, 16), "forward": (None, 4), "backward": (None, 0), "steps": (show_steps, 4),
    "matrices": (None, 0), "losses": (None, 0), "worksheet": (show_sheet, 4), "network_table": (None, 0),
    "selected": (None, 0), "activation": (None, 0),
}
"""How each panel is read, if not at a glance, and how many products stand in it at least."""


@pytest.mark.parametrize(("hidden", "output"), NAMES)
def test_in_the_window(hand: Hand, hidden: str, output: str) -> None:
    """Every panel that writes a sum, with a neuron selected; and the connections on the canvas."""
    document = document_of(hidden, output)
    hand.session.open_document(document)
    notation = hand.desk.study.notation
    hand.flip("x0")
    hand.click_at(hand.at("y"))
    for id, (read, least) in PANELS.items():
        hand.window.show_panel(id)
        hand.settle()
        hand.wait_for_views()
        texts = texts_in(hand.window.panels[id]) if read is None else read(hand)
        assert in_order(texts, document, notation) >= least, (id, texts)
    hand.menu("action_draw_products")
    labels = [edge.text for edge in hand.canvas.network_scene.edges.edges.every()]
    assert in_order(labels, document, notation) == 4, labels
