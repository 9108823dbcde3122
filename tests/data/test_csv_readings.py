"""CSV files with two readings are not guessed; what is chosen is said; numbers in cells are numbers in fields."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnsim.core.formulas.numbers import parse_number
from nnsim.data.dataset import Dataset

IRIS = "5.1,3.5,1.4,0.2,Iris-setosa\n4.9,3.0,1.4,0.2,Iris-setosa\n7.0,3.2,4.7,1.4,Iris-versicolor\n" \
       "6.3,3.3,6.0,2.5,Iris-virginica\n"
SAMPLES = [[5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2], [7.0, 3.2, 4.7, 1.4], [6.3, 3.3, 6.0, 2.5]]
SPECIES = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")


def read(folder: Path, content: str | bytes, inputs: tuple[str, ...] = (), targets: tuple[str, ...] = ()) -> Dataset:
    """What a file of this content holds."""
    (folder / "p.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return Dataset.from_csv(folder / "p.csv", inputs, targets)


def refused(folder: Path, content: str | bytes) -> str:
    """What is said of a file that is not read."""
    with pytest.raises(ValueError) as caught:
        read(folder, content)
    assert "p.csv" in str(caught.value) and len(str(caught.value)) < 500
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("sign", ["", "\ufeff", "\u200b", "\u2060", "\u200e", "\u200f"])
def test_signs_that_nobody_sees_mean_nothing(tmp_path: Path, encoding: str, sign: str) -> None:
    """Where files were joined, or cells copied from a page."""
    found = read(tmp_path, f"gro\u0308ße,kind\n{sign}1.5,é{sign}\n2{sign}.5,e\u0301\n3,b{sign}\n".encode(encoding))
    assert (found.X[:, 0].tolist(), found.input_names, found.classes) == ([1.5, 2.5, 3], ("größe",), ("b", "é"))


# --- names or a sample -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "names", "first", "line"), [
    ("0,1,2\n5.1,3.5,0\n4.9,3.0,1\n", ("0", "1"), [5.1, 3.5], 1),  # pandas without names
    (",0,1,2\n0,5.1,3.5,0\n1,4.9,3.0,1\n", ("0", "1"), [5.1, 3.5], 1),
    (",0,1,2\n7,5,3,0\n3,4,3,1\n", ("0", "1"), [5, 3], 1),  # and with an index that was shuffled
    ("0,1,2,3,4\n3,0,1,1,2\n2,2,0,1,1\n", ("0", "1", "2", "3"), [3, 0, 1, 1], 1),
    ("1;2;3\n0,5;1,5;1\n", ("1", "2"), [0.5, 1.5], 1),
    ("0,1,kind\n5,3,a\n4,3,b\n4,2,a\n1,2,b\n", ("0", "1"), [5, 3], 1),  # all words come again, but not this one
    ("2019,2020,2021,2022,2023\n1.5,2.5,3.5,1.5,3.5\n1.5,2.5,3.5,1.5,2.5\n", ("2019", "2020", "2021", "2022"),
     [1.5, 2.5, 3.5, 1.5], 1),
    ("x,1,2\n5,3,0\n4,3,1\n", ("x", "1"), [5, 3], 1),
    *((f"0,1,2\n{low},{low},{low}\n{low},1,1\n1,{low},1\n1,1,{low}\n", ("0", "1"), [low, low], 1)
      for low in (0, -1)),  # pandas' truth table, in which no 2 comes again
    ("0,1\n0.0,1.0\n1.0,0.0\n", ("0",), [0], 1),  # where 1 is written 1.0
    ("0;1\n0,0;1,5\n1,0;0,5\n", ("0",), [0], 1),
    ("1,2\n2,4\n3,6\n4,8\n", ("1",), [1], 0),  # the first column goes on
    ("1 2 3\n2 3 5\n3 4 7\n4 5 9\n", ("1", "2"), [1, 2], 0),
    ("0;1\n0,5;2\n1;3\n1,5;4\n", ("1",), [0], 0),  # pandas writes 1.0
    ("2019,1.5\n2020,2.5\n", ("1",), [2019], 0),
    ("2019,2020\n2020,2021\n", ("1",), [2019], 0),
    ("0 1\n2.500000e+00 1.000000e+00\n-1.500000e+00 0.000000e+00\n", ("0",), [2.5], 1),  # numpy
    ("\ta\tlength 2\tt\n0\t1\t2\t3\n", ("a", "length 2"), [1, 2], 1),  # spaces in names, tabs between them
    ("0,1\nFalse,True\nTrue,False\n", ("0",), [0], 1),
    ("0,1\n5,a\n7,b\n", ("0",), [5], 1),
    ("0,0,0\n0,1,1\n1,0,1\n1,1,0\n", ("1", "2"), [0, 0], 0),  # a truth table
    ("1,2\n3,4\n", ("1",), [1], 0),
    ("0,1,no\n1,0,yes\n1,1,no\n", ("1", "2"), [0, 1], 0),  # a class that comes again is no name
    ("0,1,2\n3,4,5\n6,7,8\n", ("1", "2"), [0, 1], 0),  # counting goes on
    ("0.0,1.0,0\n1.0,1.0,1\n", ("1", "2"), [0, 1], 0),
    ("5,2,7\n1,9,3\n", ("1", "2"), [5, 2], 0),
    ("0.0, 0.0,\n0.0, 1.0,\n1.0, 1.0,\n", ("1",), [0], 0),  # a comma at the end of each line is no third name
    ("#,x,t\n1,2,3\n2,3,4\n", ("x",), [2], 1),
    (",x,t\n,1,2\n,2,3\n", ("x",), [1], 1),  # a comma before each line
    ("x,t,,\n1,2,,\n3,4,,\n", ("x",), [1], 1),
    ('"a" "b" "t"\n"r1" 1.5 2 3\n"r2" 2.5 3 4\n', ("a", "b"), [1.5, 2], 1),  # R's write.table
    ('"a";"t"\n"r1";1,5;3\n"r2";2,5;4\n', ("a",), [1.5], 1),
    ('"a","t"\n"r1",1.5,3\n"r2",2.5,4\n', ("a",), [1.5], 1),
    ("Unnamed: 0.1,Unnamed: 0,x,t\n0,7,1.5,2\n1,3,2.5,2\n", ("x",), [1.5], 1),  # written, read and shuffled, twice
    ("x,,t,\n1,,3,\n2,,4,\n", ("x",), [1], 1),  # a column that was left free
    (",,x,t\n,,1,3\n,,2,4\n", ("x",), [1], 1),
    ('"","a","t"\n"Mazda RX4",21.5,6\n"Fiat 128",32,4\n', ("a",), [21.5], 1),  # and its write.csv
])
def test_the_first_line_is_names_or_a_sample(
    tmp_path: Path, content: str, names: tuple[str, ...], first: list[float], line: int
) -> None:
    """By what stands below it."""
    found = read(tmp_path, content)
    assert found.input_names == names and found.X[0].tolist() == first
    assert found.reading is not None and found.reading.names_in_line == line


@pytest.mark.parametrize(("content", "left_out"), [
    (",x,t\n,1,2\n,2,3\n", ()), ("x,,t\n1,,3\n2,,4\n", ()), (",x,,t\n1,1,,3\n2,2,,4\n", ("",)),
    (",x,t\n2026-01-01,1.5,2\n2026-01-02,2.5,3\n", ("",)), ("id,no,x,t\na,1,1,2\nb,2,2,3\n", ("id", "no")),
])
def test_what_is_left_out_because_it_counts_is_said(tmp_path: Path, content: str, left_out: tuple[str, ...]) -> None:
    """A column in which nothing stands counts nothing."""
    found = read(tmp_path, content)
    assert found.X[0].tolist() in ([1], [1.5]) and found.reading is not None and found.reading.left_out == left_out


def test_years_above_classes_may_be_names(tmp_path: Path) -> None:
    """Where no country comes as often as the word above them."""
    body = "15,20,A\n25,30,B\n17,30,A\n10,20,B\n"
    for content in (f"2019,2020,country\n{body}", "country,1990,2000\nPeru,1,2.5\nMali,2,3\n",
                    "1,2,label\n2,4,a\n3,6,b\n4,8,a\n"):
        said = f"“{content.splitlines()[0].replace(',', ', ')}” may be the names of the columns or the first sample"
        assert said in refused(tmp_path, content)
    assert read(tmp_path, f"3,5,rare\n{body}").classes == ("A", "B", "rare")


@pytest.mark.parametrize("content", [
    "0,1\n1,0\n", "0,1\n0.5,0.25\n0.75,0.5\n", "0,1,2\n1,1,0\n", "1,2,3\n5,1,7\n4,4,4\n", "0,1\n",
    "0,kind\n5,a\n3,b\n", "10,20,30\n1.5,2.5,3.5\n1.5,2.5,3.5\n", "1.5,abc,3\n4,5,6\n7,8,9\n",
    "label,0,1\ncat,2,5\ndog,3,5\n", "0,1,2\n0,1,1\n1,0,1\n", "0,1,2\n0,0,0\n0,1,2\n1,0,2\n1,1,1\n",
    "0,1\n0.5,0.25\n0.75,0.5\n0.25,1\n", "0,1,cat\n1,0,dog\n1,0,dog\n0,0,bird\n0,1,bird\n",
    "0,1,a\n0,0,b\n1,0,b\n", "0,1\n1,2\n2,3\n3,4\n", "0,1\n5,2\n7,3\n6,4\n",
    "2019,2020\n1.5,2.5\n2.5,3.5\n", "1990,2000,2010\n15,25,30\n16,20,31\n", "400,410,420,430\n5,1,7,2\n4,4,4,1\n",
])
def test_names_that_may_be_a_sample_are_not_guessed(tmp_path: Path, content: str) -> None:
    """Both readings are named, and one line of words above settles it either way."""
    said = refused(tmp_path, content)
    first, _, body = content.partition("\n")
    assert f"line 1: “{first.replace(',', ', ')}”" in said and "the names of the columns or the first sample" in said
    if body and not {"a", "k"} & set(content):
        names = ",".join(f"x{j}" for j in range(first.count(",") + 1))
        whole, less = read(tmp_path, f"{names}\n{content}"), read(tmp_path, f"{names}\n{body}")
        assert np.array_equal(whole.X[1:], less.X) and len(whole.X) == len(less.X) + 1


# --- quotes and comments -----------------------------------------------------------------------------------


CELLS = st.text("ab ,;|\"", min_size=1, max_size=6).filter(str.strip)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=4, unique=True), st.sampled_from(",;|\t"),
       st.sampled_from(["", " ", "  "]), st.sampled_from(["", " "]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spaces_around_quoted_cells_mean_nothing(
    tmp_path: Path, words: list[tuple[str, str]], separator: str, before: str, after: str
) -> None:
    """Whatever stands inside the quotes stays as it is: “, ” and doubled quotes too."""
    def quoted(*cells: str) -> str:
        doubled = (cell.replace('"', '""') for cell in cells)
        return f"{before}{separator}{after}".join(f'"{cell}"' for cell in doubled) + f"{before}\n"

    labels = [f"a{left}-{right}b" for left, right in words]
    rows = [quoted("x", "label"), *(quoted(f"{n}.5", label) for n, label in enumerate(labels))]
    found = read(tmp_path, "".join(rows))
    codes = found.T.argmax(axis=1) if found.T.shape[1] > 1 else found.T[:, 0].astype(int)
    assert [found.classes[k] for k in codes] == labels
    assert found.X[:, 0].tolist() == [n + 0.5 for n in range(len(labels))]


@pytest.mark.parametrize(("content", "names", "comments"), [
    ("% by MATLAB, 2026\n% two\nx,t\n1.5,2\n2.5,3\n", ("x",), 2),
    ("% one\n1.5 2\n2.5 3\n", ("1",), 1),
    ("% x and t\n1.5;2\n% more\n2.5;3\n", ("1",), 2),
    ("% fat,t\n1.5,2\n2.5,3\n", ("% fat",), 0),
    ("sep=;\n% one\nx;t\n1.5;2\n2.5;3\n", ("x",), 1),
    ("# one, two\nx,t\n#1,1\n1.5,2\n2.5,3\n", ("x",), 2),
])
def test_comments_are_left_out_and_counted(tmp_path: Path, content: str, names: tuple[str, ...], comments: int) -> None:
    """With “#” and with “%”, unless that is the name of a column."""
    found = read(tmp_path, content)
    assert (found.X.tolist(), found.T.tolist(), found.input_names) == ([[1.5], [2.5]], [[2], [3]], names)
    assert found.reading is not None and found.reading.comments == comments


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#NV", "#VALUE!", "#WERT!", "#REF!", "#NAME?", "#ZAHL!"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_an_error_of_a_spreadsheet_is_no_comment(tmp_path: Path, error: str, separator: str) -> None:
    """Its line would be missing without a word."""
    for row in (f"{error}{separator}2", f"1{separator}{error}"):
        said = refused(tmp_path, f"x{separator}t\n1{separator}1\n{row}\n2{separator}3\n3{separator}4\n")
        assert "line 3, column" in said and f"“{error}”" in said


