"""Looking after a corpus: what is noted of it, what is removed, whether it is whole."""
