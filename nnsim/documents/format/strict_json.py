"""Strict JSON: text that is UTF-8, not too deep, with every key once and every number finite."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnsim.documents.format.errors import Fault

MAX_BYTES = 256 * 1024 * 1024
MAX_NESTING = 32
PIECE = 1 << 16
"""Bytes that are looked at together: what is made of them stays in the processor's cache."""

_PAIR = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)")
"""A pair of escapes for one sign, or, as its group, half of one."""
_HALF = "{} holds half of a Unicode pair (\\ud800 …): write the whole character."
_HOLDS_NOTHING = re.compile(rb"\s*[\[{]\s*[\]}]")
_WORD = re.compile(rb"-?(?:NaN|Infinity)")

Bytes = NDArray[Any]
_OPENS = np.zeros(256, dtype=np.int8)
_OPENS[[ord("{"), ord("[")]], _OPENS[[ord("}"), ord("]")]] = 1, -1
"""What each sign does to the number of brackets that are open."""
_PARTS = np.zeros(256, dtype=np.bool_)
_PARTS[list(b"[{,:")] = True
"""The signs of which one stands before and behind every key."""


@dataclass(frozen=True)
class _TooLarge:
    """Stands in a parsed value for a number that is not finite."""

    digits: str


class Measure(NamedTuple):
    """How much stands in a text, found without building any of it."""

    deepest: int
    """How deep brackets are nested."""
    keys: int
    """How many keys all objects have together."""
    items: int
    """How many items, or keys, the outermost brackets hold."""


def check(raw: bytes) -> Measure:
    """The measure of ``raw``. Raises Fault, naming the field, or line and column, unless it is strict JSON, one object.

    Nothing is built of it, so that it needs little more room than the text. Keys that stand twice are left to those who
    read the objects: see ``check_keys``; and so are numbers that are too large.
    """
    if len(raw) > MAX_BYTES:
        raise Fault(f"the file has more than {MAX_BYTES // 2**20} MB, which is too much.")
    _text(raw)
    if not raw.strip():
        raise Fault("the file is empty: there is no document in it.")
    found = measure(raw)
    if found.deepest > MAX_NESTING:
        raise Fault(f"brackets are nested deeper than {MAX_NESTING}: this is no nnsim document.")
    if not raw.lstrip().startswith(b"{"):
        raise Fault("this is no nnsim document: choose a .nnsim file.")
    # Here because it takes 50 ms, which the first window does not wait for.
    import msgspec

    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        raise _unsound(raw, str(error)) from None
    return found


def measure(raw: bytes) -> Measure:
    """How deep ``raw`` is nested and how much it holds. A parser that recurses would run out of stack, or of memory."""
    deepest = keys = commas = 0
    for _, signs, level in _pieces(raw):
        deepest = max(deepest, int(level.max(initial=0)))
        keys += int(np.count_nonzero(signs == ord(":")))
        commas += int(np.count_nonzero((signs == ord(",")) & (level == 1)))
    return Measure(deepest, keys, 0 if _HOLDS_NOTHING.match(raw) else commas + 1)


def _pieces(raw: bytes) -> Iterator[tuple[int, Bytes, Bytes]]:
    """(start, signs, level) of each piece: its signs, 1 within texts; and how many brackets are open behind each."""
    # As long as before: without escaped backslashes and quotes, every quote that is left begins or ends a text.
    plain = np.frombuffer(raw.replace(b"\\\\", b"__").replace(b'\\"', b"__"), dtype=np.uint8)
    depth, inside = 0, False
    for start in range(0, len(plain), PIECE):
        piece = plain[start : start + PIECE]
        marks = piece == ord('"')
        if marks.any() or inside:
            outside = np.logical_xor.accumulate(marks) == inside
            signs = np.where(outside, piece, 1)
            inside = not outside[-1]
        else:
            signs = piece
        level = np.cumsum(_OPENS[signs], dtype=np.int32) + depth
        depth = int(level[-1])
        yield start, signs, level


def place(raw: bytes, offset: int) -> tuple[str, bool]:
    """The path to what stands at ``offset``, such as network.neurons[3].id, and whether a key stands there."""
    # For each level its bracket, the last comma or bracket in it, the last colon, and how many commas.
    opened: dict[int, tuple[int, int, int, int]] = {}
    depth = 0
    for start, signs, level in _pieces(raw[:offset]):
        depth = int(level[-1])
        for at in range(1, min(int(level.max()), MAX_NESTING) + 1):
            here = level == at
            brackets = np.flatnonzero(here & ((signs == ord("{")) | (signs == ord("["))))
            if len(brackets):
                found = start + int(brackets[-1])
                opened[at] = (found, found, -1, 0)
            bracket, last, colon, commas = opened[at]
            behind = np.flatnonzero(here & (signs == ord(","))) + start
            behind = behind[behind > bracket]
            colons = np.flatnonzero(here & (signs == ord(":"))) + start
            colons = colons[colons > bracket]
            opened[at] = (
                bracket, int(behind[-1]) if len(behind) else last, int(colons[-1]) if len(colons) else colon,
                commas + len(behind),
            )
    path, in_key = "", False
    for at in range(1, depth + 1):
        bracket, last, colon, commas = opened[at]
        if raw[bracket : bracket + 1] == b"[":
            path = step(path, commas)
        elif colon > last:
            key = raw[last + 1 : colon].decode(errors="replace").strip()
            path = step(path, json.loads(key, strict=False))
        else:
            in_key = at == depth
    return path, in_key