# --- decimal signs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "X"), [
    ("x;y;t\n1.000;2,5;0\n", [[1000, 2.5]]),
    ("x;y;t\n1,000;2.5;0\n", [[1000, 2.5]]),
    ("x;y;t\n1.000;0.5;0\n", [[1, 0.5]]),
    ("x;t\n1.234.567;0\n1.000;1\n", [[1234567], [1000]]),
    ('x,t\n"1,234.5",0\n"2,000",1\n', [[1234.5], [2000]]),
    ('x,t\n"1,5",0\n"2.000",1\n', [[1.5], [2000]]),
    ("x;y;t\n1.5;2,5;0\n", [[1.5, 2.5]]),  # each has one reading
    ("x,y,t\n1.000,2.000,0\n", [[1, 2]]),  # where the comma parts columns it is no decimal one
    ("x\ty\tt\n1,5\t−2,5\t0\n", [[1.5, -2.5]]),
    ("x;t\n1 234,5;0\n−2;1\n", [[1234.5], [-2]]),
    ("1,5 2,5 0\n3,5 1 1\n", [[1.5, 2.5], [3.5, 1]]),
    ("x;t\n" + "1.000;0\n" * 300 + "2,5;1\n", [[1000]] * 300 + [[2.5]]),  # the last line tells
])
def test_the_decimal_sign_is_the_file_s(tmp_path: Path, content: str, X: list[list[float]]) -> None:
    """What one number tells holds for all."""
    assert read(tmp_path, content).X.tolist() == X


