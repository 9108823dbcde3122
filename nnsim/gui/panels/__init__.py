"""Panels: one file each, one line each in nnsim/gui/window/window.py."""
