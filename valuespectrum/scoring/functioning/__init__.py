"""Whether items and values mean the same in several groups of respondents, so that groups may be compared at all."""
