"""The open document, its undo stack, its run, and what the learner looks at."""
