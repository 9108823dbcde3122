"""Splits: which samples a network learns from, and which it is only tested on."""

import numpy as np

from nnsim.core.arrays import Array
from nnsim.data.dataset import Dataset


def split(X: Array, T: Array, test_share: float, seed: int) -> Dataset:
    """X (samples, inputs), T (samples, outputs) with ``test_share`` of the samples drawn for the test.

    Both parts keep the order of the samples, so that training in the given order still is that. Training
    keeps at least one sample; if no sample is left for the test, there are no test arrays.
    """
    tested = min(round(len(X) * test_share), len(X) - 1)
    if tested < 1:
        return Dataset(X, T)
    # A stream of its own: the generators draw their points with the bare seed.
    drawn = np.random.default_rng([seed, 1]).permutation(len(X))[:tested]
    test = np.zeros(len(X), dtype=np.bool_)
    test[drawn] = True
    return Dataset(X[~test], T[~test], X[test], T[test])
