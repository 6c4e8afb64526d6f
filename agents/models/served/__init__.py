"""Models that answer behind an address."""
