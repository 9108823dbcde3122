"""Sources of data: equal by value, split by seed, and told apart from what cannot be data."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsim.core.fields import forms
from nnsim.data.generators import GENERATORS, GateFields, SampleFields
from nnsim.data.sources import CsvData, GeneratedData, InlineData, dataset_of
from nnsim.data.splits import split

ROWS = ((0.0, 1.0), (1.0, 0.5))


def test_sources_are_equal_by_value_and_may_be_kept_in_a_set() -> None:
    """A document is dirty only if its data says something else."""
    for make in (
        lambda: GeneratedData("circle", SampleFields(noise=0.1)),
        lambda: InlineData(ROWS, ((1.0,), (0.0,)), ("a", "b", "t")),
        lambda: CsvData("points.csv", ("x",), ("t",)),
    ):
        assert make() == make() and len({make(), make()}) == 1
    assert GeneratedData("and_gate") != GeneratedData("or_gate")
    assert GeneratedData("circle") != GeneratedData("circle", SampleFields(seed=1))


def test_a_generator_without_fields_takes_its_own_defaults() -> None:
    """GeneratedData("not_gate") has one input, the other gates two."""
    assert GeneratedData("xor_gate") == GeneratedData("xor_gate", GateFields(2))
    assert GeneratedData("not_gate").fields.inputs == 1


@pytest.mark.parametrize("name", GENERATORS)
def test_every_generator_gives_a_dataset(name: str) -> None:
    """Gates are whole tables without a test part; the others keep half of the points to test on."""
    dataset = dataset_of(GeneratedData(name))
    if GENERATORS[name].is_gate:
        assert dataset.X_test is None and len(dataset.X) == 2 ** dataset.X.shape[1]
    else:
        assert dataset.X_test is not None
        assert len(dataset.X) == len(dataset.X_test) == 125


def test_the_same_source_gives_the_same_dataset_object() -> None:
    """It is asked for at every edit; nothing is made twice."""
    assert dataset_of(GeneratedData("spiral")) is dataset_of(GeneratedData("spiral"))


def test_inline_data_is_what_was_given() -> None:
    """Ints and lists become tuples of floats; without a test share nothing is kept back."""
    source = InlineData([[0, 1], [1, 0.5]], [[1], [0]])  # type: ignore[arg-type]
    assert source == InlineData(ROWS, ((1.0,), (0.0,)))
    dataset = dataset_of(source)
    assert dataset.X.tolist() == [[0, 1], [1, 0.5]] and dataset.T.tolist() == [[1], [0]] and dataset.X_test is None


@given(st.integers(1, 60), st.floats(0, 0.9), st.integers(0, 2**53))
def test_a_split_loses_and_repeats_no_sample(n: int, share: float, seed: int) -> None:
    """Training and test together are the data, each in its order; training never is empty."""
    X, T = np.arange(float(n))[:, None], -np.arange(float(n))[:, None]
    dataset = split(X, T, share, seed)
    test = np.empty((0, 1)) if dataset.X_test is None else dataset.X_test
    assert sorted([*dataset.X[:, 0], *test[:, 0]]) == X[:, 0].tolist()
    assert len(dataset.X) >= 1 and abs(len(test) - n * share) <= 1
    assert (np.diff(dataset.X[:, 0]) > 0).all() and (np.diff(test[:, 0]) > 0).all()
    assert np.array_equal(dataset.T, -dataset.X)


@pytest.mark.parametrize(("n", "share", "tested"), [(10, 0.3, 3), (10, 0.5, 5), (4, 1.0, 3), (1, 0.9, 0), (9, 0.04, 0)])
@pytest.mark.parametrize("seed", [0, 1, 2**53])
def test_a_file_s_split_is_the_same_for_ever(n: int, share: float, tested: int, seed: int) -> None:
    """The test samples are the first of numpy's permutation from the stream (seed, 1), in any later version too."""
    X = np.arange(float(n))[:, None]
    dataset = split(X, X, share, seed)
    drawn = sorted(np.random.default_rng([seed, 1]).permutation(n)[:tested].tolist())
    assert ([] if dataset.X_test is None else dataset.X_test[:, 0].tolist()) == drawn
    assert dataset.X[:, 0].tolist() == [i for i in range(n) if i not in drawn]


def test_a_split_follows_its_seed() -> None:
    """The same seed draws the same samples, another one others."""
    rows = tuple((float(i),) for i in range(50))

    def tested(seed: int) -> list[float]:
        dataset = dataset_of(InlineData(rows, rows, test_share=0.5, seed=seed))
        assert dataset.X_test is not None
        return list(dataset.X_test[:, 0])

    assert tested(3) == tested(3) != tested(4)


@pytest.mark.parametrize("make, said", [
    (lambda: GeneratedData("circel"), "no generator “circel”; use one of and_gate"),
    (lambda: GeneratedData("circle", GateFields(2)), "takes SampleFields"),
    (lambda: InlineData((), ()), "inputs has no row"),
    (lambda: InlineData(((),), ((1.0,),)), "inputs row 0 is empty"),
    (lambda: InlineData(((1.0,), (1.0, 2.0)), ((1.0,), (1.0,))), "inputs row 1 has 2 numbers, but row 0 has 1"),
    (lambda: InlineData(((1.0,),), ((1.0,), (2.0,))), "inputs in 1 row but targets in 2"),
    (lambda: InlineData(((1.0,),), ((float("nan"),),)), "targets has nan in row 0, column 0"),
    (lambda: InlineData(((1.0,),), (("x",),)), "targets is not a table of numbers"),
    (lambda: InlineData(((1.0,),), ((1.0,),), ("a",)), "1 name in columns for 2 columns"),
    (lambda: InlineData(((1.0,),), ((1.0,),), ("a", "a")), "columns names the column “a” twice"),
    (lambda: InlineData(((1.0,),), ((1.0,),), ("a", "")), "columns must be a list of column names"),
    (lambda: InlineData(((1.0,),), ((1.0,),), test_share=2.0), "test_share is 2.0"),
    (lambda: CsvData("a.csv", inputs="xy"), "inputs must be a list"),  # type: ignore[arg-type]
    (lambda: CsvData("a.csv", ("x",), ("x",)), "“x” is an input and a target"),
    (lambda: CsvData("a.csv", seed=-1), "seed is -1"),
    (lambda: CsvData("a.csv", seed=2**53 + 1), "seed is 9007199254740993"),
    (lambda: InlineData(((1.0,),), ((1.0,),), seed=2**53 + 1), "seed is 9007199254740993"),
])
def test_what_is_wrong_with_a_source_is_named(make: object, said: str) -> None:
    """Each message says which part, which row, which column."""
    assert callable(make)
    with pytest.raises(ValueError) as caught:
        make()
    assert said in str(caught.value)


def test_seeds_go_as_far_as_whole_numbers_are_exact() -> None:
    """Of what is drawn and of what is split."""
    largest = 2**53
    assert CsvData("a.csv", seed=largest).seed == InlineData(((1.0,),), ((1.0,),), seed=largest).seed == largest
    for entry in GENERATORS.values():
        if "seed" in forms(entry.fields):
            assert entry.fields(seed=largest).seed == largest


def test_csv_data_is_split_too(tmp_path: Path) -> None:
    """Share and seed work as for the other sources."""
    (tmp_path / "p.csv").write_text("x,t\n" + "".join(f"{i},{i}\n" for i in range(10)))
    dataset = dataset_of(CsvData("p.csv", test_share=0.3), tmp_path)
    assert dataset.X_test is not None and len(dataset.X_test) == 3 and len(dataset.X) == 7
