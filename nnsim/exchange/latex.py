"""Pages written as LaTeX."""

import re
import unicodedata

from nnsim.exchange.pages import Blank, Block, Equations, Heading, Items, Page, Paragraph, Parts, Table, written

ROWS_A_PAGE = 36
"""A LaTeX table does not break by itself: a longer one is written as several."""
_RULE = r"\underline{\hspace{2cm}}"
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


def _blank(blank: Blank) -> str:
    if blank.choices:
        return r"\quad ".join(rf"$\square$~{latex_text(choice)}" for choice in blank.choices)
    return f"${_math_blank(blank)}$"


def _math_blank(blank: Blank) -> str:
    return _RULE + (rf"^{{({blank.number})}}" if blank.number else "")


def _parts(parts: Parts) -> str:
    return written(parts, latex_text, lambda math: f"${latex_math(math.latex)}$", _blank)


def aligned_rows(block: Equations) -> list[str]:
    """The rows of equations in LaTeX, with & before the equals sign, for an environment that aligns them."""
    rows = []
    for line in block.lines:
        for index, right in enumerate(line.rights):
            said = written(right, lambda text: rf"\text{{{latex_text(text)}}}", lambda math: math.latex, _math_blank)
            rows.append(f"{line.left.latex if not index else ''} &= {said}".strip())
    return rows


def _table(block: Table) -> str:
    found = []
    for start in range(0, max(len(block.rows), 1), ROWS_A_PAGE):
        rows = [" & ".join(_parts(cell) for cell in row) for row in block.rows[start : start + ROWS_A_PAGE]]
        head = " & ".join(latex_text(title) for title in block.header)
        body = "".join(f"{row} \\\\\n" for row in rows)
        columns = "l" * (len(block.header) - 1) + r"p{0.5\textwidth}"
        found.append(f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n{head} \\\\\n\\hline\n{body}\\end{{tabular}}\n")
    return "\n\\medskip\n".join(found)


def _block(block: Block) -> str:
    match block:
        case Heading(text=text):
            return rf"\section*{{{latex_text(text)}}}"
        case Paragraph(parts=parts):
            return _parts(parts)
        case Table():
            return _table(block)
        case Items(items=items):
            rows = "\n".join(rf"\item {_parts(parts)}" for parts in items)
            return f"\\begin{{enumerate}}\n{rows}\n\\end{{enumerate}}"
        case _:
            rows = " \\\\\n".join(map(latex_math, aligned_rows(block)))
            return f"\\begin{{align*}}\n{rows}\n\\end{{align*}}"


_HEAD = r"""\documentclass[11pt,a4paper,fleqn]{article}
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
    blocks = "\n\n".join(_block(block) for block in page.blocks)
    title = rf"{{\LARGE {latex_text(page.title)}\par}}"
    return f"{_HEAD}{title}\n\n{blocks}\n\n\\end{{document}}\n"
