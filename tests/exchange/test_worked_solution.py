"""Worked solutions: every number of the lecture in each format, and documents that their readers can read."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import nnsim
from nnsim.core.network import Connection, Network, Neuron
from nnsim.documents.examples import EXAMPLES
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.latex import latex_math, latex_text
from nnsim.exchange.markdown import markdown_text
from nnsim.exchange.pages import ENOUGH
from nnsim.exchange.worked_solution import MOST_PARAMETERS, worked_solution
from nnsim.training.config import TrainingConfig

X, T = [0.05, 0.10], [0.01, 0.99]
HANDS_ON = nnsim.load(EXAMPLES["hands_on"].path)
# Section 4 of the lecture, as it is written there.
NUMBERS = ("0.15", "0.20", "0.25", "0.30", "0.35", "0.40", "0.45", "0.50", "0.55", "0.60",
           "0.05", "0.10", "0.01", "0.99",
           "0.3775", "0.3925", "0.593269992", "0.596884378", "1.105905967", "1.224921404", "0.751365070", "0.772928465",
           "0.298371109", "0.741365070", "0.186815602", "0.082167041", "0.358916480",
           "0.000438568", "0.000877135", "0.000497713", "0.000995425", "0.082667628", "0.022602540", "0.022740242",
           "0.018726", "0.100400", "0.149780716", "0.199561432", "0.249751144", "0.299502287", "0.408666186",
           "0.511301270", "0.561370121", "0.291027774")
# A name that is made of what each format takes for its own signs.
NASTY = "a_b^c%&#${}~\\<i>|*`é中θ\"'[x](y)"
COMMANDS = {"LaTeX": r"\begin{document}", "Markdown": "$$", "HTML": "<math"}


def solution(format: str, **options: object) -> str:
    """The lecture's example as a document."""
    return worked_solution(HANDS_ON.network, X, T, HANDS_ON.training, format, **options)  # type: ignore[arg-type]


def nasty_network() -> Network:
    """Two neurons with names full of special signs."""
    neurons = [Neuron(NASTY, "input"), Neuron("<script>alert(1)</script>", "output", "sigmoid", bias="β_1 & Söhne")]
    return Network.build(neurons, [Connection(NASTY, neurons[1].id, "w_{1")], {"w_{1": 0.5, "β_1 & Söhne": -0.25})


def assert_compiles(text: str, folder: Path, fits: bool = True) -> None:
    """With a LaTeX at hand it is typeset without an error; anywhere its environments and braces are balanced."""
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", text):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened
    bare = re.sub(r"\\[\\{}]", "", text)
    depth = np.cumsum([(c == "{") - (c == "}") for c in bare])
    assert depth.min() >= 0 and depth[-1] == 0
    assert text.isascii(), "plain pdflatex knows few other characters"
    program = shutil.which("pdflatex") or shutil.which("lualatex")
    if program is not None:
        (folder / "page.tex").write_text(text, encoding="utf-8")
        run = subprocess.run([program, "-interaction=nonstopmode", "-halt-on-error", "page.tex"], cwd=folder,
                             capture_output=True, text=True, errors="replace", timeout=120)
        assert run.returncode == 0, run.stdout[-2000:]
        assert not (fits and "Overfull" in run.stdout)
        assert (folder / "page.pdf").stat().st_size > 10_000


@pytest.mark.parametrize("format", FORMATS)
def test_every_number_of_the_lecture_is_in_it(format: str) -> None:
    """Section 4 of the lecture, to nine decimals, forward, backward and after one update."""
    found = {float(number) for number in re.findall(r"\d+\.\d+", solution(format, digits=10))}
    for number in NUMBERS:
        half = 0.5 * 10.0 ** -len(number.partition(".")[2])
        assert any(abs(float(number) - value) <= half * 1.01 for value in found), number


