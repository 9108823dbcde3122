"""Typed dataclass fields that carry label, unit, bounds and help, so that a form can be made of them."""

import dataclasses
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Form:
    """How a form shows one field. ``choices`` maps values to labels; ``off`` labels None."""

    label: str
    help: str
    unit: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[tuple[Any, str], ...] = ()
    kind: type = float
    off: str = ""
    """What None means, for a field that can be off."""
    advanced: bool = False
    presets: tuple[float, ...] = ()
    """Usual values, offered beside the field."""


def field(
    default: Any, label: str, help: str, *, kind: type | None = None, choices: Iterable[tuple[Any, str]] = (),
    **rest: Any,
) -> Any:
    """A dataclass field with its Form. ``kind`` is int, float, str or bool, if ``default`` does not tell."""
    form = Form(label, help, choices=tuple(choices), kind=kind or type(default), **rest)
    return dataclasses.field(default=default, metadata={"form": form})


def forms(owner: Any) -> dict[str, Form]:
    """The forms of a dataclass (or an instance) by field name, in their order."""
    return {f.name: f.metadata["form"] for f in dataclasses.fields(owner) if "form" in f.metadata}


def check_fields(owner: Any) -> None:
    """Raises ValueError, naming the field, if a value has the wrong type or leaves its bounds or choices."""
    for name, form in forms(owner).items():
        value = getattr(owner, name)
        if value is None and form.off:
            continue
        if form.choices:
            allowed = [choice for choice, _ in form.choices]
            if value not in allowed:
                listed = ", ".join(str(choice) for choice in allowed)
                raise ValueError(f"{name} is “{value}”; it must be one of {listed}.")
            continue
        if not _fits(value, form.kind):
            raise ValueError(f"{name} is {value!r}; it must be {_KINDS[form.kind]}.")
        if form.kind in (int, float) and not form.minimum <= value <= form.maximum:
            bounds = [f"at least {form.minimum:g}"] if math.isfinite(form.minimum) else []
            bounds += [f"at most {form.maximum:g}"] if math.isfinite(form.maximum) else []
            raise ValueError(f"{name} is {value}; it must be {' and '.join(bounds)}.")


_KINDS: dict[type, str] = {
    float: "a finite number", int: "a whole number", str: "a text", bool: "true or false",
}


def _fits(value: Any, kind: type) -> bool:
    if kind in (str, bool):
        return isinstance(value, kind)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind is int:
        return isinstance(value, int) or value.is_integer()
    # Compared, not converted: a file may hold a whole number too large for a float.
    return abs(value) <= sys.float_info.max
