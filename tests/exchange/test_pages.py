"""Every kind of block and blank in every format, sign by sign."""

import re
from itertools import product
from xml.etree import ElementTree

import pytest

from nnsim.exchange.formats import FORMATS
from nnsim.exchange.latex import ROWS_A_PAGE, latex_math, latex_text
from nnsim.exchange.pages import (
    Blank,
    Block,
    Equations,
    Heading,
    Items,
    Line,
    Math,
    Page,
    Paragraph,
    Parts,
    Table,
    plain,
)

FORMULA = Math(r"\frac{a}{b}", "a/b")
INLINE: dict[str, tuple[Parts, dict[str, str]]] = {
    "text": (("5 % & <b>",), {"latex": r"5 \% \& \textless{}b\textgreater{}", "markdown": r"5 % \& \<b\>",
                              "html": "5 % &amp; &lt;b&gt;"}),
    "formula": ((FORMULA,), {"latex": r"$\frac{a}{b}$", "markdown": r"$\frac{a}{b}$", "html": "<mfrac>"}),
    "blank": ((Blank(),), {"latex": r"$\underline{\hspace{2cm}}$", "markdown": "____",
                           "html": '<span class="blank" role="img" aria-label="blank">&nbsp;</span>'}),
    "numbered blank": ((Blank(7),), {"latex": r"$\underline{\hspace{2cm}}^{(7)}$", "markdown": "____ (7)",
                                     "html": '&nbsp;</span><sup>(7)</sup>'}),
    "choices": ((Blank(3, ("yes", "no & no")),), {
        "latex": r"$\square$~yes\quad $\square$~no \& no", "markdown": r"☐ yes ☐ no \& no",
        "html": "☐&nbsp;yes ☐&nbsp;no &amp; no"}),
}
BLOCKS = {
    "paragraph": (Paragraph, {"latex": "{}", "markdown": "{}", "html": "<p>{}</p>"}),
    "items": (lambda parts: Items((("first",), parts)), {
        "latex": "\\begin{{enumerate}}\n\\item first\n\\item {}\n\\end{{enumerate}}", "markdown": "1. first\n2. {}",
        "html": "<ol>\n<li>first</li>\n<li>{}</li>\n</ol>"}),
    "table": (lambda parts: Table(("A|B", "C"), ((("1",), parts),)), {
        "latex": "\\begin{{tabular}}{{@{{}}lp{{0.5\\textwidth}}@{{}}}}\nA\\textbar{{}}B & C \\\\\n\\hline\n"
                 "1 & {} \\\\\n\\end{{tabular}}",
        "markdown": "| A\\|B | C |\n| --- | --- |\n| 1 | {} |",
        "html": '<thead><tr><th scope="col">A|B</th><th scope="col">C</th></tr></thead>\n'
                "<tbody>\n<tr><td>1</td><td>{}</td></tr>\n</tbody>"}),
}


def body(format: str, *blocks: Block) -> str:
    """What is written of these blocks, without the head of a document."""
    whole, empty = (FORMATS[format].write(Page("T", found)) for found in (blocks, ()))
    start = next(i for i, (one, other) in enumerate(zip(whole, empty, strict=False)) if one != other)
    return whole[start:]


@pytest.mark.parametrize(("format", "block", "inline"), list(product(FORMATS, BLOCKS, INLINE)))
def test_every_part_in_every_block(format: str, block: str, inline: str) -> None:
    """A sentence with the part in its midst stands in the block as the format has it."""
    parts, written = INLINE[inline]
    make, around = BLOCKS[block]
    text = body(format, make(("so ", *parts, " it is")))
    before, after = (piece.format() for piece in around[format].split("{}", 1)) if block == "paragraph" else (
        around[format].format("\0").split("\0"))
    assert before + "so " in text and " it is" + after in text
    middle = text[text.index("so ") + 3 : text.index(" it is")]
    if format == "html" and inline == "formula":
        assert middle.startswith("<math ") and middle.endswith("</math>") and written[format] in middle
    else:
        assert middle.endswith(written[format]) if inline == "numbered blank" else middle == written[format]


@pytest.mark.parametrize("format", FORMATS)
def test_equations_are_aligned_row_by_row(format: str) -> None:
    """The left side once, an equals sign in each row, text and blanks among the formulas."""
    first = Line(Math("a", "a"), ((FORMULA,), (Math("2", "2"), " if ", Blank(4))))
    text = body(format, Equations((first, Line(Math("c", "c"), ((Blank(),),)))))
    if format == "html":
        rows = re.findall("<mtr>(.*?)</mtr>", text)
        assert [row.split("</mtd>")[0] for row in rows] == [
            "<mtd><mrow><mi>a</mi></mrow>", "<mtd>", "<mtd><mrow><mi>c</mi></mrow>"]
        assert [row.count("<mo>=</mo>") for row in rows] == [1, 1, 1]
        assert "<mtext> if </mtext>" in rows[1] and "<mtext>(4)</mtext></msup>" in rows[1]
        assert [row.count('class="blank"') for row in rows] == [0, 1, 1]
        assert rows[2].endswith("<mrow></mrow></msup></mtd>")
    else:
        rule = r"\underline{\hspace{2cm}}"
        assert f"a &= \\frac{{a}}{{b}} \\\\\n&= 2\\text{{ if }}{rule}^{{(4)}} \\\\\nc &= {rule}\n" in text
        opening, closing = {"latex": (r"\begin{align*}", r"\end{align*}"),
                            "markdown": ("$$\n\\begin{aligned}", "\\end{aligned}\n$$")}[format]
        assert text.startswith(opening) and closing in text


