"""Pages: what a written document says, apart from the format it is written in."""

from collections.abc import Callable
from dataclasses import dataclass

ENOUGH = "Give at least three significant digits, rounded or cut off."
"""What a page with blanks says where numbers are asked for."""


@dataclass(frozen=True)
class Math:
    """A formula in two spellings: LaTeX, and one line of plain text."""

    latex: str
    text: str


@dataclass(frozen=True)
class Blank:
    """Where an answer is to be written. A key names it by ``number`` if it has one; one of ``choices`` is ticked."""

    number: int = 0
    choices: tuple[str, ...] = ()


Inline = str | Math | Blank
Parts = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text with formulas in it."""

    parts: Parts


@dataclass(frozen=True)
class Table:
    """Rows of cells under a header; every row is as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[Parts, ...], ...]


@dataclass(frozen=True)
class Line:
    """One equation: what stands left of the equals sign, and what stands right of it, a row each."""

    left: Math
    rights: tuple[Parts, ...]


@dataclass(frozen=True)
class Equations:
    """Equations under each other, aligned at the equals sign."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Items:
    """A numbered list that counts from 1."""

    items: tuple[Parts, ...]


Block = Heading | Paragraph | Table | Equations | Items


@dataclass(frozen=True)
class Page:
    """A document: its title and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


def written(parts: Parts, text: Callable[[str], str], math: Callable[[Math], str],
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


def plain(parts: Parts) -> str:
    """The parts as one line of plain text, a blank as ____."""
    return written(parts, str, lambda math: math.text, lambda blank: "____")
