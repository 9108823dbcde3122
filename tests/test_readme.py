"""What the README says is done word by word: its Python as it stands, its commands, its figures."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import nnsim
from nnsim import cli

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = (ROOT / "scripts/setup.sh").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs_as_it_stands(code: str, tmp_path: Path) -> None:
    """In a fresh process, in any folder: it prints what it says it does, and not a word of complaint."""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stderr) == (0, "")
    reason, loss, *outputs = re.sub(r"[\[\]]", "", done.stdout).split()
    assert reason == "epochs" and 0.0 < float(loss) < 0.1
    assert all(-1.0 < float(output) < 1.0 for output in outputs) and len(outputs) == 3
    assert nnsim.Snapshot.load(tmp_path / "run.npz").epoch == 1000


def test_its_commands_of_nnsim_are_understood() -> None:
    """Each line that begins with nnsim and a verb, from the folder of the README, in every format that it names."""
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("nnsim ")]
    assert lines
    for line in lines:
        _, *words, format = shlex.split(line)
        assert words[0] in cli.VERBS and words[-1] == "--format"
        others = re.search(r"Other formats are ([^;]*);", README)
        assert others is not None
        assert {format, *re.findall(r"`(\w+)`", others.group(1))} == set(cli.FORMATS)
        command = [sys.executable, "-m", "nnsim", *words, format]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0 and "0.2984" in done.stdout.decode("utf-8")


def test_what_is_downloaded_is_what_the_scripts_say() -> None:
    """Both say how much comes and how much stays, and which C library is needed."""
    sizes = re.findall(r"(\d+) MB to download, (\d+) MB on the disk", SETUP)
    text = " ".join(README.split())
    (run, kept), (dev, dev_kept) = sizes
    assert f"about {run} MB into `.venv`, which then takes {kept} MB (`test`: {dev} and {dev_kept} MB)" in text
    (version,) = re.findall(r'"glibc ([\d.]+)" "\$version"', SETUP)
    assert f"glibc {version} or newer" in README and f"glibc {version} or newer" in SETUP
