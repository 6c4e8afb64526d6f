"""The verbs of ``steer``."""
