"""Datasets: where samples come from, and how they are split into those to learn from and those to test on."""
