"""Worksheets: every kind's own answers pass, near ones fail, and each typical error is called by its name."""

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import numpy as np
import pytest

import nnsim
from nnsim.core.formulas.numbers import Writing, format_number
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.data.sources import InlineData
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.pages import Math, plain
from nnsim.lessons.questions import Choice, Count, Mistake, Number, Question, number
from nnsim.lessons.worksheets import KINDS, Missing, Worksheet, make_worksheet, material_of, seed_of, write_worksheet
from tests.exchange.test_worked_solution import NASTY, assert_compiles, nasty_network

SUITS = {"truth_table": "xor", "weights": "xor", "forward": "hands_on", "loss": "hands_on", "chain": "hands_on",
         "matrix": "hands_on"}
LEARNERS = ("", "Ada", "Emmy Noether", "谷山")


def sheet(kind: str, learner: str = "", number: int = 0, example: str = "") -> Worksheet:
    """A worksheet of an example that suits its kind."""
    return make_worksheet(kind, material_of(nnsim.load(EXAMPLES[example or SUITS[kind]].path)), learner, number)


def question(worksheet: Worksheet, id: str) -> Question:
    """The question of that id."""
    return next(q for q in worksheet.questions if q.id == id)


def fields(worksheet: Worksheet) -> Iterator[tuple[Question, int]]:
    """Every blank that is judged by itself."""
    for q in worksheet.questions:
        if q.target is None:
            yield from ((q, i) for i in range(len(q.fields)))


def answered(q: Question, index: int, given: str) -> tuple[bool, str]:
    """The verdict if one blank has ``given`` and all others are right."""
    verdict = q.check(*(given if i == index else key for i, key in enumerate(q.key)))
    return verdict.right, verdict.hint


def short(value: float, digits: int, rounding: str) -> str:
    """``value`` with so many digits that count, rounded or cut off."""
    return format(Context(prec=digits, rounding=rounding).create_decimal(f"{value:.12g}"), "f")


