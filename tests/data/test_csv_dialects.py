"""CSV files as people have them: every dialect means what was written, and what has two readings is not guessed."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnsim.data.dataset import Dataset

WORDS = (("no", "yes"), ("Iris-setosa", "Iris-versicolor", "Iris-virginica"), ("rot", "grün, hell", "blau 2", "b;c"))
HEADERS = ("plain", "awkward", "counted", "none")


@dataclass(frozen=True)
class Written:
    """A file and what it holds: ``X``, the words or numbers of the target, and the names of the inputs."""

    raw: bytes
    X: list[list[float]]
    targets: list[float] | list[str]
    names: tuple[str, ...]
    delimiter: str
    left_out: tuple[str, ...]


def number_text(digits: int, decimals: int, decimal: str, thousands: str, minus: str) -> str:
    """digits/10^decimals as it is written with these signs."""
    whole, part = divmod(abs(digits), 10**decimals)
    grouped = f"{whole:,}".replace(",", thousands)
    return f"{minus if digits < 0 else ''}{grouped}" + (f"{decimal}{part:0{decimals}d}" if decimals else "")


@st.composite
def written(draw: Callable[..., object]) -> Written:
    """A file of some numbers in a dialect that can be known: the first number has one decimal."""
    def one(*choices: object) -> object:
        return draw(st.sampled_from(choices))

    delimiter, quoting = str(one(*",;\t| ")), int(str(one(csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    decimal = str(one(".", ","))
    thousands = str(one("", "", {".": ",", ",": "."}[decimal], "\u202f", "\u00a0", "'", "’"))
    minus, header = str(one("-", "−")), str(one(*HEADERS))
    words: tuple[str, ...] = one((), *WORDS)  # type: ignore[assignment]
    columns, rows = draw(st.integers(3, 6)), draw(st.integers(2, 7))
    decimals = [1, *(draw(st.sampled_from([0, 1, 2, 3, 5])) for _ in range(columns - 1))]
    most = draw(st.sampled_from([99, 9_999_999]))
    table = [[draw(st.integers(-most, most)) for _ in range(columns)] for _ in range(rows)]
    def as_texts(*signs: str) -> list[list[str]]:
        return [[number_text(d, k, *signs) for d, k in zip(row, decimals, strict=True)] for row in table]

    texts = as_texts(decimal, thousands, minus)
    values = [[float(text) for text in row] for row in as_texts(".", "", "-")]
    targets: list[float] | list[str]
    if words:
        targets = [draw(st.sampled_from(words)) for _ in range(rows)]
        targets[:2] = words[:2]
        texts = [[*row, word] for row, word in zip(texts, targets, strict=True)]
        inputs = values
    else:
        targets, inputs = [row[-1] for row in values], [row[:-1] for row in values]
    width = len(texts[0])
    names = {
        "plain": [f"x{j}" for j in range(width)], "counted": [str(j) for j in range(width)],
        "awkward": [f"x{j}, in\n“cm”; a|b" for j in range(width)], "none": [str(j + 1) for j in range(width)],
    }[header]
    index = str(one("", "unnamed", "Id")) if header in ("plain", "counted") else ""
    lines: list[list[str]] = [] if header == "none" else [[*names]]
    if index:
        lines[0].insert(0, "" if index == "unnamed" else index)
        if index == "Id" and header == "counted":
            lines[0][0] = "id"
        texts = [[str(n), *row] for n, row in enumerate(texts)]
    lines += texts
    ending, comments, blank = str(one("\n", "\r\n", "\r")), draw(st.booleans()), draw(st.booleans())
    # What ends in an empty cell would be quoted, or be more spaces.
    trailing = draw(st.booleans()) if delimiter != " " else False
    out = io.StringIO()
    if draw(st.booleans()) and not comments and delimiter != " ":
        out.write(f"sep={delimiter}{ending}")
    minimal = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    # Python 3.11 leaves \n bare where lines end in \r.
    whole = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=ending)
    for number, line in enumerate(lines):
        if comments and number in (0, 2):
            out.write(f"# made by hand; 1,5 \"{ending}")
        if blank and number == 1:
            out.write(ending)
        writer = whole if header == "awkward" and not number else minimal
        writer.writerow([*line, ""] if trailing else line)
    encoding = str(one("utf-8", "utf-8-sig", "utf-16"))
    left_out = {"": (), "unnamed": ("",), "Id": (("id",) if header == "counted" else ("Id",))}[index]
    return Written(out.getvalue().encode(encoding), inputs, targets, tuple(names[:-1]), delimiter, left_out)


def read(folder: Path, content: str | bytes) -> Dataset:
    """What a file of this content holds."""
    (folder / "p.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return Dataset.from_csv(folder / "p.csv")


def check(folder: Path, file: Written) -> None:
    """Numbers bit for bit, words as classes, names, and what is said about them."""
    found = read(folder, file.raw)
    np.testing.assert_array_equal(found.X, np.array(file.X))
    assert found.input_names == file.names and found.reading is not None
    assert (found.reading.separator, found.reading.left_out) == (file.delimiter, file.left_out)
    words = sorted({word for word in file.targets if isinstance(word, str)})
    assert found.classes == tuple(words)
    if len(words) > 2:
        assert [words[k] for k in found.T.argmax(axis=1)] == file.targets
        assert (found.T.sum(axis=1) == 1).all() and found.T.shape[1] == len(words)
    else:
        assert found.T[:, 0].tolist() == [words.index(t) if isinstance(t, str) else t for t in file.targets]
    # Python's reader, told the dialect, finds the same records.
    text = file.raw.decode("utf-16" if file.raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    bare = re.sub(r"^(?:#|sep=)[^\r\n]*(?:\r\n|\r|\n)", "", re.sub(r"(\r\n|\r|\n)#[^\r\n]*", "", text))
    records = [record for record in csv.reader(io.StringIO(bare, newline=""), delimiter=file.delimiter) if record]
    named = int(found.reading.names_in_line > 0)
    assert len(records) == len(found.X) + named
    first = len(file.left_out)
    assert not named or tuple(records[0][first : first + len(file.names)]) == file.names
    if isinstance(file.targets[0], str):
        assert [record[first + len(file.names)] for record in records[named:]] == file.targets


@given(written())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_dialect_is_read_as_it_was_written(tmp_path: Path, file: Written) -> None:
    """A short form of the soak below."""
    check(tmp_path, file)


@pytest.mark.soak
@given(written())
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_thousand_dialects_are_read_as_they_were_written(tmp_path: Path, file: Written) -> None:
    """Separators, decimal signs, thousands, quotes, line ends, headers, comments, indices, encodings, classes."""
    check(tmp_path, file)
