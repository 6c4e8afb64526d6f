"""What is asked about personas: what they imply, and what they value."""
