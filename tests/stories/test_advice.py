"""A run that is stuck, the fields' own words, and the usual learning rates."""

import threading
from html import unescape

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolButton, QWidget

import nnsim
from nnsim.core.fields import forms
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
from nnsim.gui.tour.hand import Hand, HandError
from nnsim.gui.widgets.forms import Disclosure
from nnsim.gui.widgets.number_field import NumberField
from nnsim.training.config import TrainingConfig

CTRL, ALT, SHIFT = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
                    Qt.KeyboardModifier.ShiftModifier)


def trying() -> bool:
    return any(thread.name == "nnsim-seeds" for thread in threading.enumerate())


def get_stuck(hand: Hand) -> None:
    """XOR to learn from the weights of seed 0, which do not get there."""
    hand.example("xor_to_learn")
    hand.click("workspace_train")
    hand.session.random_weights(0)
    hand.session.set_speed(None)
    hand.click("tool_train")
    advice = hand.window.findChild(QPushButton, "seeds_try")
    # It rests a while early on too, and then goes on for a bit.
    hand.wait(lambda: hand.session.epoch > 3_000 and advice.isVisible(), "the run is called stuck")
    hand.click("tool_train")


def test_a_stuck_run_gets_advice(hand: Hand) -> None:
    """Said once; five seeds are tried while the document stays; the weights of one are taken, and undone."""
    get_stuck(hand)
    assert "hardly changed for" in hand.find("seed_advice_text", QLabel).text()
    before, inputs = hand.session.live_document, hand.session.undo_stack.count()
    hand.click("seeds_try")
    hand.wait(lambda: "solve it within" in hand.find("seed_advice_text", QLabel).text(), "all seeds are through")
    said = hand.find("seed_advice_text", QLabel).text()
    assert said.startswith("3 of 5 seeds solve it within")
    assert "(all rows right)" in said
    assert hand.session.live_document == before
    assert hand.session.undo_stack.count() == inputs
    assert hand.find("seeds_try", QPushButton).text() == "Take seed 1"
    hand.click("seeds_try")
    network = hand.session.network
    assert np.array_equal(network.parameters, network.initialized(1).parameters)
    assert not hand.window.findChild(QPushButton, "seeds_try").isVisible()
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert hand.session.live_document == before


def test_said_once_a_run(hand: Hand) -> None:
    """Not now means not again in this run."""
    get_stuck(hand)
    hand.click("seeds_close")
    hand.click("tool_train")
    hand.rest(1.2)
    assert not hand.window.findChild(QPushButton, "seeds_try").isVisible()
    hand.click("tool_train")


def test_trying_ends_when_the_document_changes(hand: Hand) -> None:
    """Another neuron: what is being tried is not this network any more."""
    get_stuck(hand)
    panel_runs = hand.window.findChild(QWidget, "seed_advice")
    hand.click("seeds_try")
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_N, widget=hand.canvas)
    assert not trying()
    assert not panel_runs.isVisible()


def test_a_run_that_gets_there_is_left_alone(hand: Hand) -> None:
    """From seed 1 XOR is learned: nothing is said."""
    hand.example("xor_to_learn")
    hand.click("workspace_train")
    hand.session.random_weights(1)
    hand.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: not hand.session.training, "the run is done")
    hand.rest(0.7)
    assert not hand.window.findChild(QPushButton, "seeds_try").isVisible()


def test_usual_learning_rates(hand: Hand) -> None:
    """From the button in the field with the mouse, and with Alt+Down and the arrows."""
    hand.example("circle")
    hand.click("workspace_train")
    field = hand.find("training_learning_rate", NumberField)
    presets = forms(TrainingConfig)["learning_rate"].presets
    assert (presets[0], presets[-1]) == (0.00001, 10)
    button = field.findChild(QToolButton, "presets")
    menu = button.findChild(QMenu, "presets_menu")
    field.setFocus()
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    hand.wait(menu.isVisible, "the menu is open")
    assert menu.activeAction().objectName() == "preset_0.03"
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    hand.wait(lambda: not menu.isVisible(), "the menu is closed")
    # No window manager gives the window the keys back on the offscreen platform.
    hand.window.activateWindow()
    hand.settle()
    assert hand.session.document.training.learning_rate == 0.1
    assert field.number == 0.1
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert hand.session.document.training.learning_rate == 0.03
    assert field.number == 0.03


def test_what_is_this(hand: Hand) -> None:
    """Shift+F1 says what the field does that has the keyboard; every row of every form has such words."""
    hand.example("circle")
    hand.click("workspace_train")
    field = hand.find("training_learning_rate", NumberField)
    field.setFocus()
    hand.key(Qt.Key.Key_F1, SHIFT)
    shown = [w for w in QApplication.topLevelWidgets() if w.isVisible() and type(w).__name__ == "QWidget"
             and w is not hand.window]
    assert shown
    for bubble in shown:
        bubble.close()
    for disclosure in hand.window.panels["training"].findChildren(Disclosure):
        disclosure.button.setChecked(True)
    for name, form in forms(TrainingConfig).items():
        editor = hand.window.findChild(QWidget, f"training_{name}")
        if editor is None:
            raise HandError(f"There is no field {name}.")
        assert form.help in unescape(editor.whatsThis())


def test_advice_goes_when_the_run_succeeds(hand: Hand) -> None:
    """Called stuck, then helped by hand: when all rows are right the advice is gone, though nobody put it away."""
    get_stuck(hand)
    advice = hand.find("seed_advice", QWidget)
    assert advice.isVisible()
    solved = hand.session.network.initialized(1)
    trained = nnsim.Trainer(solved, hand.session.dataset, hand.session.document.training, "numpy")
    trained.run(5_000)
    hand.session.set_values(dict(zip(solved.parameter_names, trained.parameters.tolist(), strict=True)), "Set weights")
    hand.click("tool_train")
    hand.wait(lambda: not advice.isVisible(), "the advice is gone")
    hand.wait(lambda: not hand.session.training, "the loss is small enough")


def test_a_single_layer_is_not_told_of_one_more_hidden_neuron(hand: Hand) -> None:
    """There is none yet: a straight line through the sine."""
    network = nnsim.Network.layered([1, 1], output="linear", seed=0)
    config = TrainingConfig(learning_rate=0.1)
    hand.session.open_document(Document(network, data=GeneratedData("sine"), training=config))
    hand.window.show_panel("training")
    hand.session.set_speed(None)
    hand.session.train(epochs=1_500)
    hand.wait(lambda: not hand.session.training, "the run is done")
    said = hand.find("seed_advice_text", QLabel)
    hand.wait(said.isVisible, "it is called stuck")
    assert said.text().endswith("Try hidden neurons, other weights, or another learning rate.")
