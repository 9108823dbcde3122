"""The panels that take both passes apart: Forward, Backward, Step through, Losses."""
