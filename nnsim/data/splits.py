"""Splits: which samples a network learns from, and which it is only tested on."""

from typing import Any

from nnsim.core.arrays import Array
from nnsim.data.dataset import Dataset
from nnsim.data.held_out import held_out


def split(X: Array, T: Array, test_share: float, seed: int, **about: Any) -> Dataset:
    """X (samples, inputs), T (samples, outputs) with ``test_share`` of the samples drawn for the test.

    Both parts keep the order of the samples, so that training in the given order still is that. Training
    keeps at least one sample; if no sample is left for the test, there are no test arrays. ``about`` is what
    else the Dataset is to know.
    """
    test = held_out(len(X), test_share, seed)
    if not test.any():
        return Dataset(X, T, **about)
    return Dataset(X[~test], T[~test], X[test], T[test], **about)