def test_four_digits_as_the_lecture_writes_them() -> None:
    """The sums, the chain rule of w5 in symbols and numbers, and its update, as LaTeX aligned at the equals sign."""
    text = solution("latex")
    for line in (
        r"\mathrm{Input}_{h_{1}} &= i_{1} \cdot w_{1} + i_{2} \cdot w_{2} + b_{1} \\",
        r"&= 0.05 \cdot 0.15 + 0.10 \cdot 0.20 + 0.35 = 0.3775",
        r"&= \sigma\left(0.3775\right) = 0.5933",
        r"\frac{\partial \mathrm{Loss}}{\partial w_{5}} &= \frac{\partial \mathrm{Loss}}{\partial O_{1}} \cdot "
        r"\frac{\partial O_{1}}{\partial \mathrm{Input}_{o_{1}}} \cdot "
        r"\frac{\partial \mathrm{Input}_{o_{1}}}{\partial w_{5}}",
        r"&= 0.7414 \cdot 0.1868 \cdot 0.5933 = 0.08217",
        r"w_{5}' &= w_{5} - l \cdot \frac{\partial \mathrm{Loss}}{\partial w_{5}} \\",
        r"&= 0.4 - 0.5 \cdot 0.08217 = 0.3589",
        r"\mathrm{Loss}' &= 0.291",
    ):
        assert line in text, line
    assert "b1, b2: frozen" in text and "b_{1}' &=" not in text


@pytest.mark.parametrize("example", ["hands_on", "xor", "perceptron_and", "spiral", "sine"])
@pytest.mark.parametrize("blanks", [False, True])
def test_latex_compiles(example: str, blanks: bool, tmp_path: Path) -> None:
    """Small and large networks, as solution and as exercise, with nothing wider than the page."""
    document = nnsim.load(EXAMPLES[example].path)
    structure = document.network.structure
    x, t = np.full(len(structure.inputs), 0.3), np.zeros(len(structure.outputs))
    assert_compiles(worked_solution(document.network, x, t, document.training, "latex", blanks=blanks), tmp_path)


def test_any_name_compiles(tmp_path: Path) -> None:
    """A neuron called after every special sign does no harm in LaTeX, and its title neither."""
    network = nasty_network()
    text = worked_solution(network, [1.0], [0.0], TrainingConfig(), "latex", title=NASTY)
    assert_compiles(text, tmp_path, fits=False)
    assert r"\beta" in text and r"\"{o}" in text and "[U+4E2D]" in text


def test_html_is_well_formed_and_asks_for_nothing() -> None:
    """It parses as XML, has MathML, both colour schemes, no script and no address; user text is escaped."""
    text = worked_solution(nasty_network(), [1.0], [0.0], TrainingConfig(), "html", title="<b>Ada</b>")
    body = text[text.index("<body>") : text.index("</html>")].replace("&nbsp;", "&#160;")
    tree = ElementTree.fromstring(body)
    space = "{http://www.w3.org/1998/Math/MathML}"
    assert len(list(tree.iter(f"{space}mtable"))) >= 5
    assert {element.tag.removeprefix(space) for element in tree.iter()}.isdisjoint({"script", "img", "link", "b"})
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r'(?:src|href)=|url\(|@import', text)
    assert "<script" not in text and "&lt;b&gt;Ada&lt;/b&gt;" in text
    assert not re.search(r"\\[a-z]+", "".join(tree.itertext())), "no LaTeX is left over"


def test_markdown_is_read_as_it_is_meant() -> None:
    """Blocks between two lines of $$, rows of tables with equal cells, and user text that means nothing."""
    text = solution("markdown")
    lines = text.split("\n")
    assert lines.count("$$") % 2 == 0 and lines.count("$$") > 20
    rows = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in rows} == {4}
    nasty = worked_solution(nasty_network(), [1.0], [0.0], TrainingConfig(), "markdown")
    rows = [line.replace(r"\|", "") for line in nasty.split("\n") if line.startswith("| ")]
    assert {line.count("|") for line in rows} == {4}
    assert "<" not in re.sub(r"\\<", "", nasty)
    assert markdown_text("*a* [b](c) `d` $e$ <f>") == r"\*a\* \[b\](c) \`d\` \$e\$ \<f\>"
    starts = [markdown_text(text) for text in ("- a", "1. b", "## c", "2-2-2", "0.5", "Hands-on")]
    assert starts == [r"\- a", r"1\. b", r"\## c", "2-2-2", "0.5", "Hands-on"]
    # GitHub takes a backslash away from a sign, so none may stand before one in a formula.
    assert not re.search(r"(?<!\\)\\[_{}%#&$]", "".join(re.findall(r"\$\$(.*?)\$\$", nasty, re.DOTALL)))


