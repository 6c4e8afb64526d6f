"""How well planted values are recovered."""
