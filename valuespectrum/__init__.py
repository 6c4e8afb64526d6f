"""Measure pictures of which human values a vision-language model likes."""
