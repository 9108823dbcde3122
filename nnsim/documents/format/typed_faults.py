"""Type errors of msgspec, told to a learner: which field, of which neuron, and what belongs there."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec

from nnsim.documents.format.errors import Fault
from nnsim.documents.format.strict_json import check_keys, item, step, too_large

_MISSES = (
    (r"Object missing required field `(.*)`", "“{}” is missing: add it."),
    (r"Expected `object.*", "an object {{…}} belongs here."),
    (r"Expected `array` of length 2.*", "two numbers, [x, y], belong here."),
    (r"Expected `array.*", "a list […] belongs here."),
    (r"Expected `float.*`, got `(.*)`", "a number belongs here, not {}."),
    (r"Expected `str.*`, got `(.*)`", "a text in quotes belongs here, not {}."),
    (r"Expected `bool`.*", "true or false belongs here."),
)
"""What msgspec says, and how a learner is told."""
_JSON_NAMES = {"str": "a text", "int": "a number", "float": "a number", "bool": "true or false",
               "object": "an object", "array": "a list"}


def typed_fault(error: msgspec.ValidationError, raw: bytes, where: str, types: Mapping[str, Any]) -> Fault:
    """The Fault for an error such as “Expected `str`, got `int` - at `$[3].id`”.

    ``raw`` is the text msgspec looked at and ``where`` its path; ``types`` gives the type of each object by its path,
    without list indices, and of the values of free names by path + ".*". Of the text no more is made than the way to
    the place needs. Raises the Fault of a key on that way that stands twice.
    """
    said, _, place = str(error).partition(" - at `$")
    general, value, what = where, raw, ""
    for key, index in re.findall(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]", place):
        if key or index == "...":
            # If it stands twice, which of the two msgspec means is not known.
            check_keys(value, where, depth=1)
        if key:
            where, general = step(where, key), step(general, key)
            value = _field(value, key)
        elif index == "...":
            general += ".*"
            found, value = _failing(value, types[general])
            where = step(where, found)
        else:
            where, value = f"{where}[{index}]", item(value, int(index))
        what = _what(value) or what
    if said == "Number out of range":
        return too_large(value[:20].decode(), where, what)
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", said, re.DOTALL)
    if unknown:
        suggestion = instead(unknown[1], types[general].__struct_fields__)
        message = f"there is no field “{unknown[1][:80]}” here{suggestion}"
        return Fault(message, step(where, unknown[1]), what)
    for pattern, words in _MISSES:
        match = re.fullmatch(pattern, said)
        if match:
            words = words.format(*(_JSON_NAMES.get(group, group) for group in match.groups()))
            return Fault(words, where, what)
    return Fault(f"{said}.", where, what)


def instead(wrong: Any, allowed: Iterable[str]) -> str:
    """The end of a message about a wrong name: the nearest of the allowed ones, or what there is."""
    names = list(islice(allowed, 1000))
    near = difflib.get_close_matches(wrong, names, 1) if isinstance(wrong, str) and len(wrong) < 100 else []
    if near:
        return f"; did you mean “{near[0]}”?"
    if not names:
        return "; there is none."
    return f"; use one of {', '.join(names[:12])}{' …' if len(names) > 12 else ''}."


def _failing(raw: bytes, kind: Any) -> tuple[str, bytes]:
    """Key and text of the first value that is not of this kind: msgspec says […] instead of it."""
    values = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    return next((key, bytes(value)) for key, value in values.items() if not _is(value, kind))


def _is(raw: msgspec.Raw, kind: Any) -> bool:
    try:
        msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        return False
    return True


def _field(raw: bytes, key: str) -> bytes:
    """The text of one field of an object."""
    one: Any = msgspec.defstruct("One", [("value", msgspec.Raw)], rename={"value": key})
    return bytes(msgspec.json.decode(raw, type=one).value)


class _Named(msgspec.Struct):
    id: msgspec.Raw = msgspec.Raw(b"null")
    source: msgspec.Raw = msgspec.Raw(b"null")
    target: msgspec.Raw = msgspec.Raw(b"null")


def _what(raw: bytes) -> str:
    """Which neuron or connection an object of the file is, if it is one."""
    if not raw.startswith(b"{"):
        return ""
    named = msgspec.json.decode(raw, type=_Named)
    names = (named.id, named.source, named.target)
    id, source, target = (json.loads(bytes(name)) if bytes(name[:1]) == b'"' else None for name in map(bytes, names))
    if id is not None:
        return f"neuron {id[:80]}"
    return f"{source[:80]} → {target[:80]}" if source is not None and target is not None else ""
