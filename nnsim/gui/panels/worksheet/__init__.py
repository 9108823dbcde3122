"""The Worksheet panel."""
