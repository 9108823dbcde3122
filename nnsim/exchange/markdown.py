"""Pages written as Markdown."""

import re
from collections.abc import Iterable

from nnsim.exchange.latex import aligned_rows
from nnsim.exchange.pages import Blank, Block, Heading, Items, Page, Paragraph, Parts, Table, written

_MARKS = re.compile(r"([\\`*_\[\]|<>$&~])")
_OPENING = re.compile(r"^(\d*)([-+#.)])(?=\s|#)")
_UNSAFE = {r"\left|": r"\left\vert ", r"\right|": r"\right\vert ", "|": r"\vert ", "<": r"\lt ", ">": r"\gt ",
           r"\_": r"\underline{\ }", r"\{": r"\lbrace ", r"\}": r"\rbrace ", r"\%": "％", r"\#": "＃", r"\&": "＆",
           r"\$": "＄", "*": r"\ast ", "`": "‵"}
_UNSAFE_SIGN = re.compile("|".join(re.escape(sign) for sign in _UNSAFE))


def markdown_text(text: str) -> str:
    """User text in which no sign means anything to Markdown."""
    return _OPENING.sub(r"\1\\\2", _MARKS.sub(r"\\\1", " ".join(text.split("\n"))))


def _github(math: str) -> str:
    """A formula in which no sign means anything to Markdown: of a backslash before a sign GitHub leaves the sign alone.

    A bar would end the cell of a table, and < open a tag.
    """
    return _UNSAFE_SIGN.sub(lambda match: _UNSAFE[match.group()], math)


def _blank(blank: Blank) -> str:
    if blank.choices:
        return " ".join(f"☐ {markdown_text(choice)}" for choice in blank.choices)
    # With spaces around them, as every blank has, these are not emphasis.
    return "____" + (f" ({blank.number})" if blank.number else "")


def _parts(parts: Parts) -> str:
    return written(parts, markdown_text, lambda math: f"${_github(math.latex).strip()}$", _blank)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _block(block: Block) -> str:
    match block:
        case Heading(text=text):
            return f"## {markdown_text(text)}"
        case Paragraph(parts=parts):
            return _parts(parts)
        case Table(header=header, rows=rows):
            lines = [_row(map(markdown_text, header)), _row("---" for _ in header),
                     *(_row(map(_parts, row)) for row in rows)]
            return "\n".join(lines)
        case Items(items=items):
            return "\n".join(f"{n}. {_parts(parts)}" for n, parts in enumerate(items, 1))
        case _:
            aligned = " \\\\\n".join(map(_github, aligned_rows(block)))
            return f"$$\n\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}\n$$"


def write_markdown(page: Page) -> str:
    """Markdown with formulas between dollar signs, as GitHub and most note books read it."""
    blocks = "\n\n".join(_block(block) for block in page.blocks)
    return f"# {markdown_text(page.title)}\n\n{blocks}\n"
