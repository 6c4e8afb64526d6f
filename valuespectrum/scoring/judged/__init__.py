"""Numbers that hang on a judge: what its own error does to them, and how that error is carried on."""
