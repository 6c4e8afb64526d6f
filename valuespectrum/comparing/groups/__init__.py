"""Many respondents at once: whether items work alike in groups of them, and whether instruments agree about them."""
