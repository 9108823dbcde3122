"""What is studied: which samples gradients are of, and how long a choice holds."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.data.sources import InlineData
from nnsim.documents import edits
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.session.desk import Desk


@pytest.fixture
def circle(desk: Desk) -> Desk:
    """The circle example, open."""
    desk.session.open_document(nnsim.load(EXAMPLES["circle"].path))
    return desk


def step(desk: Desk, qtbot: QtBot, updates: int = 1) -> None:
    """Some of Train's updates."""
    assert desk.session.train(updates=updates)
    qtbot.waitUntil(lambda: not desk.session.training)


@pytest.mark.parametrize("order", ["sequential", "shuffle_once", "shuffle_each_epoch"])
def test_the_next_batch_is_what_train_takes(circle: Desk, qtbot: QtBot, order: str) -> None:
    """Before a run, in the middle of an epoch and over its end: the update of these rows is the engine's update."""
    config = replace(circle.session.document.training, order=order, batch_size=120, optimizer="sgd", learning_rate=0.1)
    circle.session.configure(config, "settings")
    data = circle.session.dataset
    assert data is not None
    for _ in range(4):
        batch = circle.study.next_batch
        assert batch is not None
        before = circle.session.network
        _, gradient = nnsim.compile(before).loss_and_gradient(before.parameters, batch.X, batch.T, config.loss)
        step(circle, qtbot)
        np.testing.assert_allclose(circle.session.network.parameters, before.parameters - 0.1 * gradient, rtol=1e-12)


def test_scopes_differ_in_their_samples(circle: Desk) -> None:
    """One sample, a batch of ten, all; the loss is the mean over them."""
    study, data = circle.study, circle.session.dataset
    assert data is not None
    sizes = {}
    for scope in ("sample", "batch", "all"):
        study.set_scope(scope)
        assert study.samples is not None and study.backward is not None
        sizes[scope] = len(study.samples.X)
        program = nnsim.compile(circle.session.network)
        loss, gradient = program.loss_and_gradient(circle.session.network.parameters, study.samples.X, study.samples.T,
                                                   circle.session.document.training.loss)
        assert study.backward.loss == pytest.approx(loss)
        np.testing.assert_allclose(study.backward.gradient, gradient)
    assert sizes == {"sample": 1, "batch": circle.session.document.training.batch_size, "all": len(data.X)}
    with pytest.raises(ValueError, match="no scope"):
        study.set_scope("some")


def test_of_equal_inputs_the_chosen_row_counts(desk: Desk) -> None:
    """Two samples with the same inputs and other targets: the one that was chosen is studied."""
    document = nnsim.Document(nnsim.Network.layered([1, 1], seed=0))
    desk.session.open_document(replace(document, data=InlineData(((1.0,), (1.0,)), ((0.0,), (5.0,)))))
    assert desk.study.row == 0
    desk.study.choose_row(1)
    assert desk.study.row == 1 and desk.study.targets is not None
    assert desk.study.targets.tolist() == [5.0]


def test_targets_by_hand_hold_for_their_inputs(circle: Desk) -> None:
    """A target set by hand gives inputs a loss that are no sample; other inputs forget it."""
    study = circle.study
    circle.looking.set_inputs({"x0": 0.123, "x1": 9.0})
    assert study.row is None and study.targets is None and study.backward is None
    assert "no sample" in study.why_not
    study.set_targets({"y": 1.0})
    assert study.targets is not None and study.targets.tolist() == [1.0]
    assert study.backward is not None and study.why_not == ""
    circle.looking.set_inputs({"x0": 0.2})
    assert study.targets is None
    circle.study.choose_row(3)
    assert study.targets is not None


def test_study_is_no_part_of_the_document(circle: Desk) -> None:
    """Scope, digits and targets leave no undo step and no dirty mark."""
    circle.study.set_scope("all")
    circle.study.set_digits(6)
    circle.study.set_targets({"y": 0.5})
    assert not circle.session.dirty and circle.session.undo_stack.count() == 0


def test_numbers_are_those_of_now(circle: Desk) -> None:
    """After an edit the explanation is of the new weights."""
    name = circle.session.network.parameter_names[0]
    before = circle.study.explanation
    circle.session.set_values({name: 3.0}, "Set")
    after = circle.study.explanation
    assert before is not None and after is not None and after is not before
    assert after.network.value(name) == 3.0


def test_the_notation_suits_the_network(desk: Desk) -> None:
    """The lecture's for its example, the field's for others, and what was chosen for all."""
    desk.session.open_document(nnsim.load(EXAMPLES["hands_on"].path))
    assert desk.study.notation.id == "lecture"
    desk.session.open_document(nnsim.load(EXAMPLES["circle"].path))
    assert desk.study.notation.id == "field"
    desk.study.set_notation("net")
    assert desk.study.notation.id == "net"


def test_the_notation_is_the_documents(circle: Desk) -> None:
    """Choosing it is an edit that can be taken back; it leaves the run as it is, and another document alone."""
    circle.session.train(updates=3)
    circle.session.pause()
    circle.study.set_notation("lecture")
    explanation = circle.study.explanation
    assert explanation is not None and explanation.notation.id == "lecture"
    assert circle.session.dirty and circle.session.document.notation == "lecture"
    assert circle.session.latest is not None, "the run is still there"
    circle.session.undo()
    assert circle.study.notation.id == "field" and circle.study.explanation is not explanation
    circle.session.redo()
    circle.session.open_document(nnsim.load(EXAMPLES["moons"].path))
    assert circle.study.notation.id == "field"
    with pytest.raises(ValueError, match="no notation"):
        edits.set_notation(circle.session.document, "mine")
