"""Roles in words: their prompts, their placebos, their files."""