DOUBTFUL = st.tuples(st.integers(1, 999), st.integers(0, 999), st.booleans())


@given(st.lists(DOUBTFUL, min_size=1, max_size=6), st.sampled_from(".,"), st.sampled_from(";\t |"))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_thousands_and_decimals_are_told_apart_or_both_named(
    tmp_path: Path, cells: list[tuple[int, int, bool]], sign: str, separator: str
) -> None:
    """1.000 is 1 or 1000, unless some other number tells."""
    texts = [f"{'-' * minus}{whole}{sign}{part:03d}" for whole, part, minus in cells]
    lines = "".join(f"{text}{separator}0\n" for text in texts)
    said = refused(tmp_path, f"x{separator}t\n{lines}")
    small, large = (float(texts[0].replace(sign, by)) for by in (".", ""))
    assert f"line 2, column x: “{texts[0]}” may be {small:.15g} or {large:.15g}" in said
    other = {".": ",", ",": "."}[sign]
    for tells, factor in ((f"0{sign}5", 1), (f"0{other}5", 1000)):
        X = read(tmp_path, f"x{separator}t\n{lines}{tells}{separator}0\n").X[:-1, 0]
        expected = [float(text.replace(sign, "." if factor == 1 else "")) for text in texts]
        assert X.tolist() == expected


