"""What is shown: clips found in a corpus for each value."""
