"""CSV files: columns of numbers, read with errors that name file, line and column."""

import codecs
import csv
import io
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np

from nnsim.core.arrays import Array

MAX_BYTES = 256 * 1024 * 1024
DELIMITERS = ";\t,"
MOST_COLUMNS, LONGEST_LINE = 100_000, 4 * 1024 * 1024
PIECE = 1024 * 1024
_EMPTY = "{} is empty: it needs a line of column names, then one line for each sample."
_FIRST_LINE = re.compile(rb"(?!\s)[^\r\n]*")


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
        file = located(path, folder)
        state = file.stat()
        names, table = _table(file, path, state.st_mtime_ns, state.st_size)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"The data file “{path}” cannot be read: {reason}.") from None
    where = {name: i for i, name in enumerate(names)}
    for name in (*inputs, *targets):
        if name not in where:
            raise ValueError(f"{path} has no column “{name[:80]}”; it has {_listed(names)}.")
    taken = set(inputs)
    chosen_targets = list(targets) or [next((n for n in reversed(names) if n not in taken), names[-1])]
    taken = set(chosen_targets)
    chosen_inputs = list(inputs) or [name for name in names if name not in taken]
    if not chosen_inputs or set(chosen_inputs) & taken:
        raise ValueError(f"{path} needs a column of inputs and one of targets; it has {_listed(names)}.")
    X, T = (table[:, [where[name] for name in chosen]] for chosen in (chosen_inputs, chosen_targets))
    return X, T


def _listed(names: Sequence[str]) -> str:
    """Names for a message, which cannot hold thousands of them."""
    return ", ".join(name[:80] for name in names[:12]) + (" …" if len(names) > 12 else "")


def located(path: str, folder: Path | None) -> Path:
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
    with file.open("rb") as opened:
        # With its size, because the most that is allowed would be set aside first.
        raw = opened.read(min(size, MAX_BYTES)).removeprefix(codecs.BOM_UTF8)
    _check_text(raw, name)
    if not raw.strip(b" \t\r\n,;"):
        raise ValueError(_EMPTY.format(name))
    first_line = _FIRST_LINE.search(raw).group().decode()  # type: ignore[union-attr]
    delimiter = max(DELIMITERS, key=lambda sign: (first_line.count(sign), sign == ","))
    if delimiter == "," and not first_line.count(","):
        delimiter = ";"  # a single column, where a comma can only be a decimal one
    if first_line.count(delimiter) >= MOST_COLUMNS:
        raise ValueError(f"{name} has more than {MOST_COLUMNS} columns: take fewer.")
    lines = _lines(raw, name, delimiter)
    try:
        number, head = next(lines)
    except StopIteration:
        raise ValueError(_EMPTY.format(name)) from None
    headless = all(_number(cell, delimiter) is not None for cell in head)
    names = tuple(str(i) for i in range(1, len(head) + 1)) if headless else tuple(head)
    _check_names(names, f"{name}, line {number}")
    table = _plain_table(raw, delimiter, headless, len(names))
    if table is None:
        values = array("d", _row(head, number, name, names, delimiter) if headless else ())
        for at, cells in lines:
            values.extend(_row(cells, at, name, names, delimiter))
        table = np.frombuffer(values, dtype=np.float64).reshape(-1, len(names)) if values else np.empty((0, len(names)))
    if not len(table):
        raise ValueError(f"{name} has column names but no sample: add one line for each.")
    table.setflags(write=False)
    return names, table


def _check_text(raw: bytes, name: str) -> None:
    """Raises ValueError unless it is text in lines; of the text nothing is made."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), PIECE):
        try:
            decoder.decode(raw[start : start + PIECE], final=start + PIECE >= len(raw))
        except UnicodeDecodeError as error:
            at = start + PIECE - len(error.object) if start + PIECE < len(raw) else len(raw) - len(error.object)
            raise ValueError(f"{name} is not UTF-8 text (byte {at + error.start}): save it as CSV, UTF-8.") from None
    if b"\0" in raw:
        raise ValueError(f"{name} is not text: save it as CSV, UTF-8.")
    at = 0
    while at + LONGEST_LINE < len(raw):
        end = max(raw.rfind(sign, at, at + LONGEST_LINE) for sign in (b"\n", b"\r"))
        if end < 0:
            line = len(raw[:at].splitlines()) + 1
            raise ValueError(f"{name}, line {line} has more than {LONGEST_LINE // 2**20} MB: this is no CSV file.")
        at = end + 1


def _check_names(names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for i, column in enumerate(names):
        if not column:
            raise ValueError(f"{where}: column {i + 1} has no name.")
        if column in seen:
            raise ValueError(f"{where}: two columns are called “{column[:80]}”.")
        seen.add(column)


def _plain_table(raw: bytes, delimiter: str, headless: bool, columns: int) -> Array | None:
    """The values of a file without quotes and without faults, read by numpy; None if it is not as plain as that."""
    if b'"' in raw:
        return None
    body = raw.lstrip(b" \t\r\n")
    if not headless:
        end = re.search(rb"\r\n|\r|\n", body)
        body = body[end.end() :] if end else b""
    if delimiter != ",":
        body = body.replace(b",", b".")
    if not body.strip():
        return None
    try:
        text = io.TextIOWrapper(io.BytesIO(body), "utf-8")
        table = np.loadtxt(text, delimiter=delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    return table if table.shape[1] == columns and np.isfinite(table).all() else None


def _lines(raw: bytes, name: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, stripped cells) of every line that is not blank."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(raw), "utf-8", newline=""), delimiter=delimiter, strict=True)
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
            raise ValueError(f"{name}, line {line}, column {column[:80]}: {what}; write one such as 1.5.")
        if not math.isfinite(value):
            raise ValueError(f"{name}, line {line}, column {column[:80]}: “{cell[:40]}” is not finite; "
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
