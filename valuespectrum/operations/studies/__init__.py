"""What measurements are worth: published ones made again."""
