"""``persona``: the library, files of one's own, and what a model makes of them."""
