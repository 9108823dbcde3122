"""Which samples are kept from training, to test on."""

import numpy as np

from nnsim.core.arrays import Flags


def held_out(n: int, test_share: float, seed: int) -> Flags:
    """Of n samples those that are for the test, drawn by a seed; training keeps at least one."""
    tested = max(0, min(round(n * test_share), n - 1))
    # A stream of its own: the generators draw their points with the bare seed.
    drawn = np.random.default_rng([seed, 1]).permutation(n)[:tested] if tested else np.empty(0, dtype=np.intp)
    test = np.zeros(n, dtype=np.bool_)
    test[drawn] = True
    return test
