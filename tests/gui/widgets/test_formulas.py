"""Formulas are typeset, fit where they are, and can be heard."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.losses import LOSSES
from nnsim.gui.look.theme import apply_theme, theme
from nnsim.gui.widgets.formulas import FormulaLabel, Typesetter, can_be_typeset, formula_image, spoken, typeset

ROOT = Path(__file__).resolve().parents[3]
CASES = r"\begin{cases}1 & \text{if } x \geq 0\\ 0 & \text{if } x < 0\end{cases}"


def inked(image: QImage) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of what differs from the picture's first pixel."""
    paper = image.pixelColor(0, 0)
    places = [(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) != paper]
    assert places
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return min(xs), min(ys), max(xs), max(ys)


@pytest.fixture
def label(qtbot: QtBot, qapp: QApplication) -> FormulaLabel:
    """A shown label without a formula."""
    apply_theme(qapp, "light")
    label = FormulaLabel()
    qtbot.addWidget(label)
    label.resize(400, 60)
    label.show()
    return label


@pytest.mark.parametrize("latex", [
    text for entry in ACTIVATIONS.values() for text in (entry.formula, entry.derivative_formula)
] + [entry.formula for entry in LOSSES.values()])
def test_every_registered_formula_is_typeset_and_has_plain_words(qapp: QApplication, latex: str) -> None:
    """What an entry of a registry says in LaTeX can be drawn, and heard without a backslash."""
    image = formula_image(latex, 15, "#000000")
    assert inked(image)[2] > 0
    assert not set("\\{}&_") & set(spoken(latex))


def test_a_formula_has_the_size_colour_and_resolution_it_is_asked_for(qapp: QApplication) -> None:
    small, large = formula_image("x", 10, "#ff0000"), formula_image("x", 20, "#ff0000")
    sharp = formula_image("x", 10, "#ff0000", 2.0)
    assert large.width() > 1.7 * small.width()
    assert sharp.width() > 1.7 * small.width()
    assert sharp.deviceIndependentSize().width() == pytest.approx(small.width(), abs=1)
    colors = {large.pixelColor(x, y).rgb() for x in range(large.width()) for y in range(large.height())
              if large.pixelColor(x, y).alpha() == 255}
    assert colors == {QColor("#ff0000").rgb()}
    assert formula_image("x", 10, "#ff0000") is small


@pytest.mark.parametrize("width", [400, 256, 120, 60])
def test_a_label_never_cuts_its_formulas(label: FormulaLabel, width: int) -> None:
    """Narrower, they stand below each other, then shrink; all ink keeps clear of the right edge and the bottom."""
    label.set_formulas([(f"f(x) = {CASES}", None), (r"f'(x) = \sigma(x)+f(x)\,(1-\sigma(x))", None)])
    label.resize(width, label.heightForWidth(width))
    _, _, right, bottom = inked(label.grab().toImage())
    ratio = label.devicePixelRatioF()
    assert right < width * ratio - 1
    assert bottom < label.height() * ratio
    assert label.height() > 10


def test_formulas_stand_beside_each_other_while_there_is_room(label: FormulaLabel) -> None:
    label.set_formulas([("f(x) = x", None), ("f'(x) = 1", None)])
    assert label.heightForWidth(100) > label.heightForWidth(400)


def test_an_empty_label_takes_no_height(label: FormulaLabel) -> None:
    label.set_formula("x")
    assert label.heightForWidth(200) > 0
    label.set_formula("")
    assert label.heightForWidth(200) == 0
    assert label.formulas == ()


def test_a_label_says_its_formulas(label: FormulaLabel) -> None:
    label.set_formulas([(f"f(x) = {CASES}", None), (r"\frac{1}{1+e^{-x}}", None)])
    assert label.accessibleDescription() == "f(x) = 1 if x ≥ 0; 0 if x < 0; (1)/(1+e^(−x))"


def test_a_label_is_in_the_ink_of_the_theme(label: FormulaLabel, qapp: QApplication) -> None:
    label.set_formula("x")

    def darkest_and_lightest() -> tuple[int, int]:
        image = label.grab().toImage()
        lights = [image.pixelColor(x, y).lightness() for x in range(20) for y in range(image.height())]
        return min(lights), max(lights)

    assert darkest_and_lightest()[0] < 80
    apply_theme(qapp, "dark")
    assert darkest_and_lightest()[1] > 180
    assert theme().name == "dark"
    apply_theme(qapp, "light")


def test_importing_the_panels_loads_neither_ziamath_nor_pyqtgraph() -> None:
    """Both take tenths of a second, which the first window does not wait for."""
    code = ("import sys, nnsim.gui.panels.output.panel, nnsim.gui.panels.activation.panel\n"
            "print(*{name.partition('.')[0] for name in sys.modules})")
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert not {"ziamath", "pyqtgraph"} & set(run.stdout.split())


@pytest.mark.parametrize("name", ["出力", "קלט", "عصبون"])
def test_names_that_cannot_be_typeset_are_plain(qapp: QApplication, name: str) -> None:
    """The typesetting font has no Chinese, Hebrew or Arabic letters: they are never drawn as boxes."""
    latex = rf"\frac{{\partial L}}{{\partial o_{{\mathrm{{{name}}}}}}}"
    assert not can_be_typeset(latex) and can_be_typeset(r"\mathrm{größe}")
    plain = typeset(latex, "#000000")
    assert name in plain.svg.decode() and plain.width > 0 and 0 < plain.ascent < plain.height
    typesetter = Typesetter()
    assert typesetter.get(latex, "#000000") is None and typesetter.busy
    QTest.qWait(50)
    assert not typesetter.busy and typesetter.get(latex, "#000000") is None and not typesetter.busy
