"""``persona``: one module for each group of its verbs."""
