"""The Losses panel, driven with real mouse and keys."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnsim.core.formulas.numbers import format_number, parse_number
from nnsim.core.losses import LOSSES
from nnsim.core.network import Network
from nnsim.data.sources import InlineData
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.gui.panels.explain.loss_list import in_notation
from nnsim.gui.panels.explain.loss_terms import decimals_of, rounded
from nnsim.gui.panels.explain.losses import LossesPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.formulas import FormulaLabel
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.number_field import NumberField
from tests.documents.extreme_documents import LARGEST
from tests.gui.panels.in_window import InWindow

KEY = Qt.Key


class Losses(InWindow[LossesPanel]):
    """The panel in a window, and what one reads and does there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(LossesPanel(desk), 744, 400)

    def text(self, name: str) -> str:
        found = self.window.findChild(TextLine, name)
        assert found is not None
        return found.text()

    def field(self, id: str) -> NumberField:
        found = self.window.findChild(NumberField, f"losses_target_{id}")
        assert found is not None
        return found

    def set_target(self, id: str, text: str) -> None:
        field = self.field(id)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, KEY.Key_Return)

    def press(self, name: str) -> None:
        button = self.panel.choice.rows[name].use
        button.setFocus()
        QTest.keyClick(button, KEY.Key_Space)


@pytest.fixture
def losses(desk: Desk) -> Iterator[Losses]:
    shown = Losses(desk)
    yield shown
    shown.close()


def test_the_hands_on_table_is_the_lectures(losses: Losses) -> None:
    """½(0.01 − 0.7514)² = 0.2748, 0.0236, and 0.2984 for both: section 4."""
    losses.example("hands_on")
    assert losses.text("losses_head_target") == "T" and losses.text("losses_head_o") == "O"
    assert [losses.field(id).number for id in ("o1", "o2")] == [0.01, 0.99]
    assert [losses.text(f"losses_output_{id}") for id in ("o1", "o2")] == ["0.7514", "0.7729"]
    assert losses.text("losses_term_o1") == "½(0.01 − 0.7514)² = 0.2748"
    assert losses.text("losses_term_o2") == "½(0.99 − 0.7729)² = 0.0236"
    assert losses.text("losses_sum") == "0.2748 + 0.0236 = 0.2984"
    assert losses.text("losses_slope_o1") == "0.7414"


def test_every_loss_is_what_plain_numpy_says(losses: Losses) -> None:
    """All losses of the registry for T = (0.01, 0.99) and the lecture's outputs, by formulas written here anew."""
    losses.example("hands_on")
    o, t = np.array([0.751365070, 0.772928465]), np.array([0.01, 0.99])
    p = np.exp(o) / np.exp(o).sum()
    expected = {
        "half_squared_error": 0.5 * ((t - o) ** 2).sum(),
        "mean_squared_error": ((t - o) ** 2).mean(),
        "mean_absolute_error": np.abs(t - o).mean(),
        "binary_cross_entropy": -(t * np.log(o) + (1 - t) * np.log(1 - o)).mean(),
        "softmax_cross_entropy": -(t * np.log(p)).sum(),
    }
    assert set(expected) == set(LOSSES)
    for name, value in expected.items():
        assert float(losses.text(f"losses_value_{name}")) == pytest.approx(value, abs=6e-5)
    slopes = [float(losses.text(f"losses_slope_binary_cross_entropy_{i}").replace("−", "-")) for i in (0, 1)]
    assert slopes == pytest.approx(((o - t) / (o * (1 - o)) / 2).tolist(), abs=6e-4)


def test_the_field_writes_small_letters(losses: Losses) -> None:
    """Notation is one for the window: t, o, L; formulas too."""
    losses.example("hands_on")
    losses.desk.study.set_notation("field")
    assert losses.text("losses_head_target") == "t" and losses.text("losses_head_slope") == "∂L/∂o"
    formula = losses.window.findChild(FormulaLabel, "losses_formula_softmax_cross_entropy")
    assert formula is not None and formula.formulas == (r"-\sum_{i}t_i\ln\mathrm{softmax}(o)_i",)


def test_only_letters_that_are_symbols_change() -> None:
    r"""\left and words keep their letters."""
    notation = Desk().study.notation
    assert in_notation(r"\left(T_i\right)\mathrm{TO}O", notation) == r"\left(t_i\right)\mathrm{TO}o"


def test_targets_are_set_by_hand_for_inputs_that_are_no_sample(losses: Losses) -> None:
    """First it says what is missing; with a target there is a loss; nothing of it is an edit of the document."""
    losses.example("hands_on")
    losses.desk.looking.set_inputs({"i1": 0.5})
    assert "no sample of the data" in losses.panel._why.text()
    assert losses.field("o1").number is None and losses.text("losses_sum") == "–"
    losses.set_target("o1", "0,5")
    losses.set_target("o2", "1")
    assert losses.desk.study.targets is not None
    assert losses.desk.study.targets.tolist() == [0.5, 1.0]
    o = losses.desk.looking.trace.a_rows[-2:, 0]
    value = 0.5 * ((0.5 - o[0]) ** 2 + (1 - o[1]) ** 2)
    assert float(losses.text("losses_value_half_squared_error")) == pytest.approx(value, rel=1e-3)
    assert not losses.panel._why.isVisible()
    assert not losses.desk.session.dirty and losses.desk.session.undo_stack.count() == 0


def test_an_emptied_target_is_the_sample_s_again(losses: Losses) -> None:
    """Nothing typed says nothing."""
    losses.example("hands_on")
    losses.field("o1").setFocus()
    losses.field("o1").selectAll()
    QTest.keyClick(losses.field("o1"), KEY.Key_Delete)
    QTest.keyClick(losses.field("o1"), KEY.Key_Return)
    assert losses.field("o1").number == 0.01


