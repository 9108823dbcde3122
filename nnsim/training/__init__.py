"""Training: configuration, the loop, its history, and the thread it runs in."""
