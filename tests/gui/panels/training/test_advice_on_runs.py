"""Every sentence of advice against runs that solve, rest and diverge: where it is said, and where it must not be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.network import Network
from nnsim.data.sources import InlineData
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.experiments.seeds import all_right
from nnsim.gui.panels.training.panel import TrainingPanel
from nnsim.gui.session.desk import Desk
from nnsim.training.reasons import MOMENTUM, PENALTY, STOP_REASONS
from tests.gui.panels.in_window import show_active

STUCK = "The loss has hardly changed for "
SENTENCES = {"stuck": STUCK, "penalty": PENALTY.partition("{")[0], "momentum": MOMENTUM.partition("{")[0],
             **{name: text for name, text in STOP_REASONS.items() if name != "updates"}}
"""Every sentence that a run can lead to; that so many updates are done, nobody needs to be told."""
LONG = 6_000


def xor(seed: int, **settings: object) -> Document:
    """XOR to learn, which seed 1 solves and seed 0 does not; without the example's stop."""
    document = nnsim.load(EXAMPLES["xor_to_learn"].path)
    return replace(document, network=document.network.initialized(seed),
                   training=replace(document.training, **{"stop_loss": None, **settings}))


def threshold(gate: str) -> Document:
    """The perceptron rule on a gate."""
    return nnsim.load(EXAMPLES[gate].path)


def fitted(network: Network, values: dict[str, float], X: object, T: object, **settings: object) -> Document:
    """A network at values of its own, and samples."""
    return Document(network=network.with_values(values), data=InlineData(X, T),
                    training=nnsim.TrainingConfig(batch_size=0, **settings))


def line(w: float, **settings: object) -> Document:
    """One linear neuron, and three points on y = 2x."""
    return fitted(Network.layered([1, 1], output="linear"), {"w1": w, "b_y": 0.0},
                  [[0.5], [-1.5], [2.5]], [[1.0], [-3.0], [5.0]], **settings)


def noise() -> Document:
    """A line that fits as well as any, to points that no line fits."""
    return fitted(Network.layered([1, 1], output="linear"), {"w1": 0.3, "b_y": 0.2},
                  [[1.0], [1.0], [-1.0], [-1.0]], [[1.0], [-1.0], [2.0], [-2.0]], learning_rate=0.3)


def classes() -> Document:
    """Two classes, told apart by their outputs, though the loss is large and hardly falls."""
    return fitted(Network.layered([1, 2], output="linear"), {"w1": 0.01, "w2": -0.01, "b_o1": 7.0, "b_o2": 7.0},
                  [[1.5], [-1.5]], [[1.0, 0.0], [0.0, 1.0]], loss="softmax_cross_entropy", learning_rate=1e-9)


def tanh(**settings: object) -> Document:
    """XOR of tanh neurons."""
    return replace(xor(1), network=Network.layered([2, 2, 1], hidden="tanh", output="tanh", seed=1),
                   training=nnsim.TrainingConfig(learning_rate=0.3, **settings))


@dataclass(frozen=True)
class Case:
    """A run of a document, for some epochs or until it stops; and what has to be said at its end, and nothing else."""

    document: Callable[[], Document]
    said: set[str] = field(default_factory=set)
    epochs: int = LONG


CASES = {
    "solves, and goes on": Case(lambda: xor(1), {"epochs"}),
    "reaches its loss": Case(lambda: xor(1, stop_loss=0.01), {"loss"}, 20_000),
    "rests": Case(lambda: xor(0), {"epochs", "stuck"}),
    "is short": Case(lambda: xor(0), {"epochs"}, 300),
    "falls": Case(lambda: xor(0), {"epochs"}, 800),
    "rests until it is asked to end": Case(lambda: xor(0, stop_change=2e-4, stop_change_epochs=2_000),
                                           {"unchanged", "stuck"}, 20_000),
    "rests where the gradient is small": Case(lambda: xor(0, stop_gradient=0.0005), {"gradient"}, 20_000),
    "ends by the clock": Case(lambda: xor(0, stop_seconds=0.0), {"seconds"}),
    "some more epochs": Case(lambda: xor(0, stop_epochs=5), {"epochs"}),
    "has a rate of 0": Case(lambda: xor(0, learning_rate=0.0), {"epochs"}),
    "has a rate that falls to 0": Case(lambda: xor(0, schedule={"name": "cosine", "epochs": 100}), {"epochs"}),
    "diverges by its rate": Case(lambda: line(0.0, learning_rate=1e3), {"diverged"}),
    "diverges by its penalty": Case(lambda: tanh(l2=7.0), {"penalty"}),
    "diverges by its momentum": Case(lambda: tanh(optimizer={"name": "momentum", "momentum": 1.5}), {"momentum"}),
    "the rule finds it": Case(lambda: threshold("perceptron_and"), {"converged"}),
    "the rule wanders": Case(lambda: threshold("perceptron_xor"), {"epochs"}),
    "fits the line from the start": Case(lambda: line(2.0), {"epochs"}),
    "all but fits it from the start": Case(lambda: line(2.0 + 1e-6, learning_rate=1e-9), {"epochs"}),
    "is near it from the start": Case(lambda: line(2.05, learning_rate=1e-9), {"epochs"}),
    "fits no better": Case(noise, {"epochs", "stuck"}),
    "one sample": Case(lambda: fitted(Network.layered([1, 1], output="sigmoid", seed=0), {}, [[1.0]], [[1.0]],
                                      learning_rate=1.0), {"epochs"}),
    "out of reach of its output": Case(lambda: fitted(
        Network.layered([1, 1], output="sigmoid"), {"w1": 0.0, "b_y": 9.0}, [[1.0], [2.0]], [[2e3], [1e3]]),
        {"epochs", "stuck"}),
    "classes that are right": Case(classes, {"epochs"}),
}


