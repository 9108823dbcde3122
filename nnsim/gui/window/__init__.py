"""The window: menus, actions, workspaces, files."""
