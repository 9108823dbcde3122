"""CSV files: what is read, and what is said about what cannot be."""

import os
from pathlib import Path

import numpy as np
import pytest

from nnsim.data import csv_files, csv_table
from nnsim.data.csv_files import read_columns
from nnsim.data.csv_text import MAX_BYTES
from tests.damage import at_most, damaged


def read(folder: Path, content: str | bytes, *, inputs: tuple[str, ...] = (), targets: tuple[str, ...] = (),
         ) -> tuple[list[list[float]], list[list[float]]]:
    """X and T of a file of this content, as lists."""
    raw = content.encode() if isinstance(content, str) else content
    (folder / "points.csv").write_bytes(raw)
    found = read_columns("points.csv", folder, inputs, targets)
    return found.X.tolist(), found.T.tolist()


def test_the_last_column_is_the_target(tmp_path: Path) -> None:
    """Unless something else is chosen."""
    assert read(tmp_path, "a,b,t\n1,2,3\n4,5,6\n") == ([[1, 2], [4, 5]], [[3], [6]])


def test_columns_are_chosen_by_name_in_any_order(tmp_path: Path) -> None:
    """The order asked for, not the order of the file; columns may be left out."""
    text = "a,b,c,d\n1,2,3,4\n"
    assert read(tmp_path, text, inputs=("d", "a"), targets=("b",)) == ([[4, 1]], [[2]])
    assert read(tmp_path, text, targets=("a",)) == ([[2, 3, 4]], [[1]])
    assert read(tmp_path, text, inputs=("d",)) == ([[4]], [[3]])


@pytest.mark.parametrize("text", [
    "a;b;t\n1,5;2;3\n",  # German spreadsheets
    "a\tb\tt\n1.5\t2\t3\n",
    '"a","b","t"\r\n"1.5"," 2 ","3"\r\n',
    "﻿a,b,t\n1.5,2,3\n",  # a byte order mark, as Excel writes it
    "\na,b,t\n\n1.5,2,3\n , ,\n\n",
    "a,b,t\n+1.5e0,2.,3",
])
def test_the_dialects_of_spreadsheets_mean_the_same(tmp_path: Path, text: str) -> None:
    """Separators, decimal commas, quotes, line ends, blank lines."""
    assert read(tmp_path, text) == ([[1.5, 2]], [[3]])


def test_without_names_columns_are_numbered(tmp_path: Path) -> None:
    """A first line of numbers is a sample."""
    assert read(tmp_path, "1,2\n3,4\n") == ([[1], [3]], [[2], [4]])
    assert read(tmp_path, "1,2\n3,4\n", inputs=("2",), targets=("1",)) == ([[2], [4]], [[1], [3]])


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """What is kept from the last time depends on time and size of the file."""
    assert read(tmp_path, "a,t\n1,2\n")[0] == [[1]]
    assert read(tmp_path, "a,t\n11,22\n")[0] == [[11]]


