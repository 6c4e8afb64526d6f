"""Published numbers beside ours: facts with their source, and what our own code makes of the same data."""
