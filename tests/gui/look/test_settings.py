"""What is remembered: whatever stands in the file, each setting has one of its values, and the window starts."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QApplication

from nnsim.gui.look import settings as remembered
from nnsim.gui.look.settings import TEXT_SCALES, Setting, arrangement, settings, stored_look, toggled
from nnsim.gui.window import recent
from nnsim.gui.window.panels import WORKSPACES, Arrangement
from tests.damage import damaged
from tests.stories.conftest import forget_work, window_with_hand

TOGGLES = ("draw_biases", "draw_products", "draw_names")
ALL: dict[str, Setting[object]] = {
    setting.name: setting
    for setting in (
        *(value for value in vars(remembered).values() if isinstance(value, Setting)),
        *(arrangement(workspace.id) for workspace in WORKSPACES),
        *map(toggled, TOGGLES),
    )
}
KINDS = (
    "", "nan", "inf", "-inf", "-1", "0", "1e999", "1e-320", "2.0000001", "true", "1.5, 1.25", "light, dark", "garbage",
    "@", "@Invalid()", "@ByteArray()", r"@ByteArray(\0\xff\0\0\0\xfd)",
    r"@ByteArray(\x1\xd9\xd0\xcb\0\x3\0\0\xff\xff\xff\xff)", r"@Variant(\0\0\0\x7f\0\0\0\bQObject\0)",
    r"@Variant(\0\0\0\x9\xff\xff\xff\xff)", r"@Variant(\0\0\0\n\xff\xff\xff\xfe)", "@Rect(0 0 1 1)", "@Size(1)",
    "@Point(a b)", "@DateTime(x)", "@String(x", '"unclosed', r"\xd800", r"\x110000", "%00", r"\0", "x" * 70,
    "x" * 5000, "9" * 5000, "/" + "x" * 300, "/proc/self/mem", ", , ,", '"a", @Invalid()', "∞", "\x7f",
)


@pytest.fixture
def file(qapp: QApplication, tmp_path: Path) -> Path:
    """Where the settings lie, which are none yet."""
    return settled_in(tmp_path)


def settled_in(folder: Path) -> Path:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder / "settings"))
    file = Path(settings().fileName())
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def is_sound(setting: Setting[object]) -> bool:
    """Whether its value is the default, or another that it may have. Nothing may be raised."""
    value = setting.value()
    chosen = value == setting.default or setting.sound(setting.written(value)) == value
    return chosen and type(value) is type(setting.default)


@pytest.mark.qt_log_ignore("QVariant::load", "Trying to construct")
def test_each_setting_with_each_damage_has_one_of_its_values(tmp_path: Path, qapp: QApplication) -> None:
    """Enumerated: a new setting is among them without anyone thinking of it."""
    assert {"theme", "text_scale", "geometry", "layout_build", "draw_biases", "workspace"} <= ALL.keys()
    for number, kind in enumerate(KINDS):
        file = settled_in(tmp_path / str(number))
        file.write_text("[General]\n" + "".join(f"{name}={kind}\n" for name in ALL), "utf-8")
        assert [name for name, setting in ALL.items() if not is_sound(setting)] == []
        mode, scale = stored_look()
        assert mode in ("light", "dark", "system") and TEXT_SCALES[0] <= scale <= TEXT_SCALES[-1]


@pytest.mark.parametrize("name", ALL)
def test_what_is_stored_comes_back(file: Path, name: str, tmp_path: Path) -> None:
    """And is forgotten."""
    values = {"theme": "dark", "text_scale": 1.25, "presented_text_scale": 2.0, "workspace": "train",
              "worksheet_learner": "Ada 👩‍🔬", "hints_done": ["a"], "found_actions": ["train"],
              "export_folder": str(tmp_path)}
    value = values.get(name, True if name in TOGGLES else QByteArray(b"\0state"))
    ALL[name].store(value)
    settings().sync()
    assert ALL[name].value() == value
    ALL[name].forget()
    assert ALL[name].value() == ALL[name].default


@pytest.fixture(scope="module")
def used(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """The settings of a window that was closed."""
    with window_with_hand(tmp_path_factory.mktemp("used")) as hand:
        for workspace in (*WORKSPACES[1:], WORKSPACES[0]):
            hand.window.workspaces.switch(workspace)
        forget_work(hand.window)
        hand.window.close()
        for name, value in (("theme", "dark"), ("text_scale", 1.25), ("worksheet_learner", "Ada")):
            ALL[name].store(value)
        settings().sync()
        yield Path(settings().fileName()).read_bytes()


PIECES = (
    b"nan", b"=", b"\n", b"@Variant(", b"@ByteArray(", b")", b"\\x", b"\\0", b"[", b"]", b",", b'"', b"%", b"\xff",
)


def fuzz(rounds: int, seed: int, whole: bytes, folder: Path) -> list[tuple[int, str]]:
    """Which settings from so many damaged files are not sound, and in which of the files."""
    rng, found = np.random.default_rng(seed), []
    for number in range(rounds):
        file = settled_in(folder / str(number))
        file.write_bytes(damaged(whole, rng, PIECES))
        found += [(number, name) for name, setting in ALL.items() if not is_sound(setting)]
    return found


@pytest.mark.qt_log_ignore("QVariant::load", "Trying to construct")
def test_a_damaged_file(used: bytes, tmp_path: Path) -> None:
    """A short run of the soak below."""
    assert fuzz(100, 0, used, tmp_path) == []


@pytest.mark.soak
@pytest.mark.qt_log_ignore("QVariant::load", "Trying to construct")
def test_a_damaged_file_many_times(used: bytes, tmp_path: Path) -> None:
    """And the window is arranged by what is left of it."""
    assert fuzz(2000, 1, used, tmp_path) == []


def test_a_damaged_arrangement_never_reaches_qt(used: bytes, tmp_path: Path) -> None:
    """Which dies of some: one sign that differs is enough to begin with the first arrangement again."""
    settled_in(tmp_path / "good").write_bytes(used)
    rng = np.random.default_rng(0)
    for setting in (remembered.GEOMETRY, *(arrangement(workspace.id) for workspace in WORKSPACES)):
        assert setting.value().size() > 40
        whole = setting.written(setting.value()).data()
        for _ in range(20):
            settings().setValue(setting.name, QByteArray(damaged(whole, rng)))
            assert setting.value().isEmpty() or setting.written(setting.value()) == whole


def test_a_stored_object_is_not_made(file: Path) -> None:
    """PySide's reader would call whatever a value of this type names: any code, from one line in the file."""
    told: list[str] = []
    sys.addaudithook(lambda event, args: told.append(event) if event.startswith("pickle") else None)
    evil = b"cbuiltins\nprint\n(S'in'\ntR."
    value = b"\0\0\0\x7f\0\0\0\tPyObject\0" + len(evil).to_bytes(4, "big") + evil
    file.write_text("[General]\ntheme=@Variant(" + "".join(f"\\x{sign:x}" for sign in value) + ")\n")
    assert settings().value("theme") is None and remembered.THEME.value() == "system"
    assert told == []


