"""Parts of the documents of a run, as they must be written to be read."""
