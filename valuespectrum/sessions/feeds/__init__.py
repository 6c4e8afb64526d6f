"""What a feed showed: exposure, exploitation, drift, return to balance, how far two feeds lie apart."""
