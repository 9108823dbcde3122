"""In Explain the loss stands behind the outputs, and the paths of what is selected lead through the network into it."""

from itertools import combinations, product

import pytest
from PySide6.QtCore import QRectF, Qt

from nnsim.core.formulas.numbers import format_number
from nnsim.documents import examples as documents
from nnsim.gui.canvas.loss_box import LossBox
from nnsim.gui.canvas.neuron_item import CIRCLE
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import PRESENTED, WORKSPACES, Arrangement
from tests.stories.conftest import SIZE, forget_work

SIZES = ((1280, 720), SIZE)
EXAMPLES = ("and", "not", "xor", "xor_layered", "half_adder", "parity", "hands_on", "sine", "rings", "spiral")


def box_of(hand: Hand) -> LossBox:
    """The item on the canvas."""
    return hand.canvas.network_scene.loss.box


def explain(hand: Hand, example: str) -> LossBox:
    """An example in Explain."""
    hand.example(example)
    hand.click("workspace_explain")
    return box_of(hand)


def test_the_loss_stands_behind_the_outputs_where_it_is_explained_and_nowhere_else(hand: Hand) -> None:
    """Explain, and what is presented of it, show the loss; Build, Train and other heroes do not."""
    hand.example("hands_on")
    for workspace in WORKSPACES:
        hand.click(f"workspace_{workspace.id}")
        assert box_of(hand).isVisible() == (workspace.id == "explain"), workspace.id
    assert box_of(hand).face.value == "0.2984"
    assert box_of(hand).face.targets == {"o1": "T1 = 0.01", "o2": "T2 = 0.99"}
    shown = {}
    for number in range(1, 9):
        hand.key(Qt.Key.Key_F11) if number == 1 else None
        hand.key(Qt.Key(Qt.Key.Key_0 + number))
        shown[hand.window.workspaces.current.id.removeprefix("present_")] = box_of(hand).isVisible()
    assert shown == {"table": False, "output": False, "loss": False, "backward": True, "forward": True,
                     "matrices": True, "steps": True, "activation": False}


def test_the_loss_and_the_targets_follow_numbers_and_sample(hand: Hand) -> None:
    """The box says what Losses says: of the sample that is fed, in the notation of the panels; of no sample nothing."""
    box = explain(hand, "xor_layered")
    study = hand.desk.study
    for row in range(4):
        study.choose_row(row)
        hand.settle()
        assert study.explanation is not None and study.targets is not None
        assert box.face.value == format_number(study.explanation.loss().value, study.digits)
        assert [*box.face.targets.values()] == [f"t(AND) = {format_number(study.targets[0])}"]
    box = explain(hand, "hands_on")
    hand.double_click_at(hand.at("i1"))
    hand.write("1")
    assert box.face.value == "–"
    assert [*box.face.targets.values()] == ["T1 = –", "T2 = –"]


def test_a_clicked_weight_lights_its_paths_and_numbers_them_as_the_chain_rule_does(hand: Hand) -> None:
    """w1 of the lecture reaches the loss by o1 and by o2; what is on neither path fades, and elsewhere nothing does."""
    box, scene = explain(hand, "hands_on"), hand.canvas.network_scene
    strengths = {id: item.opacity() for id, item in scene.neurons.made.items()}
    assert set(strengths.values()) == {1.0} and scene.edges.along is None and box.lit is None
    hand.click_at(hand.label_of("i1", "h1"))
    assert scene.edges.along == {("i1", "h1"), ("h1", "o1"), ("h1", "o2")}
    assert box.lit == {"o1", "o2"}
    assert [text for _, text in box.numbers] == ["1", "2"]
    first, second = (rect.center() for rect, _ in box.numbers)
    assert first.y() < second.y()
    assert {id for id, item in scene.neurons.made.items() if item.opacity() < 1} == {"i2", "h2"}
    hand.click_at(hand.label_of("h2", "o2"))
    assert scene.edges.along == {("h2", "o2")} and box.lit == {"o2"} and not box.numbers
    hand.click_at(hand.at("h2"))
    # Its bias is that of h1 too: the chain rule has four paths.
    assert scene.edges.along == {("h1", "o1"), ("h1", "o2"), ("h2", "o1"), ("h2", "o2")}
    assert sorted(text for _, text in box.numbers) == ["1", "2", "3", "4"]
    hand.click("workspace_build")
    assert scene.edges.along is None
    assert {item.opacity() for item in scene.neurons.made.values()} == {1.0}


