"""What is installed: resources in both layouts, the wheel, the lock files, the desktop entry, the scripts."""

import configparser
import os
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import nnsim
from nnsim import resources

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SCRIPTS = ("scripts/start", "scripts/test", "scripts/lock", ".ci/run")
MIME_TYPE = "application/x-nnsim"


# --- resources ---------------------------------------------------------------------------------------------


def test_a_resource_is_found_in_the_checkout() -> None:
    assert resources.resource("desktop/nnsim.svg") == ROOT / "resources" / "desktop" / "nnsim.svg"
    assert resources.resource("desktop").is_dir()


def test_a_missing_resource_is_named_with_what_there_is() -> None:
    with pytest.raises(FileNotFoundError, match=r"'desktop/no\.png'; resources/desktop/ holds .*nnsim\.svg"):
        resources.resource("desktop/no.png")
    with pytest.raises(FileNotFoundError, match=r"'no/such'; resources/ holds .*desktop"):
        resources.resource("no/such")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../pyproject.toml", "a/../../b", r"a\b.svg", "C:/x"])
def test_a_resource_never_lies_outside(name: str) -> None:
    with pytest.raises(ValueError, match="inside resources/"):
        resources.resource(name)


def test_missing_resources_say_where_they_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "nnsim")
    with pytest.raises(FileNotFoundError, match=r"_resources nor .*Install nnsim again"):
        resources.root.__wrapped__()


# --- the wheel ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_code_resources_and_desktop_files(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    version = nnsim.__version__
    assert wheel.name == f"nnsim-{version}-py3-none-any.whl"
    assert {"nnsim/resources.py", "nnsim/py.typed", f"nnsim-{version}.dist-info/licenses/LICENSE"} <= names
    folder = ROOT / "resources"
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert {f"nnsim/_resources/{file}" for file in files} <= names
    share = f"nnsim-{version}.data/data/share"
    assert {
        f"{share}/applications/nnsim.desktop",
        f"{share}/icons/hicolor/scalable/apps/nnsim.svg",
        f"{share}/mime/packages/nnsim.xml",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "scripts/"))]


def test_the_version_stands_in_one_place(wheel: Path) -> None:
    """In nnsim/__init__.py: the wheel says the same, and no other file of the project says one of its own."""
    version = nnsim.__version__
    metadata = zipfile.ZipFile(wheel).read(f"nnsim-{version}.dist-info/METADATA").decode()
    assert f"\nVersion: {version}\n" in metadata
    assert "version" not in PROJECT["project"] and PROJECT["project"]["dynamic"] == ["version"]


def test_an_installed_package_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "from nnsim.resources import resource; print(resource('desktop/nnsim.svg'))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = [sys.executable, "-c", code]
    found = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()) == (tmp_path / "nnsim/_resources/desktop/nnsim.svg").resolve()


# --- the lock files ----------------------------------------------------------------------------------------


