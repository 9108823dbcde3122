"""The compiled engine: Numba alone."""
