"""How the reference models are made from nothing: texts, targets and the training stages."""
