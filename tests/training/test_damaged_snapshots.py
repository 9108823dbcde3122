"""Damaged snapshots: a run that goes on, or a ValueError that names what is wrong, nothing else."""

import dataclasses
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnsim
from nnsim.training.engines import COMPILED, ENGINES, NUMPY
from tests.damage import EXTREMES, at_most, damaged, with_damage

Files = dict[str, bytes]
NETWORK = nnsim.Network.layered([2, 3, 1], seed=2)
DATA = nnsim.Dataset([[0.0, 0], [0, 1], [1, 0], [1, 1], [2, 1]], [[0.0], [1], [1], [0], [1]], [[0.5, 0.5]], [[1.0]])
NUMBERS = [-1e6, 2.0**62, np.nan, np.inf, -np.inf, 1e308, 0.5]
CONFIG = nnsim.TrainingConfig(batch_size=2, optimizer="adam")


def snapshot_of(engine: str) -> nnsim.Snapshot:
    """A moment in the midst of an epoch, with an edit by hand."""
    trainer = nnsim.Trainer(NETWORK, DATA, CONFIG, engine)
    trainer.advance(updates=40)
    trainer.set_values({"w1": 0.5})
    return trainer.snapshot()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """For each engine, the files in the archive that a snapshot is saved as."""
    found = {}
    for engine in ENGINES:
        file = tmp_path_factory.mktemp("whole") / "run.npz"
        snapshot_of(engine).save(file)
        with zipfile.ZipFile(file) as archive:
            found[engine] = {name: archive.read(name) for name in archive.namelist()}
    return found


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, inner in files.items():
            archive.writestr(name, inner)
    return content.getvalue()


def array(values: Any, dtype: Any = None) -> bytes:
    content = io.BytesIO()
    np.save(content, np.asarray(values, dtype=dtype), allow_pickle=True)
    return content.getvalue()


def about(files: dict[str, bytes]) -> Any:
    return json.loads(np.load(io.BytesIO(files["about.npy"])).tobytes())


def with_text(files: dict[str, bytes], text: str) -> dict[str, bytes]:
    return files | {"about.npy": array(np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8))}


def goes_on_or_says_why(raw: bytes, file: Path) -> bool:
    """Whether a run can go on from these bytes; any error but a ValueError goes through."""
    file.write_bytes(raw)
    try:
        trainer = nnsim.Trainer.resume(NETWORK, DATA, CONFIG, nnsim.Snapshot.load(file))
    except ValueError as error:
        assert 10 < len(str(error)) < 1000
        return False
    before = trainer.update
    trainer.advance(updates=7)
    assert trainer.update <= before + 7
    return True


def fuzz(rounds: int, seed: int, whole: dict[str, Files], file: Path) -> int:
    """How many of so many damaged files can be resumed all the same."""
    rng, fine = np.random.default_rng(seed), 0
    for _ in range(rounds):
        files = whole[ENGINES[rng.integers(len(ENGINES))]]
        match rng.integers(4):
            case 0:
                raw = damaged(zipped(files), rng)
            case 1:
                raw = zipped(with_text(files, json.dumps(with_damage(about(files), rng))))
            case 2:
                name = list(files)[rng.integers(len(files))]
                raw = zipped(files | {name: damaged(files[name], rng)})
            case _:
                name = list(files)[1 + rng.integers(len(files) - 1)]
                values = np.load(io.BytesIO(files[name])).copy()
                if values.size and rng.random() < 0.7:
                    values.flat[rng.integers(values.size)] = rng.choice(NUMBERS)
                else:
                    values = values[..., :-1] if rng.random() < 0.5 else np.repeat(values, 2, axis=-1)
                raw = zipped(files | {name: array(values)})
        fine += goes_on_or_says_why(raw, file)
    return fine


def test_damaged_snapshots_are_refused_in_words(whole: dict[str, Files], tmp_path: Path) -> None:
    """A short run of the soak below; some damage, as to an edit's value, does no harm."""
    assert 0 < fuzz(300, 0, whole, tmp_path / "run.npz") < 150


@pytest.mark.soak
def test_damaged_snapshots_are_refused_in_words_for_minutes(whole: dict[str, Files], tmp_path: Path) -> None:
    """Many more of them."""
    assert fuzz(10_000, 1, whole, tmp_path / "run.npz") > 0


