"""Selected in a low panel, as it stands below the canvas in Explain at 1280×720."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.panels.selected.panel import SelectedPanel
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.forms import WholeRows
from nnsim.gui.widgets.labels import TextLine
from nnsim.training.config import TrainingConfig


@pytest.fixture
def low(hand: Hand) -> Hand:
    """The lecture's network in Explain, on a window of 1280×720."""
    hand.window.resize(1280, 720)
    hand.example("hands_on")
    hand.click("workspace_explain")
    hand.window.show_panel("selected")
    hand.settle()
    return hand


def in_sight(hand: Hand, name: str) -> QRect:
    """Where a part of the panel stands; the whole of it can be seen without scrolling."""
    panel, part = hand.find("selected", SelectedPanel), hand.find(name, QWidget)
    area = panel.findChild(WholeRows)
    assert area is not None and area.verticalScrollBar().value() == 0
    place = QRect(part.mapTo(area.viewport(), QPoint()), part.size())
    assert place.top() >= 0 and place.bottom() < area.end, name
    return place


def test_a_weight_its_gradient_and_its_next_value_are_seen_first(low: Hand) -> None:
    """Then its slider and whether it is trainable: all of it in 280 by 250 pixels, titles included; no row is cut."""
    low.click_at(low.label_of("i1", "h1"))
    low.rest(0.05)
    names = ["connection_weight", "connection_gradient", "connection_next", "connection_slider", "connection_trainable"]
    places = [in_sight(low, name) for name in names]
    assert all(above.bottom() < below.top() for above, below in pairwise(places))
    assert low.window.docks["selected"].width() <= 292 and low.window.docks["selected"].height() <= 250
    assert low.find("connection_gradient", QPushButton).text().startswith("0.0004386")
    assert low.find("connection_next", TextLine).text() == "0.1498"
    labels = [label.text() for label in low.find("selected", SelectedPanel).findChildren(QLabel) if label.isVisible()]
    assert "Weight w1" in labels and "Next w1" in labels


def test_the_next_value_is_what_a_step_makes_of_it(low: Hand) -> None:
    """Of a weight, and of a threshold as it is written; what is frozen or learns from nothing has none."""
    low.click_at(low.label_of("h1", "o1"))
    told = low.find("connection_next", TextLine).text()
    low.click("tool_step_batch")
    low.wait(lambda: not low.session.moving, "the step is taken")
    assert format_number(low.session.network.value("w5")) == told
    low.session.undo()
    low.desk.looking.select(["h1"])
    low.settle()
    assert low.session.structure.by_id["h1"].bias in low.session.structure.frozen
    panel = low.find("selected", SelectedPanel)
    assert not [line for line in panel.findChildren(TextLine, "neuron_next") if line.isVisible()]
    low.click("neuron_trainable")
    low.rest(0.05)
    assert in_sight(low, "neuron_gradient").bottom() < in_sight(low, "neuron_next").top()
    before, told = low.session.network.value("b1"), low.find("neuron_next", TextLine).text()
    low.click("neuron_notation_threshold")
    low.settle()
    assert told == format_number(before - 0.5 * low.desk.study.backward.gradient[
        low.session.structure.parameter_index["b1"]])
    assert low.find("neuron_next", TextLine).text() == "−" + told


def test_with_an_optimizer_that_remembers_it_is_told_while_the_run_rests(low: Hand) -> None:
    """What Adam remembers is the run's while it goes on; paused, the next value is that of its next step."""
    document = replace(low.session.document, training=TrainingConfig(optimizer="adam", learning_rate=0.1))
    low.session.open_document(document)
    low.desk.looking.select((), [("h1", "o1")])
    low.window.show_panel("selected")
    low.settle()
    panel = low.find("selected", SelectedPanel)

    def told() -> list[str]:
        return [line.text() for line in panel.findChildren(TextLine, "connection_next") if line.isVisible()]

    assert told()
    low.click("tool_train")
    low.wait(lambda: low.session.epoch > 3, "some epochs are done")
    low.wait(lambda: not told(), "nothing is told while it trains")
    low.click("tool_train")
    low.wait(lambda: not low.session.moving and told(), "it rests, and the next value is told again")
    low.wait_for_views()
    before = told()
    low.click("tool_step_batch")
    low.wait(lambda: not low.session.moving, "the step is taken")
    assert [format_number(low.session.network.value("w5"))] == before
