"""Strict JSON: text that is UTF-8, not too deep, with every key once and every number finite."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from nnsim.documents.format.errors import Fault

MAX_BYTES = 256 * 1024 * 1024
MAX_NESTING = 32
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class _Mark:
    """Stands in a parsed tree where something is wrong."""

    message: str


class _Unsound(Exception):
    """Something in the text needs the slow look that finds its place."""


def check(raw: bytes, limits: Mapping[str, int]) -> str:
    """The text of ``raw``, if it is strict JSON; raises Fault naming the field, or line and column.

    ``limits`` bounds the lengths of lists, as {"network.neurons": 20000}. Size, encoding and nesting
    are looked at before anything is parsed; the parse itself keeps no value, so that it needs little
    more than the text.
    """
    if len(raw) > MAX_BYTES:
        raise Fault(f"the file has more than {MAX_BYTES // 2**20} MB, which is too much.")
    text = _text(raw)
    if not text.strip():
        raise Fault("the file is empty: there is no document in it.")
    if _nesting(raw) > MAX_NESTING:
        raise Fault(f"brackets are nested deeper than {MAX_NESTING}: this is no nnsim document.")

    bounds = {path.rpartition(".")[2]: (path, limit) for path, limit in limits.items()}

    def pairs(items: list[tuple[str, Any]]) -> None:
        if len(items) > 1 and len({key for key, _ in items}) < len(items):
            raise _Unsound
        for key, value in items:
            if key in bounds and isinstance(value, list) and len(value) > bounds[key][1]:
                path, limit = bounds[key]
                raise Fault(f"there are {len(value)} {key}; at most {limit} are allowed.", path)

    def number(digits: str) -> None:
        if math.isinf(float(digits)):
            raise _Unsound

    def constant(_: str) -> NoReturn:
        raise _Unsound

    try:
        json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_int=number,
                   parse_constant=constant)
    except _Unsound:
        raise _placed(text) from None
    except json.JSONDecodeError as error:
        raise Fault(_syntax(error, text)) from None
    return text


def _placed(text: str) -> Fault:
    """The first fault of an unsound text, with its place; behind it the text may even break off."""
    try:
        where, message = next(faults(tree(text)))
    except json.JSONDecodeError as error:
        return Fault(_syntax(error, text))
    return Fault(message, where)


def tree(text: str) -> Any:
    """The whole value, with a mark where a key stands twice or a number is not finite (see ``faults``)."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            twice = _Mark(f"the key “{key[:80]}” stands here twice: remove one of them.")
            found[key] = twice if key in found else value
        return found

    def number(digits: str) -> Any:
        value = float(digits)
        if math.isinf(value):
            return _Mark(f"the number {digits[:20]} is too large: use a finite one.")
        return value

    def constant(word: str) -> _Mark:
        return _Mark(f"{word} is not a number to calculate with: write a finite one.")

    return json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_constant=constant,
                      parse_int=lambda digits: number(digits) if len(digits) > 300 else int(digits))


def faults(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """(path, message) of every mark in a tree, and of every text that is no valid Unicode."""
    if isinstance(value, _Mark):
        yield where, value.message
    elif isinstance(value, dict):
        for key, inner in value.items():
            if _HALF_A_PAIR.search(key):
                yield where, "a key holds half of a Unicode pair (\\ud800 …): write the whole character."
            yield from faults(inner, step(where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from faults(inner, step(where, index))
    elif isinstance(value, str) and _HALF_A_PAIR.search(value):
        yield where, "the text holds half of a Unicode pair (\\ud800 …): write the whole character."


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


def _nesting(raw: bytes) -> int:
    """The depth of brackets outside texts. A parser that recurses would find out by running out of stack."""
    # Without escaped backslashes and quotes, every quote that is left begins or ends a text.
    plain = np.frombuffer(raw.replace(b"\\\\", b"").replace(b'\\"', b""), dtype=np.uint8)
    deepest = depth = quotes = 0
    for start in range(0, len(plain), 1 << 20):
        piece = plain[start : start + (1 << 20)]
        quote = np.cumsum(piece == ord('"')) + quotes
        outside = quote % 2 == 0
        opening = ((piece == ord("{")) | (piece == ord("["))) & outside
        closing = ((piece == ord("}")) | (piece == ord("]"))) & outside
        level = np.cumsum(opening.astype(np.int64) - closing) + depth
        deepest, depth, quotes = max(deepest, int(level.max())), int(level[-1]), int(quote[-1])
    return deepest


def _syntax(error: json.JSONDecodeError, text: str) -> str:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "the file ends in the middle (it was cut off): take a complete copy of it."
    if not text.lstrip().startswith("{"):
        return "this is no nnsim document: choose a .nnsim file."
    return f"line {error.lineno}, column {error.colno} is not JSON ({error.msg}): correct it there."
