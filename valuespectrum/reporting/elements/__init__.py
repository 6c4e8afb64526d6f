"""What pages are made of: typed records, words, charts, pictures."""
