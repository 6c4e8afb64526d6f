"""What sessions say: feeds in numbers, profiles that choices reveal, what personas did, people beside agents."""
