"""From answers to numbers: pure functions on tables, no model needed."""