@pytest.mark.parametrize("learner", LEARNERS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_key_is_right_and_nothing_near_it(kind: str, learner: str) -> None:
    """Own answers pass, and nothing two units of the last digit off; each error has its own hint."""
    for index in range(3):
        worksheet = sheet(kind, learner, index)
        ids = [q.id for q in worksheet.questions]
        assert len(ids) == len(set(ids)) >= 5
        for q in worksheet.questions:
            assert q.check(*q.key).right, (q.text, q.key)
            assert q.hint(*q.key) == ""
            assert not q.check(*("",) * len(q.fields)).right
        for q, i in fields(worksheet):
            _check_field(q, i)


def _check_field(q: Question, i: int) -> None:
    field = q.fields[i]
    if isinstance(field, Choice):
        assert field.answer in field.choices
        for choice in field.choices:
            right, hint = answered(q, i, choice)
            assert right == (choice == field.answer) and bool(hint) == (not right)
        return
    wrong = [str(field.answer + step) for step in (-2, -1, 1, 2)] if isinstance(field, Count) else []
    if type(field) is Number and abs(field.answer) > 1e-12:
        for digits in range(2, 9):
            exponent = math.floor(math.log10(abs(field.answer))) - digits + 1
            for steps in (-2.5, 2.5):
                value = Decimal(short(field.answer, digits, ROUND_HALF_UP)) + Decimal(steps) * Decimal(10) ** exponent
                wrong.append(format(value.quantize(Decimal(10) ** (exponent - 1)), "f"))
    for given in wrong:
        right, hint = answered(q, i, given)
        assert not right and hint, (q.text, given)
    assert len(field.mistakes) == len(set(field.mistakes))


@pytest.mark.parametrize("labels", [("",), ("z",), ("", ""), ("z", ""), ("z", "a"), ("", "", "a")])
def test_a_hint_names_its_blank_where_there_are_several_with_names(labels: tuple[str, ...]) -> None:
    """One blank needs no name, and a blank without one has none to give."""
    asked = Question("q", ("q",), tuple(
        Choice("yes", ("yes", "no"), f"hint {i}", label=label) if i % 2 else number(0.25, f"hint {i}", label=label)
        for i, label in enumerate(labels)))
    for i, label in enumerate(labels):
        prefix = f"{label}: " if label and len(labels) > 1 else ""
        assert answered(asked, i, "0.9" if i % 2 == 0 else "no") == (False, f"{prefix}hint {i}")


def test_the_lectures_numbers_pass() -> None:
    """What stands on the slides is right on the worksheets of the lecture's example, misprints are named."""
    forward = sheet("forward")
    for id, given in (("h1.z", "0.3775"), ("h2.z", "0.3925"), ("h1.a", "0.5932"), ("h2.a", "0.5968"),
                      ("o1.z", "1.1059"), ("o2.z", "1.2249"), ("o1.a", "0.7514"), ("o2.a", "0.7729")):
        assert question(forward, id).check(given).right
    for id, misprint, says in (("h1.z", "0.3825", "mixed up: h1 takes w1 from i1, w2 from i2"),
                               ("h2.z", "0.3900", "mixed up: h2 takes w3 from i1, w4 from i2"),
                               ("o1.z", "1.1357", "mixed up: o1 takes w5 from h1, w6 from h2"),
                               ("h1.z", "0.0275", "bias b1 is forgotten"),
                               ("h1.a", "0.3775", "Right until the sum: σ is still to be applied"),
                               ("h1.a", "0.5945", "σ is right, but not of the right sum. The weights are mixed up")):
        assert says in question(forward, id).hint(misprint)
    loss = sheet("loss")
    assert question(loss, "loss").check("0.2984").right
    assert "½ is forgotten" in question(loss, "loss").hint("0.5967")
    assert "derivative of T1 − O1" in question(loss, "slope.o1").hint("-0.7414")
    assert question(loss, "sign.w5").check("positive", "fall").right
    assert question(loss, "sign.w7").check("negative", "rise").right
    chain = sheet("chain")
    for id, given in (("w5.back", "0.7414"), ("w5.slope", "0.1868"), ("w5.local", "0.5932"), ("w5.gradient", "0.0821"),
                      ("w5.update", "0.3589"), ("w1.gradient", "0.000438"), ("w1.update", "0.14978"),
                      ("b2.shared", "0.1004")):
        assert question(chain, id).check(given).right, id
    for id, given, says in (("w5.slope", "0.7514", "(1 − output) is missing"),
                            ("w5.gradient", "0.4398", "∂O1/∂Input o1 = 0.1868 is missing"),
                            ("w5.update", "0.3178", "learning rate l is forgotten"),
                            ("w5.update", "0.4411", "taken away, not added"),
                            ("w1.gradient", "0.000668", "path through o1 alone"),
                            ("b2.shared", "0.1385", "use at o1 alone")):
        assert says in question(chain, id).hint(given), id


def test_the_lectures_truth_table() -> None:
    """XOR's last row: 1·1 + 1·1 + (−2)·1 = 0, and what is said of the usual slips."""
    last = question(sheet("truth_table"), "row3.output")
    assert last.check("0", "0").right
    assert "negative" in last.hint("4", "0")
    assert "compared with" in last.hint("−0.6", "0")
    assert "reaches θ = 0.6" in last.hint("0", "1")
    assert sum(len(q.fields) for q in sheet("truth_table").questions) == 16


def test_counting_as_the_lecture_counts() -> None:
    """Inputs are no layer: 3-4-2 has two, 3-4-4-1 three; a shared bias is one parameter."""
    matrix = sheet("matrix")
    assert question(matrix, "net3-4-2").check("2", "26").right
    assert question(matrix, "net3-4-4-1").check("3", "41").right
    assert "inputs are not counted" in question(matrix, "net3-4-2").hint("3", "26")
    assert question(matrix, "parameters").check("10").right
    assert "shared" in question(matrix, "parameters").hint("12")
    assert "swapped" in question(matrix, "W1.1.2").hint("0.25")


def test_any_valid_weights_pass() -> None:
    """A target is judged by the engine over all rows, so every answer that works is right, and a wrong row is shown."""
    gates = sheet("weights")
    conjunction = question(gates, "and_gate")
    for given in (("1", "1", "1.2"), ("1", "1", "2"), ("3", "0,5", "3.5"), ("10", "10", "15")):
        assert conjunction.check(*given).right
    assert conjunction.hint("1", "1", "0.5") == "Row x0 = 0, x1 = 1: y: 1·0 + 1·1 = 1 ≥ 0.5 → 1; but AND is 0 there."
    assert "turn the sign of θ" in conjunction.hint("1", "1", "-1.2")
    assert "number into each" in conjunction.hint("1", "", "1.2")
    assert question(gates, "not_gate").check("-1", "0").right
    assert question(gates, "xor_hidden").check("1", "1", "1.2").right
    assert question(gates, "xor_output").check("1", "1", "-2", "0.6").right
    either = question(gates, "xor_layers")
    assert either.check("1", "1", "0.5", "-1", "-1", "-1.5").right
    assert either.check("1", "1", "1", "-2", "-2", "-3").right
    assert either.check("-1", "-1", "-1.5", "1", "1", "0.5").right, "the hidden neurons may change places"
    assert not either.check("1", "1", "0.5", "1", "1", "1.5").right


def test_the_same_learner_has_the_same_sheet_in_another_process() -> None:
    """Name, kind and number give the sheet, on any machine; spaces and capitals do not matter, numbers do."""
    code = ("import nnsim\nfrom nnsim.lessons.worksheets import *\n"
            "from nnsim.documents.examples import EXAMPLES\n"
            f"for kind, example in {SUITS!r}.items():\n"
            "    made = make_worksheet(kind, material_of(nnsim.load(EXAMPLES[example].path)), 'Ada Lovelace', 1)\n"
            "    print(write_worksheet(made, 'markdown'))")
    root = Path(nnsim.__file__).parents[1]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=120,
                         env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}, cwd=root)
    here = "".join(write_worksheet(sheet(kind, "Ada Lovelace", 1), "markdown") + "\n" for kind in SUITS)
    assert run.stdout == here, run.stderr
    assert seed_of(" ada  lovelace ", "forward") == seed_of("Ada Lovelace", "forward")
    for kind in KINDS:
        assert sheet(kind, "Ada").questions == sheet(kind, " ADA").questions
        assert len({sheet(kind, name, n).questions for name in ("", "Ada", "Bob") for n in (0, 1)}) == 6
    assert seed_of("", "forward") is None


