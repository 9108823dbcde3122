"""The Matrices panel."""
