"""What quantities are called: one readable form in plain text for names of any letters, lowered in HTML and LaTeX."""

import re

import pytest

from nnsim.core.formulas.notation import NOTATIONS, name
from nnsim.core.formulas.writing import Piece, rich
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.symbols import Symbol

IDS = ("h1", "o1", "y", "y12", "b", "Q", "neuron 1", "θ", "中", "שם", "a-b", "1")


def symbols_of(notation: str, id: str) -> list[Symbol]:
    """Everything that is called by a neuron's name."""
    entry = NOTATIONS[notation]
    found = [entry.pre_activation(id), entry.delta(id), entry.target_of(id)]
    for role in ("hidden", "output"):
        neurons = [Neuron("in", "input"), Neuron(id, role), Neuron("out", "output")]
        net = Network.build(neurons, [Connection("in", id, "v"), Connection(id, "out", "w")], {"v": 1.0, "w": 1.0})
        found.append(entry.activation(net.structure, id))
    return found


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("id", IDS)
def test_plain_text_has_no_underscore_and_the_whole_name(notation: str, id: str) -> None:
    """δ(o1), net h1, O1: never δ_o1. In HTML the name is lowered, in LaTeX an index."""
    for symbol in symbols_of(notation, id):
        assert "_" not in symbol.text
        short = re.fullmatch(r"[oOtT]\d+", symbol.text)
        assert short or symbol.text.endswith((f"({id})", f" {id}")), symbol.text
        assert symbol.latex.endswith((f"_{{{name(id).latex}}}", f"_{{{id[1:]}}}"))
        for written in (symbol, symbol.with_prime(), symbol.by(symbol)):
            html = rich([Piece(written.text)])
            lowered = short or symbol.text.endswith(")") or re.fullmatch(r"[A-Za-z]\d+", id)
            assert bool(lowered) == ("<sub>" in html) and "(" not in html, html


def test_functions_keep_their_brackets() -> None:
    """Only a letter that has an index is lowered: σ(z(h1)) is σ of z with h1 as its index."""
    assert rich([Piece("a(h1) = σ(z(h1)) = max(0, t(y))·w_x")]) == (
        "a<sub>h1</sub> = σ(z<sub>h1</sub>) = max(0, t<sub>y</sub>)·w<sub>x</sub>")


def test_a_name_that_has_an_underscore_keeps_it() -> None:
    """It is what the file, the table and --parameter call it."""
    assert NOTATIONS["field"].delta("h1_2").text == "δ(h1_2)" and name("b_y").text == "b_y"
