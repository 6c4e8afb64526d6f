"""Fetching from the platforms, politely and in a confined process."""
