"""Whether several instruments agree about the same respondents: convergent and discriminant validity by value."""
