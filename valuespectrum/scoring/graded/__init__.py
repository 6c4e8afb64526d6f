"""The graded response model: items whose ordered answers follow one trait, and what answers say about the trait."""
