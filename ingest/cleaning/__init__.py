"""What comes from outside, made safe: paths, addresses, texts, names of uploaders."""
