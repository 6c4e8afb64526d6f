"""The vector index, a projection of the ledger that can be made again at any time."""
