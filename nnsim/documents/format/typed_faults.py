"""Type errors of msgspec, told to a learner: which field, of which neuron, and what belongs there."""

import difflib
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec

from nnsim.documents.format.errors import Fault
from nnsim.documents.format.strict_json import step

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


def typed_fault(error: msgspec.ValidationError, root: Any, where: str, types: Mapping[str, Any]) -> Fault:
    """The Fault for an error such as “Expected `str`, got `int` - at `$.network.neurons[3].id`”.

    ``root`` is the value msgspec looked at and ``where`` its path; ``types`` gives the type of each
    object by its path, without list indices, and of the values of free names by path + ".*".
    """
    said, _, place = str(error).partition(" - at `$")
    general, value, what = where, root, ""
    for key, index in re.findall(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]", place):
        if key:
            where, general = step(where, key), step(general, key)
            value = value.get(key)
        elif index == "...":
            general += ".*"
            found = _failing(value, types[general])
            where, value = step(where, found), value[found]
        else:
            where, value = f"{where}[{index}]", value[int(index)]
        what = _what(value) or what
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


def _failing(values: Mapping[str, Any], kind: Any) -> str:
    """The key of the first value that is not of this kind: msgspec says […] instead of it."""
    for key, value in values.items():
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError:
            return key
    raise AssertionError("msgspec found a fault that is not there")


def _what(value: Any) -> str:
    """Which neuron or connection an object of the file is, if it is one."""
    if not isinstance(value, dict):
        return ""
    id, source, target = value.get("id"), value.get("source"), value.get("target")
    if isinstance(id, str):
        return f"neuron {id[:80]}"
    return f"{source[:80]} → {target[:80]}" if isinstance(source, str) and isinstance(target, str) else ""
