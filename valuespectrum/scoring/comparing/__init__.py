"""Several respondents: on the same clips or on others, over time, clip by clip, and in which order per value."""
