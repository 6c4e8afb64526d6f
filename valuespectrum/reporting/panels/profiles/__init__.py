"""Panels of the profiles themselves: of the first model, of models side by side, and of everybody by instrument."""
