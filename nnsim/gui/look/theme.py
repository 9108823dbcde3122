"""The look: palettes for light and dark, text sizes, and the style sheet made of them."""

from dataclasses import dataclass
from functools import cache
from string import Template
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QDir, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from nnsim.core.arrays import Array
from nnsim.gui.look.collection import no_collection
from nnsim.resources import resource

Mode = Literal["system", "light", "dark"]
GRID = 8
"""The rhythm: margins and gaps are multiples of it, or its half."""
RADIUS = 7


@dataclass(frozen=True)
class Theme:
    """Named colours as #rrggbb. ``positive`` and ``negative`` draw; the ``_text`` pair is for text."""

    name: str
    window: str
    card: str
    raised: str
    line: str
    grid: str
    ink: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    positive: str
    positive_text: str
    positive_soft: str
    negative: str
    negative_text: str
    map_low: str
    map_middle: str
    map_high: str
    good: str
    bad: str
    input_fill: str

    def color(self, name: str) -> QColor:
        """The QColor of a field. Not to be changed: it is kept."""
        return _kept_color(getattr(self, name))


@cache
def _kept_color(name: str) -> QColor:
    return QColor(name)


LIGHT = Theme(
    "light",
    window="#f4f4f0",
    card="#ffffff",
    raised="#fbfbf9",
    line="#dcdcd5",
    grid="#e7e7e1",
    ink="#1f2328",
    muted="#62686f",
    accent="#2166ac",
    accent_soft="#eaf1f9",
    on_accent="#ffffff",
    positive="#2166ac",
    positive_text="#1b5a99",
    positive_soft="#cfe0f1",
    negative="#d9741a",
    negative_text="#b35806",
    map_low="#e08f45",
    map_middle="#fafafa",
    map_high="#3f7fbf",
    good="#1a7f37",
    bad="#b3261e",
    input_fill="#e6eef8",
)
DARK = Theme(
    "dark",
    window="#17191c",
    card="#202327",
    raised="#272b30",
    line="#3a3f46",
    grid="#2b2f35",
    ink="#e8eaed",
    muted="#a3abb5",
    accent="#6faee8",
    accent_soft="#25364a",
    on_accent="#0d1620",
    positive="#6faee8",
    positive_text="#8cc0f0",
    positive_soft="#2a4562",
    negative="#f0964a",
    negative_text="#f5ab6c",
    map_low="#b5651d",
    map_middle="#23262b",
    map_high="#1f5288",
    good="#57c575",
    bad="#ff8a80",
    input_fill="#2a3542",
)

ICON_SIZES = {"icon": 18, "quiet_icon": 16}
"""The side of a button's icon in pixels, at 100 %: of one with a frame, and of one without."""
LINE = 18
"""The height of a field inside its edges, in pixels at 100 %."""
SIGN_SIZES = {"chevron": 10, "arrow": 8, "check": 15}
"""The side of the signs of fields in pixels, at 100 %."""
TEXT_SIZES = {"small": 11, "body": 13, "title": 15, "display": 20}
"""The four text sizes in pixels, at 100 %."""

PRESENTED_PIXELS = 20
"""The smallest text when presenting, for the last row of a lecture hall."""
PRESENTED_LINE = 3.0

UNSEEN_MS = 200
"""So long after the theme has changed hidden widgets get its colours, so that what is seen changes at once."""

@dataclass
class _Look:
    """What is in force."""

    theme: Theme = LIGHT
    scale: float = 1.0
    presenting: bool = False
    unfinished: bool = False
    """Whether hidden widgets still have the colours of the last theme."""


_look = _Look()


def theme() -> Theme:
    """The theme in force. Widgets hear of a change as QEvent.PaletteChange."""
    return _look.theme


def text_scale() -> float:
    """How much larger than normal all text is."""
    return _look.scale


def line_width(width: float) -> float:
    """The width of a drawn line, which is never thin when presenting."""
    return max(width, PRESENTED_LINE) if presenting() else width


def presenting() -> bool:
    """Whether text and lines are to be seen from the last row of a lecture hall."""
    return _look.presenting


def pixels(size: str) -> int:
    """A text size in pixels at the current scale."""
    return round(TEXT_SIZES[size] * text_scale())


def icon_sizes() -> dict[str, int]:
    """The sides of buttons' icons at the current scale of text."""
    return {kind: round(side * text_scale()) for kind, side in ICON_SIZES.items()}


