"""Value vectors (ConVA): directions that probes find between pairs of texts, and how far to go along them."""
