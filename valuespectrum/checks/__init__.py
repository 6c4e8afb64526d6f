"""Whether the environment, a model, a run is in order."""