class Watched:
    """The panel, and what was said."""

    def __init__(self, desk: Desk, qtbot: QtBot) -> None:
        self.desk, self.session, self._qtbot = desk, desk.session, qtbot
        self.messages: list[str] = []
        desk.session.message.connect(lambda text, kind: self.messages.append(text))
        self.panel = TrainingPanel(desk)
        qtbot.addWidget(self.panel)
        show_active(self.panel, 300, 400)

    def train(self, document: Document, epochs: int) -> None:
        self.session.open_document(document)
        self.messages.clear()
        assert self.session.train(epochs=epochs)
        self._qtbot.waitUntil(lambda: not self.session.training, timeout=20_000)

    @property
    def said(self) -> set[str]:
        """The sentences by their names: what was told, and the advice that stands in the panel."""
        advice = self.panel.findChild(QLabel, "seed_advice_text")
        shown = [*self.messages, *([advice.text()] if advice.isVisible() else [])]
        found = {name for name, text in SENTENCES.items() if any(each.startswith(text) for each in shown)}
        assert len(found) == len(shown), shown
        return found


@pytest.fixture
def watched(desk: Desk, qtbot: QtBot) -> Iterator[Watched]:
    yield Watched(desk, qtbot)
    desk.session.pause()


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_run(watched: Watched, name: str) -> None:
    case = CASES[name]
    watched.train(case.document(), case.epochs)
    assert watched.said == case.said
    data, network = watched.session.dataset, watched.session.network
    assert "stuck" not in watched.said or not all_right(network, data.X, data.T)


def test_every_sentence_is_met() -> None:
    """A new one belongs in the table."""
    assert set().union(*(case.said for case in CASES.values())) == set(SENTENCES)


def test_advice_goes_with_what_it_was_about(watched: Watched) -> None:
    """Weights set by hand that are right, or only other ones; undo; back to start; another document; a paused run."""
    X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
    solved = nnsim.Trainer(xor(1).network, nnsim.Dataset(X, T), xor(1).training, "numpy")
    solved.run(2_000)
    names = solved.network.parameter_names
    watched.train(xor(0), LONG)
    assert "stuck" in watched.said
    watched.messages.clear()
    watched.session.set_values(dict(zip(names, solved.parameters.tolist(), strict=True)), "Set weights")
    assert watched.said == set()
    for change in (
        lambda session: session.set_values({"w1": 3.0}, "x"),
        lambda session: session.undo(),
        lambda session: session.back_to_start(),
        lambda session: session.random_weights(4),
        lambda session: session.open_document(Document()),
        lambda session: session.configure(replace(session.document.training, learning_rate=0.1), "x"),
    ):
        watched.train(noise(), 600)
        assert "stuck" in watched.said
        watched.messages.clear()
        change(watched.session)
        assert watched.said == set()


def test_what_cannot_train_is_given_no_advice_on_runs(watched: Watched) -> None:
    """All frozen, or steps: the reason is said, and no more."""
    frozen = xor(0)
    structure = replace(frozen.network.structure, frozen=frozenset(frozen.network.parameter_names))
    for document in (replace(frozen, network=Network(structure, frozen.network.parameters)),
                     nnsim.load(EXAMPLES["xor"].path)):
        watched.session.open_document(document)
        watched.messages.clear()
        assert not watched.session.train(epochs=LONG)
        assert len(watched.messages) == 1 and watched.session.training_problems()[0].message in watched.messages[0]
        watched.messages.clear()
        assert watched.said == set()
