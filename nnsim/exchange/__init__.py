"""What goes out to other tools and to paper."""
