"""How the window looks: theme, icons, colours of classes, settings."""