def test_without_a_name_the_numbers_of_the_network() -> None:
    """Sheet 0 of no learner has the document's numbers; a name has others, and the document stays as it is."""
    document = nnsim.load(EXAMPLES["hands_on"].path)
    before = document.network.parameters.copy()
    given = {heading: plain(parts) for heading, parts in sheet("forward").given}
    assert given["Inputs"] == "i1 = 0.05, i2 = 0.1"
    assert given["Biases"] == "b1 = 0.35 (h1, h2), b2 = 0.6 (o1, o2)"
    own = {heading: plain(parts) for heading, parts in sheet("forward", "Ada").given}
    assert own["Inputs"] != given["Inputs"] and own["Weights"] != given["Weights"]
    assert np.array_equal(document.network.parameters, before)


@pytest.mark.parametrize("kind", [kind.id for kind in KINDS.values() if kind.own_numbers])
def test_a_network_of_thousands_has_no_sheet(kind: str) -> None:
    """Nobody adds two hundred terms by hand; other numbers for tens of thousands of parameters would take long."""
    wide = material_of(Document(Network.layered([201, 1])), t=[1.0])
    with pytest.raises(Missing, match="too large") as caught:
        make_worksheet(kind, wide)
    assert "201 terms" in caught.value.why
    deep = material_of(Document(Network.layered([2, *[100] * 4, 1])), t=[1.0])
    with pytest.raises(Missing, match="numbers of one's own"):
        make_worksheet(kind, deep, "Ada")
    with pytest.raises(Missing, match="numbers of one's own"):
        make_worksheet(kind, deep, number=1)
    if kind in ("forward", "matrix"):
        widest = 64 if kind == "forward" else 200
        assert make_worksheet(kind, material_of(Document(Network.layered([widest, 1])), t=[1.0])).questions