STARTS = ("nan", r"@ByteArray(\0\xff\0\0\0\xfd)", r"@Variant(\0\0\0\x9\xff\xff\xff\xff)")


def start_with(kind: str, name: str, folder: Path) -> Arrangement | None:
    """The workspace of a window that starts with one setting damaged, or all; None if it is not to be seen."""
    file = settled_in(folder)
    file.write_text("[General]\n" + "".join(f"{each}={kind}\n" for each in ALL if name in ("all", each)), "utf-8")
    with window_with_hand(folder) as hand:
        return hand.window.workspaces.current if hand.window.isVisible() else None


@pytest.mark.parametrize("kind", STARTS)
@pytest.mark.qt_log_ignore("QVariant::load", "Trying to construct")
def test_the_window_starts(kind: str, qapp: QApplication, tmp_path: Path) -> None:
    """With everything damaged at once."""
    assert start_with(kind, "all", tmp_path) in WORKSPACES


@pytest.mark.soak
@pytest.mark.parametrize("name", ["all", *ALL])
@pytest.mark.qt_log_ignore("QVariant::load", "Trying to construct")
def test_the_window_starts_with_any_damage(name: str, qapp: QApplication, tmp_path: Path) -> None:
    """With any one setting damaged in any way."""
    for number, kind in enumerate(KINDS):
        assert start_with(kind, name, tmp_path / str(number)) in WORKSPACES, kind


@pytest.mark.parametrize("text", [
    "", "n" * 5_000, "/" + "d/" * 5_000, "a\0b", "bytes:%00", "bytes:%", "bytes:" + "%ff" * 999, "\ud800",
    "/proc/self/mem/x", "~", "//", "[" * 999, "@Invalid()",
])
def test_recent_files_outlive_any_stored_text(tmp_path: Path, text: str) -> None:
    """What is no file is not listed, and the next file is remembered."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    settings().setValue(recent.RECENT, [text, text])
    assert recent.recent_files() == []
    (tmp_path / "a.nnsim").touch()
    recent.remember(tmp_path / "a.nnsim")
    assert recent.recent_files() == [tmp_path / "a.nnsim"]
