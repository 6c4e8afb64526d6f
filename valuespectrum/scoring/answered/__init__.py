"""What one respondent's answers come to: sets of cells with their liking, leans, and what may be said about them."""
