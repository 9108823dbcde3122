"""The Selected panel."""
