"""Whether numbers over values are arranged as Schwartz's theory says: round a circle, opposites contrary."""
