"""Acting on a social value that is told, with a goal said before and without."""
