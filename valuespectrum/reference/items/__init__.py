"""Every kind of question that reference respondents understand: its words, and the planted shares of its answers."""
