"""The values of a CSV file: numbers, classes, and what is wrong with a column if it is used."""

import io
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import OTHER_SIGN, parse_number
from nnsim.core.layered import counted
from nnsim.data.csv_dialect import MOST_COLUMNS, SPACES, Dialect, Records, dialect_of
from nnsim.data.csv_header import has_names, holds_text, is_date, is_missing, is_number, is_word

MOST_CLASSES = 1000
_EMPTY = "{} is empty: it needs a line of column names, then one line for each sample."
_LOOKED_AT, _MOST_CELLS_LOOKED_AT = 200, 200_000
"""So many records, or cells, tell which columns hold numbers."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
Fault = tuple[int, str]
"""The line, and what is wrong in it."""


@dataclass(frozen=True, eq=False)
class Table:
    """A whole file. ``values`` (rows, columns) has a code for each text, the place in the column's ``texts``."""

    names: tuple[str, ...]
    values: Array
    texts: dict[int, tuple[str, ...]]
    """The different texts of the columns that hold text, in the order in which they come."""
    text_lines: dict[int, int]
    """The line of the first text in each of these columns."""
    faults: dict[int, Fault]
    """The first thing in a column that keeps it from being used."""
    dialect: Dialect
    decimal: str
    """The decimal sign; empty if no number has one."""
    names_in_line: int
    """Where the names stand; 0 if there are none, and the columns are called 1, 2, 3 … ."""
    comments: int
    free: frozenset[int] = frozenset()
    """The columns in which nothing stands, not even a name."""


