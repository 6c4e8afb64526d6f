"""From frames to vectors."""
