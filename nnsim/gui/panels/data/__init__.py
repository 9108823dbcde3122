"""The data: truth table, samples, and the form that chooses them."""
