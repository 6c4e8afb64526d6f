"""Which value a picture expresses, and how strongly: by an embedder, a judge model, or people who fill in a table."""
