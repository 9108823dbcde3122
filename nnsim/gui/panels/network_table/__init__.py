"""The Table panel: all neurons or connections as rows."""
