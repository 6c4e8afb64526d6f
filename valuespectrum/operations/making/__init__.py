"""Things to ask that are made with models: dilemmas."""
