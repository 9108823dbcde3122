"""The names of a CSV file's columns: whether its first record holds them, or is a sample itself."""

import math
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from nnsim.core.formulas.numbers import parse_number

MISSING = {"", "?", ".", "na", "n/a", "n.a.", "<na>", "nan", "-nan", "null", "\\n"}
"""What stands for a cell without a value, in small letters; and so do the errors of spreadsheets."""
TRUTHS = {
    "true": 1.0, "false": 0.0, "wahr": 1.0, "falsch": 0.0, "vrai": 1.0, "faux": 0.0, "verdadero": 1.0, "falso": 0.0,
    "vero": 1.0,
}
"""Truth values in small letters, as R, pandas and spreadsheets write them in several languages, as numbers."""
_ERROR = re.compile(r"#(?:N/?A|N/?V|[A-Z\dÀ-Þ/]+[!?])")
_WHOLE = re.compile(r"[-+−–]?\d+")
_BAD_NUMBER = re.compile(
    r"[-+−–(]?\s*+(?:(?=[.,_'’\s]*+\d)[\d.,_'’\s]++(?:e[-+−–]?\d*+|d[-+]\d++)?|inf|infinity|∞|nan)[-)]?", re.IGNORECASE)
_WITH_SIGN = re.compile(rf"[-+−–]?\s*+[$€£¥]?\s*+{_BAD_NUMBER.pattern}\s*+[%‰$€£¥]?", re.IGNORECASE)
"""A number beside a sign of money or per cent, or a badly written one."""
_DAY = r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d\d)"
_TIME = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?[ap]m)?"
_DATE = re.compile(rf"(?:{_DAY})(?:[t\s]\s*{_TIME}\s?(?:z|[-+]\d\d:?\d\d)?)?|{_TIME}", re.IGNORECASE)
_WITH_FRACTION, _WHOLE_WITH_FRACTION = re.compile(r"[-+−–]?\d+[.,]\d+"), re.compile(r"[-+−–]?\d+[.,]0+")
_SCIENTIFIC = re.compile(r"[-+−–]?\d[.,]\d+e[-+−–]?\d+", re.IGNORECASE)
_BINARY, _TABLE = ({"0", "1"}, {"-1", "1"}), 4
"""What the columns of a truth table hold, and how many rows one has at least."""
_FIRST_YEAR, _LAST_YEAR = 1500, 2200
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
    return cell.lower() in MISSING or _ERROR.fullmatch(cell) is not None


def is_date(cell: str) -> bool:
    """Whether a cell is a date or a time of day in figures: 2026-01-31, 31.1.26, 1/31/2026 12:30."""
    return _DATE.fullmatch(cell) is not None


def is_word(cell: str) -> bool:
    """Whether a cell is neither missing nor a number nor a date, not even a badly written one: 1.2.3, 50 %, $5, ∞."""
    return not (is_missing(cell) or is_number(cell) or _WITH_SIGN.fullmatch(cell) or is_date(cell))


def is_truth(cell: str) -> bool:
    """Whether a cell is a truth value, such as TRUE."""
    return cell.lower() in TRUTHS


def holds_text(cells: Sequence[str]) -> bool:
    """Whether most cells of a column that are not missing are words."""
    there = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(map(is_word, there)) > len(there)


def has_names(first: Sequence[str], body: Sequence[Sequence[str]], where: str) -> bool:
    """Whether the first record holds the columns' names, judged by the next ones, ``body``.

    Words above numbers are names, and so are 0, 1, 2 … that were counted, above what they cannot belong to. Raises
    ValueError, naming both readings, for numbers that may be either; ``where`` says in which line they stand.
    """
    columns = [[row[j] for row in body if j < len(row)] for j in range(len(first))]
    is_value = [is_number(cell) or _is_truth_among(cell, column) for cell, column in zip(first, columns, strict=True)]
    numbers = [j for j, value in enumerate(is_value) if value]
    words = [j for j, value in enumerate(is_value) if not value and _may_be_name(first[j], columns[j])]
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
    strange = any(_is_strange(first[j], columns[j]) for j in numbers)
    if counted:
        if body and all(_goes_on(before, after, numbers) for before, after in pairwise([first, *body])):
            return False
        if not strange and not words and _begins(row[0], columns[numbers[0]]):
            return False
        classes = [len(set(columns[j])) * 2 <= len(columns[j]) for j in words if columns[j]]
        # All words below come again, but not the one above them, nor its number.
        new_word = len(body) >= _TABLE and bool(classes) and all(classes) and not all(
            first[j] in columns[j] for j in numbers)
        if len(row) >= _MANY or (len(row) > 2 and any(fractions)) or new_word or strange:
            return True
        raise ValueError(_both(first, where))
    if len(row) >= _MANY and _spaced(row) and all(fractions) and len(body) > 1:
        return True
    if _are_years(row) and not any(_are_years([cell]) for j in numbers for cell in columns[j]):
        raise ValueError(_both(first, where))
    if len(body) > 1 and ((len(row) > 2 and all(fractions)) or (len(row) > 3 and _spaced(row) and not any(
            _spaced([cells[j] for j in numbers if j < len(cells)]) for cells in body))):
        raise ValueError(_both(first, where))
    return False


def _is_truth_among(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell is a truth value and not the name of a column of something else."""
    return is_truth(cell) and (not column or any(map(is_truth, column)))


def _may_be_name(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell is a word, or something like a date or 50 %, and the column below it holds no such thing."""
    if is_missing(cell) or _BAD_NUMBER.fullmatch(cell):
        return False
    return is_word(cell) or all(map(is_number, column))


def _both(first: Sequence[str], where: str) -> str:
    shown = ", ".join(cell[:20] for cell in first[:6]) + (" …" if len(first) > 6 else "")
    return (f"{where}: “{shown}” may be the names of the columns or the first sample. If they are names, write words "
            "in their place, such as x1, x2, t; if it is a sample, put a line of such names above it.")


def _is_strange(cell: str, column: Sequence[str]) -> bool:
    """Whether a whole number does not belong to the column below: it writes 1 as 1.0, holds words, or only 0 and 1."""
    if not column:
        return False
    if holds_text(column):
        return True
    if all(map(_SCIENTIFIC.fullmatch, column)):
        return True
    if all(map(_WITH_FRACTION.fullmatch, column)):
        return len(column) > 1 and any(map(_WHOLE_WITH_FRACTION.fullmatch, column))
    return len(column) >= _TABLE and int(cell) > 1 and any(set(column) == pair for pair in _BINARY)


def _begins(cell: str, column: Sequence[str]) -> bool:
    """Whether a whole number and those below it rise in equal steps, as 1 above 2, 3, 4: then it is one of them.

    pandas counts names from 0, which may stand above 1, 2, 3 by chance; it never writes 0.5 above 1.
    """
    if len(column) < _TABLE - 1 or (cell == "0" and (
            all(map(_WHOLE.fullmatch, column)) or not any(map(_WHOLE.fullmatch, column)))):
        return False
    try:
        values = [float(text.replace(",", ".")) for text in (cell, *column)]
    except ValueError:
        return False
    steps = [after - before for before, after in pairwise(values)]
    return steps[0] > 0 and all(math.isclose(step, steps[0], rel_tol=1e-6) for step in steps)


def _are_years(cells: Sequence[str]) -> bool:
    """Whether they are years in equal steps: 2019, 2020, or 1990, 2000."""
    return bool(cells) and len(cells) in (1, len(set(cells))) and _spaced(cells) and all(
        _FIRST_YEAR <= int(cell) <= _LAST_YEAR for cell in cells)


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
