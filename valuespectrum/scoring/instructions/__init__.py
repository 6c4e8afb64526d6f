"""What an instruction before the question (be honest, make the best impression) does to answers."""
