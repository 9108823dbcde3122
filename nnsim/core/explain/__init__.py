"""Both passes taken apart, for people."""