def leaves(tree: Any, *path: str | int) -> list[tuple[str | int, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(leaf for key, inner in items for leaf in leaves(inner, *path, key))]


def test_each_field_with_each_extreme(whole: dict[str, Files], tmp_path: Path) -> None:
    """Every number, text and list of the settings in turn; of few fields an extreme does no harm."""
    fine = []
    for leaf in leaves(about(whole[COMPILED]))[1:]:
        for extreme in EXTREMES:
            tree = about(whole[COMPILED])
            inner = tree
            for key in leaf[:-1]:
                inner = inner[key]
            inner[leaf[-1]] = extreme
            raw = zipped(with_text(whole[COMPILED], json.dumps(tree)))
            fine.append(goes_on_or_says_why(raw, tmp_path / "run.npz"))
    assert 0 < sum(fine) < 0.2 * len(fine), (sum(fine), len(fine))


Change = Callable[[nnsim.Snapshot], nnsim.Snapshot]


def progress(**values: Any) -> Change:
    return lambda s: state(progress=s.state.progress._replace(**values))(s)  # type: ignore[union-attr]


def state(**values: Any) -> Change:
    return lambda s: dataclasses.replace(s, state=dataclasses.replace(s.state, **values))  # type: ignore[type-var]


IN_MEMORY: dict[str, tuple[Change, str]] = {
    "done below 0": (progress(done=-(10**6)), "done is -1000000"),
    "done no number of batches": (progress(done=1), "whole batches"),
    "done behind the data": (progress(done=4 * 10**6), "the data have 5 samples"),
    "batch larger than the data": (progress(done=0, batch=6), "the data have 5 samples"),
    "no batch": (progress(done=2, batch=0), "whole batches"),
    "update beyond all": (progress(update=2**62), "update is 4611686018427387904"),
    "half an update": (progress(update=0.5), "update is 0.5"),
    "epoch after the update": (progress(epoch=10**6), "epoch is 1000000"),
    "more steps than updates": (progress(steps=10**6), "steps is 1000000"),
    "unknown order": (progress(order=3), "order is 3"),
    "unknown reason": (progress(reason=6), "reason is 6"),
    "loss a text": (progress(loss="x"), "numbers with a point"),
    "good too short": (state(good=np.zeros(3)), "good has 3 numbers where 13"),
    "memory too long": (state(memory=(np.zeros(13), np.zeros(10**6))), "s has 1000000 numbers where 13"),
    "gradient a table": (state(mean_gradient=np.zeros((13, 1))), "mean_gradient is not a vector"),
    "gradient of whole numbers": (state(mean_gradient=np.zeros(13, dtype=np.int64)), "mean_gradient is not a vector"),
    "good not finite": (state(good=np.full(13, np.nan)), "good: number 0 is not finite"),
    "parameters not finite": (lambda s: dataclasses.replace(s, parameters=np.full(13, np.inf)), "parameters: number 0"),
    "parameters of another network": (lambda s: dataclasses.replace(s, parameters=np.zeros(12)), "another network"),
    "edit of another network": (state(edits=((1, {"w99": 1.0}),)), "edit of w99"),
    "edit not finite": (state(edits=((1, {"w1": float("nan")}),)), "not finite"),
    "edit from the future": (state(edits=((10**6, {"w1": 1.0}),)), "the update of an edit is 1000000"),
    "begun in the future": (state(started_epoch=10**6), "started_epoch is 1000000"),
    "another curve": (state(train=nnsim.training.history.Curve().state()), "curves of 0"),
    "unknown engine": (lambda s: dataclasses.replace(s, engine="abacus"), "engine is “abacus”"),
    "more than near": (lambda s: dataclasses.replace(s, progress=2.0), "nearness is 2.0"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", IN_MEMORY)
def test_resume_asks_what_load_asks(case: str, engine: str, tmp_path: Path) -> None:
    """A moment that was not read from a file goes the same way; and what it says does not depend on the engine."""
    change, said = IN_MEMORY[case]
    with pytest.raises(ValueError, match=said):
        nnsim.Trainer.resume(NETWORK, DATA, CONFIG, change(snapshot_of(engine)))


def test_a_kind_of_run_that_the_network_is_none_of() -> None:
    """Skips and products go edge by edge only."""
    moment = snapshot_of(COMPILED)
    wide = nnsim.Network.layered([2, 30, 1], seed=0)
    other = nnsim.Trainer(wide, DATA, CONFIG, COMPILED).snapshot()
    assert other.state is not None and moment.state is not None
    with pytest.raises(ValueError, match="“narrow” cannot be of this network"):
        nnsim.Trainer.resume(wide, DATA, CONFIG, state(kind="narrow")(other))


@pytest.mark.parametrize("change, said", [
    (lambda f: {k: v for k, v in f.items() if k != "good.npy"}, "it holds 13 arrays, where 14 belong"),
    (lambda f: f | {"more.npy": array([1.0])}, "where 14 belong"),
    (lambda f: {("god.npy" if k == "good.npy" else k): v for k, v in f.items()}, "good is missing"),
    (lambda f: f | {"good.npy": f["good.npy"].replace(b"(13,)", b"(99,)")}, r"good should have the shape \(99,\)"),
    (lambda f: f | {"good.npy": f["good.npy"][:-8]}, r"good should have the shape \(13,\)"),
    (lambda f: f | {"good.npy": f["good.npy"].replace(b"(13,)", b"(-9,)")}, "good has no header"),
    (lambda f: f | {"good.npy": array([None] * 13, object)}, "good has no header"),
    (lambda f: f | {"good.npy": array(["a"] * 13)}, "good is not a vector"),
    (lambda f: f | {"good.npy": array(np.zeros(13, np.float32))}, "good is not a vector"),
    (lambda f: f | {"good.npy": b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535}, "good has no header"),
    (lambda f: f | {"floats.npy": array(np.zeros(3))}, "floats must be 8 numbers"),
    (lambda f: f | {"train_counts.npy": array([4e9, 1, 1])}, "cannot have"),
    (lambda f: f | {"train_rows.npy": array(np.zeros((4, 7)))}, "cannot have 14 epochs|do not follow"),
    (lambda f: with_text(f, "[" * 100_000), "about: "),
    (lambda f: with_text(f, '{"version": 2, "edits": ' + "[" * 100_000), "about: "),
    (lambda f: with_text(f, json.dumps(about(f) | {"version": 1})), "it has version 1, this program reads 2"),
    (lambda f: with_text(f, json.dumps(about(f) | {"run": 1.5})), r"about: Expected `int`, got `float` - at `\$.run`"),
    (lambda f: with_text(f, "\ud800"), "about: "),
])
def test_what_is_wrong_is_named(
    change: Callable[[Files], Files], said: str, whole: dict[str, Files], tmp_path: Path
) -> None:
    """Arrays that are missing, or too many, or lie about their shape; texts that are none."""
    file = tmp_path / "run.npz"
    file.write_bytes(zipped(change(whole[NUMPY])))
    with pytest.raises(ValueError, match=said):
        nnsim.Trainer.resume(NETWORK, DATA, CONFIG, nnsim.Snapshot.load(file))


def bomb(files: dict[str, bytes], megabytes: int, told: int | None = None) -> bytes:
    """An archive in which one array unpacks to so many zeros, whatever size is ``told`` of it."""
    raw = zipped(files | {"good.npy": bytes(megabytes * 2**20)}, zipfile.ZIP_DEFLATED)
    if told is not None:
        raw = raw.replace((megabytes * 2**20).to_bytes(4, "little"), told.to_bytes(4, "little"))
    return raw


@pytest.mark.parametrize("told", [None, 232, 40 * 2**20])
def test_a_bomb_is_not_unpacked(whole: dict[str, Files], tmp_path: Path, told: int | None) -> None:
    """Whether its directory tells what comes out of it, or lies."""
    file = tmp_path / "run.npz"
    file.write_bytes(bomb(whole[NUMPY], 80, told))
    assert file.stat().st_size < 2**20
    with at_most(140), pytest.raises(ValueError, match=r"unpacked it has more than 64 MB|damaged|no header"):
        nnsim.Snapshot.load(file)


def test_a_directory_of_a_million_entries_is_not_read(tmp_path: Path) -> None:
    """As an ordinary one, or as one of the kind for large archives."""
    entry = b"PK\x01\x02" + bytes(42)
    many = entry * 400_000
    end = b"PK\x05\x06" + bytes(4) + (13).to_bytes(2, "little") * 2 + len(many).to_bytes(4, "little") + bytes(6)
    large = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes(12) + (400_000).to_bytes(8, "little") * 2
    large += len(many).to_bytes(8, "little") + bytes(8)
    locator = b"PK\x06\x07" + bytes(4) + len(many).to_bytes(8, "little") + (1).to_bytes(4, "little")
    small = b"PK\x05\x06" + bytes(4) + (13).to_bytes(2, "little") * 2 + (900).to_bytes(4, "little") + bytes(6)
    for raw in (many + end, many + large + locator + small):
        (tmp_path / "run.npz").write_bytes(raw)
        with at_most(70), pytest.raises(ValueError, match="is not a snapshot"):
            nnsim.Snapshot.load(tmp_path / "run.npz")


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    """Nor is one that has no end."""
    with (tmp_path / "run.npz").open("wb") as file:
        file.truncate(2**30)
    with at_most(70), pytest.raises(ValueError, match="more than 64 MB"):
        nnsim.Snapshot.load(tmp_path / "run.npz")


def test_a_snapshot_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, and nothing beside it."""
    file = tmp_path / "run.npz"
    file.write_bytes(b"old")
    file.chmod(0o600)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", full)
        with pytest.raises(OSError, match="No space"):
            snapshot_of(NUMPY).save(file)
    assert file.read_bytes() == b"old" and list(tmp_path.iterdir()) == [file]
    snapshot_of(NUMPY).save(file)
    assert goes_on_or_says_why(file.read_bytes(), file) and file.stat().st_mode & 0o777 == 0o600
