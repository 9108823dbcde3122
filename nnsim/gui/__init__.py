"""The window: everything that knows Qt.

A Python error in a method that Qt calls is told (``sys.excepthook``), and never the end of the program: Qt goes on with
what its own method gives. Without that, such an error comes out of whatever the program asked of Qt, ``show()`` or
``resize()``, and leaves it half done; and on Python 3.11 one that C code raised (1 / 0, [][0], int("a")) kills the
program without a message, because PySide6 handles an error of which Python has not made an object yet.

So every method by which a class overrides one of Qt's is guarded here, before the first of these classes is made, those
of pyqtgraph among them: nobody who writes one has to think of it.
"""

import functools
import sys
import traceback
from collections.abc import Callable
from types import FunctionType
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QPainter

_ROOT: Any = QObject.__mro__[-2]
"""What all classes of Qt come from, those that are no QObject too (QGraphicsItem, QUndoCommand)."""
_META: Any = type(QObject)
_set_attribute = _META.__setattr__


def _is_qt(cls: type) -> bool:
    return cls.__module__.startswith(("PySide6.", "Shiboken"))


def _is_override(cls: type, name: str, value: object) -> bool:
    """Whether ``value`` would be called by Qt, as the method ``name`` of ``cls``, without a guard."""
    if not isinstance(value, FunctionType) or name.startswith("__") or hasattr(value, "is_guard"):
        return False
    return any(name in vars(base) for base in cls.__mro__ if _is_qt(base))


# Kept for good: PySide6 calls the method that an object had at first, and does not hold it.
@functools.cache
def _guarded(method: FunctionType, name: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def guard(*args: Any, **named: Any) -> Any:
        try:
            return method(*args, **named)
        except Exception as error:
            _end_painters(error, args)
            sys.excepthook(type(error), error, error.__traceback__)
        except BaseException:
            raise  # as an object
        return _instead(method, name, args, named)

    guard.is_guard = True  # type: ignore[attr-defined]
    return guard


def _end_painters(error: Exception, given: tuple[Any, ...]) -> None:
    """A painter that was begun where the error came from would go on painting on what is no longer there."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            if isinstance(value, QPainter) and value.isActive() and not any(value is other for other in given):
                value.end()


def _instead(method: FunctionType, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What Qt's own method gives, or an empty value where it has none; nothing where none is asked for."""
    returns = method.__annotations__.get("return", Any)
    if returns is None or name.endswith("Event"):
        return None
    own = next(vars(base)[name] for base in type(args[0]).__mro__ if _is_qt(base) and name in vars(base))
    try:
        return own(*args, **named)
    except Exception:
        return returns() if isinstance(returns, type) and returns is not object else None


def _guard_overrides(cls: type, /, **rest: Any) -> None:
    super(_ROOT, cls).__init_subclass__(**rest)
    for part in cls.__mro__:
        # Also what a class beside Qt's brings along.
        for name, value in list(vars(part).items()):
            if _is_override(cls, name, value):
                setattr(part, name, _guarded(value, name))


def _guard_attribute(cls: type, name: str, value: Any) -> None:
    _set_attribute(cls, name, _guarded(value, name) if _is_override(cls, name, value) else value)


_ROOT.__init_subclass__ = classmethod(_guard_overrides)
_META.__setattr__ = _guard_attribute
