"""People who scrolled: their logs in our form, how far they agree with themselves, each other and agents."""
