"""The All numbers panel: all neurons or connections as rows."""