def _unsound(raw: bytes, said: str) -> Fault:
    """What is wrong where msgspec says something such as “JSON is malformed: invalid character (byte 12)”."""
    halves = _PAIR.finditer(raw.replace(b"\\\\", b"__"))
    half = next((match.start() for match in halves if match[1]), None)
    found = re.search(r"\(byte (\d+)\)", said)
    if half is not None and (found is None or 0 < int(found[1]) - half < 13):
        where, in_key = place(raw, half)
        return Fault(_HALF.format("a key" if in_key else "the text"), where)
    if found is None:
        return Fault("the file ends in the middle (it was cut off): take a complete copy of it.")
    offset = int(found[1]) - ("trailing" in said)
    word = _WORD.match(raw, offset - (raw[offset - 1 : offset] == b"-"))
    if word:
        message = f"{word[0].decode()} is not a number to calculate with: write a finite one."
        return Fault(message, place(raw, offset)[0])
    line, begin = raw.count(b"\n", 0, offset) + 1, raw.rfind(b"\n", 0, offset) + 1
    column = len(raw[begin:offset].decode(errors="replace")) + 1
    reason = said.removeprefix("JSON is malformed: ").partition(" (byte")[0]
    return Fault(f"line {line}, column {column} is not JSON ({reason}): correct it there.")


def tree(raw: bytes, where: str) -> Any:
    """The value that ``raw`` holds, whatever it is. Raises Fault, naming the field, where a key stands twice in it or a
    number is not finite."""

    def number(digits: str) -> float | _TooLarge:
        found = float(digits)
        return _TooLarge(digits) if math.isinf(found) else found

    check_keys(raw, where)
    found = json.loads(raw, parse_float=number,
                       parse_int=lambda digits: number(digits) if len(digits) > 300 else int(digits))
    for path, large in _too_large(found, where):
        raise too_large(large.digits, path)
    return found


def too_large(digits: str, where: str, what: str = "") -> Fault:
    """The Fault of a number beyond what a float can hold."""
    return Fault(f"the number {digits[:20]} is too large: use a finite one.", where, what)


def _too_large(value: Any, where: str) -> Iterator[tuple[str, _TooLarge]]:
    """(path, number) of each that is not finite."""
    if isinstance(value, _TooLarge):
        yield where, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _too_large(inner, step(where, key))


def check_keys(raw: bytes, where: str, depth: int = MAX_NESTING) -> None:
    """Raises Fault if a key stands twice in an object, of those that lie no more than ``depth`` brackets deep."""
    for fault in twice(raw, where, depth):
        raise fault


def twice(raw: bytes, where: str, depth: int) -> Iterator[Fault]:
    """The Fault of each key that stands twice in an object, of those that lie no more than ``depth`` brackets deep.

    Nothing is kept but the keys of one object at each depth.
    """
    seen: dict[int, set[bytes]] = {}
    last = 0
    for start, signs, level in _pieces(raw):
        parts = np.flatnonzero((level <= depth) & _PARTS[signs])
        for at, sign, here in zip((parts + start).tolist(), signs[parts].tolist(), level[parts].tolist(), strict=True):
            if sign == ord("{"):
                seen[here] = set()
            elif sign == ord(":"):
                key = raw[last + 1 : at].strip()
                if b"\\" in key:
                    # The same key can be written in several ways.
                    key = json.dumps(json.loads(key), ensure_ascii=False).encode()
                if key in seen[here]:
                    path = place(raw, at + 1)[0]
                    between = "." if where and not path.startswith("[") else ""
                    yield Fault(f"the key “{json.loads(key)[:80]}” stands here twice: remove one of them.",
                                f"{where}{between}{path}")
                seen[here].add(key)
            last = at


def item(raw: bytes, index: int) -> bytes:
    """The text of one item of the list in ``raw``; nothing is kept of the others."""
    begin, end, before = raw.index(b"["), raw.rindex(b"]"), 0
    for start, signs, level in _pieces(raw):
        commas = np.flatnonzero((level == 1) & (signs == ord(",")))
        if 0 < index - before <= len(commas):
            begin = start + int(commas[index - before - 1])
        if index - before < len(commas):
            end = start + int(commas[index - before])
            break
        before += len(commas)
    return raw[begin + 1 : end].strip()


def step(where: str, key: str | int) -> str:
    """The path one step further: network.neurons[3].id, or layout["a b"] where a name is not plain."""
    if isinstance(key, int):
        return f"{where}[{key}]"
    if not key.isidentifier():
        shown = key if len(key) <= 80 else key[:80] + "…"
        return f"{where}[{json.dumps(shown, ensure_ascii=False)}]"
    return f"{where}.{key[:80]}" if where else key[:80]


def _text(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault("the file is UTF-16 text: save it as UTF-8.")
    if b"\0" in raw:
        raise Fault("this is no text, so it is no nnsim document: choose a .nnsim file.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Fault(f"line {line} is not UTF-8 text: save the file as UTF-8.") from None
