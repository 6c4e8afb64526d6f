"""What all operations share: how they are loaded, how they tell what they do, what they give back."""
