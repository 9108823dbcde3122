"""The files that were opened or saved lately, and how fast their training was watched."""

import json
import math
import os
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from nnsim.gui.look.settings import settings, stored_texts

MOST_RECENT = 10
RECENT, SPEEDS = "recent", "speeds"
_AS_BYTES = "bytes:"


def recent_files() -> list[Path]:
    """Files opened or saved lately that are still there, newest first."""
    return [path for path in map(_path, stored_texts(RECENT)) if _is_file(path)]


def remember(path: Path) -> None:
    """Put a file first."""
    path = path.absolute()
    kept = [path, *(other for other in recent_files() if other != path)][:MOST_RECENT]
    settings().setValue(RECENT, [path_text(path) for path in kept])


def forget_all() -> None:
    """Forget all files."""
    settings().setValue(RECENT, [])
    settings().setValue(SPEEDS, "{}")


def remember_speed(path: Path, speed: float | None) -> None:
    """How many updates a second the training of a file did last, None unlimited; of files that are recent."""
    kept = {path_text(other) for other in recent_files()}
    speeds = {text: value for text, value in _speeds().items() if text in kept}
    settings().setValue(SPEEDS, json.dumps({**speeds, path_text(path.absolute()): speed}))


def remembered_speed(path: Path, otherwise: float | None) -> float | None:
    """The speed that was remembered of a file."""
    return _speeds().get(path_text(path.absolute()), otherwise)


def _speeds() -> dict[str, float | None]:
    try:
        stored = json.loads(str(settings().value(SPEEDS, "{}")))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(stored, dict):
        return {}
    return {text: value for text, value in stored.items() if value is None or (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf)}


def path_text(path: Path) -> str:
    """A path as a text that settings can hold: one that is no text itself as its bytes."""
    text = str(path)
    plain = text.isprintable() and not text.startswith(_AS_BYTES)
    return text if plain else _AS_BYTES + quote_from_bytes(os.fsencode(path))


def _path(text: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_AS_BYTES))) if text.startswith(_AS_BYTES) else text)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