def locked(name: str) -> dict[str, Version]:
    text = (ROOT / "scripts" / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^-|\s@\s|file:", text, re.MULTILINE), "names and hashes only, no place"
    hashes = r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+"
    entries = re.findall(rf"^([\w.-]+)==(\S+)(?: ;.*)? \\\n{hashes}", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^\w", text, re.MULTILINE)), "each entry has a version and hashes"
    return {canonicalize_name(package): Version(version) for package, version in entries}


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    run, dev = locked("lock.txt"), locked("lock-dev.txt")
    project = PROJECT["project"]
    for lock, wanted in (
        (run, [*project["dependencies"], *PROJECT["build-system"]["requires"], "editables"]),
        (dev, project["optional-dependencies"]["dev"]),
    ):
        for requirement in map(Requirement, wanted):
            version = lock[canonicalize_name(requirement.name)]
            assert version in requirement.specifier, f"{requirement}: run ./scripts/lock"
    assert run.items() <= dev.items()


# --- the desktop -------------------------------------------------------------------------------------------


def test_desktop_entry_mime_type_and_icon_belong_together() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(resources.resource("desktop/nnsim.desktop"), encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert entry["Exec"].split() == ["nnsim", "%f"]
    assert entry["Exec"].split()[0] in PROJECT["project"]["scripts"]
    assert entry["MimeType"] == f"{MIME_TYPE};"

    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    (mime,) = ET.parse(resources.resource("desktop/nnsim.xml")).getroot()
    assert mime.attrib["type"] == MIME_TYPE
    assert [glob.attrib["pattern"] for glob in mime.iter(f"{space}glob")] == ["*.nnsim"]
    assert [icon.attrib["name"] for icon in mime.iter(f"{space}icon")] == [entry["Icon"]] == ["nnsim"]


def test_qt_draws_the_icon(qapp: object) -> None:
    from PySide6.QtGui import QIcon

    image = QIcon(str(resources.resource("desktop/nnsim.svg"))).pixmap(64, 64).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(64) for y in range(64)}
    assert {"#2166ac", "#d9741a"} <= colours


# --- the scripts -------------------------------------------------------------------------------------------

needs_bash = pytest.mark.skipif(os.name == "nt", reason="scripts/ are for Linux and macOS")


def shell(code: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", f"set -euo pipefail; source '{ROOT}/scripts/setup.sh'; {code}", "start"]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


@needs_bash
@pytest.mark.parametrize("script", [*SCRIPTS, "scripts/setup.sh"])
def test_scripts_are_sound_and_can_be_run(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)
    if script in SCRIPTS:
        assert os.access(ROOT / script, os.X_OK)
        assert "set -euo pipefail" in (ROOT / script).read_text(encoding="utf-8")


@needs_bash
def test_a_missing_package_is_told_in_one_line_to_someone_who_is_not_root() -> None:
    nobody = "id() { echo 1000; }; apt-get() { echo unexpected; };"
    nobody += " missing_from_system() { printf 'x=libx\\ny=liby\\n'; };"
    run = shell(f"{nobody} python=python3; need_from_system x11; echo went on")
    assert run.returncode == 1
    assert "apt-get install -y --no-install-recommends libx liby'\n" in run.stderr
    assert "unexpected" not in run.stdout + run.stderr
    assert "went on" not in run.stdout


@needs_bash
def test_a_missing_library_is_named_where_there_is_no_apt() -> None:
    other = "missing_from_system() { printf 'libEGL.so.1=libegl1\\na font=fonts\\n'; };"
    other += " command() { [ $2 != apt-get ]; };"
    run = shell(f"{other} need_from_system x11")
    assert run.returncode == 1
    assert "libEGL.so.1, a font" in run.stderr


@needs_bash
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere Qt brings its libraries")
def test_libraries_are_looked_for_by_loading_them() -> None:
    """This test runs under Qt, so nothing that Qt needs offscreen may count as missing."""
    assert shell(f"python='{sys.executable}'; missing_from_system offscreen").stdout == ""
    without_python = shell("python=; missing_from_system x11").stdout
    assert "libxcb-cursor.so.0=libxcb-cursor0" in without_python
    assert "python3-venv" in without_python


@needs_bash
@pytest.mark.parametrize(("has", "is_enough"), [
    ("echo glibc 2.31", False), ("echo glibc 2.33", False), ("echo glibc 2.34", True), ("echo glibc 2.100", True),
    ("echo glibc 3.0", True), ("false", False), ("echo musl 9.9", False),
])
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is no glibc")
def test_an_old_c_library_is_told(has: str, is_enough: bool) -> None:
    """Before anything is installed, in one line."""
    run = shell(f"getconf() {{ {has}; }}; need_glibc; echo went on")
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == ((0, "went on\n", 0) if is_enough else (1, "", 1))
    assert is_enough or "glibc 2.34" in run.stderr


WORDY = """
root={root} log={root}/build/setup.log venv={root}/.venv ready={root}/.venv/.ready unfinished={root}/.venv/.unfinished
wordy() {{ for line in {{1..300}}; do echo "unpacking $line"; echo "warning $line" >&2; done; }}
id() {{ echo 0; }}
apt-get() {{
    wordy
    case "$*" in *assume-no*) echo "Need to get 12.3 MB/45.6 MB of archives."; return 1 ;; esac
    [[ "$*" != *"{fails}"* ]]
}}
find_python() {{ echo {root}/python; }}
missing_from_system() {{ [ -e {root}/installed ] || printf 'x=libx\ny=liby\n'; touch {root}/installed; }}
fingerprint() {{ echo same; }}
set_up run x11
set_up run x11
"""


def first_start(folder: Path, fails: str) -> subprocess.CompletedProcess[str]:
    """A first start with installers that talk a lot, of which the one whose words hold ``fails`` fails."""
    python = folder / "python"
    python.write_text(f"""#!/usr/bin/env bash
for line in {{1..300}}; do echo "collecting $line"; echo "warning $line" >&2; done
case "$*" in *"-m venv"*) mkdir -p {folder}/.venv/bin; cp "$0" {folder}/.venv/bin/python ;; esac
[[ "$*" != *"{fails}"* ]]
""")
    python.chmod(0o755)
    (folder / "scripts").mkdir()
    (folder / "scripts/setup.sh").touch()
    return shell(WORDY.format(root=folder, fails=fails))


@needs_bash
def test_a_first_start_says_a_line_for_each_step(tmp_path: Path) -> None:
    """What is done, how much is downloaded, where the log is; a second start says nothing."""
    run = first_start(tmp_path, "nothing")
    assert run.returncode == 0 and run.stdout == ""
    log = tmp_path / "build/setup.log"
    assert run.stderr.splitlines() == [
        f"start: setting up nnsim; what the installers say goes to {log}",
        "start: fetching the list of system packages",
        "start: installing the system packages (once, 12.3 MB to download): libx liby",
        "start: installing packages into .venv (once, about 161 MB to download, 570 MB on the disk)",
        "start: compiling the kernels (once, up to a minute)",
    ]
    assert log.read_text().count("unpacking 300") == 2 and log.read_text().count("warning 300") == 7


@needs_bash
@pytest.mark.parametrize(("fails", "says"), [
    ("update", "the system packages libx liby could not be installed"),
    ("install -y", "the system packages libx liby could not be installed"),
    ("-m venv", "Python could not make .venv"), ("--require-hashes", "the packages could not be installed"),
    ("-e ", "the packages could not be installed"), ("QtTest", "Qt does not start on this machine"),
    ("nnsim.training.engines", "the kernels could not be compiled"),
])
def test_a_step_that_fails_shows_the_end_of_the_log(tmp_path: Path, fails: str, says: str) -> None:
    """Twenty lines of it, where all of it is, and nothing after that; the next start tries again."""
    run = first_start(tmp_path, fails)
    lines = run.stderr.splitlines()
    assert run.returncode == 1
    assert lines[-1] == f"start: {says}; above is the end of {tmp_path / 'build/setup.log'}"
    assert len([line for line in lines if line.endswith((" 300", " 291"))]) == 4 and len(lines) <= 26
    assert not (tmp_path / ".venv/.ready").exists()