@given(st.text("0123456789.,−-+e /\u202f\u00a0", min_size=1, max_size=9), st.sampled_from(".,"))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cell_is_read_as_a_field_is(tmp_path: Path, text: str, decimal: str) -> None:
    """One reader of numbers for both, once the decimal sign is known; with one reading by the other sign it is that."""
    other = {".": ",", ",": "."}[decimal]
    value = parse_number(text, decimal)
    value = value if value is not None else parse_number(text, other)
    content = f"x;t\n0{decimal}5;0\n7;1\n{text};1\n"
    try:
        found: float | None = float(read(tmp_path, content).X[2, 0])
    except ValueError as error:
        assert "line 4, column x" in str(error)
        found = None
    assert found == value or (found is None and "may be" in refused(tmp_path, content))


def test_separators_that_both_fit_are_named(tmp_path: Path) -> None:
    """Commas and spaces that make numbers of everything; “sep=” settles it."""
    content = "10,200 300,400 500\n1,200 300,400 501\n"
    assert "parted by comma or by spaces" in refused(tmp_path, content)
    assert read(tmp_path, f"sep=,\n{content}").X.tolist() == [[10, 200300], [1, 200300]]
    content = "-31,51 260,417 yes\n92,595 564,095 no\n"
    assert "parted by comma or by spaces" in refused(tmp_path, content)
    assert read(tmp_path, content.replace("yes", '"yes"').replace("no", '"no"')).X.tolist() == [
        [-31.51, 260.417], [92.595, 564.095]]


