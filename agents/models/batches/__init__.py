"""Batches of requests that a server answers within a day, cheaper."""
