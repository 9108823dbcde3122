"""The update that Backward and Step through write, evaluated, is what Train makes of the weight: every optimizer."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.formulas.numbers import format_number
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.panels.explain.backward import BackwardPanel
from nnsim.gui.panels.explain.rows import Row
from nnsim.gui.panels.explain.steps import StepsPanel
from nnsim.gui.panels.panel import Panel
from nnsim.gui.panels.training.panel import TrainingPanel
from nnsim.gui.session.desk import Desk
from tests.gui.panels.in_window import show_active

DIGITS = 12
SETTINGS: dict[str, dict[str, object]] = {
    "one sample": {"batch_size": 1, "l2": 0.02},
    "a batch": {"batch_size": 3, "l1": 0.003, "l2": 0.01, "clip": 0.05,
                "schedule": {"name": "step", "epochs": 1, "factor": 0.5}},
}


def document_for(optimizer: str, settings: dict[str, object]) -> Document:
    """XOR with tanh neurons, or AND for the perceptron rule; from weights that are wrong."""
    document = nnsim.load(EXAMPLES["perceptron_and" if OPTIMIZERS[optimizer].straight else "xor_to_learn"].path)
    config = replace(document.training, optimizer=optimizer, learning_rate=0.1, order="sequential", **settings)
    return replace(document, network=document.network.initialized(3), training=config)


def evaluated(text: str) -> float:
    """The number that the last but one part of a written equation comes to, or the last if there is no other."""
    parts = text.split(" = ")
    formula = parts[-2] if len(parts) > 2 else parts[-1]
    for sign, python in (("−", "-"), ("·", "*"), ("²", "**2"), ("√", "sqrt"), ("[", "("), ("]", ")")):
        formula = formula.replace(sign, python)
    formula = re.sub("([⁰¹³⁴-⁹]+)", lambda found: "**" + "".join(str("⁰¹²³⁴⁵⁶⁷⁸⁹".index(c)) for c in found[1]), formula)
    return float(eval(formula, {"sqrt": math.sqrt, "sign": np.sign, "max": max, "__builtins__": {}}))


def check_update(rows: list[Row], name: str, value: float) -> None:
    """The last row about w′ has the engine's value, and so has its formula in numbers."""
    text = next(row.text for row in rows[::-1] if row.text.startswith(f"{name}′ = "))
    assert text.split(" = ")[-1] == format_number(value, DIGITS)
    assert evaluated(text) == pytest.approx(value, rel=1e-9, abs=1e-11), text


@pytest.fixture
def panels(desk: Desk, qtbot: QtBot) -> Iterator[tuple[TrainingPanel, BackwardPanel, StepsPanel]]:
    found = TrainingPanel(desk), BackwardPanel(desk), StepsPanel(desk)
    for panel in found:
        qtbot.addWidget(panel)
        show_active(panel, 900, 300)
        qtbot.addWidget(panel.header)
        panel.header.show()
    desk.study.set_digits(DIGITS)
    yield found
    desk.session.pause()


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_written_update_is_what_training_makes(
    panels: tuple[TrainingPanel, BackwardPanel, StepsPanel], desk: Desk, qtbot: QtBot, optimizer: str, settings: str,
) -> None:
    """After some updates, which an optimizer remembers; of one weight in Backward, of all in Step through."""
    training, backward, steps = panels
    session = desk.session

    def click(panel: Panel, name: str) -> None:
        button = panel.findChild(QWidget, name) or panel.header.findChild(QWidget, name)
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not session.training)

    session.open_document(document_for(optimizer, SETTINGS[settings]))
    desk.study.set_scope("batch")
    connection = session.structure.connections[1]
    desk.looking.select(connections=[connection.ends])
    session.train(updates=3)
    qtbot.waitUntil(lambda: not session.training)
    rows = list(backward.list.rows)
    session.train(updates=1)
    qtbot.waitUntil(lambda: not session.training)
    check_update(rows, connection.weight, session.network.value(connection.weight))
    backward.hide()
    training.hide()
    click(steps, "steps_forward")
    while steps.place < len(steps.walk) - 1:
        click(steps, "steps_sample")
    for name in session.structure.parameter_names:
        if name not in session.structure.frozen:
            check_update(list(steps.list.rows), name, session.network.value(name))
