"""What the verbs share: the terminal, its colours and bars, options, the way out."""