@pytest.mark.parametrize("content, said", [
    ("", "points.csv is empty"),
    ("\n\n", "points.csv is empty"),
    ("a,b\n", "names but no sample"),
    ("a,b\n1,2\n3,x\n", "points.csv, line 3, column b: “x” is not a number"),
    ("a,b\n\n1,2\n3,\n", "points.csv, line 4, column b: the cell is empty"),
    ("a,b\n1,nan\n", "points.csv, line 2, column b: “nan” is not finite"),
    ("a,b\n1,1e999\n", "points.csv, line 2, column b: “1e999” is not finite"),
    ("a,b\n1,1_0\n", "“1_0” is not a number"),
    ("a,b\n1,2,3\n", "points.csv, line 2 has 3 columns, but the first line has 2"),
    ("a,b\n1\n", "points.csv, line 2 has 1 column,"),
    ("a,a\n1,2\n", "points.csv, line 1: two columns are called “a”; give one of them another name"),
    ("My points\na,b\n1,2\n", "points.csv, line 1: “My points” stands alone, but the lines below have 2 columns"),
    ("My points,,\n,,\na,b,c\n1,2,3\n", "“My points” stands alone, but the lines below have 3 columns"),
    (b"PK\x03\x04\x14\x00\x06\x00", "points.csv is a workbook of a spreadsheet program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "points.csv is an old workbook"),
    ("<!doctype html>\n<p>not found", "points.csv is a web page, and no CSV file: open it in its program"),
    ("@RELATION iris\n@data\n1,2\n", "points.csv is an ARFF file"),
    ("a,\n1,2\n", "points.csv, line 1: column 2 has no name"),
    ("a\n1\n", "needs a column of inputs and one of targets; it has only “a”. Columns are parted by"),
    ("a:b\n1:2\n3:4\n", "it has only “a:b”. Columns are parted by"),
    ("1\n2\n", "it has only one."),
    ('a,b\n1,"2\n', "this is not CSV"),
    (b"a,b\n1,\xff\n", "not UTF-8"),
    (b"a,b\n1,\x00\n", "not text"),
    ("a,b\n1," + "9" * 200_000 + "\n", "points.csv, line 2"),
])
def test_what_is_wrong_is_named(tmp_path: Path, content: str | bytes, said: str) -> None:
    """File, line and column."""
    with pytest.raises(ValueError) as caught:
        read(tmp_path, content)
    assert said in str(caught.value) and len(str(caught.value)) < 400


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    """So that a slip can be seen."""
    with pytest.raises(ValueError, match="no column “z”; it has a, b"):
        read(tmp_path, "a,b\n1,2\n", inputs=("z",))
    names = [f"n{n}" for n in range(13)]
    for count, said in ((12, "it has n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11."), (13, "n10, n11 ….")):
        with pytest.raises(ValueError, match=f"{said.replace('.', '[.]')}$"):
            read(tmp_path, ",".join(names[:count]) + "\n" + ",".join("1" * count) + "\n", inputs=("z",))


@pytest.mark.parametrize("path", [
    "", "/etc/passwd", "../points.csv", "a/../../points.csv", "C:\\points.csv", "C:points.csv", "..\\points.csv",
    "\\\\host\\share\\points.csv", "\\points.csv", "a\0.csv", "..",
])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    """Absolute, upwards, of Windows or of Unix: on every system."""
    with pytest.raises(ValueError, match="must lie in the document's folder"):
        read_columns(path, tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A document from elsewhere must not read what its sender could not see; a link inside is fine."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "up").symlink_to(tmp_path)
    for path in ("out.csv", "up/secret.csv"):
        with pytest.raises(ValueError, match="leads out of the document's folder"):
            read_columns(path, folder)
    (folder / "own.csv").write_text("a,b\n1,2\n")
    (folder / "in.csv").symlink_to(folder / "own.csv")
    assert read_columns("in.csv", folder).X.tolist() == [[1]]


def test_a_folder_reached_by_a_link_is_a_folder(tmp_path: Path) -> None:
    """The document may itself have been opened through a link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "p.csv").write_text("a,b\n1,2\n")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert read_columns("p.csv", tmp_path / "link").T.tolist() == [[2]]


def test_subfolders_may_be_written_in_either_way(tmp_path: Path) -> None:
    """A document made on Windows opens elsewhere."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "p.csv").write_text("a,b\n1,2\n")
    assert read_columns("data/p.csv", tmp_path).X.tolist() == read_columns("data\\p.csv", tmp_path).X.tolist()


def test_what_is_no_file_is_told_apart(tmp_path: Path) -> None:
    """Not saved yet, not there, a folder, a pipe, links in a circle, too large."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path, folder, said in (
        ("p.csv", None, "save the document first"),
        ("p.csv", tmp_path, "is not there: put it into"),
        ("folder", tmp_path, "no ordinary file"),
        ("pipe", tmp_path, "no ordinary file"),
        ("a", tmp_path, "The data file “a”"),
        ("large.csv", tmp_path, "more than 256 MB"),
    ):
        with pytest.raises(ValueError) as caught:
            read_columns(path, folder)
        assert said in str(caught.value)


# --- hostile files -----------------------------------------------------------------------------------------

PIECES = (b",", b";", b"\t", b"\n", b"\r", b'"', b"nan", b"1e999", b"-", b"9" * 400, b"\x00", b"\xff", b"\xef\xbb\xbf",
          b"1_0", b"\x0b", b"\xe2\x80\xa8", "１".encode(), b" ", b"0x10", b"1j",
          b"#", b"|", b"sep=,", b"NA", b"1.000", "−1".encode(), b"\xff\xfe",
          b".", b"1,5", b"a" * 70, b"%", b"TRUE", b"1'000", b'" ', b"#N/A", b"5%", b"2026-01-31",
          b"e\xcc\x81", b"2019", b"1.0")
WHOLE = (
    b"a,b,t\n1,2,3\n4,5,6\n", b"a;b\n1,5;2\n-1e3;0,25\n", b'"a","b"\r\n"1"," 2 "\r\n', b"1\t2\n3\t4\n",
    b"a,b\n\n1,2\n , \n3,4", b"sep=;\nId;x;t\n1;1.000,5;a\n2;2,5;b\n", b'"a" "t"\n"r1" 1.5 p\n"r2" 2.5 q\n',
    b"% c\n% d\nx,,t\n1,,TRUE\n2,,FALSE\n", b'"a" ,"t"\n"1" ,"p"\n"2" ,"q"\n', b"0,1,2\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n",
    b"x;t\n1'000,5;2019\n2;2020\n3;2021\n", b"# c\n0|1|2\n0.5|1.5|1\n1.5|2.5|0\n", b",0,1\n0,1.5,x y\n1,2.5,z\n",
)


def table_or_why(folder: Path, raw: bytes) -> object:
    """What is read of a file, or what is said about it; any error but a ValueError goes through."""
    try:
        return read(folder, raw)
    except ValueError as error:
        assert "points.csv" in str(error) and len(str(error)) < 1000
        return str(error)


def fuzz(rounds: int, seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of so many damaged files can be read; numpy and the look at every line find the same in each."""
    rng, fine = np.random.default_rng(seed), 0
    for number in range(rounds):
        place = folder / str(number)
        place.mkdir()
        raw = damaged(WHOLE[rng.integers(len(WHOLE))], rng, PIECES)
        found = table_or_why(place, raw)
        with monkeypatch.context() as slow:
            slow.setattr(csv_table, "_plain", lambda *args: None)
            csv_files._table.cache_clear()
            assert table_or_why(place, raw) == found
        fine += not isinstance(found, str)
    return fine


def test_damaged_files_are_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short run of the soak below."""
    assert 10 < fuzz(200, 0, tmp_path, monkeypatch) < 150


@pytest.mark.soak
def test_damaged_files_are_refused_in_words_for_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many more of them."""
    assert fuzz(10_000, 1, tmp_path, monkeypatch) > 0


@pytest.mark.parametrize("part", ["9", "1,", " ", " 234", "'234", ".234", " 555", "-", "#A", "2026-01-31 ", "1e"])
@pytest.mark.parametrize("start", ["1", "$"])
def test_the_longest_cells_are_judged_as_short_ones_are(tmp_path: Path, start: str, part: str) -> None:
    """A pattern that tries each way to part them would take hours."""
    cell = start + part * (60_000 // len(part))
    lines = f'1;"{cell}x"\n2;"{cell}y"\n'
    with pytest.raises(ValueError) as caught:
        read(tmp_path, f"a;b\n{lines}", inputs=("b",), targets=("a",))
    assert "points.csv" in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize("content, said", [
    (b"a,b\n" + b"1,2\n" * 100_000, ""),
    (b"a,b\n" + b"1,2\n" * 20_000 + b"1,x\n", "line 20002, column b"),
    (b"a,b\n1," + b"9" * 5_000_000, "line 2 has more than 4 MB"),
    (b"a," * 600_000 + b"b\n", "more than 100000 columns"),
    (b"\n" * 500_000, "is empty"),
    (b",\n" * 500_000, "is empty"),
    (b"a,b\n" + b'"' + b"1,2\n" * 100_000, "this is not CSV"),
    (b"x,t\n" + b"1.25,a\n2.25,b\n" * 20_000, ""),
    (b"x;t\n" + b"1,5;0\n1.000;1\n" * 5_000, ""),
    (b'"x","t"\n' + b'"1.5","2"\n' * 20_000, ""),
    (b"name,x,t\n" + b"".join(b"%d-%d,1,2\n" % (n, n) for n in range(30_000)), "column name holds words"),
    (b"x,name\n" + b"".join(b"1,%d-%d\n" % (n, n) for n in range(30_000)), "too many classes"),
    (b"# comment\n" * 50_000 + b"x,t\n1,2\n", ""),
    (b"# comment\n" * 50_000, "is empty"),
    (b"a " * 600_000 + b"b\n", "more than 100000 columns"),
    ("x;t\n".encode("utf-16") + "1,5;0\n".encode("utf-16-le") * 30_000, ""),
    (",".join(map(str, range(40_000))).encode() + b",t\n" + b"1," * 40_000 + b"1\n", ""),
])
def test_what_is_made_is_bounded_by_the_file(tmp_path: Path, content: bytes, said: str) -> None:
    """Whatever is wrong in it, and wherever; the names of columns may take some megabytes more."""
    with at_most(12 * len(content) / 2**20 + 8):
        try:
            (tmp_path / "points.csv").write_bytes(content)
            read_columns("points.csv", tmp_path)
            found = ""
        except ValueError as error:
            found = str(error)
    assert said in found if said else not found
