"""Known mistakes at every blank of every shipped example: never taken for right, and each called by its name."""

import math
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

import pytest

import nnsim
from nnsim.core.network import Connection, Network, Neuron
from nnsim.data.sources import InlineData
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.exchange.pages import Math
from nnsim.lessons.mistakes import KNOWN
from nnsim.lessons.questions import Count, Mistake, Number, number
from nnsim.lessons.worksheets import KINDS, Missing, Worksheet, make_worksheet, material_of

OTHERS = {
    "tanh": Document(Network.layered([2, 3, 2], "tanh", "linear", seed=4), {},
                     InlineData(((0.4, -0.3),), ((0.2, 1.0),)), nnsim.TrainingConfig(loss="mean_squared_error")),
    "distance": Document(Network.layered([2, 2, 2], "tanh", "sigmoid", seed=5), {},
                         InlineData(((0.4, -0.3),), ((0.2, 1.0),)), nnsim.TrainingConfig(loss="mean_absolute_error")),
    "yes or no": Document(Network.layered([3, 2, 2], "sigmoid", "sigmoid", seed=6), {},
                          InlineData(((0.4, -0.3, 0.7),), ((0.0, 1.0),)),
                          nnsim.TrainingConfig(loss="binary_cross_entropy", optimizer="adam")),
}
_INPUTS = [Neuron("x0", "input"), Neuron("x1", "input")]
OTHERS["gate with a bias"] = Document(Network.build(
    [*_INPUTS, Neuron("y", "output", "heaviside", bias="b")],
    [Connection("x0", "y", "w1"), Connection("x1", "y", "w2")], {"w1": 1.0, "w2": -1.0, "b": -1.0}))
OTHERS["shared weights"] = Document(Network.build(
    [*_INPUTS, Neuron("h1", "hidden", "sigmoid", bias="b"), Neuron("h2", "hidden", "sigmoid", bias="b"),
     Neuron("y", "output", "sigmoid", bias="c")],
    [Connection("x0", "h1", "w1"), Connection("x1", "h1", "w2"), Connection("x0", "h2", "w2"),
     Connection("x1", "h2", "w1"), Connection("h1", "y", "w3"), Connection("h2", "y", "w3")],
    {"w1": 0.3, "w2": -0.7, "w3": 1.1, "b": 0.2, "c": -0.6}), {}, InlineData(((0.4, -0.3),), ((1.0,),)))


def sheets(learners: tuple[str, ...]) -> Iterator[tuple[str, Worksheet]]:
    """Every sheet that there is for the shipped examples and some more networks."""
    documents = {name: nnsim.load(example.path) for name, example in EXAMPLES.items()} | OTHERS
    for document_name, document in documents.items():
        material = material_of(document)
        for kind in KINDS:
            for learner in learners:
                try:
                    yield f"{document_name} {kind} {learner}", make_worksheet(kind, material, learner)
                except Missing:
                    continue


def blanks(learners: tuple[str, ...]) -> Iterator[tuple[str, Number]]:
    """Every blank for a number that is judged by itself."""
    for name, sheet in sheets(learners):
        for question in sheet.questions:
            if question.target is None:
                yield from ((f"{name} {question.id}", f) for f in question.fields if isinstance(f, Number))


def typed(value: float, digits: int, way: str) -> str:
    """``value`` with so many significant digits, noughts at the end too."""
    short = Context(prec=digits, rounding=way).create_decimal(f"{value:.12g}")
    if not short:
        return "0"
    return str(short.quantize(Decimal(1).scaleb(short.adjusted() - digits + 1)))


def typings(value: float, digits: int) -> set[str]:
    """Rounded and cut off."""
    return {typed(value, digits, way) for way in (ROUND_DOWN, ROUND_HALF_UP)}


def may_be(text: str, value: float) -> bool:
    """Whether a number as typed is less than a unit of its last digit away from ``value``."""
    given = Decimal(text)
    exponent = given.as_tuple().exponent
    assert isinstance(exponent, int)
    return abs(float(given) - value) < 10.0 ** exponent * (1 + 1e-9)


def same(text: str, value: float) -> bool:
    """Whether it is that very value."""
    return math.isclose(float(text), value, rel_tol=1e-9, abs_tol=1e-12)


