"""Where and how strongly to steer: chosen on one half of the units, told by the other."""
