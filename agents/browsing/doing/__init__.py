"""What an agent does: how answers become decisions, which further acts there are, how it tires."""
