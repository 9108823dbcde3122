"""The Activation panel."""
