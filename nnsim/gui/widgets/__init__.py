"""Controls, from which panels and forms are made."""