@pytest.mark.parametrize("space", ["", " ", "  "])
@pytest.mark.parametrize("before", ["", " ", "  "])
@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
def test_spaces_around_separators_mean_nothing(tmp_path: Path, before: str, space: str, separator: str) -> None:
    """“0 ,1 ,1” has no number “,1”; whole numbers and others, with names and without."""
    for names, rows in ((False, [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]), (True, [[1.5, -2, 0.25], [3, 0.5, 1]])):
        lines = [["a", "b", "t"], *rows] if names else rows
        found = read(tmp_path, "".join(f"{before}{separator}{space}".join(map(str, line)) + "\n" for line in lines))
        assert np.hstack([found.X, found.T]).tolist() == rows


@pytest.mark.parametrize("said", ["sep=;", "Sep = ;", '"sep=;"', "SEP=; ", "sep=\\t", "sep=\t", "sep=:"])
def test_a_first_line_may_say_the_separator(tmp_path: Path, said: str) -> None:
    """As Excel reads it, or as programmers write a tab."""
    separator = ";" if ";" in said else ":" if ":" in said else "\t"
    found = read(tmp_path, f"{said}\nx,1{separator}t\n1,5{separator}2\n")
    assert (found.X.tolist(), found.input_names) == ([[1.5]], ("x,1",))


# --- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [
    "", "sepal_length,sepal_width,petal_length,petal_width,species\n", "sepal length (cm),b,c,d,class\n",
    "Id,SepalLengthCm,SepalWidthCm,PetalLengthCm,PetalWidthCm,Species\n", ",a,b,c,d,species\n",
    "Unnamed: 0,a,b,c,d,species\n", '"","Sepal.Length","Sepal.Width","Petal.Length","Petal.Width","Species"\n',
    "# iris\n\n", "0,1,2,3,4\n", "% iris\n% 1936\n", '"a" ,"b" ,"c" ,"d" ,"species"\n',
])
@pytest.mark.parametrize("start", [0, 1])
def test_every_iris_is_read(tmp_path: Path, head: str, start: int) -> None:
    """With names and without, with an index and without; the last column of words is what is learned."""
    counted = head.count(",") == 5
    lines = "".join(f"{n},{line}\n" if counted else f"{line}\n" for n, line in enumerate(IRIS.splitlines(), start))
    found = read(tmp_path, head + lines + "\n")
    assert found.X.tolist() == SAMPLES and found.classes == SPECIES
    assert found.T.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert found.reading is not None and len(found.reading.left_out) == counted


