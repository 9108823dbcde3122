"""The dialect of a CSV file: what parts its columns, found over many lines, and its records read by it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from nnsim.data.csv_header import is_number

SPACES = " "
"""As a separator it stands for any run of spaces and tabs."""
SEPARATORS = (",", ";", "\t", "|", SPACES)
SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", SPACES: "spaces"}
MOST_COLUMNS = 100_000
_SAMPLE_BYTES, _SAMPLE_RECORDS, _SAMPLE_CELLS, _FEWEST_LINES = 64 * 1024, 200, 5_000, 4
_SEPARATOR_LINE = re.compile(r'\s*"?sep\s*=\s*(\\t|.)"?\s*', re.IGNORECASE | re.DOTALL)
_LONGEST_SAID = 40
_COMMENT = re.compile(r"\s*([#%])(?!\s*[,;\t|])(?!(?:N/?A|N/?V|[A-Z\dÀ-Þ/]+[!?])\s*(?:[,;\t|]|$))")
"""A line with “#”, unless that is the name of its first column, or an error of a spreadsheet: #N/A, #DIV/0!."""
_QUOTED_LOOSELY = re.compile(r'"[ \t]+[,;\t|\r\n]')
_WHY = {"expected after": "a quote ends in the middle of a cell; write one that belongs to the text twice",
        "unexpected end": "a quote that begins here is never closed",
        "field larger": "a cell has more than 131072 signs; is a quote before it never closed?"}
"""What Python's reader says, in words."""
_NUMBER, _EMPTY, _TEXT, _UNSPLIT = 1.0, 0.5, 0.5, 0.1
_NONE, _HARDLY = (0.0, 0.0), (0.01, 0.0)


@dataclass(frozen=True)
class Dialect:
    """How a file is written: its ``separator``, and the line that says so, “sep=;”, if it has one (0: none).

    ``comments`` are the signs that begin a line of comment.
    """

    separator: str
    said_in_line: int = 0
    comments: str = "#"


