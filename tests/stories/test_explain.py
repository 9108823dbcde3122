"""Every number taken apart: forward, backward and step by step, with real mouse and keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

import nnsim
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.selected.gradient_line import GradientLine
from nnsim.gui.tour.hand import Hand

CTRL = Qt.KeyboardModifier.ControlModifier


def lines_of(hand: Hand, name: str) -> EquationList:
    """The list of equations of a panel."""
    return hand.find(name, EquationList)


def cell_with(view: EquationList, place: tuple[str, ...], row_text: str) -> QPoint:
    """The middle of the first term of a place, in the row that begins with a text."""
    row = next(i for i, r in enumerate(view.rows) if r.text.startswith(row_text))
    view.scrollTo(view.model().index(row, 0))
    cell = next(i for i, cell in enumerate(view.rows[row].cells) if cell.place == place)
    return view.rect_of(row, cell).center().toPoint()


def test_forward_numbers_and_the_canvas_light_each_other(hand: Hand) -> None:
    """The lecture's lines; pointing at a term lights its connection, pointing at a connection lights its terms."""
    hand.example("hands_on")
    hand.menu("explain_forward")
    view = lines_of(hand, "forward_lines")
    assert view.text.splitlines()[:2] == ["Input h1 = 0.05·0.15 + 0.10·0.20 + 0.35 = 0.3775",
                                          "out h1 = σ(0.3775) = 0.5933"]
    QTest.mouseMove(view.viewport(), cell_with(view, ("i1", "h1"), "Input h1"))
    hand.settle()
    assert hand.canvas.network_scene.edges.lit == {("i1", "h1")}
    hand.point_at(hand.label_of("h2", "o1"))
    assert hand.desk.study.lit_connections == {("h2", "o1")}
    hand.click("forward_symbols")
    assert view.text.splitlines()[0].startswith("Input h1 = i1·w1 + i2·w2 + b1 = 0.05·0.15")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=cell_with(view, ("i1", "h1"), "Input h1"))
    assert hand.desk.looking.selected_connections == {("i1", "h1")}


def test_other_inputs_have_other_numbers(hand: Hand) -> None:
    """The forward lines follow what is fed, and need no target; the backward panel says what is missing."""
    hand.example("hands_on")
    hand.menu("explain_forward")
    hand.double_click_at(hand.at("i1"))
    hand.write("1")
    view = lines_of(hand, "forward_lines")
    assert view.text.startswith("Input h1 = 1·0.15 + 0.1·0.20 + 0.35 = 0.52")
    hand.menu("explain_backward")
    assert "no sample of the data" in hand.window.panels["backward"].empty.text()


def test_an_output_still_to_be_connected_does_not_hide_the_rest(hand: Hand) -> None:
    """O adds an output: forward and backward still tell of all the rest, and say what leads nowhere yet."""
    hand.example("hands_on")
    hand.menu("explain_forward")
    view = lines_of(hand, "forward_lines")
    before = view.text.splitlines()
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_O)
    missing = "Nothing leads to output y: connect a neuron to it."
    assert view.text.splitlines()[0] == missing
    assert set(before) < set(view.text.splitlines())
    hand.menu("explain_losses")
    hand.click("losses_target_y")
    hand.write("1")
    assert hand.find("losses_why", QLabel).text() == missing
    hand.menu("explain_backward")
    hand.click_at(hand.label_of("h1", "o1"))
    view = lines_of(hand, "backward_lines")
    assert view.text.startswith(f"{missing}\nChain rule\n① w5 → o1 → Loss\n∂Loss/∂O1 · ")
    assert "∂Loss/∂w5 = δ" in view.text


def test_the_chain_rule_of_a_weight_that_is_clicked(hand: Hand) -> None:
    """Click w5: its three factors, symbols and numbers, δ, the gradient and the update of the lecture."""
    hand.example("hands_on")
    hand.click_at(hand.label_of("h1", "o1"))
    hand.menu("explain_backward")
    view = lines_of(hand, "backward_lines")
    chain = next(row for row in view.rows if row.kind == "chain")
    assert [cell.text for cell in chain.cells if cell.latex] == [
        "∂Loss/∂O1", "∂O1/∂Input o1", "∂Input o1/∂w5"]
    assert [cell.below for cell in chain.cells if cell.latex] == ["0.7414", "0.1868", "0.5933"]
    assert [cell.formula for cell in chain.cells if cell.latex] == [
        r"-\left(T_{1} - O_{1}\right)", r"O_{1} \cdot \left(1 - O_{1}\right)", r"\mathrm{out}_{h_{1}}"]
    assert chain.cells[-1].below == "= 0.08217"
    said = view.text
    assert "δ(o1) = −(T1 − O1)·O1·(1 − O1) = 0.7414·0.1868 = 0.1385" in said
    assert "∂Loss/∂w5 = δ(o1)·out h1 = 0.1385·0.5933 = 0.08217" in said
    assert "w5′ = w5 − l·∂Loss/∂w5 = 0.4 − 0.5·0.08217 = 0.3589" in said
    hand.wait(lambda: view.typesetter.get(chain.cells[0].latex, "#1f2328") is not None, "the factors are typeset")
    badge = hand.find("connection_gradient", GradientLine)
    assert badge.text() == "0.08217  ✓"
    hand.click_at(hand.label_of("i1", "h1"))
    assert "∂Loss/∂w1 = ① 0.0006684 + ② (−0.0002298) = 0.0004386" in view.text
    paths = [row.text for row in view.rows if row.kind == "path"]
    assert paths == ["① w1 → h1 → o1 → Loss", "② w1 → h1 → o2 → Loss"]
    hand.click_at(hand.at("h1"))
    assert "∂Loss/∂b1 = δ(h1) + δ(h2) = 0.008771 + 0.009954 = 0.01873" in view.text
    assert "b1 is frozen" in view.text


