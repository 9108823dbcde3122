"""Saving when things go wrong, or on: the document stays, and what is on the disk is whole."""

import errno
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

import nnsim
from nnsim.documents import atomic, files
from nnsim.gui.tour.hand import Hand

CTRL = Qt.KeyboardModifier.ControlModifier


def saved(hand: Hand, path: Path) -> Path:
    """A document with a file, and an edit that is not in it."""
    hand.example("xor_to_learn")
    hand.session.path = path
    assert hand.window.files.save()
    hand.session.set_values({hand.session.network.parameter_names[0]: 0.25}, "Set a weight")
    assert hand.session.dirty
    return path


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("of the test"), RecursionError(), KeyError("w1")])
def test_a_document_that_cannot_be_written_down_leaves_its_file(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever the serialiser raises: said in the window, the old file whole, the work still unsaved."""
    path = saved(hand, tmp_path / "mine.nnsim")
    before = path.read_bytes()

    def fails(*given: object) -> bytes:
        raise error

    with monkeypatch.context() as planted:
        planted.setattr(files, "encode", fails)
        hand.key(Qt.Key.Key_S, CTRL, hand.window)
        hand.wait(hand.window.messages.isVisible, "it is said")
    text = hand.find("message_text", QLabel).text()
    assert "mine.nnsim" in text and "cannot be saved" in text
    assert path.read_bytes() == before and hand.session.dirty
    hand.key(Qt.Key.Key_S, CTRL, hand.window)
    hand.wait(lambda: not hand.session.dirty, "it is saved")
    assert nnsim.load(path) == hand.session.document


def test_saving_while_training_saves_a_whole_moment(hand: Hand, tmp_path: Path) -> None:
    """The run goes on; the file has the values of one moment of it, and what is learned after that is unsaved."""
    path = saved(hand, tmp_path / "mine.nnsim")
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    hand.session.set_speed(400.0)
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch > 5, "it trains")
    hand.key(Qt.Key.Key_S, CTRL, hand.window)
    assert hand.session.training
    epoch = hand.session.epoch
    hand.wait(lambda: hand.session.epoch > epoch + 5, "it trains on")
    kept = nnsim.load(path)
    hand.click("tool_train")
    assert kept.network.parameter_names == hand.session.network.parameter_names and hand.session.dirty
    assert not np.array_equal(kept.network.parameters, hand.session.parameters)
    hand.key(Qt.Key.Key_S, CTRL, hand.window)
    hand.wait(lambda: not hand.session.dirty, "the end is saved")
    assert np.array_equal(nnsim.load(path).network.parameters, hand.session.parameters)


def test_a_window_whose_last_save_fails_stays(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Close, Save, and the disk is full: the window is there with the work in it."""
    path = saved(hand, tmp_path / "mine.nnsim")
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as planted:
        planted.setattr(atomic.os, "fsync", full)
        hand.answering("Save", hand.window.close)
        hand.wait(hand.window.messages.isVisible, "it is said")
    assert "the disk is full" in hand.find("message_text", QLabel).text()
    assert hand.window.isVisible() and hand.session.dirty and path.read_bytes() == before
