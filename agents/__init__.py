"""Models that answer, personas, feeds and browsing."""
