"""The data: truth table and samples."""
