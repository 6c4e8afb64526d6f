"""Guards: what must hold before a profile may be read, each with a threshold and what it says in words."""
