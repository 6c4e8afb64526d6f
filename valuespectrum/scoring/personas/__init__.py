"""What a persona's words do to a profile: how much of the bare model stays, and how far it is drawn to the target."""
