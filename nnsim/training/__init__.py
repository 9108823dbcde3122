"""Training: settings, the trainer, its history, and the thread it runs in. The loop is in core/descent.py."""
