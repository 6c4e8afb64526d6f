"""The ledger, an SQLite file: the source of truth of a corpus."""
