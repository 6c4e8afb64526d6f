"""What a score stands on: clips, wordings, search words and draws as facets, and intervals that know all of them."""
