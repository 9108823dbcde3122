"""The hand that drives the window, and the tour it gives."""
