"""Panels: a room each, and a line each in nnsim/gui/window/panels.py."""
