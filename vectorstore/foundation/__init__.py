"""What everything stands on: errors, the disk, locks, the clock, random streams, torch."""
