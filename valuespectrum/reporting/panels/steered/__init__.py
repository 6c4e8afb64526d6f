"""What steering did: panels of runs that tried it."""
