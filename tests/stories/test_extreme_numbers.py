"""Documents of infinite and extreme numbers: nothing dies, and each number is written as a learner reads it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nnsim.documents.document import Document
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.labels import TextLine
from tests.documents.extreme_documents import documents, named
from tests.stories.extreme import WRONG, words_of

NAMED = dict(named())
TOO_LARGE = "Some values are too large to draw"


def opened(hand: Hand, document: Document, *panels: str) -> str:
    """Open a document, feed its first sample, select its first connection; all that can be read then."""
    hand.session.open_document(document, None, "extreme")
    hand.desk.study.choose_row(0)
    hand.desk.looking.select([], [document.network.structure.connections[0].ends])
    for panel in panels:
        hand.window.show_panel(panel)
    hand.settle()
    said = "\n".join(words_of(hand.window))
    assert not WRONG.search(said)
    return said


def test_one_linear_output_whose_square_is_infinite(shared: Hand) -> None:
    """Hands-on, o1 linear, w5 = 1e155: the gradient is a number, the loss is ∞, and no slice of it can be drawn."""
    opened(shared, NAMED["one linear, w5 1e155"], "backward", "loss_slice")
    shared.desk.looking.select([], [("h1", "o1")])
    shared.settle()
    assert "= 5.933e154 · 1 · 0.5933 = 3.52e154" in shared.find("backward_lines", EquationList).text
    shared.window.show_panel("losses")
    shared.settle()
    assert shared.find("losses_sum", TextLine).text().endswith("= ∞")


def test_two_linear_neurons_whose_product_is_infinite(shared: Hand) -> None:
    """∞ and what is undefined are written out in both passes."""
    said = opened(shared, NAMED["two linear, 1e200"], "backward")
    assert "∞" in said
    shared.window.show_panel("forward")
    shared.settle()
    assert "∞" in shared.find("forward_lines", EquationList).text


def test_all_weights_near_the_lowest_number(shared: Hand) -> None:
    """The sums are numbers, σ of them is 0."""
    opened(shared, NAMED["weights −1.7e308"], "forward")
    text = shared.find("forward_lines", EquationList).text
    assert "0.05·(−1.7e308) + 0.10·(−1.7e308) + 0.35 = −2.55e307" in text
    assert "out h1 = σ(−2.55e307) = 0" in text


@pytest.mark.parametrize("name", ["elu and product, −1e150", "AND, target 1e308"])
def test_losses_of_extreme_numbers(shared: Hand, name: str) -> None:
    """Every loss is written, ∞ or not."""
    opened(shared, NAMED[name], "losses", "output")
    assert shared.find("losses_sum", TextLine).text()


def test_a_slice_around_the_largest_numbers_says_that_it_cannot_be_drawn(shared: Hand) -> None:
    """And is drawn again, around the next parameter that can be."""
    document = NAMED["loss slice, 1e308"]
    assert TOO_LARGE in opened(shared, document, "loss_slice")
    shared.desk.looking.select([], [document.network.structure.connections[1].ends])
    shared.settle()
    assert TOO_LARGE not in "\n".join(words_of(shared.window.panels["loss_slice"]))


def test_a_check_of_infinite_gradients_blames_nothing(shared: Hand) -> None:
    """Neither the list of all checks nor the line beside the weight says that backpropagation is wrong."""
    opened(shared, NAMED["two linear, 1e200"], "backward")
    shared.click("backward_check")
    shared.desk.study.choose_row(3)
    shared.settle()
    assert "✗" not in "\n".join(words_of(shared.window))
    shared.desk.looking.select()
    shared.settle()
    text = shared.find("backward_lines", EquationList).text
    assert "9 of 9 cannot be checked: their numbers grew out of all bounds." in text
    assert "– ∂L/∂w1 = ∞ · difference quotient undefined" in text and "✗" not in text
    shared.click("backward_check")


def watched(first: int, last: int, step: int, seconds: float) -> list[str]:
    """What a window of its own found in these documents; a line each. Ends with the last thing it began if it died."""
    command = [sys.executable, "-m", "tests.stories.extreme", str(first), str(last), str(step)]
    here = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=seconds,
                          env={**os.environ, "PYTHONPATH": str(here)})
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    begun = [line for line in told if line["kind"] != "fault"]
    faults = [f"{line['what']}\n{''.join(line['where'][-4:])}" for line in told if line["kind"] == "fault"]
    if done.returncode or begun[-1]["kind"] != "end":
        faults.append(f"It ended with {done.returncode} at {begun[-2:]}: {done.stderr[-2000:]}")
    return faults


def test_a_window_of_extreme_numbers_lives() -> None:
    """One document of all kinds of extremes, with every panel in sight."""
    places = {name: index for index, (name, _) in enumerate(documents())}
    first = places["hands_on: mixed 0"]
    assert watched(first, first + 1, 0, 120) == []


@pytest.mark.soak
@pytest.mark.parametrize(("first", "last", "step"),
                         [(0, len(NAMED), 1), *((start, 2000, 68) for start in range(6, 74, 17))])
def test_every_panel_shows_extreme_documents(first: int, last: int, step: int) -> None:
    """All that are named, and every seventeenth of a thousand others; each used with mouse and keys too."""
    assert watched(first, last, step, 1800) == []
