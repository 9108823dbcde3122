"""The Training panel and the speed control, driven with real mouse and keys."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from itertools import pairwise
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.activations import ACTIVATIONS
from nnsim.core.formulas.notation import NOTATIONS
from nnsim.core.initializers import INITIALIZERS
from nnsim.core.losses import LOSSES
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.schedules import SCHEDULES
from nnsim.data.sources import GeneratedData
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.layers import add_layered
from nnsim.gui.panels.training.choice_form import CONSTANTS
from nnsim.gui.panels.training.panel import TrainingPanel
from nnsim.gui.panels.training.random_weights import RandomWeights
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.session import Session
from nnsim.gui.session.speed import SPEEDS, SpeedControl
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.number_field import NumberField
from nnsim.resources import resource
from nnsim.training import engines
from tests.gui.panels.in_window import show_active

KEY, CTRL, LEFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
W = TypeVar("W", bound=QWidget)


@pytest.fixture
def panel(desk: Desk, qtbot: QtBot) -> Iterator[TrainingPanel]:
    """The panel, shown, with the circle net."""
    desk.session.open_document(nnsim.load(resource("examples/circle.nnsim")))
    panel = TrainingPanel(desk)
    qtbot.addWidget(panel)
    show_active(panel, 300, 300)
    yield panel
    desk.session.pause()


def find(panel: QWidget, name: str, kind: type[W]) -> W:
    """The widget of this name."""
    found = panel.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def click(panel: QWidget, name: str) -> None:
    button = find(panel, name, QWidget)
    assert button.isVisible()
    assert button.isEnabled(), button.toolTip()
    QTest.mouseClick(button, LEFT)


def retype(panel: QWidget, name: str, text: str) -> None:
    field = find(panel, name, NumberField)
    field.setFocus()
    QTest.keyClick(field, KEY.Key_A, CTRL)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, KEY.Key_Return)


def choose(panel: QWidget, name: str, label: str) -> None:
    box = find(panel, name, QComboBox)
    box.setFocus()
    while box.currentText() != label:
        before = box.currentIndex()
        QTest.keyClick(box, KEY.Key_Down if before < box.findText(label) else KEY.Key_Up)
        assert box.currentIndex() != before, f"{name} does not reach {label}"


class TestRunning:
    def test_progress_towards_the_stop(self, panel: TrainingPanel, desk: Desk, qtbot: QtBot) -> None:
        bar = find(panel, "training_progress", QProgressBar)
        assert not bar.isVisible()
        find(panel, "training_stop", QPushButton).click()
        switch = find(panel, "training_stop_epochs_on", QCheckBox)
        switch.setFocus()
        QTest.keyClick(switch, KEY.Key_Space)
        retype(panel, "training_stop_epochs", "4")
        desk.session.set_speed(None)
        desk.session.train()
        qtbot.waitUntil(lambda: not desk.session.training)
        assert desk.session.epoch == 4
        assert bar.isVisible()
        assert bar.value() == 1000

    def test_stopping_after_epochs_means_so_many_more(self, panel: TrainingPanel, desk: Desk, qtbot: QtBot) -> None:
        """The words say what is counted: from epoch 1, seven more end at 8, and after another press at 15."""
        said: list[str] = []
        desk.session.message.connect(lambda text, kind: said.append(text))
        desk.session.train(epochs=1)
        qtbot.waitUntil(lambda: not desk.session.training)
        find(panel, "training_stop", QPushButton).click()
        switch = find(panel, "training_stop_epochs_on", QCheckBox)
        switch.setFocus()
        QTest.keyClick(switch, KEY.Key_Space)
        retype(panel, "training_stop_epochs", "7")
        assert switch.text() == "After (more epochs)"
        assert "7" in find(panel, "training_stop_epochs", NumberField).text()
        desk.session.set_speed(None)
        for epoch in (8, 15):
            said.clear()
            desk.session.train()
            qtbot.waitUntil(lambda: not desk.session.training)
            assert desk.session.epoch == epoch
            assert said == ["The epochs asked for are done."]

    def test_every_stop_says_what_it_counts(self, panel: TrainingPanel) -> None:
        """In the form and its tooltips: from when, and which of the losses."""
        find(panel, "training_stop", QPushButton).click()
        for name, label, words in (
            ("stop_epochs", "After (more epochs)", "counted anew whenever training starts"),
            ("stop_seconds", "After (more seconds)", "counted anew whenever training starts"),
            ("stop_loss", "Loss at most", "an epoch's running mean, and all samples at its end"),
            ("stop_change", "Change at most", "the epochs' running mean"),
            ("stop_gradient", "Gradient at most", "mean gradient, without penalties"),
        ):
            switch = find(panel, f"training_{name}_on", QCheckBox)
            assert switch.text() == label
            assert words in unescape(switch.toolTip())
        assert "counted anew" in unescape(find(panel, "training_stop_change_epochs", NumberField).whatsThis())

    def test_a_net_of_steps_cannot_be_trained_and_says_why(self, panel: TrainingPanel, desk: Desk) -> None:
        desk.session.open_document(nnsim.load(resource("examples/xor.nnsim")))
        reason = find(panel, "training_reason", QLabel)
        assert reason.isVisible()
        assert "Neurons h and output use the step function" in reason.text()
        assert reason.textFormat() == Qt.TextFormat.PlainText
        desk.session.apply("x", lambda d: edits.set_neurons(d, ["h", "output"], activation="sigmoid"))
        assert not reason.isVisible()

    def test_within_an_epoch_it_says_at_which_batch(self, panel: TrainingPanel, desk: Desk, qtbot: QtBot) -> None:
        desk.session.train(updates=1)
        qtbot.waitUntil(lambda: not desk.session.training)
        assert desk.session.latest is not None
        line = find(panel, "training_batch", TextLine)
        assert line.text() == f"batch 1 of {desk.session.latest.batches}"
        desk.session.train(epochs=1)
        qtbot.waitUntil(lambda: not desk.session.training)
        assert line.text() == ""

    def test_the_reason_of_a_huge_net_stays_short(self, panel: TrainingPanel, desk: Desk) -> None:
        desk.session.apply("x", lambda d: Document())
        desk.session.apply("x", lambda d: add_layered(d, [2, 60, 1], "heaviside", "heaviside", 0))
        desk.session.apply("x", lambda d: edits.set_data(d, GeneratedData("circle")))
        reason = find(panel, "training_reason", QLabel)
        assert reason.isVisible()
        assert len(reason.text()) <= 130
        assert "h60" in reason.toolTip()

    def test_what_a_run_has_to_say_moves_no_setting(self, panel: TrainingPanel, desk: Desk, qtbot: QtBot) -> None:
        """Progress, the batch and the reason stand under the settings."""
        panel.resize(288, 560)
        desk.session.open_document(nnsim.load(resource("examples/xor_to_learn.nnsim")))
        desk.session.configure(replace(desk.session.document.training, stop_epochs=4), "x")
        qtbot.wait(50)  # the form of other data has its place
        rate = find(panel, "training_learning_rate", NumberField)
        before = rate.mapTo(panel, rate.rect().topLeft())
        desk.session.train(updates=1)
        qtbot.waitUntil(lambda: not desk.session.training)
        assert find(panel, "training_progress", QProgressBar).isVisible()
        assert rate.mapTo(panel, rate.rect().topLeft()) == before
        neurons = [n.id for n in desk.session.structure.neurons if n.role != "input"]
        desk.session.apply("x", lambda d: edits.set_neurons(d, neurons, activation="heaviside"))
        QApplication.processEvents()
        assert find(panel, "training_reason", QLabel).isVisible()
        assert rate.mapTo(panel, rate.rect().topLeft()) == before

    def test_what_trains_is_in_the_toolbar_alone(self, panel: TrainingPanel) -> None:
        words = {button.text().rstrip("▸▾ ") for button in panel.findChildren(QPushButton)}
        assert not words & {"Train", "Pause", "Soften", "Step", "Epoch", "Back to start"}


class TestSettings:
    def test_settings_are_shown_and_set(self, panel: TrainingPanel, desk: Desk) -> None:
        assert find(panel, "training_learning_rate", NumberField).number == desk.session.document.training.learning_rate
        retype(panel, "training_learning_rate", "0.1")
        retype(panel, "training_batch_size", "5")
        retype(panel, "training_seed", "3")
        choose(panel, "training_order", "as given")
        choose(panel, "training_loss", LOSSES["mean_squared_error"].label)
        config = desk.session.document.training
        assert (config.learning_rate, config.batch_size, config.seed, config.order, config.loss) == (
            0.1, 5, 3, "sequential", "mean_squared_error")
        desk.session.undo()
        assert find(panel, "training_loss", QComboBox).currentData() == "half_squared_error"

    def test_every_field_of_the_settings_has_an_editor(self, panel: TrainingPanel) -> None:
        from nnsim.core.fields import forms
        from nnsim.training.config import TrainingConfig

        for closed in ("training_stop", "training_advanced"):
            find(panel, closed, QPushButton).click()
        for name in forms(TrainingConfig):
            editor = find(panel, f"training_{name}", QWidget)
            assert editor.accessibleName()

    def test_a_run_goes_on_with_another_rate(self, panel: TrainingPanel, desk: Desk, qtbot: QtBot) -> None:
        desk.session.train()
        qtbot.waitUntil(lambda: desk.session.epoch >= 1)
        rate = find(panel, "training_learning_rate", NumberField)
        rate.setFocus()
        QTest.keyClick(rate, KEY.Key_Up)
        assert desk.session.training
        assert desk.session.document.training.learning_rate == 0.05
        epoch = desk.session.epoch
        qtbot.waitUntil(lambda: desk.session.epoch > epoch)

    def test_stop_conditions_are_switched_on_and_off(self, panel: TrainingPanel, desk: Desk) -> None:
        assert panel.findChild(NumberField, "training_stop_loss") is None
        find(panel, "training_stop", QPushButton).click()
        change = find(panel, "training_stop_change_on", QCheckBox)
        for name, value in (("stop_loss", 0.01), ("stop_change", 1e-4), ("stop_seconds", 10)):
            switch = find(panel, f"training_{name}_on", QCheckBox)
            switch.setFocus()
            QTest.keyClick(switch, KEY.Key_Space)
            assert getattr(desk.session.document.training, name) == value
        assert find(panel, "training_stop_change_epochs", NumberField).isVisible()
        change.setFocus()
        QTest.keyClick(change, KEY.Key_Space)
        assert desk.session.document.training.stop_change is None
        assert not find(panel, "training_stop_change_epochs", NumberField).isVisible()

    def test_penalties_sit_behind_advanced(self, panel: TrainingPanel, desk: Desk) -> None:
        assert panel.findChild(NumberField, "training_l2") is None
        find(panel, "training_advanced", QPushButton).click()
        retype(panel, "training_l2", "0.001")
        assert desk.session.document.training.l2 == 0.001

    def test_constants_of_the_optimizer(self, panel: TrainingPanel, desk: Desk) -> None:
        """They come with the optimizer that has them; one that is edited leaves the others as they are."""
        find(panel, "training_advanced", QPushButton).click()
        assert not find(panel, "training_optimizer_beta1", NumberField).isVisible()
        choose(panel, "training_optimizer", "Adam")
        assert desk.session.document.training.optimizer == "adam"
        assert find(panel, "training_optimizer_beta1", NumberField).isVisible()
        assert not find(panel, "training_optimizer_momentum", NumberField).isVisible()
        retype(panel, "training_optimizer_beta1", "0.8")
        retype(panel, "training_optimizer_beta2", "0.99")
        assert desk.session.document.training.optimizer_constants == {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-8}
        desk.session.undo()
        assert desk.session.document.training.optimizer == {"name": "adam", "beta1": 0.8}
        choose(panel, "training_optimizer", "Nesterov momentum")
        assert desk.session.document.training.optimizer == "nesterov"
        assert find(panel, "training_optimizer_momentum", NumberField).isVisible()
        assert not find(panel, "training_optimizer_beta1", NumberField).isVisible()

    def test_schedules_and_clipping(self, panel: TrainingPanel, desk: Desk) -> None:
        """A schedule brings its constants; a gradient can be clipped."""
        find(panel, "training_advanced", QPushButton).click()
        assert not find(panel, "training_schedule_epochs", NumberField).isVisible()
        choose(panel, "training_schedule", "Steps")
        retype(panel, "training_schedule_epochs", "20")
        assert desk.session.document.training.schedule == {"name": "step", "epochs": 20.0}
        switch = find(panel, "training_clip_on", QCheckBox)
        switch.setFocus()
        QTest.keyClick(switch, KEY.Key_Space)
        assert desk.session.document.training.clip == 1.0
        choose(panel, "training_schedule", "Constant")
        assert desk.session.document.training.schedule == "constant"
        assert not find(panel, "training_schedule_epochs", NumberField).isVisible()

    def test_every_constant_has_its_words(self) -> None:
        """Whoever adds an optimizer or a schedule is told to name its constants."""
        used = {name for registry in (OPTIMIZERS, SCHEDULES) for entry in registry.values() for name in entry.constants}
        assert used == set(CONSTANTS)

    def test_steps_of_a_constant_stay_where_training_works(self, panel: TrainingPanel, desk: Desk) -> None:
        """An arrow key never makes a constant that divides by 0."""
        find(panel, "training_advanced", QPushButton).click()
        choose(panel, "training_optimizer", "Adam")
        for name, up, down in (("beta1", 0.91, 0.89), ("beta2", 0.9999, 0.989), ("epsilon", 1e-6, 1e-15)):
            field = find(panel, f"training_optimizer_{name}", NumberField)
            field.setFocus()
            for key, value in ((KEY.Key_Up, up), (KEY.Key_Down, down)):
                QTest.keyClick(field, key)
                assert desk.session.document.training.optimizer_constants[name] == value
                desk.session.undo()
        retype(panel, "training_optimizer_beta1", "1")
        assert desk.session.document.training.optimizer == "adam"

    def test_a_constants_tooltip_tells_the_default_of_the_chosen(self, panel: TrainingPanel) -> None:
        find(panel, "training_advanced", QPushButton).click()
        for label, default in (("Adam", "1e−8"), ("Adagrad", "1e−10")):
            choose(panel, "training_optimizer", label)
            assert f"Usual with {label}: {default}." in find(panel, "training_optimizer_epsilon", NumberField).toolTip()

    def test_the_same_chosen_again_keeps_its_constants(self, panel: TrainingPanel, desk: Desk) -> None:
        find(panel, "training_advanced", QPushButton).click()
        choose(panel, "training_optimizer", "Adam")
        retype(panel, "training_optimizer_beta1", "0.8")
        choose(panel, "training_schedule", "Steps")
        retype(panel, "training_schedule_epochs", "20")
        before, steps = desk.session.document.training, desk.session.undo_stack.count()
        for name in ("training_optimizer", "training_schedule"):
            box = find(panel, name, QComboBox)
            box.showPopup()
            QTest.keyClick(box.view(), KEY.Key_Return)
        assert desk.session.document.training == before
        assert desk.session.undo_stack.count() == steps

    def test_the_engine_is_named(
            self, panel: TrainingPanel, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        """Before a run, the one it will be on; afterwards, the one it was on."""
        find(panel, "training_advanced", QPushButton).click()
        words, label = {"numba": "compiled (Numba)", "numpy": "numpy"}, find(panel, "training_engine", QLabel)
        assert label.text() == words[engines.now()]
        desk.session.train(epochs=1)
        qtbot.waitUntil(lambda: not desk.session.training)
        assert desk.session.latest is not None
        assert label.text() == words[desk.session.latest.engine]
        monkeypatch.setattr(Session, "latest", replace(desk.session.latest, engine="numpy"))
        panel.update_values()
        assert label.text() == "numpy"
        assert label.accessibleName() == "Engine: numpy"


class TestData:
    def test_the_fields_of_the_data(self, panel: TrainingPanel, desk: Desk) -> None:
        retype(panel, "data_samples", "40")
        retype(panel, "data_noise", "0.5")
        retype(panel, "data_test_share", "0.25")
        retype(panel, "data_seed", "2")
        data = desk.session.document.data
        assert isinstance(data, GeneratedData)
        assert (data.fields.samples, data.fields.noise, data.fields.test_share, data.fields.seed) == (40, 0.5, 0.25, 2)
        assert desk.session.dataset is not None
        assert len(desk.session.dataset.X) == 30

    def test_another_generator_keeps_what_it_shares(self, panel: TrainingPanel, desk: Desk) -> None:
        retype(panel, "data_samples", "40")
        choose(panel, "data_source", "Spiral")
        data = desk.session.document.data
        assert isinstance(data, GeneratedData)
        assert (data.generator, data.fields.samples) == ("spiral", 40)
        choose(panel, "data_source", "XOR")
        assert desk.session.document.data == GeneratedData("xor_gate")
        assert panel.findChild(NumberField, "data_samples") is None

    def test_only_data_that_fit_the_network_are_offered(self, panel: TrainingPanel, desk: Desk) -> None:
        box = find(panel, "data_source", QComboBox)
        labels = [box.itemText(i) for i in range(box.count())]
        assert "Sine" not in labels
        assert "NOT" not in labels
        assert {"XOR", "Circle", "Spiral"} <= set(labels)
        desk.session.open_document(nnsim.load(resource("examples/sine.nnsim")))
        labels = [box.itemText(i) for i in range(box.count())]
        assert {"Sine", "NOT"} <= set(labels)
        assert "Circle" not in labels

    def test_a_table_in_the_document_is_named_and_has_a_test_share(
        self, panel: TrainingPanel, desk: Desk
    ) -> None:
        desk.session.open_document(nnsim.load(resource("examples/hands_on.nnsim")))
        assert find(panel, "data_source", QComboBox).currentText() == "own table (1)"
        desk.session.open_document(Document())
        assert find(panel, "data_source", QComboBox).currentText() == "none"

    def test_steps_on_data_merge_to_one_undo_step(self, panel: TrainingPanel, desk: Desk) -> None:
        noise = find(panel, "data_noise", NumberField)
        noise.setFocus()
        for _ in range(4):
            QTest.keyClick(noise, KEY.Key_Up)
        assert desk.session.undo_stack.count() == 1
        assert noise.number == 0.4


class TestRandomWeights:
    def popup(self, panel: TrainingPanel) -> RandomWeights:
        click(panel, "random_weights")
        return find(panel, "random_popup", RandomWeights)

    def test_draws_with_seed_and_distribution(self, panel: TrainingPanel, desk: Desk) -> None:
        popup = self.popup(panel)
        retyped = find(popup, "random_seed", NumberField)
        assert QApplication.focusWidget() is retyped
        choose(popup, "random_initializer", INITIALIZERS["normal"].label)
        QTest.keyClick(retyped, KEY.Key_A, CTRL)
        QTest.keyClicks(retyped, "7")
        QTest.keyClick(retyped, KEY.Key_Return)
        expected = desk.session.document.network.initialized(7, "normal").parameters
        assert (desk.session.network.parameters == expected).all()
        assert not popup.isVisible()
        desk.session.undo()
        assert (desk.session.network.parameters != expected).any()

    def test_next_seed_draws_again_and_stays(self, panel: TrainingPanel, desk: Desk) -> None:
        popup = self.popup(panel)
        click(popup, "random_next")
        click(popup, "random_next")
        assert (desk.session.network.parameters == desk.session.network.initialized(2, None).parameters).all()
        assert popup.isVisible()
        QTest.keyClick(popup, KEY.Key_Escape)
        assert not popup.isVisible()

    def test_every_distribution_is_offered_first_the_activations_own(self, panel: TrainingPanel) -> None:
        popup = self.popup(panel)
        box = find(popup, "random_initializer", QComboBox)
        assert [box.itemData(i) for i in range(box.count())] == [None, *INITIALIZERS]
        popup.close()

    def test_without_weights_it_says_why(self, panel: TrainingPanel, desk: Desk) -> None:
        desk.session.open_document(Document())
        button = find(panel, "random_weights", QPushButton)
        assert not button.isEnabled()
        assert "no weights" in button.toolTip()


class TestSpeed:
    def test_two_controls_stay_in_step(self, desk: Desk, qtbot: QtBot) -> None:
        one, other = SpeedControl(desk), SpeedControl(desk)
        for control in (one, other):
            qtbot.addWidget(control)
        one.show()
        slider = find(one, "speed_slider", QSlider)
        slider.setFocus()
        QTest.keyClick(slider, KEY.Key_Home)
        assert desk.session.speed == 1
        assert find(other, "speed_text", QLabel).text() == "1 update/s"
        QTest.keyClick(slider, KEY.Key_End)
        assert desk.session.speed is None
        assert find(other, "speed_text", QLabel).text() == "unlimited"
        QTest.keyClick(slider, KEY.Key_Left)
        assert desk.session.speed == 10_000
        QTest.keyClick(slider, KEY.Key_PageDown)
        assert desk.session.speed == 1000
        assert find(other, "speed_slider", QSlider).value() == slider.value()

    def test_it_is_logarithmic(self) -> None:
        ratios = [b / a for a, b in pairwise(SPEEDS)]
        assert min(ratios) > 1.3
        assert max(ratios) <= 1.7

    def test_a_speed_between_two_marks_is_kept(self, desk: Desk, qtbot: QtBot) -> None:
        control = SpeedControl(desk)
        qtbot.addWidget(control)
        desk.session.set_speed(120)
        assert desk.session.speed == 120
        assert find(control, "speed_text", QLabel).text() == "120 updates/s"


def test_every_control_has_a_name_and_a_tooltip(panel: TrainingPanel) -> None:
    for kind in (QPushButton, QToolButton, NumberField, QComboBox, QSlider):
        for control in panel.findChildren(kind):
            if control.objectName().startswith("qt_"):
                continue
            assert control.objectName()
            assert control.accessibleName(), control.objectName()


def test_hidden_it_does_no_work(panel: TrainingPanel, desk: Desk) -> None:
    panel.hide()
    desk.session.configure(nnsim.TrainingConfig(seed=9), "x")
    assert find(panel, "training_seed", NumberField).number == 0
    panel.show()
    assert find(panel, "training_seed", NumberField).number == 9


def test_every_activation_trains_or_says_why(panel: TrainingPanel, desk: Desk) -> None:
    for entry in ACTIVATIONS.values():
        change = partial(edits.set_neurons, ids=desk.session.structure.by_id, activation=entry.name)
        desk.session.apply("x", change)
        assert find(panel, "training_reason", QLabel).isHidden() == entry.has_slope


def test_the_rate_is_called_as_in_the_documents_formulas(panel: TrainingPanel) -> None:
    """l in the lecture's notation, η in the others, and both in what is said about it."""
    desk = panel.desk
    field = panel.findChild(NumberField, "training_learning_rate")
    assert field is not None
    for notation in NOTATIONS.values():
        desk.study.set_notation(notation.id)
        labels = [label.text() for label in panel.findChildren(QLabel)]
        assert f"Learning rate {notation.rate.text}" in labels
        assert field.accessibleName() == f"Learning rate {notation.rate.text}"
    assert {notation.rate.text for notation in NOTATIONS.values()} == {"l", "η"}
    assert "l in the lecture, η in most books" in unescape(field.toolTip())
