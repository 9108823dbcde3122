"""Writers: a page as LaTeX, Markdown or HTML, each complete by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from nnsim.exchange.pages import Blank, Block, Equations, Heading, Inline, Items, Math, Page, Paragraph, Parts, Table

ROWS_A_PAGE = 36
"""A LaTeX table does not break by itself: a longer one is written as several."""
_MATH_BLANK = r"\underline{\hspace{2cm}}"


# LaTeX

_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "%": r"\%", "#": r"\#", "&": r"\&",
            "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
            ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}"}
_QUOTES = {"“": "``", "”": "''", "„": r"\quotedblbase{}", "‘": "`", "’": "'", "–": "--", "—": "---", "…": r"\ldots{}",
           "\u00a0": "~", '"': "''"}
_SIGNS = {"−": "-", "·": r"\cdot ", "×": r"\times ", "≥": r"\geq ", "≤": r"\leq ", "≱": r"\ngeq ", "≠": r"\neq ",
          "→": r"\to ", "←": r"\gets ", "∞": r"\infty ", "∂": r"\partial ", "Σ": r"\Sigma ", "√": r"\surd ",
          "½": r"\frac{1}{2}", "′": "'", "²": "^{2}", "³": "^{3}", "‖": r"\Vert ", "±": r"\pm ", "✓": r"\checkmark ",
          "⁻": "^{-}", "°": r"^{\circ}", "η": r"\eta ", "☐": r"\square ", "Δ": r"\Delta ", "∈": r"\in ",
          **{sub: f"_{{{n}}}" for n, sub in enumerate("₀₁₂₃₄₅₆₇₈₉")},
          **{sup: f"^{{{n}}}" for n, sup in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹") if n not in (2, 3)}}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)$")
_CAPITALS = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega")
_ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
            "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c"}
_LETTERS = {"ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "œ": r"\oe{}", "Œ": r"\OE{}",
            "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}", "å": r"\aa{}", "Å": r"\AA{}"}


def _sign(c: str) -> str:
    """A character that LaTeX knows in formulas only; empty if it is none."""
    if c in _SIGNS:
        return _SIGNS[c]
    greek = _GREEK.match(unicodedata.name(c, ""))
    if greek is None:
        return ""
    name = greek[2].lower().replace("lamda", "lambda")
    if greek[1] == "CAPITAL":
        name = name.capitalize()
        return rf"\{name} " if name in _CAPITALS else ""
    return rf"\{name} " if name != "omicron" else "o"


def _letter(c: str) -> str:
    """A character beyond ASCII as text that every LaTeX typesets; one without a glyph there by its number."""
    if c in _LETTERS:
        return _LETTERS[c]
    parts = unicodedata.normalize("NFD", c)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return f"[U+{ord(c):04X}]"


def latex_text(text: str) -> str:
    """User text as LaTeX text: nothing in it is a command."""
    found = []
    for c in text:
        if c in _QUOTES:
            found.append(_QUOTES[c])
        elif c.isascii():
            found.append(_SPECIAL.get(c, c if c.isprintable() else " "))
        else:
            sign = _sign(c)
            found.append(f"${sign.strip()}$" if sign else _letter(c))
    return "".join(found)


def latex_math(math: str) -> str:
    """A formula whose names may hold any character, with commands that every LaTeX has in their place."""
    found = []
    for c in math:
        if c.isascii():
            found.append(c if c.isprintable() else " ")
        else:
            found.append(_sign(c) or rf"\text{{{_letter(c)}}}")
    return "".join(found)


def _latex_blank(blank: Blank) -> str:
    if blank.choices:
        return r"\quad ".join(rf"$\square$~{latex_text(choice)}" for choice in blank.choices)
    return f"${_math_blank(blank)}$"


def _math_blank(blank: Blank) -> str:
    return _MATH_BLANK + (rf"^{{({blank.number})}}" if blank.number else "")


def _latex_parts(parts: Parts) -> str:
    return _each(parts, latex_text, lambda math: f"${latex_math(math.latex)}$", _latex_blank)


def _each(parts: Parts, text: Callable[[str], str], math: Callable[[Math], str],
          blank: Callable[[Blank], str]) -> str:
    """Each part in its format; formulas beside each other are one, because $a$$b$ would be something else."""
    joined: list[Inline] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Math) and isinstance(last, Math):
            joined[-1] = Math(f"{last.latex.rstrip()} {part.latex.lstrip()}", last.text + part.text)
        else:
            joined.append(part)
    return "".join(math(part) if isinstance(part, Math) else blank(part) if isinstance(part, Blank) else text(part)
                   for part in joined)


def _aligned(block: Equations) -> str:
    """The rows between \\begin{aligned} and its end."""
    rows = []
    for line in block.lines:
        for index, right in enumerate(line.rights):
            said = _each(right, lambda text: rf"\text{{{latex_text(text)}}}", lambda math: math.latex, _math_blank)
            rows.append(f"{line.left.latex if not index else ''} &= {said}".strip())
    return " \\\\\n".join(rows)


def _latex_table(block: Table) -> str:
    found = []
    for start in range(0, max(len(block.rows), 1), ROWS_A_PAGE):
        rows = [" & ".join(_latex_parts(cell) for cell in row) for row in block.rows[start : start + ROWS_A_PAGE]]
        head = " & ".join(latex_text(title) for title in block.header)
        body = "".join(f"{row} \\\\\n" for row in rows)
        columns = "l" * (len(block.header) - 1) + r"p{0.5\textwidth}"
        found.append(f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n{head} \\\\\n\\hline\n{body}\\end{{tabular}}\n")
    return "\n\\medskip\n".join(found)


def _latex_block(block: Block) -> str:
    match block:
        case Heading(text=text):
            return rf"\section*{{{latex_text(text)}}}"
        case Paragraph(parts=parts):
            return _latex_parts(parts)
        case Table():
            return _latex_table(block)
        case Items(items=items):
            rows = "\n".join(rf"\item {_latex_parts(parts)}" for parts in items)
            return f"\\begin{{enumerate}}\n{rows}\n\\end{{enumerate}}"
        case Equations():
            return f"\\begin{{align*}}\n{latex_math_lines(_aligned(block))}\n\\end{{align*}}"


def latex_math_lines(text: str) -> str:
    """``latex_math`` of several lines."""
    return "\n".join(latex_math(line) for line in text.split("\n"))


_LATEX_HEAD = r"""\documentclass[11pt,a4paper,fleqn]{article}
\usepackage{amsmath,amssymb}
\setlength{\textwidth}{16cm}
\setlength{\oddsidemargin}{0cm}
\setlength{\textheight}{24cm}
\setlength{\topmargin}{-1.5cm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\allowdisplaybreaks
\raggedright
\begin{document}
"""


def write_latex(page: Page) -> str:
    """A whole document for plain pdflatex: article, amsmath, amssymb."""
    blocks = "\n\n".join(_latex_block(block) for block in page.blocks)
    title = rf"{{\LARGE {latex_text(page.title)}\par}}"
    return f"{_LATEX_HEAD}{title}\n\n{blocks}\n\n\\end{{document}}\n"


# Markdown

_MARKS = re.compile(r"([\\`*_\[\]|<>$&~])")
_OPENING = re.compile(r"^(\d*)([-+#.)])(?=\s|#)")


def markdown_text(text: str) -> str:
    """User text in which no sign means anything to Markdown."""
    return _OPENING.sub(r"\1\\\2", _MARKS.sub(r"\\\1", " ".join(text.split("\n"))))


def _markdown_blank(blank: Blank) -> str:
    if blank.choices:
        return " ".join(f"☐ {markdown_text(choice)}" for choice in blank.choices)
    # With spaces around them, as every blank has, these are not emphasis.
    return "____" + (f" ({blank.number})" if blank.number else "")


def _markdown_parts(parts: Parts) -> str:
    return _each(parts, markdown_text, lambda math: f"${_github(math.latex).strip()}$", _markdown_blank)


_UNSAFE = {r"\left|": r"\left\vert ", r"\right|": r"\right\vert ", "|": r"\vert ", "<": r"\lt ", ">": r"\gt ",
           r"\_": r"\underline{\ }", r"\{": r"\lbrace ", r"\}": r"\rbrace ", r"\%": "％", r"\#": "＃", r"\&": "＆",
           r"\$": "＄", "*": r"\ast ", "`": "‵"}
_UNSAFE_SIGN = re.compile("|".join(re.escape(sign) for sign in _UNSAFE))


def _github(math: str) -> str:
    """A formula in which no sign means anything to Markdown: of a backslash before a sign GitHub leaves the sign alone.

    A bar would end the cell of a table, and < open a tag.
    """
    return _UNSAFE_SIGN.sub(lambda match: _UNSAFE[match.group()], math)


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown_block(block: Block) -> str:
    match block:
        case Heading(text=text):
            return f"## {markdown_text(text)}"
        case Paragraph(parts=parts):
            return _markdown_parts(parts)
        case Table(header=header, rows=rows):
            lines = [_markdown_row(map(markdown_text, header)), _markdown_row("---" for _ in header),
                     *(_markdown_row(map(_markdown_parts, row)) for row in rows)]
            return "\n".join(lines)
        case Items(items=items):
            return "\n".join(f"{n}. {_markdown_parts(parts)}" for n, parts in enumerate(items, 1))
        case Equations():
            aligned = "\n".join(_github(row) for row in _aligned(block).split("\n"))
            return f"$$\n\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}\n$$"


def write_markdown(page: Page) -> str:
    """Markdown with formulas between dollar signs, as GitHub and most note books read it."""
    blocks = "\n\n".join(_markdown_block(block) for block in page.blocks)
    return f"# {markdown_text(page.title)}\n\n{blocks}\n"


# HTML

_SPELLED = re.compile(r'(?:<mi mathvariant="normal">[^<]+</mi>){2,}')
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --paper: #ffffff; --muted: #62686f; --line: #dcdcd5; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --paper: #17191c; --muted: #a3abb5; --line: #3a3f46; }
}
body { color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif; max-width: 56rem;
       margin: 0 auto; padding: 2rem 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; } h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
.wide { overflow-x: auto; margin: 0.5rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; color: var(--muted); }
th, td { padding: 0.25rem 1.5rem 0.25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
mtd { padding: 0.2em 0.15em; text-align: left; text-align: -webkit-left; }
mtd:first-child { text-align: right; text-align: -webkit-right; }
li { margin: 0.5rem 0; }
.blank { border-bottom: 1px solid var(--ink); }
span.blank { display: inline-block; min-width: 5em; }
@media print { body { max-width: none; padding: 0; } }
"""


def mathml(math: Math) -> str:
    """A formula's MathML, without the <math> around it; its plain text where the LaTeX cannot be read."""
    # Imported here because only who writes HTML needs it.
    from latex2mathml.converter import convert

    try:
        # A sign as it stands, that it need not know as a command.
        found = convert(math.latex.replace("\n", " "))
    except Exception:  # it raises errors of many kinds
        return f"<mtext>{escape(math.text)}</mtext>"
    inner = found[found.index(">") + 1 : found.rindex("</math>")]
    return _SPELLED.sub(lambda m: f"<mtext>{re.sub('<[^>]*>', '', m.group())}</mtext>", inner)


def _math_tag(inner: str, block: bool = False) -> str:
    display = ' display="block"' if block else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{display}>{inner}</math>'


def _html_blank(blank: Blank) -> str:
    if blank.choices:
        return " ".join(f"☐&nbsp;{escape(choice)}" for choice in blank.choices)
    number = f"<sup>({blank.number})</sup>" if blank.number else ""
    return f'<span class="blank" role="img" aria-label="blank">&nbsp;</span>{number}'


def _mathml_blank(blank: Blank) -> str:
    number = f"<mtext>({blank.number})</mtext>" if blank.number else "<mrow></mrow>"
    return f'<msup><mtext class="blank">{"&#160;" * 14}</mtext>{number}</msup>'


def _html_parts(parts: Parts) -> str:
    return _each(parts, escape, lambda math: _math_tag(mathml(math)), _html_blank)


def _html_equations(block: Equations) -> str:
    rows = []
    for line in block.lines:
        for index, right in enumerate(line.rights):
            said = _each(right, lambda text: f"<mtext>{escape(text)}</mtext>", mathml, _mathml_blank)
            left = mathml(line.left) if not index else ""
            rows.append(f"<mtr><mtd>{left}</mtd><mtd><mo>=</mo>{said}</mtd></mtr>")
    table = f'<mtable displaystyle="true" columnalign="right left">\n{chr(10).join(rows)}\n</mtable>'
    return f'<div class="wide">{_math_tag(table, block=True)}</div>'


def _html_block(block: Block) -> str:
    match block:
        case Heading(text=text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(parts=parts):
            return f"<p>{_html_parts(parts)}</p>"
        case Table(header=header, rows=rows):
            head = "".join(f'<th scope="col">{escape(title)}</th>' for title in header)
            body = "\n".join(f"<tr>{''.join(f'<td>{_html_parts(cell)}</td>' for cell in row)}</tr>" for row in rows)
            return (f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
                    f"<tbody>\n{body}\n</tbody>\n</table></div>")
        case Items(items=items):
            rows_of_list = "\n".join(f"<li>{_html_parts(parts)}</li>" for parts in items)
            return f"<ol>\n{rows_of_list}\n</ol>"
        case Equations():
            return _html_equations(block)


def write_html(page: Page) -> str:
    """One file that needs no other and no script: MathML, light or dark as the system is."""
    blocks = "\n".join(_html_block(block) for block in page.blocks)
    title = escape(page.title)
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
            f"<body>\n<h1>{title}</h1>\n{blocks}\n</body>\n</html>\n")


@dataclass(frozen=True)
class Format:
    """A format that pages are written in: ``write(page)`` gives the text of the file, whose name ends in ``suffix``."""

    name: str
    label: str
    suffix: str
    write: Callable[[Page], str]


_ENTRIES = (
    Format("latex", "LaTeX", ".tex", write_latex),
    Format("markdown", "Markdown", ".md", write_markdown),
    Format("html", "HTML", ".html", write_html),
)

FORMATS: dict[str, Format] = {entry.name: entry for entry in _ENTRIES}
"""Every format by name."""