def test_one_switch_for_every_gradient(hand: Hand) -> None:
    """This sample, this batch, all data: the tab and the badge show the same mean, and it is the engine's."""
    hand.example("xor_to_learn")
    hand.click_at(hand.label_of("x0", "h1"))
    hand.menu("explain_backward")
    desk = hand.desk
    hand.choose("backward_scope", "all data")
    network, data = desk.session.network, desk.session.dataset
    assert data is not None
    _, gradient = nnsim.compile(network).loss_and_gradient(network.parameters, data.X, data.T,
                                                           desk.session.document.training.loss)
    name = desk.session.structure.by_ends[("x0", "h1")].weight
    shown = hand.find("connection_gradient", GradientLine).text().split()[0].replace("−", "-")
    expected = gradient[network.structure.parameter_index[name]]
    assert float(shown) == pytest.approx(expected, rel=1e-3)
    assert "the mean of 4 samples" in lines_of(hand, "backward_lines").text
    hand.menu("explain_backward")
    hand.click("backward_check")
    assert f"All {len(gradient)} gradients agree" in lines_of(hand, "backward_lines").text


def test_step_by_step_is_one_of_trains_batches(hand: Hand) -> None:
    """Through a batch of XOR and its update; the weights are the Trainer's. Back over the update, and once more."""
    hand.example("xor_to_learn")
    desk = hand.desk
    document, data = desk.session.document, desk.session.dataset
    assert data is not None
    trainer = nnsim.Trainer(document.network, data, document.training)
    trainer.advance(updates=1)
    first = trainer.parameters
    trainer.advance(updates=1)
    hand.menu("explain_steps")
    panel = hand.window.panels["steps"]
    hand.click("steps_forward")
    assert "fed to the inputs" in hand.find("steps_sentence", QLabel).text()
    hand.click("steps_forward")
    assert desk.study.lit_neurons and desk.study.reached is not None
    dimmed = [id for id, item in hand.canvas.network_scene.neurons.items() if item.opacity() < 1]
    assert dimmed, "the wave has not reached every neuron"
    total = len(panel.walk)
    while panel.place < total - 1:
        hand.click("steps_sample" if panel.place > 12 else "steps_forward")
    hand.wait(lambda: not desk.session.training and panel._updated and not panel._own, "the update is done")
    assert np.array_equal(desk.session.network.parameters, first)
    hand.click("steps_back")
    assert np.array_equal(desk.session.network.parameters, document.network.parameters)
    assert not desk.session.dirty and desk.session.undo_stack.count() == 0
    hand.click("steps_forward")
    hand.wait(lambda: not desk.session.training and not panel._own, "the update is done again")
    assert np.array_equal(desk.session.network.parameters, first)
    hand.click("steps_forward")
    assert panel.place == 0
    while panel.place < len(panel.walk) - 1:
        hand.click("steps_sample")
    hand.wait(lambda: not desk.session.training and not panel._own, "the second update is done")
    assert np.array_equal(desk.session.network.parameters, trainer.parameters)
    assert desk.session.undo_stack.count() == 1


def test_back_over_an_update_keeps_the_optimizers_memory(hand: Hand) -> None:
    """Adam, two batches stepped, one taken back and done again: the same bits as two of Train's updates."""
    hand.example("circle")
    desk = hand.desk
    desk.session.configure(replace(desk.session.document.training, optimizer="adam", batch_size=10), "Adam")
    document, data = desk.session.document, desk.session.dataset
    assert data is not None
    trainer = nnsim.Trainer(document.network, data, document.training)
    trainer.advance(updates=2)
    hand.menu("explain_steps")
    panel = hand.window.panels["steps"]

    def to_the_update() -> None:
        hand.click("steps_forward")
        while panel.place < len(panel.walk) - 1:
            hand.click("steps_sample")
        hand.wait(lambda: not desk.session.training and not panel._own, "the update is done")

    to_the_update()
    to_the_update()
    assert np.array_equal(desk.session.network.parameters, trainer.parameters)
    hand.click("steps_back")
    hand.click("steps_forward")
    hand.wait(lambda: not desk.session.training and not panel._own, "the update is done again")
    assert np.array_equal(desk.session.network.parameters, trainer.parameters)


