"""The feed policies of our own; a module here registers itself."""