@dataclass
class Records:
    """The records of a file in a dialect, without comments and blank lines. Raises ValueError naming the line.

    Each is (line, cells): the physical line it begins in, its stripped cells. ``last`` is the line it ends in, and
    ``comments`` counts the lines that were skipped as comments so far.
    """

    raw: bytes
    dialect: Dialect
    name: str
    strict: bool = True
    comments: int = 0
    first: int = 0
    last: int = 0
    _inside: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(
            self._lines(), delimiter=self.dialect.separator, skipinitialspace=True, strict=self.strict)
        while True:
            self._inside = False
            try:
                cells = [cell.strip() for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error as error:
                why = next((words for part, words in _WHY.items() if part in str(error)), error)
                raise ValueError(f"{self.name}, line {max(self.first, 1)}: this is not CSV: {why}.") from None
            if any(cells):
                yield self.first, cells

    def _lines(self) -> Iterator[str]:
        """The physical lines that the records are made of; “#” inside a quoted cell is no comment."""
        separator, signs = self.dialect.separator, self.dialect.comments
        spaces = separator == SPACES
        for line in io.TextIOWrapper(io.BytesIO(self.raw), "utf-8", newline=""):
            self.last += 1
            if not self._inside:
                if self.last == self.dialect.said_in_line:
                    continue
                if "#" in line or "%" in line:
                    comment = _COMMENT.match(line)
                    if comment and comment.group(1) in signs:
                        self.comments += 1
                        continue
                self.first = self.last
                self._inside = True
                if '"' in line and not spaces and _QUOTED_LOOSELY.search(line):
                    line = _close_quotes(line, separator)
            yield line.replace("\t", " ").rstrip() + "\n" if spaces else line


def _close_quotes(line: str, separator: str) -> str:
    """The line without the spaces between a quoted cell and the separator after it."""
    sign = re.escape(separator)
    # Each takes a whole cell, so that the next one begins where a cell does.
    quoted = rf'([^\S{sign}]*"(?:[^"]+|"")*+")[^\S{sign}\r\n]*({sign}|(?=[\r\n])|$)'
    cell = rf'{quoted}|[^\S{sign}]*"[\s\S]*|[^{sign}]+{sign}?|{sign}'
    return re.sub(cell, lambda found: "".join(found.groups()) if found.group(1) else found.group(), line)


def dialect_of(raw: bytes, name: str) -> Dialect:
    """The dialect in which most lines have equally many columns, and most cells are numbers.

    Raises ValueError, naming both, if there are as many numbers in two of them, and for more columns than may be.
    """
    sample, whole = _sample(raw)
    comments = "#%" if _has_percent_comments(sample) else "#"
    said = _separator_said(sample)
    if said is not None:
        return replace(said, comments=comments)
    scores = {separator: _score(sample, Dialect(separator, comments=comments), whole) for separator in SEPARATORS}
    if scores["\t"][0] >= scores[SPACES][0]:  # Spaces stand in names, too.
        scores[SPACES] = _NONE
    best = max(scores, key=lambda separator: scores[separator])
    if scores[best] == _NONE:
        return Dialect(",", comments=comments)
    if _is_too_wide(sample, best):
        raise ValueError(f"{name} has more than {MOST_COLUMNS} columns: take fewer.")
    rivals = [separator for separator in SEPARATORS if scores[separator] == scores[best] and scores[best][0] > _TEXT]
    if len(rivals) > 1:
        one, other = (SEPARATOR_NAMES[separator] for separator in rivals[:2])
        raise ValueError(f"{name} can be read in two ways: its columns may be parted by {one} or by {other}. "
                         f"Write a first line that says which, such as “sep=;”, or part all columns by semicolons.")
    return Dialect(best, comments=comments)


def _sample(raw: bytes) -> tuple[bytes, bool]:
    """The first lines, and whether they are all there are."""
    end = 0
    for number, line in enumerate(re.finditer(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)", raw), start=1):
        end = line.end()
        if end > _SAMPLE_BYTES and number >= _FEWEST_LINES:
            break
    return raw[:end], end == len(raw)


def _separator_said(sample: bytes) -> Dialect | None:
    """What a line “sep=;” says, which Excel reads and writes as the first one."""
    for number, line in enumerate(io.TextIOWrapper(io.BytesIO(sample), "utf-8", newline=""), start=1):
        said = _SEPARATOR_LINE.fullmatch(line.rstrip("\r\n")) if len(line) < _LONGEST_SAID else None
        if said:
            sign = said.group(1).replace("\\t", "\t")
            return Dialect(sign, number) if sign not in "\"\r\n'" else None
        if line.strip():
            return None
    return None


def _has_percent_comments(sample: bytes) -> bool:
    """Whether lines that begin with “%” are comments, as in MATLAB, and not one line of names: “% fat,class”."""
    if b"%" not in sample:
        return False
    lines = [line for line in sample.decode(errors="replace").splitlines() if line.strip()]
    found = [n for n, line in enumerate(lines) if line.lstrip()[0] == "%" and _COMMENT.match(line)]
    if len(found) != 1:
        return bool(found)
    line, below = lines[found[0]], "".join(lines[found[0] + 1 : found[0] + 2])
    return not any(line.count(sign) == below.count(sign) > 0 for sign in SEPARATORS if sign != SPACES)


def _score(sample: bytes, dialect: Dialect, whole: bool) -> tuple[float, float]:
    """How well a separator parts the lines: 1 if all have equally many columns and all but the first hold numbers.

    And how well it parts the first line, which may hold names.
    """
    if _is_too_wide(sample, dialect.separator):
        return _HARDLY
    records: list[list[str]] = []
    reader = Records(sample, dialect, "", strict=False)
    try:
        for _, cells in reader:
            records.append(cells[:-1] if len(cells) > 1 and not cells[-1] else cells)
            if len(records) > _SAMPLE_RECORDS:
                break
        else:
            if not whole and len(records) > 1:
                # It may have been cut off.
                records.pop()
    except ValueError:
        return _NONE
    if not records:
        return _NONE
    (width, lines), = Counter(map(len, records)).most_common(1)
    if width < 2:
        return _NONE if max(map(len, records)) < 2 else _HARDLY
    below = chain.from_iterable(records[1:] or records)
    # Spaces before a comma do not make it a decimal sign.
    ends = ",;" if dialect.separator == SPACES else ""
    scored = [_cell_score(cell, ends) for cell in islice(below, _SAMPLE_CELLS)]
    first = [_cell_score(cell, ends) for cell in records[0][:_SAMPLE_CELLS]]
    return lines / len(records) * sum(scored) / len(scored), sum(first) / len(first)


def _is_too_wide(sample: bytes, separator: str) -> bool:
    sign = separator.encode()
    wide = (line for line in sample.splitlines() if line.count(sign) >= MOST_COLUMNS)
    return any(separator != SPACES or len(line.split()) > MOST_COLUMNS for line in wide)


def _cell_score(cell: str, no_beginning: str) -> float:
    if not cell:
        return _EMPTY
    if cell[-1] not in ",;" and cell[0] not in no_beginning and is_number(cell):
        return _NUMBER
    return _UNSPLIT if any(sign in cell for sign in ",;\t|\"") else _TEXT