def test_an_edit_ends_a_walk(hand: Hand) -> None:
    """A weight edited in the middle of a walk: its numbers would be of another network, so it ends."""
    hand.example("hands_on")
    hand.menu("explain_steps")
    for _ in range(4):
        hand.click("steps_forward")
    hand.session.set_values({"w1": 2.0}, "Set w1")
    hand.settle()
    assert hand.window.panels["steps"].walk is None
    assert hand.desk.study.reached is None
    assert all(item.opacity() == 1.0 for item in hand.canvas.network_scene.neurons.values())


def test_step_functions_can_be_walked_but_not_trained(hand: Hand) -> None:
    """XOR of steps: forward and backward can be seen, and the update says why there is none."""
    hand.example("xor")
    before = hand.session.document
    hand.menu("explain_steps")
    panel = hand.window.panels["steps"]
    hand.click("steps_forward")
    while panel.place < len(panel.walk) - 1:
        hand.click("steps_sample")
    assert "No update" in hand.find("steps_sentence", QLabel).text()
    assert hand.session.document == before


def test_keys_alone(hand: Hand) -> None:
    """From the keyboard: forward, a term's connection, its chain rule, and a step."""
    hand.example("hands_on")
    hand.key(Qt.Key.Key_1, CTRL, hand.window)
    view = lines_of(hand, "forward_lines")
    assert view.hasFocus()
    hand.key(Qt.Key.Key_Down)
    hand.key(Qt.Key.Key_Up)
    for _ in range(20):
        if hand.desk.study.lit_connections == {("i1", "h1")}:
            break
        hand.key(Qt.Key.Key_Right)
    assert hand.canvas.network_scene.edges.lit == {("i1", "h1")}
    hand.key(Qt.Key.Key_Return)
    assert hand.desk.looking.selected_connections == {("i1", "h1")}
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert hand.desk.looking.selected_connections == {("i1", "h1"), ("i2", "h1")}
    hand.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    hand.key(Qt.Key.Key_2, CTRL, hand.window)
    assert "∂Loss/∂w1" in lines_of(hand, "backward_lines").text
    hand.key(Qt.Key.Key_3, CTRL, hand.window)
    panel = hand.window.panels["steps"]
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Right)
    assert panel.place == 1
    hand.key(Qt.Key.Key_Left)
    assert panel.place == 0


def test_numbers_follow_training(hand: Hand) -> None:
    """While training the chain rule's numbers change, and at the end they are those of the weights of now."""
    hand.example("xor_to_learn")
    hand.click_at(hand.label_of("x0", "h1"))
    hand.menu("explain_backward")
    view = lines_of(hand, "backward_lines")
    seen = {view.text}
    hand.session.set_speed(200.0)
    hand.click("tool_train")
    hand.wait(lambda: seen.add(view.text) or len(seen) > 3, "the numbers change")
    hand.click("tool_train")
    name = hand.session.structure.by_ends[("x0", "h1")].weight
    explanation = hand.desk.study.explanation
    assert explanation is not None
    assert explanation.gradient_equation(name).text() in view.text


def test_the_perceptron_rule_has_its_own_words(hand: Hand) -> None:
    """Backward and Step through write w′ = w + η(T − O)x, no δ and no gradient; the update is the engine's."""
    hand.example("perceptron_and")
    desk = hand.desk
    hand.menu("explain_backward")
    desk.looking.select(connections=[("x1", "n")])
    hand.settle()
    said = hand.window.panels["backward"].list.text
    assert "w2′ = w2 + η·(t(n) − o(n))·x1" in said
    assert "∂" not in said and "δ" not in said
    hand.menu("explain_steps")
    panel = hand.window.panels["steps"]
    hand.click("steps_forward")
    seen = []
    while panel.place < len(panel.walk) - 1:
        hand.click("steps_forward")
        seen.append(hand.find("steps_sentence", QLabel).text() + panel.list.text)
    hand.wait(lambda: not desk.session.training and not panel._own, "the update is done")
    seen.append(panel.list.text)
    assert not any("∂" in text or "δ" in text or "gradient" in text for text in seen)
    update = panel._update
    written = [update.equations(name)[-1].value for name in desk.session.structure.parameter_names]
    assert written == desk.session.network.parameters.tolist()
    assert all(update.equations(name)[-1].text(desk.study.digits) in seen[-1]
               for name in desk.session.structure.parameter_names)


def test_a_falling_loss_is_not_said_to_rise(hand: Hand) -> None:
    """δ of o2 is negative in hands-on, that of o1 positive."""
    hand.example("hands_on")
    hand.menu("explain_steps")
    panel = hand.window.panels["steps"]
    said = {}
    hand.click("steps_forward")
    while panel.walk[panel.place].kind != "accumulate":
        said[panel.walk[panel.place].neuron] = hand.find("steps_sentence", QLabel).text()
        hand.click("steps_forward")
    assert "loss rise" in said["o1"] and "loss fall" in said["o2"]
