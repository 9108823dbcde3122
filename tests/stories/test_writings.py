"""One choice, Explain ▸ Digits, says how numbers are written on the canvas, in tables, in panels and their headers."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from nnsim.core.formulas.numbers import Writing
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine
from tests.stories.texts import texts_in

LECTURE = {name: Decimal(digits) for name, digits in {
    "net h1": "0.3775", "net h2": "0.3925", "out h1": "0.593269992", "out h2": "0.596884378",
    "net o1": "1.105905967", "net o2": "1.224921404", "out o1": "0.751365070", "out o2": "0.772928465",
    "loss": "0.298371109", "∂Loss/∂O1": "0.741365070", "∂O1/∂net1": "0.186815602", "∂Loss/∂w5": "0.082167041",
    "new w5": "0.358916480", "new w1": "0.149780716", "new w6": "0.408666186", "new w7": "0.511301270",
    "new w8": "0.561370121", "loss after": "0.291027774"}.items()}
"""The numbers of the hands-on example, as the lecture's are when they are recomputed."""
SLIDES = {"out h1": "0.5932", "out h2": "0.5968", "net o1": "1.1059", "net o2": "1.2249", "∂Loss/∂w5": "0.0821",
          "new w5": "0.3589", "net h1": "0.3775", "∂O1/∂net1": "0.1868"}
"""As they stand on the slides, where these cut off; two outputs, the loss and a derivative are rounded there."""
KINDS = ("significant", "decimals")
ENDS = ("rounded", "cut")
WAYS = [*product(KINDS, ENDS)]
NUMBER = re.compile(r"(?<![\w.])−?\d+(?:\.\d+)?(?:e−?\d+)?")
COMPARED = re.compile(r"([\d.e-]+) ([≥<]) ([\d.e-]+)")

PANELS = {
    "forward": ("w5", ("net h1", "out h1", "net h2", "out h2", "net o1", "out o1", "net o2", "out o2")),
    "backward": ("w5", ("∂Loss/∂O1", "∂O1/∂net1", "out h1", "∂Loss/∂w5", "new w5")),
    "losses": ("w5", ("out o1", "out o2", "loss", "∂Loss/∂O1")),
    "matrices": ("o1", ("net o1",)),
    "steps": ("w5", ("out h1", "net h1")),
    "loss_slice": ("w5", ("∂Loss/∂w5",)),
    "selected": ("w5", ("∂Loss/∂w5",)),
    "network_table": ("o1", ("net o1", "out o1", "net h1", "out h2")),
    "table": ("o1", ("out o1", "out o2", "loss")),
    "output": ("o1", ("out o1",)),
    "activation": ("o1", ("net o1", "out o1")),
    "worksheet": ("o1", ("net h1", "out h1", "net h2", "out h2", "net o1", "out o1", "net o2", "out o2")),
}
"""Each panel with what is selected for it, and which of the numbers stand in it."""


def written(number: Decimal, kind: str, end: str, count: int = 4) -> str:
    """As it is to be read: with so many decimals, or significant digits."""
    unit = Decimal(1).scaleb(-count if kind == "decimals" else number.adjusted() - count + 1)
    text = str(number.quantize(unit, ROUND_DOWN if end == "cut" else ROUND_HALF_EVEN))
    return text.rstrip("0").rstrip(".")


def choose(hand: Hand, *names: str) -> None:
    for name in names:
        hand.menu(f"digits_{name}")


def numbers_in(widget: QWidget) -> set[str]:
    """Every number that can be read in a widget; not what is typed into its fields."""
    return set(NUMBER.findall("\n".join(texts_in(widget))))


