"""Named, hashed, immutable states of a corpus, and what is handed on of them."""
