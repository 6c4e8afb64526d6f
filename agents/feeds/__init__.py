"""Feeds: what can be shown, what has happened, and the policies that decide what is shown next."""