def table_of(raw: bytes, name: str) -> Table:
    """The table in a CSV file's text. Raises ValueError naming the line, and both readings where there are two."""
    if not raw.strip(b" \t\r\n,;|"):
        raise ValueError(_EMPTY.format(name))
    dialect = dialect_of(raw, name)
    records = Records(raw, dialect, name)
    stream = iter(records)
    first_line, first = next(stream, (0, []))
    if not first:
        raise ValueError(_EMPTY.format(name))
    if len(first) > MOST_COLUMNS:
        raise ValueError(f"{name} has more than {MOST_COLUMNS} columns: take fewer.")
    first_end = records.last
    looked_at = list(islice(stream, max(2, min(_LOOKED_AT, _MOST_CELLS_LOOKED_AT // len(first)))))
    body = [cells for _, cells in looked_at]
    first = first[: max(map(_filled, [first, *body]))]  # without separators at the end of each line
    headed = has_names(first, body, f"{name}, line {first_line}")
    names = tuple(first) if headed else tuple(str(i) for i in range(1, len(first) + 1))
    if headed and len(first) > 1 and body and _has_row_names(body, len(first), dialect.separator):
        names = ("", *names)  # as R writes it
    if headed and _filled(first) == 1 and len(body) > 1 and min(map(_filled, body)) > 1:
        raise ValueError(f"{name}, line {first_line}: “{first[0][:40]}” stands alone, but the lines below have "
                         f"{_filled(body[0])} columns: part it as they are, or begin it with “#” if it is a title.")
    _check_names(names, f"{name}, line {first_line}")
    if not headed:
        looked_at, body, first_end = [(first_line, first), *looked_at], [first, *body], first_line - 1
    columns = [[row[j] for row in body if j < len(row)] for j in range(len(names))]
    texts: dict[int, dict[str, int]] = {j: {} for j, cells in enumerate(columns) if holds_text(cells)}
    plain = None if texts else _plain(raw, dialect, first_end, len(names))
    if plain is not None:
        values, decimal = plain
        scan = _Scan(name, names, first_line, texts)
    else:
        careful = dialect.separator != "," or b'"' in raw
        scan = _Scan(name, names, first_line, texts, careful)
        values, decimal = scan.run(chain(looked_at, stream), dialect.separator)
        if scan.must_read_again:
            again = iter(Records(raw, dialect, name))
            scan = _Scan(name, names, first_line, {j: {} for j in texts}, careful, decimal)
            values, _ = scan.run(islice(again, int(headed), None), dialect.separator)
    if not len(values):
        hidden = f"; {counted(records.comments, 'line')} with “#” before it are comments" if records.comments else ""
        raise ValueError(f"{name} has column names but no sample: add one line for each{hidden}.")
    free = frozenset(j for j, column in enumerate(names) if not column and j not in texts and j not in scan.filled
                     and np.isnan(values[:, j]).all())
    for j, column in enumerate(names[1:], start=1):
        if not column and j not in free:
            raise ValueError(f"{name}, line {first_line}: column {j + 1} has no name; give it one.")
    values.setflags(write=False)
    return Table(names, values, {j: tuple(found) for j, found in scan.texts.items()}, scan.text_lines, scan.faults,
                 dialect, decimal, first_line if headed else 0, records.comments, free)


def _filled(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that is not empty."""
    return next((j + 1 for j in reversed(range(len(cells))) if cells[j]), 0)


def _has_row_names(body: Sequence[Sequence[str]], width: int, separator: str) -> bool:
    """Whether each line has one cell more than there are names, and the first could name the row.

    Where commas part the columns a number could also be half of one with a decimal comma.
    """
    return all(len(row) == width + 1 for row in body) and any(row[-1] for row in body) and len(
        {row[0] for row in body}) == len(body) and (separator != "," or all(is_word(row[0]) for row in body))


def _check_names(names: Sequence[str], where: str) -> None:
    """Raises ValueError if a name stands for two columns."""
    seen: set[str] = set()
    for column in filter(None, names):
        if column in seen:
            raise ValueError(f"{where}: two columns are called “{column[:80]}”; give one of them another name.")
        seen.add(column)


def _plain(raw: bytes, dialect: Dialect, skipped: int, columns: int) -> tuple[Array, str] | None:
    """(values, decimal sign) of a file of numbers alone, read by numpy; None if it is not as plain as that."""
    if b'"' in raw:
        return None
    start = 0
    for end in islice(_LINE_END.finditer(raw), max(skipped, dialect.said_in_line)):
        start = end.end()
    body = raw[start:]
    signs = [sign for sign in ".," if sign != dialect.separator and sign.encode() in body]
    if b"#" in body or len(signs) > 1 or not body.strip():
        return None
    if signs and dialect.separator != "," and not _is_decimal(signs[0], body):
        return None
    if signs == [","]:
        body = body.replace(b",", b".")
    try:
        table = np.loadtxt(io.TextIOWrapper(io.BytesIO(body), "utf-8"), comments=None, ndmin=2,
                           delimiter=None if dialect.separator == SPACES else dialect.separator)
    except ValueError:
        return None
    return (table, "".join(signs)) if table.shape[1] == columns and np.isfinite(table).all() else None


def _is_decimal(sign: str, body: bytes) -> bool:
    """Whether some number is none if the sign parts thousands: 0.5, 1.25, 1000.5."""
    s = re.escape(sign).encode()
    return re.search(rb"(?<!\d)0*%b\d|\d{4}%b|%b\d{0,2}(?!\d)|%b\d{4}" % (s, s, s, s), body) is not None


@dataclass
class _Scan:
    """One look at every cell. ``careful`` where both signs may stand in a number; ``decimal`` once it is known."""

    name: str
    names: tuple[str, ...]
    first_line: int
    texts: dict[int, dict[str, int]]
    careful: bool = False
    decimal: str = ""
    text_lines: dict[int, int] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    filled: set[int] = field(default_factory=set)
    """Columns without a name in which something stands that is no number."""
    proofs: set[str] = field(default_factory=set)
    """The decimal signs by which alone some number has a meaning."""
    doubts: dict[str, dict[int, tuple[int, str]]] = field(default_factory=lambda: {".": {}, ",": {}})
    """Sign → column → line and text of the first number in which it may be the decimal sign or part thousands."""

    def run(self, records: Iterator[tuple[int, list[str]]], separator: str) -> tuple[Array, str]:
        """(values, decimal sign); what is wrong is in ``faults``."""
        values, width, texts, proofs = array("d"), len(self.names), self.texts, self.proofs
        for line, cells in records:
            if len(cells) != width:
                cells = self._fitted(cells, line, separator)
            for j, cell in enumerate(cells):
                if j in texts:
                    values.append(self._text(cell, line, j))
                    continue
                sign = "," if "," in cell else "."
                try:
                    value = float(cell.replace(",", ".") if sign == "," and self.careful else cell)
                except ValueError:
                    value = math.nan
                # Three digits after a sign, or an exponent, and it may part thousands.
                sure = not self.careful or sign not in cell or (cell[-4:-3] != sign and "e" not in cell.lower())
                if sure and math.isfinite(value) and "_" not in cell:
                    if sign in cell:
                        proofs.add(sign)
                    values.append(value)
                    continue
                values.append(self._number(cell, line, j))
        table = np.frombuffer(values, dtype=np.float64).reshape(-1, width) if values else np.empty((0, width))
        return table, self.decimal or self._decide(separator)

    @property
    def must_read_again(self) -> bool:
        """Whether a sign in some number turned out to part thousands, after it was read as the decimal one."""
        return len(self.proofs) == 1 and any(self.doubts[sign] for sign in self.doubts if sign not in self.proofs)

    def _decide(self, separator: str) -> str:
        """The decimal sign of the whole file. Where it cannot be known, columns that need to know get a fault."""
        if len(self.proofs) == 1:
            return next(iter(self.proofs))
        seen = [sign for sign in self.doubts if self.doubts[sign]]
        if not self.proofs and seen == ["."] and separator == ",":
            return "."
        for sign in seen:
            for column, (line, text) in self.doubts[sign].items():
                as_decimal, as_thousands = (_plainly(parse_number(text, s)) for s in (sign, OTHER_SIGN[sign]))
                self._fault(column, line, f"“{text[:40]}” may be {as_decimal} or {as_thousands}, because nothing in "
                            f"the file tells whether “{sign}” is the decimal sign or parts thousands; write it without "
                            "thousands signs, and one number with a single decimal, such as 1.5 or 1,5.")
        return "".join(sorted(self.proofs, reverse=True))

    def _fitted(self, cells: list[str], line: int, separator: str) -> list[str]:
        """The record without empty cells after its last column."""
        width = len(self.names)
        if len(cells) < width or any(cells[width:]):
            where = "the first line" if self.first_line == 1 else f"line {self.first_line}"
            decimal = separator == "," and len(cells) > width and all(map(is_number, cells))
            hint = "; with decimal commas, part columns by semicolons" if decimal else ""
            raise ValueError(f"{self.name}, line {line} has {counted(len(cells), 'column')}, but {where} has "
                             f"{width:,}: all lines must be as long{hint}.")
        return cells[:width]

    def _fault(self, column: int, line: int, what: str) -> float:
        if column not in self.faults or self.faults[column][0] > line:
            self.faults[column] = line, f"{self.name}, line {line}, column {self.names[column][:80]}: {what}"
        return math.nan

    def _text(self, cell: str, line: int, column: int) -> float:
        """The code of a text."""
        codes = self.texts[column]
        code = codes.get(cell)
        if code is not None:
            return code
        if column in self.faults:
            return math.nan
        if is_missing(cell):
            return self._fault(column, line, _missing(cell, "write one of the classes, or remove the line"))
        if is_number(cell):
            return self._fault(column, line, f"“{cell[:40]}” is a number among words; write only one or the other.")
        if len(codes) > MOST_CLASSES:
            return self._fault(column, line, f"more than {MOST_CLASSES} different words are too many classes.")
        self.text_lines.setdefault(column, line)
        codes[cell] = len(codes)
        return codes[cell]

    def _number(self, cell: str, line: int, column: int) -> float:
        if cell and not self.names[column]:
            self.filled.add(column)
        if self.decimal:
            value = parse_number(cell, self.decimal)
            value = value if value is not None else parse_number(cell, OTHER_SIGN[self.decimal])
        else:
            point, comma = parse_number(cell, "."), parse_number(cell, ",")
            value = point if comma is None else comma
            if (point is None) != (comma is None):
                self.proofs.add("." if comma is None else ",")
            elif point != comma:
                sign = "." if "." in cell else ","
                self.doubts[sign].setdefault(column, (line, cell))
                value = point if sign == "." else comma
        if value is not None:
            return value
        if cell and is_missing(cell) and cell.lower() != "nan":
            return self._fault(column, line, _missing(cell, "write a number, or remove the line"))
        try:
            not_finite = "_" not in cell and not math.isfinite(float(cell))
        except ValueError:
            not_finite = False
        if not_finite:
            return self._fault(column, line, f"“{cell[:40]}” is not finite; remove the line or correct it.")
        return self._fault(column, line, _no_number(cell))


def _no_number(cell: str) -> str:
    if not cell:
        return "the cell is empty; write a number such as 1.5."
    shown = f"“{cell[:40]}”"
    if is_date(cell):
        return f"{shown} is a date or a time; leave the column out, or write numbers in its place."
    part = next((value for sign in ".," if (value := parse_number(cell.rstrip("% "), sign)) is not None), None)
    if cell[-1] == "%" and part is not None:
        return f"{shown} may be {_plainly(part)} or {_plainly(part / 100)}; write the one that is meant, without “%”."
    return f"{shown} is not a number; write one such as 1.5."


def _missing(cell: str, then: str) -> str:
    return f"{f'“{cell}” stands for a missing value' if cell else 'the cell is empty'}; {then}."


def _plainly(value: float | None) -> str:
    return "no number" if value is None else f"{value:.15g}"