def show(hand: Hand, id: str) -> tuple[QWidget, tuple[str, ...]]:
    """A panel with what it has to say of the hands-on example, and which of its numbers stand there."""
    chosen, names = PANELS[id]
    if chosen == "w5":
        hand.click_at(hand.label_of("h1", "o1"))
    else:
        hand.click_at(hand.at("o1"))
    hand.window.show_panel(id)
    hand.settle()
    if id == "steps":
        hand.click("steps_forward")
        hand.click("steps_forward")
    elif id == "matrices":
        hand.find("matrix_view", QWidget).setFocus()
        hand.key(Qt.Key.Key_End)
    elif id == "worksheet":
        hand.wait(lambda: any(field.isVisible() for field in hand.window.findChildren(QWidget, "worksheet_kind")),
                  "the sheet is there")
        hand.choose("worksheet_kind", "Forward pass")
        hand.click("worksheet_answers")
    hand.wait_for_views()
    return hand.window.panels[id], names


@pytest.mark.parametrize("id", PANELS)
def test_every_panel_writes_its_numbers_anew_as_it_is_chosen(hand: Hand, id: str) -> None:
    hand.example("hands_on")
    panel, names = show(hand, id)
    for kind, end in reversed(WAYS):
        choose(hand, kind, end)
        hand.wait_for_views()
        # There is little room in Output: it is shorter until someone chooses.
        count = 3 if id == "output" and (kind, end) == WAYS[0] else 4
        wanted = {name: written(LECTURE[name], kind, end, count) for name in names}
        others = {written(LECTURE[name], *way) for name in names for way in WAYS} - set(wanted.values())
        found = numbers_in(panel)
        assert {name: text for name, text in wanted.items() if text not in found} == {}, (kind, end, found)
        assert not others & found, (kind, end)


@pytest.mark.parametrize(("kind", "end"), [way for way in WAYS if way != WAYS[0]])
def test_the_canvas_and_the_header_of_the_loss_follow(hand: Hand, kind: str, end: str) -> None:
    """Outputs beside neurons; after one step the weights, and the loss, as the lecture has them."""
    hand.example("hands_on")
    choose(hand, kind, end)
    neurons, edges = hand.canvas.network_scene.neurons, hand.canvas.network_scene.edges.edges
    assert {id: neurons[id].face.badge for id in ("h1", "h2", "o1", "o2")} == {
        id: written(LECTURE[f"out {id}"], kind, end) for id in ("h1", "h2", "o1", "o2")}
    hand.click("workspace_explain")
    assert hand.canvas.network_scene.loss.box.face.value == written(LECTURE["loss"], kind, end)
    hand.click("workspace_train")
    hand.click("tool_step_batch")
    hand.wait(lambda: hand.session.latest is not None and not hand.session.moving, "the step is done")
    hand.wait_for_views()
    ends = {"w1": ("i1", "h1"), "w5": ("h1", "o1"), "w6": ("h2", "o1"), "w7": ("h1", "o2"), "w8": ("h2", "o2")}
    hand.click("workspace_build")
    changed = f"w1 = {written(LECTURE['new w1'], kind, end)}"
    hand.wait(lambda: edges["i1", "h1"].text == changed, "the weights are drawn")
    assert {name: edges[pair].text for name, pair in ends.items()} == {
        name: f"{name} = {written(LECTURE[f'new {name}'], kind, end)}" for name in ends}
    assert not any(edge.label.isNull() for edge in edges.every())
    hand.click("workspace_train")
    hand.wait_for_views()
    assert hand.find("loss_train", TextLine).text() == f"— train {written(LECTURE['loss after'], kind, end)}"


def test_four_decimals_cut_off_are_the_numbers_of_the_slides(hand: Hand) -> None:
    """What the lecture cuts off stands in the window digit by digit; the step functions compare as before."""
    hand.example("hands_on")
    choose(hand, "decimals", "cut")
    assert all(written(LECTURE[name], "decimals", "cut") == text for name, text in SLIDES.items())
    found = numbers_in(show(hand, "forward")[0]) | numbers_in(show(hand, "backward")[0])
    assert found >= set(SLIDES.values())


def test_the_canvas_is_short_until_someone_chooses(hand: Hand) -> None:
    """Three digits beside neurons as ever; then as chosen; and the usual choice makes them short again."""
    hand.example("hands_on")
    badge = hand.canvas.network_scene.neurons["h1"].face.badge
    assert badge == "0.593" and hand.desk.study.digits == Writing()
    for names, text in ((("9",), "0.593269992"), (("decimals", "3", "cut"), "0.593"), (("6",), "0.593269"),
                        (("significant", "rounded", "4"), "0.593")):
        choose(hand, *names)
        assert hand.canvas.network_scene.neurons["h1"].face.badge == text, names
    assert hand.desk.study.digits == Writing()


