"""What can be done with a corpus on disk, behind one front door."""
