"""Value neurons: those that fire more often when a value is held than when it is rejected."""
