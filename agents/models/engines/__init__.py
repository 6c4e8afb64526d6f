"""How many asks about one frame are answered at the cost of little more than one."""