def test_two_classes_are_one_column(tmp_path: Path) -> None:
    """0 and 1 in the order of the alphabet, wherever the column stands."""
    found = read(tmp_path, "kind,x\nyes,1\nno,2\nyes,3\n", targets=("kind",))
    assert (found.T.tolist(), found.classes, found.input_names) == ([[1], [0], [1]], ("no", "yes"), ("x",))
    assert read(tmp_path, "kind,x\nyes,1\nno,2\n", inputs=("x",)).classes == ("no", "yes")


@pytest.mark.parametrize(("content", "said"), [
    ("color,x,t\nred,1,0\nblue,2,1\n", "line 2, column color holds words such as “red”, and an input must be a number"),
    ("x,t\n1,0\na,1\nb,0\n", "line 2, column x: “1” is a number among words"),
    ("x,t\n1,a\n2,a\n", "column t has “a” in each line: a network needs two classes"),
    ("x,t\n1,a\n2,3\n4,b\n", "line 3, column t: “3” is a number among words"),
    ("x,t\n1,2\n2,3\n4,b\n", "line 4, column t: “b” is not a number"),
    ("x,t\n1,a\n2,?\n4,b\n", "line 3, column t: “?” stands for a missing value"),
    ("x,t\n1,a\n2,\n4,b\n", "line 3, column t: the cell is empty"),
    ("x,t\n1,2\nNA,3\n", "line 3, column x: “NA” stands for a missing value"),
    ('"x\ncm",t\n\n# none\n1,2\nN/A,3\n', "line 6, column x\ncm: “N/A” stands for a missing value"),
    ("x,t\n1,2\n,3\n", "line 3, column x: the cell is empty"),
    *((f"x;t\n1;2\n{text};3\n", f"line 3, column x: “{text}” stands for a missing value")
      for text in (".", "n.a.", "<NA>", "\\N", "#DIV/0!", "?", "NULL")),
    *((f"x;t\n1;{text}\n2;{text}\n", f"line 2, column t: “{text}” is a date or a time; leave the column out")
      for text in ("2026-01-31", "31.01.2026", "1/31/26", "12:30", "2026-01-31T12:30:00Z", "31.01.2026 12:30",
                   "1:05 pm")),
    *((f"x;t\n1;{text}\n2;{text}\n", f"“{text}” may be {whole} or {part}; write the one that is meant")
      for text, whole, part in (("50%", 50, 0.5), ("12,5 %", 12.5, 0.125), ("-5 %", -5, -0.05))),
    *((f"x;t\n1;{text}\n2;{text}\n", f"line 2, column t: “{text}” is not a number")
      for text in ("$5", "5,00 €", "-$5", "(5)", "1.5D+05", "5-")),
    ("1.5,2\nnan,3\n", "line 2, column 1: “nan” is not finite"),
    ("x,t\n" + "".join(f"{n},w{n}\n" for n in range(1200)), "more than 1000 different words are too many classes"),
    ("x,,t\n1,2,3\n", "column 2 has no name; give it one"), ("x,,t\n1,,3\n2,NA,4\n", "column 2 has no name"),
    ("x,,t\n1,a,3\n2,b,4\n", "column 2 has no name"), ("x,,t\n" + "1,,3\n" * 300 + "1,5,3\n", "column 2 has no name"),
    (",x,t\n1.5,2,3\n2.5,3,4\n", "column 1 has no name"),
    ("x,y,t\n1,2,0\n1,5,2,5,0\n", "line 3 has 5 columns, but the first line has 3"),
    ("x,y,t\n1,5,2,5,0\n", "with decimal commas, part columns by semicolons"),
    ("x,t\n#f00,1\n#0f0,2\n", "no sample: add one line for each; 2 lines with “#” before it are comments"),
    (",1\n2,3\n4,5\n", "it has one without a name, 1"),
    ("# a\nx,y,t\n1,2\n", "line 3 has 2 columns, but line 2 has 3"),
    ("x,t\n1.2.3,0\n", "line 2, column x: “1.2.3” is not a number"),
    ("x;t\n1 2,5;0\n", "line 2, column x: “1 2,5” is not a number"),
    ("x;größe\n1,5;2\n".encode("cp1252"), "line 1 is not UTF-8 text: it seems to be Windows-1252, in which"),
    ("x;t\n1;2\n".encode("utf-16-le"), "it seems to be UTF-16"),
    (b"\xff\xfex\x00\xd8", "begins as UTF-16 text but is damaged"),
    ('x,t\n1,2\n"3,4\n', "line 3: this is not CSV"),
])
def test_what_cannot_be_used_is_named(tmp_path: Path, content: str | bytes, said: str) -> None:
    """With its line and column, in words."""
    assert said in refused(tmp_path, content)


