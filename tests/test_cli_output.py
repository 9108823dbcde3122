"""What the command line writes: UTF-8 wherever it goes, and a calm end where nobody reads it."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import nnsim
from nnsim import cli
from nnsim.documents.examples import EXAMPLES

HANDS_ON = str(EXAMPLES["hands_on"].path)
NAMED = nnsim.Network.build(
    [nnsim.Neuron("größe_ж", "input"), nnsim.Neuron("θ→", "output", "sigmoid", bias="b_ü")],
    [nnsim.Connection("größe_ж", "θ→", "w_漢")], {"w_漢": 0.5, "b_ü": -1.0})
ENCODINGS = (("cp1252", "strict"), ("ascii", "surrogateescape"), ("shift_jis", "strict"), ("utf-16", "replace"))
WAYS = (
    ["--version"], ["--help"], [], *([verb, "--help"] for verb in cli.VERBS), ["explain"], ["tour"],
    ["explain", "ж.nnsim"], ["explain", "\udcff.nnsim"], ["tour", "--out", "\0ж"], ["--ж"],
    *(["explain", HANDS_ON, option, value] for option, value in (("--format", "ж"), ("--inputs", "½"),
                                                                 ("--parameter", "∂"))),
    *(["explain", file, "--inputs", x, "--targets", t, "--format", format, "--parameter", name]
      for format in cli.FORMATS
      for file, x, t, name in ((HANDS_ON, "0.05,0.10", "0.01,0.99", "w5"), ("{named}", "1", "0", "w_漢"))),
)


def written(monkeypatch: pytest.MonkeyPatch, words: list[str], encoding: str, errors: str) -> tuple[Any, bytes, bytes]:
    """The exit status of a command, and the bytes on both of its streams, which had that encoding before."""
    streams = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(stream, encoding=encoding, errors=errors) for stream in streams)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["nnsim", *words])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setitem(cli.VERBS, "open", lambda arguments: 0)
        status: Any
        try:
            status = cli.main()
        except SystemExit as end:
            status = end.code
        out.flush()
        err.flush()
    return status, streams[0].getvalue(), streams[1].getvalue()


@pytest.mark.parametrize("words", WAYS, ids=lambda words: ascii(" ".join(words)))
def test_every_byte_is_utf8(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str]) -> None:
    """The same bytes whatever encoding the streams had, and they are those of the text."""
    named = tmp_path / "named.nnsim"
    nnsim.save(nnsim.Document(NAMED), named)
    words = [word.replace("{named}", str(named)) for word in words]
    first = written(monkeypatch, words, "utf-8", "strict")
    for encoding, errors in ENCODINGS:
        assert written(monkeypatch, words, encoding, errors) == first
    said = (first[1] + first[2]).decode("utf-8")
    assert "Traceback" not in said
    assert said or not words
    if "--format" in words and first[0] == 0:
        assert any(sign in said for sign in ("∂", r"\partial", "&#x02202;", '"gradient"'))


@pytest.mark.parametrize("environment", [
    {"PYTHONIOENCODING": "cp1252"}, {"PYTHONIOENCODING": "ascii:replace"},
    {"LC_ALL": "POSIX", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
], ids=lambda environment: " ".join(environment))
def test_a_redirected_process_writes_utf8(environment: dict[str, str]) -> None:
    """As a shell starts it, to a file."""
    command = [sys.executable, "-m", "nnsim", "explain", HANDS_ON, "--parameter", "w5"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)
    assert done.returncode == 0 and done.stderr == b""
    assert "∂Loss/∂w5" in done.stdout.decode("utf-8")


FULL = "nnsim: the output cannot be written: No space left on device.\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell of its own kind")
@pytest.mark.parametrize(("line", "status", "says"), [
    ("explain {file} --parameter w5 | head -1 >&2; exit ${{PIPESTATUS[0]}}", {0, cli.READER_GONE}, "Forward\n"),
    ("explain {file} --format html | true; exit ${{PIPESTATUS[0]}}", {0, cli.READER_GONE}, ""),
    ("--help | true; exit ${{PIPESTATUS[0]}}", {0, cli.READER_GONE}, ""),
    ("explain {file} >&-", {0}, ""),
    ("explain {file} --format ж 2>&-", {2}, ""),
    *((f"{command} > /dev/full", {2}, FULL) for command in ("explain {file}", "explain {file} --format html", "--help")
      if Path("/dev/full").exists()),
])
def test_where_nobody_reads_it_ends_calmly(line: str, status: set[int], says: str) -> None:
    """A reader that has read enough, a closed stream, a full disk: a line at most, and no traceback."""
    command = f"'{sys.executable}' -m nnsim {line.format(file=HANDS_ON)}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode in status
    assert (done.stdout, done.stderr) == ("", says)
