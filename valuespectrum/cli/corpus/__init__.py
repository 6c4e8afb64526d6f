"""The verbs of ``valuespectrum corpus``, one a file."""
