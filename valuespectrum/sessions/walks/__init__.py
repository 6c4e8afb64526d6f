"""Sessions as arrays, and means over them: the session is the unit."""
