"""How an ask becomes the text that a model's own chat template makes of it."""
