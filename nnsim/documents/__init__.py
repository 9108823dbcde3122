"""Documents: what a learner saves, and how it gets to a file and back."""
