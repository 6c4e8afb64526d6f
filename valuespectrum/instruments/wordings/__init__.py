"""The words of every kind of question, as templates that can be filled in and read back."""