@pytest.mark.parametrize(
    ("kind", "example", "says"),
    [("truth_table", "hands_on", "gate"), ("loss", "xor", "slope 0"), ("chain", "xor", "slope 0"),
     ("matrix", "xor", "layered"), ("forward", "", "your network"), ("truth_table", "", "gate"),
     ("loss", "", "your network"), ("chain", "", "your network"), ("matrix", "", "your network")],
)
def test_what_is_missing_is_said(kind: str, example: str, says: str) -> None:
    """A network that does not suit, or none: in words, with what to do."""
    document = nnsim.load(EXAMPLES[example].path) if example else Document()
    with pytest.raises(Missing, match=says) as caught:
        make_worksheet(kind, material_of(document), "Ada")
    assert len(caught.value.why) > 15


def test_a_target_is_needed_for_a_loss() -> None:
    """Without data there is no loss; a network of many neurons is too much for a sheet."""
    network = Network.layered([2, 2, 1], seed=1)
    with pytest.raises(Missing, match="target"):
        make_worksheet("loss", material_of(Document(network)))
    with pytest.raises(Missing, match="neurons"):
        make_worksheet("forward", material_of(Document(Network.layered([2, 30, 1]))))
    with pytest.raises(Missing, match="at most 64 terms") as caught:
        make_worksheet("forward", material_of(Document(Network.layered([65, 2, 1]))))
    assert caught.value.why == "h1 has 65."


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sine", "softplus", "linear"])
@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "softmax_cross_entropy"])
def test_any_function_and_loss(hidden: str, loss: str) -> None:
    """The sheets of both passes for other functions and losses: their own answers pass."""
    network = Network.layered([2, 3, 2], hidden, "linear", seed=4)
    training = nnsim.TrainingConfig(loss=loss, optimizer="adam")
    document = Document(network, {}, InlineData(((0.4, -0.3),), ((0.0, 1.0),)), training)
    for kind in ("forward", "loss", "chain", "matrix"):
        for learner in ("", "Ada"):
            for q in make_worksheet(kind, material_of(document), learner).questions:
                assert q.check(*q.key).right, q.text


WAYS = [Writing(count, decimals, cut) for count in (3, 4, 9) for decimals in (False, True) for cut in (False, True)]


