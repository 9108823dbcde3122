"""Targets that an output can never give are named beside the choice, and one click mends it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

import nnsim
from nnsim.core.activations import ACTIVATIONS
from nnsim.data.generators import GENERATORS
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
from nnsim.gui.tour.hand import Hand

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def said(hand: Hand, name: str) -> str:
    note = hand.window.findChild(QWidget, name)
    return hand.find(f"{name}_text", QLabel).text() if note is not None and note.isVisible() else ""


def test_the_first_network_of_a_learner_can_fit_the_circle(hand: Hand) -> None:
    """Layers 2-4-1 with a sigmoid, then Circle with targets −1 and 1: it is said, mended, learned, undone."""
    hand.click("tool_layers")
    hand.write("2, 4, 1")
    hand.key(Qt.Key.Key_2, ALT, hand.window)
    assert said(hand, "data_reach") == ""
    hand.choose("data_source", GENERATORS["circle"].label)
    assert said(hand, "data_reach") == (
        "Targets from −1 to 1 are out of reach: y is Sigmoid, which gives only 0 to 1.")
    hand.window.show_panel("selected")
    hand.desk.looking.select(["y"])
    assert said(hand, "neuron_reach") == said(hand, "data_reach")
    hand.desk.looking.select(["h1"])
    assert said(hand, "neuron_reach") == ""
    before = hand.session.document
    assert hand.find("data_reach_mend", QPushButton).text() == "Use Tanh for y"
    hand.click("data_reach_mend")
    assert hand.session.structure.by_id["y"].activation == "tanh"
    assert said(hand, "data_reach") == ""
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert hand.session.document == before
    assert said(hand, "data_reach") != ""


def test_layers_for_data_that_are_there_reach_their_targets(hand: Hand) -> None:
    hand.session.open_document(Document(nnsim.Network.layered([2, 1]), data=GeneratedData("circle")))
    hand.click("tool_layers")
    hand.write("2, 3, 1")
    added = [n for n in hand.session.structure.neurons if n.role == "output"][-1]
    assert added.activation == "tanh"


def test_no_button_leads_to_what_the_loss_refuses(hand: Hand) -> None:
    """Binary cross-entropy wants probabilities: there the loss is what has to change, and Train says so."""
    config = nnsim.TrainingConfig(loss="binary_cross_entropy")
    network = nnsim.Network.layered([2, 2, 1], output="sigmoid")
    hand.session.open_document(Document(network, data=GeneratedData("circle"), training=config))
    hand.key(Qt.Key.Key_2, ALT, hand.window)
    assert said(hand, "data_reach") != ""
    assert not hand.window.findChild(QPushButton, "data_reach_mend").isVisible()


def test_the_perceptron_rule_is_not_led_away_from_its_steps(hand: Hand) -> None:
    """It wants targets of 0 or 1, and Train says so: another activation would only be refused."""
    config = nnsim.TrainingConfig(optimizer="perceptron")
    hand.session.open_document(Document(nnsim.Network.layered([2, 1], output="heaviside"),
                                        data=GeneratedData("circle"), training=config))
    hand.key(Qt.Key.Key_2, ALT, hand.window)
    assert said(hand, "data_reach") == (
        "Targets from −1 to 1 are out of reach: y is Heaviside step, which gives only 0 or 1.")
    assert not hand.window.findChild(QPushButton, "data_reach_mend").isVisible()


def test_the_form_of_layers_says_what_its_outputs_cannot_give(hand: Hand) -> None:
    hand.session.open_document(Document(nnsim.Network.layered([2, 1]), data=GeneratedData("circle")))
    hand.click("tool_layers")
    says = hand.find("layer_summary", QLabel)
    assert "out of reach" not in says.text()
    hand.choose("layer_output", ACTIVATIONS["sigmoid"].label)
    assert says.text().endswith("Targets from −1 to 1 are out of reach: y is Sigmoid, which gives only 0 to 1.")
    field = hand.find("layer_sizes", QLineEdit)
    field.setFocus()
    hand.write("2, 4, 2", enter=False)
    assert "out of reach" not in says.text()


def test_softmax_of_bounded_outputs_is_mended(hand: Hand) -> None:
    """One-hot targets and sigmoids: softmax makes shares from 0.16 to 0.58 of three numbers between 0 and 1."""
    config = nnsim.TrainingConfig(loss="softmax_cross_entropy")
    network = nnsim.Network.layered([2, 3, 3], output="sigmoid")
    blobs = GeneratedData("blobs", GENERATORS["blobs"].fields(classes=3))
    hand.session.open_document(Document(network, data=blobs, training=config))
    hand.key(Qt.Key.Key_2, ALT, hand.window)
    assert said(hand, "data_reach") == ("Targets from 0 to 1 are out of reach: o1, o2, o3 are Sigmoid, of which "
                                        "softmax makes only 0.1554 to 0.5761.")
    hand.click("data_reach_mend")
    assert {hand.session.structure.by_id[id].activation for id in ("o1", "o2", "o3")} == {"linear"}
    assert said(hand, "data_reach") == ""
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert said(hand, "data_reach") != ""