@cache
def font(size: str = "body", *, bold: bool = False, larger: float = 1.0) -> QFont:
    """The system's typeface in one of the four sizes, or so many times as large, with digits of equal width.

    Not to be changed.
    """
    result = QFont(QApplication.font())
    result.setPixelSize(round(pixels(size) * larger))
    result.setBold(bold)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def apply_theme(app: QApplication, mode: Mode = "system", scale: float = 1.0, presenting: bool = False) -> Theme:
    """Set palette, font and style sheet of the whole program, and pyqtgraph's colours with them.

    ``presenting`` makes text and lines large enough for a projector.
    """
    dark = mode == "dark" or (mode == "system" and app.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    chosen = DARK if dark else LIGHT
    if presenting:
        scale = max(scale, PRESENTED_PIXELS / TEXT_SIZES["small"])
    _look.theme, _look.scale, _look.presenting = chosen, scale, presenting
    # Before anything is told: widgets ask for their fonts as soon as they hear of it.
    font.cache_clear()
    with no_collection():
        # Under a style sheet a style does not tell its name, and to set one anew restyles every widget.
        if not app.property("fusion"):
            app.setProperty("fusion", True)
            app.setStyle(QStyleFactory.create("Fusion"))
        base = app.font()
        if base.pixelSize() != pixels("body"):
            base.setPixelSize(pixels("body"))
            app.setFont(base)
        # Where the style sheet's url(nnsim:…) lead.
        QDir.setSearchPaths("nnsim", [str(resource("icons"))])
        palette = _palette(chosen)
        if app.palette() != palette:
            app.setPalette(palette)
        for window in _windows():
            dress(window)
    return chosen


def dress(window: QWidget) -> None:
    """Give a window, and all in it that comes later, the theme in force.

    Its style sheet is the window's and not the program's: Qt then styles each widget once, when it comes into the
    window. Under a style sheet of the program it styles a widget anew with every box it is put into, and takes four
    times as long to restyle a window. The sheet goes by the name of the theme, and by whether the window is mirrored.
    """
    look, sheet = {"theme": theme().name, "mirrored": window.isRightToLeft()}, _style_sheet()
    recolored = any(window.property(name) != value for name, value in look.items())
    for name, value in look.items():
        window.setProperty(name, value)
    if window.styleSheet() != sheet:
        window.setStyleSheet(sheet)
    elif recolored:
        # Under a style sheet widgets keep the colours they were polished with. A new sheet would take several times as
        # long, because it tells each widget that its sizes may be others, too.
        _polish(window, only_seen=True)
        _look.unfinished = True
        QTimer.singleShot(UNSEEN_MS, window, finish_theme)


def finish_theme() -> None:
    """Give what was hidden when the theme changed its colours; to be called before it is shown."""
    if _look.unfinished:
        _look.unfinished = False
        with no_collection():
            for window in _windows():
                _polish(window)


def _windows() -> list[QWidget]:
    """Those that stand by themselves; dialogs and menus belong to one."""
    return [window for window in QApplication.topLevelWidgets() if window.parent() is None]


def _polish(window: QWidget, only_seen: bool = False) -> None:
    style = window.style()
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisible() or not only_seen:
            style.polish(widget)
            widget.update()


def _palette(t: Theme) -> QPalette:
    """The theme as roles, which the style sheet goes by; all but the last few are what Qt means by them."""
    disabled = mix(t.muted, t.card, 0.35)
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, color in (
        (roles.Window, t.window),
        (roles.WindowText, t.ink),
        (roles.Base, t.card),
        (roles.AlternateBase, t.raised),
        (roles.Text, t.ink),
        (roles.Button, t.card),
        (roles.ButtonText, t.ink),
        (roles.ToolTipBase, t.raised),
        (roles.ToolTipText, t.ink),
        (roles.Highlight, t.accent),
        (roles.HighlightedText, t.on_accent),
        (roles.PlaceholderText, t.muted),
        (roles.Mid, t.line),
        (roles.Midlight, t.grid),
        (roles.Accent, t.accent),
        (roles.BrightText, t.bad),
        # Roles that say something else in Qt, and which its Fusion style paints nothing of ours with.
        (roles.Link, mix(t.accent, t.ink, 0.18)),
        (roles.LinkVisited, t.accent_soft),
        (roles.Light, mix(t.card, t.ink, 0.06)),
        (roles.Dark, t.good),
        (roles.Shadow, disabled),
    ):
        palette.setColor(role, color)
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    return palette


@cache
def mix(one: str, other: str, share: float) -> QColor:
    """``share`` of ``other`` in ``one``: opaque, because translucent pens cost ten times as much. Not to be changed."""
    a, b = QColor(one), QColor(other)
    return QColor(
        *(
            round(x * (1 - share) + y * share)
            for x, y in ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
        )
    )


def map_colors(values: Array, low: float, high: float) -> NDArray[np.uint8]:
    """Values as colours from orange (``low``) over white (the middle) to blue (``high``).

    Any shape -> the same shape + (4,), RGBA. NaN is drawn in the middle colour.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        share = np.nan_to_num(np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0), nan=0.5)
    return _color_table(theme())[(share * 255).astype(np.intp)]


@cache
def _color_table(t: Theme) -> NDArray[np.uint8]:
    """(256, 4): the colours from the lowest to the highest value, RGBA."""
    stops = np.array([t.color(name).getRgb() for name in ("map_low", "map_middle", "map_high")], dtype=np.float64)
    steps = [np.interp(np.linspace(0, 1, 256), [0, 0.5, 1], stops[:, channel]) for channel in range(4)]
    return np.stack(steps, axis=-1).round().astype(np.uint8)


def set_role(
    widget: QWidget,
    *,
    kind: str | None = None,
    card: str | None = None,
    tone: str | None = None,
    state: str | None = None,
) -> None:
    """Set what the style sheet goes by, and have it take effect.

    ``kind`` of a button: primary, quiet, header, link. ``card``: header, body, or whole. ``tone`` of a label: title,
    section, muted, small, bad, good. ``state`` of an editor: wrong, or empty.
    """
    for name, value in (("kind", kind), ("card", card), ("tone", tone), ("state", state)):
        if value is not None:
            widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _style_sheet() -> str:
    sizes = {"radius": RADIUS} | {size: pixels(size) for size in TEXT_SIZES} | icon_sizes()
    sizes |= {sign: round(side * text_scale()) for sign, side in SIGN_SIZES.items()}
    # A line of text, with a little air: layouts under pressure make a field no lower than the style sheet says.
    sizes["line"] = max(LINE, round((LINE - 2) * text_scale()))
    return _sheet_template().substitute(sizes)


@cache
def _sheet_template() -> Template:
    return Template(resource("window.qss").read_text(encoding="utf-8"))
