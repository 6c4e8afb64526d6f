"""What is said of instruments by many respondents: items that work differently, instruments that agree."""