@pytest.mark.parametrize("format", FORMATS)
def test_an_exercise_leaves_out_what_its_key_says(format: str) -> None:
    """No result stands before the key; the key names each blank; without the key no result is left at all."""
    whole = solution(format, blanks=True)
    alone = solution(format, blanks=True, key=False)
    key = solution(format, blanks=True, key=True)
    for number in ("0.3775", "0.5933", "0.7514", "0.2984", "0.08217", "0.3589"):
        assert number not in alone
        assert number in key
        assert number in whole
    blanks = {"latex": r"\underline{\hspace{2cm}}", "markdown": r"\underline{\hspace{2cm}}", "html": 'class="blank"'}
    count = alone.count(blanks[format])
    assert count > 40
    assert f"({count})" in key and f"({count + 1})" not in key
    assert blanks[format] not in solution(format)


@pytest.mark.parametrize("format", FORMATS)
def test_an_exercise_asks_for_three_digits_as_worksheets_do(format: str) -> None:
    """In one line if any answer has more than two; not of a gate's whole numbers, on the key or without blanks."""
    gate = nnsim.load(EXAMPLES["xor"].path)
    for blanks, key, said in ((True, None, 1), (True, False, 1), (True, True, 0), (False, None, 0)):
        assert solution(format, blanks=blanks, key=key).count(ENOUGH) == said
        whole = worked_solution(gate.network, [1.0, 0.0], None, gate.training, format, blanks=blanks, key=key)
        assert ENOUGH not in whole


def test_only_chosen_parameters_are_chained() -> None:
    """The chain rule and the update of one weight; the other parts stay."""
    text = solution("latex", parameters=["w5"])
    assert r"w_{5}' &=" in text and r"w_{1}' &=" not in text
    assert r"\mathrm{Loss}' &= 0.295" in text, "of w5's update alone; all weights would give 0.291"


def test_the_update_is_the_optimizers_own() -> None:
    """Adam writes its moments; the perceptron rule no chain; a net of steps says why there is no gradient."""
    adam = worked_solution(HANDS_ON.network, X, T, replace(HANDS_ON.training, optimizer="adam"), "latex")
    assert r"\beta_1" in adam and r"\hat{r}" in adam
    rule = nnsim.load(EXAMPLES["perceptron_and"].path)
    text = worked_solution(rule.network, [0, 0], [0], rule.training, "latex")
    assert "follows no slope" in text and "Chain rule" not in text and r"w_{1}' &=" in text
    xor = nnsim.load(EXAMPLES["xor"].path)
    steps = worked_solution(xor.network, [0, 0], [0], xor.training, "latex")
    assert "no gradient to follow" in steps and "Update" not in steps


def test_without_a_target_the_forward_pass_alone() -> None:
    """Of the lecture's XOR at 1, 1: the sums and their comparisons, and no loss."""
    xor = nnsim.load(EXAMPLES["xor"].path)
    text = worked_solution(xor.network, [1, 1], None, xor.training, "latex")
    assert r"&= 1 \cdot 1 + 1 \cdot 1 + \left(-2\right) \cdot 1 = 0" in text
    assert r"0 < 0.6" in text and r"2 \geq  1.2" in text
    assert "Loss" not in text


def test_too_large_a_network_is_refused_in_words() -> None:
    """More parameters than anybody reads: how many, and how many are possible."""
    network = Network.layered([20, 20, 1])
    with pytest.raises(ValueError, match=str(MOST_PARAMETERS)):
        worked_solution(network, np.zeros(20), [0.0], TrainingConfig(), "html")


def test_text_for_latex() -> None:
    """Greek, signs and accents have commands; what has none is written by its number."""
    assert latex_text("Größe θ ≥ ½ 50 %") == r"Gr\"{o}\ss{}e $\theta$ $\geq$ $\frac{1}{2}$ 50 \%"
    assert latex_math("Σ α 中") == r"\Sigma  \alpha  \text{[U+4E2D]}"


