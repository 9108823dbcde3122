"""The command nnsim explain: every number of the lecture's example, as text and as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nnsim
from nnsim.cli import main
from nnsim.documents.examples import EXAMPLES

HANDS_ON = str(EXAMPLES["hands_on"].path)
SAMPLE = ["--inputs", "0.05,0.10", "--targets", "0.01,0.99"]


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """(exit status, what was printed, what was complained)."""
    monkeypatch.setattr(sys, "argv", ["nnsim", "explain", *words])
    status = main()
    said = capsys.readouterr()
    return status, said.out, said.err


def test_json_has_every_number_of_the_lecture(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of the lecture, section 4, under the names of the contract."""
    status, out, _ = run(capsys, monkeypatch, HANDS_ON, *SAMPLE, "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert set(found) == {"loss", "outputs", "neurons", "parameters"}
    assert found["loss"] == pytest.approx(0.298371109, abs=1e-9)
    np.testing.assert_allclose(found["outputs"], [0.751365070, 0.772928465], atol=1e-9)
    assert found["neurons"]["i1"] == {"a": 0.05}
    assert set(found["neurons"]["h1"]) == {"z", "a", "delta"}
    assert found["neurons"]["h1"]["z"] == pytest.approx(0.3775, abs=1e-12)
    assert found["neurons"]["o1"]["delta"] == pytest.approx(0.741365070 * 0.186815602, abs=1e-8)
    gradients = {"w1": 0.000438568, "w2": 0.000877135, "w3": 0.000497713, "w4": 0.000995425, "w5": 0.082167041,
                 "w6": 0.082667628, "w7": -0.022602540, "w8": -0.022740242}
    for name, value in gradients.items():
        assert found["parameters"][name]["gradient"] == pytest.approx(value, abs=1e-9)
    assert found["parameters"]["b2"] == {"value": 0.6, "gradient": pytest.approx(0.100400, abs=1e-6)}


def test_text_has_the_chain_rule_and_the_update(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lecture's lines for w5, to the digits asked for."""
    status, out, _ = run(capsys, monkeypatch, HANDS_ON, *SAMPLE, "--parameter", "w5", "--digits", "9")
    assert status == 0
    for number in ("0.3775", "0.593269992", "1.10590597", "0.75136507", "0.298371109", "0.74136507", "0.186815602",
                   "0.0821670406"):
        assert number in out
    assert "∂Loss/∂O1 · ∂O1/∂Input o1 · ∂Input o1/∂w5" in out
    assert "w5′ = w5 − l·∂Loss/∂w5 = 0.4 − 0.5·0.0821670406 = 0.35891648" in out


def test_without_a_sample_the_files_first_is_taken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hands-on file brings its own sample; both ways say the same."""
    assert run(capsys, monkeypatch, HANDS_ON)[1] == run(capsys, monkeypatch, HANDS_ON, *SAMPLE)[1]


def test_without_a_target_there_is_no_loss(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Forward only: loss is null, and nothing has a delta or a gradient. A first number below 0 is a number."""
    path = tmp_path / "net.nnsim"
    nnsim.save(nnsim.Document(nnsim.Network.layered([2, 2, 1], seed=1)), path)
    _, out, _ = run(capsys, monkeypatch, str(path), "--inputs", "-0.5,1", "--format", "json")
    found = json.loads(out)
    assert found["loss"] is None and found["neurons"]["x0"] == {"a": -0.5}
    assert "delta" not in found["neurons"]["y"] and "gradient" not in found["parameters"]["w1"]


def test_notations(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The lecture's for its example unless another is asked for."""
    assert "Input h1 =" in run(capsys, monkeypatch, HANDS_ON)[1]
    assert "net h1 = " in run(capsys, monkeypatch, HANDS_ON, "--notation", "net")[1]
    assert "z(h1) = " in run(capsys, monkeypatch, HANDS_ON, "--notation", "field")[1]


@pytest.mark.parametrize(("words", "says"), [
    ((HANDS_ON, "--inputs", "0.05"), "--inputs needs 2 numbers (i1, i2), not 1."),
    ((EXAMPLES["not"].path.as_posix(), "--inputs", "1,2,3"), "--inputs needs 1 number (x0), not 3."),
    ((HANDS_ON, *SAMPLE, "--parameter", "w99"), "no parameter “w99”"),
    ((HANDS_ON, "--inputs", "1,1", "--parameter", "w5"), "--targets"),
    (("nowhere.nnsim",), "nowhere.nnsim"),
])
def test_mistakes_are_told_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    """Exit status 2, a line that says what is wrong, and nothing on standard output."""
    status, out, err = run(capsys, monkeypatch, *words)
    assert status == 2 and out == "" and says in err and "Traceback" not in err


def test_a_wrong_verb_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the words after it."""
    monkeypatch.setattr(sys, "argv", ["nnsim", "explan", HANDS_ON])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr().err
    assert end.value.code == 2 and "invalid choice: 'explan'" in said and "explain" in said


def test_it_needs_neither_qt_nor_numba() -> None:
    """The command line explains where no window can be had."""
    code = ("import sys; sys.argv = ['nnsim', 'explain', sys.argv[1]]\n"
            "from nnsim.cli import main\nstatus = main()\n"
            "assert not {'PySide6', 'numba', 'ziamath'} & set(sys.modules), sys.modules.keys()\nsys.exit(status)")
    done = subprocess.run([sys.executable, "-c", code, HANDS_ON], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "0.2984" in done.stdout, done.stderr


@pytest.mark.parametrize("place", ["a file", "a file/below", "/proc/x", "\0"])
def test_a_tour_that_has_no_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    """One line that names it, and status 2."""
    (tmp_path / "a file").write_text("")
    out = str(tmp_path / place)
    monkeypatch.setattr(sys, "argv", ["nnsim", "tour", "--out", out])
    assert main() == 2
    said = capsys.readouterr()
    assert out in said.err and said.err.count("\n") == 1 and not said.out


@pytest.mark.parametrize(("display", "says"), [("", "there is no display here"), (":55", "")])
def test_without_a_display_the_window_says_so(tmp_path: Path, display: str, says: str) -> None:
    """One line, status 1, and not Qt's advice to reinstall: what cannot be reached, or what has to be installed."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    if display:
        environment["DISPLAY"] = display
    done = subprocess.run([sys.executable, "-m", "nnsim"], capture_output=True, text=True,
                          env={**environment, "HOME": str(tmp_path)})
    assert done.returncode == 1 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("nnsim: ") and says in line and "reinstall" not in line.lower()
    assert says or display in line or "apt install lib" in line
