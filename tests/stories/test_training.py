"""Training, watched: it learns, it pauses, it is one undo step, and it never changes with the pace."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.start.help import engine_in_words
from nnsim.gui.tour.hand import Hand

SEEDS_THAT_SOLVE_XOR = {0: False, 1: True, 2: True, 3: True, 4: False}


def train_until(hand: Hand, epochs: int) -> None:
    """Press Train, wait for some epochs, press Pause."""
    hand.session.set_speed(500.0)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch >= epochs, f"{epochs} epochs are done")
    hand.click("tool_train")
    assert not hand.session.training


@pytest.mark.parametrize("seed", range(5))
def test_xor_from_five_seeds(seed: int) -> None:
    """XOR 2-2-1 from seeds 0–4 under the example's settings; which of them solve it is stated above."""
    document = nnsim.load(EXAMPLES["xor_to_learn"].path)
    network = document.network.initialized(seed)
    X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    trainer = nnsim.Trainer(network, nnsim.Dataset(X, [[0], [1], [1], [0]]), document.training)
    trainer.run(epochs=5_000)
    answers = nnsim.compile(network).forward(trainer.parameters, X) > 0.5
    assert answers.ravel().tolist() == [False, True, True, False] or not SEEDS_THAT_SOLVE_XOR[seed]
    assert (trainer.loss < 0.01) == SEEDS_THAT_SOLVE_XOR[seed]


def test_the_perceptron_rule_is_watched(hand: Hand) -> None:
    """AND is found and the run ends by itself, with a word why; on XOR it goes on and on, and the line keeps moving."""
    said: list[str] = []
    hand.session.message.connect(lambda text, kind: said.append(text))
    hand.example("perceptron_and")
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: not hand.session.training, "the run ends by itself")
    assert any("nothing to change" in text for text in said)
    X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    network = hand.session.document.network
    assert nnsim.compile(network).forward(network.parameters, X)[:, 0].tolist() == [0, 0, 0, 1]

    hand.answering("Discard", lambda: hand.example("perceptron_xor"))
    hand.session.set_speed(50.0)
    seen = set()

    def has_wandered() -> bool:
        seen.add(tuple(hand.session.network.parameters.tolist()))
        return hand.session.epoch >= 20

    hand.click("tool_train")
    hand.wait(has_wandered, "it goes on")
    assert hand.session.training and len(seen) > 3
    hand.click("tool_train")


def test_a_run_says_which_engine_it_is_on(hand: Hand) -> None:
    """The run's record names the engine, and About the one that the next run will take."""
    hand.example("circle")
    train_until(hand, 5)
    assert hand.session.latest is not None and hand.session.latest.engine == "numba"
    assert "Numba" in engine_in_words()


def test_training_is_one_undo_step(hand: Hand) -> None:
    """Train, pause and train again: one undo brings back the weights from before."""
    hand.example("xor_to_learn")
    before = hand.session.document
    train_until(hand, 50)
    done = hand.session.epoch
    train_until(hand, done + 50)
    assert hand.session.undo_stack.count() == 1
    assert hand.session.dirty
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert hand.session.document == before
    assert not hand.session.dirty


def test_a_weight_edited_while_training_takes_effect(hand: Hand) -> None:
    """A weight set on the canvas while training counts at once and does not stop the run."""
    hand.example("circle")
    hand.session.set_speed(2.0)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.latest is not None, "training gets going")
    hand.double_click_at(
        hand.label_of(*next(ends for ends, e in hand.canvas.network_scene.edges.edges.items() if not e.label.isNull()))
    )
    hand.write("5")
    assert hand.session.training
    name = hand.session.structure.by_ends[next(iter(hand.desk.looking.selected_connections))].weight
    hand.wait(lambda: abs(hand.session.network.value(name) - 5) < 0.5, "the run goes on from the new weight")
    update = hand.session.latest.update if hand.session.latest else 0
    hand.wait(lambda: hand.session.latest and hand.session.latest.update > update, "the run goes on")
    assert hand.session.training
    hand.click("tool_train")
    assert abs(hand.session.document.network.value(name) - 5) < 0.5


def test_a_structure_edit_stops_training_and_says_so(hand: Hand) -> None:
    """Deleting a neuron while training, by its menu, commits the run, then deletes: two undo steps."""
    hand.example("circle")
    hand.session.set_speed(None)
    said: list[str] = []
    hand.session.message.connect(lambda text, kind: said.append(text))
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch >= 3, "three epochs are done")
    hand.click_at(hand.at("h1"))
    hand.menu("action_delete")
    assert not hand.session.training
    assert any("stopped" in text for text in said)
    assert "h1" not in hand.session.structure.by_id
    assert hand.session.undo_stack.count() == 2


def test_moving_a_neuron_keeps_training(hand: Hand) -> None:
    """A neuron dragged while training moves, and the run goes on."""
    hand.example("circle")
    hand.session.set_speed(50.0)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.latest is not None, "training gets going")
    start = hand.at("h1")
    hand.drag(start, start + type(start)(0, -30), keys=Qt.KeyboardModifier.AltModifier)
    assert hand.session.training
    assert hand.session.document.layout["h1"][1] == pytest.approx(start.y() - 30, abs=3)
    hand.click("tool_train")


def test_step_functions_cannot_be_trained(hand: Hand) -> None:
    """Train is disabled for the XOR of steps; Soften in its place says which neurons are why."""
    hand.example("xor")
    assert not hand.window.actions_by_name["train"].isEnabled()
    button = hand.find("tool_soften", QToolButton)
    assert "h" in button.toolTip() and "slope" in button.toolTip()


def test_back_to_start(hand: Hand) -> None:
    """Back to start brings the first weights back and counts epochs from 0."""
    hand.example("xor_to_learn")
    before = hand.session.document.network.parameters
    train_until(hand, 30)
    assert not np.array_equal(hand.session.document.network.parameters, before)
    hand.click("tool_back_to_start")
    assert np.array_equal(hand.session.document.network.parameters, before)
    assert hand.session.epoch == 0


def test_the_pace_never_changes_the_result(hand: Hand) -> None:
    """Fifty single steps and one run of fifty updates end at the same bits."""
    hand.example("circle")
    for _ in range(50):
        hand.click("tool_step_batch")
        hand.wait(lambda: not hand.session.training, "the step is done")
    stepped = hand.session.document.network.parameters
    document = nnsim.load(EXAMPLES["circle"].path)
    assert hand.session.dataset is not None
    trainer = nnsim.Trainer(document.network, hand.session.dataset, document.training)
    trainer.advance(updates=50)
    assert np.array_equal(stepped, trainer.parameters)


def test_a_step_pauses_a_run_and_is_no_run_of_its_own(hand: Hand) -> None:
    """Train is not Pause for the moment that a step takes, and the keys stay where they are for the next one."""
    hand.example("circle")
    train, step = hand.find("tool_train", QToolButton), hand.find("tool_step_batch", QToolButton)
    said: set[str] = set()
    hand.session.run_changed.connect(lambda: said.add(train.text()))
    hand.click("tool_step_batch")
    hand.wait(lambda: not hand.session.training, "the step is done")
    assert hand.session.latest.update == 1
    assert said == {"Train"} and step.isEnabled()
    hand.rest(0.2)
    hand.click("tool_train")
    assert train.text() == "Pause" and step.isEnabled()
    hand.wait(lambda: hand.session.epoch >= 1, "an epoch is done")
    hand.click("tool_step_epoch")
    hand.wait(lambda: not hand.session.training, "the epoch is at its end")
    assert train.text() == "Train" and hand.session.latest.position == 0
