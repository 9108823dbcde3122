"""The Output panel."""
