"""One extension of each kind, as somebody else would write them: none of them is known to the project."""