@pytest.mark.parametrize(("no", "yes"), [
    ("FALSE", "TRUE"), ("False", "True"), ("falsch", "wahr"), ("FAUX", "VRAI"), ("FALSO", "VERDADERO"),
    ("FALSO", "VERO"),
])
@pytest.mark.parametrize("names", ["", "a,b,t\n", "TRUE COLOR,b,t\n", ",a,b,t\n"])
def test_truth_values_are_0_and_1(tmp_path: Path, no: str, yes: str, names: str) -> None:
    """As inputs, as a target, as several; also without names."""
    truths = [[a, b, a != b] for a in (False, True) for b in (False, True)]
    index = names.startswith(",")
    content = names + "".join(f"{f'{n},' * index}{','.join(yes if truth else no for truth in row)}\n"
                              for n, row in enumerate(truths))
    found = read(tmp_path, content)
    assert np.array_equal(np.hstack([found.X, found.T]), truths) and found.classes == (no, yes)
    if names:
        several = read(tmp_path, content, targets=("b", "t"))
        assert np.array_equal(several.T, [row[1:] for row in truths]) and several.classes == ()


def test_truth_values_among_others_are_words(tmp_path: Path) -> None:
    """A column has one kind of things; a name may be one."""
    assert "holds words such as “TRUE”" in refused(tmp_path, "x,t\nTRUE,1\nFALSE,0\nmaybe,1\n")
    assert "line 4, column x: “1” is a number among words" in refused(tmp_path, "x,t\nTRUE,1\nFALSE,0\n1,1\n")
    found = read(tmp_path, "x,False,True\n1,5,3\n2,7,4\n")
    assert found.input_names == ("x", "False") and found.T.tolist() == [[3], [4]]


@pytest.mark.parametrize("content", ["2D,1\n3D,2\n", "-,1\n+,2\n", "20-30,1\n30-40,2\n", "1st,1\n2nd,2\n"])
def test_classes_may_begin_with_figures(tmp_path: Path, content: str) -> None:
    """What is no number and no date is a class."""
    assert len(read(tmp_path, f"label,x\n{content}", targets=("label",)).classes) > 1


def test_a_line_of_dates_or_shares_may_be_names(tmp_path: Path) -> None:
    """Above numbers; above such things it is a sample, and an index of dates is left out."""
    assert read(tmp_path, "25%,50%,75%\n1,2,3\n2,3,4\n").input_names == ("25%", "50%")
    assert read(tmp_path, "2026-01-01,2026-01-02,t\n1,2,3\n2,3,4\n").input_names == ("2026-01-01", "2026-01-02")
    assert "line 1, column 1: “2026-01-01”" in refused(tmp_path, "2026-01-01,1.5,2\n2026-01-02,2.5,3\n")
    assert read(tmp_path, ",x,t\n2026-01-01,1.5,2\n2026-01-02,2.5,3\n").X.tolist() == [[1.5], [2.5]]


def test_several_targets_are_numbers(tmp_path: Path) -> None:
    """Classes are learned alone."""
    with pytest.raises(ValueError, match="column k holds words: as classes to be learned it must be the only target"):
        read(tmp_path, "x,k,t\n1,a,0\n2,b,1\n", targets=("k", "t"))


def test_columns_that_are_not_used_may_hold_anything(tmp_path: Path) -> None:
    """Notes, gaps and dates."""
    found = read(tmp_path, "x,note,when,gap,t\n1,good,2020-01-02,,0\n2,?,2020-01-03,NA,1\n", ("x",), ("t",))
    assert found.X.tolist() == [[1], [2]] and found.T.tolist() == [[0], [1]]


