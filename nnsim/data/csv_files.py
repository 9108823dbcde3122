"""CSV files: columns of numbers and of classes, read with errors that name file, line and column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np

from nnsim.core.arrays import Array
from nnsim.data.csv_header import TRUTHS, is_truth
from nnsim.data.csv_table import MOST_CLASSES, Table, table_of
from nnsim.data.csv_text import MAX_BYTES, text_of

INDEX_NAMES = {"", "index", "id", "row", "rownames", "row names", "no", "no.", "nr", "nr.", "#"}
"""What a column is called, in small letters, that only counts the rows."""
_UNNAMED = re.compile(r"unnamed: 0[.\d]*", re.IGNORECASE)
"""What pandas calls a column without a name when it reads and writes it again."""
_MOST_CELLS = 50_000_000
"""So many targets there may be; classes have a column each."""


@dataclass(frozen=True)
class Reading:
    """How a CSV file was read, so that it can be said.

    ``decimal`` is the decimal sign, ".," if there are both, empty if no number has one. ``names_in_line`` is the line
    of the columns' names, 0 if there is none and they are called 1, 2, 3 … . ``comments`` counts the lines of comment
    and ``left_out`` names the columns that only count or name the rows.
    """

    separator: str
    decimal: str
    names_in_line: int
    comments: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Columns:
    """What was chosen of a file: X (rows, inputs) and its columns' names, T (rows, outputs) and its classes, if any."""

    X: Array
    T: Array
    input_names: tuple[str, ...]
    classes: tuple[str, ...]
    reading: Reading


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
) -> Columns:
    """The columns named ``inputs`` and ``targets`` of a CSV file in a document's folder, by ``read_file``."""
    try:
        return read_file(located(path, folder), path, inputs, targets)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"The data file “{path}” cannot be read: {reason}.") from None


def read_file(file: Path, name: str, inputs: Sequence[str] = (), targets: Sequence[str] = ()) -> Columns:
    """The columns named ``inputs`` and ``targets`` of a CSV file.

    How the file is written is found out over many of its lines: what parts the columns, the decimal sign, whether the
    first line holds names; without them the columns are called 1, 2, 3 … . Without ``targets`` the last column is the
    target; without ``inputs`` the others are the inputs, but for those that only count or name the rows. TRUE
    and FALSE are 1 and 0. A target of words becomes one column of 0 and 1 for two classes, and a column for each class
    for more. Raises ValueError, in
    which ``name`` stands for the file, with line and column; where there are two readings it names both. Raises OSError
    if the file cannot be opened.
    """
    if not file.exists():
        raise ValueError(f"The data file “{name}” is not there: put it into {file.parent}.")
    if not file.is_file():
        raise ValueError(f"The data file “{name}” is no ordinary file: give the name of a CSV file.")
    state = file.stat()
    if state.st_size > MAX_BYTES:
        raise ValueError(f"The data file “{name}” has more than {MAX_BYTES // 2**20} MB: take fewer rows.")
    table = _table(file.resolve(), name, state.st_mtime_ns, state.st_size)
    where = {column: i for i, column in enumerate(table.names)}
    named = [j for j, column in enumerate(table.names) if column] or [0]
    for column in (*inputs, *targets):
        if column not in where:
            raise ValueError(f"{name} has no column “{column[:80]}”; it has {_listed(table.names)}.")
    chosen_targets = [where[t] for t in targets] or [
        next((j for j in reversed(named) if table.names[j] not in inputs), named[-1])]
    rest = [j for j in range(len(table.names)) if j not in set(chosen_targets) and j not in table.free]
    left_out = [j for j in rest if _only_counts(table, j, name)] if not inputs else []
    chosen_inputs = [where[i] for i in inputs] or [j for j in rest if j not in set(left_out)]
    if not chosen_inputs and left_out and table.names[left_out[0]]:
        chosen_inputs, left_out = left_out, []
    if not chosen_inputs or set(chosen_inputs) & set(chosen_targets):
        raise ValueError(f"{name} needs a column of inputs and one of targets; it has {_only_or_listed(table)}.")
    _check(table, chosen_inputs, chosen_targets, name)
    T, classes = _targets(table, chosen_targets, name)
    reading = Reading(table.dialect.separator, table.decimal, table.names_in_line, table.comments,
                      tuple(table.names[j] for j in left_out))
    return Columns(_numbers(table, chosen_inputs), T, tuple(table.names[j] for j in chosen_inputs), classes, reading)


def _listed(names: Sequence[str]) -> str:
    """Names for a message, which cannot hold thousands of them."""
    return ", ".join(name[:80] or "one without a name" for name in names[:12]) + (" …" if len(names) > 12 else "")


