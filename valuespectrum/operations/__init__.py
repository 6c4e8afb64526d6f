"""What a user can do, one thing a module: what the command line and ``import valuespectrum`` offer."""
