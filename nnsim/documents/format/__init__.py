"""The .nnsim format: written, read and checked field by field."""
