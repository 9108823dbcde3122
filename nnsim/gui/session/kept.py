"""Results that are kept as long as what they are made of."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """A result that is computed anew only if one of the objects that it is made of is another one."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._made_of: tuple[object, ...] = ()

    def get(self, make: Callable[[], T], *made_of: object) -> T:
        """The result of ``make``, which depends on nothing but the identity of ``made_of``."""
        same = len(made_of) == len(self._made_of) and all(a is b for a, b in zip(made_of, self._made_of, strict=True))
        if self._value is None or not same:
            self._value, self._made_of = make(), made_of
        return self._value