def table_of(text: str, title: str) -> list[list[str]]:
    """The rows of a table in Markdown, by the title of its first column."""
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {title} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_network_is_described_neuron_by_neuron() -> None:
    """What each computes, its bias or none, a threshold's number; each parameter, where it is, and if frozen."""
    neurons = [Neuron("x", "input"), Neuron("u", "input"), Neuron("h", activation="tanh"),
               Neuron("k", activation="relu", combine="product", bias="b"),
               Neuron("y", "output", "sigmoid", bias="c", notation="threshold")]
    edges = [("x", "h", "v"), ("x", "k", "p"), ("u", "k", "q"), ("h", "y", "r"), ("k", "y", "s")]
    network = Network.build(neurons, [Connection(*edge) for edge in edges],
                            {"v": 0.5, "p": 2.0, "q": 1.0, "r": -1.0, "s": 0.25, "b": 0.125, "c": -1.5}, ["q"])
    text = worked_solution(network, [1.0, 2.0], [0.0], TrainingConfig(), "markdown")
    assert table_of(text, "Neuron") == [
        ["$h$", "Tanh", "none"], ["$k$", "ReLU of product", "$b$"], ["$y$", "Sigmoid", r"$c$, $\theta$ = $1.5$"]]
    values = {row[0].strip("$"): row[1:] for row in table_of(text, "Parameter")}
    assert {name: float(row[0].strip("$")) for name, row in values.items()} == {
        "v": 0.5, "p": 2.0, "q": 1.0, "r": -1.0, "s": 0.25, "b": 0.125, "c": -1.5}
    assert [name for name, row in values.items() if row[1].endswith("(frozen)")] == ["q"]
    assert "2 inputs, 2 hidden, 1 output." in text


@pytest.mark.parametrize("inputs", [3, 10, 12, 40])
def test_a_long_sum_is_broken_between_its_terms(inputs: int) -> None:
    """Each row is a whole number of terms, none is wider than a page holds, and joined they are the sum."""
    network = Network.layered([inputs, 1], output="sigmoid", seed=2)
    text = worked_solution(network, np.full(inputs, 0.5), [1.0], TrainingConfig(), "latex", parameters=[])
    start = text.index("z_{y} &=")
    rows = [row.strip() for row in text[start:].split("&=")[1:]]
    symbols = []
    for row in rows:
        if "w_{" not in row or "x_{" not in row:
            break
        symbols.append(row.removesuffix(r"\\").strip())
    terms = [rf"x_{{{i}}} \cdot w_{{{i + 1}}}" for i in range(inputs)] + [r"\mathrm{b\_y}"]
    joined = " ".join(row.lstrip("+ ").removesuffix("+").strip() + " +" for row in symbols).removesuffix(" +")
    assert joined.split(" + ") == terms
    assert all(row.count("{") == row.count("}") for row in symbols)
    assert (len(symbols) == 1) == (inputs == 3)
    assert all(2 <= row.count("w_{") <= 9 for row in symbols[:-1])


@pytest.mark.parametrize("format", FORMATS)
def test_what_there_is_not_is_left_out(format: str) -> None:
    """No chain that is asked for, an output still to be connected, a new loss that is no number, nothing to learn."""
    half = Network.build([Neuron("x", "input"), Neuron("y", "output"), Neuron("z", "output")],
                         [Connection("x", "y", "w")], {"w": 0.5})
    text = worked_solution(half, [1.0], [0.0, 1.0], TrainingConfig(), format, parameters=())
    assert "Nothing leads to output z" in text
    assert "Gradient" in text and "Chain rule" not in text and "Update" not in text
    assert "with the new values" in worked_solution(half, [1.0], [0.0, 1.0], TrainingConfig(), format)
    huge = Network.layered([1, 1], output="linear").with_values({"w1": 1e300})
    far = TrainingConfig(learning_rate=1e6, l2=1e6)
    text = worked_solution(huge, [0.0], [0.0], far, format)
    assert "with the new values" not in text
    frozen = Network.build(huge.structure.neurons, huge.structure.connections, {"w1": 0.5, "b_y": 0.0}, ["w1", "b_y"])
    text = worked_solution(frozen, [1.0], [0.0], TrainingConfig(), format)
    assert "frozen" in text and "with the new values" not in text
