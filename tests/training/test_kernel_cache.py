"""Where compiled kernels are kept: what the key follows, and whose folder is trusted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nnsim.training import kernel_cache
from nnsim.training.kernel_cache import ROOT, cache_folder, kernel_key, own_folder, sources

needs_owners = pytest.mark.skipif(os.name != "posix", reason="elsewhere the user's folders are the user's")


# --- the key -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of core/."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "nnsim" / "core", root / "nnsim" / "core", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def key_with(root: Path, module: str, text: str) -> str:
    """The key once ``text`` stands at the end of a module, which is then as before."""
    path = root / "nnsim" / "core" / module
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text((before or "") + text, encoding="utf-8")
    try:
        return kernel_key.__wrapped__(root)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")


def test_the_key_is_of_the_text_and_not_of_the_place(copied: Path) -> None:
    assert kernel_key(copied) == kernel_key()


REGISTRIES = ("activations.py", "combines.py", "losses.py", "optimizers.py", "schedules.py", "order.py", "arrays.py")
COMPILED = sorted(path.name for path in (ROOT / "nnsim" / "core" / "compiled").glob("*.py"))


@pytest.mark.parametrize("module", ["descent.py", *REGISTRIES, *(f"compiled/{name}" for name in COMPILED)])
def test_what_kernels_are_made_of_changes_the_key(copied: Path, module: str) -> None:
    assert key_with(copied, module, "# changed\n") != kernel_key()


@pytest.mark.parametrize("folder", ["explain", "analysis", "formulas"])
def test_what_kernels_know_nothing_of_does_not(tmp_path: Path, copied: Path, folder: str) -> None:
    """Nor does a module that nobody imports."""
    root = tmp_path / "copy"
    shutil.copytree(copied, root)
    modules = [*(root / "nnsim" / "core" / folder).glob("*.py"), root / "nnsim" / "core" / "unheard_of.py"]
    assert len(modules) > 2
    for path in modules:
        with path.open("a", encoding="utf-8") as file:
            file.write("# changed\n")
    assert kernel_key(root) == kernel_key()


@pytest.mark.parametrize(
    "line",
    ["from nnsim.core.compiled import {}", "from nnsim.core.compiled.{} import x", "import nnsim.core.compiled.{}",
     "from . import {}", "def f():\n    from .{} import (\n        x\n    )"],
)
def test_a_module_that_a_kernel_newly_imports_is_counted(tmp_path: Path, copied: Path, line: str) -> None:
    """However it is imported, and whatever that imports in turn."""
    root = tmp_path / "copy"
    shutil.copytree(copied, root)
    compiled = root / "nnsim" / "core" / "compiled"
    with (compiled / "tiles.py").open("a", encoding="utf-8") as tiles:
        tiles.write(f"\n{line.format('new')}\n")
    (compiled / "new.py").write_text("from nnsim.core.compiled.newer import x\n", encoding="utf-8")
    (compiled / "newer.py").write_text("x = 1\n", encoding="utf-8")
    assert {compiled / "new.py", compiled / "newer.py"} <= set(sources(root))
    assert key_with(root, "compiled/newer.py", "# changed\n") != kernel_key(root)


# --- the folder --------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the cache lies, empty, and a private folder of its own for each test."""
    monkeypatch.setattr(kernel_cache, "_user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(kernel_cache, "_private_folder", lambda: tmp_path / "private")
    return tmp_path / "cache"


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_folder_is_made_for_its_user_alone(home: Path) -> None:
    """And found again."""
    folder = own_folder()
    assert folder == cache_folder() == home / "nnsim" / f"kernels-{kernel_key()}"
    if os.name == "posix":
        assert [mode_of(path) for path in (home, home / "nnsim", folder)] == [0o700] * 3


@needs_owners
def test_a_folder_that_others_may_write_in_is_not_read(home: Path) -> None:
    """What lies in it may be anybody's."""
    folder = own_folder()
    assert folder is not None
    folder.chmod(0o770)
    assert own_folder() is None and cache_folder() == home.parent / "private"


@needs_owners
def test_a_generous_umask_does_not_cost_the_cache(home: Path) -> None:
    """The folder above was made by an earlier version as the umask had it: it is closed, and used."""
    (home / "nnsim").mkdir(parents=True)
    (home / "nnsim").chmod(0o775)
    assert own_folder() is not None and mode_of(home / "nnsim") == 0o755


@needs_owners
@pytest.mark.parametrize("foreign", ["nnsim", "kernels"])
@pytest.mark.parametrize("call", ["stat", "lstat"], ids=["a folder", "a link"])
def test_what_belongs_to_somebody_else_is_not_read(
    home: Path, monkeypatch: pytest.MonkeyPatch, foreign: str, call: str
) -> None:
    """A folder that was there before, or a link that somebody laid to one of the user's."""
    folder = own_folder()
    assert folder is not None
    planted = home / "nnsim" if foreign == "nnsim" else folder
    real = getattr(Path, call)

    def looked_at(path: Path, **options: bool) -> os.stat_result:
        found = real(path, **options)
        if path != planted:
            return found
        return os.stat_result((*found[:4], found.st_uid + 1, *found[5:]))

    monkeypatch.setattr(Path, call, looked_at)
    assert own_folder() is None


@needs_owners
@pytest.mark.parametrize("call", ["stat", "lstat"], ids=["a file", "a link"])
def test_a_file_of_somebody_else_spoils_the_folder(home: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """However deep it lies: all of them are unpickled."""
    folder = own_folder()
    assert folder is not None
    planted = folder / "engine_1" / "kernel.nbi"
    planted.parent.mkdir()
    planted.touch()
    assert own_folder() == folder
    real = getattr(Path, call)

    def looked_at(path: Path, **options: bool) -> os.stat_result:
        found = real(path, **options)
        return os.stat_result((*found[:4], found.st_uid + (path == planted), *found[5:]))

    monkeypatch.setattr(Path, call, looked_at)
    assert own_folder() is None and cache_folder() == home.parent / "private"


@needs_owners
def test_a_link_to_a_place_of_others_is_not_read(home: Path) -> None:
    """One to a folder of the user's own is."""
    folder = own_folder()
    assert folder is not None
    elsewhere = home.parent / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    assert own_folder() == folder
    elsewhere.chmod(0o777)
    assert own_folder() is None


@pytest.mark.parametrize("above", ["cache", "cache/nnsim"])
def test_without_a_place_to_write_there_is_a_private_one(home: Path, above: str) -> None:
    """Something else stands where a folder should be."""
    place = home.parent / above
    place.parent.mkdir(exist_ok=True)
    place.touch()
    assert own_folder() is None and cache_folder() == home.parent / "private"


def test_a_folder_that_can_only_be_read_is_no_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    assert own_folder() is None


def test_the_private_folder_is_fresh_closed_and_gone_in_the_end(tmp_path: Path) -> None:
    code = "from nnsim.training.kernel_cache import _private_folder as f; print(f()); print(f() == f(), f().exists());"
    code += "print(oct(f().stat().st_mode & 0o777))"
    found = []
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)},
            capture_output=True, text=True, check=True,
        )
        folder, *facts = run.stdout.split("\n")
        assert facts[:2] == ["True True", "0o700" if os.name == "posix" else facts[1]]
        found.append(Path(folder))
    assert found[0] != found[1] and not any(folder.exists() for folder in found)
    assert {folder.parent for folder in found} == {tmp_path}
