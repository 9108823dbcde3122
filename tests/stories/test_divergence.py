"""A run whose weights grow without bound ends early, says why, and gives back weights that are worth having."""

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

import nnsim
from nnsim import TrainingConfig
from nnsim.data.sources import GeneratedData
from nnsim.documents.document import Document
from nnsim.gui.tour.hand import Hand


@pytest.mark.parametrize("config, said", [
    (TrainingConfig(learning_rate=0.3, l2=7.0), "because of the penalty: η·λ = 2.1 is so much"),
    (TrainingConfig(learning_rate=0.5, optimizer={"name": "adamw", "weight_decay": 5.0}), "η·λ = 2.5 is so much"),
    (TrainingConfig(optimizer={"name": "momentum", "momentum": 1.2}), "because of the momentum: with 1.2, which"),
], ids=["l2", "decay", "momentum"])
def test_the_cause_is_named_and_what_was_learned_comes_back(hand: Hand, config: TrainingConfig, said: str) -> None:
    network = nnsim.Network.layered([2, 4, 1], hidden="tanh", output="tanh", seed=2)
    hand.session.open_document(Document(network, data=GeneratedData("circle"), training=TrainingConfig()))
    hand.session.set_speed(None)
    hand.session.train(epochs=30)
    hand.wait(lambda: not hand.session.training, "it has learned something")
    assert hand.session.latest is not None
    learned, loss = hand.session.network.parameters, hand.session.latest.loss
    hand.session.configure(config, "Other settings")
    hand.click("tool_train")
    hand.wait(lambda: not hand.session.training, "the run has ended by itself")
    assert any(said in label.text() for label in hand.window.messages.findChildren(QLabel) if label.isVisible())
    assert hand.session.epoch < 2_000
    assert hand.session.latest.reason == "diverged"
    # The best epoch is known by the mean over its samples as they passed, which is near the loss it began with.
    assert hand.session.latest.loss <= 1.1 * loss
    assert np.abs(hand.session.network.parameters).max() < 2 * np.abs(learned).max()
