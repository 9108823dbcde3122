"""Worksheets and their questions."""
