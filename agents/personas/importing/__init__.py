"""Persona files of others, which users download themselves, read as hostile."""
