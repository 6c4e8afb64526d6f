"""The rule-based twin of the reference models: the same formulas without a network."""