# --- the public door ---------------------------------------------------------------------------------------

SCALED = {
    "none": lambda X, on: X,
    "zero_to_one": lambda X, on: (X - on.min(0)) / (on.max(0) - on.min(0)),
    "minus_one_to_one": lambda X, on: 2 * (X - on.min(0)) / (on.max(0) - on.min(0)) - 1,
    "standard": lambda X, on: (X - on.mean(0)) / on.std(0),
}


@pytest.mark.parametrize("scaling", SCALED)
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_scaling_is_found_on_the_training_samples(tmp_path: Path, scaling: str, share: float) -> None:
    """Its numbers serve both parts; targets stay; a constant input becomes 0."""
    table = np.random.default_rng(3).normal(size=(20, 4))
    table[:, 1] = 0.1
    (tmp_path / "p.csv").write_text("a,same,b,t\n" + "".join(",".join(map(repr, row)) + "\n" for row in table.tolist()))
    raw = Dataset.from_csv(tmp_path / "p.csv", test_share=share, seed=4)
    found = Dataset.from_csv(str(tmp_path / "p.csv"), scaling=scaling, test_share=share, seed=4)
    for X, before in ((found.X, raw.X), (found.X_test, raw.X_test)):
        assert (X is None) == (share == 0 and before is None)
        if X is not None and before is not None:
            expected = SCALED[scaling](before[:, [0, 2]], raw.X[:, [0, 2]])
            np.testing.assert_allclose(X[:, [0, 2]], expected, rtol=1e-13, atol=1e-14)
            assert (X[:, 1] == (0.1 if scaling == "none" else 0.0)).all()
    assert np.array_equal(found.T, raw.T) and len(raw.X) == (20 if share == 0 else 14)


@pytest.mark.parametrize("scaling", SCALED)
def test_scaling_of_the_largest_numbers_is_finite(tmp_path: Path, scaling: str) -> None:
    """Their distance is more than the largest number there is."""
    (tmp_path / "p.csv").write_text("x,t\n1.7e308,0\n-1.7e308,1\n")
    found = Dataset.from_csv(tmp_path / "p.csv", scaling=scaling)
    assert scaling == "none" or np.abs(found.X).max() <= 1


def test_what_from_csv_cannot_do_is_said(tmp_path: Path) -> None:
    """A scaling, a share or names that are none, a column for both; a file that is not there, or is a folder."""
    file = tmp_path / "p.csv"
    file.write_text("x,t\n1,2\n")
    for said, path, arguments in (
        ("no scaling “log”; use one of none, zero_to_one", file, {"scaling": "log"}),
        ("test_share is 1.0", file, {"test_share": 1.0}),
        ("inputs is “x”: give a list", file, {"inputs": "x"}),
        ("“x” is an input and a target", file, {"inputs": ["x"], "targets": ["x"]}),
        ("inputs has 0: columns are named by text, such as \"0\"", file, {"inputs": [0]}),
        ("targets names the column “t” twice", file, {"targets": ["t", "t"]}),
        ("seed is -1", file, {"seed": -1, "test_share": 0.5}),
        ("p.csv has no column “z”; it has x, t", file, {"inputs": ["z"]}),
        (f"“q.csv” is not there: {tmp_path} has no such file", tmp_path / "q.csv", {}),
        ("“https://a.org/iris.data” is an address: save the file", "https://a.org/iris.data", {}),
        ("no ordinary file", tmp_path, {}),
    ):
        with pytest.raises(ValueError) as caught:
            Dataset.from_csv(path, **arguments)  # type: ignore[arg-type]
        assert said in str(caught.value)


def test_columns_are_named_by_whatever_holds_their_names(tmp_path: Path) -> None:
    """A list, a tuple, an array of numpy; in their order."""
    (tmp_path / "p.csv").write_text("x,y,t\n1,2,3\n")
    for names in (["y", "x"], ("y", "x"), np.array(["y", "x"])):
        found = Dataset.from_csv(tmp_path / "p.csv", names)  # type: ignore[arg-type]
        assert found.X.tolist() == [[2, 1]] and found.input_names == ("y", "x")
