"""Whether pictures show what they were found for, and nothing else that is liked: agreement, corrections, matching."""