def check_mistakes(name: str, blank: Number) -> tuple[int, int]:
    """(how many answers were tried, how many of them a mistake's and the answer's very value)."""
    tried = exact = 0
    for mistake in blank.mistakes:
        for digits in range(1, 7):
            for text in typings(mistake.value, digits):
                verdict, told = blank.check(text), (name, text, blank.answer, mistake)
                tried += 1
                if verdict.right:
                    assert same(text, blank.answer), told
                    exact += 1
                elif verdict.nearly:
                    assert may_be(text, blank.answer) and "Nearly" in verdict.hint, told
                elif digits >= 4:
                    alike = [other for other in blank.mistakes if may_be(text, other.value)]
                    assert mistake.hint in verdict.hint or len(alike) > 3, (*told, verdict)
    return tried, exact


def check_answer(name: str, blank: Number) -> int:
    """The answer is never wrong; how many of its typings in three digits need a fourth."""
    asked = 0
    for digits in range(1, 10):
        for text in typings(blank.answer, digits):
            verdict, told = blank.check(text), (name, text, blank)
            if digits >= 4 or same(text, blank.answer):
                assert verdict.right, told
            elif digits == 3:
                near = any(may_be(text, mistake.value) for mistake in blank.mistakes)
                assert verdict.nearly if near and verdict.nearly else verdict.right, told
                asked += verdict.nearly
            else:
                assert verdict.nearly, told
    return asked


def check_all(learners: tuple[str, ...]) -> tuple[int, int]:
    """(how many blanks, how many mistakes at them) passed."""
    found: dict[tuple[str, float], tuple[str, Number]] = {}
    for name, blank in blanks(learners):
        found.setdefault((blank.hint, blank.answer), (name, blank))
    for name, blank in found.values():
        if isinstance(blank, Count):
            for mistake in blank.mistakes:
                assert mistake.hint in blank.check(f"{mistake.value:.0f}").hint
            continue
        check_mistakes(name, blank)
        check_answer(name, blank)
    return len(found), sum(len(blank.mistakes) for _, blank in found.values())


def test_no_mistake_is_right_at_any_number_of_digits() -> None:
    """Every blank of every example and kind, every mistake, one to six digits, rounded and cut off."""
    count, mistakes = check_all(("",))
    assert count > 150 and mistakes > 900


@pytest.mark.soak
def test_no_mistake_is_right_for_many_learners() -> None:
    """The same with the numbers of eight names."""
    count, mistakes = check_all(("", *(f"learner {n}" for n in range(8))))
    assert count > 1_000 and mistakes > 6_000


def test_every_known_mistake_is_called_by_its_name_somewhere() -> None:
    """Each entry of the registry leads, at some blank, to a number of its own, and what is said then is its words."""
    assert len(KNOWN) >= 15
    said: set[str] = set()
    for _, blank in blanks(("", "Ada")):
        for mistake in blank.mistakes:
            given = f"{mistake.value:.0f}" if isinstance(blank, Count) else f"{mistake.value:.9g}"
            if mistake.hint in blank.check(given).hint:
                said.add(mistake.hint)
    silent = []
    for entry in KNOWN.values():
        words = [part for part in entry.words.replace("{", "}").split("}")[::2] if part.strip()]
        if words and not any(all(part in hint for part in words) for hint in said):
            silent.append(entry.id)
    assert not silent


def test_what_may_be_right_is_called_no_mistake() -> None:
    """The new w1 as the old one in two and three digits, the misprint of net h2, and the answer in three digits."""
    hands_on = material_of(nnsim.load(EXAMPLES["hands_on"].path))
    chain = {q.id: q for q in make_worksheet("chain", hands_on).questions}
    forward = {q.id: q for q in make_worksheet("forward", hands_on).questions}
    for given in ("0.15", "0.150"):
        assert chain["w1.update"].check(given).nearly
        assert chain["w1.update"].hint(given).startswith("Nearly: give at least four significant digits")
    assert chain["w1.update"].hint("0.1500") == "That is w1 as it was: the step is still to be taken."
    assert chain["w1.update"].check("0.1497").right and chain["w1.update"].check("0.1498").right
    assert forward["h2.z"].hint("0.39").startswith("Nearly: give at least three significant digits")
    assert "mixed up" in forward["h2.z"].hint("0.390") and "mixed up" in forward["h2.z"].hint("0.3900")
    assert forward["h2.z"].check("0.392").right and forward["h2.z"].check("0.393").right


def test_a_mistake_that_is_not_told_from_the_answer_in_four_digits_is_none() -> None:
    """Four digits, as the lecture has them, are always enough."""
    assert not number(0.77293, "step", [Mistake(0.77291, "near"), Mistake(0.77296, "near")]).mistakes
    assert len(number(0.77293, "step", [Mistake(0.77301, "other")]).mistakes) == 1