def test_a_loss_that_does_not_suit_says_why(losses: Losses) -> None:
    """tanh reaches below 0, and one output is no class out of several."""
    losses.example("circle")
    rows = losses.panel.choice.rows
    assert "needs outputs between 0 and 1" in rows["binary_cross_entropy"].why.text()
    assert "two or more" in rows["softmax_cross_entropy"].why.text()
    assert rows["binary_cross_entropy"].why.isVisible() and not rows["binary_cross_entropy"].value.isVisible()
    assert rows["mean_squared_error"].value.isVisible() and not rows["mean_squared_error"].why.isVisible()


def test_use_sets_the_loss_in_one_undo_step(losses: Losses) -> None:
    """The one in use is marked; the table above follows; undo brings the old one back."""
    losses.example("hands_on")
    losses.press("mean_absolute_error")
    desk, rows = losses.desk, losses.panel.choice.rows
    assert desk.session.document.training.loss == "mean_absolute_error" and desk.session.undo_stack.count() == 1
    assert not rows["mean_absolute_error"].use.isEnabled() and rows["half_squared_error"].use.isEnabled()
    assert losses.text("losses_term_o1") == "|0.01 − 0.7514| = 0.7414"
    assert losses.text("losses_sum") == "(0.7414 + 0.2171) / 2 = 0.4792"
    desk.session.undo()
    assert desk.session.document.training.loss == "half_squared_error"
    assert rows["mean_absolute_error"].use.isEnabled()


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_writes_its_terms(losses: Losses, name: str) -> None:
    """The printed terms of two outputs are those of the formula, and their sum or mean is the value below."""
    document = load(EXAMPLES["hands_on"].path)
    losses.open(replace(document, training=replace(document.training, loss=name)))
    o, t = np.array([0.751365070, 0.772928465]), np.array([0.01, 0.99])
    p = np.exp(o) / np.exp(o).sum()
    terms = {"half_squared_error": 0.5 * (t - o) ** 2, "mean_squared_error": (t - o) ** 2,
             "mean_absolute_error": np.abs(t - o), "softmax_cross_entropy": -t * np.log(p),
             "binary_cross_entropy": -(t * np.log(o) + (1 - t) * np.log(1 - o))}[name]
    for id, term in zip(("o1", "o2"), terms, strict=True):
        assert float(losses.text(f"losses_term_{id}").rpartition(" = ")[2]) == pytest.approx(term, abs=6e-4)
    total = float(losses.text("losses_sum").rpartition(" = ")[2])
    assert total == pytest.approx(float(losses.text(f"losses_value_{name}")))


def test_the_scope_is_a_mean_over_samples(losses: Losses) -> None:
    """All data: the mean of both samples' losses and slopes; the table above stays with the chosen sample."""
    net = Network.layered([1, 1], output="linear").with_values({"w1": 2.0, "b_y": 0.0})
    losses.open(Document(net, data=InlineData(((1.0,), (3.0,)), ((1.0,), (2.0,)))))
    assert losses.text("losses_value_half_squared_error") == "0.5"
    losses.desk.study.set_scope("all")
    # outputs 2 and 6: ½·1² and ½·4², slopes 1 and 4
    assert losses.text("losses_value_half_squared_error") == "4.25"
    assert losses.text("losses_slope_half_squared_error_0") == "2.5"
    assert losses.text("losses_list_head_value") == "mean"
    assert losses.text("losses_sum") == "0.5"


def test_many_outputs_have_a_row_each_and_nothing_is_cut(losses: Losses) -> None:
    """In a narrow window fewer slopes have a column, and the panel is no wider than its window."""
    losses.window.resize(620, 400)
    losses.open(Document(Network.layered([2, 10], output="linear")))
    QApplication.processEvents()
    assert losses.field("o10").isVisibleTo(losses.window)
    area = losses.panel._area
    content = area.widget()
    assert content is not None and content.minimumSizeHint().width() <= area.viewport().width()


def test_tab_goes_through_targets_and_losses(losses: Losses) -> None:
    """The keys come to the first target, then the others, then the buttons that can be pressed."""
    losses.example("circle")
    losses.example("hands_on")
    losses.panel.setFocus(Qt.FocusReason.ShortcutFocusReason)
    reached = []
    for _ in range(5):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.append(focused.objectName())
        QTest.keyClick(focused, KEY.Key_Tab)
    assert reached == ["losses_target_o1", "losses_target_o2", "losses_use_mean_squared_error",
                       "losses_use_mean_absolute_error", "losses_use_binary_cross_entropy"]


def test_half_built_networks_have_nothing_to_show(losses: Losses) -> None:
    """And it says what is missing."""
    losses.open(Document())
    assert losses.panel.empty.isVisible() and "no input neuron" in losses.panel.empty.text()


SIZES = (LARGEST, 1.7976931e308, 9.9996e307, 1e200, 0.2984, 0.14938, 1e-310, 5e-324)


@pytest.mark.parametrize("total", [*SIZES, 0.0, math.inf])
def test_terms_of_any_size_are_written_beside_a_sum_of_any_size(total: float) -> None:
    """To the last digit that the sum shows, or to their own; the largest as they are: none rounder is near them."""
    decimals = decimals_of(total, 4)
    for term in (*SIZES, *(-size for size in SIZES), 0.0):
        written = rounded(term, decimals, 4)
        if abs(term) > LARGEST / 10:
            assert written == format_number(term, 4)
        else:
            near = parse_number(written)
            assert near is not None and abs(near - term) <= max(10.0 ** min(-decimals, 300), abs(term) / 1000)
    assert [rounded(term, decimals, 4) for term in (math.inf, -math.inf, math.nan)] == ["∞", "−∞", "undefined"]
