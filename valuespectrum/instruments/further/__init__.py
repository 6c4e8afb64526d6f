"""Instruments beside the like battery: ratings, choices among pictures and among statements, behaviour in a feed."""