@pytest.mark.parametrize("way", WAYS, ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_written_as_they_are_in_the_window(kind: str, way: Writing) -> None:
    """A key is what the window writes, if that is enough to be right; what is given is enough to calculate it."""
    for learner in ("", "Ada"):
        usual = material_of(nnsim.load(EXAMPLES[SUITS[kind]].path))
        made, before = (make_worksheet(kind, material, learner) for material in (replace(usual, digits=way), usual))
        for q, i in fields(made):
            field = q.fields[i]
            assert answered(q, i, field.key)[0], (q.text, field)
            if isinstance(field, Number) and not isinstance(field, Count):
                written = format_number(field.answer, way)
                assert field.key == written or not field.check(written).right, (q.text, field)
        for texts in zip(_given(made), _given(before), strict=True):
            shown, known = (float(text.partition(" = ")[2].split(" ")[0].replace("−", "-")) for text in texts)
            assert math.isclose(shown, known, rel_tol=1.5e-5), texts


def _given(worksheet: Worksheet) -> list[str]:
    return [text for _, parts in worksheet.given for text in plain(parts).split(", ") if " = " in text]


@pytest.mark.parametrize(("way", "texts"), [
    (Writing(), ("0.59327", "0.1868")), (Writing(4, True, True), ("0.593269", "0.1868")),
    (Writing(9, False, True), ("0.593269992", "0.186815601")), (Writing(3), ("0.59327", "0.187")),
], ids=repr)
def test_numbers_to_calculate_with_have_more_digits_than_the_key(way: Writing, texts: tuple[str, str]) -> None:
    material = replace(material_of(nnsim.load(EXAMPLES["hands_on"].path)), digits=way)
    made = make_worksheet("chain", material)
    assert f"out h1 = {texts[0]}" in _given(made)
    assert question(made, "w5.slope").key == (texts[1],)
    assert f" = {texts[1]} is missing" in question(made, "w5.gradient").hint("0.4398")


@pytest.mark.parametrize("kind", KINDS)
def test_on_paper(kind: str, tmp_path: Path) -> None:
    """In every format: blanks without answers, the key at the end or by itself; LaTeX compiles."""
    worksheet = sheet(kind, "Ada & Bob_1")
    for format in FORMATS:
        whole, alone, key = (write_worksheet(worksheet, format, k) for k in (None, False, True))
        assert len(alone) < len(whole) and len(key) < len(whole)
        count = sum(bool(not field.choices) for q in worksheet.questions for field in q.fields)
        blank = {"latex": r"\underline{\hspace{2cm}}", "markdown": " ____", "html": 'class="blank"'}[format]
        assert alone.count(blank) == whole.count(blank) == count > 0
        assert key.count(blank) == 0
    answers = write_worksheet(worksheet, "markdown", True)
    for q in worksheet.questions:
        for text in q.key:
            assert text in answers.replace("\\", "")
    assert_compiles(write_worksheet(worksheet, "latex"), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("example", ["hands_on", "xor", "circle"])
def test_three_digits_are_asked_for_where_numbers_are(kind: str, example: str) -> None:
    """In one line on paper, if any answer has more; not of counts and sums of whole numbers, nor on the key."""
    try:
        made = sheet(kind, example=example)
    except Missing:
        return
    long = any(isinstance(field, Number) and q.target is None and len(field.key.strip("−0.").replace(".", "")) > 2
               for q in made.questions for field in q.fields)
    assert long or (kind, example) not in (("forward", "hands_on"), ("loss", "hands_on"), ("chain", "circle"))
    for format in FORMATS:
        for key, said in ((None, long), (False, long), (True, False)):
            assert write_worksheet(made, format, key).count("at least three significant digits") == said


def test_a_frozen_weight_is_not_asked_where_to_go() -> None:
    """Training leaves it alone, so neither rise nor fall is right; and it has no update."""
    document = nnsim.load(EXAMPLES["hands_on"].path)
    network = document.network
    frozen = {"w5", "w1", "w6"}
    structure = replace(network.structure, frozen=frozenset(frozen))
    material = material_of(replace(document, network=Network(structure, network.parameters)))
    for learner in LEARNERS:
        asked = [q.id for kind in ("loss", "chain") for q in make_worksheet(kind, material, learner).questions]
        assert "sign.w7" in asked or learner
        assert not any(name in frozen for id in asked for name in id.split("."))


def test_neurons_that_multiply_or_take_the_largest() -> None:
    """Their table names no product as forgotten, and says how they combine."""
    for combine, said in (("sum", "their sum: 1·1 + 1·0"), ("product", "their product: 1 · 0."),
                          ("max", "their maximum: max(1, 0).")):
        neurons = [Neuron("x0", "input"), Neuron("x1", "input"),
                   Neuron("y", "output", "heaviside", combine=combine, bias="b", notation="threshold")]
        network = Network.build(neurons, [Connection("x0", "y", "w1"), Connection("x1", "y", "w2")],
                                {"w1": 1.0, "w2": 1.0, "b": -0.5})
        field = question(make_worksheet("truth_table", material_of(Document(network))), "row2.y").fields[0]
        assert said in field.hint and isinstance(field, Number)
        assert any("forgotten" in mistake.hint for mistake in field.mistakes) == (combine == "sum")


def test_any_name_on_paper(tmp_path: Path) -> None:
    """Neurons and learners called after every special sign."""
    document = Document(nasty_network(), {}, InlineData(((1.0,),), ((0.0,),)))
    for kind in ("forward", "loss", "chain", "matrix"):
        for learner in ("", NASTY):
            made = make_worksheet(kind, material_of(document), learner)
            assert_compiles(write_worksheet(made, "latex"), tmp_path, fits=False)
            assert "<script" not in write_worksheet(made, "html")


def test_a_mistake_that_does_not_show_has_no_hint() -> None:
    """An error that leads to the answer is left out; of two that lead to one number neither is preferred."""
    made = number(0.5, "step", [Mistake(0.500005, "same"), Mistake(0.7, "one."), Mistake(0.7, "two."),
                                Mistake(float("nan"), "none"), Mistake(0.9, "other"), Mistake(0.9, "other")])
    assert [mistake.hint for mistake in made.mistakes] == ["one.", "two.", "other"]
    assert made.check("0.7").hint == "one. Or: two."
    assert made.check("-0.5").hint.startswith("The size is right")
    assert made.check("0.503").hint.startswith("Close")
    assert made.check("0.4").hint == "step", "what ends there needs no more digits"
    with pytest.raises(ValueError, match="1 blanks"):
        Question("q", ("q",), (made,)).check("1", "2")


@pytest.mark.parametrize("learner", ["", "Ada"])
@pytest.mark.parametrize(("kind", "word"), [("loss", "sign."), ("chain", ".update"), ("matrix", "W")])
def test_of_very_many_weights_those_that_the_questions_need_are_given(kind: str, word: str, learner: str) -> None:
    """Of 4 030 weights: each one that is asked about, those behind it, and few others."""
    network = Network.layered([2, 60, 60, 5], hidden="sigmoid", output="sigmoid", seed=0)
    document = Document(network, {}, InlineData(((0.5, 0.25),), ((1.0, 0.0, 0.0, 0.0, 0.0),)))
    worksheet = make_worksheet(kind, material_of(document), learner)
    given = dict(worksheet.given)["Weights"]
    names = {part.text.split(" = ")[0] for part in given if isinstance(part, Math)}
    assert 1 <= len(names) <= 700
    uses = network.structure.uses
    places = {f"{use.source} → {use.target}" for name in names for use in uses[name] if isinstance(use, Connection)}
    for q in worksheet.questions:
        if kind == "matrix":
            assert not q.id.endswith(".edge") or q.key[0] in places
        elif word in q.id:
            asked = next(part for part in q.id.split(".") if part.startswith("w"))
            assert asked in names
            behind = network.structure.outgoing[uses[asked][0].target]
            assert {c.weight for c in behind} <= names


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_chain_sheet_for_every_optimizer(optimizer: str) -> None:
    """The perceptron rule cannot update a weight with slopes before and behind it: then no new weight is asked for."""
    document = nnsim.load(EXAMPLES["hands_on"].path)
    document = replace(document, training=replace(document.training, optimizer=optimizer))
    made = make_worksheet("chain", material_of(document))
    ids = [question.id for question in made.questions]
    assert ("update" in made.introduction) == ("Learning rate" in dict(made.given)) == any("update" in id for id in ids)
    assert any(id.endswith(".gradient") for id in ids)
    assert any(id.endswith(".update") for id in ids) is not OPTIMIZERS[optimizer].straight


@pytest.mark.parametrize("kind", ["truth_table", "forward"])
def test_where_rounding_decides_the_hint_says_why(kind: str) -> None:
    """0.7 + 0.1 reaches 0.8 on paper: who says 1 is told why the neuron says 0, and nobody else is told of it."""
    document = nnsim.load(EXAMPLES["and"].path)
    structure = document.network.structure
    (n,) = structure.outputs
    values = {structure.connections[0].weight: 0.7, structure.connections[1].weight: 0.1,
              structure.by_id[n].bias or "": -0.8}
    material = material_of(replace(document, network=document.network.with_values(values)), [1.0, 1.0])
    hints = [field.hint for q in make_worksheet(kind, material).questions for field in q.fields]
    assert sum("no exact binary form" in hint for hint in hints) == 1


def test_a_gate_that_only_rounding_keeps_wrong_says_so() -> None:
    """The weights 0.7 and 0.1 with θ = 0.8 make no AND in a machine, and the verdict says why."""
    gates = make_worksheet("weights", material_of(nnsim.load(EXAMPLES["and"].path)))
    verdict = question(gates, "and_gate").check("0.7", "0.1", "0.8")
    assert not verdict.right and "0.7 and 0.1 have no exact binary form" in verdict.hint


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("example", ["hands_on", "circle", "perceptron_and"])
def test_no_symbol_in_a_question_or_hint_has_an_underscore(kind: str, example: str) -> None:
    """o(y) and not o_y, as it is said, typed for and heard; b_y is a name of the network's own."""
    try:
        made = sheet(kind, example=example)
    except Missing:
        return
    said = [made.introduction, *(plain(parts) for _, parts in made.given), *(plain(q.ask) for q in made.questions)]
    for q in made.questions:
        for field in q.fields:
            said += [field.label, field.hint, *(mistake.hint for mistake in getattr(field, "mistakes", ()))]
    own = set(nnsim.load(EXAMPLES[example].path).network.parameter_names)
    assert {name for text in said for name in re.findall(r"\w*_\w*", text)} <= own


@pytest.mark.parametrize("example", ["perceptron_and", "perceptron_xor"])
@pytest.mark.parametrize("learner", LEARNERS)
@pytest.mark.parametrize("sample", [((0.0, 0.0), 0.0), ((1.0, 1.0), 1.0), ((1.0, 0.0), 0.0), ((1.0, 0.5), 1.0)])
def test_the_perceptron_rules_sheet_is_what_training_does(
        example: str, learner: str, sample: tuple[tuple[float, float], float]) -> None:
    """w′ = w + η(T − O)x, and θ the other way: the trainer's own numbers after one update, without δ or gradient."""
    document = nnsim.load(EXAMPLES[example].path)
    material = material_of(document, sample[0], [sample[1]])
    made = make_worksheet("chain", material, learner)
    assert made.title == "Perceptron rule"
    words = write_worksheet(made, "markdown")
    assert "δ" not in words and r"\partial" not in words and "delta" not in words
    given = {part.text.split(" = ")[0]: float(part.text.split(" = ")[1].replace("−", "-"))
             for _, parts in made.given for part in parts if isinstance(part, Math)}
    network = document.network.with_values({"w1": given["w1"], "w2": given["w2"], "b_n": -given["θ n"]})
    x, t = np.array([[given["x0"], given["x1"]]]), np.array([[given["t(n)"]]])
    assert learner or (x.tolist() == [list(sample[0])] and t.tolist() == [[sample[1]]])
    trainer = nnsim.Trainer(network, nnsim.Dataset(x, t), replace(document.training, batch_size=1), engine="numpy")
    before = given["o(n)"]
    trainer.run(epochs=1)
    after = dict(zip(network.parameter_names, trainer.parameters.tolist(), strict=True))
    answers = {q.id: q.fields[0] for q in made.questions}
    for id, value in (("n.error", given["t(n)"] - before), ("w1.update", after["w1"]), ("w2.update", after["w2"]),
                      ("b_n.update", -after["b_n"])):
        assert answers[id].check(f"{value:.12g}").right, (id, value)
    assert not learner or "as it was" in answers["b_n.update"].check(f"{given['θ n']:g}").hint


def test_where_the_perceptron_rule_has_nothing_to_correct() -> None:
    """No target, another target than 0 and 1, everything frozen: in words."""
    document = nnsim.load(EXAMPLES["perceptron_and"].path)
    material = material_of(document, [1.0, 0.0], [1.0])
    all_frozen = replace(document.network.structure, frozen=frozenset(document.network.parameter_names))
    for lacking, says in ((replace(material, t=None), "needs a target"),
                          (replace(material, t=(0.5,)), "cannot correct"),
                          (replace(material, network=Network(all_frozen, document.network.parameters)), "is trained")):
        with pytest.raises(Missing, match=says) as caught:
            make_worksheet("chain", lacking)
        assert len(caught.value.why) > 15
