"""AdAEM (arXiv 2505.13531): a search for the questions, or the clips, that tell models apart by their values."""
