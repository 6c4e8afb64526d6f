"""A causal graph among values, from a table of measured profiles: which value moves when which other one is moved."""
