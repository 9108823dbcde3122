"""What the program remembers of how a learner likes it: each setting with the values it may have and its default.

The file is text that anybody may edit and any crash may damage: what is none of a setting's values is its default.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QByteArray, QSettings

from nnsim.gui.look.stored_objects import refuse_stored_objects
from nnsim.gui.look.theme import Mode

T = TypeVar("T")
TEXT_SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
LONGEST_NAME = 60
LARGEST_STATE = 1024 * 1024
"""Bytes of an arrangement; a full one has three thousand."""

refuse_stored_objects()


def settings() -> QSettings:
    """The learner's settings."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "nnsim", "nnsim")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One of them. ``sound`` makes a value of what is stored, or raises ValueError if that is none; ``written`` makes
    what is stored of a value."""

    name: str
    default: T
    sound: Callable[[object], T]
    written: Callable[[T], object] = lambda value: value

    def value(self) -> T:
        """What the learner chose, or else the default."""
        return self.value_or(self.default)

    def value_or(self, otherwise: T) -> T:
        """What the learner chose, or else what suits here."""
        try:
            stored = settings().value(self.name)
            return otherwise if stored is None else self.sound(stored)
        except Exception:
            # What a damaged file holds may be anything, and Qt's reader and Python's may raise anything over it.
            return otherwise

    def store(self, value: T) -> None:
        """Remember it."""
        settings().setValue(self.name, self.written(value))

    def forget(self) -> None:
        """Back to the default."""
        settings().remove(self.name)


def _mode(stored: object) -> Mode:
    if stored in ("light", "dark", "system"):
        return stored
    raise ValueError


def _scale(stored: object) -> float:
    scale = float(str(stored))
    if TEXT_SCALES[0] <= scale <= TEXT_SCALES[-1]:
        return scale
    raise ValueError


def _flag(stored: object) -> bool:
    return {"true": True, "false": False}[str(stored).lower()]


def _name(stored: object) -> str:
    if isinstance(stored, str) and len(stored) <= LONGEST_NAME:
        stored.encode()  # half a sign is no text
        return stored
    raise ValueError


def _folder(stored: object) -> str:
    if isinstance(stored, str) and Path(stored).is_dir():
        return stored
    raise ValueError


def _texts(stored: object) -> list[str]:
    # An INI file gives a list of one back as that one.
    listed = stored if isinstance(stored, list) else [stored]
    return [text for text in listed if isinstance(text, str)]


def _signed(state: QByteArray) -> QByteArray:
    """Behind its digest: Qt restores a damaged arrangement without a second look, and may die of it."""
    return QByteArray(hashlib.sha256(state.data()).digest() + state.data())


def _state(stored: object) -> QByteArray:
    if isinstance(stored, QByteArray) and stored.size() <= LARGEST_STATE:
        state = QByteArray(stored.data()[hashlib.sha256().digest_size :])
        if _signed(state) == stored:
            return state
    raise ValueError


THEME: Setting[Mode] = Setting("theme", "system", _mode)
TEXT_SCALE = Setting("text_scale", 1.0, _scale)
PRESENTED_TEXT_SCALE = Setting("presented_text_scale", 1.0, _scale)
"""The text for the lecture hall is a choice of its own: that of the desk comes back when one leaves Present."""
WORKSPACE = Setting("workspace", "", _name)
LEARNER = Setting("worksheet_learner", "", _name)
EXPORT_FOLDER = Setting("export_folder", "", _folder)
HINTS_DONE: Setting[list[str]] = Setting("hints_done", [], _texts)
FOUND_ACTIONS: Setting[list[str]] = Setting("found_actions", [], _texts)
GEOMETRY = Setting("geometry", QByteArray(), _state, _signed)


def arrangement(workspace: str) -> Setting[QByteArray]:
    """How the panels of a workspace stand."""
    return Setting(f"layout_{workspace}", QByteArray(), _state, _signed)


def toggled(action: str) -> Setting[bool]:
    """Whether an action that is on or off was on."""
    return Setting(action, False, _flag)


def stored_texts(key: str) -> list[str]:
    """A list of texts that was stored."""
    nothing: list[str] = []
    return Setting(key, nothing, _texts).value()


def stored_scale(presenting: bool) -> Setting[float]:
    """Where the size of text is remembered, that of the desk or that of the lecture hall."""
    return PRESENTED_TEXT_SCALE if presenting else TEXT_SCALE


def stored_look(presenting: bool = False) -> tuple[Mode, float]:
    """The theme and text scale the learner chose; while ``presenting`` text is never smaller than at the desk."""
    return THEME.value(), max(TEXT_SCALE.value(), stored_scale(presenting).value())
