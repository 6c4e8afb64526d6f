"""What words mean: answers, ratings, refusals, pictures that are missing."""
