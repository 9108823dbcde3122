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
        if self._value is None or not alike(made_of, self._made_of):
            self._value, self._made_of = make(), made_of
        return self._value


def alike(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether both hold the same objects: by identity, because to compare large ones would take long."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
