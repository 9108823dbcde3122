"""The panels about the slope of the loss: Why the gradient, Loss slice."""
