"""Files that are no text, or no strict JSON, and what is said about them."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsim.documents.files import FileError, decode
from nnsim.documents.format.strict_json import PIECE, item
from tests.documents.base import TEXT, edited

TEXTS = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\t ", "the file is empty"),
    "two byte order marks": (b"\xef\xbb\xbf" * 2 + TEXT.encode(), "this is no nnsim document"),
    "UTF-16": (TEXT.encode("utf-16"), "UTF-16 text: save it as UTF-8"),
    "UTF-16 without mark": (TEXT.encode("utf-16-le"), "this is no text"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "this is no text"),
    "Latin-1": (TEXT.replace('"notes": ""', '"notes": "\xe4"').encode("latin-1"), "line 27 is not UTF-8"),
    "cut off": (TEXT.encode()[:400], "ends in the middle"),
    "cut off in a text": (TEXT.encode()[:10], "ends in the middle"),
    "trailing": (TEXT.encode() + b"}", "line 28, column 2 is not JSON"),
    "a comma too much": (TEXT.replace('"x0": [0, 0],', '"x0": [0, 0],,').encode(), "line 23, column"),
    "a list": (b"[1]", "this is no nnsim document"),
    "a number": (b"3", "this is no nnsim document"),
    "null": (b"null", "this is no nnsim document"),
    "a program": (b"print('hello')", "this is no nnsim document"),
    "deep lists": (b"[" * 100_000, "nested deeper than 32"),
    "deep objects": (b'{"a":' * 33, "nested deeper than 32"),
    "deep in a place": (TEXT.replace("[0, 0]", "[" * 31 + "]" * 31).encode(), "nested deeper than 32"),
    "key twice": (TEXT.replace('"w2": {', '"w1": {').encode(), "network.parameters.w1: the key “w1” stands here twice"),
    "key twice in a neuron": (TEXT.replace('"role": "hidden"', '"id": "g", "role": "hidden"').encode(),
                              "network.neurons[2].id: the key “id” stands here twice"),
    "section twice": (TEXT.replace('"notes"', '"data"').encode(), "data: the key “data” stands here twice"),
    "section twice, first": (TEXT.replace('"version"', '"version": 1, "version"').encode(),
                             ": version: the key “version” stands here twice"),
    "key twice, written in two ways": (TEXT.replace('"w2": {', '"\\u00771": {').encode(),
                                       "network.parameters.w1: the key “w1” stands here twice"),
    "NaN": (TEXT.replace("-1.2", "NaN").encode(), "network.parameters.b_h.value: NaN is not a number"),
    "infinite": (TEXT.replace("-1.2", "-Infinity").encode(), "network.parameters.b_h.value: -Infinity is not"),
    "1e999": (TEXT.replace("-1.2", "1e999").encode(), "network.parameters.b_h.value: the number 1e999 is too large"),
    "400 digits": (TEXT.replace("[0, 0]", f"[0, {'9' * 400}]").encode(), "layout.x0[1]: the number 99999"),
    "5000 digits": (TEXT.replace('"seed": 0', f'"seed": {"9" * 5000}').encode(), "training.seed: the number 99999"),
    "1e999, and cut off": (TEXT.replace("1.0", "1e999")[:-9].encode(), "ends in the middle"),
    "half a pair": (TEXT.replace('"notes": ""', r'"notes": "\ud800"').encode(), "notes: the text holds half of a"),
    "half a pair as a key": (TEXT.replace('"notes"', r'"\udc00"').encode(), "half of a Unicode pair"),
    "half a pair in a name": (TEXT.replace('"x0"', r'"\ud800"').encode(), "network.neurons[0].id: the text holds half"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_text_or_no_strict_json_is_refused(case: str) -> None:
    """Before anything is made of it, and in words that help."""
    raw, said = TEXTS[case]
    with pytest.raises(FileError) as caught:
        decode(raw, "my.nnsim")
    assert said in str(caught.value) and str(caught.value).startswith("my.nnsim: ")


TWICE_AND_WRONG = {
    # What stands there the first time, and the second.
    "network.parameters.w1": ('{"value": @}', '{"value": @}'),
    "network.parameters.w1.value": ("@", "@"),
    "network.neurons[2].id": ("@", "@"),
    "network.connections[0].weight": ("@", "@"),
    "layout.x0": ("@", "[0, @]"),
    "data.inline.targets": ("@", "[[@]]"),
    "data.generator": ("@", "@"),
    "training.optimizer": ("@", '{"name": @}'),
    "training.optimizer.name": ("@", "@"),
    "training.seed": ("@", "@"),
    "notes": ("@", "@"),
    "network": ("@", "@"),
}
WRONG = ["3", '"a"', "null", "true", "[]", "{}", "[[]]", '{"a": 1, "a": 2}', "1e999", "9" * 400, "9" * 4_400, "1.0"]


def with_twice(path: str, first: str, second: str) -> str:
    """The document with a field written twice."""
    document = edited("data", to={"inline": {"inputs": [[0, 0]], "targets": [[0]]}} if "inline" in path
                      else {"generator": "xor_gate"})
    inner: Any = document
    *way, key = re.findall(r"[^.\[\]]+", path)
    for name in way:
        inner = inner[int(name) if name.isdecimal() else name]
    inner[key] = "@"
    return json.dumps(document).replace('"@"', f'{first}, "{key}": {second}')


@pytest.mark.parametrize("path", TWICE_AND_WRONG)
def test_a_key_that_stands_twice_is_named_whatever_stands_there(path: str) -> None:
    """Two of the same kind, or one that is wrong hidden by one that is right, and the other way round."""
    firsts, seconds = TWICE_AND_WRONG[path]
    for first in WRONG:
        for second in WRONG:
            raw = with_twice(path, firsts.replace("@", first), seconds.replace("@", second)).encode()
            with pytest.raises(FileError) as caught:
                decode(raw, "my.nnsim")
            assert "stands here twice" in str(caught.value) and caught.value.field.startswith(path)


VALUES = st.recursive(st.integers() | st.text("[]{},:\"\\ é", max_size=5) | st.none(),
                      lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3),
                      max_leaves=5)


@settings(max_examples=50)
@given(st.lists(VALUES, min_size=1, max_size=5), st.booleans(), st.sampled_from([None, 1]))
def test_an_item_is_found_without_making_the_others(items: list[object], plain: bool, indent: int | None) -> None:
    """By the brackets and commas alone, whatever the texts hold; as it stands in the file."""
    raw = json.dumps(items, ensure_ascii=plain, indent=indent).encode()
    assert [json.loads(item(raw, index)) for index in range(len(items))] == items


def test_items_of_a_list_that_is_read_in_pieces() -> None:
    """At the ends of the pieces too."""
    for filling in range(PIECE - 12, PIECE + 3):
        raw = b'["' + b"a" * filling + b'", 1, [2, "],"], {"b": 3}]'
        assert [item(raw, index) for index in (1, 2, 3)] == [b"1", b'[2, "],"]', b'{"b": 3}']
        assert len(item(raw, 0)) == filling + 2


def test_brackets_and_quotes_inside_texts_do_not_count() -> None:
    """Notes may hold any number of brackets, escaped quotes and backslashes."""
    notes = '[{"' * 40 + "\\" * 3 + '"' + "\\"
    assert decode(json.dumps(edited("notes", to=notes)).encode()).notes == notes


def test_the_limits_are_exact() -> None:
    """The largest that is allowed loads; one more is refused, naming how many there are."""
    def neurons(n: int) -> bytes:
        entries = [{"id": f"x{i}", "role": "input"} for i in range(n)]
        return json.dumps({"format": "nnsim", "version": 1, "network": {"neurons": entries}}).encode()

    assert len(decode(neurons(20_000)).network.structure.neurons) == 20_000
    with pytest.raises(FileError, match=r"network\.neurons: there are 20001 neurons; at most 20000 are allowed"):
        decode(neurons(20_001))
    with pytest.raises(FileError, match=r"network\.connections: there are 500001 connections; at most 500000"):
        decode(b'{"network": {"connections": [' + b"0," * 500_000 + b"0]}}")


def test_a_file_beyond_256_mb_is_refused_unread() -> None:
    """Its size is enough to know."""
    with pytest.raises(FileError, match="more than 256 MB"):
        decode(b" " * (256 * 2**20 + 1))
