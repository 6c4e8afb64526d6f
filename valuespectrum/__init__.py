"""Measure which human values a vision-language model acts on."""
