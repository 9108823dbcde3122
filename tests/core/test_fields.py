"""Form fields: what a dataclass of settings refuses, and how it says so."""

import math
from dataclasses import dataclass
from typing import Any

import pytest

from nnsim.core.fields import check_fields, field, forms


@dataclass(frozen=True)
class Settings:
    """One field of each kind."""

    rate: float = field(0.5, "Rate", "How far.", unit="m", minimum=0.0, maximum=10.0)
    count: int = field(3, "Count", "How many.", minimum=1)
    order: str = field("up", "Order", "Which way.", choices=[("up", "upwards"), ("down", "downwards")])
    name: str = field("a", "Name", "What it is called.")
    on: bool = field(True, "On", "Whether at all.")
    limit: float | None = field(None, "Limit", "Where to stop.", kind=float, off="never")
    free: float = field(0.0, "Free", "Any number.")
    plain: int = 0

    def __post_init__(self) -> None:
        check_fields(self)


def test_forms_in_the_order_of_the_fields() -> None:
    """Only fields that have one; label, help, unit, bounds and choices as given."""
    found = forms(Settings)
    assert list(found) == ["rate", "count", "order", "name", "on", "limit", "free"]
    assert found == forms(Settings())
    assert (found["rate"].label, found["rate"].help, found["rate"].unit) == ("Rate", "How far.", "m")
    assert (found["rate"].minimum, found["rate"].maximum) == (0.0, 10.0)
    assert (found["count"].minimum, found["count"].maximum) == (1, math.inf)
    assert found["order"].choices == (("up", "upwards"), ("down", "downwards"))
    kinds = [found[name].kind for name in ("rate", "count", "name", "on", "limit")]
    assert kinds == [float, int, str, bool, float]
    assert not any(form.advanced or form.presets for form in found.values()), "unless a field says so"


@pytest.mark.parametrize(
    "values",
    [{"rate": 0}, {"rate": 10.0}, {"count": 3.0}, {"count": 10**12}, {"order": "down"}, {"limit": None},
     {"limit": 2}, {"free": -1e308}, {"on": False}, {"name": ""}, {"plain": "unchecked"}],
)
def test_what_fits_is_taken(values: dict[str, Any]) -> None:
    """Bounds are inclusive; whole numbers may be written as floats; None is off where there is an off."""
    settings = Settings(**values)
    assert {name: getattr(settings, name) for name in values} == values


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rate": -0.1}, "rate is -0.1; it must be at least 0 and at most 10."),
        ({"rate": 11}, "rate is 11; it must be at least 0 and at most 10."),
        ({"rate": "fast"}, "rate is 'fast'; it must be a finite number."),
        ({"rate": True}, "rate is True; it must be a finite number."),
        ({"rate": math.nan}, "rate is nan; it must be a finite number."),
        ({"free": math.inf}, "free is inf; it must be a finite number."),
        ({"free": -math.inf}, "free is -inf; it must be a finite number."),
        ({"rate": None}, "rate is None; it must be a finite number."),
        ({"limit": math.inf}, "limit is inf; it must be a finite number."),
        ({"count": 0}, "count is 0; it must be at least 1."),
        ({"count": 2.5}, "count is 2.5; it must be a whole number."),
        ({"count": math.inf}, "count is inf; it must be a whole number."),
        ({"count": math.nan}, "count is nan; it must be a whole number."),
        ({"count": False}, "count is False; it must be a whole number."),
        ({"order": "sideways"}, "order is “sideways”; it must be one of up, down."),
        ({"order": None}, "order is “None”; it must be one of up, down."),
        ({"name": 5}, "name is 5; it must be a text."),
        ({"on": 1}, "on is 1; it must be true or false."),
    ],
)
def test_what_does_not_fit_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    """The field, its value, and what it may be."""
    with pytest.raises(ValueError) as caught:
        Settings(**values)
    assert str(caught.value) == message


def test_whole_numbers_beyond_the_floats() -> None:
    """JSON can hold them; they are refused like any number that is too large, not by an OverflowError."""
    huge = 10**400
    for name in ("rate", "free", "limit"):
        with pytest.raises(ValueError, match=f"{name} is 1000.*finite number"):
            Settings(**{name: huge})
    assert Settings(count=huge).count == huge
