"""The corpus on disk: ledger, pictures, index. Knows nothing of values or models; start at ``corpus.py``."""
