"""CSV files: columns of numbers, read with errors that name file, line and column."""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np

from nnsim.core.arrays import Array

MAX_BYTES = 256 * 1024 * 1024
DELIMITERS = ";\t,"


def inside(path: str) -> None:
    """Raises ValueError unless ``path`` is relative and leads nowhere but into the document's own folder."""
    bad = (
        not path or "\0" in path or ".." in re.split(r"[/\\]", path)
        or PurePosixPath(path).is_absolute() or PureWindowsPath(path).anchor
    )
    if bad:
        raise ValueError(f"The data file “{path}” must lie in the document's folder or below it: "
                         "copy it there and give its name.")


def read_columns(
    path: str, folder: Path | None, inputs: Sequence[str] = (), targets: Sequence[str] = ()
) -> tuple[Array, Array]:
    """The columns named ``inputs`` and ``targets`` of a CSV file, X (rows, inputs) and T (rows, targets).

    The first line holds the names, unless it is all numbers: then the columns are called 1, 2, 3 … .
    Columns are parted by semicolon, tab or comma, whichever the first line has; where it is not the
    comma, 1,5 is 1.5. Without ``targets`` the last column is the target, without ``inputs`` the others
    are the inputs. Raises ValueError naming file, line and column.
    """
    try:
        file = _located(path, folder)
        state = file.stat()
        names, table = _table(file, path, state.st_mtime_ns, state.st_size)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"The data file “{path}” cannot be read: {reason}.") from None
    where = {name: i for i, name in enumerate(names)}
    for name in (*inputs, *targets):
        if name not in where:
            raise ValueError(f"{path} has no column “{name}”; it has {', '.join(names)}.")
    chosen_targets = list(targets) or [next((n for n in reversed(names) if n not in inputs), names[-1])]
    chosen_inputs = list(inputs) or [name for name in names if name not in chosen_targets]
    if not chosen_inputs or set(chosen_inputs) & set(chosen_targets):
        raise ValueError(f"{path} needs a column of inputs and one of targets; it has {', '.join(names)}.")
    X, T = (table[:, [where[name] for name in chosen]] for chosen in (chosen_inputs, chosen_targets))
    return X, T


def _located(path: str, folder: Path | None) -> Path:
    """The file a path names, with links followed. Raises ValueError if it is none that may be read."""
    inside(path)
    if folder is None:
        raise ValueError(f"The data file “{path}” belongs beside the document: save the document first.")
    root = folder.resolve()
    file = (root / path.replace("\\", "/")).resolve()
    if not file.is_relative_to(root):
        raise ValueError(f"The data file “{path}” is a link that leads out of the document's folder: "
                         "copy the file itself there.")
    if not file.exists():
        raise ValueError(f"The data file “{path}” is not there: put it into {root}.")
    if not file.is_file():
        raise ValueError(f"The data file “{path}” is no ordinary file: give the name of a CSV file.")
    if file.stat().st_size > MAX_BYTES:
        raise ValueError(f"The data file “{path}” has more than {MAX_BYTES // 2**20} MB: take fewer rows.")
    return file


@lru_cache(maxsize=4)
def _table(file: Path, name: str, changed: int, size: int) -> tuple[tuple[str, ...], Array]:
    """(names, values) of a whole file. ``changed`` and ``size`` make the cache notice another content."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not UTF-8 text (byte {error.start}): save it as CSV, UTF-8.") from None
    if "\0" in text:
        raise ValueError(f"{name} is not text: save it as CSV, UTF-8.")
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda sign: (first_line.count(sign), sign == ","))
    if delimiter == "," and not first_line.count(","):
        delimiter = ";"  # a single column, where a comma can only be a decimal one
    lines = _lines(text, name, delimiter)
    try:
        number, head = next(lines)
    except StopIteration:
        raise ValueError(f"{name} is empty: it needs a line of column names, "
                         "then one line for each sample.") from None
    headless = all(_number(cell, delimiter) is not None for cell in head)
    names = tuple(str(i) for i in range(1, len(head) + 1)) if headless else tuple(head)
    for i, column in enumerate(names):
        if not column:
            raise ValueError(f"{name}, line {number}: column {i + 1} has no name.")
        if column in names[:i]:
            raise ValueError(f"{name}, line {number}: two columns are called “{column}”.")
    rows = [_row(head, number, name, names, delimiter)] if headless else []
    rows.extend(_row(cells, at, name, names, delimiter) for at, cells in lines)
    if not rows:
        raise ValueError(f"{name} has column names but no sample: add one line for each.")
    table = np.array(rows, dtype=np.float64)
    table.setflags(write=False)
    return names, table


def _lines(text: str, name: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, stripped cells) of every line that is not blank."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise ValueError(f"{name}, line {reader.line_num}: this is not CSV ({error}).") from None


def _row(cells: list[str], line: int, name: str, names: tuple[str, ...], delimiter: str) -> list[float]:
    if len(cells) != len(names):
        raise ValueError(f"{name}, line {line} has {len(cells)} columns, but the first line has "
                         f"{len(names)}: all lines must be as long.")
    values = []
    for column, cell in zip(names, cells, strict=True):
        value = _number(cell, delimiter)
        if value is None:
            what = f"“{cell[:40]}” is not a number" if cell else "the cell is empty"
            raise ValueError(f"{name}, line {line}, column {column}: {what}; write one such as 1.5.")
        if not math.isfinite(value):
            raise ValueError(f"{name}, line {line}, column {column}: “{cell[:40]}” is not finite; "
                             "remove the line or correct it.")
        values.append(value)
    return values


def _number(cell: str, delimiter: str) -> float | None:
    """The number a cell holds, or None. Where the comma does not part columns, it may be the decimal one."""
    if delimiter != "," and "." not in cell:
        cell = cell.replace(",", ".", 1)
    try:
        return float(cell) if "_" not in cell else None
    except ValueError:
        return None
