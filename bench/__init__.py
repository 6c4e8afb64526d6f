"""Measures the claims of the documentation; see docs/performance.md."""
