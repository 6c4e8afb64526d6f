"""What asking costs, before it is spent."""
