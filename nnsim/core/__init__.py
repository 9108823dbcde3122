"""The mathematics, on arrays: no files, no clock, no Qt."""
