"""How often what is too slow for every frame of a run may be done."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """Work that is too slow for every frame: all of it together gets a part of the time, one piece after another."""

    REST = 3.0
    """After a piece nothing of it is done for this many times as long: so it has a fourth of the time at most."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def wait_ms(self) -> int:
        """Milliseconds until the next piece may be done; 0 if it may be now."""
        return math.ceil(max(0.0, self._free_at - time.perf_counter()) * 1000)

    @contextmanager
    def piece(self) -> Iterator[None]:
        """Do a piece of it."""
        start = time.perf_counter()
        try:
            yield
        finally:
            end = time.perf_counter()
            self._free_at = end + self.REST * (end - start)
