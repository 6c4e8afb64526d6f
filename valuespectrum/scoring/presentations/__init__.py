"""What a profile owes to the pictures: one condition of showing clips beside another."""
