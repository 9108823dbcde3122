"""What the program remembers of how a learner likes it."""

from PySide6.QtCore import QSettings

from nnsim.gui.look.theme import Mode

TEXT_SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


def settings() -> QSettings:
    """The learner's settings."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "nnsim", "nnsim")


def stored_texts(key: str) -> list[str]:
    """A list of texts that was stored. An INI file gives a list of one back as that one."""
    stored = settings().value(key, [])
    return [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []


def stored_look() -> tuple[Mode, float]:
    """The theme and text scale the learner chose."""
    mode = settings().value("theme", "system")
    try:
        scale = float(str(settings().value("text_scale", 1.0)))
    except ValueError:
        scale = 1.0
    return (mode if mode in ("light", "dark") else "system"), min(max(scale, TEXT_SCALES[0]), TEXT_SCALES[-1])