def test_paths_of_one_output_have_their_numbers_inside_the_network(hand: Hand) -> None:
    """Where all paths leave by one output each has its number on a connection of its own; of very many none has."""
    box, scene = explain(hand, "spiral"), hand.canvas.network_scene
    structure = hand.desk.session.structure
    first = next(c.ends for c in structure.connections if c.source in structure.inputs)
    hand.desk.looking.select((), [first])
    hand.settle()
    assert scene.edges.along is not None and first in scene.edges.along
    assert box.lit == set(structure.outputs)
    taken = [rect for rect, _ in box.numbers]
    assert not any(one.intersects(other) for one, other in combinations(taken, 2))


EXPLAINED = [arrangement for arrangement in PRESENTED if arrangement.explains]


def test_nothing_of_the_loss_covers_a_neuron_a_label_or_a_target(hand: Hand) -> None:
    """Of each example in Explain, at both sizes: all of it in sight, and clear of all else."""
    hand.click("workspace_explain")
    for example in EXAMPLES:
        hand.example(example)
        assert in_the_way(hand) == [], example


@pytest.mark.parametrize("pairs", [
    [(hero, EXAMPLES[i % len(EXAMPLES)]) for i, hero in enumerate(EXPLAINED)],
    pytest.param([*product(EXPLAINED, EXAMPLES)], marks=pytest.mark.soak)], ids=["one example each", "every example"])
def test_nothing_of_the_loss_covers_anything_that_is_presented(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, pairs: list[tuple[Arrangement, str]],
) -> None:
    """In each hero that explains, at both sizes."""
    monkeypatch.setattr(hand.window, "showFullScreen", lambda: None)
    for hero, example in pairs:
        hand.window.workspaces.switch(hero)
        forget_work(hand.window)
        hand.window.files.open_example(documents.EXAMPLES[example])
        assert in_the_way(hand) == [], (example, hero.id)
    hand.window.workspaces.leave_present()


def in_the_way(hand: Hand) -> list[tuple[object, ...]]:
    """At which sizes the loss and all else are in each other's way, or not all of the loss is in sight."""
    found: list[tuple[object, ...]] = []
    for size in SIZES:
        hand.window.resize(*size)
        hand.settle()
        hand.canvas.fit()
        scene, box = hand.canvas.network_scene, box_of(hand)
        own = [box.box, *box.target_rects.values()]
        others = scene.neurons.taken(QRectF(-1e5, -1e5, 2e5, 2e5))
        others += [edge.label for edge in scene.edges.edges.every() if not edge.label.isNull()]
        others += [CIRCLE.translated(item.pos()) for item in scene.neurons.made.values()]
        pairs = [*combinations(own, 2), *product(own, others)]
        found += [(size, one, other) for one, other in pairs if one.intersects(other)]
        seen = hand.canvas.mapToScene(hand.canvas.viewport().rect()).boundingRect()
        found += [(size, rect) for rect in own if not box.isVisible() or not seen.contains(rect)]
    return found


def test_the_target_of_a_long_name_takes_no_more_room_than_a_name(hand: Hand) -> None:
    """Its middle is left out; the number stays."""
    hand.example("and")
    hand.click_at(hand.at(hand.session.structure.outputs[0]))
    hand.key(Qt.Key.Key_F2)
    hand.write("whether both of them are true at the same time")
    hand.click("workspace_explain")
    box = box_of(hand)
    (written,), (rect,) = box.face.targets.values(), box.target_rects.values()
    assert "…" in written and written.endswith("= 0")
    assert rect.width() < 160