def _only_or_listed(table: Table) -> str:
    if len(table.names) > 1:
        return _listed(table.names)
    what = f"“{table.names[0][:80]}”" if table.names_in_line else "one"
    return (f"only {what}. Columns are parted by commas, semicolons, tabs, bars or spaces, or by what a first line "
            "such as “sep=:” says")


def located(path: str, folder: Path | None) -> Path:
    """The file a document's path names, with links followed. Raises ValueError if it is none that may be read."""
    inside(path)
    if folder is None:
        raise ValueError(f"The data file “{path}” belongs beside the document: save the document first.")
    root = folder.resolve()
    file = (root / path.replace("\\", "/")).resolve()
    if not file.is_relative_to(root):
        raise ValueError(f"The data file “{path}” is a link that leads out of the document's folder: "
                         "copy the file itself there.")
    return file


@lru_cache(maxsize=4)
def _table(file: Path, name: str, changed: int, size: int) -> Table:
    """A whole file. ``changed`` and ``size`` make the cache notice another content."""
    return table_of(text_of(file, size, name), name)


def _only_counts(table: Table, column: int, name: str) -> bool:
    """Whether a column only counts or names the rows, as an index without a name does, or one called “Id”.

    Raises ValueError for a column that has no name and is no index.
    """
    title = _UNNAMED.sub("", table.names[column])
    if title.lower() not in INDEX_NAMES:
        return False
    rows, values = len(table.values), table.values[:, column]
    if column in table.texts:
        different = len(table.texts[column])
        return not title or different == rows or different > MOST_CLASSES
    if column in table.faults:
        return not title and bool(np.isnan(values).all())  # such as dates
    if title:
        return rows > 1 and values[0] in (0, 1) and bool((np.diff(values) == 1).all())
    if (values == np.floor(values)).all() and len(np.unique(values)) == rows:
        return True
    if table.names[column]:
        return False
    raise ValueError(f"{name}, line {table.names_in_line}: column {column + 1} has no name; give it one.")


def _check(table: Table, inputs: Sequence[int], targets: Sequence[int], name: str) -> None:
    """Raises ValueError for the first thing that keeps the chosen columns from being used."""
    for j in inputs:
        if j in table.text_lines and not _holds_truths(table, j):
            raise ValueError(f"{name}, line {table.text_lines[j]}, column {table.names[j][:80]} holds words such as "
                             f"“{table.texts[j][0][:40]}”, and an input must be a number: make it the target, or name "
                             "the inputs without it.")
    if len(targets) > 1:
        for j in targets:
            if j in table.texts and not _holds_truths(table, j):
                raise ValueError(f"{name}, column {table.names[j][:80]} holds words: as classes to be learned it must "
                                 "be the only target.")
    faults = [table.faults[j] for j in (*inputs, *targets) if j in table.faults]
    if faults:
        raise ValueError(min(faults)[1])


def _holds_truths(table: Table, column: int) -> bool:
    """Whether a column holds TRUE and FALSE alone: as numbers they are 1 and 0."""
    return column in table.texts and all(map(is_truth, table.texts[column]))


def _numbers(table: Table, columns: Sequence[int]) -> Array:
    """Columns of numbers, those of truth values too."""
    values = table.values[:, columns]
    for place, column in enumerate(columns):
        if column in table.texts:
            codes = np.array([TRUTHS[text.lower()] for text in table.texts[column]])
            values[:, place] = codes[values[:, place].astype(np.intp)]
    return values


def _targets(table: Table, columns: Sequence[int], name: str) -> tuple[Array, tuple[str, ...]]:
    """(T, classes): numbers as they are; the classes of a column of words, in the order of the alphabet, as 0 and 1."""
    column = columns[0]
    if column not in table.texts or len(columns) > 1:
        return _numbers(table, columns), ()
    texts = table.texts[column]
    classes = tuple(sorted(texts))
    where = f"{name}, column {table.names[column][:80]}"
    if len(classes) < 2:
        raise ValueError(f"{where} has “{classes[0][:40]}” in each line: a network needs two classes or more to learn.")
    if len(classes) * len(table.values) > _MOST_CELLS:
        raise ValueError(f"{where} has {len(classes)} classes, too many for {len(table.values)} lines: take fewer.")
    codes = np.array([classes.index(text) for text in texts])[table.values[:, column].astype(np.intp)]
    if len(classes) == 2:
        return codes[:, np.newaxis].astype(np.float64), classes
    T = np.zeros((len(codes), len(classes)))
    T[np.arange(len(codes)), codes] = 1.0
    return T, classes
