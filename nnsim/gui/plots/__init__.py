"""Plots, from which all others are made."""
