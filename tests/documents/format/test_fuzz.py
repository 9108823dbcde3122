"""Damaged files: whatever the bytes, a document or a FileError, nothing else."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import FileError, decode, encode
from tests.damage import damaged, with_damage
from tests.documents.base import TEXT
from tests.documents.random_documents import documents

REPLACEMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3),
    max_leaves=4,
)
PIECES = (b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"-", b"1e999", b"9" * 400, b"9" * 5_000,
          b"\\", b"\\ud800", b"\x00", b"\xff", b"\xef\xbb\xbf", b"0", b".", b"e9", b'"id"', b'"x0"', b'"w1"',
          b"NaN", b"\n", b"[" * 40)


def opens_or_says_why(raw: bytes) -> bool:
    """Whether these bytes are a document; any error but a FileError goes through."""
    try:
        document = decode(raw, "damaged.nnsim")
    except FileError as error:
        assert str(error).startswith("damaged.nnsim: ") and len(str(error)) < 1000
        return False
    assert decode(encode(document)) == document
    return True


def fuzz(rounds: int, seed: int) -> int:
    """How many of so many damaged files are documents all the same."""
    rng = np.random.default_rng(seed)
    whole = [TEXT.encode(), *(example.path.read_bytes() for example in EXAMPLES.values() if example.id != "spiral")]
    return sum(opens_or_says_why(damaged(whole[rng.integers(len(whole))], rng, PIECES)) for _ in range(rounds))


def test_damaged_bytes_are_refused_in_words() -> None:
    """A short run of the soak below; some damage, as in a note, does no harm."""
    assert 0 < fuzz(600, 0) < 300


@pytest.mark.soak
def test_damaged_bytes_are_refused_in_words_for_minutes() -> None:
    """Many more of them."""
    assert fuzz(100_000, 1) > 0


def fuzz_values(rounds: int, seed: int) -> int:
    """The same with values in place of bytes: numbers that are extremes, keys renamed, types swapped, nesting."""
    rng = np.random.default_rng(seed)
    whole = [json.loads(TEXT), *(json.loads(example.path.read_bytes()) for example in EXAMPLES.values())]
    trees = (with_damage(whole[rng.integers(len(whole))], rng) for _ in range(rounds))
    texts = (json.dumps(tree) for tree in trees)
    return sum(opens_or_says_why((with_a_key_twice(t, rng) if rng.random() < 0.3 else t).encode()) for t in texts)


def with_a_key_twice(text: str, rng: np.random.Generator) -> str:
    """JSON with the name of one key in place of another's; nearer ones rather than such that lie far apart."""
    keys = list(re.finditer(r'"[^"]*"(?=:)', text))
    if len(keys) < 2:
        return text
    at = int(rng.integers(1, len(keys)))
    other = max(0, at - int(rng.integers(1, 5)))
    return f"{text[: keys[at].start()]}{keys[other][0]}{text[keys[at].end() :]}"


def test_damaged_values_are_refused_in_words() -> None:
    """A short run of the soak below."""
    assert 0 < fuzz_values(300, 0) < 200


@pytest.mark.soak
def test_damaged_values_are_refused_in_words_for_minutes() -> None:
    """Many more of them."""
    assert fuzz_values(20_000, 1) > 0


@given(documents(), st.data())
def test_a_document_with_any_value_replaced_is_refused_in_words(document: object, data: st.DataObject) -> None:
    """Whatever stands where something else belongs: JSON that is sound, but not a document."""
    whole = json.loads(encode(document))  # type: ignore[arg-type]
    inner = whole
    while isinstance(inner, dict | list) and inner:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(inner[key], dict | list) or not inner[key] or data.draw(st.integers(0, 3)) == 0:
            inner[key] = data.draw(REPLACEMENTS)
            break
        inner = inner[key]
    assert opens_or_says_why(json.dumps(whole).encode()) in (True, False)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(raw: bytes) -> None:
    """Files of other programs."""
    assert not opens_or_says_why(raw)
