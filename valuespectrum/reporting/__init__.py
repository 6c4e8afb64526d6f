"""From answers to a page that a person can read: typed input, charts, words, one self-contained file."""