@pytest.mark.parametrize("format", FORMATS)
def test_formulas_beside_each_other_are_one(format: str) -> None:
    """Two formulas without a word between are written as one; with a word between they are two."""
    one = body(format, Paragraph((Math("a", "a"), Math("b", "b"))))
    two = body(format, Paragraph((Math("a", "a"), " ", Math("b", "b"))))
    sign = "</math>" if format == "html" else "$"
    assert 2 * one.count(sign) == two.count(sign) == (2 if format == "html" else 4)
    assert plain((Math("x", "a"), Math("x", "b"), " c ", Blank(3))) == "ab c ____"


@pytest.mark.parametrize("rows", [0, 1, ROWS_A_PAGE - 1, ROWS_A_PAGE, ROWS_A_PAGE + 1, 2 * ROWS_A_PAGE, 100])
def test_a_long_table_is_several_in_latex_and_one_elsewhere(rows: int) -> None:
    """No row is lost, each table has the header, and an empty one has it too."""
    table = Table(("N",), tuple(((f"r{i}r",),) for i in range(rows)))
    for format in FORMATS:
        text = body(format, table)
        assert re.findall(r"r(\d+)r", text) == [str(i) for i in range(rows)]
    tex = body("latex", table)
    assert tex.count(r"\begin{tabular}") == tex.count("N \\\\\n\\hline") == max(1, -(-rows // ROWS_A_PAGE))
    assert all(part.count(" \\\\\n") - 1 <= ROWS_A_PAGE for part in tex.split(r"\medskip"))


def test_titles_and_headings_are_text() -> None:
    """Whatever stands in them; the HTML is well formed and names its title twice."""
    page = Page("A & <B>", (Heading("# C_1"),))
    assert r"{\LARGE A \& \textless{}B\textgreater{}\par}" in FORMATS["latex"].write(page)
    assert r"\section*{\# C\_1}" in FORMATS["latex"].write(page)
    assert FORMATS["markdown"].write(page) == "# A \\& \\<B\\>\n\n## \\# C\\_1\n"
    html = FORMATS["html"].write(page)
    assert html.count("A &amp; &lt;B&gt;") == 2 and "<h2># C_1</h2>" in html
    ElementTree.fromstring(html.replace("<!DOCTYPE html>", "").replace('charset="utf-8">', 'charset="utf-8"/>').replace(
        'initial-scale=1">', 'initial-scale=1"/>'))


def test_a_formula_that_cannot_be_read_is_shown_as_text() -> None:
    """HTML takes its plain spelling, with no sign of it a tag."""
    assert "<mtext>a &lt; b</mtext>" in body("html", Paragraph((Math(r"\left(", "a < b"),)))


@pytest.mark.parametrize(("sign", "tex"), [
    ("θ", r"\theta"), ("λ", r"\lambda"), ("ο", "o"), ("Δ", r"\Delta"), ("Γ", r"\Gamma"), ("Λ", r"\Lambda"),
    ("₀", "_{0}"), ("₉", "_{9}"), ("⁰", "^{0}"), ("¹", "^{1}"), ("²", "^{2}"), ("³", "^{3}"), ("⁴", "^{4}"),
    ("⁹", "^{9}"), ("≥", r"\geq"),
    ("∞", r"\infty"), ("½", r"\frac{1}{2}"),
])
def test_signs_of_formulas_are_commands(sign: str, tex: str) -> None:
    """In a formula as they are, in text between dollar signs."""
    assert latex_math(sign).strip() == tex and latex_text(sign) == f"${tex}$"


@pytest.mark.parametrize(("letter", "tex"), [
    ("é", r"\'{e}"), ("ü", r"\"{u}"), ("ñ", r"\~{n}"), ("å", r"\aa{}"), ("ß", r"\ss{}"), ("ç", r"\c{c}"),
    ("ő", r"\H{o}"),
    ("Α", "[U+0391]"), ("谷", "[U+8C37]"), ("“", "``"), ("–", "--"), ("\u00a0", "~"), ("\t", " "),
    ("\u202e", "[U+202E]"),
])
def test_letters_are_typeset_or_named(letter: str, tex: str) -> None:
    """What plain LaTeX has no glyph for is written by its number, a capital that looks Latin too."""
    assert latex_text(letter) == tex
