"""The registry of formats that pages are written in."""

from collections.abc import Callable
from dataclasses import dataclass

from nnsim.exchange.html import write_html
from nnsim.exchange.latex import write_latex
from nnsim.exchange.markdown import write_markdown
from nnsim.exchange.pages import Page


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
