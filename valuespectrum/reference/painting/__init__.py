"""The brushes of the drawn world."""
