"""Counts in sentences: one of a thing is one thing, and a thousand is 1,000, wherever the window says how many."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import nnsim
from nnsim.core.formulas.numbers import numbered
from nnsim.core.layered import counted

THINGS = (
    "samples", "epochs", "updates", "neurons", "inputs", "outputs", "connections", "parameters", "weights", "biases",
    "rows", "cells", "lines", "numbers", "terms", "columns", "paths", "gradients", "formulas", "seeds", "networks",
    "digits", "steps", "files", "panels", "classes", "values")
COUNT = re.compile(rf"\{{(?:n|m|all|used|count)\}}(?: [a-z]+)? (?:{'|'.join(THINGS)})\b")
NEVER_ONE = {
    "{n} digits", "{n} steps", "{n} networks", "{n} terms", "{n} largest terms", "{n} different values",
    "{n} samples", "{all} samples", "{n} epochs", "{n} rows", "{n} right rows", "{all} seeds", "{all} gradients",
    "{n} numbers", "{n} more paths", "{count} connections", "{n} neurons", "{all} rows", "{n} updates"}
"""Said only of two or more, where another sentence has been chosen before; or of a share: “1 of 5 seeds”."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    """The code of the window, file by file."""
    root = Path(nnsim.__file__).parent / "gui"
    for path in sorted(root.rglob("*.py")):
        yield str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))


def strings(node: ast.AST) -> Iterator[str]:
    """All texts in a piece of code."""
    yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def is_bare(value: ast.expr) -> bool:
    """Whether a count goes into a sentence as it is: a length, a sum, an epoch, without what parts thousands."""
    if isinstance(value, ast.BinOp):
        return is_bare(value.left) or is_bare(value.right)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("len", "sum", "int")
    return isinstance(value, ast.Attribute) and value.attr in ("epoch", "epochs", "update", "updates", "position")


@pytest.mark.parametrize(("count", "said"), [(0, "0 samples"), (1, "1 sample"), (2, "2 samples"),
                                             (1000, "1,000 samples"), (460808, "460,808 samples")])
def test_a_count_has_its_noun_and_its_thousands(count: int, said: str) -> None:
    assert numbered(count, "1 sample", "{n} samples") == counted(count, "sample") == said


def test_every_sentence_with_a_count_knows_one() -> None:
    """A plural after a number stands only in ``numbered`` beside its singular, or where one cannot be."""
    alone = set()
    for file, tree in sources():
        paired = {id(text) for call in ast.walk(tree) if isinstance(call, ast.Call)
                  and isinstance(call.func, ast.Name) and call.func.id == "numbered"
                  for text in ast.walk(call)}
        # Kept in a table with its singular, or a docstring.
        paired |= {id(e) for t in ast.walk(tree) if isinstance(t, ast.Tuple)
                   and any(text.startswith("1 ") for text in strings(t)) for e in ast.walk(t)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in paired:
                alone |= {(file, m.group()) for m in COUNT.finditer(node.value)
                          if not node.value.strip().startswith("``")}
    assert {text for _, text in alone} <= NEVER_ONE, sorted(entry for entry in alone if entry[1] not in NEVER_ONE)


def test_every_large_count_has_its_thousands_parted() -> None:
    """Lengths and epochs go into sentences as f"{n:,}", as in the toolbar; but for those that are always small."""
    small = {("window/recovery.py", "len(left)"), ("panels/worksheet/view.py", "len(self._right)"),
             ("panels/training/seed_advice.py", "len(solving)"), ("panels/explain/steps.py", "len(shown)"),
             ("panels/explain/backward.py", "len(found)"),
             ("panels/explain/backward.py", "len(found) - kinks - wrong - beyond"),
             ("panels/matrices/view.py", "len(block.words) - MOST_WORDS")}
    bare = set()
    for file, tree in sources():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "format":
                bare |= {(file, ast.unparse(k.value)) for k in call.keywords if is_bare(k.value)}
    assert bare <= small, sorted(bare - small)
