"""The Loss panel."""
