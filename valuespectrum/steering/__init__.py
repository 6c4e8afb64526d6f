"""Changing what a model values: methods that make an intervention, which a model is then loaded with."""