def sigma(z: float) -> float:
    """The sigmoid, by its formula."""
    return 1 / (1 + math.exp(-z))


@pytest.mark.parametrize("learner", ["", "Ada", "Emmy Noether", "Kurt"])
def test_seventeen_mistakes_calculated_by_hand(learner: str) -> None:
    """The lecture's network with plain arithmetic: what each slip leads to is never right, and told by its name."""
    material = material_of(nnsim.load(EXAMPLES["hands_on"].path))
    made = {kind: make_worksheet(kind, material, learner) for kind in ("forward", "loss", "chain")}
    # Of the sheets for one learner each kind has its own numbers.
    g = {kind: {part.text.split(" = ")[0]: float(part.text.split(" = ")[1].replace("−", "-"))
                for _, parts in sheet.given for part in parts if isinstance(part, Math)}
         for kind, sheet in made.items()}
    f, c, k = g["forward"], g["loss"], g["chain"]
    h1 = f["i1"] * f["w1"] + f["i2"] * f["w2"] + f["b1"]
    h2 = f["i1"] * f["w3"] + f["i2"] * f["w4"] + f["b1"]
    costs = [0.5 * (c[f"T{n}"] - c[f"O{n}"]) ** 2 for n in (1, 2)]
    questions = {kind: {q.id: q for q in sheet.questions} for kind, sheet in made.items()}
    late, early = (next(id.split(".")[0] for id in questions["chain"] if id.endswith(".back") and id[1] in names)
                   for names in ("5678", "1234"))
    n, h = (1 if late in ("w5", "w6") else 2), (1 if late in ("w5", "w7") else 2)
    t, o, w, x, rate = k[f"T{n}"], k[f"O{n}"], k[late], k[f"out h{h}"], k["l"]
    gradient = (o - t) * o * (1 - o) * x
    deltas = [(k[f"O{m}"] - k[f"T{m}"]) * k[f"O{m}"] * (1 - k[f"O{m}"]) for m in (1, 2)]
    to, via = (1 if early in ("w1", "w2") else 2), (1 if early in ("w1", "w3") else 2)
    weights = (k["w5"], k["w7"]) if to == 1 else (k["w6"], k["w8"])
    slope = k[f"out h{to}"] * (1 - k[f"out h{to}"])
    slips = [
        ("forward", "h1.z", h1 - f["b1"], "bias b1 is forgotten"),
        ("forward", "h1.z", f["i1"] * f["w1"] + f["i2"] * f["w3"] + f["b1"], "mixed up"),
        ("forward", "h1.a", h1, "σ is still to be applied"),
        ("forward", "h1.a", sigma(h1) * (1 - sigma(h1)), "slope"),
        ("forward", "o1.z", h1 * f["w5"] + h2 * f["w6"] + f["b2"], "output, not its sum"),
        ("loss", "cost.o1", 2 * costs[0], "½ is forgotten"), ("loss", "cost.o1", costs[0] / 2, "½ is taken once"),
        ("loss", "loss", sum(costs) / 2, "no mean is taken"), ("loss", "loss", 2 * sum(costs), "½ is forgotten"),
        ("loss", "slope.o1", c["T1"] - c["O1"], "The sign"),
        ("chain", f"{late}.slope", o, "(1 − output) is missing"),
        ("chain", f"{late}.local", w, "That is the weight"),
        ("chain", f"{late}.gradient", (o - t) * o * (1 - o), "is missing"),
        ("chain", f"{early}.gradient", deltas[0] * weights[0] * slope * k[f"i{via}"], "through o1 alone"),
        ("chain", f"{late}.update", w, "as it was"), ("chain", f"{late}.update", w + rate * gradient, "not added"),
        ("chain", f"{late}.update", w - gradient, "rate l is forgotten"),
    ]
    told = 0
    for kind, id, value, words in slips:
        question = questions[kind][id]
        field = question.fields[0]
        assert isinstance(field, Number)
        if typings(value, 4) & typings(field.answer, 4):
            continue  # four digits do not tell them apart
        for digits in range(1, 5):
            for text in typings(value, digits):
                verdict = question.check(text)
                assert not verdict.right, (id, text, value, field)
                told += words in verdict.hint
                assert digits < 4 or verdict.nearly or words in verdict.hint, (id, text, words, verdict)
    assert told > 30
