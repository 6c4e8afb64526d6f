"""Making dilemmas for one's own models: a chain of prompts that writes them, judges that watch and label them."""
