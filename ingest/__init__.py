"""From sources to a corpus: guard, decode, select, embed, store. Start at ``pipeline.py``."""
