"""Pictures of a benchmark as raters see them, and scores set right for it."""
