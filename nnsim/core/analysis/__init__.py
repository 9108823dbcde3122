"""What a network does, looked at from outside: maps, slices, gates, bands, separability."""
