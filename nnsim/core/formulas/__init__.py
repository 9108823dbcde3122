"""Arithmetic in symbols and numbers: written, read and typeset."""
