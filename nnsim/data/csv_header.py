"""The names of a CSV file's columns: whether its first record holds them, or is a sample itself."""

import math
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from nnsim.core.formulas.numbers import parse_number

MISSING = {"", "?", "na", "n/a", "#n/a", "nan", "null"}
"""What stands for a cell without a value, in small letters."""
_WHOLE = re.compile(r"[-+−–]?\d+")
_BAD_NUMBER = re.compile(r"[-+−–]?\s*(?:[\d.,_'’\s]*\d[\d.,_'’\s]*(?:e[-+−–]?\d*)?|inf|infinity|∞|nan)", re.IGNORECASE)
_MANY = 5
"""So many counted numbers in a row are names: hardly any sample is 0, 1, 2, 3, 4."""


def is_number(cell: str) -> bool:
    """Whether a cell is a number by one decimal sign or the other."""
    with suppress(ValueError):  # quickly, for most
        if "_" not in cell and math.isfinite(float(cell)):
            return True
    return any(parse_number(cell, sign) is not None for sign in ".,")


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.lower() in MISSING


def is_word(cell: str) -> bool:
    """Whether a cell is neither missing nor a number, not even one that is badly written, such as 1.2.3 or ∞."""
    return not is_missing(cell) and not is_number(cell) and not _BAD_NUMBER.fullmatch(cell)


def holds_text(cells: Sequence[str]) -> bool:
    """Whether most cells of a column that are not missing are words."""
    there = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(map(is_word, there)) > len(there)


def has_names(first: Sequence[str], body: Sequence[Sequence[str]], where: str) -> bool:
    """Whether the first record holds the columns' names, judged by the next ones, ``body``.

    Words above numbers are names, and so are 0, 1, 2 … that were counted, above numbers with a fraction. Raises
    ValueError, naming both readings, for numbers that may be either; ``where`` says in which line they stand.
    """
    numbers = [column for column, cell in enumerate(first) if is_number(cell)]
    columns = [[row[j] for row in body if j < len(row)] for j in range(len(first))]
    words = [j for j, cell in enumerate(first) if is_word(cell)]
    if not numbers:
        return bool(words)
    if any(first[j] in columns[j] for j in words):
        return False  # A class that comes again.
    row = [first[j] for j in numbers]
    counted = _counted(row)
    if not first[0] and len(numbers) == len(first) - 1 and counted:
        return True  # An index without a name, as pandas and R write it.
    if any(columns[j] and not holds_text(columns[j]) for j in words):
        if counted or len(numbers) < 2 or _spaced(row):
            return True
        raise ValueError(_both(first, where))
    like_names = all(cell.isdecimal() for cell in row) and len(set(row)) == len(row) and len(first) > 1
    if not like_names or not (counted or body):
        return False
    fractions = [bool(columns[j]) and not any(map(_WHOLE.fullmatch, columns[j])) for j in numbers]
    if counted:
        if body and all(_goes_on(before, after, numbers) for before, after in pairwise([first, *body])):
            return False
        classes = [len(set(columns[j])) * 2 <= len(columns[j]) for j in words if columns[j]]
        if len(row) >= _MANY or (len(row) > 2 and any(fractions)) or (classes and all(classes)):
            return True  # Also where all words below come again, but not this one.
        raise ValueError(_both(first, where))
    if len(row) > 2 and all(fractions) and len(body) > 1:
        if len(row) >= _MANY and _spaced(row):
            return True
        raise ValueError(_both(first, where))
    return False


def _both(first: Sequence[str], where: str) -> str:
    shown = ", ".join(cell[:20] for cell in first[:6]) + (" …" if len(first) > 6 else "")
    return (f"{where}: “{shown}” may be the names of the columns or the first sample. If they are names, write words "
            "in their place, such as x1, x2, t; if it is a sample, put a line of such names above it.")


def _counted(cells: Sequence[str]) -> bool:
    """Whether they are 0, 1, 2 … or 1, 2, 3 … ."""
    return bool(cells) and cells[0] in ("0", "1") and _spaced(cells) and (
        len(cells) < 2 or int(cells[1]) - int(cells[0]) == 1)


def _spaced(cells: Sequence[str]) -> bool:
    """Whether they are whole numbers that rise in equal steps: 2019, 2020, 2021."""
    if not all(cell.isdecimal() and len(cell) < 16 for cell in cells):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(cells)}
    return len(steps) <= 1 and min(steps, default=1) > 0


def _goes_on(before: Sequence[str], after: Sequence[str], numbers: Sequence[int]) -> bool:
    """Whether counting goes on from one record to the next, as in 1, 2 and 3, 4: then both are samples."""
    here, there = ([row[j] for j in numbers if j < len(row)] for row in (before, after))
    return len(here) == len(there) and _spaced([*here, *there])
