"""Panels about single questions and what was said to them."""