@pytest.mark.parametrize("count", ["3", "4"])
@pytest.mark.parametrize(("kind", "end"), WAYS)
def test_a_comparison_stays_true_in_every_way_of_writing(hand: Hand, kind: str, end: str, count: str) -> None:
    """A sum of 1.19996 does not reach θ = 1.2, nor one of 0.7 + 0.1 a θ of 0.8: on the canvas, in table and panels."""
    hand.example("and")
    (output,) = hand.session.structure.outputs
    first, second = (c.weight for c in hand.session.structure.connections)
    bias = hand.session.structure.by_id[output].bias
    assert bias is not None
    hand.flip("x0")
    hand.flip("x1")
    choose(hand, kind, end, count)
    for weights in ((0.79996, 0.4, -1.2), (0.7, 0.1, -0.8), (0.80004, 0.4, -1.2)):
        hand.session.set_values(dict(zip((first, second, bias), weights, strict=True)), "Other weights")
        hand.window.show_panel("table")
        hand.wait_for_views()
        table = hand.find("table_rows", QAbstractItemView).model()
        texts = [hand.canvas.network_scene.neurons[output].face.note.partition("\n")[0],
                 *(str(table.index(row, column).data()) for row in range(4) for column in range(table.columnCount()))]
        hand.window.show_panel("forward")
        hand.wait_for_views()
        texts.append(hand.find("forward_lines", EquationList).text)
        sides = [found for text in texts for found in COMPARED.findall(text.replace("−", "-"))]
        assert len(sides) >= 5, texts
        for left, relation, right in sides:
            assert (float(left) >= float(right)) == (relation == "≥"), texts


def test_a_band_is_written_as_chosen_and_stays_true(hand: Hand) -> None:
    """It lies between 1/3 and 2/3: in signs, in words and for a screen reader its ends are never outside of it."""
    hand.example("and")
    (output,) = hand.session.structure.outputs
    first, second = (c.weight for c in hand.session.structure.connections)
    bias = str(hand.session.structure.by_id[output].bias)
    hand.session.set_values({first: 1 / 3, second: 1 / 3, bias: -0.5}, "Thirds")
    hand.click_at(hand.at(output))
    for names, low, high in (((), "0.3334", "0.6666"), (("3", "decimals", "cut"), "0.334", "0.666"),
                             (("6",), "0.333334", "0.666666"), (("rounded", "3"), "0.334", "0.666")):
        choose(hand, *names)
        hand.wait_for_views()
        words, slider = hand.find("neuron_band", QLabel), hand.find("neuron_slider", QWidget)
        assert words.text().replace("\u00a0", " ") == f"✓ AND works for {low} ≤ θ ≤ {high}", names
        assert all(f"{low} on, which" in text and f"{high}, which" in text
                   for text in (words.toolTip(), slider.accessibleDescription())), names


def test_the_table_says_what_would_make_a_comparison_read_false(hand: Hand) -> None:
    """Rounding, or cutting off: whichever was chosen."""
    hand.example("and")
    (output,) = hand.session.structure.outputs
    first, second = (c.weight for c in hand.session.structure.connections)
    bias = str(hand.session.structure.by_id[output].bias)
    hand.session.set_values({first: 0.8, second: 0.4, bias: -1.20004}, "A threshold just above")
    hand.window.show_panel("table")
    for end, said in (("rounded", "because rounded"), ("cut", "because cut off")):
        choose(hand, end)
        hand.wait_for_views()
        table = hand.find("table_rows", QAbstractItemView).model()
        tips = [str(table.index(3, column).data(Qt.ItemDataRole.ToolTipRole)) for column in range(table.columnCount())]
        (tip,) = [tip for tip in tips if "1.20004" in tip]
        assert said in tip and "1.2 &lt; 1.20004" in tip.replace("1.2 < ", "1.2 &lt; "), tip
